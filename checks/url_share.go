package checks

import (
	"net/url"
)

// sharePages are URLs that show a page about a file, with what makes the file's own URL of them, where that
// can be derived. The first that matches counts.
var sharePages = []struct {
	service string
	page    lazyRegexp
	direct  string // a replacement for page; "" where the direct URL cannot be derived
}{
	{"Google Drive", matching(`^https?://drive\.google\.com/file/(?:u/\d+/)?d/([^/?]+).*$`), "https://drive.google.com/uc?export=download&id=$1"},
	{"Google Drive", matching(`^https?://drive\.google\.com/open\?(?:.*&)?id=([^&]+).*$`), "https://drive.google.com/uc?export=download&id=$1"},
	{"Google Drive", matching(`^https?://drive\.google\.com/(?:drive/|folderview)`), ""},
	{"Google Docs", matching(`^https?://docs\.google\.com/(?:document|spreadsheets|presentation|forms)/`), ""},
	{"Google Photos", matching(`^https?://photos\.(?:app\.goo\.gl|google\.com)/`), ""},
	{"Google's image search", matching(`^https?://(?:www|images)\.google\.[a-z.]+/(?:imgres|search|url)\?`), ""},
	{"Dropbox", matching(`^https?://(?:www\.)?dropbox\.com/(?:sh/|scl/fo/|home|request/)`), ""},
	{"Dropbox", matching(`^(https?://(?:www\.)?dropbox\.com/(?:s|scl)/[^?]*\?(?:.*&)?)dl=0(.*)$`), "${1}dl=1$2"},
	{"Dropbox", matching(`^(https?://(?:www\.)?dropbox\.com/(?:s|scl)/[^?]*)$`), "$1?dl=1"},
	{"GitHub", matching(`^https?://github\.com/([^/]+/[^/]+)/blob/([^?]+)$`), "https://raw.githubusercontent.com/$1/$2"},
	{"GitHub Gist", matching(`^https?://gist\.github\.com/([^/]+/[0-9a-f]+)$`), "https://gist.githubusercontent.com/$1/raw"},
	{"GitLab", matching(`^(https?://[^/]+/.+/-)/blob/(.+)$`), "$1/raw/$2"},
	{"Bitbucket", matching(`^(https?://bitbucket\.org/[^/]+/[^/]+)/src/(.+)$`), "$1/raw/$2"},
	{"Codeberg", matching(`^(https?://codeberg\.org/[^/]+/[^/]+)/src/(.+)$`), "$1/raw/$2"},
	{"Hugging Face", matching(`^(https?://huggingface\.co/.+)/blob/(.+)$`), "$1/resolve/$2"},
	{"Wikimedia", matching(`^(https?://[a-z.-]+\.(?:wikipedia|wikimedia)\.org)/wiki/(?:File|Datei|Fichier|Archivo|Image|Bild):([^?]+).*$`), "$1/wiki/Special:FilePath/$2"},
	{"Giphy", matching(`^https?://(?:www\.)?giphy\.com/gifs/(?:[^/?]*-)?([A-Za-z0-9]+)(?:\?.*)?$`), "https://media.giphy.com/media/$1/giphy.gif"},
	{"OneDrive or SharePoint", matching(`^https?://(?:1drv\.ms|onedrive\.live\.com|[^/]+\.sharepoint\.com)/`), ""},
	{"iCloud", matching(`^https?://(?:(?:www|share)\.)?icloud\.com/`), ""},
	{"Box", matching(`^https?://(?:[^/]+\.)?box\.com/(?:s|file|folder)/`), ""},
	{"WeTransfer", matching(`^https?://(?:we\.tl|(?:www\.)?wetransfer\.com)/`), ""},
	{"MEGA", matching(`^https?://mega\.(?:nz|co\.nz)/`), ""},
	{"MediaFire", matching(`^https?://(?:www\.)?mediafire\.com/(?:file|view|folder)/`), ""},
	{"Slack", matching(`^https?://(?:[^/]+\.slack\.com/(?:files|archives)/|files\.slack\.com/files-pri/)`), ""},
	{"Discord", matching(`^https?://(?:www\.)?discord(?:app)?\.com/channels/`), ""},
	{"Imgur", matching(`^https?://(?:(?:www|m)\.)?imgur\.com/`), ""},
	{"Flickr", matching(`^https?://(?:(?:www\.)?flickr\.com/photos|flic\.kr)/`), ""},
	{"Pinterest", matching(`^https?://(?:(?:[a-z]+\.)?pinterest\.[a-z.]+|pin\.it)/`), ""},
	{"Tenor", matching(`^https?://(?:www\.)?tenor\.com/view/`), ""},
	{"YouTube", matching(`^https?://(?:(?:www|m|music)\.)?(?:youtube\.com|youtu\.be)/`), ""},
	{"Vimeo", matching(`^https?://(?:www\.)?vimeo\.com/`), ""},
	{"SoundCloud", matching(`^https?://(?:(?:www|m|on)\.)?soundcloud\.com/`), ""},
	{"Spotify", matching(`^https?://open\.spotify\.com/`), ""},
	{"Instagram", matching(`^https?://(?:www\.)?instagram\.com/`), ""},
	{"TikTok", matching(`^https?://(?:(?:www|vm)\.)?tiktok\.com/`), ""},
	{"X", matching(`^https?://(?:(?:www|mobile)\.)?(?:twitter|x)\.com/[^/]+/status/`), ""},
	{"Facebook", matching(`^https?://(?:(?:www|m|web)\.)?(?:facebook\.com|fb\.watch)/`), ""},
	{"Reddit", matching(`^https?://(?:(?:www|old)\.)?reddit\.com/(?:r/|media)`), ""},
}

// sharePage warns of a URL that shows a page about the file instead of the file.
func (p *urlProbe) sharePage(u *url.URL) {
	full := u.String()
	for _, s := range sharePages {
		if !s.page().MatchString(full) {
			continue
		}
		f := Finding{
			ID: "url.share_page", Status: Warn, Summary: "a sharing link of " + s.service + " leads to a web page, not to the file",
			Remedy: "Put the file on plain storage (an object store, a CDN) and give the API that URL.",
		}
		if s.direct != "" {
			f.Evidence = []Evidence{{"direct link", s.page().ReplaceAllString(full, s.direct)}}
			f.Remedy = "Give the direct link in the evidence. It may change or be throttled: plain storage (an object store, a CDN) is safer."
		}
		p.add(f)
		return
	}
}
