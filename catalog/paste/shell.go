package paste

import (
	"regexp"
	"strings"
)

// word is one word of a command, as the program would get it, and where it stood.
type word struct {
	text string
	Span
	expands string // how what the shell would have put in begins: "$KEY", "$(cat"; "" for nothing
}

// dialect is how a shell quotes.
type dialect struct {
	escape   byte // before a line's end, and before any character outside of quotes
	single   bool // 'single quotes' quote
	inDouble byte // escapes a double quote within double quotes
}

var (
	bash       = dialect{escape: '\\', single: true, inDouble: '\\'}
	cmd        = dialect{escape: '^', inDouble: '\\'}
	powershell = dialect{escape: '`', single: true, inDouble: '`'}
)

// dialectOf tells the shell of the command that starts at i by the first sign of one.
func dialectOf(text string, i int) dialect {
	head := text[i:min(len(text), i+maxBare)]
	first := len(head)
	of := bash
	for _, s := range dialectSigns {
		if at := strings.Index(head[:first], s.sign); at >= 0 {
			first, of = at, s.dialect
		}
	}
	return of
}

// dialectSigns are what a shell is told by; the first in a command counts, since those behind it may be content.
var dialectSigns = []struct {
	sign string
	dialect
}{
	{"\\\n", bash}, {"\\\r\n", bash}, {"^\"", cmd}, {"^\n", cmd}, {"^\r\n", cmd}, {"`\n", powershell}, {"`\r\n", powershell},
}

// shell reads the words of one command.
type shell struct {
	dialect
	text  string
	i     int
	built strings.Builder
	plain bool // nothing of the word is quoted so far

	expands string // as a word's
}

const maxWords = 400

// commandWords reads from i to the end of the command: a line's end without a continuation, "|", ";" or "&".
func commandWords(text string, i int) (words []word, end int) {
	s := &shell{dialect: dialectOf(text, i), text: text, i: i}
	for len(words) < maxWords {
		s.blanks()
		if s.i >= len(text) || strings.IndexByte("\n\r|;&", text[s.i]) >= 0 {
			break
		}
		start := s.i
		value := s.word()
		words = append(words, word{value, Span{start, s.i}, s.expands})
	}
	return words, s.i
}

// blanks skips blanks and continued lines, with the prompt that a shell prints on those.
func (s *shell) blanks() {
	for s.i < len(s.text) {
		switch next := s.continued(); {
		case next > 0:
			s.i = next
			if strings.HasPrefix(s.text[s.i:], "> ") {
				s.i += 2
			}
		case s.text[s.i] == ' ' || s.text[s.i] == '\t':
			s.i++
		default:
			return
		}
	}
}

// continued returns where the line after an escaped line end begins, or 0.
func (s *shell) continued() int {
	if s.text[s.i] != s.escape {
		return 0
	}
	rest := s.text[s.i+1:]
	after := strings.TrimLeft(rest[:min(len(rest), 8)], " \r")
	if n := min(len(rest), 8) - len(after); n < len(rest) && rest[n] == '\n' {
		return s.i + 1 + n + 1
	}
	return 0
}

func (s *shell) word() string {
	s.built.Reset()
	s.plain, s.expands = true, ""
	for s.i < len(s.text) {
		c := s.text[s.i]
		switch {
		case strings.IndexByte(" \t\n\r|;", c) >= 0 || c == '&' && s.plain && !strings.Contains(s.built.String(), "://"):
			return s.built.String()
		case s.continued() > 0:
			return s.built.String()
		case c == '\'' && s.single && !s.apostrophe():
			s.singleQuoted()
		case c == '$' && s.single && strings.HasPrefix(s.text[s.i:], "$'"):
			s.dollarQuoted()
		case c == '"', s.escape == '^' && strings.HasPrefix(s.text[s.i:], "^\""):
			s.doubleQuoted()
		case c == s.escape && s.i+1 < len(s.text):
			s.built.WriteByte(s.text[s.i+1])
			s.i += 2
		default:
			s.noteExpansion()
			s.built.WriteByte(c)
			s.i++
		}
	}
	return s.built.String()
}

// noteExpansion notes a variable or a command that begins here and that the shell would have replaced.
func (s *shell) noteExpansion() {
	if s.expands != "" || strings.IndexByte("$%`", s.text[s.i]) < 0 {
		return
	}
	rest := s.text[s.i:min(len(s.text), s.i+40)]
	switch {
	case s.escape == '^':
		s.expands = cmdVariable.FindString(rest)
	case s.escape == '\\' && rest[0] == '`':
		s.expands = strings.Fields(rest)[0]
	default:
		s.expands = variable.FindString(rest)
	}
}

// variable is how a shell's variable or command begins, and cmdVariable is a variable of Windows' cmd.
var (
	variable    = regexp.MustCompile(`^\$(?:\{?[A-Za-z_]\w*\}?|\(\w*)`)
	cmdVariable = regexp.MustCompile(`^%[A-Za-z_]\w*%`)
)

// apostrophe reports whether the quote at i is one of prose: "isn't".
func (s *shell) apostrophe() bool {
	return s.i > 0 && letter(s.text[s.i-1]) && s.i+1 < len(s.text) && letter(s.text[s.i+1]) &&
		strings.IndexByte(s.text[s.i+1:min(len(s.text), s.i+maxBare)], '\'') < 0
}

func (s *shell) singleQuoted() {
	s.plain = false
	end := strings.IndexByte(s.text[s.i+1:], '\'')
	if end < 0 {
		end = len(s.text) - s.i - 1
	}
	s.built.WriteString(s.text[s.i+1 : s.i+1+end])
	s.i = min(len(s.text), s.i+end+2)
}

// dollarQuoted reads bash's $'…', in which escapes mean what they mean in C.
func (s *shell) dollarQuoted() {
	s.plain = false
	start := s.i + 2
	end := start
	for end < len(s.text) && s.text[end] != '\'' {
		if s.text[end] == '\\' {
			end++
		}
		end++
	}
	end = min(end, len(s.text))
	s.built.WriteString(unescape(s.text[start:end]))
	s.i = min(len(s.text), end+1)
}

func (s *shell) doubleQuoted() {
	s.plain = false
	if s.text[s.i] == '^' {
		s.i++
	}
	for s.i++; s.i < len(s.text); s.i++ {
		c := s.text[s.i]
		if s.escape == '^' && c == '^' && s.i+1 < len(s.text) {
			s.i++
			c = s.text[s.i]
		}
		switch {
		case c == '"':
			s.i++
			return
		case c == s.inDouble && s.escaped():
		default:
			s.noteExpansion()
			s.built.WriteByte(c)
		}
	}
}

// escaped writes the character behind an escape within double quotes, where it is one that can be escaped.
func (s *shell) escaped() bool {
	next := s.i + 1
	if s.escape == '^' && next < len(s.text) && s.text[next] == '^' {
		next++
	}
	if next >= len(s.text) || strings.IndexByte("\"\\$`\n", s.text[next]) < 0 {
		return false
	}
	if s.text[next] != '\n' {
		s.built.WriteByte(s.text[next])
	}
	s.i = next
	return true
}
