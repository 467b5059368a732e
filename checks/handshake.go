package checks

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// refusedHandshake names what stopped a handshake other than the certificate.
func (p *urlProbe) refusedHandshake(ctx context.Context, h *hop, s handshake) Finding {
	kind := handshakeKind(s.err, s.asked)
	words := handshakeWords[kind]
	f := Finding{
		ID: words.id, Status: words.status,
		Summary:  fmt.Sprintf(words.summary, h.url.Host),
		Evidence: []Evidence{{"cause", firstRunes(s.err.Error())}},
		Remedy:   words.remedy,
	}
	explained := false
	switch kind {
	case notTLSHandshake:
		f.greeted(s.err)
	case closedHandshake, lateHandshake, oldHandshake, noCommonHandshake, alertHandshake:
		explained = p.explainByOld(ctx, h, s, &f)
	}
	if _, err := netip.ParseAddr(tlsName(h)); err == nil && nameless[kind] && !explained {
		f.Remedy = "Use the host's name in the URL: with an address a client tells no name in TLS (SNI), and servers of several names break off then. " + f.Remedy
	}
	return f
}

// nameless are the ends of handshakes with servers that miss a name.
var nameless = map[handshakeEnd]bool{closedHandshake: true, strangeNameHandshake: true, noCommonHandshake: true, alertHandshake: true}

// explainByOld puts what a server agrees to of yesterday's TLS in place of a guess, and reports whether it agrees to
// anything.
func (p *urlProbe) explainByOld(ctx context.Context, h *hop, s handshake, f *Finding) bool {
	if errors.Is(s.err, context.Canceled) {
		return false // it was given up on before its time, since another address had answered
	}
	if version := selectedVersion(s.err); version != "" {
		oldOnly(h, version, f)
		return true
	}
	patience := p.net.phases.tls
	if deadlinePassed(s.err) {
		patience = p.net.phases.others // it has had its time
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	state, err := p.offerOld(ctx, h, s.to)
	switch {
	case err == nil && ofToday(state):
		f.ID, f.Status = "tls.handshake", Unknown
		f.Summary = fmt.Sprintf("%s agrees on %s only without the post-quantum key exchange that today's clients offer first", h.url.Host, tls.VersionName(state.Version))
		f.Remedy = "A server or a box before it does not cope with the large first message that comes with it: update it. Whether Klyra's downloader offers this key exchange is not documented."
	case err == nil:
		oldOnly(h, tls.VersionName(state.Version)+" with "+tls.CipherSuiteName(state.CipherSuite), f)
	case selectedVersion(err) != "":
		oldOnly(h, selectedVersion(err), f)
	default:
		f.Evidence = append(f.Evidence, Evidence{"older versions and ciphers", "were offered as well, in a second handshake, and not accepted either"})
		return false
	}
	return true
}

// oldOnly makes a finding of a server that speaks what today's clients refuse.
func oldOnly(h *hop, speaks string, f *Finding) {
	f.ID, f.Status = "tls.version", Fail
	f.Summary = fmt.Sprintf("%s speaks %s, which today's clients refuse", h.url.Host, speaks)
	f.Remedy = "Enable TLS 1.2 or 1.3 with ciphers of today (ECDHE with AES-GCM or ChaCha20) on the server."
}

var chosenVersion = matching(`server selected unsupported protocol version ([0-9a-f]{1,4})$`)

// selectedVersion is the version that a server chose though it was not offered; "" where it chose none.
func selectedVersion(err error) string {
	m := chosenVersion().FindStringSubmatch(err.Error())
	if m == nil {
		return ""
	}
	n, _ := strconv.ParseUint(m[1], 16, 16)
	return tls.VersionName(uint16(n))
}

// handshakeEnd is a way in which a handshake fails.
type handshakeEnd int

const (
	closedHandshake handshakeEnd = iota
	notTLSHandshake
	lateHandshake
	clientCertHandshake
	strangeNameHandshake
	oldHandshake
	noCommonHandshake
	otherProtocolHandshake
	alertHandshake
	wrongKeyHandshake
	brokenHandshake
)

// handshakeKind classifies what a handshake ended in. The type of a remote alert is not exported, so that its
// text has to do.
func handshakeKind(err error, certAsked bool) handshakeEnd {
	text := err.Error()
	says := func(part string) bool { return strings.Contains(text, part) }
	var notTLS tls.RecordHeaderError
	remote := says("remote error: tls:")
	switch {
	case errors.As(err, &notTLS):
		return notTLSHandshake
	case deadlinePassed(err), errors.Is(err, context.Canceled):
		return lateHandshake
	case remote && certAsked, says("tls: certificate required"):
		return clientCertHandshake
	case says("tls: unrecognized name"):
		return strangeNameHandshake
	case says("protocol version"):
		return oldHandshake
	case remote && (says("tls: handshake failure") || says("insufficient security")), says("unconfigured cipher suite"):
		return noCommonHandshake
	case says("no application protocol"), says("unadvertised ALPN protocol"):
		return otherProtocolHandshake
	case remote:
		return alertHandshake
	case says("invalid signature by the server certificate"):
		return wrongKeyHandshake
	case socketFailure(err) == socketReset:
		return closedHandshake
	}
	return brokenHandshake
}

// handshakeWords holds the words for handshakes that fail; %s is the host and port.
var handshakeWords = map[handshakeEnd]struct {
	id              string
	status          Status
	summary, remedy string
}{
	closedHandshake: {
		"tcp.reset", Fail, "%s closed the connection during the TLS handshake",
		"Look at the server's own log. A crash, another protocol on that port, and a firewall that goes by the name in the handshake look like this.",
	},
	notTLSHandshake: {
		"tls.not_tls", Fail, "%s does not speak TLS",
		"The port serves plain HTTP or something else: use the HTTPS port, or set the server up for TLS there.",
	},
	lateHandshake: {
		"tls.timeout", Unknown, "%s accepts connections, but does not finish the TLS handshake in time",
		"Look at the server's load and log. A firewall that lets only known clients through looks the same: check from another network.",
	},
	clientCertHandshake: {
		"tls.client_certificate", Fail, "%s demands a certificate from its clients",
		"The API has none to show: serve the file from a host that asks for no client certificate, or send its content in the request.",
	},
	strangeNameHandshake: {
		"tls.wrong_host", Fail, "the server at %s says that it does not know this name",
		"Set the server (or the CDN) up for this host name, or point the name's DNS record at the right server.",
	},
	oldHandshake: {
		"tls.version", Fail, "%s speaks neither TLS 1.2 nor 1.3",
		"Enable TLS 1.2 or 1.3 on the server: today's clients refuse older versions.",
	},
	noCommonHandshake: {
		"tls.version", Fail, "%s refuses the handshake: it has no TLS version or cipher in common with this program, or no certificate for this name",
		"Look at the server's log. CDNs answer like this for names that they have no certificate for: is the name set up there, and is its certificate issued by now? Else enable TLS 1.2 or 1.3 with ciphers of today.",
	},
	otherProtocolHandshake: {
		"tls.handshake", Fail, "%s accepts HTTP/2 only, and refuses a client that speaks HTTP/1.1",
		"Let the server accept HTTP/1.1 too (ALPN http/1.1): many downloaders speak nothing else. Whether Klyra's speaks HTTP/2 is not documented.",
	},
	alertHandshake: {
		"tls.handshake", Fail, "%s breaks the TLS handshake off with an alert",
		"The alert's name stands in the evidence; the server's log says why it was sent. Often no certificate is set up for this name.",
	},
	wrongKeyHandshake: {
		"tls.handshake", Fail, "%s signs the handshake with another key than that of the certificate that it shows",
		"Install the certificate together with the key that it was made for, and reload the server: after a renewal both change. A box in between that changes the traffic looks the same.",
	},
	brokenHandshake: {
		"tls.handshake", Fail, "the TLS of %s is broken, so that this program ended the handshake",
		"The cause in the evidence names what is wrong with the server's answer. Look at its TLS library and its certificate; a box in between that changes the traffic looks the same.",
	},
}

// greetings are how other protocols begin; at is where the mark stands.
var greetings = []struct {
	mark     string
	at       int
	protocol string
}{
	{"HTTP/", 0, "plain HTTP"},
	{"SSH-", 0, "SSH"},
	{"220", 0, "SMTP or FTP"},
	{"+OK", 0, "POP3"},
	{"* OK", 0, "IMAP"},
	{"RFB ", 0, "VNC"},
	{"-ERR", 0, "Redis or POP3"},
	{"-DENI", 0, "Redis"},
	{"-NOAU", 0, "Redis"},
	{"RTSP/", 0, "RTSP (a camera or a media server)"},
	{"ICY ", 0, "ICY (an internet radio)"},
	{"SIP/", 0, "SIP (telephony)"},
	{"AMQP", 0, "AMQP (a message queue)"},
	{"\xff\xfb", 3, "Telnet"},
	{"\xff\xfd", 3, "Telnet"},
	{"\x00\x00\x00\x0a", 1, "MySQL or MariaDB"},
}

// greeted tells what a server without TLS said instead.
func (f *Finding) greeted(err error) {
	var notTLS tls.RecordHeaderError
	if !errors.As(err, &notTLS) {
		return
	}
	first := string(notTLS.RecordHeader[:])
	f.Evidence = append(f.Evidence, Evidence{"first bytes", fmt.Sprintf("%q", first)})
	if protocol := greetingOf(first); protocol != "" {
		f.Summary += " but " + protocol
		f.Evidence = append(f.Evidence, Evidence{"that is", protocol})
	}
}

// greetingOf is the protocol that begins like this; "" where none is known.
func greetingOf(start string) string {
	for _, g := range greetings {
		if len(start) > g.at && strings.HasPrefix(start[g.at:], g.mark) {
			return g.protocol
		}
	}
	return ""
}

// missesClientCert reports whether a server refused a client without a certificate. With TLS 1.3 it says so
// only after the handshake, and some close the connection without a word.
func missesClientCert(h *hop, err error) bool {
	var op *net.OpError
	return h.clientCertAsked && (errors.As(err, &op) && op.Op == "remote error" || socketFailure(err) == socketReset)
}
