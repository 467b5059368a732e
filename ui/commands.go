package ui

import (
	"cmp"
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

// replyMsg is what a screen's command has come to; it reaches that screen alone, and none once it was left.
type replyMsg struct {
	to    int // id of the screen's place
	reply tea.Msg
}

type (
	diagnosedMsg struct {
		diagnosis paste.Diagnosis
		problems  []checks.Finding // of the request that the paste shows
		retry     string           // when a retry can succeed, in words; "" where the paste does not tell
		at        time.Time        // when it was pasted
	}
	excerptedMsg struct {
		run     int
		excerpt excerpt
	}
	checkedMsg struct {
		step, run int
		result    checks.Result
	}
	openedMsg struct {
		run     int
		path    string
		content checks.Content
		err     error
	}
	preparedMsg struct{ outgoing checks.Outgoing }
	replayedMsg struct{ result checks.Result }
	reportedMsg struct{ name, text string }
	tickedMsg   struct{ now time.Time }
	savedMsg    struct {
		to   int
		path string
		err  error
	}
	copiedMsg struct {
		what, text string
		err        error
	}
)

// later delivers what f returns after a while.
func later(d time.Duration, f func() tea.Msg) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return f() })
}

func reply(to place, f func() tea.Msg) tea.Cmd {
	return func() tea.Msg { return replyMsg{to.id, f()} }
}

// diagnose reads a paste, and judges the request in it.
func (a *app) diagnose(to place, text string) tea.Cmd {
	api := cmp.Or(a.target.RequestAPI, a.target.API)
	return reply(to, func() tea.Msg {
		msg := diagnosedMsg{diagnosis: paste.Diagnose(text), at: a.options.Effects.Now()}
		msg.retry = a.retry(&msg.diagnosis, api, msg.at)
		if msg.diagnosis.Request != nil {
			msg.problems = checks.JudgeRequest(msg.diagnosis.Request, api)
		}
		return msg
	})
}

// retry says by the clock when a retry can succeed, as the waits in a paste count from its response.
func (a *app) retry(d *paste.Diagnosis, api *checks.API, now time.Time) string {
	r := checks.Run(a.ctx, catalog.LimitsCheck, checks.Target{API: api, Response: d, Now: func() time.Time { return now }})
	switch {
	case !r.RetryAt.IsZero() && slices.ContainsFunc(r.Findings[0].Evidence, func(e checks.Evidence) bool { return e.Label == "counted from" }):
		return checks.ClockAt(r.RetryAt, now) + ", counted from when you pasted it"
	case !r.RetryAt.IsZero():
		return checks.ClockAt(r.RetryAt, now)
	case r.Findings[0].ID == "limits.reset":
		return "now: the limit has been reset since"
	}
	return ""
}

// excerpt makes the part of a paste that is shown, with the bytes of some spans marked.
func (a *app) excerpt(to place, run int, spans []paste.Span, secrets []safe.Secret) tea.Cmd {
	text := a.paste
	return reply(to, func() tea.Msg {
		return excerptedMsg{run, newExcerpt(text, spans, safe.NewRedactor(secrets...))}
	})
}

// check runs a check for a step.
func (a *app) check(ctx context.Context, to place, step, run int, check catalog.Check, target checks.Target) tea.Cmd {
	return reply(to, func() tea.Msg {
		return checkedMsg{step, run, a.options.Effects.Check(ctx, check, target)}
	})
}

// openContent finds a file that the user named.
func (a *app) openContent(to place, run int, path string) tea.Cmd {
	return reply(to, func() tea.Msg {
		content, err := a.options.Effects.OpenContent(path)
		return openedMsg{run, path, content, err}
	})
}

// prepare makes ready what the last step of a checklist would send.
func (a *app) prepare(to place, list guide.Checklist) tea.Cmd {
	return reply(to, func() tea.Msg { return preparedMsg{list.Outgoing()} })
}

// replay sends a request again; leaving the screen stops it.
func (a *app) replay(to place, o checks.Outgoing) tea.Cmd {
	return reply(to, func() tea.Msg { return replayedMsg{a.options.Effects.Replay(to.ctx, o)} })
}

// report makes the report of a checklist as it stands.
func (a *app) report(to place, list guide.Checklist) tea.Cmd {
	return reply(to, func() tea.Msg {
		now := a.options.Effects.Now()
		return reportedMsg{list.ReportName(now), list.Report(now, a.options.Version)}
	})
}

// save writes a report.
func (a *app) save(from place, name, text string) tea.Cmd {
	a.saving++
	return func() tea.Msg {
		path, err := a.options.Effects.SaveReport(name, text)
		return savedMsg{from.id, path, err}
	}
}

// copy puts a text on the clipboard; what names it in words.
func (a *app) copy(what, text string) tea.Cmd {
	return func() tea.Msg { return copiedMsg{what, text, a.options.Effects.Copy(text)} }
}

// tickEvery is how often the time of running checks is drawn anew.
const tickEvery = 120 * time.Millisecond

// tick tells a screen the time, now or at the next tick.
func (a *app) tick(to place, wait time.Duration) tea.Cmd {
	now := func() tea.Msg { return replyMsg{to.id, tickedMsg{a.options.Effects.Now()}} }
	if wait == 0 {
		return now
	}
	return a.after(wait, now)
}
