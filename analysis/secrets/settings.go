package secrets

import (
	"bytes"
	"regexp"
	"sync"

	"pavise/analysis/source"
)

// setting is a name with its value on one line, in the forms of .env, YAML, TOML,
// INI, JSON, shell and Dockerfile.
var setting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([A-Za-z][\w.-]{2,59})["']?[ \t]*(?::=|[:=])[ \t]*(?:"([^"\n]{3,300})"|'([^'\n]{3,300})'|([^\s"'#;,]{3,300}))`)
})

// dockerEnv is the older form of a Dockerfile: ENV NAME value.
var dockerEnv = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*ENV[ \t]+([A-Za-z]\w{2,59})[ \t]+["']?([^\s"'=]{3,300})["']?(?:\s|$)`)
})

// hints are what stands in each name of a secret.
var hints = [][]byte{[]byte("pass"), []byte("pwd"), []byte("secret"), []byte("token"), []byte("key"), []byte("credential"), []byte("auth"), []byte("pw")}

// Settings finds the values of names that say that they are secret, in a file of
// settings.
func Settings(text []byte, r *Result) {
	for start := 0; start < len(text) && len(r.Matches) < maxMatches; {
		var end int
		if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		} else if len(text)-start <= 4*maxLine {
			end = len(text)
		} else {
			return // a line that no person reads
		}
		if end-start <= 4*maxLine {
			settingsIn(text, start, end, r)
		}
		start = end + 1
	}
}

func settingsIn(text []byte, start, end int, r *Result) {
	line := text[start:end]
	low := bytes.ToLower(line)
	found := false
	for _, h := range hints {
		found = found || bytes.Contains(low, h)
	}
	if !found {
		return
	}
	if m := dockerEnv().FindSubmatchIndex(line); m != nil {
		r.named(text, start, m, 4)
		return
	}
	for _, m := range setting().FindAllSubmatchIndex(line, 20) {
		for g := 4; g <= 8; g += 2 {
			if m[g] >= 0 {
				r.named(text, start, m, g)
			}
		}
	}
}

// named adds the value of a name, if both say that it is secret.
func (r *Result) named(text []byte, at int, m []int, g int) {
	name, value := string(text[at+m[2]:at+m[3]]), string(text[at+m[g]:at+m[g+1]])
	trust := NameOf(name)
	if trust == Other {
		return
	}
	guess := Judge(value, trust == Pass)
	if guess == NoSecret || guess == Placeholder || allowed(text, at+m[g]) {
		return
	}
	r.add(Match{
		Kind: Named, Span: source.Span{Start: uint32(at + m[g]), End: uint32(at + m[g+1])}, What: name,
		Near: trust == Maybe, Doubt: guess == Weak || isHash(value) && trust == Maybe, Random: guess == Strong,
	})
}
