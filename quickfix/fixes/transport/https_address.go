package transport

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/rules/transport"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// HTTPSAddress has a service asked over HTTPS.
var HTTPSAddress = &fix.Fix{Name: "https-address", For: []*analysis.Rule{transport.CleartextHttp}, Compute: httpsAddress}

const httpsCaveat = "The service has to answer over HTTPS, with a certificate for its name: try it."

// encrypted are the classes that speak HTTPS in the place of another.
var encrypted = map[string]struct{ module, name string }{
	"http.client.HTTPConnection": {"http.client", "HTTPSConnection"},
	"urllib3.HTTPConnectionPool": {"urllib3", "HTTPSConnectionPool"},
}

func httpsAddress(s *fix.Site) []fix.Proposal {
	if _, value, ok := s.Setting(); ok && s.Node.Kind() != syntax.KindCall {
		return withHTTPS(s, value)
	}
	call, ok := s.Call()
	if !ok {
		return nil
	}
	if class, ok := encrypted[s.EventName()]; ok {
		return encryptConnection(s, call, class.module, class.name)
	}
	a, ok := s.SinkArg(models.URL)
	if !ok {
		return fix.Refuse("The address comes from elsewhere: change it there.")
	}
	return withHTTPS(s, call.On(a.Value))
}

func encryptConnection(s *fix.Site, call pyedit.At, module, name string) []fix.Proposal {
	if _, ok := pyedit.Argument(call.Node, 1, "port"); ok {
		return fix.Refuse("The port is that of the service that is not encrypted: find out which one speaks HTTPS.")
	}
	if host, ok := pyedit.Argument(call.Node, 0, "host"); !ok || strings.Contains(host.Value.Str(), ":") {
		return fix.Refuse("The port is that of the service that is not encrypted: find out which one speaks HTTPS.")
	}
	e := s.Edits()
	fn := call.On(call.Child(syntax.FieldFunction))
	if fn.Kind() == syntax.KindAttribute {
		e.ReplaceNode(fn.On(fn.Child(syntax.FieldAttribute)), name)
	} else {
		old := fn.Str()
		e.ReplaceNode(fn, e.Use(call, module, name, pyedit.From))
		e.DropImport(old)
	}
	return fix.Propose(e, httpsCaveat, "Use %s", name)
}

// withHTTPS writes https in the literal that an address begins with.
func withHTTPS(s *fix.Site, at pyedit.At) []fix.Proposal {
	lit, ok := firstLiteral(s, at)
	if !ok {
		return fix.Refuse("The address comes from elsewhere: change it there.")
	}
	text := lit.Str()
	for _, scheme := range [][2]string{{"http://", "https://"}, {"ws://", "wss://"}} {
		i := strings.Index(text, scheme[0])
		if i < 0 || strings.Trim(text[:i], "fFrRuU\"'") != "" {
			continue
		}
		host, _, _ := strings.Cut(text[i+len(scheme[0]):], "/")
		host = host[strings.LastIndexByte(host, '@')+1:]
		if strings.Contains(strings.Split(host, "{")[0], ":") {
			return fix.Refuse("The port is that of the service that is not encrypted: find out which one speaks HTTPS.")
		}
		e := s.Edits()
		e.ReplaceNode(lit, text[:i]+scheme[1]+text[i+len(scheme[0]):])
		return fix.Propose(e, httpsCaveat, "Use %s", scheme[1])
	}
	return fix.Refuse("The address is put together in a way that is not understood: begin it with https.")
}

// firstLiteral is the literal that a text begins with.
func firstLiteral(s *fix.Site, at pyedit.At) (pyedit.At, bool) {
	for range 8 {
		switch at.Kind() {
		case syntax.KindParenthesizedExpression, syntax.KindConcatenatedString:
			at = at.On(at.NamedChild(0))
		case syntax.KindBinaryOperator:
			at = at.On(at.Child(syntax.FieldLeft))
		case syntax.KindCall: // "...".format(x)
			fn := at.Child(syntax.FieldFunction)
			if fn.Kind() != syntax.KindAttribute || fn.Child(syntax.FieldAttribute).Str() != "format" {
				return pyedit.At{}, false
			}
			at = at.On(fn.Child(syntax.FieldObject))
		case syntax.KindIdentifier:
			def, _, ok := s.Definition(at)
			if !ok {
				return pyedit.At{}, false
			}
			at = def
		case syntax.KindString:
			lit, ok := python.ParseString(at.Node)
			if !ok || len(lit.Tokens[0].Parts) == 0 {
				return pyedit.At{}, false
			}
			if first := lit.Tokens[0].Parts[0]; first.IsHole() {
				at = at.On(first.Expr)
				continue
			}
			return at, true
		default:
			return pyedit.At{}, false
		}
	}
	return pyedit.At{}, false
}
