package ui

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"
)

// The keys of all screens. Letters work only where no field has the focus.
var (
	keyInterrupt = binding("ctrl+c", "quit", "ctrl+c")
	keySuspend   = binding("ctrl+z", "suspend", "ctrl+z")
	keyHelp      = binding("?", "help", "?", "f1")
	keyHelpTyped = binding("F1", "help", "f1")
	keyQuit      = binding("q", "quit", "q")
	keyBack      = binding("esc", "back", "esc", "alt+esc") // several escapes at once come as alt+esc
	keyEnter     = binding("enter", "open", "enter")
	keyPaste     = binding("ctrl+d", "paste", "ctrl+d", "ctrl+v")
	keyCopy      = binding("c", "copy", "c")

	keyUp       = binding("up", "up", "up", "ctrl+p")
	keyDown     = binding("down", "down", "down", "ctrl+n")
	keyPrevious = binding("k", "up", "up", "ctrl+p", "k")
	keyNext     = binding("j", "down", "down", "ctrl+n", "j")
	keyPageUp   = binding("pgup", "page up", "pgup", "alt+v")
	keyPageDown = binding("pgdn", "page down", "pgdown")
	keyMove     = binding("up/down", "select", "up", "down")

	keyChecklist = binding("f", "start the checklist", "f")
	keyFix       = binding("enter", "start the checklist", "enter", "f")
	keyPage      = binding("o", "its page", "o")
	keyNew       = binding("n", "new paste", "n", "ctrl+d", "ctrl+v")
	keyAgain     = binding("r", "run again", "r")
	keySkip      = binding("s", "skip", "s")
	keyTick      = binding("space", "tick", "space")
	keyEdit      = binding("e", "edit", "e", "i")
	keyMend      = binding("x", "mend the content", "x")
	keyReport    = binding("p", "report", "p")
	keySave      = binding("w", "save", "w", "enter")
	keyTab       = binding("tab", "other input", "tab", "shift+tab")
	keySamples   = binding("ctrl+s", "sandbox samples", "ctrl+s")
	keyYes       = binding("y", "it went through", "y")
	keyNo        = binding("n", "it failed again", "n")
	keySend      = binding("y", "send it", "y")
	keyAsText    = binding("ctrl+t", "check it as text", "ctrl+t")
	keyDiagnose  = binding("ctrl+d", "diagnose", "ctrl+d")
	keyClear     = binding("ctrl+u", "clear", "ctrl+u")
	keyErase     = binding("backspace", "erase", "backspace", "ctrl+h")
)

func binding(shown, does string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, does))
}

// does returns a binding that says what its key does here.
func does(b key.Binding, what string) key.Binding {
	b.SetHelp(b.Help().Key, what)
	return b
}

// scroll moves a viewport by a key, and reports whether the key was one that does.
func scroll(v *viewport.Model, k tea.KeyPressMsg) bool {
	switch {
	case key.Matches(k, keyPrevious):
		v.ScrollUp(1)
	case key.Matches(k, keyNext):
		v.ScrollDown(1)
	default:
		return scrollPage(v, k)
	}
	return true
}

// scrolling returns the key that shows more of what a viewport shows; none where all of it is seen.
func scrolling(v viewport.Model) []key.Binding {
	switch {
	case v.TotalLineCount() <= v.Height():
		return nil
	case v.AtBottom():
		return []key.Binding{does(keyPageUp, "back up")}
	}
	return []key.Binding{does(keyPageDown, "more")}
}

// scrollPage is scroll for screens whose arrows select.
func scrollPage(v *viewport.Model, k tea.KeyPressMsg) bool {
	switch {
	case key.Matches(k, keyPageUp):
		v.PageUp()
	case key.Matches(k, keyPageDown):
		v.PageDown()
	case k.String() == "home":
		v.GotoTop()
	case k.String() == "end":
		v.GotoBottom()
	default:
		return false
	}
	return true
}
