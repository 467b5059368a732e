package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/mend"
)

// closable is a content that can be read once, and tells whether it was closed.
type closable struct {
	io.Reader
	closed bool
}

func (c *closable) Close() error {
	c.closed = true
	return nil
}

// TestSpool: what can be read once is kept up to a length, and closed.
func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, c := range []struct {
		text, kept string
		size       int64
	}{
		{"", "", 0},
		{"ten bytes.", "ten bytes.", 10},
		{"ten bytes. And more", "ten bytes. ", -1},
	} {
		in := &closable{Reader: strings.NewReader(c.text)}
		content := checks.Content{Name: "standard input", Size: -1, Open: func() (io.ReadCloser, error) { return in, nil }}
		remove, err := spool(t.Context(), &content, 10)
		if undone := (mend.Undone{}); errors.As(err, &undone) != (c.size < 0) || content.Size != c.size || !in.closed {
			t.Errorf("%q: size %d, closed %t, %v", c.text, content.Size, in.closed, err)
		}
		for range 2 {
			if got := readAll(t, content); got != c.kept {
				t.Errorf("kept %q, want %q", got, c.kept)
			}
		}
		if remove(); listed(t, os.TempDir()) != "" {
			t.Errorf("left %q", listed(t, os.TempDir()))
		}
	}
}

func readAll(t *testing.T, c checks.Content) string {
	t.Helper()
	in, err := c.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestSpoolInTime: an input that does not end is waited for no longer than its check may take.
func TestSpoolInTime(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, yes := range []bool{true, false} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if yes { // it writes, and goes on and on
			go func() {
				for err := error(nil); err == nil; _, err = w.WriteString("y\n") {
				}
			}()
		}
		content := checks.Content{Name: "standard input", Size: -1, Open: func() (io.ReadCloser, error) { return r, nil }}
		p := &program{ctx: t.Context()}
		remove, err := p.spooled(checks.Target{Content: &content, Timeout: 20 * time.Millisecond})
		var undone mend.Undone
		if !errors.As(err, &undone) || !strings.Contains(undone.What, "did not end within 20ms") || !strings.Contains(undone.Hint, "--timeout") {
			t.Errorf("got %v", err)
		}
		result := checks.Run(context.Background(), catalog.ContentCheck, checks.Target{Content: &content})
		if result.Status != checks.Unknown || !strings.Contains(result.Summary, "did not end within") {
			t.Errorf("the check says %s: %s", result.Status, result.Summary)
		}
		if remove(); listed(t, os.TempDir()) != "" {
			t.Errorf("left %q", listed(t, os.TempDir()))
		}
		r.Close()
		w.Close()
	}
}
