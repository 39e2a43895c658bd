// Package lsp is the language server: lifecycle, document sync, diagnostics,
// code actions, hover, hints, lenses, links, configuration and workspace scans,
// over an [engine.Session] for each project. It decides no security question; it
// carries what the engine and the fixes say to an editor and back.
//
// The way of a message: the stream reads it off the wire and skips what is no
// message; the guard sees to it that nothing a client sends can end the
// connection; notifications are handled inline in wire order, requests take
// their view of the state inline and are answered concurrently; everything
// that leaves goes through the outbox, so that a client which does not read
// cannot block the reading of what it writes.
//
// server.mu guards all state. It is held while a document is analysed and its
// result is queued, so that results leave in the order of versions.
package lsp
