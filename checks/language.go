package checks

import (
	"fmt"
	"strings"

	"klyra-doctor/checks/text"
)

// languageFinding says what a text seems to be written in. It never judges: which languages Klyra takes is not public.
func languageFinding(l text.Language) Finding {
	basis := "which letters follow each other"
	if l.ByScript {
		basis = "its script"
	}
	f := Finding{
		ID: "content.language", Status: Pass,
		Summary: "the text looks like " + l.Name + " (a guess)",
		Evidence: []Evidence{
			{"guessed by", fmt.Sprintf("%s, of %s", basis, Counted(int64(l.Letters), "letter"))},
			{"supported", "over 50 languages (documented); the list is not public, so whether this one is among them only Klyra's documentation or support can say"},
		},
	}
	if l.Doubt != text.NoDoubt {
		f.ID, f.Summary = "content.language_unsure", "no guess at the text's language: "+doubtInWords(l)
		f.Evidence = nil
		if l.Letters > 0 {
			f.Evidence = []Evidence{{"letters", fmt.Sprintf("%s (%s)", Grouped(int64(l.Letters)), scriptShares(l))}}
		}
	}
	return f
}

// doubtInWords is why a text's language cannot be told, as a clause.
func doubtInWords(l text.Language) string {
	switch l.Doubt {
	case text.NoLetters:
		return "it holds no letters of any language"
	case text.FewLetters:
		return fmt.Sprintf("%s tell too little, %d are needed", Counted(int64(l.Letters), "letter"), text.FewestLetters)
	case text.ManyScripts:
		return "it mixes scripts"
	case text.ForeignLetters:
		return "it has letters of a language that this program does not know"
	case text.UnlikeHalves:
		return fmt.Sprintf("it seems to mix languages: %s at first, later %s", l.Halves[0], l.Halves[1])
	}
	return "several languages fit about as well"
}

// scriptShares shows the scripts of a text's letters: "Latin 96 %, Greek 4 %".
func scriptShares(l text.Language) string {
	var all []string
	for _, s := range l.Scripts {
		all = append(all, fmt.Sprintf("%s %.0f %%", s.Name, s.Share*100))
	}
	return strings.Join(all, ", ")
}
