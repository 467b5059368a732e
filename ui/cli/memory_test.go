//go:build linux

package cli_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"testing"

	"klyra-doctor/checks/media/mediatest"
)

// TestProcessMemory: with several large pictures to decode a whole process takes less than 200 MB beside what the
// bare program does.
func TestProcessMemory(t *testing.T) {
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	photo := largePNG(t, 6000, 6200)
	big := filepath.Join(dir, "big.png")
	if err := os.WriteFile(big, photo, 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.Write(photo)
	}))
	defer server.Close()
	t.Setenv("GOGC", "100") // no help of the program's own settings
	debug.FreeOSMemory()    // a process counts what the one that started it had in use
	bare := mostMemory(t, bin, "version")
	for name, args := range map[string][]string{
		"check and shrink": {"check", "content", big, "--shrink", filepath.Join(dir, "small.jpg")},
		"URL and content":  {"--api-url", server.URL, "fix", "corrupted_media", "--deep", "--url", server.URL + "/a", "--content", big},
	} {
		took := mostMemory(t, bin, args...)
		t.Logf("%s: %.0f MB, the bare program %.0f MB", name, took/1e6, bare/1e6)
		if took < 150e6 || took > 200e6+bare {
			t.Errorf("%s: %.0f MB, the bare program %.0f MB", name, took/1e6, bare/1e6)
		}
	}
}

// mostMemory runs a program, whatever it finds, and returns the most bytes of memory that it had in use.
func mostMemory(t *testing.T, name string, args ...string) float64 {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	out, _ := c.CombinedOutput()
	usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok || usage.Maxrss == 0 {
		t.Fatalf("no memory is known:\n%s", out)
	}
	if testing.Verbose() {
		t.Logf("%s", out)
	}
	return float64(usage.Maxrss) * 1024
}

// largePNG is a picture of four channels and a size worth being made smaller, made row by row.
func largePNG(t *testing.T, width, height int) []byte {
	t.Helper()
	var rows bytes.Buffer
	z := zlib.NewWriter(&rows)
	for range height {
		if _, err := z.Write(make([]byte, 1+4*width)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	return bytes.Join([][]byte{
		[]byte("\x89PNG\r\n\x1a\n"), mediatest.PNGChunk("IHDR", append(head, 8, 6, 0, 0, 0)),
		mediatest.PNGChunk("teSt", make([]byte, 3_600_000)), mediatest.PNGChunk("IDAT", rows.Bytes()), mediatest.PNGChunk("IEND", nil),
	}, nil)
}
