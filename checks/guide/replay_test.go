package guide

import (
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

// checked is the checklist with results of its checks, "" for one that has not run.
func checked(t *testing.T, key, limits, url checks.Status) Checklist {
	t.Helper()
	c := New(entry, target(t), nil).SetURL("https://a.example", "typed")
	for step, s := range map[int]checks.Status{keyStep: key, limitsStep: limits, urlStep: url} {
		if s != "" {
			c = answer(c, step, "check.x", s)
		}
	}
	return c
}

func TestWhatAReplaySettles(t *testing.T) {
	const pass, fail, unknown = checks.Pass, checks.Fail, checks.Unknown
	for name, c := range map[string]struct {
		key, limits, url checks.Status
		replay           checks.Status
		verdict          Verdict
		headline, next   string
	}{
		"all passed":               {pass, pass, pass, pass, Resolved, "Resolved: the pasted request, sent again by klyra-doctor, went through.", "mend replay.x"},
		"a check could not tell":   {unknown, pass, pass, pass, Resolved, "Resolved: the pasted request", "mend replay.x"},
		"a check fails":            {pass, pass, fail, pass, Resolved, "went through. What fails all the same: check.x", "mend replay.x"},
		"checks are still to run":  {pass, "", pass, pass, Resolved, "Resolved: ", "mend replay.x"},
		"it failed again":          {pass, pass, pass, fail, Unresolved, "Not resolved yet: replay.x", "mend replay.x"},
		"it failed, and so does a": {fail, "", pass, fail, Unresolved, "Not resolved yet: check.x; replay.x", "mend check.x"},
		"nobody answered":          {pass, pass, pass, unknown, Untold, "Nothing failed, but not every check could tell: replay.x", "mend replay.x"},
	} {
		before := checked(t, c.key, c.limits, c.url)
		after := before.Replayed(result("replay.x", c.replay))
		o := after.Outcome()
		if o.Verdict != c.verdict || !strings.Contains(o.Headline, c.headline) || o.Next != c.next {
			t.Errorf("%s: %s: %q, next %q", name, o.Verdict, o.Headline, o.Next)
		}
		if went := c.replay == checks.Pass; o.Confirmed != went || o.Replayed != went {
			t.Errorf("%s: confirmed %v, replayed %v", name, o.Confirmed, o.Replayed)
		}
		if before.Steps[lastStep].Status != Todo {
			t.Errorf("%s: the receiver was changed", name)
		}
	}
}

// TestAReplayRestsOnTheKey: with another key its result says nothing any more; what was ticked stays.
func TestAReplayRestsOnTheKey(t *testing.T) {
	c := checked(t, checks.Pass, checks.Pass, checks.Pass)
	key := checks.Key{Secret: safe.NewSecret("kly_9aK2mQ7xW4zL8vR3tB6n"), Source: "what you typed"}
	if got := c.Replayed(result("replay.x", checks.Fail)).SetKey(key).Steps[lastStep]; got.Status != Todo || got.Result != nil {
		t.Errorf("after another key: %+v", got)
	}
	if got := c.Tick(lastStep).SetKey(key).Steps[lastStep].Status; got != checks.Pass {
		t.Errorf("the tick became %s", got)
	}
	if got := c.Replayed(result("replay.x", checks.Fail)).SetURL("https://b.example", "typed").Steps[lastStep].Status; got != checks.Fail {
		t.Errorf("after another URL: %s", got)
	}
}

// TestATickAfterAReplay: the user may have sent the request elsewhere since.
func TestATickAfterAReplay(t *testing.T) {
	c := checked(t, checks.Pass, checks.Pass, checks.Pass).Replayed(result("replay.x", checks.Fail)).Tick(lastStep)
	if o := c.Outcome(); o.Verdict != Resolved || !o.Confirmed || o.Replayed {
		t.Errorf("%+v", o)
	}
	if c = c.Again(lastStep); c.Steps[lastStep].Status != Todo {
		t.Errorf("again: %+v", c.Steps[lastStep])
	}
}

func TestReportSaysHowItWasConfirmed(t *testing.T) {
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	c := checked(t, checks.Pass, checks.Pass, checks.Pass)
	sent := checks.Result{Status: checks.Pass, Target: "POST http://127.0.0.1:1/v1/x", Summary: "sent again by klyra-doctor: HTTP 200, request id req_1"}
	for name, x := range map[string]struct {
		c    Checklist
		want []string
		not  string
	}{
		"replay": {c.Replayed(sent), []string{"- confirmed: sent again by klyra-doctor: HTTP 200, request id req\\_1\n", "6. **Send the request again** — done\n   - sent: `POST http://127.0.0.1:1/v1/x`"}, "ticked"},
		"tick":   {c.Tick(lastStep), []string{"- confirmed: by the user, who ticked", "— done (ticked by you)"}, "by klyra-doctor:"},
		"open":   {c, []string{"6. **Send the request again** — to do"}, "confirmed"},
	} {
		report := x.c.Report(at, "v1")
		for _, want := range x.want {
			if !strings.Contains(report, want) {
				t.Errorf("%s: the report lacks %q:\n%s", name, want, report)
			}
		}
		if strings.Contains(report, x.not) {
			t.Errorf("%s: the report says %q:\n%s", name, x.not, report)
		}
	}
}

// TestOutgoingTakesTheMendedKey: the key that was typed goes before the pasted one.
func TestOutgoingTakesTheMendedKey(t *testing.T) {
	d := paste.Diagnose("curl http://127.0.0.1:1/v1/x -H 'Authorization: Bearer kly_pastedpastedpasted01' -d '{}'")
	c := New(entry, target(t), &d)
	for _, want := range []string{"(the key from the paste)", "(the key from what you typed)"} {
		o := c.Outgoing()
		if !o.Sendable() || len(o.Headers) == 0 || !strings.Contains(o.Headers[0].Value, want) {
			t.Errorf("want %s: %q, %v", want, o.Refusals, o.Headers)
		}
		c = c.SetKey(checks.Key{Secret: safe.NewSecret("kly_Zq8vK2mN5xW1cR7tB4yH"), Source: "what you typed"})
	}
	if c := New(catalog.Entry{Steps: entry.Steps}, target(t), nil); c.Outgoing().Sendable() {
		t.Error("a checklist without a paste has something to send")
	}
}
