package mend

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/media/mediatest"
	"klyra-doctor/checks/text"
)

func contentOf(name, data string) checks.Content {
	return checks.Content{Name: name, Size: int64(len(data)), Open: opens(data)}
}

// TestOffered holds contents against the fixes that their check calls for.
func TestOffered(t *testing.T) {
	photo := string(mediatest.PaddedPNG(5_000_000))
	in64 := base64.StdEncoding.EncodeToString([]byte(photo))
	for _, c := range []struct{ name, data, want string }{
		{"a.png", photo, "[shrink]"},
		{"a.png", string(mediatest.PaddedPNG(4_100_000)), "[shrink]"},
		{"a.jpg", string(mediatest.BlankJPEG(11_000, 100)), "[shrink]"},
		{"a.bmp", bitmap + strings.Repeat("\x00", 5_000_000), "[]"},
		{"a.heic", "\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic" + strings.Repeat("\x00", 5_000_000), "[]"},
		{"small.png", string(mediatest.PNG(4, 4)), "[]"},
		{"a.b64", "data:image/png;base64," + in64, "[shrink]"},
		{"a.txt", strings.Repeat("word ", 600), "[chunk]"},
		{"a.txt", strings.Repeat("word ", 460), "[chunk]"},
		{"a.txt", strings.Repeat("words ", 1_000_000), "[chunk]"},
		{"a.txt", "\ufeff" + strings.Repeat("word ", 600), "[clean chunk]"},
		{"a.txt", "caf\xe9", "[clean]"},
		{"a.txt", "a\x00 b c d e f g h i j k l m n o p q r s t u v w x y z", "[clean]"},
		{"a.txt", text.Garble("café à l’été"), "[clean]"},
		{"a.txt", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("word ", 600))), "[decode]"},
		{"a.txt", "Fine.", "[]"},
		{"a.pdf", "%PDF-1.7\n1 0 obj\n" + strings.Repeat("x", 5_000_000), "[]"},
		{"a.bin", strings.Repeat("\x8f\x01\x9c\xe3\x00\x17\xfe\x81", 1_000_000), "[]"},
	} {
		content := contentOf(c.name, c.data)
		r := checks.Run(context.Background(), catalog.ContentCheck, checks.Target{Content: &content})
		if got := fmt.Sprint(Offered(r)); got != c.want {
			t.Errorf("%s (%.20q…): offered %s, want %s: %s", c.name, c.data, got, c.want, r.Summary)
		}
	}
	said := contentOf("a", "'"+base64.StdEncoding.EncodeToString(mediatest.PNG(4, 4))+"'")
	said.Base64 = true
	if got := Offered(checks.Run(context.Background(), catalog.ContentCheck, checks.Target{Content: &said})); !slices.Equal(got, []Fix{Decode}) {
		t.Errorf("base64 in quotes: offered %s", got)
	}
}

func TestOutputName(t *testing.T) {
	for _, c := range []struct {
		fix              Fix
		name, mime, want string
	}{
		{Shrink, "photo.png", "", "photo-small.jpg"},
		{Clean, "a.csv", "", "a-clean.csv"},
		{Clean, "notes", "", "notes-clean.txt"},
		{Chunk, "my text.txt", "", "my-text-parts"},
		{Decode, "photo.b64", "", "photo-decoded"},
		{Decode, "photo.b64", "image/jpeg", "photo-decoded.jpg"},
		{Decode, "photo.b64", "video/quicktime", "photo-decoded.mov"},
		{Decode, "x", "application/octet-stream", "x-decoded.bin"},
		{Clean, ".env", "", "content-clean.env"},
		{Clean, "", "", "content-clean.txt"},
	} {
		if got := OutputName(c.fix, c.name, c.mime); got != c.want {
			t.Errorf("%s of %q (%s) is called %q, want %q", c.fix, c.name, c.mime, got, c.want)
		}
	}
	for _, fix := range All {
		if fix.Does() == "" {
			t.Errorf("%s does not say what it does", fix)
		}
	}
}

func TestMisfits(t *testing.T) {
	png := string(mediatest.PNG(40, 40))
	for _, c := range []struct {
		fix              Fix
		name, data, want string
	}{
		{Chunk, "a", png, "PNG image, not a text"},
		{Clean, "a", png, "PNG image, not a text"},
		{Clean, "a", base64.StdEncoding.EncodeToString([]byte(png)), "PNG image, not a text"},
		{Shrink, "a", "Hello.", "text, not an image"},
		{Chunk, "a", inUTF16("Hello, world", true, 1, 0), "UTF-16 (little-endian), which cannot be split"},
		{Chunk, "a.json", `{"content":"x"}`, "JSON of a whole request"},
		{Chunk, "a", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("Nobody reads this. ", 600))), "base64 of a text"},
		{Clean, "a", base64.StdEncoding.EncodeToString([]byte("Nobody reads this.")), "base64 of a text"},
		{Decode, "a", png, "PNG image itself, not base64"},
		{Decode, "a", `{"content":"x"}`, "JSON text itself, not base64"},
		{Decode, "a", "Hello, world", "no base64"},
	} {
		var misfit Misfit
		_, err := do(c.fix, contentOf(c.name, c.data), io.Discard)
		if !errors.As(err, &misfit) || !strings.Contains(misfit.What, c.want) || misfit.Hint == "" {
			t.Errorf("%s of %.10q: %v", c.fix, c.data, err)
		}
	}
}

// TestFixesOfWhatIsNotBase64: a file itself is not decoded because somebody said that it is base64.
func TestFixesOfWhatIsNotBase64(t *testing.T) {
	content := contentOf("a.png", string(mediatest.PNG(8, 8)))
	content.Base64 = true
	for _, fix := range All {
		var misfit Misfit
		if _, err := do(fix, content, io.Discard); !errors.As(err, &misfit) || !strings.Contains(misfit.What, "PNG image itself") || !strings.Contains(misfit.Hint, "without --base64") {
			t.Errorf("%s: %v", fix, err)
		}
	}
	if got := Offered(checks.Run(t.Context(), catalog.ContentCheck, checks.Target{Content: &content})); len(got) > 0 {
		t.Errorf("offered %s", got)
	}
}

// do does any fix; parts are written one after another.
func do(fix Fix, c checks.Content, out io.Writer) (Made, error) {
	if fix == Chunk {
		return Split(c, func(part []byte) error {
			_, err := out.Write(part)
			return err
		})
	}
	return Write(fix, c, out, JPEG)
}

// TestFixesOfBase64: what the base64 holds is mended.
func TestFixesOfBase64(t *testing.T) {
	long := strings.Repeat("A moderation API reads words. ", 200)
	for _, c := range []struct {
		fix        Fix
		data, want string
	}{
		{Chunk, long, long},
		{Clean, "\ufeffHello", "Hello"},
		{Decode, "Hello", "Hello"},
	} {
		content := contentOf("a", base64.StdEncoding.EncodeToString([]byte(c.data)))
		content.Base64 = true
		var out bytes.Buffer
		made, err := do(c.fix, content, &out)
		if err != nil || out.String() != c.want || !strings.HasPrefix(made.Did[0], "decoded") {
			t.Errorf("%s: %q, %+v, %v", c.fix, out.String(), made, err)
		}
	}
	photo := contentOf("a", "data:image/png;base64,"+base64.StdEncoding.EncodeToString(mediatest.PaddedPNG(imageTarget+1)))
	var out bytes.Buffer
	if made, err := do(Shrink, photo, &out); err != nil || out.Len() == 0 || !strings.HasPrefix(made.Did[0], "decoded from base64 first") {
		t.Errorf("%d bytes, %+v, %v", out.Len(), made, err)
	}
}

func TestUnreadableContent(t *testing.T) {
	gone := errors.New("gone")
	content := checks.Content{Name: "a", Open: func() (io.ReadCloser, error) { return nil, gone }}
	for _, fix := range All {
		if _, err := do(fix, content, io.Discard); !errors.Is(err, gone) {
			t.Errorf("%s: %v", fix, err)
		}
	}
}
