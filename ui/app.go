package ui

import (
	"context"
	"maps"
	"strings"
	"sync"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// app is the root model: what all screens share, and the screens that have been opened, the seen one last.
type app struct {
	options Options
	look    look
	index   *catalog.Index
	target  checks.Target // what a checklist begins with: the options', and what was typed since
	file    string        // path of target's content; "" where it is no file that was typed
	paste   string        // the text of the diagnosis that is open; evidence is ranges of its bytes

	ctx     context.Context // of the whole app
	places  int             // how many screens have been opened
	screens []screen
	burst   burst
	after   func(time.Duration, func() tea.Msg) tea.Cmd // delivers a message later

	width, height int
	frame         tea.View
	notice        string // above the footer, until the next key

	writing sync.RWMutex // held by every fix that writes; the app's end waits for them
	saving  int          // reports that are being written
	leaving bool         // quit once they are
	final   Final
}

// screen is one screen of the app.
type screen interface {
	at() place
	title() string
	update(a *app, msg tea.Msg) tea.Cmd
	draw(a *app, width, height int) picture
	bindings() []key.Binding // of the keys that do something now, most wanted first
	typing() bool            // whether a field has the focus, so that letters and pastes are its own
}

// place is what makes an open screen that one and no other: replies are addressed to it, and what it has
// started ends with its context.
type place struct {
	id    int
	ctx   context.Context
	leave context.CancelFunc
}

func (p place) at() place { return p }

func newApp(ctx context.Context, o Options) *app {
	a := &app{
		options: o, look: newLook(o.ASCII, o.NoColor), index: catalog.NewIndex(catalog.All()),
		target: o.Target, ctx: ctx, after: later, notice: o.Notice,
	}
	a.screens = []screen{newSearch(a)}
	return a
}

// Init opens the diagnosis of the text, or the list of the log, that the app was given, if any.
func (a *app) Init() tea.Cmd {
	switch {
	case a.options.Paste != "":
		return a.openDiagnosis(a.options.Paste)
	case a.options.Log != nil:
		a.open(newScan(a, *a.options.Log))
	}
	return nil
}

// Update takes a message and draws the next frame. While a burst of keys comes in, the old one stays.
func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := a.handle(msg)
	if a.burst.empty() {
		a.frame = a.draw()
	}
	return a, cmd
}

// View returns the frame that the last update has drawn.
func (a *app) View() tea.View { return a.frame }

func (a *app) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = msg.Width, msg.Height
	case tea.KeyPressMsg:
		return a.pressed(msg)
	case burstMsg:
		return a.burstEnded(msg)
	case tea.PasteMsg:
		return tea.Batch(a.flush(), a.pasted(pastedMsg{text: lineFeeds(msg.Content), whole: true}))
	case replyMsg:
		return a.replied(msg)
	case savedMsg:
		return a.saved(msg)
	case copiedMsg:
		return a.copied(msg)
	}
	return nil
}

// pressed gathers the keys that a paste could consist of, and acts on all others at once.
func (a *app) pressed(k tea.KeyPressMsg) tea.Cmd {
	if key.Matches(k, keyInterrupt) {
		return tea.Interrupt
	}
	if inPastes(k) {
		return a.gather(k)
	}
	return tea.Batch(a.flush(), a.act(k))
}

// act does what a key means on the screen that is seen.
func (a *app) act(k tea.KeyPressMsg) tea.Cmd {
	a.notice = ""
	help, top := keyHelp, a.top()
	if top.typing() {
		help = keyHelpTyped
	}
	_, helping := top.(*helpScreen)
	switch {
	case key.Matches(k, keySuspend):
		return tea.Suspend
	case key.Matches(k, help) && !helping:
		a.open(newHelp(a, top))
		return nil
	case key.Matches(k, keyQuit) && !top.typing():
		return a.quit()
	}
	return top.update(a, k)
}

// pasted hands a paste to the field that has the focus; where none has, it is diagnosed.
func (a *app) pasted(msg pastedMsg) tea.Cmd {
	a.notice = ""
	switch {
	case strings.TrimSpace(msg.text) == "":
		a.notice = "The paste was empty."
		return nil
	case a.top().typing():
		return a.top().update(a, msg)
	}
	return a.openDiagnosis(msg.text)
}

// replied hands a reply to the screen that asked for it. A screen that was left gets none any more.
func (a *app) replied(msg replyMsg) tea.Cmd {
	for _, s := range a.screens {
		if s.at().id == msg.to {
			return s.update(a, msg.reply)
		}
	}
	return nil
}

func (a *app) top() screen { return a.screens[len(a.screens)-1] }

// place returns the place of a screen that is about to be opened.
func (a *app) place() place {
	a.places++
	ctx, leave := context.WithCancel(a.ctx)
	return place{id: a.places, ctx: ctx, leave: leave}
}

func (a *app) open(s screen) { a.screens = append(a.screens, s) }

// back leaves the seen screen for the one before it.
func (a *app) back() { a.leave(len(a.screens) - 1) }

// leave closes all screens but the first n.
func (a *app) leave(n int) {
	n = max(1, n)
	for _, s := range a.screens[n:] {
		s.at().leave()
	}
	a.screens = a.screens[:n]
}

// openDiagnosis opens the diagnosis of a text. There is only one at a time: an earlier one is left, together
// with what was opened from it.
func (a *app) openDiagnosis(text string) tea.Cmd {
	if i := a.diagnosis(); i >= 0 {
		a.leave(i)
	}
	a.paste = text
	a.forget()
	s := newDiagnosis(a)
	a.open(s)
	return a.diagnose(s.place, text)
}

// forget drops the URL and the content that were typed: they belong to the error that they were typed for. A key and
// an endpoint are the user's own and stay; the endpoint gives way to that of a paste.
func (a *app) forget() {
	t := a.options.Target
	t.Keys, t.Endpoint, t.From = a.target.Keys, a.target.Endpoint, map[catalog.Input]string{}
	maps.Copy(t.From, a.options.Target.From)
	if t.Endpoint != a.options.Target.Endpoint {
		t.From[catalog.EndpointInput] = guide.TypedBefore
	}
	a.target, a.file = t, ""
}

// diagnosis returns the index of the diagnosis among the open screens, or -1.
func (a *app) diagnosis() int {
	for i, s := range a.screens {
		if _, ok := s.(*diagnosisScreen); ok {
			return i
		}
	}
	return -1
}

// quit ends the app, once no report is being written any more.
func (a *app) quit() tea.Cmd {
	if a.saving > 0 {
		a.leaving = true
		return nil
	}
	return tea.Quit
}

// saved keeps the path of a report, also where its screen has been left since.
func (a *app) saved(msg savedMsg) tea.Cmd {
	a.saving--
	if msg.err == nil {
		a.final.Reports = append(a.final.Reports, msg.path)
	}
	cmd := a.replied(replyMsg{msg.to, msg})
	if a.leaving {
		return a.quit()
	}
	return cmd
}

// copied says where the text went. A clipboard that cannot be reached is left to the terminal.
func (a *app) copied(msg copiedMsg) tea.Cmd {
	if msg.err == nil {
		a.notice = "Copied " + msg.what + "."
		return nil
	}
	a.notice = "Sent " + msg.what + " to the terminal's clipboard; not every terminal takes it."
	return tea.SetClipboard(msg.text)
}

// draw draws the frame: header, screen, notice, footer.
func (a *app) draw() tea.View {
	var v tea.View
	if a.width < minWidth || a.height < minHeight {
		v = tea.NewView(truncate("Needs 40x10 or larger", a.width, ""))
	} else {
		v = a.drawScreen()
	}
	if a.options.ASCII {
		v.Content = safe.ASCII(v.Content)
	}
	v.AltScreen = true
	return v
}

func (a *app) drawScreen() tea.View {
	var foot []string
	if a.notice != "" {
		for _, line := range shorten(wrap(a.notice, a.width), min(3, a.height/5), a.width, a.look.tail) {
			foot = append(foot, a.look.strong.Render(line))
		}
	}
	height := a.height - 3 - len(foot)
	p := a.top().draw(a, a.width, height)
	foot = append(foot, a.footer()) // which keys do something can depend on what was drawn
	lines := append([]string{a.header(), ""}, fit(p.lines, a.width, height, a.look.tail)...)
	v := tea.NewView(strings.Join(append(lines, foot...), "\n"))
	if p.cursor != nil && p.cursor.Y < height {
		p.cursor.Y += 2
		v.Cursor = p.cursor
	}
	return v
}

func (a *app) header() string {
	left := a.look.title.Render("Klyra Doctor") + " " + a.look.between + " " + a.top().title()
	right := ""
	if a.options.Sandbox {
		right = a.look.strong.Render("[sandbox]")
	}
	room := a.width - len("[sandbox]") - 1
	return pad(truncate(left, room, a.look.tail), room+1) + right
}

// footer lists keys, as many as fit; help always does.
func (a *app) footer() string {
	help := keyHelp
	if a.top().typing() {
		help = keyHelpTyped
	}
	if _, ok := a.top().(*helpScreen); ok {
		help = keyInterrupt
	}
	last := a.hint(help)
	line, room := "", a.width-width(last)
	for _, b := range a.top().bindings() {
		if next := a.hint(b) + "  "; width(line)+width(next) <= room {
			line += next
		}
	}
	return line + last
}

func (a *app) hint(b key.Binding) string {
	return a.look.key.Render(b.Help().Key) + " " + b.Help().Desc
}
