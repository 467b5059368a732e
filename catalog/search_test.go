package catalog

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// A searchCase is a line of the search files: what somebody types, and the codes that are right for it.
type searchCase struct {
	Query  string
	Accept []Code
}

const (
	givenQueries = "../testdata/search.jsonl"
	// Written before the search was, and no reason for any word of the catalog.
	unseenQueries = "../testdata/search_unseen.jsonl"
)

func readSearchCases(t testing.TB, file string) []searchCase {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []searchCase
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var c searchCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("%s: %q: %v", file, lines.Text(), err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

// place returns where the first right hit stands, from 0; -1 where none does.
func (c searchCase) place(hits []Hit) int {
	return slices.IndexFunc(hits, func(h Hit) bool { return slices.Contains(c.Accept, h.Entry.Code) })
}

func TestSearchFindsWhatPeopleType(t *testing.T) {
	x := NewIndex(All())
	for _, test := range []struct {
		file               string
		size, first, three int // how many there are, and how many must be right first and within three
	}{
		{givenQueries, 65, 63, 65},
		{unseenQueries, 50, 47, 49},
	} {
		for _, order := range []string{"as typed", "backwards"} {
			cases := readSearchCases(t, test.file)
			first, three := 0, 0
			for _, c := range cases {
				words := strings.Fields(c.Query)
				if order == "backwards" {
					slices.Reverse(words)
				}
				place := c.place(x.Search(strings.Join(words, " ")))
				switch {
				case place == 0:
					first++
					three++
				case place > 0 && place < 3:
					three++
				}
				if place != 0 {
					t.Logf("%q, %s: right at %d", c.Query, order, place)
				}
			}
			t.Logf("%s, %s: of %d right first %d, within three %d", test.file, order, len(cases), first, three)
			if len(cases) != test.size || first < test.first || three < test.three {
				t.Errorf("want of %d right first %d, within three %d", test.size, test.first, test.three)
			}
		}
	}
}

// TestSearchFindsFailuresOfTheNetwork: where no answer came, the client's words are all that there is to search for.
func TestSearchFindsFailuresOfTheNetwork(t *testing.T) {
	x := NewIndex(All())
	for code, queries := range map[Code][]string{
		"service_unavailable": {
			"ECONNRESET", "ECONNREFUSED", "EAI_AGAIN", "EPIPE", "EHOSTUNREACH", "ENETUNREACH", "socket hang up",
			"connection reset", "connection refused", "Error: read ECONNRESET", "write EPIPE",
		},
		"timeout":     {"ETIMEDOUT", "connect ETIMEDOUT", "ECONNABORTED"},
		"invalid_url": {"ENOTFOUND", "it works locally but not in prod"},
	} {
		for _, query := range queries {
			if hits := x.Search(query); len(hits) == 0 || hits[0].Entry.Code != code {
				t.Errorf("%q does not find %s first: %v", query, code, hits)
			}
		}
	}
}

func TestSearchFindsEveryNameFirst(t *testing.T) {
	x := NewIndex(All())
	for _, e := range All() {
		words := strings.Split(string(e.Code), "_")
		pascal := ""
		for _, w := range words {
			pascal += strings.ToUpper(w[:1]) + w[1:]
		}
		for _, spelling := range []string{
			string(e.Code),
			strings.ToUpper(string(e.Code)),
			strings.Join(words, "-"),
			strings.Join(words, " "),
			strings.Join(words, ""),
			" " + strings.Join(words, ".  "),
			pascal,
			strings.ToLower(pascal[:1]) + pascal[1:],
		} {
			hits := x.Search(spelling)
			if len(hits) == 0 {
				t.Errorf("%q: no hit", spelling)
				continue
			}
			if got, want := hits[0].Why, fmt.Sprintf("name: %q, exactly", e.Code); got != want {
				t.Errorf("%q: first hit %s: %s, want %s", spelling, hits[0].Entry.Code, got, want)
			}
			if got := marked(hits[0]); got != strings.Join(words, "") {
				t.Errorf("%q: marks %q", spelling, got)
			}
		}
	}
}

func TestSearchFindsEntriesByTheirWords(t *testing.T) {
	x := NewIndex(All())
	first, all := 0, 0
	for _, e := range All() {
		c := searchCase{Accept: []Code{e.Code}}
		for _, w := range e.Words {
			all++
			place := c.place(x.Search(w))
			if place < 0 || place > 2 {
				t.Errorf("%s: %q finds it at %d", e.Code, w, place)
			}
			if place == 0 {
				first++
			}
		}
	}
	t.Logf("of %d words and symptoms %d find their code first, all within three", all, first)
}

// marked returns the letters of a hit's code that its marks point at.
func marked(h Hit) string {
	code := []rune(string(h.Entry.Code))
	var letters []rune
	for _, at := range h.Marks {
		letters = append(letters, code[at])
	}
	return string(letters)
}

// fewEntries are small enough to see why each of them is found.
var fewEntries = []Entry{
	{
		Code: "rate_limit_exceeded", Words: []string{"throttled", "too many calls", "slow down"},
		Statuses:    []HTTPStatus{{Code: 429}},
		Description: "You’ve exceeded your allowance", Resolution: "Wait before retrying",
	},
	{
		Code: "service_unavailable", Words: []string{"outage", "can't connect"},
		Statuses:    []HTTPStatus{{Code: 503}, {Code: 500}},
		Description: "The service is resting", Resolution: "Retry after a brief delay",
	},
	{
		Code: "quota", Words: []string{"monthly allowance"},
		Description: "More than 429 calls", Resolution: "Upgrade your plan",
	},
}

func TestWhy(t *testing.T) {
	x := NewIndex(fewEntries)
	for _, test := range []struct{ query, why, marked string }{
		{"Rate-Limit Exceeded", `name: "rate_limit_exceeded", exactly`, "ratelimitexceeded"},
		{"rate limit", `name: "rate", "limit"`, "ratelimit"},
		{"limit rate", `name: "limit", "rate"`, "ratelimit"},
		{"rateLi", `name: "rate", "limit"`, "rateli"},
		{"r", `name: begins with "r"`, "r"},
		{"exceeds", `name: "exceeded"`, "exceed"},
		{"limitExceeded", `name: "limit", "exceeded"`, "limitexceeded"},
		{"limitexceeded", `name: "limitexceeded"`, "limitexceeded"},
		{"my limit is a problem", `name: "limit"`, "limit"},
		{"excee", `name: "exceeded"`, "excee"},
		{"available", `name: "unavailable"`, "available"},
		{"rle", `name: "rate_limit_exceeded" for "rle"`, "rle"},
		{"su", `name: "service_unavailable" for "su"`, "su"},
		{"limexc", `name: "rate_limit_exceeded" for "limexc"`, "limexc"},
		{"svc", `name: "service" for "svc"`, "service"},
		{"throttled", `words: "throttled"`, ""},
		{"throttling", `words: "throttled"`, ""},
		{"many calls", `words: "many", "calls"`, ""},
		{"toomanycalls", `words: "toomanycalls"`, ""},
		{"cant connect", `words: "connect"`, ""},
		{"429", `HTTP status: "429"`, ""},
		{"HTTP status 503", `HTTP status: "503"`, ""},
		{"42", `HTTP status: "429"`, ""},
		{"502", `HTTP status: "500", of the class of "502"`, ""},
		{"limti", `name: "limit" for "limti"`, "limit"},
		{"exceded", `name: "exceeded" for "exceded"`, "exceeded"},
		{"ratelimitexceded", `name: "rate_limit_exceeded" for "ratelimitexceded"`, "ratelimitexceeded"},
		{"unavali", `name: "unavailable" for "unavali"`, "unavail"},
		{"outtage", `words: "outage" for "outtage"`, ""},
		{"resting", `description: "resting"`, ""},
		{"delayed", `resolution: "delay"`, ""},
		{"plan upgrade", `resolution: "plan", "upgrade"`, ""},
		{"limit calls 429", `name: "limit"; words: "calls"; HTTP status: "429"`, "limit"},
		{"limit allowance", `name: "limit"; description: "allowance"`, "limit"},
	} {
		hits := x.Search(test.query)
		if len(hits) == 0 {
			t.Errorf("%q: no hit", test.query)
			continue
		}
		if hits[0].Why != test.why || marked(hits[0]) != test.marked {
			t.Errorf("%q: %s, marks %q, want %s, marks %q", test.query, hits[0].Why, marked(hits[0]), test.why, test.marked)
		}
	}
}

func TestTiers(t *testing.T) {
	x := NewIndex([]Entry{
		{Code: "a1", Resolution: "find the server"},
		{Code: "a2", Description: "servery of 413"},
		{Code: "a3", Words: []string{"severe sever"}},
		{Code: "sevrer_gone"},
		{Code: "a4", Statuses: []HTTPStatus{{Code: 413}}},
		{Code: "a5", Words: []string{"my server"}},
		{Code: "lost_server"},
		{Code: "server"},
	})
	for _, test := range []struct {
		query string
		want  []Code
	}{
		{"server", []Code{"server", "lost_server", "a5", "a1", "a2"}},
		{"servre", []Code{"server", "lost_server", "a5", "sevrer_gone"}},
		{"sevrre", []Code{"sevrer_gone", "a3"}},
		{"serve", []Code{"server", "lost_server", "a5", "a2", "a1"}},
		{"413", []Code{"a4", "a2"}},
		{"lost server", []Code{"lost_server", "server"}},
	} {
		var got []Code
		for _, h := range x.Search(test.query) {
			got = append(got, h.Entry.Code)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q: %v, want %v", test.query, got, test.want)
		}
	}
}

func TestEqualHitsKeepTheirOrder(t *testing.T) {
	var got []Code
	for _, h := range NewIndex(All()).Search("429") {
		got = append(got, h.Entry.Code)
	}
	want := []Code{"rate_limit_exceeded", "quota_exceeded", "concurrent_requests_exceeded"}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestNonsenseHitsNothing(t *testing.T) {
	x := NewIndex(All())
	for _, query := range []string{
		"zxqv", "qwertyuiop", "asdf", "banana", "lorem ipsum", "xx", "zzz", "foobar", "xyzzy", "blorp",
		"wibble wobble", "giraffe", "hello world", "kjhgfd", "purple monkey dishwasher", "aaaaaaaa", "pqowieuryt",
		"sandwich", "vlkjxc limit qwpoei", "éàü", "привет", "日本語", "🙂", "8675309", "grmblfx", "my xqj error",
		"", "   ", "_-./", "\x00\xff", "'’'",
	} {
		if hits := x.Search(query); len(hits) > 0 {
			t.Errorf("%q: %s: %s", query, hits[0].Entry.Code, hits[0].Why)
		}
	}
}

func TestSearchCutsQueries(t *testing.T) {
	x := NewIndex(All())
	if len(x.Search(strings.Repeat("é ", 29)+" quota")) != 0 {
		t.Error("nonsense and one word: want no hit")
	}
	if hits := x.Search(strings.Repeat(" ", maxQuery-5) + "quota"); len(hits) == 0 {
		t.Error("the last words within the limit: no hit")
	}
	if hits := x.Search(strings.Repeat("—", maxQuery) + "quota"); len(hits) > 0 {
		t.Errorf("words beyond the limit: %s", hits[0].Why)
	}
}

func TestEveryKeystroke(t *testing.T) {
	x := NewIndex(All())
	for _, file := range []string{givenQueries, unseenQueries} {
		for _, c := range readSearchCases(t, file) {
			for i := range c.Query {
				checkHits(t, x, c.Query[:i])
			}
		}
	}
	for _, e := range All() {
		for i := 1; i <= len(e.Code); i++ {
			c := searchCase{Accept: []Code{e.Code}}
			if typed := string(e.Code[:i]); c.place(x.Search(typed)) < 0 {
				t.Errorf("%q: no hit for %s", typed, e.Code)
			}
		}
	}
}

// checkHits holds what is true of the hits for any query whatever.
func checkHits(t *testing.T, x *Index, query string) {
	t.Helper()
	hits := x.Search(query)
	seen := map[Code]bool{}
	for i, h := range hits {
		code := h.Entry.Code
		if seen[code] {
			t.Errorf("%q: %s twice", query, code)
		}
		seen[code] = true
		if h.Score <= 0 || i > 0 && h.Score > hits[i-1].Score {
			t.Errorf("%q: score %v of hit %d", query, h.Score, i)
		}
		if h.Why == "" || !utf8.ValidString(h.Why) {
			t.Errorf("%q: %s: why %q", query, code, h.Why)
		}
		for j, at := range h.Marks {
			if at < 0 || at >= utf8.RuneCountInString(string(code)) || j > 0 && at <= h.Marks[j-1] {
				t.Errorf("%q: %s: marks %v", query, code, h.Marks)
			}
		}
		if strings.HasPrefix(h.Why, "name: ") != (len(h.Marks) > 0) {
			t.Errorf("%q: %s: %s, but marks %v", query, code, h.Why, h.Marks)
		}
	}
	if again := x.Search(query); !reflect.DeepEqual(hits, again) {
		t.Errorf("%q: two searches differ", query)
	}
}

func FuzzSearch(f *testing.F) {
	for _, query := range []string{
		"", "rate limti", "InvalidAPIKey", "photo over 4mb", "won’t", "HTTP 502", "ſervıce", "İnvalid\xff", "ÉTÉ chaud",
		"e\u0301te\u0301", "___", "a limit 0a", strings.Repeat("a b ", 20), strings.Repeat("ab", 100),
	} {
		f.Add(query)
	}
	known := NewIndex(All())
	odd := NewIndex([]Entry{
		{Code: "ÉTÉ_chaud", Words: []string{"", "…", "été", strings.Repeat("a b ", 50)}, Description: "\xff\x00 the"},
		{Code: "İı"},
		{Code: ""},
		{Code: "_"},
		{Code: "日本_語"},
		{Code: "api_error"},
		{Code: "x9y8"},
		{Code: "don't_panic"},
		{Code: Code(strings.Repeat("long_name_", 20))},
	})
	f.Fuzz(func(t *testing.T, query string) {
		checkHits(t, known, query)
		checkHits(t, odd, query)
		known.Suggest(query, 3)
		odd.Suggest(query, 3)
	})
}

func TestSuggest(t *testing.T) {
	x := NewIndex(All())
	for _, test := range []struct {
		name string
		n    int
		want []Code
	}{
		{"rate_limited", 3, []Code{"rate_limit_exceeded"}},
		{"RateLimitError", 3, []Code{"rate_limit_exceeded"}},
		{"invalid_apikey", 3, []Code{"invalid_api_key"}},
		{"invlaid_api_kye", 1, []Code{"invalid_api_key"}},
		{"api_key_expired", 1, []Code{"expired_api_key"}},
		{"internal_error", 3, []Code{"internal_server_error"}},
		{"payload_too_large", 3, []Code{"content_too_large"}},
		{"quota_limit_exceeded", 2, []Code{"quota_exceeded", "rate_limit_exceeded"}},
		{"apikey", 3, []Code{"invalid_api_key", "missing_api_key", "expired_api_key"}},
		{"apikey", 2, []Code{"invalid_api_key", "missing_api_key"}},
		{"timeout", 0, nil},
		{"timeout", -1, nil},
		{"unauthorized", 3, nil},
		{"throttled", 3, nil},
		{"429", 3, nil},
		{"card_declined", 3, nil},
		{"", 3, nil},
	} {
		if got := x.Suggest(test.name, test.n); !slices.Equal(got, test.want) {
			t.Errorf("Suggest(%q, %d) = %v, want %v", test.name, test.n, got, test.want)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"invalid_api-key.x/y", "invalid api key x y"},
		{"InvalidAPIKey URLs", "invalid api key urls"},
		{"photo over 4mb", "photo over 4 mb"},
		{"mp4, base64, UTF-8", "mp4 base64 utf 8"},
		{"http413 v1 413KB", "http 413 v1 413 kb"},
		{"won't You’ve 'quoted'", "wont youve quoted"},
		{"  ", ""},
	} {
		if got := join(split(test.text), " "); got != test.want {
			t.Errorf("split(%q): %q, want %q", test.text, got, test.want)
		}
	}
}

func TestLiken(t *testing.T) {
	for _, test := range []struct {
		query, word string
		want        likeness
	}{
		{"limit", "limit", same},
		{"limiting", "limits", sameStem},
		{"retries", "retrying", sameStem},
		{"locally", "local", sameStem},
		{"locally", "locale", kin},
		{"permitted", "permit", sameStem},
		{"expires", "expired", sameStem},
		{"misses", "missing", sameStem},
		{"exceeded", "exceed", sameStem},
		{"perm", "permissions", beginning},
		{"failure", "failed", kin},
		{"concurrency", "concurrent", kin},
		{"supported", "unsupported", most},
		{"load", "download", inside},
		{"limti", "limit", slip},
		{"limt", "limit", slip},
		{"limmit", "limit", slip},
		{"invaild", "invalid", slip},
		{"nvalidd", "invalid", twoSlips},
		{"unsported", "unsupported", twoSlips},
		{"medua", "media", roughly},
		{"permsi", "permissions", roughly},
		{"tent", "text", unlike},
		{"kye", "key", unlike},
		{"contact", "content", unlike},
		{"503", "504", unlike},
		{"1020", "1015", unlike},
		{"502", "500", headOfClass},
		{"404", "500", unlike},
		{"error", "errors", unlike}, // a filler
	} {
		if got := liken(split(test.query)[0], split(test.word)[0]); got != test.want {
			t.Errorf("liken(%q, %q) = %d, want %d", test.query, test.word, got, test.want)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	cases := readSearchCases(b, givenQueries)
	for _, n := range []int{len(All()), 2000} {
		x := NewIndex(generated(n))
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				x.Search(cases[i%len(cases)].Query)
			}
		})
	}
}

// BenchmarkTyping searches once for each key of the given queries, as the search screen does.
func BenchmarkTyping(b *testing.B) {
	var typed []string
	for _, c := range readSearchCases(b, givenQueries) {
		for i := range c.Query {
			typed = append(typed, c.Query[:i+1])
		}
	}
	for _, n := range []int{len(All()), 2000} {
		x := NewIndex(generated(n))
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				x.Search(typed[i%len(typed)])
			}
		})
	}
}

func BenchmarkNewIndex(b *testing.B) {
	for _, n := range []int{len(All()), 2000} {
		entries := generated(n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewIndex(entries)
			}
		})
	}
}

// generated returns n entries, the same on every call: the catalog's own, then more whose names, words and
// texts mix the catalog's vocabulary with made-up words.
func generated(n int) []Entry {
	random := rand.New(rand.NewPCG(1, 2))
	var pool []string
	for _, e := range All() {
		texts := append([]string{string(e.Code), e.Description, e.Resolution}, e.Words...)
		for _, w := range split(strings.Join(texts, " ")) {
			pool = append(pool, w.text)
		}
	}
	for range 3000 {
		letters := make([]byte, 3+random.IntN(9))
		for i := range letters {
			letters[i] = "etaoinshrdlucmfwypvb"[random.IntN(20)]
		}
		pool = append(pool, string(letters))
	}
	pick := func(n int, separator string) string {
		picked := make([]string, n)
		for i := range picked {
			picked[i] = pool[random.IntN(len(pool))]
		}
		return strings.Join(picked, separator)
	}
	made := All()
	for len(made) < n {
		e := Entry{
			Code:        Code(pick(2+random.IntN(2), "_")),
			Description: pick(8, " "), Resolution: pick(10, " "),
			Statuses: []HTTPStatus{{Code: 400 + random.IntN(200)}},
		}
		for range 20 {
			e.Words = append(e.Words, pick(1+random.IntN(3), " "))
		}
		made = append(made, e)
	}
	return made
}
