package cli

import (
	"os"
	"syscall"
)

// growPipe makes a pipe hold a megabyte: with the usual 64 KiB its two ends wait for each other most of the
// time. It does nothing to what is no pipe, or where the system refuses.
func growPipe(f *os.File) {
	const setPipeSize = 1031 // F_SETPIPE_SZ
	_, _, _ = syscall.Syscall(syscall.SYS_FCNTL, f.Fd(), setPipeSize, 1<<20)
}
