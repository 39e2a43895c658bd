package redirect

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/redirect"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// PublicAddress builds links from a configured address.
var PublicAddress = &fix.Fix{
	Name:    "public-address",
	For:     []*analysis.Rule{redirect.HostHeaderTrust},
	Compute: publicAddress,
}

// roots are the attributes of a request that hold scheme and host and end in a
// slash.
var roots = map[string]bool{"host_url": true, "url_root": true, "root_url": true}

func publicAddress(s *fix.Site) []fix.Proposal {
	fn := pyedit.Function(s.Node.Node)
	if !fn.OK() {
		return fix.Refuse("No function is around this mail: build its links from a configured address.")
	}
	e := s.Edits()
	name := "PUBLIC_URL"
	if !s.File.Spelled(name) {
		e.AddHelper(s.Node.On(fn).Abs().Start, name+` = "https://www.example.com/"`+"\n")
	} else if s.File.BoundInModule(name) != 1 {
		return fix.Refuse("%s means something else here: build the links of this mail from a configured address.", name)
	}
	found := false
	for d := range fn.Descendants() {
		if d.Kind() == syntax.KindAttribute && roots[d.Child(syntax.FieldAttribute).Str()] && strings.HasSuffix(d.Child(syntax.FieldObject).Str(), "request") {
			e.ReplaceNode(s.Node.On(d), name)
			found = true
		}
	}
	if !found {
		return fix.Refuse("The header is not read as a whole address in this function: build the links of this mail from a configured address.")
	}
	return fix.Unfinished(fix.Propose(e, "Set PUBLIC_URL to the address of the site, or read it from the configuration.", "Build links from a configured address"))
}
