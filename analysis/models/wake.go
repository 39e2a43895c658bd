package models

import "strings"

// Leaf is the last part of a qualified name that models or rules look at, with
// what must be true of a file for it to matter there.
type Leaf struct {
	ID    int
	Roots []string // root modules, one of which the file must import; nil: always matters
	// Remote is set if the name only matters where data of a remote client can be.
	Remote bool
	// Secret is set if it also matters where something secret is named.
	Secret bool
	// Client is set if it may bring in a client's data: it is a source, or a way
	// in which handlers are called, that a project told of.
	Client bool
	// Registers is set if it can be a call that registers a handler.
	Registers bool
	// Signs has a bit for each place in the signature of a handler that a
	// parameter of this name can have.
	Signs uint64
}

// remoteOnly are the sink kinds about which no rule says anything unless the
// data comes from a client.
const remoteOnly = Template | Path | URL | Redirect | Header | Log | Regex | XML | LDAP | XPath | NoSQL |
	Argument | Program | Import | Reflect | Format | Query | Assign | Markup | CSV | Mail | Session | Cookie | Detail

// Leaves indexes the names of all sinks, and of wants, by their last part.
func (s *Set) Leaves(wants map[string]bool) map[string]*Leaf {
	out := map[string]*Leaf{}
	add := func(name string, remote bool) *Leaf {
		root, leaf := splitLeaf(name)
		if s.Own(name) {
			root = "" // the project imports itself in many ways
		}
		l := out[leaf]
		if l == nil {
			l = &Leaf{ID: len(out), Roots: []string{}, Remote: true}
			out[leaf] = l
		}
		l.Remote = l.Remote && remote
		if root == "" {
			l.Roots = nil
		}
		if l.Roots != nil {
			l.Roots = append(l.Roots, root)
		}
		return l
	}
	for name, list := range s.sinks {
		remote, secret := true, false
		for _, k := range list {
			// of code that is hardly ever run as such, too
			remote = remote && (k.kind&^remoteOnly == 0 || k.Weak && k.kind == Code)
			secret = secret || k.kind&Log != 0
		}
		l := add(name, remote)
		l.Secret = l.Secret || secret
	}
	for name := range s.sets {
		add(name, true)
	}
	for name := range s.renders {
		add(name, true)
	}
	for name := range s.registers {
		add(name, true).Registers = true
	}
	for name := range wants {
		add(strings.TrimPrefix(name, "="), false)
	}
	if s.own != nil {
		for name := range s.own.entrances() {
			add(name, true).Client = true
		}
	}
	s.addSigns(out)
	return out
}

// splitLeaf takes the root module and the last part from a qualified name;
// the root is "" for builtins, for methods of unknown receivers and for
// variables.
func splitLeaf(name string) (root, leaf string) {
	name = strings.TrimSuffix(name, "]")
	if i := strings.LastIndexByte(name, '['); i >= 0 {
		leaf = name[i+1:]
		name = name[:i]
		if name == "" {
			return "", leaf
		}
		if leaf == "" { // reading any item
			leaf = name[strings.LastIndexByte(name, '.')+1:]
		}
	} else {
		leaf = name[strings.LastIndexByte(name, '.')+1:]
	}
	if i := strings.IndexByte(name, '.'); i > 0 {
		return name[:i], leaf
	}
	return "", leaf
}

// addSigns gives a bit to each place in the signatures of handlers whose files
// need not import anything.
func (s *Set) addSigns(leaves map[string]*Leaf) {
	next := uint64(1)
	for _, r := range s.signatures {
		if r.Import != "" {
			continue
		}
		for _, names := range r.Signature {
			for name := range strings.SplitSeq(names, "|") {
				l := leaves[name]
				if l == nil {
					l = &Leaf{ID: len(leaves), Roots: []string{}, Remote: true}
					leaves[name] = l
				}
				l.Signs |= next
			}
			next <<= 1
		}
	}
}

// SignatureBits are the signatures of such handlers, as the bits of their places.
func (s *Set) SignatureBits() []uint64 {
	var out []uint64
	n := 0
	for _, r := range s.signatures {
		if r.Import == "" {
			out = append(out, (1<<len(r.Signature)-1)<<n)
			n += len(r.Signature)
		}
	}
	return out
}

// RemoteRoots are the root modules whose objects hold a client's data.
func (s *Set) RemoteRoots() map[string]bool { return s.remote }
