package text

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
	{"Persian", "هیچ\u200cکس در این گروه نمی\u200cخواهد هر روز آگهی\u200cهای تو درباره ساعت\u200cهای ارزان را بخواند", ""},
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

// untoldTexts are texts in languages that are not looked for, or in none: nothing can be told of them. The one
// with a language in got is taken for that.
var untoldTexts = []struct{ what, text, got string }{
	{"Swahili", "Hakuna mtu katika kikundi hiki anayetaka kusoma matangazo yako ya saa za bei rahisi kila siku.", ""},
	{"Catalan", "Ningú en aquest grup vol llegir cada dia els teus anuncis de rellotges barats.", ""},
	{"Welsh", "Nid oes neb yn y grŵp hwn eisiau darllen eich hysbysebion bob dydd am oriawr rad.", ""},
	{"Basque", "Talde honetan inork ez du nahi egunero zure erloju merkeen iragarkiak irakurri.", ""},
	{"Afrikaans", "Niemand in hierdie groep wil elke dag jou advertensies vir goedkoop horlosies lees nie.", ""},
	{"Albanian", "Askush në këtë grup nuk dëshiron të lexojë çdo ditë reklamat e tua për orë të lira.", ""},
	{"Icelandic", "Enginn í þessum hópi vill lesa auglýsingarnar þínar um ódýr úr á hverjum degi.", ""},
	{"Kazakh", "Бұл топта ешкім күн сайын сіздің арзан сағаттар туралы жарнамаңызды оқығысы келмейді.", ""},
	{"Mongolian", "Энэ бүлэгт хэн ч өдөр бүр таны хямд цагны зарыг уншихыг хүсэхгүй байна.", ""},
	{"Pashto", "په دې ډله کې هیڅوک نه غواړي چې هره ورځ ستاسو د ارزانه ساعتونو اعلانونه ولولي", ""},
	{"Hindi in Latin letters", "main har roz tumhare saste ghadiyon ke vigyapan nahi padhna chahta hoon yaar samjhe kya", ""},
	{"lorem ipsum", "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.", ""},
	{"names", "John Smith, Maria Garcia, Wei Chen, Fatima Al-Sayed, Olga Petrova, Hans Mueller, Yuki Tanaka", ""},
	{"laughter", "hahahaha lol omg wtf hahaha xD xD lmao rofl hahaha noooooo way brooo hahaha", ""},
	{"SQL", "SELECT name, age, town FROM people WHERE age > 30 AND town = 'Paris' ORDER BY name DESC", "English"},
}

func TestStrangers(t *testing.T) {
	for _, c := range untoldTexts {
		if g := GuessLanguage(c.text); g.Name != c.got {
			t.Errorf("%s came out as %q, want %q", c.what, g.Name, c.got)
		}
	}
}

func TestLanguage(t *testing.T) {
	right := 0
	for _, c := range languageCases {
		g := GuessLanguage(c.text)
		got := cmp.Or(g.Name, "unsure")
		if got != cmp.Or(c.got, c.want) {
			t.Errorf("%s came out as %s (%s)", c.want, got, g.Doubt)
		}
		if got == c.want {
			right++
		}
		if (g.Name == "") == (g.Doubt == NoDoubt) {
			t.Errorf("%s: both or neither of %q and %q", c.want, g.Name, g.Doubt)
		}
	}
	t.Logf("%d of %d sentences right, no other one named", right, len(languageCases))
}

func FuzzLanguage(f *testing.F) {
	for _, c := range languageCases {
		f.Add(c.text)
	}
	f.Add("```a `b` <c &d; e@f #g h://i ===")
	f.Fuzz(func(t *testing.T, text string) {
		g := GuessLanguage(text)
		if (g.Name == "") == (g.Doubt == NoDoubt) || g.Letters > len(text) {
			t.Errorf("%q is %+v", text, g)
		}
	})
}

func BenchmarkLanguage(b *testing.B) {
	text := strings.Repeat(languageCases[0].text+" ", sampleSize/75)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_ = GuessLanguage(text)
	}
}
