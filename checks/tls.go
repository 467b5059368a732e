package checks

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"klyra-doctor/checks/dns"
)

// handshake is one try to agree on TLS over a connection.
type handshake struct {
	to    netip.AddrPort
	conn  *tls.Conn
	asked bool  // for a certificate of the client
	err   error // why there is no agreement; nil where there is
	took  time.Duration
}

// secure turns the hop's connections into TLS ones and keeps the first that holds. Nothing is sent over one
// whose certificate does not.
func (p *urlProbe) secure(ctx context.Context, h *hop) bool {
	stop := h.timed(tlsPhase)
	tries := p.shakeAll(ctx, h)
	stop()
	good := slices.IndexFunc(tries, func(s handshake) bool { return s.err == nil })
	for i, s := range tries {
		if i != good {
			s.conn.NetConn().Close()
		}
	}
	if good < 0 {
		if !p.interrupted(ctx, "agreeing on TLS with "+h.url.Host) {
			p.findings = append(p.findings, p.noHandshake(ctx, h, tries)...)
		}
		return false
	}
	h.conn, h.peer, h.clientCertAsked = tries[good].conn, tries[good].to, tries[good].asked
	h.took[tlsPhase] = tries[good].took
	p.expiresSoon(h, tries[good].conn.ConnectionState())
	p.secondOpinion(h, tries[good].conn.ConnectionState())
	p.reportSomeTLS(ctx, h, tries)
	return true
}

// shakeAll returns one handshake for each connection of the hop, in their order. Once one has succeeded the
// others have a little longer only.
func (p *urlProbe) shakeAll(ctx context.Context, h *hop) []handshake {
	ctx, cancel := context.WithTimeout(ctx, p.net.phases.tls)
	defer cancel()
	tries := make([]handshake, len(h.open))
	start := time.Now()
	p.race(ctx, len(tries), func(ctx context.Context, i int) error {
		s := &tries[i]
		s.to, s.conn = h.open[i].to, tls.Client(h.open[i].conn, p.tlsConfig(h, &s.asked))
		s.err = s.conn.HandshakeContext(ctx)
		s.took = time.Since(start)
		return s.err
	})
	return tries
}

// tlsConfig is what the check offers. It notes in asked whether the server wants to see a certificate.
func (p *urlProbe) tlsConfig(h *hop, asked *bool) *tls.Config {
	return &tls.Config{
		ServerName: tlsName(h),
		RootCAs:    p.net.roots,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		Time:       p.Now,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			*asked = true
			return &tls.Certificate{}, nil
		},
	}
}

// tlsName is the name that a hop's certificate has to hold.
func tlsName(h *hop) string { return strings.TrimSuffix(h.url.Hostname(), ".") }

// noHandshake says why none of a hop's connections could be agreed on: the first that proves something counts.
func (p *urlProbe) noHandshake(ctx context.Context, h *hop, tries []handshake) []Finding {
	var told []Finding
	var others []Evidence
	for _, s := range tries {
		found := p.tlsTrouble(ctx, h, s)
		if told == nil || told[0].Status != Fail && found[0].Status == Fail {
			told = found
		}
		others = append(others, Evidence{s.to.String(), found[0].ID + ": " + found[0].Summary})
	}
	if len(tries) > 1 {
		told[0].Evidence = append(told[0].Evidence, others...)
	}
	return told
}

// reportSomeTLS warns of addresses whose TLS failed where that of another one holds.
func (p *urlProbe) reportSomeTLS(ctx context.Context, h *hop, tries []handshake) {
	var evidence []Evidence
	var first Finding
	for _, s := range tries {
		if s.err == nil {
			evidence = append(evidence, Evidence{s.to.String(), "agreed"})
			continue
		}
		f := p.tlsTrouble(ctx, h, s)[0]
		if first.ID == "" {
			first = f
		}
		evidence = append(evidence, Evidence{s.to.String(), f.ID + ": " + f.Summary})
	}
	if first.ID == "" {
		return
	}
	p.add(Finding{
		ID: first.ID, Status: Warn,
		Summary:  fmt.Sprintf("not every address of %s has working TLS; at one of them, %s", h.url.Hostname(), first.Summary),
		Evidence: evidence,
		Remedy:   "Set the servers at all addresses up alike, or remove the bad address from the DNS: a downloader that picks it fails.",
	})
}

// tlsTrouble says why a handshake failed: at least one finding, the worst first.
func (p *urlProbe) tlsTrouble(ctx context.Context, h *hop, s handshake) []Finding {
	var badCert *tls.CertificateVerificationError
	if errors.As(s.err, &badCert) {
		return p.judgeCertificate(h, badCert.UnverifiedCertificates, badCert.Err)
	}
	return []Finding{p.refusedHandshake(ctx, h, s)}
}

// oldOffer is everything that Go still speaks but the newest key exchange, whose first message is so large that
// some boxes lose it. It serves to find out what a server has to offer.
func oldOffer(name string) *tls.Config {
	var suites []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		suites = append(suites, s.ID)
	}
	return &tls.Config{
		ServerName: name, MinVersion: tls.VersionTLS10, CipherSuites: suites,
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
		// Nothing is sent over such a connection, so that it does not matter who is at its other end.
		InsecureSkipVerify: true,
	}
}

// offerOld asks a server that agreed to no offer of today what it agrees to of yesterday's. It sends nothing but
// the handshake.
func (p *urlProbe) offerOld(ctx context.Context, h *hop, to netip.AddrPort) (tls.ConnectionState, error) {
	conn, err := p.net.dial(ctx, to, dns.AddressKind(to.Addr()))
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	old := tls.Client(conn, oldOffer(tlsName(h)))
	err = old.HandshakeContext(ctx)
	return old.ConnectionState(), err
}

// ofToday reports whether what was agreed on is nothing that today's clients refuse.
func ofToday(state tls.ConnectionState) bool {
	return state.Version >= tls.VersionTLS12 && slices.ContainsFunc(tls.CipherSuites(), func(s *tls.CipherSuite) bool { return s.ID == state.CipherSuite })
}

// expiresSoon warns of a certificate that ends within days.
func (p *urlProbe) expiresSoon(h *hop, state tls.ConnectionState) {
	for _, cert := range state.VerifiedChains[0] {
		left, life := cert.NotAfter.Sub(p.Now()), cert.NotAfter.Sub(cert.NotBefore)
		if left > min(soon, life/3) {
			continue
		}
		p.add(Finding{
			ID: "tls.expires_soon", Status: Warn,
			Summary:  fmt.Sprintf("a certificate of %s ends in %s", h.url.Hostname(), waitText(left)),
			Evidence: certificateEvidence(cert, p.Now()),
			Remedy:   "Renew it, and find out why it was not renewed by itself.",
		})
		return
	}
}

// soon is how long before its end a certificate is worth a warning.
const soon = 14 * 24 * time.Hour
