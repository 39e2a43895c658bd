// Package secrets tells secrets from other text: tokens of providers, private
// keys, credentials in URLs, and values whose name says that they are secret. It
// knows text only; what a finding is worth is for the rules to say.
package secrets

import (
	"bytes"

	"pavise/analysis/source"
)

// Kind says what a secret is.
type Kind uint8

// Kinds.
const (
	Token      Kind = iota // a credential of a provider, known by its form
	PrivateKey             // the block of a private key
	URL                    // user and password in a URL
	Named                  // the value of a name that says that it is secret
)

// Match is a secret that stands in a text.
type Match struct {
	Kind Kind
	Span source.Span // of the secret alone
	What string      // of a token: its kind, "github-pat"; of a value: its name
	// Near is set if only a provider's name beside it tells what it is.
	Near bool
	// Doubt is set if it looks like an example, or like what everyone uses on a
	// machine of their own.
	Doubt bool
	// Random is set if a value looks as if a machine had made it.
	Random bool
}

// Result is what a scan found.
type Result struct {
	Matches []Match
	// Stopped is the offset at which the scan gave up, 0 if it came to the end.
	Stopped uint32
}

// maxMatches bounds what is found in one text, and maxLooks how often a pattern
// is tried: a text of nothing but names of providers ends the scan.
const (
	maxMatches = 200
	maxLooks   = 50_000
)

// Scan finds the secrets in a text that need no knowledge of its language.
func Scan(text []byte) Result {
	var r Result
	tokens(text, &r)
	privateKeys(text, &r)
	urls(text, &r)
	return r
}

func (r *Result) add(m Match) {
	for i := range r.Matches {
		o := &r.Matches[i]
		if o.Span.Start < m.Span.End && m.Span.Start < o.Span.End {
			if o.Near && !m.Near {
				*o = m
			}
			return // the same secret
		}
	}
	if len(r.Matches) < maxMatches {
		r.Matches = append(r.Matches, m)
	}
}

// allowed reports whether the line around an offset says that its secret is
// none, in the words of tools that look for secrets.
func allowed(text []byte, at int) bool {
	line := lineAround(text, at)
	for _, mark := range []string{"gitleaks:allow", "pragma: allowlist secret", "pragma: whitelist secret", "trufflehog:ignore"} {
		if bytes.Contains(line, []byte(mark)) {
			return true
		}
	}
	return false
}

// maxLine is as much of a line as is looked at around one place in it.
const maxLine = 600

func lineAround(text []byte, at int) []byte {
	start, end := around(text, at)
	return text[start:end]
}

// around are the bounds of the line at an offset, or of what is looked at of it.
func around(text []byte, at int) (start, end int) {
	low, high := max(0, at-maxLine), min(len(text), at+maxLine)
	start, end = low, high
	if i := bytes.LastIndexByte(text[low:at], '\n'); i >= 0 {
		start = low + i + 1
	}
	if i := bytes.IndexByte(text[at:high], '\n'); i >= 0 {
		end = at + i
	}
	return start, end
}
