package logging

import (
	"strings"

	"pavise/analysis/secrets"
)

// secretEnds are the words, or pairs of words, in which the name of something
// secret ends, with what it is.
var secretEnds = map[string]string{
	"password": "a password", "passwd": "a password", "pwd": "a password", "passphrase": "a password", "passcode": "a password", "pass word": "a password",
	"passwort": "a password", "contrasena": "a password", "user pass": "a password", "db pass": "a password", "pw": "a password",
	"secret": "a secret", "secrets": "a secret", "client secret": "a secret", "credentials": "a secret", "credential": "a secret",
	"token": "token", "jwt": "a token", "access token": "a token", "auth token": "a token", "refresh token": "a token", "api token": "a token", "bearer token": "a token",
	"session token": "a token", "reset token": "a token", "id token": "a token", "secret token": "a token", "user token": "a token",
	"api key": "a key", "apikey": "a key", "secret key": "a key", "private key": "a key", "access key": "a key", "encryption key": "a key", "signing key": "a key",
	"auth key": "a key", "license key": "a key", "session key": "a session's identifier",
	"authorization": "an authorization", "auth header": "an authorization", "authorization header": "an authorization", "set cookie": "a cookie",
	"cookie": "a cookie", "session cookie": "a cookie",
	"otp": "a one-time code", "totp": "a one-time code", "otp code": "a one-time code", "mfa code": "a one-time code", "verification code": "a one-time code", "totp secret": "a secret",
	"card number": "a card number", "cardnumber": "a card number", "credit card": "a card number", "cc number": "a card number", "ccnumber": "a card number",
	"credit card number": "a card number", "card num": "a card number", "cvv": "a card's code", "cvc": "a card's code", "cvv 2": "a card's code",
	"ssn": "a social security number", "social security number": "a social security number", "social security": "a social security number", "iban": "an account number",
	"pin code": "a code", "security answer": "a secret answer",
}

// notSecret are words that turn the name of a secret into that of something
// else: a number of tokens, a masked password, the field's name.
var notSecret = map[string]bool{
	"is": true, "has": true, "no": true, "num": true, "n": true, "max": true, "min": true, "total": true, "count": true, "len": true, "length": true, "needs": true,
	"require": true, "required": true, "requires": true, "use": true, "uses": true, "with": true, "without": true, "valid": true, "invalid": true, "missing": true, "should": true, "can": true, "show": true, "wrong": true,
	"masked": true, "mask": true, "redacted": true, "redact": true, "obscured": true, "obscure": true, "hidden": true, "obfuscated": true, "safe": true, "sanitized": true, "hashed": true, "hash": true, "encrypted": true, "short": true, "truncated": true,
	"csrf": true, "xsrf": true, "csrfmiddleware": true, "next": true, "page": true, "continuation": true, "pagination": true, "sync": true, "eos": true, "bos": true, "pad": true, "special": true, "unk": true, "prev": true, "previous": true, "current": true,
	"fake": true, "dummy": true, "example": true, "public": true, "device": true, "check": true, "validate": true, "verify": true, "enable": true, "disable": true, "input": true, "output": true, "prompt": true, "stop": true, "start": true, "end": true, "first": true, "last": true, "starting": true, "full": true, "acquire": true, "release": true, "lexer": true, "parser": true, "syntax": true, "unexpected": true, "expected": true, "sequence": true, "cancel": true, "cancellation": true,
}

// kindOf says what secret something of that name is, "" if none. Names are
// read in any style: apiKey, API_KEY, api-key, x-api-key.
func kindOf(name string) string {
	if len(name) < 2 || len(name) > 50 {
		return ""
	}
	list := secrets.Words(name)
	if len(list) == 0 || len(list) > 6 {
		return ""
	}
	for _, w := range list {
		if notSecret[w] {
			return ""
		}
	}
	for k := min(3, len(list)); k > 0; k-- {
		if what := secretEnds[strings.Join(list[len(list)-k:], " ")]; what != "" {
			if what == "token" && len(list) > 1 {
				return "a token"
			}
			return what
		}
	}
	return ""
}
