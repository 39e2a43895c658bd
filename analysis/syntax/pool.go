package syntax

// The pool holds what some hundred keystrokes leave behind, or one whole file
// of the largest usual size.
const (
	poolUnits = 4096
	poolBytes = 16 << 20
	poolDepth = 16 // how many units of one text are looked through
)

// pool remembers intact units that have vanished from a file, the oldest going
// first, so that text that comes back (an undo, a closed quote, a moved
// function) brings back the same units.
type pool struct {
	byText        map[poolKey]*pooled
	first, last   *pooled // in order of age, oldest first
	count, nbytes int
}

type poolKey struct {
	hash  uint64
	kind  Kind
	class Class
}

type pooled struct {
	unit         *Unit
	suspect      bool // as in Placed
	older, newer *pooled
	same         *pooled // next with this poolKey
}

func keyOf(u *Unit) poolKey { return poolKey{u.Hash, u.Kind, u.Class} }

// put adds u, which holds no error.
func (p *pool) put(u *Unit, suspect bool) {
	if p.byText == nil {
		p.byText = map[poolKey]*pooled{}
	}
	e := &pooled{unit: u, suspect: suspect, older: p.last}
	if p.last != nil {
		p.last.newer = e
	} else {
		p.first = e
	}
	p.last = e
	p.count++
	p.nbytes += u.size()
	// Behind those that came before: they are taken in the order of the file.
	if head := p.byText[keyOf(u)]; head == nil {
		p.byText[keyOf(u)] = e
	} else {
		for i := 0; head.same != nil && i < poolDepth; i++ {
			head = head.same
		}
		e.same, head.same = head.same, e
	}
	for p.count > poolUnits || p.nbytes > poolBytes {
		p.remove(p.first)
	}
}

// take removes and returns the first of the units of k that is wanted, and
// whether it is suspect. It returns nil if none is wanted.
func (p *pool) take(k poolKey, wanted func(u *Unit, suspect bool) bool) (*Unit, bool) {
	x := p.byText[k]
	for i := 0; x != nil && i < poolDepth; i++ {
		if wanted(x.unit, x.suspect) {
			p.remove(x)
			return x.unit, x.suspect
		}
		x = x.same
	}
	return nil, false
}

func (p *pool) remove(e *pooled) {
	k := keyOf(e.unit)
	if head := p.byText[k]; head == e {
		if e.same == nil {
			delete(p.byText, k)
		} else {
			p.byText[k] = e.same
		}
	} else {
		for head.same != e {
			head = head.same
		}
		head.same = e.same
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		p.first = e.newer
	}
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		p.last = e.older
	}
	p.count--
	p.nbytes -= e.unit.size()
}

// size is about how many bytes the unit holds.
func (u *Unit) size() int { return 160 + len(u.Text) + 20*len(u.recs) }
