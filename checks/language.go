package checks

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/RadhiFadlillah/whatlanggo"
)

const (
	languageSample  = 16 << 10 // bytes of a text that its language is guessed from
	languageLetters = 40       // fewer tell no language: statistics of letters need some
	secondScript    = 0.2      // share of a second script from which on a text counts as mixed
	halvesLetters   = 400      // from so many letters on the halves of a text are compared
)

// languageGuess is what a text seems to be written in. Either language or unsure is set.
type languageGuess struct {
	language string // "Dutch"; "" where it cannot be told
	unsure   string // why it cannot be told, as a clause
	basis    string // what the guess rests on
	letters  int    // without what is no speech
	scripts  []scriptShare
}

// scriptShare is how much of a text's letters one script has, from 0 to 1.
type scriptShare struct {
	name  string
	share float64
}

// noSpeech matches what says nothing of a language: code, markup, addresses, names, encoded data.
var noSpeech = regexp.MustCompile("(?s)```.*?(?:```|$)|`[^`\n]*`|" +
	`<[!/a-zA-Z][^<>]{0,500}>|&#?\w{2,8};|` +
	`(?:https?|ftp|data|mailto):\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.-]+|[@#][\pL\pN_]+|` +
	`[A-Za-z0-9+/_-]{30,}={0,2}|\S*[\\/_{}()\[\]<>=;|$]\S*`)

// guessLanguage guesses what a text is written in. It is a guess: names, slang and mixed text mislead it.
func guessLanguage(text string) languageGuess {
	speech := noSpeech.ReplaceAllString(text, " ")
	g := languageGuess{}
	g.scripts, g.letters = scriptsOf(speech)
	switch {
	case g.letters == 0:
		g.unsure = "it holds no letters of any language"
	case g.letters < languageLetters && distinctive[g.script()] == "":
		g.unsure = fmt.Sprintf("%s tell too little, %d are needed", counted(int64(g.letters), "letter"), languageLetters)
	case len(g.scripts) > 1 && g.scripts[1].share >= secondScript:
		g.unsure = "it mixes scripts"
	case distinctive[g.script()] != "":
		g.language, g.basis = distinctive[g.script()], "its script"
	case strings.ContainsAny(speech, unsoughtLetters):
		g.unsure = "it has letters of a language that this program does not know"
	default:
		g.byLetters(speech)
	}
	return g
}

// script returns the name of the script that most letters are of; "" where there are none.
func (g languageGuess) script() string {
	if len(g.scripts) == 0 {
		return ""
	}
	return g.scripts[0].name
}

// shares shows the scripts: "Latin 96 %, Greek 4 %".
func (g languageGuess) shares() string {
	var all []string
	for _, s := range g.scripts {
		all = append(all, fmt.Sprintf("%s %.0f %%", s.name, s.share*100))
	}
	return strings.Join(all, ", ")
}

// scriptsOf counts the letters of each script, the most frequent first. The three that Japanese mixes count as
// one where its own two are there.
func scriptsOf(text string) (shares []scriptShare, letters int) {
	counts := map[string]int{}
	last := "Latin"
	for _, r := range text {
		if !unicode.IsLetter(r) || unicode.Is(unicode.Common, r) {
			continue
		}
		if r >= 0x80 && !unicode.Is(unicode.Scripts[last], r) {
			last = cmp.Or(scriptOf(r), "Common")
		} else if r < 0x80 {
			last = "Latin"
		}
		counts[last]++
		letters++
	}
	if kana := counts["Hiragana"] + counts["Katakana"]; kana > 0 && kana*20 >= counts["Han"] {
		counts["Japanese"] = kana + counts["Han"]
		delete(counts, "Hiragana")
		delete(counts, "Katakana")
		delete(counts, "Han")
	}
	for name, n := range counts {
		shares = append(shares, scriptShare{strings.ReplaceAll(name, "_", " "), float64(n) / float64(letters)})
	}
	slices.SortFunc(shares, func(a, b scriptShare) int {
		return cmp.Or(cmp.Compare(b.share, a.share), strings.Compare(a.name, b.name))
	})
	return shares, letters
}

// distinctive holds the scripts that, in what people write today, stand for one language.
var distinctive = map[string]string{
	"Japanese": "Japanese", "Han": "Chinese", "Hangul": "Korean", "Greek": "Greek", "Thai": "Thai", "Lao": "Lao", "Khmer": "Khmer",
	"Myanmar": "Burmese", "Georgian": "Georgian", "Armenian": "Armenian", "Bengali": "Bengali or Assamese", "Tamil": "Tamil",
	"Telugu": "Telugu", "Kannada": "Kannada", "Malayalam": "Malayalam", "Gujarati": "Gujarati", "Gurmukhi": "Punjabi", "Oriya": "Odia",
	"Sinhala": "Sinhala", "Tibetan": "Tibetan", "Thaana": "Divehi",
}

// languageNames holds the languages that are looked for by the frequency of letters: those that much is written
// in. More of them would only be more to be mistaken for.
var languageNames = map[whatlanggo.Lang]string{
	whatlanggo.Eng: "English", whatlanggo.Spa: "Spanish", whatlanggo.Por: "Portuguese", whatlanggo.Fra: "French", whatlanggo.Deu: "German",
	whatlanggo.Ita: "Italian", whatlanggo.Nld: "Dutch", whatlanggo.Pol: "Polish", whatlanggo.Ces: "Czech or Slovak", whatlanggo.Ron: "Romanian",
	whatlanggo.Hun: "Hungarian", whatlanggo.Swe: "Swedish", whatlanggo.Dan: "Danish", whatlanggo.Nob: "Norwegian", whatlanggo.Fin: "Finnish",
	whatlanggo.Est: "Estonian", whatlanggo.Lav: "Latvian", whatlanggo.Lit: "Lithuanian", whatlanggo.Tur: "Turkish", whatlanggo.Vie: "Vietnamese",
	whatlanggo.Ind: "Indonesian or Malay", whatlanggo.Tgl: "Tagalog", whatlanggo.Hrv: "Croatian, Bosnian or Serbian", whatlanggo.Slv: "Slovene",
	whatlanggo.Azj: "Azerbaijani", whatlanggo.Uzb: "Uzbek",
	whatlanggo.Rus: "Russian", whatlanggo.Ukr: "Ukrainian", whatlanggo.Bel: "Belarusian", whatlanggo.Bul: "Bulgarian",
	whatlanggo.Srp: "Serbian", whatlanggo.Mkd: "Macedonian",
	whatlanggo.Arb: "Arabic", whatlanggo.Pes: "Persian", whatlanggo.Urd: "Urdu",
	whatlanggo.Hin: "Hindi", whatlanggo.Mar: "Marathi", whatlanggo.Nep: "Nepali",
	whatlanggo.Heb: "Hebrew", whatlanggo.Ydd: "Yiddish", whatlanggo.Amh: "Amharic", whatlanggo.Tir: "Tigrinya",
}

var soughtLanguages = func() whatlanggo.Options {
	sought := map[whatlanggo.Lang]bool{}
	for lang := range languageNames {
		sought[lang] = true
	}
	return whatlanggo.Options{Whitelist: sought}
}()

// byLetters guesses by how often which letters follow each other. A long text of two languages has two halves
// that look different.
func (g *languageGuess) byLetters(speech string) {
	g.language = likelyLanguage(speech)
	g.basis = "which letters follow each other"
	if g.language == "" {
		g.unsure = "several languages fit about as well"
		return
	}
	if g.letters < halvesLetters {
		return
	}
	middle := len(speech) / 2
	middle += max(strings.IndexByte(speech[middle:], ' '), 0)
	first, second := likelyLanguage(speech[:middle]), likelyLanguage(speech[middle:])
	if first != "" && second != "" && first != second {
		g.language, g.unsure = "", fmt.Sprintf("it seems to mix languages: %s at first, later %s", first, second)
	}
}

// likelyLanguage returns the language that letters fit best; "" where the difference to the next is too small.
func likelyLanguage(text string) string {
	info := whatlanggo.DetectWithOptions(text, soughtLanguages)
	for _, rule := range letterRules[info.Lang] {
		switch has, lacks := strings.ContainsAny(text, rule.letters), strings.ContainsAny(text, rule.others); {
		case has && !lacks:
			return languageNames[rule.lang]
		case rule.decides && !has:
			return ""
		}
	}
	if !info.IsReliable() {
		return ""
	}
	return languageNames[info.Lang]
}

// letterRule tells languages apart that look alike by a few letters of their own.
type letterRule struct {
	lang    whatlanggo.Lang
	letters string // that lang has
	others  string // that lang does not have
	decides bool   // without any of the letters nothing can be told
}

const (
	eastSlavic = "ыэъёЫЭЪЁ"
	ukrainian  = "іїєґІЇЄҐ"
	urduOnly   = "ٹڈڑںے"
	persian    = "پچژگ"
)

// unsoughtLetters belong to languages of Cyrillic and Arabic script that are not looked for, such as Kazakh, Tatar,
// Mongolian, Pashto and Sindhi.
const unsoughtLetters = "әғқңөұүһҗҙҡҫӘҒҚҢӨҰҮҺҖҘҠҪ" + "ټډړښږڼځڅېۍٻڄڇڊڏڳڱ"

// letterRules holds by the language that was found first what to look for.
var letterRules = map[whatlanggo.Lang][]letterRule{
	whatlanggo.Rus: {{whatlanggo.Ukr, ukrainian, eastSlavic + "ўЎ", false}, {whatlanggo.Rus, eastSlavic, ukrainian + "ўЎ", true}},
	whatlanggo.Ukr: {{whatlanggo.Rus, eastSlavic, ukrainian + "ўЎ", false}, {whatlanggo.Ukr, ukrainian, eastSlavic + "ўЎ", true}},
	whatlanggo.Arb: {{whatlanggo.Urd, urduOnly, "", false}, {whatlanggo.Pes, persian, urduOnly, false}},
	whatlanggo.Pes: {{whatlanggo.Urd, urduOnly, "", false}, {whatlanggo.Pes, persian, urduOnly, false}},
	whatlanggo.Urd: {{whatlanggo.Urd, urduOnly, "", false}, {whatlanggo.Pes, persian, urduOnly, false}},
}

// finding says what a text seems to be written in. It never judges: which languages Klyra takes is not public.
func (g languageGuess) finding() Finding {
	f := Finding{
		ID: "content.language", Status: Pass,
		Summary: "the text looks like " + g.language + " (a guess)",
		Evidence: []Evidence{
			{"guessed by", fmt.Sprintf("%s, of %s", g.basis, counted(int64(g.letters), "letter"))},
			{"supported", "over 50 languages (documented); the list is not public, so whether this one is among them only Klyra's documentation or support can say"},
		},
	}
	if g.unsure != "" {
		f.ID, f.Summary = "content.language_unsure", "no guess at the text's language: "+g.unsure
		f.Evidence = nil
		if g.letters > 0 {
			f.Evidence = []Evidence{{"letters", fmt.Sprintf("%s (%s)", grouped(int64(g.letters)), g.shares())}}
		}
	}
	return f
}
