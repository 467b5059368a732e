package checks

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"strings"

	"klyra-doctor/checks/media"
)

// take reads the rest of the body. On its way it walks the parts of a container or the words of a text; an
// image is kept, to be looked at once the transfer is over.
func (p *urlProbe) take(b *body, in *bufio.Reader) {
	switch {
	case p.wantsImage(b) && media.IsPicture(b.kind.MIME):
		b.look = &survey{kind: b.kind, what: b.kind.Name, walked: !p.Deep}
		b.image = b.readImage(in)
	case media.IsContainer(b.kind.MIME) && (p.Expect == AnyMedia || media.Agree(p.Expect, b.kind.Sort)):
		b.look = &survey{kind: b.kind, what: b.kind.Name}
		b.look.readContainer(b.kind, in)
	case p.Expect == Text && b.kind.Sort == Text && !isPage(b):
		b.look = &survey{kind: b.kind, what: b.kind.Name, expect: Text}
		b.look.readText(in)
	}
	drain(in)
}

// readImage reads an image as a whole, into the room that its announced length asks for.
func (b *body) readImage(in io.Reader) []byte {
	var all bytes.Buffer
	all.Grow(int(min(max(b.length, 0), imageLimit)) + bytes.MinRead)
	_, _ = all.ReadFrom(in) // what ends it too early is in the intake
	return all.Bytes()
}

// judgeContent says what is wrong with the file itself. A file of which only a part was read looks broken
// without being so: then nothing is said.
func (p *urlProbe) judgeContent(ctx context.Context, b *body) {
	if !b.whole() || b.look == nil {
		b.look, b.image = nil, nil
		return
	}
	dot := isDot(b.image)
	if b.image != nil && !p.lookInTime(ctx, b) {
		return
	}
	for _, f := range b.look.findings {
		switch {
		case f.Status == Unknown && f.ID != "check.crashed":
			// Whether the file can be downloaded does not depend on it.
			b.look.fact("not checked", "%s", f.Summary)
		case f.ID == "content.truncated":
			p.add(b.storedCut(f))
		case f.ID == "content.not_utf8":
			p.add(b.otherCharset(f))
		default:
			p.add(f)
		}
	}
	if b.look.undecoded != "" && len(b.look.findings) == 0 {
		b.look.fact("not checked", "%s itself: its parts were looked at, nothing was decoded", b.look.undecoded)
	}
	if dot {
		p.add(Finding{
			ID: "body.placeholder", Status: Warn, Summary: "the image is a single dot: " + b.look.what,
			Remedy: "Hosts hand out such a placeholder where a file is missing, blocked or counted: open the URL in a private browser window and compare.",
		})
	}
}

// isDot reports whether an image is too small to show anything.
func isDot(data []byte) bool {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	return err == nil && max(config.Width, config.Height) <= 2
}

// lookInTime walks the image's parts and, where Deep is set, decodes it. It reports whether that came to its end
// before ctx did. A decoder in full swing cannot be interrupted: it ends by itself.
func (p *urlProbe) lookInTime(ctx context.Context, b *body) bool {
	done := make(chan *survey, 1)
	look, data := b.look, b.image
	b.look, b.image = nil, nil
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				look.found(crashed(cause))
			}
			done <- look
		}()
		look.surveyImage(ctx, look.kind, data)
	}()
	select {
	case b.look = <-done:
	case <-ctx.Done():
	}
	return !p.interrupted(ctx, "looking into the image") && b.look != nil
}

// complete reports whether the file's own parts show that it is whole.
func (b *body) complete() bool {
	if b.look == nil || b.kind.Sort == Text {
		return false
	}
	for _, f := range b.look.findings {
		if Worse(f.Status, Warn) || f.ID == "content.truncated" {
			return false
		}
	}
	return true
}

// storedCut says where a file was cut that is not whole, as far as the transfer tells.
func (b *body) storedCut(f Finding) Finding {
	switch {
	case b.length >= 0:
		f.Evidence = append(f.Evidence, Evidence{"transfer", "whole: the server announced " + Counted(b.length, "byte") + " and sent them"})
		f.Remedy = "The server sends all that it has, or announces too little: compare the size with the original's. If it differs, upload the file again and purge the CDN's copy."
	default:
		f.Remedy = "Compare the size with the original's. If the server's copy is smaller, upload it again and purge the CDN's copy; if not, the server or a proxy cuts the download off."
	}
	return f
}

// otherCharset fits the finding about a text that is not UTF-8 to a download, for which a server may declare
// another charset.
func (b *body) otherCharset(f Finding) Finding {
	if b.charset == "" || strings.EqualFold(b.charset, "utf-8") {
		f.Summary = strings.Replace(f.Summary, ", which JSON demands", "", 1)
		return f
	}
	f.Status = Warn
	f.Summary = fmt.Sprintf("the text is not UTF-8 but, as the server says, %s: whether Klyra reads that is not documented", firstRunes(b.charset))
	return f
}
