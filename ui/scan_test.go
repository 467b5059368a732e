package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
)

// logged are options with a log in which a few codes stand.
func logged() Options {
	o := sandboxed()
	at := func(line int64) paste.Place {
		return paste.Place{Line: line, Time: time.Date(2026, 11, 23, 9, 14, int(line), 0, time.UTC)}
	}
	o.Log = &Log{Name: "app.log", Summary: paste.Summary{Lines: 4000, Errors: 61, Codes: []paste.CodeCount{
		{Code: "rate_limit_exceeded", Known: true, Count: 40, First: at(3), Last: at(40), RequestIDs: []string{"req_1", "req_2"}},
		{Code: "invalid_api_key", Known: true, Count: 20, First: at(5), Last: paste.Place{Line: 9, File: "app.log.1"}},
		{Code: "brand_new", Count: 1, First: at(7), Last: at(7)},
	}}}
	return o
}

func TestScanFrames(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {40, 10}} {
		name := fmt.Sprintf("scan@%dx%d", size[0], size[1])
		t.Run(name, func(t *testing.T) {
			golden(t, name, newDriver(t, logged()).press("down").size(size[0], size[1]).frame())
		})
	}
	for _, size := range sizes {
		d := newDriver(t, logged()).size(size[0], size[1])
		fits(t, "scan", d.app.View(), size[0], size[1])
	}
	o := logged()
	o.ASCII = true
	for _, r := range newDriver(t, o).frame() {
		if r > '~' {
			t.Fatalf("%q is not ASCII", r)
		}
	}
}

func TestScanLeadsToEntriesAndChecklists(t *testing.T) {
	d := newDriver(t, logged()).atop(&scanScreen{})
	d.shows("61 errors in 4000 lines", "line 3, 2026-11-23 09:14:03 UTC", "req_1 req_2")
	d.press("enter").atop(&entryScreen{}).shows("rate_limit_exceeded")
	d.press("esc").atop(&scanScreen{})
	d.press("j", "f").atop(&checklistScreen{}).shows("invalid_api_key")
	d.press("esc").atop(&scanScreen{}).shows("line 9 of app.log.1")
	d.press("pgdown", "enter").atop(&scanScreen{}).shows("This code is not documented")
	d.press("pgup", "up").shows("req_1 req_2")
	d.press("esc").atop(&searchScreen{})
}

func TestScanOfACalmLog(t *testing.T) {
	o := logged()
	o.Log = &Log{Name: "\x1b[2Jcalm.log", Summary: paste.Summary{Lines: 3}}
	d := newDriver(t, o).shows("0 errors in 3 lines", "No error of the API", `\u001b[2Jcalm.log`)
	d.press("down", "enter", "f").atop(&scanScreen{})
}

// TestBarsAreSharesOfAllErrors: half of them is half a bar, also where no code has more.
func TestBarsAreSharesOfAllErrors(t *testing.T) {
	bars := func(counts ...int64) (lengths []int) {
		o := logged()
		o.Log = &Log{Name: "app.log"}
		for i, n := range counts {
			o.Log.Summary.Errors += n
			o.Log.Summary.Codes = append(o.Log.Summary.Codes, paste.CodeCount{Code: catalog.Code(fmt.Sprint("code", i)), Count: n})
		}
		for line := range strings.Lines(newDriver(t, o).frame()) {
			if n := strings.Count(line, "█"); n > 0 {
				lengths = append(lengths, n)
			}
		}
		return lengths
	}
	whole := bars(2)[0]
	if got := bars(1, 1); !slices.Equal(got, []int{whole / 2, whole / 2}) {
		t.Errorf("halves have bars of %d, the whole one of %d", got, whole)
	}
}
