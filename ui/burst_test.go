package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// burst sends a text as keys that follow each other faster than burstGap.
func (d *driver) burst(text string) *driver {
	d.t.Helper()
	after := d.app.after
	var ends []func() tea.Msg
	d.app.after = func(_ time.Duration, f func() tea.Msg) tea.Cmd {
		ends = append(ends, f)
		return nil
	}
	d.write(text)
	for len(ends) > 0 {
		end := ends[0]
		ends = ends[1:]
		d.send(end())
	}
	d.app.after = after
	return d
}

func TestBurstIsAPaste(t *testing.T) {
	d := play(t, "envelope", "", sandboxed()).burst(revoked).atop(&diagnosisScreen{})
	if d.app.paste != revoked {
		t.Errorf("diagnosed %q", d.app.paste)
	}
}

func TestBurstIsDrawnOnce(t *testing.T) {
	d := newDriver(t, sandboxed())
	before := d.frame()
	d.app.after = func(time.Duration, func() tea.Msg) tea.Cmd { return nil }
	if d.write(revoked); d.frame() != before {
		t.Error("it was drawn while the burst went on")
	}
}

func TestFastTypingIsNoPaste(t *testing.T) {
	newDriver(t, sandboxed()).burst("invalid_api_key\n\n").atop(&checklistScreen{}).shows("invalid_api_key checklist")
	newDriver(t, sandboxed()).burst("rate limit").atop(&searchScreen{}).shows("Search: rate limit")
}

func TestSlowPasteIsGathered(t *testing.T) {
	d := play(t, "envelope", "press ctrl+d", sandboxed()).write(revoked)
	d.atop(&pasteScreen{}).shows("So far: 12 lines, 273 bytes").press("ctrl+d").atop(&diagnosisScreen{})
	if d.app.paste != revoked {
		t.Errorf("diagnosed %q", d.app.paste)
	}
}

func TestFieldTakesALineAsTyped(t *testing.T) {
	d := play(t, "", "type content_download_failed\npress enter enter", sandboxed())
	d.burst("https://example.com/photo.png\n").did("url key=klyra_good_key_0001 url=https://example.com/photo.png")
	d.press("e").burst("https://example.com/other.png\n").shows("URL: https://example.com/other.png")
	d.press("e").burst(revoked).shows("This looks like an error response").atop(&checklistScreen{})
}

func TestLooksLikeResponse(t *testing.T) {
	for text, want := range map[string]bool{
		"":                            false,
		"rate limit":                  false,
		"invalid_api_key\n":           false,
		"key doesn't work":            false,
		"curl: (6) no such host":      true,
		"two\nlines":                  true,
		`{"error":{}}`:                true,
		"HTTP/1.1 401":                true,
		strings.Repeat("long ", 20):   true,
		"Error: 429 {'code': 'quota'": true,
	} {
		if got := looksLikeResponse(text); got != want {
			t.Errorf("looksLikeResponse(%q) = %v", text, got)
		}
	}
}

func BenchmarkUnbracketedPaste(b *testing.B) {
	text := strings.Repeat(`{"error":{"code":"invalid_api_key"}}`+"\n", 140)
	for b.Loop() {
		d := newDriver(&testing.T{}, sandboxed())
		d.burst(text)
	}
}
