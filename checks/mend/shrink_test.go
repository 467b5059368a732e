package mend

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/media"
	"klyra-doctor/checks/media/mediatest"
)

// noise is a picture that no format compresses; its alpha is noise too, if wanted.
func noise(w, h int, alpha bool) *image.NRGBA {
	m, r := image.NewNRGBA(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32())
		if i%4 == 3 && !alpha {
			m.Pix[i] = 0xff
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func shrunk(t testing.TB, data []byte, mimeType string, most int) ([]byte, Made) {
	t.Helper()
	var out bytes.Buffer
	made, err := shrinkImage(opens(string(data)), &out, mimeType, most)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), made
}

// checkedImage runs the content check on an image.
func checkedImage(data []byte) checks.Result {
	return checks.Run(context.Background(), catalog.ContentCheck, checks.Target{
		Timeout: time.Minute,
		Content: &checks.Content{Name: "image", Size: int64(len(data)), Open: opens(string(data))},
	})
}

func TestShrinkImage(t *testing.T) {
	const most = 200 << 10 // the pictures can be so much smaller then
	photo := jpegOf(t, noise(700, 600, false), 95)
	translucent := mediatest.PNGOf(noise(250, 250, true))
	for _, c := range []struct {
		name     string
		data     []byte
		mimeType string
		size     string // pixels; "" where there are just fewer
		told     []string
	}{
		{"a lower quality is enough", jpegOf(t, mediatest.Picture(800, 600), 100), JPEG, "800×600", []string{"JPEG of quality", "with all of its 800×600 pixels", "lost: all metadata"}},
		{"fewer pixels", photo, JPEG, "", []string{"JPEG of quality 80, scaled down from 700×600"}},
		{"on its side", mediatest.WithOrientation(photo, binary.BigEndian, 6), JPEG, "", []string{"from 600×700", "turned upright, as its EXIF orientation 6 asks"}},
		{"a PNG as JPEG", mediatest.PNGOf(noise(275, 250, false)), JPEG, "275×250", []string{"JPEG of quality"}},
		{"a PNG as PNG", mediatest.PNGOf(noise(275, 250, false)), PNG, "", []string{"written as PNG, scaled down from 275×250"}},
		{"transparency as PNG", translucent, PNG, "", []string{"transparency was kept"}},
		{"transparency as JPEG", translucent, JPEG, "250×250", []string{"lost: transparency; what was transparent is white now"}},
		{"an animation", slices.Concat(mediatest.GIF(3, 150, 150), make([]byte, most)), JPEG, "150×150", []string{"lost: the animation; only the first frame was kept"}},
		{"16 bits a colour", mediatest.PNGOf(deep(noise(250, 250, false))), JPEG, "250×250", []string{"lost: half of the 16 bits that each colour had"}},
		{"a WebP", slices.Concat(mediatest.WebP(), make([]byte, most)), JPEG, "1×1", []string{"written as JPEG"}},
		{"a very long side", mediatest.BlankJPEG(11_000, 100), JPEG, "10000×90", []string{"scaled down from 11000×100 to 10000×90"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, made := shrunk(t, c.data, c.mimeType, most)
			if r := checkedImage(data); r.Status != checks.Pass || len(data) > most {
				t.Errorf("%d bytes, of which the check says: %s", len(data), r.Summary)
			}
			config, format, err := image.DecodeConfig(bytes.NewReader(data))
			if got := fmt.Sprintf("%d×%d", config.Width, config.Height); err != nil || "image/"+format != c.mimeType || c.size != "" && got != c.size {
				t.Errorf("a %s of %s (%v)", format, got, err)
			}
			if c.size == "" && len(data) < most/2 {
				t.Errorf("only %d bytes: more pixels would have fitted", len(data))
			}
			for _, told := range c.told {
				if !strings.Contains(strings.Join(made.Did, "\n"), told) {
					t.Errorf("not told: %q in %q", told, made.Did)
				}
			}
			if bytes.Contains(data, []byte("Exif")) {
				t.Error("EXIF data was kept")
			}
		})
	}
}

// TestUpright draws a picture of 3×2 pixels of known colours in every orientation.
func TestUpright(t *testing.T) {
	stored := image.NewGray(image.Rect(5, 7, 8, 9)) // not at the origin
	copy(stored.Pix, "abcdef")
	for orientation, want := range []string{"abc def", "abc def", "cba fed", "fed cba", "def abc", "ad be cf", "da eb fc", "fc eb da", "cf be ad"} {
		p := picture{Image: stored, opaque: true, original: image.Pt(3, 2)}
		if p.shape.Orientation = orientation; p.onItsSide() {
			p.original = image.Pt(2, 3)
		}
		drawn, got := p.drawn(p.original, JPEG), []string{}
		for y := range p.original.Y {
			row := ""
			for x := range p.original.X {
				row += string(color.GrayModel.Convert(drawn.At(drawn.Bounds().Min.X+x, drawn.Bounds().Min.Y+y)).(color.Gray).Y)
			}
			got = append(got, row)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("orientation %d gives %q, want %q", orientation, got, want)
		}
	}
}

// TestScaledColours: scaling neither darkens the edges nor mixes what is transparent into what is not.
func TestScaledColours(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.NRGBA{200, 100, 50, 255}), image.Point{}, draw.Src)
	p := picture{Image: m, opaque: true, original: image.Pt(100, 100)}
	p.shape.Orientation = 6
	drawn := p.drawn(image.Pt(33, 33), JPEG).(*image.RGBA)
	for i := 0; i < len(drawn.Pix); i += 4 {
		if got := drawn.Pix[i : i+4]; max(got[0], 200)-min(got[0], 200) > 1 || max(got[2], 50)-min(got[2], 50) > 1 || got[3] != 255 {
			t.Fatalf("pixel %d is %v", i/4, got)
		}
	}
	clear := picture{Image: image.NewNRGBA(image.Rect(0, 0, 10, 10)), original: image.Pt(10, 10)}
	if got := clear.drawn(image.Pt(10, 10), JPEG).At(5, 5); got != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("what is transparent became %v", got)
	}
}

func TestShrinkImageThatFits(t *testing.T) {
	for _, data := range [][]byte{mediatest.JPEG(8, 8), mediatest.WebP(), mediatest.PaddedPNG(imageTarget)} {
		if out, made := shrunk(t, data, JPEG, imageTarget); len(out) != 0 || !strings.Contains(made.Needless, "nothing to be done") {
			t.Errorf("wrote %d bytes: %+v", len(out), made)
		}
	}
}

// TestShrinkAgreesWithTheCheck: an image is made smaller from the very byte on from which its base64 is at the limit.
func TestShrinkAgreesWithTheCheck(t *testing.T) {
	for size, want := range map[int]string{3_000_000: "[]", 3_000_001: "[shrink]"} {
		content := contentOf("a.b64", base64.StdEncoding.EncodeToString(mediatest.PaddedPNG(size)))
		content.Base64 = true
		r := checks.Run(t.Context(), catalog.ContentCheck, checks.Target{Content: &content})
		if got := fmt.Sprint(Offered(r)); got != want {
			t.Errorf("%d bytes: offered %s: %s", size, got, r.Summary)
		}
		made, err := Write(Shrink, content, io.Discard, JPEG)
		if needless := made.Needless != ""; err != nil || needless != (want == "[]") {
			t.Errorf("%d bytes: %+v, %v", size, made, err)
		}
	}
}

// A cut image that is small enough is not called fine for that.
func TestShrinkCutImageThatFits(t *testing.T) {
	data := mediatest.PNGOf(mediatest.Picture(64, 64))
	out, made := shrunk(t, data[:len(data)-30], JPEG, imageTarget)
	if len(out) != 0 || !strings.Contains(made.Needless, "it is cut off, its bytes end before the image does: download, export or upload it again") {
		t.Errorf("wrote %d bytes: %+v", len(out), made)
	}
}

// A file that cannot be read to its end is not called damaged or cut.
func TestShrinkUnreadableImage(t *testing.T) {
	data := jpegOf(t, noise(700, 600, false), 95)
	broken := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(data[:300_000]), iotest.ErrReader(errors.New("disk failure")))), nil
	}
	if _, err := shrinkImage(broken, io.Discard, JPEG, 200<<10); err == nil || err.Error() != "read the JPEG image: disk failure" {
		t.Errorf("%v", err)
	}
}

// bitmap is the beginning of a BMP image.
const bitmap = "BM\x36\x00\x40\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x00\x04\x00\x00\x00\x04\x00\x00\x01\x00\x20\x00"

// announcing changes the width and the height that a JPEG's header says.
func announcing(data []byte, pixels uint16) []byte {
	frame := bytes.Index(data, []byte("\xff\xc0"))
	for _, at := range []int{frame + 5, frame + 7} {
		binary.BigEndian.PutUint16(data[at:], pixels)
	}
	return data
}

func TestShrinkImageRefuses(t *testing.T) {
	const most = 200 << 10
	large, photo := make([]byte, most), jpegOf(t, noise(700, 600, false), 95)
	for _, c := range []struct {
		name, data, want string
		undone           bool
	}{
		{"a text", strings.Repeat("word ", most), "not an image", false},
		{"no picture of ours", "\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic" + string(large), "no decoder for this HEIC image", true},
		{"a bitmap", bitmap + string(large), "no decoder for this BMP image", true},
		{"what only begins as a PNG", "\x89PNG\r\n\x1a\n"[:8] + string(large), "decoder gave up on the PNG image", true},
		{"a bomb", string(announcing(mediatest.JPEG(8, 8), 12_000)) + string(large), "would take 216 MB", true},
		{"an animated WebP", string(mediatest.AnimatedWebP()) + string(large), "animated WebP", true},
		{"a cut PNG", string(mediatest.PNGOf(noise(250, 250, true))[:220_000]), "the PNG image is cut off: its bytes end before the image does", true},
		{"a cut JPEG", string(photo[:len(photo)*9/10]), "the JPEG image is cut off", true},
		{"a JPEG without its end mark", string(photo[:len(photo)-2]), "the JPEG image is cut off", true},
		{"only a head", "\xff\xd8\xff\xe0", "the JPEG image is cut off", true},
		{"a damaged JPEG", string(photo[:1000]) + string(bytes.Repeat([]byte{0xff}, 100)) + string(photo[1100:]), "this program's decoder gave up on the JPEG image", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			made, err := shrinkImage(opens(c.data), &out, JPEG, most)
			if err == nil || errors.As(err, new(Undone)) != c.undone || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
				t.Errorf("%v, %+v, %d bytes", err, made, out.Len())
			}
		})
	}
}

// FuzzShrinkImage: what can be decoded at all can be drawn and encoded so that it fits.
func FuzzShrinkImage(f *testing.F) {
	for _, data := range mediatest.All() {
		f.Add(data)
	}
	f.Add(mediatest.WithOrientation(mediatest.JPEG(16, 8), binary.BigEndian, 7))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := picture{most: imageTarget, kind: media.Sniff(data, false)}
		config, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || !media.IsPicture(p.kind.MIME) || config.Width*config.Height > 1_000_000 || p.read(bytes.NewReader(data), data, config) != nil {
			return
		}
		for _, mimeType := range []string{JPEG, PNG} {
			if _, _, encoded, err := p.fitted(mimeType); err != nil || len(encoded) == 0 || len(encoded) > imageTarget {
				t.Errorf("%d bytes as %s: %v", len(encoded), mimeType, err)
			}
		}
	})
}

func BenchmarkShrinkImage(b *testing.B) {
	data := jpegOf(b, mediatest.Picture(4000, 3000), 100)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := shrinkImage(opens(string(data)), io.Discard, JPEG, imageTarget); err != nil {
			b.Fatal(err)
		}
	}
}

// deep is a picture with 16 bits a colour.
func deep(m image.Image) image.Image {
	wide := image.NewNRGBA64(m.Bounds())
	draw.Draw(wide, m.Bounds(), m, image.Point{}, draw.Src)
	return wide
}
