package secrets

import (
	"math"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// Guess says what a text may be when its name says that it is secret.
type Guess uint8

// Guesses.
const (
	NoSecret    Guess = iota // a name, a label, a path, a hash, a place for a value
	Placeholder              // what is put where a secret belongs later: changeme
	Weak                     // a word, as people choose passwords
	Strong                   // nobody writes that by chance
)

// Judge guesses what the text of something secret is. Hash says that a hash is
// no secret there, as under the name of a password.
func Judge(text string, hash bool) Guess {
	low := strings.ToLower(text)
	switch {
	case len(text) < 4 || len(text) > 400, IsHole(text), strings.TrimSpace(text) == "", strings.ContainsAny(text, "\n\t"):
		return NoSecret
	case isPlaceholder(low), oneLetter(low):
		return Placeholder
	case strings.Contains(text, " "), isConstantName(text), isPath(text), strings.Contains(text, "://"), isUUID(low), isEncoded(text),
		namesSecret(text), strings.HasSuffix(text, ":"), foreignWord(text), dotted.MatchString(text), action.MatchString(text), strings.ContainsAny(text, "<>{}"),
		hash && isHash(low), !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		return NoSecret
	case IsRandom(text):
		return Strong
	}
	return Weak
}

// hole recognises texts in which a value is put later.
var hole = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{\{|\$\{|\$\(|^\$|%\(|%[sdr](?:$|\W)|^\{[^{}]*\}$|\{[\w.!:]*\}|^<.*>$|^%\w+%$|^@\w+@$|^!|^\[.*\]$|^ENC\[|^vault:|^op://|^secret://|^ref\+|<[\w -]+>|^\w+\(.*\)$|^&|^\*`)
})

// IsHole reports whether a text is a pattern for another one.
func IsHole(s string) bool { return hole().MatchString(s) }

var placeholder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`change[-_ ]?(?:me|this|it)|replace|your|example|placeholder|insert|dummy|sample|^x{3,}|xxxx|\.\.\.|to-?do|fixme|redacted|masked|hidden|^todo|<|>|\*{3,}|` +
		`^(?:not?[-_]?(?:set|used|needed|secure|secret|real)|none|null|nil|true|false|undefined|unset|empty|default|unknown|optional|required|disabled|enabled|string|text|foo(?:bar)?|bar|baz|spam|eggs|ham|` +
		`fake.*|mock.*|.*test|test.*|secret|my-?secret|secret[-_]?key|pass(?:word|wd|phrase)?|pwd|mypass(?:word)?|token|api[-_]?key|key|user(?:name)?|login|value|abc(?:def)?\d*|asdf.*|qwerty.*|12345?6?7?8?9?0?|insecure.*|unsafe.*|hunter2|dev|development|local|demo|temp|guest|anonymous)$`)
})

func isPlaceholder(low string) bool { return placeholder().MatchString(low) }

// words are what passwords of databases on a developer's machine are.
func isWord(low string) bool {
	switch low {
	case "postgres", "mysql", "root", "admin", "guest", "rabbitmq", "redis", "mongo", "django", "flask", "app", "sa", "db", "docker", "minio", "minioadmin", "tiger",
		"airflow", "celery", "sentry", "keycloak", "elastic", "neo4j", "oracle", "odoo", "wordpress", "backend", "web", "api":
		return true
	}
	return false
}

var (
	constantName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^[A-Z]+$`)
	dotted       = regexp.MustCompile(`^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$`)
	action       = regexp.MustCompile(`^[a-z][a-z0-9-]*:[A-Z][a-z]+[A-Z]\w*$`) // of an IAM policy: s3:GetObject
	uuid         = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	kebab        = regexp.MustCompile(`^[A-Za-z]+(?:[-_:./][A-Za-z]+|[-_:./]v?\d{1,2})*\d?$`)
	encoded      = regexp.MustCompile(`^(?:\{[A-Z0-9-]+\}|\$(?:2[abxy]?|1|5|6|y|argon2\w*|pbkdf2[\w-]*|scrypt|apr1)\$|(?:pbkdf2|bcrypt|argon2|scrypt|sha1|sha256|md5)[_\w]*[$:]|sha(?:1|256|384|512)-)`)
)

func isConstantName(s string) bool { return constantName.MatchString(s) }
func isUUID(low string) bool       { return uuid.MatchString(low) }
func isEncoded(s string) bool      { return encoded.MatchString(s) }

func isHash(low string) bool {
	switch len(low) {
	case 32, 40, 56, 64, 96, 128:
		return strings.Trim(low, "0123456789abcdef") == ""
	}
	return false
}

func isPath(s string) bool {
	if strings.HasPrefix(s, "/") || strings.HasPrefix(s, "./") || strings.HasPrefix(s, "../") || strings.HasPrefix(s, "~/") || strings.HasPrefix(s, `\\`) {
		return true
	}
	i := strings.LastIndexByte(s, '.')
	if i > 0 {
		switch strings.ToLower(s[i+1:]) {
		case "txt", "pem", "key", "crt", "json", "yml", "yaml", "toml", "ini", "env", "html", "htm", "py", "db", "jwt", "cfg", "conf", "gpg", "p12", "pfx", "log", "com", "org", "net", "io":
			return true
		}
	}
	return strings.Contains(s, "/") && kebab.MatchString(s)
}

// foreignWord reports whether a text is a word of a language with letters
// beyond ASCII, as translations are.
func foreignWord(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 && !strings.ContainsAny(s, "0123456789")
}

func oneLetter(s string) bool {
	return strings.Trim(s, s[:1]) == "" || strings.Trim(s, "x-_") == "" || strings.Trim(s, "0-") == ""
}

// namesSecret reports whether a text is the name of a secret, not one itself:
// csrf_token, X-Api-Key, password2.
func namesSecret(s string) bool {
	list := Words(s)
	if list == nil || len(list) > 6 {
		return false
	}
	known := false
	for i, w := range list {
		switch w {
		case "my", "super", "very", "top", "supersecret", "mysecret":
			return false
		}
		if n := len(w); n >= 2 && isNumber(w) && i > 0 {
			return false // password123
		}
		known = known || secretWords[w]
	}
	if len(list) > 0 && !strings.HasSuffix(s, list[len(list)-1]) {
		if tail := strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-. :"); len(tail) > 1 {
			return false
		}
	}
	return known
}

// secretWords are the words of which names of secrets are made.
var secretWords = map[string]bool{
	"password": true, "passwd": true, "pwd": true, "passphrase": true, "pass": true, "secret": true, "secrets": true, "token": true, "tokens": true, "key": true, "keys": true,
	"apikey": true, "credential": true, "credentials": true, "auth": true, "authorization": true, "bearer": true, "basic": true, "cookie": true, "jwt": true, "oauth": true, "session": true, "csrf": true,
	"authentication": true, "login": true, "user": true, "access": true, "client": true, "code": true, "field": true, "header": true, "otp": true,
}

// IsRandom reports whether a text looks as if a machine, or a person who wants a
// good password, had made it.
func IsRandom(s string) bool {
	if len(s) < 8 || kebab.MatchString(s) && !mixed(s) {
		return false
	}
	digit, lower, upper, other := 0, 0, 0, 0
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			digit++
		case 'a' <= r && r <= 'z':
			lower++
		case 'A' <= r && r <= 'Z':
			upper++
		default:
			other++
		}
	}
	classes := 0
	for _, n := range []int{digit, lower, upper, other} {
		if n > 0 {
			classes++
		}
	}
	return digit > 0 && classes >= 2 && (lower+upper > 0) && entropy(s) >= min(3.5, 0.75*math.Log2(float64(len(s))))
}

// mixed reports whether capitals stand within words, as in no name.
func mixed(s string) bool {
	n := 0
	for i := 1; i < len(s); i++ {
		if unicode.IsUpper(rune(s[i])) != unicode.IsUpper(rune(s[i-1])) {
			n++
		}
	}
	return n > len(s)/4 && len(s) >= 16
}

// entropy is Shannon's, in bits for each character.
func entropy(s string) float64 {
	var count [256]int
	for i := range len(s) {
		count[s[i]]++
	}
	sum := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(s))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

// looksMadeUp reports whether a credential is one that somebody typed to show
// what one looks like.
func looksMadeUp(s string) bool {
	low := strings.ToLower(s)
	for _, part := range []string{"example", "xxxx", "1234567", "abcdef", "00000", "your", "fake", "dummy", "sample", "test_", "-test", "placeholder", "notreal", "redacted", "qwerty", "foobar", "....", "***", "987654", "11111", "deadbeef", "aaaaa"} {
		if strings.Contains(low, part) {
			return true
		}
	}
	return runs(low)
}

// runs reports whether much of a text goes up or stays character by character.
func runs(s string) bool {
	n := 0
	for i := 1; i < len(s); i++ {
		if d := int(s[i]) - int(s[i-1]); d == 1 || d == 0 {
			n++
		}
	}
	return len(s) > 8 && n*2 > len(s)
}
