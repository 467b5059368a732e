package checks

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http/httptrace"
	"slices"
	"strings"
	"time"

	"klyra-doctor/catalog/safe"
)

// checkService finds out whether the API is there, and whether it is the API that answers: by three requests, the
// last of them with the key where that can be sent.
func checkService(ctx context.Context, t Target) Result {
	r := Result{Target: t.API.BaseURL()}
	seen := t.probeService(ctx)
	if err := seen.firstError(); err != nil && (ctx.Err() != nil || !seen.anyAnswer()) {
		r.Findings = []Finding{t.unreachable(ctx, seen, err)}
	} else {
		r.Findings = t.judgeService(seen)
	}
	if t.Pasted != nil || slices.ContainsFunc(r.Findings, isServiceTrouble) {
		r.Blocks = []Block{t.supportBlock(seen, r.judged().Summary)}
	}
	return r
}

// isServiceTrouble reports whether a finding is for Klyra's support: what is not the API is no matter of theirs.
func isServiceTrouble(f Finding) bool {
	return f.Status != Pass && strings.HasPrefix(f.ID, "service.") && f.ID != "service.not_the_api"
}

// probeService sends the three requests, or two where neither got an answer.
func (t Target) probeService(ctx context.Context) serviceProbes {
	path := t.probePath()
	probe := func(who string, key safe.Secret) serviceProbe {
		clock := newStageClock()
		x := t.ask(httptrace.WithClientTrace(ctx, clock.trace()), who, path, key)
		return newServiceProbe(x, clock.stages())
	}
	seen := serviceProbes{probe("first request", safe.Secret{}), probe("second request", safe.Secret{})}
	key := inspectKey(t.key()).sendable
	switch {
	case !seen.anyAnswer() || ctx.Err() != nil:
		return seen
	case !key.Empty() && seen.of(apiSender, unclearSender) > 0:
		return append(seen, probe("with the key", key))
	}
	return append(seen, probe("third request", safe.Secret{}))
}

// judgeService says what the answers amount to.
func (t Target) judgeService(seen serviceProbes) []Finding {
	var findings []Finding
	for _, judge := range []func(serviceProbes) (Finding, bool){
		t.serviceStranger, serviceEdge, serviceDegraded, serviceReachable, serviceSlow,
	} {
		if f, found := judge(seen); found {
			f.Evidence = slices.DeleteFunc(f.Evidence, func(e Evidence) bool { return standsIn(findings, e) })
			findings = append(findings, f)
		}
	}
	return findings
}

// unreachable is the finding where no request got an answer, with the stage at which the first one stopped.
func (t Target) unreachable(ctx context.Context, ps serviceProbes, err error) Finding {
	f := t.API.noAnswer(ctx, err)
	if at := ps[0].stages.last; at != "" {
		f.Evidence = append(f.Evidence, Evidence{"stopped while", stageNames[at]})
		f.Evidence = append(f.Evidence, t.handshakeTrouble(at, err)...)
	}
	f.Evidence = append(f.Evidence, ps.evidence()...)
	if doubt := t.API.baseDoubt(); doubt != "" && f.ID == "service.unreachable" {
		f.Evidence = append(f.Evidence, Evidence{"API URL", doubt})
		f.Remedy = useDocumented
	}
	return f
}

// handshakeTrouble names what stopped a handshake where the summary does not; nil elsewhere.
func (t Target) handshakeTrouble(at stage, err error) []Evidence {
	var certificate *tls.CertificateVerificationError
	if at != tlsStage || errors.As(err, &certificate) {
		return nil
	}
	kind := handshakeKind(err, false)
	if _, told := handshakeFailures[kind]; told || kind == brokenHandshake {
		return nil
	}
	return []Evidence{{"TLS", fmt.Sprintf(handshakeWords[kind].summary, t.API.base.Host)}}
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
	stages stages
}

func newServiceProbe(x exchange, seen stages) serviceProbe {
	if x.err != nil {
		return serviceProbe{exchange: x, stages: seen}
	}
	by, why := sentBy(x.answer)
	class := classify(x)
	if by == unclearSender && class == gotLimited {
		by, why = apiSender, "it limits the rate of requests"
	}
	return serviceProbe{x, by, why, class == gotServerError, seen}
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
		if parts := p.stages.String(); parts != "" && p.err == nil {
			all[i].Value += " (" + parts + ")"
		}
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
func (t Target) serviceStranger(ps serviceProbes) (Finding, bool) {
	f, found := stranger(ps)
	if !found {
		return f, false
	}
	switch doubt := t.API.baseDoubt(); {
	case ps.plainOnTLS():
		f.Status, f.Summary, f.Remedy = Fail, "the port speaks TLS, but the API URL says http", "write https in the API URL"
	case doubt != "":
		f.Summary += "; " + doubt
		f.Remedy = useDocumented
	}
	return f, true
}

func stranger(ps serviceProbes) (Finding, bool) {
	if p, found := ps.lastBy(strangerSender); found {
		return Finding{
			ID: "service.not_the_api", Status: Fail,
			Summary:  "what answers at the API URL is not the API: " + p.why,
			Evidence: append(ps.evidence(), p.facts()...),
			Remedy:   "check the API URL; a login page of a network, a company proxy or a VPN may answer in its place: try another network",
		}, true
	}
	p, found := ps.lastBy(unclearSender)
	if found && !p.broken && ps.of(apiSender, edgeSender) == 0 {
		return Finding{
			ID: "service.not_the_api", Status: Unknown,
			Summary:  "something answers, but could not tell whether it is the API: " + p.why,
			Evidence: append(ps.evidence(), p.facts()...),
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
		Evidence: append(ps.evidence(), p.facts()...),
		Remedy:   "your request never reached the API, so changing it does not help. Wait a little and retry; if your address or client is blocked, try another network; if it lasts, tell Klyra's support what stands in the block for them",
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
		f.Evidence = append(f.Evidence, p.facts()...)
		f.Remedy = "retry with growing waits: a request without any content is answered so too, hence yours is not the cause. If it lasts, send Klyra's support the request id and the date"
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
		Evidence: append(append(ps.evidence(), ps.latency(), Evidence{"how it shows", p.why}), p.answer.supportFacts()...),
	}, true
}

// slowAnswer is from where on answers to an empty request count as slow. Klyra promises no figure.
const slowAnswer = 2 * time.Second

func serviceSlow(ps serviceProbes) (Finding, bool) {
	all, connecting := ps.medianLatency(), ps.medianConnecting()
	f := Finding{
		ID: "service.slow", Status: Warn,
		Summary:  "answers are slow: " + DurationText(all) + " for a request that is refused at once",
		Evidence: append(ps.evidence(), ps.latency()),
		Remedy:   "give your client a timeout well above that; compare with another network to see whether it is this one",
	}
	if connecting > all/2 {
		f.Summary += ", most of it for connecting"
		f.Remedy = "connecting takes most of it: look at the name server, a proxy or VPN and the network here, compare with another network, and let your client keep connections open"
	}
	return f, all >= slowAnswer
}

// latency says how long the requests took, connecting apart from the answer.
func (ps serviceProbes) latency() Evidence {
	var each []string
	for _, p := range ps {
		if p.err == nil {
			each = append(each, DurationText(p.answer.took))
		}
	}
	return Evidence{"latency", fmt.Sprintf("%s (median; connecting by DNS, TCP and TLS: %s), one by one %s",
		DurationText(ps.medianLatency()), DurationText(ps.medianConnecting()), strings.Join(each, ", "))}
}

// medianLatency returns the middle one of the latencies, connecting included.
func (ps serviceProbes) medianLatency() time.Duration {
	return ps.median(func(p serviceProbe) time.Duration { return p.answer.took })
}

// medianConnecting returns the middle one of the times until a request could be sent.
func (ps serviceProbes) medianConnecting() time.Duration {
	return ps.median(func(p serviceProbe) time.Duration { return p.stages.connected })
}

// median returns the middle one of what was measured with answers, of which there is at least one.
func (ps serviceProbes) median(of func(serviceProbe) time.Duration) time.Duration {
	var all []time.Duration
	for _, p := range ps {
		if p.err == nil {
			all = append(all, of(p))
		}
	}
	slices.Sort(all)
	return all[len(all)/2]
}
