package guide

import (
	"strings"
	"testing"
	"time"

	"klyra-doctor/checks"
)

func TestWaterfall(t *testing.T) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	tests := []struct {
		name   string
		phases []checks.PhaseTime
		want   string
	}{
		{name: "nothing was downloaded"},
		{"one server", []checks.PhaseTime{
			{Hop: 1, Name: "DNS", Start: 0, Took: ms(10)},
			{Hop: 1, Name: "connect", Start: ms(10), Took: ms(20)},
			{Hop: 1, Name: "first byte", Start: ms(30), Took: ms(50)},
			{Hop: 1, Name: "transfer", Start: ms(80), Took: 0},
		}, `
DNS               10 ms  ██
connect           20 ms    ████
first byte        50 ms        ████████████
transfer     under 1 ms`},
		{"a redirect", []checks.PhaseTime{
			{Hop: 1, Name: "connect", Start: 0, Took: ms(500)},
			{Hop: 2, Name: "connect", Start: ms(500), Took: ms(500)},
		}, `
1 connect        500 ms  █████████
2 connect        500 ms           █████████`},
		{"ten servers", []checks.PhaseTime{
			{Hop: 9, Name: "first byte", Start: 0, Took: ms(500)},
			{Hop: 10, Name: "first byte", Start: ms(500), Took: 0},
		}, `
9 first byte      500 ms  █████████████████
10 first byte under 1 ms`},
		{"all at once", []checks.PhaseTime{{Hop: 1, Name: "DNS"}}, `
DNS          under 1 ms`},
		{"too short for bars", []checks.PhaseTime{
			{Hop: 1, Name: "connect", Start: 0, Took: ms(1)},
			{Hop: 1, Name: "first byte", Start: ms(1), Took: ms(3), Stopped: true},
		}, `
connect            1 ms
first byte         3 ms  stopped here`},
		{"one that stopped", []checks.PhaseTime{
			{Hop: 1, Name: "DNS", Start: 0, Took: ms(500)},
			{Hop: 1, Name: "connect", Start: ms(500), Took: ms(500), Stopped: true},
		}, `
DNS              500 ms  ████
connect          500 ms      ████  stopped here`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(Waterfall(test.phases, 43), "\n")
			if want := strings.TrimPrefix(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
