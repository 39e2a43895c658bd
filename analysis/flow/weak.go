package flow

import (
	"slices"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// Weakness says in what a check fails that was meant to make data harmless.
type Weakness uint8

// Weaknesses.
const (
	NoWeakness       Weakness = iota
	DotsRefused               // ".." in path: an absolute path has no dots
	DotsRemoved               // path.replace("../", ""): "....//" leaves "../"
	PrefixOpen                // a resolved path starts with the folder, which no separator ends
	PrefixUnresolved          // a path that is not resolved starts with the folder
	CommonPrefix              // os.path.commonprefix compares characters, not folders
	NetlocEmpty               // no netloc: "///host", "/\host" and "https:host" have none
	SameHostJoined            // the netloc of urljoin(own, target), but target itself is used
	LeadingSlash              // begins with "/": so does "//host"
	NoDoubleSlash             // does not begin with "//": "/\host" does not
	NoScheme                  // no "http" or "://": "//host" has neither
	HostInText                // the name of a host somewhere in the URL
	HostPrefix                // begins with scheme and host, which no slash ends
	HostSuffix                // a host ends in another's name, which no dot begins
	TextSuffix                // a URL ends in a host's name
	HostPattern               // a pattern for a host with loose ends or a bare dot
	HostRefused               // some names of private hosts are refused
	Decoded                   // escaped first and decoded again
	TagsRemoved               // HTML filtered by a pattern or by replacing texts
)

// WeakCheck is a half measure that data went through: a test or a rewriting
// that lets some attacks through.
type WeakCheck struct {
	Node  syntax.Node // the test or call
	How   Weakness
	Kinds models.Kind // the harm it was meant to keep off
	prev  *WeakCheck
	n     int
}

// maxChecks bounds the half measures that are remembered for one origin.
const maxChecks = 6

// Passed lists the half measures against a kind of harm that the data went
// through, the first first.
func (r *Reach) Passed(kind models.Kind) []*WeakCheck {
	var out []*WeakCheck
	for c := r.Origin.checks; c != nil; c = c.prev {
		if c.Kinds&kind != 0 && (r.Weak || c.How == Decoded) {
			out = append(out, c)
		}
	}
	slices.Reverse(out)
	return out
}

// Met reports whether some of the data went through half measures of a kind.
func (v *Value) Met(how Weakness) bool {
	for _, o := range v.Origins {
		for c := o.checks; c != nil; c = c.prev {
			if c.How == how {
				return true
			}
		}
	}
	return false
}

// checked returns a copy whose data remembers a half measure.
func (v *Value) checked(n syntax.Node, how Weakness, kinds models.Kind) *Value {
	if how == NoWeakness || !n.OK() || len(v.Origins) == 0 {
		return v
	}
	var out []Origin
	for i, o := range v.Origins {
		if o.Tier < models.Unknown || o.checks.has(n) || o.checks != nil && o.checks.n >= maxChecks {
			continue
		}
		if out == nil {
			out = slices.Clone(v.Origins)
		}
		c := &WeakCheck{Node: n, How: how, Kinds: kinds, prev: o.checks, n: 1}
		if o.checks != nil {
			c.n = o.checks.n + 1
		}
		out[i].checks = c
	}
	if out == nil {
		return v
	}
	c := *v
	c.root = v.id()
	c.Origins = out
	return &c
}

func (c *WeakCheck) has(n syntax.Node) bool {
	for ; c != nil; c = c.prev {
		if c.Node == n {
			return true
		}
	}
	return false
}

// joinChecks keeps what either of two copies of the same data remembers.
func joinChecks(a, b []Origin) []Origin {
	var out []Origin
	for i := range a {
		if a[i].checks != nil || i >= len(b) || b[i].checks == nil || a[i].Node != b[i].Node {
			continue
		}
		if out == nil {
			out = slices.Clone(a)
		}
		out[i].checks = b[i].checks
	}
	if out == nil {
		return a
	}
	return out
}

// at ties the half measures of a test to its place.
func at(v *Value, n syntax.Node) *Value {
	if v == nil || v.rel == nil || v.rel.how != "test" {
		return v
	}
	for i := range v.rel.facts {
		if x := &v.rel.facts[i]; x.how != NoWeakness && !x.node.OK() {
			x.node, x.holds = n, x.onTrue
		}
	}
	return v
}

// either is what holds of the values of two tests when one of them, nobody
// knows which, had the outcome side.
func either(a, b []fact, side bool) []fact {
	var out []fact
	for _, x := range a {
		if x.onTrue != side {
			continue
		}
		for _, y := range b {
			if y.onTrue != side || y.base.id() != x.base.id() {
				continue
			}
			z := x
			if z.how == NoWeakness {
				z = y
			}
			z.kinds = x.kinds & y.kinds
			z.weak = (x.kinds | x.weak) & (y.kinds | y.weak) &^ z.kinds
			z.marks = x.marks & y.marks
			if z.kinds|z.weak != 0 || z.marks != 0 {
				out = append(out, z)
			}
		}
	}
	return out
}

// constsOf are the constants that a value, or each element of a tuple or list,
// is; nil if one is not known.
func constsOf(v *Value) []Const {
	if v.Consts != nil {
		return v.Consts
	}
	if v.Type != "tuple" && v.Type != "list" && v.Type != "set" || v.parts == nil && v.rest == nil {
		return nil
	}
	var out []Const
	for _, p := range v.parts {
		if len(p.v.Consts) == 0 {
			return nil
		}
		out = append(out, p.v.Consts...)
	}
	if v.rest != nil {
		if v.rest.Consts == nil {
			return nil
		}
		out = append(out, v.rest.Consts...)
	}
	return out
}

// part ties a part of a parsed address to the address.
func (r *relation) part(name string) *relation {
	if r.whole != nil { // of urljoin(own, x): its parts are not those of x
		if name == "netloc" || name == "hostname" {
			return &relation{how: "joined netloc", base: r.base, whole: r.whole}
		}
		return nil
	}
	return &relation{how: name, base: r.base}
}
