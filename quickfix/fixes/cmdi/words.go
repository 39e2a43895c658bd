package cmdi

import (
	"strings"

	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// word is one argument of a command: literal text and holes.
type word struct {
	parts []pytext.Part
	// whole: the word is nothing but one hole, outside of quotes.
	whole bool
	// opens: the word begins with a hole.
	opens bool
}

// text is the literal text of the word, false if it has a hole.
func (w *word) text() (string, bool) {
	var b strings.Builder
	for _, p := range w.parts {
		if p.Hole != nil {
			return "", false
		}
		b.WriteString(p.Text)
	}
	return b.String(), true
}

// splitter reads a shell command the way a POSIX shell does.
type splitter struct {
	words  []word
	now    word
	any    bool // now has begun
	quote  byte // ' or " or 0
	quoted bool // now had quotes
	out    *redirect
	reason string
}

// redirect is the file that the output of a command goes to.
type redirect struct {
	file  word
	known bool // file has been read
	mode  string
}

// split takes a command apart into words. The reason is set if the command
// uses the shell for more than that.
func split(t *pytext.Text) (words []word, out *redirect, reason string) {
	s := splitter{}
	for i := range t.Pieces {
		p := &t.Pieces[i]
		switch {
		case !p.Hole:
			s.literal(p.Text)
		case p.IsKnown:
			s.literal(p.Known)
		default:
			s.hole(p)
		}
		if s.reason != "" {
			return nil, nil, s.reason
		}
	}
	if s.quote != 0 {
		return nil, nil, "A quote in the command is not closed."
	}
	s.end()
	if s.out != nil && !s.out.known {
		s.refuse("The command sends its output to a file that is not named.")
	}
	return s.words, s.out, s.reason
}

// operators are the signs with a meaning outside of quotes.
var operators = map[byte]string{
	'|': "a pipe", ';': "a second command", '&': "a second command", '<': "an input from a file", '>': "an output to a file",
	'`': "the output of another command", '$': "a variable or the output of another command", '*': "a file name pattern",
	'?': "a file name pattern", '[': "a file name pattern", '{': "a brace expansion", '}': "a brace expansion",
	'(': "a subshell", ')': "a subshell", '\n': "a second command",
}

func (s *splitter) literal(text string) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch s.quote {
		case '\'':
			if c == '\'' {
				s.quote = 0
			} else {
				s.add(c)
			}
			continue
		case '"':
			i = s.inDouble(text, i)
			continue
		}
		switch {
		case c == ' ' || c == '\t':
			s.end()
		case c == '\n' && strings.TrimSpace(text[i:]) == "":
			s.end()
		case c == '\'' || c == '"':
			s.quote, s.any, s.quoted = c, true, true
		case c == '\\' && i+1 < len(text):
			i++
			if text[i] != '\n' {
				s.add(text[i])
			}
		case c == '>' && s.redirects(text, i):
			if s.out.mode == "a" {
				i++
			}
		case operators[c] != "":
			s.refuse("The command has " + operators[c] + " (" + string(c) + "), which needs a shell.")
			return
		case (c == '~' || c == '#' || c == '!') && !s.any:
			s.refuse("The command has a " + string(c) + " with a meaning for the shell.")
			return
		default:
			s.add(c)
		}
	}
}

// inDouble reads one sign between double quotes.
func (s *splitter) inDouble(text string, i int) int {
	switch c := text[i]; {
	case c == '"':
		s.quote = 0
	case c == '$' || c == '`':
		s.refuse("The command has " + operators[c] + " (" + string(c) + "), which needs a shell.")
	case c == '\\' && i+1 < len(text) && strings.IndexByte("$`\"\\\n", text[i+1]) >= 0:
		i++
		if text[i] != '\n' {
			s.add(text[i])
		}
	default:
		s.add(c)
	}
	return i
}

func (s *splitter) refuse(reason string) {
	if s.reason == "" {
		s.reason = reason
	}
}

func (s *splitter) add(c byte) {
	s.any = true
	if n := len(s.now.parts); n > 0 && s.now.parts[n-1].Hole == nil {
		s.now.parts[n-1].Text += string(c)
		return
	}
	s.now.parts = append(s.now.parts, pytext.Part{Text: string(c)})
}

func (s *splitter) hole(h *pytext.Piece) {
	s.now.opens = s.now.opens || !s.any || len(s.now.parts) == 0
	s.now.whole = !s.any && s.quote == 0
	s.any = true
	s.now.parts = append(s.now.parts, pytext.Part{Hole: h})
}

// redirects reads a plain > or >> at text[i]; it is false for every other way
// of redirecting, and for a second one.
func (s *splitter) redirects(text string, i int) bool {
	if s.any || s.out != nil || strings.HasPrefix(text[i:], ">&") || strings.HasPrefix(text[i:], ">>&") || strings.HasPrefix(text[i:], ">|") || len(s.words) == 0 {
		return false
	}
	s.out = &redirect{mode: "w"}
	if strings.HasPrefix(text[i:], ">>") {
		s.out.mode = "a"
	}
	return true
}

// end finishes a word.
func (s *splitter) end() {
	if !s.any {
		return
	}
	s.now.whole = s.now.whole && len(s.now.parts) == 1 && !s.quoted
	switch {
	case s.out == nil:
		s.words = append(s.words, s.now)
	case s.out.known:
		s.refuse("The command goes on behind the file that its output goes to.")
	default:
		s.out.file, s.out.known = s.now, true
	}
	s.now, s.any, s.quoted = word{}, false, false
}

// builtins are commands that only a shell knows, or that change the shell.
var builtins = map[string]bool{
	"cd": true, "source": true, ".": true, "export": true, "alias": true, "unalias": true, "exit": true, "set": true, "unset": true,
	"ulimit": true, "umask": true, "type": true, "eval": true, "exec": true, "read": true, "trap": true, "wait": true, "history": true,
	"jobs": true, "fg": true, "bg": true, "shift": true, "return": true, "local": true, "declare": true, "let": true, "if": true,
	"for": true, "while": true, "case": true, "until": true, "function": true, "time": true, "command": true, "builtin": true, ":": true,
	"pushd": true, "popd": true, "dirs": true, "then": true, "else": true, "do": true, "done": true, "fi": true, "esac": true,
}

// check says why the words cannot be run without a shell, "" if they can.
func check(f *pyedit.File, words []word) string {
	if len(words) == 0 {
		return "The command is empty."
	}
	program, constant := words[0].text()
	switch {
	case !constant:
		return "The program to run comes from " + say(f, &words[0]) + ": pick it from a fixed table."
	case builtins[program]:
		return program + " is a command of the shell itself."
	case strings.Contains(program, "="):
		return "The command sets a variable (" + program + ") for the program: pass env=."
	}
	if shells[program[strings.LastIndexByte(program, '/')+1:]] {
		return program + " is a shell itself: run its command without it."
	}
	for i := range words {
		w := &words[i]
		if !w.whole {
			continue
		}
		name := strings.ToLower(w.parts[0].Hole.Source(f))
		for _, many := range []string{"args", "argv", "options", "opts", "flags", "params", "arguments", "extra"} {
			if name == many || strings.HasSuffix(name, "_"+many) {
				return say(f, w) + " may hold several arguments: make it a list."
			}
		}
	}
	return ""
}

var shells = map[string]bool{"sh": true, "bash": true, "zsh": true, "dash": true, "ksh": true, "cmd": true, "cmd.exe": true, "powershell": true, "su": true, "eval": true}

func say(f *pyedit.File, w *word) string {
	for _, p := range w.parts {
		if p.Hole != nil {
			return p.Hole.Source(f)
		}
	}
	return "the value"
}

// argument writes a word as an element of an argument list.
func argument(f *pyedit.File, w *word, quote string) (string, bool) {
	parts := append([]pytext.Part(nil), w.parts...)
	for i := range parts {
		if h := parts[i].Hole; h != nil {
			if inner, ok := unquoted(f, h); ok {
				x := *h
				x.Expr, x.Conv = inner, ""
				parts[i].Hole = &x
			}
		}
	}
	if w.whole {
		if list, ok := joined(f, w.parts[0].Hole); ok {
			return "*" + list, true
		}
	}
	text, ok := pytext.Compose(f, parts, quote)
	if !ok || len(parts) != 1 || parts[0].Hole == nil {
		return text, ok
	}
	if number(parts[0].Hole) {
		return "str(" + text + ")", true
	}
	return text, true
}

// number reports whether a hole is a number, which no argument list takes.
func number(h *pytext.Piece) bool {
	if h.Conv == "%d" {
		return true
	}
	switch h.Expr.Kind() {
	case syntax.KindInteger, syntax.KindFloat:
		return true
	case syntax.KindCall:
		name := h.Expr.Child(syntax.FieldFunction).Str()
		return name == "int" || name == "len" || name == "float" || name == "round"
	}
	return false
}

// unquoted peels shlex.quote(x).
func unquoted(f *pyedit.File, h *pytext.Piece) (pyedit.At, bool) {
	n := h.Expr
	if n.Kind() != syntax.KindCall {
		return pyedit.At{}, false
	}
	switch f.Resolve(n.Child(syntax.FieldFunction)) {
	case "shlex.quote", "pipes.quote":
		a, ok := pyedit.Positional(n.Node, 0)
		return n.On(a.Value), ok
	}
	return pyedit.At{}, false
}

// joined peels shlex.join(x) and " ".join(x): the list itself.
func joined(f *pyedit.File, h *pytext.Piece) (string, bool) {
	n := h.Expr
	fn := n.Child(syntax.FieldFunction)
	if n.Kind() != syntax.KindCall || h.Conv != "" {
		return "", false
	}
	isJoin := f.Resolve(fn) == "shlex.join" || fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "join" &&
		len(fn.Child(syntax.FieldObject).Str()) == 3 && fn.Child(syntax.FieldObject).Str()[1] == ' '
	a, ok := pyedit.Positional(n.Node, 0)
	if !isJoin || !ok || a.Value.Kind() == syntax.KindGeneratorExpression {
		return "", false
	}
	return f.Source(n.On(a.Value).Abs()), true
}
