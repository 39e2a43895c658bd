package cli

import (
	"pavise/analysis/engine"
	"pavise/cmd/internal/report"
)

// sieve decides which findings of a check are reported: those that a baseline
// does not hold, of which a change is a part.
type sieve struct {
	known *baseline // nil without one
	made  *baseline // that is to be written, nil if none is
	since *since    // nil if all lines count
}

func (c *checkCmd) sieve(batch *engine.Batch) (*sieve, error) {
	s := &sieve{}
	var err error
	if c.Baseline != "" {
		if s.known, err = readBaseline(c.Baseline); err != nil {
			return nil, err
		}
	}
	if c.WriteBaseline != "" {
		if s.made, err = newBaseline(c.WriteBaseline); err != nil {
			return nil, err
		}
	}
	if c.Diff != "" {
		paths := here(c.Paths)
		if c.StdinFilename != "" {
			paths = []string{c.StdinFilename}
		}
		if s.since, err = newSince(c.Diff, paths, batch.File); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// file takes from an outcome what is not reported.
func (s *sieve) file(o *outcome) error {
	if s.made != nil {
		s.made.hold(&o.File)
	}
	if s.known != nil && !o.Skipped {
		s.known.split(&o.File, o.cfg)
	}
	if s.since != nil {
		return s.since.keep(&o.File)
	}
	return nil
}

func (s *sieve) gone() int {
	if s.known == nil {
		return 0
	}
	return s.known.gone()
}

// write makes the new baseline and says so.
func (s *sieve) write(a *app, path string) error {
	if err := s.made.write(path); err != nil {
		return err
	}
	a.note("%s written to %s: `pavise check --baseline %s` reports what is not among them", report.Count(s.made.count(), "finding"), path, path)
	return nil
}

func (s *sieve) close() {
	if s.since != nil {
		s.since.repo.close()
	}
}

// nothing reports nothing.
type nothing struct{}

func (nothing) File(*report.File) error     { return nil }
func (nothing) Close(*report.Summary) error { return nil }
