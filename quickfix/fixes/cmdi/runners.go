package cmdi

import (
	"strings"

	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// write changes the call so that it runs the list.
func (c *command) write(list []string) string {
	c.e.DropImport("shlex", "quote")
	name := c.s.EventName()
	switch name {
	case "os.system":
		return c.system(list)
	case "os.popen":
		return c.popen(list)
	case "subprocess.getoutput", "commands.getoutput":
		return c.getoutput(list)
	case "asyncio.create_subprocess_shell":
		return c.asyncShell(list)
	case "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen":
		if c.listed {
			return c.withoutShell(list)
		}
		return c.subprocess(list)
	}
	return "How to run " + name + " with a list is not known."
}

// inPlace reports whether the command is written in the call itself.
func (c *command) inPlace() bool {
	return c.call.Abs().Contains(c.definition().Abs())
}

// definition is the expression that holds the command's text.
func (c *command) definition() pyedit.At {
	n := c.text.Node
	for n.Kind() == syntax.KindIdentifier {
		def, _, ok := c.s.Definition(n)
		if !ok {
			return n
		}
		n = def
	}
	return n
}

// source is what the call passes as its command: the list, or the name that
// now holds the list.
func (c *command) source(list []string) string {
	text := "[" + strings.Join(list, ", ") + "]"
	if c.inPlace() {
		return text
	}
	c.e.ReplaceNode(c.definition(), text)
	return c.s.Source(c.call.On(c.arg.Value))
}

// subprocess removes shell=True.
func (c *command) subprocess(list []string) string {
	if _, has := pyedit.Keyword(c.call.Node, "executable"); has {
		return "executable= names the shell that runs the command."
	}
	shell, has := pyedit.Keyword(c.call.Node, "shell")
	if !has || !fix.IsTrue(shell.Value) {
		return "Whether a shell runs the command is decided elsewhere."
	}
	if env := c.environment(); env != "" {
		if !c.e.AddKeyword(c.call, "env", env) {
			return "The call takes no further argument as it is written."
		}
	}
	if c.out != nil && !c.e.AddKeyword(c.call, "stdout", output) {
		return "The call takes no further argument as it is written."
	}
	if !c.e.RemoveArg(c.call, shell) {
		return "A comment beside shell=True would be lost."
	}
	if c.inPlace() {
		c.e.ReplaceNode(c.call.On(c.arg.Value), "["+strings.Join(list, ", ")+"]")
	} else {
		c.source(list)
	}
	return ""
}

// withoutShell takes the shell out of ["sh", "-c", command].
func (c *command) withoutShell(list []string) string {
	if !c.inPlace() {
		return "The command has a name of its own: split it into its words there."
	}
	if env := c.environment(); env != "" && !c.e.AddKeyword(c.call, "env", env) {
		return "The call takes no further argument as it is written."
	}
	c.e.ReplaceNode(c.call.On(c.arg.Value), "["+strings.Join(list, ", ")+"]")
	return ""
}

// run is a call of subprocess.run with the list and more arguments.
func (c *command) run(list []string, more string) string {
	text := c.e.Use(c.call, "subprocess", "run", pyedit.Plain) + "(" + c.source(list) + ", " + more
	if env := c.environment(); env != "" {
		text += ", env=" + env
	}
	c.e.DropImport(root(c.call.Child(syntax.FieldFunction).Str()))
	return text + ")"
}

func root(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return name
}

// system writes subprocess.run for os.system.
func (c *command) system(list []string) string {
	more := "check=False"
	if c.out != nil {
		more = "stdout=" + output + ", " + more
	}
	text := c.run(list, more)
	if c.call.Parent().Kind() != syntax.KindExpressionStatement {
		text += ".returncode"
		if !testedAgainstZero(c.call.Node) {
			c.notes = append(c.notes, "os.system gave the wait status, 256 times the exit code; this is the exit code itself.")
		}
	}
	c.e.ReplaceNode(c.call, text)
	return ""
}

// testedAgainstZero reports whether only zero or not zero matters.
func testedAgainstZero(n syntax.Node) bool {
	p := n.Parent()
	switch p.Kind() {
	case syntax.KindComparisonOperator:
		for c := range p.NamedChildren() {
			if c != n && c.Str() != "0" {
				return false
			}
		}
		return p.Op() == "==" || p.Op() == "!="
	case syntax.KindIfStatement, syntax.KindWhileStatement, syntax.KindNotOperator, syntax.KindElifClause:
		return true
	}
	return false
}

// popen writes subprocess.run for os.popen(...).read().
func (c *command) popen(list []string) string {
	attr := c.call.Parent()
	whole := c.call.On(attr.Parent())
	if attr.Kind() == syntax.KindExpressionStatement {
		return c.popenOnly(list)
	}
	if attr.Kind() != syntax.KindAttribute || whole.Kind() != syntax.KindCall || len(pyedit.Args(whole.Node)) > 0 {
		return "What is read from the command is not all of its output: use subprocess.Popen with a list."
	}
	if len(pyedit.Args(c.call.Node)) > 1 {
		return "os.popen is given a mode here: use subprocess.Popen with a list."
	}
	tail := ".stdout"
	switch attr.Child(syntax.FieldAttribute).Str() {
	case "read":
	case "readlines":
		tail = ".stdout.splitlines(keepends=True)"
	default:
		return "What is read from the command is not all of its output: use subprocess.Popen with a list."
	}
	pipe := c.e.Use(c.call, "subprocess", "PIPE", pyedit.Plain)
	c.e.ReplaceNode(whole, c.run(list, "stdout="+pipe+", text=True, check=False")+tail)
	return ""
}

// popenOnly writes subprocess.Popen for an os.popen that nobody reads.
func (c *command) popenOnly(list []string) string {
	if len(pyedit.Args(c.call.Node)) > 1 {
		return "os.popen is given a mode here: use subprocess.Popen with a list."
	}
	popen := c.e.Use(c.call, "subprocess", "Popen", pyedit.Plain)
	text := popen + "(" + c.source(list)
	if env := c.environment(); env != "" {
		text += ", env=" + env
	}
	c.e.DropImport(root(c.call.Child(syntax.FieldFunction).Str()))
	c.e.ReplaceNode(c.call, text+")")
	return ""
}

// getoutput writes subprocess.run for subprocess.getoutput.
func (c *command) getoutput(list []string) string {
	pipe := c.e.Use(c.call, "subprocess", "PIPE", pyedit.Plain)
	out := c.e.Use(c.call, "subprocess", "STDOUT", pyedit.Plain)
	c.e.ReplaceNode(c.call, c.run(list, "stdout="+pipe+", stderr="+out+", text=True, check=False")+`.stdout.removesuffix("\n")`)
	return ""
}

// asyncShell writes create_subprocess_exec.
func (c *command) asyncShell(list []string) string {
	if !c.inPlace() {
		return "The command has a name of its own: pass its words to create_subprocess_exec one by one."
	}
	if env := c.environment(); env != "" {
		if !c.e.AddKeyword(c.call, "env", env) {
			return "The call takes no further argument as it is written."
		}
	}
	fn := c.call.On(c.call.Child(syntax.FieldFunction))
	style := pyedit.Plain
	if fn.Kind() == syntax.KindIdentifier {
		style = pyedit.From
	}
	c.e.ReplaceNode(fn, c.e.Use(c.call, "asyncio", "create_subprocess_exec", style))
	c.e.DropImport(root(fn.Str()))
	c.e.ReplaceNode(c.call.On(c.arg.Value), strings.Join(list, ", "))
	return ""
}
