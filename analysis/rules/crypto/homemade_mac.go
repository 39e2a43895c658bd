package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed homemade_mac.md
var homemadeMACPage string

// HomemadeMAC: a digest of a key and a message in place of HMAC.
var HomemadeMAC = &analysis.Rule{
	ID:         "homemade-mac",
	Class:      "crypto",
	Title:      "Keyed hash by concatenation",
	CWE:        []int{328, 327},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       homemadeMACPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: digests(), Run: judgeMAC},
	},
	Yields: []*analysis.Rule{FastPasswordHash},
}

// macKey recognises keys that are put before or behind a message.
var macKey = regexp.MustCompile(`(?i)secret|(?:api|app|private|signing|sign|hmac|auth|access|shared|merchant|partner|master)_?key(?:[^a-z]|$)|^key$`)

// saltName recognises what is hashed with a password.
var saltName = regexp.MustCompile(`(?i)salt`)

// macUse recognises what a digest is used for that has to prove who made it.
var macUse = regexp.MustCompile(`(?i)sign|(?:^|[^a-z])sig(?:[^a-z]|$)|(?:^|[^a-z])mac(?:[^a-z]|$)|hmac|token|auth|verif|(?:^|[^a-z])seal|tamper`)

func judgeMAC(p *analysis.Pass, e *flow.Event) {
	which := 0
	if e.Name == "hashlib.new" {
		which = 1
	}
	if strings.HasPrefix(e.Name, "hashlib.blake2") || strings.HasPrefix(e.Name, "hashlib.sha3") || strings.HasSuffix(e.Name, ".update") || strings.Contains(e.Name, "crc32") ||
		strings.HasSuffix(e.Name, "b64encode") || analysis.TestFile(p.Path) {
		return // of which the result cannot be continued
	}
	a := argument(e, which, "data", "string")
	if a == nil {
		return
	}
	key, message := MACParts(a.Node)
	if !key.OK() || !message.OK() {
		return
	}
	name := called(bare(key))
	if passwordName.MatchString(names(a.Node)) || saltName.MatchString(names(a.Node)) || name == "key" && !macUse.MatchString(purpose(e)) {
		return
	}
	c := analysis.Unsure
	if macUse.MatchString(purpose(e)) || macUse.MatchString(e.Func) {
		c = analysis.Likely
	}
	p.Report(e, c, "a digest of the key and the message put together is no signature: more can be added to the message without the key. Use hmac.new(key, message, hashlib.sha256).")
}

// MACParts are the key and the message that an expression puts together, no
// nodes if it is nothing of the kind.
func MACParts(n syntax.Node) (key, message syntax.Node) {
	n = bare(n)
	var left, right syntax.Node
	switch n.Kind() {
	case syntax.KindBinaryOperator:
		if n.Op() != "+" {
			return key, message
		}
		left, right = n.Child(syntax.FieldLeft), n.Child(syntax.FieldRight)
	case syntax.KindString:
		var holes []syntax.Node
		for c := range n.NamedChildren() {
			if c.Kind() == syntax.KindInterpolation {
				holes = append(holes, c.Child(syntax.FieldExpression))
			}
		}
		if len(holes) < 2 {
			return key, message
		}
		left, right = holes[0], holes[len(holes)-1]
	default:
		return key, message
	}
	end := left
	for end.Kind() == syntax.KindBinaryOperator && end.Op() == "+" {
		end = end.Child(syntax.FieldLeft)
	}
	switch {
	case isMACKey(end):
		return end, right
	case isMACKey(right):
		return right, left
	}
	return syntax.Node{}, syntax.Node{}
}

func isMACKey(n syntax.Node) bool { return macKey.MatchString(called(bare(n))) }

// bare is an expression without .encode() and parentheses.
func bare(n syntax.Node) syntax.Node {
	for range 6 {
		switch n.Kind() {
		case syntax.KindParenthesizedExpression:
			n = n.NamedChild(0)
			continue
		case syntax.KindCall:
			fn := n.Child(syntax.FieldFunction)
			if fn.Kind() == syntax.KindAttribute {
				switch fn.Child(syntax.FieldAttribute).Str() {
				case "encode", "decode", "strip", "lower", "upper":
					n = fn.Child(syntax.FieldObject)
					continue
				}
			}
			if name := fn.Str(); (name == "bytes" || name == "str") && n.Child(syntax.FieldArguments).NamedCount() > 0 {
				n = n.Child(syntax.FieldArguments).NamedChild(0)
				continue
			}
		}
		return n
	}
	return n
}
