package checks

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/checks/media/mediatest"
)

func TestContentBase64(t *testing.T) {
	padded := string(inBase64(withTail(mediatest.PNG(8, 8), 2)))
	whole := string(inBase64(withTail(mediatest.PNG(8, 8), 0)))
	safe := strings.NewReplacer("+", "-", "/", "_").Replace(whole)
	half := len(whole) / 2
	cases := []contentCase{
		{name: "sound", data: []byte(whole + "\n"), want: "content.fits=pass", says: "PNG image, 8×8"},
		{name: "url-safe", data: []byte(safe), want: "content.base64_url_safe=warn"},
		{name: "two alphabets", data: []byte(mixedAlphabets(whole)), want: "content.base64_url_safe=fail", says: "mixes two alphabets"},
		{name: "no padding", data: []byte(strings.TrimRight(padded, "=")), want: "content.base64_padding=warn", says: "without its padding"},
		{name: "too much padding", data: []byte(whole + "="), want: "content.base64_padding=fail"},
		{name: "cut", data: []byte(whole[:len(whole)-3]), want: "content.base64=fail content.truncated=fail", says: "cut off or damaged"},
		{name: "lines", data: []byte(whole[:half] + "\r\n" + whole[half:]), want: "content.base64=warn", says: "1 line break"},
		{name: "blanks", data: []byte(whole[:half] + " " + whole[half:]), want: "content.base64=warn", says: "1 blank,"},
		{name: "plus lost to form encoding", data: []byte(strings.Replace(whole, "+", " ", 1)), says: "has blanks where + stood"},
		{name: "percent-encoded", data: []byte(strings.NewReplacer("+", "%2B", "/", "%2f", "=", "%3D").Replace(whole)), want: "content.base64=fail", says: "percent-encoded"},
		{name: "foreign character", data: []byte(whole[:half] + "*" + whole[half:]), says: "'*' cannot stand there"},
		{name: "two texts joined", data: []byte(padded + padded), says: "goes on after its end"},
		{name: "quoted", data: []byte(`"` + whole + `"`), want: "content.base64=fail", says: "begins with quotes"},
		{name: "Python's bytes", data: []byte("b'" + whole + "'"), want: "content.base64=fail", says: "Python's"},
		{name: "prefix", data: []byte("base64," + whole), want: "content.base64=fail", says: "the word base64,"},
		{name: "twice", data: inBase64([]byte(whole)), want: "content.base64=fail", says: "twice over"},
		{name: "hexadecimal", data: []byte(hex.EncodeToString(mediatest.PNG(8, 8))), want: "content.base64=fail", says: "hexadecimal"},
		{name: "hexadecimal with a mark", data: []byte("0x" + hex.EncodeToString(mediatest.PNG(8, 8))), want: "content.base64=fail", says: "hexadecimal"},
		{name: "certutil's lines", data: []byte("-----BEGIN CERTIFICATE-----\r\n" + whole + "\r\n-----END CERTIFICATE-----\r\n"), want: "content.base64=fail", says: "begins with the line -----BEGIN CERTIFICATE-----"},
		{name: "a mark before it", data: []byte("\xef\xbb\xbf" + whole), want: "content.base64=fail", says: "begins with a byte order mark"},
		{name: "utf-16", data: append([]byte("\xff\xfe"), utf16Of(whole, binary.LittleEndian)...), says: "written in UTF-16"},
		{name: "spare bits", data: []byte("aGVsbG9="), want: "content.base64=warn", says: "bits that must be zero"},
		{name: "nothing", data: []byte("===="), want: "content.empty=fail", says: "holds nothing"},
		{name: "text", data: inBase64([]byte("hello world")), want: "content.fits=pass", says: "text, 2 words"},
		{name: "data URI", data: []byte("data:image/png;base64," + whole), want: "content.fits=pass", says: "data URI's type: image/png"},
		{name: "data URI with a charset", data: []byte("data:text/plain;charset=utf-8;base64,aGVsbG8="), want: "content.fits=pass"},
		{name: "data URI of another image", data: []byte("data:image/gif;base64," + whole), want: "content.data_uri_mismatch=warn"},
		{name: "data URI of another sort", data: []byte("data:audio/wav;base64," + whole), want: "content.data_uri_mismatch=fail"},
		{name: "data URI without the mark", data: []byte("data:image/png," + whole), want: "content.base64=fail", says: "does not say ;base64"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			content := contentOf("", c.data)
			content.Base64 = true
			r := runContent(content, AnyMedia)
			if got := contentFound(r); c.want != "" && got != c.want {
				t.Fatalf("found %s, want %s\n%s", got, c.want, contentSaid(r))
			}
			if !strings.Contains(contentSaid(r), c.says) {
				t.Errorf("not said: %q\n%s", c.says, contentSaid(r))
			}
		})
	}
}

// TestBase64Unasked: base64 of an image is recognised, and long words are not taken for base64.
func TestBase64Unasked(t *testing.T) {
	encoded := inBase64(mediatest.PNG(8, 8))
	runContentCases(t, []contentCase{
		{name: "alone", data: encoded, want: "content.fits=pass", says: "sent as: base64"},
		{name: "in a file that promises an image", data: encoded, file: "photo.png", want: "content.base64=warn", says: "decode it first"},
		{name: "declared an image", data: encoded, mime: "image/png", want: "content.base64=warn"},
		{name: "data URI", data: append([]byte("data:image/png;base64,"), encoded...), want: "content.fits=pass"},
		{name: "data URI that forgets to say so", data: append([]byte("data:image/png,"), encoded...), want: "content.base64=fail", says: "does not say ;base64"},
		{name: "a long word", data: []byte("Donaudampfschifffahrtsgesellschaft"), want: "content.fits=pass", says: "text, 1 word"},
		{name: "of a text", data: inBase64([]byte("Is this fine? It is a text.")), want: "content.base64=warn", says: "base64 of a text"},
		{name: "of a long text, wrapped", data: wrapped(inBase64(wordsOf(700)), 76), want: "content.base64=warn content.base64=warn content.too_many_words=fail", says: "Decode it first, then split the text"},
		{name: "of a text in Latin-1", data: inBase64([]byte("The whole menu of today, with the prices of the day: soup, bread, a coffee, and cr\xe8me.")), want: "content.base64=warn content.not_utf8=fail", says: "base64 of a text"},
		{name: "of a text without blanks", data: inBase64([]byte("这是一个很长的文本")), want: "content.base64=warn", says: "base64 of a text"},
		{name: "a hash", data: []byte("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), want: "content.fits=pass"},
		{name: "a hash in capitals", data: []byte("9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"), want: "content.fits=pass"},
		{name: "an id that is base64", data: inBase64([]byte("gid://shop/Product/1234567890")), want: "content.fits=pass"},
		{name: "a list of such ids", data: bytes.Repeat(append(inBase64([]byte("gid://shop/Product/12345678901")), '\n'), 100), want: "content.fits=pass"},
		{name: "a JWT", data: []byte("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"), want: "content.fits=pass"},
		{name: "the head of a JWT", data: []byte("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"), want: "content.fits=pass"},
		{name: "a URL", data: []byte("https://example.com/media/photos/of/the/year/photo-of-the-day.png"), want: "content.fits=pass"},
		{name: "a path", data: []byte("usr/local/share/applications/klyra/data/photos"), want: "content.fits=pass"},
		{name: "a UUID", data: []byte("123e4567-e89b-12d3-a456-426614174000"), want: "content.fits=pass"},
		{name: "text that speaks of data", data: []byte("data: we have, it seems, none"), want: "content.fits=pass", says: "text, 6 words"},
	})
}

// TestNotBase64: a file itself that is said to be base64 is called what it is, and not decoded.
func TestNotBase64(t *testing.T) {
	said := func(kind string) string {
		return "this is the " + kind + " itself, not base64 of it Leave out --base64"
	}
	for _, c := range []contentCase{
		{name: "PNG", data: mediatest.PNG(8, 8), want: "content.type_mismatch=fail", says: said("PNG image")},
		{name: "JPEG", data: mediatest.JPEG(8, 8), want: "content.type_mismatch=fail", says: said("JPEG image")},
		{name: "WebP", data: mediatest.WebP(), want: "content.type_mismatch=fail", says: said("WebP image")},
		{name: "MP3", data: mediatest.MP3(0, 20), want: "content.type_mismatch=fail", says: said("MP3 audio")},
		{name: "WAV", data: mediatest.WAV(4000), want: "content.type_mismatch=fail", says: said("WAV audio")},
		{name: "MP4", data: mediatest.MP4(), want: "content.type_mismatch=fail", says: said("MP4 video")},
		{name: "JSON", data: []byte(`{"content":"Hello"}`), file: "body.json", want: "content.type_mismatch=fail", says: said("JSON text")},
		{name: "a page", data: []byte("<!DOCTYPE html><title>Not found</title>"), want: "content.type_mismatch=fail", says: said("HTML page")},
	} {
		c.base64 = true
		runContentCases(t, []contentCase{c})
	}
}

// wrapped breaks base64 into lines.
func wrapped(encoded []byte, width int) []byte {
	return append(bytes.Join(slices.Collect(slices.Chunk(encoded, width)), []byte("\n")), '\n')
}

// withTail gives a PNG a private part of every byte, so that its length leaves a remainder by 3.
func withTail(data []byte, remainder int) []byte {
	part := make([]byte, 256)
	for i := range part {
		part[i] = byte(i)
	}
	for {
		if longer := mediatest.WithChunk(data, "teSt", part); len(longer)%3 == remainder {
			return longer
		}
		part = append(part, 0)
	}
}

// mixedAlphabets spells every other letter beyond the common ones the URL-safe way.
func mixedAlphabets(text string) string {
	text = strings.Replace(text, "/", "_", 1)
	return strings.Replace(text, "+", "-", 1)
}
