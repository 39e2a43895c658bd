package flow

import (
	"strings"

	"pavise/analysis/models"
)

// context is what a template is given by a call.
type context struct {
	list []named
	rest *Value // under names that are not known
}

type named struct {
	name string
	v    *Value
}

func (c *context) tainted() bool {
	for _, x := range c.list {
		if x.v.tainted(models.Operator) {
			return true
		}
	}
	return c.rest.tainted(models.Operator)
}

func (f *frame) contextOf(spec *models.Render, args []Arg) *context {
	c := &context{}
	for _, which := range spec.Context {
		if which == "**" {
			c.keywords(spec, args)
			continue
		}
		if a := FindArg(args, which); a != nil && a.Value.Consts == nil {
			c.add(a.Value)
		}
	}
	return c
}

func (c *context) keywords(spec *models.Render, args []Arg) {
	for _, a := range args {
		switch {
		case a.Name == "" || a.Name == "*":
		case a.Name == "**":
			c.add(a.Value)
		case !listed(spec.Name, a.Name) && !listed(spec.Text, a.Name):
			c.list = append(c.list, named{a.Name, a.Value})
		}
	}
}

func listed(list, name string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(w) == name {
			return true
		}
	}
	return false
}

// add takes over the keys of a dictionary.
func (c *context) add(v *Value) {
	known := false
	for _, p := range v.parts {
		if p.key.kind == keyPart {
			known = true
			c.list = append(c.list, named{p.key.name, p.v})
		}
	}
	switch {
	case !known && v.rest == nil && len(v.Origins) > 0:
		c.rest = join(c.rest, elementOf(v))
	case v.rest != nil && len(v.rest.Origins) == 1 && v.rest.Origins[0].Tier == models.Remote:
		c.rest = join(c.rest, vague(v.rest)) // beside names that are known
	}
}
