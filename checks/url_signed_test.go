package checks

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// cloudFrontPolicy is the value of CloudFront's Policy parameter.
func cloudFrontPolicy(condition string) string {
	policy := base64.StdEncoding.EncodeToString([]byte(`{"Statement":[{"Resource":"*","Condition":{` + condition + `}}]}`))
	return "Signature=s&Key-Pair-Id=k&Policy=" + url.QueryEscape(strings.NewReplacer("+", "-", "=", "_", "/", "~").Replace(policy))
}

// signedCases are queries of pre-signed links, judged on 24 November 2026 at noon.
var signedCases = []struct{ query, want, says string }{
	{"a=b", "", ""},
	{"Expires=1700000000", "", ""},
	{"Signature=s", "", ""},

	{"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=3600", "url.presigned_expired fail", "ended 0 s ago … S3 … the server's clock: 2026-11-24T12:00:00Z … ends: 2026-11-24T12:00:00Z"},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=3601", "url.presigned_temporary warn", "ends in 1 s"},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=7000", "url.presigned_temporary warn", "ends in 56 min 40 s"},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=86400", "", ""},
	{"x-amz-signature=s&x-amz-date=20261124T110000Z&x-amz-expires=60", "url.presigned_expired fail", "ended 59 min 0 s ago"},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=86400&X-Amz-Security-Token=", "", ""},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=86400&X-Amz-Security-Token=t", "url.presigned_temporary warn", "temporary credentials"},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=86400&X-Amz-Credential=ASIA1234%2F20261124", "url.presigned_temporary warn", "temporary credentials"},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T130000Z&X-Amz-Expires=86400", "url.presigned_expired fail", "valid only in 60 min 0 s … begins: 2026-11-24T13:00:00Z"},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T121000Z&X-Amz-Expires=86400", "", ""},
	{"X-Amz-Signature=s&X-Amz-Date=nonsense&X-Amz-Expires=-5", "", ""},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=604800", "", ""},
	{"X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=604801", "url.presigned_scope fail", "seven days … 604801"},
	{"X-Amz-Signature=s&X-Amz-SignedHeaders=host", "", ""},
	{"X-Amz-Signature=s&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-acl", "url.presigned_scope fail", "does not send … content-type, x-amz-acl"},
	{"X-Amz-Signature=s&x-id=GetObject", "", ""},
	{"X-Amz-Signature=s&x-id=PutObject", "url.presigned_scope fail", "not for downloading … PutObject"},
	{"Signature=s&AWSAccessKeyId=k&Expires=1700000000", "url.presigned_expired fail", "version 2 … ends: 2023-11-14T22:13:20Z"},
	{"Signature=s&AWSAccessKeyId=k&Expires=1900000000", "", ""},
	{"Signature=s&AWSAccessKeyId=ASIA12&Expires=1900000000", "url.presigned_temporary warn", "temporary credentials"},

	{"X-Goog-Signature=s&X-Goog-Date=20261101T000000Z&X-Goog-Expires=604800", "url.presigned_expired fail", "Google Cloud Storage"},
	{"X-Goog-Signature=s&X-Goog-Date=20261124T000000Z&X-Goog-Expires=604800&X-Goog-SignedHeaders=host", "", ""},
	{"X-Goog-Signature=s&X-Goog-SignedHeaders=host%3Bx-goog-resumable", "url.presigned_scope fail", "x-goog-resumable"},
	{"Signature=s&GoogleAccessId=k&Expires=1700000000", "url.presigned_expired fail", "version 2"},

	{"sv=2022-11-02&sig=s&se=2026-11-24T11:00:00Z&sp=r", "url.presigned_expired fail", "Azure"},
	{"sv=2022-11-02&sig=s&se=2026-11-25&sp=rl", "", ""},
	{"sv=2022-11-02&sig=s&se=2026-11-26T11:00Z&st=2026-11-25T11:00Z&sp=r", "url.presigned_expired fail", "valid only in 23 h 0 min"},
	{"sv=2022-11-02&sig=s&se=2026-12-24T11:00:00Z&ske=2026-11-24T10:00:00Z&sp=r", "url.presigned_expired fail", "ends: 2026-11-24T10:00:00Z"},
	{"sv=2022-11-02&sig=s&se=2026-11-26&sp=cw", "url.presigned_scope fail", "does not allow reading … cw"},
	{"sv=2022-11-02&sig=s&se=2026-11-26&sp=r&sip=198.51.100.10-198.51.100.20", "url.presigned_scope warn", "certain addresses only … 198.51.100.10-198.51.100.20"},
	{"sv=2022-11-02&sig=s&si=stored-policy", "", ""},
	{"sv=2022-11-02&sig=s&se=2026-11-23&sp=w", "url.presigned_expired fail; url.presigned_scope fail", ""},

	{"Signature=s&Key-Pair-Id=k&Expires=1700000000", "url.presigned_expired fail", "CloudFront"},
	{cloudFrontPolicy(`"DateLessThan":{"AWS:EpochTime":1700000000}`), "url.presigned_expired fail", "ends: 2023-11-14T22:13:20Z"},
	{cloudFrontPolicy(`"DateLessThan":{"AWS:EpochTime":1900000000},"IpAddress":{"AWS:SourceIp":"0.0.0.0/0"}`), "", ""},
	{cloudFrontPolicy(`"DateLessThan":{"AWS:EpochTime":1900000000},"DateGreaterThan":{"AWS:EpochTime":1890000000}`), "url.presigned_expired fail", "begins: 2029"},
	{cloudFrontPolicy(`"DateLessThan":{"AWS:EpochTime":1900000000},"IpAddress":{"AWS:SourceIp":"198.51.100.0/24"}`), "url.presigned_scope warn", "198.51.100.0/24"},
	{"Signature=s&Key-Pair-Id=k&Policy=nonsense", "", ""},

	{"Signature=s&OSSAccessKeyId=k&Expires=1700000000", "url.presigned_expired fail", "OSS"},
	{"Signature=s&OSSAccessKeyId=STS.k&Expires=1900000000", "url.presigned_temporary warn", ""},
	{"Signature=s&OSSAccessKeyId=k&Expires=99999999999999999999", "", ""},
	{"x-oss-signature=s&x-oss-date=20261124T000000Z&x-oss-expires=60", "url.presigned_expired fail", "OSS"},
	{"q-signature=s&q-sign-time=1600000000%3B1700000000", "url.presigned_expired fail", "Tencent"},
	{"ex=65000000&is=1&hm=2", "url.presigned_expired fail", "Discord"},
	{"ex=7fffffff&is=1&hm=2", "", ""},
	{"oh=00_AfA&oe=65000000", "url.presigned_expired fail", "Facebook"},
}

func TestSignatures(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range signedCases {
		p := &urlProbe{signed: readSignature(signedURL(t, c.query)), serverNow: now}
		p.judgeSignature()
		r := Result{Findings: p.findings}
		if got := verdicts(r); got != c.want {
			t.Errorf("%s: found %q, want %q", c.query, got, c.want)
		}
		if missing := missingFrom(texts(r), c.says); missing != "" {
			t.Errorf("%s: %q is missing from:\n%s", c.query, missing, texts(r))
		}
	}
}

func signedURL(t *testing.T, query string) *url.URL {
	t.Helper()
	u, err := url.Parse("https://media.example.com/?" + query)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestSignatureClock holds that a link is judged by the server's clock where one answered, the age of a cached
// answer included, and by this machine's, which is said, where none did.
func TestSignatureClock(t *testing.T) {
	const ended = "X-Amz-Signature=s&X-Amz-Date=20261124T110000Z&X-Amz-Expires=3600"
	local := func() time.Time { return time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC) }
	for _, c := range []struct{ date, age, want, says string }{
		{"", "", "url.presigned_expired fail", "this machine's clock (no server told its own): 2026-11-24T13:00:00Z"},
		{"nonsense", "60", "url.presigned_expired fail", "this machine's clock"},
		{"Tue, 24 Nov 2026 11:30:00 GMT", "", "url.presigned_temporary warn", "the server's clock: 2026-11-24T11:30:00Z"},
		{"Tue, 24 Nov 2026 11:30:00 UTC", "", "url.presigned_temporary warn", "the server's clock: 2026-11-24T11:30:00Z"},
		{"Tue, 24 Nov 2026 11:30:00 GMT", "1800", "url.presigned_expired fail", "the server's clock: 2026-11-24T12:00:00Z"},
	} {
		p := &urlProbe{Target: Target{Now: local}, signed: readSignature(signedURL(t, ended))}
		if now, ok := serverTime(http.Header{"Date": {c.date}, "Age": {c.age}}); ok {
			p.serverNow = now
		}
		p.judgeSignature()
		r := Result{Findings: p.findings}
		if got := verdicts(r); got != c.want || !strings.Contains(texts(r), c.says) {
			t.Errorf("%+v: found %q\n%s", c, got, texts(r))
		}
	}
}

// TestSignatureOfARedirect holds that the link which a redirect leads to is judged too.
func TestSignatureOfARedirect(t *testing.T) {
	w := newWorld(t)
	to := "https://media.example.com/body/png?X-Amz-Signature=ab&X-Amz-Date=20200101T000000Z&X-Amz-Expires=60"
	r := w.checkURL(inTime(t), urlTarget(t, "", "https://media.example.com/to?u="+escaped(to)))
	if got := verdicts(r); got != "url.presigned_expired fail" {
		t.Error(texts(r))
	}
}

// TestSignatureOverHTTP holds that a link which Azure hands out over https only is told so on plain http.
func TestSignatureOverHTTP(t *testing.T) {
	for scheme, want := range map[string]string{"http": "url.presigned_scope fail", "https": ""} {
		u := signedURL(t, "sv=2022-11-02&sig=s&spr=https&sp=r")
		u.Scheme = scheme
		p := &urlProbe{signed: readSignature(u), serverNow: time.Now()}
		p.judgeSignature()
		if got := verdicts(Result{Findings: p.findings}); got != want {
			t.Errorf("%s: found %q, want %q", scheme, got, want)
		}
	}
}
