package files

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/secrets"
	"pavise/analysis/syntax"
)

//go:embed hardcoded_temp_path.md
var hardcodedTempPathPage string

// HardcodedTempPath: fixed path in a world-writable directory.
var HardcodedTempPath = &analysis.Rule{
	ID:         "hardcoded-temp-path",
	Class:      "files",
	Title:      "Fixed path in a world-writable directory",
	CWE:        []int{379},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B108"},
		Ruff:    []string{"S108"},
		Semgrep: []string{"hardcoded-tmp-path"},
	},
	Page: hardcodedTempPathPage,
	Checks: []analysis.Check{
		analysis.Sinks{Kind: models.Path, Run: judgeTempPath},
		analysis.Settings{Names: []string{"CACHES", "CACHE_DIR", "SESSION_FILE_DIR", "SESSION_FILE_PATH"}, Run: judgeTempFolder},
	},
}

var (
	// shared are the folders into which every account of a machine may write.
	shared = regexp.MustCompile(`^(?:/private)?/(?:var/|usr/)?tmp/+[^/]|^/dev/shm/+[^/]|^(?i:c:[\\/]+(?:windows[\\/]+)?te?mp[\\/]+[^\\/])`)

	guessed = regexp.MustCompile(`(?i)(?:^|[\W_])(?:pid|uid|id|user|getpid|time|date|now|today)(?:$|[\W_])`)

	// unforeseen recognises the parts of a name that nobody can guess.
	unforeseen = regexp.MustCompile(`(?i)uuid|token|random|secret|mkdtemp|mkstemp|urandom|nonce|tempfile`)
)

// harmless are calls that neither make a file nor use what it holds.
var harmless = []string{
	"os.remove", "os.unlink", "os.rmdir", "os.removedirs", "os.listdir", "os.scandir", "os.walk", "os.stat", "os.lstat", "os.access", "os.chdir", "os.chroot", "os.readlink",
	"os.statvfs", "os.chmod", "os.chown", "os.lchown", "os.utime", "os.chflags", "glob.glob", "glob.iglob", "shutil.rmtree", "shutil.chown", "pathlib.Path.unlink", "pathlib.Path.rmdir",
	"pathlib.Path.iterdir", "pathlib.Path.glob", "pathlib.Path.rglob", "pathlib.Path.walk", "pathlib.Path.chmod", "linecache.getline",
}

func judgeTempPath(p *analysis.Pass, e *flow.Event, s *models.Sink) {
	v := taken(e, s)
	if v == nil || strings.HasPrefix(e.Name, "tempfile.") || strings.HasPrefix(e.Name, "os.path.") || slices.Contains(harmless, e.Name) {
		return
	}
	text := analysis.Beginning(v)
	if len(v.Pieces) > 0 {
		text += "?" // what stands behind is not known
	}
	if !shared.MatchString(text) || guessless(v, text) || alone(e) || forOne(p, e.Node) {
		return
	}
	sure := analysis.Likely
	if strings.HasSuffix(text, "/?") && !foreseen(v) {
		sure = analysis.Unsure // all of the name is made elsewhere
	}
	if role := secrets.RoleOf(p.Path); role == secrets.Test || role == secrets.Example || analysis.InTests(p.Path) {
		sure = analysis.Unsure
	}
	p.Report(e, sure, "Every account of the machine may write to this folder, and the name is known beforehand: a file or link that somebody else put there is used. Take a name from tempfile.")
}

// judgeTempFolder judges the folders of caches and sessions: what stands there is
// believed, and most of it is pickles.
func judgeTempFolder(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	folders := []*flow.Value{s.Given}
	if s.Name == "CACHES" {
		folders = nil
		for _, cache := range flow.Parts(s.Given) {
			if backend := cache.Key("BACKEND"); backend != nil && strings.HasSuffix(analysis.Beginning(backend), "FileBasedCache") {
				folders = append(folders, cache.Key("LOCATION"))
			}
		}
	}
	for _, v := range folders {
		if v != nil && shared.MatchString(analysis.Beginning(v)) && !guessless(v, analysis.Beginning(v)) {
			p.ReportSetting(s, analysis.Likely, s.Name+" keeps its files in a folder that every account of the machine may write to, under a name that is known: what somebody else puts there is read, and a pickle runs. Use a folder of the application.")
			return
		}
	}
}

// taken is the path that a sink takes.
func taken(e *flow.Event, s *models.Sink) *flow.Value {
	if slices.Contains(s.Args, "self") {
		return e.Recv
	}
	if a := e.SinkArg(s); a != nil {
		return a.Value
	}
	return nil
}

// guessless reports whether a part of a path cannot be guessed, or where the
// folder itself is all that is known.
func guessless(v *flow.Value, text string) bool {
	for _, piece := range v.Pieces {
		if piece.Hole != nil && piece.Node.OK() && unforeseen.MatchString(piece.Node.Str()) {
			return true
		}
	}
	return unforeseen.MatchString(text)
}

// foreseen reports whether others know a part of a path that is put in: it comes
// from a client, or is an identifier or a time.
func foreseen(v *flow.Value) bool {
	for _, piece := range v.Pieces {
		if piece.Hole == nil {
			continue
		}
		if slices.ContainsFunc(piece.Hole.Origins, func(o flow.Origin) bool { return o.Tier == models.Remote }) || piece.Node.OK() && guessed.MatchString(piece.Node.Str()) {
			return true
		}
	}
	return false
}

// alone reports whether a call fails if the file is there already, or makes a
// folder for one account.
func alone(e *flow.Event) bool {
	text := e.Node.Str()
	if strings.Contains(text, "O_EXCL") || strings.Contains(text, "0o700") {
		return true
	}
	return strings.Contains(opened(e), "x")
}

// opened is the mode in which a call opens a file, "" if it is not known.
func opened(e *flow.Event) string {
	which := "1"
	if strings.HasSuffix(e.Name, "Path.open") {
		which = "0"
	}
	a, _ := analysis.Option(e.Args, which, "mode")
	if a == nil {
		return ""
	}
	s, _ := a.Value.Str()
	if len(s) > 4 || strings.Trim(s, "rwaxbt+") != "" {
		return "" // a path
	}
	return s
}

// forOne reports whether a function runs in a machine of its own, as those of
// AWS Lambda do, where nothing but /tmp can be written.
func forOne(p *analysis.Pass, n syntax.Node) bool {
	if p.Imports("aws_lambda_powertools") || p.Imports("chalice") {
		return true
	}
	for ; n.OK(); n = n.Parent() {
		if n.Kind() != syntax.KindFunctionDefinition {
			continue
		}
		list := n.Child(syntax.FieldParameters)
		if list.NamedCount() == 2 && strings.HasPrefix(list.NamedChild(0).Str(), "event") && strings.HasPrefix(list.NamedChild(1).Str(), "context") {
			return true
		}
	}
	return false
}
