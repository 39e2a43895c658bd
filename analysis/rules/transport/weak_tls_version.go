package transport

import (
	"bytes"
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed weak_tls_version.md
var weakTLSVersionPage string

// WeakTLSVersion: obsolete TLS/SSL protocol allowed.
var WeakTLSVersion = &analysis.Rule{
	ID:         "weak-tls-version",
	Class:      "transport",
	Title:      "Obsolete TLS/SSL protocol allowed",
	CWE:        []int{327, 757},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Bandit: []string{"B502", "B503"}, Ruff: []string{"S502", "S503"}, Semgrep: []string{"weak-ssl-version", "no-set-ciphers"}},
	Page:       weakTLSVersionPage,
	Checks: []analysis.Check{
		analysis.Texts{Run: judgeVersions},
		analysis.Calls{Names: []string{".set_ciphers", "ssl.SSLContext.set_ciphers"}, Run: judgeCiphers},
	},
}

const obsolete = " is broken: an attacker on the network path can have it chosen and read what is sent. Allow TLS 1.2 and newer only."

// weakVersions are the names of obsolete protocols, with what they stand for.
var weakVersions = map[string]string{
	"PROTOCOL_SSLv2": "SSL 2", "PROTOCOL_SSLv3": "SSL 3", "PROTOCOL_TLSv1": "TLS 1.0", "PROTOCOL_TLSv1_1": "TLS 1.1",
	"SSLv2_METHOD": "SSL 2", "SSLv3_METHOD": "SSL 3", "TLSv1_METHOD": "TLS 1.0", "TLSv1_1_METHOD": "TLS 1.1",
	"TLSVersion.SSLv3": "SSL 3", "TLSVersion.TLSv1": "TLS 1.0", "TLSVersion.TLSv1_1": "TLS 1.1", "TLSVersion.MINIMUM_SUPPORTED": "The oldest protocol of the library",
	"SSL3_VERSION": "SSL 3", "TLS1_VERSION": "TLS 1.0", "TLS1_1_VERSION": "TLS 1.1",
}

// judgeVersions objects to a use of an obsolete protocol: as an argument, a
// default, or what is assigned. Tables and comparisons only name it.
func judgeVersions(p *analysis.Pass, t *analysis.Text) {
	if t.Unit == nil || !bytes.Contains(t.Bytes, []byte("SSL")) && !bytes.Contains(t.Bytes, []byte("TLS")) {
		return
	}
	for i := range t.Unit.Len() {
		n := t.Unit.At(i)
		what := ""
		switch n.Kind() {
		case syntax.KindAttribute:
			last := n.Child(syntax.FieldAttribute).Str()
			if what = weakVersions[last]; what == "" {
				if object := n.Child(syntax.FieldObject).Str(); object == "TLSVersion" || strings.HasSuffix(object, ".TLSVersion") {
					what = weakVersions["TLSVersion."+last]
				}
			}
		case syntax.KindIdentifier:
			if n.Parent().Kind() != syntax.KindAttribute {
				what = weakVersions[n.Str()]
			}
		case syntax.KindAugmentedAssignment:
			if text := n.Str(); strings.Contains(text, "&= ~") && (strings.Contains(text, "OP_NO_SSLv3") || strings.Contains(text, "OP_NO_SSLv2") || strings.HasSuffix(text, "OP_NO_TLSv1") || strings.HasSuffix(text, "OP_NO_TLSv1_1")) {
				p.ReportText(n.Span(), sure(p, analysis.Certain), "An obsolete protocol is switched on again: it"+obsolete).Node = n
			}
		}
		if what == "" || !used(n) {
			continue
		}
		p.ReportText(n.Span(), sure(p, analysis.Certain), what+obsolete).Node = n
	}
}

// used reports whether an expression is handed to something.
func used(n syntax.Node) bool {
	parent := n.Parent()
	switch parent.Kind() {
	case syntax.KindArgumentList:
		callee := parent.Parent().Child(syntax.FieldFunction).Str()
		if strings.HasSuffix(callee, ".get") || strings.HasSuffix(callee, ".append") || strings.HasSuffix(callee, ".setdefault") {
			return false // a table
		}
		return callee != "hasattr" && callee != "getattr" && callee != "isinstance" && callee != "print"
	case syntax.KindKeywordArgument, syntax.KindDefaultParameter, syntax.KindTypedDefaultParameter:
		return parent.Child(syntax.FieldValue) == n
	case syntax.KindAssignment:
		left := parent.Child(syntax.FieldLeft).Str()
		low := strings.ToLower(left)
		return parent.Child(syntax.FieldRight) == n && parent.Child(syntax.FieldLeft).Kind() != syntax.KindSubscript && !strings.HasPrefix(left, "self._") && !strings.Contains(low, "maximum") &&
			(strings.Contains(low, "version") || strings.Contains(low, "method") || strings.Contains(low, "protocol") || strings.Contains(low, "ssl") || strings.Contains(low, "tls"))
	}
	return false
}

// weakCiphers are the parts of names of cipher suites that are broken.
var weakCiphers = []string{"NULL", "RC4", "EXP", "DES", "MD5", "ADH", "AECDH", "IDEA", "SEED", "LOW"}

func judgeCiphers(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "0")
	if a == nil {
		return
	}
	list, ok := a.Value.Text()
	if !ok {
		return
	}
	for one := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ':' || r == ',' || r == ' ' || r == '@' }) {
		if one == "SECLEVEL=0" {
			p.Report(e, sure(p, analysis.Certain), "SECLEVEL=0 allows keys, hashes and protocols that are broken. Leave it out.")
			return
		}
		if strings.HasPrefix(one, "!") || strings.HasPrefix(one, "-") {
			continue
		}
		for _, w := range weakCiphers {
			if strings.Contains(strings.ToUpper(one), w) {
				p.Report(e, sure(p, analysis.Certain), "The cipher "+one+" is broken: what is sent can be read. Leave the choice to the library.")
				return
			}
		}
	}
}
