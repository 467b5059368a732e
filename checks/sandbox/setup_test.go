package sandbox_test

import (
	"strconv"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/checks/sandbox"
)

func TestSetupEarnsItsCode(t *testing.T) {
	for _, entry := range catalog.All() {
		t.Run(string(entry.Code), func(t *testing.T) {
			setup := sandbox.SetupFor(entry.Code)
			server := sandbox.New(sandbox.Options{State: entry.Code})
			q := request{auth: "Bearer " + setup.Key, body: `{"content":"hello"}`}
			if setup.Key == "" {
				q.auth = "none"
			}
			switch {
			case setup.URL != "":
				q.body = `{"url":` + strconv.Quote(setup.URL) + `}`
			case setup.Content != nil:
				q.body, q.contentType = string(setup.Content), setup.ContentType
			}
			got := send(t, server, q)
			if got.err.Code != string(entry.Code) {
				t.Errorf("got %d %q", got.status, got.err.Code)
			}
		})
	}
}

func TestSetupIsListed(t *testing.T) {
	keys, paths := map[string]bool{"": true}, map[string]bool{"": true}
	for _, k := range sandbox.Keys() {
		keys[k.Key] = true
	}
	for _, s := range sandbox.Samples() {
		paths[s.Path] = true
	}
	for _, entry := range catalog.All() {
		setup := sandbox.SetupFor(entry.Code)
		if !keys[setup.Key] || !paths[setup.URL] {
			t.Errorf("%s: key %q, URL %q", entry.Code, setup.Key, setup.URL)
		}
		if named := setup.ContentName != "" && setup.ContentType != ""; named != (setup.Content != nil) {
			t.Errorf("%s: content %q of type %q, %d bytes", entry.Code, setup.ContentName, setup.ContentType, len(setup.Content))
		}
	}
}

func TestSetupOfWorkingRequest(t *testing.T) {
	setup := sandbox.SetupFor("")
	if setup.Key != key("good") || setup.URL != "" || setup.Content != nil {
		t.Errorf("%+v", setup)
	}
}
