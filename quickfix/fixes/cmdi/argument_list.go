// Package cmdi holds the fixes of command injection.
package cmdi

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/cmdi"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Fixes of this class.
var Fixes = []*fix.Fix{ArgumentList, QuoteForShell, EndOptions, DropShell}

// ArgumentList runs a command as a list of arguments, without a shell.
var ArgumentList = &fix.Fix{
	Name:    "argument-list",
	For:     []*analysis.Rule{cmdi.CommandInjection, cmdi.ShellDynamicCommand, cmdi.ShellTrueConstant},
	Compute: argumentList,
}

// command is a shell command and the call that runs it.
type command struct {
	s     *fix.Site
	e     *pyedit.Edits
	call  pyedit.At
	arg   pyedit.Arg
	text  *pytext.Text
	words []word
	out   *redirect // of its output, nil if there is none
	// listed: the call passes ["sh", "-c", text].
	listed bool
	notes  []string // for the caveat
}

func argumentList(s *fix.Site) []fix.Proposal {
	c := &command{s: s, e: s.Edits()}
	if reason := c.read(); reason != "" {
		return fix.Refuse("%s", reason)
	}
	list, reason := c.list()
	if reason == "" && c.out != nil {
		reason = c.redirect()
	}
	if reason == "" {
		reason = c.write(list)
	}
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	program, _ := c.words[0].text()
	return fix.Propose(c.e, c.caveat(), "Run %s without a shell", program)
}

// read finds the command and takes it apart.
func (c *command) read() string {
	call, ok := c.s.Call()
	if !ok {
		return "No call that runs the command is in sight."
	}
	c.call = call
	if c.arg, ok = pyedit.Positional(call.Node, 0); !ok {
		for _, name := range []string{"args", "command", "cmd"} {
			if c.arg, ok = pyedit.Keyword(call.Node, name); ok {
				break
			}
		}
	}
	if !ok {
		return "The command of this call cannot be told."
	}
	value := call.On(c.arg.Value)
	if k := value.Kind(); k == syntax.KindList || k == syntax.KindTuple {
		if value, ok = shellText(value); !ok {
			return "The command is a list already, of which the shell takes the first element only: leave shell=True out."
		}
		c.listed = true
	}
	var reason string
	if c.text, reason = c.parse(value); c.text == nil {
		return "The command cannot be rewritten: " + reason + "."
	}
	for _, t := range c.text.Tokens {
		if t.Fixed {
			return "The command cannot be rewritten: other code reads it too."
		}
	}
	if c.words, c.out, reason = split(c.text); reason == "" {
		reason = check(c.s.File, c.words)
	}
	return reason
}

// shellText is the command of a list such as ["sh", "-c", command].
func shellText(list pyedit.At) (pyedit.At, bool) {
	if list.NamedCount() != 3 {
		return pyedit.At{}, false
	}
	program, _ := python.ParseString(list.NamedChild(0))
	flag, _ := python.ParseString(list.NamedChild(1))
	name, _ := program.Const()
	option, _ := flag.Const()
	return list.On(list.NamedChild(2)), shells[name[strings.LastIndexByte(name, '/')+1:]] && option == "-c"
}

// parse takes the command apart: a text, or the elements of a list that are
// joined by spaces.
func (c *command) parse(value pyedit.At) (*pytext.Text, string) {
	t, reason := pytext.Parse(value, c.s)
	if t != nil {
		return t, ""
	}
	fn := value.Child(syntax.FieldFunction)
	args := pyedit.Args(value.Node)
	if value.Kind() != syntax.KindCall || fn.Kind() != syntax.KindAttribute || fn.Child(syntax.FieldAttribute).Str() != "join" || len(args) != 1 ||
		args[0].Value.Kind() != syntax.KindList {
		return nil, reason
	}
	if sep, ok := c.s.Constant(value.On(fn.Child(syntax.FieldObject))); !ok || sep != " " {
		return nil, reason
	}
	var texts []*pytext.Text
	for n := range args[0].Value.NamedChildren() {
		e := value.On(n)
		x, _ := pytext.Parse(e, c.s)
		if x == nil {
			x = pytext.Whole(e)
		}
		texts = append(texts, x)
	}
	all := pytext.Spaced(" ", texts...)
	all.Node = value
	return all, ""
}

// list are the elements of the argument list.
func (c *command) list() ([]string, string) {
	var out []string
	c.guardOptions()
	for i := range c.words {
		text, ok := argument(c.s.File, &c.words[i], c.text.Quote())
		if !ok {
			return nil, "The argument with " + say(c.s.File, &c.words[i]) + " cannot be written as one expression."
		}
		out = append(out, text)
	}
	return out, ""
}

// transports are the git commands that take the address of a repository.
var transports = map[string]bool{"clone": true, "fetch": true, "pull": true, "push": true, "ls-remote": true, "remote": true, "submodule": true}

// guardOptions keeps a value that begins with - from being read as an option,
// by a -- before it where the program knows that.
func (c *command) guardOptions() {
	program, _ := c.words[0].text()
	program = program[strings.LastIndexByte(program, '/')+1:]
	at := c.firstOperand(program)
	if at < 0 {
		return
	}
	for _, w := range c.words[1:at] {
		if t, ok := w.text(); ok && t == "--" {
			return
		}
	}
	sub, _ := c.subcommand()
	if !cmdi.EndsOptions(program) || c.optionsAfter(at) || program == "git" && !transports[sub] {
		c.notes = append(c.notes, "A value that begins with - is still read as an option of "+program+".")
		return
	}
	if c.unsureBefore(at) {
		c.notes = append(c.notes, "A value that begins with - and follows an option may still be read as an option of "+program+".")
	}
	c.words = append(c.words[:at:at], append([]word{{parts: []pytext.Part{{Text: "--"}}}}, c.words[at:]...)...)
}

// firstOperand is the first word that begins with a hole and is no option's
// value, -1 if there is none.
func (c *command) firstOperand(program string) int {
	for i := 1; i < len(c.words); i++ {
		if !c.words[i].opens {
			continue
		}
		before, constant := c.words[i-1].text()
		if i > 1 && constant && strings.HasPrefix(before, "-") && before != "--" && before != "-" && !strings.Contains(before, "=") &&
			!cmdi.Switch(program, before) {
			continue // perhaps the value of an option
		}
		return i
	}
	return -1
}

// unsureBefore reports whether a word before position at begins with a hole.
func (c *command) unsureBefore(at int) bool {
	for _, w := range c.words[1:at] {
		if w.opens {
			return true
		}
	}
	return false
}

// subcommand is the word behind git and its own options.
func (c *command) subcommand() (string, bool) {
	for i := 1; i < len(c.words); i++ {
		t, ok := c.words[i].text()
		switch {
		case ok && (t == "-C" || t == "-c"):
			i++
		case ok && strings.HasPrefix(t, "-"):
		default:
			return t, ok
		}
	}
	return "", false
}

func (c *command) optionsAfter(at int) bool {
	for _, w := range c.words[at:] {
		if t, ok := w.text(); ok && strings.HasPrefix(t, "-") {
			return true
		}
		if len(w.parts) > 0 && w.parts[0].Hole == nil && strings.HasPrefix(w.parts[0].Text, "-") {
			return true
		}
	}
	return false
}

// environment is the extra argument that keeps git from transports that run
// programs, "" for all other commands.
func (c *command) environment() string {
	program, _ := c.words[0].text()
	if program != "git" || len(c.words) < 3 {
		return ""
	}
	if sub, ok := c.subcommand(); !ok || !transports[sub] {
		return ""
	}
	if _, has := pyedit.Keyword(c.call.Node, "env"); has {
		c.notes = append(c.notes, "Set GIT_ALLOW_PROTOCOL=https:ssh in env: git runs programs for addresses such as ext::.")
		return ""
	}
	c.notes = append(c.notes, "git takes repositories over https and ssh only from now on; other transports can run programs.")
	return "{**" + c.e.Use(c.call, "os", "environ", pyedit.Plain) + `, "GIT_ALLOW_PROTOCOL": "https:ssh"}`
}

// caveat says what a shell did that a list does not.
func (c *command) caveat() string {
	notes := []string{}
	split := false
	for i := range c.words {
		split = split || c.words[i].whole
	}
	if split {
		notes = append(notes, "A value with spaces is one argument now, and each value must be text.")
	}
	return strings.Join(append(notes, c.notes...), " ") + c.fallback(len(notes)+len(c.notes))
}

// fallback is the caveat of a command of which nothing else is to be said; a
// constant one that needs nothing of a shell does the same as before.
func (c *command) fallback(n int) string {
	if n > 0 || c.s.Finding.Rule == cmdi.ShellTrueConstant {
		return ""
	}
	return "The program is found through PATH and gets its arguments as they are: nothing of a shell (aliases, variables, patterns) works any more."
}
