package sandbox

import (
	"bytes"
	"encoding/binary"
	"image"
	_ "image/gif" // image.Decode reads GIF,
	_ "image/jpeg"
	_ "image/png" // JPEG and PNG
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxBytes  = 4 << 20 // of a request and of an image
	maxWords  = 500     // of a text; the API's documentation says "about 500"
	maxPixels = 24e6    // of an image; more are not decoded
	maxWay    = 1000    // bytes of the way to a field of the body
)

// judgeMedia judges the bytes of an image, a sound or a video against the type that was declared for them;
// "" where none was. Only what the standard library can decode is looked through, the rest is believed.
func judgeMedia(param, declared string, data []byte) answer {
	declared = commonName(declared)
	family, _, _ := strings.Cut(declared, "/")
	actual := commonName(http.DetectContentType(data))
	unknown := actual == ""
	sounds := strings.HasPrefix(actual, "audio/") || strings.HasPrefix(actual, "video/") || actual == "application/ogg"
	switch {
	case len(data) == 0:
		return fail("missing_content").at(param)
	case unknown && (family == "audio" || family == "video"):
		return answer{}
	case unknown:
		return fail("corrupted_media").at(param).because("The bytes begin like no format that the sandbox knows.")
	case strings.HasPrefix(actual, "image/") && (declared == "" || declared == actual):
		return judgeImage(param, data)
	case actual == "audio/wave" && family != "image":
		return judgeWAV(param, data)
	case sounds && family != "image":
		return answer{}
	case declared == "" || declared == actual:
		return fail("unsupported_content_type").at(param).because("The bytes are %s, which is neither an image nor a sound nor a video.", actual)
	}
	return fail("unsupported_content_type").at(param).because("The content is declared as %s, but its bytes are %s.", declared, actual)
}

// commonName drops parameters and case from a media type, keeps one of two names for one format, and is ""
// for the type that says nothing.
func commonName(mediaType string) string {
	name, _, _ := strings.Cut(mediaType, ";")
	switch name = strings.ToLower(strings.TrimSpace(name)); name {
	case "image/jpg":
		return "image/jpeg"
	case "application/octet-stream":
		return ""
	}
	return name
}

func judgeImage(param string, data []byte) answer {
	if len(data) > maxBytes {
		return fail("content_too_large").at(param).because("The image has %d bytes; the most are %d.", len(data), maxBytes)
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err == image.ErrFormat {
		return answer{} // WebP, BMP: recognised, but there is no decoder here
	}
	if err == nil && size.Width*size.Height > maxPixels {
		return fail("unprocessable_content").at(param).because("The image has %d × %d pixels, more than can be processed.", size.Width, size.Height)
	}
	if err == nil {
		_, _, err = image.Decode(bytes.NewReader(data))
	}
	if err != nil {
		return fail("corrupted_media").at(param).because("The %s image cannot be decoded: %v.", strings.ToUpper(format), err)
	}
	return answer{}
}

// judgeWAV compares the length that the file's header announces with the bytes that are there.
func judgeWAV(param string, data []byte) answer {
	if announced := 8 + uint64(binary.LittleEndian.Uint32(data[4:])); announced > uint64(len(data)) {
		return fail("corrupted_media").at(param).because("The WAV header announces %d bytes, but there are %d.", announced, len(data))
	}
	return answer{}
}

// judgeText judges the bytes of a text.
func judgeText(param string, text []byte) answer {
	if n := firstInvalid(text); n >= 0 {
		return fail("unprocessable_content").at(param).because("The text is not UTF-8: byte %d is 0x%02X.", n, text[n])
	}
	words := len(bytes.Fields(text))
	switch {
	case words == 0:
		return fail("missing_content").at(param)
	case words > maxWords:
		return fail("content_too_large").at(param).because("The text has %d words; the most are about %d.", words, maxWords)
	case foreignScript(text):
		return fail("unsupported_language").at(param).because("The text is written in a script that none of the sandbox's languages uses.")
	}
	return answer{}
}

// firstInvalid returns the offset of the first byte that is not UTF-8, -1 where all are.
func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// scripts are those that the sandbox's languages are written in.
var scripts = []*unicode.RangeTable{
	unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew, unicode.Han, unicode.Hiragana,
	unicode.Katakana, unicode.Hangul, unicode.Devanagari, unicode.Bengali, unicode.Tamil, unicode.Telugu, unicode.Thai,
}

// foreignScript reports whether most letters of a text belong to none of the scripts.
func foreignScript(text []byte) bool {
	letters, foreign := 0, 0
	for _, r := range string(text) {
		if !unicode.IsLetter(r) {
			continue
		}
		letters++
		if !unicode.IsOneOf(scripts, r) && !unicode.Is(unicode.Common, r) {
			foreign++
		}
	}
	return foreign*2 > letters
}
