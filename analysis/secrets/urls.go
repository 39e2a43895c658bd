package secrets

import (
	"bytes"
	"strings"

	"pavise/analysis/source"
)

// urls finds passwords in URLs: scheme://user:password@host.
func urls(text []byte, r *Result) {
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte("://"))
		if i < 0 {
			return
		}
		at := from + i
		from = at + 3
		start := at
		for start > 0 && at-start < 30 && isScheme(text[start-1]) {
			start--
		}
		if start == at {
			continue
		}
		end := from
		for end < len(text) && end-from < 400 && !endsURL(text[end]) {
			end++
		}
		login, host, ok := lastCut(text[from:end], '@')
		if !ok {
			continue
		}
		user, pass, ok := bytes.Cut(login, []byte(":"))
		if !ok || len(pass) < 3 || bytes.ContainsAny(user, "?#") || len(host) == 0 {
			continue
		}
		doubt, isSecret := judgeLogin(string(user), string(pass), string(host))
		if !isSecret || allowed(text, start) {
			continue
		}
		first := from + len(user) + 1
		r.add(Match{
			Kind: URL, Span: source.Span{Start: uint32(first), End: uint32(first + len(pass))}, What: string(text[start:at]), Doubt: doubt,
			Random: IsRandom(string(pass)),
		})
	}
}

func isScheme(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'
}

func endsURL(c byte) bool {
	return c <= ' ' || c == '/' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' || c == '\\' || c == '|' || c == ',' || c == '?' || c == '#'
}

func lastCut(b []byte, sep byte) (before, after []byte, ok bool) {
	i := bytes.LastIndexByte(b, sep)
	if i < 0 {
		return nil, nil, false
	}
	return b[:i], b[i+1:], true
}

// judgeLogin tells a login from a pattern of one. It is in doubt where the host
// is the developer's own machine or the password everyone's.
func judgeLogin(user, pass, host string) (doubt, ok bool) {
	host = strings.ToLower(host)
	if IsHole(user) || IsHole(pass) || IsHole(host) || strings.ContainsAny(user+pass, "*{}$()[]&;") || strings.Contains(pass, "..") {
		return false, false
	}
	for i := strings.IndexByte(pass, '%'); i >= 0; {
		if i+2 >= len(pass) || !isHex(pass[i+1]) || !isHex(pass[i+2]) {
			return false, false // a place for a value
		}
		j := strings.IndexByte(pass[i+1:], '%')
		if j < 0 {
			break
		}
		i += 1 + j
	}
	low, name := strings.ToLower(pass), host
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[:i]
	}
	switch {
	case isPlaceholder(low), low == "tiger" && strings.EqualFold(user, "scott"), low == strings.ToLower(user) && !strings.Contains(name, "."), strings.HasSuffix(name, "example"),
		strings.Contains(name, "example."), strings.HasSuffix(name, ".test"), strings.HasSuffix(name, ".invalid"),
		name == "host", name == "hostname", name == "server", name == "ip", name == "domain", strings.HasPrefix(name, "your"), strings.HasPrefix(name, "my"),
		strings.Contains(name, "host.com"), strings.Contains(name, "domain"), strings.Contains(name, "server.com"), name == "foo" || name == "bar" || name == "h":
		return false, false
	case isLocal(name) && !IsRandom(pass), isWord(low), !strings.Contains(name, ".") && !IsRandom(pass):
		return true, true
	}
	return looksMadeUp(pass), true
}

func isLocal(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "0.0.0.0" || host == "::1" || strings.HasSuffix(host, ".local") ||
		strings.HasSuffix(host, ".localhost") || host == "host.docker.internal"
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
