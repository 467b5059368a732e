package checks

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"strings"

	"klyra-doctor/checks/media"
)

// doubtfulTypes are images that services of this sort often refuse. Klyra's list is not public.
var doubtfulTypes = map[string]bool{
	"image/tiff": true, "image/heic": true, "image/heif": true, "image/avif": true, "image/svg+xml": true, "image/vnd.adobe.photoshop": true,
	"image/x-icon": true, "image/jxl": true, "image/jp2": true, "image/vnd.djvu": true, "image/vnd.dwg": true, "image/x-xcf": true,
}

// judgeType tells the content's kind by its bytes and compares it with what was promised.
func (s *survey) judgeType(head []byte) media.Kind {
	saidText := s.expect == Text || media.SortOf(media.Canonical(s.content.Type)) == Text
	kind := media.Sniff(head, saidText)
	if kind.Name == kind.MIME+" file" {
		s.fact("type by its bytes", "%s", kind.MIME)
	} else {
		s.fact("type by its bytes", "%s (%s)", kind.Name, kind.MIME)
	}
	if s.content.Type != "" {
		s.fact("declared type", "%s", s.content.Type)
	}
	promise, broken := s.brokenPromise(kind)
	if binary := kind.Sort == Text && bytes.IndexByte(head, 0) >= 0; (binary || kind.MIME == media.Unknown) && s.foundMisplaced(head, broken) {
		return media.UnknownKind
	}
	if broken && (kind.MIME != media.Unknown || promise.certain) {
		f := promise.finding(kind)
		if kind.Sort == Text && promise.media != Text {
			f.Evidence = append(f.Evidence, Evidence{"it begins with", firstRunes(cmp.Or(titleOf(head), inOneLine(string(head))))})
		}
		s.found(f)
	} else if kind.MIME == media.Unknown {
		s.unknownType(head)
	}
	switch {
	case kind.Sort == AnyMedia && kind.MIME != media.Unknown:
		s.found(unsupportedKind(kind, Fail, "Klyra moderates text, images, audio and video"))
	case doubtfulTypes[kind.MIME]:
		s.found(unsupportedKind(kind, Warn, "many services do not accept this format, and Klyra's list of formats is not public"))
	}
	return kind
}

// unknownType says that nothing is known of the bytes, and what they may be for all that.
func (s *survey) unknownType(head []byte) {
	f := Finding{
		ID: "content.unverifiable", Status: Unknown,
		Summary: "could not tell what the content is: it begins like no format that this program knows",
		Remedy:  "open it in the program that made it; if it is encrypted, compressed or damaged, send the original",
	}
	if len(bytes.TrimRight(head, "\x00")) == 0 {
		f.Summary = fmt.Sprintf("could not tell what the content is: it begins with %s", Counted(int64(len(head)), "zero byte"))
		f.Remedy = "copy or download it again: room was made for the file, but its content was not written, or it was lost"
	}
	s.found(f)
}

func unsupportedKind(kind media.Kind, status Status, why string) Finding {
	remedy := "convert it to PNG or JPEG before sending it"
	if kind.Sort == AnyMedia {
		remedy = "send what is in it: take the text, the image, the sound or the video out of it and send that"
	}
	return Finding{
		ID: "content.unsupported_type", Status: status, Remedy: remedy,
		Summary: "this is of the type " + kind.Name + ": " + why,
	}
}

// typePromise is what somebody said that the content is.
type typePromise struct {
	by      string // "the declared type", "the file's name", …
	mime    string // or "image/*"
	media   Media
	certain bool // its files always begin with bytes that are known
}

// brokenPromise returns the first promise that the bytes do not keep: of the request's type, of what is
// expected, of the file's name. The name counts only where nothing else was said.
func (s *survey) brokenPromise(kind media.Kind) (typePromise, bool) {
	for _, p := range s.promises() {
		if !p.keptBy(kind) {
			return p, true
		}
	}
	return typePromise{}, false
}

func (s *survey) promises() []typePromise {
	var all []typePromise
	if declared := media.Canonical(s.content.Type); declared != "" && !isFormType(declared) {
		all = append(all, promiseOf("the declared type", declared))
	}
	if s.expect != AnyMedia {
		all = append(all, promiseOf("what is expected", string(s.expect)+"/*"))
	}
	if named := media.ByExtension(s.content.Name); named != "" && len(all) == 0 && s.encodedAs == "" {
		all = append(all, promiseOf("the file's name", named))
	}
	return all
}

// isFormType reports whether a declared type is that of a whole form, which says nothing of a content in it.
func isFormType(declared string) bool {
	return strings.HasPrefix(declared, "multipart/") || declared == "application/x-www-form-urlencoded"
}

func promiseOf(by, mimeType string) typePromise {
	return typePromise{by, mimeType, media.SortOf(mimeType), media.HasMagic(mimeType) || mimeType == "image/*"}
}

// keptBy reports whether the bytes are what was promised. All sorts of text count as one, and a container
// may hold sound or pictures.
func (p typePromise) keptBy(kind media.Kind) bool {
	if p.mime == kind.MIME || (p.media == Text && kind.Sort == Text) {
		return true
	}
	if strings.HasSuffix(p.mime, "/*") {
		return media.Agree(p.media, kind.Sort)
	}
	return media.SameContainer(p.mime, kind.MIME) && kind.Sort != Image && p.media != Image
}

// finding says that a promise was not kept. Bytes of another sort are certainly wrong; of another format of
// the same sort, some servers look only at the bytes.
func (p typePromise) finding(kind media.Kind) Finding {
	f := Finding{
		ID: "content.type_mismatch", Status: Fail,
		Summary: "the bytes say " + kind.Name + ", but " + p.by + " says " + p.mime,
		Remedy:  "where these are the right bytes, declare " + kind.MIME + "; else find out what was read in place of the content (a saved error page, a wrong path)",
	}
	switch {
	case p.mime == media.Unknown:
		f.Status, f.Summary = Warn, "the declared type "+media.Unknown+" says nothing: the bytes say "+kind.Name
	case kind.MIME == media.Unknown:
		f.Summary = p.by + " says " + p.mime + ", but the content does not begin like such a file"
		f.Remedy = "find out what wrote these bytes: they may be encrypted, compressed or damaged"
		if p.media == Audio {
			f.Remedy += ", or raw samples without the header of a file"
		}
	case p.by == "what is expected":
		f.Summary = "the bytes say " + kind.Name + ", but " + string(p.media) + " is expected"
		f.Remedy = "send the content itself; an HTML page or JSON in its place is usually an error page that was saved"
	case p.media.Played() && !kind.Sort.Played(): // an error page that was saved as a picture
	case p.media == kind.Sort || p.by == "the file's name":
		f.Status, f.Remedy = Warn, "declare the type that the bytes have: "+kind.MIME
	}
	return f
}

// isRequestBody reports whether the content is the JSON of a whole request rather than what it moderates.
func (s *survey) isRequestBody(kind media.Kind) bool {
	if s.expect != AnyMedia || kind.Sort != Text || s.encodedAs != "" {
		return false
	}
	if s.content.Type != "" {
		return media.Canonical(s.content.Type) == "application/json" || strings.HasSuffix(media.Canonical(s.content.Type), "+json")
	}
	return strings.EqualFold(path.Ext(s.content.Name), ".json")
}
