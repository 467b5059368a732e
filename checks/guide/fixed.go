package guide

import (
	"fmt"
	"slices"
	"strings"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

// Fixed is what a fix has written in the place of a content. From then on that is what the checks look at and what is
// to be sent; the original stays as it was.
type Fixed struct {
	Fix  string   // its name, as steps of the catalog have it
	Of   string   // name of the content that it was made from
	Path string   // full path of the file, or of the folder with the parts
	Send string   // how a request is to send it: "with small.jpg in place of the image"
	Did  []string // a sentence each, without a period: what was done, what was lost
}

// SetFixed puts what a fix has written in the content's place.
func (c Checklist) SetFixed(content checks.Content, f Fixed) Checklist {
	c.Fixed = &f
	c.Target.Content = &content
	return c.changed(catalog.ContentInput, "a fix of "+f.Of)
}

// settleFixed settles what a fix has done, once what it wrote has passed its check, and takes that back where it is no
// longer so. The steps must be the checklist's own.
func (c Checklist) settleFixed() {
	passed := c.fixedPassed()
	for i := range c.Steps {
		s := &c.Steps[i]
		switch {
		case s.checksContent() && s.Result != nil:
			s.Fixed, s.Reason = passed, c.wroteOf(s.Status)
		case s.Kind == catalog.DoStep && s.Fixed && !passed:
			s.reset()
		case passed && s.Status == Todo && slices.Contains(s.Fixes, c.Fixed.Fix):
			s.Status, s.Fixed, s.Reason = checks.Pass, true, "wrote "+c.written()
		}
	}
}

func (s Step) checksContent() bool {
	return s.Kind == catalog.CheckStep && s.Check == catalog.ContentCheck
}

// fixedPassed reports whether a fix has written the content, and its check has found nothing in it that fails.
func (c Checklist) fixedPassed() bool {
	at := c.find(catalog.ContentCheck)
	return c.Fixed != nil && at >= 0 && (c.Steps[at].Status == checks.Pass || c.Steps[at].Status == checks.Warn)
}

// wroteOf says what a fix has written, and how its check stands; "" where none has.
func (c Checklist) wroteOf(status checks.Status) string {
	switch {
	case c.Fixed == nil:
		return ""
	case status == checks.Pass:
		return "wrote " + c.written() + ", checked"
	}
	return "wrote " + c.written() + "; this is what its check says"
}

// written names what a fix has written, and how much that is: "photo-small.jpg, 2.1 MB".
func (c Checklist) written() string {
	content := c.Target.Content
	if content.Parts == nil {
		return c.show(content.Name) + ", " + checks.SizeText(content.Size)
	}
	var size int64
	for _, part := range content.Parts {
		size += part.Size
	}
	return fmt.Sprintf("%s, %s, %s", c.show(content.Name), checks.Counted(int64(len(content.Parts)), "part"), checks.SizeText(size))
}

// ToSend says what is to be sent in place of the original; "" where no fix has written anything that passes.
func (c Checklist) ToSend() string {
	if !c.fixedPassed() {
		return ""
	}
	return c.show(c.Fixed.Send)
}

// show makes a foreign name fit to be shown.
func (c Checklist) show(text string) string {
	return safe.EscapeLine(safe.NewRedactor(c.Secrets()...).Redact(text))
}

// writeFixed writes what a fix has written, and what it did.
func (c Checklist) writeFixed(b *strings.Builder) {
	if c.Fixed == nil {
		return
	}
	checked := "not checked yet"
	if at := c.find(catalog.ContentCheck); at >= 0 && c.Steps[at].Result != nil {
		checked = "its check: " + string(c.Steps[at].Status)
	}
	fmt.Fprintf(b, "- written by klyra-doctor: %s, %s; made from %s, which stays as it was\n", code(c.written()), checked, code(c.Fixed.Of))
	for _, did := range c.Fixed.Did {
		fmt.Fprintf(b, "  - %s\n", markdown(did))
	}
}
