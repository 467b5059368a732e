package guide

import (
	"context"

	"klyra-doctor/catalog"
	"klyra-doctor/catalog/paste"
	"klyra-doctor/checks"
)

// Run runs every check of the checklist whose inputs are known, side by side as far as their needs allow,
// and returns the checklist with all their results. Checks whose inputs are not known are skipped, the
// user's own steps stay to do. Started, which may be nil, is called with each step as its check starts.
func (c Checklist) Run(ctx context.Context, started func(Step)) Checklist {
	type finished struct {
		step, run int
		result    checks.Result
	}
	results := make(chan finished)
	running := 0
	for c = c.SkipMissing(); ; {
		for _, i := range c.Ready() {
			var run int
			c, run = c.Start(i)
			if started != nil {
				started(c.Steps[i])
			}
			check, target := c.Steps[i].Check, c.Target
			go func() { results <- finished{i, run, checks.Run(ctx, check, target)} }()
			running++
		}
		if running == 0 {
			return c
		}
		f := <-results
		running--
		c = c.Record(f.step, f.run, f.result)
	}
}

// ForFinding begins the checklist that a finding leads to: the one of its code for an envelope, one that
// finds out who is unreachable for a gateway or network finding. False where it leads to none: another
// API's error, an unknown code.
func ForFinding(f paste.Finding, target checks.Target, diagnosis *paste.Diagnosis) (Checklist, bool) {
	entry, known := catalog.Lookup(string(f.Code))
	switch f.Kind {
	case paste.Envelope, paste.Mention:
		return New(entry, target, diagnosis), known
	case paste.Gateway, paste.Network:
		hasURL := fill(target, diagnosis).Has(catalog.URLInput)
		c := New(reachability(entry, hasURL), target, diagnosis)
		c.Unanswered = true
		return c, true
	}
	return Checklist{}, false
}

// reachability is the checklist where no answer of the API was seen: what stands between here and there. The
// entry, which may be the zero one, is of the nearest code.
func reachability(entry catalog.Entry, hasURL bool) catalog.Entry {
	entry.Steps = []catalog.Step{{
		Kind: catalog.CheckStep, Title: "Ask whether the API answers from here", Check: catalog.ServiceCheck,
		Detail: "Your client saw no answer of the API itself. This shows whether the API can be reached from this machine now, and whether it is the API or an edge in front of it that answers.",
	}}
	if hasURL {
		entry.Steps = append(entry.Steps, catalog.Step{
			Kind: catalog.CheckStep, Title: "Download the URL of your request from here", Check: catalog.URLCheck,
			Detail: "Where the request names a URL, a slow or unreachable host behind it can make the API's edge give up.",
		})
	}
	entry.Steps = append(entry.Steps, catalog.Step{
		Kind: catalog.DoStep, Title: "Send the request again",
		Detail: "Send it from the machine that failed. If it fails there and the checks pass here, look at what differs between the two: proxy, firewall, DNS, clock.",
	})
	return entry
}
