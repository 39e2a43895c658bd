package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"unicode/utf8"

	"pavise/analysis/config"
	"pavise/analysis/source"
)

// maxSize is the largest file that is read, in bytes. Nobody writes larger
// ones by hand, and the tree of one takes some ten times its size in memory.
const maxSize = 32 << 20

// readFile reads a source file. The error says in a plain sentence why it
// cannot be checked and what to do.
func readFile(path string) (*source.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, unreadable(err)
	}
	switch {
	case info.IsDir():
		return nil, errors.New("it is a folder")
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file: pass its text on standard input with --stdin-filename")
	case info.Size() > maxSize:
		return nil, tooLarge(info.Size())
	}
	// Room for one read more lets the buffer meet the end without growing.
	return readText(path, make([]byte, 0, info.Size()+bytes.MinRead), f)
}

// readText reads the text of a file named path from r into buf.
func readText(path string, buf []byte, r io.Reader) (*source.File, error) {
	b := bytes.NewBuffer(buf)
	n, err := b.ReadFrom(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, unreadable(err)
	}
	if n > maxSize {
		return nil, tooLarge(n)
	}
	text := b.Bytes()
	if !utf8.Valid(text) && (config.IsSource(path) || config.IsTemplate(path)) {
		return nil, notUTF8(text)
	}
	return source.New(path, text), nil
}

func unreadable(err error) error {
	return fmt.Errorf("it cannot be read (%s)", reason(err))
}

func tooLarge(n int64) error {
	return fmt.Errorf("it has %d MiB, more than the %d that are read: exclude it", n>>20, maxSize>>20)
}

// notUTF8 names the first byte that is not.
func notUTF8(text []byte) error {
	i := 0
	for i < len(text) {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	line := bytes.Count(text[:i], []byte("\n")) + 1
	return fmt.Errorf("it is not UTF-8 (byte 0x%02x in line %d): save it as UTF-8 to have it checked", text[i], line)
}

// lines counts the lines as editors do: an empty last one is none.
func lines(f *source.File) int {
	n := f.Lines()
	if span := f.LineSpan(n - 1); span.Len() == 0 {
		n--
	}
	return n
}

// folderOf is the folder at path, or the one that a file lies in.
func folderOf(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return path
	}
	return filepath.Dir(path)
}
