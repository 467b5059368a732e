package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"klyra-doctor/checks/sandbox"
)

func TestStartServesOnLoopback(t *testing.T) {
	for _, addr := range []string{"", "127.0.0.1:0", "localhost:0"} {
		running, err := sandbox.Start(sandbox.Options{}, addr)
		if err != nil {
			t.Fatal(err)
		}
		got, err := client(t).Get(running.URL() + "/samples/photo.png")
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != http.StatusOK || strings.HasSuffix(running.URL(), "/") {
			t.Errorf("%s: %s", running.URL(), got.Status)
		}
		if err := running.Close(); err != nil {
			t.Error(err)
		}
		if _, err := client(t).Get(running.URL()); err == nil {
			t.Errorf("%s still answers", running.URL())
		}
		if err := running.Close(); err != nil {
			t.Errorf("closed again: %v", err)
		}
	}
}

func TestStartRefuses(t *testing.T) {
	taken, err := sandbox.Start(sandbox.Options{}, "")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	tests := []struct{ addr, says string }{
		{":8080", "loopback"},
		{"0.0.0.0:8080", "loopback"},
		{"[::]:8080", "loopback"},
		{"192.0.2.1:8080", "loopback"},
		{"host.dev:8080", "loopback"},
		{"127.0.0.1", "missing port"},
		{strings.TrimPrefix(taken.URL(), "http://"), "in use"},
	}
	for _, test := range tests {
		running, err := sandbox.Start(sandbox.Options{}, test.addr)
		if err == nil {
			running.Close()
			t.Errorf("%s was not refused", test.addr)
		} else if !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", test.addr, err)
		}
	}
}

// Closing breaks off a download and a request whose body never ends, and leaves no goroutine behind.
func TestCloseLeavesNothing(t *testing.T) {
	logged := map[string]bool{} // without a lock: nothing is answered any more once Close has returned
	running, err := sandbox.Start(sandbox.Options{Log: func(x sandbox.Exchange) {
		for range 1000 {
			runtime.Gosched() // a Close that does not wait is seen to return too early
		}
		logged[x.Path] = true
	}}, "")
	if err != nil {
		t.Fatal(err)
	}
	client := client(t)
	slow, err := client.Get(running.URL() + "/samples/slow.png")
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Body.Close()
	body, end := io.Pipe()
	defer end.Close()
	r, err := http.NewRequest(http.MethodPost, running.URL(), body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key("good"))
	sent := make(chan error, 1)
	go func() {
		answer, err := client.Do(r)
		if err == nil {
			answer.Body.Close()
		}
		sent <- err
	}()
	if _, err := io.WriteString(end, "never ends"); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	go func() { closed <- running.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still closing")
	}
	if !logged["/samples/slow.png"] {
		t.Error("closed before the slow body's handler had ended")
	}
	if _, err := io.ReadAll(slow.Body); err == nil {
		t.Error("the slow body came to a good end")
	}
	end.Close()
	<-sent
	waitUntilGone(t, "klyra-doctor/checks/sandbox.")
	waitUntilGone(t, "net/http.(*conn).serve")
	waitUntilGone(t, "net/http.(*Server).Serve")
}

// waitUntilGone waits until no goroutine stands in a function: one that has said that it ends may need a
// moment to do so.
func waitUntilGone(t *testing.T, function string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		var stacks bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(stacks.String(), function) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("a goroutine is left:\n%s", stacks.String())
		}
	}
}
