package paste

import "strings"

// anotherAPI is the vendor where only the shape says that an error is not this API's.
const anotherAPI = "another API"

// vendor is another API: what its texts, error types and codes are called.
type vendor struct {
	name    string
	phrases []string // hosts, documentation and fixed words of its errors, lower case
	types   []string // of an error object
	codes   []string // of an error object; none that this API has
}

var vendors = []vendor{
	{
		name:    "OpenAI",
		phrases: []string{"platform.openai.com", "help.openai.com", "api.openai.com", "openai.azure.com", "incorrect api key provided"},
		types:   []string{"insufficient_quota", "requests", "tokens"},
		codes:   []string{"insufficient_quota", "context_length_exceeded", "model_not_found", "billing_hard_limit_reached", "content_policy_violation", "string_above_max_length", "unsupported_parameter", "deploymentnotfound"},
	},
	{name: "Groq", phrases: []string{"console.groq.com", "api.groq.com"}, types: []string{"tokens"}, codes: []string{"model_decommissioned"}},
	{
		name:    "Anthropic",
		phrases: []string{"docs.anthropic.com", "api.anthropic.com", "console.anthropic.com", "support.anthropic.com"},
		types:   []string{"overloaded_error", "not_found_error", "billing_error", "request_too_large"},
	},
	{
		name:    "Stripe",
		phrases: []string{"api.stripe.com", "stripe.com/docs", "dashboard.stripe.com", "docs.stripe.com"},
		types:   []string{"card_error", "idempotency_error", "stripe_error"},
		codes:   []string{"resource_missing", "parameter_missing", "card_declined", "parameter_unknown", "api_key_expired", "secret_key_required"},
	},
	{
		name:    "Google",
		phrases: []string{"generativelanguage.googleapis.com", "type.googleapis.com", "aiplatform.googleapis.com", "console.cloud.google.com", "console.developers.google.com"},
		codes:   []string{"resource_exhausted", "permission_denied", "unauthenticated", "invalid_argument"},
	},
	{
		name:    "AWS",
		phrases: []string{"com.amazonaws", "aws_error_", "botocore.exceptions", "throttlingexception", "<error><code>", "x-amzn-errortype", "amazonaws.com/doc"},
	},
	{name: "Azure", phrases: []string{"microsoft.com/azure", "learn.microsoft.com/azure", "azure.core.exceptions"}},
	{name: "GitHub", phrases: []string{"docs.github.com/rest", "docs.github.com/en/rest", "api rate limit exceeded for", "developer.github.com/v3"}},
	{name: "Hugging Face", phrases: []string{"huggingface.co/docs", "api-inference.huggingface.co", "huggingface.co/settings"}},
	{name: "Mistral", phrases: []string{"api.mistral.ai", "console.mistral.ai"}},
	{name: "OpenRouter", phrases: []string{"openrouter.ai/api", "openrouter.ai/settings", "openrouter.ai/docs"}},
	{name: "Cohere", phrases: []string{"dashboard.cohere.com", "api.cohere.ai", "docs.cohere.com"}},
	{name: "Replicate", phrases: []string{"replicate.com/account", "api.replicate.com"}},
	{name: "Twilio", phrases: []string{"twilio.com/docs", "api.twilio.com"}},
	{name: "Slack", phrases: []string{"slack.com/api", "api.slack.com"}},
	{name: "Discord", phrases: []string{"discord.com/api"}},
	{name: "Supabase", phrases: []string{"supabase.co/", "postgrest"}},
}

// foreignEnvelope names the API that an error object belongs to, by what stands within it: "" where nothing
// says that it is not this one's.
func foreignEnvelope(e sighting) string {
	message := strings.ToLower(e.message[:min(len(e.message), maxBare)])
	if strings.Contains(message, "klyra") {
		return ""
	}
	for _, v := range vendors {
		for _, p := range v.phrases {
			if strings.Contains(message, p) {
				return v.name
			}
		}
	}
	if strings.HasPrefix(e.requestID, "req_") && e.known {
		return ""
	}
	for _, v := range vendors {
		if contains(v.types, e.errorType) || !e.known && contains(v.codes, strings.ToLower(e.code)) {
			return v.name
		}
	}
	return ""
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

// foreignCode reports whether a code is spelt as this API never spells one: a number, or CamelCase.
func foreignCode(code string) bool {
	if code == "" {
		return false
	}
	upper, lower, underscore := false, false, strings.ContainsAny(code, "_-")
	for i := range len(code) {
		upper = upper || code[i] >= 'A' && code[i] <= 'Z'
		lower = lower || code[i] >= 'a' && code[i] <= 'z' || code[i] >= 0x80
	}
	return !upper && !lower || upper && lower && !underscore || upper && !lower
}

// foreignMessage says what a foreign error is.
func foreignMessage(vendorName, code string) string {
	who := "This is the error of " + vendorName + ", not of Klyra"
	if vendorName == anotherAPI {
		who = "This is the error of another API, not of Klyra: its shape or the spelling of its code is not Klyra's"
	}
	if _, same := known(code); same {
		who += ", though its code is spelt like one of Klyra's"
	}
	return who + ". Look it up in that API's documentation; if the request was meant for Klyra, check the base URL that the client uses."
}
