package checks

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"klyra-doctor/checks/media"
)

// contentCodings returns what Content-Encoding names, in lower case and without "identity"; nil for none.
func contentCodings(header http.Header) []string {
	var codings []string
	for _, name := range strings.Split(strings.Join(header.Values("Content-Encoding"), ","), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" && name != "identity" {
			codings = append(codings, name)
		}
	}
	return codings
}

func (b *body) codingWords() string { return strings.Join(b.codings, ", ") }

var errUnknownCoding = errors.New("this program cannot decode it")

// realCodings are those that a downloader may know. Other names stand in Content-Encoding by mistake.
var realCodings = []string{"gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress", "dcb", "dcz"}

// realCoding reports whether one of the codings is more than a mistake.
func (b *body) realCoding() bool {
	return slices.ContainsFunc(b.codings, func(c string) bool { return slices.Contains(realCodings, c) })
}

// maxCodings is how many layers of compression are undone.
const maxCodings = 4

// decoder undoes the Content-Encoding, which servers should not use: none was asked for. Where the bytes are
// media before any decoding, they are taken as they are.
func (b *body) decoder(sent io.Reader) (io.Reader, error) {
	if b.codings == nil {
		return sent, nil
	}
	raw := bufio.NewReaderSize(sent, media.SniffLen)
	start, err := raw.Peek(media.SniffLen)
	if len(start) == 0 && err != io.EOF {
		return nil, err
	}
	b.asSent = media.Sniff(start, false)
	if b.asSent.Sort.Played() || !b.realCoding() || len(start) == 0 {
		b.plain = true
		return raw, nil
	}
	if len(b.codings) > maxCodings {
		return nil, errUnknownCoding
	}
	var decoded io.Reader = raw
	for _, coding := range slices.Backward(b.codings) {
		if decoded, err = undo(coding, decoded); err != nil {
			return nil, err
		}
	}
	return decoded, nil
}

func undo(coding string, from io.Reader) (io.Reader, error) {
	switch coding {
	case "gzip", "x-gzip":
		return gzip.NewReader(from)
	case "deflate":
		in := bufio.NewReader(from)
		// By the standard this is zlib's format; many servers send the bare one, and downloaders take both.
		if start, _ := in.Peek(2); len(start) == 2 && (start[0]&0x0f != 8 || (int(start[0])<<8|int(start[1]))%31 != 0) {
			return flate.NewReader(in), nil
		}
		return zlib.NewReader(in)
	}
	return nil, errUnknownCoding
}

// badlyCompressed reports whether err says that a body is not in the coding that it should be in, or that
// this program does not know that coding.
func badlyCompressed(err error) bool {
	var corrupt flate.CorruptInputError
	for _, e := range []error{gzip.ErrHeader, gzip.ErrChecksum, zlib.ErrHeader, zlib.ErrChecksum, zlib.ErrDictionary, errUnknownCoding} {
		if errors.Is(err, e) {
			return true
		}
	}
	return errors.As(err, &corrupt)
}

const dropCoding = "Remove the Content-Encoding from the stored object's metadata, or from the server's settings for media."

// badCompression is the finding about a body that could not be decoded.
func badCompression(b *body) Finding {
	f := Finding{
		ID: "body.bad_compression", Status: Fail,
		Summary:  fmt.Sprintf("the server says Content-Encoding: %s, but the body is not in it", firstRunes(b.codingWords())),
		Evidence: []Evidence{{"cause", firstRunes(b.err.Error())}, {"bytes as they came", b.asSent.MIME}},
		Remedy:   dropCoding,
	}
	switch {
	case errors.Is(b.err, errUnknownCoding):
		f.Status = Unknown
		f.Summary = fmt.Sprintf("the body is compressed (%s) though no compression was asked for, and could not be looked into", firstRunes(b.codingWords()))
		f.Remedy = "Let the server send media uncompressed: a downloader that did not ask for this compression cannot read it. " + dropCoding
	case b.size > 0:
		f.Summary = fmt.Sprintf("the body's compression (%s) is broken: it cannot be unpacked to its end", firstRunes(b.codingWords()))
		f.Remedy = "Upload the file again, without compression, and purge the CDN's copy. " + dropCoding
	}
	return f
}

// judgeCodings judges the compression of a body that came whole.
func (p *urlProbe) judgeCodings(b *body) {
	packed := gzippedKind(b)
	codings := firstRunes(b.codingWords())
	f := Finding{ID: "body.bad_compression", Status: Fail, Remedy: dropCoding}
	switch {
	case b.plain && b.realCoding():
		f.Summary = fmt.Sprintf("the server says Content-Encoding: %s, but the body is %s as it stands", codings, b.asSent.MIME)
	case b.plain:
		f.Status = Warn
		f.Summary = fmt.Sprintf("the server says Content-Encoding: %s, which is no compression that downloaders know", codings)
	case packed.MIME != "" && b.codings != nil:
		f.Summary = fmt.Sprintf("the body is compressed twice: under Content-Encoding %s it is gzip once more, and only then %s", codings, packed.MIME)
		f.Remedy = "Upload the file uncompressed: it was compressed before it was stored, and the server compresses it again."
	case packed.MIME != "":
		f.Summary = fmt.Sprintf("the file is stored gzip-compressed, and the server does not say so: unpacked it is %s", packed.MIME)
		f.Remedy = "Upload the file uncompressed. A Content-Encoding: gzip would help only downloaders that unpack it."
	case b.codings != nil:
		f.Status, f.Summary = Warn, "the server compresses the body though no compression was asked for"
		f.Remedy = "Serve media without Content-Encoding: a downloader that does not unpack it sees broken media."
	default:
		return
	}
	p.add(f)
}

// gzippedKind returns what lies in a body that is gzip by its bytes, where that is media; else the zero value.
func gzippedKind(b *body) media.Kind {
	if kind := media.Sniff(unpackedStart(b), false); kind.Sort.Played() {
		return kind
	}
	return media.Kind{}
}
