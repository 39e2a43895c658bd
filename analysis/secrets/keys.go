package secrets

import (
	"bytes"

	"pavise/analysis/source"
)

const (
	maxKey  = 16 << 10 // bytes of a private key
	minBody = 60       // letters of its body, below which it is a mention
)

var begins = []byte("-----BEGIN ")

// privateKeys finds the blocks of private keys with their bodies, however their
// lines are joined: with breaks, with \n in a JSON text, from several literals.
func privateKeys(text []byte, r *Result) {
	for from := 0; ; {
		i := bytes.Index(text[from:], begins)
		if i < 0 {
			break
		}
		at := from + i
		from = at + len(begins)
		shut := bytes.Index(text[from:min(len(text), from+60)], []byte("-----"))
		if shut < 0 || !bytes.Contains(text[from:from+shut], []byte("PRIVATE KEY")) {
			continue
		}
		label := string(text[from : from+shut])
		body := from + shut + 5
		end, made := keyBody(text, body)
		from = body
		if end == 0 || allowed(text, at) {
			continue
		}
		from = end
		r.add(Match{Kind: PrivateKey, Span: source.Span{Start: uint32(at), End: uint32(end)}, What: label, Doubt: made})
	}
	if i := bytes.Index(text, []byte("PuTTY-User-Key-File-")); i >= 0 {
		if j := bytes.Index(text[i:], []byte("Private-Lines:")); j > 0 && j < maxKey {
			end := min(len(text), i+j+maxKey)
			if k := bytes.Index(text[i+j:end], []byte("Private-MAC:")); k > minBody {
				r.add(Match{Kind: PrivateKey, Span: source.Span{Start: uint32(i), End: uint32(i + j + k)}, What: "PuTTY PRIVATE KEY"})
			}
		}
	}
}

// keyBody is where the block ends whose body starts at an offset, 0 if it has
// none; made is set if the body is no key.
func keyBody(text []byte, at int) (end int, made bool) {
	var letters []byte
	high := min(len(text), at+maxKey)
	for i := at; i < high; i++ {
		switch c := text[i]; {
		case 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '/' || c == '+' && i > 0 && text[i-1] != ' ':
			letters = append(letters, c)
		case c == '\\' && i+1 < high && (text[i+1] == 'n' || text[i+1] == 'r'):
			i++
		case bytes.HasPrefix(text[i:], []byte("-----END")):
			if len(letters) < minBody {
				return 0, false
			}
			end = i + len("-----END")
			if j := bytes.Index(text[end:min(len(text), end+60)], []byte("-----")); j >= 0 {
				end += j + 5
			}
			return end, entropy(string(letters)) < 4
		case bytes.HasPrefix(text[i:], begins):
			return 0, false
		case c == '=', c == ' ', c == '\t', c == '\r', c == '\n', c == '"', c == '\'', c == '\\', c == '+', c == ',', c == '(', c == ')', c == '-',
			c == ':', c == '|', c == '#', c == '.': // headers, comments, joined literals
		default:
			return 0, false
		}
	}
	return 0, false
}
