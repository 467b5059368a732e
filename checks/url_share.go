package checks

import (
	"net/url"
	"regexp"
)

// sharePages are URLs that show a page about a file, with what makes the file's own URL of them, where that
// can be derived. The first that matches counts.
var sharePages = []struct {
	service string
	page    *regexp.Regexp
	direct  string // a replacement for page; "" where the direct URL cannot be derived
}{
	{"Google Drive", regexp.MustCompile(`^https?://drive\.google\.com/file/d/([^/?]+).*$`), "https://drive.google.com/uc?export=download&id=$1"},
	{"Google Drive", regexp.MustCompile(`^https?://drive\.google\.com/open\?(?:.*&)?id=([^&]+).*$`), "https://drive.google.com/uc?export=download&id=$1"},
	{"Google Docs", regexp.MustCompile(`^https?://docs\.google\.com/(?:document|spreadsheets|presentation)/`), ""},
	{"Google Photos", regexp.MustCompile(`^https?://photos\.(?:app\.goo\.gl|google\.com)/`), ""},
	{"Dropbox", regexp.MustCompile(`^(https?://(?:www\.)?dropbox\.com/(?:s|scl)/[^?]*\?(?:.*&)?)dl=0(.*)$`), "${1}dl=1$2"},
	{"Dropbox", regexp.MustCompile(`^(https?://(?:www\.)?dropbox\.com/(?:s|scl)/[^?]*)$`), "$1?dl=1"},
	{"GitHub", regexp.MustCompile(`^https?://github\.com/([^/]+/[^/]+)/blob/(.+)$`), "https://raw.githubusercontent.com/$1/$2"},
	{"GitLab", regexp.MustCompile(`^(https?://gitlab\.com/.+/-)/blob/(.+)$`), "$1/raw/$2"},
	{"OneDrive", regexp.MustCompile(`^https?://(?:1drv\.ms|onedrive\.live\.com|[^/]+\.sharepoint\.com)/`), ""},
	{"iCloud", regexp.MustCompile(`^https?://(?:www\.)?icloud\.com/`), ""},
	{"WeTransfer", regexp.MustCompile(`^https?://(?:we\.tl|(?:www\.)?wetransfer\.com)/`), ""},
	{"Imgur", regexp.MustCompile(`^https?://(?:www\.)?imgur\.com/`), ""},
	{"YouTube", regexp.MustCompile(`^https?://(?:(?:www|m)\.)?(?:youtube\.com|youtu\.be)/`), ""},
	{"Vimeo", regexp.MustCompile(`^https?://(?:www\.)?vimeo\.com/`), ""},
	{"Instagram", regexp.MustCompile(`^https?://(?:www\.)?instagram\.com/`), ""},
	{"TikTok", regexp.MustCompile(`^https?://(?:(?:www|vm)\.)?tiktok\.com/`), ""},
}

// sharePage warns of a URL that shows a page about the file instead of the file.
func (p *urlProbe) sharePage(u *url.URL) {
	full := u.String()
	for _, s := range sharePages {
		if !s.page.MatchString(full) {
			continue
		}
		f := Finding{
			ID: "url.share_page", Status: Warn, Summary: "a sharing link of " + s.service + " leads to a web page, not to the file",
			Remedy: "Put the file on plain storage (an object store, a CDN) and give the API that URL.",
		}
		if s.direct != "" {
			f.Evidence = []Evidence{{"direct link", s.page.ReplaceAllString(full, s.direct)}}
			f.Remedy = "Give the direct link in the evidence. It may change or be throttled: plain storage (an object store, a CDN) is safer."
		}
		p.add(f)
		return
	}
}
