package checks

import (
	"cmp"
	"strings"
	"testing"
)

// languageCases are sentences of everyday moderation. A case with got is one that is known to come out other
// than it should: it stands here so that a change for the better or the worse is seen.
var languageCases = []struct{ want, text, got string }{
	{"English", "Nobody in this group wants to read your advertisements again and again.", ""},
	{"Spanish", "Nadie en este grupo quiere leer otra vez tus anuncios sobre relojes baratos.", "unsure"},
	{"Portuguese", "Ninguém neste grupo quer ler mais uma vez os teus anúncios de relógios baratos.", ""},
	{"French", "Personne dans ce groupe ne veut relire chaque jour tes annonces de montres.", ""},
	{"German", "Niemand in dieser Gruppe möchte jeden Tag deine Werbung für billige Uhren lesen.", ""},
	{"Italian", "Nessuno in questo gruppo vuole leggere ogni giorno la tua pubblicità di orologi.", ""},
	{"Dutch", "Niemand in deze groep wil elke dag jouw reclame voor goedkope horloges lezen.", "unsure"},
	{"Polish", "Nikt w tej grupie nie chce codziennie czytać twoich reklam tanich zegarków.", ""},
	{"Czech or Slovak", "Nikdo v této skupině nechce každý den číst tvoje reklamy na levné hodinky.", "unsure"},
	{"Romanian", "Nimeni din acest grup nu vrea să citească în fiecare zi reclamele tale la ceasuri.", ""},
	{"Hungarian", "Ebben a csoportban senki sem akarja minden nap a hirdetéseidet olvasni az olcsó órákról.", ""},
	{"Swedish", "Ingen i den här gruppen vill läsa din reklam för billiga klockor varje dag.", ""},
	{"Danish", "Ingen i denne gruppe har lyst til at læse din reklame for billige ure hver eneste dag.", "unsure"},
	{"Norwegian", "Ingen i denne gruppa har lyst til å lese reklamen din for billige klokker hver eneste dag.", "unsure"},
	{"Finnish", "Kukaan tässä ryhmässä ei halua lukea joka päivä mainoksiasi halvoista kelloista.", ""},
	{"Estonian", "Keegi selles rühmas ei taha iga päev lugeda sinu reklaami odavate kellade kohta.", ""},
	{"Latvian", "Neviens šajā grupā nevēlas katru dienu lasīt tavas reklāmas par lētiem pulksteņiem.", "unsure"},
	{"Lithuanian", "Niekas šioje grupėje nenori kasdien skaityti tavo reklamų apie pigius laikrodžius.", ""},
	{"Turkish", "Bu gruptaki hiç kimse her gün ucuz saatlerle ilgili reklamlarını okumak istemiyor.", ""},
	{"Vietnamese", "Không ai trong nhóm này muốn đọc quảng cáo đồng hồ giá rẻ của bạn mỗi ngày.", ""},
	{"Indonesian or Malay", "Tidak ada seorang pun di grup ini yang ingin membaca iklan jam tangan murahmu setiap hari.", ""},
	{"Tagalog", "Walang sinuman sa grupong ito ang gustong magbasa ng iyong mga patalastas araw-araw.", ""},
	{"Croatian, Bosnian or Serbian", "Nitko u ovoj grupi ne želi svaki dan čitati tvoje oglase za jeftine satove.", ""},
	{"Slovene", "Nihče v tej skupini noče vsak dan brati tvojih oglasov za poceni ure in nakit.", ""},
	{"Russian", "Никто в этой группе не хочет каждый день читать вашу рекламу дешёвых часов.", ""},
	{"Ukrainian", "Ніхто в цій групі не хоче щодня читати вашу рекламу дешевих годинників.", ""},
	{"Belarusian", "Ніхто ў гэтай групе не хоча кожны дзень чытаць вашу рэкламу танных гадзіннікаў.", ""},
	{"Bulgarian", "Никой в тази група не иска всеки ден да чете твоите реклами за евтини часовници.", ""},
	{"Serbian", "Нико у овој групи не жели сваког дана да чита твоје огласе за јефтине сатове.", ""},
	{"Arabic", "لا أحد في هذه المجموعة يريد أن يقرأ إعلاناتك عن الساعات الرخيصة كل يوم", ""},
	{"Persian", "هیچ‌کس در این گروه نمی‌خواهد هر روز آگهی‌های تو درباره ساعت‌های ارزان را بخواند", ""},
	{"Urdu", "اس گروپ میں کوئی بھی ہر روز سستی گھڑیوں کے بارے میں آپ کے اشتہار نہیں پڑھنا چاہتا", ""},
	{"Hindi", "इस समूह में कोई भी हर दिन सस्ती घड़ियों के बारे में आपके विज्ञापन नहीं पढ़ना चाहता है", ""},
	{"Marathi", "या गटातील कोणालाही दररोज तुमच्या स्वस्त घड्याळांच्या जाहिराती पुन्हा पुन्हा वाचायच्या नाहीत", ""},
	{"Hebrew", "אף אחד בקבוצה הזאת לא רוצה לקרוא כל יום את הפרסומות שלך לשעונים זולים", ""},
	{"Greek", "Κανείς σε αυτή την ομάδα δεν θέλει να διαβάζει κάθε μέρα τις διαφημίσεις σου.", ""},
	{"Chinese", "这个群里没有人愿意每天看到你的便宜手表广告。", ""},
	{"Japanese", "このグループの誰も、毎日あなたの安い時計の広告を読みたくありません。", ""},
	{"Korean", "이 그룹의 누구도 매일 당신의 값싼 시계 광고를 읽고 싶어 하지 않습니다.", ""},
	{"Thai", "ไม่มีใครในกลุ่มนี้อยากอ่านโฆษณานาฬิการาคาถูกของคุณทุกวัน", ""},
	{"Georgian", "ამ ჯგუფში არავის სურს ყოველდღე იაფი საათების რეკლამის კითხვა.", ""},
	{"Armenian", "Այս խմբում ոչ ոք չի ուզում ամեն օր կարդալ քո գովազդները։", ""},
	{"Tamil", "இந்தக் குழுவில் யாரும் தினமும் உங்கள் விளம்பரங்களைப் படிக்க விரும்பவில்லை.", ""},
	{"Bengali or Assamese", "এই দলের কেউই প্রতিদিন তোমার সস্তা ঘড়ির বিজ্ঞাপন পড়তে চায় না।", ""},
	{"Amharic", "በዚህ ቡድን ውስጥ ያለ ማንም ሰው በየቀኑ የእርስዎን ማስታወቂያ ማንበብ አይፈልግም።", "unsure"},
}

func TestLanguage(t *testing.T) {
	right := 0
	for _, c := range languageCases {
		g := guessLanguage(c.text)
		got := cmp.Or(g.language, "unsure")
		if got != cmp.Or(c.got, c.want) {
			t.Errorf("%s came out as %s (%s)", c.want, got, g.unsure)
		}
		if got == c.want {
			right++
		}
		if (g.language == "") == (g.unsure == "") {
			t.Errorf("%s: both or neither of %q and %q", c.want, g.language, g.unsure)
		}
	}
	t.Logf("%d of %d sentences right, no other one named", right, len(languageCases))
}

// TestLanguageHints: a text gets a hint and no more, whatever it is written in.
func TestLanguageHints(t *testing.T) {
	english, russian := languageCases[0].text, "Никто в этой группе не хочет каждый день читать вашу рекламу. "
	long := strings.Repeat(languageCases[4].text+" ", 5) + strings.Repeat(english+" ", 5)
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

func FuzzLanguage(f *testing.F) {
	for _, c := range languageCases {
		f.Add(c.text)
	}
	f.Add("```a `b` <c &d; e@f #g h://i ===")
	f.Fuzz(func(t *testing.T, text string) {
		g := guessLanguage(text)
		if (g.language == "") == (g.unsure == "") || g.letters > len(text) {
			t.Errorf("%q is %+v", text, g)
		}
	})
}

func BenchmarkLanguage(b *testing.B) {
	text := strings.Repeat(languageCases[0].text+" ", languageSample/75)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_ = guessLanguage(text)
	}
}
