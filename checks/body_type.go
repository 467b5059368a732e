package checks

import (
	"fmt"
	"path"
	"strings"

	"klyra-doctor/checks/media"
)

// judgeType compares what the bytes are with what was expected, declared and named. The bytes decide.
func (p *urlProbe) judgeType(h *hop, b *body) {
	if f, told := p.insteadOf(b); told {
		p.add(f)
		return
	}
	switch {
	case isPage(b):
		p.add(p.page(b))
	case gzippedKind(b).MIME != "": // was said already
	case b.kind.MIME == media.Unknown:
		p.add(Finding{
			ID: "body.type_mismatch", Status: Unknown, Summary: "could not tell what the bytes are: they begin like no known type",
			Remedy: "Open the download in a program for such files. If it does not open there, the file is broken.",
		})
	case p.Expect != AnyMedia && !media.Agree(p.Expect, b.kind.Sort):
		p.add(b.quoted(wrongType(Fail, fmt.Sprintf("the bytes are %s, where %s is expected", b.kind.MIME, p.Expect))))
	case p.Expect == AnyMedia && !b.kind.Sort.Played():
		p.add(b.quoted(p.noMedia(h, b)))
	default:
		p.judgeLabels(h, b)
	}
}

func wrongType(status Status, summary string) Finding {
	return Finding{
		ID: "body.type_mismatch", Status: status, Summary: summary,
		Remedy: "Give the URL of the file itself, and let the server send its real Content-Type.",
	}
}

// quoted adds how a text in place of the file begins: it often says what is wrong.
func (b *body) quoted(f Finding) Finding {
	if b.kind.Sort == Text {
		f.Remedy = "Read how it begins, in the evidence: it is often the host's error message. " + f.Remedy
		f.Evidence = append(f.Evidence, Evidence{"begins with", firstRunes(inOneLine(string(b.head)))})
	}
	if m := namedURL().FindSubmatch(b.head); m != nil && b.kind.MIME == "application/json" {
		f.Remedy = "Give the URL that the answer names, in the evidence, if that is the file: no downloader goes on to it."
		f.Evidence = append(f.Evidence, Evidence{"it names", firstRunes(string(m[1]))})
	}
	return f
}

// namedURL finds the address of a file in the JSON of an API.
var namedURL = matching(`(?i)"(?:url|src|href|link|file|image|(?:download|media|image|file|public|signed|secure)_?url)"\s*:\s*"(https?:\\?/\\?/[^"]+)"`)

// noMedia judges bytes that are neither image, audio nor video where one of them is usual.
func (p *urlProbe) noMedia(h *hop, b *body) Finding {
	for _, label := range p.labelsOf(h, b) {
		if label.media.Played() {
			return wrongType(Fail, fmt.Sprintf("the bytes are %s, though %s says %s", b.kind.MIME, label.by, firstRunes(label.mime)))
		}
	}
	if b.kind.Sort == AnyMedia {
		return wrongType(Fail, fmt.Sprintf("this is a %s: Klyra moderates text, images, audio and video", b.kind.Name))
	}
	f := wrongType(Warn, fmt.Sprintf("the bytes are %s, which is neither image, audio nor video", b.kind.MIME))
	f.Remedy = "If text is meant, say so (--expect text); else give the URL of the file itself."
	return f
}

// judgeLabels compares the Content-Type and the URL's ending with the bytes.
func (p *urlProbe) judgeLabels(h *hop, b *body) {
	var wrong, mend []string
	setType := "let the server send Content-Type: " + b.kind.MIME + " (in a storage it stands in the object's metadata)"
	if b.declared == "" {
		wrong, mend = append(wrong, "the server sends no Content-Type"), append(mend, setType)
	}
	for _, label := range p.labelsOf(h, b) {
		switch {
		case label.keptBy(b.kind):
			continue
		case label.by == byServer:
			mend = append(mend, setType)
		default:
			mend = append(mend, "give the file the ending of what it is, or convert it to what its ending says")
		}
		wrong = append(wrong, label.by+" says "+firstRunes(label.mime))
	}
	if len(wrong) > 0 {
		f := wrongType(Warn, fmt.Sprintf("the bytes are %s, but %s", b.kind.MIME, strings.Join(wrong, " and ")))
		f.Remedy = "Some downloaders go by such labels: " + strings.Join(mend, "; ") + "."
		p.add(f)
	}
	if doubtfulTypes[b.kind.MIME] {
		p.add(unsupportedKind(b.kind, Warn, "many services do not accept this format, and Klyra's list of formats is not public"))
	}
}

const byServer = "the server"

// labelsOf returns what the server says of the body, and the ending of the URL: of the one that was given and,
// after redirects, of the last one where it has another.
func (p *urlProbe) labelsOf(h *hop, b *body) []typePromise {
	var labels []typePromise
	if b.declared != "" {
		labels = append(labels, promiseOf(byServer, media.Canonical(b.declared)))
	}
	given := ""
	for _, u := range []string{p.hops[0].url.Path, h.url.Path} {
		if named := media.ByExtension(u); named != "" && named != given {
			given = named
			labels = append(labels, promiseOf("the URL's ending "+path.Ext(u), named))
		}
	}
	return labels
}
