package checks

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
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
