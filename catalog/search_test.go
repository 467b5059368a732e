package catalog

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

type searchCase struct {
	Query  string
	Accept []Code
}

func readSearchCases(t testing.TB, file string) []searchCase {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []searchCase
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var c searchCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s: %q: %v", file, lines.Text(), err)
		}
		cases = append(cases, c)
	}
	return cases
}

func TestCorpus(t *testing.T) {
	x := NewIndex(All())
	for _, file := range []string{"../testdata/search.jsonl", "../testdata/search_unseen.jsonl"} {
		first, three := 0, 0
		cases := readSearchCases(t, file)
		for _, c := range cases {
			hits := x.Search(c.Query)
			at := slices.IndexFunc(hits, func(h Hit) bool { return slices.Contains(c.Accept, h.Entry.Code) })
			if at == 0 {
				first++
				three++
				continue
			}
			if at > 0 && at < 3 {
				three++
			}
			t.Logf("%q: right at %d", c.Query, at)
			for _, h := range hits[:min(4, len(hits))] {
				t.Logf("     %s %.3f %s", h.Entry.Code, h.Score, h.Why)
			}
		}
		t.Logf("%s: of %d, first %d, within three %d", file, len(cases), first, three)
	}
}

func BenchmarkSearch(b *testing.B) {
	cases := readSearchCases(b, "../testdata/search.jsonl")
	for _, n := range []int{21, 2000} {
		x := NewIndex(generated(n))
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				x.Search(cases[i%len(cases)].Query)
			}
		})
	}
}

// generated returns n entries: the catalog's own, then more whose names, words and texts recombine the
// catalog's words with made-up ones.
func generated(n int) []Entry {
	random := rand.New(rand.NewPCG(1, 2))
	var pool []string
	for _, e := range All() {
		for _, text := range append(e.Words, string(e.Code), e.Description, e.Resolution) {
			for _, w := range split(text) {
				pool = append(pool, w.text)
			}
		}
	}
	for range 3000 {
		letters := make([]byte, 3+random.IntN(9))
		for i := range letters {
			letters[i] = "etaoinshrdlucmfwypvbgkjqxz"[random.IntN(20)]
		}
		pool = append(pool, string(letters))
	}
	words := func(n int, separator string) string {
		var ws []string
		for range n {
			ws = append(ws, pool[random.IntN(len(pool))])
		}
		return strings.Join(ws, separator)
	}
	made := All()
	for len(made) < n {
		e := Entry{
			Code:        Code(words(2+random.IntN(2), "_")),
			Description: words(8, " "), Resolution: words(10, " "),
			Statuses: []HTTPStatus{{Code: 400 + random.IntN(200)}},
		}
		for range 15 {
			e.Words = append(e.Words, words(1+random.IntN(3), " "))
		}
		made = append(made, e)
	}
	return made
}
