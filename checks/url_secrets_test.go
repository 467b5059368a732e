package checks

import (
	"strings"
	"testing"

	"klyra-doctor/catalog/safe"
)

// secretParams are the parameters of links that let anybody in who reads them.
var secretParams = []string{
	"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "X-Goog-Signature", "X-Goog-Credential", "x-oss-signature",
	"x-oss-credential", "x-oss-security-token", "security-token", "x-cos-security-token", "q-signature", "q-ak", "sig", "Signature",
	"Policy", "Key-Pair-Id", "AWSAccessKeyId", "OSSAccessKeyId", "hm", "oh", "token", "access_token", "key", "api_key", "code", "rlkey",
	"hdnts", "__token__", "hmac", "password", "secret", "auth", "jwt", "sas",
}

const linkSecret = "q7Zr2Kx9Wv4Tn8Lp3Hd6"

// TestURLSecretsAreMasked looks for any piece of a link's secrets in all that the check says of it, wherever it stands
// and whatever is wrong with the URL around it.
func TestURLSecretsAreMasked(t *testing.T) {
	w := newWorld(t)
	for _, param := range secretParams {
		pair := param + "=" + linkSecret
		for _, raw := range []string{
			"https://nothere.example.com/a?" + pair,
			"https://media.example.com/status/403?x=1&" + pair + "&y=2",
			"media.example.com/a?" + pair,
			" “https://nothere.example.com/a b%zz?x=1&amp;" + pair + "” ",
			"https:\\/\\/nothere.example.com\\/a?x=1\\u0026" + pair,
			"https://nothere.example.com/a#" + pair,
			"s3://bucket/a?" + pair,
			"https://${HOST}/a?" + pair,
			"https://bücher.example.com/a?" + pair,
			"https://media.example.com/to?u=" + escaped("/moved?"+pair),
			"https://www.dropbox.com/s/abc/cat.jpg?x=1&" + pair,
			"https://media.example.com/a?u=" + escaped("https://h.example.com/?x=1&"+pair),
			"https://media.example.com/a?" + pair + "\nhttps://media.example.com/b?" + pair,
		} {
			target := urlTarget(t, "", raw)
			r := w.checkURL(inTime(t), target)
			said := texts(r.shown(safe.NewRedactor(append(target.Secrets(), r.secrets...)...)))
			for i := 0; i+8 <= len(linkSecret); i++ {
				if piece := linkSecret[i : i+8]; strings.Contains(said, piece) {
					t.Errorf("%s: %s is shown:\n%s", raw, piece, said)
					break
				}
			}
		}
	}
}
