// Package transport holds the fixes of transport security.
package transport

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/transport"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{VerifyCertificates, CheckHostName, ModernTLS, DefaultContext, EncryptLogin, EncryptFTP, HTTPSAddress, KnownHosts}

// VerifyCertificates takes away what turns certificate verification off.
var VerifyCertificates = &fix.Fix{
	Name:    "verify-certificates",
	For:     []*analysis.Rule{transport.TLSVerificationDisabled},
	Compute: verifyCertificates,
}

// caveat: a private host usually had a reason.
const caveat = "Requests to a server with a private or expired certificate fail from now on: give the path of its CA with verify= or REQUESTS_CA_BUNDLE."

// switches are the arguments that turn verification off and the value that
// does it.
var switches = map[string]bool{
	"verify": false, "verify_ssl": false, "ssl": false, "verify_certs": false, "validate_cert": false,
	"tlsAllowInvalidCertificates": true, "tlsAllowInvalidHostnames": true, "tlsInsecure": true,
}

func verifyCertificates(s *fix.Site) []fix.Proposal {
	if target, value, ok := s.Assignment(); ok {
		return assigned(s, target, value)
	}
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("What turns verification off here cannot be told.")
	}
	e := s.Edits()
	switch name := s.EventName(); name {
	case "ssl._create_unverified_context", "ssl._create_stdlib_context":
		e.ReplaceNode(call.On(call.Child(syntax.FieldFunction)), e.Use(call, "ssl", "create_default_context", pyedit.Plain))
		return fix.Propose(e, caveat, "Use ssl.create_default_context()")
	case "ssl.wrap_socket":
		return fix.Refuse("ssl.wrap_socket checks no host name: use wrap_socket of ssl.create_default_context() with server_hostname=.")
	}
	for _, a := range pyedit.Args(call.Node) {
		off, known := switches[a.Name]
		switch {
		case known && (off && fix.IsTrue(a.Value) || !off && fix.IsFalse(a.Value)):
			if !e.RemoveArg(call, a) {
				return fix.Refuse("A comment beside %s= would be lost.", a.Name)
			}
			if publicHost(s, call) {
				return fix.Propose(e, "", "Remove %s=%s", a.Name, a.Value.Str())
			}
			return fix.Propose(e, caveat, "Remove %s=%s", a.Name, a.Value.Str())
		case known && a.Value.Kind() == syntax.KindIdentifier:
			return fix.Refuse("%s= takes its value from %s: change it there.", a.Name, a.Value.Str())
		case a.Name == "cert_reqs" || a.Name == "validate":
			return required(e, call.On(a.Value))
		}
	}
	return fix.Refuse("What turns verification off here cannot be told.")
}

// required puts the strict setting in the place of CERT_NONE.
func required(e *pyedit.Edits, value pyedit.At) []fix.Proposal {
	text := value.Str()
	if !strings.Contains(text, "NONE") {
		return fix.Refuse("The setting comes from %s: change it there.", text)
	}
	if text == "CERT_NONE" {
		e.ReplaceNode(value, e.Use(value, "ssl", "CERT_REQUIRED", pyedit.Plain))
	} else {
		e.ReplaceNode(value, strings.Replace(strings.Replace(text, "CERT_NONE", "CERT_REQUIRED", 1), `"NONE"`, `"REQUIRED"`, 1))
	}
	return fix.Propose(e, caveat, "Require a valid certificate")
}

// assigned fixes verify_mode = ssl.CERT_NONE, session.verify = False and the
// replacement of the default context.
func assigned(s *fix.Site, target, value pyedit.At) []fix.Proposal {
	e := s.Edits()
	switch {
	case strings.HasSuffix(target.Str(), "_create_default_https_context"):
		stmt := s.Statement()
		if !s.File.OwnLines(stmt) || alone(stmt) {
			return fix.Refuse("The statement shares its line or block with nothing else: take it away by hand.")
		}
		e.DeleteLines(stmt)
		e.DropImport("ssl")
		return fix.Propose(e, caveat, "Remove the replacement of the default HTTPS context")
	case fix.IsFalse(value.Node):
		e.ReplaceNode(value, "True")
		return fix.Propose(e, caveat, "Verify certificates")
	}
	checkHost(e, s.Statement(), target)
	return required(e, value)
}

// checkHost turns the check of the host name on again where it was turned off
// beside verify_mode: without it any valid certificate would do.
func checkHost(e *pyedit.Edits, stmt, target pyedit.At) {
	object := target.Child(syntax.FieldObject).Str()
	for _, n := range siblings(e.File(), stmt) {
		a := n.On(n.NamedChild(0))
		left := a.Child(syntax.FieldLeft)
		if a.Kind() != syntax.KindAssignment || left.Kind() != syntax.KindAttribute || left.Child(syntax.FieldAttribute).Str() != "check_hostname" ||
			left.Child(syntax.FieldObject).Str() != object {
			continue
		}
		if v := a.On(a.Child(syntax.FieldRight)); fix.IsFalse(v.Node) {
			e.ReplaceNode(v, "True")
		}
	}
}

// siblings are the statements of the block that holds a statement.
func siblings(f *pyedit.File, stmt pyedit.At) []pyedit.At {
	var out []pyedit.At
	if block := stmt.Parent(); block.OK() {
		for c := range block.NamedChildren() {
			out = append(out, stmt.On(c))
		}
		return out
	}
	for _, u := range f.Tree.Units {
		if u.Parent == "" {
			out = append(out, pyedit.At{Node: u.Root(), Base: u.Start})
		}
	}
	return out
}

// alone reports whether a statement is all that its block holds.
func alone(stmt pyedit.At) bool {
	b := stmt.Parent()
	return b.Kind() == syntax.KindBlock && b.NamedCount() == 1
}

// publicHost reports whether the call's URL is a literal with a public name.
func publicHost(s *fix.Site, call pyedit.At) bool {
	for _, a := range pyedit.Args(call.Node) {
		if a.Name != "" && a.Name != "url" {
			continue
		}
		url, ok := s.Constant(call.On(a.Value))
		if !ok {
			continue
		}
		if host, ok := strings.CutPrefix(url, "https://"); ok {
			host, _, _ = strings.Cut(host, "/")
			host, _, _ = strings.Cut(host, ":")
			return public(host)
		}
	}
	return false
}

// public tells names of the public DNS from addresses and private names.
func public(host string) bool {
	i := strings.LastIndexByte(host, '.')
	if i < 0 {
		return false
	}
	switch top := host[i+1:]; top {
	case "local", "localhost", "internal", "lan", "intranet", "corp", "home", "test", "example", "invalid", "localdomain":
		return false
	default:
		return len(top) >= 2 && !strings.ContainsAny(top, "0123456789]")
	}
}
