package checks

import (
	"slices"
	"strings"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
)

// TestRequestCheck runs the whole check on pasted requests: its findings come through, and no secret does.
func TestRequestCheck(t *testing.T) {
	const key = "Zq8vK2mN5xW1cR7tB4yH9pLd"
	const good = `curl https://api.klyra.live/v1/moderate -H "Authorization: Bearer ` + key + `" -H "Content-Type: application/json" -d '{"content":"is this fine?"}'`
	for _, c := range []struct{ old, with, want string }{
		{"", "", "pass request.sound"},
		{"Authorization: Bearer " + key, "Accept: */*", "fail request.no_authorization"},
		{"Bearer ", "", "fail request.scheme_missing"},
		{"https://", "http://", "fail request.plain_http"},
		{"https://api.klyra.live", "${BASE_URL}", "fail request.unexpanded"},
		{key, "${KLYRA_API_KEY}", "warn request.unexpanded"},
	} {
		d := paste.Diagnose(strings.ReplaceAll(good, c.old, c.with))
		if c.old == "" {
			d = paste.Diagnose(good)
		}
		if d.Request == nil {
			t.Fatalf("%s: no request was read", c.want)
		}
		r := Run(t.Context(), catalog.RequestCheck, Target{API: mustAPI(t, "https://api.klyra.live"), Request: d.Request})
		status, _, _ := strings.Cut(c.want, " ")
		if !slices.Contains(strings.Split(findingIDs(r), ", "), c.want) || string(r.Status) != status {
			t.Errorf("want %s, got\n%s", c.want, texts(r))
		}
		if strings.Contains(texts(r), key[:8]) {
			t.Errorf("%s: the key is shown:\n%s", c.want, texts(r))
		}
	}
}
