package mend

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/sentences"
	"github.com/clipperhouse/uax29/v2/words"

	"klyra-doctor/checks"
)

// A part is small enough for the content check to find nothing to warn of, whichever way words are counted.
const (
	partWords      = 449    // between blanks, and by Unicode's rules
	partCharacters = 15_000 // in however few words

	partWindow = 128 << 10 // bytes of the text that are looked at for one part: more than the longest one has
	lookahead  = 256       // bytes after a possible end that tell whether it is one
)

// chunkText splits a text into parts that each fit one request, and hands them to put in order; put must not
// keep them. The parts joined are the text, byte for byte. They end with a sentence where one ends in reach,
// else between words, and never inside a character as people see it (unless that is longer than a part). A
// text that fits is not handed out at all. The text must be in an encoding that contains ASCII: UTF-16 has to
// be cleaned first.
func chunkText(text io.Reader, put func(part []byte) error) (Made, error) {
	var parts, sentenceEnds int64
	in := bufio.NewReaderSize(text, 4*partWindow)
	for {
		window, err := in.Peek(partWindow)
		if err != nil && !errors.Is(err, io.EOF) {
			return Made{}, fmt.Errorf("read the text: %w", err)
		}
		end, atSentence := partEnd(window)
		whole := end == len(window)
		if whole && parts == 0 {
			return Made{Needless: "the text fits as it is: there is nothing to split"}, nil
		}
		if end == 0 {
			return chunked(parts, sentenceEnds), nil
		}
		if err := put(window[:end]); err != nil {
			return Made{}, err
		}
		parts++
		if atSentence && !whole {
			sentenceEnds++
		}
		_, _ = in.Discard(end)
	}
}

func chunked(parts, sentenceEnds int64) Made {
	m := Made{Type: "text/plain"}
	m.did("split into %s of at most %d words, counted by blanks and by Unicode's rules (in Chinese, Japanese or Thai that is about as many characters)",
		checks.Counted(parts, "part"), partWords)
	if cut := parts - 1 - sentenceEnds; cut > 0 {
		m.did("%s of %s between words, because no sentence ends in reach", checks.Counted(cut, "cut"), checks.Grouped(parts-1))
	} else {
		m.did("every part ends with a sentence or a paragraph")
	}
	m.did("nothing was changed: the parts joined are the original, byte for byte")
	return m
}

// partEnd returns where the part at the beginning of a text ends, and whether a sentence ends there.
func partEnd(text []byte) (end int, atSentence bool) {
	most := longestPart(text)
	if most == len(text) {
		return most, true
	}
	if end := lastSentence(text, most); end > 0 {
		if end = graphemeFloor(text, end); end > 0 {
			return end, true
		}
	}
	end = most
	if i := bytes.LastIndexFunc(text[:most], unicode.IsSpace); i >= most/2 { // not inside of a word with dots or slashes
		_, size := utf8.DecodeRune(text[i:])
		end = i + size
	}
	if floor := graphemeFloor(text, end); floor > 0 {
		end = floor
	}
	return end, false
}

// longestPart returns how far a part can reach at most: to the end of a word, or into one that is longer than
// a part.
func longestPart(text []byte) int {
	var size partSize
	end := 0
	for split := words.FromBytes(text); split.Next(); end = split.End() {
		if size.add(split.Value()); !size.fits() {
			break
		}
	}
	if end > 0 {
		return end
	}
	for n := 0; n < partCharacters && end < len(text); n++ {
		_, size := utf8.DecodeRune(text[end:])
		end += size
	}
	return end
}

// partSize counts what a part holds. None of the counts is less than the content check's.
type partSize struct {
	fields, pieces, characters int
	inField                    bool
}

func (p *partSize) add(word []byte) {
	piece := false
	for len(word) > 0 {
		r, size := utf8.DecodeRune(word)
		blank := unicode.IsSpace(r)
		if !blank && !p.inField {
			p.fields++
		}
		p.inField = !blank
		piece = piece || unicode.IsLetter(r) || unicode.IsNumber(r)
		p.characters++
		word = word[size:]
	}
	if piece {
		p.pieces++
	}
}

func (p *partSize) fits() bool {
	return p.fields <= partWords && p.pieces <= partWords && p.characters <= partCharacters
}

// lastSentence returns the last end of a sentence in the first most bytes of a text; 0 where there is none.
func lastSentence(text []byte, most int) int {
	last := 0
	for split := sentences.FromBytes(text[:min(len(text), most+lookahead)]); split.Next() && split.End() <= most; {
		if end := split.End(); endsSentence(text[:end], text[end:]) {
			last = end
		}
	}
	return last
}

// endsSentence reports whether a sentence ends between two texts where Unicode's rules say that one does.
// Those rules also split a URL after its question mark, a name after "Dr." and a wrapped line.
func endsSentence(before, after []byte) bool {
	last, _ := utf8.DecodeLastRune(before)
	if last < utf8.RuneSelf && !unicode.IsSpace(last) {
		return false
	}
	said := bytes.TrimRightFunc(before, unicode.IsSpace)
	if gap := before[len(said):]; bytes.Count(gap, []byte("\n")) > 1 || len(said) == 0 {
		return true
	}
	if last == '\n' && !bytes.ContainsRune([]byte(".!?"), rune(said[len(said)-1])) {
		next, _ := utf8.DecodeRune(after)
		return !unicode.IsLower(next)
	}
	return !abbreviated(said)
}

// abbreviations end in a period that seldom ends a sentence.
var abbreviations = []string{
	"Dr.", "Mr.", "Mrs.", "Ms.", "Prof.", "St.", "Jr.", "Sr.", "No.", "vs.", "e.g.", "i.e.", "cf.", "approx.",
	"Nr.", "bzw.", "z.B.", "Hr.", "Fr.", "Sra.", "Mme.",
}

// abbreviated reports whether a text ends in an abbreviation or in somebody's initial.
func abbreviated(text []byte) bool {
	const longest = 12
	text = text[max(0, len(text)-longest):]
	word := string(text[bytes.LastIndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '(' })+1:])
	if first, size := utf8.DecodeRuneInString(word); unicode.IsUpper(first) && word[size:] == "." {
		return true
	}
	return slices.Contains(abbreviations, word)
}

// graphemeFloor returns the last border between characters, as people see them, in the first end bytes of a
// text; 0 where there is none.
func graphemeFloor(text []byte, end int) int {
	last := 0
	for split := graphemes.FromBytes(text); split.Next() && split.End() <= end; {
		last = split.End()
	}
	return last
}
