// Package mend does the work that findings about a content ask for: it splits, shrinks, cleans and decodes.
// It reads a content and hands on what it made; files are somebody else's.
package mend

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"strings"

	"klyra-doctor/checks"
	"klyra-doctor/checks/media"
	"klyra-doctor/checks/text"
)

// Fix is one of the things that can be done about a content. Its text is the name of the command's flag.
type Fix string

const (
	Chunk  Fix = "chunk"  // split a long text into parts that fit
	Shrink Fix = "shrink" // make an image fit
	Clean  Fix = "clean"  // write a text as clean UTF-8
	Decode Fix = "decode" // write what base64 holds
)

// All holds the fixes in the order in which they are named.
var All = []Fix{Chunk, Shrink, Clean, Decode}

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

// Undone is a content that a fix is for, and that this program cannot do it to all the same.
type Undone struct {
	What string // why: "could not tell the text's encoding: …"
	Hint string // what to do instead
}

func (u Undone) Error() string { return u.What }

// Split splits a long text into parts that each fit one request, and hands them to put in order; put must not
// keep them. Where the text fits, nothing is handed out. Errors are a Misfit, an Undone, or of reading or of put.
func Split(c checks.Content, put func(part []byte) error) (Made, error) {
	return mended(Chunk, c, func(open opener) (Made, error) {
		in, err := open()
		if err != nil {
			return Made{}, fmt.Errorf("open the text: %w", err)
		}
		defer in.Close()
		return chunkText(in, put)
	})
}

// Write does a fix that makes one file. The type is that of a smaller image, JPEG or PNG. Where the fix was
// needless or fails, what was written until then is worth nothing. Errors are a Misfit, an
// Undone, or of reading or writing.
func Write(fix Fix, c checks.Content, out io.Writer, imageType string) (Made, error) {
	return mended(fix, c, func(open opener) (Made, error) {
		switch fix {
		case Shrink:
			return shrinkImage(open, out, imageType, imageTarget)
		case Clean:
			return cleanText(open, out)
		}
		return decodeText(open, out)
	})
}

// opener opens a content anew.
type opener = func() (io.ReadCloser, error)

// mended does a fix, where it fits, on a content or on what its base64 holds.
func mended(fix Fix, c checks.Content, do func(opener) (Made, error)) (Made, error) {
	head, err := headOf(c.Open)
	if err != nil {
		return Made{}, err
	}
	if kind, bare := media.Unencoded(head); bare && (c.Base64 || fix == Decode) {
		return Made{}, Misfit{"this is the " + kind.Name + " itself, not base64 of it", "use it as it is, without --base64 and --decode"}
	}
	open, decoded := c.Open, false
	if uri, marked := media.IsDataURI(head); fix != Decode && (c.Base64 || uri && marked || media.IsMediaInBase64(head)) {
		open, decoded = inBase64(c.Open), true
		if head, err = headOf(open); err != nil {
			return Made{}, err
		}
	}
	if (fix == Chunk || fix == Clean) && !decoded && media.IsTextInBase64(head) {
		return Made{}, Misfit{"this is base64 of a text, not the text itself", "decode it first, by --decode, and use what that writes"}
	}
	if err := fits(fix, c, head); err != nil {
		return Made{}, err
	}
	m, err := do(open)
	if decoded && len(m.Did) > 0 {
		m.Did = append([]string{"decoded from base64 first; what was written is not encoded"}, m.Did...)
	}
	return m, err
}

// headOf reads the beginning of a content.
func headOf(open opener) ([]byte, error) {
	in, err := open()
	if err != nil {
		return nil, fmt.Errorf("open the content: %w", err)
	}
	defer in.Close()
	head, err := io.ReadAll(io.LimitReader(in, media.SniffLen))
	if err != nil {
		return nil, fmt.Errorf("read the content: %w", err)
	}
	return head, nil
}

// inBase64 opens what the base64 of a content holds.
func inBase64(open opener) opener {
	return func() (io.ReadCloser, error) {
		in, err := open()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{media.NewBase64(bufio.NewReaderSize(in, 64<<10)), in}, nil
	}
}

// fits says why a fix is not for a content that begins so; nil where it is.
func fits(fix Fix, c checks.Content, head []byte) error {
	kind := media.Sniff(head, media.SortOf(media.Canonical(c.Type)) == media.Text)
	wide := text.Wide(head)
	switch {
	case fix == Shrink && !decodable[kind.MIME]:
		return notDecoded(kind)
	case fix == Shrink, fix == Decode, len(head) == 0:
		return nil
	case fix == Clean && kind.MIME == media.Unknown: // it may be a text in an old encoding
		return nil
	case kind.Sort != media.Text && wide.Name == "":
		return Misfit{"this is of the type " + kind.Name + ", not a text", "only a text can be split or cleaned; an image is made smaller by --shrink"}
	case fix == Chunk && wide.Name != "":
		return Misfit{"the text is in " + wide.Name + ", which cannot be split as it is", "write it as UTF-8 first, by --clean, and split that"}
	case fix == Chunk && (strings.EqualFold(path.Ext(c.Name), ".json") || media.Canonical(c.Type) == "application/json"):
		return Misfit{"this is the JSON of a whole request: its parts would be no JSON", "take the text out of it, and split that"}
	}
	return nil
}
