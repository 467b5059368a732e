package checks

import (
	"cmp"
	"context"
	"net/netip"
	"net/url"
	"strings"

	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks/dns"
)

// JudgeRequest says what is wrong with a pasted request that was meant for an API, by the rules of the live
// checks and without sending anything. The findings are redacted and escaped; there are none where nothing is
// wrong.
func JudgeRequest(r *paste.Request, api *API) []Finding {
	j := requestJudge{Request: r, api: api}
	j.address()
	j.authorization()
	j.keyInBody()
	j.body()
	j.contentURL()
	return Result{Findings: j.findings}.shown(safe.NewRedactor(requestSecrets(r)...)).Findings
}

// requestSecrets returns what must not be shown of a request.
func requestSecrets(r *paste.Request) []safe.Secret {
	var secrets []safe.Secret
	add := func(s safe.Secret) {
		if !(Key{Secret: s}).secret().Empty() { // the name of a variable is none
			secrets = append(secrets, s)
		}
	}
	add(r.Key)
	for _, h := range r.Headers {
		add(h.Secret)
	}
	return secrets
}

// checkRequest judges the pasted request as a step of a checklist.
func checkRequest(_ context.Context, t Target) Result {
	if t.Request == nil {
		return Result{Findings: []Finding{{ID: "check.no_input", Status: Skip, Summary: "not run: the paste shows no request"}}}
	}
	r := Result{Target: strings.TrimSpace(t.Request.Method + " " + t.Request.URL), Findings: JudgeRequest(t.Request, t.RequestAPI)}
	if len(r.Findings) == 0 {
		r.Findings = []Finding{{ID: "request.sound", Status: Pass, Summary: "nothing wrong is visible in the pasted request"}}
	}
	return r
}

type requestJudge struct {
	*paste.Request
	api      *API
	findings []Finding
}

func (j *requestJudge) add(f Finding) { j.findings = append(j.findings, f) }

// header returns the value of a header, secret or not, and whether it is there.
func (j *requestJudge) header(name string) (string, bool) {
	for _, h := range j.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value + h.Secret.Reveal(), true
		}
	}
	return "", false
}

// address judges where the request goes.
func (j *requestJudge) address() {
	address := j.Address.Reveal()
	if name := variableInURL(address); name != "" {
		j.add(Finding{
			ID: "request.unexpanded", Status: Fail, Summary: "the request's URL still holds a variable: " + name,
			Remedy: "See whether the variable is set where the request is made, and whether the quotes let it expand: single quotes do not.",
		})
		return
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return
	}
	j.keyInURL(u)
	switch {
	case !j.goesTo(u):
		f := Finding{
			ID: "request.wrong_host", Status: Fail, Summary: "the request goes to " + u.Host + ", not to the API at " + j.api.base.Host,
			Evidence: []Evidence{{"the API", j.api.BaseURL()}}, Remedy: "Set the client's base URL to " + j.api.BaseURL() + ".",
		}
		if !j.Key.Empty() && !strings.HasSuffix(strings.ToLower(u.Hostname()), ".klyra.live") {
			f.Remedy += " If that host is not yours, make a new key: this one was shown to it."
		}
		j.add(f)
	case u.Scheme == "http" && j.api.base.Scheme == "https":
		j.add(Finding{
			ID: "request.plain_http", Status: Fail, Summary: "the request goes by plain http, which shows the key to the network",
			Remedy: "Use https, and make a new key.",
		})
	}
}

// goesTo reports whether a URL leads to the API's host, and to its port where it names one.
func (j *requestJudge) goesTo(u *url.URL) bool {
	return strings.EqualFold(u.Hostname(), j.api.base.Hostname()) && (u.Port() == "" || u.Port() == apiPort(j.api.base))
}

// body judges a body that is JSON, or says that it is.
func (j *requestJudge) body() {
	body := strings.TrimSpace(j.Content.Reveal())
	if body == "" {
		return
	}
	declared, _ := j.header("Content-Type")
	saysJSON := strings.Contains(strings.ToLower(declared), "json")
	looksJSON := strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[")
	switch {
	case looksJSON && !saysJSON:
		j.add(Finding{
			ID: "request.type_mismatch", Status: Warn, Summary: "the body looks like JSON, but Content-Type does not say so",
			Evidence: []Evidence{{"Content-Type", cmp.Or(declared, "not declared")}},
			Remedy:   "Send the header Content-Type: application/json. curl -d declares a form unless it is told otherwise.",
		})
	case saysJSON && !looksJSON:
		j.add(Finding{
			ID: "request.type_mismatch", Status: Fail, Summary: "Content-Type says JSON, and the body does not look like it",
			Remedy: "Send the body as JSON, built by a JSON library.",
		})
		return
	}
	if looksJSON {
		s := &survey{content: Content{Name: "body", Size: -1}}
		s.readRequestBody(context.Background(), strings.NewReader(j.Content.Reveal()))
		j.findings = append(j.findings, s.findings...)
	}
}

// contentURL judges the form of the URL that the body tells the API to download.
func (j *requestJudge) contentURL() {
	if j.ContentURL.Empty() {
		return
	}
	p := &urlProbe{Target: Target{URL: j.ContentURL.Reveal(), API: j.api}.withDefaults()}
	u := p.form()
	j.findings = append(j.findings, p.findings...)
	if u == nil {
		return
	}
	addr, err := netip.ParseAddr(u.Hostname())
	if kind := dns.AddressKind(addr); err == nil && kind != "" {
		j.add(Finding{
			ID: "dns.private_address", Status: Fail, Summary: u.Hostname() + " is a " + kind + " address, which Klyra's servers cannot reach",
			Remedy: "Put the file where the public internet reaches it, or send its content in the request.",
		})
	}
}
