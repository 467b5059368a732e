package paste

// client is a program or a library that keeps the API's answer to itself unless it is asked.
type client struct {
	name    string
	phrases []string // lower case; how it reports an error status
	how     string   // how to print the body with it
}

// clients, those that can be told surely first.
var clients = []client{
	{
		"axios",
		[]string{"axioserror", "isaxioserror", "request failed with status code", "err_bad_request", "err_bad_response"},
		"axios keeps the API's answer in err.response: print it with console.log(err.response?.status, JSON.stringify(err.response?.data)).",
	},
	{
		"httpx",
		[]string{"httpx.httpstatuserror", "client error '4", "server error '5", "httpstatuserror"},
		"httpx's raise_for_status leaves the body out: catch httpx.HTTPStatusError as e and print(e.response.text).",
	},
	{
		"aiohttp",
		[]string{"clientresponseerror", "aiohttp.client_exceptions"},
		"aiohttp's raise_for_status drops the body: print(await resp.text()) before it, or do not use raise_for_status=True.",
	},
	{
		"requests",
		[]string{"requests.exceptions.httperror", "raise_for_status", "client error: ", "server error: ", "<response [4", "<response [5"},
		"requests' raise_for_status leaves the body out: catch requests.HTTPError as e and print(e.response.text).",
	},
	{
		"urllib",
		[]string{"urllib.error.httperror", "http error 4", "http error 5"},
		"urllib's HTTPError is the answer itself: catch it as e and print(e.read().decode()).",
	},
	{
		"Java's RestTemplate or WebClient",
		[]string{"httpclienterrorexception", "httpservererrorexception", "webclientresponseexception", "web.reactive.function.client"},
		"Spring keeps the body in the exception: log e.getResponseBodyAsString().",
	},
	{
		"Java's HttpURLConnection",
		[]string{"server returned http response code"},
		"HttpURLConnection hides the body of an error: read connection.getErrorStream().",
	},
	{
		"OkHttp or Retrofit",
		[]string{"retrofit2.httpexception", "response{protocol=", "retrofit2.adapter"},
		"OkHttp and Retrofit keep the body apart: print response.body().string() (OkHttp) or e.response().errorBody().string() (Retrofit).",
	},
	{
		"Feign",
		[]string{"feign.feignexception"},
		"Feign keeps the body in the exception: log e.contentUTF8().",
	},
	{
		"Guzzle",
		[]string{"guzzlehttp", "(truncated...)"},
		"Guzzle cuts the body off in its message: echo (string) $e->getResponse()->getBody().",
	},
	{
		"PHP's file_get_contents",
		[]string{"file_get_contents("},
		"file_get_contents drops the body of an error: set 'ignore_errors' => true in the stream context's 'http' options and print what it returns.",
	},
	{
		"Faraday",
		[]string{"faraday::", "the server responded with status"},
		"Faraday keeps the body in the exception: puts e.response[:body].",
	},
	{
		"RestClient",
		[]string{"restclient::"},
		"RestClient keeps the body in the exception: puts e.response.body.",
	},
	{
		"Ruby's Net::HTTP",
		[]string{"net::http", "openuri::httperror"},
		"Net::HTTP prints the status alone: puts response.body (with OpenURI: e.io.read).",
	},
	{
		".NET's HttpClient",
		[]string{"response status code does not indicate success", "ensuresuccessstatuscode", "reasonphrase:"},
		".NET's EnsureSuccessStatusCode drops the body: print await response.Content.ReadAsStringAsync() before it.",
	},
	{
		".NET's WebRequest",
		[]string{"the remote server returned an error"},
		"WebException keeps the answer: read new StreamReader(e.Response.GetResponseStream()).ReadToEnd() (in PowerShell: $_.ErrorDetails.Message).",
	},
	{
		"Go's net/http",
		[]string{"body:0x", "unexpected status:", "unexpected status code", "http.body", "non-200 status", "bad status:", "status code:"},
		"In Go the body is not part of the error: body, _ := io.ReadAll(resp.Body) before it is closed, and log it as a string.",
	},
	{
		"fetch",
		[]string{"http error! status", "readablestream", "response {", "http error status"},
		"fetch does not read the body by itself: console.log(res.status, await res.text()) before you throw.",
	},
	{
		"curl -f",
		[]string{"the requested url returned error"},
		"curl -f hides the body: use --fail-with-body, or leave -f out, and add -i for the headers.",
	},
	{
		"wget",
		[]string{"wget", "error 429: too many requests", "error 401: unauthorized"},
		"wget hides the body of an error: add --content-on-error -O -.",
	},
	{
		"Rust's reqwest",
		[]string{"http status client error", "http status server error", "reqwest::error"},
		"reqwest's error_for_status drops the body: print response.text().await? before it.",
	},
	{
		"Dart's Dio",
		[]string{"dioexception", "dioerror"},
		"Dio keeps the answer in the exception: print(e.response?.data).",
	},
	{
		"got or ky",
		[]string{"httperror: response code", "httperror: request failed with status"},
		"got and ky keep the body in the error: console.log(err.response?.body) for got, await err.response.text() for ky.",
	},
	{
		"Node's console.log",
		[]string{"error: [object]", "errors: [array]", "[object object]"},
		"Node's console.log prints nothing of what lies deep: use console.log(JSON.stringify(err.response?.data)) or console.dir(err, { depth: null }).",
	},
}

// anyClient is said where the text does not show which client it was.
const anyClient = "The text shows a status but not what the API said. Print the response's body where the error is caught (with axios: err.response.data; requests and httpx: e.response.text; fetch: await res.text(); Go: io.ReadAll(resp.Body)), or send the request with curl -i, and paste that."
