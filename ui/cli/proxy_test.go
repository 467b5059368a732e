package cli

import (
	"slices"
	"testing"
)

func TestProxyVariables(t *testing.T) {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, "")
	}
	t.Setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example.com:3128")
	t.Setenv("no_proxy", "localhost")
	if got := proxyVariables(); !slices.Equal(got, []string{"HTTPS_PROXY", "no_proxy"}) {
		t.Errorf("%q", got)
	}
}
