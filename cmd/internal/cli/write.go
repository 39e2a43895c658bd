package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// createFile makes a file that is not there.
func createFile(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// replaceFile puts after in the place of a file whose text is before, at once:
// whoever reads it sees the old text or the new, also after a crash. Mode and
// owner stay; a symbolic link stays one and its target is replaced.
func replaceFile(path string, before, after []byte) (err error) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("follow links: %w", err)
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o200 == 0 {
		return fmt.Errorf("it is read-only")
	}
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".pavise-*")
	if err != nil {
		return fmt.Errorf("make a file beside it: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(after); err != nil {
		return err
	}
	keepOwner(f, info)
	if err = f.Chmod(info.Mode()); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	now, err := os.ReadFile(target)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, before) {
		err = errChanged
		return err
	}
	return os.Rename(f.Name(), target)
}
