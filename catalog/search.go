package catalog

// Hit is one entry that a query found.
type Hit struct {
	Entry Entry
	Score float64 // larger is better; comparable within one search only
	Why   string  // the field and the words that matched, for people: `name: "rate", "limit"`
	Marks []int   // rune positions in Entry.Code that matched, ascending; empty where the name did not
}

// Index answers queries over a list of entries. It is read-only once built and safe for concurrent use.
type Index struct{}

// NewIndex prepares entries for searching.
func NewIndex(entries []Entry) *Index { return &Index{} }

// Search returns the entries that match query, best first; none for a blank query or for words that mean
// nothing here. Queries are cut at 64 runes.
func (x *Index) Search(query string) []Hit { return nil }

// Suggest returns up to n codes whose names are nearest to a name that is none, nearest first; none where
// nothing is near.
func (x *Index) Suggest(name string, n int) []Code { return nil }
