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
	s.url = c.argument("-Uri ")
	s.method = strings.ToUpper(c.argument("-Method "))
	if at := c.after("-Headers "); at >= 0 {
		if open := strings.IndexByte(c.text[at:c.end], '{'); open >= 0 {
			ahead := 0
			s.headers = headerList(c.text, readGroup(c.text, at+open, c.end, &ahead))
		}
	}
	if kind := c.argument("-ContentType "); kind != "" {
		s.headers = append(s.headers, pair{"Content-Type", kind})
	}
	c.body(&s)
	if s.method == "" {
		s.method = "GET"
	}
	return s, strings.Contains(s.url, "://")
}

// body reads what -Body sends, where that is a string, or one turned into bytes.
func (c cmdlet) body(s *shown) {
	for _, name := range []string{"-InFile ", "-Form "} {
		if at := c.after(name); at >= 0 {
			s.lack("what " + name + "sends")
		}
	}
	at := c.after("-Body ")
	if at < 0 {
		return
	}
	w := c.argumentWord("-Body ")
	s.content, s.body = w.text, w.Span
	made := strings.TrimLeft(c.text[at:c.end], " ")
	switch {
	case w.expands != "":
		s.lack("what PowerShell put in for " + w.expands)
	case strings.HasPrefix(made, "@{"), strings.HasPrefix(made, "(") && !strings.HasPrefix(made, "([System.Text.Encoding]::UTF8.GetBytes("):
		s.lack("the body, which is made by PowerShell code")
	}
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
func (c cmdlet) argument(name string) string { return c.argumentWord(name).text }

func (c cmdlet) argumentWord(name string) word {
	at := c.after(name)
	if at < 0 {
		return word{}
	}
	if quote := strings.IndexAny(c.text[at:c.end], `"'`); quote >= 0 && (quote == 0 || c.text[at] == '(') {
		at += quote
	}
	s := &shell{dialect: powershell, text: c.text[:c.end], i: at}
	text, raw := s.word(), c.text[at:s.i]
	closing := len(raw) - len(strings.TrimRight(raw, ")")) // brackets of the command, which follow the string
	return word{text[:max(0, len(text)-closing)], Span{at, s.i}, s.expands}
}
