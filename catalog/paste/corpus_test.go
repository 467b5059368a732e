package paste

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

const pastes = "../../testdata/pastes"

// expectation is a line of testdata/pastes/expect.jsonl; nil fields are not judged.
type expectation struct {
	File      string
	Code      *string
	Kind      string
	Codes     []string
	Status    *int    `json:"http_status"`
	RequestID *string `json:"request_id"`
	Param     *string
}

func expectations(t testing.TB) (all []expectation) {
	t.Helper()
	for _, name := range []string{"expect.jsonl", "expect-own.jsonl"} {
		data, err := os.ReadFile(filepath.Join(pastes, name))
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(data))
		for lines.Scan() {
			var e expectation
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Fatalf("%s: %v in %s", name, err, lines.Text())
			}
			all = append(all, e)
		}
	}
	return all
}

func readPaste(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(pastes, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// errors are the findings that are more than mentions.
func errors(d Diagnosis) (all []Finding) {
	for _, f := range d.Findings {
		if f.Kind != Mention {
			all = append(all, f)
		}
	}
	return all
}

func TestPastes(t *testing.T) {
	for _, want := range expectations(t) {
		t.Run(want.File, func(t *testing.T) {
			text := readPaste(t, want.File)
			d := Diagnose(text)
			found := errors(d)
			checkSound(t, text, d)
			switch {
			case want.Kind == "none":
				if len(found) > 0 {
					t.Errorf("found %+v where no error can be named", found)
				}
				if want.Status != nil && d.Answer != HiddenBody {
					t.Errorf("answer %q, want %q", d.Answer, HiddenBody)
				}
				return
			case want.Kind == "multiple":
				checkCodes(t, found, want.Codes)
			case len(found) != 1:
				t.Fatalf("%d findings, want 1: %+v", len(found), found)
			case string(found[0].Kind) != want.Kind:
				t.Fatalf("kind %q, want %q: %+v", found[0].Kind, want.Kind, found[0])
			}
			checkFinding(t, found[0], want)
		})
	}
}

func checkCodes(t *testing.T, found []Finding, want []string) {
	t.Helper()
	if len(found) != len(want) {
		t.Fatalf("%d findings, want %v: %+v", len(found), want, found)
	}
	for i, f := range found {
		if string(f.Code) != want[i] || f.Kind != Envelope || !f.Known {
			t.Errorf("finding %d is %s %q, want %q", i, f.Kind, f.Code, want[i])
		}
	}
}

func checkFinding(t *testing.T, f Finding, want expectation) {
	t.Helper()
	if want.Kind == "envelope" && (want.Code != nil) != f.Known || want.Code != nil && string(f.Code) != *want.Code {
		t.Errorf("code %q (known: %v), want %v", f.Code, f.Known, want.Code)
	}
	if want.Status != nil && f.HTTPStatus != *want.Status {
		t.Errorf("status %d, want %d", f.HTTPStatus, *want.Status)
	}
	if want.RequestID != nil && f.RequestID != *want.RequestID {
		t.Errorf("request id %q, want %q", f.RequestID, *want.RequestID)
	}
	if want.Param != nil && f.Param != *want.Param {
		t.Errorf("param %q, want %q", f.Param, *want.Param)
	}
}

// checkSound holds what is true of every diagnosis.
func checkSound(t *testing.T, text string, d Diagnosis) {
	t.Helper()
	for _, f := range d.Findings {
		if f.Count < 1 || f.Line < 1 || len(f.Evidence) == 0 || f.Why == "" {
			t.Errorf("unsound finding %+v", f)
		}
		for _, s := range f.Evidence {
			if s.Start < 0 || s.End < s.Start || s.End > len(text) {
				t.Errorf("evidence %v lies outside of %d bytes", s, len(text))
			}
		}
	}
	if d.Request != nil && (d.Request.Body.Start < 0 || d.Request.Body.End < d.Request.Body.Start || d.Request.Body.End > len(text)) {
		t.Errorf("body %v lies outside of %d bytes", d.Request.Body, len(text))
	}
	if (d.Answer == Error) != (len(errors(d)) > 0) {
		t.Errorf("answer %q with %d errors", d.Answer, len(errors(d)))
	}
}
