package text

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/RadhiFadlillah/whatlanggo"
)

// FewestLetters is how many letters a language is told from at least: statistics of letters need some.
const FewestLetters = 40

const (
	secondScript  = 0.2 // share of a second script from which on a text counts as mixed
	halvesLetters = 400 // from so many letters on the halves of a text are compared
)

// Language is what a text seems to be written in. Either Name or Doubt is set.
type Language struct {
	Name     string        // "Dutch", "Czech or Slovak"; "" where it cannot be told
	Doubt    Doubt         // why it cannot be told
	ByScript bool          // Name rests on the script alone, and not on which letters follow each other
	Letters  int           // without those of what is no speech: code, markup, addresses, names, encoded data
	Scripts  []ScriptShare // the most frequent first; nil where there are no letters
	Halves   [2]string     // the languages of the halves, where they are the doubt
}

// ScriptShare is how much of a text's letters one script has, from 0 to 1.
type ScriptShare struct {
	Name  string // "Latin", "Japanese"
	Share float64
}

// Doubt is why a language cannot be told.
type Doubt string

const (
	NoDoubt        Doubt = ""
	NoLetters      Doubt = "no letters"
	FewLetters     Doubt = "few letters" // less than FewestLetters
	ManyScripts    Doubt = "many scripts"
	ForeignLetters Doubt = "foreign letters" // of a language that is not looked for
	CloseRivals    Doubt = "close rivals"    // several languages fit about as well
	UnlikeHalves   Doubt = "unlike halves"   // the first half is in another language than the second
)

// noSpeech matches what says nothing of a language: code, markup, addresses, names, encoded data.
var noSpeech = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?s)```.*?(?:```|$)|`[^`\n]*`|" +
		`<[!/a-zA-Z][^<>]{0,500}>|&#?\w{2,8};|` +
		`(?:https?|ftp|data|mailto):\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.-]+|[@#][\pL\pN_]+|` +
		`[A-Za-z0-9+/_-]{30,}={0,2}|\S*[\\/_{}()\[\]<>=;|$]\S*`)
})

// GuessLanguage guesses what a text is written in; some kilobytes of it are enough. It is a guess: names, slang and
// mixed text mislead it.
func GuessLanguage(text string) Language {
	speech := noSpeech().ReplaceAllString(text, " ")
	l := Language{}
	l.Scripts, l.Letters = scriptsOf(speech)
	switch {
	case l.Letters == 0:
		l.Doubt = NoLetters
	case l.Letters < FewestLetters && distinctive[l.Scripts[0].Name] == "":
		l.Doubt = FewLetters
	case len(l.Scripts) > 1 && l.Scripts[1].Share >= secondScript:
		l.Doubt = ManyScripts
	case distinctive[l.Scripts[0].Name] != "":
		l.Name, l.ByScript = distinctive[l.Scripts[0].Name], true
	case strings.ContainsAny(speech, unsoughtLetters):
		l.Doubt = ForeignLetters
	default:
		l.byLetters(speech)
	}
	return l
}

// scriptsOf counts the letters of each script, the most frequent first. The three that Japanese mixes count as
// one where its own two are there.
func scriptsOf(text string) (shares []ScriptShare, letters int) {
	counts := map[string]int{}
	last := "Latin"
	for _, r := range text {
		if !unicode.IsLetter(r) || unicode.Is(unicode.Common, r) {
			continue
		}
		if r >= 0x80 && !unicode.Is(unicode.Scripts[last], r) {
			last = cmp.Or(Script(r), "Common")
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
		shares = append(shares, ScriptShare{strings.ReplaceAll(name, "_", " "), float64(n) / float64(letters)})
	}
	slices.SortFunc(shares, func(a, b ScriptShare) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), strings.Compare(a.Name, b.Name))
	})
	return shares, letters
}

// Script names the script of a character; "" for those of no script of their own, as digits and hyphens.
func Script(r rune) string {
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return ""
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
func (l *Language) byLetters(speech string) {
	if l.Name = likelyLanguage(speech); l.Name == "" {
		l.Doubt = CloseRivals
		return
	}
	if l.Letters < halvesLetters {
		return
	}
	middle := len(speech) / 2
	middle += max(strings.IndexByte(speech[middle:], ' '), 0)
	first, second := likelyLanguage(speech[:middle]), likelyLanguage(speech[middle:])
	if first != "" && second != "" && first != second {
		l.Name, l.Doubt, l.Halves = "", UnlikeHalves, [2]string{first, second}
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
