package checks

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// judgeCertificate returns all that is wrong with a chain, not only cause, which the verification stopped at.
func (p *urlProbe) judgeCertificate(h *hop, sent []*x509.Certificate, cause error) []Finding {
	var found []Finding
	add := func(f Finding) {
		f.Evidence = append(certificateEvidence(sent[0], p.Now()), f.Evidence...)
		found = append(found, f)
	}
	doubt, distrusted := p.untrusted(h, sent)
	for _, cert := range signedPath(sent) {
		if f, wrong := p.outOfDate(cert, distrusted); wrong {
			add(f)
			break
		}
	}
	if sent[0].VerifyHostname(tlsName(h)) != nil {
		add(wrongHost(h, sent[0]))
	}
	if distrusted {
		add(doubt)
	}
	if len(found) == 0 {
		add(badChain(h, sent, cause))
	}
	return found
}

// badChain is the finding for a chain that leads to a trusted root and does not hold all the same.
func badChain(h *hop, sent []*x509.Certificate, cause error) Finding {
	f := Finding{
		ID: "tls.unknown_authority", Status: Fail, Summary: "the certificate chain of " + h.url.Hostname() + " does not verify",
		Evidence: []Evidence{{"sent", chainText(sent)}, {"cause", firstRunes(cause.Error())}},
		Remedy:   "The cause in the evidence names what is wrong. Have the certificate issued anew for use by a web server, by a public authority, and install its full chain.",
	}
	var invalid x509.CertificateInvalidError
	if errors.As(cause, &invalid) && chainFaults[invalid.Reason].summary != "" {
		f.Summary += ": " + chainFaults[invalid.Reason].summary
		f.Remedy = chainFaults[invalid.Reason].remedy
	}
	return f
}

// chainFaults are the words for chains that break the rules of their certificates.
var chainFaults = map[x509.InvalidReason]words{
	x509.NotAuthorizedToSign:           {"a certificate in it signed another one, though it is no authority's", "Have the certificate issued by an authority: a web server's certificate cannot sign others."},
	x509.CANotAuthorizedForThisName:    {"the authority that signed it may sign only for other names", "Have the certificate issued by an authority that may sign for this name: the one in the evidence is limited to the names of its owner."},
	x509.CANotAuthorizedForExtKeyUsage: {"the authority that signed it may not sign for web servers", "Have the certificate issued by an authority for web servers."},
	x509.TooManyIntermediates:          {"it is longer than one of its authorities allows", "Have the certificate issued by an authority that may sign for web servers itself."},
	x509.IncompatibleUsage:             {"its certificate is not meant for web servers", "Have a certificate issued for web servers (extended key usage: server authentication): this one is for clients, mail or code."},
}

// outOfDate judges the dates of a certificate by this machine's clock, and that clock by a server's, where one
// told the time. A trusted authority does not issue for the future: then the clock is the likelier cause.
func (p *urlProbe) outOfDate(cert *x509.Certificate, distrusted bool) (Finding, bool) {
	now := p.Now()
	f := Finding{Status: Fail}
	switch {
	case now.After(cert.NotAfter):
		f.ID = "tls.expired"
		f.Summary = fmt.Sprintf("the certificate of %s expired on %s", certName(cert), day(cert.NotAfter))
		f.Remedy = "Renew the certificate and reload the server. If this machine's clock is wrong, set it and run the check again."
	case now.Before(cert.NotBefore):
		f.ID = "tls.not_yet_valid"
		f.Summary = fmt.Sprintf("the certificate of %s is valid only from %s", certName(cert), day(cert.NotBefore))
		f.Remedy = "Compare this machine's clock with the evidence: if it is right, install a certificate that is valid already."
		if !distrusted {
			f.Remedy = fmt.Sprintf("Set this machine's clock and run the check again: most likely it is slow, by %s or more, since public authorities issue no certificates for the future. If it is right, install a certificate that is valid already.", waitText(cert.NotBefore.Sub(now)))
		}
	default:
		return Finding{}, false
	}
	if p.serverNow.IsZero() {
		return f, true
	}
	f.Evidence = []Evidence{{"a server's clock", p.serverNow.UTC().Format(time.RFC3339)}}
	if p.serverNow.Before(cert.NotAfter) && p.serverNow.After(cert.NotBefore) {
		f.Status = Unknown
		f.Summary += fmt.Sprintf(", but by the clock of a server that was asked before it is valid now: this machine's clock is %s off", waitText(p.serverNow.Sub(now).Abs()))
		f.Remedy = "Set this machine's clock and run the check again."
	}
	return f, true
}

// wrongHost explains why a certificate is not for the hop's host.
func wrongHost(h *hop, cert *x509.Certificate) Finding {
	f := Finding{
		ID: "tls.wrong_host", Status: Fail,
		Summary: fmt.Sprintf("the certificate is not for %s", tlsName(h)),
		Remedy:  "Install a certificate that names this host, or use a host that the certificate names. A server that hosts several names may lack a setting for this one.",
	}
	if why := nearMiss(tlsName(h), cert); why != "" {
		f.Evidence = append(f.Evidence, Evidence{"why", why})
	}
	return f
}

// nearMiss says why names of a certificate that look as if they covered the host do not; "" where none does.
func nearMiss(host string, cert *x509.Certificate) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return "the URL names an address; a certificate has to list it as an IP address, which few do"
	}
	if len(cert.DNSNames) == 0 && len(cert.IPAddresses) == 0 {
		return "the certificate lists no names (no subject alternative names); its common name has not counted for years"
	}
	for _, name := range cert.DNSNames {
		base, wild := strings.CutPrefix(strings.ToLower(name), "*.")
		switch host := strings.ToLower(host); {
		case wild && host == base:
			return fmt.Sprintf("%s does not cover %s itself, only names one level below it", firstRunes(name), host)
		case wild && strings.HasSuffix(host, "."+base):
			return fmt.Sprintf("%s covers one level only: %s is deeper", firstRunes(name), host)
		case "www."+host == base, "www."+base == host:
			return fmt.Sprintf("the certificate is for %s: with and without www. are two names", firstRunes(name))
		}
	}
	return ""
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

// certName is a certificate in a few words: its first name, else its subject.
func certName(cert *x509.Certificate) string {
	switch {
	case len(cert.DNSNames) > 0:
		return firstRunes(cert.DNSNames[0])
	case cert.Subject.CommonName != "":
		return firstRunes(cert.Subject.CommonName)
	}
	return firstRunes(cert.Subject.String())
}

// certIssuer is who signed a certificate, in a few words.
func certIssuer(cert *x509.Certificate) string {
	if cert.Issuer.CommonName != "" {
		return firstRunes(cert.Issuer.CommonName)
	}
	return firstRunes(cert.Issuer.String())
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }
