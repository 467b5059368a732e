package sandbox

import (
	"bytes"

	"klyra-doctor/catalog"
)

// Setup is what a caller has to do to get an error from a server whose State is that error.
type Setup struct {
	Key         string // the key to use; "" for none at all
	URL         string // a sample path for the URL check; "" where the error is about none
	Content     []byte // nil where the error is about no content
	ContentName string
	ContentType string // the type the request declares; "" for none
}

// SetupFor returns the setup for a code of the catalog; for "" the setup of a working request: the good key
// alone.
func SetupFor(code catalog.Code) Setup {
	s := Setup{Key: keyFor("good")}
	switch code {
	case "invalid_api_key":
		s.Key = keyFor("revoked")
	case "missing_api_key":
		s.Key = ""
	case "expired_api_key":
		s.Key = keyFor("expired")
	case "insufficient_permissions":
		s.Key = keyFor("forbidden")
	case "invalid_url":
		s.URL = "/samples/photo.pgn"
	case "content_download_failed":
		s.URL = "/samples/not-an-image.png"
	case "invalid_request":
		s.hold("request.json", "application/json", []byte(`{"content": "Hello, world", "threshold": 0.5`))
	case "invalid_parameters":
		s.hold("request.json", "application/json", []byte(`{"content": "Hello, world", "threshold": 7}`))
	case "unsupported_content_type":
		s.hold("photo.png", "image/png", archiveZIP())
	case "content_too_large":
		s.hold("large.png", "image/png", largePNG())
	case "missing_content":
		s.hold("empty.txt", "text/plain", []byte{})
	case "corrupted_media":
		s.hold("photo.png", "image/png", truncatedPNG())
	case "unprocessable_content":
		s.hold("text.txt", "text/plain", []byte("Caf\xe9 au lait, cr\xe8me br\xfbl\xe9e: this text was saved as Latin-1.\n"))
	case "unsupported_language":
		s.hold("text.txt", "text/plain", []byte(amharic))
	}
	return s
}

func (s *Setup) hold(name, contentType string, content []byte) {
	s.ContentName, s.ContentType, s.Content = name, contentType, bytes.Clone(content)
}

// amharic says: Hello! This is a short text, written in Amharic. The weather is fine today, and the children
// are playing in the yard.
const amharic = "ሰላም! ይህ በአማርኛ የተጻፈ አጭር ጽሑፍ ነው። ዛሬ አየሩ ጥሩ ነው፣ ልጆቹም በግቢው ውስጥ ይጫወታሉ።\n"
