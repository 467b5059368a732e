package checks

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"

	"klyra-doctor/catalog"
)

// keyServer is a server by what it answers to a request without a key, to the user's where that is good or bad, and
// to a made-up one; and the verdicts that this leads to. An answer is a status and headers, each on a line of its own,
// an empty line and a body. No answer to a made-up key means that it must not be sent.
type keyServer struct {
	name                  string
	none, good, bad, fake string
	path                  bool // whether the endpoint is known
	ifGood, ifBad         string
}

func inJSON(status int, body string) string {
	return fmt.Sprintf("%d\nContent-Type: application/json\n\n%s", status, body)
}

func utf16LE(text string) string {
	b := []byte("\xff\xfe")
	for _, unit := range utf16.Encode([]rune(text)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return string(b)
}

var keyServers = []keyServer{
	{
		name:   "a page for errors that is locked for all, as in Spring",
		none:   inJSON(401, `{"status":401,"error":"Unauthorized"}`),
		good:   inJSON(401, `{"status":401,"error":"Unauthorized"}`),
		bad:    inJSON(401, `{"status":401,"error":"Unauthorized"}`),
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "every unknown path is locked",
		none:   "401\nWWW-Authenticate: Bearer\n\n",
		good:   "401\nWWW-Authenticate: Bearer\n\n",
		bad:    "401\nWWW-Authenticate: Bearer\n\n",
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "Basic wall in front",
		none:   "401\nWWW-Authenticate: Basic realm=\"staging\"\n\nno",
		good:   "401\nWWW-Authenticate: Basic realm=\"staging\"\n\nno",
		bad:    "401\nWWW-Authenticate: Basic realm=\"staging\"\n\nno",
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "insufficient_scope 403",
		none:   "401\nWWW-Authenticate: Bearer\n\n",
		good:   "403\nWWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"moderate\"\n\n",
		bad:    "401\nWWW-Authenticate: Bearer error=\"invalid_token\"\n\n",
		fake:   "401\nWWW-Authenticate: Bearer error=\"invalid_token\"\n\n",
		path:   true,
		ifGood: "refused", ifBad: "rejected",
	},
	{
		name:   "insufficient_scope 401",
		none:   "401\nWWW-Authenticate: Bearer\n\n",
		good:   "401\nWWW-Authenticate: Bearer error=\"insufficient_scope\"\n\n",
		bad:    "401\nWWW-Authenticate: Bearer error=\"invalid_token\"\n\n",
		fake:   "401\nWWW-Authenticate: Bearer error=\"invalid_token\"\n\n",
		path:   true,
		ifGood: "refused", ifBad: "rejected",
	},
	{
		name:   "401 ip_not_authorized",
		none:   inJSON(401, envelope("missing_api_key")),
		good:   inJSON(401, envelope("ip_not_authorized")),
		bad:    inJSON(401, envelope("invalid_api_key")),
		fake:   inJSON(401, envelope("invalid_api_key")),
		path:   true,
		ifGood: "refused", ifBad: "rejected",
	},
	{
		name:   "403 api_key_ip_restricted",
		none:   inJSON(401, envelope("missing_api_key")),
		good:   inJSON(403, envelope("api_key_ip_address_blocked")),
		bad:    inJSON(401, envelope("invalid_api_key")),
		fake:   inJSON(401, envelope("invalid_api_key")),
		path:   true,
		ifGood: "refused", ifBad: "rejected",
	},
	{
		name:   "403 authorization_error type",
		none:   inJSON(401, envelope("missing_api_key")),
		good:   inJSON(403, `{"error":{"code":"region_blocked","type":"authorization_error"}}`),
		bad:    inJSON(401, envelope("invalid_api_key")),
		fake:   inJSON(401, envelope("invalid_api_key")),
		path:   true,
		ifGood: "refused", ifBad: "rejected",
	},
	{
		name:   "403 csrf",
		none:   inJSON(401, envelope("missing_api_key")),
		good:   inJSON(403, `{"error":{"code":"csrf_token_missing"}}`),
		bad:    inJSON(401, envelope("invalid_api_key")),
		fake:   inJSON(401, envelope("invalid_api_key")),
		path:   true,
		ifGood: "refused", ifBad: "rejected",
	},
	{
		name:   "csrf for all",
		none:   inJSON(403, `{"error":{"code":"csrf_token_missing"}}`),
		good:   inJSON(403, `{"error":{"code":"csrf_token_missing"}}`),
		bad:    inJSON(403, `{"error":{"code":"csrf_token_missing"}}`),
		fake:   inJSON(403, `{"error":{"code":"csrf_token_missing"}}`),
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "400 max_tokens_invalid",
		none:   inJSON(401, envelope("missing_api_key")),
		good:   inJSON(400, envelope("max_tokens_required")),
		bad:    inJSON(401, envelope("invalid_api_key")),
		fake:   inJSON(401, envelope("invalid_api_key")),
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "400 author field format",
		none:   inJSON(401, envelope("missing_api_key")),
		good:   inJSON(400, `{"error":{"code":"invalid_format","message":"the field author is missing"}}`),
		bad:    inJSON(401, envelope("invalid_api_key")),
		fake:   inJSON(401, envelope("invalid_api_key")),
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "400 string error key disabled",
		none:   inJSON(401, `{"error":"api key required"}`),
		good:   inJSON(400, `{"error":"text is required"}`),
		bad:    inJSON(400, `{"error":"this api key is disabled"}`),
		fake:   inJSON(401, `{"error":"unknown api key"}`),
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "404 key not found",
		none:   inJSON(401, `{"message":"no key"}`),
		good:   inJSON(404, `{"message":"no such route"}`),
		bad:    inJSON(404, `{"message":"API key not found"}`),
		fake:   inJSON(401, `{"message":"bad checksum"}`),
		ifGood: "accepted", ifBad: "unproven",
	},
	{
		name:   "403 with a detail, as in FastAPI",
		none:   inJSON(403, `{"detail":"Not authenticated"}`),
		good:   inJSON(422, `{"detail":[{"loc":["body","text"],"msg":"Field required"}]}`),
		bad:    inJSON(403, `{"detail":"Invalid API Key"}`),
		fake:   inJSON(403, `{"detail":"Invalid API Key"}`),
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "400 Invalid token format",
		none:   inJSON(401, `{"message":"Unauthorized"}`),
		good:   inJSON(400, `{"message":"text is required"}`),
		bad:    inJSON(400, `{"message":"Invalid token format"}`),
		fake:   inJSON(400, `{"message":"Invalid token format"}`),
		path:   true,
		ifGood: "unproven", ifBad: "rejected",
	},
	{
		name:   "400 unexpected token",
		none:   inJSON(401, `{"message":"Unauthorized"}`),
		good:   inJSON(400, `{"message":"Malformed JSON: unexpected token"}`),
		bad:    inJSON(401, `{"message":"Unauthorized"}`),
		fake:   inJSON(401, `{"message":"Unauthorized"}`),
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "200 msg error status",
		none:   inJSON(401, `{"message":"Unauthorized"}`),
		good:   inJSON(200, `{"flagged":false}`),
		bad:    inJSON(200, `{"status":"error","message":"Invalid key"}`),
		fake:   inJSON(200, `{"status":"error","message":"Invalid key"}`),
		path:   true,
		ifGood: "accepted", ifBad: "unproven",
	},
	{
		name:   "200 code 401",
		none:   inJSON(401, `{"message":"Unauthorized"}`),
		good:   inJSON(200, `{"code":0,"msg":"ok","data":{}}`),
		bad:    inJSON(200, `{"code":401,"msg":"invalid key"}`),
		fake:   inJSON(200, `{"code":401,"msg":"invalid key"}`),
		path:   true,
		ifGood: "accepted", ifBad: "unproven",
	},
	{
		name:   "200 errcode",
		none:   inJSON(401, `{"message":"Unauthorized"}`),
		good:   inJSON(200, `{"errcode":0}`),
		bad:    inJSON(200, `{"errcode":40001,"errmsg":"invalid credential"}`),
		fake:   inJSON(200, `{"errcode":40001,"errmsg":"invalid credential"}`),
		path:   true,
		ifGood: "accepted", ifBad: "unproven",
	},
	{
		name:   "200 text",
		none:   inJSON(401, `{"message":"Unauthorized"}`),
		good:   inJSON(200, `{"flagged":false}`),
		bad:    "200\nContent-Type: text/plain\n\nInvalid key",
		fake:   "200\nContent-Type: text/plain\n\nInvalid key",
		path:   true,
		ifGood: "accepted", ifBad: "unproven",
	},
	{
		name:   "200 XML error",
		none:   inJSON(401, `{"message":"Unauthorized"}`),
		good:   inJSON(200, `{"flagged":false}`),
		bad:    "200\nContent-Type: application/xml\n\n<error><code>401</code></error>",
		fake:   "200\n\nno",
		path:   true,
		ifGood: "accepted", ifBad: "unproven",
	},
	{
		name:   "200 JSON-RPC",
		none:   inJSON(401, `{}`),
		good:   inJSON(200, `{"result":{}}`),
		bad:    inJSON(200, `{"jsonrpc":"2.0","error":{"code":-32001,"message":"bad key"}}`),
		fake:   inJSON(200, `{}`),
		path:   true,
		ifGood: "accepted", ifBad: "unproven",
	},
	{
		name:   "200 gzip error",
		none:   inJSON(401, `{}`),
		good:   inJSON(200, `{"ok":true}`),
		bad:    "200\nContent-Type: application/json\nContent-Encoding: gzip\n\n" + string(zipped([]byte(envelope("invalid_api_key")))),
		fake:   inJSON(200, `{}`),
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "401 gzip expired",
		none:   inJSON(401, `{}`),
		good:   inJSON(200, `{"ok":true}`),
		bad:    "401\nContent-Type: application/json\nContent-Encoding: gzip\n\n" + string(zipped([]byte(envelope("expired_api_key")))),
		fake:   inJSON(200, `{}`),
		path:   true,
		ifGood: "accepted", ifBad: "expired",
	},
	{
		name:   "200 UTF-16 error",
		none:   inJSON(401, `{}`),
		good:   "200\nContent-Type: application/json; charset=utf-16\n\n" + utf16LE(`{"ok":true}`),
		bad:    "200\nContent-Type: application/json; charset=utf-16\n\n" + utf16LE(envelope("invalid_api_key")),
		fake:   inJSON(200, `{}`),
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "BOM 403 denied",
		none:   inJSON(401, `{}`),
		good:   inJSON(403, "\ufeff"+envelope("insufficient_permissions")),
		bad:    inJSON(403, "\ufeff"+envelope("invalid_api_key")),
		fake:   inJSON(403, "\ufeff"+envelope("invalid_api_key")),
		path:   true,
		ifGood: "refused", ifBad: "rejected",
	},
	{
		name:   "flat expired",
		none:   inJSON(401, `{"code":"missing_api_key"}`),
		good:   inJSON(200, `{}`),
		bad:    inJSON(401, `{"code":"expired_api_key","message":"The key has expired"}`),
		path:   true,
		ifGood: "accepted", ifBad: "expired",
	},
	{
		name:   "string expired",
		none:   inJSON(401, `{"error":"missing_api_key"}`),
		good:   inJSON(200, `{}`),
		bad:    inJSON(403, `{"error":"expired_api_key"}`),
		fake:   inJSON(403, `{"error":"invalid_api_key"}`),
		path:   true,
		ifGood: "accepted", ifBad: "expired",
	},
	{
		name:   "errors list expired",
		none:   inJSON(401, `{"errors":[{"code":"missing_api_key"}]}`),
		good:   inJSON(200, `{}`),
		bad:    inJSON(403, `{"errors":[{"code":"expired_api_key"}]}`),
		fake:   inJSON(403, `{"errors":[{"code":"invalid_api_key"}]}`),
		path:   true,
		ifGood: "accepted", ifBad: "expired",
	},
	{
		name:   "problem+json expired",
		none:   "401\nContent-Type: application/problem+json\n\n{\"title\":\"No key\"}",
		good:   inJSON(200, `{}`),
		bad:    "401\nContent-Type: application/problem+json\n\n{\"type\":\"https://api.example/problems/expired_api_key\",\"title\":\"Expired\"}",
		path:   true,
		ifGood: "accepted", ifBad: "expired",
	},
	{
		name:   "upper-case code",
		none:   inJSON(401, envelope("MISSING_API_KEY")),
		good:   inJSON(200, `{}`),
		bad:    inJSON(403, envelope("EXPIRED_API_KEY")),
		path:   true,
		ifGood: "accepted", ifBad: "expired",
	},
	{
		name:   "camel code",
		none:   inJSON(401, envelope("MissingApiKey")),
		good:   inJSON(200, `{}`),
		bad:    inJSON(403, envelope("ExpiredApiKey")),
		path:   true,
		ifGood: "accepted", ifBad: "expired",
	},
	{
		name:   "code in a header only",
		none:   "401\n\n",
		good:   inJSON(200, `{}`),
		bad:    "403\nX-Error-Code: invalid_api_key\n\n",
		fake:   "403\nX-Error-Code: invalid_api_key\n\n",
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "code of an Amazon gateway, with an address behind it",
		none:   "401\n\n",
		good:   inJSON(200, `{}`),
		bad:    "403\nX-Amzn-Errortype: ExpiredTokenException:http://internal.example/coral/\n\n",
		path:   true,
		ifGood: "accepted", ifBad: "expired",
	},
	{
		name:   "expired in WWW-Authenticate",
		none:   "401\nWWW-Authenticate: Bearer\n\n",
		good:   inJSON(200, `{}`),
		bad:    "401\nWWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"The access token expired\"\n\n",
		path:   true,
		ifGood: "accepted", ifBad: "expired",
	},
	{
		name:   "Google 400 number",
		none:   inJSON(403, `{"error":{"code":403,"message":"unregistered callers","status":"PERMISSION_DENIED"}}`),
		good:   inJSON(400, `{"error":{"code":400,"message":"text empty","status":"INVALID_ARGUMENT"}}`),
		bad:    inJSON(400, `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}`),
		fake:   inJSON(400, `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}`),
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "AWS gateway",
		none:   inJSON(403, `{"message":"Missing Authentication Token"}`),
		good:   inJSON(403, `{"message":"Missing Authentication Token"}`),
		bad:    inJSON(403, `{"message":"Missing Authentication Token"}`),
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "AWS sigv4",
		none:   inJSON(403, `{"message":"Missing Authentication Token"}`),
		good:   inJSON(403, `{"message":"Authorization header requires 'Credential' parameter"}`),
		bad:    inJSON(403, `{"message":"Authorization header requires 'Credential' parameter"}`),
		fake:   inJSON(403, `{"message":"x"}`),
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "limit per presented key before auth",
		none:   inJSON(401, envelope("missing_api_key")),
		good:   inJSON(429, envelope("rate_limit_exceeded")),
		bad:    inJSON(429, envelope("rate_limit_exceeded")),
		fake:   inJSON(401, envelope("invalid_api_key")),
		path:   true,
		ifGood: "limited", ifBad: "limited",
	},
	{
		name:   "cut 400",
		none:   inJSON(401, `{}`),
		good:   "400\nContent-Length: 200\n\n{\"error\":{\"co",
		bad:    "400\nContent-Length: 200\n\n{\"error\":{\"co",
		fake:   inJSON(401, `{}`),
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "cut 200",
		none:   inJSON(401, `{}`),
		good:   "200\nContent-Length: 200\n\n{\"fla",
		bad:    "200\nContent-Length: 200\n\n{\"err",
		fake:   inJSON(401, `{}`),
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "426",
		none:   inJSON(426, `{}`),
		good:   inJSON(426, `{}`),
		bad:    inJSON(426, `{}`),
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "421",
		none:   "421\n\n",
		good:   "421\n\n",
		bad:    "421\n\n",
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "307 to itself",
		none:   "307\nLocation: SELF\n\n",
		good:   "",
		bad:    "",
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "302 to login",
		none:   "302\nLocation: /login?next=x\n\n",
		good:   "",
		bad:    "",
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "307 to https",
		none:   "307\nLocation: HTTPS\n\n",
		good:   "",
		bad:    "",
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "403 HTML",
		none:   inJSON(401, `{}`),
		good:   "403\nContent-Type: text/html\n\n<html>Forbidden</html>",
		bad:    "403\nContent-Type: text/html\n\n<html>Forbidden</html>",
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "401 HTML",
		none:   "401\nContent-Type: text/html\n\n<html>401</html>",
		good:   "401\nContent-Type: text/html\n\n<html>401</html>",
		bad:    "401\nContent-Type: text/html\n\n<html>401</html>",
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "401 generic, other words",
		none:   inJSON(401, `{"message":"Authorization header missing"}`),
		good:   inJSON(404, `{}`),
		bad:    inJSON(401, `{"message":"Invalid API key"}`),
		fake:   inJSON(401, `{"message":"Invalid API key"}`),
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "a gateway that wants another header, as Kong",
		none:   inJSON(401, `{"message":"No API key found in request"}`),
		good:   inJSON(401, `{"message":"No API key found in request"}`),
		bad:    inJSON(401, `{"message":"No API key found in request"}`),
		path:   true,
		ifGood: "rejected", ifBad: "rejected",
	},
	{
		name:   "text 403 bad",
		none:   "401\n\n",
		good:   inJSON(400, `{}`),
		bad:    "403\nContent-Type: text/plain\n\nInvalid API key",
		fake:   "403\nContent-Type: text/plain\n\nInvalid API key",
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "XML 403 bad",
		none:   "401\n\n",
		good:   inJSON(400, `{}`),
		bad:    "403\nContent-Type: application/xml\n\n<Error><Code>InvalidAccessKeyId</Code></Error>",
		fake:   "403\nContent-Type: application/xml\n\n<Error><Code>InvalidAccessKeyId</Code></Error>",
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "400 OAuth invalid_request",
		none:   inJSON(401, `{"error":"invalid_request"}`),
		good:   inJSON(404, `{}`),
		bad:    inJSON(401, `{"error":"invalid_token"}`),
		fake:   inJSON(401, `{"error":"invalid_token"}`),
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "500 for a bad key",
		none:   inJSON(401, `{}`),
		good:   inJSON(400, `{}`),
		bad:    inJSON(500, `{}`),
		fake:   inJSON(500, `{}`),
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "404 hides",
		none:   inJSON(404, `{}`),
		good:   inJSON(400, `{}`),
		bad:    inJSON(404, `{}`),
		fake:   inJSON(404, `{}`),
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "408",
		none:   inJSON(401, `{}`),
		good:   inJSON(408, `{}`),
		bad:    inJSON(401, `{}`),
		fake:   inJSON(401, `{}`),
		path:   true,
		ifGood: "unproven", ifBad: "rejected",
	},
	{
		name:   "409",
		none:   inJSON(401, `{}`),
		good:   inJSON(409, `{}`),
		bad:    inJSON(401, `{}`),
		fake:   inJSON(401, `{}`),
		path:   true,
		ifGood: "unproven", ifBad: "rejected",
	},
	{
		name:   "501",
		none:   inJSON(401, `{}`),
		good:   inJSON(501, `{}`),
		bad:    inJSON(401, `{}`),
		fake:   inJSON(401, `{}`),
		path:   true,
		ifGood: "unproven", ifBad: "rejected",
	},
	{
		name:   "406",
		none:   inJSON(406, `{}`),
		good:   inJSON(406, `{}`),
		bad:    inJSON(406, `{}`),
		path:   true,
		ifGood: "unproven", ifBad: "unproven",
	},
	{
		name:   "498 for an invalid token",
		none:   inJSON(498, `{"message":"Invalid Token"}`),
		good:   inJSON(400, `{}`),
		bad:    inJSON(498, `{"message":"Invalid Token"}`),
		fake:   inJSON(498, `{"message":"Invalid Token"}`),
		path:   true,
		ifGood: "accepted", ifBad: "rejected",
	},
	{
		name:   "402 key inactive",
		none:   inJSON(401, `{}`),
		good:   inJSON(402, `{"message":"no credit"}`),
		bad:    inJSON(401, `{}`),
		fake:   inJSON(401, `{}`),
		path:   true,
		ifGood: "limited", ifBad: "rejected",
	},
}

// write sends an answer. SELF and HTTPS stand for the address that was asked for, in its own scheme and in https.
func (s keyServer) write(w http.ResponseWriter, r *http.Request, script string) {
	head, body, _ := strings.Cut(script, "\n\n")
	lines := strings.Split(head, "\n")
	address := strings.NewReplacer("SELF", "http://"+r.Host+r.RequestURI, "HTTPS", "https://"+r.Host+r.RequestURI)
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		w.Header().Set(name, address.Replace(value))
	}
	status := 0
	fmt.Sscanf(lines[0], "%d", &status)
	w.WriteHeader(status)
	w.Write([]byte(body))
}

// verdict runs the check against the server, which answers to the user's key with a script.
func (s keyServer) verdict(t *testing.T, mine string) Result {
	t.Helper()
	target := keyTarget(apiOn(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Authorization") {
		case "":
			s.write(w, r, s.none)
		case "Bearer " + testKey:
			s.write(w, r, mine)
		default:
			if s.fake == "" {
				t.Errorf("%s: a made-up key was sent", s.name)
			}
			s.write(w, r, s.fake)
		}
	}), testKey)
	if s.path {
		target.Endpoint = "/v1/text"
	}
	return Run(inTime(t), catalog.KeyCheck, target)
}

// Whatever a server is like, a good key is never called bad, nor a bad one good.
func TestKeyServers(t *testing.T) {
	for _, s := range keyServers {
		for _, c := range []struct{ kind, mine, want string }{{"good", s.good, s.ifGood}, {"bad", s.bad, s.ifBad}} {
			r := s.verdict(t, c.mine)
			if got := r.Findings[0]; len(r.Findings) != 1 || got.ID != "key."+c.want {
				t.Errorf("%s, a %s key: %s, want %s\n%s\n%s", s.name, c.kind, got.ID, c.want, got.Summary, evidenceText(r))
			}
		}
		calledBad := s.ifGood == "rejected" || s.ifGood == "expired"
		calledGood := s.ifBad == "accepted" || s.ifBad == "likely_accepted"
		if s.good != s.bad && (calledBad || calledGood) || s.good == s.bad && (calledBad || calledGood) && !s.path {
			t.Errorf("%s: %s, %s", s.name, s.ifGood, s.ifBad)
		}
	}
}
