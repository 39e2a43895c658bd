// Package session holds the rules about sessions and cookies.
package session

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	SessionFixation, CookieValueFromRequest, CookieNotSecure, CookieNotHttponly, CookieSamesiteWeak, SessionCookieSettings, SessionLifetime,
}
