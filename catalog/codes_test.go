package catalog

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// vendorRow is one row of the vendor's page.
type vendorRow struct {
	Code                    Code
	Group                   Group
	Description, Resolution string
}

// vendorRows reads the vendor's page as it was captured: five tables, each below a heading row of its own.
func vendorRows(t *testing.T) []vendorRow {
	t.Helper()
	page, err := os.ReadFile("../testdata/klyra-error-codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	var rows []vendorRow
	tables := -1
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		switch {
		case len(cells) != 3:
		case cells[0] == "Code":
			tables++
		default:
			resolution := strings.TrimSuffix(cells[2], " |")
			rows = append(rows, vendorRow{Code(cells[0]), Groups()[tables], cells[1], resolution})
		}
	}
	return rows
}

func TestEntriesAreTheVendorsPage(t *testing.T) {
	want := vendorRows(t)
	if len(want) != 21 {
		t.Fatalf("the page has %d rows, want 21", len(want))
	}
	var got []vendorRow
	for _, e := range All() {
		got = append(got, vendorRow{e.Code, e.Group, e.Description, e.Resolution})
	}
	if len(got) != len(want) {
		t.Fatalf("%d entries, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("entry %d:\n got %q\nwant %q", i, got[i], want[i])
		}
	}
}

// eachEntry runs a test for every entry under its code's name.
func eachEntry(t *testing.T, test func(*testing.T, Entry)) {
	t.Helper()
	for _, e := range All() {
		t.Run(string(e.Code), func(t *testing.T) { test(t, e) })
	}
}

var sentenceEnd = regexp.MustCompile("[.?](\\s+[\\p{Lu}`0-9]|$)")

// wantSentences reports a text that is no run of min to max sentences.
func wantSentences(t *testing.T, what, text string, minimum, maximum int) {
	t.Helper()
	if n := len(sentenceEnd.FindAllString(text, -1)); n < minimum || n > maximum {
		t.Errorf("%s has %d sentences, want %d to %d: %q", what, n, minimum, maximum, text)
	}
	if !strings.HasSuffix(text, ".") || text != strings.Join(strings.Fields(text), " ") {
		t.Errorf("%s lacks its final period or holds stray blanks: %q", what, text)
	}
}

func TestEntriesAreComplete(t *testing.T) {
	docs := map[string]bool{errorCodeDocs: true, authenticationDocs: true, rateLimitDocs: true}
	faults := []Fault{You, Network, Klyra, Unclear}
	eachEntry(t, func(t *testing.T, e Entry) {
		wantSentences(t, "Meaning", e.Meaning, 2, 4)
		wantSentences(t, "Retry.When", e.Retry.When, 1, 1)
		if !slices.Contains(faults, e.Fault) {
			t.Errorf("Fault is %q", e.Fault)
		}
		if !docs[e.DocsURL] {
			t.Errorf("DocsURL %q is no page of the vendor's that is known", e.DocsURL)
		}
	})
}

func TestStatuses(t *testing.T) {
	eachEntry(t, func(t *testing.T, e Entry) {
		if len(e.Statuses) == 0 {
			t.Fatal("no status")
		}
		for _, s := range e.Statuses {
			if s.Code < 400 || s.Code > 599 {
				t.Errorf("%d is no status of an error", s.Code)
			}
			if documented := e.Code == "rate_limit_exceeded"; s.Documented != documented {
				t.Errorf("status %d: Documented is %v; the vendor documents 429 of rate limits alone", s.Code, s.Documented)
			}
		}
	})
}

func TestWords(t *testing.T) {
	eachEntry(t, func(t *testing.T, e Entry) {
		if n := len(e.Words); n < 12 {
			t.Errorf("%d words, want 12 or more", n)
		}
		seen := map[string]bool{}
		for _, w := range e.Words {
			if w != strings.ToLower(w) || w != strings.Join(strings.Fields(w), " ") || w == "" {
				t.Errorf("%q is not lower case, single spaced", w)
			}
			if seen[w] {
				t.Errorf("%q stands twice", w)
			}
			seen[w] = true
		}
	})
}

func TestExamples(t *testing.T) {
	seen := map[string]Code{}
	eachEntry(t, func(t *testing.T, e Entry) {
		var body struct {
			Error struct {
				Code      Code    `json:"code"`
				Message   string  `json:"message"`
				Type      string  `json:"type"`
				Param     *string `json:"param"`
				RequestID string  `json:"request_id"`
				ResetAt   int64   `json:"reset_at"`
			} `json:"error"`
		}
		decoder := json.NewDecoder(strings.NewReader(e.Example))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&body); err != nil {
			t.Fatal(err)
		}
		got := body.Error
		if got.Code != e.Code || got.Message == "" || got.Type == "" {
			t.Errorf("incomplete or of another code: %+v", got)
		}
		if (got.RequestID == "") == (got.ResetAt == 0) {
			t.Errorf("wants either request_id or reset_at: %+v", got)
		}
		if other, twice := seen[got.RequestID]; twice && got.RequestID != "" {
			t.Errorf("has the request_id of %s", other)
		}
		seen[got.RequestID] = e.Code

		var pretty bytes.Buffer
		if err := json.Indent(&pretty, []byte(e.Example), "", "  "); err != nil || pretty.String() != e.Example {
			t.Errorf("not pretty-printed (%v):\n%s", err, e.Example)
		}
	})
}

func TestConfused(t *testing.T) {
	eachEntry(t, func(t *testing.T, e Entry) {
		if n := len(e.Confused); n < 1 || n > 3 {
			t.Errorf("%d lookalikes, want 1 to 3", n)
		}
		seen := map[Code]bool{e.Code: true}
		for _, c := range e.Confused {
			if known, _ := Lookup(string(c.Code)); known.Code != c.Code {
				t.Errorf("%s is no code", c.Code)
			}
			if seen[c.Code] {
				t.Errorf("%s is itself or stands twice", c.Code)
			}
			seen[c.Code] = true
			wantSentences(t, string(c.Code), c.Tell, 1, 1)
		}
	})
}

func TestChecklistShape(t *testing.T) {
	eachEntry(t, func(t *testing.T, e Entry) {
		if n := len(e.Steps); n < 3 || n > 7 {
			t.Fatalf("%d steps, want 3 to 7", n)
		}
		live := 0
		for _, s := range e.Steps {
			if s.Kind == CheckStep {
				live++
			}
		}
		if live == 0 {
			t.Error("no live check")
		}
		last := e.Steps[len(e.Steps)-1]
		if last.Kind != DoStep || last.Title != resend || last.Check != (Check{}) {
			t.Errorf("ends in %q (%s), want %q", last.Title, last.Kind, resend)
		}
	})
}

func TestStepTexts(t *testing.T) {
	eachEntry(t, func(t *testing.T, e Entry) {
		for _, s := range e.Steps {
			if n := utf8.RuneCountInString(s.Title); n == 0 || n > 60 {
				t.Errorf("title of %d characters: %q", n, s.Title)
			}
			if strings.HasSuffix(s.Title, ".") || strings.TrimSpace(s.Title) != s.Title {
				t.Errorf("title with a final period or blanks: %q", s.Title)
			}
			wantSentences(t, s.Title, s.Detail, 1, 4)
		}
	})
}

func TestStepKinds(t *testing.T) {
	eachEntry(t, func(t *testing.T, e Entry) {
		for _, s := range e.Steps {
			check, ask := s.Check != Check{}, s.Ask != Input{}
			switch {
			case s.Kind == CheckStep && check && !ask:
			case s.Kind == AskStep && ask && !check:
			case s.Kind == DoStep && !ask:
			default:
				t.Errorf("%q: a %s step with check %q, ask %q", s.Title, s.Kind, s.Check, s.Ask)
			}
			for _, id := range s.Fails {
				if s.Kind != CheckStep || !strings.HasPrefix(id, s.Check.String()+".") {
					t.Errorf("%q: %s is no finding of its check", s.Title, id)
				}
			}
		}
	})
}

// A check runs once in a list, and what refers to one (a remedy that runs it again, a step that needs it)
// stands after it.
func TestStepsReferToEarlierChecks(t *testing.T) {
	eachEntry(t, func(t *testing.T, e Entry) {
		ran := map[Check]bool{{}: true}
		for _, s := range e.Steps {
			if !ran[s.Needs] {
				t.Errorf("%q needs %s, which does not stand before it", s.Title, s.Needs)
			}
			if s.Kind == CheckStep && ran[s.Check] {
				t.Errorf("%q runs %s a second time", s.Title, s.Check)
			}
			if s.Kind == DoStep && !ran[s.Check] {
				t.Errorf("%q runs %s again, which does not stand before it", s.Title, s.Check)
			}
			ran[s.Check] = true
		}
	})
}

func TestEachCodeHasItsOwnChecklist(t *testing.T) {
	lists, details := map[string]Code{}, map[string]Code{}
	titles := map[string][]Code{}
	for _, e := range All() {
		var list strings.Builder
		for _, s := range e.Steps[:len(e.Steps)-1] {
			list.WriteString(s.Title + "\n")
			titles[s.Title] = append(titles[s.Title], e.Code)
		}
		if other, same := lists[list.String()]; same {
			t.Errorf("%s has the checklist of %s", e.Code, other)
		}
		lists[list.String()] = e.Code
		for _, s := range e.Steps {
			if other, same := details[s.Detail]; same {
				t.Errorf("%s: %q says what a step of %s says", e.Code, s.Title, other)
			}
			details[s.Detail] = e.Code
		}
	}
	for title, codes := range titles {
		if len(codes) > 3 {
			t.Errorf("%q stands in %d checklists: %v", title, len(codes), codes)
		}
	}
}

// TestWaitsThatACheckWorksOutStandInNoText: its schedule would contradict them.
func TestWaitsThatACheckWorksOutStandInNoText(t *testing.T) {
	waits := regexp.MustCompile(`\d+(, \d+)+(…| and \d+)? seconds`)
	for _, e := range All() {
		if !slices.ContainsFunc(e.Steps, func(s Step) bool { return s.Check == LimitsCheck }) {
			continue
		}
		for _, s := range e.Steps {
			if found := waits.FindString(s.Detail); found != "" {
				t.Errorf("%s, %q names %q, which the schedule of the limits check works out", e.Code, s.Title, found)
			}
		}
	}
}
