package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/safe"
)

// keyTableCases are servers by what they answer, and the row of the table that this leads to; 0 where none does.
var keyTableCases = []struct {
	row             int
	none, key, fake string
	sent            string
	id              string
	status          Status
	says            string
}{
	{1, "401 missing_api_key", "401 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "404", "401 unauthorized", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "401 missing_api_key", "403 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "401 missing_api_key", "500 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "401 missing_api_key", "401 missing_api_key", "", "none key", "key.rejected", Fail, "no key arrived"},
	{1, "401 missing_api_key", "401 expired_api_key", "", "none key", "key.expired", Fail, "expired"},
	{1, "200 {}", "403 expired_api_key", "", "none key", "key.expired", Fail, "expired"},
	// Trouble on the way of the request without a key says nothing of the next one, whose refusal is one.
	{1, "502", "401 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "504 <html>", "401 expired_api_key", "", "none key", "key.expired", Fail, "expired"},
	{1, "503 service_unavailable", "401 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{1, "403 <html>error code: 1020</html>", "401 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{2, "401 missing_api_key", "400 malformed_api_key", "", "none key", "key.rejected", Fail, "form"},
	{3, "401 missing_api_key", "200 {}", "", "none key", "key.accepted", Pass, "accepts"},
	{3, "400 authentication_required", "200 {}", "", "none key", "key.accepted", Pass, "accepts"},
	{3, "403 missing_token", "200 {}", "", "none key", "key.accepted", Pass, "accepts"},
	{4, "200 {}", "200 {}", "", "none key", "key.unproven", Unknown, "without a key too"},
	{5, "404", "404", "", "none key", "key.unproven", Unknown, "alike"},
	{5, "405 {}", "405 {}", "", "none key", "key.unproven", Unknown, "alike"},
	{5, "422 missing_content", "422 missing_content", "", "none key", "key.unproven", Unknown, "alike"},
	{5, "400 invalid_request", "400 invalid_request", "", "none key", "key.unproven", Unknown, "alike"},
	{5, "403 {}", "403 {}", "", "none key", "key.unproven", Unknown, "everything is refused"},
	{6, "401 missing_api_key", "404", "401 invalid_api_key", "none key fake", "key.accepted", Pass, "refuses a made-up one"},
	{6, "401 missing_api_key", "405", "401 invalid_api_key", "none key fake", "key.accepted", Pass, ""},
	{6, "401 missing_api_key", "400 missing_content", "401 invalid_api_key", "none key fake", "key.accepted", Pass, ""},
	{6, "401 missing_api_key", "413 content_too_large", "403 invalid_api_key", "none key fake", "key.accepted", Pass, ""},
	{6, "401 missing_api_key", "415", "401", "none key fake", "key.accepted", Pass, ""},
	{6, "401 missing_api_key", "422 {}", "401", "none key fake", "key.accepted", Pass, ""},
	{7, "401 missing_api_key", "404", "404", "none key fake", "key.unproven", Unknown, "presence"},
	{7, "401", "400 invalid_request", "400 invalid_request", "none key fake", "key.unproven", Unknown, "presence"},
	{8, "401 missing_api_key", "422 {}", "400 malformed_api_key", "none key fake", "key.likely_accepted", Warn, "probably"},
	{8, "401", "422 {}", "400 bad_token_format", "none key fake", "key.likely_accepted", Warn, "probably"},
	{9, "401 missing_api_key", "403 insufficient_permissions", "401 invalid_api_key", "none key fake", "key.refused", Fail, "knows this key"},
	{9, "401 missing_api_key", "403 ip_not_allowed", "401", "none key fake", "key.refused", Fail, "knows this key"},
	{9, "403 {}", "403 insufficient_permissions", "401 invalid_api_key", "none key fake", "key.refused", Fail, "knows this key"},
	{10, "401 missing_api_key", "403 forbidden", "403 forbidden", "none key fake", "key.unproven", Unknown, "in the same way"},
	{10, "401 missing_api_key", "403", "403", "none key fake", "key.unproven", Unknown, "in the same way"},
	{10, `403 {"message":"no"}`, "403 insufficient_permissions", "403 insufficient_permissions", "none key fake", "key.unproven", Unknown, "in the same way"},
	{11, "401 missing_api_key", "403 suspended", "403 forbidden", "none key fake", "key.refused", Fail, "seems to know"},
	{12, "401 missing_api_key", "402", "401", "none key fake", "key.limited", Warn, "quota"},
	{12, "401 missing_api_key", "429 quota_exceeded", "401 invalid_api_key", "none key fake", "key.limited", Warn, "quota"},
	{13, "401 missing_api_key", "429 rate_limit_exceeded", "401 invalid_api_key", "none key fake", "key.limited", Warn, "a limit stands in the way"},
	{13, "401 missing_api_key", "429 concurrent_requests_exceeded", "401 invalid_api_key", "none key fake", "key.limited", Warn, "a limit stands in the way"},
	{14, "401 missing_api_key", "429 rate_limit_exceeded", "429 rate_limit_exceeded", "none key fake", "key.unproven", Unknown, "whatever the key"},
	{15, "429 rate_limit_exceeded", "", "", "none", "key.unproven", Unknown, "before the key"},
	{15, "429", "", "", "none", "key.unproven", Unknown, "before the key"},
	// A 403 in JSON without a key counts as a lock, where the key gets past it.
	{16, `403 {"message":"no"}`, "200 {}", "", "none key", "key.accepted", Pass, "accepts"},
	{16, `403 {"message":"no"}`, "404", "401 invalid_api_key", "none key fake", "key.accepted", Pass, "accepts"},
	{16, `403 {"message":"no"}`, "404", `403 {"message":"no"}`, "none key fake", "key.accepted", Pass, "as it refuses none"},
	{7, `403 {"message":"no"}`, "404", "404", "none key fake", "key.unproven", Unknown, "presence"},
	{13, `403 {"message":"no"}`, "429", "401", "none key fake", "key.limited", Warn, ""},
	{0, `403 {"message":"no"}`, "404", "403 other_code", "none key fake", "key.unproven", Unknown, "a hint at most"},
	{0, "403", "404", "", "none key", "key.unproven", Unknown, "a hint at most"},
	{0, "403", "200 {}", "", "none key", "key.unproven", Unknown, "a hint at most"},
	// What answers is not the API.
	{17, "401 missing_api_key", "403 <html>error code: 1020</html>", "", "none key", "key.unproven", Unknown, "in front of the API"},
	{17, "521", "521", "", "none key", "key.unproven", Unknown, "in front of the API"},
	{17, "503 <html>", "404", "", "none key", "key.unproven", Unknown, "in front of the API"},
	{17, "200 <html>login</html>", "", "", "none", "key.unproven", Unknown, "not the API"},
	{18, "302 https://www.klyra.example/login?x=1", "", "", "none", "key.unproven", Unknown, "redirects"},
	{18, "401 missing_api_key", "307 http://evil.example/", "", "none key", "key.unproven", Unknown, "redirects"},
	{19, "401 missing_api_key", "500 internal_server_error", "", "none key", "key.unproven", Unknown, "error of its own"},
	{19, "401 missing_api_key", "503", "", "none key", "key.unproven", Unknown, "error of its own"},
	{19, "503 service_unavailable", "200 {}", "", "none key", "key.unproven", Unknown, "error of its own"},
	{20, "0", "", "", "none", "service.unreachable", Unknown, "closed before an answer"},
	{20, "401 missing_api_key", "0", "", "none key", "service.unreachable", Unknown, "closed before an answer"},
	// The key of a moment ago: it is not tried again, but the remedy says to (see TestAFreshKeyIsNotRetried).
	{1, "401 unauthorized", "401 unauthorized", "", "none key", "key.rejected", Fail, "in the same words as a request without one"},
	// A web framework's page about a path that does not exist is no stranger's page.
	{5, "404 <html>Cannot POST /x</html>", "404 <html>Cannot POST /x</html>", "", "none key", "key.unproven", Unknown, "alike"},
	{6, "401 missing_api_key", "404 <html>Not Found</html>", "401 invalid_api_key", "none key fake", "key.accepted", Pass, ""},
	// An answer that holds an error is no success, whatever its status.
	{0, "401 missing_api_key", `200 {"error":"Unauthorized"}`, "", "none key", "key.unproven", Unknown, "neither a plain success nor"},
	{0, "401 missing_api_key", `200 {"errors":[{"message":"no"}]}`, "", "none key", "key.unproven", Unknown, "neither a plain success nor"},
	{0, "401 missing_api_key", `200 {"success":false}`, "", "none key", "key.unproven", Unknown, "neither a plain success nor"},
	{1, "401 missing_api_key", "200 invalid_api_key", "", "none key", "key.rejected", Fail, "rejects"},
	{3, "401 missing_api_key", `200 {"error":null,"errors":[],"ok":true}`, "", "none key", "key.accepted", Pass, ""},
	// Where the made-up key was to decide, and is not answered for what it is.
	{14, "401 missing_api_key", "422 {}", "429", "none key fake", "key.unproven", Unknown, "a limit stopped"},
	{17, "401 missing_api_key", "422 {}", "403 <html>error code: 1015</html>", "none key fake", "key.unproven", Unknown, "would have decided"},
	{18, "401 missing_api_key", "422 {}", "302 https://elsewhere.example/", "none key fake", "key.unproven", Unknown, "would have decided"},
	{19, "401 missing_api_key", "422 {}", "500", "none key fake", "key.unproven", Unknown, "would have decided"},
	{20, "401 missing_api_key", "422 {}", "0", "none key fake", "key.unproven", Unknown, "would have decided"},
	// Answers that prove nothing, whatever they look like.
	{0, "404", "200 {}", "", "none key", "key.unproven", Unknown, "a hint at most"},
	{0, "404", "422 missing_content", "", "none key", "key.unproven", Unknown, "a hint at most"},
	{0, "402 {}", "200 {}", "", "none key", "key.unproven", Unknown, "payment or quota"},
	{0, "401 missing_api_key", "409", "", "none key", "key.unproven", Unknown, "neither a plain success nor"},
	{0, "401 missing_api_key", "422 {}", "404", "none key fake", "key.unproven", Unknown, "a hint at most"},
	{0, "401 missing_api_key", "402", "402", "none key fake", "key.unproven", Unknown, "fit no pattern"},
}

func TestKeyTable(t *testing.T) {
	for _, c := range keyTableCases {
		name := fmt.Sprintf("row %d: %s | %s | %s", c.row, c.none, c.key, c.fake)
		s := &scripted{none: c.none, key: c.key, fake: c.fake}
		target := keyTarget(s.start(t), testKey)
		target.Endpoint = "/v1/text"
		r := Run(inTime(t), catalog.KeyCheck, target)
		if len(r.Findings) != 1 || r.Findings[0].ID != c.id || r.Status != c.status || !strings.Contains(r.Summary, c.says) {
			t.Errorf("%s:\ngot %+v\nwant %s, %s, %q", name, r, c.status, c.id, c.says)
			continue
		}
		if sent := s.sent(); sent != c.sent {
			t.Errorf("%s: sent %q, want %q", name, sent, c.sent)
		}
		evidence := evidenceText(r)
		for _, who := range strings.Fields(c.sent) {
			if label := map[string]string{"none": "without a key=", "key": "with the key=", "fake": "with a made-up key="}[who]; !strings.Contains(evidence, label) {
				t.Errorf("%s: no evidence %q in %s", name, label, evidence)
			}
		}
		if len(s.requests()) > 3 || !strings.Contains(evidence, "key=klyr…8sVd (31 characters), from environment KLYRA_API_KEY") || !strings.Contains(evidence, "sent=POST to /v1/text") {
			t.Errorf("%s: %d requests, evidence %s", name, len(s.requests()), evidence)
		}
		if c.status != Pass && r.Findings[0].Remedy == "" {
			t.Errorf("%s: no remedy", name)
		}
		if strings.Contains(fmt.Sprint(r), "x=1") {
			t.Errorf("%s: a redirect's query is shown", name)
		}
	}
}

func TestKeyTableIsTestedWhole(t *testing.T) {
	tested := map[int]bool{}
	for _, c := range keyTableCases {
		s := &scripted{none: c.none, key: c.key, fake: c.fake}
		p := keyProbe{t: Target{API: s.start(t), Endpoint: "/v1/text"}, key: safe.NewSecret(testKey), path: "/"}
		row := p.decide(inTime(t))
		if row.number != c.row {
			t.Errorf("%s | %s | %s: row %d, want %d", c.none, c.key, c.fake, row.number, c.row)
		}
		tested[row.number] = true
	}
	for number := range 21 {
		if !tested[number] {
			t.Errorf("row %d is not tested", number)
		}
	}
	for i, row := range keyRows {
		if !tested[row.number] {
			t.Errorf("row %d is not tested", row.number)
		}
		if row.id != "" && (row.status == "" || row.summary == "" || row.remedy == "" && row.status != Pass) || row.none == 0 || row.key == 0 || row.fake == 0 {
			t.Errorf("row %d (%d) is not whole: %+v", i, row.number, row)
		}
	}
}

// A remedy is read in the terminal, in the app, in JSON and in a report: what stands above or beside it differs.
func TestKeyRemediesPointNowhere(t *testing.T) {
	places := regexp.MustCompile(`\b(above|below|beside)\b`)
	for _, row := range append(slices.Clone(keyRows), undecided) {
		if at := places.FindString(row.remedy); at != "" {
			t.Errorf("row %d says %q: %s", row.number, at, row.remedy)
		}
	}
}

// A key that was made a moment ago may not be known everywhere: that is for the user to try, not for the probe.
func TestAFreshKeyIsNotRetried(t *testing.T) {
	s := &scripted{none: "401 missing_api_key", key: "401 invalid_api_key", fake: "401 invalid_api_key"}
	r := Run(inTime(t), catalog.KeyCheck, keyTarget(s.start(t), testKey))
	if s.sent() != "none key" || !strings.Contains(r.Remedy(), "made a moment ago may need a minute: run this once more") {
		t.Errorf("sent %q, remedy %q", s.sent(), r.Remedy())
	}
}

// allClasses are the classes that an answer can have.
func allClasses() (all []class) {
	for c := gotNothing; c <= gotOther; c <<= 1 {
		all = append(all, c)
	}
	return all
}

// combination is one run of the probe: what is asked, and the row that it leads to.
type combination struct {
	answers
	sent int
	row  keyRow
	// withheld says that the made-up key was wanted, and not sent.
	withheld bool
}

// walk asks in the probe's order for answers that are known beforehand.
func walk(a answers, ci bool) combination {
	c := combination{answers: a, sent: 1, row: undecided}
	seen := a
	seen.key, seen.fake = unsent, unsent
	if row, found := seen.verdict(); found {
		c.row = row
		return c
	}
	c.sent, seen.key = 2, a.key
	if row, found := seen.verdict(); found {
		c.row = row
		return c
	}
	if !seen.fakeDecides() {
		return c
	}
	if c.withheld = ci; ci {
		seen.fake = withheld
	} else {
		c.sent, seen.fake = 3, a.fake
	}
	if row, found := seen.verdict(); found {
		c.row = row
	}
	return c
}

// combinations walks through all that three answers can be, and all ways in which they can be alike.
func combinations(ci bool) (all []combination) {
	classes := allClasses()
	for _, none := range append(slices.Clone(classes), gotLast) {
		for _, key := range classes {
			for _, fake := range classes {
				for same := range 8 {
					a := answers{none: none, key: key, fake: fake}
					a.alike[keyAsNone], a.alike[fakeAsKey], a.alike[fakeAsNone] = same&1 > 0, same&2 > 0, same&4 > 0
					// Answers that are alike are of one class.
					if a.alike[keyAsNone] && none != key || a.alike[fakeAsKey] && fake != key || a.alike[fakeAsNone] && fake != none {
						continue
					}
					all = append(all, walk(a, ci))
				}
			}
		}
	}
	return all
}

// mayAccept is the rule for acceptance, told apart from the table: the key gets a success where none is refused
// for want of one; or a made-up key is refused for authentication and this one is not.
func mayAccept(c combination) bool {
	locked := c.none&(gotUnknownKey|gotExpired|gotNoKey|gotMalformed|gotForbidden) != 0
	refusedAlike := c.none == gotForbidden && c.fake == gotForbidden && c.alike[fakeAsNone]
	fakeRefused := c.sent == 3 && (c.fake&(gotUnknownKey|gotExpired|gotNoKey) != 0 || refusedAlike)
	return locked && (c.key == gotSuccess || c.key == gotPast && fakeRefused)
}

// mayReject is the rule for rejection: the key itself is refused for authentication, whatever the others are.
func mayReject(c combination) bool {
	return c.sent == 2 && c.key&(gotUnknownKey|gotExpired|gotNoKey|gotMalformed) != 0
}

// mayRecognise is the rule for a key that is known, but refused or limited: a made-up one is answered otherwise;
// where none may be sent, the API's own word that the key lacks a permission has to do.
func mayRecognise(c combination) bool {
	if c.withheld {
		return c.key == gotDenied
	}
	return c.sent == 3 && c.key != gotSuccess && c.key != gotPast && !c.alike[fakeAsKey] &&
		c.fake&(gotUnknownKey|gotExpired|gotNoKey|gotForbidden|gotBlocked|gotDenied) != 0
}

// allowed reports whether a combination may lead to the verdict that it leads to.
func allowed(c combination) bool {
	switch c.row.id {
	case "key.accepted":
		return mayAccept(c)
	case "key.likely_accepted":
		return c.sent == 3 && c.key == gotPast && c.fake == gotMalformed
	case "key.rejected":
		return mayReject(c)
	case "key.expired":
		return mayReject(c) && c.key == gotExpired
	case "key.refused", "key.limited":
		return mayRecognise(c)
	case "":
		return c.none == gotNothing || c.key == gotNothing
	}
	return c.row.id == "key.unproven"
}

// TestTheKeyIsSentOnlyWhereItDecides: the answer without a key lets it be sent only where there are answers to it that
// settle something.
func TestTheKeyIsSentOnlyWhereItDecides(t *testing.T) {
	sent, settles := map[class]bool{}, map[class]bool{}
	for _, c := range combinations(false) {
		sent[c.none] = sent[c.none] || c.sent > 1
		settles[c.none] = settles[c.none] || c.sent > 1 && c.row.id != "" && c.row.status != Unknown
	}
	for none, is := range sent {
		if is != settles[none] {
			t.Errorf("%b: the key is sent: %v; that settles anything: %v", none, is, settles[none])
		}
	}
}

func TestKeyTableOverAllAnswers(t *testing.T) {
	reached := map[string]bool{}
	for _, ci := range []bool{false, true} {
		for _, c := range combinations(ci) {
			reached[c.row.summary+c.row.remedy+fmt.Sprint(c.row.number, c.row.none)] = true
			if !allowed(c) {
				t.Errorf("CI %v, %b | %b | %b, alike %v: %s (row %d) is not allowed", ci, c.none, c.key, c.fake, c.alike, c.row.id, c.row.number)
			}
			if c.none&(gotNothing|gotRedirect|gotStranger|gotLimited|gotLast) != 0 && c.sent > 1 {
				t.Errorf("%b: the key is sent although the answer without one forbids it", c.none)
			}
			if c.sent == 3 && (ci || c.none&(gotLocked|gotForbidden) == 0 || mayReject(combination{answers: c.answers, sent: 2})) {
				t.Errorf("CI %v, %b | %b: a made-up key is sent, which decides nothing", ci, c.none, c.key)
			}
			if mayReject(c) != (c.row.id == "key.rejected" || c.row.id == "key.expired") && c.sent == 2 && c.row.status != Unknown {
				t.Errorf("%b | %b: %s for a key that is refused", c.none, c.key, c.row.id)
			}
		}
	}
	for i, row := range keyRows {
		if !reached[row.summary+row.remedy+fmt.Sprint(row.number, row.none)] {
			t.Errorf("row %d (%d) is never reached: %s", i, row.number, row.summary)
		}
	}
}
