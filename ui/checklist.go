package ui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// checklistScreen leads through a checklist: what can run runs by itself, what is missing is asked for. The
// selection stays where the user put it: a check that answers does not move it.
type checklistScreen struct {
	place
	list     guide.Checklist
	selected int
	asking   bool // whether the request went through, at the last step
	form     *form
	forms    int // how many have been opened
	copies   int // of the selected step's blocks
	view     viewport.Model

	fixing  fixing
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
	s := &checklistScreen{place: a.place(), list: list, view: newViewport(), runs: map[int]run{}}
	a.open(s)
	cmd := s.proceed(a)
	s.lead(a, s.goesOnLive, s.goesOn, s.isCheck)
	return cmd
}

func (s *checklistScreen) title() string {
	if s.list.Unanswered {
		return "no answer from the API: checklist"
	}
	return string(s.list.Entry.Code) + " checklist"
}
func (s *checklistScreen) typing() bool { return s.form != nil }

func (s *checklistScreen) bindings() []key.Binding {
	if s.form != nil {
		return s.form.bindings()
	}
	if s.asking {
		return []key.Binding{keyYes, keyNo, does(keyBack, "not sent yet")}
	}
	bs := s.stepBindings()
	if _, found := s.otherCode(); found {
		bs = append(bs, does(keyPage, "its checklist"))
	}
	bs = append(append(bs, keyBack), scrolling(s.view)...)
	if s.enterDoes() != showReport {
		bs = append(bs, keyReport)
	}
	if len(s.list.Steps) > 1 {
		bs = append(bs, keyMove)
	}
	return append(bs, keySkip, keyQuit)
}

// stepBindings returns the keys of the selected step.
func (s *checklistScreen) stepBindings() []key.Binding {
	step, bs := s.step(), []key.Binding{does(keyEnter, s.enterDoes())}
	if (step.Kind == catalog.DoStep || step.Check == catalog.RequestCheck) && !s.atLast() {
		bs = append(bs, does(keyTick, "tick when done"))
	}
	if s.sendsAgain() {
		bs = append(bs, does(keyTick, sentAgain))
	}
	var changes []key.Binding
	if fix, ok := s.fix(); ok {
		changes = append(changes, does(keyMend, fix.Does()))
	}
	switch inputs := s.list.Inputs(s.selected); {
	case len(inputs) == 0 || s.enterDoes() == giveInput:
	case len(inputs) == 1:
		changes = append(changes, does(keyEdit, "edit the "+inputs[0].String()))
	default:
		changes = append(changes, keyEdit)
	}
	if step.Kind == catalog.CheckStep {
		changes = append(changes, keyAgain)
	}
	if step.Result != nil && len(step.Result.Blocks) > 0 {
		changes = append(changes, keyCopy)
	}
	if step.Status == checks.Fail || step.Status == checks.Unknown {
		return append(changes, bs...)
	}
	return append(bs, changes...)
}

func (s *checklistScreen) step() guide.Step { return s.list.Steps[s.selected] }

// otherCode returns the entry of the error that the API answered the selected step's check with, where that is
// another one than the checklist's.
func (s *checklistScreen) otherCode() (catalog.Entry, bool) {
	r := s.step().Result
	if r == nil || r.Status != checks.Fail || r.Code == s.list.Entry.Code {
		return catalog.Entry{}, false
	}
	return catalog.Lookup(string(r.Code))
}

// atLast reports whether the selected step is the one that sends the request again.
func (s *checklistScreen) atLast() bool {
	return s.selected == len(s.list.Steps)-1 && s.step().Kind == catalog.DoStep
}

// sendsAgain reports whether the selected step is the last one, the paste shows the request that it is about, and
// the user has neither seen it go through nor left it out.
func (s *checklistScreen) sendsAgain() bool {
	step := s.step()
	return s.atLast() && s.list.Target.Request != nil && step.Status != checks.Pass && (step.Status != checks.Skip || step.Needless)
}

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
	case mendedMsg:
		return s.mended(a, msg)
	case tickedMsg:
		return s.ticked(a, msg.now)
	}
	return nil
}

func (s *checklistScreen) pressed(a *app, k tea.KeyPressMsg) tea.Cmd {
	if s.asking {
		s.asking = false
		return s.answered(a, k)
	}
	switch {
	case key.Matches(k, keyBack):
		a.back()
	case key.Matches(k, keyPrevious):
		s.choose(s.selected - 1)
	case key.Matches(k, keyNext):
		s.choose(s.selected + 1)
	case key.Matches(k, keyEnter):
		return s.enter(a)
	case key.Matches(k, keyAgain):
		return s.again(a)
	case key.Matches(k, keySkip):
		return s.skip(a)
	case key.Matches(k, keyTick):
		return s.tick(a)
	case key.Matches(k, keyEdit):
		if len(s.list.Inputs(s.selected)) == 0 {
			a.notice = "This step reads no input: there is nothing to edit."
		}
		s.edit(a)
	case key.Matches(k, keyCopy):
		return s.copyBlock(a)
	case key.Matches(k, keyMend):
		return s.mend(a)
	case key.Matches(k, keyReport):
		return a.openReport(s.list)
	case key.Matches(k, keyPage):
		if other, found := s.otherCode(); found {
			target := a.target
			target.ResponseAt = s.list.Target.ResponseAt
			return a.openChecklist(guide.New(other, target, s.list.Diagnosis))
		}
	default:
		scrollPage(&s.view, k)
	}
	return nil
}

// answered takes the answer to whether the request went through. Any other key does what it always does.
func (s *checklistScreen) answered(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, keyYes):
		s.list = s.list.Tick(s.selected)
		return s.proceed(a)
	case key.Matches(k, keyNo):
		a.notice = "Not solved, then: p shows the report, which support can work with."
		return nil
	case key.Matches(k, keyBack):
		return nil
	}
	return s.pressed(a, k)
}

func (s *checklistScreen) choose(i int) {
	i = max(0, min(i, len(s.list.Steps)-1))
	if i != s.selected {
		s.selected, s.copies = i, 0
		s.view.GotoTop()
	}
}

// What enter does on a step, as the footer names it.
const (
	giveInput  = "fill in"
	seeRequest = "see it, then send it"
	sentAgain  = "say how it went"
	showReport = "report"
	goOn       = "next"
)

// enterDoes says what enter does on the selected step. It never settles one: space does that.
func (s *checklistScreen) enterDoes() string {
	switch {
	case s.lacks(s.selected):
		return giveInput
	case s.sendsAgain():
		return seeRequest
	case s.atLast() && s.step().Status == guide.Todo:
		return sentAgain
	case s.selected == len(s.list.Steps)-1:
		return showReport
	}
	return goOn
}

func (s *checklistScreen) enter(a *app) tea.Cmd {
	switch s.enterDoes() {
	case giveInput:
		s.edit(a)
	case seeRequest:
		return a.openReplay(s)
	case sentAgain:
		s.asking = true
	case showReport:
		return a.openReport(s.list)
	case goOn:
		s.choose(s.selected + 1)
		if s.lacks(s.selected) {
			s.edit(a)
		}
	}
	return nil
}

// again runs the selected step anew; a running check is stopped first.
func (s *checklistScreen) again(a *app) tea.Cmd {
	s.list = s.list.Again(s.selected)
	cmd := s.proceed(a)
	if s.lacks(s.selected) {
		s.edit(a)
	}
	return cmd
}

// skip leaves the selected step out, or takes that back.
func (s *checklistScreen) skip(a *app) tea.Cmd {
	if s.step().Status == checks.Skip {
		return s.again(a)
	}
	s.list = s.list.Skip(s.selected, "skipped by you")
	return s.settled(a)
}

// tick settles a step of the user's own, or takes that back. That the request went through is asked for.
func (s *checklistScreen) tick(a *app) tea.Cmd {
	if s.step().Status != checks.Pass {
		a.notice = s.stillWaits()
	}
	if s.atLast() && s.step().Status != checks.Pass {
		s.asking = true
		return nil
	}
	taken := s.step().Status == checks.Pass
	s.list = s.list.Tick(s.selected)
	if taken || s.step().Kind == catalog.CheckStep {
		return s.proceed(a)
	}
	return s.settled(a)
}

// settled goes on from a step that the user has settled to the next one.
func (s *checklistScreen) settled(a *app) tea.Cmd {
	cmd := s.proceed(a)
	s.lead(a, s.goesOn, s.todo, s.wrong)
	return cmd
}

// edit asks for the inputs of the selected step.
func (s *checklistScreen) edit(a *app) {
	if inputs := s.list.Inputs(s.selected); len(inputs) > 0 {
		s.forms++
		s.form = newForm(a, s.forms, s.list.Target, inputs, s.list.Missing(s.selected))
	}
}

// proceed starts every check that can start, and stops those that nobody waits for any more.
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

// checked records a result. One that nobody waits for any more changes nothing. Where a check lacks the key,
// it is asked for.
func (s *checklistScreen) checked(a *app, msg checkedMsg) tea.Cmd {
	waited := s.runs[msg.step].number == msg.run
	s.list = s.list.Record(msg.step, msg.run, msg.result)
	if waited && msg.step == s.selected && s.form == nil && lacksKey(msg.result) {
		s.edit(a)
	}
	return s.proceed(a)
}

func lacksKey(r checks.Result) bool {
	return slices.ContainsFunc(r.Findings, func(f checks.Finding) bool { return f.ID == "key.missing" })
}

func (s *checklistScreen) ticked(a *app, now time.Time) tea.Cmd {
	s.now = now
	for i, r := range s.runs {
		if r.since.IsZero() {
			r.since = now
			s.runs[i] = r
		}
	}
	switch {
	case len(s.runs) > 0:
		return a.tick(s.place, tickEvery)
	case s.waits():
		return a.tick(s.place, countEvery)
	}
	s.ticking = false
	return nil
}

// copyBlock copies a block of the selected step, the next one every time.
func (s *checklistScreen) copyBlock(a *app) tea.Cmd {
	r := s.step().Result
	if r == nil || len(r.Blocks) == 0 {
		return nil
	}
	blocks := slices.Clone(r.AsOf(s.now).Blocks) // in the order in which they are shown
	slices.SortStableFunc(blocks, func(a, b checks.Block) int { return cmp.Compare(min(len(a.Client), 1), min(len(b.Client), 1)) })
	b := blocks[s.copies%len(blocks)]
	s.copies++
	if len(blocks) == 1 {
		return a.copy("“"+b.Title+"”", b.Text)
	}
	next := blocks[s.copies%len(blocks)].Title
	return a.copy(fmt.Sprintf("“%s” (c again: “%s”)", b.Title, next), b.Text)
}

// lead selects the next step, from the selected one on and round, for which the first of some conditions
// holds that holds for any, and asks there for what is missing.
func (s *checklistScreen) lead(a *app, conditions ...func(int) bool) {
	n := len(s.list.Steps)
	for _, holds := range conditions {
		for i := range n {
			if at := (s.selected + i) % n; holds(at) {
				s.choose(at)
				if s.lacks(at) {
					s.edit(a)
				}
				return
			}
		}
	}
}

func (s *checklistScreen) isCheck(i int) bool { return s.list.Steps[i].Kind == catalog.CheckStep }
func (s *checklistScreen) running(i int) bool { return s.list.Steps[i].Running }
func (s *checklistScreen) todo(i int) bool    { return s.list.Steps[i].Status == guide.Todo }

func (s *checklistScreen) wrong(i int) bool {
	status := s.list.Steps[i].Status
	return status == checks.Fail || status == checks.Unknown
}

// lacks reports whether a step is held back by an input that is not known.
func (s *checklistScreen) lacks(i int) bool { return s.todo(i) && len(s.list.Missing(i)) > 0 }

// goesOnLive is goesOn for the code's own checks: what a pasted request has wrong is seldom what the code is about.
func (s *checklistScreen) goesOnLive(i int) bool {
	return s.goesOn(i) && s.list.Steps[i].Check != catalog.RequestCheck
}

// goesOn reports whether a step runs, or would but for an input.
func (s *checklistScreen) goesOn(i int) bool { return s.list.Steps[i].Running || s.lacks(i) }

// opened takes the file that the form has asked for.
func (s *checklistScreen) opened(a *app, msg openedMsg) tea.Cmd {
	if s.form == nil || s.form.run != msg.run {
		return nil
	}
	if msg.err != nil {
		s.form.failed(msg.err.Error())
		return nil
	}
	return s.fillContent(a, msg.content, msg.path)
}

// fillContent takes a content from the form, and the path of its file, if it is one.
func (s *checklistScreen) fillContent(a *app, content checks.Content, file string) tea.Cmd {
	a.file = file
	s.stopFix()
	return s.fill(a, func(c guide.Checklist) guide.Checklist { return c.SetContent(content, guide.Typed) })
}

// fill takes an input from the form, for this checklist and for those that will be opened later.
func (s *checklistScreen) fill(a *app, set func(guide.Checklist) guide.Checklist) tea.Cmd {
	s.list = set(s.list)
	a.target = set(guide.Checklist{Target: a.target}).Target
	if s.step().Needless { // the input was another step's, which goes on in its place
		s.form = nil
		cmd := s.proceed(a)
		s.lead(a, s.running)
		return tea.Batch(cmd, a.secretsChanged())
	}
	if s.form.next(s.list.Missing(s.selected)) {
		return tea.Batch(s.proceed(a), a.secretsChanged())
	}
	s.form = nil
	if s.step().Kind == catalog.CheckStep { // it stays selected, to show what comes of the input
		return tea.Batch(s.proceed(a), a.secretsChanged())
	}
	return tea.Batch(s.settled(a), a.secretsChanged())
}

// secretsChanged draws the open paste anew: what was typed as a key is masked there too.
func (a *app) secretsChanged() tea.Cmd {
	if i := a.diagnosis(); i >= 0 {
		return a.screens[i].(*diagnosisScreen).look(a)
	}
	return nil
}
