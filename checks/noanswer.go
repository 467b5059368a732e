package checks

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"klyra-doctor/checks/dns"
)

// noAnswer is the finding about a request that got no answer. Its status is Fail where this proves that the
// API cannot be used from here, and Unknown where it proves nothing.
func (a *API) noAnswer(ctx context.Context, err error) Finding {
	f := Finding{Status: Unknown, Evidence: []Evidence{{"what happened", failureText(err)}}}
	host := a.base.Host
	var lookup *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		f.ID, f.Summary = "check.cancelled", "the check was cancelled"
	case ctx.Err() != nil:
		f.ID, f.Summary = "check.timeout", "the check ran out of time before "+host+" answered"
		f.Remedy = "run it again, or give it more time"
	case errors.As(err, &lookup) && !dns.NamesResolve(ctx, cmp.Or(a.dialer.Resolver, net.DefaultResolver)):
		return offline(f.Evidence...)
	case socketFailure(err) == socketUnreachable:
		f.ID = "check.offline"
		f.Summary = "this machine has no way to " + host
		f.Remedy = "connect to the network (a VPN may be needed) and run it again"
	default:
		f.ID, f.Summary = "service.unreachable", host+" cannot be reached from here: "+failureText(err)
		f.Remedy = failureWords(err).remedy
		if socketFailure(err) != socketSilent {
			f.Status = Fail
		}
	}
	return f
}

// failureText says in a few words why a request to the API got no answer.
func failureText(err error) string { return failureWords(err).summary }

const (
	checkAddress = "check the API URL for a typing mistake, then firewall, VPN and proxy; if it works from another network, this one blocks it"
	checkProxy   = "check HTTPS_PROXY and NO_PROXY, or try without them"
)

// failureWords says why a request to the API got no answer, and what to do.
func failureWords(err error) words {
	var (
		op          *net.OpError
		lookup      *net.DNSError
		certificate *tls.CertificateVerificationError
		refusal     proxyRefusal
	)
	switch {
	case errors.Is(err, context.Canceled):
		return words{"cancelled", ""}
	case errors.As(err, &refusal):
		return refusal.words()
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return words{"the proxy that this machine is told to use does not answer", checkProxy}
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return words{"no such host", checkAddress}
	case errors.As(err, &lookup):
		return words{"its name could not be resolved", checkAddress}
	case errors.As(err, &certificate):
		return certificateWords(certificate)
	case errors.Is(err, http.ErrSchemeMismatch):
		return handshakeFailures[notTLSHandshake]
	}
	if told, ok := handshakeFailures[handshakeKind(err, false)]; ok {
		return told
	}
	for _, f := range protocolFailures {
		if strings.Contains(err.Error(), f.text) {
			return f.words
		}
	}
	if kind := socketFailure(err); kind != socketBroken {
		return words{socketFailures[kind].summary, checkAddress}
	}
	return words{err.Error(), checkAddress}
}

// handshakeFailures are the words for TLS handshakes with the API, which end otherwise than those with a file's host.
// Ends without words of their own here are told by the error itself.
var handshakeFailures = map[handshakeEnd]words{
	notTLSHandshake:      {"what answers there does not speak TLS", "check scheme and port of the API URL; a proxy or a login page of the network can answer there too"},
	clientCertHandshake:  {"it demands a certificate from its clients, which the API does not", "check the API URL: this is a company's gateway or another service"},
	strangeNameHandshake: {"the server there says that it does not know this name", "check the API URL, and whether a hosts file or a private name server leads its name elsewhere"},
	oldHandshake:         {"it has no TLS version in common with this program, which offers TLS 1.2 and 1.3", "something old answers there, such as a proxy that inspects TLS: try another network"},
	noCommonHandshake:    {"it refuses the TLS handshake: it has no TLS version or cipher in common with this program, or no certificate for this name", "a proxy that inspects TLS does so, and a server that offers old ciphers only: try another network"},
}

// protocolFailures are told by their texts, for want of types.
var protocolFailures = []struct {
	text string
	words
}{
	{"TLS handshake timeout", words{"it accepts the connection, but does not finish the TLS handshake in time", "a firewall or a proxy that inspects TLS may hold it up: try another network"}},
	{"awaiting response headers", words{"it took the request, but did not begin to answer in time", runAgain}},
	{"malformed HTTP", words{"what answers there does not speak HTTP", "check scheme and port of the API URL"}},
	{"response headers exceeded", words{"its answer begins with more than 64 KiB of headers, which no API sends", "check the API URL; a proxy may add headers in a loop"}},
}

// certificateWords says what is wrong with the certificate of what answered.
func certificateWords(failure *tls.CertificateVerificationError) words {
	const elsewhere = "something else may answer in the API's place: check the API URL, the hosts file, VPN and proxy, and try another network"
	var (
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(failure.Err, &invalid) && invalid.Reason == x509.Expired && strings.Contains(invalid.Detail, "is before"):
		return words{"its certificate is valid only from " + day(invalid.Cert.NotBefore) + " (" + invalid.Detail + ")", "set this machine's clock: it seems to be behind"}
	case errors.As(failure.Err, &invalid) && invalid.Reason == x509.Expired:
		return words{"its certificate expired on " + day(invalid.Cert.NotAfter) + " (" + invalid.Detail + ")", "compare this machine's clock with the time in brackets; if it is right, " + elsewhere}
	case errors.As(failure.Err, &host):
		return words{"its certificate is not for this host (" + firstRunes(host.Error()) + ")", elsewhere}
	case errors.As(failure.Err, &unknown):
		issuer := cmp.Or(firstRunes(failure.UnverifiedCertificates[0].Issuer.String()), "nobody")
		return words{
			"its certificate is not trusted here: it is issued by " + issuer,
			"if that is your company or a security program, it reads the traffic: ask who runs it for its root certificate, and give that to your program too (SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE); else try another network",
		}
	}
	return words{fmt.Sprintf("its certificate is not trusted here (%v)", failure.Err), elsewhere}
}

// proxyRefusal is the status with which a proxy refused to connect to the API.
type proxyRefusal int

// Error names the status.
func (s proxyRefusal) Error() string { return fmt.Sprintf("the proxy answered %d", int(s)) }

// refusedByProxy turns a proxy's refusal into an error of its own.
func refusedByProxy(answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return proxyRefusal(answer.StatusCode)
}

func (s proxyRefusal) words() words {
	switch s {
	case http.StatusProxyAuthRequired:
		return words{"the proxy that this machine is told to use wants a user name and a password (407)", "put them into HTTPS_PROXY, before the host and parted from it by an @, also where your own program runs, or try without the proxy"}
	case http.StatusForbidden:
		return words{"the proxy that this machine is told to use does not let it connect to the API (403)", "ask who runs the proxy to allow this host, or " + checkProxy}
	}
	return words{fmt.Sprintf("the proxy that this machine is told to use could not connect to the API (%d)", int(s)), "the proxy does not find or reach this host: check the API URL for a typing mistake; then ask who runs the proxy, or " + checkProxy}
}
