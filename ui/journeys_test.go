package ui

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/checks"
)

// keyField moves to the step that tests the key and opens its field.
func (d *driver) keyField() *driver {
	d.t.Helper()
	return d.press("up", "up", "up", "up", "up", "up", "up", "e").shows("API key")
}

func TestFromPasteToReport(t *testing.T) {
	d := play(t, "envelope", "", sandboxed())
	d.paste(revoked).atop(&diagnosisScreen{}).shows("invalid_api_key", "req_1a2b3c4d5e6f", "Why this one")
	d.did()

	d.press("enter").atop(&checklistScreen{}).shows("pass", "Sending the request again is the proof")
	d.did("key key=klyra_good_key_0001")

	d.results[catalog.KeyCheck] = []checks.Result{rejected}
	d.keyField().press("ctrl+s").shows("klyra_revoked_key_0002 revoked").press("down", "enter", "enter")
	d.did("key key=klyra_good_key_0001", "key key=klyra_revoked_key_0002")
	d.shows("fail", "The API knows no such key", "What to do: Put a key in that the dashboard lists.", "Not resolved yet")

	d.press("p").atop(&reportScreen{}).shows("# Klyra error report: invalid_api_key")
	if len(d.saved) > 0 {
		t.Fatalf("saved before it was asked for: %v", d.saved)
	}
	d.press("w").shows("Saved as /home/dev/klyra-report-invalid_api_key-2026-03-01-120000.md")
	d.press("w", "q")
	if len(d.saved) != 1 || !slices.Equal(d.app.final.Reports, []string{"/home/dev/klyra-report-invalid_api_key-2026-03-01-120000.md"}) {
		t.Errorf("saved %v, reports %q", d.saved, d.app.final.Reports)
	}
	for _, text := range d.saved {
		if strings.Contains(text, "klyra_revoked_key") || strings.Contains(text, "klyra_good_key") {
			t.Errorf("the report holds a key:\n%s", text)
		}
	}
	if !d.quit || d.stopped {
		t.Error("q did not quit")
	}
}

func TestURLIsAskedForAndTaken(t *testing.T) {
	d := newDriver(t, sandboxed())
	d.results[catalog.URLCheck] = []checks.Result{result(catalog.URLCheck, checks.Fail, "body.html_page", "A web page comes back, no image.")}
	d.write("content_download_failed").press("enter", "enter").atop(&checklistScreen{})
	d.did()
	d.paste("https://example.com/photo.png\n").shows("https://example.com/photo.png").press("enter")
	d.did("url key=klyra_good_key_0001 url=https://example.com/photo.png")
	d.shows("fail", "e edit the URL", "A web page comes back, no image.", "URL: https://example.com/photo.png, from what you typed")

	d.press("e").shows("URL: https://example.com/photo.png").press("ctrl+u").write("/samples/page").press("enter")
	if got := d.ran[len(d.ran)-1]; got != "url key=klyra_good_key_0001 url=/samples/page" {
		t.Errorf("ran %q", got)
	}
}

// TestContentByItsURL: who has sent a URL gives that in place of the file, and the step that downloads it goes on.
func TestContentByItsURL(t *testing.T) {
	d := newDriver(t, sandboxed())
	d.results[catalog.URLCheck] = []checks.Result{result(catalog.URLCheck, checks.Fail, "body.too_large", "The file is too large.")}
	d.write("content_too_large").press("enter", "enter").shows("Content", "the path of a file")
	d.press("tab").shows("the URL that you told the API to download")
	d.paste("https://example.com/photo.png").press("enter")
	d.did("url key=klyra_good_key_0001 url=https://example.com/photo.png")
	d.shows("skip", "▸ ✗ fail 2. Measure what the URL delivers", "The file is too large.")
}

func TestContentIsAFile(t *testing.T) {
	d := newDriver(t, sandboxed())
	d.write("content_too_large").press("enter", "enter").shows("Content", "the path of a file")
	d.write("/tmp/none").press("enter").shows(`open "/tmp/none": no such file`)
	d.did()
	d.press("ctrl+u").paste(`'/tmp/my photo.png'`).press("enter")
	if !slices.ContainsFunc(d.ran, func(ran string) bool { return strings.Contains(ran, "content=/tmp/my photo.png") }) {
		t.Errorf("ran %q", d.ran)
	}
	d.hides("no such file").press("e").shows("Content: /tmp/my photo.png")
}

func TestTypedInputsServeLaterChecklists(t *testing.T) {
	d := newDriver(t, Options{})
	d.write("content_download_failed").press("enter", "enter").write("https://example.com/a.png").press("enter")
	d.press("esc", "esc", "esc").write("invalid_url").press("enter", "enter")
	for _, ran := range d.ran {
		if !strings.HasSuffix(ran, "url=https://example.com/a.png") {
			t.Errorf("ran %q", d.ran)
		}
	}
}

func TestResultOfALeftChecklistIsDropped(t *testing.T) {
	d := play(t, "envelope", "", sandboxed())
	d.results[catalog.KeyCheck] = []checks.Result{rejected, result(catalog.KeyCheck, checks.Pass, "key.accepted", "The API takes the key.")}
	d.hold = true
	d.paste(revoked).press("enter").shows("running")
	ctx := d.app.top().(*checklistScreen).ctx
	d.press("esc")
	if ctx.Err() == nil {
		t.Error("leaving the checklist did not cancel its check")
	}
	d.press("enter").shows("running")
	late := d.held
	d.held, d.hold = nil, false
	d.send(late[0]).shows("running").hides("knows no such key")
	d.send(late[1]).shows("pass 1.").hides("running")
}

func TestResultOfAnOlderRunIsDropped(t *testing.T) {
	d := play(t, "envelope", "", sandboxed())
	d.results[catalog.KeyCheck] = []checks.Result{rejected, result(catalog.KeyCheck, checks.Pass, "key.accepted", "The API takes the key.")}
	d.hold = true
	d.paste(revoked).press("enter")
	first := d.app.top().(*checklistScreen).runs[0]
	d.press("r")
	if second := d.app.top().(*checklistScreen).runs[0]; second.number == first.number {
		t.Fatal("r did not start the check again")
	}
	late := d.held
	d.held, d.hold = nil, false
	d.send(late[0]).shows("running").send(late[1]).shows("The API takes the key.")
}

func TestLettersBelongToTheField(t *testing.T) {
	const letters = "q?jkfnoprswey"
	d := newDriver(t, sandboxed())
	d.write(letters).atop(&searchScreen{}).shows("Search: " + letters)

	d = play(t, "envelope", "paste\npress enter", sandboxed()).keyField()
	d.write(letters).atop(&checklistScreen{}).shows("13 characters, hidden").hides(letters)

	d = newDriver(t, sandboxed()).press("ctrl+d").write(letters).atop(&pasteScreen{}).shows(letters)
	if d.quit || len(d.saved) > 0 {
		t.Error("a letter did more than to be typed")
	}
}

func TestPasteIntoAFieldFillsIt(t *testing.T) {
	d := newDriver(t, sandboxed())
	d.write("content_download_failed").press("enter", "enter").paste(revoked)
	d.atop(&checklistScreen{}).shows("This looks like an error response (12 lines, 273 bytes): ctrl+d diagnoses it.", "req_1a2b3c4d5e6f")
	d.did()
	d.press("ctrl+d").atop(&diagnosisScreen{})
	if d.app.paste != revoked {
		t.Errorf("diagnosed %q", d.app.paste)
	}
}

func TestPasteAnywhereElseIsDiagnosed(t *testing.T) {
	for _, acts := range []string{"", "press enter", "press enter enter down", "press enter enter down p", "press f1", "press ctrl+d", "paste"} {
		d := play(t, "nothing", acts, sandboxed()).paste("HTTP/1.1 401 Unauthorized\r\n\r\n{}")
		d.atop(&diagnosisScreen{})
		if d.app.paste != "HTTP/1.1 401 Unauthorized\n\n{}" {
			t.Errorf("after %q: %q", acts, d.app.paste)
		}
		if n := slices.IndexFunc(d.app.screens, func(s screen) bool { _, ok := s.(*diagnosisScreen); return ok }); n != len(d.app.screens)-1 {
			t.Errorf("after %q: two diagnoses are open", acts)
		}
	}
}

func TestShortPasteIsSearchedFor(t *testing.T) {
	newDriver(t, sandboxed()).paste("rate limit\n").atop(&searchScreen{}).shows("Search: rate limit", "rate_limit_exceeded")
}

func TestEmptyPasteIsSaidToBe(t *testing.T) {
	newDriver(t, sandboxed()).paste(" \r\n").atop(&searchScreen{}).shows("The paste was empty.")
}

func TestAppOpensOnAGivenText(t *testing.T) {
	o := sandboxed()
	o.Paste = revoked
	play(t, "envelope", "", o).atop(&diagnosisScreen{}).shows("invalid_api_key").press("esc").atop(&searchScreen{})
}

func TestKeyFromThePasteIsNowhereShown(t *testing.T) {
	d := play(t, "envelope", "", Options{})
	d.paste(revoked).press("enter").keyField().shows("API key: not given")
	d.paste("klyra_live_abcdefghijklmnop\n").hides("abcdefgh").press("enter").hides("abcdefgh")
	d.did("key", "key key=klyra_live_abcdefghijklmnop")
	d.shows("API key: klyr", "from what you typed")
}

func TestTypedKeyIsMaskedInTheOpenPaste(t *testing.T) {
	const secret = "zebra-quartz-lantern-07"
	d := play(t, "envelope", "", Options{})
	d.paste(strings.Replace(revoked, "or has", "(used "+secret+") or has", 1)).size(200, 50).shows(secret)
	d.press("enter").keyField().write(secret).press("enter", "esc").atop(&diagnosisScreen{}).hides(secret)
}

func TestSkipTickAndRunAgain(t *testing.T) {
	d := play(t, "envelope", "reject\npaste\npress enter", sandboxed())
	d.press("s").shows("skip 1.", "skipped by you").press("up", "up", "up", "up", "up", "s").shows("fail 1.")
	if len(d.ran) != 2 {
		t.Errorf("ran %q", d.ran)
	}
	d.results = map[catalog.Check][]checks.Result{}
	d.press("r").shows("pass 1.").press("down", "space").shows("done 2.").press("up", "space").shows("to do 2.")
}

func TestLastStepConfirms(t *testing.T) {
	d := play(t, "envelope", "paste\npress enter", sandboxed())
	for range d.app.top().(*checklistScreen).list.Steps {
		d.press("down")
	}
	d.press("enter").shows("Did it go through?").press("n").shows("Not solved, then: p shows the report")
	d.hides("you confirmed").press("space").shows("Did it go through?").press("esc").atop(&checklistScreen{}).hides("Did it go")
	d.press("enter", "y").shows("done 6.", "you confirmed that the request goes through")
	d.press("enter").atop(&reportScreen{})
}

func TestEnterTicksNothing(t *testing.T) {
	d := play(t, "envelope", "paste\npress enter", sandboxed()).shows("▸ ✓ pass 1.")
	n := len(d.app.top().(*checklistScreen).list.Steps)
	for range n - 1 {
		d.press("enter")
	}
	d.shows(fmt.Sprintf("▸ ○ to do %d.", n)).hides("done")
	d.press("enter", "enter").shows("Did it go through?").hides("done")
}

func TestSelectionStaysWhereACheckAnswers(t *testing.T) {
	d := play(t, "envelope", "paste\npress enter", sandboxed()).shows("▸ ✓ pass 1.", "nothing is wrong with it")
	d.press("down", "e").shows("This step reads no input: there is nothing to edit.")
	d.press("up", "e").shows("API key")
	d.results[catalog.KeyCheck] = []checks.Result{rejected}
	d.write("klyra_other_key").press("enter").shows("▸ ✗ fail 1.", "The API knows no such key")
}

func TestMissingKeyIsAskedForInPlace(t *testing.T) {
	d := play(t, "envelope", "", Options{})
	d.results[catalog.KeyCheck] = []checks.Result{
		result(catalog.KeyCheck, checks.Unknown, "key.missing", "No key is given."),
		result(catalog.KeyCheck, checks.Pass, "key.accepted", "The API takes the key."),
	}
	d.paste(revoked).press("enter").shows("API key", "KLYRA_API_KEY would be used, but is not set", "No key is given.")
	d.write("klyra_some_key").press("enter").shows("The API takes the key.")

	d = play(t, "envelope", "", Options{})
	d.results[catalog.KeyCheck] = []checks.Result{result(catalog.KeyCheck, checks.Unknown, "key.missing", "No key is given.")}
	d.paste(revoked).press("enter", "esc").atop(&checklistScreen{}).shows("unknown 1.", "enter next").hides("KLYRA_API_KEY would")
}

func TestAnotherCodeIsOffered(t *testing.T) {
	d := play(t, "envelope", "", sandboxed())
	expired := result(catalog.KeyCheck, checks.Fail, "key.expired", "The key has expired.")
	expired.Code = "expired_api_key"
	d.results[catalog.KeyCheck] = []checks.Result{expired}
	d.paste(revoked).press("enter").shows("The API now answers expired_api_key: press o for that code's checklist.")
	d.press("o").shows("expired_api_key checklist").hides("The API now answers")
}

func TestContentMayBeAText(t *testing.T) {
	d := newDriver(t, sandboxed())
	d.write("content_too_large").press("enter", "enter").write("some words").press("enter")
	d.shows(`open "some words": no such file`, "ctrl+t checks what is filled in as a text").press("ctrl+t")
	d.did("content key=klyra_good_key_0001 content=text")
}

func TestResponseIsNotSubmittedBlindly(t *testing.T) {
	d := play(t, "envelope", "type content_download_failed\npress enter enter", sandboxed())
	d.paste(`{"error":{"code":"x"}}`).press("enter").shows("Press enter once more to use it as the URL all the same.")
	d.did()
	d.press("enter").did(`url key=klyra_good_key_0001 url={"error":{"code":"x"}}`)
}

func TestPasteReplacesWhatWasKnown(t *testing.T) {
	d := newDriver(t, sandboxed())
	d.write("content_download_failed").press("enter", "enter").write("https://a.example/1").press("enter", "e")
	d.shows("URL: https://a.example/1", "A paste replaces it").paste("https://b.example/2").press("enter")
	d.did("url key=klyra_good_key_0001 url=https://a.example/1", "url key=klyra_good_key_0001 url=https://b.example/2")
	d.press("e").press("backspace", "3", "enter").shows("URL: https://b.example/3")
}

func TestPastedWordsAreKeptApart(t *testing.T) {
	newDriver(t, sandboxed()).write("rate").paste("limit").shows("Search: rate limit")
}

func TestSeveralEscapesAtOnceGoBack(t *testing.T) {
	d := newDriver(t, sandboxed()).press("enter").atop(&entryScreen{})
	d.send(tea.KeyPressMsg{Code: tea.KeyEscape, Mod: tea.ModAlt}).atop(&searchScreen{})
}

func TestNoticeAtTheBeginning(t *testing.T) {
	o := sandboxed()
	o.Notice = "Standard input was empty."
	newDriver(t, o).shows("Standard input was empty.").press("x").hides("Standard input was empty.")
}

func TestResetTimeIsShownAsOne(t *testing.T) {
	wait, at := 12, time.Unix(1764000000, 0)
	for _, test := range []struct {
		limit paste.RateLimit
		want  string
	}{
		{paste.RateLimit{ResetS: &wait}, "which ends in 12 s"},
		{paste.RateLimit{ResetTime: at}, "resets at 2025-11-24T16:00:00Z"},
		{paste.RateLimit{ResetS: &wait, ResetTime: at}, "which ends in 12 s"},
	} {
		if got := test.limit.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestGatewayIsNoCode(t *testing.T) {
	d := play(t, "several", "paste\npress down down", sandboxed())
	d.shows("A gateway answered, not the API", "service_unavailable; the API itself said none").hides("Documented as", "copy the code")
	d.press("enter").shows("no answer from the API: checklist").press("p").shows("# Klyra error report: no answer from the API")
}

func TestFailedSaveIsSaid(t *testing.T) {
	d := play(t, "envelope", "paste\npress enter p", sandboxed())
	d.saveErr = errFull
	d.press("w").shows(`The report was not saved: write "x.md": no space left on device`)
	d.saveErr = nil
	d.press("w").shows("Saved as")
}

func TestQuitWaitsForTheReport(t *testing.T) {
	d := play(t, "envelope", "paste\npress enter p", sandboxed())
	_, save := d.app.Update(tea.KeyPressMsg{Code: 'w', Text: "w"})
	_, save = d.app.Update(save())
	d.press("q")
	if d.quit {
		t.Fatal("quit while the report was being written")
	}
	d.run(save)
	if !d.quit || len(d.app.final.Reports) != 1 {
		t.Errorf("quit %v, reports %q", d.quit, d.app.final.Reports)
	}
}

func TestWaysToQuit(t *testing.T) {
	if d := newDriver(t, sandboxed()).press("esc"); d.quit {
		t.Error("one esc quits")
	} else if d.shows("Press esc once more to quit.").press("esc"); !d.quit {
		t.Error("esc twice does not quit")
	}
	if d := newDriver(t, sandboxed()).press("enter", "q"); !d.quit {
		t.Error("q does not quit")
	}
	for _, acts := range []string{"", "press enter", "press ctrl+d", "press f1", "paste", "paste\nhold\npress enter"} {
		if d := play(t, "envelope", acts, sandboxed()).press("ctrl+c"); !d.stopped {
			t.Errorf("ctrl+c after %q does not interrupt", acts)
		}
	}
}

func TestCopy(t *testing.T) {
	d := play(t, "envelope", "paste\npress c", sandboxed()).shows("Copied the request id.")
	if !slices.Equal(d.copied, []string{"req_1a2b3c4d5e6f"}) {
		t.Errorf("copied %q", d.copied)
	}
	d.app.options.Effects.Copy = func(string) error { return errFull }
	d.press("c").shows("terminal's clipboard")
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	o := newDriver(t, sandboxed()).app.options
	o.In, o.Out = strings.NewReader(""), io.Discard
	final, err := Run(ctx, o)
	if err != nil || !final.Interrupted {
		t.Errorf("final %+v, error %v", final, err)
	}
}

func TestEveryExampleLeadsToItsChecklist(t *testing.T) {
	for _, e := range catalog.All() {
		d := newDriver(t, sandboxed())
		d.paste(e.Example).atop(&diagnosisScreen{}).shows(string(e.Code)+" How sure certain", e.Description)
		d.press("enter").atop(&checklistScreen{}).shows(string(e.Code)+" checklist", e.Steps[0].Title)
	}
}

func TestForeignTextIsEscaped(t *testing.T) {
	d := newDriver(t, sandboxed()).size(120, 40)
	d.paste(strings.Replace(revoked, "been revoked", `been \u001b]52;c;AAAA\u0007 \u202e revoked`, 1) + "\x1b[2J\u202e").atop(&diagnosisScreen{})
	d.hides("\x1b]52", "\x1b[2J", "\u202e", "\a").shows(`\u001b[2J\u202e`)
}

// TestWhatWasTypedForAnotherErrorIsNotJudged: the facts of a new paste are its own.
func TestWhatWasTypedForAnotherErrorIsNotJudged(t *testing.T) {
	const body = "HTTP/1.1 400 Bad Request\n\n" + `{"error":{"code":"content_download_failed","message":"Could not download","param":"url"}}`
	const request = "$ curl -i http://127.0.0.1:9/v1/second -d '{\"url\":\"https://example.com/b.png\"}'\n" + body
	d := newDriver(t, Options{})
	d.write("content_download_failed").press("enter", "enter").paste("https://example.com/a.png").press("enter")
	d.did("url url=https://example.com/a.png")

	d.paste(request).press("enter")
	if got := d.ran[len(d.ran)-1]; got != "url url=https://example.com/b.png" {
		t.Errorf("ran %q", got)
	}
	d.shows("URL: https://example.com/b.png, from the paste")

	d.press("e").press("ctrl+u").write("https://example.com/c.png").press("enter", "esc", "enter")
	d.shows("URL: https://example.com/c.png, from what you typed") // for this one
	d.paste(body).press("enter").shows("URL: not given").hides("c.png")
}

func TestATypedContentBelongsToItsError(t *testing.T) {
	d := newDriver(t, Options{})
	d.write("content_too_large").press("enter", "enter").paste("/tmp/photo.png").press("enter").shows("Content: /tmp/photo.png")
	d.paste(`{"error":{"code":"content_too_large","message":"too large"}}`).press("enter").shows("Content: not given").hides("photo.png")
}

// TestATypedEndpointGivesWayToThatOfAPaste: key and endpoint are the user's own and stay.
func TestATypedEndpointGivesWayToThatOfAPaste(t *testing.T) {
	const request = "curl http://127.0.0.1:9/v1/second -d '{}'\n"
	d := newDriver(t, Options{})
	d.write("invalid_api_key").press("enter", "enter", "e").paste("klyra_live_abcdefghijklmnop").press("enter")
	d.press("e", "tab").write("/v1/first").press("enter").shows("Endpoint: /v1/first, from what you typed")
	d.paste(revoked).press("enter").shows("Endpoint: /v1/first, from what you typed before this paste", "API key: klyr")
	d.paste(request+revoked).press("enter").shows("Endpoint: /v1/second, from the paste", "API key: klyr")
	d.press("e", "tab", "ctrl+u").write("/v1/third").press("enter", "esc", "enter").shows("Endpoint: /v1/third, from what you typed")
	d.paste(revoked).press("enter").shows("Endpoint: /v1/third, from what you typed before this paste")
}

// TestTheURLOfAPasteOnTheSandbox: that it is not fetched there is said, and how to try one.
func TestTheURLOfAPasteOnTheSandbox(t *testing.T) {
	o := sandboxed()
	o.Target.Sandbox = true
	d := newDriver(t, o)
	d.paste("$ curl -i http://127.0.0.1:9/v1/moderate -d '{\"url\":\"https://example.com/b.png\"}'\nHTTP/1.1 400 Bad Request\n\n" +
		`{"error":{"code":"content_download_failed","message":"Could not download","param":"url"}}`)
	d.press("enter").shows("URL: the URL in the paste is not fetched on the sandbox, which has files of its own", "ctrl+s lists")
	d.press("esc").shows("files of its own. Press e, then ctrl+s, for those to try.")
	d.press("e", "ctrl+s", "enter", "enter").shows("URL: /samples/photo.png, from what you typed").hides("is not fetched")
}
