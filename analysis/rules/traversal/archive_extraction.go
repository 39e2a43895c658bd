package traversal

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed archive_extraction.md
var archiveExtractionPage string

// ArchiveExtraction: archive extracted without member checks.
var ArchiveExtraction = &analysis.Rule{
	ID:         "archive-extraction",
	Class:      "traversal",
	Title:      "Archive extracted without member checks",
	CWE:        []int{22},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit: []string{"B202"},
		Ruff:   []string{"S202"},
	},
	Page: archiveExtractionPage,
	Checks: []analysis.Check{
		analysis.Calls{
			Names: []string{"tarfile.TarFile.extractall", "tarfile.TarFile.extract", ".extractall"},
			Run:   judgeTar,
		},
		analysis.Calls{Names: []string{"shutil.unpack_archive"}, Run: judgeUnpack},
		// these wake the functions that unpack an archive member by member
		analysis.Calls{Names: []string{"zipfile.ZipFile.namelist", "zipfile.ZipFile.infolist", "tarfile.TarFile.getnames", "tarfile.TarFile.getmembers"}, Run: func(*analysis.Pass, *flow.Event) {}},
		analysis.Flow{
			Kind:  models.Path,
			Judge: judgeMember,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " is a name that whoever made the archive chose: with `../` or an absolute path it writes outside the folder. Resolve the path and check that it stays inside."
			},
		},
	},
}

const escapes = "an archive can hold members named `../x` and links that lead outside, which overwrite any file that this process may write. "

// judgeTar objects to unpacking a tar archive without a filter.
func judgeTar(p *analysis.Pass, e *flow.Event) {
	if e.Name == ".extractall" && (!p.Imports("tarfile") || p.Imports("zipfile") || !namesTar(e)) || flow.FindArg(e.Args, "**") != nil {
		return
	}
	sure := analysis.Likely
	if a := flow.FindArg(e.Args, "filter"); a != nil {
		text, _ := a.Value.Str()
		if text != "fully_trusted" && a.Value.Name != "tarfile.fully_trusted_filter" {
			return
		}
		sure = analysis.Certain
	}
	if a := flow.FindArg(e.Args, "0"); a != nil && strings.HasSuffix(e.Name, ".extract") && a.Value.Harmless() {
		return // a member that the program names
	}
	s := scopeOf(e.Node)
	if members := flow.FindArg(e.Args, "members"); members != nil && !ownMembers(members.Node) || s.filters(e.Node) {
		return
	}
	if a := flow.FindArg(e.Args, "1"); a != nil && strings.HasSuffix(e.Name, ".extractall") && !ownMembers(a.Node) {
		return
	}
	for i := range e.Recv.Origins {
		if e.Recv.Origins[i].Tier == models.Remote {
			sure = analysis.Certain
		}
	}
	if s.checks() || s.literal(e.Node) {
		sure = analysis.Unsure
	}
	p.Report(e, sure, "This unpacks whatever the archive says: "+escapes+"Pass filter=\"data\".")
}

// namesTar reports whether the receiver of a method is spelled like an archive.
func namesTar(e *flow.Event) bool {
	return strings.Contains(strings.ToLower(e.Node.Child(syntax.FieldFunction).Child(syntax.FieldObject).Str()), "tar")
}

// ownMembers reports whether a members argument is what the archive holds,
// with no choice made.
func ownMembers(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindNone:
		return true
	case syntax.KindCall:
		text := n.Child(syntax.FieldFunction).Str()
		return strings.HasSuffix(text, ".getmembers") || text == "list"
	}
	return false
}

// judgeUnpack objects to shutil.unpack_archive, unless it is told that the
// archive is a zip file, whose names the module cleans.
func judgeUnpack(p *analysis.Pass, e *flow.Event) {
	if flow.FindArg(e.Args, "filter") != nil || flow.FindArg(e.Args, "**") != nil {
		return
	}
	for _, which := range []string{"format", "2", "0", "filename"} {
		a := flow.FindArg(e.Args, which)
		if a == nil {
			continue
		}
		text, ok := a.Value.Str()
		if ok && (which == "0" || which == "filename" || strings.HasSuffix(text, "zip")) {
			return // a file of the program's own, or a zip file
		}
		if pieces := a.Value.Pieces; len(pieces) > 0 && strings.HasSuffix(pieces[len(pieces)-1].Text, ".zip") {
			return
		}
	}
	sure := analysis.Likely
	if s := scopeOf(e.Node); s.checks() {
		sure = analysis.Unsure
	} else if a := flow.FindArg(e.Args, "0"); a != nil {
		for _, r := range flow.Reaching(a.Value, a.Node, models.Deserialize) {
			if r.Origin.Tier == models.Remote {
				sure = analysis.Certain
			}
		}
	}
	p.Report(e, sure, "This unpacks whatever the archive says: a tar archive can hold members named `../x` and links that lead outside, which overwrite any file that this process may write. Pass filter=\"data\" for tar formats.")
}

// judgeMember objects to files that are written under the name of a member.
func judgeMember(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if r.Origin.Tier != models.Stored || !memberNames(r.Origin.Label) || !writes(e) {
		return 0, false
	}
	if r.Weak || scopeOf(e.Node).checks() {
		return analysis.Unsure, true
	}
	return analysis.Likely, true
}

func memberNames(label string) bool {
	for _, call := range []string{".namelist()", ".infolist()", ".getnames()", ".getmembers()"} {
		if strings.HasSuffix(label, call) {
			return true
		}
	}
	return false
}

// writes reports whether a call writes a file.
func writes(e *flow.Event) bool {
	switch e.Name {
	case "open", "codecs.open", "aiofiles.open", "pathlib.Path.open", "io.FileIO":
		which := "1"
		if e.Name == "pathlib.Path.open" {
			which = "0"
		}
		for _, w := range []string{which, "mode"} {
			if a := flow.FindArg(e.Args, w); a != nil {
				mode, _ := a.Value.Str()
				return strings.ContainsAny(mode, "wax+")
			}
		}
		return false
	case "pathlib.Path.write_bytes", "pathlib.Path.write_text", "shutil.copyfile", "shutil.move", "os.symlink", "os.link":
		return true
	}
	return false
}
