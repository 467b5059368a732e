// Package guide leads through the checklist of a code: a value that check results and the user's acts
// settle step by step, what it amounts to, and the report made of it.
package guide

import (
	"cmp"
	"slices"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

// Todo is the status of a step that nothing has settled yet.
const Todo checks.Status = "todo"

// Step is a step of a running checklist.
type Step struct {
	catalog.Step
	Status  checks.Status  // Todo until it is settled
	Running bool           // its check has been started and has not answered
	Result  *checks.Result // of its check's last run, or of sending the request again; nil before that, and once an input it read was changed
	Reason  string         // in words, why it was skipped or how it was settled; "" where its result says so

	// Needless says that it was skipped because it has no point now: the check it needs has failed, or another
	// input stands in for its own.
	Needless bool
	// Fixed says that what a fix has written settled it: it passes the content check, or it is what a DoStep asks for.
	// The original passes no better than before.
	Fixed bool

	run int // of the result it waits for
}

// Checklist is the checklist of one code on its way. It is a value: every method that changes it returns
// the changed one and leaves the receiver as it was.
type Checklist struct {
	Entry     catalog.Entry
	Target    checks.Target    // what the checks read
	Diagnosis *paste.Diagnosis // of the paste it began with; nil where there was none
	Steps     []Step
	// Unanswered says that the paste shows no answer of the API: the entry's code is then only the nearest.
	Unanswered bool
	// ByApp says in words how the app is opened on the request that the paste shows, to send it again; "" where
	// there is none to be sent, and in the app itself.
	ByApp string
	Fixed *Fixed // what a fix has written in the content's place; nil where none has

	runs int
}

// New begins the checklist of an entry. What the diagnosis holds (endpoint, URL, key, rate-limit state)
// fills what target does not know yet; diagnosis may be nil.
func New(entry catalog.Entry, target checks.Target, diagnosis *paste.Diagnosis) Checklist {
	c := Checklist{Entry: entry, Target: fill(target, diagnosis), Diagnosis: diagnosis}
	if f, found := c.Finding(); found {
		c.Target.Pasted = &f
	}
	if c.Target.Request != nil {
		c.Steps = append(c.Steps, Step{Step: judgeRequest, Status: Todo})
	}
	for _, s := range entry.Steps {
		c.Steps = append(c.Steps, Step{Step: s, Status: Todo})
	}
	return c.settled()
}

// judgeRequest is the first step where the paste shows the request. It is the one check that the user settles:
// what was pasted stays as it was.
var judgeRequest = catalog.Step{
	Kind: catalog.CheckStep, Title: "Look at the request that you pasted", Check: catalog.RequestCheck,
	Detail: "Reads the headers, the key, the body and the URL in it, without sending anything. What it finds has to be " +
		"mended in your program: tick this step once it is.",
}

// fill completes a target with the facts of a paste. What is known already wins, but for what was TypedBefore.
func fill(t checks.Target, d *paste.Diagnosis) checks.Target {
	if d == nil {
		return t
	}
	from := map[catalog.Input]string{}
	for input, source := range t.From {
		from[input] = source
	}
	t.From = from
	if d.Request != nil {
		t = fillFromRequest(t, d.Request)
		if len(d.Request.Headers) > 0 || !d.Request.Content.Empty() {
			t.Request = d.Request
		}
	}
	if showsLimits(d) {
		t.Response = d
	}
	return t
}

// fillFromRequest completes a target with what a pasted request shows. Under the sandbox only the path counts.
func fillFromRequest(t checks.Target, r *paste.Request) checks.Target {
	own := t.API.Owns(r.Address.Reveal())
	open := t.Endpoint == "" || t.From[catalog.EndpointInput] == TypedBefore
	if open && r.Path != "" && (own || t.Sandbox) {
		t.Endpoint, t.From[catalog.EndpointInput] = r.Path, pasted
	}
	if t.Sandbox {
		return t
	}
	t = t.WithKeyOf(r, pasted)
	if t.URL == "" && !r.ContentURL.Empty() {
		t.URL, t.URLPasted, t.From[catalog.URLInput] = r.ContentURL.Reveal(), true, pasted
	}
	return t
}

// Where inputs came from, in words.
const (
	pasted = "the paste"
	// Typed is the source of what the user has filled in.
	Typed = "what you typed"
	// TypedBefore is the source of what the user has filled in for another error than the pasted one.
	TypedBefore = "what you typed before this paste"
)

// showsLimits reports whether a paste says anything about rate limits.
func showsLimits(d *paste.Diagnosis) bool {
	if d.RateLimit != nil {
		return true
	}
	return slices.ContainsFunc(d.Findings, func(f paste.Finding) bool { return !f.ResetAt.IsZero() })
}

// Ready returns the indexes of the check steps that can start now: not settled, not running, their inputs
// known, and the check they need settled.
func (c Checklist) Ready() []int {
	var ready []int
	for i, s := range c.Steps {
		if s.Kind == catalog.CheckStep && s.Status == Todo && !s.Running && len(c.Missing(i)) == 0 && !c.waits(s) {
			ready = append(ready, i)
		}
	}
	return ready
}

// waits reports whether the check that a step needs has not answered yet.
func (c Checklist) waits(s Step) bool {
	need := c.find(s.Needs)
	return need >= 0 && (c.Steps[need].Running || c.Steps[need].Status == Todo)
}

// find returns the index of the step that runs a check, or -1.
func (c Checklist) find(check catalog.Check) int {
	if check == (catalog.Check{}) {
		return -1
	}
	return slices.IndexFunc(c.Steps, func(s Step) bool { return s.Kind == catalog.CheckStep && s.Check == check })
}

// Missing returns the inputs that a step cannot do without and that are not known.
func (c Checklist) Missing(i int) []catalog.Input {
	var missing []catalog.Input
	for _, input := range c.wants(i) {
		if !c.Target.Has(input) {
			missing = append(missing, input)
		}
	}
	return missing
}

// wants returns the inputs that a step cannot do without.
func (c Checklist) wants(i int) []catalog.Input {
	switch s := c.Steps[i]; s.Kind {
	case catalog.CheckStep:
		return checks.Needs(s.Check)
	case catalog.AskStep:
		return []catalog.Input{s.Ask}
	}
	return nil
}

// Inputs returns the inputs that can be edited at a step, whether known or not: those that its check reads,
// the one that stands in for them, or what it asks for.
func (c Checklist) Inputs(i int) []catalog.Input {
	s := c.Steps[i]
	if s.Kind == catalog.AskStep {
		return []catalog.Input{s.Ask}
	}
	inputs := checks.Reads(s.Check)
	if s.Or != (catalog.Input{}) {
		inputs = append(slices.Clip(inputs), s.Or)
	}
	return inputs
}

// Start marks a check step as running. The number it returns belongs to this run alone and goes back with
// its result to Record.
func (c Checklist) Start(i int) (Checklist, int) {
	c = c.copied()
	c.runs++
	s := &c.Steps[i]
	s.Running, s.Status, s.run = true, Todo, c.runs
	s.Reason, s.Needless = "", false
	return c, c.runs
}

// Record takes the result of a run. A result that nobody waits for any more is dropped.
func (c Checklist) Record(i, run int, r checks.Result) Checklist {
	if s := c.Steps[i]; !s.Running || s.run != run {
		return c
	}
	c = c.copied()
	s := &c.Steps[i]
	r = counted(r, s.Fails)
	s.Running, s.Status, s.Result = false, r.Status, &r
	return c.settled()
}

// counted turns the findings that a step counts as failures into failures.
func counted(r checks.Result, fails []string) checks.Result {
	r.Findings = slices.Clone(r.Findings)
	for i := range r.Findings {
		if f := &r.Findings[i]; slices.Contains(fails, f.ID) {
			f.Status = checks.Fail
			r.Status, r.Summary = checks.Fail, f.Summary
		}
	}
	return r
}

// Outgoing returns the pasted request as the last step would send it again, with the key in use, or why it cannot.
func (c Checklist) Outgoing() checks.Outgoing {
	before := c.Entry.Code
	if c.Unanswered {
		before = ""
	}
	return checks.Prepare(c.Target, before)
}

// Doubts says in sentences why sending the request again may be in vain; nil where nothing speaks against it.
func (c Checklist) Doubts() []string {
	var doubts []string
	for _, s := range c.Steps {
		if s.Kind == catalog.CheckStep && s.Status == checks.Fail {
			doubts = append(doubts, "“"+s.Title+"” still fails: this will likely fail again.")
		}
		if s.Check == catalog.RequestCheck && s.Result != nil && s.Result.Status == checks.Fail {
			doubts = append(doubts, "It is the request as you pasted it, with the key below: what you have mended in your program since is not in it.")
		}
	}
	if c.Fixed != nil {
		doubts = append(doubts, "It is the request as you pasted it: "+c.show(c.Target.Content.Name)+", which was written since, is not in it.")
	}
	return doubts
}

// Replayed settles the last step by what came of sending the request again.
func (c Checklist) Replayed(r checks.Result) Checklist {
	c = c.copied()
	last := &c.Steps[len(c.Steps)-1]
	last.reset()
	last.Status, last.Result = r.Status, &r
	return c
}

// replayed reports whether a step was settled by sending the request again.
func (s Step) replayed() bool { return s.Kind == catalog.DoStep && s.Result != nil }

// live reports whether a step's status is what a check or an answer of the API has shown.
func (s Step) live() bool { return s.Kind == catalog.CheckStep || s.replayed() }

// Again puts a settled or skipped step back to be done, and forgets its result.
func (c Checklist) Again(i int) Checklist {
	return c.anew(i).settled()
}

// anew puts a step back to be done. Limits that were read from a paste are asked of the API this time, where
// there is a key to ask with: what was pasted does not change any more.
func (c Checklist) anew(i int) Checklist {
	c = c.copied()
	c.Steps[i].reset()
	if c.Steps[i].Check == catalog.LimitsCheck && c.Target.Has(catalog.KeyInput) {
		c.Target.Response = nil
	}
	return c
}

func (s *Step) reset() {
	*s = Step{Step: s.Step, Status: Todo}
}

// Tick settles a step of the user's own, or takes the tick back. Where the step names a check, that check
// is to run again. A check step settles itself and is left alone, but for the one of the pasted request.
func (c Checklist) Tick(i int) Checklist {
	s := c.Steps[i]
	if s.Kind == catalog.CheckStep && s.Check != catalog.RequestCheck || s.Kind == catalog.AskStep && !c.Target.Has(s.Ask) {
		return c
	}
	c = c.copied()
	if s.Status == checks.Pass {
		c.Steps[i].reset()
		return c
	}
	if s.Kind != catalog.CheckStep { // that it failed when it was sent again no longer counts
		c.Steps[i].reset()
	}
	c.Steps[i].Status, c.Steps[i].Reason = checks.Pass, "ticked by you"
	if j := c.find(s.Check); j >= 0 && j != i {
		c = c.anew(j)
	}
	return c.settled()
}

// Skip leaves a step out, with a reason in words.
func (c Checklist) Skip(i int, reason string) Checklist {
	c = c.copied()
	c.Steps[i].reset()
	c.Steps[i].Status, c.Steps[i].Reason = checks.Skip, reason
	return c.settled()
}

// SkipMissing leaves out every step whose input is not known, as nobody is there to be asked.
func (c Checklist) SkipMissing() Checklist {
	for i := range c.Steps {
		missing := c.Missing(i)
		if c.Steps[i].Status != Todo || len(missing) == 0 {
			continue
		}
		if c.Steps[i].Kind == catalog.AskStep {
			c = c.Skip(i, cmp.Or(c.LeftOut(missing[0]), "no "+missing[0].String()+" was given"))
			continue
		}
		var run int
		c, run = c.Start(i)
		c = c.Record(i, run, c.noInput(i, missing))
	}
	return c
}

// noInput is the result of a check that could not run because inputs are missing.
func (c Checklist) noInput(i int, missing []catalog.Input) checks.Result {
	r := checks.NoInput(c.Steps[i].Check, missing)
	if why := c.LeftOut(missing[0]); why != "" {
		r.Summary = "not run: " + why
		r.Findings[0].Summary = r.Summary
		r.Findings[0].Remedy = "Give a path of the sandbox (klyra-doctor sandbox --list names them), or that URL itself: what you give is fetched."
	}
	return r
}

// LeftOut says why an input that the paste shows is not taken from there; "" where it shows none, or it is.
func (c Checklist) LeftOut(input catalog.Input) string {
	t, d := c.Target, c.Diagnosis
	if input != catalog.URLInput || !t.Sandbox || t.Has(input) || d == nil || d.Request == nil || d.Request.ContentURL.Empty() {
		return ""
	}
	return "the URL in the paste is not fetched on the sandbox, which has files of its own"
}

// SetKey puts a key before all others.
func (c Checklist) SetKey(key checks.Key) Checklist {
	c.Target.Keys = slices.Insert(slices.Clone(c.Target.Keys), 0, key)
	return c.changed(catalog.KeyInput, key.Source)
}

// SetEndpoint sets the path that the user calls.
func (c Checklist) SetEndpoint(path, source string) Checklist {
	c.Target.Endpoint = path
	return c.changed(catalog.EndpointInput, source)
}

// SetURL sets the URL to download. The user named it, so a non-public address may be contacted.
func (c Checklist) SetURL(url, source string) Checklist {
	c.Target.URL, c.Target.URLPasted = url, false
	return c.changed(catalog.URLInput, source)
}

// SetContent sets the content to check.
func (c Checklist) SetContent(content checks.Content, source string) Checklist {
	c.Fixed = nil
	c.Target.Content = &content
	return c.changed(catalog.ContentInput, source)
}

// changed drops every result that rests on an input, so that those checks run again, and notes where the
// input came from.
func (c Checklist) changed(input catalog.Input, source string) Checklist {
	c = c.copied()
	from := map[catalog.Input]string{input: source}
	for other, s := range c.Target.From {
		if other != input {
			from[other] = s
		}
	}
	c.Target.From = from
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Kind == catalog.CheckStep && slices.Contains(checks.Reads(s.Check), input) || s.Kind == catalog.AskStep && s.Ask == input ||
			s.replayed() && input == catalog.KeyInput {
			s.reset()
		}
	}
	return c.settled()
}

// settled settles what follows from the rest: ask steps whose input is known, and steps that a failure
// makes pointless, or that have a point again.
func (c Checklist) settled() Checklist {
	c = c.copied()
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Kind == catalog.AskStep && s.Status == Todo && c.Target.Has(s.Ask) {
			s.Status, s.Reason = checks.Pass, "known from "+c.source(s.Ask)
		}
		switch why := c.needless(i); {
		case why != "" && s.Status == Todo && !s.Running:
			s.Status, s.Needless, s.Reason = checks.Skip, true, why
		case why == "" && s.Needless:
			s.reset()
		}
	}
	c.settleFixed()
	return c
}

// needless says in words why a step has no point now; "" where it has one.
func (c Checklist) needless(i int) string {
	s := c.Steps[i]
	if need := c.find(s.Needs); need >= 0 && c.Steps[need].Status == checks.Fail {
		return "pointless while “" + c.Steps[need].Title + "” fails"
	}
	if s.Or != (catalog.Input{}) && c.Target.Has(s.Or) && len(c.Missing(i)) > 0 {
		return "not needed, as the " + s.Or.String() + " is known"
	}
	return ""
}

// source says where an input came from, in words.
func (c Checklist) source(input catalog.Input) string {
	if input == catalog.KeyInput && len(c.Target.Keys) > 0 {
		return c.Target.Keys[0].Source
	}
	if from := c.Target.From[input]; from != "" {
		return from
	}
	return "the command line"
}

// Blocks returns what the results give to be copied, in the steps' order.
func (c Checklist) Blocks() []checks.Block {
	var blocks []checks.Block
	for _, s := range c.Steps {
		if s.Result != nil {
			blocks = append(blocks, s.Result.Blocks...)
		}
	}
	return blocks
}

// Secrets returns what must not be shown of the checklist: the target's secrets and those of the paste.
func (c Checklist) Secrets() []safe.Secret {
	secrets := c.Target.Secrets()
	if c.Diagnosis != nil {
		secrets = append(secrets, c.Diagnosis.Secrets...)
	}
	return secrets
}

// AsOf returns the checklist with results in words that hold at a later time.
func (c Checklist) AsOf(now time.Time) Checklist {
	c = c.copied()
	for i := range c.Steps {
		if r := c.Steps[i].Result; r != nil {
			held := r.AsOf(now)
			c.Steps[i].Result = &held
		}
	}
	return c
}

// copied returns the checklist with steps of its own.
func (c Checklist) copied() Checklist {
	c.Steps = slices.Clone(c.Steps)
	return c
}
