package cli

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
	"klyra-doctor/checks/guide"
)

func TestExitCodesOutrankEachOther(t *testing.T) {
	order := []int{130, 70, 2, 1, 4, 3, 0}
	for i, a := range order {
		for _, b := range order[i:] {
			if worse(a, b) != a || worse(b, a) != a {
				t.Errorf("of %d and %d the second wins", a, b)
			}
		}
	}
}

func TestExitCodeOfAChecklist(t *testing.T) {
	result := func(id string, s checks.Status) *checks.Result {
		return &checks.Result{Status: s, Findings: []checks.Finding{{ID: id, Status: s}}}
	}
	check := func(r *checks.Result) guide.Step {
		return guide.Step{Step: catalog.Step{Kind: catalog.CheckStep}, Status: r.Status, Result: r}
	}
	pass, warn := check(result("a", checks.Pass)), check(result("b", checks.Warn))
	fail, unknown := check(result("c", checks.Fail)), check(result("d", checks.Unknown))
	crashed := check(result("check.crashed", checks.Unknown))
	needless := guide.Step{Step: catalog.Step{Kind: catalog.CheckStep}, Status: checks.Skip, Needless: true}
	asked := guide.Step{Step: catalog.Step{Kind: catalog.AskStep}, Status: checks.Skip}
	todo := guide.Step{Step: catalog.Step{Kind: catalog.DoStep}, Status: guide.Todo}
	cases := []struct {
		name   string
		steps  []guide.Step
		strict bool
		want   int
	}{
		{"all pass or warn", []guide.Step{pass, warn, todo}, false, exitOK},
		{"a warning, strictly", []guide.Step{pass, warn, todo}, true, exitFailed},
		{"a failure outranks what could not tell", []guide.Step{unknown, fail, unknown}, false, exitFailed},
		{"could not tell", []guide.Step{pass, unknown}, false, exitUntold},
		{"a step of no point counts as nothing", []guide.Step{pass, needless}, false, exitOK},
		{"an input that was not given", []guide.Step{asked, pass}, false, exitUntold},
		{"a crash", []guide.Step{crashed, fail}, false, exitBug},
	}
	for _, c := range cases {
		p := &program{flags: flags{strict: c.strict}}
		if got := p.checklistCode(guide.Checklist{Steps: c.steps}); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// asJSON returns a document's fields by their names.
func asJSON(t *testing.T, doc any) map[string]any {
	t.Helper()
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

func TestUnitsOfACheckDocument(t *testing.T) {
	got := asJSON(t, showResult(checks.Result{
		Check: catalog.LimitsCheck, Duration: 1500 * time.Millisecond, Wait: 36100 * time.Millisecond,
		RetryAt: time.Date(2026, 11, 24, 3, 14, 9, 0, time.FixedZone("CET", 3600)),
	}))
	for field, want := range map[string]any{"check": "limits", "duration_ms": 1500.0, "wait_s": 37.0, "retry_at": "2026-11-24T02:14:09Z"} {
		if got[field] != want {
			t.Errorf("%s is %v, want %v", field, got[field], want)
		}
	}
	if _, there := asJSON(t, showResult(checks.Result{}))["wait_s"]; there {
		t.Error("a wait stands where none is known")
	}
}

func TestDiagnosisDocument(t *testing.T) {
	const text = "code: rate_limited \x1b[31m\u202e"
	d := paste.Diagnosis{
		Findings: []paste.Finding{{
			Code: "rate_limited\x1b[31m", Kind: paste.Envelope, Message: "no\u202ee", Evidence: []paste.Span{{Start: 6, End: len(text)}},
			Suggestions: []catalog.Code{"rate_limit_exceeded"},
		}},
		Request: &paste.Request{Headers: []paste.Header{{Name: "Authorization", Secret: safe.NewSecret("Bearer Zq8vK2mN5xW1cR7tB4yH9pLd")}}},
	}
	got := asJSON(t, showDiagnosis("a\x1b.txt", read{text: text, Diagnosis: d}))
	f := got["findings"].([]any)[0].(map[string]any)
	for field, want := range map[string]any{"file": `a\u001b.txt`, "code": `rate_limited\u001b[31m`, "message": `no\u202ee`, "known": false, "param": nil} {
		if f[field] != want {
			t.Errorf("%s is %v, want %v", field, f[field], want)
		}
	}
	if s := f["suggestions"].([]any); len(s) != 1 || s[0] != "rate_limit_exceeded" {
		t.Errorf("suggestions %v", s)
	}
	if e := f["evidence"].([]any)[0].(map[string]any); e["start"] != 6.0 || e["text"] != `rate_limited \u001b[31m\u202e` {
		t.Errorf("evidence %v", e)
	}
	if h := got["request"].(map[string]any)["headers"].([]any)[0].(map[string]any); h["value"] != "Bearer Zq8v…9pLd" {
		t.Errorf("the Authorization header is shown as %v", h["value"])
	}
}

func TestBinaryFilesAreNoTexts(t *testing.T) {
	noise := make([]byte, 4096)
	rand.NewChaCha8([32]byte{}).Read(noise)
	cases := []struct {
		name string
		data []byte
		text bool
	}{
		{"empty", nil, true},
		{"English", []byte("All is well.\r\n"), true},
		{"Latin-1", []byte("Le contenu est refus\xe9: cr\xe8me br\xfbl\xe9e, et rien d'autre n'est dit ici.\n"), true},
		{"colours", []byte(strings.Repeat("\x1b[31mred\x1b[m ", 20)), true},
		{"Japanese, cut within a letter", []byte("エラーが発生しました")[:28], true},
		{"UTF-16", []byte("\xff\xfea\x00b\x00"), true},
		{"gzip", []byte("\x1f\x8b\x08 and so on"), false},
		{"zip", []byte("PK\x03\x04 and so on"), false},
		{"noise", noise, false},
		{"a program", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 100)...), false},
	}
	for _, c := range cases {
		if err := checkText(c.name, c.data); (err == nil) != c.text {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAReportOverwritesNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("report.md", []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	path, err := saveReport("report.md", "the report")
	if err != nil || filepath.Base(path) != "report-2.md" || !filepath.IsAbs(path) {
		t.Fatalf("saved as %s (%v)", path, err)
	}
	if mine, _ := os.ReadFile("report.md"); string(mine) != "mine" {
		t.Errorf("a file of the user's holds %q now", mine)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("mode %v (%v)", info.Mode(), err)
	}
	p := &program{err: new(strings.Builder)}
	if err := p.writeReport(sandboxChecklist(t, catalog.All()[0], plainSandbox), nil, "report.md"); err == nil {
		t.Error("--report wrote over a file that came up during the run")
	}
}
