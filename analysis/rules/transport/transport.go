// Package transport holds the rules about transport security.
package transport

import (
	"pavise/analysis"
	"pavise/analysis/secrets"
)

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	TLSVerificationDisabled, HttpsRedirectMissing, TLSHostnameCheckDisabled, WeakTLSVersion, TLSDefaultContext, CredentialsOverCleartext,
	CleartextProtocolClient, CleartextHttp, SSHHostKeyUnchecked,
}

// sure is a confidence, but low in tests: what they connect to is their own.
func sure(p *analysis.Pass, c analysis.Confidence) analysis.Confidence {
	if secrets.RoleOf(p.Path) == secrets.Test {
		return analysis.Unsure
	}
	return c
}
