package checks

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// curl writes the request as a command that takes the key from the environment. Nothing of the paste stands
// outside of single quotes in it, so that a shell acts on none of it.
func (p *preparation) curl() Block {
	method := p.Method
	if !slices.Contains(replayable, method) {
		method = quoted(method)
	}
	words := []string{"curl -i -X " + method}
	if p.Method == http.MethodHead {
		words = []string{"curl -I"}
	}
	words[0] += " " + quoted(p.commandAddress())
	words = append(words, `-H "Authorization: Bearer $KLYRA_API_KEY"`)
	for _, name := range sortedNames(p.header) {
		for _, value := range p.header.Values(name) {
			if name != "User-Agent" {
				words = append(words, "-H "+quoted(name+": "+value))
			}
		}
	}
	body := p.content.Reveal()
	switch {
	case p.from.Request.Lacks != "" || len(body) > maxBodyShown:
		words = append(words, "--data-binary @BODY")
		p.Notes = append(p.Notes, "The command for curl sends the file BODY as the body: put it there.")
	case body != "":
		words = append(words, "--data-binary "+quoted(body))
	}
	return Block{Title: "The same with curl, the key in $KLYRA_API_KEY", Text: strings.Join(words, " \\\n  ")}
}

// commandAddress is where the command goes: where the request went, without a password.
func (p *preparation) commandAddress() string {
	if p.url != nil {
		return p.url.String()
	}
	address := p.from.Request.Address.Reveal()
	if u, err := url.Parse(address); err == nil && u.User != nil {
		u.User = nil
		return u.String()
	}
	return address
}

// quoted puts a text between single quotes, as a POSIX shell reads them.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func sortedNames(header http.Header) []string {
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
