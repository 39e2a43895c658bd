// Package csrf holds the rules about requests that other sites make a user send.
package csrf

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{CsrfDisabled, CsrfProtectionMissing, CsrfTrustTooWide, FormWithoutCSRFToken, StateChangeOnGet}

const forged = "another site can make a signed-in user's browser send requests that change data."
