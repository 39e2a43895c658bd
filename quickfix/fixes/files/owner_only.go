package files

import (
	"fmt"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/files"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// OwnerOnly leaves a file to the account that owns it.
var OwnerOnly = &fix.Fix{
	Name:    "owner-only",
	For:     []*analysis.Rule{files.PermissiveFileMode},
	Compute: ownerOnly,
}

const ownerCaveat = "Other accounts, such as that of the web server, can no longer reach the file: check that none needs it."

func ownerOnly(s *fix.Site) []fix.Proposal {
	if name, value, ok := s.Setting(); ok && strings.HasPrefix(name, "FILE_UPLOAD_") {
		if value.Kind() != syntax.KindInteger {
			return fix.Refuse("%s takes its value from %s: change it there.", name, fix.Short(value.Str()))
		}
		mode := "0o644"
		if strings.Contains(name, "DIRECTORY") {
			mode = "0o755"
		}
		e := s.Edits()
		e.ReplaceNode(value, mode)
		return fix.Propose(e, "Only the application's account can change uploads from now on.", "Set %s to %s", name, mode)
	}
	call, ok := s.Call()
	if !ok || !s.HasEvent {
		return nil
	}
	e := s.Edits()
	if s.EventName() == "os.umask" {
		a, ok := pyedit.Positional(call.Node, 0)
		if !ok || a.Value.Kind() != syntax.KindInteger {
			return fix.Refuse("The mask comes from elsewhere: change it there.")
		}
		e.ReplaceNode(call.On(a.Value), "0o077")
		return fix.Propose(e, ownerCaveat, "Set the mask to 0o077")
	}
	a := files.ModeArgument(&s.Event)
	if a == nil || a.Node.Unit() != call.Unit() {
		return fix.Refuse("The mode comes from elsewhere: change it there.")
	}
	value := call.On(a.Node)
	if !onlyBits(a.Node, 0) {
		return fix.Refuse("The mode comes from %s: take the bits of others away there.", fix.Short(a.Node.Str()))
	}
	mode := int64(0o600)
	if n, err := strconv.ParseInt(a.Node.Str(), 0, 64); err == nil {
		if n&0o100 != 0 && s.Finding.Confidence == analysis.Certain {
			mode = 0o700
		}
	} else if strings.Contains(a.Node.Str(), "S_IRWXU") || strings.Contains(a.Node.Str(), "S_IXUSR") || strings.Contains(a.Node.Str(), "S_IEXEC") {
		mode = 0o700
	}
	text := fmt.Sprintf("0o%o", mode)
	e.ReplaceNode(value, text)
	e.DropImport("stat", "S_IRWXU", "S_IRWXG", "S_IRWXO")
	return fix.Propose(e, ownerCaveat, "Set the mode to %s", text)
}

// onlyBits reports whether a mode is a number, or put together of constants.
func onlyBits(n syntax.Node, depth int) bool {
	switch n.Kind() {
	case syntax.KindInteger:
		return true
	case syntax.KindParenthesizedExpression:
		return depth < 12 && onlyBits(n.NamedChild(0), depth+1)
	case syntax.KindBinaryOperator:
		return depth < 12 && onlyBits(n.Child(syntax.FieldLeft), depth+1) && onlyBits(n.Child(syntax.FieldRight), depth+1)
	case syntax.KindAttribute:
		return strings.HasPrefix(n.Child(syntax.FieldAttribute).Str(), "S_I")
	case syntax.KindIdentifier:
		return strings.HasPrefix(n.Str(), "S_I")
	}
	return false
}
