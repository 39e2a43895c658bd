package crypto

import (
	"maps"
	"slices"
	"strconv"

	"pavise/analysis/flow"
)

// parameter says where a call takes what a rule asks for: by position, -1 for
// none, or by a name.
type parameter struct {
	at    int
	names []string
}

// parameters are those of several calls, by their qualified names.
type parameters map[string]parameter

// calls are the names of the calls, sorted.
func (list parameters) calls() []string { return slices.Sorted(maps.Keys(list)) }

// of is the argument of a call, nil if it is not given.
func (list parameters) of(e *flow.Event) *flow.Arg {
	x, ok := list[e.Name]
	if !ok {
		return nil
	}
	for _, name := range x.names {
		if a := flow.FindArg(e.Args, name); a != nil {
			return a
		}
	}
	if x.at < 0 {
		return nil
	}
	return flow.FindArg(e.Args, strconv.Itoa(x.at))
}
