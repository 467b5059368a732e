package checks

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/catalog/safe"
)

// Replay sends a request again, once, and judges what comes back like a paste. It is for a request that
// somebody has seen and said yes to: nothing calls it by itself. The result passes where the API answered
// without an error, fails where it refused, and is Unknown where something else or nobody answered. What
// cannot be sent is not. It returns soon after ctx is done.
func Replay(ctx context.Context, o Outgoing) (r Result) {
	start := time.Now()
	defer func() {
		if p := recover(); p != nil {
			r = Result{Findings: []Finding{crashed(p)}}
		}
		r.Target, r.Duration = o.Method+" "+o.URL, time.Since(start)
		r = r.judged().shown(safe.NewRedactor(o.secrets...))
	}()
	if !o.Sendable() {
		return Result{Findings: []Finding{{ID: "replay.not_sent", Status: Skip, Summary: "not sent: " + strings.Join(o.Refusals, " ")}}}
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, o.Method, o.url.String(), strings.NewReader(o.content.Reveal()))
	if err != nil {
		return Result{Findings: []Finding{unclearReplay("the request could not be built: " + withoutAPIURL(err).Error())}}
	}
	req.Header = o.header.Clone()
	a, err := o.api.do(req, o.key)
	if err != nil {
		return Result{Findings: []Finding{o.unanswered(ctx, err)}}
	}
	d := paste.Diagnose(a.text())
	o.secrets = append(slices.Clip(o.secrets), d.Secrets...)
	return o.judge(a, d)
}

// text is an answer as curl -i prints one.
func (a answer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	_ = a.header.Write(&b) // a strings.Builder takes everything
	b.WriteString("\r\n")
	b.Write(a.body)
	return b.String()
}

// judge says what an answer means.
func (o Outgoing) judge(a answer, d paste.Diagnosis) Result {
	if a.problem.isKlyras() {
		return o.refused(a, paste.Finding{Code: a.problem.Code, Message: a.problem.Message, RequestID: a.problem.RequestID})
	}
	// What an answer quotes is a content, and no error; only one that is an error anyway is read for it.
	if a.status < 400 {
		d.Findings = nil
	}
	for _, f := range d.Findings {
		if f.Kind == paste.Envelope && f.Certainty != paste.Possible {
			return o.refused(a, f)
		}
	}
	var found Finding
	by, why := sentBy(a)
	switch {
	case a.isRedirect():
		found = unclearReplay(fmt.Sprintf("HTTP %d redirects to %s, which was not followed: the key goes nowhere but to the API", a.status, a.redirectHost()))
		found.Remedy = "set the client's base URL to where the API really is"
	case by == edgeSender || by == strangerSender:
		found = unclearReplay(fmt.Sprintf("HTTP %d came back, but not from the API: %s", a.status, why))
		found.Remedy = "find out who answers with klyra-doctor check service, then send it again"
	case len(d.Findings) > 0 && (d.Findings[0].Kind == paste.Gateway || d.Findings[0].Kind == paste.Foreign):
		found = unclearReplay(fmt.Sprintf("HTTP %d came back, but not from the API: %s", a.status, d.Findings[0].Message))
		found.Remedy = "find out who answers with klyra-doctor check service, then send it again"
	case a.status >= 300:
		found = Finding{ID: "replay.failed", Status: Fail, Summary: fmt.Sprintf("sent again, it failed with HTTP %d, without an error code of the API", a.status)}
		found.Remedy = "see that path and method are what the API's documentation says"
	case a.cut:
		found = unclearReplay(fmt.Sprintf("HTTP %d came back, but the answer broke off or is longer than %s, so that an error in it may be missing", a.status, SizeText(maxAnswer)))
		found.Remedy = "send it with your own client, and read the whole answer"
	case holdsError(a.body):
		found = unclearReplay(fmt.Sprintf("HTTP %d, but the body speaks of an error", a.status))
		found.Remedy = "read how the answer begins: it alone says whether the request went through"
	default:
		found = Finding{ID: "replay.succeeded", Status: Pass, Summary: fmt.Sprintf("sent again by klyra-doctor: HTTP %d%s", a.status, withID(a.requestID())), Remedy: o.advice}
	}
	found.Evidence = a.evidence()
	return Result{Findings: []Finding{found}}
}

// refused is the result where the API answered with an error again.
func (o Outgoing) refused(a answer, f paste.Finding) Result {
	entry, known := catalog.Lookup(string(f.Code))
	found := Finding{ID: "replay.error", Status: Fail, Evidence: a.evidence()}
	status := fmt.Sprintf(" (HTTP %d%s)", a.status, withID(f.RequestID))
	switch {
	case f.Code == "":
		found.Summary = "sent again, it failed with an error without a code" + status
	case f.Code == o.before:
		found.Summary = "sent again, it is still " + string(f.Code) + status
		found.Remedy = "what this error asks for is not mended yet: go through the steps above again"
	case o.before != "":
		found.Summary = "sent again, it is another error now: " + string(f.Code) + status
	default:
		found.Summary = "sent again, it failed: " + string(f.Code) + status
	}
	switch {
	case f.Code == o.before:
	case known:
		found.Remedy = "Klyra advises: " + entry.Resolution + ". The checklist of " + string(entry.Code) + " goes on from here"
	default:
		found.Remedy = "ask Klyra's support what it means, with the request id"
	}
	if f.Message != "" {
		found.Evidence = append([]Evidence{{"the API's message", firstRunes(f.Message)}}, found.Evidence...)
	}
	return Result{Findings: []Finding{found}, Code: entry.Code}
}

// evidence is what support needs to find an answer, and how the body of one that is no envelope begins.
func (a answer) evidence() []Evidence {
	all := append([]Evidence{{"answered after", DurationText(a.took)}}, a.supportFacts()...)
	if !a.problem.isKlyras() && len(a.body) > 0 {
		all = append(all, Evidence{"the answer begins", firstRunes(strings.TrimSpace(string(a.body)))})
	}
	return all
}

func withID(id string) string {
	if id == "" {
		return ""
	}
	return ", request id " + id
}

func unclearReplay(summary string) Finding {
	return Finding{ID: "replay.unclear", Status: Unknown, Summary: "sent again: " + summary}
}

// unanswered is the finding where nothing came back: whether the request was carried out is not known then.
func (o Outgoing) unanswered(ctx context.Context, err error) Finding {
	f := o.api.noAnswer(ctx, err)
	f.Status = Unknown
	f.Summary = "sent again, and no answer came: " + f.Summary
	if socketFailure(err) != socketRefused {
		f.Remedy = strings.TrimSpace(f.Remedy + " (the API may have carried it out all the same)")
	}
	return f
}
