package lsptest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Message is a notification or request of the server.
type Message struct {
	Method string
	Params json.RawMessage
}

// Push is one publishDiagnostics.
type Push struct {
	URI         string       `json:"uri"`
	Version     *int         `json:"version"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Diagnostic is what the server says of a place.
type Diagnostic struct {
	Range           Range                  `json:"range"`
	Severity        int                    `json:"severity"`
	Code            string                 `json:"code"`
	CodeDescription *struct{ Href string } `json:"codeDescription"`
	Source          string                 `json:"source"`
	Message         string                 `json:"message"`
	Related         []struct {
		Location struct {
			URI   string
			Range Range
		}
		Message string
	} `json:"relatedInformation"`
	Tags []int           `json:"tags"`
	Data json.RawMessage `json:"data"`
}

type reply struct {
	result json.RawMessage
	err    *Error
}

// Error is an error that the server answers with.
type Error struct {
	Code    int
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Message) }

// Note waits for a notification of the server that holds all of the words (its
// quotes without backslashes), and returns its params.
func (e *Editor) Note(method string, words ...string) string {
	e.t.Helper()
	return e.waitMessage("notification", &e.notes, method, words)
}

// Asked waits for a request of the server.
func (e *Editor) Asked(method string, words ...string) string {
	e.t.Helper()
	return e.waitMessage("request", &e.requests, method, words)
}

func (e *Editor) waitMessage(kind string, from *[]Message, method string, words []string) string {
	e.t.Helper()
	found := ""
	e.await(fmt.Sprintf("%s %s with %q", kind, method, words), func() bool {
		for _, m := range *from {
			if m.Method == method && holdsAll(strings.ReplaceAll(string(m.Params), `\"`, `"`), words) {
				found = string(m.Params)
				return true
			}
		}
		return false
	})
	return found
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// Count is how many messages of a method have come, notifications and requests.
func (e *Editor) Count(method string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, m := range append(append([]Message(nil), e.notes...), e.requests...) {
		if m.Method == method {
			n++
		}
	}
	return n
}
