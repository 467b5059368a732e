package checks

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/checks/media"
	"klyra-doctor/checks/media/mediatest"
)

// asLatin1 reads bytes as Latin-1 and writes them as UTF-8.
func asLatin1(data []byte) []byte {
	wide := make([]rune, len(data))
	for i, c := range data {
		wide[i] = rune(c)
	}
	return []byte(string(wide))
}

func TestContentMangled(t *testing.T) {
	png, jpeg := mediatest.PNG(64, 48), mediatest.JPEG(64, 48)
	replaced := func(data []byte) []byte { return bytes.ToValidUTF8(data, []byte("\ufffd")) }
	noisy := slices.Concat(mediatest.MP3(9, 9)[:900], bytes.Repeat([]byte("\xff\xfb\x90\x00\x01\x02 \xc4"), 20))
	form := "------x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"
	runContentCases(t, []contentCase{
		{name: "png read as a text", data: replaced(png), file: "a.png", want: "content.corrupt=fail", says: "became U+FFFD"},
		{name: "jpeg read as a text", data: replaced(jpeg), want: "content.corrupt=fail", says: "in Node.js without an encoding"},
		{name: "mp3 read as a text", data: append(bytes.Clone(mediatest.ID3Tag), replaced(noisy)...), want: "content.corrupt=fail", says: "what it was is lost"},
		{name: "png read as Latin-1", data: asLatin1(png), file: "a.png", want: "content.corrupt=fail", says: "every byte beyond 127 became two"},
		{name: "jpeg read as Latin-1", data: asLatin1(jpeg), want: "content.corrupt=fail", says: "read as Latin-1"},
		{name: "png with converted line ends", data: bytes.ReplaceAll(png, []byte("\n"), []byte("\r\n")), want: "content.corrupt=fail", says: "line ends were converted"},
		{name: "png with line ends of Unix", data: bytes.ReplaceAll(png, []byte("\r\n"), []byte("\n")), file: "a.png", want: "content.corrupt=fail", says: ".gitattributes"},
		{name: "jpeg behind a line end", data: append([]byte("\r\n"), jpeg...), file: "a.jpg", want: "content.type_mismatch=fail", says: "the JPEG image in it begins only at offset 2"},
		{name: "jpeg behind a byte order mark", data: append([]byte("\xef\xbb\xbf"), jpeg...), file: "a.jpg", want: "content.type_mismatch=fail", says: `"\ufeff`},
		{name: "png behind headers", data: append([]byte("HTTP/1.1 200 OK\r\n\r\n"), png...), mime: "image/png", want: "content.type_mismatch=fail", says: "the PNG image in it begins only at offset 19"},
		{name: "webp in a form", data: append([]byte(form), mediatest.LossyWebP()...), expect: Image, want: "content.type_mismatch=fail", says: fmt.Sprintf("the WebP image in it begins only at offset %d", len(form))},
		{name: "mp4 where nobody promised one", data: slices.Concat(noiseOf(80), mediatest.MP4()), want: "content.unverifiable=unknown", says: "the MP4 video in it begins only at offset 80"},
		{name: "text that speaks of GIF89a", data: []byte("The first bytes of a GIF are GIF89a."), want: "content.fits=pass"},
		{name: "Latin-1 that speaks of GIF89a", data: []byte("Die ersten Bytes eines GIF hei\xdfen GIF89a, f\xfcr jeden."), want: "content.not_utf8=fail"},
		{name: "a text that has lost characters", data: []byte(strings.Repeat("Gr\ufffd\ufffde ", 9)), want: "content.mojibake=warn"},
	})
}

func TestContentWrittenOut(t *testing.T) {
	png := mediatest.PNG(64, 48)[:300]
	numbers := strings.ReplaceAll(strings.Trim(fmt.Sprint(png), "[]"), " ", ",")
	pairs := fmt.Sprintf("% x", png)
	runContentCases(t, []contentCase{
		{name: "a list of numbers", data: []byte("[" + numbers + "]"), want: "content.type_mismatch=fail", says: "the bytes of one (PNG image) are written out as a list of numbers"},
		{name: "a buffer of Node.js", data: []byte(`{"type": "Buffer", "data": [` + numbers + "]}"), want: "content.type_mismatch=fail", says: "toString('base64')"},
		{name: "numbers of C", data: []byte("{0x" + strings.ReplaceAll(pairs, " ", ", 0x") + "}"), want: "content.type_mismatch=fail", says: "hexadecimal numbers"},
		{name: "pairs with blanks", data: []byte(pairs), want: "content.type_mismatch=fail", says: "in pairs"},
		{name: "pairs with colons", data: []byte(strings.ReplaceAll(pairs, " ", ":")), want: "content.type_mismatch=fail", says: "in pairs"},
		{name: "bytes as Python shows them", data: []byte(`b'\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00'`), want: "content.type_mismatch=fail", says: `Python's b'\x…'`},
		{name: "a list of other numbers", data: []byte("[1" + strings.Repeat(", 2", 40) + "]"), want: "content.fits=pass"},
		{name: "a text of Python", data: []byte("b'nothing of note'"), want: "content.fits=pass"},
		{name: "undefined", data: []byte("undefined\n"), want: "content.placeholder=warn", says: `nothing but "undefined"`},
		{name: "an object", data: []byte("[object File]"), want: "content.placeholder=warn", says: "a variable was not set"},
		{name: "a file of Python", data: []byte("<_io.BufferedReader name='a.jpg'>"), want: "content.placeholder=warn"},
		{name: "a data URI of undefined", data: []byte("data:image/png;base64,undefined"), want: "content.placeholder=warn"},
		{name: "base64 of nothing", data: []byte("null"), base64: true, want: "content.placeholder=warn"},
		{name: "null as a body", data: []byte("null"), mime: "application/json", want: "request.content_missing=fail"},
		{name: "a text that says undefined", data: []byte("it is undefined"), want: "content.fits=pass"},
	})
}

// TestBase64InWrappings: base64 is recognised in what programs put around it, though nobody said that it is such.
func TestBase64InWrappings(t *testing.T) {
	data := withTail(mediatest.PNG(20, 20), 1)
	plain := string(inBase64(data))
	uri := "data:image/png;base64," + plain
	escaped := strings.ReplaceAll(plain, "/", `\/`)
	half := len(plain) / 2
	all := func(finding string) string { return "content.base64=" + finding }
	runContentCases(t, []contentCase{
		{name: "quotes", data: []byte(`"` + plain + `"`), want: all("fail"), says: "begins with quotes: that does not belong to it"},
		{name: "quotes of JavaScript", data: []byte("`" + plain + "`"), want: all("fail"), says: "quotes"},
		{name: "a quoted data URI", data: []byte(`"` + uri + `"`), want: all("fail"), says: "data URI's type: image/png"},
		{name: "escapes of JSON", data: []byte(escaped), want: all("warn"), says: "with the escapes of JSON"},
		{name: "a data URI with escapes", data: []byte(`data:image\/png;base64,` + escaped), want: all("warn"), says: "data URI's type: image/png"},
		{name: "Python's bytes", data: []byte("b'" + plain + "'"), want: all("fail"), says: "Python's"},
		{name: "a head without data:", data: []byte("image/png;base64," + plain), want: all("fail"), says: "the end of a data URI's head, image/png;base64,"},
		{name: "two heads", data: []byte("data:image/png;base64," + uri), want: all("fail"), says: "a second head of a data URI"},
		{name: "blanks in the head", data: []byte("data: image/png; base64, " + plain), want: all("warn"), says: "1 blank,"},
		{name: "a name in the head", data: []byte("data:image/png;name=my photo.png;base64," + plain), want: "content.fits=pass", says: "data URI"},
		{name: "percent-encoded", data: []byte(strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(plain)), want: all("fail"), says: "percent-encoded"},
		{name: "PEM", data: []byte("-----BEGIN CERTIFICATE-----\n" + plain + "\n-----END CERTIFICATE-----\n"), want: all("fail"), says: "-----BEGIN CERTIFICATE-----"},
		{name: "a byte order mark", data: []byte("\ufeff" + plain), want: all("fail"), says: "byte order mark"},
		{name: "twice", data: inBase64([]byte(plain)), want: all("fail"), says: "twice over"},
		{name: "a data URI in base64", data: inBase64([]byte(uri)), want: all("fail"), says: "20 × 20"},
		{name: "hexadecimal", data: []byte(hex.EncodeToString(data)), want: all("fail"), says: "hexadecimal digits"},
		{name: "a log's cut", data: []byte(plain[:half] + "... (truncated)"), want: "content.base64=fail content.truncated=fail", says: "'.' cannot stand there"},
		{name: "an ellipsis", data: []byte(plain[:half] + "…"), want: "content.base64=fail content.truncated=fail", says: "'…' cannot stand there"},
		{name: "mp3", data: inBase64(bytes.Repeat(mediatest.MP3Frame, 9)), want: "content.fits=pass", says: "MP3 audio"},
		{name: "mp4", data: inBase64(mediatest.MP4()), want: "content.fits=pass", says: "MP4 video"},
		{name: "gzip", data: inBase64(append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"), noiseOf(40)...)), want: "content.unsupported_type=fail", says: "gzip archive"},
		{name: "a text", data: inBase64([]byte("Hello world, this was encoded by mistake.")), want: all("warn"), says: "its letters are moderated and not the text"},
		{name: "a token", data: []byte("3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEi"), want: "content.fits=pass", says: "text, 1 word"},
		{name: "a comment of C", data: []byte("//some words without any mark that go on and on"), want: "content.fits=pass", says: "text, 10 words"},
		{name: "nested many times", data: nested("iVBORw0KGgoAAAANSUhEUgAA", 20), want: "content.base64=warn", says: "base64 of a text"},
	})
}

// nested encodes a text again and again, up to what is looked at of a content.
func nested(text string, times int) []byte {
	for i := 0; i < times && len(text) < media.SniffLen; i++ {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return []byte(text)
}
