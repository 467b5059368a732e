package checks

import (
	"net/url"

	"klyra-doctor/catalog/safe"
)

// shortestLinkSecret is from where on a value in a URL is masked wherever it stands. Shorter ones may be words; they
// are masked beside their name.
const shortestLinkSecret = 12

// loginCode finds the code that a login hands over. Elsewhere than in a URL, code is the name of an error's code.
var loginCode = matching(`(?i)[?&#;]code=([^&#\s"'”]+)`)

// linkSecrets returns what lets anybody in who reads a URL: the values of signatures, tokens and passwords, also in a
// URL that the URL carries percent-encoded.
func linkSecrets(raw string) (secrets []safe.Secret) {
	const depth = 3 // a URL in a URL in the URL
	for range depth {
		seen := safe.Seen(raw)
		for _, m := range loginCode().FindAllStringSubmatch(raw, -1) {
			seen = append(seen, safe.NewSecret(m[1]))
		}
		for _, s := range seen {
			if len(s.Reveal()) >= shortestLinkSecret {
				secrets = append(secrets, s)
			}
		}
		decoded, err := url.QueryUnescape(raw)
		if err != nil || decoded == raw {
			return secrets
		}
		raw = decoded
	}
	return secrets
}
