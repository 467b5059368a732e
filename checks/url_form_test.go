package checks

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
)

// formCases are URLs as they are typed: what is found in their form, and what is then asked ("" for nothing).
var formCases = []struct{ given, want, asked string }{
	{"https://media.example.com/a.png", "", "https://media.example.com/a.png"},
	{"HTTPS://media.example.com/a%20b.png?x=1%2F2&y=a+b", "", "https://media.example.com/a%20b.png?x=1%2F2&y=a+b"},
	{"https://en.wikipedia.example.org/wiki/Go_(game)", "", "https://en.wikipedia.example.org/wiki/Go_(game)"},
	{"https://media.example.com:443/a", "", "https://media.example.com:443/a"},
	{"https://93.184.216.34/a", "", "https://93.184.216.34/a"},
	{"https://[2606:2800:220::10]/a", "", "https://[2606:2800:220::10]/a"},
	{"https://web.archive.example.org/?u=https%253A%252F%252Fa", "", "https://web.archive.example.org/?u=https%253A%252F%252Fa"},
	{"/samples/good.png?x=1", "", "http://127.0.0.1:8585/samples/good.png?x=1"},
	{"http://127.0.0.1:8585/samples/good.png", "", "http://127.0.0.1:8585/samples/good.png"},

	{"", "url.malformed fail", ""},
	{"not a url", "url.malformed fail", ""},
	{"picture.png", "url.malformed fail", "https://picture.png"},
	{"media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png"},
	{"//media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png"},
	{"media.example.com:8443/a.png", "url.malformed fail; url.port warn", "https://media.example.com:8443/a.png"},
	{"localhost:3000/a.png", "url.malformed fail; url.port warn; url.local_name fail", "https://localhost:3000/a.png"},
	{"https:/media.example.com/a.png", "url.malformed fail", ""},
	{"https:///a.png", "url.malformed fail", ""},
	{"https://", "url.malformed fail", ""},
	{"https:media.example.com", "url.malformed fail", ""},
	{"https://media.example.com:port/a", "url.malformed fail", ""},
	{"https://[::1/a", "url.malformed fail", ""},

	{"s3://bucket/key.png", "url.scheme fail", ""},
	{"gs://bucket/key.png", "url.scheme fail", ""},
	{"ftp://media.example.com/a.png", "url.scheme fail", ""},
	{"file:///home/me/a.png", "url.scheme fail", ""},
	{"data:image/png;base64,AAAA", "url.scheme fail", ""},
	{"blob:https://app.example.com/7", "url.scheme fail", ""},
	{"javascript:alert(1)", "url.scheme fail", ""},

	{" https://media.example.com/a.png\n", "url.junk warn", "https://media.example.com/a.png"},
	{"https://media.example.com/a.png.", "url.junk warn", "https://media.example.com/a.png"},
	{"https://media.example.com/a.png),", "url.junk fail", "https://media.example.com/a.png"},
	{"\"https://media.example.com/a.png\"", "url.junk fail", "https://media.example.com/a.png"},
	{"<https://media.example.com/a.png>", "url.junk fail", "https://media.example.com/a.png"},
	{"“https://media.example.com/a.png”", "url.junk fail", "https://media.example.com/a.png"},
	{"https://media.example.com/a\u200b.png", "url.junk fail", "https://media.example.com/a.png"},
	{"\ufeffhttps://media.example.com/a.png", "url.junk fail", "https://media.example.com/a.png"},
	{"https://media.example.com/a\n.png", "url.junk warn", "https://media.example.com/a.png"},

	{"https://media.example.com/a b.png", "url.encoding warn", "https://media.example.com/a%20b.png"},
	{"https://media.example.com/a?x=b c&y=ä", "url.encoding warn; url.encoding warn", "https://media.example.com/a?x=b%20c&y=%C3%A4"},
	{"https://media.example.com/ä.png", "url.encoding warn", "https://media.example.com/%C3%A4.png"},
	{"https://media.example.com/a%2520b.png", "url.encoding warn", "https://media.example.com/a%2520b.png"},
	{"https://media.example.com/a?x=1&amp;y=2", "url.encoding warn", "https://media.example.com/a?x=1&amp;y=2"},
	{"https://media.example.com/100%.png", "url.encoding fail", ""},
	{"https://media.example.com/a?x=%", "url.encoding fail", ""},
	{"https://media.example.com/a?x=%+1", "url.encoding fail", ""},

	{"https://me:hunter2@media.example.com/a.png", "url.userinfo warn", "https://media.example.com/a.png"},
	{"https://media.example.com/a.png#part", "url.fragment warn", "https://media.example.com/a.png"},
	{"https://bücher.example.com/a.png", "url.idn unknown", ""},

	{"https://2130706433/a.png", "url.host fail", ""},
	{"https://0x7f.1/a.png", "url.host fail", ""},
	{"https://127.1/a.png", "url.host fail", ""},
	{"https://010.0.0.1/a.png", "url.host fail", ""},
	{"https://[fe80::1%25eth0]/a.png", "url.host fail", ""},
	{"https://me*dia.example.com/a.png", "url.host fail", ""},
	{"https://media..example.com/a.png", "url.host fail", ""},
	{"https://" + strings.Repeat("a", 64) + ".example.com/", "url.host fail", ""},
	{"https://under_score.example.com/a.png", "url.host warn", "https://under_score.example.com/a.png"},
	{"https://media.example.com./a.png", "url.host warn", "https://media.example.com./a.png"},

	{"https://media.example.com:8443/a.png", "url.port warn", "https://media.example.com:8443/a.png"},
	{"http://media.example.com:443/a.png", "url.port warn", "http://media.example.com:443/a.png"},
	{"https://media.example.com:99999/a.png", "url.port fail", ""},
	{"https://media.example.com:0/a.png", "url.port fail", ""},

	{"https://intranet/a.png", "url.local_name fail", "https://intranet/a.png"},
	{"https://nas.local/a.png", "url.local_name fail", "https://nas.local/a.png"},
	{"https://api.default.svc/a.png", "url.local_name fail", "https://api.default.svc/a.png"},
	{"http://127.0.0.1:9999/a.png", "url.port warn", "http://127.0.0.1:9999/a.png"},
	{"https://abc.ngrok-free.app/a.png", "url.local_name warn", "https://abc.ngrok-free.app/a.png"},

	{"https://drive.google.com/file/d/ID42/view?usp=sharing", "url.share_page warn", "https://drive.google.com/file/d/ID42/view?usp=sharing"},
	{"https://imgur.com/a1b2c3", "url.share_page warn", "https://imgur.com/a1b2c3"},
	{"https://i.imgur.com/a1b2c3.png", "", "https://i.imgur.com/a1b2c3.png"},
}

func probeOf(t testing.TB, given string) *urlProbe {
	return &urlProbe{Target: urlTarget(t, "http://127.0.0.1:8585", given)}
}

func TestURLForm(t *testing.T) {
	for _, c := range formCases {
		p := probeOf(t, c.given)
		asked := ""
		if u := p.form(); u != nil {
			asked = u.String()
		}
		if got := verdicts(Result{Findings: p.findings}); got != c.want || asked != c.asked {
			t.Errorf("%q: found %q and asks %q, want %q and %q", c.given, got, asked, c.want, c.asked)
		}
		if said := texts(Result{Findings: p.findings}); strings.Contains(said, "hunter2") {
			t.Errorf("%q: the password is shown:\n%s", c.given, said)
		}
	}
}

func TestShareLinks(t *testing.T) {
	cases := map[string]string{
		"https://drive.google.com/file/d/ID42/view?usp=sharing":           "https://drive.google.com/uc?export=download&id=ID42",
		"https://drive.google.com/open?usp=x&id=ID42":                     "https://drive.google.com/uc?export=download&id=ID42",
		"https://www.dropbox.com/s/abc/cat.jpg?dl=0":                      "https://www.dropbox.com/s/abc/cat.jpg?dl=1",
		"https://www.dropbox.com/scl/fi/abc/cat.jpg?rlkey=k&dl=0":         "https://www.dropbox.com/scl/fi/abc/cat.jpg?rlkey=k&dl=1",
		"https://www.dropbox.com/s/abc/cat.jpg":                           "https://www.dropbox.com/s/abc/cat.jpg?dl=1",
		"https://github.com/golang/go/blob/master/doc/gopher/gopher.png":  "https://raw.githubusercontent.com/golang/go/master/doc/gopher/gopher.png",
		"https://gitlab.com/group/project/-/blob/main/cat.png":            "https://gitlab.com/group/project/-/raw/main/cat.png",
		"https://www.youtube.com/watch?v=abc":                             "",
		"https://www.dropbox.com/s/abc/cat.jpg?dl=1":                      "no finding",
		"https://raw.githubusercontent.com/golang/go/master/a.png":        "no finding",
		"https://example.com/?next=https://github.com/a/b/blob/main/c.go": "no finding",
	}
	for given, want := range cases {
		p := probeOf(t, given)
		p.form()
		got := "no finding"
		if len(p.findings) > 0 {
			got = ""
			for _, e := range p.findings[0].Evidence {
				got = e.Value
			}
		}
		if got != want {
			t.Errorf("%s: direct link %q, want %q", given, got, want)
		}
	}
}

func TestSignatures(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	cases := map[string]string{
		"a=b": "",
		"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=7000":                         "url.presigned_temporary warn",
		"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=86400":                        "",
		"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=3600":                         "url.presigned_expired fail",
		"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=86400&X-Amz-Security-Token=":  "",
		"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=86400&X-Amz-Security-Token=t": "url.presigned_temporary warn",
		"X-Amz-Signature=s&X-Amz-Date=20261124T130000Z&X-Amz-Expires=86400":                        "url.presigned_expired fail",
		"X-Amz-Signature=s&X-Amz-Date=20261124T121000Z&X-Amz-Expires=86400":                        "",
		"X-Amz-Signature=s&X-Amz-Date=nonsense&X-Amz-Expires=-5":                                   "",
		"X-Goog-Signature=s&X-Goog-Date=20261101T000000Z&X-Goog-Expires=604800":                    "url.presigned_expired fail",
		"sig=s&se=2026-11-24T11:00:00Z&sp=r":                                                       "url.presigned_expired fail",
		"sig=s&se=2026-11-25&sp=r":                                                                 "",
		"sig=s&se=2026-11-26T11:00Z&st=2026-11-25T11:00Z":                                          "url.presigned_expired fail",
		"Signature=s&Key-Pair-Id=k&Expires=1700000000":                                             "url.presigned_expired fail",
		"Signature=s&AWSAccessKeyId=k&Expires=1700000000":                                          "url.presigned_expired fail",
		"Signature=s&GoogleAccessId=k&Expires=1700000000":                                          "url.presigned_expired fail",
		"Signature=s&OSSAccessKeyId=k&Expires=99999999999999999999":                                "",
		"Expires=1700000000":    "",
		"ex=65000000&is=1&hm=2": "url.presigned_expired fail",
		"ex=7fffffff&is=1&hm=2": "",
	}
	for query, want := range cases {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		p := &urlProbe{signed: readSignature(values), serverNow: now}
		p.judgeSignature()
		if got := verdicts(Result{Findings: p.findings}); got != want {
			t.Errorf("%s: found %q, want %q", query, got, want)
		}
	}
}

// FuzzURLForm holds that whatever is typed, what is then asked is a plain http or https URL.
func FuzzURLForm(f *testing.F) {
	for _, c := range formCases {
		f.Add(c.given)
	}
	f.Fuzz(func(t *testing.T, given string) {
		p := probeOf(t, given)
		u := p.form()
		p.conclude()
		if u == nil {
			if len(p.findings) == 0 || !Worse(p.worst(), Warn) {
				t.Fatalf("%q is not asked, without a failure", given)
			}
			return
		}
		again, err := url.Parse(u.String())
		if err != nil || again.Host != u.Host || u.User != nil || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" {
			t.Fatalf("%q asks %#v (%v)", given, u, err)
		}
		if strings.IndexFunc(u.String(), func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' }) >= 0 {
			t.Fatalf("%q asks %q", given, u)
		}
		portOf(u)
	})
}
