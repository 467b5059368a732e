package catalog

// resend is the title of every checklist's last step.
const resend = "Send the request again"

// The vendor's pages on errors.
const (
	errorCodeDocs      = "https://docs.klyra.live/essentials/error-codes"
	authenticationDocs = "https://docs.klyra.live/essentials/authentication"
	rateLimitDocs      = "https://docs.klyra.live/essentials/rate-limits"
)

// entries are the 21 documented codes in the vendor's order: data only. The examples of invalid_api_key and
// rate_limit_exceeded are the vendor's own; the others follow their form, with the usual names for what is
// not documented (types, parameters, messages).
var entries = []Entry{
	{
		Code: "invalid_api_key", Group: Authentication,
		Description: "API key is invalid or has been revoked",
		Resolution:  "Check your API key or generate a new one in the dashboard",
		Meaning: "A key did reach Klyra, but Klyra does not know it or it has been revoked. Most often it was " +
			"damaged while it was copied, belongs to another environment, or somebody rotated it. Look first at the " +
			"key that your program really sends, not at the one that you believe it sends.",
		Statuses: []HTTPStatus{{Code: 401}},
		Retry:    Retry{When: "The same key will be refused again: put another one in first."},
		Fault:    You,
		Words: []string{
			"wrong key", "bad key", "key rejected", "key not accepted", "revoked", "revoked key", "key revoked",
			"deleted key", "key leaked", "unauthorized", "not authorized", "unauthenticated",
			"authentication failed", "bad credentials", "key doesn't work", "key not working", "key stopped working",
			"wrong token", "invalid token", "invalid bearer token", "typo in key", "key from another environment",
			"staging key", "rotate key", "who are you", "login failed", "credentials rejected",
			"copied wrong", "copy paste mistake",
		},
		Example: `{
  "error": {
    "code": "invalid_api_key",
    "message": "The API key provided is invalid or has been revoked.",
    "type": "authentication_error",
    "param": null,
    "request_id": "req_1a2b3c4d5e6f"
  }
}`,
		Confused: []Lookalike{
			{"missing_api_key", "No key arrived at all: the header was absent or empty."},
			{"expired_api_key", "The key was right once and ran out by its date; nobody revoked it."},
			{"insufficient_permissions", "The key is known and good, but may not do this one thing."},
		},
		DocsURL: authenticationDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: KeyCheck, Title: "Test the key against the API",
				Detail: "First looks for damage from copying (blanks, quotes, a line end, a doubled Bearer), which " +
					"needs no request. Then asks the API whether it takes the key.",
			},
			{
				Kind: DoStep, Title: "Compare the loaded key with the one you meant",
				Detail: "Print the key's length and last four characters in the program that fails. Most .env " +
					"loaders do not override a variable that is already set, and a container or CI job keeps the " +
					"value it was started with: so an old key often wins without a word.",
			},
			{
				Kind: DoStep, Title: "See whether the dashboard still lists the key",
				Detail: "Open Dashboard → Projects → your project → API Keys. A key that was revoked stops at once, " +
					"for everybody who shares it: ask whether a colleague rotated it. Look into the other projects " +
					"too, in case the key is theirs.",
			},
			{
				Kind: DoStep, Check: KeyCheck, Title: "Generate a new key and use it here",
				Detail: "Dashboard → Projects → the project → API Keys → \"Generate New Key\". Copy all of it, " +
					"without quotes or line end, and put it in as the key of this checklist: it is tested at once.",
			},
			{
				Kind: DoStep, Title: "Restart everything that holds the old key",
				Detail: "Processes, containers, functions and CI runners read their environment when they start. " +
					"Put the new key into their secret store, then redeploy: a changed secret alone reaches none of " +
					"them.",
			},
			{
				Kind: DoStep, Needs: KeyCheck, Title: resend,
				Detail: "In the end by way of the program that failed: that a request goes through from here does not " +
					"show which key that program loads. If it still says invalid_api_key, it loads another one.",
			},
		},
	},
	{
		Code: "missing_api_key", Group: Authentication,
		Description: "No API key was provided",
		Resolution:  "Add the Authorization header with your API key",
		Meaning: "The request came without a key, so Klyra could not tell who was asking. Usually the variable that " +
			"should hold the key is unset or empty where the program runs, or the header has the wrong name. " +
			"Nothing is wrong with the key itself: look at how it gets into the request.",
		Statuses: []HTTPStatus{{Code: 401}},
		Retry:    Retry{When: "Nothing changes until the request carries a key."},
		Fault:    You,
		Words: []string{
			"no key", "no api key", "forgot key", "key not set", "key undefined", "key is empty",
			"no authorization header", "no auth header", "authorization header missing", "missing header",
			"header not sent", "header stripped", "no bearer", "bearer", "missing token", "no token",
			"no credentials", "env var not set", "klyra_api_key not set", "unauthenticated", "not authenticated",
			"authentication required", "login required", "not authorized", "anonymous", "how to authenticate",
			"where to put the key",
			"environment variable not set", "env variable",
		},
		Example: `{
  "error": {
    "code": "missing_api_key",
    "message": "No API key was provided. Send it in the Authorization header.",
    "type": "authentication_error",
    "param": null,
    "request_id": "req_2b3c4d5e6f7a"
  }
}`,
		Confused: []Lookalike{
			{"invalid_api_key", "A key did arrive, but not one that Klyra knows."},
			{"expired_api_key", "A key did arrive and was recognised, but its time is over."},
		},
		DocsURL: authenticationDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: KeyCheck, Fails: []string{"key.missing"},
				Title: "Look for a key in this environment",
				Detail: "Reads KLYRA_API_KEY as your program would; an empty or blank one counts as none. Where a " +
					"key is found, the API is asked about it.",
			},
			{
				Kind: DoStep, Title: "Count the key's characters where the program runs",
				Detail: "In the same shell, container or job: `printenv KLYRA_API_KEY | wc -c`. 0 means unset, 1 " +
					"means empty. A variable needs `export`, a .env file needs a loader, Docker needs -e, sudo and " +
					"cron start with an environment of their own, and CI hides secrets from pull requests of forks.",
			},
			{
				Kind: DoStep, Title: "Look at the header that leaves your program",
				Detail: "Turn on the request log of your client, or repeat the call with `curl -v`. The line must " +
					"read `Authorization: Bearer <key>`: X-Api-Key, Token or Basic in its place count as no key, " +
					"and so does a Bearer with nothing behind it. Mask the key before you show that output to " +
					"anybody.",
			},
			{
				Kind: DoStep, Title: "Rule out that a redirect drops the header",
				Detail: "Most clients remove Authorization when they are redirected to another host. Call " +
					"https://api.klyra.live itself, by https, and print the final URL of the response; a company " +
					"proxy between can drop the header too.",
			},
			{
				Kind: DoStep, Check: KeyCheck, Title: "Generate a key if you have none",
				Detail: "Dashboard → Projects → the project → API Keys → \"Generate New Key\". Then `read -rs " +
					"KLYRA_API_KEY && export KLYRA_API_KEY` in the very shell that starts the program: paste the " +
					"key and press Enter, and it stays out of the history.",
			},
			{
				Kind: DoStep, Needs: KeyCheck, Title: resend,
				Detail: "From a shell: `curl -i -H \"Authorization: Bearer $KLYRA_API_KEY\" …`, in double quotes, " +
					"since single ones keep the variable from being filled in.",
			},
		},
	},
	{
		Code: "expired_api_key", Group: Authentication,
		Description: "The API key has expired",
		Resolution:  "Generate a new API key in the dashboard",
		Meaning: "Klyra knows this key, but its time has run out. It worked before and nobody has broken anything; " +
			"it only has to be replaced. Make the new key first, then find every place that still holds the old " +
			"one.",
		Statuses: []HTTPStatus{{Code: 401}},
		Retry:    Retry{When: "An expired key stays expired: make a new one first."},
		Fault:    You,
		Words: []string{
			"expired", "expired key", "key expired", "expired token", "token expired", "old key", "key too old",
			"outdated key", "stale key", "rotate key", "key rotation", "rotation", "90 days", "renew key",
			"key no longer valid", "expiry", "expiration", "expires", "worked until yesterday", "worked for months",
		},
		Example: `{
  "error": {
    "code": "expired_api_key",
    "message": "The API key has expired.",
    "type": "authentication_error",
    "param": null,
    "request_id": "req_3c4d5e6f7a8b"
  }
}`,
		Confused: []Lookalike{
			{"invalid_api_key", "The key is unknown or was revoked by hand; no date has passed."},
			{"insufficient_permissions", "The key is still good, but lacks the right to this action."},
		},
		DocsURL: authenticationDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: KeyCheck, Title: "Ask the API whether the key has expired",
				Detail: "Asks the API about the key in use here. If it is accepted, the expired one is another key: " +
					"a different variable, environment or service still sends it.",
			},
			{
				Kind: DoStep, Title: "Find the expired key in the dashboard",
				Detail: "Dashboard → Projects → API Keys, project by project. Note which project and which " +
					"environment it serves, so that its replacement gets the same rights.",
			},
			{
				Kind: DoStep, Check: KeyCheck, Title: "Generate its replacement",
				Detail: "Dashboard → Projects → the same project → API Keys → \"Generate New Key\", one for each " +
					"environment. Put it in as the key of this checklist to have it tested.",
			},
			{
				Kind: DoStep, Title: "Replace it everywhere, then restart",
				Detail: "Search your secret stores, CI variables, deployments and .env files for the variable's " +
					"name (not for the key). Restart or redeploy each: a running process goes on with the old key " +
					"until then.",
			},
			{
				Kind: DoStep, Needs: KeyCheck, Title: resend,
				Detail: "Then set a reminder: Klyra advises to rotate keys every 90 days, and a new key made a week " +
					"early spares you the next night.",
			},
		},
	},
	{
		Code: "insufficient_permissions", Group: Authentication,
		Description: "The API key doesn’t have permission for this action",
		Resolution:  "Use a different API key with the required permissions",
		Meaning: "The key is real and Klyra accepts it, but it may not do what this request asks for. Keys belong " +
			"to a project and can carry different permissions. Either the wrong key is in use here, or the right " +
			"one was never given this permission.",
		Statuses: []HTTPStatus{{Code: 403}},
		Retry:    Retry{When: "The same key may not do it next time either: use one that may."},
		Fault:    You,
		Words: []string{
			"forbidden", "permission", "permission denied", "no permission", "access denied", "not allowed",
			"not permitted", "no access", "no rights", "denied", "scope", "scopes", "missing scope", "role",
			"privileges", "acl", "not authorized", "read only key", "restricted key", "wrong project",
			"key of another project", "organization key", "organization access key", "not entitled",
			"unauthorized action",
		},
		Example: `{
  "error": {
    "code": "insufficient_permissions",
    "message": "The API key does not have permission for this action.",
    "type": "authentication_error",
    "param": null,
    "request_id": "req_4d5e6f7a8b9c"
  }
}`,
		Confused: []Lookalike{
			{"invalid_api_key", "The key is not accepted anywhere, for any action."},
			{"missing_api_key", "No key arrived, so that no permission could be looked at."},
		},
		DocsURL: authenticationDocs,
		Steps: []Step{
			{
				Kind: AskStep, Ask: EndpointInput, Title: "Name the endpoint that refused you",
				Detail: "Permissions can differ from one action to the next, so the key has to be tried on the very " +
					"path that you called, such as the one in your log or SDK call.",
			},
			{
				Kind: CheckStep, Check: KeyCheck, Title: "Try the key on that endpoint",
				Detail: "Tells a key that is recognised but refused from one that is rejected altogether. That it " +
					"is refused here is the error itself; that it is accepted means that your program sends another " +
					"key.",
			},
			{
				Kind: DoStep, Title: "Check that the key is of the right project",
				Detail: "A key belongs to one project. Open Dashboard → Projects → the project whose data you work " +
					"on → API Keys and see whether it is listed there: a staging key in production is the usual " +
					"slip.",
			},
			{
				Kind: DoStep, Title: "Ask for the rights of your organization's key",
				Detail: "Only if yours is an Organization Access Key, which Enterprise customers have: these can be " +
					"restricted to actions or resources. Ask whoever manages it whether this action is among them, " +
					"and give them the request_id.",
			},
			{
				Kind: DoStep, Check: KeyCheck, Title: "Switch to a key that has the permission",
				Detail: "Take another key of the project, or make one: Dashboard → Projects → the project → API " +
					"Keys → \"Generate New Key\". Put it in as the key of this checklist to try it on the same " +
					"endpoint.",
			},
			{
				Kind: DoStep, Needs: KeyCheck, Title: resend,
				Detail: "With the key that was just accepted. Keep it apart from the other one, so that each " +
					"service holds only the rights that it needs.",
			},
		},
	},
	{
		Code: "invalid_request", Group: Request,
		Description: "The request was malformed or missing required fields",
		Resolution:  "Check your request parameters against the API documentation",
		Meaning: "Klyra could not make sense of the request as a whole: the body is not valid JSON, or a required " +
			"field is not there. It was refused before any content was looked at. Look at the bytes that your " +
			"program sent, not at the object that it built.",
		Statuses: []HTTPStatus{{Code: 400}},
		Retry:    Retry{When: "The same request will be refused again: correct it first."},
		Fault:    You,
		Words: []string{
			"bad request", "malformed", "malformed request", "malformed json", "bad json", "broken json",
			"invalid json", "json parse error", "json syntax error", "json decode error", "unexpected token",
			"trailing comma", "cannot parse body", "body not json", "bad body", "wrong body", "missing field",
			"missing required field", "required field", "field required", "wrong schema", "wrong method",
			"double encoded json",
		},
		Example: `{
  "error": {
    "code": "invalid_request",
    "message": "The request body could not be parsed as JSON.",
    "type": "invalid_request_error",
    "param": null,
    "request_id": "req_5e6f7a8b9c0d"
  }
}`,
		Confused: []Lookalike{
			{"invalid_parameters", "The request could be read, and one named parameter has a bad value."},
			{"missing_content", "Everything but the content itself is in place."},
			{"unsupported_content_type", "The type of the body or file is refused, not its form."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ContentCheck, Title: "Parse the body as JSON",
				Detail: "Give it the body as it was sent, saved to a file and declared as application/json. It " +
					"names the place of the first mistake: a trailing comma, single quotes, a cut end, text before " +
					"the first brace.",
			},
			{
				Kind: DoStep, Title: "Read message and param of the error",
				Detail: "Print the whole response body: many clients show only the status. Where param is not null, " +
					"it names the field that is missing or misplaced.",
			},
			{
				Kind: DoStep, Title: "Print the bytes that leave your program",
				Detail: "Log the final string, or send the request to `nc -l 8080`. Look for Python's single quotes " +
					"and None, for JSON inside a JSON string, and for fields that JSON.stringify dropped because " +
					"they were undefined.",
			},
			{
				Kind: DoStep, Title: "Declare the body as application/json",
				Detail: "`curl -d` declares a form; add `-H 'Content-Type: application/json'` or use `--json`. In " +
					"Python use requests.post(…, json=body) rather than data=body, which sends a form as well.",
			},
			{
				Kind: DoStep, Title: "Compare each field with the documentation",
				Detail: "Names (upper and lower case count), nesting, and which fields are required for this " +
					"endpoint. After an upgrade of an SDK look whether a field was renamed.",
			},
			{
				Kind: DoStep, Title: "Cut the request down until it is accepted",
				Detail: "Keep the required fields alone and one short text. If that passes, put the others back one " +
					"by one: the one that breaks it is at fault.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With the mended body. Unchanged it will be refused every time, so do not leave it in a " +
					"retry loop.",
			},
		},
	},
	{
		Code: "unsupported_content_type", Group: Request,
		Description: "The content type provided is not supported",
		Resolution:  "Verify you’re sending a supported content type",
		Meaning: "Klyra does not handle the type of what you sent. Either the file is of a format that it does not " +
			"take, or it is declared as something that it is not. What counts are the bytes and the declared type; " +
			"a file's name proves nothing.",
		Statuses: []HTTPStatus{{Code: 415}},
		Retry:    Retry{When: "The same type will be refused again: convert or declare it correctly first."},
		Fault:    You,
		Words: []string{
			"content type", "content-type header", "mime", "mime type", "media type", "unsupported media type",
			"wrong content type", "unsupported format", "unsupported file type", "file type",
			"file format not supported", "format not accepted", "wrong extension", "octet-stream", "form-data",
			"multipart", "text/plain", "heic", "avif", "svg", "tiff", "pdf", "docx", "webp", "gif not supported",
			"format not supported", "video not supported", "audio not supported",
		},
		Example: `{
  "error": {
    "code": "unsupported_content_type",
    "message": "The content type 'image/heic' is not supported.",
    "type": "invalid_request_error",
    "param": "content_type",
    "request_id": "req_6f7a8b9c0d1e"
  }
}`,
		Confused: []Lookalike{
			{"corrupted_media", "The format is supported, but the file is damaged."},
			{"unprocessable_content", "The type was accepted, and reading the content failed afterwards."},
			{"invalid_request", "The body as a whole could not be read, whatever its type."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ContentCheck, Or: URLInput, Title: "Compare the file's type with the declared one",
				Detail: "Reads the type from the first bytes and holds it against the declared type and the name. " +
					"Phones save HEIC under names that end in .jpg, and a saved web page can be called photo.png.",
			},
			{
				Kind: CheckStep, Check: URLCheck, Or: ContentInput, Title: "Look at the type that the URL is served with",
				Detail: "Where you send a URL, Klyra sees what its server says and gives: the Content-Type, the first " +
					"bytes, and sometimes a web page where a file should be.",
			},
			{
				Kind: DoStep, Title: "Look at the Content-Type of the request itself",
				Detail: "Two types are in play: that of the request and that of the content in it. A JSON body is " +
					"application/json, also where an image travels in it as base64; curl's -d and many form helpers " +
					"say something else unless told.",
			},
			{
				Kind: DoStep, Title: "Declare the type that the bytes have",
				Detail: "`file --mime-type -b FILE` prints it. Set that in the upload, the data URI or the storage " +
					"object: buckets serve application/octet-stream when nobody set a type.",
			},
			{
				Kind: DoStep, Check: ContentCheck, Title: "Convert it to a common format",
				Detail: "JPEG or PNG for images: `magick photo.heic photo.jpg`. MP3 or WAV, and MP4 with H.264: " +
					"`ffmpeg -i in.mov -c:v libx264 -c:a aac out.mp4`. Klyra's full list of formats is not public, " +
					"so take the most common one.",
			},
			{
				Kind: DoStep, Title: "Refuse such files where they are uploaded",
				Detail: "Check the first bytes on upload, not the ending of the name, and convert or turn down the " +
					"rest. Documents such as PDF or DOCX are best sent as the text or images that they hold.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With the converted file and its new type. Change both: a new file under the old type is " +
					"refused just the same.",
			},
		},
	},
	{
		Code: "content_too_large", Group: Request,
		Description: "The content exceeds size limits",
		Resolution:  "Reduce the size of your content or use chunking for large files",
		Meaning: "What you sent is larger than Klyra takes in one request. Documented are one image of up to 4 MB, " +
			"or one text of up to about 500 words; the payload limit also varies by plan. The content has to become " +
			"smaller or be cut into several requests.",
		Statuses: []HTTPStatus{{Code: 413}},
		Retry:    Retry{When: "The same content will not fit next time either: make it smaller first."},
		Fault:    You,
		Words: []string{
			"too big", "too large", "file too big", "file too large", "image too big", "photo too big",
			"text too long", "too long", "too many words", "500 words", "word limit", "payload too large",
			"request entity too large", "body too large", "file size", "size limit", "max size", "maximum size",
			"over 4 mb", "4mb", "4 mb", "megabytes", "oversized", "huge", "resize", "compress", "shrink", "chunking",
			"split text", "too heavy", "upload too big", "upload limit", "too many characters", "max length",
		},
		Example: `{
  "error": {
    "code": "content_too_large",
    "message": "The content exceeds the maximum size of 4 MB.",
    "type": "invalid_request_error",
    "param": "content",
    "request_id": "req_7a8b9c0d1e2f"
  }
}`,
		Confused: []Lookalike{
			{"timeout", "The content was taken in, but the work on it took too long."},
			{"rate_limit_exceeded", "The number of requests is too high, not the size of one."},
			{"unprocessable_content", "The size was fine, and the content could not be read."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ContentCheck, Or: URLInput, Title: "Measure the content against the limits",
				Detail: "Counts bytes and words and holds them against the documented 4 MB and about 500 words. Your " +
					"plan's payload limit, or a proxy of your own, may allow less.",
			},
			{
				Kind: CheckStep, Check: URLCheck, Or: ContentInput, Title: "Measure what the URL delivers",
				Detail: "Where you send a URL, the size that counts is that of the file behind it: often the original, " +
					"not the preview that a page shows.",
			},
			{
				Kind: DoStep, Check: ContentCheck, Fixes: []string{"shrink"}, Title: "Shrink the image",
				Detail: "In the app x on the step that measures does it; elsewhere `klyra-doctor check content photo.png " +
					"--shrink small.jpg`, or your own program. PNG photos shrink most when they become JPEG. Give " +
					"the new file to this checklist to measure it.",
			},
			{
				Kind: DoStep, Fixes: []string{"chunk"}, Title: "Split long text into parts of under 500 words",
				Detail: "`klyra-doctor check content long.txt --chunk parts` cuts at ends of sentences, and so does x in " +
					"the app. Send each part as a request of its own. The strictest verdict of all parts is that of the " +
					"whole.",
			},
			{
				Kind: DoStep, Title: "Send a URL instead of base64",
				Detail: "Base64 makes a file a third larger: 3 MB of image become 4 MB. Whether the limit counts " +
					"before or after encoding is not documented, so stay under 3 MB, or pass a public URL of the " +
					"image.",
			},
			{
				Kind: DoStep, Title: "Cut long audio or video into pieces",
				Detail: "`ffmpeg -i in.mp4 -t 60 -c copy part.mp4` keeps the first minute without loss. Klyra's " +
					"limits for audio and video are not public: halve until it is accepted, then keep to that " +
					"length.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With the smaller content, or the first of its parts. As it was it will never be accepted, " +
					"however often it is sent.",
			},
		},
	},
	{
		Code: "invalid_parameters", Group: Request,
		Description: "One or more parameters are invalid",
		Resolution:  "Check the param field for which parameter is problematic",
		Meaning: "Klyra could read the request, but one of its parameters has a value that is not allowed. The " +
			"field param of the error says which one. The rest of the request is probably fine.",
		Statuses: []HTTPStatus{{Code: 400}},
		Retry: Retry{When: "The same value will be refused again: correct the parameter that param names " +
			"first."},
		Fault: You,
		Words: []string{
			"param", "parameter", "bad parameter", "wrong parameter", "unknown parameter", "parameter value",
			"invalid argument", "bad argument", "invalid value", "wrong value", "value not allowed", "out of range",
			"threshold", "wrong type", "must be a number", "must be a string", "enum", "option", "typo in parameter",
			"validation error", "validation failed", "invalid field", "param field",
		},
		Example: `{
  "error": {
    "code": "invalid_parameters",
    "message": "The value of 'threshold' must be a number between 0 and 1.",
    "type": "invalid_request_error",
    "param": "threshold",
    "request_id": "req_8b9c0d1e2f3a"
  }
}`,
		Confused: []Lookalike{
			{"invalid_request", "The body could not be read, or a required field is not there at all."},
			{"missing_content", "The parameter at fault is the content, and it is empty."},
			{"unsupported_language", "The text's language is refused, not a value that you chose."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: DoStep, Title: "Read param and message of the error",
				Detail: "Print the whole response body. param names the parameter, message mostly says what is " +
					"allowed; an SDK exception often hides both, so print its body or response attribute.",
			},
			{
				Kind: CheckStep, Check: ContentCheck, Title: "Rule out a broken request body",
				Detail: "Give it the body that you sent, declared as application/json. Whether a value is allowed " +
					"only Klyra knows, but a body that is cut or garbled is found here.",
			},
			{
				Kind: DoStep, Title: "Print the value and its type just before the call",
				Detail: "Look for \"0.8\" where 0.8 is meant, \"true\" for true, null, NaN, and one value where a " +
					"list is due. Values from the environment and from forms are always strings.",
			},
			{
				Kind: DoStep, Title: "Compare name and value with the documentation",
				Detail: "Spelling, upper and lower case, snake_case or camelCase, units, range, and the list of " +
					"allowed values. An SDK that is older or newer than the page may use other names.",
			},
			{
				Kind: DoStep, Title: "Leave the parameter out",
				Detail: "If the request passes without it, the value alone is at fault and the default serves you " +
					"meanwhile. If not, param names the next one: errors come one at a time.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With the corrected value. If another parameter is named now, that is progress: start again " +
					"with that one.",
			},
		},
	},
	{
		Code: "missing_content", Group: Request,
		Description: "No content was provided for moderation",
		Resolution:  "Ensure the content field in your request is not empty",
		Meaning: "The request arrived, but there was nothing in it to moderate. The content is absent, null, an " +
			"empty string or only blanks, or it stands in a field of another name. Look at the value just before " +
			"the call: it is usually lost on the way there.",
		Statuses: []HTTPStatus{{Code: 400}},
		Retry:    Retry{When: "An empty request stays empty: fill the content in first."},
		Fault:    You,
		Words: []string{
			"no content", "empty", "empty content", "empty body", "empty string", "empty text", "empty file",
			"blank", "blank text", "whitespace only", "zero bytes", "0 bytes", "content is null", "null content",
			"content undefined", "nothing sent", "nothing to moderate", "no text", "no image", "no input",
			"forgot content", "content field missing", "body not sent", "content-length 0", "text missing",
			"image missing",
		},
		Example: `{
  "error": {
    "code": "missing_content",
    "message": "No content was provided for moderation.",
    "type": "invalid_request_error",
    "param": "content",
    "request_id": "req_9c0d1e2f3a4b"
  }
}`,
		Confused: []Lookalike{
			{"invalid_request", "The body cannot be read, or a field other than the content is missing."},
			{"unprocessable_content", "Content did arrive, but nothing could be made of it."},
			{"content_download_failed", "The content was named by a URL that could not be fetched."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ContentCheck, Title: "Check that the content is not empty",
				Detail: "Give it the file or text that you mean to send. Blanks, invisible characters or a lone " +
					"byte order mark count as nothing.",
			},
			{
				Kind: DoStep, Title: "Log the content's length right before the call",
				Detail: "If it is 0 there, go back to where it was last right: an unset variable, a form field of " +
					"another name, a stream that was read once already (rewind it), a file that was not yet " +
					"flushed.",
			},
			{
				Kind: DoStep, Title: "Check the name and place of the content field",
				Detail: "A misspelt or wrongly nested field counts as none at all. Compare it letter by letter with " +
					"the documentation of this very endpoint; text and image do not use the same ones everywhere.",
			},
			{
				Kind: DoStep, Title: "Make sure that the body is sent at all",
				Detail: "`curl -v` shows the Content-Length: 0 means no body. Usual reasons: GET for POST, `-d " +
					"@file` with a wrong path, and a redirect from http to https, which turns POST into GET and " +
					"drops the body.",
			},
			{
				Kind: DoStep, Title: "Skip empty items before they reach Klyra",
				Detail: "People submit empty comments and failed uploads. Trim first, and answer such items " +
					"yourself: they need no moderation, and each call counts against your limits.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With one short, fixed sentence first: if that passes, the call is right and only your " +
					"content was empty.",
			},
		},
	},
	{
		Code: "invalid_url", Group: Request,
		Description: "The URL provided could not be accessed",
		Resolution:  "Verify the URL is correct and publicly accessible",
		Meaning: "Klyra was given a URL that it could not use or reach. It may be misspelt or incomplete, lead " +
			"nowhere, or exist only inside your own network. Klyra's servers must be able to open it from the " +
			"public internet, without login.",
		Statuses: []HTTPStatus{{Code: 400}},
		Retry:    Retry{When: "The same URL will be refused again: correct it first."},
		Fault:    You,
		Words: []string{
			"url", "link", "bad url", "wrong url", "bad link", "broken link", "dead link", "malformed url",
			"url not valid", "url not accessible", "url could not be accessed", "unreachable url", "private url",
			"local url", "localhost", "127.0.0.1", "internal host", "intranet", "no such host", "enotfound", "dns",
			"relative url", "missing https", "no scheme", "file path", "s3://", "unescaped spaces in url",
		},
		Example: `{
  "error": {
    "code": "invalid_url",
    "message": "The URL provided could not be accessed.",
    "type": "invalid_request_error",
    "param": "url",
    "request_id": "req_0d1e2f3a4b5c"
  }
}`,
		Confused: []Lookalike{
			{"content_download_failed", "The URL itself was accepted, and fetching the content from it went wrong."},
			{"missing_content", "Neither a URL nor content arrived."},
			{"invalid_parameters", "A parameter other than the URL has a bad value."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: URLCheck, Title: "Try the URL step by step from here",
				Detail: "Looks at its form, the name in DNS, the connection, the certificate, each redirect, the " +
					"status and what comes back. It finds what is wrong for everybody; that nothing is wrong from " +
					"here does not yet prove that Klyra gets through.",
			},
			{
				Kind: DoStep, Title: "Print the URL exactly as your program sends it",
				Detail: "In quotes, from the request's body. Look for placeholders that were not filled in (${…}, " +
					"undefined), a missing https://, a path of your disk, blanks, a line end, &amp; in place of &, " +
					"and %25 where something was encoded twice.",
			},
			{
				Kind: DoStep, Title: "Open it in a private window, off your network",
				Detail: "On a phone without Wi-Fi or VPN, say. If it asks for a login or does not open there, it " +
					"will not open for Klyra either.",
			},
			{
				Kind: DoStep, Check: URLCheck, Title: "Move the file to a public address",
				Detail: "Nothing that begins with localhost, 10., 192.168. or an internal name can work. Use a " +
					"public bucket, or a pre-signed GET URL that is valid for an hour at least, and put the new URL " +
					"into this checklist.",
			},
			{
				Kind: DoStep, Title: "Send the image itself as base64",
				Detail: "It needs no URL at all and is the quickest way round for anything private. One image of up " +
					"to 4 MB is allowed, and base64 adds a third to its size.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With the URL that passed above, copied rather than typed.",
			},
		},
	},
	{
		Code: "rate_limit_exceeded", Group: RateLimit,
		Description: "You’ve exceeded your rate limit",
		Resolution:  "Wait before retrying or upgrade your plan for higher limits",
		Meaning: "You sent more requests than your plan allows in a minute or a day. The request itself is fine and " +
			"succeeds once the limit has reset. Each response says how many are left and when that will be.",
		Statuses: []HTTPStatus{{Code: 429, Documented: true}},
		Retry: Retry{Helps: true, When: "Yes, once the limit has reset: X-RateLimit-Reset says in how many " +
			"seconds, reset_at at what Unix time."},
		Fault: You,
		Words: []string{
			"rate limit", "ratelimit", "rate limited", "throttle", "throttled", "throttling", "too many requests",
			"too many calls", "requests per minute", "60 requests per minute", "rpm", "requests per day",
			"daily limit", "retry-after", "retry after", "wait before retry", "how long to wait", "backoff",
			"back off", "slow down", "x-ratelimit-remaining", "x-ratelimit-reset", "reset_at", "sending too fast",
			"calling too often", "burst", "flood", "loop hammering",
		},
		Example: `{
  "error": {
    "code": "rate_limit_exceeded",
    "message": "You have exceeded the rate limit of 60 requests per minute",
    "type": "rate_limit_error",
    "param": null,
    "reset_at": 1623180660
  }
}`,
		Confused: []Lookalike{
			{"quota_exceeded", "The month's allowance is used up, and waiting some minutes changes nothing."},
			{"concurrent_requests_exceeded", "Too many requests ran at the same time, though few in a minute."},
		},
		DocsURL: rateLimitDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: LimitsCheck, Title: "Read the limits and the time to wait",
				Detail: "From the response that you pasted, or with one request to the API: requests left in this " +
					"minute and today, and when the limit resets. With none left today, waiting for the minute is " +
					"of no use.",
			},
			{
				Kind: DoStep, Title: "Stop everything that keeps retrying",
				Detail: "Pause workers, queues and cron jobs first. Retries without a pause use up each new minute " +
					"before the request that matters gets its turn.",
			},
			{
				Kind: DoStep, Check: LimitsCheck, Title: "Wait until the limit has reset",
				Detail: "X-RateLimit-Reset says in how many seconds, reset_at at what Unix time: `date -d " +
					"@RESET_AT` (Linux) or `date -r RESET_AT` (macOS). Tick this once it is past, and the limits " +
					"are read again.",
			},
			{
				Kind: DoStep, Title: "Find out who else sends with this key",
				Detail: "Tests, a second deployment, a colleague's script, a batch job at this hour: count requests " +
					"by minute in your own logs. A separate key for each environment shows at once who it is.",
			},
			{
				Kind: DoStep, Title: "Make the client wait as long as it is told",
				Detail: "On 429 sleep until the reset, else as long as the backoff schedule says, and give up where it " +
					"ends: the limits check works it out, with code for several clients. Look whether your SDK " +
					"retries already: two layers of it multiply.",
			},
			{
				Kind: DoStep, Title: "Queue requests below the limit",
				Detail: "Let one queue send, at about 80 % of X-RateLimit-Limit, and batch or cache what repeats. " +
					"If your normal traffic does not fit, no client can help it: that takes a larger plan.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "One request by hand, after the reset. Let the workers back in slowly, or all of them hit " +
					"the limit together again.",
			},
		},
	},
	{
		Code: "quota_exceeded", Group: RateLimit,
		Description: "You’ve exceeded your monthly quota",
		Resolution:  "Upgrade your plan or wait until the next billing cycle",
		Meaning: "Your plan's allowance for this month is used up. Neither the request nor the key is at fault, and " +
			"no retry helps before the next billing cycle or a larger plan. Find out first what used it up: it is " +
			"often a loop or a test, not your users.",
		Statuses: []HTTPStatus{{Code: 429}},
		Retry: Retry{When: "Not before the next billing cycle or a larger plan: waiting a minute changes " +
			"nothing."},
		Fault: You,
		Words: []string{
			"quota", "out of quota", "no quota left", "over quota", "monthly quota", "monthly limit", "month",
			"usage limit", "usage cap", "used up", "plan limit", "plan exhausted", "free tier", "free plan",
			"trial over", "upgrade plan", "upgrade", "billing", "billing cycle", "credits", "out of credits",
			"no credits left", "allowance", "subscription", "payment required", "no more requests this month",
			"month used up",
		},
		Example: `{
  "error": {
    "code": "quota_exceeded",
    "message": "You have exceeded your monthly quota.",
    "type": "rate_limit_error",
    "param": null,
    "request_id": "req_1e2f3a4b5c6d"
  }
}`,
		Confused: []Lookalike{
			{"rate_limit_exceeded", "A minute or a day is used up, and the limit resets by itself soon."},
			{"concurrent_requests_exceeded", "Too many requests ran at once; the next may pass in a second."},
		},
		DocsURL: rateLimitDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: LimitsCheck, Title: "Find out which of the limits is used up",
				Detail: "Tells the month's quota from the limits of the minute and the day, which come back by " +
					"themselves. If minute and day have requests left and a single one is still refused, it is the " +
					"quota.",
			},
			{
				Kind: DoStep, Title: "Switch off automatic retries for this error",
				Detail: "They cannot succeed before the quota is back, and may cost you the rest of your limits. " +
					"Treat quota_exceeded apart from the other 429s, by its code.",
			},
			{
				Kind: DoStep, Title: "Decide what happens to content meanwhile",
				Detail: "Hold it for review or queue it, rather than publish it unmoderated or lose it. Keep the " +
					"queue: it is sent when the quota is back.",
			},
			{
				Kind: DoStep, Title: "Find out what used it up",
				Detail: "Count your own requests by day and by caller. A jump points at a loop, a backfill, or " +
					"tests with the production key; traffic that you do not know means that the key has leaked: " +
					"revoke it in the dashboard at once.",
			},
			{
				Kind: DoStep, Check: LimitsCheck, Title: "Upgrade the plan, or wait for the next cycle",
				Detail: "Look up usage, plan and the date of the next billing cycle in the Klyra Dashboard, or ask " +
					"whoever pays for it. Tick this once it is done, and the limits are read again.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "A single request first; then the queue, slowly enough for the limit per minute.",
			},
		},
	},
	{
		Code: "concurrent_requests_exceeded", Group: RateLimit,
		Description: "Too many concurrent requests",
		Resolution:  "Implement backoff and limit parallel requests",
		Meaning: "Too many of your requests were running at the same moment. Each of them is fine, and there may be " +
			"plenty left in the minute. The cure is to have fewer under way at once, not to wait longer.",
		Statuses: []HTTPStatus{{Code: 429}},
		Retry: Retry{Helps: true, When: "Yes, as soon as one of the requests under way has finished: seconds, " +
			"as a rule."},
		Fault: You,
		Words: []string{
			"concurrency", "concurrent", "concurrent requests", "concurrency limit", "parallel", "parallel requests",
			"in parallel", "simultaneous", "simultaneous requests", "at once", "at the same time",
			"too many at once", "too many calls at once", "too many connections", "in flight", "promise.all",
			"asyncio.gather", "worker pool", "workers", "threads", "goroutines", "connection pool", "semaphore",
			"fan out",
		},
		Example: `{
  "error": {
    "code": "concurrent_requests_exceeded",
    "message": "Too many concurrent requests.",
    "type": "rate_limit_error",
    "param": null,
    "request_id": "req_2f3a4b5c6d7e"
  }
}`,
		Confused: []Lookalike{
			{"rate_limit_exceeded", "The requests of a whole minute are too many, even one after another."},
			{"quota_exceeded", "The month is used up, and sending one at a time is refused too."},
			{"service_unavailable", "Klyra has no room for anybody; your own number does not matter."},
		},
		DocsURL: rateLimitDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: LimitsCheck, Title: "See whether the limit is still being hit",
				Detail: "From the response that you pasted, or with one request to the API. If a single one passes, " +
					"only the number at once was too high; if it is refused as well, other requests of yours are " +
					"still under way.",
			},
			{
				Kind: DoStep, Title: "Count how many requests run at once",
				Detail: "Multiply: requests in parallel × processes × machines. The usual culprit is one " +
					"Promise.all, asyncio.gather or goroutine per item over a whole list.",
			},
			{
				Kind: DoStep, Check: LimitsCheck, Title: "Stop strays that still hold places",
				Detail: "An old deployment that drains, a test run, a forgotten notebook. Requests that your client " +
					"gave up on may run on at Klyra for a while, so give them half a minute.",
			},
			{
				Kind: DoStep, Title: "Cap the number of parallel requests",
				Detail: "A semaphore around the call, shared by the whole process: p-limit in JavaScript, " +
					"asyncio.Semaphore(4), a buffered channel in Go. With several machines divide the limit among " +
					"them, or use one queue.",
			},
			{
				Kind: DoStep, Title: "Let retries start at different moments",
				Detail: "If all refused requests retry after the same pause, they collide again. Wait a random time " +
					"between zero and a limit that doubles, as in the backoff schedule of the limits check.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "One alone, then two, then more, until it is refused: stay one step below. How many your " +
					"plan allows is not sent in any documented header.",
			},
		},
	},
	{
		Code: "internal_server_error", Group: Server,
		Description: "Something went wrong on our end",
		Resolution:  "Contact support with the request_id if this persists",
		Meaning: "Something broke on Klyra's side while it worked on your request. Your key was accepted, and as a " +
			"rule you have done nothing wrong. If it happens with one piece of content only, that content triggers " +
			"it, and support will want to know.",
		Statuses: []HTTPStatus{{Code: 500}},
		Retry: Retry{Helps: true, When: "Once or twice, some seconds apart; if it goes on, only Klyra's " +
			"support can help."},
		Fault: Klyra,
		Words: []string{
			"server error", "internal error", "internal server error", "server crashed", "crash",
			"something went wrong", "went wrong on our end", "unexpected error", "unknown error",
			"unhandled exception", "their bug", "bug in klyra", "klyra broken", "not my fault", "backend error",
			"random failures", "contact support", "support", "request_id", "request id",
		},
		Example: `{
  "error": {
    "code": "internal_server_error",
    "message": "Something went wrong on our end.",
    "type": "api_error",
    "param": null,
    "request_id": "req_3a4b5c6d7e8f"
  }
}`,
		Confused: []Lookalike{
			{"service_unavailable", "Klyra says itself that it is down or overloaded for a while."},
			{"timeout", "The work was not broken, it only took too long."},
			{"unprocessable_content", "Klyra blames the content and says so."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ServiceCheck, Fails: []string{"service.degraded"},
				Title: "See whether the API fails for everybody",
				Detail: "Asks the API whether it is there and healthy. If it answers well now, the fault was short " +
					"or lies with this one request.",
			},
			{
				Kind: DoStep, Title: "Write down request_id and time",
				Detail: "Copy request_id from the error and the time in UTC, before logs rotate. It is what support " +
					"asks for first, and without it nobody can find your request.",
			},
			{
				Kind: DoStep, Title: "Send one short English sentence instead",
				Detail: "Same endpoint, same key. If that passes, your content or options trigger the error: halve " +
					"the content, or drop options, until you have the smallest request that fails.",
			},
			{
				Kind: DoStep, Title: "Try an earlier version of your request",
				Detail: "If it began after a deployment of yours, send what the version before sent. If it began by " +
					"itself at one moment for all requests, it is Klyra's, and you can stop searching.",
			},
			{
				Kind: DoStep, Title: "Write to Klyra's support",
				Detail: "If it fails three times over some minutes: request_id, UTC time, endpoint, how often, and " +
					"the smallest request that fails. Never the key.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "At most three times, waiting 1, 4 and 15 seconds. If it still fails, queue the content and " +
					"leave it to support.",
			},
		},
	},
	{
		Code: "service_unavailable", Group: Server,
		Description: "The service is temporarily unavailable",
		Resolution:  "Retry the request after a brief delay",
		Meaning: "Klyra cannot serve requests at the moment: it is overloaded, under maintenance or down. Your " +
			"request is probably fine. It should pass later, if you retry with patience; look first whether it is " +
			"Klyra or something on your way there.",
		Statuses: []HTTPStatus{{Code: 503}, {Code: 502}},
		Retry:    Retry{Helps: true, When: "Yes, after some seconds, then at growing intervals."},
		Fault:    Klyra,
		Words: []string{
			"unavailable", "temporarily unavailable", "service down", "api down", "site down", "klyra down", "down",
			"is it down", "outage", "maintenance", "downtime", "offline", "overloaded", "server busy", "at capacity",
			"bad gateway", "no healthy upstream", "cloudflare", "status page", "connection refused",
			"connection reset", "can't connect", "cannot reach api", "unreachable", "retry later", "try again later",
			"not responding", "server not responding", "econnreset", "econnrefused", "enotfound", "eai_again", "epipe",
			"ehostunreach", "enetunreach", "socket hang up", "connection reset by peer", "broken pipe",
		},
		Example: `{
  "error": {
    "code": "service_unavailable",
    "message": "The service is temporarily unavailable.",
    "type": "api_error",
    "param": null,
    "request_id": "req_4b5c6d7e8f9a"
  }
}`,
		Confused: []Lookalike{
			{"internal_server_error", "The service runs, and one request broke it."},
			{"model_unavailable", "Only one model is out, and the rest answers."},
			{"rate_limit_exceeded", "Klyra works, and only you are held back for a while."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ServiceCheck, Fails: []string{"service.degraded"},
				Title: "Find out who answers: API, edge or nobody",
				Detail: "A JSON error is Klyra's own word. An HTML page comes from the edge or a proxy in front of " +
					"it, and no answer at all points at DNS, the network or a firewall.",
			},
			{
				Kind: DoStep, Title: "Try from another network",
				Detail: "A phone's hotspot, or `curl -i https://api.klyra.live` on a server elsewhere. If it " +
					"answers there, the trouble is yours: VPN, proxy, firewall or DNS. Any answer with a status " +
					"counts, a 401 or 404 too.",
			},
			{
				Kind: DoStep, Title: "Look for news of an outage",
				Detail: "The Klyra Dashboard, mail from Klyra, and colleagues with other keys. Others who are hit " +
					"at the same minute settle it: you can stop searching your own code.",
			},
			{
				Kind: DoStep, Title: "Hold content back until it is over",
				Detail: "Queue it or show it as waiting for review; do not publish it unmoderated. A circuit " +
					"breaker that stops calling for a minute spares you and Klyra.",
			},
			{
				Kind: DoStep, Check: ServiceCheck, Title: "Wait, then see whether it is back",
				Detail: "Start with ten seconds and double the pause each time, up to some minutes. Tick this to " +
					"ask once more; after half an hour write to support, with request_id and time.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "One request first. When it passes let the queue in slowly, since everybody else comes back " +
					"at the same moment.",
			},
		},
	},
	{
		Code: "model_unavailable", Group: Server,
		Description: "The requested model is temporarily unavailable",
		Resolution:  "Try a different model or retry later",
		Meaning: "The API works, but the model that this request needs cannot be used at the moment. It may be " +
			"overloaded, be loading, or have been taken out of service. Another model may do meanwhile, if your " +
			"request chooses one.",
		Statuses: []HTTPStatus{{Code: 503}},
		Retry:    Retry{Helps: true, When: "Yes, after some minutes, or at once with another model."},
		Fault:    Klyra,
		Words: []string{
			"model", "model down", "model not available", "model unavailable", "no model", "model offline",
			"model loading", "model not loaded", "model overloaded", "model not found", "model not ready",
			"model busy", "model deprecated", "model retired", "wrong model", "different model", "another model",
			"switch model", "fallback model", "classifier", "retry later", "ai model",
		},
		Example: `{
  "error": {
    "code": "model_unavailable",
    "message": "The requested model is temporarily unavailable.",
    "type": "api_error",
    "param": "model",
    "request_id": "req_5c6d7e8f9a0b"
  }
}`,
		Confused: []Lookalike{
			{"service_unavailable", "Nothing is served at all, whatever the model."},
			{"invalid_parameters", "The model's name is not one that exists."},
			{"timeout", "The model did start, but was not done in time."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ServiceCheck, Fails: []string{"service.degraded"},
				Title: "See whether the rest of the API answers",
				Detail: "If the API is down altogether, another model is of no use. If it is healthy, the model " +
					"alone is out.",
			},
			{
				Kind: DoStep, Title: "Check the model that your request names",
				Detail: "Print it just before the call: a name from an old example or a forgotten setting may have " +
					"been retired. If the request names none, it is Klyra's default that is out, and only waiting " +
					"helps.",
			},
			{
				Kind: DoStep, Title: "Compare with another kind of content",
				Detail: "Send one short text if images fail, or the other way round. If that passes, only the model " +
					"behind the one kind is out: the rest of your traffic can go on.",
			},
			{
				Kind: DoStep, Title: "Switch to another model for now",
				Detail: "If your request can name one, take another from the documentation and keep it in a setting " +
					"rather than in code. Verdicts and scores may differ: look at your thresholds before you rely " +
					"on them.",
			},
			{
				Kind: DoStep, Check: ServiceCheck, Title: "Give it five minutes, then ask again",
				Detail: "A model that loads or is overloaded is mostly back within minutes. If not within an hour, " +
					"write to support with the model's name and the request_id.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With the first model, to see whether it is back, and with the other one if it is not.",
			},
		},
	},
	{
		Code: "timeout", Group: Server,
		Description: "The request took too long to process",
		Resolution:  "Simplify your request or break it into smaller chunks",
		Meaning: "Klyra began to work on the request and was not done within its time. Large or long content, and " +
			"content behind a slow URL, are the usual reasons; a busy moment at Klyra is another. Something " +
			"smaller, or the same once more, often passes.",
		Statuses: []HTTPStatus{{Code: 504}, {Code: 408}},
		Retry:    Retry{Helps: true, When: "Yes, once; if it times out again, send something smaller."},
		Fault:    Unclear,
		Words: []string{
			"timed out", "time out", "request timed out", "gateway timeout", "read timeout", "deadline",
			"deadline exceeded", "context deadline exceeded", "took too long", "takes too long", "too slow", "slow",
			"slow response", "hang", "hangs", "hanging", "stuck", "no response", "never answers", "no answer",
			"waiting forever", "etimedout", "econnaborted", "latency", "long video", "long audio", "takes forever",
		},
		Example: `{
  "error": {
    "code": "timeout",
    "message": "The request took too long to process.",
    "type": "api_error",
    "param": null,
    "request_id": "req_6d7e8f9a0b1c"
  }
}`,
		Confused: []Lookalike{
			{"service_unavailable", "Klyra did not begin, since it is down or overloaded."},
			{"content_too_large", "The size is refused at once, without any waiting."},
			{"content_download_failed", "Fetching the URL failed; here it may only have been slow."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ServiceCheck, Fails: []string{"service.degraded"},
				Title: "Measure how fast the API answers now",
				Detail: "If even a small request is slow or fails, the trouble is Klyra's or your network's, and " +
					"making the content smaller will not help.",
			},
			{
				Kind: DoStep, Title: "Find out whose patience ended",
				Detail: "A JSON error that says timeout is Klyra's. An exception without a response is your own " +
					"client's limit, and an HTML 504 that of a proxy between: raise those first, since Klyra may " +
					"well have finished the work.",
			},
			{
				Kind: CheckStep, Check: URLCheck, Or: ContentInput, Title: "Time the download of the URL that you send",
				Detail: "A download of more than a few seconds eats up the time for the real work: send the image as " +
					"base64, or put the file on a CDN.",
			},
			{
				Kind: CheckStep, Check: ContentCheck, Or: URLInput, Title: "Measure how much work the content is",
				Detail: "Long texts and large media take long. If the half passes and the whole does not, size is the " +
					"reason.",
			},
			{
				Kind: DoStep, Check: ContentCheck, Fixes: []string{"shrink", "chunk"}, Title: "Make the content smaller",
				Detail: "Under 500 words of text, an image of at most 2048 pixels a side, audio and video in pieces " +
					"of a minute. Give the smaller one to this checklist.",
			},
			{
				Kind: DoStep, Title: "Move long work out of the user's request",
				Detail: "Send it from a background job with a timeout of a minute or more, and use Klyra's batch " +
					"jobs for many items. Retries must not start while the first try still runs.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "Once as it was, then with half of the content. If a single short sentence times out too, " +
					"write to support with the request_id.",
			},
		},
	},
	{
		Code: "unprocessable_content", Group: ContentProcessing,
		Description: "The content couldn’t be processed",
		Resolution:  "Check that your content is valid and in a supported format",
		Meaning: "The content arrived and its type is fine, but Klyra could make nothing of it. For text that is " +
			"mostly a wrong encoding; for images and other media a wrong or doubled base64, or an unusual variant " +
			"of the format. Look at the bytes as they were sent.",
		Statuses: []HTTPStatus{{Code: 422}},
		Retry:    Retry{When: "The same content will fail again: mend or convert it first."},
		Fault:    You,
		Words: []string{
			"unprocessable", "unprocessable entity", "cannot process", "can't process", "could not be processed",
			"processing failed", "not processable", "cannot read content", "unreadable", "not utf-8", "utf-8",
			"encoding", "wrong encoding", "character encoding", "charset", "latin-1", "utf-16", "garbled",
			"garbled text", "mojibake", "strange characters", "weird characters", "gibberish", "binary in text",
			"bad base64", "base64", "data uri",
		},
		Example: `{
  "error": {
    "code": "unprocessable_content",
    "message": "The content could not be processed.",
    "type": "invalid_request_error",
    "param": "content",
    "request_id": "req_7e8f9a0b1c2d"
  }
}`,
		Confused: []Lookalike{
			{"corrupted_media", "It is certain that a media file is damaged."},
			{"unsupported_content_type", "The type was refused before the content was looked at."},
			{"unsupported_language", "The text could be read, but its language is not covered."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ContentCheck, Or: URLInput, Title: "Check encoding, format and readability",
				Detail: "Is text valid UTF-8, do the bytes match the type, does an image decode to its end, is " +
					"base64 well formed? Give it the content as it was sent, after all that your program does to " +
					"it.",
			},
			{
				Kind: CheckStep, Check: URLCheck, Or: ContentInput, Title: "See what the URL really delivers",
				Detail: "Where you send a URL: an error page, an empty body or another type under the right name can " +
					"be taken for content that cannot be processed.",
			},
			{
				Kind: DoStep, Check: ContentCheck, Fixes: []string{"clean"}, Title: "Convert the text to UTF-8",
				Detail: "`klyra-doctor check content in.txt --clean out.txt`, or x in the app; where you know the encoding, " +
					"`iconv -f WINDOWS-1252 -t UTF-8 in.txt > out.txt`. In code name it where you read the file " +
					"(`open(path, encoding=…)`): the default of Windows and of many databases is another one.",
			},
			{
				Kind: DoStep, Title: "Decode your base64 and compare",
				Detail: "After `klyra-doctor check content sent.txt --base64 --decode got.jpg`, `cmp got.jpg original.jpg` " +
					"must print nothing. Look for a data: prefix " +
					"where none is expected, - and _ from the URL-safe alphabet, line breaks every 76 characters, " +
					"and content that was encoded twice.",
			},
			{
				Kind: DoStep, Title: "Save the media again in a plain variant",
				Detail: "CMYK JPEG, 16-bit or animated PNG, rare codecs: `magick in.jpg -colorspace sRGB out.png`, " +
					"`ffmpeg -i in.mkv -c:v libx264 -c:a aac out.mp4`. If the new file passes, the variant was at " +
					"fault.",
			},
			{
				Kind: DoStep, Title: "Send a sample that is known to be good",
				Detail: "One plain sentence, or a small PNG. If it passes, your content is at fault: halve it until " +
					"the part that breaks is found. If it fails too, look at how the request is put together.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With the mended content. If a file that every program opens is still refused, write to " +
					"support with its request_id.",
			},
		},
	},
	{
		Code: "content_download_failed", Group: ContentProcessing,
		Description: "Failed to download content from the provided URL",
		Resolution:  "Verify the URL is publicly accessible and the content exists",
		Meaning: "Klyra tried to fetch the content from your URL and did not get it. The link may need a login, " +
			"have expired, lead to a web page instead of the file, or turn away everything that is not a browser. That " +
			"it opens in your browser proves little: your browser has cookies and you may be inside the network.",
		Statuses: []HTTPStatus{{Code: 422}},
		Retry: Retry{Helps: true, When: "Only where the content's host was down for a moment; a link that is " +
			"private or gone fails again."},
		Fault: Unclear,
		Words: []string{
			"download", "download failed", "could not download", "cannot download", "fetch", "fetch failed",
			"cannot fetch", "could not fetch image", "image url not working", "url works in browser",
			"works in my browser", "opens in browser", "link expired", "presigned", "presigned url", "signed url",
			"s3 link", "hotlink", "hotlinking", "hotlink protection", "blocked by firewall", "bot protection",
			"login page", "redirect", "redirect loop", "google drive link", "dropbox link", "cdn", "file not found",
			"url gives html", "image url returns 403", "cannot load image",
			"404", "image 404", "access denied", "tls", "ssl", "certificate error",
		},
		Example: `{
  "error": {
    "code": "content_download_failed",
    "message": "Failed to download content from the provided URL.",
    "type": "invalid_request_error",
    "param": "url",
    "request_id": "req_8f9a0b1c2d3e"
  }
}`,
		Confused: []Lookalike{
			{"invalid_url", "The URL itself is at fault; here it is the download behind it."},
			{"corrupted_media", "The download went well, and the file turned out to be damaged."},
			{"timeout", "The whole request ran out of time, which a slow download can cause."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: URLCheck, Title: "Download the content the way a server would",
				Detail: "Without cookies or login: it looks at each redirect, the status and the type, and whether " +
					"a whole file of the right kind comes back. A web page in place of the file is the most common " +
					"find.",
			},
			{
				Kind: DoStep, Check: URLCheck, Title: "Replace the share link by a direct one",
				Detail: "Links of Google Drive, Dropbox, OneDrive or GitHub pages open a viewer, not the file. Use " +
					"their download form (dl=1, raw) or, better, storage of your own, and put the new URL into this " +
					"checklist.",
			},
			{
				Kind: DoStep, Title: "Make the link fresh just before the call",
				Detail: "Pre-signed URLs expire, at the latest with the credentials that signed them. Sign for GET, " +
					"for an hour at least, right before the request, and mind queues: a job that waits overnight " +
					"sends a dead link.",
			},
			{
				Kind: DoStep, Title: "Look for Klyra's attempt in the host's log",
				Detail: "At the time of the request, for this path. 403 means a rule of yours, 5xx your server, and " +
					"no line at all that a firewall or CDN in front stopped it, or that DNS is wrong outside your " +
					"network.",
			},
			{
				Kind: DoStep, Title: "Let programs through to the file",
				Detail: "Bot protection, hotlink protection, country blocks and cookie walls hit servers first. " +
					"Exempt this path: Klyra's addresses and user agent are not public, so a rule by those is " +
					"guesswork.",
			},
			{
				Kind: DoStep, Title: "Send the bytes instead of the link",
				Detail: "Download it in your own program and send it as base64, up to 4 MB for an image. That " +
					"settles for good what Klyra can reach.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With the URL that passed, or with the bytes. If it passes everywhere but at Klyra, give " +
					"support the request_id and the host's log line.",
			},
		},
	},
	{
		Code: "unsupported_language", Group: ContentProcessing,
		Description: "The language of the content is not supported",
		Resolution:  "Check the list of supported languages",
		Meaning: "Klyra could read the text, but its language is not among those that it moderates. Over 50 are " +
			"covered. Very short or mixed text, names, emoji and code are easily taken for a language that they are " +
			"not.",
		Statuses: []HTTPStatus{{Code: 422}},
		Retry: Retry{When: "The same text will be refused again: leave it out, translate it, or send it " +
			"elsewhere first."},
		Fault: You,
		Words: []string{
			"language", "lang", "unknown language", "language not recognised", "language not recognized",
			"language not detected", "language detection", "lang not supported", "wrong language", "language code",
			"iso code", "locale", "i18n", "non-english", "foreign language", "translate", "translation",
			"mixed languages", "dialect", "script", "chinese", "arabic", "hindi", "emoji only",
			"supported languages", "list of languages", "french", "spanish", "german", "portuguese", "russian",
			"japanese", "korean", "turkish",
		},
		Example: `{
  "error": {
    "code": "unsupported_language",
    "message": "The language of the content is not supported.",
    "type": "invalid_request_error",
    "param": "content",
    "request_id": "req_9a0b1c2d3e4f"
  }
}`,
		Confused: []Lookalike{
			{"unprocessable_content", "The text could not be read at all, by a wrong encoding for one."},
			{"invalid_parameters", "A language that you named has no valid form."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ContentCheck, Title: "See what the text looks like to a machine",
				Detail: "Its encoding, its script and, from about 40 letters on, a guess at its language: a hint, since whether " +
					"Klyra takes that language only Klyra can say. Garbled letters of a wrong encoding look like a foreign language too.",
			},
			{
				Kind: DoStep, Title: "Read the text that was really sent",
				Detail: "From the request, not from your database. A template without values, a URL, HTML, base64 " +
					"or a row of emoji is no language: take those out, or do not send such items.",
			},
			{
				Kind: DoStep, Title: "Check the language that your request names",
				Detail: "If it names one: such fields usually take codes like en or pt-BR, not English or en_US. " +
					"Where the text can be of any language, leave it out.",
			},
			{
				Kind: DoStep, Title: "Look the language up in Klyra's documentation",
				Detail: "The list is theirs to give and is not known to this program. If it is missing there, ask " +
					"support whether it is planned.",
			},
			{
				Kind: DoStep, Title: "Split text that mixes languages",
				Detail: "Send paragraph by paragraph: the parts that are covered get their verdict. For very short " +
					"messages put several of one author together, so that there is something to recognise.",
			},
			{
				Kind: DoStep, Title: "Give the rest to a person or a translation",
				Detail: "Route what is not covered to human review, or translate it first and moderate that, " +
					"knowing that slang and slurs get lost. Do not publish it unseen.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With one plain English sentence first: if that passes, the call is right and only the " +
					"language was at issue.",
			},
		},
	},
	{
		Code: "corrupted_media", Group: ContentProcessing,
		Description: "The media file is corrupted or in an invalid format",
		Resolution:  "Verify the file integrity and format",
		Meaning: "The file is of a kind that Klyra takes, but it is damaged, or its inside is not what its first " +
			"bytes promise. Most often it was cut short on the way: an upload that broke off, a file that was still " +
			"being written, bytes that were treated as text. The original is usually fine.",
		Statuses: []HTTPStatus{{Code: 422}},
		Retry:    Retry{When: "The same bytes will fail again: make or upload the file anew first."},
		Fault:    You,
		Words: []string{
			"corrupt", "corrupted", "corrupt file", "corrupted file", "corrupt image", "broken", "broken file",
			"broken image", "broken video", "damaged", "damaged file", "media", "won't play", "does not play",
			"won't open", "cannot open", "can't open file", "cannot decode", "decode error", "invalid image",
			"not an image", "truncated", "cut off", "incomplete file", "incomplete upload", "half uploaded",
			"upload interrupted", "checksum", "bad header", "file integrity", "unplayable", "garbage bytes",
			"broken jpeg", "broken png", "broken audio", "broken mp4", "cannot be decoded", "damaged image",
			"video corrupt", "audio corrupt", "half a picture",
		},
		Example: `{
  "error": {
    "code": "corrupted_media",
    "message": "The media file is corrupted or in an invalid format.",
    "type": "invalid_request_error",
    "param": "content",
    "request_id": "req_0b1c2d3e4f5a"
  }
}`,
		Confused: []Lookalike{
			{"unsupported_content_type", "The file is sound, but of a format that Klyra does not take."},
			{"content_download_failed", "Klyra never got the whole file from your URL."},
			{"unprocessable_content", "The file need not be broken; Klyra could make nothing of it."},
		},
		DocsURL: errorCodeDocs,
		Steps: []Step{
			{
				Kind: CheckStep, Check: ContentCheck, Or: URLInput, Title: "Decode the file from start to end",
				Detail: "Finds a cut end, damage in the middle and garbage after it; a viewer often shows such a " +
					"picture all the same. Audio and video are checked for their structure only.",
			},
			{
				Kind: CheckStep, Check: URLCheck, Or: ContentInput, Title: "See whether the URL delivers the whole file",
				Detail: "Where you send a URL: a server that stops early damages a file that is sound at its source. " +
					"What it delivers is not decoded here: `curl -fsSLo media URL`, and give the first step that file.",
			},
			{
				Kind: DoStep, Title: "Compare size and checksum with the original",
				Detail: "`sha256sum FILE` (macOS: `shasum -a 256`) at the source and where it is sent. The same sum " +
					"means that the original is broken; a smaller size means that the transfer cut it.",
			},
			{
				Kind: DoStep, Title: "Look at what your code does to the bytes",
				Detail: "Open files in binary mode, close or flush before you send, and wait for the upload to " +
					"finish. `xxd FILE | head` that shows efbf bd again and again means that bytes were decoded as " +
					"text: they are lost.",
			},
			{
				Kind: DoStep, Title: "Play it to the end with a strict decoder",
				Detail: "`ffmpeg -v error -i FILE -f null -` prints each fault, for images, audio and video alike; " +
					"no output means sound. An MP4 with \"moov atom not found\" was never finished by its recorder.",
			},
			{
				Kind: DoStep, Check: ContentCheck, Title: "Export or upload the file anew",
				Detail: "From the original if there is one. Else `ffmpeg -i in.mp4 -c copy out.mp4` or `magick " +
					"in.png out.png` saves what can be saved. Give the new file to this checklist.",
			},
			{
				Kind: DoStep, Title: resend,
				Detail: "With the new file. If it comes from your users, decode it at upload, while they are still " +
					"there to send it again.",
			},
		},
	},
}
