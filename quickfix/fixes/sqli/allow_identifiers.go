package sqli

import (
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
	"pavise/analysis/rules/sqli"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// AllowNames checks names and keywords of a statement against a fixed set.
var AllowNames = &fix.Fix{
	Name:    "allow-identifiers",
	For:     []*analysis.Rule{sqli.SQLDynamicIdentifier, sqli.SQLInjection},
	Compute: allowNames,
}

// QuoteNames has psycopg quote the names of a statement.
var QuoteNames = &fix.Fix{
	Name:    "quote-names",
	For:     []*analysis.Rule{sqli.SQLDynamicIdentifier, sqli.SQLInjection},
	Compute: quoteNames,
}

// nameHoles is a statement whose holes are names and keywords.
type nameHoles struct {
	s      *fix.Site
	call   pyedit.At
	arg    pyedit.At // the statement argument
	text   *pytext.Text
	tokens []sql.Token
	holes  []sql.Context // that have to be dealt with
}

// newNamed takes a statement apart. It is nil without a reason if the statement
// has no name to deal with: other fixes are for those.
func newNamed(s *fix.Site) (*nameHoles, string) {
	call, ok := s.Call()
	if !ok {
		return nil, ""
	}
	arg, ok := s.SinkArg(models.SQL)
	if !ok {
		return nil, ""
	}
	n := &nameHoles{s: s, call: call, arg: call.On(arg.Value)}
	if n.arg.Kind() == syntax.KindCall && isText(s, n.arg) {
		return nil, "" // reported at text()
	}
	t, reason := pytext.Parse(n.arg, s)
	if t == nil {
		return nil, "The statement cannot be rewritten: " + reason + "."
	}
	n.text, n.tokens = t, sql.Scan(t.SQL())
	values := false
	for _, c := range sql.Contexts(n.tokens) {
		hole := &t.Pieces[c.Piece]
		if s.Trusted(hole.Expr) || s.Cleaned(hole.Expr, models.SQL) || harmlessType(s.TypeOf(hole.Expr)) {
			continue
		}
		if c.Place != sql.Identifier && c.Place != sql.Keyword {
			values = true
			continue
		}
		n.holes = append(n.holes, c)
	}
	switch {
	case len(n.holes) == 0:
		return nil, ""
	case values:
		return nil, "The statement has values beside its names: pass those as bound parameters first."
	}
	return n, ""
}

func harmlessType(t string) bool {
	switch t {
	case "int", "float", "bool", "uuid.UUID", "enum.Enum", "datetime.date", "datetime.datetime":
		return true
	}
	return false
}

func allowNames(s *fix.Site) []fix.Proposal {
	n, reason := newNamed(s)
	if n == nil {
		if reason == "" {
			return nil
		}
		return fix.Refuse("%s", reason)
	}
	a := allowing{nameHoles: n, e: s.Edits()}
	stmt, reason := a.place()
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	done := map[string]bool{}
	for _, c := range n.holes {
		if reason := a.hole(c, done); reason != "" {
			return fix.Refuse("%s", reason)
		}
	}
	if !a.e.InsertBefore(stmt, a.lines) {
		return fix.Refuse("The statement shares its line with another one: write the check above it.")
	}
	a.e.AddHelper(n.call.Abs().Start, strings.Join(a.constants, "\n"))
	caveat := "Any direction but ASC and DESC raises ValueError now."
	if len(a.sets) > 0 {
		caveat = "Fill " + strings.Join(a.sets, " and ") + " with the names that callers may ask for: any other raises ValueError."
	}
	out := fix.Propose(a.e, caveat, "Allow certain names only")
	if len(a.sets) > 0 {
		return fix.Unfinished(out)
	}
	return out
}

// allowing writes the checks of one statement.
type allowing struct {
	*nameHoles
	e         *pyedit.Edits
	lines     string   // above the statement
	constants []string // of the module
	sets      []string // names of those that the author has to fill
}

// place is the statement above which the checks go: that which puts the text
// together.
func (a *allowing) place() (pyedit.At, string) {
	first := a.text.Pieces[a.holes[0].Piece]
	at := first.Expr
	stmt := pyedit.Statement(at)
	switch k := stmt.Kind(); {
	case pyedit.Simple(stmt.Node), k == syntax.KindForStatement, k == syntax.KindWithStatement:
	default:
		return stmt, "The statement has no room for a check above it."
	}
	if !a.s.File.OwnLines(stmt) && pyedit.Simple(stmt.Node) {
		return stmt, "The statement shares its line with another one: write the check above it."
	}
	for p := at.Parent(); p.OK() && p.Kind() != syntax.KindBlock; p = p.Parent() {
		switch p.Kind() {
		case syntax.KindLambda, syntax.KindListComprehension, syntax.KindGeneratorExpression, syntax.KindSetComprehension:
			return stmt, "The text is put together within an expression that has no room for a check."
		}
	}
	for _, c := range a.holes[1:] {
		if pyedit.Statement(a.text.Pieces[c.Piece].Expr).Abs() != stmt.Abs() {
			return stmt, "Several statements put names into the text: check each of them above it."
		}
	}
	return stmt, ""
}

// hole writes the check of one name.
func (a *allowing) hole(c sql.Context, done map[string]bool) string {
	h := &a.text.Pieces[c.Piece]
	if a.tokens[c.Token].Kind == sql.Glued {
		return h.Source(a.s.File) + " is a part of a name: look the whole name up in a fixed table."
	}
	if c.After == "SELECT" || c.After == "DISTINCT" || c.After == "COLUMNS" || isJoin(&plan{site: a.s}, h) {
		return h.Source(a.s.File) + " may hold several names: check each of them before they are put together."
	}
	if h.Conv != "" && h.Conv != "!s" && h.Conv != "%s" {
		return "The format of " + h.Source(a.s.File) + " changes the name that would be checked."
	}
	name := h.Source(a.s.File)
	if h.Expr.Kind() != syntax.KindIdentifier {
		if name = pyedit.NameFor(h.Expr.Node); name == "" || a.s.File.ShadowedAt(h.Expr, name) || a.s.File.BoundInModule(name) > 0 {
			name = a.s.File.Unique("name")
		}
		source := a.s.Source(h.Expr)
		if strings.ContainsAny(source, "\r\n") {
			return "The name is written over several lines: give it a variable first."
		}
		a.lines += name + " = " + source + "\n"
		a.e.ReplaceNode(h.Expr, name)
	}
	if done[name] {
		return ""
	}
	done[name] = true
	check := name
	var what, set string
	var seeds []string
	switch {
	case c.Place == sql.Keyword && c.After == "ORDER BY":
		what, set, check, seeds = "sort direction", "SORT_DIRECTIONS", "str("+name+").upper()", []string{"ASC", "DESC"}
	case c.Place == sql.Keyword:
		return name + " stands for a keyword: look it up in a fixed table."
	case c.After == "FROM" || c.After == "JOIN" || c.After == "INTO" || c.After == "UPDATE" || c.After == "TABLE":
		what, set, seeds = "table", "ALLOWED_TABLES", a.tables(h.Expr)
	case c.After == "ORDER BY":
		what, set, seeds = "sort column", "SORT_COLUMNS", a.columns(h.Expr)
	default:
		what, set, seeds = "column", "ALLOWED_COLUMNS", a.columns(h.Expr)
	}
	if len(seeds) == 0 {
		return "Which names " + name + " may have is not to be seen here: look it up in a fixed table."
	}
	set = a.s.File.Unique(set)
	if c.Place != sql.Keyword {
		a.sets = append(a.sets, set)
	}
	a.constants = append(a.constants, set+` = {"`+strings.Join(seeds, `", "`)+`"}`)
	a.lines += "if " + check + " not in " + set + ":\n" + a.s.File.Step() + `raise ValueError("unsupported ` + what + `")` + "\n"
	return ""
}

// columns are names of columns that the code around tells: those of the
// statement, of the definition of its table, and the default of the name.
func (a *allowing) columns(expr pyedit.At) []string {
	seeds := selected(a.tokens)
	if len(seeds) == 0 {
		seeds = a.defined(tableOf(a.tokens))
	}
	return withDefault(seeds, a.fallback(expr))
}

// tables are names of tables that the file tells.
func (a *allowing) tables(expr pyedit.At) []string {
	var out []string
	for _, t := range statementsOf(a.s.File) {
		for i, tok := range t {
			if i+1 < len(t) && tok.Kind == sql.Word && (tok.Text == "FROM" || tok.Text == "INTO" || tok.Text == "TABLE") && t[i+1].Kind == sql.Word {
				if name := strings.ToLower(t[i+1].Text); name != "if" {
					out = withDefault(out, name)
				}
			}
		}
	}
	return withDefault(out, a.fallback(expr))
}

func withDefault(list []string, name string) []string {
	if name == "" || len(list) >= 12 {
		return list
	}
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}
