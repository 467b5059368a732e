//go:build !windows

package cli_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A variable that is set to nothing hides no key that is typed.
func TestTypedKeyBeatsAnEmptyVariable(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer api.Close()
	x := start(t, 80, 40, []string{"KLYRA_API_KEY="}, "check", "key", "--api-url", api.URL)
	x.await("API key (hidden")
	x.keys("klyra_live_3fKq9ZbT7xWm2LpR8sVd" + enter)
	x.await("the API accepts this key", "8sVd (31 characters), from what you typed", "not used: empty, from environment KLYRA_API_KEY")
	if code := x.exit(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}
