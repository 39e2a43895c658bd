package crypto

import (
	"bytes"
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

//go:embed weak_hash.md
var weakHashPage string

// WeakHash: broken hash function used for security.
var WeakHash = &analysis.Rule{
	ID:         "weak-hash",
	Class:      "crypto",
	Title:      "Broken hash function used for security",
	CWE:        []int{328},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B303", "B324"},
		Ruff:    []string{"S303", "S324"},
		Semgrep: []string{"insecure-hash-algorithm-md5", "insecure-hash-algorithm-sha1", "insecure-hash-algorithm-md2", "insecure-hash-algorithm-md4", "insecure-hash-function"},
	},
	Page: weakHashPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: weakHashes(), Run: judgeWeakHash},
	},
	Yields: []*analysis.Rule{FastPasswordHash},
}

func weakHashes() []string {
	out := []string{
		"hashlib.md5", "hashlib.sha1", "hashlib.new", "hmac.new", "hmac.digest",
		"cryptography.hazmat.primitives.hashes.MD5", "cryptography.hazmat.primitives.hashes.SHA1",
		"passlib.hash.hex_md5.hash", "passlib.hash.hex_sha1.hash",
	}
	for _, root := range []string{"Crypto", "Cryptodome"} {
		for _, h := range []string{"MD2", "MD4", "MD5", "SHA", "SHA1", "RIPEMD", "RIPEMD160"} {
			out = append(out, root+".Hash."+h+".new")
		}
	}
	return out
}

// broken are the digests in which collisions are found on a laptop.
var broken = map[string]bool{"md2": true, "md4": true, "md5": true, "sha": true, "sha1": true, "sha-1": true, "ripemd160": true, "ripemd": true}

func judgeWeakHash(p *analysis.Pass, e *flow.Event) {
	name, ok := weakDigest(e)
	if !ok || bytes.Contains(e.Node.Unit().Text, []byte("pwned")) { // the leaked password service is asked by SHA-1
		return
	}
	if name == "sha1" && acceptKey(e) {
		return
	}
	c := analysis.Likely
	switch {
	case drawn(flow.FindArg(e.Args, "0")):
		return // what is random stays random
	case strings.HasPrefix(e.Name, "hmac."), checksumName.MatchString(purpose(e)), checksumName.MatchString(names(e.Node)):
		c = analysis.Unsure
	}
	p.Report(e, c, strings.ToUpper(name)+" is broken: two inputs with the same digest are found in seconds. Use hashlib.sha256, or usedforsecurity=False where nothing depends on it.")
}

// acceptKey reports whether a digest is the answer to the key of a WebSocket
// handshake, for which RFC 6455 prescribes SHA-1.
func acceptKey(e *flow.Event) bool {
	a := flow.FindArg(e.Args, "0")
	return a != nil && (handshake.MatchString(a.Node.Str()) || slices.ContainsFunc(flow.ConstTexts(a.Value), func(s string) bool { return strings.HasSuffix(s, webSocketGUID) }))
}

const webSocketGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

var handshake = regexp.MustCompile(`(?i)` + webSocketGUID + `|\b(?:ws|web_?socket)_?(?:key|guid|magic)|\bws_?accept|sec_?web_?socket|\bguid\b`)

// drawn reports whether an argument is drawn from the system's random numbers.
func drawn(a *flow.Arg) bool {
	if a == nil || a.Node.Kind() != syntax.KindCall {
		return false
	}
	switch python.LastName(a.Node.Child(syntax.FieldFunction)) {
	case "urandom", "token_bytes", "token_hex", "token_urlsafe", "randbytes":
		return true
	case "encode":
		return drawn(&flow.Arg{Node: a.Node.Child(syntax.FieldFunction).Child(syntax.FieldObject)})
	}
	return false
}

// weakDigest is the broken digest that a call makes; ok is false if it makes
// another, or is marked as no security control.
func weakDigest(e *flow.Event) (name string, ok bool) {
	if a := flow.FindArg(e.Args, "usedforsecurity"); a != nil {
		if v, known := a.Value.Bool(); !known || !v {
			return "", false
		}
	}
	parts := strings.Split(e.Name, ".")
	switch e.Name {
	case "hashlib.new":
		return constantDigest(e, "name", "0")
	case "hmac.new":
		return constantDigest(e, "digestmod", "2")
	case "hmac.digest":
		return constantDigest(e, "digest", "2")
	case "passlib.hash.hex_md5.hash":
		return "md5", true
	case "passlib.hash.hex_sha1.hash":
		return "sha1", true
	}
	last := parts[len(parts)-1]
	if last == "new" {
		last = parts[len(parts)-2]
	}
	return strings.ToLower(last), true
}

func constantDigest(e *flow.Event, which ...string) (string, bool) {
	for _, w := range which {
		a := flow.FindArg(e.Args, w)
		if a == nil {
			continue
		}
		s, ok := a.Value.Str()
		if !ok {
			s = strings.TrimPrefix(a.Value.Name, "hashlib.")
		}
		s = strings.ToLower(s)
		return s, broken[s]
	}
	return "", false
}

// checksumName recognises digests that guard nothing: cache keys, entity tags,
// file checksums, buckets, short ids.
var checksumName = regexp.MustCompile(`(?i)e_?tag|cache|checksum|check_sum|md5sum|fingerprint|gravatar|avatar|dedup|duplicate|bucket|shard|partition|content_?(?:hash|md5|id)|file_?hash|hash_?file|git|blob|chunk|revision|static|asset|manifest|version|slug|colou?r|memo|key_prefix|safe_?name|short_?(?:id|hash|name|url|code|link)|uuid|guid|identicon|similar|hashring|ring|index_name|truncate|websocket|sec_websocket`)
