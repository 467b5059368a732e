package checks

import (
	"mime"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// contentKind is what the first bytes of a content say that it is.
type contentKind struct {
	mime  string // "image/png", without parameters
	name  string // for people: "PNG image"
	media Media  // AnyMedia: none of the four that Klyra moderates
}

const unknownBytes = "application/octet-stream"

// kindNames holds the types that people know by a shorter name than their MIME type.
var kindNames = map[string]string{
	"image/png": "PNG image", "image/jpeg": "JPEG image", "image/gif": "GIF image", "image/webp": "WebP image",
	"image/bmp": "BMP image", "image/tiff": "TIFF image", "image/heic": "HEIC image", "image/heif": "HEIF image",
	"image/avif": "AVIF image", "image/svg+xml": "SVG drawing", "image/vnd.adobe.photoshop": "Photoshop file", "image/x-icon": "icon file",
	"audio/wav": "WAV audio", "audio/mpeg": "MP3 audio", "audio/flac": "FLAC audio", "audio/ogg": "Ogg audio", "application/ogg": "Ogg file",
	"audio/mp4": "MP4 audio", "audio/x-m4a": "M4A audio", "audio/aac": "AAC audio", "audio/aiff": "AIFF audio", "audio/amr": "AMR audio",
	"video/mp4": "MP4 video", "video/quicktime": "QuickTime video", "video/webm": "WebM file", "video/matroska": "Matroska file",
	"video/x-msvideo": "AVI video", "video/ogg": "Ogg video", "video/3gpp": "3GP video", "video/x-m4v": "M4V video",
	unknownBytes: "file of an unknown type", "text/plain": "text", "text/html": "HTML page", "application/json": "JSON text",
	"application/pdf": "PDF document", "application/zip": "ZIP archive", "application/gzip": "gzip archive",
	"application/x-elf": "Linux program", "application/vnd.microsoft.portable-executable": "Windows program",
}

// kindSynonyms maps spellings of a type to the one that the sniffing library uses; the library knows more.
var kindSynonyms = map[string]string{
	"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/svg": "image/svg+xml",
	"audio/x-flac": "audio/flac", "audio/m4a": "audio/x-m4a", "audio/opus": "audio/ogg", "audio/x-matroska": "video/matroska",
	"audio/x-aac": "audio/aac", "audio/aacp": "audio/aac", "audio/x-mp3": "audio/mpeg", "audio/mpeg3": "audio/mpeg", "audio/mp4a-latm": "audio/mp4",
	"application/mp4": "video/mp4", "audio/x-ms-wma": "video/x-ms-asf",
	"image/apng": "image/png", "image/heic-sequence": "image/heic", "image/heif-sequence": "image/heif",
}

// extensionTypes holds what file names promise.
var extensionTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".bmp": "image/bmp",
	".tif": "image/tiff", ".tiff": "image/tiff", ".heic": "image/heic", ".avif": "image/avif", ".svg": "image/svg+xml",
	".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
	".m4a": "audio/x-m4a", ".aac": "audio/aac", ".aiff": "audio/aiff",
	".mp4": "video/mp4", ".m4v": "video/x-m4v", ".mov": "video/quicktime", ".webm": "video/webm", ".mkv": "video/matroska",
	".avi": "video/x-msvideo", ".ogv": "video/ogg", ".3gp": "video/3gpp",
	".txt": "text/plain", ".md": "text/plain", ".csv": "text/plain", ".html": "text/html", ".htm": "text/html", ".json": "application/json",
	".pdf": "application/pdf", ".zip": "application/zip",
}

// doubtfulTypes are images that services of this sort often refuse. Klyra's list is not public.
var doubtfulTypes = map[string]bool{
	"image/tiff": true, "image/heic": true, "image/heif": true, "image/svg+xml": true, "image/vnd.adobe.photoshop": true,
	"image/x-icon": true, "image/jxl": true, "image/jp2": true, "image/vnd.djvu": true, "image/vnd.dwg": true, "image/x-xcf": true,
}

// wordyTypes are files that are no plain text though they consist of readable characters.
var wordyTypes = map[string]bool{"application/pdf": true, "application/postscript": true, "image/svg+xml": true, "image/x-xpixmap": true}

// contentKindOf tells a kind by the first bytes. A few formats have words for a mark ("MZ", "GIF89a"): what
// is all readable is text all the same. Text with stray control bytes is still text.
func contentKindOf(head []byte, saidText bool) contentKind {
	head = head[:min(len(head), sniffLen)]
	sniffed := mimetype.Detect(head)
	name := canonicalType(sniffed.String())
	kind := contentKind{name, kindName(name), mediaOf(name, sniffed)}
	stray, runes := strayBytes(head)
	mostlyText := runes > 0 && stray*20 <= runes
	readable := stray == 0 || (len(head) == sniffLen && stray < utf8.UTFMax) // the last character may be cut
	if name == unknownBytes && (saidText || mostlyText) || kind.media != Text && readable && !wordyTypes[name] {
		return contentKind{"text/plain", kindName("text/plain"), Text}
	}
	return kind
}

// strayBytes counts what does not belong in text: control characters and broken ones.
func strayBytes(b []byte) (stray, runes int) {
	for ; len(b) > 0; runes++ {
		r, n := utf8.DecodeRune(b)
		if (r == utf8.RuneError && n == 1) || (r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", r)) {
			stray++
		}
		b = b[n:]
	}
	return stray, runes
}

// kindName returns the name for people.
func kindName(mimeType string) string {
	if name := kindNames[mimeType]; name != "" {
		return name
	}
	return mimeType + " file"
}

// mediaOf returns what a type counts as; found may be nil, else its ancestors are looked at too.
func mediaOf(mimeType string, found *mimetype.MIME) Media {
	family, _, _ := strings.Cut(mimeType, "/")
	switch {
	case family == "image" || family == "audio" || family == "video" || family == "text":
		return Media(family)
	case mimeType == "application/ogg":
		return Audio
	case strings.HasSuffix(mimeType, "json") || strings.HasSuffix(mimeType, "xml"):
		return Text
	}
	for ; found != nil; found = found.Parent() {
		if found.Is("text/plain") {
			return Text
		}
	}
	return AnyMedia
}

// played reports whether a sort is seen or heard rather than read.
func (m Media) played() bool { return m == Image || m == Audio || m == Video }

// agree reports whether two sorts of media can be the same file: audio and video share their containers.
func agree(a, b Media) bool {
	return a == b || (a == Audio || a == Video) && (b == Audio || b == Video)
}

// canonicalType returns the spelling of a type that the sniffing library uses, in lower case and without parameters.
func canonicalType(declared string) string {
	name, _, err := mime.ParseMediaType(declared)
	if err != nil {
		name = strings.ToLower(strings.TrimSpace(declared))
	}
	if known := mimetype.Lookup(name); known != nil {
		name, _, _ = strings.Cut(known.String(), ";")
	}
	if synonym := kindSynonyms[name]; synonym != "" {
		return synonym
	}
	return name
}

// judgeType tells the content's kind by its bytes and compares it with what was promised.
func (s *survey) judgeType(head []byte) contentKind {
	saidText := s.expect == Text || mediaOf(canonicalType(s.content.Type), nil) == Text
	kind := contentKindOf(head, saidText)
	if kind.name == kindName(kind.mime) && kindNames[kind.mime] == "" {
		s.fact("type by its bytes", "%s", kind.mime)
	} else {
		s.fact("type by its bytes", "%s (%s)", kind.name, kind.mime)
	}
	if s.content.Type != "" {
		s.fact("declared type", "%s", s.content.Type)
	}
	promise, broken := s.brokenPromise(kind)
	if broken && (kind.mime != unknownBytes || promise.certain) {
		s.found(promise.finding(kind))
	} else if kind.mime == unknownBytes {
		s.unknownType()
	}
	switch {
	case kind.media == AnyMedia && kind.mime != unknownBytes:
		s.found(unsupportedKind(kind, Fail, "Klyra moderates text, images, audio and video"))
	case doubtfulTypes[kind.mime]:
		s.found(unsupportedKind(kind, Warn, "many services do not accept this format, and Klyra's list of formats is not public"))
	}
	return kind
}

func (s *survey) unknownType() {
	s.found(Finding{
		ID: "content.unverifiable", Status: Unknown,
		Summary: "could not tell what the content is: its first bytes are those of no known format",
		Remedy:  "open it in the program that made it; if it is encrypted, compressed or damaged, send the original",
	})
}

func unsupportedKind(kind contentKind, status Status, why string) Finding {
	remedy := "convert it to PNG or JPEG before sending it"
	if kind.media == AnyMedia {
		remedy = "send what is in it: take the text, the image, the sound or the video out of it and send that"
	}
	return Finding{
		ID: "content.unsupported_type", Status: status, Remedy: remedy,
		Summary: "this is of the type " + kind.name + ": " + why,
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
func (s *survey) brokenPromise(kind contentKind) (typePromise, bool) {
	for _, p := range s.promises() {
		if !p.keptBy(kind) {
			return p, true
		}
	}
	return typePromise{}, false
}

func (s *survey) promises() []typePromise {
	var all []typePromise
	if declared := canonicalType(s.content.Type); declared != "" && !isFormType(declared) {
		all = append(all, promiseOf("the declared type", declared))
	}
	if s.expect != AnyMedia {
		all = append(all, promiseOf("what is expected", string(s.expect)+"/*"))
	}
	if named := extensionOf(s.content.Name); named != "" && len(all) == 0 && s.encodedAs == "" {
		all = append(all, promiseOf("the file's name", named))
	}
	return all
}

// isFormType reports whether a declared type is that of a whole form, which says nothing of a content in it.
func isFormType(declared string) bool {
	return strings.HasPrefix(declared, "multipart/") || declared == "application/x-www-form-urlencoded"
}

// extensionOf returns the type that a file's name promises; "" for none.
func extensionOf(name string) string { return extensionTypes[strings.ToLower(path.Ext(name))] }

// magicTypes always begin with the same few bytes: what begins otherwise is no such file.
var magicTypes = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/bmp": true, "image/tiff": true,
	"audio/wav": true, "audio/flac": true, "audio/ogg": true, "video/webm": true, "application/pdf": true,
}

func promiseOf(by, mimeType string) typePromise {
	return typePromise{by, mimeType, mediaOf(mimeType, nil), magicTypes[mimeType] || mimeType == "image/*"}
}

// keptBy reports whether the bytes are what was promised. All sorts of text count as one, and a container
// may hold sound or pictures.
func (p typePromise) keptBy(kind contentKind) bool {
	if p.mime == kind.mime || (p.media == Text && kind.media == Text) {
		return true
	}
	if strings.HasSuffix(p.mime, "/*") {
		return agree(p.media, kind.media)
	}
	walk := containerOf(kind.mime)
	return walk != nil && containerOf(p.mime) != nil && walk.family == containerOf(p.mime).family && kind.media != Image && p.media != Image
}

// finding says that a promise was not kept. Bytes of another sort are certainly wrong; of another format of
// the same sort, some servers look only at the bytes.
func (p typePromise) finding(kind contentKind) Finding {
	f := Finding{
		ID: "content.type_mismatch", Status: Fail,
		Summary: "the bytes say " + kind.name + ", but " + p.by + " says " + p.mime,
		Remedy:  "where these are the right bytes, declare " + kind.mime + "; else find out what was read in place of the content (a saved error page, a wrong path)",
	}
	switch {
	case p.mime == unknownBytes:
		f.Status, f.Summary = Warn, "the declared type "+unknownBytes+" says nothing: the bytes say "+kind.name
	case kind.mime == unknownBytes:
		f.Summary = p.by + " says " + p.mime + ", but the content does not begin like such a file"
		f.Remedy = "find out what wrote these bytes: they may be encrypted, compressed or damaged"
	case p.by == "what is expected":
		f.Summary = "the bytes say " + kind.name + ", but " + string(p.media) + " is expected"
		f.Remedy = "send the content itself; an HTML page or JSON in its place is usually an error page that was saved"
	case p.media == kind.media || p.by == "the file's name":
		f.Status, f.Remedy = Warn, "declare the type that the bytes have: "+kind.mime
	}
	return f
}

// isRequestBody reports whether the content is the JSON of a whole request rather than what it moderates.
func (s *survey) isRequestBody(kind contentKind) bool {
	if s.expect != AnyMedia || kind.media != Text || s.encodedAs != "" {
		return false
	}
	if s.content.Type != "" {
		return canonicalType(s.content.Type) == "application/json" || strings.HasSuffix(canonicalType(s.content.Type), "+json")
	}
	return strings.EqualFold(path.Ext(s.content.Name), ".json")
}
