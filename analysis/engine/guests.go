package engine

// guests are the contributions of closed files, by path in the program, found
// by what they say of other files as well: a keystroke does not look at all.
type guests struct {
	of      map[string]*Contribution
	into    map[string]map[string]bool // file -> guests whose data does something in it
	through map[string]map[string]bool // file -> guests whose data goes through it
}

func newGuests() *guests {
	return &guests{of: map[string]*Contribution{}, into: map[string]map[string]bool{}, through: map[string]map[string]bool{}}
}

// set takes the place of what a file contributed before; nil takes it away.
func (g *guests) set(at string, c *Contribution) {
	if old := g.of[at]; old != nil {
		for path := range old.out {
			delete(g.into[path], at)
		}
		for _, path := range old.on {
			delete(g.through[path], at)
		}
		delete(g.of, at)
	}
	if c == nil {
		return
	}
	g.of[at] = c
	for path, list := range c.out {
		if len(list) > 0 {
			add(g.into, path, at)
		}
	}
	for _, path := range c.on {
		add(g.through, path, at)
	}
}

func add(index map[string]map[string]bool, key, value string) {
	if index[key] == nil {
		index[key] = map[string]bool{}
	}
	index[key][value] = true
}
