// Package wordset writes sets of names as one text.
package wordset

import "strings"

// Of is the set of the words of a text.
func Of(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}
