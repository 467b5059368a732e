package ui

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
	"klyra-doctor/checks/mend"
)

// fixing is the fix of the content that is on its way, or what the last one has done.
type fixing struct {
	run     int      // number of the one on its way; 0 where none is
	runs    int      // how many there have been
	fix     mend.Fix // of the one on its way
	cancel  context.CancelFunc
	instead string // what to do instead of the last one, which could not be done; "" for nothing
}

type mendedMsg struct {
	run    int
	fix    mend.Fix
	from   string // the content's name
	mended Mended
	err    error
}

// fix returns what can be done about the content that the selected step has checked.
func (s *checklistScreen) fix() (mend.Fix, bool) {
	step, content := s.step(), s.list.Target.Content
	if step.Check != catalog.ContentCheck || step.Result == nil || content == nil || content.Parts != nil || s.fixing.run > 0 {
		return "", false
	}
	fixes := mend.Offered(*step.Result)
	if len(fixes) == 0 {
		return "", false
	}
	return fixes[0], true
}

// mend begins what can be done about the content.
func (s *checklistScreen) mend(a *app) tea.Cmd {
	fix, ok := s.fix()
	if !ok {
		a.notice = "Nothing can be done about this step's content from here."
		return nil
	}
	f := &s.fixing
	f.runs++
	f.run, f.fix, f.instead = f.runs, fix, ""
	ctx, cancel := context.WithCancel(s.ctx)
	f.cancel = cancel
	return a.mend(ctx, s.place, f.run, fix, *s.list.Target.Content)
}

// mend does a fix. The app does not end before it has: what was begun is taken away again.
func (a *app) mend(ctx context.Context, to place, run int, fix mend.Fix, content checks.Content) tea.Cmd {
	file := a.file
	return reply(to, func() tea.Msg {
		a.writing.RLock()
		defer a.writing.RUnlock()
		mended, err := a.options.Effects.Mend(ctx, fix, content, file)
		return mendedMsg{run, fix, content.Name, mended, err}
	})
}

// mended puts what a fix has made in the content's place, which is then checked.
func (s *checklistScreen) mended(a *app, msg mendedMsg) tea.Cmd {
	if msg.run != s.fixing.run { // the content is another one since
		if msg.err == nil && len(msg.mended.Contents) > 0 {
			a.notice = safe.EscapeLine("Written: " + msg.mended.Path)
		}
		return nil
	}
	s.stopFix()
	switch {
	case msg.err != nil:
		a.notice = safe.EscapeLine("Could not " + msg.fix.Does() + ": " + msg.err.Error())
		s.fixing.instead = insteadOf(msg.err)
		return nil
	case msg.mended.Needless != "":
		a.notice = safe.EscapeLine("Nothing was written: " + msg.mended.Needless)
		return nil
	}
	content := msg.mended.Contents[0]
	if msg.fix == mend.Chunk {
		content = checks.Content{
			Name: filepath.Base(msg.mended.Path), Size: content.Size, Open: content.Open, Parts: msg.mended.Contents,
		}
	} else {
		a.file = msg.mended.Path
	}
	fixed := guide.Fixed{Fix: string(msg.fix), Of: msg.from, Path: msg.mended.Path, Send: msg.fix.Sends(content.Name), Did: msg.mended.Did}
	set := func(c guide.Checklist) guide.Checklist { return c.SetFixed(content, fixed) }
	s.list, a.target = set(s.list), set(guide.Checklist{Target: a.target}).Target
	a.notice = safe.EscapeLine("Written: " + msg.mended.Path)
	return s.proceed(a)
}

// insteadOf says what to do instead of a fix that cannot be done; "" where nothing is known.
func insteadOf(err error) string {
	var undone mend.Undone
	var misfit mend.Misfit
	if errors.As(err, &undone); undone.Hint == "" {
		errors.As(err, &misfit)
	}
	return cmp.Or(undone.Hint, misfit.Hint)
}

// stopFix ends the fix that is on its way, if any: what it has begun is taken away again.
func (s *checklistScreen) stopFix() {
	if s.fixing.run > 0 {
		s.fixing.cancel()
	}
	s.fixing.run, s.fixing.instead = 0, ""
}

// writeFix writes what can be done about the content of the selected step, or what was done.
func (s *checklistScreen) writeFix(l look, p *page) {
	if s.step().Check != catalog.ContentCheck {
		return
	}
	f := s.fixing
	if fix, ok := s.fix(); ok {
		name := s.list.Target.Content.Name
		output := mend.OutputName(fix, name, "")
		switch fix {
		case mend.Chunk:
			output = "the folder " + output
		case mend.Decode:
			output += " and the ending of its type"
		}
		p.hang("  ", l.strong, safe.EscapeLine("Press x to "+fix.Does()+". It is written to the current folder as "+output+", or under the next free name; "+name+" stays as it is."))
	}
	if f.run > 0 {
		p.hang("  ", l.strong, "At work: "+f.fix.Does())
	}
	if f.instead != "" {
		p.hang("  ", l.strong, safe.EscapeLine("That could not be done. Instead: "+f.instead+"."))
	}
}

// writeFixed writes what a fix has made of the content: on the step that checks it, what was done; there and on the
// last one, what to send.
func (s *checklistScreen) writeFixed(l look, p *page) {
	fixed := s.list.Fixed
	measures := s.step().Check == catalog.ContentCheck && s.step().Kind == catalog.CheckStep
	if fixed == nil || !measures && !s.atLast() {
		return
	}
	at := "It is in " + filepath.Dir(fixed.Path) + ". "
	if send := s.list.ToSend(); send != "" && !measures {
		p.text(l.strong, safe.EscapeLine("Send it "+send+". "+at))
	}
	if measures {
		p.text(plain, safe.EscapeLine(at+"What x did: "+strings.Join(fixed.Did, "; ")+"."))
	}
	p.blank()
}
