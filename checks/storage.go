package checks

import (
	"net/http"
	"slices"
	"strings"
)

// storageError is what an error code of a cloud's storage says about a download.
type storageError struct {
	codes           string // as the providers write them, with blanks between them; "" where the message tells
	id              string // "" to go by the HTTP status
	status          Status
	summary, remedy string
}

// storageErrors are the documented codes of S3 and the storages with its API, of Google Cloud Storage, Azure
// Blob Storage, CloudFront, Cloudflare R2 and Alibaba Cloud OSS, and of some that answer in JSON or by a header:
// Backblaze B2, Supabase, Amazon's API Gateway, ngrok.
var storageErrors = []storageError{
	{
		"AccessDenied AccessForbidden Forbidden", "http.forbidden", Fail, "the storage does not let the public read this object",
		"Make the object public, or pre-sign the URL for GET. S3 answers the same for an object that does not exist where the public may not list the bucket: compare the key, too.",
	},
	{
		"AllAccessDisabled AccountProblem AccountIsDisabled UserProjectAccountProblem InDebt InDebtOverdue UserDisable BucketDisable AbnormalBucketOwnerStatus", "http.forbidden", Fail, "the storage account or the bucket is disabled",
		"Look at the account's state and bills at the provider.",
	},
	{
		"NoSuchKey BlobNotFound ObjectNotFound", "http.not_found", Fail, "the bucket is there, but no object has this key",
		"Compare the key letter by letter, upper and lower case and encoding included; it may have been deleted or not be uploaded yet.",
	},
	{
		"NoSuchBucket ContainerNotFound", "http.not_found", Fail, "there is no bucket of this name",
		"Compare the bucket's name and region or account in the URL; it may have been deleted.",
	},
	{
		"ResourceNotFound", "http.not_found", Fail, "there is no such object, or its container does not let the public read",
		"Azure answers the same for both: compare the name, then look at the container's public access level, or use a SAS URL.",
	},
	{
		"SignatureDoesNotMatch", "http.forbidden", Fail, "the signature does not fit the request",
		"Sign for GET, without headers that a downloader will not send, and keep the URL as it was signed: a changed, decoded or cut query breaks it. A wrong secret key does too.",
	},
	{
		"InvalidAccessKeyId", "http.forbidden", Fail, "the key that the URL was signed with does not exist (any more)",
		"Sign the URL anew with a key that is active.",
	},
	{
		"ExpiredToken TokenRefreshRequired", "http.forbidden", Fail, "the temporary credentials that the URL was signed with have ended",
		"Sign the URL anew, right before the call. A URL that is signed with a role's credentials dies with them, however long it was meant to hold.",
	},
	{
		"InvalidToken InvalidSecurityToken AccessKeyIdAndSecurityTokenNotMatch", "http.forbidden", Fail, "the session token in the URL is not valid",
		"Sign the URL anew; see that the token in its query was not cut or encoded twice.",
	},
	{
		"RequestTimeTooSkewed", "http.forbidden", Fail, "the time that the URL was signed at differs too much from the storage's clock",
		"Set the clock of the machine that signs, then sign anew.",
	},
	{
		"AuthorizationQueryParametersError AuthorizationHeaderMalformed InvalidQueryParameterValue MalformedPolicy", "http.client_error", Fail, "the signature's parameters in the URL are not valid",
		"The message in the evidence names the parameter: often the region is wrong, or the URL is meant to hold longer than 7 days.",
	},
	{
		"MissingKey InvalidKey", "http.forbidden", Fail, "CloudFront wants a signed URL or cookies, and these are missing or of an unknown key",
		"Sign the URL with a key of the distribution's trusted key group, or open this path.",
	},
	{
		"InvalidObjectState BlobArchived", "http.forbidden", Fail, "the object lies in an archive and cannot be read at once",
		"Restore it first (hours for some classes), or copy it into a class that can be read at once.",
	},
	regionError,
	{
		"SlowDown ServerBusy OperationTimedOut RequestTimeout TooManyRequests QpsLimitExceeded", "http.rate_limited", Unknown, "the storage asks to slow down",
		"Wait and try again; if it lasts, put a CDN before the bucket.",
	},
	{
		"InternalError ServiceUnavailable", "http.server_error", Fail, "the storage has an error of its own",
		"Try again in a minute; look at the provider's status page.",
	},
	{
		"UserProjectMissing RequestPayer", "http.forbidden", Fail, "the bucket makes the one who requests pay, which a plain download cannot",
		"Switch \"requester pays\" off, or put the file into another bucket.",
	},
	{
		"PublicAccessNotPermitted", "http.forbidden", Fail, "the storage account permits no public access at all",
		"Use a SAS URL, or allow public access for the account and the container.",
	},
	{
		"AuthenticationFailed InvalidAuthenticationInfo", "http.forbidden", Fail, "Azure does not accept the signature (SAS) of the URL",
		"The detail in the evidence says why: its time, its permissions (sp needs r), or a changed query. Make a new SAS URL.",
	},
	{
		"NoAuthenticationInformation", "http.unauthorized", Fail, "Azure wants a signature (SAS), and the URL has none",
		"Make a SAS URL with the read permission, or let the public read the container.",
	},
	{
		"AuthorizationPermissionMismatch AuthorizationServiceMismatch AuthorizationResourceTypeMismatch", "http.forbidden", Fail, "the SAS of the URL does not permit reading this object",
		"Make a SAS URL for this object with the read permission (sp=r).",
	},
	{
		"AuthorizationFailure AuthorizationSourceIPMismatch IpAuthorizationError", "http.forbidden", Unknown, "the storage lets only certain addresses in (its firewall, or sip= of the SAS)",
		"Could not tell whether the API's servers are among them; this machine is not. Open the firewall for this container, or leave sip= out.",
	},
	{
		"AuthorizationProtocolMismatch AccountRequiresHttps", "http.forbidden", Fail, "the storage wants https",
		"Write https:// in the URL.",
	},
	{
		"download_cap_exceeded transaction_cap_exceeded", "http.forbidden", Fail, "the storage account has used up what its owner lets it send (its cap)",
		"Raise the cap in the account's settings (Caps & Alerts), or wait until the next day.",
	},
	{
		"MissingAuthenticationTokenException", "http.not_found", Fail, "the API gateway has no route for this path, or wants signed requests on it",
		"Compare the path, its stage (/prod/…) included, with the routes of the API. The gateway answers so for every path that it does not know.",
	},
	{
		"ERR_NGROK_3200", "http.edge_error", Fail, "the tunnel (ngrok) is not running: its endpoint is offline",
		"Start its agent again and use the address that it prints. Host the file where it stays: a tunnel ends with the program that keeps it up.",
	},
	{
		"ERR_NGROK_8012", "http.edge_error", Fail, "the tunnel (ngrok) runs, but the server behind it cannot be connected to",
		"Start that server, and compare its port with the one that the agent was given.",
	},
	{
		"KeyBasedAuthenticationNotPermitted", "http.forbidden", Fail, "the storage account no longer accepts signatures made with its account key",
		"Make a user delegation SAS, which is signed with an identity.",
	},
}

// storageMessages are errors that only the message tells apart from others of the same code.
var storageMessages = []struct {
	message string // a part of it
	storageError
}{
	{"bucket referer policy", storageError{
		"", "http.hotlink", Fail, "the bucket hands the file out only to certain sites (its Referer rule)",
		"Allow an empty Referer in the bucket's rule: a downloader sends none.",
	}},
	{"Bucket not found", storageError{
		"", "http.not_found", Fail, "there is no bucket of this name, or it is not public",
		"Compare the bucket's name; in the storage's settings, make the bucket public, or use a signed URL (with Supabase: createSignedUrl).",
	}},
	{"Object not found", storageError{
		"", "http.not_found", Fail, "the bucket holds no object of this name, or does not show it to the public",
		"Compare the path letter by letter, upper and lower case included; it may have been deleted or not be uploaded yet.",
	}},
	{"Request has expired", storageError{
		"", "http.forbidden", Fail, "the storage says that the signature of the request has expired",
		"Sign the URL anew for GET, for at least an hour, right before the call. Where the URL holds no signature, what stands before the storage signs: let that sign anew.",
	}},
	{"must be addressed using the specified endpoint", regionError},
	{"kms:Decrypt", storageError{
		"", "http.forbidden", Fail, "the object is encrypted with a key (KMS) that the signer may not use",
		"Let the identity that signs the URL decrypt with that key (kms:Decrypt).",
	}},
}

var regionError = storageError{
	"PermanentRedirect TemporaryRedirect IllegalLocationConstraintException", "http.bad_location", Fail, "the bucket is in another region than the URL says",
	"Use the endpoint or region in the evidence. A signature has to be made for that region.",
}

// storageErrorOf returns what a storage's error says; false where it is none that is known.
func storageErrorOf(said refusal) (storageError, bool) {
	for _, m := range storageMessages {
		if strings.Contains(said.message, m.message) {
			return m.storageError, true
		}
	}
	if said.code == "InvalidArgument" && said.message == "Authorization" {
		return storageError{
			"", "http.unauthorized", Fail, "this storage address answers signed requests only, and the URL has no signature",
			"Use the bucket's public address (with Cloudflare R2: r2.dev or a domain of yours), or pre-sign the URL.",
		}, true
	}
	for _, e := range storageErrors {
		if said.code != "" && slices.Contains(strings.Fields(e.codes), said.code) {
			return e, true
		}
	}
	return storageError{}, false
}

// storages tell by headers which storage or CDN answered.
var storages = []struct{ header, value, name string }{
	{"Server", "amazons3", "Amazon S3"},
	{"Server", "minio", "MinIO"},
	{"Server", "aliyunoss", "Alibaba Cloud OSS"},
	{"X-Oss-Request-Id", "", "Alibaba Cloud OSS"},
	{"X-Guploader-Uploadid", "", "Google Cloud Storage"},
	{"Server", "windows-azure-blob", "Azure Blob Storage"},
	{"X-Ms-Error-Code", "", "Azure Storage"},
	{"X-Amz-Cf-Id", "", "CloudFront"},
	{"X-Amz-Request-Id", "", "a storage with S3's API"},
}

// storageOf is the storage or CDN that answered; "" where none is known.
func storageOf(h *hop, header http.Header) string {
	if host := strings.ToLower(h.url.Hostname()); strings.HasSuffix(host, ".r2.dev") || strings.HasSuffix(host, ".r2.cloudflarestorage.com") {
		return "Cloudflare R2"
	}
	for _, s := range storages {
		if value := strings.ToLower(header.Get(s.header)); value != "" && strings.HasPrefix(value, s.value) {
			return s.name
		}
	}
	return ""
}
