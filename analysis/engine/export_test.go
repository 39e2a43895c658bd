package engine

// Runs counts the runs of units since the session was made or configured.
func (s *Session) Runs() int { return s.program.Runs() }

// Recalled counts the files of the batch that were not analysed again.
func (b *Batch) Recalled() int {
	n := 0
	for _, x := range b.order {
		if x.memo != nil {
			n++
		}
	}
	return n
}
