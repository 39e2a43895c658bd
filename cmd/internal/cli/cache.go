package cli

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"pavise/cmd/internal/version"
)

const (
	cacheFormat = "pavise check 1\n" // is another number when the data means something else
	maxCache    = 64 << 20           // bytes of one file
	maxCaches   = 64                 // files in the folder; the oldest go
)

// cache is the file in which a check keeps what it found, so that the next one
// of the same project analyses only what changed. It is a help and no more: a
// file that cannot be read, is not whole, or was written by another build
// counts as none, and one that cannot be written is left out.
type cache struct {
	path   string // "" if there is no place for it
	origin string // the build that reads and writes it
}

// cacheOf is the cache of the checks that are made in the working folder with
// certain settings.
func cacheOf(settings ...string) cache {
	base, err := os.UserCacheDir()
	if err != nil || !filepath.IsAbs(base) {
		return cache{}
	}
	cwd, err := os.Getwd()
	if err != nil {
		return cache{}
	}
	origin, err := build()
	if err != nil {
		return cache{}
	}
	name := sha256.Sum256(fmt.Appendf(nil, "%q %q", cwd, settings))
	return cache{filepath.Join(base, "pavise", "check", hex.EncodeToString(name[:16])), origin}
}

// build identifies the running program, and with it its rules and models.
func build() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s %d %d", version.Build(), path, info.Size(), info.ModTime().UnixNano()), nil
}

// sum seals data of this build.
func (c cache) sum(data []byte) []byte {
	h := sha256.New()
	_, _ = io.WriteString(h, c.origin+"\n")
	_, _ = h.Write(data)
	return h.Sum(nil)
}

// read is what was written last, nil if there is none.
func (c cache) read() []byte {
	if c.path == "" {
		return nil
	}
	f, err := os.Open(c.path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxCache {
		return nil
	}
	all, err := io.ReadAll(io.LimitReader(f, maxCache))
	if err != nil {
		return nil
	}
	data, ok := bytes.CutPrefix(all, []byte(cacheFormat))
	if !ok || len(data) < sha256.Size || !bytes.Equal(data[:sha256.Size], c.sum(data[sha256.Size:])) {
		return nil
	}
	return data[sha256.Size:]
}

// write takes the place of the file at once, so that another check sees the old
// one or the new.
func (c cache) write(data []byte) {
	if c.path == "" || len(data)+len(cacheFormat)+sha256.Size > maxCache {
		return
	}
	dir := filepath.Dir(c.path)
	if os.MkdirAll(dir, 0o700) != nil {
		return
	}
	f, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return
	}
	_, err = f.Write(slices.Concat([]byte(cacheFormat), c.sum(data), data))
	if err = cmp.Or(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), c.path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return
	}
	prune(dir)
}

// prune removes the files of a cache folder that were written longest ago.
func prune(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) <= maxCaches {
		return
	}
	var files []os.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for _, info := range files[min(maxCaches, len(files)):] {
		_ = os.Remove(filepath.Join(dir, info.Name()))
	}
}
