package catalog

import (
	"slices"
	"testing"
)

func TestLookup(t *testing.T) {
	tests := []struct {
		name string
		want Code // "" where nothing must be found
	}{
		{"invalid_api_key", "invalid_api_key"},
		{"Invalid-API-Key", "invalid_api_key"},
		{"invalidApiKey", "invalid_api_key"},
		{"INVALID API KEY", "invalid_api_key"},
		{"InvalidAPIKey", "invalid_api_key"},
		{" \tinvalid_api_key\n", "invalid_api_key"},
		{"TIMEOUT", "timeout"},
		{"time-out", "timeout"},
		{"Concurrent_requests exceeded", "concurrent_requests_exceeded"},
		{"", ""},
		{" _-", ""},
		{"invalid", ""},
		{"invalid_api_keys", ""},
		{"invalid.api.key", ""},
		{"rate_limited", ""},
		{"api_key_invalid", ""},
	}
	for _, tt := range tests {
		e, ok := Lookup(tt.name)
		if e.Code != tt.want || ok != (tt.want != "") {
			t.Errorf("Lookup(%q) = %q, %v; want %q", tt.name, e.Code, ok, tt.want)
		}
	}
}

func TestLookupFindsEveryCode(t *testing.T) {
	for _, want := range All() {
		if e, ok := Lookup(string(want.Code)); !ok || e.Code != want.Code {
			t.Errorf("Lookup(%q) = %q, %v", want.Code, e.Code, ok)
		}
	}
}

func TestAllIsTheCallers(t *testing.T) {
	first := All()
	want := first[0].Code
	first[0] = Entry{Code: "changed"}
	first = append(first[:1], first[5:]...)
	if got := All(); got[0].Code != want || len(got) == len(first) {
		t.Errorf("a caller's change is seen by the next: %q first of %d", got[0].Code, len(got))
	}
}

func TestNames(t *testing.T) {
	checks := []string{KeyCheck.String(), URLCheck.String(), ContentCheck.String(), LimitsCheck.String(), ServiceCheck.String()}
	if want := []string{"key", "url", "content", "limits", "service"}; !slices.Equal(checks, want) {
		t.Errorf("checks are %q, want %q", checks, want)
	}
	inputs := []string{KeyInput.String(), EndpointInput.String(), URLInput.String(), ContentInput.String()}
	if want := []string{"API key", "endpoint", "URL", "content"}; !slices.Equal(inputs, want) {
		t.Errorf("inputs are %q, want %q", inputs, want)
	}
	if none := (Check{}).String() + (Input{}).String(); none != "" {
		t.Errorf("the zero Check and Input are named %q", none)
	}
}
