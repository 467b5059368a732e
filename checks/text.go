package checks

import (
	"fmt"
	"io"
	"strings"

	"klyra-doctor/checks/text"
)

// wordlessLimit is so many characters that 500 words cannot be meant, whatever counts as a word.
const wordlessLimit = 30 * wordLimit

// readText surveys a text.
func (s *survey) readText(in io.Reader) {
	t, _ := text.Survey(in) // the meter below keeps the error
	s.what += ", " + wordsInWords(t)
	s.fact("words between blanks", "%s", Grouped(t.Fields))
	if t.Looks.Name == "" || t.Looks == text.DamagedUTF8 { // else they would be counts of other characters
		s.countCharacters(t)
	}
	if !t.Visible && t.Wrong == 0 {
		s.found(emptyContent("the text is empty: nothing but blanks and characters that do not show"))
		return
	}
	s.encoding = t.Looks
	s.judgeEncoding(t)
	s.judgeWords(t)
	if t.Wrong == 0 && t.Looks.Name == "" && strings.HasPrefix(s.kind.MIME, "text/") {
		s.hints = append(s.hints, languageFinding(text.GuessLanguage(t.Sample)))
	}
}

// countCharacters shows what a text in UTF-8 consists of.
func (s *survey) countCharacters(t text.Stats) {
	if t.Bytes <= text.SegmentedSize {
		s.fact("words by Unicode's rules", "%s", Grouped(t.Pieces))
	} else {
		s.fact("words by Unicode's rules", "%s in the first %s", Grouped(t.Pieces), sizeWords(text.SegmentedSize))
	}
	s.fact("characters", "%s", Grouped(t.Runes))
	if t.Combining > 0 {
		s.fact("combining accents", "%s (NFD: e and ´ for é, as macOS writes names); harmless, but each counts as a character", Grouped(t.Combining))
	}
}

// wordsInWords is the number of words, honest about scripts that show none: "3 words", "about 12 words".
func wordsInWords(t text.Stats) string {
	if t.Words != t.Fields {
		return "about " + Counted(t.Words, "word")
	}
	return Counted(t.Fields, "word")
}

// judgeEncoding says what is wrong with the characters.
func (s *survey) judgeEncoding(t text.Stats) {
	if t.Wrong > 0 || t.Looks.Name != "" {
		s.found(notUTF8(t))
		return // what else the characters show would follow from that
	}
	if t.BOM == "UTF-8" {
		s.found(Finding{
			ID: "content.bom", Status: Warn, Summary: "the text begins with an invisible byte order mark (EF BB BF)",
			Remedy: "save it as UTF-8 without BOM (in Python, read it with encoding=\"utf-8-sig\")",
		})
	}
	if t.NULs > 0 {
		s.found(Finding{
			ID: "content.nul", Status: Warn,
			Summary: fmt.Sprintf("the text holds %s: many servers refuse them", Counted(t.NULs, "NUL byte")),
			Evidence: []Evidence{
				{"first one at byte", Grouped(t.NULAt)},
			},
			Remedy: "take them out, and find out what put them there: often a C string's end, or a fixed-width field of a database",
		})
	}
	if t.Garbled > 0 || t.Replaced > 0 {
		s.found(mojibake(t))
	}
}

// notUTF8 says where the text stops being UTF-8, and what it looks like instead.
func notUTF8(t text.Stats) Finding {
	f := Finding{
		ID: "content.not_utf8", Status: Fail,
		Remedy: "find out what it was written in, and convert it to UTF-8 from that (iconv -f … -t UTF-8)",
	}
	if t.Wrong > 0 {
		f.Summary = fmt.Sprintf("the text is not UTF-8, which JSON demands: the byte at offset %s, on line %s, is wrong", Grouped(t.WrongAt), Grouped(t.WrongLine))
		f.Evidence = []Evidence{
			{"first wrong byte", fmt.Sprintf("0x%02X at offset %d", t.WrongByte, t.WrongAt)},
			{"wrong bytes", Grouped(t.Wrong)},
		}
	} else {
		f.Summary = "the text is not UTF-8, which JSON demands: by its bytes it is " + t.Looks.Name
	}
	if t.Looks.IsWide() {
		f.Summary = "the text is not UTF-8, which JSON demands, but " + t.Looks.Name
	}
	switch {
	case t.Cut:
		f.Summary = fmt.Sprintf("the text ends in the middle of a character, at offset %s: it was cut at a number of bytes", Grouped(t.WrongAt))
		f.Remedy = "cut it at a number of characters, not of bytes, or send the whole"
	case t.Looks == text.DamagedUTF8:
		f.Remedy = "find out what damaged it (a cut between bytes, or a piece in another encoding), and take the text from before that"
	case t.Looks.Iconv != "":
		f.Remedy = fmt.Sprintf("convert it to UTF-8 (iconv -f %s -t UTF-8), and look whether it then reads right", t.Looks.Iconv)
	}
	if t.Looks.Name != "" && !t.Cut {
		f.Evidence = append(f.Evidence, Evidence{"looks like", t.Looks.Name})
	}
	if t.BOM != "" {
		f.Evidence = append(f.Evidence, Evidence{"byte order mark", t.BOM})
	}
	return f
}

// mojibake says what a wrong encoding did to the text before it came here.
func mojibake(t text.Stats) Finding {
	f := Finding{
		ID: "content.mojibake", Status: Warn,
		Remedy: "read the original as UTF-8 once, and write it as UTF-8 once: somewhere on the way it was read as another encoding",
	}
	if t.Garbled > 0 {
		f.Summary = fmt.Sprintf("the text looks garbled by a wrong encoding in %s", Counted(t.Garbled, "place"))
		f.Evidence = append(f.Evidence, Evidence{"for example", fmt.Sprintf("%s for %c", text.Garble(string(t.GarbledAs)), t.GarbledAs)})
	}
	if t.Replaced > 0 {
		f.Evidence = append(f.Evidence, Evidence{"replacement characters (U+FFFD)", Grouped(t.Replaced)})
		if f.Summary == "" {
			f.Summary = "the text has lost characters before: U+FFFD stands in " + Counted(t.Replaced, "place")
		}
	}
	return f
}

// judgeWords compares the number of words with the documented limit.
func (s *survey) judgeWords(t text.Stats) {
	limit := Evidence{"limit", "about 500 words for a text (documented; not how words are counted)"}
	f := Finding{
		Evidence: []Evidence{limit},
		Remedy:   "split the text at sentence borders and send the parts one by one",
	}
	if s.guessed {
		f.Remedy = "decode it first, then " + f.Remedy
	}
	switch low, high := t.Fields, t.Words; {
	case t.Bytes > imageLimit:
		return // its size says so already
	case low > wordLimit:
		f.ID, f.Status = "content.too_many_words", Fail
		f.Summary = fmt.Sprintf("the text is likely too long: %s words, and about 500 are allowed", Grouped(low))
	case high > wordLimit:
		f.ID, f.Status = "content.too_many_words", Warn
		f.Summary = fmt.Sprintf("the text may be too long: its script puts no blanks between words, an estimate is %s words, and about 500 are allowed", Grouped(high))
	case t.Runes > wordlessLimit:
		f.ID, f.Status = "content.too_many_words", Warn
		f.Summary = fmt.Sprintf("the text may be too long: only %s, but %s characters, far more than 500 words usually have", Counted(low, "word"), Grouped(t.Runes))
	case high >= wordNear:
		f.ID, f.Status = "content.near_limit", Warn
		f.Summary = fmt.Sprintf("the text is at the limit: %s words, and about 500 are allowed", Grouped(high))
	default:
		return
	}
	s.found(f)
}
