package checks

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// curl writes the request as a command that takes the key from the environment. The key is named only where the
// command goes to the API's own scheme, host and port. A shell acts on nothing of the paste in it, and curl
// takes none of it for a pattern or, but for a form's plain names, for a file's.
func (p *preparation) curl() Block {
	words := []string{"curl -g -i -X " + ShellQuoted(p.Method)}
	switch p.Method {
	case http.MethodHead:
		words[0] = "curl -g -I"
	case "":
		words[0] = "curl -g -i"
	}
	address, own := p.commandAddress()
	words[0] += " " + afterDash(address) + ShellQuoted(address)
	title := "The same with curl, for sh, without your key"
	if own {
		title = "The same with curl, for sh, the key in $KLYRA_API_KEY"
		words = append(words, `-H "Authorization: Bearer $KLYRA_API_KEY"`)
	}
	for _, name := range sortedNames(p.header) {
		for _, value := range p.header.Values(name) {
			if name != "User-Agent" && !strings.HasPrefix(value, "multipart/form-data") { // curl writes that anew, with its boundary
				words = append(words, "-H "+ShellQuoted(name+": "+value))
			}
		}
	}
	body, lack := p.bodyWords(own)
	if lack != "" {
		p.Partial = true
		title = strings.Replace(title, "The same with curl", "All but the "+lack+": curl", 1)
	}
	return Block{Title: title, Text: strings.Join(append(words, body...), " \\\n  ")}
}

// bodyWords are the words for the body, and which part of the request they only stand in for; "" for none.
func (p *preparation) bodyWords(own bool) (words []string, lack string) {
	body := p.content.Reveal()
	switch {
	case p.sendsForm():
		return p.form(own)
	case p.from.Request.Lacks != "" || len(body) > maxBodyShown:
		p.Notes = append(p.Notes, "The command for curl sends the file BODY as the body: put it there.")
		return []string{"--data-binary @BODY"}, "body"
	case body != "":
		return []string{"--data-raw " + ShellQuoted(body)}, ""
	}
	return nil, ""
}

// sendsForm reports whether the body is a form whose parts a client puts together.
func (p *preparation) sendsForm() bool {
	return len(p.from.Request.Form) > 0 || p.from.Request.Lacks != "" && strings.HasPrefix(strings.ToLower(p.declared("Content-Type")), "multipart/form-data")
}

// plainPart is a part in which -F finds nothing but a name and a text, or a file within the current folder and its
// type: no hidden file, none from elsewhere, no list, no variable.
var plainPart = matching(`^[\w.\[\]-]+=(?:[^@<(\s"$%\x60;\\][^"$%\x60;\\\n]*|@(?:\w[\w .-]*/)*\w[\w .-]*(?:;type=[\w.+-]+/[\w.+-]+)?)?$`)

// form is the form in curl's words. They name a file only where the form goes to the API and each of its parts is
// plain; else a placeholder stands for all of them.
func (p *preparation) form(own bool) (words []string, lack string) {
	for _, part := range p.from.Request.Form {
		text, flag := part.Text.Reveal(), "-F "
		if part.Literal {
			flag = "--form-string "
		}
		if !own || !plainPart().MatchString(text) {
			words = nil
			break
		}
		words = append(words, flag+ShellQuoted(text))
	}
	if words != nil {
		p.Notes = append(p.Notes, "The command for curl sends a form: run it where the files are that it names.")
		return words, ""
	}
	p.Notes = append(p.Notes, "The command for curl sends a form: put its parts in place of NAME=@FILE.")
	return []string{"-F NAME=@FILE"}, "form"
}

// afterDash is what has to stand before an address that curl would take for an option.
func afterDash(address string) string {
	if strings.HasPrefix(address, "-") {
		return "--url "
	}
	return ""
}

// commandAddress is where the command goes, without a password: where the request went. It also reports whether
// that is the API's own scheme, host and port.
func (p *preparation) commandAddress() (address string, own bool) {
	if p.url != nil {
		return p.url.String(), true
	}
	address = p.from.Request.Address.Reveal()
	u, err := url.Parse(address)
	if err != nil {
		return address, false
	}
	if u.User != nil {
		u.User = nil
		address = u.String()
	}
	return address, p.from.API.owns(u)
}

// ShellQuoted returns a text as one word of a POSIX shell's command: as it is where nothing in it means anything
// to a shell, otherwise between single quotes. That a program may take a word that begins with "-" for an option
// is the caller's matter.
func ShellQuoted(word string) string {
	special := func(r rune) bool {
		plain := r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("._-/:+@%,", r)
		return !plain
	}
	if word != "" && !strings.ContainsFunc(word, special) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func sortedNames(header http.Header) []string {
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
