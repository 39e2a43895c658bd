package crypto

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"pavise/analysis/config"
	"pavise/quickfix/fix"
)

// column is a declared column of password hashes.
type column struct {
	name, file string
	width      int
}

const hashColumn = `(?i:\w*passw\w*|pwd\w*|\w+_pwd|pass|pass_?hash|pw_?hash|hash|hashed|digest)`

// declarations find columns and the characters that they take: of SQLAlchemy by attribute
// and by name, of Django and Peewee, of SQL.
var declarations = []*regexp.Regexp{
	regexp.MustCompile(`(?m)^[ \t]*(` + hashColumn + `)[ \t]*(?::[^=\n]+)?=[^\n]*?\b(?:String|Unicode|N?VARCHAR|CHAR)\([ \t]*(?:length[ \t]*=[ \t]*)?(\d{1,6})[ \t]*[),]`),
	regexp.MustCompile(`\bColumn\(\s*["'](` + hashColumn + `)["'],\s*[\w.]*\b(?:String|Unicode|N?VARCHAR|CHAR)\([ \t]*(?:length[ \t]*=[ \t]*)?(\d{1,6})[ \t]*[),]`),
	regexp.MustCompile(`(?m)^[ \t]*(` + hashColumn + `)[ \t]*(?::[^=\n]+)?=[ \t]*(?:models\.|peewee\.|pw\.)?CharField\([^\n]*?\bmax_length[ \t]*=[ \t]*(\d{1,6})`),
	regexp.MustCompile("(?m)(?:^|[\\s(,\"'`\\[])(" + hashColumn + ")[\"'`\\]]?[ \t]+(?i:N?VARCHAR2?|CHAR|CHARACTER(?:[ \t]+VARYING)?)[ \t]*\\([ \t]*(\\d{1,6})[ \t]*(?i:CHAR)?[ \t]*\\)"),
}

// columnsIn are the columns that a text declares.
func columnsIn(file string, text []byte) []column {
	var out []column
	for _, d := range declarations {
		for _, m := range d.FindAllSubmatch(text, -1) {
			width, err := strconv.Atoi(string(m[2]))
			if c := (column{string(m[1]), file, width}); err == nil && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// columnsOf are those that the site's file and its project declare.
func columnsOf(s *fix.Site) []column {
	out := columnsIn(filepath.Base(s.File.Tree.File.Path()), s.File.Text)
	isSchema := func(name string) bool { return config.IsSource(name) || filepath.Ext(name) == ".sql" }
	s.Neighbours(isSchema, func(path string, text []byte) bool {
		out = append(out, columnsIn(filepath.Base(path), text)...)
		return false
	})
	return out
}

// room says what is to be done for a hash of some characters to find room in its column: "" or a
// sentence and a space.
func room(s *fix.Site, width int) string {
	columns := columnsOf(s)
	for _, c := range columns {
		if c.width < width {
			return fmt.Sprintf("Widen the column %s in %s first: it takes %d characters, and a hash needs %d. ", c.name, c.file, c.width, width)
		}
	}
	if len(columns) > 0 {
		return ""
	}
	return fmt.Sprintf("The column has to take %d characters. ", width)
}
