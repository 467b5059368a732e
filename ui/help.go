package ui

import (
	"runtime"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// helpScreen lists the keys of the screen that it was opened from, and what the marks mean.
type helpScreen struct {
	place
	of   []key.Binding
	view viewport.Model
}

func newHelp(a *app, of screen) *helpScreen {
	return &helpScreen{place: a.place(), of: append(of.bindings(), everywhere(of.typing())...), view: newViewport()}
}

func (s *helpScreen) title() string { return "help" }
func (s *helpScreen) typing() bool  { return false }
func (s *helpScreen) bindings() []key.Binding {
	return append([]key.Binding{keyBack}, scrolling(s.view)...)
}

func (s *helpScreen) update(a *app, msg tea.Msg) tea.Cmd {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	if key.Matches(k, keyBack) || key.Matches(k, keyHelp) || key.Matches(k, keyEnter) {
		a.back()
		return nil
	}
	scroll(&s.view, k)
	return nil
}

func (s *helpScreen) draw(a *app, columns, height int) picture {
	p := newPage(columns)
	p.text(a.look.strong, "Keys here")
	for _, b := range s.of {
		p.hang("  "+a.look.key.Render(pad(b.Help().Key, 11))+" ", plain, b.Help().Desc)
	}
	p.blank()
	p.text(plain, "Paste an error anywhere and it is diagnosed. Only in a field that asks for an input does a paste fill the field.")
	p.blank()
	p.text(a.look.strong, "Marks")
	for _, status := range []checks.Status{checks.Pass, checks.Warn, checks.Fail, checks.Unknown, checks.Skip, guide.Todo} {
		p.hang("  "+a.look.mark(status)+" ", plain, meanings[status])
	}
	p.blank()
	p.text(plain, "klyra-doctor "+a.options.Version+". What you paste stays on this machine; only checks that you start use the network.")
	return picture{lines: scrolled(&s.view, p.lines, columns, height)}
}

// everywhere returns the keys that all screens have. While something is typed, ? is a letter.
func everywhere(typing bool) []key.Binding {
	bs := []key.Binding{does(keyHelp, "help; F1 too, also while a field is filled in"), does(keyInterrupt, "quit at once")}
	if typing {
		bs[0] = keyHelpTyped
	}
	if runtime.GOOS == "windows" {
		return bs
	}
	return append(bs, does(keySuspend, "suspend the program; fg comes back"))
}

// meanings say what the statuses mean.
var meanings = map[checks.Status]string{
	checks.Pass: "pass: nothing wrong was found; fixed: what x wrote passes; done: you ticked it, or x did it", checks.Warn: "warn: it works, but something deserves a look",
	checks.Fail: "fail: this is wrong", checks.Unknown: "unknown: the check ran, but could not tell",
	checks.Skip: "skip: left out, with the reason beside it", guide.Todo: "to do",
}
