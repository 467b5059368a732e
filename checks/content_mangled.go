package checks

import (
	"bytes"
	"fmt"

	"klyra-doctor/checks/media"
)

// manglings holds what is said of each way in which the bytes of a file are damaged, and what to do: for a content that
// is sent, and for a file that was uploaded.
var manglings = map[media.Mangling]struct{ summary, remedy, uploaded string }{
	media.Replaced: {
		"the content was a file of bytes and went through a text: what is no UTF-8 became U+FFFD (EF BF BD), and what it was is lost",
		"read and send it as bytes: in Node.js without an encoding (not 'utf8'), in Python with open(…, 'rb'), in a browser with arrayBuffer() and not text()",
		"Nothing can be restored from it. Handle the file as bytes, not as a string (in JavaScript: arrayBuffer(), not text()), and upload the original again.",
	},
	media.Widened: {
		"the content was a file of bytes, read as Latin-1 and written as UTF-8: every byte beyond 127 became two",
		"read and write it as bytes, without any encoding (in Node.js not 'latin1' or 'binary')",
		"Write the bytes themselves: a program took the file for a string (in Node: encoding \"binary\" or \"latin1\" on one side only). Upload the original again.",
	},
	media.LineEnds: {
		"the PNG image is damaged: line ends were converted in it, as in a text",
		"get it again in binary mode (FTP: type binary; git: mark *.png as binary in .gitattributes)",
		"Upload the original again, in binary mode (FTP), and mark such files as binary (*.png binary in .gitattributes).",
	},
}

// foundMangled reports whether a content was damaged on its way in a manner that its beginning shows; then no more
// can be said of it.
func (s *survey) foundMangled(head []byte) bool {
	kind := media.Sniff(head, false)
	if kind.Sort == Text {
		return s.foundSpelledOut(head)
	}
	said, mangled := manglings[media.Mangled(head)]
	if mangled {
		s.kind, s.what = kind, kind.Name
		s.found(Finding{ID: "content.corrupt", Status: Fail, Summary: said.summary, Remedy: said.remedy})
	}
	return mangled
}

// foundMisplaced reports whether a file begins behind bytes that do not belong to it, in what is no text and begins
// like nothing known. Where nobody promised such a file, it may be part of another.
func (s *survey) foundMisplaced(head []byte, promised bool) bool {
	kind, at := media.Misplaced(head)
	if at <= 0 {
		return false
	}
	const most = 60
	f := Finding{
		ID: "content.unverifiable", Status: Unknown,
		Summary:  fmt.Sprintf("the content begins like no format that this program knows: the %s in it begins only at offset %s", kind.Name, Grouped(int64(at))),
		Evidence: []Evidence{{"before it", fmt.Sprintf("%q", head[:min(at, most)])}},
		Remedy:   "find out what put other bytes before it: output that a program printed, headers of HTTP or of a form, a byte order mark. Only the file itself may be sent",
	}
	if promised {
		f.ID, f.Status = "content.type_mismatch", Fail
	}
	s.found(f)
	return true
}

// placeholder matches what programs write for a value that they do not have, or cannot write out.
var placeholder = matching(`^\s*(?:(?i:data:[^\s,]*,))?["']?(undefined|null|None|NaN|\[object \w+\]|System\.Byte\[\]|<_?io\.\w+[^>]*>|\[B@[0-9a-f]+|C:\\fakepath\\[^\n]*|blob:[^\s]*)["']?\s*$`)

// foundPlaceholder reports whether nothing but such stands in place of the content.
func (s *survey) foundPlaceholder(head []byte) bool {
	found := placeholder().FindSubmatch(head)
	if found == nil || len(head) >= media.SniffLen || s.isRequestBody(media.Sniff(head, true)) || bytes.HasPrefix(found[1], []byte("blob:")) && s.expect == Text {
		return false
	}
	s.kind, s.what = media.Sniff(head, true), "text"
	s.found(Finding{
		ID: "content.placeholder", Status: Warn,
		Summary: fmt.Sprintf(`the content is nothing but "%s": what a program writes for a value that it has not got, or cannot write out`, found[1]),
		Remedy:  "look where your program puts the content into the request: a variable was not set, or an object (a file, a buffer, a blob) was written as text in place of what it holds",
	})
	return true
}

// foundSpelledOut reports whether the content is media whose bytes were written out as a text.
func (s *survey) foundSpelledOut(head []byte) bool {
	how, kind := media.SpelledOut(head)
	if how == "" {
		return false
	}
	s.kind, s.what = media.Sniff(head, true), "text"
	s.found(Finding{
		ID: "content.type_mismatch", Status: Fail,
		Summary: fmt.Sprintf("the content is no file: the bytes of one (%s) are written out as %s", kind.Name, how),
		Remedy:  "send the bytes themselves, or their base64 where a JSON field takes that (in Node.js buffer.toString('base64'), in Python base64.b64encode(data).decode())",
	})
	return true
}
