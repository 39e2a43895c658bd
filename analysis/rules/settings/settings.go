// Package settings holds the rules about insecure settings.
package settings

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	DebugEnabled, DebuggerCall, AllowedHostsWildcard, BindAllInterfaces, TestConfigActive, DjangoSecuritySettings, WeakPasswordHasherConfig, PasswordPolicyMissing,
	DevelopmentServer,
}
