package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/checks"
)

var update = flag.Bool("update", false, "write the golden frames anew")

const revoked = `HTTP/1.1 401 Unauthorized
content-type: application/json

{
  "error": {
    "code": "invalid_api_key",
    "message": "The API key provided is invalid or has been revoked.",
    "type": "authentication_error",
    "param": null,
    "request_id": "req_1a2b3c4d5e6f"
  }
}
`

// Requests that the revoked response answers: to the API of the tests, and to another host.
const (
	askedHere = `$ curl -i http://127.0.0.1:9/v1/moderate -H 'Authorization: Bearer ` + pastedKey + `' -H 'Cookie: session=1' -H 'Content-Type: application/json' -d '{"content":"Is this fine?"}'
`
	askedElsewhere = `$ curl -i https://staging.example.com/v1/moderate -H 'Authorization: Bearer ` + pastedKey + `' -H 'Content-Type: application/json' -d '{"content":"Is this fine?"}'
`
	pastedKey = "kly_9aK2mQ7xW4zL8vR3tB6n"
)

// span finds a part of the revoked response.
func span(part string) paste.Span {
	at := strings.Index(revoked, part)
	return paste.Span{Start: at, End: at + len(part)}
}

// diagnoses are what scenes find in the revoked response, by name.
var diagnoses = map[string]paste.Diagnosis{
	"envelope": {Answer: paste.Error, Findings: []paste.Finding{{
		Code: "invalid_api_key", Known: true, Kind: paste.Envelope, Certainty: paste.Certain, Count: 1, Line: 4,
		Message: "The API key provided is invalid or has been revoked.", Type: "authentication_error",
		RequestID: "req_1a2b3c4d5e6f", HTTPStatus: 401, Evidence: []paste.Span{span(`"code": "invalid_api_key"`)},
		Why: "The response names the code itself, in the envelope that the API documents.",
	}}},
	"several": {Answer: paste.Error, Findings: []paste.Finding{
		{
			Code: "rate_limit_exceeded", Known: true, Kind: paste.Envelope, Certainty: paste.Certain, Count: 12, Line: 3,
			Message: "You have exceeded the rate limit", HTTPStatus: 429, ResetAt: time.Unix(1623180660, 0),
			Evidence: []paste.Span{span("401")},
		},
		{
			Code: "invalid_key_format", Kind: paste.Envelope, Certainty: paste.Certain, Count: 1, Line: 9,
			Suggestions: []catalog.Code{"invalid_api_key"}, Evidence: []paste.Span{span("message")},
		},
		{
			Kind: paste.Gateway, Code: "service_unavailable", Known: true, Certainty: paste.Likely, Count: 1, Line: 1,
			Message: "Cloudflare answered with 522: it could not reach the API's servers.",
		},
	}, Notes: []string{"The body was cut off."}},
	"nothing": {Answer: paste.HiddenBody, Notes: []string{"Print error.response.text to see what the API said."}},
	"near": {Answer: paste.None, Candidates: []paste.Candidate{
		{Code: "invalid_api_key", Why: "HTTP 401 usually comes with it"},
		{Code: "missing_api_key", Why: "HTTP 401 usually comes with it too"},
	}},
}

// rejected is a key check that fails.
var rejected = result(catalog.KeyCheck, checks.Fail, "key.rejected", "The API knows no such key: it was revoked, or is not whole.")

// limited is a key check that is held up by a rate limit, with all that a result can carry.
var limited = checks.Result{
	Check: catalog.KeyCheck, Status: checks.Unknown, Summary: "this minute's requests are used up: retry at 12:00:37 UTC, in 37 s",
	Findings: []checks.Finding{{
		ID: "key.limited", Status: checks.Unknown, Summary: "this minute's requests are used up: retry at 12:00:37 UTC, in 37 s",
		Remedy: "Wait until 12:00:37 UTC (in 37 s), then send at most one request every 1.25 s.",
	}},
	Wait: 37 * time.Second, RetryAt: noon.Add(37 * time.Second),
	Phases: []checks.PhaseTime{
		{Hop: 1, Name: "DNS", Took: 3 * time.Millisecond},
		{Hop: 1, Name: "connect", Start: 3 * time.Millisecond, Took: 12 * time.Millisecond},
		{Hop: 1, Name: "first byte", Start: 15 * time.Millisecond, Took: 41 * time.Millisecond, Stopped: true},
	},
	Blocks: []checks.Block{
		{Title: "Retry with curl", Client: "curl", Text: "for wait in 1 2 4; do\n  curl -f https://api.klyra.live/v1/text && break\n  sleep $wait\ndone"},
		{Title: "What to tell support", Text: "request id: req_1a2b3c4d5e6f\nhttp status: 429"},
	},
}

// tooLarge is a content check of an image that fails.
var tooLarge = checks.Result{
	Check: catalog.ContentCheck, Status: checks.Fail, Media: checks.Image, Type: "image/png", Duration: time.Second, Target: "photo.png (PNG image, 4000×3000)",
	Summary: "the image is too large: 5.2 MB, over the 4 MB that one image may have",
	Findings: []checks.Finding{{
		ID: "content.too_large", Status: checks.Fail, Summary: "the image is too large: 5.2 MB, over the 4 MB that one image may have",
		Evidence: []checks.Evidence{{Label: "size", Value: "5.2 MB (5,242,880 bytes)"}}, Remedy: "Make the image smaller.",
	}},
}

// scenes are what is done before a frame is looked at, one act a line.
var scenes = []struct{ name, found, acts string }{
	{"search", "", ""},
	{"search-hits", "", "type rate limit\npress down"},
	{"search-none", "", "type zzzzqqqq"},
	{"entry", "", "type 429\npress enter"},
	{"help", "", "press enter ?"},
	{"paste", "", "press ctrl+d\ntype HTTP/1.1 401 Unau"},
	{"diagnosis", "envelope", "paste"},
	{"diagnosis-several", "several", "paste\npress down"},
	{"diagnosis-nothing", "nothing", "paste"},
	{"diagnosis-near", "near", "paste"},
	{"checklist-running", "envelope", "paste\nhold\npress enter"},
	{"checklist-failed", "envelope", "reject\npaste\npress enter"},
	{"checklist-limited", "envelope", "limit\npaste\npress enter"},
	{"checklist-key", "envelope", "paste\npress enter up up up up up up e\ntype klyra_secret_value"},
	{"checklist-samples", "envelope", "paste\npress enter up up up up up up e ctrl+s down"},
	{"checklist-url", "", "type content_download_failed\npress enter enter"},
	{"replay", "", "request\npress enter down down down down down down down down enter"},
	{"replay-below", "", "request\npress enter down down down down down down down down enter end"},
	{"replay-doubted", "", "reject\nrequest\npress enter down down down down down down down down enter"},
	{"replay-refused", "", "elsewhere\npress enter down down down down down down down down enter"},
	{"replay-sending", "", "request\npress enter down down down down down down down down enter\nhold\npress y"},
	{"replay-offered", "", "request\npress enter down down down down down down down down"},
	{"replay-passed", "", "request\npress enter down down down down down down down down enter y"},
	{"replay-failed", "", "limited\nrequest\npress enter down down down down down down down down enter y"},
	{"checklist-mend", "", "large\ntype content_too_large\npress enter enter\ntype photo.png\npress enter"},
	{"checklist-mended", "", "large\ntype content_too_large\npress enter enter\ntype photo.png\npress enter x"},
	{"report", "envelope", "reject\npaste\npress enter p"},
	{"report-saved", "envelope", "reject\npaste\npress enter p w"},
}

func play(t *testing.T, found, acts string, o Options) *driver {
	t.Helper()
	var d *driver
	if diagnosis, ok := diagnoses[found]; ok {
		d = newDriverFinding(t, o, &diagnosis)
	} else {
		d = newDriver(t, o)
	}
	for act := range strings.Lines(acts) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(act), " ")
		switch verb {
		case "press":
			d.press(strings.Fields(rest)...)
		case "type":
			d.write(rest)
		case "paste":
			d.paste(revoked)
		case "request":
			d.paste(askedHere + revoked)
		case "elsewhere":
			d.paste(askedElsewhere + revoked)
		case "limited":
			d.answers = []checks.Result{answer(checks.Fail, "replay.error", "sent again, it is another error now: rate_limit_exceeded (HTTP 429, request id req_78)", "rate_limit_exceeded")}
		case "hold":
			d.hold = true
		case "limit":
			d.results[catalog.KeyCheck] = []checks.Result{limited}
		case "large":
			d.results[catalog.ContentCheck] = []checks.Result{tooLarge, result(catalog.ContentCheck, checks.Pass, "content.fits", "JPEG image, 4000×3000: nothing wrong found")}
		case "reject":
			d.results[catalog.KeyCheck] = []checks.Result{rejected}
		default:
			t.Fatalf("no such act: %q", act)
		}
	}
	return d
}

func TestFrames(t *testing.T) {
	for _, scene := range scenes {
		for _, size := range []struct{ columns, lines int }{{80, 24}, {120, 40}, {40, 10}} {
			name := fmt.Sprintf("%s@%dx%d", scene.name, size.columns, size.lines)
			t.Run(name, func(t *testing.T) {
				golden(t, name, play(t, scene.found, scene.acts, sandboxed()).size(size.columns, size.lines).frame())
			})
		}
	}
}

func TestASCIIFrames(t *testing.T) {
	o := sandboxed()
	o.ASCII, o.NoColor = true, true
	for _, scene := range scenes {
		t.Run(scene.name, func(t *testing.T) {
			d := play(t, scene.found, scene.acts, o)
			for i, r := range d.frame() {
				if r > '~' {
					t.Fatalf("%q at byte %d is not ASCII:\n%s", r, i, d.frame())
				}
			}
			if content := d.app.View().Content; strings.Contains(content, "\x1b[3") {
				t.Errorf("there is a colour in %q", content)
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nand was\n%s\n(go test ./ui -update writes it anew)", name, got, want)
	}
}

func TestFramesFitTheirWindow(t *testing.T) {
	for _, scene := range scenes {
		d := play(t, scene.found, scene.acts, sandboxed())
		for _, size := range [][2]int{{1, 1}, {20, 6}, {39, 12}, {40, 10}, {40, 12}, {80, 24}, {99, 11}, {100, 11}, {120, 40}, {200, 50}} {
			d.size(size[0], size[1])
			fits(t, fmt.Sprintf("%s at %dx%d", scene.name, size[0], size[1]), d.app.View(), size[0], size[1])
		}
	}
}

func fits(t *testing.T, name string, v tea.View, columns, lines int) {
	t.Helper()
	drawn := strings.Split(v.Content, "\n")
	if len(drawn) > lines || columns >= minWidth && lines >= minHeight && len(drawn) != lines {
		t.Errorf("%s: %d lines", name, len(drawn))
	}
	for _, line := range drawn {
		if n := ansi.StringWidth(line); n > columns {
			t.Errorf("%s: %d columns: %q", name, n, line)
		}
	}
	if c := v.Cursor; c != nil && (c.X >= columns || c.Y >= lines || c.X < 0 || c.Y < 0) {
		t.Errorf("%s: the cursor stands at %d, %d", name, c.X, c.Y)
	}
}

// TestNoDeadKeys: every key that a screen offers does something there.
func TestNoDeadKeys(t *testing.T) {
	empty := logged()
	empty.Log = &Log{Name: "app.log"}
	undocumented := logged()
	undocumented.Log = &Log{Name: "app.log", Summary: paste.Summary{Lines: 9, Errors: 1, Codes: []paste.CodeCount{{Code: "brand_new", Count: 1}}}}
	for _, scene := range scenes {
		offersLiveKeys(t, scene.name, func() *driver { return play(t, scene.found, scene.acts, sandboxed()) })
	}
	for name, o := range map[string]Options{"scan": logged(), "empty scan": empty, "scan of unknown codes": undocumented} {
		offersLiveKeys(t, name, func() *driver { return newDriver(t, o) })
	}
	offersLiveKeys(t, "one hit", func() *driver { return newDriver(t, sandboxed()).write("content_too_large") })
}

// offersLiveKeys demands that each binding has a key of which something comes.
func offersLiveKeys(t *testing.T, name string, begin func() *driver) {
	t.Helper()
	for i, b := range begin().app.top().bindings() {
		alive := false
		for _, k := range b.Keys() {
			if k, _ = strings.CutPrefix(k, "alt+"); alive || strings.HasPrefix(k, "shift+") {
				continue
			}
			d := begin()
			frame, ran := d.frame(), len(d.ran)
			d.press(k)
			alive = d.frame() != frame || len(d.ran) > ran || d.quit
		}
		if !alive {
			t.Errorf("%s: %s (%s), offered at place %d, does nothing", name, b.Help().Key, b.Help().Desc, i)
		}
	}
}
