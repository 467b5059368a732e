package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"klyra-doctor/catalog/safe"
)

// checkService finds out whether the API is there, and whether it is the API that answers: by two requests
// without a key, and a third with the key where that can be sent.
func checkService(ctx context.Context, t Target) Result {
	r := Result{Target: t.API.BaseURL()}
	path := t.probePath()
	seen := serviceProbes{
		newServiceProbe(t.ask(ctx, "first request", path, safe.Secret{})),
		newServiceProbe(t.ask(ctx, "second request", path, safe.Secret{})),
	}
	if key := inspectKey(t.key()).sendable; !key.Empty() && seen.of(apiSender, unclearSender) > 0 {
		seen = append(seen, newServiceProbe(t.ask(ctx, "with the key", path, key)))
	}
	if err := seen.firstError(); err != nil && (ctx.Err() != nil || !seen.anyAnswer()) {
		f := t.API.noAnswer(ctx, err)
		f.Evidence = append(f.Evidence, seen.evidence()...)
		r.Findings = []Finding{f}
		return r
	}
	for _, judge := range []func(serviceProbes) (Finding, bool){
		serviceStranger, serviceEdge, serviceDegraded, serviceReachable, serviceSlow,
	} {
		if f, found := judge(seen); found {
			f.Evidence = slices.DeleteFunc(f.Evidence, func(e Evidence) bool { return standsIn(r.Findings, e) })
			r.Findings = append(r.Findings, f)
		}
	}
	return r
}

// standsIn reports whether a finding shows a piece of evidence already.
func standsIn(findings []Finding, e Evidence) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return slices.Contains(f.Evidence, e) })
}

// serviceProbe is an exchange, with who answered it.
type serviceProbe struct {
	exchange
	by     sender
	why    string // by what that can be told
	broken bool   // a server's error
}

func newServiceProbe(x exchange) serviceProbe {
	if x.err != nil {
		return serviceProbe{exchange: x}
	}
	by, why := sentBy(x.answer)
	class := classify(x)
	if by == unclearSender && class == gotLimited {
		by, why = apiSender, "it limits the rate of requests"
	}
	return serviceProbe{x, by, why, class == gotServerError}
}

type serviceProbes []serviceProbe

// of counts the answers of some senders.
func (ps serviceProbes) of(senders ...sender) int {
	n := 0
	for _, p := range ps {
		if p.err == nil && slices.Contains(senders, p.by) {
			n++
		}
	}
	return n
}

func (ps serviceProbes) anyAnswer() bool {
	return slices.ContainsFunc(ps, func(p serviceProbe) bool { return p.err == nil })
}

func (ps serviceProbes) firstError() error {
	for _, p := range ps {
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

func (ps serviceProbes) evidence() []Evidence {
	all := make([]Evidence, len(ps))
	for i, p := range ps {
		all[i] = p.exchange.evidence()
	}
	return all
}

// last returns the newest answer that a condition holds for.
func (ps serviceProbes) last(holds func(serviceProbe) bool) (serviceProbe, bool) {
	for _, p := range slices.Backward(ps) {
		if p.err == nil && holds(p) {
			return p, true
		}
	}
	return serviceProbe{}, false
}

func (ps serviceProbes) lastBy(s sender) (serviceProbe, bool) {
	return ps.last(func(p serviceProbe) bool { return p.by == s })
}

// serviceStranger is the finding where something else than the API answers, or nothing tells that it is the
// API.
func serviceStranger(ps serviceProbes) (Finding, bool) {
	if p, found := ps.lastBy(strangerSender); found {
		return Finding{
			ID: "service.not_the_api", Status: Fail,
			Summary:  "what answers at the API URL is not the API: " + p.why,
			Evidence: append(ps.evidence(), p.answer.supportFacts()...),
			Remedy:   "check the API URL; a login page of a network, a company proxy or a VPN may answer in its place: try another network",
		}, true
	}
	p, found := ps.lastBy(unclearSender)
	if found && !p.broken && ps.of(apiSender, edgeSender) == 0 {
		return Finding{
			ID: "service.not_the_api", Status: Unknown,
			Summary:  "something answers, but could not tell whether it is the API: " + p.why,
			Evidence: append(ps.evidence(), p.answer.supportFacts()...),
			Remedy:   "check the API URL; name the endpoint that you call, or give the key: the API shows itself more readily there",
		}, true
	}
	return Finding{}, false
}

// serviceEdge is the finding where something in front of the API answered.
func serviceEdge(ps serviceProbes) (Finding, bool) {
	p, found := ps.lastBy(edgeSender)
	if !found {
		return Finding{}, false
	}
	f := Finding{
		ID: "service.edge_error", Status: Fail,
		Summary:  "something in front of the API answered in its place: " + p.why,
		Evidence: append(ps.evidence(), p.answer.supportFacts()...),
		Remedy:   "your request never reached the API, so changing it does not help. Wait a little and retry; if your address or client is blocked, try another network; send Klyra's support the cf-ray and the date",
	}
	if ps.of(apiSender) > 0 {
		f.Status, f.Summary = Warn, "something in front of the API answered some of the requests: "+p.why
	}
	return f, true
}

// serviceDegraded is the finding where the API answers with errors of its own, or only now and then. It is a
// failure where the newest answer is such an error.
func serviceDegraded(ps serviceProbes) (Finding, bool) {
	silent := len(ps) - ps.of(apiSender, edgeSender, strangerSender, unclearSender)
	p, broken := ps.last(func(p serviceProbe) bool { return p.broken })
	f := Finding{ID: "service.degraded", Status: Warn, Evidence: ps.evidence()}
	switch {
	case broken:
		f.Summary = brokenInWords(p)
		f.Evidence = append(f.Evidence, p.answer.supportFacts()...)
		f.Remedy = "this is not your fault: retry with growing waits; if it lasts, send Klyra's support the request id and the date"
		if ps[len(ps)-1].broken {
			f.Status = Fail
		}
	case silent > 0:
		f.Summary = fmt.Sprintf("%d of %d requests got no answer", silent, len(ps))
		f.Remedy = "the network between here and the API loses requests, or the API does: retry with growing waits, and try another network"
	default:
		return Finding{}, false
	}
	return f, true
}

func brokenInWords(p serviceProbe) string {
	if p.by == apiSender {
		return strings.TrimSpace(fmt.Sprintf("the API answers with an error of its own: %d %s", p.answer.status, p.answer.code()))
	}
	return fmt.Sprintf("the answer is a server's error, %d, and nothing tells whether the API or a gateway made it", p.answer.status)
}

// serviceReachable is the finding that the API itself answered.
func serviceReachable(ps serviceProbes) (Finding, bool) {
	p, found := ps.lastBy(apiSender)
	if !found {
		return Finding{}, false
	}
	return Finding{
		ID: "service.reachable", Status: Pass,
		Summary:  "the API is reachable from here, in " + DurationText(ps.medianLatency()),
		Evidence: append(append(ps.evidence(), Evidence{"how it shows", p.why}), p.answer.supportFacts()...),
	}, true
}

// slowAnswer is from where on answers to an empty request count as slow. Klyra promises no figure.
const slowAnswer = 2 * time.Second

func serviceSlow(ps serviceProbes) (Finding, bool) {
	median := ps.medianLatency()
	return Finding{
		ID: "service.slow", Status: Warn,
		Summary:  "answers are slow: " + DurationText(median) + " for a request that is refused at once",
		Evidence: ps.evidence(),
		Remedy:   "give your client a timeout well above that; compare with another network to see whether it is this one",
	}, median >= slowAnswer
}

// medianLatency returns the middle one of the latencies, connecting included.
func (ps serviceProbes) medianLatency() time.Duration {
	var all []time.Duration
	for _, p := range ps {
		if p.err == nil {
			all = append(all, p.answer.took)
		}
	}
	slices.Sort(all)
	return all[len(all)/2]
}
