// Package safe decides what may be shown: secrets are held as a type that prints masked, known ones are
// redacted out of any text, and foreign text is escaped before it reaches a terminal, a report or JSON.
package safe

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"unicode/utf8"
	"unique"
)

// Secret is a value that must never be shown, such as an API key. Every way of printing it (fmt with any
// verb, JSON, text, slog) gives its fingerprint. The zero Secret is empty. Secrets are comparable: equal
// values are equal Secrets.
type Secret struct {
	// A handle and not a string: fmt cannot call methods on unexported fields, so a Secret deep in somebody's
	// struct would print its value; of a handle it prints an address.
	handle unique.Handle[string]
}

// NewSecret wraps a value. An empty value gives the zero Secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{unique.Make(value)}
}

// Reveal returns the value itself; it is for sending and comparing, never for showing.
func (s Secret) Reveal() string {
	if s.Empty() {
		return ""
	}
	return s.handle.Value()
}

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s == Secret{} }

// String returns the fingerprint: the first four and the last four characters where there are at least 20
// ("kly_…9f3c"), else only the length ("(12 characters)"). It is safe to show as it is; "" for the zero Secret.
func (s Secret) String() string {
	value := s.Reveal()
	n := utf8.RuneCountInString(value)
	switch {
	case n == 0:
		return ""
	case n == 1:
		return "(1 character)"
	case n < 20:
		return fmt.Sprintf("(%d characters)", n)
	}
	runes := []rune(value)
	return EscapeLine(string(runes[:4])) + "…" + EscapeLine(string(runes[n-4:]))
}

// GoString is String.
func (s Secret) GoString() string { return s.String() }

// Format prints the fingerprint for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalText gives the fingerprint.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON gives the fingerprint as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// LogValue gives the fingerprint.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
