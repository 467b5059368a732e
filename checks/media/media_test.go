package media

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"image"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/checks/media/mediatest"
)

var walked, drawn = slices.Sorted(maps.Keys(containers)), slices.Sorted(maps.Keys(pictures))

// TestChecksums holds the three checksums against the check values of the catalogue of CRC algorithms.
func TestChecksums(t *testing.T) {
	const digits = "123456789"
	page := append(make([]byte, 27), digits...) // leading zeros do not change this sum
	if got := oggChecksum(page); got != 0x89A1897F {
		t.Errorf("Ogg: %#x", got)
	}
	if got := flacHeadSum([]byte(digits)); got != 0xF4 {
		t.Errorf("FLAC's frame header: %#x", got)
	}
	var sum uint16
	for _, c := range []byte(digits) {
		sum = sum<<8 ^ flacTable[byte(sum>>8)^c]
	}
	if sum != 0xFEE8 {
		t.Errorf("FLAC's frame: %#x", sum)
	}
}

// FuzzWalk walks anything as each of the containers: a walk ends, and says nothing impossible.
func FuzzWalk(f *testing.F) {
	for _, sample := range mediatest.All() {
		for i := range walked {
			f.Add(sample, uint8(i))
			f.Add(sample[:len(sample)*6/10], uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		name := walked[int(which)%len(walked)]
		shape := Walk(name, bufio.NewReaderSize(bytes.NewReader(data), 64<<10))
		if shape.Missing < 0 || shape.Trailing < 0 || shape.Trailing > int64(len(data)) || shape.Duration < 0 {
			t.Errorf("%s: %+v", name, shape)
		}
		if shape.Missing > 0 && shape.Cut == "" {
			t.Errorf("%s: %d bytes are missing of what is whole", name, shape.Missing)
		}
	})
}

// FuzzPicture walks anything as each of the pictures, and decodes what is small.
func FuzzPicture(f *testing.F) {
	for _, sample := range mediatest.All() {
		for i := range drawn {
			f.Add(sample, uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		name := drawn[int(which)%len(drawn)]
		shape := WalkImage(name, data)
		if shape.Trailing < 0 || shape.Trailing > int64(len(data)) || shape.Orientation < 0 || shape.Orientation > 8 || shape.Frames < 0 {
			t.Errorf("%s: %+v", name, shape)
		}
		config, format, err := image.DecodeConfig(bytes.NewReader(data))
		if err == nil && name == "image/"+format && shape.DecodeBytes(config.Width, config.Height) < 1<<20 {
			_ = Decode(name, bytes.NewReader(data))
		}
	})
}

// FuzzBase64 holds the reader against the standard library's.
func FuzzBase64(f *testing.F) {
	for _, seed := range []string{"aGVsbG8=", "data:image/png;base64,iVBORw0KGgo=", "aGVs\nbG8", "%2B%2f", "b'aGVsbG8='", "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := NewBase64(bufio.NewReaderSize(strings.NewReader(text), 64<<10))
		got, err := io.ReadAll(b)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		want, err := base64.StdEncoding.DecodeString(text)
		if err == nil && !b.Hex && !b.Twice && !b.URI && !bytes.Equal(got, want) {
			t.Errorf("%q holds %q, not %q", text, got, want)
		}
	})
}

// FuzzBeginning looks at any beginning for what was done to a file: what is found lies in it, and is something.
func FuzzBeginning(f *testing.F) {
	for _, seed := range []string{"\x89PNG\n\x1a\n", "[255,216,255,224,0,16,74,70,73,70,0,1,1,0,0,1]", `b'\x89PNG\r\n\x1a\n'`, "\r\n\xff\xd8\xff\xe0", "\xc2\x89PNG\r\n\x1a\n\x00\x00\x00\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		Mangled(head)
		if how, kind := SpelledOut(head); how != "" && kind.MIME == "" {
			t.Errorf("%q is spelled as %s, and of no kind", head, how)
		}
		if kind, at := Misplaced(head); at >= len(head) || at >= 0 && !kind.Sort.Played() {
			t.Errorf("%q: %+v at %d", head, kind, at)
		}
		if IsTextInBase64(head) && len(head) == 0 {
			t.Error("nothing is a text in base64")
		}
	})
}
