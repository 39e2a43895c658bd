// Package access holds the rules about what clients may read and change.
package access

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{MassAssignment, DefaultPermissionsOpen, ClientControlledPrivilege}
