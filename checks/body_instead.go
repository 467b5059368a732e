package checks

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"klyra-doctor/checks/media"
)

// insteadOf says what came in place of a file, where the bytes tell more than that they are none.
func (p *urlProbe) insteadOf(b *body) (Finding, bool) {
	if p.Expect == Text || b.kind.Sort.Played() {
		return Finding{}, false
	}
	if start := unpackedStart(b); media.Sniff(start, false).MIME == "text/html" {
		f := Finding{ID: "body.html_page", Status: Fail, Summary: "the body is gzip-compressed, and the server does not say so: unpacked it is a web page, not an image, audio or video file"}
		f.Evidence = []Evidence{{"page title", firstRunes(titleOf(start))}}
		f.Remedy = "Read the page (curl URL | gunzip): it often says that the file is gone. Let the server say Content-Encoding: gzip, or send its pages uncompressed."
		return f, true
	}
	if f, damaged := b.damage(); damaged {
		return f, true
	}
	if b.kind.MIME == "text/html" {
		return Finding{}, false
	}
	return b.standIn()
}

// unpackedStart is the beginning of what lies in a body that is gzip by its bytes; nil for any other.
func unpackedStart(b *body) []byte {
	if b.kind.MIME != "application/gzip" {
		return nil
	}
	in, err := gzip.NewReader(bytes.NewReader(b.head))
	if err != nil {
		return nil
	}
	start, _ := io.ReadAll(io.LimitReader(in, media.SniffLen)) // the head ends somewhere in the stream
	return start
}

// damage says what happened to a file on its way, where its bytes do not begin like those of one but show it.
func (b *body) damage() (Finding, bool) {
	if b.kind.MIME != media.Unknown && b.kind.MIME != "text/plain" {
		return Finding{}, false
	}
	f := Finding{ID: "content.corrupt", Status: Fail}
	if kind, at := media.Misplaced(b.head); at > 0 && plainText(b.head[:at]) {
		for _, s := range strayStarts {
			if s.pattern().Match(b.head[:at]) {
				f.Summary = fmt.Sprintf("the %s has %s before its beginning: %s", kind.Name, Counted(int64(at), "byte"), s.what)
				f.Evidence, f.Remedy = []Evidence{{"before it", fmt.Sprintf("%q", firstRunes(string(b.head[:at])))}}, s.remedy
				return f, true
			}
		}
	}
	if len(b.head) >= 16 && len(bytes.Trim(b.head, "\x00")) == 0 {
		f.Summary = "the file holds nothing but zeros, as far as it was looked at"
		f.Remedy = "Upload it again: room was made for the file, but its content was not written, or it was lost."
		return f, true
	}
	said, mangled := manglings[media.Mangled(b.head)]
	f.Summary, f.Remedy = said.summary, said.uploaded
	return f, mangled
}

// plainText reports whether bytes are characters that a text may hold.
func plainText(b []byte) bool {
	return utf8.Valid(b) && !bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n", r) })
}

// strayStarts are what stands before a file by mistake, read from the top.
var strayStarts = []struct {
	pattern      lazyRegexp
	what, remedy string
}{
	{
		matching(`(?is)^\s*-{2,}[^\r\n]{1,100}\r?\ncontent-[a-z]+:`), "the rest of an upload form",
		"The body of the upload was stored as it came. Store the file alone: with a pre-signed PUT the file itself is the body, without a form (FormData) around it.",
	},
	{
		matching(`(?i)^[0-9a-f]{1,8};chunk-signature=`), "the frame of a signed upload in pieces (aws-chunked)",
		"The storage, or a proxy before it, stored the upload as it came over the wire. Switch signed chunks off in the client that uploads, and upload the file again.",
	},
	{
		matching(`^[0-9A-Fa-f]{1,8}\r\n$`), "the size of a piece, as in a chunked transfer",
		"The body holds the frame of a transfer: the server sends chunks under HTTP/1.0 or frames them twice, or an upload was stored as it came over the wire.",
	},
	{
		matching(`^HTTP/1\.[01] \d{3}`), "a whole HTTP answer, with its headers",
		"Something wrote headers into the body: a script behind a server that sends headers of its own, or a cache that stored both.",
	},
	{
		matching(`(?i)\b(?:warning|notice|deprecated|fatal error|exception|traceback)\b`), "a message of the script that sends it",
		"Read it in the evidence and mend the script; let errors go to its log (in PHP: display_errors=Off).",
	},
	{
		matching(`^[\s\x{FEFF}]+$`), "blank characters or a byte order mark",
		"A script prints them before it sends the file: remove blank lines and the byte order mark at the beginning and the end of its source files.",
	},
	{
		matching(``), "something that does not belong to it",
		"Find out what writes it, in the evidence: the script that sends the file, or what stored it.",
	},
}

// standIn says which text came in place of the file, where it is a known one.
func (b *body) standIn() (Finding, bool) {
	said := readRefusal(nil, b.head)
	if stored, known := storageErrorOf(said); known {
		f := Finding{ID: stored.id, Status: stored.status, Remedy: stored.remedy}
		f.Summary = "the host says 200, but its answer is an error: " + stored.summary
		f.Evidence = []Evidence{{"error code", firstRunes(said.code)}, {"error message", firstRunes(said.message)}}
		return f, true
	}
	for _, s := range standIns {
		if s.pattern().Match(b.head) {
			f := b.quoted(wrongType(Fail, "this is "+s.what+", not the file"))
			f.Remedy = s.remedy
			return f, true
		}
	}
	return Finding{}, false
}

// standIns are texts that come in place of a file.
var standIns = []struct {
	pattern      lazyRegexp
	what, remedy string
}{
	{
		matching(`^version https://git-lfs\.github\.com/spec/`), "a pointer of Git LFS",
		"Git LFS keeps the file itself elsewhere: fetch it (git lfs pull) where the site is built, or give the address from which the file itself comes.",
	},
	{
		matching(`^\x{FEFF}?\s*#EXTM3U`), "a playlist (M3U, HLS)",
		"Give the URL of a single video or audio file: a downloader plays no list. What the list names are pieces.",
	},
	{
		matching(`<MPD[\s>]`), "a list of a stream's pieces (MPEG-DASH)",
		"Give the URL of a single video or audio file: a downloader plays no stream.",
	},
	{
		matching(`<(?:ListBucketResult|EnumerationResults)[\s>]`), "a list of what the storage holds",
		"The object's own name is missing from the URL, or is empty: add it behind the bucket or container.",
	},
	{
		matching(`"kind"\s*:\s*"storage#object"|"downloadTokens"\s*:\s*"`), "what Google's storage knows of the file (its metadata)",
		"Add alt=media to the URL's query: without it the API describes the object instead of sending it.",
	},
	{
		placeholder, "a word that a program writes for a value that is not there",
		"Find out where the upload, or the script that sends the file, loses its content.",
	},
	{
		matching(`^\s*<\?php\b`), "the source of a PHP script",
		"The server does not run the script: switch PHP on for it, and look what else of the source is public.",
	},
	{
		matching(`^\s*"?https?://\S+"?\s*$`), "another URL",
		"Give the URL that stands in the body, if it is the file's: no downloader follows it.",
	},
	{
		matching(`(?i)^\s*"?data:[a-z]+/[a-z0-9.+-]+;base64,`), "a data URI",
		"Let the server decode what follows its comma and send the bytes, with their Content-Type.",
	},
	{
		base64File, "the base64 text of a file",
		"Let the server decode it and send the bytes, with their Content-Type.",
	},
}
