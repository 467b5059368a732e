package checks

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"klyra-doctor/catalog/safe"
)

// exchange is one request that asks the API a question, with what came back.
type exchange struct {
	who    string // "without a key": for people
	answer answer
	err    error // why there is no answer
}

// probePath returns the path to ask: the user's endpoint, else one that cannot exist. Paths are never
// guessed: that would be scanning somebody's API.
func (t Target) probePath() string {
	if t.Endpoint != "" {
		return t.Endpoint
	}
	return "/klyra-doctor-" + strings.ToLower(rand.Text()[:16])
}

// ask sends an empty object, which cannot be moderated and so is not billed. A parameter that no other request
// has keeps caches from answering with what somebody else was told.
func (t Target) ask(ctx context.Context, who, path string, key safe.Secret) exchange {
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	a, err := t.API.send(ctx, call{http.MethodPost, path + join + "klyra-doctor=" + strings.ToLower(rand.Text()[:8]), key, "{}"})
	return exchange{who, a, err}
}

// sent says what ask sends.
func (t Target) sent() Evidence {
	path := "a path that does not exist"
	if t.Endpoint != "" {
		path = t.API.resolve(t.Endpoint).Path
	}
	return Evidence{"sent", "POST to " + path + " with an empty object, which cannot be moderated"}
}

// evidence says in one line what came back.
func (x exchange) evidence() Evidence {
	if x.err != nil {
		return Evidence{x.who, "no answer: " + failureText(x.err)}
	}
	parts := []string{fmt.Sprint(x.answer.status)}
	if problem := x.answer.problem; problem != nil {
		parts[0] += " " + string(problem.Code)
		if problem.Type != "" {
			parts = append(parts, problem.Type)
		}
	} else if x.answer.status >= 400 {
		parts = append(parts, x.answer.formInWords())
	}
	if id := x.answer.requestID(); id != "" {
		parts = append(parts, id)
	}
	if x.answer.isRedirect() {
		parts = append(parts, "redirects to "+x.answer.redirectHost())
	}
	return Evidence{x.who, strings.Join(append(parts, DurationText(x.answer.took)), ", ")}
}

// formInWords says what an error is that is not the API's envelope.
func (a answer) formInWords() string {
	switch {
	case len(a.body) == 0:
		return "an empty body"
	case a.isHTML():
		return "a web page"
	case json.Valid(a.body):
		return "JSON, but no error envelope"
	}
	return "no error envelope"
}

// noAnswer is the finding about a request that got no answer. Its status is Fail where this proves that the
// API cannot be used from here, and Unknown where it proves nothing.
func (a *API) noAnswer(ctx context.Context, err error) Finding {
	f := Finding{Status: Unknown, Evidence: []Evidence{{"what happened", failureText(err)}}}
	host := a.base.Host
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		f.ID, f.Summary = "check.cancelled", "the check was cancelled"
	case ctx.Err() != nil:
		f.ID, f.Summary = "check.timeout", "the check ran out of time before "+host+" answered"
		f.Remedy = "run it again, or give it more time"
	case errors.As(err, &dns) && !namesResolve(ctx, cmp.Or(a.dialer.Resolver, net.DefaultResolver)):
		return offline(f.Evidence...)
	case socketFailure(err) == socketUnreachable:
		f.ID = "check.offline"
		f.Summary = "this machine has no way to " + host
		f.Remedy = "connect to the network (a VPN may be needed) and run it again"
	default:
		f.ID, f.Summary = "service.unreachable", host+" cannot be reached from here: "+failureText(err)
		f.Remedy = failureRemedy(err)
		if socketFailure(err) != socketSilent {
			f.Status = Fail
		}
	}
	return f
}

// failureText says in a few words why a request got no answer.
func failureText(err error) string {
	var (
		op          *net.OpError
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "the proxy that this machine is told to use does not answer"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host"
	case errors.As(err, &dns):
		return "its name could not be resolved"
	case errors.As(err, &certificate):
		return fmt.Sprintf("its certificate is not trusted here (%v)", certificate.Err)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "what answers there does not speak TLS"
	}
	if kind := socketFailure(err); kind != socketBroken {
		return socketFailures[kind].summary
	}
	return err.Error()
}

func failureRemedy(err error) string {
	var certificate *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case errors.As(err, &certificate):
		return "compare this machine's clock first; else a company proxy may be reading the traffic: try another network, or ask who runs it for its root certificate"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "check HTTPS_PROXY and NO_PROXY, or try without them"
	}
	return "check the API URL for a typing mistake, then firewall, VPN and proxy; if it works from another network, this one blocks it"
}
