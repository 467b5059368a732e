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
	{"Google Drive", regexp.MustCompile(`^https?://drive\.google\.com/file/(?:u/\d+/)?d/([^/?]+).*$`), "https://drive.google.com/uc?export=download&id=$1"},
	{"Google Drive", regexp.MustCompile(`^https?://drive\.google\.com/open\?(?:.*&)?id=([^&]+).*$`), "https://drive.google.com/uc?export=download&id=$1"},
	{"Google Drive", regexp.MustCompile(`^https?://drive\.google\.com/(?:drive/|folderview)`), ""},
	{"Google Docs", regexp.MustCompile(`^https?://docs\.google\.com/(?:document|spreadsheets|presentation|forms)/`), ""},
	{"Google Photos", regexp.MustCompile(`^https?://photos\.(?:app\.goo\.gl|google\.com)/`), ""},
	{"Google's image search", regexp.MustCompile(`^https?://(?:www|images)\.google\.[a-z.]+/(?:imgres|search|url)\?`), ""},
	{"Dropbox", regexp.MustCompile(`^https?://(?:www\.)?dropbox\.com/(?:sh/|scl/fo/|home|request/)`), ""},
	{"Dropbox", regexp.MustCompile(`^(https?://(?:www\.)?dropbox\.com/(?:s|scl)/[^?]*\?(?:.*&)?)dl=0(.*)$`), "${1}dl=1$2"},
	{"Dropbox", regexp.MustCompile(`^(https?://(?:www\.)?dropbox\.com/(?:s|scl)/[^?]*)$`), "$1?dl=1"},
	{"GitHub", regexp.MustCompile(`^https?://github\.com/([^/]+/[^/]+)/blob/([^?]+)$`), "https://raw.githubusercontent.com/$1/$2"},
	{"GitHub Gist", regexp.MustCompile(`^https?://gist\.github\.com/([^/]+/[0-9a-f]+)$`), "https://gist.githubusercontent.com/$1/raw"},
	{"GitLab", regexp.MustCompile(`^(https?://[^/]+/.+/-)/blob/(.+)$`), "$1/raw/$2"},
	{"Bitbucket", regexp.MustCompile(`^(https?://bitbucket\.org/[^/]+/[^/]+)/src/(.+)$`), "$1/raw/$2"},
	{"Codeberg", regexp.MustCompile(`^(https?://codeberg\.org/[^/]+/[^/]+)/src/(.+)$`), "$1/raw/$2"},
	{"Hugging Face", regexp.MustCompile(`^(https?://huggingface\.co/.+)/blob/(.+)$`), "$1/resolve/$2"},
	{"Wikimedia", regexp.MustCompile(`^(https?://[a-z.-]+\.(?:wikipedia|wikimedia)\.org)/wiki/(?:File|Datei|Fichier|Archivo|Image|Bild):([^?]+).*$`), "$1/wiki/Special:FilePath/$2"},
	{"Giphy", regexp.MustCompile(`^https?://(?:www\.)?giphy\.com/gifs/(?:[^/?]*-)?([A-Za-z0-9]+)(?:\?.*)?$`), "https://media.giphy.com/media/$1/giphy.gif"},
	{"OneDrive or SharePoint", regexp.MustCompile(`^https?://(?:1drv\.ms|onedrive\.live\.com|[^/]+\.sharepoint\.com)/`), ""},
	{"iCloud", regexp.MustCompile(`^https?://(?:(?:www|share)\.)?icloud\.com/`), ""},
	{"Box", regexp.MustCompile(`^https?://(?:[^/]+\.)?box\.com/(?:s|file|folder)/`), ""},
	{"WeTransfer", regexp.MustCompile(`^https?://(?:we\.tl|(?:www\.)?wetransfer\.com)/`), ""},
	{"MEGA", regexp.MustCompile(`^https?://mega\.(?:nz|co\.nz)/`), ""},
	{"MediaFire", regexp.MustCompile(`^https?://(?:www\.)?mediafire\.com/(?:file|view|folder)/`), ""},
	{"Slack", regexp.MustCompile(`^https?://(?:[^/]+\.slack\.com/(?:files|archives)/|files\.slack\.com/files-pri/)`), ""},
	{"Discord", regexp.MustCompile(`^https?://(?:www\.)?discord(?:app)?\.com/channels/`), ""},
	{"Imgur", regexp.MustCompile(`^https?://(?:(?:www|m)\.)?imgur\.com/`), ""},
	{"Flickr", regexp.MustCompile(`^https?://(?:(?:www\.)?flickr\.com/photos|flic\.kr)/`), ""},
	{"Pinterest", regexp.MustCompile(`^https?://(?:(?:[a-z]+\.)?pinterest\.[a-z.]+|pin\.it)/`), ""},
	{"Tenor", regexp.MustCompile(`^https?://(?:www\.)?tenor\.com/view/`), ""},
	{"YouTube", regexp.MustCompile(`^https?://(?:(?:www|m|music)\.)?(?:youtube\.com|youtu\.be)/`), ""},
	{"Vimeo", regexp.MustCompile(`^https?://(?:www\.)?vimeo\.com/`), ""},
	{"SoundCloud", regexp.MustCompile(`^https?://(?:(?:www|m|on)\.)?soundcloud\.com/`), ""},
	{"Spotify", regexp.MustCompile(`^https?://open\.spotify\.com/`), ""},
	{"Instagram", regexp.MustCompile(`^https?://(?:www\.)?instagram\.com/`), ""},
	{"TikTok", regexp.MustCompile(`^https?://(?:(?:www|vm)\.)?tiktok\.com/`), ""},
	{"X", regexp.MustCompile(`^https?://(?:(?:www|mobile)\.)?(?:twitter|x)\.com/[^/]+/status/`), ""},
	{"Facebook", regexp.MustCompile(`^https?://(?:(?:www|m|web)\.)?(?:facebook\.com|fb\.watch)/`), ""},
	{"Reddit", regexp.MustCompile(`^https?://(?:(?:www|old)\.)?reddit\.com/(?:r/|media)`), ""},
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
