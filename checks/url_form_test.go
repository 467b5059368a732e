package checks

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// formCases are URLs as they are typed: what is found in their form, what is then asked ("" for nothing), and what
// the findings say, parts of it with " … " between them.
var formCases = []struct{ given, want, asked, says string }{
	{"https://media.example.com/a.png", "", "https://media.example.com/a.png", ""},
	{"HTTPS://media.example.com/a%20b.png?x=1%2F2&y=a+b", "", "https://media.example.com/a%20b.png?x=1%2F2&y=a+b", ""},
	{"https://en.wikipedia.example.org/wiki/Go_(game)", "", "https://en.wikipedia.example.org/wiki/Go_(game)", ""},
	{"https://media.example.com:443/a", "", "https://media.example.com:443/a", ""},
	{"https://93.184.216.34/a", "", "https://93.184.216.34/a", ""},
	{"https://[2606:2800:220::10]/a", "", "https://[2606:2800:220::10]/a", ""},
	{"https://web.archive.example.org/?u=https%253A%252F%252Fa", "", "https://web.archive.example.org/?u=https%253A%252F%252Fa", ""},
	{"https://web.archive.example.org/web/2020/https://other.example.org/", "", "https://web.archive.example.org/web/2020/https://other.example.org/", ""},
	{"https://media.example.com/C++/a.png#", "", "https://media.example.com/C++/a.png", ""},
	{"/samples/good.png?x=1", "", "http://127.0.0.1:8585/samples/good.png?x=1", ""},
	{"http://127.0.0.1:8585/samples/good.png", "", "http://127.0.0.1:8585/samples/good.png", ""},

	{"", "url.malformed fail", "", "is empty"},
	{" \n", "url.malformed fail", "", "is empty"},
	{"undefined", "url.malformed fail", "", "a value that is not there"},
	{"[object Object]", "url.malformed fail", "", "a value that is not there"},
	{"https://cdn.example.com/${id}.png", "url.malformed fail", "", "placeholder"},
	{"{{image_url}}", "url.malformed fail", "", "placeholder"},
	{"https://<your-bucket>.example.com/a.png", "url.malformed fail", "", "placeholder"},
	{"https://media.example.com/%C3%ABC%20.png", "", "https://media.example.com/%C3%ABC%20.png", ""},
	{"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwC", "url.malformed fail", "", "base64 data"},
	{"C:\\Users\\me\\cat.png", "url.malformed fail", "", "a path of a file"},
	{"./cat.png", "url.malformed fail", "", "a path of a file"},
	{"not a url", "url.malformed fail", "", "does not begin with https://"},
	{"picture.png", "url.malformed fail", "https://picture.png", ""},
	{"media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png", "Send https://media.example.com/a.png instead"},
	{"//media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png", "does not begin with https:// … Send https://media.example.com/a.png instead"},
	{"media.example.com:8443/a.png", "url.malformed fail; url.port warn", "https://media.example.com:8443/a.png", ""},
	{"localhost:3000/a.png", "url.malformed fail; url.port warn; url.local_name fail", "http://localhost:3000/a.png", "has no scheme; it was checked with http:// … Write http://localhost:3000/a.png, since … If this one speaks TLS, write https:// in front"},
	{"127.0.0.2:3000/a.png", "url.malformed fail; url.port warn", "http://127.0.0.2:3000/a.png", "Write http://127.0.0.2:3000/a.png"},
	{"//127.0.0.1:3000", "url.malformed fail; url.port warn", "http://127.0.0.1:3000", "Write http://127.0.0.1:3000, since"},
	{"[::1]:3000/a.png", "url.malformed fail; url.port warn", "http://[::1]:3000/a.png", "Write http://[::1]:3000/a.png"},
	{"([::1]:3000/a.png)", "url.junk fail; url.malformed fail; url.port warn", "http://[::1]:3000/a.png", ""},
	{"localhost:80/a.png", "url.malformed fail; url.local_name fail", "http://localhost:80/a.png", ""},
	{"localhost:443/a.png", "url.malformed fail; url.local_name fail", "https://localhost:443/a.png", "does not begin with https://"},
	{"localhost/a.png", "url.malformed fail; url.local_name fail", "https://localhost/a.png", "does not begin with https://"},
	{"10.1.2.3:3000/a.png", "url.malformed fail; url.port warn", "https://10.1.2.3:3000/a.png", "does not begin with https:// … Send https://10.1.2.3:3000/a.png instead"},
	{"[2606:2800:220::10]:3000/a.png", "url.malformed fail; url.port warn", "https://[2606:2800:220::10]:3000/a.png", "Send https://[2606:2800:220::10]:3000/a.png instead"},
	{"https:/media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png", "and there are 1 … Send https://media.example.com/a.png instead"},
	{"https:///media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png", "and there are 3"},
	{"http:media.example.com", "url.malformed fail", "http://media.example.com", "and there are 0"},
	{"https:///a.png", "url.malformed fail", "", "and there are 3"},
	{"http:///a", "url.malformed fail", "", "and there are 3"},
	{"https://", "url.malformed fail", "", "names no host"},
	{"https://?x=1", "url.malformed fail", "", "names no host"},
	{"https://https://media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png", "more than one scheme"},
	{"htps://media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png", "htps:// is a misspelling"},
	{"ttps://media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png", "misspelling"},
	{"https//media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png", "misspelling"},
	{"https;//media.example.com/a.png", "url.malformed fail", "https://media.example.com/a.png", "misspelling"},
	{"https://2606:2800:220::10/a", "url.malformed fail", "https://[2606:2800:220::10]/a", "square brackets"},
	{"https://media.example.com:port/a", "url.malformed fail", "", "cannot be read"},
	{"https://[::1/a", "url.malformed fail", "", "cannot be read"},
	{"https:/me:hunter2@media.example.com/a.png", "url.userinfo warn; url.malformed fail", "https://media.example.com/a.png", "Send https://media.example.com/a.png instead"},
	{"me:hunter2@media.example.com/a.png", "url.malformed fail", "", ""},

	{"s3://bucket/key.png", "url.scheme fail", "", "aws s3 presign"},
	{"gs://bucket/key.png", "url.scheme fail", "", "gcloud storage sign-url"},
	{"ftp://media.example.com/a.png", "url.scheme fail", "", "what begins with ftp: cannot be downloaded over HTTP"},
	{"file:///home/me/a.png", "url.scheme fail", "", "a file on your machine"},
	{"data:image/png;base64,AAAA", "url.scheme fail", "", "base64 data"},
	{"blob:https://app.example.com/7", "url.scheme fail", "", "one browser tab"},
	{"content://media/external/7", "url.scheme fail", "", "one phone"},
	{"javascript:alert(1)", "url.scheme fail", "", "https://"},

	{" https://media.example.com/a.png\n", "url.junk warn", "https://media.example.com/a.png", "character 1: U+0020 (blank) … character 33: U+000A (line feed) … Send https://media.example.com/a.png alone"},
	{"https://media.example.com/a.png\r\n", "url.junk warn", "https://media.example.com/a.png", "character 32: U+000D (carriage return), U+000A (line feed)"},
	{"\tHTTPS://media.example.com/a.png", "url.junk warn", "https://media.example.com/a.png", "U+0009 (tab)"},
	{"https://media.example.com/a.png.", "url.junk warn", "https://media.example.com/a.png", "character 32: U+002E ."},
	{"https://media.example.com/a.png。", "url.junk warn", "https://media.example.com/a.png", "U+3002"},
	{"https://media.example.com/a.png),", "url.junk fail", "https://media.example.com/a.png", "U+0029 ), U+002C ,"},
	{"\"https://media.example.com/a.png\"", "url.junk fail", "https://media.example.com/a.png", "character 1: U+0022 (straight double quote) … character 33: U+0022 (straight double quote)"},
	{"'https://media.example.com/a.png'", "url.junk fail", "https://media.example.com/a.png", "U+0027 (straight single quote)"},
	{"<https://media.example.com/a.png>", "url.junk fail", "https://media.example.com/a.png", "U+003C < … U+003E >"},
	{"“https://media.example.com/a.png”", "url.junk fail", "https://media.example.com/a.png", "character 1: U+201C (curly double quote) … character 33: U+201D (curly double quote)"},
	{"«https://media.example.com/a.png»", "url.junk fail", "https://media.example.com/a.png", "U+00AB (angle quote)"},
	{"**https://media.example.com/a.png**", "url.junk fail", "https://media.example.com/a.png", "U+002A *"},
	{"[a cat](https://media.example.com/a.png)", "url.junk fail", "https://media.example.com/a.png", "\"[a cat](\", 8 characters"},
	{"URL: https://media.example.com/a.png", "url.junk warn", "https://media.example.com/a.png", "\"URL: \""},
	{"<img src=\"https://media.example.com/a.png\">", "url.junk fail", "https://media.example.com/a.png", ""},
	{"https://media.example.com/a.png\nhttps://media.example.com/b.png", "url.junk warn", "https://media.example.com/a.png", "character 32: \"\\nhttps://media.example.com/b.png\""},
	{"\xd6\xd6\xd6\xd6 HTTP:/media.example.com", "url.junk fail; url.malformed fail", "http://media.example.com", "5 characters"},
	{"İ: https://media.example.com/a.png", "url.junk warn", "https://media.example.com/a.png", ""},
	{"https://media.example.com/a\u200b.png", "url.junk fail", "https://media.example.com/a.png", "character 28: U+200B (zero width space)"},
	{"https://media.exam\u00adple.com/a.png", "url.junk fail", "https://media.example.com/a.png", "U+00AD (soft hyphen)"},
	{"\ufeffhttps://media.example.com/a.png", "url.junk fail", "https://media.example.com/a.png", "character 1: U+FEFF (byte order mark)"},
	{"https://media.example.com/\u202ea.png", "url.junk fail", "https://media.example.com/a.png", "U+202E"},
	{"https://media.example.com/a\ufe0f.png", "url.junk fail", "https://media.example.com/a.png", "U+FE0F"},
	{"https://media.example.com/a\n   .png", "url.junk warn", "https://media.example.com/a.png", "character 28"},
	{"https://media.example.com/a\u0000.png", "url.junk fail", "https://media.example.com/a.png", "U+0000"},

	{"https://media.example.com/a b.png", "url.encoding warn", "https://media.example.com/a%20b.png", "character 28: U+0020 (blank), write %20 … Send https://media.example.com/a%20b.png instead"},
	{"https://media.example.com/at 9.41.00\u202fAM.png", "url.encoding warn", "https://media.example.com/at%209.41.00%E2%80%AFAM.png", "character 37: U+202F (narrow no-break space), write %E2%80%AF"},
	{"https://media.example.com/a?x=b c&y=ä", "url.encoding warn", "https://media.example.com/a?x=b%20c&y=%C3%A4", "character 32 … character 37: U+00E4 (Latin letter) ä, write %C3%A4"},
	{"https://media.example.com/ä.png", "url.encoding warn", "https://media.example.com/%C3%A4.png", "Send https://media.example.com/%C3%A4.png instead"},
	{"https://media.example.com/caf\xe9.png", "url.encoding warn", "https://media.example.com/caf%E9.png", "byte 0xE9, which is no UTF-8"},
	{"https://media.example.com/می\u200cخواهم.png", "url.encoding warn", "https://media.example.com/%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85.png", "3 more"},
	{"https://media.example.com/a|b{2}.png", "url.encoding warn", "https://media.example.com/a%7Cb%7B2%7D.png", "U+007C |, write %7C"},
	{"https://media.example.com/a%2520b.png", "url.encoding warn", "https://media.example.com/a%2520b.png", "character 28: %2520 … If so, send https://media.example.com/a%20b.png instead"},
	{"https://media.example.com/my+cat.png?x=a+b", "url.encoding warn", "https://media.example.com/my+cat.png?x=a+b", "character 29: U+002B + … send https://media.example.com/my%20cat.png?x=a+b instead"},
	{"https://media.example.com/a?x=1&amp;y=2", "url.encoding fail", "https://media.example.com/a?x=1&y=2", "character 32: &amp; … Send https://media.example.com/a?x=1&y=2 instead"},
	{"https://media.example.com/a?x=1&amp;amp;y=2&#38;z=3", "url.encoding fail", "https://media.example.com/a?x=1&y=2&z=3", ""},
	{"https:\\/\\/media.example.com\\/a?x=1\\u0026y=2", "url.encoding fail", "https://media.example.com/a?x=1&y=2", "character 7: \\/"},
	{"https://media.example.com/%u00e9.png", "url.encoding fail", "https://media.example.com/%C3%A9.png", "escape()"},
	{"https:\\\\media.example.com\\a.png", "url.encoding fail", "https://media.example.com/a.png", "character 7: U+005C"},
	{"https://media.example.com/100%.png", "url.encoding fail", "https://media.example.com/100%25.png", "character 30: %.p … Send https://media.example.com/100%25.png instead"},
	{"https://media.example.com/a?x=%", "url.encoding fail", "https://media.example.com/a?x=%25", ""},
	{"https://media.example.com/a?x=%zz&y=%+1", "url.encoding fail", "https://media.example.com/a?x=%25zz&y=%25+1", "character 31: %zz … character 37: %+1"},

	{"https://me:hunter2@media.example.com/a.png", "url.userinfo warn", "https://media.example.com/a.png", "what stands behind the @: media.example.com"},
	{"https://media.example.com/a.png#part", "url.fragment warn", "https://media.example.com/a.png", "write it as %23"},

	{"https://bücher.example.com/a.png", "url.idn warn", "https://xn--bcher-kva.example.com/a.png", "asked for as xn--bcher-kva.example.com … character 2: U+00FC (Latin letter) ü … Send https://xn--bcher-kva.example.com/a.png instead"},
	{"https://bücher.example.com:8443/", "url.idn warn; url.port warn", "https://xn--bcher-kva.example.com:8443/", ""},
	{"https://b%C3%BCcher.example.com/", "url.idn warn", "https://xn--bcher-kva.example.com/", ""},
	{"https://ｍedia。example．com/", "url.idn warn", "https://media.example.com/", "asked for as media.example.com"},
	{"https://例え.example.com/", "url.idn warn", "https://xn--r8jz45g.example.com/", "Han"},
	{"https://exаmple.com/a.png", "url.idn warn", "https://xn--exmple-4nf.com/a.png", "mixes letters of Cyrillic and Latin in “exаmple” … character 3: U+0430 (Cyrillic letter that looks like a) а … xn--exmple-4nf.com"},
	{"https://xn--exmple-4nf.com/a.png", "url.idn warn", "https://xn--exmple-4nf.com/a.png", "mixes letters of Cyrillic and Latin"},
	{"https://аррӏе.com/", "url.idn warn", "https://xn--80ak6aa92e.com/", "looks like “apple”"},
	{"https://xn--bcher-kva.example.com/", "", "https://xn--bcher-kva.example.com/", ""},
	{"https://почта.example.com/", "url.idn warn", "https://xn--80a1acny.example.com/", "outside ASCII"},
	{"https://media–1.example.com/", "url.idn warn", "https://xn--media1-0g0c.example.com/", "U+2013 (en dash, looks like -)"},
	{"https://\u0301a.example.com/", "url.idn fail", "", "no ASCII form … character 1: U+0301"},
	{"https://xn--a.example.com/", "url.idn fail", "https://xn--a.example.com/", "no valid name"},

	{"https://2130706433/a.png", "url.host fail", "", "read it as: 127.0.0.1 (loopback)"},
	{"https://0x7f.1/a.png", "url.host fail", "", "read it as: 127.0.0.1 (loopback)"},
	{"https://127.1/a.png", "url.host fail", "", "read it as: 127.0.0.1 (loopback)"},
	{"https://010.0.0.1/a.png", "url.host fail", "", "read it as: 8.0.0.1"},
	{"https://0xa9fea9fe/a.png", "url.host fail", "", "read it as: 169.254.169.254 (cloud metadata)"},
	{"https://256.1.1.1/a.png", "url.host fail", "", "none in the usual form"},
	{"https://1.2.3.4.5/a.png", "url.host fail", "", "none in the usual form"},
	{"https://[fe80::1%25eth0]/a.png", "url.host fail", "", "one machine only"},
	{"https://me*dia.example.com/a.png", "url.host fail", "", "it holds '*', U+002A"},
	{"https://media..example.com/a.png", "url.host fail", "", "a dot too many"},
	{"https://.example.com/a.png", "url.host fail", "", "a dot too many"},
	{"https://" + strings.Repeat("a", 63) + ".example.com/", "", "https://" + strings.Repeat("a", 63) + ".example.com/", ""},
	{"https://" + strings.Repeat("a", 64) + ".example.com/", "url.host fail", "", "has 64 characters; 63 are the most"},
	{"https://" + strings.Repeat("a.", 126) + "a/", "", "https://" + strings.Repeat("a.", 126) + "a/", ""},
	{"https://" + strings.Repeat("a.", 126) + "ab/", "url.host fail", "", "has 254 characters; 253 are the most"},
	{"https://under_score.example.com/a.png", "url.host warn", "https://under_score.example.com/a.png", "underscore"},
	{"https://-media.example.com/a.png", "url.host warn", "https://-media.example.com/a.png", "hyphen"},
	{"https://media.example.com./a.png", "url.host warn", "https://media.example.com./a.png", "Write media.example.com."},

	{"https://media.example.com:8443/a.png", "url.port warn", "https://media.example.com:8443/a.png", "port 8443 is not the usual one for https"},
	{"http://media.example.com:443/a.png", "url.port warn", "http://media.example.com:443/a.png", ""},
	{"https://media.example.com:99999/a.png", "url.port fail", "", "no port 99999"},
	{"https://media.example.com:0/a.png", "url.port fail", "", "no port 0"},

	{"https://intranet/a.png", "url.local_name fail", "https://intranet/a.png", "it has no dot"},
	{"https://drive.google.com/file/d/ID42/view?usp=sharing", "url.share_page warn", "https://drive.google.com/file/d/ID42/view?usp=sharing", "uc?export=download&id=ID42"},
	{"https://imgur.com/a1b2c3", "url.share_page warn", "https://imgur.com/a1b2c3", "plain storage"},
	{"https://i.imgur.com/a1b2c3.png", "", "https://i.imgur.com/a1b2c3.png", ""},
	{"http://127.0.0.1:9999/a.png", "url.port warn", "http://127.0.0.1:9999/a.png", ""},
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
		said := texts(Result{Findings: p.findings})
		if strings.Contains(said, "hunter2") {
			t.Errorf("%q: the password is shown:\n%s", c.given, said)
		}
		if missing := missingFrom(said, c.says); missing != "" {
			t.Errorf("%q: %q is missing from:\n%s", c.given, missing, said)
		}
	}
}

// missingFrom returns the first part of wanted, " … " between them, that does not follow the others in text.
func missingFrom(text, wanted string) string {
	for part := range strings.SplitSeq(wanted, " … ") {
		_, after, found := strings.Cut(text, part)
		if !found {
			return part
		}
		text = after
	}
	return ""
}

// TestLocalNames asks for a name under every ending that is in no public DNS, and under one that only looks so.
func TestLocalNames(t *testing.T) {
	for _, n := range localNames {
		checkLocalName(t, "nas"+n.suffix, "url.local_name fail", n.what)
		checkLocalName(t, "nas-"+n.suffix[1:]+".example.com", "", "")
	}
	for _, suffix := range tunnels {
		checkLocalName(t, "abc"+suffix, "url.local_name warn", "tunnel")
	}
	checkLocalName(t, "localhost", "url.local_name fail", "this machine itself")
	checkLocalName(t, "NAS.Local.", "url.host warn; url.local_name fail", "mDNS")
	checkLocalName(t, "api.default.svc", "url.local_name fail", "Kubernetes")
	checkLocalName(t, "metadata.google.internal", "url.local_name fail", "private networks")
}

func checkLocalName(t *testing.T, host, want, says string) {
	t.Helper()
	p := probeOf(t, "https://"+host+"/a.png")
	if u := p.form(); u == nil || u.Hostname() != host {
		t.Errorf("%s: %v is asked", host, u)
	}
	r := Result{Findings: p.findings}
	if got := verdicts(r); got != want || !strings.Contains(texts(r), says) {
		t.Errorf("%s: want %q and %q\n%s", host, want, says, texts(r))
	}
}

// shareCases are sharing links with the direct link to the same file, "" where it cannot be derived, and URLs of files
// that are no such links.
var shareCases = map[string]string{
	"https://drive.google.com/file/d/ID42/view?usp=sharing":                   "https://drive.google.com/uc?export=download&id=ID42",
	"https://drive.google.com/file/u/1/d/ID42/preview":                        "https://drive.google.com/uc?export=download&id=ID42",
	"https://drive.google.com/open?usp=x&id=ID42":                             "https://drive.google.com/uc?export=download&id=ID42",
	"https://drive.google.com/drive/folders/ID42":                             "",
	"https://docs.google.com/document/d/ID42/edit":                            "",
	"https://photos.app.goo.gl/abc":                                           "",
	"https://www.google.com/imgres?imgurl=x":                                  "",
	"https://www.dropbox.com/s/abc/cat.jpg?dl=0":                              "https://www.dropbox.com/s/abc/cat.jpg?dl=1",
	"https://www.dropbox.com/scl/fi/abc/cat.jpg?rlkey=k&dl=0":                 "https://www.dropbox.com/scl/fi/abc/cat.jpg?rlkey=k&dl=1",
	"https://www.dropbox.com/s/abc/cat.jpg":                                   "https://www.dropbox.com/s/abc/cat.jpg?dl=1",
	"https://www.dropbox.com/scl/fo/abc/folder?rlkey=k&dl=0":                  "",
	"https://github.com/golang/go/blob/master/doc/gopher/gopher.png":          "https://raw.githubusercontent.com/golang/go/master/doc/gopher/gopher.png",
	"https://gist.github.com/me/0123456789abcdef":                             "https://gist.githubusercontent.com/me/0123456789abcdef/raw",
	"https://gitlab.com/group/project/-/blob/main/cat.png":                    "https://gitlab.com/group/project/-/raw/main/cat.png",
	"https://git.company.example.com/group/sub/project/-/blob/main/a/cat.png": "https://git.company.example.com/group/sub/project/-/raw/main/a/cat.png",
	"https://bitbucket.org/team/repo/src/main/cat.png":                        "https://bitbucket.org/team/repo/raw/main/cat.png",
	"https://codeberg.org/me/repo/src/branch/main/cat.png":                    "https://codeberg.org/me/repo/raw/branch/main/cat.png",
	"https://huggingface.co/datasets/me/cats/blob/main/cat.png":               "https://huggingface.co/datasets/me/cats/resolve/main/cat.png",
	"https://commons.wikimedia.org/wiki/File:Cat_03.jpg":                      "https://commons.wikimedia.org/wiki/Special:FilePath/Cat_03.jpg",
	"https://de.wikipedia.org/wiki/Datei:Cat_03.jpg":                          "https://de.wikipedia.org/wiki/Special:FilePath/Cat_03.jpg",
	"https://giphy.com/gifs/cat-funny-JIX9t2j0ZTN9S":                          "https://media.giphy.com/media/JIX9t2j0ZTN9S/giphy.gif",
	"https://1drv.ms/i/s!abc":                                                 "",
	"https://company-my.sharepoint.com/:i:/g/personal/me/abc":                 "",
	"https://share.icloud.com/photos/abc":                                     "",
	"https://company.box.com/s/abc":                                           "",
	"https://we.tl/t-abc":                                                     "",
	"https://mega.nz/file/abc":                                                "",
	"https://www.mediafire.com/file/abc/cat.jpg/file":                         "",
	"https://files.slack.com/files-pri/T0-F0/cat.jpg":                         "",
	"https://discord.com/channels/1/2/3":                                      "",
	"https://imgur.com/gallery/abc":                                           "",
	"https://www.flickr.com/photos/me/123":                                    "",
	"https://www.pinterest.com/pin/1/":                                        "",
	"https://tenor.com/view/cat-gif-1":                                        "",
	"https://www.youtube.com/watch?v=abc":                                     "",
	"https://youtu.be/abc":                                                    "",
	"https://vimeo.com/1":                                                     "",
	"https://soundcloud.com/me/song":                                          "",
	"https://open.spotify.com/track/1":                                        "",
	"https://www.instagram.com/p/abc/":                                        "",
	"https://vm.tiktok.com/abc/":                                              "",
	"https://x.com/me/status/1":                                               "",
	"https://www.facebook.com/photo?fbid=1":                                   "",
	"https://www.reddit.com/r/cats/comments/abc/":                             "",

	"https://www.dropbox.com/s/abc/cat.jpg?dl=1":                      "no finding",
	"https://www.dropbox.com/s/abc/cat.jpg?raw=1":                     "no finding",
	"https://raw.githubusercontent.com/golang/go/master/a.png":        "no finding",
	"https://github.com/a/b/blob/main/c.png?raw=true":                 "no finding",
	"https://github.com/a/b/releases/download/v1/c.png":               "no finding",
	"https://upload.wikimedia.org/wikipedia/commons/3/3a/Cat03.jpg":   "no finding",
	"https://i.imgur.com/abc.png":                                     "no finding",
	"https://media.giphy.com/media/abc/giphy.gif":                     "no finding",
	"https://example.com/?next=https://github.com/a/b/blob/main/c.go": "no finding",
	"https://notdropbox.com/s/abc/cat.jpg":                            "no finding",
	"https://dropbox.com.example.org/s/abc/cat.jpg":                   "no finding",
}

func TestShareLinks(t *testing.T) {
	for given, want := range shareCases {
		p := probeOf(t, given)
		p.form()
		got := "no finding"
		if p.has("url.share_page") {
			got = ""
			for _, e := range p.findings[0].Evidence {
				got = e.Value
			}
		}
		if got != want {
			t.Errorf("%s: direct link %q, want %q", given, got, want)
		}
	}
	for _, s := range sharePages {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(shareCases)), s.page().MatchString) {
			t.Errorf("no case for %s, %s", s.service, s.page())
		}
	}
}

// FuzzURLForm holds that whatever is typed, what is then asked is a plain http or https URL, in which nothing is left
// to be cleaned.
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
		if strings.Contains(given, "#") {
			return // what stood before it was in the middle, and is at the end now
		}
		q := probeOf(t, u.String())
		if same := q.form(); same == nil || same.String() != u.String() || q.has("url.junk") || q.has("url.malformed") {
			t.Fatalf("%q asks %q, which is then found to be\n%s", given, u, texts(Result{Findings: q.findings}))
		}
	})
}
