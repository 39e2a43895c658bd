// Package rules lists every rule.
package rules

import (
	"slices"
	"sync"

	"pavise/analysis"
	"pavise/analysis/rules/access"
	"pavise/analysis/rules/auth"
	"pavise/analysis/rules/cmdi"
	"pavise/analysis/rules/codeexec"
	"pavise/analysis/rules/cors"
	"pavise/analysis/rules/crypto"
	"pavise/analysis/rules/csrf"
	"pavise/analysis/rules/deser"
	"pavise/analysis/rules/dos"
	"pavise/analysis/rules/errors"
	"pavise/analysis/rules/files"
	"pavise/analysis/rules/headers"
	"pavise/analysis/rules/injection"
	"pavise/analysis/rules/jwt"
	"pavise/analysis/rules/logging"
	"pavise/analysis/rules/redirect"
	"pavise/analysis/rules/secrets"
	"pavise/analysis/rules/session"
	"pavise/analysis/rules/settings"
	"pavise/analysis/rules/sqli"
	"pavise/analysis/rules/ssrf"
	"pavise/analysis/rules/ssti"
	"pavise/analysis/rules/suppressions"
	"pavise/analysis/rules/transport"
	"pavise/analysis/rules/traversal"
	"pavise/analysis/rules/validation"
	"pavise/analysis/rules/xml"
	"pavise/analysis/rules/xss"
)

// All rules, by class. Callers must not change the list.
func All() []*analysis.Rule { return all() }

var all = sync.OnceValue(func() []*analysis.Rule {
	// rules of one class give way to those of another
	yield(crypto.WeakCipher, transport.WeakTLSVersion)
	yield(secrets.HardcodedPassword, jwt.JWTHardcodedKey)
	yield(jwt.JWTHardcodedKey, secrets.HardcodedSecretKey)
	yield(auth.InsecureHTTPBasic, crypto.TimingUnsafeCompare, crypto.PlaintextPasswordCompare)
	return slices.Concat(
		sqli.Rules, cmdi.Rules, codeexec.Rules, ssti.Rules, xss.Rules, deser.Rules, redirect.Rules, ssrf.Rules,
		traversal.Rules, files.Rules, validation.Rules, crypto.Rules, jwt.Rules, secrets.Rules, settings.Rules, transport.Rules, dos.Rules, xml.Rules,
		injection.Rules, logging.Rules, errors.Rules, session.Rules, csrf.Rules, cors.Rules, headers.Rules, access.Rules, auth.Rules, suppressions.Rules,
	)
})

func yield(r *analysis.Rule, to ...*analysis.Rule) {
	r.Yields = append(r.Yields, to...)
}

// ByID finds a rule by its ID, nil if there is none.
func ByID(id string) *analysis.Rule {
	for _, r := range All() {
		if r.ID == id {
			return r
		}
	}
	return nil
}
