// Package mend does the work that findings about a content ask for: it splits, shrinks, cleans and decodes.
// Every function reads a content and hands on what it made; files are somebody else's.
package mend

import (
	"fmt"
	"strings"
)

// Fix is one of the things that can be done about a content. Its text is the name of the command's flag.
type Fix string

const (
	Chunk  Fix = "chunk"  // split a long text into parts that fit
	Shrink Fix = "shrink" // make an image fit
	Clean  Fix = "clean"  // write a text as clean UTF-8
	Decode Fix = "decode" // write what base64 holds
)

// Made tells what a fix has done.
type Made struct {
	Did      []string // a sentence each, without a period: what was done, what was lost; empty where Needless is set
	Needless string   // why there was nothing to be done; then what was written is not worth keeping. "" otherwise
	Type     string   // MIME type of what was written
}

func (m *Made) did(format string, args ...any) { m.Did = append(m.Did, fmt.Sprintf(format, args...)) }

// Misfit is a content that a fix is not for.
type Misfit struct {
	What string // what is so: "this is a PNG image, not a text"
	Hint string // what to do instead
}

func (m Misfit) Error() string { return m.What }

// counted writes a number that is not negative with its noun: "1 word", "1,200 words".
func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes a number that is not negative with commas: "4,194,304".
func grouped(n int64) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
