// Package jwt holds the rules about signed tokens.
package jwt

import (
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// Rules are the rules of this class.
var Rules = []*analysis.Rule{JWTNotVerified, JWTNoneAlgorithm, JWTAlgorithmConfusion, JWTHardcodedKey, JWTNoExpiry, JWTSensitivePayload}

// decodes and encodes are the calls that read and make tokens.
var (
	decodes = []string{
		"jwt.decode", "jwt.decode_complete", "jwt.api_jwt.decode", "jwt.PyJWT.decode", "jwt.api_jwt.PyJWT.decode", "jose.jwt.decode", "authlib.jose.jwt.decode",
		"authlib.jose.JsonWebToken.decode",
	}
	encodes = []string{
		"jwt.encode", "jwt.api_jwt.encode", "jwt.PyJWT.encode", "jwt.api_jwt.PyJWT.encode", "jose.jwt.encode", "authlib.jose.jwt.encode",
		"authlib.jose.JsonWebToken.encode",
	}
)

func pyjwt(name string) bool     { return strings.HasPrefix(name, "jwt.") }
func isAuthlib(name string) bool { return strings.HasPrefix(name, "authlib.") }

// argument is the argument of a call at a position or under one of the names.
func argument(e *flow.Event, at int, keywords ...string) *flow.Arg {
	for _, name := range keywords {
		if a := flow.FindArg(e.Args, name); a != nil {
			return a
		}
	}
	return flow.FindArg(e.Args, strconv.Itoa(at))
}

// algorithms is the argument with the accepted algorithms.
func algorithms(e *flow.Event) *flow.Arg {
	if a := flow.FindArg(e.Args, "algorithms"); a != nil {
		return a
	}
	if a := flow.FindArg(e.Args, "algorithm"); a != nil {
		return a // what PyJWT 0.4 and many callers write
	}
	if a := flow.FindArg(e.Args, "2"); a != nil && a.Value.Type != "bool" {
		return a
	}
	return flow.FindArg(e.Args, "3")
}

// names are the constant texts in a list, or the one that a value is.
func names(v *flow.Value) []string {
	var out []string
	for _, x := range flow.Parts(v) {
		if s, ok := x.Str(); ok {
			out = append(out, s)
		}
	}
	return out
}

// option is what the options of a call say under a name, nil if nothing.
func option(e *flow.Event, name string) *flow.Value {
	at := 3
	if pyjwt(e.Name) {
		if a := flow.FindArg(e.Args, "4"); a != nil {
			return a.Value.Key(name)
		}
	}
	a := argument(e, at, "options")
	if a == nil {
		return nil
	}
	return a.Value.Key(name)
}

// off reports whether a value is False for certain.
func off(v *flow.Value) bool {
	b, ok := v.Bool()
	return ok && !b
}

// function is the function that holds a node, or the root of its unit.
func function(n syntax.Node) syntax.Node {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindFunctionDefinition {
			return p
		}
	}
	return n.Unit().Root()
}
