//go:build unix

package cli

import (
	"os"
	"syscall"
)

// keepOwner gives f the owner and group of the file it will replace, where the
// user may do that. Who may not owns both files already, or loses nothing but a
// group.
func keepOwner(f *os.File, info os.FileInfo) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(st.Uid), int(st.Gid))
	}
}
