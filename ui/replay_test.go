package ui

import (
	"slices"
	"strings"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
)

// lastStep pastes a request with its answer and goes to the last step of the checklist.
func lastStep(t *testing.T, request string) *driver {
	t.Helper()
	d := newDriver(t, sandboxed())
	d.paste(request + revoked).press("enter").atop(&checklistScreen{})
	return d.press("down", "down", "down", "down", "down", "down", "down", "down").shows("▸ ○ to do 7. Send the request again")
}

func TestReplayIsShownThenSentOnce(t *testing.T) {
	d := lastStep(t, askedHere).shows("Enter shows the request of your paste")
	d.press("enter").atop(&replayScreen{}).shows("Nothing has been sent yet", "POST http://127.0.0.1:9/v1/moderate", "the key from the sandbox", "Left out of what you pasted: Cookie", `{"content":"Is this fine?"}`)
	d.press("enter", "n", "r", "e", "w", "p", "s", "o", "f", "j", "k", "pgdown", "esc").atop(&checklistScreen{})
	if len(d.sent) > 0 {
		t.Fatal("it was sent without a yes")
	}
	d.press("enter")
	d.hold = true
	d.press("y", "y", "y", "enter", "space", "c").atop(&replayScreen{}).shows("Sending it.")
	if len(d.sent) != 1 {
		t.Fatalf("it was sent %d times", len(d.sent))
	}
	late := d.held
	d.held, d.hold = nil, false
	d.send(late[0]).atop(&checklistScreen{}).shows("done 7. Send the request again", "pass: sent again by klyra-doctor: HTTP 200, request id req_77", "Resolved: the pasted request, sent again by klyra-doctor, went through.")
	d.press("enter").atop(&reportScreen{}).shows("- confirmed: sent again by klyra-doctor: HTTP 200, request id req\\_77")
	if len(d.sent) != 1 {
		t.Errorf("it was sent %d times", len(d.sent))
	}
}

// TestAYesBeforeItIsSeen: what is typed ahead of the screen sends nothing.
func TestAYesBeforeItIsSeen(t *testing.T) {
	d := lastStep(t, askedHere)
	d.hold = true
	d.press("enter", "y", "c").atop(&replayScreen{}).shows("Making it ready")
	late := d.held
	d.held, d.hold = nil, false
	d.send(late[0]).atop(&replayScreen{}).shows("Nothing has been sent yet")
	if len(d.sent) > 0 || len(d.copied) > 0 {
		t.Errorf("sent %d, copied %q", len(d.sent), d.copied)
	}
}

// TestReplayStops: who leaves while it is under way ends it, and a late answer settles nothing.
func TestReplayStops(t *testing.T) {
	d := lastStep(t, askedHere)
	d.press("enter")
	d.hold = true
	d.press("y").shows("Sending it.", "esc stop")
	ctx := d.app.top().at().ctx
	d.press("esc").atop(&checklistScreen{}).shows("Stopped. The API may have got the request all the same.", "to do 7.")
	if ctx.Err() == nil {
		t.Error("leaving did not stop it")
	}
	late := d.held
	d.held, d.hold = nil, false
	d.send(late[0]).atop(&checklistScreen{}).shows("to do 7.").hides("req_77")
}

// TestAnswerUnderAnotherScreen: help may be open when the answer comes.
func TestAnswerUnderAnotherScreen(t *testing.T) {
	d := lastStep(t, askedHere)
	d.press("enter")
	d.hold = true
	d.press("y", "?").atop(&helpScreen{})
	late := d.held
	d.held, d.hold = nil, false
	d.send(late[0]).atop(&checklistScreen{}).shows("request id req_77")
}

func TestReplayThatFailsLeadsOn(t *testing.T) {
	d := lastStep(t, askedHere)
	d.answers = []checks.Result{
		answer(checks.Fail, "replay.error", "sent again, it is still invalid_api_key (HTTP 401, request id req_78)", "invalid_api_key"),
		answer(checks.Unknown, "replay.unclear", "sent again: HTTP 502 came back, but not from the API", ""),
		answer(checks.Fail, "replay.error", "sent again, it is another error now: rate_limit_exceeded (HTTP 429)", "rate_limit_exceeded"),
	}
	d.press("enter", "y").shows("fail 7.", "it is still invalid_api_key", "Not resolved yet").hides("press o")
	d.press("enter").atop(&replayScreen{}).press("y").shows("unknown 7.", "not from the API", "Nothing failed, but not every check could tell")
	d.press("enter", "y").shows("The API now answers rate_limit_exceeded: press o", "o its checklist")
	if d.press("o"); len(d.sent) != 3 || !strings.Contains(d.frame(), "rate_limit_exceeded checklist") {
		t.Errorf("sent %d times:\n%s", len(d.sent), d.frame())
	}
}

// TestReplayWithAnotherKey: the key that was typed goes out, and a result under the old one no longer counts.
func TestReplayWithAnotherKey(t *testing.T) {
	d := lastStep(t, askedHere)
	d.answers = []checks.Result{answer(checks.Fail, "replay.error", "sent again, it is still invalid_api_key", "invalid_api_key")}
	d.press("enter", "y").shows("fail 7.")
	d.press("up", "up", "up", "up", "up", "e").paste("kly_Zq8vK2mN5xW1cR7tB4yH").press("enter").shows("to do 7.")
	d.press("down", "down", "down", "down", "down", "enter").shows("kly_…B4yH (the key from what you typed)")
	d.hides("Zq8vK2mN", pastedKey[4:12])
}

func TestReplayWarnsWhileChecksFail(t *testing.T) {
	d := newDriver(t, sandboxed())
	d.results[catalog.KeyCheck] = []checks.Result{rejected}
	d.paste(askedHere+revoked).press("enter", "down", "down", "down", "down", "down", "down", "down", "down").shows("skip 7.")
	d.press("enter").atop(&replayScreen{}).shows("“Test the key against the API” still fails: this will likely fail again.")
	d.press("y").shows("done 7.", "went through. What fails all the same: The API knows no such key")
}

// TestWhatCannotBeSentIsACommand: the command holds no key, and the old question stays.
func TestWhatCannotBeSentIsACommand(t *testing.T) {
	d := lastStep(t, askedElsewhere)
	d.press("enter").shows("This is not sent: it goes to https://staging.example.com.", "The command for curl leaves your key out", "for sh, without your key")
	d.press("y", "enter").atop(&replayScreen{})
	d.press("c").shows("Copied the command for curl.")
	if want := `curl -g -i -X POST https://staging.example.com/v1/moderate \` + "\n" + `  -H 'Content-Type: application/json' \`; len(d.copied) != 1 || !strings.HasPrefix(d.copied[0], want) || strings.Contains(d.copied[0], "KLYRA_API_KEY") || strings.Contains(d.copied[0], pastedKey[4:12]) {
		t.Errorf("copied %q", d.copied)
	}
	d.press("space").atop(&checklistScreen{}).shows("Did it go through? y: yes; n: no")
	d.press("y").shows("done 7.", "Ticked by you.", "you confirmed that the request goes through")
	if len(d.sent) > 0 {
		t.Error("it was sent")
	}
}

// TestWhatTheHeadlineNames: c is named where there is a command, and that it is incomplete where it is.
func TestWhatTheHeadlineNames(t *testing.T) {
	command := checks.Block{Title: "curl", Text: "curl"}
	for want, o := range map[string]checks.Outgoing{
		"This is not sent: the paste shows no request.":                                                  {Refusals: []string{"The paste shows no request."}},
		"This is not sent: it goes there. c copies a command for curl.":                                  {Refusals: []string{"It goes there.", "No key."}, Command: command},
		"This is not sent: the paste does not show x. c copies a command for curl, which is incomplete.": {Refusals: []string{"The paste does not show x."}, Command: command, Partial: true},
	} {
		if got := notSent(o); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestIncompleteCommand: what the paste lacks, the command lacks too.
func TestIncompleteCommand(t *testing.T) {
	d := lastStep(t, strings.Replace(askedHere, `'{"content":"Is this fine?"}'`, "@body.json", 1)).press("enter")
	d.shows("This is not sent: the paste does not show the body, which stands in the file body.json. c", "copies a command for curl, which is incomplete.", "All but the body: curl, for sh, the key in $KLYRA_API_KEY", "sends the file BODY", "Left out of what you pasted: Cookie")
}

// TestNoRequestNoReplay: without a request the last step asks as it always did.
func TestNoRequestNoReplay(t *testing.T) {
	d := newDriver(t, sandboxed())
	d.paste(revoked).press("enter", "down", "down", "down", "down", "down", "down", "down")
	d.hides("Enter shows the request").press("enter").atop(&checklistScreen{}).shows("Did it go through?")
}

// TestKeysOfTheReplay: the footer names the keys that do something.
func TestKeysOfTheReplay(t *testing.T) {
	for request, want := range map[string][]string{
		askedHere:      {"y", "esc", "c", "space", "q"},
		askedElsewhere: {"esc", "c", "space", "q"},
	} {
		d := lastStep(t, request).press("enter")
		var got []string
		for _, b := range d.app.top().bindings() {
			got = append(got, b.Help().Key)
		}
		if !slices.Equal(got, want) {
			t.Errorf("keys %q, want %q", got, want)
		}
	}
}
