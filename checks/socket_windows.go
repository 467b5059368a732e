package checks

import "syscall"

// The numbers with which sockets fail: Winsock's own, which the portable names do not match.
var (
	refusedErrors     = []syscall.Errno{10061}
	unreachableErrors = []syscall.Errno{10050, 10051, 10064, 10065, 10049}
	forbiddenErrors   = []syscall.Errno{10013}
	silentErrors      = []syscall.Errno{10060}
	resetErrors       = []syscall.Errno{syscall.WSAECONNRESET, syscall.WSAECONNABORTED}
)
