package source

import (
	"hash/maphash"
	"slices"
	"sort"
	"sync/atomic"
)

// seed makes hashes comparable within one process, and only there.
var seed = maphash.MakeSeed()

// Hash is a hash of text that is equal for equal bytes within one process.
func Hash(text []byte) uint64 { return maphash.Bytes(seed, text) }

// File is one version of a file. It is immutable and may be shared between
// goroutines. Lines end in \n, \r\n or a lone \r, as the Language Server
// Protocol has it (and as Python has it).
type File struct {
	path   string
	text   []byte
	lines  []uint32 // offset of each line's first byte; lines[0] == 0
	loneCR uint32   // how many \r are not followed by \n
	wide   uint32   // how many bytes are not ASCII
	hash   atomic.Uint64
}

// New makes a file of text, which it takes over: the caller must not change it
// afterwards. Texts of 4 GiB and more are cut, because offsets have 32 bits.
func New(path string, text []byte) *File {
	if uint64(len(text)) > maxLen {
		text = text[:maxLen]
	}
	f := &File{path: path, text: text, lines: []uint32{0}}
	f.lines = appendLines(f.lines, text, Span{0, uint32(len(text))})
	f.loneCR, f.wide = countSpecial(text)
	return f
}

// Masked is the file with asterisks in the place of some stretches, byte for
// byte; the file itself if there are none.
func (f *File) Masked(hide []Span) *File {
	if len(hide) == 0 {
		return f
	}
	text := slices.Clone(f.text)
	for _, s := range hide {
		for i := s.Start; i < min(s.End, uint32(len(text))); i++ {
			if text[i] != '\n' && text[i] != '\r' {
				text[i] = '*'
			}
		}
	}
	return New(f.path, text)
}

// maxLen is the longest text that offsets can point into and past.
const maxLen = 1<<32 - 2

// Path is the name the file was made with.
func (f *File) Path() string { return f.path }

// Text is the file's bytes; they must not be changed.
func (f *File) Text() []byte { return f.text }

// Len is the number of bytes in the text.
func (f *File) Len() uint32 { return uint32(len(f.text)) }

// Hash is [Hash] of the text, computed when it is first asked for: a keystroke
// does not pay for hashing the whole file.
func (f *File) Hash() uint64 {
	h := f.hash.Load()
	if h == 0 {
		h = Hash(f.text)
		f.hash.Store(h)
	}
	return h
}

// HasLoneCR reports whether some line ends in a \r that no \n follows.
func (f *File) HasLoneCR() bool { return f.loneCR > 0 }

// IsASCII reports whether every byte is below 0x80; columns then equal bytes
// in every encoding.
func (f *File) IsASCII() bool { return f.wide == 0 }

// Lines is the number of lines, at least 1: a text that ends in a line end has
// an empty last line.
func (f *File) Lines() int { return len(f.lines) }

// LineSpan is the span of line i without its line end. A line that does not
// exist is the empty span at the end of the text.
func (f *File) LineSpan(i int) Span {
	if i < 0 || i >= len(f.lines) {
		return Span{f.Len(), f.Len()}
	}
	start := f.lines[i]
	if i+1 == len(f.lines) {
		return Span{start, f.Len()}
	}
	end := f.lines[i+1] - 1 // the \n or \r
	if end > start && f.text[end] == '\n' && f.text[end-1] == '\r' {
		end--
	}
	return Span{start, end}
}

// LineAt is the line that holds the byte at off; the bytes of a line end
// belong to the line they end. Offsets past the text are in the last line.
func (f *File) LineAt(off uint32) uint32 {
	return uint32(sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > off }) - 1)
}

// LineStart is the offset of the first byte of the line that holds off.
func (f *File) LineStart(off uint32) uint32 { return f.lines[f.LineAt(off)] }

// appendLines appends the starts of the lines that begin after a line end
// inside span. A \r at the end of the span counts as a line end of its own
// unless a \n follows it in text.
func appendLines(lines []uint32, text []byte, span Span) []uint32 {
	for i := span.Start; i < span.End; i++ {
		switch text[i] {
		case '\n':
			lines = append(lines, i+1)
		case '\r':
			if i+1 == uint32(len(text)) || text[i+1] != '\n' {
				lines = append(lines, i+1)
			}
		}
	}
	return lines
}

// countSpecial counts the lone \r and the non-ASCII bytes of text.
func countSpecial(text []byte) (loneCR, wide uint32) {
	for i, b := range text {
		switch {
		case b >= 0x80:
			wide++
		case b == '\r' && (i+1 == len(text) || text[i+1] != '\n'):
			loneCR++
		}
	}
	return loneCR, wide
}
