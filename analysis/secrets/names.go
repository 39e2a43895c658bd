package secrets

import (
	"slices"
	"strings"
	"unicode"
)

// Trust says how much a name tells.
type Trust uint8

// Trusts.
const (
	Other   Trust = iota // not the name of a secret
	Maybe                // a key or token of some kind, if the value is random
	Secrets              // a secret
	Pass                 // a password
)

// NameOf says whether something of that name is secret. Names are read in any
// style: apiKey, API_KEY, api-key, x-api-key.
func NameOf(name string) Trust {
	if len(name) < 3 || len(name) > 60 {
		return Other
	}
	list := Words(name)
	for len(list) > 1 && endings[list[len(list)-1]] {
		list = list[:len(list)-1]
	}
	if len(list) == 0 || len(list) > 7 {
		return Other
	}
	for _, w := range list {
		if otherwise[w] {
			return Other
		}
	}
	last, two := list[len(list)-1], ""
	if len(list) > 1 {
		two = list[len(list)-2]
	}
	switch last {
	case "password", "passwd", "pwd", "passphrase", "passcode", "passwort", "userpass", "dbpass":
		return Pass
	case "pass", "pw":
		if passOf[two] {
			return Pass
		}
	case "word":
		if two == "pass" {
			return Pass
		}
	case "secret", "secrets", "apikey", "secretkey", "apitoken", "accesstoken", "authtoken", "accesskey", "credential", "credentials", "apisecret":
		return Secrets
	case "key":
		if keyOf[two] {
			return Secrets
		}
		if two != "" && two != "public" {
			return Maybe
		}
	case "token":
		if tokenOf[two] {
			return Secrets
		}
		return Maybe
	case "auth", "authorization", "bearer", "jwt", "salt", "pepper", "hmac", "signature":
		return Maybe
	}
	return Other
}

func set(words ...string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}

var (
	endings = set("value", "val", "str", "string", "plain", "plaintext", "raw", "prod", "production", "staging", "dev", "live", "default", "text", "const", "old", "new")
	passOf  = set("db", "database", "user", "smtp", "mail", "email", "admin", "root", "ftp", "sftp", "ssh", "login", "my", "redis", "mysql", "postgres", "pg", "mongo", "rabbit",
		"amqp", "mq", "ldap", "proxy", "http", "auth", "imap", "account", "service", "app", "server", "sql", "basic", "default")
	keyOf = set("api", "secret", "private", "access", "encryption", "encrypt", "signing", "sign", "auth", "master", "hmac", "crypto", "cipher", "aes", "fernet", "jwt", "session", "account", "storage",
		"subscription", "service", "app", "consumer", "license", "stripe", "openai", "aws")
	tokenOf = set("access", "auth", "api", "bearer", "bot", "refresh", "secret", "github", "gitlab", "slack", "telegram", "discord", "oauth", "jwt", "admin", "personal", "deploy", "service", "npm", "pypi",
		"hf", "huggingface", "vault", "security", "session")
	// otherwise are words that make the name of something else of it.
	otherwise = set("is", "has", "no", "num", "max", "min", "total", "count", "len", "length", "size", "require", "required", "requires", "use", "valid", "invalid", "missing", "should", "can", "show",
		"wrong", "bad", "incorrect", "masked", "redacted", "hidden", "hashed", "hash", "encrypted", "encoded", "csrf", "xsrf", "csrfmiddleware", "next", "page", "continuation", "pagination", "eos", "bos", "pad", "unk",
		"cls", "sep", "special", "public", "device", "check", "validate", "verify", "enable", "disable", "prompt", "field", "name", "label", "help", "hint", "msg", "message", "error", "errors", "url", "uri", "path",
		"file", "filename", "dir", "prefix", "suffix", "format", "template", "re", "regex", "pattern", "type", "kind", "validator", "column", "param", "parameter", "env", "var", "id", "ref", "arn", "policy", "expiry",
		"ttl", "title", "placeholder", "hasher", "class", "view", "form", "html", "algorithm", "alg", "fake", "dummy", "example", "sample", "test", "mock", "foreign", "primary", "cache", "sort", "partition", "dict",
		"lookup", "header", "scheme", "method", "backend", "endpoint", "query", "confirm", "repeat", "forgot", "reset", "idempotency", "translation", "i18n", "locale", "context", "registry", "group", "index", "hot", "short", "usage",
		"description", "desc", "doc", "log", "cmd", "command", "option", "flag", "arg", "attr", "attribute", "unique", "routing", "metadata", "object", "s3", "node")
)

// Words takes a name apart into words in small letters; nil if it is no name. A
// number at the end is left out.
func Words(name string) []string {
	var out []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case r == '_' || r == '-' || r == '.' || r == ' ' || r == ':':
			flush()
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			return nil
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1])):
			flush()
		case unicode.IsDigit(r) && i > 0 && unicode.IsLetter(runes[i-1]):
			flush()
		}
		word.WriteRune(unicode.ToLower(r))
	}
	flush()
	if n := len(out); n > 1 && isNumber(out[n-1]) { // password1, token_2
		out = out[:n-1]
	}
	return slices.Clip(out)
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }
