package checks

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
)

// soon is how long before its end a certificate is worth a warning.
const soon = 14 * 24 * time.Hour

// secure turns the hop's connection into a TLS one. Nothing is sent over one whose certificate does not hold.
func (p *urlProbe) secure(ctx context.Context, h *hop) bool {
	defer h.timed(tlsPhase)()
	phaseCtx, cancel := context.WithTimeout(ctx, p.net.phases.tls)
	defer cancel()
	asked := false
	conn := tls.Client(h.conn, &tls.Config{
		ServerName: strings.TrimSuffix(h.url.Hostname(), "."),
		RootCAs:    p.net.roots,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		Time:       p.Now,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return &tls.Certificate{}, nil
		},
	})
	err := conn.HandshakeContext(phaseCtx)
	if err == nil {
		h.conn, h.clientCertAsked = conn, asked
		p.expiresSoon(h, conn.ConnectionState())
		return true
	}
	if p.interrupted(ctx, "agreeing on TLS with "+h.url.Host) {
		return false
	}
	var badCert *tls.CertificateVerificationError
	if errors.As(err, &badCert) {
		p.judgeCertificate(h, badCert.UnverifiedCertificates)
	} else {
		p.add(handshakeFailure(h, err, asked))
	}
	return false
}

func (p *urlProbe) expiresSoon(h *hop, state tls.ConnectionState) {
	for _, cert := range state.VerifiedChains[0] {
		left, life := cert.NotAfter.Sub(p.Now()), cert.NotAfter.Sub(cert.NotBefore)
		if left > min(soon, life/3) {
			continue
		}
		p.add(Finding{
			ID: "tls.expires_soon", Status: Warn,
			Summary:  fmt.Sprintf("a certificate of %s ends in %.0f hours", h.url.Hostname(), left.Hours()),
			Evidence: certificateEvidence(cert, p.Now()),
			Remedy:   "Renew it, and find out why it was not renewed by itself.",
		})
		return
	}
}

// judgeCertificate reports all that is wrong with a chain, not only what the verification stopped at.
func (p *urlProbe) judgeCertificate(h *hop, chain []*x509.Certificate) {
	leaf, now, before := chain[0], p.Now(), len(p.findings)
	evidence := certificateEvidence(leaf, now)
	report := func(id, summary, remedy string) {
		p.add(Finding{ID: id, Status: Fail, Summary: summary, Evidence: evidence, Remedy: remedy})
	}
	for _, cert := range chain {
		if now.After(cert.NotAfter) {
			report("tls.expired", fmt.Sprintf("the certificate of %s expired on %s", certName(cert), day(cert.NotAfter)),
				"Renew the certificate and reload the server. If this machine's clock is wrong, set it and run the check again.")
			break
		}
		if now.Before(cert.NotBefore) {
			report("tls.not_yet_valid", fmt.Sprintf("the certificate of %s is valid only from %s", certName(cert), day(cert.NotBefore)),
				"Compare this machine's clock with the evidence: if it is right, install a certificate that is valid already.")
			break
		}
	}
	if leaf.VerifyHostname(strings.TrimSuffix(h.url.Hostname(), ".")) != nil {
		report("tls.wrong_host", fmt.Sprintf("the certificate is not for %s", h.url.Hostname()),
			"Install a certificate that names this host, or use a host that the certificate names. A server that hosts several names may lack a setting for this one.")
	}
	if id := untrusted(chain, p.net.roots); id != "" {
		report(id, fmt.Sprintf(trustFailures[id].summary, h.url.Hostname()), trustFailures[id].remedy)
	}
	if len(p.findings) == before {
		report("tls.unknown_authority", "the certificate chain of "+h.url.Hostname()+" does not verify",
			"Look at the chain with openssl s_client -showcerts; install the full chain of a public authority.")
	}
}

// untrusted says why a chain leads to no trusted root, whatever its dates and names: a finding's id, or "".
func untrusted(chain []*x509.Certificate, roots *x509.CertPool) string {
	leaf, rest := chain[0], x509.NewCertPool()
	for _, cert := range chain[1:] {
		rest.AddCert(cert)
	}
	inside := leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) / 2)
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: rest, CurrentTime: inside})
	var unknown x509.UnknownAuthorityError
	switch {
	case !errors.As(err, &unknown):
		return ""
	case bytes.Equal(leaf.RawIssuer, leaf.RawSubject):
		return "tls.self_signed"
	case len(chain) == 1 && len(leaf.IssuingCertificateURL) > 0:
		return "tls.incomplete_chain"
	}
	return "tls.unknown_authority"
}

// trustFailures holds the words for chains without a trusted root; %s is the host.
var trustFailures = map[string]struct{ summary, remedy string }{
	"tls.self_signed": {
		"the certificate of %s is signed by itself",
		"Install a certificate of a public authority (Let's Encrypt is free).",
	},
	"tls.incomplete_chain": {
		"%s sends its own certificate without the intermediate that signed it",
		"Install the full chain (fullchain.pem). Browsers fetch the missing part by themselves, servers do not: this is why it works in a browser.",
	},
	"tls.unknown_authority": {
		"the certificate of %s is signed by an authority that this machine does not trust",
		"A private authority, or a company network that inspects TLS. If the issuer is your company's, check from another network; else install a certificate of a public authority.",
	},
}

func certificateEvidence(cert *x509.Certificate, now time.Time) []Evidence {
	names := append([]string(nil), cert.DNSNames...)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		names = []string{"none"}
	}
	const most = 12
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more", len(names)-most))
	}
	return []Evidence{
		{"certificate's names", firstRunes(strings.Join(names, ", "))},
		{"subject", firstRunes(cert.Subject.String())},
		{"issuer", firstRunes(cert.Issuer.String())},
		{"valid", cert.NotBefore.UTC().Format(time.RFC3339) + " to " + cert.NotAfter.UTC().Format(time.RFC3339)},
		{"this machine's clock", now.UTC().Format(time.RFC3339)},
	}
}

func certName(cert *x509.Certificate) string {
	if len(cert.DNSNames) > 0 {
		return firstRunes(cert.DNSNames[0])
	}
	return firstRunes(cert.Subject.String())
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// handshakeFailure names what stopped a handshake other than the certificate.
func handshakeFailure(h *hop, err error, certAsked bool) Finding {
	id := handshakeVerdict(err, certAsked)
	if id == "tcp.reset" {
		f := noConnection(h, []attempt{{to: h.peer, err: err}})
		f.Summary = fmt.Sprintf("%s closed the connection during the TLS handshake", h.url.Host)
		return f
	}
	words := handshakeFailures[id]
	return Finding{
		ID: id, Status: words.status,
		Summary:  fmt.Sprintf(words.summary, h.url.Host),
		Evidence: []Evidence{{"cause", firstRunes(err.Error())}},
		Remedy:   words.remedy,
	}
}

// handshakeVerdict is the finding id of a handshake that failed with err. The type of a remote alert is not
// exported, so that its text has to do.
func handshakeVerdict(err error, certAsked bool) string {
	text := err.Error()
	var notTLS tls.RecordHeaderError
	switch {
	case errors.As(err, &notTLS):
		return "tls.not_tls"
	case deadlinePassed(err):
		return "tls.timeout"
	case certAsked && strings.Contains(text, "remote error: tls:"), strings.Contains(text, "tls: certificate required"):
		return "tls.client_certificate"
	case strings.Contains(text, "tls: unrecognized name"):
		return "tls.wrong_host"
	case strings.Contains(text, "protocol version"), strings.Contains(text, "tls: handshake failure"):
		return "tls.version"
	case socketFailure(err) == socketReset:
		return "tcp.reset"
	}
	return "tls.not_tls"
}

// handshakeFailures holds the words for handshakes that fail; %s is the host and port.
var handshakeFailures = map[string]struct {
	status          Status
	summary, remedy string
}{
	"tls.not_tls": {
		Fail, "%s does not speak TLS",
		"The port serves plain HTTP or something else: use the HTTPS port, or set the server up for TLS there.",
	},
	"tls.timeout": {
		Unknown, "%s accepts connections, but does not finish the TLS handshake in time",
		"Look at the server's load and log. A firewall that lets only known clients through looks the same: check from another network.",
	},
	"tls.client_certificate": {
		Fail, "%s demands a certificate from its clients",
		"The API has none to show: serve the file from a host that asks for no client certificate, or send its content in the request.",
	},
	"tls.wrong_host": {
		Fail, "the server at %s says that it does not know this name",
		"Set the server (or the CDN) up for this host name, or point the name's DNS record at the right server.",
	},
	"tls.version": {
		Fail, "%s has no TLS version or cipher in common with this program, which offers TLS 1.2 and 1.3",
		"Enable TLS 1.2 or 1.3 with usual ciphers on the server: today's clients refuse older versions.",
	},
}

// missesClientCert reports whether a server refused a client without a certificate. With TLS 1.3 it says so
// only after the handshake.
func missesClientCert(h *hop, err error) bool {
	var op *net.OpError
	return h.clientCertAsked && errors.As(err, &op) && op.Op == "remote error"
}
