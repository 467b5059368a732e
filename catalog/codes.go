package catalog

// entries are the 21 documented codes in the vendor's order: data only.
var entries = []Entry{
	{
		Code: "invalid_api_key", Group: Authentication,
		Description: "API key is invalid or has been revoked",
		Resolution:  "Check your API key or generate a new one in the dashboard",
	},
	{
		Code: "missing_api_key", Group: Authentication,
		Description: "No API key was provided",
		Resolution:  "Add the Authorization header with your API key",
	},
	{
		Code: "expired_api_key", Group: Authentication,
		Description: "The API key has expired",
		Resolution:  "Generate a new API key in the dashboard",
	},
	{
		Code: "insufficient_permissions", Group: Authentication,
		Description: "The API key doesn’t have permission for this action",
		Resolution:  "Use a different API key with the required permissions",
	},
	{
		Code: "invalid_request", Group: Request,
		Description: "The request was malformed or missing required fields",
		Resolution:  "Check your request parameters against the API documentation",
	},
	{
		Code: "unsupported_content_type", Group: Request,
		Description: "The content type provided is not supported",
		Resolution:  "Verify you’re sending a supported content type",
	},
	{
		Code: "content_too_large", Group: Request,
		Description: "The content exceeds size limits",
		Resolution:  "Reduce the size of your content or use chunking for large files",
	},
	{
		Code: "invalid_parameters", Group: Request,
		Description: "One or more parameters are invalid",
		Resolution:  "Check the param field for which parameter is problematic",
	},
	{
		Code: "missing_content", Group: Request,
		Description: "No content was provided for moderation",
		Resolution:  "Ensure the content field in your request is not empty",
	},
	{
		Code: "invalid_url", Group: Request,
		Description: "The URL provided could not be accessed",
		Resolution:  "Verify the URL is correct and publicly accessible",
	},
	{
		Code: "rate_limit_exceeded", Group: RateLimit,
		Description: "You’ve exceeded your rate limit",
		Resolution:  "Wait before retrying or upgrade your plan for higher limits",
	},
	{
		Code: "quota_exceeded", Group: RateLimit,
		Description: "You’ve exceeded your monthly quota",
		Resolution:  "Upgrade your plan or wait until the next billing cycle",
	},
	{
		Code: "concurrent_requests_exceeded", Group: RateLimit,
		Description: "Too many concurrent requests",
		Resolution:  "Implement backoff and limit parallel requests",
	},
	{
		Code: "internal_server_error", Group: Server,
		Description: "Something went wrong on our end",
		Resolution:  "Contact support with the request_id if this persists",
	},
	{
		Code: "service_unavailable", Group: Server,
		Description: "The service is temporarily unavailable",
		Resolution:  "Retry the request after a brief delay",
	},
	{
		Code: "model_unavailable", Group: Server,
		Description: "The requested model is temporarily unavailable",
		Resolution:  "Try a different model or retry later",
	},
	{
		Code: "timeout", Group: Server,
		Description: "The request took too long to process",
		Resolution:  "Simplify your request or break it into smaller chunks",
	},
	{
		Code: "unprocessable_content", Group: ContentProcessing,
		Description: "The content couldn’t be processed",
		Resolution:  "Check that your content is valid and in a supported format",
	},
	{
		Code: "content_download_failed", Group: ContentProcessing,
		Description: "Failed to download content from the provided URL",
		Resolution:  "Verify the URL is publicly accessible and the content exists",
	},
	{
		Code: "unsupported_language", Group: ContentProcessing,
		Description: "The language of the content is not supported",
		Resolution:  "Check the list of supported languages",
	},
	{
		Code: "corrupted_media", Group: ContentProcessing,
		Description: "The media file is corrupted or in an invalid format",
		Resolution:  "Verify the file integrity and format",
	},
}
