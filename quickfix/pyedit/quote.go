package pyedit

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quote writes a str literal of a value with the given quote (", ', """ or
// ”'), or the other kind if that saves escaping.
func Quote(value, quote string) string {
	if quote == "" {
		quote = `"`
	}
	if len(quote) == 3 && !strings.Contains(value, "\n") {
		quote = quote[:1]
	}
	if len(quote) == 1 && strings.Contains(value, quote) {
		if other := OtherQuote(quote); !strings.Contains(value, other) {
			quote = other
		}
	}
	return quote + Escape(value, quote, false) + quote
}

// OtherQuote is the quote that is not the given one, of the same length.
func OtherQuote(quote string) string {
	if quote[0] == '"' {
		return strings.Repeat("'", len(quote))
	}
	return strings.Repeat(`"`, len(quote))
}

// Escape writes a value as the inside of a literal with that quote; braces
// doubles { and } for an f-string.
func Escape(value, quote string, braces bool) string {
	var b strings.Builder
	for i, r := range value {
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r == '\n' && len(quote) == 3:
			b.WriteByte('\n')
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == rune(quote[0]) && (len(quote) == 1 || i+1 == len(value) || strings.HasPrefix(value[i:], quote)):
			b.WriteByte('\\')
			b.WriteRune(r)
		case braces && (r == '{' || r == '}'):
			b.WriteRune(r)
			b.WriteRune(r)
		case r == utf8.RuneError || !unicode.IsPrint(r):
			writeHex(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func writeHex(b *strings.Builder, r rune) {
	switch {
	case r < 0x100:
		fmt.Fprintf(b, `\x%02x`, r)
	case r < 0x10000:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}
