package mend

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"klyra-doctor/checks/media/mediatest"
)

func decodedText(t *testing.T, text string) ([]byte, Made) {
	t.Helper()
	var out bytes.Buffer
	made, err := decodeText(opens(text), &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), made
}

func wrapped(text string, columns int, end string) string {
	var b strings.Builder
	for len(text) > columns {
		b.WriteString(text[:columns] + end)
		text = text[columns:]
	}
	return b.String() + text + end
}

func TestDecodeText(t *testing.T) {
	data := mediatest.PNG(20, 20) // whose base64 ends in padding, and holds so many + that their loss shows
	for len(data)%3 != 1 || strings.Count(base64.StdEncoding.EncodeToString(data), "+")%4 == 0 {
		data = append(data, 0xfb)
	}
	plain := base64.StdEncoding.EncodeToString(data)
	quoted, _ := json.Marshal(wrapped(plain, 76, "\r\n"))
	for _, c := range []struct{ name, text, told string }{
		{"base64", plain, "decoded base64 into"},
		{"a data URI", "data:image/png;base64," + plain, "decoded a data URI into"},
		{"a data URI with another type", "data:image/jpeg;base64," + plain, "calls it image/jpeg"},
		{"a data URI that does not say so", "data:image/png," + plain, "decoded a data URI"},
		{"URL-safe", base64.URLEncoding.EncodeToString(data), "read - and _"},
		{"without padding", base64.RawStdEncoding.EncodeToString(data), "did without the padding"},
		{"lines", wrapped(plain, 76, "\r\n"), "line break"},
		{"blanks", wrapped(plain, 76, " "), "left out"},
		{"blanks where + stood", strings.ReplaceAll(plain, "+", " "), "put + back where blanks stand, which is a guess"},
		{"percent-encoded", url.QueryEscape(plain), "undid the percent encoding"},
		{"quotes", `"` + plain + `"`, "left out what does not belong to base64: quotes"},
		{"bytes of Python", "b'" + plain + "'\n", "Python's"},
		{"a JSON string", string(quoted), "quotes"},
		{"slashes of PHP", `"` + strings.ReplaceAll(plain, "/", `\/`) + `"`, "quotes"},
		{"JSON for HTML", strings.ReplaceAll(plain, "+", `\u002b`), "undid the escapes of JSON"},
		{"a quoted data URI", `"data:image\/png;base64,` + plain + `"`, "decoded a data URI"},
		{"a data URI in base64", base64.StdEncoding.EncodeToString([]byte("data:image/png;base64," + plain)), "decoded it twice"},
		{"twice", base64.StdEncoding.EncodeToString([]byte(plain)), "decoded it twice"},
		{"hexadecimal", hex.EncodeToString(data), "hexadecimal digits"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, made := decodedText(t, c.text)
			if !bytes.Equal(got, data) {
				t.Errorf("%d bytes, want %d", len(got), len(data))
			}
			if told := strings.Join(made.Did, "\n"); !strings.Contains(told, c.told) || !strings.Contains(told, "PNG image (image/png)") || made.Type != "image/png" {
				t.Errorf("told %q of %s", told, made.Type)
			}
		})
	}
}

func TestDecodeTextThatIsCut(t *testing.T) {
	got, made := decodedText(t, "aGVsbG8gd")
	if string(got) != "hello " || !strings.Contains(strings.Join(made.Did, "\n"), "lost: the last letter") || made.Type != "text/plain" {
		t.Errorf("%q, %+v", got, made)
	}
}

func TestDecodeTextRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "there is no base64",
		"  \n ":                        "there is no base64",
		"Is this fine?":                "'?' cannot stand at offset 12",
		`{"image":"aGVsbG8="}`:         "'{' cannot stand at offset 0",
		"aGVsbG8=aGVsbG8=":             "goes on after its end at offset 8",
		`aGV\`:                         `'\\' cannot stand at offset 3`,
		"\xff\xfea\x00G\x00V\x00s\x00": "written in UTF-16",
	} {
		var misfit Misfit
		var out bytes.Buffer
		if _, err := decodeText(opens(text), &out); !errors.As(err, &misfit) || !strings.Contains(misfit.What, want) || misfit.Hint == "" || out.Len() > 0 {
			t.Errorf("%q: %v, and %d bytes", text, err, out.Len())
		}
	}
}

func TestDecodeTextErrors(t *testing.T) {
	bad := errors.New("bad sector")
	cut := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("aGVsbG8gd29y"), iotest.ErrReader(bad))), nil
	}
	if _, err := decodeText(cut, io.Discard); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
	if _, err := decodeText(opens("aGVsbG8="), failingWriter{bad}); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
}

// FuzzDecodeText: what was encoded comes back, however it is wrapped; anything else is refused or decoded.
func FuzzDecodeText(f *testing.F) {
	f.Add([]byte("hello"), uint8(4), " \n")
	f.Add(mediatest.PNG(4, 4), uint8(76), "\\n")
	f.Add([]byte{0xfb, 0xff}, uint8(1), "%2B")
	f.Fuzz(func(t *testing.T, data []byte, columns uint8, between string) {
		text := wrapped(base64.StdEncoding.EncodeToString(data), int(columns)+1, between)
		var out bytes.Buffer
		made, err := decodeText(opens(text), &out)
		if err != nil && !errors.As(err, new(Misfit)) {
			t.Fatal(err)
		}
		told := strings.Join(made.Did, "\n")
		if strings.Trim(between, "\r\n") != "" || len(data) == 0 || strings.Contains(told, "twice") || strings.Contains(told, "hexadecimal") {
			return
		}
		if err != nil || !bytes.Equal(out.Bytes(), data) {
			t.Fatalf("%q gave %q (%v)", text, out.Bytes(), err)
		}
	})
}
