package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/checks"
)

// replayScreen shows what would be sent again and to where, and sends it after a yes. What comes of it settles
// the last step of the checklist that it was opened from.
type replayScreen struct {
	place
	from     *checklistScreen
	outgoing *checks.Outgoing // nil until it is made ready
	doubts   []string
	sending  bool
	view     viewport.Model
}

func (a *app) openReplay(from *checklistScreen) tea.Cmd {
	s := &replayScreen{place: a.place(), from: from, doubts: from.list.Doubts(), view: newViewport()}
	a.open(s)
	return a.prepare(s.place, from.list)
}

func (s *replayScreen) title() string { return "send the request again" }
func (s *replayScreen) typing() bool  { return false }

func (s *replayScreen) sendable() bool { return s.outgoing != nil && s.outgoing.Sendable() }

// copies reports whether there is a command to be copied.
func (s *replayScreen) copies() bool { return s.outgoing != nil && s.outgoing.Command.Text != "" }

func (s *replayScreen) bindings() []key.Binding {
	if s.sending {
		return append([]key.Binding{does(keyBack, "stop")}, scrolling(s.view)...)
	}
	var bs []key.Binding
	if s.sendable() {
		bs = append(bs, keySend)
	}
	bs = append(append(bs, keyBack), scrolling(s.view)...)
	if s.copies() {
		bs = append(bs, does(keyCopy, "copy it for curl"))
	}
	return append(bs, does(keyTick, sentAgain), keyQuit)
}

func (s *replayScreen) update(a *app, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return s.pressed(a, msg)
	case preparedMsg:
		s.outgoing = &msg.outgoing
	case replayedMsg:
		s.left(a)
		s.from.replayed(msg.result)
	}
	return nil
}

func (s *replayScreen) pressed(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, keyBack):
		if s.sending {
			a.notice = "Stopped. The API may have got the request all the same."
		}
		a.back()
	case s.sending:
		scroll(&s.view, k)
	case key.Matches(k, keySend) && s.sendable():
		s.sending = true
		s.view.GotoTop()
		return a.replay(s.place, *s.outgoing)
	case key.Matches(k, keyCopy) && s.copies():
		return a.copy("the command for curl", s.outgoing.Command.Text)
	case key.Matches(k, keyTick):
		a.back()
		s.from.asking = true
	default:
		scroll(&s.view, k)
	}
	return nil
}

// left leaves the screen, and what was opened above it.
func (s *replayScreen) left(a *app) {
	for i, open := range a.screens {
		if open.at().id == s.id {
			a.leave(i)
			return
		}
	}
}

// replayed settles the last step, and shows what came of it.
func (s *checklistScreen) replayed(r checks.Result) {
	s.list = s.list.Replayed(r)
	s.choose(len(s.list.Steps) - 1)
	s.view.GotoTop()
}

func (s *replayScreen) draw(a *app, columns, height int) picture {
	top, body := newPage(columns), newPage(columns)
	switch {
	case s.outgoing == nil:
		top.text(plain, "Making it ready…")
	case s.sending:
		top.text(a.look.strong, "Sending it. Esc stops waiting for the answer.")
	case s.sendable():
		top.text(a.look.strong, "Nothing has been sent yet. Send this? y: yes; esc: no, back.")
	default:
		top.text(a.look.strong, notSent(*s.outgoing))
	}
	top.blank()
	if s.outgoing != nil {
		a.look.writeOutgoing(body, *s.outgoing, s.doubts)
	}
	head := shorten(top.lines, max(1, height-3), columns, a.look.tail)
	return picture{lines: append(head, scrolled(&s.view, body.lines, columns, height-len(head))...)}
}

// notSent says why a request is not sent, and what there is instead.
func notSent(o checks.Outgoing) string {
	text := "This is not sent: " + strings.ToLower(o.Refusals[0][:1]) + o.Refusals[0][1:]
	switch {
	case o.Command.Text == "":
	case o.Partial:
		text += " c copies a command for curl, which is incomplete."
	default:
		text += " c copies a command for curl."
	}
	return text
}

// writeOutgoing writes a request as it would be sent: where to, what speaks against it beside the first reason,
// and all of it.
func (l look) writeOutgoing(p *page, o checks.Outgoing, doubts []string) {
	p.text(l.strong, o.Method+" "+o.URL)
	for _, why := range o.Refusals[min(1, len(o.Refusals)):] { // the headline says the first
		p.hang(l.mark(checks.Fail)+" ", l.states[checks.Fail], why)
	}
	if o.Sendable() {
		for _, doubt := range doubts {
			p.hang(l.mark(checks.Warn)+" ", l.states[checks.Warn], doubt)
		}
	}
	for _, note := range o.Notes {
		p.hang(l.mark(checks.Warn)+" ", plain, note)
	}
	if o.Sendable() {
		p.blank()
		l.writeMessage(p, o)
	} else {
		l.writeLeftOut(p, o)
	}
	if o.Command.Text != "" {
		p.blank()
		p.text(l.strong, o.Command.Title)
		p.text(plain, o.Command.Text)
	}
}

// writeMessage writes the headers and the body of a request.
func (l look) writeMessage(p *page, o checks.Outgoing) {
	for _, h := range o.Headers {
		p.text(plain, h.Label+": "+h.Value)
	}
	l.writeLeftOut(p, o)
	p.blank()
	if o.BodySize == 0 {
		p.text(plain, "It has no body.")
		return
	}
	p.text(l.strong, "The body, "+checks.Counted(int64(o.BodySize), "byte"))
	p.text(plain, o.Body)
}

func (l look) writeLeftOut(p *page, o checks.Outgoing) {
	if len(o.LeftOut) > 0 {
		p.hang("Left out of what you pasted: ", plain, strings.Join(o.LeftOut, ", "))
	}
}
