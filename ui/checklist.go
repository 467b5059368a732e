package ui

import (
	"context"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// checklistScreen leads through a checklist: what can run runs by itself, what is missing is asked for.
type checklistScreen struct {
	place
	list     guide.Checklist
	selected int
	guided   bool // the selection goes where there is something to be done, until the user moves it
	acted    bool // the user settled a step, and no check has answered since
	form     *form
	forms    int // how many have been opened
	view     viewport.Model

	runs    map[int]run // of the steps that are running
	now     time.Time   // of the last tick
	ticking bool
}

// run is a check on its way.
type run struct {
	number int
	since  time.Time // zero until the first tick
	cancel context.CancelFunc
}

// openChecklist begins a checklist and all of its checks that can start.
func (a *app) openChecklist(list guide.Checklist) tea.Cmd {
	s := &checklistScreen{place: a.place(), list: list, guided: true, view: newViewport(), runs: map[int]run{}}
	a.open(s)
	return s.proceed(a)
}

func (s *checklistScreen) title() string {
	if s.list.Entry.Code == "" {
		return "checklist for a missing answer"
	}
	return string(s.list.Entry.Code) + " checklist"
}
func (s *checklistScreen) typing() bool { return s.form != nil }

func (s *checklistScreen) bindings() []key.Binding {
	if s.form != nil {
		return s.form.bindings()
	}
	var bs []key.Binding
	if what := s.enterDoes(); what != "" {
		bs = append(bs, does(keyEnter, what))
	}
	bs = append(bs, keyReport, keyMove)
	step := s.step()
	if step.Kind == catalog.CheckStep && s.enterDoes() != runAgain {
		bs = append(bs, keyAgain)
	}
	if len(s.list.Inputs(s.selected)) > 0 {
		bs = append(bs, keyEdit)
	}
	if step.Kind == catalog.DoStep && s.enterDoes() != tickIt {
		bs = append(bs, keyTick)
	}
	return append(bs, keySkip, keyScroll, keyBack, keyQuit)
}

func (s *checklistScreen) step() guide.Step { return s.list.Steps[s.selected] }

func (s *checklistScreen) update(a *app, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if s.form != nil {
			return s.form.pressed(a, s, msg)
		}
		return s.pressed(a, msg)
	case pastedMsg:
		s.form.pasted(msg.text)
	case openedMsg:
		return s.opened(a, msg)
	case checkedMsg:
		return s.checked(a, msg)
	case tickedMsg:
		return s.ticked(a, msg.now)
	}
	return nil
}

func (s *checklistScreen) pressed(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, keyBack):
		a.back()
	case key.Matches(k, keyPrevious):
		s.move(s.selected - 1)
	case key.Matches(k, keyNext):
		s.move(s.selected + 1)
	case key.Matches(k, keyEnter):
		return s.enter(a)
	case key.Matches(k, keyAgain):
		return s.again(a)
	case key.Matches(k, keySkip):
		return s.skip(a)
	case key.Matches(k, keyTick):
		return s.tick(a)
	case key.Matches(k, keyEdit):
		s.edit()
	case key.Matches(k, keyReport):
		return a.openReport(s.list)
	default:
		scrollPage(&s.view, k)
	}
	return nil
}

// move selects a step; from then on the selection is the user's.
func (s *checklistScreen) move(to int) {
	s.guided = false
	s.choose(to)
}

func (s *checklistScreen) choose(i int) {
	i = max(0, min(i, len(s.list.Steps)-1))
	if i != s.selected {
		s.selected = i
		s.view.GotoTop()
	}
}

// What enter does on a step, as the footer names it.
const (
	runAgain   = "run again"
	giveInput  = "fill in"
	tickIt     = "mark as done"
	showReport = "report"
	goOn       = "next step"
)

// enterDoes says what enter does on the selected step: what is most likely wanted there.
func (s *checklistScreen) enterDoes() string {
	step, last := s.step(), s.selected == len(s.list.Steps)-1
	switch {
	case step.Running:
		return ""
	case len(s.list.Missing(s.selected)) > 0:
		return giveInput
	case step.Kind == catalog.CheckStep && step.Status != checks.Pass && step.Status != checks.Warn:
		return runAgain
	case step.Kind == catalog.DoStep && step.Status == guide.Todo:
		return tickIt
	case last:
		return showReport
	}
	return goOn
}

func (s *checklistScreen) enter(a *app) tea.Cmd {
	switch s.enterDoes() {
	case giveInput:
		s.edit()
	case runAgain:
		return s.again(a)
	case tickIt:
		return s.tick(a)
	case showReport:
		return a.openReport(s.list)
	case goOn:
		s.move(s.selected + 1)
	}
	return nil
}

// again runs the selected step anew; a running check is stopped first.
func (s *checklistScreen) again(a *app) tea.Cmd {
	s.guided = false
	s.list = s.list.Again(s.selected)
	cmd := s.proceed(a)
	if len(s.list.Missing(s.selected)) > 0 {
		s.edit()
	}
	return cmd
}

// skip leaves the selected step out, or takes that back.
func (s *checklistScreen) skip(a *app) tea.Cmd {
	if s.step().Status == checks.Skip {
		return s.again(a)
	}
	s.list = s.list.Skip(s.selected, "skipped by you")
	s.guided, s.acted = true, true
	return s.proceed(a)
}

func (s *checklistScreen) tick(a *app) tea.Cmd {
	ticked, last := s.step().Status == checks.Pass, s.selected == len(s.list.Steps)-1
	s.list = s.list.Tick(s.selected)
	s.guided, s.acted = !ticked && !last, true
	return s.proceed(a)
}

// edit asks for the inputs of the selected step.
func (s *checklistScreen) edit() {
	if inputs := s.list.Inputs(s.selected); len(inputs) > 0 {
		s.forms++
		s.form = newForm(s.forms, inputs, s.list.Missing(s.selected))
	}
}

// proceed starts every check that can start, stops those that nobody waits for any more, and leads the user
// to what is to be done next.
func (s *checklistScreen) proceed(a *app) tea.Cmd {
	s.stopStale()
	var cmds []tea.Cmd
	for _, i := range s.list.Ready() {
		cmds = append(cmds, s.start(a, i))
	}
	if len(cmds) > 0 && !s.ticking {
		s.ticking = true
		cmds = append(cmds, a.tick(s.place, 0))
	}
	s.lead()
	return tea.Batch(cmds...)
}

func (s *checklistScreen) stopStale() {
	for i, r := range s.runs {
		if !s.list.Steps[i].Running {
			r.cancel()
			delete(s.runs, i)
		}
	}
}

func (s *checklistScreen) start(a *app, i int) tea.Cmd {
	ctx, cancel := context.WithCancel(s.ctx)
	list, number := s.list.Start(i)
	s.list, s.runs[i] = list, run{number: number, cancel: cancel}
	return a.check(ctx, s.place, i, number, list.Steps[i].Check, list.Target)
}

// checked records a result. One that nobody waits for any more changes nothing.
func (s *checklistScreen) checked(a *app, msg checkedMsg) tea.Cmd {
	s.list = s.list.Record(msg.step, msg.run, msg.result)
	s.acted = false
	return s.proceed(a)
}

func (s *checklistScreen) ticked(a *app, now time.Time) tea.Cmd {
	s.now = now
	for i, r := range s.runs {
		if r.since.IsZero() {
			r.since = now
			s.runs[i] = r
		}
	}
	s.ticking = len(s.runs) > 0
	if !s.ticking {
		return nil
	}
	return a.tick(s.place, tickEvery)
}

// lead selects the step where something is to be done, and asks there for what is missing.
func (s *checklistScreen) lead() {
	if !s.guided || s.form != nil {
		return
	}
	s.choose(s.attention())
	if len(s.list.Missing(s.selected)) > 0 && s.step().Status == guide.Todo {
		s.edit()
	}
}

// attention returns the step that matters most now. While checks answer that is the first failure, then what
// runs or lacks an input, then what could not be told; once the user acts it is the next step to do.
func (s *checklistScreen) attention() int {
	failed := func(i int) bool { return s.list.Steps[i].Status == checks.Fail }
	untold := func(i int) bool { return s.list.Steps[i].Status == checks.Unknown }
	todo := func(i int) bool { return s.list.Steps[i].Status == guide.Todo }
	going := func(i int) bool { return s.list.Steps[i].Running || todo(i) && len(s.list.Missing(i)) > 0 }
	order, from := []func(int) bool{failed, going, untold, todo}, 0
	if s.acted {
		order, from = []func(int) bool{going, todo, failed, untold}, s.selected
	}
	n := len(s.list.Steps)
	for _, wanted := range order {
		for i := range n {
			if at := (from + i) % n; wanted(at) {
				return at
			}
		}
	}
	return n - 1
}

// opened takes the file that the form has asked for.
func (s *checklistScreen) opened(a *app, msg openedMsg) tea.Cmd {
	if s.form == nil || s.form.run != msg.run {
		return nil
	}
	if msg.err != nil {
		s.form.failed(msg.err.Error())
		return nil
	}
	return s.fill(a, func(c guide.Checklist) guide.Checklist { return c.SetContent(msg.content, typed) })
}

// fill takes an input from the form, for this checklist and for those that will be opened later.
func (s *checklistScreen) fill(a *app, set func(guide.Checklist) guide.Checklist) tea.Cmd {
	s.list = set(s.list)
	a.target = set(guide.Checklist{Target: a.target}).Target
	if s.form.next(s.list.Missing(s.selected)) {
		return tea.Batch(s.proceed(a), a.secretsChanged())
	}
	// At a check the selection stays, to show what comes of the input, unless another is asked for.
	s.form, s.guided = nil, s.step().Kind != catalog.CheckStep || s.lacks()
	return tea.Batch(s.proceed(a), a.secretsChanged())
}

// lacks reports whether a step that is still to do lacks an input.
func (s *checklistScreen) lacks() bool {
	for i, step := range s.list.Steps {
		if step.Status == guide.Todo && len(s.list.Missing(i)) > 0 {
			return true
		}
	}
	return false
}

// secretsChanged draws the open paste anew: what was typed as a key is masked there too.
func (a *app) secretsChanged() tea.Cmd {
	if i := a.diagnosis(); i >= 0 {
		return a.screens[i].(*diagnosisScreen).look(a)
	}
	return nil
}
