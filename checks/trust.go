package checks

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// mozillaRoots returns the roots that Mozilla trusts, with their constraints. Linux distributions, Python, Node
// and most servers trust this list or one made from it.
var mozillaRoots = sync.OnceValue(func() *x509.CertPool {
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		cert, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			continue // a root that Go cannot read is one that it cannot verify with
		}
		if root.Constraint == nil {
			pool.AddCert(cert)
		} else {
			pool.AddCertWithConstraint(cert, root.Constraint)
		}
	}
	return pool
})

// verify follows a chain from its first certificate to one of the roots, by way of those that were sent with
// it and others that are known.
func verify(sent, known []*x509.Certificate, roots *x509.CertPool, at time.Time) error {
	between := x509.NewCertPool()
	for _, cert := range slices.Concat(sent[1:], known) {
		between.AddCert(cert)
	}
	_, err := sent[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at})
	return err
}

// secondOpinion verifies a chain that this machine trusts against Mozilla's roots with nothing but what the
// server sent. A machine may know an intermediate, fetch one, or trust an authority of its own: others do not.
func (p *urlProbe) secondOpinion(h *hop, state tls.ConnectionState) {
	sent, now := state.PeerCertificates, p.Now()
	err := verify(sent, nil, p.net.mozilla(), now)
	if err == nil {
		return
	}
	evidence := append(certificateEvidence(sent[0], now), Evidence{"sent", chainText(sent)}, Evidence{"by Mozilla's roots, as this program has them", firstRunes(err.Error())})
	for _, chain := range state.VerifiedChains {
		if verify(sent, chain[1:], p.net.mozilla(), now) == nil {
			p.add(missingHere(h, sent, chain, evidence))
			return
		}
	}
	p.add(trustedHereOnly(h, sent, evidence))
}

// missingHere is the finding for a chain that holds here only since this machine knows a part of it.
func missingHere(h *hop, sent, chain []*x509.Certificate, evidence []Evidence) Finding {
	var missing []string
	for _, cert := range chain[1:] {
		if !slices.ContainsFunc(sent, cert.Equal) && !selfSigned(cert) {
			missing = append(missing, certName(cert))
		}
	}
	evidence = append(evidence, Evidence{"missing", firstRunes(strings.Join(missing, ", "))})
	return Finding{
		ID: "tls.incomplete_chain", Status: Fail,
		Summary:  fmt.Sprintf("%s sends an incomplete certificate chain: it works here, since this machine knows or fetched the missing part, and fails on machines that do not", h.url.Hostname()),
		Evidence: append(evidence, issuerURLs(signedPath(sent))...),
		Remedy:   "Install the full chain on the server (fullchain.pem). Servers that download rarely fetch a missing certificate by themselves.",
	}
}

// trustedHereOnly is the finding for a chain that leads to a root which this machine trusts and Mozilla does not.
func trustedHereOnly(h *hop, sent []*x509.Certificate, evidence []Evidence) Finding {
	f := Finding{
		ID: "tls.unknown_authority", Status: Unknown,
		Summary:  fmt.Sprintf("this machine trusts the authority that signed the certificate of %s, but Mozilla's list does not", h.url.Hostname()),
		Evidence: evidence,
		Remedy:   "Klyra's servers will hardly trust it either. If it is your company's, a proxy may be reading the traffic (TLS inspection), and what is seen here is not what others see: check from another network. If the server itself has this certificate, install one of a public authority.",
	}
	return explained(f, h, sent)
}

// untrusted says why a chain leads to no trusted root, whatever its dates and names; false where it does.
func (p *urlProbe) untrusted(h *hop, sent []*x509.Certificate) (Finding, bool) {
	leaf := sent[0]
	inside := leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore) / 2)
	err := verify(sent, nil, p.net.roots, inside)
	var unknown x509.UnknownAuthorityError
	var noRoots x509.SystemRootsError
	if !errors.As(err, &unknown) && !errors.As(err, &noRoots) {
		return Finding{}, false
	}
	path := signedPath(sent)
	words := trustFailures[p.trustFailure(sent, path, inside)]
	f := Finding{
		ID: words.id, Status: words.status, Summary: fmt.Sprintf(words.summary, h.url.Hostname()), Remedy: words.remedy,
		Evidence: []Evidence{{"sent", chainText(sent)}, {"cause", firstRunes(err.Error())}},
	}
	if f.ID == "tls.incomplete_chain" {
		f.Evidence = append(f.Evidence, Evidence{"missing", certIssuer(path[len(path)-1])})
		f.Evidence = append(f.Evidence, issuerURLs(path)...)
	}
	return explained(f, h, sent), true
}

// distrust is a reason for which a chain is not trusted.
type distrust int

const (
	privateAuthority distrust = iota
	selfSignedLeaf
	missingIntermediate
	weakSignature
	rootsMissingHere
)

// trustFailure tells why a chain is not trusted here; path is the part of it that hangs together.
func (p *urlProbe) trustFailure(sent, path []*x509.Certificate, at time.Time) distrust {
	top := path[len(path)-1]
	switch {
	case verify(sent, nil, p.net.mozilla(), at) == nil:
		return rootsMissingHere
	case slices.ContainsFunc(path, weaklySigned):
		return weakSignature
	case selfSigned(path[0]):
		return selfSignedLeaf
	case !selfSigned(top) && len(issuerURLs(path)) > 0:
		return missingIntermediate
	}
	return privateAuthority
}

// signedPath returns the certificates of a chain from the first one upwards, as far as each names the next one
// as its issuer.
func signedPath(sent []*x509.Certificate) []*x509.Certificate {
	path := sent[:1:1]
	for top := sent[0]; !selfSigned(top); top = path[len(path)-1] {
		next := slices.IndexFunc(sent, func(c *x509.Certificate) bool {
			return bytes.Equal(c.RawSubject, top.RawIssuer) && !slices.ContainsFunc(path, c.Equal)
		})
		if next < 0 {
			break
		}
		path = append(path, sent[next])
	}
	return path
}

func selfSigned(cert *x509.Certificate) bool { return bytes.Equal(cert.RawIssuer, cert.RawSubject) }

// weaklySigned reports whether a certificate other than a root is signed with a hash that is broken.
func weaklySigned(cert *x509.Certificate) bool {
	weak := []x509.SignatureAlgorithm{x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1}
	return !selfSigned(cert) && slices.Contains(weak, cert.SignatureAlgorithm)
}

// issuerURLs says where the certificate above the top of a path can be fetched, as far as the top names public
// addresses for it. They are shown, never asked.
func issuerURLs(path []*x509.Certificate) []Evidence {
	var told []Evidence
	for _, raw := range path[len(path)-1].IssuingCertificateURL {
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || reservedFor(strings.ToLower(u.Hostname())) != "" {
			continue
		}
		told = append(told, Evidence{"the missing certificate is at", firstRunes(raw)})
	}
	return told
}

// chainText lists what a server sent: each certificate and who signed it.
func chainText(sent []*x509.Certificate) string {
	const most = 6
	var parts []string
	for i, cert := range sent {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(sent)-most))
			break
		}
		parts = append(parts, fmt.Sprintf("%d. %s, signed by %s", i+1, certName(cert), certIssuer(cert)))
	}
	return strings.Join(parts, "; ")
}

// trustFailures holds the words for chains without a trusted root; %s is the host.
var trustFailures = map[distrust]struct {
	id              string
	status          Status
	summary, remedy string
}{
	selfSignedLeaf: {
		"tls.self_signed", Fail, "the certificate of %s is signed by itself",
		"Install a certificate of a public authority (Let's Encrypt is free).",
	},
	missingIntermediate: {
		"tls.incomplete_chain", Fail, "%s does not send the certificate that signed the last one it sends",
		"Install the full chain (fullchain.pem). Browsers fetch the missing part by themselves, servers do not: this is why it works in a browser. If the issuer in the evidence is a private authority, a certificate of a public one is needed.",
	},
	privateAuthority: {
		"tls.unknown_authority", Fail, "the certificate of %s is signed by an authority that neither this machine nor Mozilla's list trusts",
		"A private authority, or a company network that inspects TLS. If the issuer is your company's, check from another network; else install a certificate of a public authority.",
	},
	weakSignature: {
		"tls.unknown_authority", Fail, "the certificates of %s are signed with a broken hash (SHA-1 or MD5), which no client of today accepts",
		"Have the certificate issued anew: public authorities sign with SHA-256.",
	},
	rootsMissingHere: {
		"tls.unknown_authority", Unknown, "this machine does not trust the authority of %s, though Mozilla's list does: its own root certificates are missing or old",
		"The server is fine in this. Install or update the root certificates here (the package ca-certificates, or the system's updates), then run the check again.",
	},
}

// knownIssuer is an authority whose name tells what is going on.
type knownIssuer struct {
	name            lazyRegexp // in the issuer of any certificate that was sent
	status          Status
	summary, remedy string // %s is the host
}

// knownIssuers are read from the top. Their names are those that the products give their certificates.
var knownIssuers = []knownIssuer{
	{
		matching(`(?i)cloudflare origin`), Fail,
		"%s shows a Cloudflare Origin certificate, which only Cloudflare itself trusts",
		"The URL leads past Cloudflare to the server behind it: use the host name that Cloudflare proxies (the orange cloud), or install a certificate of a public authority.",
	},
	{
		matching(`(?i)\(STAGING\)|Fake LE `), Fail,
		"%s has a certificate of Let's Encrypt's staging system, which nobody trusts",
		"Have it issued anew by the production system: take the staging address out of the ACME client's settings.",
	},
	{
		matching(`(?i)Kubernetes Ingress Controller Fake|TRAEFIK DEFAULT CERT`), Fail,
		"%s is answered by an ingress or proxy with its default certificate: none is set up for this name",
		"Give the ingress a certificate for this host (with Kubernetes: the secret under spec.tls, in the same namespace).",
	},
	{
		matching(`(?i)mkcert|Caddy Local Authority|localhost`), Fail,
		"%s has a certificate made for local development",
		"Install a certificate of a public authority (Let's Encrypt is free).",
	},
	{
		matching(`(?i)zscaler|netskope|forti(net|gate)|palo ?alto|blue ?coat|forcepoint|sophos|kaspersky|avast|bitdefender|\beset\b|mitmproxy|charles proxy|fiddler|portswigger|barracuda|watchguard|check ?point|securly|cisco umbrella|gateway ca - cloudflare|cloudflare for teams|avg web|adguard|iboss|smoothwall`), Unknown,
		"something between this machine and %s reads the traffic and signs certificates of its own (TLS inspection): the server's own certificate cannot be seen from here",
		"Check from another network, or with that product switched off. Its name stands in the issuer.",
	},
}

// explained puts what is known of an authority by its name in place of the usual words.
func explained(f Finding, h *hop, sent []*x509.Certificate) Finding {
	for _, k := range knownIssuers {
		if !slices.ContainsFunc(sent, func(c *x509.Certificate) bool { return k.name().MatchString(c.Issuer.String()) }) {
			continue
		}
		if f.ID == "tls.incomplete_chain" {
			f.ID = "tls.unknown_authority"
		}
		f.Status, f.Summary, f.Remedy = k.status, fmt.Sprintf(k.summary, h.url.Hostname()), k.remedy
		break
	}
	return f
}
