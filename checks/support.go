package checks

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// baseDoubt says what is odd about the API URL; "" where nothing is.
func (a *API) baseDoubt() string {
	if a.base.Path == "" {
		return ""
	}
	return "the API URL ends in the path " + a.base.Path + ", which belongs to the endpoint"
}

const useDocumented = "set the API URL (--api-url or KLYRA_API_URL) to " + DocumentedAPI + ", which is the one that Klyra documents, and give the path of the endpoint apart from it"

// plainOnTLS reports whether a server complains of plain HTTP on its TLS port.
func (ps serviceProbes) plainOnTLS() bool {
	_, found := ps.last(func(p serviceProbe) bool {
		return p.answer.status == http.StatusBadRequest && plainOnTLS().Match(p.answer.body)
	})
	return found
}

// facts are what support needs of an answer, with what its page says where it is none of the API's.
func (p serviceProbe) facts() []Evidence {
	facts := p.answer.supportFacts()
	if says := p.answer.says(); says != "" && p.answer.problem == nil {
		facts = append([]Evidence{{"the answer says", says}}, facts...)
	}
	if wait := p.answer.header.Get(retryHint); wait != "" {
		facts = append(facts, Evidence{retryHint, wait})
	}
	return facts
}

// says is the title of a page, else its first words, in one line.
func (a answer) says() string {
	page := a.body[:min(len(a.body), headBytes)]
	return firstRunes(cmp.Or(titleOf(page), textOfPage(page)))
}

// supportBlock gathers what Klyra's support asks for, as far as it is known.
func (t Target) supportBlock(ps serviceProbes, summary string) Block {
	facts := []Evidence{{"What happened", summary}, {"Time", t.Now().UTC().Format(time.RFC3339)}}
	if t.Sandbox {
		facts = append([]Evidence{{"Note", "this is from the sandbox, a pretend API: Klyra knows nothing of it"}}, facts...)
	}
	if p, found := ps.telling(); found {
		facts = append(facts, p.answer.reportFacts()...)
	}
	facts = append(facts, Evidence{"Host", t.API.base.Host})
	if t.Endpoint != "" {
		facts = append(facts, Evidence{"Endpoint", t.API.resolve(t.Endpoint).Path})
	}
	facts = append(facts, Evidence{"Network", t.API.networkText(ps)})
	if ps.anyAnswer() {
		facts = append(facts, Evidence{"Latency", ps.latency().Value})
	}
	if ps.anyAnswer() {
		facts = append(facts, Evidence{"Asked with", "klyra-doctor, an empty object in each of " + fmt.Sprint(len(ps)) + " requests"})
	} else {
		facts = append(facts, Evidence{"Asked with", "klyra-doctor, tried " + fmt.Sprint(len(ps)) + " times"})
	}
	facts = append(facts, t.pastedFacts()...)
	var lines []string
	for _, f := range facts {
		if value := inOneLine(f.Value); value != "" {
			lines = append(lines, f.Label+": "+firstRunes(value))
		}
	}
	return Block{Title: "What to tell Klyra's support", Text: strings.Join(lines, "\n")}
}

// telling returns the newest answer that shows the trouble, else the newest.
func (ps serviceProbes) telling() (serviceProbe, bool) {
	if p, found := ps.last(func(p serviceProbe) bool { return p.broken || p.by != apiSender }); found {
		return p, true
	}
	return ps.last(func(serviceProbe) bool { return true })
}

var edgeLocation = matching(`-([A-Z]{3})$`)

// reportFacts are the facts by which support finds an answer again; the values of those that it lacks are empty.
func (a answer) reportFacts() []Evidence {
	region := ""
	if m := edgeLocation().FindStringSubmatch(a.header.Get("Cf-Ray")); m != nil {
		region = m[1] + " (where Cloudflare took the request in, by the end of cf-ray)"
	}
	return []Evidence{
		{"Answer's Date", a.header.Get("Date")},
		{"Status", fmt.Sprint(a.status)},
		{"Error code", string(a.code())},
		{"Request id", a.requestID()},
		{"cf-ray", a.header.Get("Cf-Ray")},
		{"Edge location", region},
	}
}

// networkText says over which kind of network the requests went, without any address.
func (a *API) networkText(ps serviceProbes) string {
	if a.transport.Proxy != nil {
		if proxy, err := a.transport.Proxy(&http.Request{URL: a.base}); proxy != nil || err != nil {
			return "through a proxy (HTTPS_PROXY)"
		}
	}
	for _, p := range ps {
		if p.stages.network != "" {
			return p.stages.network + ", no proxy set"
		}
	}
	return ""
}

// pastedFacts are the facts of the pasted error; nil where none was pasted.
func (t Target) pastedFacts() []Evidence {
	if t.Pasted == nil {
		return nil
	}
	facts := []Evidence{
		{"Pasted answer's error code", string(t.Pasted.Code)},
		{"Pasted answer's request id", t.Pasted.RequestID},
	}
	if t.Pasted.HTTPStatus != 0 {
		facts = append(facts, Evidence{"Pasted answer's status", fmt.Sprint(t.Pasted.HTTPStatus)})
	}
	if t.Response != nil && t.Response.RateLimit != nil && !t.Response.RateLimit.Date.IsZero() {
		facts = append(facts, Evidence{"Pasted answer's Date", t.Response.RateLimit.Date.UTC().Format(http.TimeFormat)})
	}
	return facts
}
