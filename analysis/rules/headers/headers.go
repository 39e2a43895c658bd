// Package headers holds the rules about the security headers of responses.
package headers

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

// Rules are the rules of this class.
var Rules = []*analysis.Rule{SecurityHeadersMissing, ClickjackingAllowed, CspWeak, HstsWeak, HeaderUnsafeValue}

// talisman are the calls that set all headers of a Flask application.
var talisman = []string{"flask_talisman.Talisman", "flask_talisman.Talisman.init_app", "flask_talisman.talisman.Talisman", "talisman.Talisman"}

// directives reads a policy written out as one text.
func directives(policy string) map[string][]string {
	out := map[string][]string{}
	for part := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(part)
		if len(words) > 0 {
			name := strings.ToLower(words[0])
			if _, again := out[name]; !again {
				out[name] = words[1:]
			}
		}
	}
	return out
}

// policyOf reads a policy given as a text or as a dict of lists or texts.
func policyOf(v *flow.Value) map[string][]string {
	if v == nil {
		return nil
	}
	if s, ok := v.Text(); ok {
		return directives(s)
	}
	out := map[string][]string{}
	for _, name := range []string{"default-src", "script-src", "script-src-elem", "frame-ancestors"} {
		for _, spelled := range []string{name, strings.ReplaceAll(name, "-", "_")} {
			if x := v.Key(spelled); x != nil {
				out[name] = append(out[name], words(x)...)
			}
		}
	}
	return out
}

// words are the sources that a value lists.
func words(v *flow.Value) []string {
	var out []string
	for _, s := range flow.ConstTexts(v) {
		out = append(out, strings.Fields(s)...)
	}
	for _, p := range flow.Parts(v) {
		switch {
		case strings.HasSuffix(p.Name, ".CSP.UNSAFE_INLINE"), strings.HasSuffix(p.Name, ".csp.UNSAFE_INLINE"), strings.HasSuffix(p.Name, "constants.UNSAFE_INLINE"):
			out = append(out, "'unsafe-inline'")
		case strings.HasSuffix(p.Name, ".UNSAFE_EVAL"):
			out = append(out, "'unsafe-eval'")
		case strings.HasSuffix(p.Name, ".NONCE"), strings.HasSuffix(p.Name, ".STRICT_DYNAMIC"):
			out = append(out, "'strict-dynamic'")
		}
	}
	return out
}
