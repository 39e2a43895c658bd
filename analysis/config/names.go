package config

import (
	"slices"
	"strings"

	"pavise/analysis"
)

// Names lists what select, ignore and suppressions may name: the rules and
// their classes, sorted.
func Names(rules []*analysis.Rule) []string {
	names := make([]string, 0, 2*len(rules))
	for _, r := range rules {
		names = append(names, r.ID, r.Class)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Closest is the name that was probably meant by s, "" if none is near: at
// most a third of its letters differ, or s is the start of just one name.
func Closest(s string, names []string) string {
	s = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "-")
	best, least := "", len(s)/3+1
	for _, n := range names {
		if d := distance(s, n); d < least {
			best, least = n, d
		}
	}
	if best != "" || s == "" {
		return best
	}
	for _, n := range names {
		if strings.HasPrefix(n, s) || strings.Contains(n, "-"+s) {
			if best != "" {
				return ""
			}
			best = n
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their
// neighbour to come from a to b.
func distance(a, b string) int {
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return prev[len(b)]
}
