package checks

import (
	"embed"
	"fmt"
	"strings"
	"sync"
	"text/template"
	"time"
)

// backoff is a schedule of retries with full jitter: before retry n, from 0, a client waits a random time between 0
// and the smaller of most and base × 2^n, and as long as it is told where the answer says so.
type backoff struct {
	base, most time.Duration
	retries    int
	budget     time.Duration // all in all, after which a client gives up
	reset      bool          // X-RateLimit-Reset names the end of the limit that was hit
	epoch      bool          // it names it as a time, not as Klyra documents it
}

// backoffFor takes the schedule from what a response shows. Nothing is retried faster than the limit per minute
// allows, and no longer apart than the window of the limit.
func backoffFor(s limitState) backoff {
	b := backoff{base: time.Second, most: time.Minute, retries: 7, budget: 5 * time.Minute, reset: true}
	if between, known := s.interval(); known {
		b.base = min(max(between.Round(10*time.Millisecond), time.Second), b.most)
	}
	b.epoch = !s.ResetTime.IsZero()
	if s.hit() == parallelLimit { // it is free again as soon as a request has ended
		b.most, b.reset = 20*time.Second, false
		b.base = min(max(b.base, s.took.Round(time.Second)), b.most)
	}
	return b
}

// ceiling is the most to wait before a retry, from 0.
func (b backoff) ceiling(retry int) time.Duration { return min(b.most, b.base<<retry) }

// backoffRule is the schedule in one sentence.
func backoffRule(b backoff) string {
	return fmt.Sprintf("Before a retry wait as long as Retry-After says, else a random time between 0 and the smaller of %s and %s × 2^retries, and give up after %d",
		intervalText(b.most), intervalText(b.base), b.retries)
}

// blocks returns the schedule and the snippets where a response shows that a limit is or comes near; nil where it
// does not, or where waiting does not lift it.
func (s limitState) blocks(t Target, now time.Time) []Block {
	kind := s.hit()
	if s.edge != "" && !s.edgeLimits() || s.edge == "" && (kind == payloadLimit || kind == noLimit && !s.isLow()) {
		return nil
	}
	b := backoffFor(s)
	return append([]Block{{Title: "Backoff schedule", Text: s.schedule(b, now)}}, b.snippets(t.snippetCall())...)
}

// schedule writes a schedule as a table, under what is known of the first wait.
func (s limitState) schedule(b backoff, now time.Time) string {
	var text strings.Builder
	switch wait, at := s.retry(now); {
	case s.hit() == quotaLimit || s.hit() == dayLimit:
		text.WriteString("No retry succeeds before the " + limitSpans[s.hit()] + " is over. After that, this is how to\nretry where a request is refused for the limit per minute or at once.\n")
	case wait > 0:
		fmt.Fprintf(&text, "First wait until %s (%s): this response says so.\n", clock(at, now), waitText(wait))
	}
	text.WriteString("Wait as long as Retry-After says where an answer has one")
	if b.reset {
		text.WriteString(",\nelse on a 429 as long as X-RateLimit-Reset says")
	}
	text.WriteString(".\nElse a random time (full jitter):\n\n")
	fmt.Fprintf(&text, "%-5s  %-18s  %s\n", "retry", "wait between", "at most in all")
	var all time.Duration
	for retry := range b.retries {
		all += b.ceiling(retry)
		fmt.Fprintf(&text, "%5d  %-18s  %s\n", retry+1, "0 and "+intervalText(b.ceiling(retry)), intervalText(all))
	}
	fmt.Fprintf(&text, "\nGive up after %d retries, or where the next would begin after %d min in all.", b.retries, b.budget/time.Minute)
	return text.String()
}

// limitSpans are the spans of time in which no retry on the schedule succeeds.
var limitSpans = map[limitKind]string{quotaLimit: "billing period", dayLimit: "day"}

// snippetFiles are programs that retry on such a schedule.
//
//go:embed backoff/*.tmpl
var snippetFiles embed.FS

var snippetTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(snippetFiles, "backoff/*.tmpl"))
})

// snippetTitles are the programs in the order in which they are shown.
var snippetTitles = []struct{ title, client, file string }{
	{"Retry with curl (shell)", "curl", "retry.sh.tmpl"},
	{"Retry in Python (requests)", "python", "retry.py.tmpl"},
	{"Retry in Node (fetch)", "node", "retry.mjs.tmpl"},
	{"Retry in Go (net/http)", "go", "retry.go.tmpl"},
}

// snippets writes the programs that send a request.
func (b backoff) snippets(call snippetCall) []Block {
	values := map[string]any{
		"Call": call, "Reset": b.reset, "Epoch": b.epoch && b.reset, "Retries": b.retries, "Attempts": b.retries + 1, "Budget": int(b.budget.Seconds()), "BudgetMs": b.budget.Milliseconds(),
		"Base": secondsText(b.base), "BaseMs": b.base.Milliseconds(), "Cap": secondsText(b.most), "CapMs": b.most.Milliseconds(),
	}
	var blocks []Block
	for _, s := range snippetTitles {
		var text strings.Builder
		if err := snippetTemplates().ExecuteTemplate(&text, s.file, values); err != nil {
			panic(err) // the templates are our own
		}
		blocks = append(blocks, Block{s.title, strings.TrimRight(text.String(), "\n"), s.client})
	}
	return blocks
}
