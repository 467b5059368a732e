package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"

	"klyra-doctor/catalog"
)

// Key is a pretend key and what the sandbox makes of it.
type Key struct {
	State string // "good", "revoked", "expired", "forbidden", or the code that the key is bound to
	Key   string
}

// refusals holds what a request is refused with, by the state of its key. A key that is bound to a code is
// refused with that code.
var refusals = map[string]catalog.Code{
	"none":      "missing_api_key",
	"unknown":   "invalid_api_key",
	"good":      "",
	"revoked":   "invalid_api_key",
	"expired":   "expired_api_key",
	"forbidden": "insufficient_permissions",
}

// Keys returns the pretend keys, the working one first. They are no secrets, and the same in every server.
func Keys() []Key { return append([]Key(nil), keys()...) }

var keys = sync.OnceValue(makeKeys)

func makeKeys() []Key {
	var keys []Key
	for _, state := range []string{"good", "revoked", "expired", "forbidden"} {
		keys = append(keys, Key{state, keyFor(state)})
	}
	for _, e := range catalog.All() {
		keys = append(keys, Key{string(e.Code), keyFor(string(e.Code))})
	}
	return keys
}

// keyFor derives a key from its state. It looks like a real one, random to its end, so that a piece of it in
// a text can have come from nowhere else.
func keyFor(state string) string {
	sum := sha256.Sum256([]byte("pretend key: " + state))
	letters := strings.NewReplacer("-", "", "_", "").Replace(base64.RawURLEncoding.EncodeToString(sum[:]))
	return "sbx_" + letters[:28]
}

// authorization returns the state of the key that a request carries.
func authorization(h http.Header) string {
	if len(h.Values("Authorization")) == 0 {
		return "none"
	}
	scheme, key, _ := strings.Cut(h.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "unknown"
	}
	if key == "" {
		return "none"
	}
	for _, k := range keys() {
		if k.Key == key {
			return k.State
		}
	}
	return "unknown"
}

// refusal returns the error that a key in this state earns; "" for a good one.
func refusal(state string) catalog.Code {
	if code, ok := refusals[state]; ok {
		return code
	}
	return catalog.Code(state)
}
