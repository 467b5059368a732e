package checks

import (
	"strings"
	"testing"
)

const (
	english = "Nobody in this group wants to read your advertisements again and again."
	french  = "Personne dans ce groupe ne veut relire chaque jour tes annonces de montres."
	german  = "Niemand in dieser Gruppe möchte jeden Tag deine Werbung für billige Uhren lesen."
)

// TestLanguageOfFields: the texts in a request body get their hints one by one.
func TestLanguageOfFields(t *testing.T) {
	content := contentOf("body.json", []byte(`{"inputs": ["`+english+`", "`+french+`"]}`))
	r := runContent(content, AnyMedia)
	for _, want := range []string{"field inputs[0]: the text looks like English", "field inputs[1]: the text looks like French"} {
		if !strings.Contains(contentSaid(r), want) {
			t.Errorf("not said: %q\n%s", want, contentSaid(r))
		}
	}
	if got := contentFound(r); got != "content.fits=pass" {
		t.Errorf("found %s", got)
	}
}

// TestLanguageHints: a text gets a hint and no more, whatever it is written in.
func TestLanguageHints(t *testing.T) {
	russian := "Никто в этой группе не хочет каждый день читать вашу рекламу. "
	long := strings.Repeat(german+" ", 5) + strings.Repeat(english+" ", 5)
	for _, c := range []struct{ name, text, want, says string }{
		{"english", english, "content.language=pass", "looks like English (a guess)"},
		{"the list is not public", english, "content.language=pass", "the list is not public"},
		{"a word", "lol", "content.language_unsure=pass", "3 letters tell too little, 40 are needed"},
		{"a short one of a script of its own", "ไม่เอา", "content.language=pass", "guessed by: its script"},
		{"no letters", "12 + 34 = 46 !!! 🙂🙂", "content.language_unsure=pass", "no letters of any language"},
		{"code", "`SELECT name, age, town FROM people WHERE age > 30 ORDER BY name`", "content.language_unsure=pass", "no letters"},
		{"addresses", "https://example.org/some/long/path/to/a/thing me.and.you@example.org @somebody #tag", "content.language_unsure=pass", "no letters"},
		{"encoded", strings.Repeat("QUJDREVGR0hJSktMTU5PUFFS", 4), "content.language_unsure=pass", "no letters"},
		{"two scripts", english + " " + russian, "content.language_unsure=pass", "it mixes scripts"},
		{"their shares", english + " " + russian, "content.language_unsure=pass", "Latin 54 %, Cyrillic 46 %"},
		{"two languages", long, "content.language_unsure=pass", "German at first, later English"},
		{"russian or ukrainian", "Вода на планете остается там, вода на планете остается там, и вода", "content.language_unsure=pass", ""},
		{"markup", "<div class=\"de en fr und der die das\"><b>" + english + "</b></div>", "content.language=pass", "English"},
		{"garbage", strings.Repeat("zxqv wkjf pqzx ", 10), "content.language_unsure=pass", "several languages fit"},
		{"none for a broken one", "caf\xe9 au lait", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := runContent(contentOf("", []byte(c.text)), Text)
			if got := hintsFound(r); got != c.want {
				t.Errorf("found %s, want %s\n%s", got, c.want, contentSaid(r))
			}
			if !strings.Contains(contentSaid(r), c.says) {
				t.Errorf("not said: %q\n%s", c.says, contentSaid(r))
			}
		})
	}
}
