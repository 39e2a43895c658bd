package crypto

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/crypto"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// DrawNonce draws a nonce for each message and puts it before the ciphertext.
var DrawNonce = &fix.Fix{
	Name:    "draw-nonce",
	For:     []*analysis.Rule{crypto.StaticIVOrNonce},
	Compute: drawNonce,
}

func drawNonce(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || !s.HasEvent {
		return fix.Refuse("No call with the nonce is in sight.")
	}
	a := crypto.NonceArgument(&s.Event)
	if a == nil {
		return fix.Refuse("The nonce cannot be told.")
	}
	if !strings.Contains(s.EventName(), ".aead.") {
		return fix.Refuse("Whoever decrypts has to read the IV from the message: draw os.urandom(16), put it before the ciphertext, and take it off again there.")
	}
	stmt := s.Statement()
	if within(call.Node, syntax.KindLambda) || !s.File.OwnLines(stmt) || strings.Contains(pyedit.Function(call.Node).Str(), ".decrypt(") {
		return fix.Refuse("The nonce has to be put before the ciphertext: draw os.urandom(12) in a statement of its own.")
	}
	if k := call.Parent().Kind(); k != syntax.KindReturnStatement && k != syntax.KindAssignment {
		return fix.Refuse("The ciphertext is used where it is made: give it a name first, then put the nonce before it.")
	}
	e := s.Edits()
	name := s.File.Unique("nonce")
	if !e.InsertBefore(stmt, name+" = "+e.Use(call, "os", "urandom", pyedit.Plain)+"(12)") {
		return fix.Refuse("There is no place for a statement before this one.")
	}
	e.ReplaceNode(call.On(a.Node), name)
	e.Insert(call.Abs().Start, name+" + ")
	return fix.Propose(e, "Where the message is decrypted, its first 12 bytes are the nonce; what was encrypted before still has the old one.", "Draw a nonce for each message")
}
