package checks

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// signature is what a pre-signed URL says of its own validity.
type signature struct {
	service   string
	begins    time.Time // zero where it does not say
	expires   time.Time // zero where it does not say
	temporary bool      // signed with credentials that end by themselves
	refused   string    // what the storage answered, where it said that the link has ended
}

// signatureParams tell the schemes of signing apart by their parameters, in lower case. All of present must
// be there; expires holds seconds since 1970 unless hex or another parameter says otherwise.
var signatureParams = []struct {
	service               string
	present               []string
	date, lifetime        string // compact time, and seconds that follow it
	begins, until         string // RFC 3339 times
	epoch                 string // decimal seconds since 1970
	hexEpoch              string
	temporaryCredentialIn string
}{
	{service: "Amazon S3", present: []string{"x-amz-signature"}, date: "x-amz-date", lifetime: "x-amz-expires", temporaryCredentialIn: "x-amz-security-token"},
	{service: "Google Cloud Storage", present: []string{"x-goog-signature"}, date: "x-goog-date", lifetime: "x-goog-expires"},
	{service: "Azure Storage", present: []string{"sig", "se"}, begins: "st", until: "se"},
	{service: "CloudFront", present: []string{"signature", "key-pair-id"}, epoch: "expires"},
	{service: "Amazon S3 (version 2)", present: []string{"signature", "awsaccesskeyid"}, epoch: "expires", temporaryCredentialIn: "x-amz-security-token"},
	{service: "Google Cloud Storage (version 2)", present: []string{"signature", "googleaccessid"}, epoch: "expires"},
	{service: "Alibaba OSS", present: []string{"signature", "ossaccesskeyid"}, epoch: "expires"},
	{service: "Discord", present: []string{"ex", "is", "hm"}, hexEpoch: "ex"},
}

// readSignature reads the parameters of a query; the zero signature means that it carries none.
func readSignature(u *url.URL) signature {
	query := u.Query()
	params := make(map[string]string, len(query))
	for name, values := range query {
		params[strings.ToLower(name)] = values[0]
	}
	for _, s := range signatureParams {
		if !hasAll(params, s.present) {
			continue
		}
		sig := signature{service: s.service, temporary: params[s.temporaryCredentialIn] != ""}
		if start, err := time.Parse("20060102T150405Z", params[s.date]); err == nil {
			if seconds, err := strconv.ParseUint(params[s.lifetime], 10, 31); err == nil {
				sig.begins, sig.expires = start, start.Add(time.Duration(seconds)*time.Second)
			}
		}
		if s.until != "" {
			sig.begins, sig.expires = rfcTime(params[s.begins]), rfcTime(params[s.until])
		}
		if seconds, err := strconv.ParseInt(params[s.epoch], 10, 40); err == nil {
			sig.expires = time.Unix(seconds, 0)
		}
		if seconds, err := strconv.ParseInt(params[s.hexEpoch], 16, 40); err == nil {
			sig.expires = time.Unix(seconds, 0)
		}
		return sig
	}
	return signature{}
}

func hasAll(params map[string]string, names []string) bool {
	for _, name := range names {
		if params[name] == "" {
			return false
		}
	}
	return true
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

// skew is by how much the clocks of a signer and a server may differ before a begin in the future counts.
const skew = 15 * time.Minute

// judgeSignature compares the URL's validity with the server's clock, or with this machine's where no
// server told its own.
func (p *urlProbe) judgeSignature() {
	s := p.signed
	if s.service == "" {
		return
	}
	now, clock := p.serverNow, "the server's clock"
	if now.IsZero() {
		now, clock = p.Now(), "this machine's clock"
	}
	evidence := []Evidence{{"signed for", s.service}, {clock, now.UTC().Format(time.RFC3339)}}
	if !s.expires.IsZero() {
		evidence = append(evidence, Evidence{"ends", s.expires.UTC().Format(time.RFC3339)})
	}
	f := Finding{ID: "url.presigned_expired", Status: Fail, Evidence: evidence, Remedy: "Sign it anew for GET, for at least an hour, right before the call."}
	switch {
	case !s.expires.IsZero() && !now.Before(s.expires):
		f.Summary = fmt.Sprintf("the pre-signed link ended %s ago", now.Sub(s.expires).Round(time.Second))
	case s.refused != "":
		f.Summary = "the storage says that the pre-signed link has ended"
		f.Evidence = append(f.Evidence, Evidence{"answer", firstRunes(s.refused)})
	case s.begins.After(now.Add(skew)):
		f.Summary = fmt.Sprintf("the pre-signed link is valid only in %s", s.begins.Sub(now).Round(time.Second))
		f.Evidence = append(f.Evidence, Evidence{"begins", s.begins.UTC().Format(time.RFC3339)})
	case s.temporary:
		f.ID, f.Status = "url.presigned_temporary", Warn
		f.Summary = "the link was signed with temporary credentials and ends together with them"
		f.Remedy = "They often end hours before the link's own time: sign right before the call, or with lasting credentials."
	case !s.expires.IsZero() && s.expires.Sub(now) < time.Hour:
		f.ID, f.Status = "url.presigned_temporary", Warn
		f.Summary = fmt.Sprintf("the pre-signed link ends in %s", s.expires.Sub(now).Round(time.Second))
		f.Remedy = "Sign for an hour or more: a queued request may be downloaded late."
	default:
		return
	}
	p.add(f)
}
