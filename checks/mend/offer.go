package mend

import (
	"path"
	"slices"
	"strings"

	"klyra-doctor/checks"
	"klyra-doctor/checks/media"
)

// offers holds which findings call for which fix, the fix to do first before the others. Where a medium is
// named, the content has to be one.
var offers = []struct {
	fix      Fix
	media    checks.Media
	findings []string
}{
	{Decode, checks.AnyMedia, []string{"content.base64", "content.base64_url_safe", "content.base64_padding", "content.data_uri_mismatch"}},
	{Clean, checks.Text, []string{"content.not_utf8", "content.bom", "content.nul", "content.mojibake"}},
	{Shrink, checks.Image, []string{"content.too_large", "content.near_limit", "content.too_many_pixels"}},
	{Chunk, checks.Text, []string{"content.too_large", "content.near_limit", "content.too_many_words"}},
}

// Offered returns the fixes that a result of the content check calls for, the one to do first before the
// others; none where all is well. A finding that could not tell calls for nothing.
func Offered(r checks.Result) []Fix {
	var fixes []Fix
	for _, o := range offers {
		if o.media != checks.AnyMedia && o.media != r.Media {
			continue
		}
		if o.media == checks.Text && slices.Contains(fixes, Decode) {
			continue // its letters are no text to work on
		}
		if o.fix == Clean && !cleanable(r) || o.fix == Shrink && !decodable[r.Type] {
			continue
		}
		if slices.ContainsFunc(r.Findings, func(f checks.Finding) bool {
			return (f.Status == checks.Fail || f.Status == checks.Warn) && slices.Contains(o.findings, f.ID)
		}) {
			fixes = append(fixes, o.fix)
		}
	}
	return fixes
}

// cleanable reports whether a text is UTF-8 or in what can be decoded.
func cleanable(r checks.Result) bool {
	_, known := decoders[r.Encoding]
	return known || !slices.ContainsFunc(r.Findings, func(f checks.Finding) bool { return f.ID == "content.not_utf8" })
}

// fixWords holds what each fix does, as an order, what the name of its output gains, and what is to be sent then,
// with NAME for the output.
var fixWords = map[Fix]struct{ does, suffix, ending, sends string }{
	Chunk:  {"split it", "-parts", "", "with each part in NAME, one request each"},
	Shrink: {"make it smaller", "-small", ".jpg", "with NAME in place of the image"},
	Clean:  {"clean it", "-clean", ".txt", "with NAME in place of the text"},
	Decode: {"decode it", "-decoded", "", "with the bytes of NAME in place of what was sent; where the request takes base64, encode them anew, as one plain line"},
}

// Does says what a fix does, as an order: "make it smaller".
func (f Fix) Does() string { return fixWords[f].does }

// Sends says what to send once a fix has written to some name: "with small.jpg in place of the image".
func (f Fix) Sends(name string) string { return strings.ReplaceAll(fixWords[f].sends, "NAME", name) }

// OutputName returns a name for what a fix makes of a content of some name: "photo-small.jpg" for "photo.png",
// "text-parts" for a folder of parts. The type is that of the output where it is known, and "" elsewhere.
func OutputName(fix Fix, name, mimeType string) string {
	ending := path.Ext(name)
	stem := strings.TrimSuffix(name, ending)
	if stem = strings.ReplaceAll(stem, " ", "-"); stem == "" {
		stem = "content"
	}
	switch {
	case fix != Clean:
		ending = fixWords[fix].ending
	case ending == "":
		ending = fixWords[Clean].ending
	}
	if fix == Decode {
		ending = endingOf(mimeType)
	}
	return stem + fixWords[fix].suffix + ending
}

// endings are those that decoded files get.
var endings = []string{
	".png", ".jpg", ".gif", ".webp", ".bmp", ".tiff", ".heic", ".avif", ".svg", ".wav", ".mp3", ".flac", ".ogg", ".m4a", ".aac",
	".mp4", ".mov", ".webm", ".mkv", ".avi", ".txt", ".html", ".json", ".pdf", ".zip",
}

// endingOf returns the ending of a type's files; ".bin" where nothing is known of the type.
func endingOf(mimeType string) string {
	for _, e := range endings {
		if media.ByExtension("x"+e) == mimeType {
			return e
		}
	}
	if mimeType == "" {
		return ""
	}
	return ".bin"
}
