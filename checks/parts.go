package checks

import (
	"context"
	"fmt"
)

// mostParts is how many parts that do not pass are told apart.
const mostParts = 5

// surveyedParts surveys the parts of a content one after another, and names those with which anything is wrong.
func surveyedParts(ctx context.Context, c Content, expect Media) Result {
	r := Result{Target: c.Name}
	total, wrong := int64(len(c.Parts)), int64(0)
	for _, part := range c.Parts {
		one := surveyed(ctx, part, expect).judged()
		if ctx.Err() != nil {
			return Result{Target: c.Name, Findings: []Finding{contentStopped(ctx)}}
		}
		if r.Media = one.Media; one.Status == Pass {
			continue
		}
		if wrong++; wrong <= mostParts {
			for _, f := range one.Findings {
				f.Summary = part.Name + ": " + f.Summary
				r.Findings = append(r.Findings, f)
			}
		}
	}
	summary := fmt.Sprintf("all %s fit: nothing wrong found in any of them", Counted(total, "part"))
	if wrong > 0 {
		summary = fmt.Sprintf("%s of %s pass", Grouped(total-wrong), Counted(total, "part"))
	}
	r.Findings = append(r.Findings, Finding{ID: "content.fits", Status: Pass, Summary: summary})
	return r
}
