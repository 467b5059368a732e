package paste

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTroublePhrases demands of each phrase that, alone in a text, it is found and read as what its table says.
func TestTroublePhrases(t *testing.T) {
	for kind, table := range map[Kind][]trouble{Gateway: gateways, Network: networks} {
		for _, row := range table {
			for _, phrase := range row.phrases {
				d := Diagnose("it says " + phrase + " here")
				if len(d.Findings) != 1 || d.Findings[0].Kind != kind {
					t.Errorf("%s phrase %q: %+v", kind, phrase, d.Findings)
					continue
				}
				f := d.Findings[0]
				first := slices.IndexFunc(table, func(r trouble) bool { return r.message == f.Message })
				if own := slices.IndexFunc(table, func(r trouble) bool { return r.message == row.message }); first < 0 || first > own {
					t.Errorf("%s phrase %q is read as %q", kind, phrase, f.Message)
				}
				if f.HTTPStatus != 0 && !strings.Contains(phrase, strconv.Itoa(f.HTTPStatus)) {
					t.Errorf("%s phrase %q gives status %d", kind, phrase, f.HTTPStatus)
				}
				if said, _, _ := strings.Cut(strings.TrimPrefix(f.Why, "“"), "”"); !strings.Contains(phrase, said) {
					t.Errorf("%s phrase %q: why %q", kind, phrase, f.Why)
				}
				for _, number := range statusOrNumber.FindAllString(f.Message, -1) {
					if !strings.Contains(phrase, number) {
						t.Errorf("%s phrase %q: the message invents %s", kind, phrase, number)
					}
				}
			}
		}
	}
}

var statusOrNumber = regexp.MustCompile(`\b\d{3,4}\b`)

func TestVendorPhrases(t *testing.T) {
	for _, v := range vendors {
		for _, phrase := range v.phrases {
			d := Diagnose("it says " + phrase + " here")
			if len(d.Findings) != 1 || d.Findings[0].Kind != Foreign || !strings.Contains(d.Findings[0].Message, v.name) {
				t.Errorf("phrase %q of %s: %+v", phrase, v.name, d.Findings)
			}
		}
	}
}

func TestClientPhrases(t *testing.T) {
	for i, c := range clients {
		for _, phrase := range c.phrases {
			w := readWords("it says "+phrase+" here", nil)
			if _, found := w.client[i]; !found {
				t.Errorf("phrase %q of %s is not found", phrase, c.name)
			}
		}
	}
}
