package checks

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"klyra-doctor/catalog/paste"
)

// signature is what a pre-signed URL says of its own validity.
type signature struct {
	service   string
	begins    time.Time // zero where it does not say
	expires   time.Time // zero where it does not say
	temporary bool      // signed with credentials that end by themselves
	limits    []signedLimit
	refused   string // what the storage answered, where it said that the link has ended
}

// signedLimit is what keeps a link from being downloaded by anybody at all.
type signedLimit struct {
	status         Status
	what           string // after "the pre-signed link "
	label, written string // the evidence
}

// signatureForm is one scheme of signing, told apart by its parameters, in lower case.
type signatureForm struct {
	service        string
	present        []string // all of them are there
	date, lifetime string   // compact time, and seconds that follow it
	begins         string   // RFC 3339
	until          []string // RFC 3339; the first to come counts
	epoch          string   // decimal seconds since 1970
	hexEpoch       string   // the same in hexadecimal
	window         string   // two times since 1970 with a semicolon between
	policy         string   // base64 of a CloudFront policy
	temporary      []string // hold a token of credentials that end
	keyID          string   // of credentials: ASIA… and STS.… are such that end
	headers        string   // that were signed along
}

// longestLifetime is how long a link of the newer schemes may be valid (S3, Google Cloud Storage, OSS: 7 days).
const longestLifetime = 7 * 24 * time.Hour

// signatureForms are looked through in order. Names and meanings are those of each service's documentation.
var signatureForms = []signatureForm{
	{
		service: "S3 or a compatible store", present: []string{"x-amz-signature"}, date: "x-amz-date", lifetime: "x-amz-expires",
		temporary: []string{"x-amz-security-token"}, keyID: "x-amz-credential", headers: "x-amz-signedheaders",
	},
	{service: "Google Cloud Storage", present: []string{"x-goog-signature"}, date: "x-goog-date", lifetime: "x-goog-expires", headers: "x-goog-signedheaders"},
	{
		service: "Alibaba OSS", present: []string{"x-oss-signature"}, date: "x-oss-date", lifetime: "x-oss-expires",
		temporary: []string{"x-oss-security-token"}, keyID: "x-oss-credential", headers: "x-oss-additional-headers",
	},
	{service: "Azure Storage", present: []string{"sig", "se"}, begins: "st", until: []string{"se", "ske"}},
	{service: "Azure Storage", present: []string{"sig", "sv"}, begins: "st", until: []string{"ske"}},
	{service: "CloudFront", present: []string{"signature", "key-pair-id", "policy"}, policy: "policy"},
	{service: "CloudFront", present: []string{"signature", "key-pair-id"}, epoch: "expires"},
	{
		service: "S3 (signature version 2)", present: []string{"signature", "awsaccesskeyid"}, epoch: "expires",
		temporary: []string{"x-amz-security-token"}, keyID: "awsaccesskeyid",
	},
	{service: "Google Cloud Storage (version 2)", present: []string{"signature", "googleaccessid"}, epoch: "expires"},
	{
		service: "Alibaba OSS", present: []string{"signature", "ossaccesskeyid"}, epoch: "expires",
		temporary: []string{"security-token"}, keyID: "ossaccesskeyid",
	},
	{service: "Tencent COS", present: []string{"q-signature", "q-sign-time"}, window: "q-sign-time", temporary: []string{"x-cos-security-token"}},
	{service: "Discord", present: []string{"ex", "is", "hm"}, hexEpoch: "ex"},
	{service: "Facebook or Instagram", present: []string{"oh", "oe"}, hexEpoch: "oe"},
}

// readSignature reads the parameters of a URL; the zero signature means that it carries none.
func readSignature(u *url.URL) signature {
	query := u.Query()
	params := make(map[string]string, len(query))
	for name, values := range query {
		params[strings.ToLower(name)] = values[0]
	}
	for _, form := range signatureForms {
		if !slices.ContainsFunc(form.present, func(name string) bool { return params[name] == "" }) {
			sig := form.read(params)
			sig.limits = append(sig.limits, signedLimits(form, params, u.Scheme)...)
			return sig
		}
	}
	return signature{}
}

// read fills in the times of a signature.
func (form signatureForm) read(params map[string]string) signature {
	sig := signature{service: form.service, begins: rfcTime(params[form.begins])}
	for _, name := range form.until {
		sig.endsBy(rfcTime(params[name]))
	}
	start, err := time.Parse("20060102T150405Z", params[form.date])
	if seconds, wrong := strconv.ParseUint(params[form.lifetime], 10, 31); err == nil && wrong == nil {
		sig.begins = start
		sig.endsBy(start.Add(time.Duration(seconds) * time.Second))
	}
	sig.endsBy(epochTime(params[form.epoch], 10))
	sig.endsBy(epochTime(params[form.hexEpoch], 16))
	if from, to, ok := strings.Cut(params[form.window], ";"); ok {
		sig.begins = epochTime(from, 10)
		sig.endsBy(epochTime(to, 10))
	}
	if form.policy != "" {
		sig.readPolicy(params[form.policy])
	}
	for _, name := range form.temporary {
		sig.temporary = sig.temporary || params[name] != ""
	}
	id := params[form.keyID]
	sig.temporary = sig.temporary || strings.HasPrefix(id, "ASIA") || strings.HasPrefix(id, "STS.")
	return sig
}

// endsBy lets the signature end at t, if it does not end before; the zero time says nothing.
func (s *signature) endsBy(t time.Time) {
	if !t.IsZero() && (s.expires.IsZero() || t.Before(s.expires)) {
		s.expires = t
	}
}

// epochTime reads seconds since 1970; the zero time means that the text is none.
func epochTime(text string, base int) time.Time {
	seconds, err := strconv.ParseInt(text, base, 40)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// rfcTime reads the forms that Azure allows; the zero time means none of them.
func rfcTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	return time.Time{}
}

// readPolicy reads a CloudFront policy: JSON in base64 with three letters replaced.
func (s *signature) readPolicy(encoded string) {
	data, err := base64.StdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "=", "~", "/").Replace(encoded))
	var policy struct {
		Statement []struct {
			Condition struct {
				DateLessThan, DateGreaterThan struct {
					EpochTime int64 `json:"AWS:EpochTime"`
				}
				IPAddress struct {
					SourceIP string `json:"AWS:SourceIp"`
				} `json:"IpAddress"`
			}
		}
	}
	if err != nil || json.Unmarshal(data, &policy) != nil || len(policy.Statement) == 0 {
		return
	}
	c := policy.Statement[0].Condition
	if c.DateLessThan.EpochTime > 0 {
		s.endsBy(time.Unix(c.DateLessThan.EpochTime, 0))
	}
	if c.DateGreaterThan.EpochTime > 0 {
		s.begins = time.Unix(c.DateGreaterThan.EpochTime, 0)
	}
	if from := c.IPAddress.SourceIP; from != "" && from != "0.0.0.0/0" {
		s.limits = append(s.limits, boundTo(from))
	}
}

// boundTo is the limit of a link that is for some addresses only.
func boundTo(addresses string) signedLimit {
	return signedLimit{Warn, "works from certain addresses only", "from", addresses}
}

// signedLimits tells what a link was signed for, where that is not a download by anybody.
func signedLimits(form signatureForm, params map[string]string, scheme string) (limits []signedLimit) {
	if seconds, err := strconv.ParseFloat(params[form.lifetime], 64); err == nil && seconds > longestLifetime.Seconds() {
		limits = append(limits, signedLimit{Fail, "asks for more than the seven days that are allowed", "seconds", params[form.lifetime]})
	}
	if also := signedHeaders(params[form.headers]); also != "" {
		limits = append(limits, signedLimit{Fail, "was signed together with headers that a downloader does not send", "headers", also})
	}
	if operation := params["x-id"]; operation != "" && operation != "GetObject" {
		limits = append(limits, signedLimit{Fail, "is not for downloading", "signed for", operation})
	}
	if form.service != "Azure Storage" {
		return limits
	}
	if allowed := params["sp"]; allowed != "" && !strings.Contains(allowed, "r") {
		limits = append(limits, signedLimit{Fail, "does not allow reading", "permissions (sp)", allowed})
	}
	if from := params["sip"]; from != "" {
		limits = append(limits, boundTo(from))
	}
	if params["spr"] == "https" && scheme == "http" {
		limits = append(limits, signedLimit{Fail, "is valid over https only", "protocol (spr)", "https"})
	}
	return limits
}

// signedHeaders lists the headers of "content-type;host" that a plain request lacks.
func signedHeaders(list string) string {
	var missing []string
	for name := range strings.SplitSeq(list, ";") {
		if name != "" && !strings.EqualFold(name, "host") {
			missing = append(missing, name)
		}
	}
	return strings.Join(missing, ", ")
}

// skew is by how much the clocks of a signer and a server may differ before a begin in the future counts.
const skew = 15 * time.Minute

// serverTime is when an answer was sent by its server's clock. A cache keeps the date of its own answer, and tells
// how old that is.
func serverTime(header http.Header) (now time.Time, ok bool) {
	now = paste.HTTPTime(header.Get("Date"))
	if now.IsZero() {
		return now, false
	}
	if age, wrong := strconv.ParseUint(header.Get("Age"), 10, 31); wrong == nil {
		now = now.Add(time.Duration(age) * time.Second)
	}
	return now, true
}

// judgeSignature compares the URL's validity with the server's clock, or with this machine's where no
// server told its own, and says what else limits it.
func (p *urlProbe) judgeSignature() {
	s := p.signed
	if s.service == "" {
		return
	}
	p.judgeValidity(s)
	for _, l := range s.limits {
		p.add(Finding{
			ID: "url.presigned_scope", Status: l.status, Summary: "the pre-signed link " + l.what,
			Evidence: []Evidence{{"signed for", s.service}, {l.label, firstRunes(l.written)}},
			Remedy:   "Sign it anew for a plain GET: with permission to read, without extra headers, not bound to addresses (Klyra's are not documented), and for at most seven days.",
		})
	}
}

func (p *urlProbe) judgeValidity(s signature) {
	now, clock := p.serverNow, "the server's clock"
	if now.IsZero() {
		now, clock = p.Now(), "this machine's clock (no server told its own)"
	}
	evidence := []Evidence{{"signed for", s.service}, {clock, now.UTC().Format(time.RFC3339)}}
	if !s.expires.IsZero() {
		evidence = append(evidence, Evidence{"ends", s.expires.UTC().Format(time.RFC3339)})
	}
	f := Finding{ID: "url.presigned_expired", Status: Fail, Evidence: evidence, Remedy: "Sign it anew for GET, for at least an hour, right before the call."}
	switch {
	case !s.expires.IsZero() && !now.Before(s.expires):
		f.Summary = fmt.Sprintf("the pre-signed link ended %s ago", waitText(now.Sub(s.expires)))
	case s.refused != "":
		f.Summary = "the storage says that the pre-signed link has ended"
		f.Evidence = append(f.Evidence, Evidence{"answer", firstRunes(s.refused)})
	case s.begins.After(now.Add(skew)):
		f.Summary = fmt.Sprintf("the pre-signed link is valid only in %s", waitText(s.begins.Sub(now)))
		f.Evidence = append(f.Evidence, Evidence{"begins", s.begins.UTC().Format(time.RFC3339)})
		f.Remedy = "Compare the clock of the machine that signs with a right one, or sign without a begin."
	case s.temporary:
		f.ID, f.Status = "url.presigned_temporary", Warn
		f.Summary = "the link was signed with temporary credentials and ends together with them"
		f.Remedy = "They often end hours before the link's own time: sign right before the call, or with lasting credentials."
	case !s.expires.IsZero() && s.expires.Sub(now) < time.Hour:
		f.ID, f.Status = "url.presigned_temporary", Warn
		f.Summary = fmt.Sprintf("the pre-signed link ends in %s", waitText(s.expires.Sub(now)))
		f.Remedy = "Sign for an hour or more: a queued request may be downloaded late."
	default:
		return
	}
	p.add(f)
}
