package paste

import (
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// document is a text made readable: decoded, without what only a terminal wants, with a map back to the text
// as it was given.
type document struct {
	text string
	runs []run // empty where text is as it was given
}

// run says where a stretch of the readable text stood: byte clean+n at orig+n*step.
type run struct{ clean, orig, step int }

// read makes a text readable. Nothing but escape sequences, NULs and byte order marks is dropped, and nothing
// that stood apart is joined but what a sequence stood between.
func read(given string) *document {
	d := &document{text: given}
	switch {
	case strings.HasPrefix(given, "\xff\xfe"):
		d = decodeUTF16(given, 0)
	case strings.HasPrefix(given, "\xfe\xff"):
		d = decodeUTF16(given, 1)
	case strings.HasPrefix(given, "\xef\xbb\xbf") || strings.IndexByte(given, 0x1b) >= 0 || strings.IndexByte(given, 0) >= 0:
		d = dropControls(given)
	}
	for _, quote := range quotings {
		if strings.Contains(d.text, quote.tell) {
			d = d.replace(quote.from, `"`)
		}
	}
	return d
}

// quotings are ways in which a whole text had its quotes replaced, with what gives each away.
var quotings = []struct{ tell, from string }{
	{`&quot;error&quot;`, `&quot;`},
	{`&quot;code&quot;`, `&quot;`},
	{`&#34;error&#34;`, `&#34;`},
	{`&#34;code&#34;`, `&#34;`},
	{`&#x22;code&#x22;`, `&#x22;`},
	{`""error""`, `""`},
	{`""code""`, `""`},
	{`\u0022code\u0022`, `\u0022`},
	{"“code”", "“"},
	{":“", "“"},
	{": “", "“"},
	{"”,", "”"},
	{"”}", "”"},
}

// at returns where a byte of the readable text, or its end, stood in the text as it was given.
func (d *document) at(clean int) int {
	if len(d.runs) == 0 {
		return clean
	}
	i := sort.Search(len(d.runs), func(i int) bool { return d.runs[i].clean > clean }) - 1
	r := d.runs[i]
	return r.orig + (clean-r.clean)*r.step
}

// span maps a range of the readable text back.
func (d *document) span(start, end int) Span { return Span{d.at(start), d.at(end)} }

// line returns the line that a byte of the readable text stands on, from 1.
func (d *document) line(clean int) int { return 1 + strings.Count(d.text[:clean], "\n") }

// builder collects a readable text and its runs.
type builder struct {
	strings.Builder
	runs []run
}

// from notes that what is written next stood at orig.
func (b *builder) from(orig, step int) {
	if n := len(b.runs); n > 0 {
		last := b.runs[n-1]
		if last.step == step && last.orig+(b.Len()-last.clean)*step == orig {
			return
		}
		if last.clean == b.Len() {
			b.runs = b.runs[:n-1]
		}
	}
	b.runs = append(b.runs, run{b.Len(), orig, step})
}

// document closes the builder; end is where the given text ends.
func (b *builder) document(end int) *document {
	b.from(end, 1)
	return &document{b.String(), b.runs}
}

// decodeUTF16 decodes after the two bytes of a byte order mark; high is the index of a unit's high byte, less
// one where the low byte comes first.
func decodeUTF16(given string, bigEndian int) *document {
	unit := func(i int) rune {
		if i+1 >= len(given) {
			return utf8.RuneError
		}
		return rune(given[i+1-bigEndian])<<8 | rune(given[i+bigEndian])
	}
	b := &builder{}
	b.Grow(len(given) / 2)
	for i := 2; i < len(given); {
		r, size := unit(i), 2
		if utf16.IsSurrogate(r) {
			if r = utf16.DecodeRune(r, unit(i+2)); r != utf8.RuneError {
				size = 4
			}
		}
		if r < utf8.RuneSelf {
			b.from(i, 2)
		} else {
			b.from(i, 0)
		}
		if r != 0 {
			b.WriteRune(r)
		}
		i += size
	}
	return b.document(len(given))
}

// dropControls drops byte order marks, NULs and escape sequences.
func dropControls(given string) *document {
	b := &builder{}
	b.Grow(len(given))
	for i := 0; i < len(given); {
		if skip := controls(given, i); skip > 0 {
			i += skip
			continue
		}
		next := i + 1
		for next < len(given) && given[next] != 0x1b && given[next] != 0 && given[next] != 0xef {
			next++
		}
		b.from(i, 1)
		b.WriteString(given[i:next])
		i = next
	}
	return b.document(len(given))
}

// controls returns how many bytes at i are a control sequence or a mark: 0 for text.
func controls(s string, i int) int {
	switch {
	case s[i] == 0:
		return 1
	case strings.HasPrefix(s[i:], "\xef\xbb\xbf"):
		return 3
	case s[i] != 0x1b:
		return 0
	case i+1 == len(s), s[i+1] < 0x20, s[i+1] >= 0x7f: // alone: what follows is text, and a line end parts two words
		return 1
	}
	switch s[i+1] {
	case '[':
		end := i + 2
		for end < len(s) && s[end] >= 0x20 && s[end] < 0x40 {
			end++
		}
		if end < len(s) && s[end] >= 0x40 && s[end] < 0x7f {
			end++
		}
		return end - i
	case ']', 'P', '_', '^':
		for end := i + 2; end < len(s) && end-i < 4096 && s[end] != '\n'; end++ {
			if s[end] == 7 {
				return end + 1 - i
			}
			if s[end] == 0x1b { // closes it together with a backslash, and breaks it off otherwise
				if end+1 < len(s) && s[end+1] == '\\' {
					return end + 2 - i
				}
				break
			}
		}
	}
	return 2
}

// replace puts one text in the place of another, keeping the way back.
func (d *document) replace(old, new string) *document {
	b := &builder{}
	b.Grow(len(d.text))
	rest := 0
	for {
		i := strings.Index(d.text[rest:], old)
		if i < 0 {
			break
		}
		d.copy(b, rest, rest+i)
		b.from(d.at(rest+i), 0)
		b.WriteString(new)
		rest += i + len(old)
	}
	d.copy(b, rest, len(d.text))
	return b.document(d.at(len(d.text)))
}

// copy writes a range of d into b, run by run.
func (d *document) copy(b *builder, start, end int) {
	if len(d.runs) == 0 {
		b.from(start, 1)
		b.WriteString(d.text[start:end])
		return
	}
	i := sort.Search(len(d.runs), func(i int) bool { return d.runs[i].clean > start }) - 1
	for ; start < end; i++ {
		stop := end
		if i+1 < len(d.runs) {
			stop = min(end, d.runs[i+1].clean)
		}
		b.from(d.at(start), d.runs[i].step)
		b.WriteString(d.text[start:stop])
		start = stop
	}
}
