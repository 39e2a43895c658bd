// Package auth holds the rules about who may call what.
package auth

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{DecoratorOrder, ClientIPTrust, InsecureHTTPBasic, LoginBruteForce, RouteWithoutAuth, WeakPasswordReset}
