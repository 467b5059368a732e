package media

import (
	"bytes"
	"mime"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"
)

// Sort is what a content is to somebody who moderates it.
type Sort string

const (
	Other Sort = "" // none of the four
	Image Sort = "image"
	Audio Sort = "audio"
	Video Sort = "video"
	Text  Sort = "text"
)

// Played reports whether a sort is seen or heard rather than read.
func (s Sort) Played() bool { return s == Image || s == Audio || s == Video }

// Agree reports whether two sorts can be the same file: audio and video share their containers.
func Agree(a, b Sort) bool {
	return a == b || (a == Audio || a == Video) && (b == Audio || b == Video)
}

// Kind is what the first bytes of a file say that it is.
type Kind struct {
	MIME string // "image/png", without parameters; Unknown where no format is known that begins so
	Name string // for people: "PNG image"
	Sort Sort
}

// Unknown is the type of bytes that begin like no known format.
const Unknown = "application/octet-stream"

// UnknownKind is the kind of such bytes.
var UnknownKind = Kind{Unknown, kindNames[Unknown], Other}

// SniffLen is how many bytes of a beginning tell its kind. More would make text with a control byte binary.
const SniffLen = 3072

// kindNames holds the types that people know by a shorter name than their MIME type.
var kindNames = map[string]string{
	"image/png": "PNG image", "image/jpeg": "JPEG image", "image/gif": "GIF image", "image/webp": "WebP image",
	"image/bmp": "BMP image", "image/tiff": "TIFF image", "image/heic": "HEIC image", "image/heif": "HEIF image",
	"image/avif": "AVIF image", "image/svg+xml": "SVG drawing", "image/vnd.adobe.photoshop": "Photoshop file", "image/x-icon": "icon file",
	"audio/wav": "WAV audio", "audio/mpeg": "MP3 audio", "audio/flac": "FLAC audio", "audio/ogg": "Ogg audio", "application/ogg": "Ogg file",
	"audio/x-caf": "Core Audio file", "audio/x-w64": "Wave64 audio", "audio/ac3": "Dolby Digital audio",
	"application/vnd.apple.mpegurl": "playlist (M3U8)",
	"audio/mp4":                     "MP4 audio", "audio/x-m4a": "M4A audio", "audio/aac": "AAC audio", "audio/aiff": "AIFF audio", "audio/amr": "AMR audio",
	"video/mp4": "MP4 video", "video/quicktime": "QuickTime video", "video/webm": "WebM file", "video/matroska": "Matroska file",
	"video/x-msvideo": "AVI video", "video/ogg": "Ogg video", "video/3gpp": "3GP video", "video/x-m4v": "M4V video",
	"video/x-ms-asf": "WMA or WMV file", "video/x-flv": "FLV video", "video/mp2t": "MPEG transport stream", "video/mpeg": "MPEG video", "audio/midi": "MIDI file", "image/jxl": "JPEG XL image",
	Unknown: "file of an unknown type", "text/plain": "text", "text/html": "HTML page", "application/json": "JSON text",
	"application/pdf": "PDF document", "application/zip": "ZIP archive", "application/gzip": "gzip archive",
	"application/x-elf": "Linux program", "application/vnd.microsoft.portable-executable": "Windows program",
}

// kindSynonyms maps spellings of a type to the one that the sniffing library uses; the library knows more.
var kindSynonyms = map[string]string{
	"text/csv": "text/plain", "text/tab-separated-values": "text/plain", // prose with commas looks the same
	"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/svg": "image/svg+xml",
	"audio/x-flac": "audio/flac", "audio/m4a": "audio/x-m4a", "audio/opus": "audio/ogg", "audio/x-matroska": "video/matroska",
	"audio/x-aac": "audio/aac", "audio/aacp": "audio/aac", "audio/x-mp3": "audio/mpeg", "audio/mpeg3": "audio/mpeg", "audio/mp4a-latm": "audio/mp4",
	"application/mp4": "video/mp4", "audio/x-ms-wma": "video/x-ms-asf", "video/x-ms-wmv": "video/x-ms-asf", "image/vnd.microsoft.icon": "image/x-icon",
	"application/x-mpegurl": "application/vnd.apple.mpegurl", "audio/x-mpegurl": "application/vnd.apple.mpegurl", "audio/mpegurl": "application/vnd.apple.mpegurl",
	"image/apng": "image/png", "image/heic-sequence": "image/heic", "image/heif-sequence": "image/heif",
}

// extensionTypes holds what file names promise.
var extensionTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".bmp": "image/bmp",
	".tif": "image/tiff", ".tiff": "image/tiff", ".heic": "image/heic", ".heif": "image/heif", ".ico": "image/x-icon", ".avif": "image/avif", ".svg": "image/svg+xml",
	".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg",
	".m4a": "audio/x-m4a", ".aac": "audio/aac", ".aiff": "audio/aiff", ".aif": "audio/aiff", ".amr": "audio/amr", ".wma": "video/x-ms-asf",
	".mp4": "video/mp4", ".m4v": "video/x-m4v", ".mov": "video/quicktime", ".webm": "video/webm", ".mkv": "video/matroska",
	".caf": "audio/x-caf", ".w64": "audio/x-w64", ".ac3": "audio/ac3", ".m3u8": "application/vnd.apple.mpegurl",
	".avi": "video/x-msvideo", ".ogv": "video/ogg", ".3gp": "video/3gpp", ".wmv": "video/x-ms-asf", ".flv": "video/x-flv", ".mpg": "video/mpeg", ".mpeg": "video/mpeg", ".mts": "video/mp2t", ".m2ts": "video/mp2t",
	".txt": "text/plain", ".md": "text/plain", ".csv": "text/plain", ".html": "text/html", ".htm": "text/html", ".json": "application/json",
	".pdf": "application/pdf", ".zip": "application/zip",
}

// wordyTypes are files that are no plain text though they consist of readable characters.
var wordyTypes = map[string]bool{"application/pdf": true, "application/postscript": true, "image/svg+xml": true, "image/x-xpixmap": true}

// Sniff tells a kind by the first bytes, of which it looks at SniffLen; text says that somebody said it was
// text, which decides where the bytes do not. A few formats have words for a mark ("MZ", "GIF89a"): what
// is all readable is text all the same. Text with stray control bytes is still text.
func Sniff(head []byte, text bool) Kind {
	head = head[:min(len(head), SniffLen)]
	if name := missed(head); name != "" {
		return Kind{name, nameOf(name), SortOf(name)}
	}
	sniffed := mimetype.Detect(head)
	name := Canonical(sniffed.String())
	kind := Kind{name, nameOf(name), sortOf(name, sniffed)}
	stray, runes := strayBytes(head)
	mostlyText := runes > 0 && stray*20 <= runes
	readable := stray == 0 || (len(head) == SniffLen && stray < utf8.UTFMax) // the last character may be cut
	if name == Unknown && (text || mostlyText || isPadded(head)) || kind.Sort != Text && readable && !wordyTypes[name] {
		return Kind{"text/plain", nameOf("text/plain"), Text}
	}
	return kind
}

// svg matches the beginning of a drawing, comments before it included.
var svg = matching(`(?s)^\x{FEFF}?\s*(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE svg.*?>\s*)*<svg[\s>]`)

// missed tells the kinds that the sniffing library does not know; "" for any other.
func missed(head []byte) string {
	form := ""
	if len(head) >= 12 {
		form = string(head[:4]) + string(head[8:12])
	}
	for _, m := range marks {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			return m.mime
		}
	}
	switch tag := id3Size(head); {
	case tag > 0 && tag < int64(len(head)) && isADTS(head[tag:]):
		return "audio/aac"
	case tag > 0 && tag < int64(len(head)) && bytes.HasPrefix(head[tag:], []byte("fLaC")):
		return "audio/flac"
	case form == "RF64WAVE" || form == "BW64WAVE":
		return "audio/wav"
	case len(head) >= 8 && string(head[4:8]) == "styp":
		return "video/mp4"
	case isTransportStream(head, 0, 188) || isTransportStream(head, 4, 192): // cameras write a time before each packet
		return "video/mp2t"
	case svg().Match(head):
		return "image/svg+xml"
	case Wide(head) != "":
		return "text/plain"
	}
	return ""
}

// marks hold how files begin that the sniffing library does not know; no text begins so.
var marks = []struct{ mark, mime string }{
	{"caff\x00\x01", "audio/x-caf"},
	{"riff\x2e\x91\xcf\x11", "audio/x-w64"},
	{"\x0b\x77", "audio/ac3"},
	{"#EXTM3U\n", "application/vnd.apple.mpegurl"},
	{"#EXTM3U\r\n", "application/vnd.apple.mpegurl"},
}

// isTransportStream reports whether bytes are packets of so many bytes, each with its mark at an offset.
func isTransportStream(head []byte, at, packet int) bool {
	return len(head) > 2*packet+at && head[at] == 'G' && head[at+packet] == 'G' && head[at+2*packet] == 'G' && strayOf(head) > 0
}

func strayOf(head []byte) int {
	stray, _ := strayBytes(head)
	return stray
}

// isPadded reports whether bytes are text but for NULs at its end, and a few inside.
func isPadded(head []byte) bool {
	const inside = 4 // of so many bytes one may be NUL
	text := bytes.TrimRight(head, "\x00")
	written := bytes.ReplaceAll(text, []byte{0}, nil)
	stray, _ := strayBytes(written)
	return stray == 0 && (len(text)-len(written))*inside <= len(text) && bytes.ContainsFunc(written, unicode.IsLetter)
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

// nameOf returns what people call a type, or the type itself where they call it nothing shorter.
func nameOf(mimeType string) string {
	if name := kindNames[mimeType]; name != "" {
		return name
	}
	return mimeType + " file"
}

// SortOf returns what a type counts as.
func SortOf(mimeType string) Sort { return sortOf(mimeType, nil) }

// sortOf looks at the ancestors of the type that was found too, where it is not nil.
func sortOf(mimeType string, found *mimetype.MIME) Sort {
	family, _, _ := strings.Cut(mimeType, "/")
	switch {
	case family == "image" || family == "audio" || family == "video" || family == "text":
		return Sort(family)
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
	return Other
}

// Canonical returns the spelling of a type that the sniffing library uses, in lower case and without parameters.
func Canonical(declared string) string {
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

// magicTypes always begin with the same few bytes.
var magicTypes = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/bmp": true, "image/tiff": true,
	"audio/wav": true, "audio/flac": true, "audio/ogg": true, "video/webm": true, "application/pdf": true,
}

// HasMagic reports whether files of a type always begin with the same few bytes: what begins otherwise is no
// such file.
func HasMagic(mimeType string) bool { return magicTypes[mimeType] }

// ByExtension returns the type that the ending of a file's name promises; "" for none.
func ByExtension(name string) string { return extensionTypes[strings.ToLower(path.Ext(name))] }
