package checks

// endpointBlocks print the method, host and path of the requests that a user's own program makes. None of them
// prints a header, a query or a user name, where a key may stand.
var endpointBlocks = []Block{
	{"Print the endpoint: axios", `// before the first request; for an instance of your own, on that instead of axios
axios.interceptors.request.use((config) => {
  const url = new URL(axios.getUri(config), config.baseURL);
  console.error((config.method ?? "get").toUpperCase(), url.host, url.pathname);
  return config;
});`, "axios"},
	{"Print the endpoint: fetch in Node, also within an SDK", `// before anything else is loaded
const realFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = new URL(input.url ?? input);
  console.error(init?.method ?? input.method ?? "GET", url.host, url.pathname);
  return realFetch(input, init);
};`, "node"},
	{"Print the endpoint: Python requests", `# before the first request
import requests, sys
from urllib.parse import urlsplit

real_send = requests.Session.send

def shown_send(self, request, **kwargs):
    url = urlsplit(request.url)
    print(request.method, url.hostname, url.path, file=sys.stderr)
    return real_send(self, request, **kwargs)

requests.Session.send = shown_send`, "python"},
	{"Print the endpoint: Python httpx", `# client is your httpx.Client; for an AsyncClient write "async def"
import sys

def show(request):
    print(request.method, request.url.host, request.url.path, file=sys.stderr)

client.event_hooks["request"].append(show)`, "httpx"},
	{"Print the endpoint: Go net/http", `// showCalls prints what it sends on. Use it in your client, or for all that use the default:
// http.DefaultTransport = showCalls{http.DefaultTransport}
type showCalls struct{ next http.RoundTripper }

func (s showCalls) RoundTrip(r *http.Request) (*http.Response, error) {
	fmt.Fprintln(os.Stderr, r.Method, r.URL.Host, r.URL.Path)
	return s.next.RoundTrip(r)
}`, "go"},
	{"Print the endpoint: curl", `# put your own options and URL in place of the dots; plain -v would print the key too
curl -sv -o /dev/null ... 2>&1 | sed -nE 's/^> ([A-Z]+) ([^? ]+).* HTTP.*/\1 \2/p; s/^> [Hh]ost: /at /p'`, "curl"},
	{"Then check the key against that endpoint", "klyra-doctor check key --path /v1/…", ""},
}
