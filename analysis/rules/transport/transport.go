// Package transport holds the rules about transport security.
package transport

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	TLSVerificationDisabled, HttpsRedirectMissing, TLSHostnameCheckDisabled, WeakTLSVersion, TLSDefaultContext, CredentialsOverCleartext,
	CleartextProtocolClient, SSHHostKeyUnchecked,
}
