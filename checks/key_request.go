package checks

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"klyra-doctor/catalog/safe"
)

// keyRequestIDs are the findings about a request that are about its key, beside those whose id says so.
var keyRequestIDs = []string{
	"request.no_authorization", "request.scheme_missing", "request.wrong_host", "request.plain_http", "request.unexpanded",
}

// keyOfRequest returns what is wrong with the way in which the pasted request sends its key; nothing where there
// is no such request.
func keyOfRequest(t Target) []Finding {
	if t.KeyRequest == nil {
		return nil
	}
	var found []Finding
	for _, f := range JudgeRequest(t.KeyRequest, t.RequestAPI) {
		if strings.HasPrefix(f.ID, "key.") || slices.Contains(keyRequestIDs, f.ID) {
			f.Evidence = append([]Evidence{{"seen in", "the pasted request"}}, f.Evidence...)
			found = append(found, f)
		}
	}
	return found
}

const sendAsBearer = "Send it as Authorization: Bearer <key>."

// keyName is what people call a key, in queries and bodies.
var keyName = matching(`(?i)^(?:(?:x[-_])?(?:klyra[-_]?)?api[-_]?key|klyra[-_]?key|access[-_]?token|auth[-_]?token|authorization|bearer)$`)

// shortKeyName is what people call a key in a query, where content has other names.
var shortKeyName = matching(`(?i)^(?:key|token|auth)$`)

// keyInURL judges a URL that may hold a key.
func (j *requestJudge) keyInURL(u *url.URL) {
	for _, name := range keyParameters(u) {
		j.add(keyInURL("the request's URL", "parameter "+name))
	}
	if u.User != nil {
		j.add(keyInURL("the request's URL", "before the host's name"))
	}
}

// keyParameters returns the names of a URL's parameters that hold keys, in order.
func keyParameters(u *url.URL) []string {
	var names []string
	for name := range u.Query() {
		if keyName().MatchString(name) || shortKeyName().MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func keyInURL(where, place string) Finding {
	return Finding{
		ID: "key.in_url", Status: Fail, Summary: "a key stands in " + where + ": " + place,
		Remedy: "Send it in the header Authorization: Bearer <key>, and make a new key: URLs end up in logs.",
	}
}

// withoutQueryKey returns a target whose endpoint has no query where that holds a key, with a finding about it: a
// request that is to go without a key must not carry one.
func (t Target) withoutQueryKey() (Target, []Finding) {
	u := t.API.resolve(t.Endpoint)
	names := keyParameters(u)
	if len(names) == 0 {
		return t, nil
	}
	t.Endpoint = u.EscapedPath()
	return t, []Finding{keyInURL("the endpoint that was given", "parameter "+names[0])}
}

// keyInBody judges a body of JSON or of a form that may hold a key.
func (j *requestJudge) keyInBody() {
	body := j.Content.Reveal()
	names := map[string]bool{}
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &object) == nil {
		for name := range object {
			names[name] = true
		}
	} else if form, err := url.ParseQuery(body); err == nil && !strings.HasPrefix(strings.TrimSpace(body), "{") {
		for name := range form {
			names[name] = true
		}
	}
	for name := range names {
		if keyName().MatchString(name) {
			j.add(Finding{
				ID: "key.in_body", Status: Fail, Summary: "a key stands in the request's body: field " + name + ", where Klyra does not look",
				Remedy: "Take it out of the body, where it may be stored with the content. " + sendAsBearer,
			})
			return
		}
	}
}

// authorization judges how the key is sent.
func (j *requestJudge) authorization() {
	value, ok := j.header("Authorization")
	if !ok {
		j.noAuthorization()
		return
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	if !strings.EqualFold(strings.TrimRight(scheme, ":"), "bearer") {
		j.add(wrongScheme(scheme))
		return
	}
	if name := strings.TrimSpace(rest); name != "" && unexpanded().FindString(name) == name {
		j.add(Finding{
			ID: "request.unexpanded", Status: Warn, Summary: "the key is the variable " + name + ", and whether it was filled in cannot be seen",
			Remedy: "Print it where the request is made. A shell fills it in between double quotes, not between single ones, and only if it is exported.",
		})
		return
	}
	form := inspectKey(Key{Secret: safe.NewSecret(strings.TrimSpace(rest)), Source: "the pasted request"})
	for _, f := range form.findings {
		f.Summary = strings.TrimSuffix(f.Summary, ", so it was not sent")
		j.add(f)
	}
}

// otherSchemes are schemes that people write where Bearer is meant, in lower case, with what brings them about.
var otherSchemes = map[string]string{
	"basic":            "curl -u, and the auth option of requests and axios, send Basic: set the header instead.",
	"token":            "Some other APIs want the word Token.",
	"apikey":           "Some other APIs want the word ApiKey.",
	"digest":           "Some HTTP libraries choose Digest by themselves: set the header instead.",
	"aws4-hmac-sha256": "The client signs for AWS: use a plain HTTP client.",
}

func wrongScheme(scheme string) Finding {
	f := Finding{
		ID: "request.scheme_missing", Status: Fail, Summary: "the Authorization header does not begin with the word Bearer",
		Remedy: "Write it as Authorization: Bearer <key>.",
	}
	if why := otherSchemes[strings.ToLower(scheme)]; why != "" {
		f.Summary = "the Authorization header says " + scheme + " where Klyra wants Bearer"
		f.Remedy += " " + why
	}
	return f
}

// keyHeaders are headers in which other APIs take a key, and ways to misspell the right one.
var keyHeaders = []string{
	"X-Api-Key", "Api-Key", "ApiKey", "X-Auth-Token", "X-Access-Token", "X-Klyra-Key", "X-Klyra-Api-Key", "Klyra-Api-Key", "X-Authorization",
	"Proxy-Authorization", "Authentication", "Authorisation", "Auth", "Bearer", "Token", "Ocp-Apim-Subscription-Key",
}

func (j *requestJudge) noAuthorization() {
	for _, name := range keyHeaders {
		if _, ok := j.header(name); ok {
			j.add(Finding{
				ID: "key.wrong_header", Status: Fail, Summary: "the key is sent in the header " + name + ", where Klyra does not look",
				Remedy: sendAsBearer,
			})
			return
		}
	}
	if len(j.Headers) == 0 {
		return // the paste shows no headers at all, so none can be called missing
	}
	j.add(Finding{
		ID: "request.no_authorization", Status: Fail, Summary: "the request has no Authorization header",
		Remedy: "Add Authorization: Bearer <key>. If your code sets it, a redirect or a proxy may have dropped it.",
	})
}
