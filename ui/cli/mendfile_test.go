package cli

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/media/mediatest"
	"klyra-doctor/checks/mend"
)

var long = strings.Repeat("A moderation API reads words. ", 200)

func listed(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// TestNothingIsLeftBehind: a fix that does not come to its end leaves no file and no folder.
func TestNothingIsLeftBehind(t *testing.T) {
	bad := errors.New("bad sector")
	failing := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(long), iotest.ErrReader(bad))), nil
	}
	for _, fix := range mend.All {
		for name, c := range map[string]checks.Content{
			"an error":           {Name: "a", Open: failing},
			"nothing to be done": *bytesContent("a", []byte("Fine.")),
			"no such content":    {Name: "a", Open: func() (io.ReadCloser, error) { return nil, fs.ErrNotExist }},
		} {
			dir := t.TempDir()
			if m, err := mendTo(t.Context(), fix, c, filepath.Join(dir, "out.jpg"), 0o600); err == nil && m.Needless == "" || listed(t, dir) != "" {
				t.Errorf("%s of %s: %v left %q", fix, name, err, listed(t, dir))
			}
		}
	}
}

func TestACrashLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	defer func() {
		if recover() == nil || listed(t, dir) != "" {
			t.Errorf("left %q", listed(t, dir))
		}
	}()
	c := checks.Content{Name: "a", Open: func() (io.ReadCloser, error) { panic("no") }}
	_, _ = mendTo(t.Context(), mend.Clean, c, filepath.Join(dir, "out"), 0o600)
}

// TestAnInterruptedFixLeavesNothingBehind interrupts fixes that have written something and then wait for more
// to read.
func TestAnInterruptedFixLeavesNothingBehind(t *testing.T) {
	for _, fix := range []mend.Fix{mend.Chunk, mend.Clean, mend.Decode} {
		t.Run(string(fix), func(t *testing.T) {
			dir := t.TempDir()
			out := filepath.Join(dir, "out")
			ctx, cancel := context.WithCancel(t.Context())
			text := "\ufeff" + long
			if fix == mend.Decode {
				text = strings.Repeat("QUJD", 100_000)
			}
			pipes := make(chan *io.PipeWriter, 10)
			c := checks.Content{Name: "a", Open: func() (io.ReadCloser, error) {
				r, w := io.Pipe()
				pipes <- w
				go func() {
					_, _ = io.WriteString(w, strings.Repeat(text, 100))
					cancel()
				}()
				return r, nil
			}}
			if _, err := mendTo(ctx, fix, c, out, 0o600); !errors.Is(err, context.Canceled) || listed(t, dir) != "" {
				t.Errorf("%v left %q", err, listed(t, dir))
			}
			for len(pipes) > 0 {
				(<-pipes).Close()
			}
		})
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, fix := range mend.All {
		if _, err := mendTo(t.Context(), fix, *bytesContent("a", []byte(long)), taken, 0o600); !errors.As(err, new(usageError)) {
			t.Errorf("%s: %v", fix, err)
		}
	}
	if got, err := os.ReadFile(taken); err != nil || string(got) != "mine" {
		t.Errorf("it holds %q (%v)", got, err)
	}
}

// TestPartsSort: a thousand parts and more get names that sort as the text goes.
func TestPartsSort(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "parts")
	text := strings.Repeat(strings.Repeat("word ", mostWords)+"end! ", 1001)
	m, err := mendTo(t.Context(), mend.Chunk, *bytesContent("a", []byte(text)), dir, 0o640)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(listed(t, dir))
	if len(names) < 1000 || len(names) != len(m.paths) || names[0] != "0001.txt" || filepath.Base(m.paths[0]) != names[0] {
		t.Errorf("%d names from %s to %s, %d paths", len(names), names[0], names[len(names)-1], len(m.paths))
	}
	var joined strings.Builder
	for i, path := range m.paths {
		part, err := os.ReadFile(path)
		if err != nil || filepath.Base(path) != names[i] {
			t.Fatalf("part %d is %s, and sorts as %s (%v)", i+1, path, names[i], err)
		}
		joined.Write(part)
	}
	if joined.String() != text {
		t.Error("the parts joined are not the text")
	}
	if info, err := os.Stat(m.paths[0]); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm()&^0o640 != 0) {
		t.Errorf("the mode is %v (%v)", info.Mode(), err)
	}
}

const mostWords = 440

// TestPartsOfAReadOnlyText: the folder of the parts can be written to though the original, and so the parts, cannot.
func TestPartsOfAReadOnlyText(t *testing.T) {
	if runtime.GOOS == "windows" { // has no such modes
		return
	}
	for _, c := range []struct{ original, folder fs.FileMode }{{0o444, 0o755}, {0o400, 0o700}, {0o640, 0o750}} {
		dir := filepath.Join(t.TempDir(), "parts")
		m, err := mendTo(t.Context(), mend.Chunk, *bytesContent("a", []byte(long)), dir, c.original)
		if err != nil || len(m.paths) < 2 {
			t.Fatalf("%v: %d parts, %v", c.original, len(m.paths), err)
		}
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o700 != 0o700 || info.Mode().Perm()&^c.folder != 0 {
			t.Errorf("for %v the folder's mode is %v (%v), want %v", c.original, info.Mode(), err, c.folder)
		}
	}
}

// TestNoFolderAfterTheEnd: a fix that is cancelled before it comes to its folder makes none any more.
func TestNoFolderAfterTheEnd(t *testing.T) {
	dir := t.TempDir()
	w := &outputs{mode: 0o600}
	w.discard()
	if err := w.makeFolder(filepath.Join(dir, "parts")); !errors.Is(err, errOver) || listed(t, dir) != "" {
		t.Errorf("%v left %q", err, listed(t, dir))
	}
}

func TestQuoted(t *testing.T) {
	if runtime.GOOS == "windows" {
		return
	}
	for path, want := range map[string]string{
		"photo.jpg": "photo.jpg", "a/b-c_d.txt": "a/b-c_d.txt", "my photo.jpg": "'my photo.jpg'", "it's": `'it'\''s'`,
		"-rf": "./-rf", "$HOME": "'$HOME'", "a;b": "'a;b'", "größe": "'größe'",
	} {
		if got := quoted(path); got != want {
			t.Errorf("%q is quoted as %s, want %s", path, got, want)
		}
	}
}

// TestOffer: what a content's findings call for is offered as a command that works.
func TestOffer(t *testing.T) {
	t.Chdir(t.TempDir())
	path := filepath.Join(t.TempDir(), "my text.txt")
	if err := os.WriteFile(path, []byte("\ufeff"+long), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("my-text-parts", 0o700); err != nil {
		t.Fatal(err)
	}
	content, err := openContent(path)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{}
	r := checks.Run(t.Context(), catalog.ContentCheck, checks.Target{Content: &content})
	p.offer(&r, path, false)
	want := []checks.Block{
		{Title: "Clean it", Text: "klyra-doctor check content '" + path + "' --clean my-text-clean.txt"},
		{Title: "Split it", Text: "klyra-doctor check content '" + path + "' --chunk my-text-parts-2"},
	}
	if len(r.Blocks) != 2 || r.Blocks[0] != want[0] || r.Blocks[1] != want[1] {
		t.Errorf("offered %q, want %q", r.Blocks, want)
	}
	r.Blocks = nil
	if p.offer(&r, "-", false); r.Blocks != nil {
		t.Errorf("for standard input, offered %q", r.Blocks)
	}
}

// TestOfferToDecode: what base64 holds is offered under a name that says so, quoted for a shell.
func TestOfferToDecode(t *testing.T) {
	t.Chdir(t.TempDir())
	onePixel := base64.StdEncoding.EncodeToString(mediatest.PNG(1, 1))
	for held, ending := range map[string]string{
		`"` + onePixel + `"`:                    ".png",
		"SXMgdGhpcyBmaW5lPw":                    ".txt",
		hex.EncodeToString(mediatest.PNG(1, 1)): ".png",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGA":    ".bin",
	} {
		path := "it's sent" + ending
		if err := os.WriteFile(path, []byte(held), 0o600); err != nil {
			t.Fatal(err)
		}
		content, err := openContent(path)
		if err != nil {
			t.Fatal(err)
		}
		content.Base64 = true
		r := checks.Run(t.Context(), catalog.ContentCheck, checks.Target{Content: &content})
		p := &program{}
		p.offer(&r, path, true)
		want := `klyra-doctor check content 'it'\''s sent` + ending + `' --base64 --decode 'it'\''s-sent-decoded` + ending + `'`
		if len(r.Blocks) != 1 || r.Blocks[0].Text != want {
			t.Errorf("%q: offered %q, want %q", held, r.Blocks, want)
		}
	}
}

// TestNoOfferThatNamesAnotherFile: a command is offered only as it can be shown.
func TestNoOfferThatNamesAnotherFile(t *testing.T) {
	r := checks.Run(t.Context(), catalog.ContentCheck, checks.Target{Content: bytesContent("a", []byte("\ufeff"+long))})
	p := &program{}
	for _, path := range []string{"a\tb.txt", "a\x1b[2J.txt", "a\nb.txt", "a\u202eb.txt", "a\xffb.txt"} {
		if p.offer(&r, path, false); r.Blocks != nil {
			t.Errorf("for %q, offered %q", path, r.Blocks)
		}
	}
	if p.offer(&r, "größe.txt", false); len(r.Blocks) != 2 {
		t.Errorf("for a plain name, offered %q", r.Blocks)
	}
}

// TestOutputFree: where a fix can write is found out without leaving anything there.
func TestOutputFree(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		fix       mend.Fix
		out, says string
	}{
		{mend.Chunk, "parts", ""},
		{mend.Chunk, "parts/", ""},
		{mend.Clean, "out.txt", ""},
		{mend.Chunk, "none/parts", "no such file"},
		{mend.Clean, "none/out.txt", "no such file"},
	} {
		path := dir + "/" + c.out
		flags := mendFlags{map[mend.Fix]*string{c.fix: &path}}
		fix, out, err := flags.asked(func(name string) bool { return name == string(c.fix) })
		if err == nil {
			err = outputFree(fix, out, "")
		}
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) || listed(t, dir) != "" {
			t.Errorf("--%s %s: %v, and %q is left", c.fix, c.out, err, listed(t, dir))
		}
	}
}

func TestMendHere(t *testing.T) {
	t.Chdir(t.TempDir())
	for i, want := range []string{"text-decoded.txt", "text-decoded-2.txt"} {
		m, err := mendHere(t.Context(), mend.Decode, *bytesContent("text", []byte("QSBzaG9ydCBub3RlLg==")), "")
		if err != nil || filepath.Base(m.Path) != want || len(m.Contents) != 1 || m.Contents[0].Size != 13 {
			t.Errorf("%d: %+v, %v", i, m, err)
		}
	}
	if m, err := mendHere(t.Context(), mend.Clean, *bytesContent("a.txt", []byte("Fine.")), ""); err != nil || m.Needless == "" || len(m.Contents) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}
