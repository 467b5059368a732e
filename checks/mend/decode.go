package mend

import (
	"bufio"
	"fmt"
	"io"

	"klyra-doctor/checks"
	"klyra-doctor/checks/media"
)

// decodeText writes the bytes that a base64 text or a data URI holds, also where the text is spelled in a way
// that strict decoders refuse: URL-safe, without padding, with blanks or line ends, percent-encoded, in quotes,
// as a JSON string, encoded twice, or as hexadecimal digits. It reads the text twice, in bounded memory. A text
// that is no base64 is a Misfit, and nothing is written.
func decodeText(open func() (io.ReadCloser, error), out io.Writer) (Made, error) {
	d, err := decode(open, io.Discard, false)
	if err != nil {
		return Made{}, err
	}
	blanksWerePluses := d.LostPluses()
	if blanksWerePluses {
		if d, err = decode(open, io.Discard, true); err != nil {
			return Made{}, err
		}
	}
	if err := d.refused(); err != nil {
		return Made{}, err
	}
	if d, err = decode(open, out, blanksWerePluses); err != nil {
		return Made{}, err
	}
	return d.made(blanksWerePluses), nil
}

// decoding is what was seen of a base64 text.
type decoding struct {
	*media.Base64
	kind  media.Kind
	bytes int64
}

// decode decodes a text to its end.
func decode(open func() (io.ReadCloser, error), out io.Writer, blanksArePluses bool) (d decoding, err error) {
	in, err := open()
	if err != nil {
		return d, fmt.Errorf("open the base64: %w", err)
	}
	defer in.Close()
	source := &failureKeeper{in: in}
	var text io.Reader = source
	if blanksArePluses {
		text = &plusRestorer{in: bufio.NewReader(source)}
	}
	d.Base64 = media.NewBase64(bufio.NewReaderSize(text, 64<<10))
	held := bufio.NewReaderSize(d.Base64, media.SniffLen)
	head, _ := held.Peek(media.SniffLen)
	d.kind = media.Sniff(head, false)
	if d.bytes, err = io.Copy(out, held); err != nil {
		return d, err
	}
	if source.err != nil {
		return d, fmt.Errorf("read the base64: %w", source.err)
	}
	return d, nil
}

// refused says why what the text holds is not worth writing; nil where it is.
func (d decoding) refused() error {
	switch {
	case d.Hex:
		return nil
	case d.UTF16:
		return Misfit{"the base64 is written in UTF-16: every letter takes two bytes", "write it as UTF-8 first, by --clean, and decode that"}
	case d.ForeignAt >= 0 && d.Padding > 0:
		return Misfit{
			fmt.Sprintf("the base64 goes on after its end at offset %s: two texts were joined, or parts were encoded one by one", checks.Grouped(d.ForeignAt)),
			"decode the parts one by one, or encode the content anew as a whole",
		}
	case d.ForeignAt >= 0:
		return Misfit{
			fmt.Sprintf("this is no base64: %q cannot stand at offset %s", d.Foreign, checks.Grouped(d.ForeignAt)),
			"give the base64 or the data URI alone, without what stands around it",
		}
	case d.Letters == 0:
		return Misfit{"there is no base64 in it", "give the base64 or the data URI itself"}
	}
	return nil
}

func (d decoding) made(blanksWerePluses bool) Made {
	m := Made{Type: d.kind.MIME}
	what := "base64"
	switch {
	case d.URI:
		what = "a data URI"
	case d.Hex:
		what = "hexadecimal digits, which are no base64"
	}
	m.did("decoded %s into %s: by their beginning, %s (%s)", what, checks.Counted(d.bytes, "byte"), d.kind.Name, d.kind.MIME)
	if d.Type != "" && media.Canonical(d.Type) != d.kind.MIME {
		m.did("the data URI calls it %s", d.Type)
	}
	for _, spelling := range []struct {
		holds bool
		did   string
	}{
		{d.Wrapping != "", "left out what does not belong to base64: " + d.Wrapping},
		{d.Twice, "decoded it twice: it was encoded twice"},
		{d.Escapes > 0, "undid the percent encoding"},
		{d.JSONEscapes > 0, "undid the escapes of JSON"},
		{blanksWerePluses, "put + back where blanks stand, which is a guess: it was decoded as a form on the way"},
		{d.Blanks > 0 && !blanksWerePluses, "left out " + checks.Counted(d.Blanks, "blank")},
		{d.Breaks > 0, "left out " + checks.Counted(d.Breaks, "line break")},
		{d.URLSafe > 0, "read - and _ as + and /, which they are in the URL-safe alphabet"},
		{d.Letters%4 > 1 && d.Padding == 0, "did without the padding, which is missing"},
		{d.Letters%4 == 1, "lost: the last letter, which is no whole byte. The text was cut, and so is what it holds"},
	} {
		if spelling.holds && !d.Hex {
			m.did("%s", spelling.did)
		}
	}
	return m
}

// failureKeeper keeps the error that reading met, which a decoder above may take for an end.
type failureKeeper struct {
	in  io.Reader
	err error // not io.EOF
}

func (f *failureKeeper) Read(p []byte) (int, error) {
	n, err := f.in.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// plusRestorer reads + for every blank that stands between two other characters.
type plusRestorer struct {
	in     *bufio.Reader
	begun  bool
	pluses int // to be read before the next character
}

func (r *plusRestorer) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		c, err := r.in.ReadByte()
		switch {
		case err != nil:
			return n, err
		case c == ' ' && r.begun:
			r.pluses++
		case r.pluses > 0 && c != '\n' && c != '\r':
			_ = r.in.UnreadByte()
			for ; r.pluses > 0 && n < len(p); n++ {
				p[n] = '+'
				r.pluses--
			}
		default:
			r.begun = r.begun || c != ' '
			p[n] = c
			n++
		}
	}
	return len(p), nil
}
