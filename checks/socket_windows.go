package checks

import "syscall"

// The numbers with which sockets fail: Winsock's own, which the portable names do not match.
var (
	refusedErrors     = []syscall.Errno{10061}
	unreachableErrors = []syscall.Errno{10050, 10051, 10065, 10049}
	resetErrors       = []syscall.Errno{syscall.WSAECONNRESET, syscall.WSAECONNABORTED}
)
