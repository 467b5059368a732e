//go:build !windows

package checks

import "syscall"

// The numbers with which sockets fail.
var (
	refusedErrors     = []syscall.Errno{syscall.ECONNREFUSED}
	unreachableErrors = []syscall.Errno{syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.EHOSTDOWN, syscall.ENETDOWN, syscall.EADDRNOTAVAIL}
	forbiddenErrors   = []syscall.Errno{syscall.EPERM, syscall.EACCES}
	silentErrors      = []syscall.Errno{syscall.ETIMEDOUT}
	resetErrors       = []syscall.Errno{syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE}
)
