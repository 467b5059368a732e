package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"klyra-doctor/catalog"
)

// searchScreen finds a code: all of them by group, or those that a query hits, best first.
type searchScreen struct {
	place
	field    textinput.Model
	hits     []catalog.Hit
	selected int // index into hits
	leaving  bool
}

func newSearch(a *app) *searchScreen {
	s := &searchScreen{place: a.place(), field: newField("a code, a symptom, an HTTP status, or paste the error")}
	s.search(a)
	return s
}

func (s *searchScreen) title() string { return "find an error" }
func (s *searchScreen) typing() bool  { return true }

func (s *searchScreen) bindings() []key.Binding {
	bs := []key.Binding{keyPaste}
	if len(s.hits) > 0 {
		bs = []key.Binding{keyEnter, keyPaste}
	}
	if len(s.hits) > 1 {
		bs = append(bs, keyMove)
	}
	if s.field.Value() != "" {
		return append(bs, does(keyBack, "clear"))
	}
	return append(bs, does(keyBack, "quit"))
}

func (s *searchScreen) update(a *app, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return s.pressed(a, msg)
	case pastedMsg:
		if looksLikeResponse(msg.text) {
			return a.openDiagnosis(msg.text)
		}
		text := strings.TrimSpace(msg.text)
		if before := []rune(s.field.Value())[:s.field.Position()]; len(before) > 0 && before[len(before)-1] != ' ' {
			text = " " + text
		}
		return s.typed(a, tea.PasteMsg{Content: text})
	}
	return nil
}

func (s *searchScreen) pressed(a *app, k tea.KeyPressMsg) tea.Cmd {
	leaving := s.leaving
	s.leaving = false
	switch {
	case key.Matches(k, keyBack):
		return s.escape(a, leaving)
	case key.Matches(k, keyPaste):
		a.open(newPaste(a))
	case key.Matches(k, keyEnter):
		if s.selected < len(s.hits) {
			a.open(newEntry(a, s.hits[s.selected].Entry))
		}
	case key.Matches(k, keyUp):
		s.move(-1)
	case key.Matches(k, keyDown):
		s.move(1)
	case key.Matches(k, keyPageUp):
		s.move(-10)
	case key.Matches(k, keyPageDown):
		s.move(10)
	default:
		return s.typed(a, k)
	}
	return nil
}

// escape clears the query; of an empty one the second in a row quits.
func (s *searchScreen) escape(a *app, leaving bool) tea.Cmd {
	switch {
	case s.field.Value() != "":
		s.field.Reset()
		s.search(a)
	case leaving:
		return a.quit()
	default:
		s.leaving = true
		a.notice = "Press esc once more to quit."
	}
	return nil
}

// typed changes the query and searches anew.
func (s *searchScreen) typed(a *app, msg tea.Msg) tea.Cmd {
	before := s.field.Value()
	var cmd tea.Cmd
	s.field, cmd = s.field.Update(msg)
	if s.field.Value() != before {
		s.search(a)
	}
	return cmd
}

func (s *searchScreen) search(a *app) {
	s.selected = 0
	if query := strings.TrimSpace(s.field.Value()); query != "" {
		s.hits = a.index.Search(query)
		return
	}
	s.hits = nil
	for _, e := range catalog.All() {
		s.hits = append(s.hits, catalog.Hit{Entry: e})
	}
}

func (s *searchScreen) move(by int) {
	s.selected = max(0, min(s.selected+by, len(s.hits)-1))
}

func (s *searchScreen) draw(a *app, columns, height int) picture {
	prompt := a.look.label("Search")
	field, cursor := a.drawField(&s.field, columns-width(prompt))
	if cursor != nil {
		cursor.X += width(prompt)
	}
	listWidth := columns
	if columns >= twoColumns {
		listWidth = columns / 2
	}
	lines := append([]string{prompt + field}, wrap(s.count(), columns)...)
	room := height - len(lines)
	list := s.list(a, listWidth, room)
	switch {
	case s.selected >= len(s.hits):
	case columns >= twoColumns:
		list = fit(list, listWidth, room, a.look.tail)
		preview := s.preview(a, columns-listWidth-3, room)
		list = beside(list, preview, listWidth, " "+a.look.between+" ")
	case len(list) < room:
		list = append(list, strings.Repeat(a.look.rule, columns))
		list = append(list, s.preview(a, columns, room-len(list))...)
	}
	return picture{append(lines, list...), cursor}
}

// preview draws the beginning of the selected entry's page.
func (s *searchScreen) preview(a *app, columns, height int) []string {
	p := newPage(columns)
	a.look.writeEntry(p, s.hits[s.selected].Entry)
	if len(p.lines) <= height {
		return p.lines
	}
	return append(p.lines[:max(0, height-1)], fmt.Sprintf("(%d more lines: enter)", len(p.lines)-height+1))
}

// count says how many codes are listed, and where none is, what to try.
func (s *searchScreen) count() string {
	switch n := len(s.hits); {
	case strings.TrimSpace(s.field.Value()) == "":
		return fmt.Sprintf("%d documented codes", n)
	case n == 0:
		return "No code matches. Try a symptom or a status, or paste the whole response."
	case n == 1:
		return "1 match"
	default:
		return fmt.Sprintf("%d matches", n)
	}
}

// list draws the part of the list that holds the selected hit.
func (s *searchScreen) list(a *app, columns, height int) []string {
	var lines []string
	grouped := strings.TrimSpace(s.field.Value()) == ""
	var group catalog.Group
	from, to := 0, 0
	for i, hit := range s.hits {
		begin := len(lines)
		if grouped && hit.Entry.Group != group {
			group = hit.Entry.Group
			lines = append(lines, a.look.strong.Render(string(group)))
		}
		lines = append(lines, s.row(a, hit, i == s.selected))
		if i == s.selected && hit.Why != "" {
			lines = append(lines, truncate("    matched "+hit.Why, columns, a.look.tail))
		}
		if i == s.selected {
			from, to = begin, len(lines)-1
		}
	}
	return window(lines, from, to, height)
}

// nameWidth is that of the longest code.
const nameWidth = 28

func (s *searchScreen) row(a *app, hit catalog.Hit, selected bool) string {
	lead := "  "
	if selected {
		lead = a.look.cursor + " "
	}
	style := plain
	if selected {
		style = a.look.strong
	}
	name := ""
	marked := map[int]bool{}
	for _, i := range hit.Marks {
		marked[i] = true
	}
	for i, r := range []rune(string(hit.Entry.Code)) {
		if marked[i] {
			name += a.look.hit.Render(string(r))
		} else {
			name += style.Render(string(r))
		}
	}
	return lead + pad(name, nameWidth) + "  " + hit.Entry.Description
}
