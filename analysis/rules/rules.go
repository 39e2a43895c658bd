// Package rules lists every rule.
package rules

import (
	"slices"

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

// Rules of one class give way to those of another.
var (
	_ = give(crypto.WeakCipher, transport.WeakTLSVersion)
	_ = give(secrets.HardcodedPassword, jwt.JWTHardcodedKey)
	_ = give(jwt.JWTHardcodedKey, secrets.HardcodedSecretKey)
	_ = give(auth.InsecureHTTPBasic, crypto.TimingUnsafeCompare, crypto.PlaintextPasswordCompare)
)

func give(r *analysis.Rule, way ...*analysis.Rule) bool {
	r.Yields = append(r.Yields, way...)
	return true
}

// All rules, by class.
func All() []*analysis.Rule {
	return slices.Concat(
		sqli.Rules, cmdi.Rules, codeexec.Rules, ssti.Rules, xss.Rules, deser.Rules, redirect.Rules, ssrf.Rules,
		traversal.Rules, files.Rules, validation.Rules, crypto.Rules, jwt.Rules, secrets.Rules, settings.Rules, transport.Rules, dos.Rules, xml.Rules,
		injection.Rules, logging.Rules, errors.Rules, session.Rules, csrf.Rules, cors.Rules, headers.Rules, access.Rules, auth.Rules, suppressions.Rules,
	)
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
