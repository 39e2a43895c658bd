package files

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed permissive_file_mode.md
var permissiveFileModePage string

// PermissiveFileMode: file or directory created with broad permissions.
var PermissiveFileMode = &analysis.Rule{
	ID:         "permissive-file-mode",
	Class:      "files",
	Title:      "File or directory created with broad permissions",
	CWE:        []int{732},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B103"},
		Ruff:    []string{"S103"},
		Semgrep: []string{"insecure-file-permissions"},
	},
	Page: permissiveFileModePage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"os.chmod", "os.fchmod", "os.lchmod", "pathlib.Path.chmod", "pathlib.Path.lchmod", "os.open", "os.mkdir", "os.makedirs", "os.mkfifo", "os.mknod", "pathlib.Path.mkdir", "pathlib.Path.touch"}, Run: judgeMode},
		analysis.Calls{Names: []string{"os.umask"}, Run: judgeMask},
		analysis.Settings{Names: []string{"FILE_UPLOAD_PERMISSIONS", "FILE_UPLOAD_DIRECTORY_PERMISSIONS"}, Run: judgeUploadMode},
	},
}

const (
	othersWrite = 0o002
	runs        = 0o011 // by the group or others
	sticky      = 0o1000
)

// ModeArgument is the mode that a call gives a file.
func ModeArgument(e *flow.Event) *flow.Arg {
	which := "1"
	switch e.Name {
	case "os.open":
		which = "2"
	case "pathlib.Path.chmod", "pathlib.Path.lchmod", "pathlib.Path.mkdir", "pathlib.Path.touch":
		which = "0"
	}
	a, _ := analysis.Option(e.Args, which, "mode")
	return a
}

func judgeMode(p *analysis.Pass, e *flow.Event) {
	a := ModeArgument(e)
	if a == nil || analysis.InTests(p.Path) {
		return
	}
	mode, ok := modeOf(a)
	if !ok || mode&sticky != 0 {
		return
	}
	switch {
	case mode&othersWrite != 0:
		sure := analysis.Certain
		if !strings.HasSuffix(e.Name, "chmod") {
			sure = analysis.Unsure // the umask mostly takes the bit away
			if e.Name == "os.open" && mode&0o111 != 0 {
				sure = analysis.Likely // no program opens a file so by default
			}
		}
		if mentions(e.Node, "AF_UNIX", ".sock", "socket", "os.remove", "os.unlink", "os.rmdir", "rmtree", "onerror", "exc_info") {
			sure = analysis.Unsure // clients of a socket, or a file that is about to be deleted
		}
		p.Report(e, sure, fmt.Sprintf("Mode 0o%o lets every account of the machine write here: what the program reads, or runs, can be changed by any of them.", mode))
	case strings.HasSuffix(e.Name, "chmod") && mode&runs != 0 && isData(path(e)):
		p.Report(e, analysis.Likely, fmt.Sprintf("Mode 0o%o lets others run a file of data, and read it. 0o600 is enough.", mode))
	}
}

// mentions reports whether one of some texts stands in the function around a node.
func mentions(n syntax.Node, list ...string) bool {
	for n.OK() && n.Kind() != syntax.KindFunctionDefinition {
		n = n.Parent()
	}
	return n.OK() && slices.ContainsFunc(list, func(w string) bool { return strings.Contains(n.Str(), w) })
}

// modeOf is a mode that is a number, or put together of those of the module stat.
func modeOf(a *flow.Arg) (int64, bool) {
	if n, ok := a.Value.Int(); ok {
		return n, n >= 0 && n <= 0o7777
	}
	return folded(a.Node, 0)
}

// bits are the modes of the module stat.
var bits = map[string]int64{
	"S_IRWXU": 0o700, "S_IRUSR": 0o400, "S_IWUSR": 0o200, "S_IXUSR": 0o100, "S_IRWXG": 0o070, "S_IRGRP": 0o040, "S_IWGRP": 0o020, "S_IXGRP": 0o010,
	"S_IRWXO": 0o007, "S_IROTH": 0o004, "S_IWOTH": 0o002, "S_IXOTH": 0o001, "S_ISVTX": 0o1000, "S_ISGID": 0o2000, "S_ISUID": 0o4000,
	"S_IREAD": 0o400, "S_IWRITE": 0o200, "S_IEXEC": 0o100,
}

// folded is the least that a mode holds which is written out: bits that are
// added to what a file has count, those of the file itself do not.
func folded(n syntax.Node, depth int) (int64, bool) {
	if !n.OK() || depth > 12 {
		return 0, false
	}
	switch n.Kind() {
	case syntax.KindParenthesizedExpression:
		return folded(n.NamedChild(0), depth+1)
	case syntax.KindBinaryOperator:
		if op := n.Op(); op != "|" && op != "+" {
			return 0, false
		}
		a, ok := folded(n.Child(syntax.FieldLeft), depth+1)
		b, ok2 := folded(n.Child(syntax.FieldRight), depth+1)
		return a | b, ok || ok2
	case syntax.KindInteger:
		v, err := strconv.ParseInt(n.Str(), 0, 64)
		return v, err == nil && v <= 0o7777
	case syntax.KindAttribute:
		v, ok := bits[n.Child(syntax.FieldAttribute).Str()]
		return v, ok
	case syntax.KindIdentifier:
		v, ok := bits[n.Str()]
		return v, ok
	}
	return 0, false
}

// path is the constant path that a call changes, "" if it is not known.
func path(e *flow.Event) string {
	v := e.Recv
	if !strings.HasPrefix(e.Name, "pathlib.") {
		a := flow.FindArg(e.Args, "0")
		if a == nil {
			return ""
		}
		v = a.Value
	}
	if v == nil {
		return ""
	}
	s, _ := v.Text()
	return s
}

// isData reports whether a name is that of a file which nobody runs.
func isData(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".txt", ".json", ".csv", ".db", ".sqlite", ".sqlite3", ".log", ".conf", ".cfg", ".ini", ".yml", ".yaml", ".toml", ".env", ".key", ".pem", ".crt", ".xml", ".sql", ".bak", ".pid", ".dat", ".pkl":
		return true
	}
	base := filepath.Base(name)
	return base == ".env" || base == "id_rsa" || base == ".pgpass" || base == ".netrc"
}

// judgeMask objects to a mask that takes nothing away, and is left so.
func judgeMask(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "0")
	if a == nil || analysis.InTests(p.Path) || e.Node.Parent().Kind() != syntax.KindExpressionStatement {
		return // what was there is put back
	}
	if n, ok := a.Value.Int(); ok && n&othersWrite == 0 && n < 0o10 {
		sure := analysis.Certain
		if mentions(e.Node, "os.fork(", "os.setsid(") {
			sure = analysis.Unsure // a daemon, which sets the modes of its files itself
		}
		p.Report(e, sure, "With this mask, files that the program makes from here on can be written by every account of the machine. Use 0o077.")
	}
}

func judgeUploadMode(p *analysis.Pass, s *analysis.Setting) {
	if n, ok := s.Given.Int(); ok && n&othersWrite != 0 && n&sticky == 0 && p.Deployed(s.Event) {
		p.ReportSetting(s, analysis.Certain, fmt.Sprintf("%s = 0o%o lets every account of the machine change what users upload.", s.Name, n))
	}
}
