package checks

import (
	"fmt"
	"strings"
	"testing"
)

func TestParts(t *testing.T) {
	for _, c := range []struct {
		texts []string
		want  string
		says  string
	}{
		{[]string{"One.", "Two.", "Three."}, "content.fits=pass", "all 3 parts fit"},
		{[]string{"One.", strings.Repeat("word ", 600)}, "content.too_many_words=fail content.fits=pass", "2.txt: the text is likely too long"},
		{[]string{"One.", "\ufeffTwo."}, "content.bom=warn content.fits=pass", "1 of 2 parts pass"},
		{strings.Fields(strings.Repeat("\ufeff ", 7)), strings.Repeat("content.empty=fail ", 5) + "content.fits=pass", "0 of 7 parts pass"},
	} {
		whole := Content{Name: "parts"}
		for i, text := range c.texts {
			whole.Parts = append(whole.Parts, contentOf(fmt.Sprintf("%d.txt", i+1), []byte(text)))
		}
		r := runContent(whole, AnyMedia)
		if got := contentFound(r); got != c.want || !strings.Contains(contentSaid(r), c.says) {
			t.Errorf("found %s, want %s\n%s", got, c.want, contentSaid(r))
		}
	}
}
