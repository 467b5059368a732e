//go:build !windows

package cli_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"
)

// BenchmarkCheckURLAgainstCurl prints what "check url" costs as a multiple of curl fetching the same, whole
// processes, the medians of pairs: "×curl". Without curl there is nothing to compare with.
func BenchmarkCheckURLAgainstCurl(b *testing.B) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		b.Log("no curl on this machine")
		return
	}
	bin, err := build()
	if err != nil {
		b.Fatal(err)
	}
	for name, file := range map[string][]byte{"small picture": grayPNG(b), "photo": photoJPEG(b), "film of 20 MB": film(20_000_000)} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", http.DetectContentType(file))
				w.Header().Set("Content-Length", strconv.Itoa(len(file)))
				w.Write(file)
			}))
			defer server.Close()
			var ours, theirs []time.Duration
			for b.Loop() {
				// As the API's own host the server counts as public, so that the check passes.
				ours = append(ours, took(b, bin, "--api-url", server.URL, "check", "url", server.URL+"/file"))
				theirs = append(theirs, took(b, curl, "-s", "-f", "-o", "/dev/null", server.URL+"/file"))
			}
			b.ReportMetric(float64(median(ours))/float64(median(theirs)), "×curl")
			b.ReportMetric(median(ours).Seconds()*1000, "ms-check")
			b.ReportMetric(median(theirs).Seconds()*1000, "ms-curl")
		})
	}
}

func grayPNG(b *testing.B) []byte {
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 320, 240))); err != nil {
		b.Fatal(err)
	}
	return photo.Bytes()
}

// photoJPEG is a picture of the size and the bytes of a usual photo, about 2 MB.
func photoJPEG(b *testing.B) []byte {
	const width, height = 3000, 2000
	scene, grain := image.NewRGBA(image.Rect(0, 0, width, height)), rand.New(rand.NewPCG(1, 2))
	for i := range scene.Pix {
		scene.Pix[i] = byte(i/width/32) + byte(grain.IntN(80))
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, scene, nil); err != nil {
		b.Fatal(err)
	}
	if n := photo.Len(); n < 1_000_000 || n > 4_000_000 {
		b.Fatalf("the photo has %d bytes", n)
	}
	return photo.Bytes()
}

// film is an MP4 of about so many bytes: its type, an index without tracks, and its media.
func film(size int) []byte {
	box := func(name string, body []byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), name...), body...)
	}
	return slices.Concat(box("ftyp", []byte("isom\x00\x00\x02\x00isommp41")), box("moov", box("trak", make([]byte, 40))), box("mdat", make([]byte, size)))
}

// took runs a program to its end and returns how long that took.
func took(b *testing.B, name string, args ...string) time.Duration {
	start := time.Now()
	if out, err := exec.CommandContext(b.Context(), name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out)
	}
	return time.Since(start)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
