package paste

import "klyra-doctor/catalog"

// trouble is one thing that goes wrong before the API can answer, and the words that give it away.
type trouble struct {
	phrases   []string // lower case
	code      catalog.Code
	status    int // the usual one, which counts where the text shows it; 0 where any may stand beside the phrase
	certainty Certainty
	message   string // holds no number that stands in no phrase
}

const (
	edge     = " A proxy or CDN between your client and the API made this answer, not the API: "
	ownProxy = " The proxy of your own network made this answer, and Klyra never saw the request: "
)

// gateways are answers of proxies and CDNs, the most telling first.
var gateways = []trouble{
	{
		[]string{"error code: 1015", "error 1015", "you are being rate limited"},
		"", 429, Certain,
		"Cloudflare limits the rate of your address." + edge + "it is not rate_limit_exceeded, and Klyra's limits and reset times say nothing about it. Wait some minutes, send fewer requests from this address, and tell Klyra's support the ray ID if it stays.",
	},
	{
		[]string{"error code: 1020", "error 1020"},
		"", 403, Certain,
		"A firewall rule of Cloudflare blocked the request." + edge + "the key is not the reason. Try from another network and give Klyra's support the ray ID.",
	},
	{
		[]string{"error code: 1010", "error 1010"},
		"", 403, Certain,
		"Cloudflare blocked the client by its signature." + edge + "send an ordinary User-Agent, and give Klyra's support the ray ID if that does not help.",
	},
	{
		[]string{"error code: 1009", "error code: 1006", "error code: 1007", "error code: 1005", "error code: 1012"},
		"", 403, Certain,
		"Cloudflare blocks your address, network or country." + edge + "the key is not the reason. Try from another network and give Klyra's support the ray ID.",
	},
	{
		[]string{"sorry, you have been blocked"},
		"", 403, Certain,
		"Cloudflare blocked the request." + edge + "the key is not the reason. Which rule it was the page does not say: give Klyra's support the ray ID, and try from another network.",
	},
	{
		[]string{"error code: 1016", "error code: 1000", "error code: 1033"},
		"service_unavailable", 530, Certain,
		"Cloudflare cannot find the server behind it." + edge + "nothing in your request causes it. Check Klyra's status and try again later.",
	},
	{
		[]string{"just a moment...", "cf-mitigated: challenge", "enable javascript and cookies to continue", "checking your browser before"},
		"", 403, Certain,
		"Cloudflare asks for a browser check." + edge + "a program cannot pass it. Check the base URL (https://api.klyra.live), and give Klyra's support the ray ID.",
	},
	{
		[]string{"| 520:", "error code 520", "error code: 520", "error 520", "web server is returning an unknown error"},
		"service_unavailable", 520, Certain,
		"Cloudflare got an answer from the server behind it that it could not use." + edge + "try again with a growing delay; if it stays, give Klyra's support the ray ID and the time.",
	},
	{
		[]string{"| 521:", "error code 521", "error code: 521", "error 521", "web server is down"},
		"service_unavailable", 521, Certain,
		"Cloudflare was refused by the server behind it." + edge + "try again with a growing delay and check Klyra's status.",
	},
	{
		[]string{"| 522:", "error code 522", "error code: 522", "error 522"},
		"service_unavailable", 522, Certain,
		"Cloudflare could not connect to the server behind it in time." + edge + "it is not the code timeout. Try again with a growing delay and check Klyra's status.",
	},
	{
		[]string{"| 523:", "error code 523", "error code: 523", "error 523", "origin is unreachable"},
		"service_unavailable", 523, Certain,
		"Cloudflare cannot reach the server behind it." + edge + "try again later and check Klyra's status.",
	},
	{
		[]string{"| 524:", "error code 524", "error code: 524", "error 524", "a timeout occurred"},
		"timeout", 524, Certain,
		"Cloudflare gave up waiting for the server behind it." + edge + "it is not the API's own code timeout, so there is no request id. Send smaller content, and try again with a growing delay.",
	},
	{
		[]string{"| 525:", "| 526:", "error code 525", "error code 526", "ssl handshake failed", "invalid ssl certificate"},
		"service_unavailable", 525, Certain,
		"Cloudflare could not agree on TLS with the server behind it." + edge + "nothing in your request causes it. Check Klyra's status.",
	},
	{
		[]string{"<title>413", "413 request entity too large", "413 payload too large", "<h1>413", "client intended to send too large body"},
		"", 413, Certain,
		"A proxy (nginx, by the look of it) refused the size of the request's body." + edge + "it is not content_too_large, and the limit is the proxy's, which may be yours. Raise its client_max_body_size, or send less, for instance a URL in place of base64.",
	},
	{
		[]string{"<title>414", "414 request-uri too large", "<title>431", "request header or cookie too large"},
		"", 0, Certain,
		"A proxy refused the length of the URL or the headers." + edge + "send the content in the body of a POST, and fewer cookies.",
	},
	{
		[]string{"upstream connect error", "no healthy upstream", "upstream request timeout", "upstream_reset_before_response_started"},
		"service_unavailable", 503, Certain,
		"A proxy (Envoy) could not reach the server behind it." + edge + "try again with a growing delay. If the proxy is yours (a service mesh, an ingress), look at its log first.",
	},
	{
		[]string{"<title>502", "<h1>502", "502 bad gateway</", "error 502 (server error)", "502 - web server received an invalid response"},
		"service_unavailable", 502, Certain,
		"A proxy got no usable answer from the server behind it." + edge + "try again with a growing delay and check Klyra's status.",
	},
	{
		[]string{"<title>503", "<h1>503", "503 service temporarily unavailable", "503 service unavailable</", "503 backend fetch failed", "guru meditation"},
		"service_unavailable", 503, Certain,
		"A proxy says that the server behind it is not available." + edge + "it may mean the same as service_unavailable, but has no request id. Try again with a growing delay; if the proxy is yours, look at it first.",
	},
	{
		[]string{"<title>504", "<h1>504", "504 gateway time-out", "504 gateway timeout</", "the gateway did not receive a timely response"},
		"timeout", 504, Certain,
		"A proxy gave up waiting for the server behind it." + edge + "it is not the API's own code timeout. Send smaller content, raise the proxy's read timeout if it is yours, and try again.",
	},
	{
		[]string{"the request could not be satisfied", "generated by cloudfront"},
		"service_unavailable", 0, Certain,
		"CloudFront could not pass the request on." + edge + "check the host in the URL (https://api.klyra.live is not behind CloudFront as far as is known), then try again.",
	},
	{
		[]string{"errors.edgesuite.net", "you don't have permission to access \"http"},
		"", 403, Certain,
		"Akamai denied the request." + edge + "check the host in the URL and the proxy that you send through.",
	},
	{
		[]string{"no server is available to handle this request"},
		"service_unavailable", 503, Certain,
		"A load balancer (HAProxy) has no server to hand the request to." + edge + "try again with a growing delay; if it is yours, look at its health checks.",
	},
	{
		[]string{"407 proxy authentication required", "proxy authentication required", "err_cache_access_denied", "received http code 407 from proxy"},
		"", 407, Certain,
		"Your network's proxy wants a login." + ownProxy + "give the proxy's user and password to the client (HTTPS_PROXY), or ask who runs the network.",
	},
	{
		[]string{"received http code 403 from proxy", "x-squid-error", "err_access_denied", "blocked by your organization", "zscaler", "access to this site is blocked", "fortiguard"},
		"", 403, Certain,
		"Your network's proxy does not let the request through." + ownProxy + "ask who runs the network to allow api.klyra.live.",
	},
	{
		[]string{"<title>403 forbidden", "<h1>403 forbidden", "<title>401 authorization required", "<title>405 not allowed", "<title>404 not found", "<title>400 bad request", "<title>301 moved", "<title>302 found", "<title>308 permanent"},
		"", 0, Likely,
		"A web server or proxy answered with a page of its own." + edge + "check scheme, host and path of the URL (https://api.klyra.live), and whether a proxy stands between.",
	},
	{
		[]string{"429 too many requests</", "<title>429"},
		"", 429, Certain,
		"A proxy limits the rate of requests." + edge + "it is not rate_limit_exceeded, and has no reset time of Klyra's. Send fewer requests, and look at the proxy if it is yours.",
	},
	{
		[]string{"invalid character '<' looking for beginning of value", "unexpected token '<'", "unexpected token <", "'<' is an invalid start of a value", "unexpected character encountered while parsing value: <", "unexpected character ('<'", "<!doctype html", "<html"},
		"", 0, Likely,
		"The client was given an HTML page where JSON is due. The API answers in JSON, so a proxy, a login page or a wrong URL is behind it: look at the page itself (print the raw body and the status).",
	},
}

const noAnswer = " No answer arrived, so this is none of the 21 codes: "

// networks are failures without any answer, the most telling first.
var networks = []trouble{
	{
		[]string{"enotfound", "eai_again", "getaddrinfo", "no such host", "could not resolve host", "couldn't resolve host", "name or service not known", "nodename nor servname", "temporary failure in name resolution", "nameresolutionerror", "unknownhostexception", "failed host lookup", "err_name_not_resolved", "nxdomain", "name resolution", "the remote name could not be resolved", "no address associated with hostname", "dns error", "socket::resolutionerror", "dns_probe_finished", "curl: (6)"},
		"", 0, Certain,
		"The host's name could not be resolved (DNS)." + noAnswer + "check the spelling of the host (api.klyra.live), then the machine's or the container's DNS.",
	},
	{
		[]string{"x509", "self signed certificate", "self-signed certificate", "self_signed_cert_in_chain", "depth_zero_self_signed_cert", "unable_to_verify_leaf_signature", "unable_to_get_issuer_cert_locally", "unable to get local issuer certificate", "certificate_verify_failed", "cert_has_expired", "certificate has expired", "certificate verify failed", "sslcertverificationerror", "pkix path building failed", "err_tls_cert_altname_invalid", "sslhandshakeexception", "tls: failed to verify", "err_cert_", "ssl certificate problem", "the ssl connection could not be established", "remote certificate is invalid", "certificate is not trusted", "invalid peer certificate", "openssl::ssl::sslerror", "curl: (60)"},
		"", 0, Certain,
		"The client does not trust the certificate that it was shown (TLS)." + noAnswer + "a company proxy that reads TLS, a missing CA bundle and a wrong clock are the usual causes. Install the proxy's CA; do not turn verification off.",
	},
	{
		[]string{"tls handshake timeout", "ssl_error_syscall", "wrong version number", "wrong_version_number", "tls: first record does not look like", "handshake_failure", "handshake failure", "ssl: unexpected_eof", "eproto", "ssl_connect", "ssl connect error", "sslv3 alert", "err_ssl_protocol_error", "sslerror", "curl: (35)"},
		"", 0, Certain,
		"The TLS handshake failed." + noAnswer + "a proxy, a plain-http port or an old TLS library stands between. Check the URL's scheme and port, and the proxy settings.",
	},
	{
		[]string{"econnrefused", "connection refused", "actively refused", "failed to establish a new connection", "err_connection_refused", "newconnectionerror"},
		"", 0, Certain,
		"The connection was refused." + noAnswer + "nothing listens at that host and port, or a firewall refuses. Check host, port and proxy settings.",
	},
	{
		[]string{"etimedout", "econnaborted", "und_err_connect_timeout", "und_err_headers_timeout", "und_err_body_timeout", "connecttimeout", "connecttimeouterror", "connect timeout", "connection timed out", "readtimeout", "readtimeouterror", "read timed out", "operation timed out", "i/o timeout", "context deadline exceeded", "client.timeout exceeded", "timeout was reached", "net::opentimeout", "net::readtimeout", "sockettimeoutexception", "httpconnecttimeoutexception", "httptimeoutexception", "httpclient.timeout", "the operation has timed out", "request timed out", "timeout awaiting response headers", "err_timed_out", "err_connection_timed_out", "resolving timed out", "the request timed out", "connection timeout", "timeout of", "faraday::timeouterror", "aborterror: this operation was aborted", "timeouterror", "timeoutexception", "operation was aborted due to timeout", "apitimeouterror", "apiconnectiontimeouterror", "reason: :timeout", "timed out after", "curl error 28", "curl: (28)"},
		"timeout", 0, Likely,
		"The client stopped waiting: its own time limit ran out." + noAnswer + "it is not the API's code timeout. Either that limit is too short for the request, or the network drops packets: raise the limit, and check the way to the host (firewall, proxy, VPN).",
	},
	{
		[]string{"econnreset", "connection reset by peer", "connection reset", "socket hang up", "epipe", "broken pipe", "remotedisconnected", "remote end closed connection", "connection aborted", "server disconnected", "und_err_socket", "other side closed", "err_connection_reset", "err_empty_reply", "empty reply from server", "unexpected eof while reading", "incomplete message", "connection closed before", "forcibly closed", "err_http2_", "stream was reset", "err_connection_closed", "network connection was lost", "connection was closed", "server closed idle connection", "prematurely closed", "curl: (52)", "curl: (56)"},
		"", 0, Likely,
		"The connection broke before an answer arrived." + noAnswer + "a proxy, a firewall or an idle connection used again are the usual causes. Try again once; if it stays, try without the proxy.",
	},
	{
		[]string{"enetunreach", "ehostunreach", "network is unreachable", "no route to host", "err_internet_disconnected", "internet connection appears to be offline", "err_network_changed", "err_address_unreachable", "network unreachable"},
		"", 0, Certain,
		"The network is not reachable." + noAnswer + "the machine is offline, or has no route to the host (VPN, IPv6 alone, a container without network).",
	},
	{
		[]string{"err_proxy_connection_failed", "proxyerror", "cannot connect to proxy", "unable to connect to proxy", "tunneling socket could not be established", "tunnel connection failed", "proxyconnect tcp"},
		"", 0, Certain,
		"The proxy could not be reached or refused the tunnel." + noAnswer + "check HTTPS_PROXY and NO_PROXY, and the proxy itself.",
	},
	{
		[]string{"blocked by cors policy", "cors header", "cross-origin request blocked"},
		"", 0, Certain,
		"The browser kept the answer from the page (CORS)." + noAnswer + "call Klyra from your server and not from a page, where the key would be public too.",
	},
	{
		[]string{"fetch failed", "failed to fetch", "networkerror when attempting to fetch", "load failed", "err_network", "err_failed", "network request failed", "network error", "apiconnectionerror", "clientconnectorerror", "connecterror", "error sending request for url", "connectexception", "connectionerror", "connection error", "could not connect to", "couldn't connect to", "failed to connect to", "unable to connect to", "connectionfailed", "socketerror", "socketexception", "transporterror", "curl error", "curl: (7)", "nsurlerrordomain", "httprequestexception", "max retries exceeded"},
		"", 0, Likely,
		"The client could not talk to the host." + noAnswer + "look for the cause below it in the trace (DNS, refused, TLS, time-out), and check host, proxy and firewall.",
	},
}
