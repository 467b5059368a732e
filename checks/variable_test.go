package checks

import "testing"

func TestVariables(t *testing.T) {
	for text, want := range map[string]struct{ inURL, inHeader, inBody string }{
		"https://h/v1/$version":       {"$version", "$version", ""},
		"https://h/$X":                {"$X", "$X", ""},
		"https://h/${a.b}/x":          {"${a.b}", "${a.b}", ""},
		"https://h/%NAME%":            {"%NAME%", "%NAME%", ""},
		"https://{{host}}/x":          {"{{host}}", "{{host}}", "{{host}}"},
		"https://h/<your id>":         {"<your id>", "<your id>", ""},
		"https://h/{id}/x":            {"{id}", "", ""},
		"https://h/x?q={id}":          {"", "", ""},
		`https://h/x?q={"a":1}`:       {"", "", ""},
		"https://h/x?q=$name":         {"$name", "$name", ""},
		"https://h/%D0%B0%D0%B1":      {"", "", ""},
		"https://h/{1,2}?price=$5":    {"", "", ""},
		"1 < 2 <b@c.example> {x: $5}": {"", "", ""},
	} {
		if got := variableInURL(text); got != want.inURL {
			t.Errorf("in the URL %q: %q, want %q", text, got, want.inURL)
		}
		if got := variableInHeader(text); got != want.inHeader {
			t.Errorf("in the header %q: %q, want %q", text, got, want.inHeader)
		}
		if got := templateInBody().FindString(text); got != want.inBody {
			t.Errorf("in the body %q: %q, want %q", text, got, want.inBody)
		}
	}
}
