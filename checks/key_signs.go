package checks

// words are what a finding says and advises.
type words struct{ summary, remedy string }

const (
	copyAnew = "copy the key anew from where it is stored, whole and with nothing around it"
	newKey   = "in the Klyra Dashboard (Projects, the project, API Keys) make one with Generate New Key"
)

// keyForms are the words for what is wrong with a key as it is written.
var keyForms = map[string]words{
	"key.missing": {
		"no API key was given, so it could not be checked",
		"set KLYRA_API_KEY in this very shell and export it (sudo, another terminal and a service do not inherit it; after setx on Windows a new terminal is needed), or give a file that holds the key",
	},
	"key.newline": {
		"the key has a line break in it, so it was not sent",
		"store it without one: printf %s instead of echo, kubectl --from-literal instead of --from-file; a copied key must stay on one line, so join the pieces of one that was wrapped",
	},
	"key.whitespace": {
		"the key has blanks in it, so it was not sent",
		"remove them; some clients trim a key and others do not, so it may work in one place only",
	},
	"key.quotes": {
		"the key stands in quotes that became part of it, so it was not sent",
		"remove the quotes: docker --env-file and some .env readers keep them, and so does cmd.exe with single ones",
	},
	"key.non_ascii": {
		"the key holds characters that no header can carry safely, so it was not sent",
		"they usually come from a PDF, a chat or a word processor: " + copyAnew,
	},
	"key.control": {
		"the key holds control characters, so it was not sent",
		copyAnew,
	},
	"key.scheme_doubled": {
		"the key has more than the key in it, so it was not sent",
		"keep the key alone: the client puts the word Bearer before it by itself",
	},
	"key.placeholder": {
		"this is a placeholder and not a key, so it was not sent",
		"put the real key in its place; where a variable should have been replaced, look whether it is set where the program runs, and whether the quotes let it expand",
	},
	"key.masked": {
		"this is the masked view of a key and not the key, so it was not sent",
		"a key is shown in full only when it is made; if it was not stored then, " + newKey,
	},
	"key.foreign": {
		"this looks like a key of another service, so it was not sent",
		"look for the Klyra key: two variables or two lines of a settings file may have been mixed up",
	},
	"key.repeated": {
		"this is more than one key, so it was not sent",
		"keep one; a double paste into a hidden field looks the same as a single one",
	},
}

// atTheEnds are the summaries for what stands only before or only behind a key.
var atTheEnds = map[string]struct{ begins, ends string }{
	"key.newline":    {"the key begins with a line break, so it was not sent", "the key ends with a line break, so it was not sent"},
	"key.whitespace": {"the key begins with a blank, so it was not sent", "the key ends with a blank, so it was not sent"},
}

// pattern is a form of text and what it is, in words.
type pattern struct {
	what    string
	pattern lazyRegexp
}

// keySchemes are what people copy along with a key.
var keySchemes = []pattern{
	{"curl's option for a header", matching(`^(?:-H|--header)[\s=]+`)},
	{"the word Environment of a systemd unit", matching(`^Environment\s*=\s*`)},
	{"the name of a header", matching(`(?i)^(?:proxy-)?authorization["']?(?:\s*[:=]\s*|\s+)`)},
	{"the name of a header", matching(`(?i)^(?:x-)?api-key["']?\s*[:=]\s*`)},
	{"the word Bearer", matching(`(?i)^bearer(?:\s*[:=]\s*|\s+|%20|\+|$)`)},
	{"the word Basic", matching(`(?i)^basic(?:\s*:\s*|\s+|%20)`)},
	{"the word Token", matching(`(?i)^token(?:\s*[:=]\s*|\s+|%20)`)},
	{"the word ApiKey", matching(`(?i)^api-?key(?:\s*[:=]\s*|\s+|%20)`)},
	{"the name of a variable", matching(`(?i)^(?:export\s+|set\s+|setx\s+|env\s+|\$env:)?(?:[a-z][a-z0-9]*_)*api_?key["']?\s*[:=]\s*`)},
	{"the name of a variable", matching(`^(?:export\s+|set\s+|\$env:)?(?:[A-Z][A-Z0-9]*_)+(?:KEY|TOKEN|SECRET)\s*[:=]\s*`)},
	{"the name of a setting", matching(`(?i)^(?:[a-z]+[-_])*key["']?\s*[:=]\s*`)},
}

// keyTails are what people copy along behind a key.
var keyTails = []pattern{
	{"a separator of lists or settings", matching(`[,;]+$`)},
	{"a line end, written out", matching(`(?:\\[rn]|%0[AaDd])+$`)},
	{"a backslash, as at the end of a line that goes on", matching(`\\+$`)},
	{"a comment", matching(`\s+#.*$`)},
}

// keyWrapping is what programs and documents put around a value, with the value in the middle.
var keyWrapping = matching(`^(<\w+>|\w*[(\[{<]|&\{|[bu])("[^"]+"|'[^']+'|[\w.+/=~-]{16,})([)\]}>]|</\w+>)?$`)

// quoteMarks are what a key may have been put in.
const quoteMarks = "\"'`‘’‚‛“”„‟«»‹›´′″＂＇"

// maskMarks are what dashboards hide the middle of a key behind.
const maskMarks = "…•●∙·"

// characterNames are names for the characters that are found in keys most often.
var characterNames = map[rune]string{
	' ': "blank", '\t': "tab", '\n': "line feed", '\r': "carriage return",
	0: "NUL", '\a': "bell", '\b': "backspace", '\v': "vertical tab", '\f': "form feed", 0x1B: "escape, as a terminal sends it", 0x7F: "delete",
	'"': "straight double quote", '\'': "straight single quote", '`': "backtick", '´': "acute accent", '\\': "backslash",
	'‘': "curly single quote", '’': "curly single quote", '‚': "low single quote", '‛': "curly single quote",
	'“': "curly double quote", '”': "curly double quote", '„': "low double quote", '‟': "curly double quote",
	'«': "angle quote", '»': "angle quote", '‹': "angle quote", '›': "angle quote", '′': "prime", '″': "double prime",
	'\u00A0': "no-break space", '\u202F': "narrow no-break space", '\u2009': "thin space", '\u2003': "em space", '\u3000': "ideographic space",
	'\u2026': "ellipsis", '\u3002': "ideographic full stop",
	'\u200B': "zero width space", '\u200C': "zero width non-joiner", '\u200D': "zero width joiner", '\u2060': "word joiner",
	'\uFEFF': "byte order mark", '\u00AD': "soft hyphen", '\u200E': "left-to-right mark", '\u200F': "right-to-left mark",
	'\u2028': "line separator", '\u2029': "paragraph separator", '\u0085': "next line",
	'\u2010': "hyphen, looks like -", '\u2011': "no-break hyphen, looks like -", '\u2012': "figure dash, looks like -",
	'\u2013': "en dash, looks like -", '\u2014': "em dash, looks like -", '\u2015': "horizontal bar, looks like -", '\u2212': "minus sign, looks like -",
	'\uFFFD': "replacement character: the original was lost when the text was decoded",
}

// lookAlikes are letters of other alphabets, each with the ASCII one beneath it that it looks like.
var lookAlikes = []struct{ letters, like string }{
	{
		"аеорсухіјѕһԁԛԝкАВЕКМНОРСТХІЈЅУ",
		"aeopcyxijshdqwkABEKMHOPCTXIJSY",
	},
	{
		"οανρυικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
		"oavpuikABEZHIKMNOPTYX",
	},
	{
		"ʋıɑɡſɩ",
		"viagsi",
	},
}

// keyPlaceholders are what stands in examples and templates in place of a key.
var keyPlaceholders = []pattern{
	{"a value that is still encrypted", matching(`^ENC[\[(]|^\{cipher\}|^vault:v\d+:|^\$ANSIBLE_VAULT`)},
	{"a variable that was not replaced by its value", matching(`^\$+\w+$|^\$env:\w+$|[$#]\{[^}]*\}|\$\([^)]*\)|^%\w+%$|\{\{.*\}\}|<%.*%>|(?i)(?:process|import\.meta)\.env|os\.environ|os\.getenv|^ENV\[|^secrets\.\w+$|` +
		`^\(\(.*\)\)$|^__\w+__$|^@@?\w+@@?$|^!\w+!$|^!(?:Ref|Sub|GetAtt|secret|vault)\s|^env(?:[.:]|://)\w+$`)},
	{"a web address", matching(`(?i)^https?://`)},
	{"the address of a secret in a store, not the secret", matching(`(?i)^[a-z][a-z0-9+.-]*://|^(?:vault|ssm|sm|aws-sm|awssm|akv|azkv|keychain|keyring|doppler|infisical|secretsmanager|file):|^arn:aws:|^projects/[^/]+/secrets/|^@Microsoft\.KeyVault`)},
	{"the path of a file", matching(`^(?:/(?:run|etc|home|var|root|tmp|mnt|opt|Users)/|~/|\.{1,2}/|[A-Za-z]:\\)|^@?[\w./-]+\.(?:txt|key|env|json|ya?ml|toml|pem)$`)},
	{"a command, not what it prints", matching(`^(?:curl|wget|vault|aws|op|gcloud|kubectl|cat|echo|pass)\s`)},
	{"a web page", matching(`(?i)^<(?:!doctype|html|\?xml)\b`)},
	{"the message of a program that did not find a key", matching(`(?i)^(?:error|fatal|unauthorized)\b|\b(?:no such file|not found|permission denied)\b`)},
	{"a name in brackets", matching(`^<.*>$|^\[.*\]$|^\{.*\}$`)},
	{`"your key" of an example`, matching(`(?i)(?:your|my)[-_ ]?(?:own[-_ ]?|actual[-_ ]?|real[-_ ]?|secret[-_ ]?)?(?:klyra[-_ ]?)?(?:api[-_ ]?(?:key|token|secret)|(?:key|token|secret)(?:[-_ ]?here)?$)`)},
	{"a row of x", matching(`(?i)^(?:[a-z]{2,8}[-_])*x{3,}$`)},
	{"the beginning of a key and dots", matching(`^(?:[A-Za-z]{1,8}[-_])*(?:\.{3,}|…)$`)},
	{"a word of an example", matching(`(?i)^(?:test|example|sample|dummy|fake|demo|foo|bar|string|changeme|change[-_]me|replace[-_]?me|placeholder|todo|fixme|tbd|secret|token|key|password|abc123|123456|(?:klyra[-_]?)?api[-_]?key|` +
		`(?:test|fake|demo|sample|dummy|example)[-_ ]?(?:api[-_ ]?)?key|(?:insert|paste|put|replace|add|enter)[-_ ].*|.*[-_ ]here)$`)},
	{"what stands where a secret was taken out", matching(`(?i)^\(?(?:redacted|masked|filtered|hidden|removed|sensitive(?: value)?|known after apply)\)?$`)},
	{"what a program writes for a value that is not there", matching(`(?i)^(?:undefined|null|none|nil|nan|true|false|0|-|n/a|unset|not set|empty|\(null\)|%!.*|\[object .*\]|function ?\(.*)$`)},
}

// keyMasks are the ways in which a masked key hides its middle.
var keyMasks = []pattern{
	{"asterisks", matching(`\*{3,}`)},
	{"full stops", matching(`\.{3,}`)},
	{"dots that stand for hidden characters", matching(`[` + maskMarks + `]+`)},
	{"a row of x", matching(`x{6,}|X{6,}`)},
}

// idForms are forms of what stands beside keys in dashboards, and is none as a rule.
var idForms = []pattern{
	{"an id, by its beginning", matching(`^(?:org|proj|project|acct|account|team|workspace|ws|usr|user|cus|req|whk|wh)[_-][A-Za-z0-9-]+$`)},
	{"a UUID, which ids are more often than keys", matching(`^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$`)},
}

// foreignKeys are forms of other vendors' keys, by their published prefixes.
var foreignKeys = []pattern{
	{"an Anthropic key", matching(`^sk-ant-`)},
	{"an OpenRouter key", matching(`^sk-or-`)},
	{"an OpenAI key", matching(`^sk-(?:proj|svcacct|admin|None)-|^sk-.*T3BlbkFJ`)},
	{"a Stripe key", matching(`^(?:sk|rk|pk)_(?:live|test)_`)},
	{"a webhook's signing secret", matching(`^whsec_`)},
	{"a GitHub token", matching(`^gh[opsur]_[A-Za-z0-9]|^github_pat_`)},
	{"a GitLab token", matching(`^gl(?:pat|dt|rt|cbt)-`)},
	{"an AWS access key", matching(`^(?:AKIA|ASIA)[A-Z0-9]{16}$`)},
	{"a Google API key", matching(`^AIza[0-9A-Za-z_-]{20,}`)},
	{"a Google OAuth token", matching(`^ya29\.`)},
	{"a Slack token", matching(`^xox[abeoprs]-|^xapp-`)},
	{"a Hugging Face token", matching(`^hf_[A-Za-z]{20,}`)},
	{"a Groq key", matching(`^gsk_[A-Za-z0-9]{20,}`)},
	{"an xAI key", matching(`^xai-[A-Za-z0-9]{20,}`)},
	{"a Perplexity key", matching(`^pplx-[A-Za-z0-9]{20,}`)},
	{"a Replicate token", matching(`^r8_[A-Za-z0-9]{20,}`)},
	{"a DigitalOcean token", matching(`^do[opr]_v1_`)},
	{"a Shopify token", matching(`^shp(?:at|ca|pa|ss)_`)},
	{"a SendGrid key", matching(`^SG\.[\w-]{16,}\.`)},
	{"an npm token", matching(`^npm_[A-Za-z0-9]{20,}`)},
	{"a PyPI token", matching(`^pypi-`)},
	{"a private key or certificate in PEM", matching(`^-----BEGIN `)},
	{"a Databricks token", matching(`^dapi[0-9a-f]{32}`)},
	{"an NVIDIA key", matching(`^nvapi-`)},
	{"a Tavily key", matching(`^tvly-`)},
	{"a Linear key", matching(`^lin_api_`)},
	{"a Figma token", matching(`^figd_`)},
	{"a Notion token", matching(`^ntn_`)},
	{"a Supabase token", matching(`^sbp_`)},
	{"a Square token", matching(`^sq0[a-z]{3}-`)},
	{"an Atlassian token", matching(`^ATATT3`)},
	{"a Mailgun key", matching(`^key-[0-9a-f]{32}$`)},
	{"a Twilio id or key", matching(`^(?:AC|SK)[0-9a-f]{32}$`)},
	{"an SSH public key", matching(`^(?:ssh-(?:rsa|ed25519)|ecdsa-sha2-\S+) `)},
	{"a JSON web token", matching(`^eyJ[\w-]+\.[\w-]+\.[\w-]*$`)},
}
