package cmdi

import (
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// output is the name of the file that the output of a command goes to.
const output = "output"

// redirect opens the file of "command > file" around the statement.
func (c *command) redirect() string {
	switch c.s.EventName() {
	case "os.system", "subprocess.run", "subprocess.call", "subprocess.check_call":
	default:
		return "The command sends its output to a file (>), which needs a shell."
	}
	if _, has := pyedit.Keyword(c.call.Node, "cwd"); has {
		return "The command sends its output to a file (>) in the folder of cwd=: open that file and give it as stdout=."
	}
	for _, name := range []string{"stdout", "capture_output"} {
		if _, has := pyedit.Keyword(c.call.Node, name); has {
			return "The output of the command goes to a file and to " + name + "=."
		}
	}
	f, stmt := c.s.File, c.s.Statement()
	s := stmt.Abs()
	if c.listed || !c.inPlace() || !pyedit.Simple(stmt.Node) || !f.OwnLines(stmt) || !f.SameLine(s.Start, s.End) || scoped(c.call) {
		return "The command sends its output to a file (>): open the file, run the command as a list, and give stdout= the file."
	}
	if f.Spelled(output) {
		return "The command sends its output to a file (>), and the name " + output + " is taken: open the file and give it as stdout=."
	}
	file, ok := argument(f, &c.out.file, c.text.Quote())
	if !ok {
		return "The file that the output goes to cannot be written as one expression."
	}
	mode := pyedit.Quote(c.out.mode, c.text.Quote())
	indent := f.Indent(s.Start)
	c.e.Insert(s.Start, "with open("+file+", "+mode+") as "+output+":\n"+indent+f.Step())
	c.notes = append(c.notes, "The file is opened before the command runs, and an error in that is raised.")
	return ""
}

// scoped reports whether an expression runs at a time of its own, or is only
// evaluated when something before it says so.
func scoped(n pyedit.At) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindLambda, syntax.KindListComprehension, syntax.KindGeneratorExpression, syntax.KindSetComprehension,
			syntax.KindDictionaryComprehension, syntax.KindBooleanOperator, syntax.KindConditionalExpression:
			return true
		case syntax.KindBlock:
			return false
		}
	}
	return false
}
