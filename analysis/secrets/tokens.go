package secrets

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	ahocorasick "github.com/BobuSumisu/aho-corasick"
	"github.com/pelletier/go-toml/v2"
	"github.com/zricethezav/gitleaks/v8/config"

	"pavise/analysis/source"
)

// The forms of providers' credentials are those of gitleaks, which keeps them up
// to date. Only its table is used: a pattern is compiled when a word that goes
// with it is met, and tried on the line of the word.
type pattern struct {
	id      string
	source  string
	group   int
	entropy float64
	near    bool // it only knows the provider's name beside the value
	allow   []string
	stop    []string

	once  sync.Once
	re    *regexp.Regexp
	allRe []*regexp.Regexp
}

// table is all patterns and the automaton that finds their words.
type table struct {
	trie  *ahocorasick.Trie
	words [][]*pattern // by the automaton's number of the word
}

// own are forms that the table has not.
var own = []struct{ id, re, words string }{
	{"aws-secret-access-key", `(?i:aws_?(?:secret_?)?(?:access_?)?key|secret_?access_?key)["']?\]?[ \t]*(?:=|:|,)[ \t]*["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)`, "aws secret_access secretaccess"},
	{"azure-storage-account-key", `AccountKey=([A-Za-z0-9+/]{86}==)`, "accountkey="},
	{"google-oauth-client-secret", `\b(GOCSPX-[A-Za-z0-9_-]{28})\b`, "gocspx-"},
	{"google-oauth-access-token", `\b(ya29\.[A-Za-z0-9_-]{60,})`, "ya29."},
	{"docker-access-token", `\b(dckr_[op]at_[A-Za-z0-9_-]{27,})`, "dckr_"},
	{"discord-bot-token", `\b([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38})\b`, "discord"},
	{"groq-api-key", `\b(gsk_[A-Za-z0-9]{52})\b`, "gsk_"},
	{"tailscale-key", `\b(tskey-[a-z]+-[A-Za-z0-9]{6,}-[A-Za-z0-9]{16,})\b`, "tskey-"},
}

// others says what of the table is the matter of other kinds, or no secret.
func others(id string) bool {
	switch id {
	case "generic-api-key", "private-key", "pkcs12-file", "curl-auth-user", "curl-auth-header", "kubernetes-secret-yaml", "nuget-config-password",
		"hashicorp-tf-password", "sidekiq-sensitive-url", "jwt-base64", "sonar-api-token", "gitlab-session-cookie":
		return true
	}
	for _, end := range []string{"client-id", "access-id", "user-api-id", "pub-key", "pub-api-key", "public-key", "browser-api-token"} {
		if strings.HasSuffix(id, end) {
			return true
		}
	}
	return false
}

// Warm reads the table, which the first scan would wait for otherwise.
func Warm() { patterns() }

var patterns = sync.OnceValue(func() *table {
	var in struct {
		Rules []struct {
			ID, Regex   string
			SecretGroup int
			Entropy     float64
			Keywords    []string
			Allowlists  []struct{ Regexes, Stopwords []string }
		}
	}
	t := &table{}
	build := ahocorasick.NewTrieBuilder()
	index := map[string]int{}
	add := func(p *pattern, words ...string) {
		for _, w := range words {
			w = strings.ToLower(w)
			i, ok := index[w]
			if !ok {
				i = len(t.words)
				index[w] = i
				t.words = append(t.words, nil)
				build.AddString(w)
			}
			t.words[i] = append(t.words[i], p)
		}
	}
	if err := toml.Unmarshal([]byte(config.DefaultConfig), &in); err != nil {
		panic("the table of tokens: " + err.Error()) // it is part of the program
	}
	for _, r := range in.Rules {
		if r.Regex == "" || others(r.ID) {
			continue
		}
		p := &pattern{id: r.ID, source: r.Regex, group: r.SecretGroup, entropy: r.Entropy, near: strings.HasPrefix(r.Regex, `(?i)[\w.-]{0,50}?`)}
		for _, a := range r.Allowlists {
			p.allow = append(p.allow, a.Regexes...)
			p.stop = append(p.stop, a.Stopwords...)
		}
		add(p, r.Keywords...)
	}
	for _, o := range own {
		add(&pattern{id: o.id, source: o.re, group: 1, entropy: 3}, strings.Fields(o.words)...)
	}
	t.trie = build.Build()
	return t
})

func (p *pattern) compile() {
	p.once.Do(func() {
		p.re = regexp.MustCompile(p.source)
		for _, a := range p.allow {
			p.allRe = append(p.allRe, regexp.MustCompile(a))
		}
	})
}

// tokens finds what has the form of a provider's credential.
func tokens(text []byte, r *Result) {
	t := patterns()
	lower := make([]byte, len(text))
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	tried := map[*pattern]int{} // up to where each has looked
	looks := 0
	t.trie.Walk(lower, func(end, n, word int64) bool {
		at := int(end - n + 1)
		from, to := -1, 0
		for _, p := range t.words[word] {
			if tried[p] > at {
				continue
			}
			if looks++; looks > maxLooks {
				r.Stopped = uint32(at)
				return false
			}
			if from < 0 {
				from, to = around(text, at)
			}
			tried[p] = to
			p.find(text, max(from, 0), to, r)
		}
		return true
	})
}

// find tries the pattern on a stretch of a text.
func (p *pattern) find(text []byte, from, to int, r *Result) {
	p.compile()
	for _, m := range p.re.FindAllSubmatchIndex(text[from:to], 8) {
		g := p.group
		if g == 0 { // the first group that matched, as the table means it
			for i := 1; i < len(m)/2 && g == 0; i++ {
				if m[2*i] >= 0 && m[2*i+1] > m[2*i] {
					g = i
				}
			}
		}
		start, end := from+m[2*g], from+m[2*g+1]
		value := string(text[start:end])
		if p.entropy > 0 && entropy(value) <= p.entropy || p.lets(value, text[from+m[0]:from+m[1]]) || allowed(text, start) {
			continue
		}
		r.add(Match{
			Kind: Token, Span: source.Span{Start: uint32(start), End: uint32(end)}, What: p.id, Near: p.near,
			Doubt: looksMadeUp(value), Random: true,
		})
	}
}

// lets reports whether the table says that a match is none.
func (p *pattern) lets(value string, match []byte) bool {
	for _, re := range p.allRe {
		if re.MatchString(value) || re.Match(match) {
			return true
		}
	}
	low := strings.ToLower(value)
	return slices.ContainsFunc(p.stop, func(s string) bool { return strings.Contains(low, s) })
}
