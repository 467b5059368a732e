package guide

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

// entry has a step of every kind: the key is checked first, the limits need it.
var entry = catalog.Entry{
	Code: "invalid_api_key",
	Steps: []catalog.Step{
		{Kind: catalog.CheckStep, Title: "Check the key", Check: catalog.KeyCheck, Fails: []string{"key.missing"}},
		{Kind: catalog.AskStep, Title: "Name the endpoint", Ask: catalog.EndpointInput},
		{Kind: catalog.DoStep, Title: "Make a new key", Check: catalog.KeyCheck},
		{Kind: catalog.CheckStep, Title: "Read the limits", Check: catalog.LimitsCheck, Needs: catalog.KeyCheck},
		{Kind: catalog.CheckStep, Title: "Download the URL", Check: catalog.URLCheck},
		{Kind: catalog.DoStep, Title: "Send the request again"},
	},
}

const (
	keyStep = iota
	askStep
	newKeyStep
	limitsStep
	urlStep
	lastStep
)

func target(t *testing.T) checks.Target {
	t.Helper()
	api, err := checks.NewAPI("http://127.0.0.1:1", nil)
	if err != nil {
		t.Fatal(err)
	}
	return checks.Target{API: api}
}

func result(id string, s checks.Status) checks.Result {
	return checks.Result{Status: s, Summary: id, Findings: []checks.Finding{{ID: id, Status: s, Summary: id, Remedy: "mend " + id}}}
}

// answer runs a step with a given result.
func answer(c Checklist, step int, id string, s checks.Status) Checklist {
	c, run := c.Start(step)
	return c.Record(step, run, result(id, s))
}

func statuses(c Checklist) string {
	var all []string
	for _, s := range c.Steps {
		all = append(all, string(s.Status))
	}
	return strings.Join(all, " ")
}

func TestReadySteps(t *testing.T) {
	c := New(entry, target(t), nil)
	if got := c.Ready(); !slices.Equal(got, []int{keyStep}) {
		t.Errorf("at first %v are ready: only the key check has its input and waits for nothing", got)
	}
	if got := c.Missing(urlStep); !slices.Equal(got, []catalog.Input{catalog.URLInput}) {
		t.Errorf("the URL step misses %v", got)
	}
	c = answer(c, keyStep, "key.accepted", checks.Pass)
	if got := c.Ready(); !slices.Equal(got, []int{limitsStep}) {
		t.Errorf("after the key passed %v are ready, want the limits", got)
	}
	c = c.SetURL("https://example.com/a.png", "typed")
	if got := c.Ready(); !slices.Equal(got, []int{limitsStep, urlStep}) {
		t.Errorf("with a URL %v are ready", got)
	}
}

func TestFailureMakesWhatNeedsItPointlessUntilItPasses(t *testing.T) {
	c := answer(New(entry, target(t), nil), keyStep, "key.rejected", checks.Fail)
	if got := statuses(c); got != "fail todo todo skip todo todo" {
		t.Errorf("statuses %s", got)
	}
	if got := c.Steps[limitsStep].Reason; !strings.Contains(got, "Check the key") {
		t.Errorf("reason %q does not name the step that failed", got)
	}
	c = c.SetKey(checks.Key{Secret: safe.NewSecret("another"), Source: "typed"})
	if got := statuses(c); got != "todo todo todo todo todo todo" {
		t.Errorf("with another key the statuses are %s", got)
	}
	c = answer(c, keyStep, "key.unproven", checks.Unknown)
	if got := c.Ready(); !slices.Equal(got, []int{limitsStep}) {
		t.Errorf("what could not tell has not failed: %v are ready, want the limits", got)
	}
}

func TestLateResultsAreDropped(t *testing.T) {
	stories := map[string]func(Checklist) Checklist{
		"another run was started": func(c Checklist) Checklist { c, _ = c.Start(keyStep); return c },
		"the key was changed":     func(c Checklist) Checklist { return c.SetKey(checks.Key{Source: "typed"}) },
		"the step was skipped":    func(c Checklist) Checklist { return c.Skip(keyStep, "not now") },
		"the step is to do again": func(c Checklist) Checklist { return c.Again(keyStep) },
	}
	for name, happened := range stories {
		t.Run(name, func(t *testing.T) {
			c, run := New(entry, target(t), nil).Start(keyStep)
			before := happened(c)
			after := before.Record(keyStep, run, result("key.accepted", checks.Pass))
			if statuses(after) != statuses(before) || after.Steps[keyStep].Result != nil {
				t.Errorf("a late result was taken: %s, before %s", statuses(after), statuses(before))
			}
		})
	}
}

func TestMethodsLeaveTheReceiverAsItWas(t *testing.T) {
	c := New(entry, target(t), nil)
	before := statuses(c)
	answer(c, keyStep, "key.rejected", checks.Fail)
	c.Skip(urlStep, "not now")
	c.Tick(lastStep)
	c.SetEndpoint("/v1/moderate", "typed")
	if got := statuses(c); got != before || c.Target.Endpoint != "" {
		t.Errorf("the receiver changed: %s, endpoint %q", got, c.Target.Endpoint)
	}
}

func TestFailsTurnsAFindingIntoAFailure(t *testing.T) {
	r := result("key.missing", checks.Unknown)
	c, run := New(entry, target(t), nil).Start(keyStep)
	c = c.Record(keyStep, run, r)
	if c.Steps[keyStep].Status != checks.Fail || c.Steps[keyStep].Result.Findings[0].Status != checks.Fail {
		t.Errorf("the step is %s", c.Steps[keyStep].Status)
	}
	if r.Findings[0].Status != checks.Unknown {
		t.Error("the caller's result was changed")
	}
}

func TestTick(t *testing.T) {
	c := answer(New(entry, target(t), nil), keyStep, "key.rejected", checks.Fail)
	if c = c.Tick(newKeyStep); c.Steps[newKeyStep].Status != checks.Pass {
		t.Fatal("the step is not ticked")
	}
	if got := c.Ready(); !slices.Equal(got, []int{keyStep}) {
		t.Errorf("after the act %v are ready: the check that tells whether it helped must run again", got)
	}
	if c = c.Tick(newKeyStep); c.Steps[newKeyStep].Status != Todo {
		t.Error("a second tick does not take the first one back")
	}
	if got := c.Tick(keyStep).Steps[keyStep].Status; got != Todo {
		t.Errorf("a check step was ticked by hand: %s", got)
	}
	if got := c.Tick(askStep).Steps[askStep].Status; got != Todo {
		t.Errorf("an ask step without its answer was ticked: %s", got)
	}
	if got := c.SetEndpoint("/v1/moderate", "typed").Steps[askStep]; got.Status != checks.Pass || got.Reason != "known from typed" {
		t.Errorf("an answered ask step is %s (%s)", got.Status, got.Reason)
	}
}

func TestTheProgramFillsInputsFromThePaste(t *testing.T) {
	d := &paste.Diagnosis{
		Request: &paste.Request{
			Address: safe.NewSecret("http://127.0.0.1:1/v1/moderate"), Path: "/v1/moderate", Key: safe.NewSecret("pasted-key"),
			ContentURL: safe.NewSecret("https://example.com/a.png?sig=1"),
		},
		Findings: []paste.Finding{{ResetAt: time.Unix(1795425300, 0)}},
	}
	given := target(t)
	given.Keys = []checks.Key{{Secret: safe.NewSecret("own-key"), Source: "environment KLYRA_API_KEY"}}
	c := New(entry, given, d)
	switch got := c.Target; {
	case got.Endpoint != "/v1/moderate", got.URL != "https://example.com/a.png?sig=1", !got.URLPasted, got.Response != d:
		t.Errorf("not filled: %+v", got)
	case len(got.Keys) != 2 || got.Keys[0].Source != "environment KLYRA_API_KEY" || got.Keys[1].Source != "the paste":
		t.Errorf("keys %v: one that is known wins over the paste's", got.Keys)
	case len(given.Keys) != 1:
		t.Error("the caller's target was changed")
	case c.Steps[askStep].Status != checks.Pass:
		t.Error("the endpoint is known, and still asked for")
	case c.SetURL("http://10.0.0.1/", "typed").Target.URLPasted:
		t.Error("a URL that was typed still counts as merely pasted")
	}
}

// TestAPastedKeyIsTakenOnlyWhereItBelongs: a request to another host shows another's key.
func TestAPastedKeyIsTakenOnlyWhereItBelongs(t *testing.T) {
	request := func(address string) *paste.Diagnosis {
		return &paste.Diagnosis{Request: &paste.Request{
			Address: safe.NewSecret(address), Path: "/v1/moderate", Key: safe.NewSecret("pasted-key"),
			ContentURL: safe.NewSecret("https://example.com/a.png"),
		}}
	}
	sandboxed := target(t)
	sandboxed.Sandbox = true
	blank := target(t)
	blank.Keys = []checks.Key{{Secret: safe.NewSecret(" "), Source: "environment KLYRA_API_KEY"}}
	cases := []struct {
		name          string
		target        checks.Target
		address       string
		key, endpoint string
		url           string
	}{
		{"the API itself", target(t), "http://127.0.0.1:1/v1/moderate", "pasted-key", "/v1/moderate", "https://example.com/a.png"},
		{"another port", target(t), "http://127.0.0.1:2/v1/moderate", "", "", "https://example.com/a.png"},
		{"another scheme", target(t), "https://127.0.0.1:1/v1/moderate", "", "", "https://example.com/a.png"},
		{"another host", target(t), "https://api.openai.com/v1/moderate", "", "", "https://example.com/a.png"},
		{"no host", target(t), "/v1/moderate", "", "", "https://example.com/a.png"},
		{"under the sandbox", sandboxed, "http://127.0.0.1:1/v1/moderate", "", "/v1/moderate", ""},
		{"before a blank key", blank, "http://127.0.0.1:1/v1/moderate", "pasted-key", "/v1/moderate", "https://example.com/a.png"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := New(entry, c.target, request(c.address)).Target
			key := ""
			if got.Has(catalog.KeyInput) {
				key = got.Keys[0].Secret.Reveal()
			}
			if key != c.key || got.Endpoint != c.endpoint || got.URL != c.url {
				t.Errorf("key %q, endpoint %q, URL %q", key, got.Endpoint, got.URL)
			}
		})
	}
}

// TestThePastedRequestIsTheFirstStep: what is wrong with it holds the list back until the user has mended it.
func TestThePastedRequestIsTheFirstStep(t *testing.T) {
	d := &paste.Diagnosis{Request: &paste.Request{
		Method: "POST", Address: safe.NewSecret("http://127.0.0.1:1/v1/moderate"), Path: "/v1/moderate",
		Headers: []paste.Header{{Name: "X-Api-Key", Secret: safe.NewSecret("pasted-key")}},
	}}
	list := catalog.Entry{Code: "missing_api_key", Steps: []catalog.Step{{Kind: catalog.DoStep, Title: "Send the request again"}}}
	c := New(list, target(t), d).Run(t.Context(), nil)
	if got := statuses(c); got != "fail todo" || c.Steps[0].Result.Findings[0].ID != "key.wrong_header" {
		t.Fatalf("statuses %s: %+v", got, c.Steps[0].Result)
	}
	if o := c.Outcome(); o.Verdict != Unresolved || !strings.Contains(o.Next, "Authorization: Bearer") {
		t.Errorf("%+v", o)
	}
	c = c.Tick(0)
	if o := c.Outcome(); c.Steps[0].Status != checks.Pass || o.Verdict != Resolved {
		t.Errorf("after it was mended: %s, %+v", statuses(c), o)
	}
	if c = c.Again(0).Run(t.Context(), nil); c.Steps[0].Status != checks.Fail {
		t.Error("looked at again, the same request is sound")
	}
	if list := New(list, target(t), &paste.Diagnosis{}); len(list.Steps) != 1 {
		t.Error("a paste without a request has a step for it")
	}
}

// TestWhatTheCodeIsAboutComesFirst: a key that is at fault in the paste is an aside where the code is of a download.
func TestWhatTheCodeIsAboutComesFirst(t *testing.T) {
	for code, c := range map[catalog.Code]struct {
		check          catalog.Check
		headline, next string
	}{
		"content_download_failed": {catalog.URLCheck, "Not resolved yet: http.login_page; key.foreign", "mend http.login_page"},
		"invalid_api_key":         {catalog.KeyCheck, "Not resolved yet: key.foreign; http.login_page", "mend key.foreign"},
	} {
		entry, _ := catalog.Lookup(string(code))
		list := New(entry, checks.Target{Request: &paste.Request{}}, nil)
		for step, id := range map[int]string{0: "key.foreign", list.find(c.check): "http.login_page"} {
			list = answer(list, step, id, checks.Fail)
		}
		if o := list.Outcome(); o.Headline != c.headline || o.Next != c.next {
			t.Errorf("%s: %q, next %q", code, o.Headline, o.Next)
		}
	}
}

func TestOutcome(t *testing.T) {
	all := func(key, limits, url checks.Status) Checklist {
		c := New(entry, target(t), nil).SetURL("https://example.com/", "typed")
		c = answer(c, keyStep, "key.x", key)
		if key != checks.Fail {
			c = answer(c, limitsStep, "limits.x", limits)
		}
		return answer(c, urlStep, "url.x", url)
	}
	cases := []struct {
		name     string
		c        Checklist
		verdict  Verdict
		resolved bool
		next     string
	}{
		{"nothing has run", New(entry, target(t), nil), Open, false, "Check the key"},
		{"all passed or warned", all(checks.Pass, checks.Warn, checks.Pass), Resolved, true, "mend limits.x Then: Send the request again"},
		{"one failed", all(checks.Pass, checks.Pass, checks.Fail), Unresolved, false, "mend url.x"},
		{"one failed and others are pointless", all(checks.Fail, "", checks.Pass), Unresolved, false, "mend key.x"},
		{"one could not tell", all(checks.Unknown, checks.Pass, checks.Pass), Untold, false, "mend key.x"},
		{"inputs are missing", answer(New(entry, target(t), nil).SkipMissing(), keyStep, "key.x", checks.Pass), Open, false, "Read the limits"},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			o := x.c.Outcome()
			if o.Verdict != x.verdict || o.Next != x.next || x.c.Resolved() != x.resolved {
				t.Errorf("got %q, next %q, resolved %v", o.Verdict, o.Next, x.c.Resolved())
			}
			if o.Headline == "" || o.Confirmed {
				t.Errorf("headline %q, confirmed %v", o.Headline, o.Confirmed)
			}
		})
	}
	if o := all(checks.Pass, checks.Pass, checks.Pass).Tick(lastStep).Outcome(); !o.Confirmed || o.Next != "" {
		t.Errorf("after the last tick: %+v", o)
	}
}

func TestAFailingServiceIsNotTheUsersFault(t *testing.T) {
	c, ok := ForFinding(paste.Finding{Kind: paste.Gateway, Code: "service_unavailable"}, target(t), nil)
	if !ok || len(c.Steps) != 2 {
		t.Fatalf("no checklist, or a URL step without a URL: %v", c.Steps)
	}
	c = answer(c, 0, "service.edge_error", checks.Fail)
	if o := c.Outcome(); o.Verdict != NotYours || !strings.Contains(o.Headline, "service.edge_error") {
		t.Errorf("got %+v", o)
	}
}

func TestAnAnswerThatNeverCameHasAChecklistAndAReport(t *testing.T) {
	d := &paste.Diagnosis{Request: &paste.Request{ContentURL: safe.NewSecret("https://example.com/a.png")}}
	c, ok := ForFinding(paste.Finding{Kind: paste.Network}, target(t), d)
	if !ok || len(c.Steps) != 3 || c.Steps[1].Check != catalog.URLCheck {
		t.Fatalf("no checklist, or one without the URL: %v", c.Steps)
	}
	if got := c.ReportName(time.Time{}); got != "klyra-report-no_answer-0001-01-01-000000.md" {
		t.Errorf("the report is named %s", got)
	}
	near, _ := ForFinding(paste.Finding{Kind: paste.Gateway, Code: "service_unavailable", Known: true}, target(t), d)
	if got := near.ReportName(time.Time{}); got != "klyra-report-no_answer-0001-01-01-000000.md" {
		t.Errorf("beside a near code the report is named %s", got)
	}
	for _, c := range []Checklist{c, near} {
		report := c.Report(time.Time{}, "v1")
		if !strings.HasPrefix(report, "# Klyra error report: no answer from the API\n") || strings.Contains(report, "Klyra says") {
			t.Errorf("the report puts words into Klyra's mouth:\n%s", report)
		}
	}
}

func TestFindingsThatLeadToNoChecklist(t *testing.T) {
	for _, f := range []paste.Finding{{Kind: paste.Foreign}, {Kind: paste.Envelope, Code: "no_such_code"}} {
		if _, ok := ForFinding(f, target(t), nil); ok {
			t.Errorf("%+v leads to a checklist", f)
		}
	}
}

func TestReport(t *testing.T) {
	const key = "Zq8vK2mN5xW1cR7tB4yH9pLd"
	given := target(t)
	given.Keys = []checks.Key{{Secret: safe.NewSecret(key), Source: "typed"}}
	d := &paste.Diagnosis{Findings: []paste.Finding{{
		Code: entry.Code, Kind: paste.Envelope, Message: "no `such` key\x1b[31m " + key, RequestID: "req_1", HTTPStatus: 401,
	}}}
	c := New(entry, given, d)
	c, run := c.Start(keyStep)
	r := result("key.rejected", checks.Fail)
	r.Findings[0].Evidence = []checks.Evidence{{Label: "answer", Value: "401 <b>`x`</b> " + key}}
	r.Blocks = []checks.Block{{Title: "Try *this*", Text: "echo ```\necho done"}}
	r.Phases = []checks.PhaseTime{{Hop: 1, Name: "DNS", Took: time.Second}}
	c = c.Record(keyStep, run, r)
	c = c.Skip(urlStep, "not now")
	report := c.Report(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC), "v1")
	for _, want := range []string{
		"# Klyra error report: invalid_api_key\n", "2026-11-24T10:00:00Z", "request id: `req_1`", "HTTP status: `401`",
		"1. **Check the key** — fail\n", "`key.rejected`", "what to do: mend key.rejected", "(not now)",
		"6. **Send the request again** — to do\n", "`` 401 <b>`x`</b> ",
		"\n   Try \\*this\\*:\n\n   ````\n   echo ```\n   echo done\n   ````\n", "1 s  ███",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if strings.ContainsRune(report, '\x1b') {
		t.Error("a control character of the message stands raw in the report")
	}
	for i := range len(key) - 7 {
		if strings.Contains(report, key[i:i+8]) {
			t.Fatalf("the report holds a part of the key\n%s", report)
		}
	}
	if got := c.ReportName(time.Date(2026, 11, 24, 10, 9, 8, 0, time.UTC)); got != "klyra-report-invalid_api_key-2026-11-24-100908.md" {
		t.Errorf("named %s", got)
	}
}

func TestRunRunsWhatItCanAndSkipsTheRest(t *testing.T) {
	list := catalog.Entry{Code: "missing_content", Steps: []catalog.Step{
		{Kind: catalog.CheckStep, Title: "Look at the content", Check: catalog.ContentCheck},
		{Kind: catalog.CheckStep, Title: "Download the URL", Check: catalog.URLCheck},
		{Kind: catalog.DoStep, Title: "Send the request again"},
	}}
	given := target(t)
	given.Content = &checks.Content{Name: "text", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil }}
	var started []string
	c := New(list, given, nil).Run(t.Context(), func(s Step) { started = append(started, s.Title) })
	if !slices.Equal(started, []string{"Look at the content"}) {
		t.Errorf("started %v", started)
	}
	if got := statuses(c); got != "fail skip todo" {
		t.Errorf("statuses %s", got)
	}
	if f := c.Steps[1].Result.Findings[0]; f.ID != "check.no_input" {
		t.Errorf("the step without its input has the finding %s", f.ID)
	}
}

// TestAnInputThatStandsInForAnother: content is given as a file or by its URL, and one of them is enough.
func TestAnInputThatStandsInForAnother(t *testing.T) {
	list := catalog.Entry{Code: "content_too_large", Steps: []catalog.Step{
		{Kind: catalog.CheckStep, Title: "Measure the file", Check: catalog.ContentCheck, Or: catalog.URLInput},
		{Kind: catalog.CheckStep, Title: "Measure the download", Check: catalog.URLCheck, Or: catalog.ContentInput},
		{Kind: catalog.DoStep, Title: "Send the request again"},
	}}
	c := New(list, target(t), nil)
	if got := statuses(c.SkipMissing()); got != "skip skip todo" || c.SkipMissing().Resolved() {
		t.Errorf("without any input the statuses are %s", got)
	}
	c = c.SetURL("https://example.com/a.png", "what you typed")
	if got := c.Steps[0]; got.Status != checks.Skip || !got.Needless || got.Reason != "not needed, as the URL is known" {
		t.Errorf("the file is still asked for: %+v", got)
	}
	c = answer(c, 1, "view.public", checks.Pass)
	if o := c.Outcome(); o.Verdict != Resolved {
		t.Errorf("a step that is not needed holds the list back: %+v", o)
	}
	c = c.SetContent(checks.Content{Name: "a.png"}, "what you typed")
	if got := c.Ready(); !slices.Equal(got, []int{0}) {
		t.Errorf("the file that was given after all is not checked: %v are ready", got)
	}
}

// TestTheURLOfAPasteIsLeftOutOnTheSandbox: it was given, so "none was given" would be no truth.
func TestTheURLOfAPasteIsLeftOutOnTheSandbox(t *testing.T) {
	d := paste.Diagnose(`curl https://api.klyra.live/v1/moderate -d '{"url":"https://example.com/photo.png"}'`)
	at := target(t)
	at.Sandbox = true
	for _, c := range []struct {
		name      string
		diagnosis *paste.Diagnosis
		want      string
	}{
		{"the paste shows one", &d, "not run: the URL in the paste is not fetched on the sandbox, which has files of its own"},
		{"there is no paste", nil, "not run: no URL was given"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := New(entry, at, c.diagnosis).SkipMissing()
			r := list.Steps[slices.IndexFunc(list.Steps, func(s Step) bool { return s.Check == catalog.URLCheck })].Result
			if r.Status != checks.Skip || r.Summary != c.want || r.Findings[0].Summary != c.want || r.Findings[0].ID != "check.no_input" {
				t.Errorf("the step says %q, %+v", r.Summary, r.Findings)
			}
		})
	}
	if c := New(entry, at, &d).SetURL("/samples/photo.png", Typed); c.LeftOut(catalog.URLInput) != "" {
		t.Error("a URL that was given is said to be left out")
	}
}
