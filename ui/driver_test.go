package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/mend"
)

// noon is when all tests happen.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// driver drives an app by messages and runs its commands to their end, one after another. Ticks of the
// clock are dropped; what has been done to the world is recorded.
type driver struct {
	t   *testing.T
	app *app

	results  map[catalog.Check][]checks.Result // the next ones first; the last one stays
	ran      []string                          // checks, with the inputs that they were given
	answers  []checks.Result                   // to requests that are sent again; the next ones first; the last one stays
	sent     []checks.Outgoing
	copied   []string
	saved    map[string]string
	saveErr  error
	mended   []string // fixes, with the file that each was for
	mendErr  error
	needless string           // why fixes find nothing to do; "" where they do
	found    *paste.Diagnosis // what a paste is found to be; nil leaves that to the reader of pastes
	held     []tea.Msg        // results of checks that are on their way
	hold     bool             // keeps results back
	quit     bool
	stopped  bool
}

func newDriver(t *testing.T, o Options) *driver {
	return newDriverFinding(t, o, nil)
}

// newDriverFinding is newDriver with what pastes are found to be.
func newDriverFinding(t *testing.T, o Options, found *paste.Diagnosis) *driver {
	t.Helper()
	d := &driver{t: t, results: map[catalog.Check][]checks.Result{}, saved: map[string]string{}, found: found}
	api, err := checks.NewAPI("http://127.0.0.1:9", nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Target.API = api
	o.Version = "v1.2.3"
	o.Effects = Effects{
		Check: d.check, Replay: d.replay, OpenContent: openFake, Mend: d.mend, SaveReport: d.save,
		Copy: func(text string) error { d.copied = append(d.copied, text); return nil },
		Now:  func() time.Time { return noon },
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	d.app = newApp(ctx, o)
	d.app.after = func(wait time.Duration, f func() tea.Msg) tea.Cmd {
		if wait == tickEvery || wait == countEvery {
			return nil
		}
		return f
	}
	d.run(d.app.Init())
	return d.size(80, 24)
}

func (d *driver) check(ctx context.Context, check catalog.Check, target checks.Target) checks.Result {
	ran := check.String()
	if len(target.Keys) > 0 {
		ran += " key=" + target.Keys[0].Secret.Reveal()
	}
	if target.URL != "" {
		ran += " url=" + target.URL
	}
	if target.Content != nil {
		ran += " content=" + target.Content.Name
	}
	d.ran = append(d.ran, ran)
	if ctx.Err() != nil {
		return checks.Result{Check: check, Status: checks.Unknown, Summary: "cancelled"}
	}
	results := d.results[check]
	if len(results) == 0 {
		return result(check, checks.Pass, check.String()+".fine", "nothing is wrong with it")
	}
	if len(results) > 1 {
		d.results[check] = results[1:]
	}
	return results[0]
}

// replay takes a request that is sent again.
func (d *driver) replay(ctx context.Context, o checks.Outgoing) checks.Result {
	d.sent = append(d.sent, o)
	if ctx.Err() != nil {
		return checks.Result{Status: checks.Unknown, Summary: "cancelled"}
	}
	if len(d.answers) == 0 {
		return answer(checks.Pass, "replay.succeeded", "sent again by klyra-doctor: HTTP 200, request id req_77", "")
	}
	next := d.answers[0]
	if len(d.answers) > 1 {
		d.answers = d.answers[1:]
	}
	return next
}

// answer makes what came of a request that was sent again.
func answer(status checks.Status, id, summary string, code catalog.Code) checks.Result {
	r := result(catalog.Check{}, status, id, summary)
	r.Target, r.Code = "POST http://127.0.0.1:9/v1/moderate", code
	return r
}

// result makes the result of a check with one finding.
func result(check catalog.Check, status checks.Status, id, summary string) checks.Result {
	f := checks.Finding{ID: id, Status: status, Summary: summary}
	if status == checks.Fail {
		f.Evidence = []checks.Evidence{{Label: "answer", Value: "HTTP 401, code invalid_api_key"}}
		f.Remedy = "Put a key in that the dashboard lists."
	}
	return checks.Result{
		Check: check, Status: status, Summary: summary, Findings: []checks.Finding{f}, Duration: 1200 * time.Millisecond,
	}
}

func openFake(path string) (checks.Content, error) {
	if !strings.HasSuffix(path, ".png") {
		return checks.Content{}, fmt.Errorf("open %q: no such file", path)
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil }
	return checks.Content{Name: path, Size: 5 << 20, Open: open}, nil
}

func (d *driver) save(name, text string) (string, error) {
	if d.saveErr != nil {
		return "", d.saveErr
	}
	d.saved[name] = text
	return "/home/dev/" + name, nil
}

// mend makes two parts, or one file.
func (d *driver) mend(ctx context.Context, fix mend.Fix, content checks.Content, file string) (Mended, error) {
	d.mended = append(d.mended, string(fix)+" "+file)
	if d.mendErr != nil || d.needless != "" {
		return Mended{Made: mend.Made{Needless: d.needless}}, d.mendErr
	}
	name := mend.OutputName(fix, content.Name, "")
	m := Mended{Path: "/home/dev/" + name, Made: mend.Made{Did: []string{"written as JPEG of quality 90", "lost: all metadata"}}}
	part, _ := openFake(name + ".png")
	part.Name = name
	m.Contents = []checks.Content{part}
	if fix == mend.Chunk {
		m.Contents = []checks.Content{part, part}
	}
	return m, nil
}

// send hands messages to the app and runs what it asks for.
func (d *driver) send(msgs ...tea.Msg) *driver {
	d.t.Helper()
	for _, msg := range msgs {
		_, cmd := d.app.Update(msg)
		d.run(cmd)
	}
	return d
}

func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			d.run(c)
		}
	case tea.QuitMsg:
		d.quit = true
	case tea.InterruptMsg:
		d.stopped = true
	case replyMsg:
		d.replied(msg)
	default:
		d.send(msg)
	}
}

func (d *driver) replied(msg replyMsg) {
	switch msg.reply.(type) {
	case diagnosedMsg:
		if d.found != nil {
			msg.reply = diagnosedMsg{diagnosis: *d.found}
		}
	case checkedMsg, preparedMsg, replayedMsg:
		if d.hold {
			d.held = append(d.held, msg)
			return
		}
	}
	d.send(msg)
}

func (d *driver) size(columns, lines int) *driver {
	return d.send(tea.WindowSizeMsg{Width: columns, Height: lines})
}

// named are the keys that have names.
var named = map[string]tea.Key{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
	"pgdown": {Code: tea.KeyPgDown}, "pgup": {Code: tea.KeyPgUp}, "tab": {Code: tea.KeyTab}, "f1": {Code: tea.KeyF1},
	"backspace": {Code: tea.KeyBackspace}, "space": {Code: tea.KeySpace, Text: " "},
	"end": {Code: tea.KeyEnd}, "home": {Code: tea.KeyHome},
}

// press presses keys by name: "enter", "ctrl+d", "q".
func (d *driver) press(keys ...string) *driver {
	d.t.Helper()
	for _, name := range keys {
		k, ok := named[name]
		if letter, isCtrl := strings.CutPrefix(name, "ctrl+"); isCtrl {
			k, ok = tea.Key{Code: []rune(letter)[0], Mod: tea.ModCtrl}, true
		}
		if !ok {
			k = tea.Key{Code: []rune(name)[0], Text: name}
		}
		d.send(tea.KeyPressMsg(k))
	}
	return d
}

// write types a text, one key after another.
func (d *driver) write(text string) *driver {
	d.t.Helper()
	for _, r := range text {
		switch r {
		case '\n':
			d.press("enter")
		case ' ':
			d.press("space")
		default:
			d.press(string(r))
		}
	}
	return d
}

func (d *driver) paste(text string) *driver {
	d.t.Helper()
	return d.send(tea.PasteMsg{Content: text})
}

// frame returns the screen as plain text, without the blanks at the ends of lines.
func (d *driver) frame() string {
	var lines []string
	for line := range strings.SplitSeq(ansi.Strip(d.app.View().Content), "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.Join(lines, "\n") + "\n"
}

// shows demands that texts stand on the screen, however they are wrapped.
func (d *driver) shows(texts ...string) *driver {
	d.t.Helper()
	frame := d.frame()
	flat := strings.Join(strings.Fields(frame), " ")
	for _, text := range texts {
		if !strings.Contains(flat, text) {
			d.t.Fatalf("the screen does not show %q:\n%s", text, frame)
		}
	}
	return d
}

// hides demands that texts do not stand on the screen.
func (d *driver) hides(texts ...string) *driver {
	d.t.Helper()
	for _, text := range texts {
		if strings.Contains(d.app.View().Content, text) {
			d.t.Fatalf("the screen shows %q:\n%s", text, d.frame())
		}
	}
	return d
}

// did demands that exactly these checks have run, in this order.
func (d *driver) did(checks ...string) *driver {
	d.t.Helper()
	if !reflect.DeepEqual(d.ran, checks) {
		d.t.Fatalf("ran %q, want %q", d.ran, checks)
	}
	return d
}

// atop demands that a screen of the same type as want is seen.
func (d *driver) atop(want screen) *driver {
	d.t.Helper()
	if got := d.app.top(); reflect.TypeOf(got) != reflect.TypeOf(want) {
		d.t.Fatalf("%T is seen, want %T:\n%s", got, want, d.frame())
	}
	return d
}

// sandboxed are options under the sandbox.
func sandboxed() Options {
	return Options{
		Sandbox:     true,
		SandboxKeys: []Sample{{"klyra_good_key_0001", "good"}, {"klyra_revoked_key_0002", "revoked"}},
		SandboxURLs: []Sample{{"/samples/photo.png", "a good image"}, {"/samples/page", "an HTML page in place of an image"}},
		Target:      checks.Target{Keys: []checks.Key{{Secret: safe.NewSecret("klyra_good_key_0001"), Source: "the sandbox"}}},
	}
}

var errFull = errors.New(`write "x.md": no space left on device`)
