package paste

import "strings"

// powershells reads Invoke-WebRequest and Invoke-RestMethod commands, as browsers' "copy as PowerShell" writes
// them.
func powershells(text string) (all []shown) {
	from := 0
	for range maxCommands {
		at := strings.Index(text[from:], "Invoke-")
		if at < 0 {
			break
		}
		start := from + at
		from = start + len("Invoke-")
		if !strings.HasPrefix(text[from:], "WebRequest") && !strings.HasPrefix(text[from:], "RestMethod") {
			continue
		}
		c := cmdlet{text, start, cmdletEnd(text, start)}
		if s, ok := c.request(); ok {
			all = append(all, s)
			from = c.end
		}
	}
	return all
}

const maxCommand = 1 << 22 // bytes: a body may hold an image

// cmdletEnd returns where a command ends: at a line's end without a backtick before it, outside of @{…}.
func cmdletEnd(text string, i int) int {
	open := 0
	for stop := min(len(text), i+maxCommand); i < stop; i++ {
		switch text[i] {
		case '{':
			open++
		case '}':
			open--
		case '\n':
			if open <= 0 && !strings.HasSuffix(strings.TrimRight(text[max(0, i-3):i], " \r"), "`") {
				return i
			}
		}
	}
	return i
}

// cmdlet is one command and where it stands.
type cmdlet struct {
	text       string
	start, end int
}

func (c cmdlet) request() (s shown, ok bool) {
	s.at = Span{c.start, c.end}
	s.url, _ = c.argument("-Uri ")
	s.method, _ = c.argument("-Method ")
	s.method = strings.ToUpper(s.method)
	if at := c.after("-Headers "); at >= 0 {
		if open := strings.IndexByte(c.text[at:c.end], '{'); open >= 0 {
			ahead := 0
			s.headers = headerList(c.text, readGroup(c.text, at+open, c.end, &ahead))
		}
	}
	if kind, _ := c.argument("-ContentType "); kind != "" {
		s.headers = append(s.headers, pair{"Content-Type", kind})
	}
	s.content, s.body = c.argument("-Body ")
	if s.method == "" {
		s.method = "GET"
	}
	return s, strings.Contains(s.url, "://")
}

// after returns where the argument of a parameter begins: -1 where it is not given.
func (c cmdlet) after(name string) int {
	at := strings.Index(c.text[c.start:c.end], name)
	if at < 0 {
		return -1
	}
	return c.start + at + len(name)
}

// argument reads the first string behind a parameter, or its one word.
func (c cmdlet) argument(name string) (string, Span) {
	at := c.after(name)
	if at < 0 {
		return "", Span{}
	}
	if quote := strings.IndexAny(c.text[at:c.end], `"'`); quote >= 0 && (quote == 0 || c.text[at] == '(') {
		at += quote
	}
	s := &shell{dialect: powershell, text: c.text[:c.end], i: at}
	word := strings.TrimRight(s.word(), ")")
	return word, Span{at, s.i}
}
