package source

import "unicode/utf8"

// Position is the place of the byte at off. An offset past the text counts as
// its end, one inside a character as the character's start, and one inside a
// line end as the end of the line.
func (f *File) Position(off uint32, enc Encoding) Position {
	off = min(off, f.Len())
	line := f.LineAt(off)
	span := f.LineSpan(int(line))
	off = min(off, span.End)
	if f.wide == 0 {
		return Position{line, off - span.Start}
	}
	return Position{line, columns(f.text[span.Start:span.End], off-span.Start, enc)}
}

// Offset is the byte at p. As the protocol says, a column past the end of the
// line is the line's end; a line past the last is the end of the text; a
// column inside a character (between surrogates, inside a UTF-8 sequence) is
// the character's start.
func (f *File) Offset(p Position, enc Encoding) uint32 {
	if uint64(p.Line) >= uint64(len(f.lines)) {
		return f.Len()
	}
	span := f.LineSpan(int(p.Line))
	if f.wide == 0 {
		return span.Start + min(p.Column, span.Len())
	}
	return span.Start + offsetIn(f.text[span.Start:span.End], p.Column, enc)
}

// columns counts the units of the characters that end at or before byte off of
// line.
func columns(line []byte, off uint32, enc Encoding) uint32 {
	i := asciiPrefix(line[:off])
	col := i
	for i < off {
		size, units := char(line[i:], enc)
		if i+size > off {
			break
		}
		i += size
		col += units
	}
	return col
}

// offsetIn is the byte of line at which the character that holds column col
// starts, at most its length.
func offsetIn(line []byte, col uint32, enc Encoding) uint32 {
	n := uint32(len(line))
	i := asciiPrefix(line[:min(n, col)])
	at := i
	for i < n && at < col {
		size, units := char(line[i:], enc)
		if at+units > col {
			break
		}
		i += size
		at += units
	}
	return i
}

// char measures the first character of b: its bytes, and its units in enc. A
// byte that is not UTF-8 is a character of one unit.
func char(b []byte, enc Encoding) (size, units uint32) {
	if b[0] < utf8.RuneSelf {
		return 1, 1
	}
	r, n := utf8.DecodeRune(b)
	size = uint32(n)
	switch {
	case enc == UTF8:
		return size, size
	case enc == UTF16 && r >= 0x10000:
		return size, 2
	}
	return size, 1
}

// asciiPrefix is the number of ASCII bytes that b starts with.
func asciiPrefix(b []byte) uint32 {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return uint32(i)
		}
	}
	return uint32(len(b))
}
