package cli

import (
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"klyra-doctor/catalog"
)

// index is built at the first search.
var index = sync.OnceValue(func() *catalog.Index { return catalog.NewIndex(catalog.All()) })

func completeCodes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var codes []string
	for _, e := range catalog.All() {
		codes = append(codes, cobra.CompletionWithDesc(string(e.Code), e.Description))
	}
	return codes, cobra.ShellCompDirectiveNoFileComp
}

func (p *program) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the 21 codes by group",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return p.list() },
	}
}

func (p *program) list() error {
	if p.flags.json {
		return p.printCodes(catalog.All(), nil)
	}
	page := p.page()
	for _, group := range catalog.Groups() {
		page.heading(string(group))
		for _, e := range catalog.All() {
			if e.Group == group {
				page.row(string(e.Code), e.Description)
			}
		}
		page.blank()
	}
	page.note("klyra-doctor explain CODE tells more of one, klyra-doctor fix CODE runs its checklist.")
	return page.print()
}

func (p *program) printCodes(entries []catalog.Entry, unknown []unknownDoc) error {
	doc := codesDoc{frame: schema("codes"), Codes: []codeDoc{}, Unknown: append([]unknownDoc{}, unknown...), exitCode: exitCode{p.code}}
	for _, e := range entries {
		doc.Codes = append(doc.Codes, describe(e))
	}
	return writeJSON(p.out, doc)
}

func (p *program) searchCommand() *cobra.Command {
	var most int
	c := &cobra.Command{
		Use:   "search WORDS...",
		Short: "Find codes by name, part of a name, typo, HTTP status or symptom",
		Example: `  klyra-doctor search rate limti
  klyra-doctor search 413
  klyra-doctor search "photo is too big"`,
		Args: func(_ *cobra.Command, args []string) error {
			if strings.TrimSpace(strings.Join(args, "")) == "" {
				return usagef(`for example: klyra-doctor search "photo is too big"`, "nothing to search for")
			}
			if most < 1 {
				return usagef("-n takes a number from 1", "-n %d shows nothing", most)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.search(strings.Join(args, " "), most) },
	}
	c.Flags().IntVarP(&most, "number", "n", 10, "show at most this many")
	return c
}

func (p *program) search(query string, most int) error {
	hits := index().Search(query)
	hits = hits[:min(len(hits), most)]
	if len(hits) == 0 {
		p.code = exitNoMatch
	}
	if p.flags.json {
		doc := searchDoc{frame: schema("search"), Query: p.show(query), Hits: []hitDoc{}, exitCode: exitCode{p.code}}
		for _, h := range hits {
			doc.Hits = append(doc.Hits, hitDoc{h.Entry.Code, h.Entry.Group, h.Entry.Description, h.Score, h.Why})
		}
		return writeJSON(p.out, doc)
	}
	page := p.page()
	for _, h := range hits {
		page.row(string(h.Entry.Code), h.Entry.Description)
		page.under(h.Why)
	}
	if len(hits) == 0 {
		page.plain("No code matches “" + p.show(query) + "”.")
		page.note("Try one word of the message or the HTTP status, or klyra-doctor list.")
	}
	return page.print()
}

func (p *program) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "explain CODE...",
		Short:             "Explain a code: what it means, what to do, its checklist",
		Example:           "  klyra-doctor explain content_too_large\n  klyra-doctor explain InvalidApiKey",
		Args:              needs("a code", "klyra-doctor list shows the 21 codes"),
		ValidArgsFunction: completeCodes,
		RunE:              func(_ *cobra.Command, args []string) error { return p.explain(args) },
	}
}

// needs is the check of arguments for commands that want at least one.
func needs(what, hint string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usagef(hint, "%s wants %s", commandName(c), what)
		}
		return nil
	}
}

func (p *program) explain(names []string) error {
	var found []catalog.Entry
	var unknown []unknownDoc
	for _, name := range names {
		if e, ok := catalog.Lookup(name); ok {
			found = append(found, e)
			continue
		}
		unknown = append(unknown, unknownDoc{p.show(name), append([]catalog.Code{}, index().Suggest(name, 3)...)})
		p.code = exitNoMatch
	}
	if p.flags.json {
		return p.printCodes(found, unknown)
	}
	page := p.page()
	for _, e := range found {
		page.entry(e)
	}
	if err := page.print(); err != nil {
		return err
	}
	for _, u := range unknown {
		p.notice("no such code: %s", u.Given)
		p.hint(suggestion(u.Given))
	}
	return nil
}
