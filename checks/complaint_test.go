package checks

import "testing"

func TestComplaintsAreQuotedAlikeEveryTime(t *testing.T) {
	a := answer{status: 401, body: []byte(`{"title":"Unauthorized","status":401,"detail":"The key was revoked."}`)}
	for range 100 {
		if got, want := a.inWords(), "The key was revoked."; got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	}
}
