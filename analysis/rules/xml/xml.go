// Package xml holds the rules about parsing XML.
package xml

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{XXE, XMLUntrustedParse}
