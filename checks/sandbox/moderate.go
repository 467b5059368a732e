package sandbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// moderate judges the content of a request whose key and limits are in order.
func moderate(r *http.Request) answer {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBytes+1))
	switch {
	case err != nil:
		return fail("invalid_request").because("The body broke off after %d bytes.", len(body))
	case len(body) > maxBytes:
		// A client that is still sending would see a reset instead of the answer.
		_, _ = io.CopyN(io.Discard, r.Body, 4*maxBytes)
		return fail("content_too_large").because("The request has more than %d bytes.", maxBytes)
	case len(bytes.TrimSpace(body)) == 0:
		return fail("missing_content").because("The body is empty.")
	}
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	family, _, _ := strings.Cut(mediaType, "/")
	request := &reader{host: r.Host}
	switch {
	case err != nil || family == "":
		return fail("unsupported_content_type").because("The Content-Type header is missing or malformed: %q.", r.Header.Get("Content-Type"))
	case mediaType == "application/json" || strings.HasSuffix(mediaType, "+json"):
		return request.readJSON(body)
	case mediaType == "multipart/form-data":
		return request.readForm(multipart.NewReader(bytes.NewReader(body), params["boundary"]))
	case family == "text":
		return judgeText("", body).orSuccess()
	case family == "image", family == "audio", family == "video":
		return judgeMedia("", mediaType, body).orSuccess()
	}
	return fail("unsupported_content_type").because("The Content-Type is %s; it takes JSON, multipart/form-data, text, an image, a sound or a video.", mediaType)
}

// orSuccess turns "nothing wrong" into the end of the matter.
func (a answer) orSuccess() answer {
	if a.code == "" {
		a.status = http.StatusOK
	}
	return a
}

// reader goes through the fields of a request's body and judges the ones that it knows.
type reader struct {
	host     string // that the request was sent to: URLs on it are the sandbox's own
	contents int    // judged so far
}

// contentFields holds how the value of a field is read that carries content, by plainName. The names are
// those that such APIs commonly use; the documentation itself speaks only of "the content field".
var contentFields = map[string]func(r *reader, param, value string) answer{
	"content": (*reader).text,
	"text":    (*reader).text,
	"input":   (*reader).text,
	"message": (*reader).text,
	"prompt":  (*reader).text,

	"url":        (*reader).url,
	"imageurl":   (*reader).url,
	"audiourl":   (*reader).url,
	"videourl":   (*reader).url,
	"contenturl": (*reader).url,
	"mediaurl":   (*reader).url,

	"image":       (*reader).media,
	"audio":       (*reader).media,
	"video":       (*reader).media,
	"file":        (*reader).media,
	"data":        (*reader).media,
	"base64":      (*reader).media,
	"imagebase64": (*reader).media,
}

// parameters holds how the fields are judged that say how to moderate, by plainName.
var parameters = map[string]func(param string, value any) answer{
	"threshold": judgeThreshold,
	"language":  judgeLanguage,
}

// plainName makes image_url and imageUrl one.
func plainName(field string) string {
	return strings.ToLower(strings.ReplaceAll(field, "_", ""))
}

func (r *reader) readJSON(body []byte) answer {
	if n := firstInvalid(body); n >= 0 {
		return fail("unprocessable_content").because("The body is not UTF-8: byte %d is 0x%02X.", n, body[n])
	}
	var value any
	err := json.Unmarshal(body, &value)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fail("invalid_request").because("The body is not valid JSON: %v, at byte %d.", err, syntax.Offset)
	}
	if err != nil {
		return fail("invalid_request").because("The body is not valid JSON: %v.", err)
	}
	if _, ok := value.(map[string]any); !ok {
		return fail("invalid_request").because("The body has to be a JSON object.")
	}
	return r.end(r.walk("", "", value))
}

// readForm reads the parts of a form as the fields of an object; a part with a file name or a type of its
// own holds the content itself.
func (r *reader) readForm(form *multipart.Reader) answer {
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return r.end(answer{})
		}
		var data []byte
		if err == nil {
			data, err = io.ReadAll(part)
		}
		if err != nil {
			return fail("invalid_request").because("The form cannot be read: %v.", err)
		}
		if a := r.part(part, data); a.code != "" {
			return a
		}
	}
}

func (r *reader) part(part *multipart.Part, data []byte) answer {
	name, declared := part.FormName(), part.Header.Get("Content-Type")
	switch {
	case strings.HasPrefix(declared, "text/") && part.FileName() != "":
		r.contents++
		return judgeText(name, data)
	case part.FileName() != "":
		r.contents++
		return judgeMedia(name, declared, data)
	}
	field := plainName(name)
	if number, err := strconv.ParseFloat(string(data), 64); err == nil && parameters[field] != nil {
		return r.walk(field, name, number)
	}
	return r.walk(field, name, string(data))
}

// end is the answer once everything was read and first is what was wrong first.
func (r *reader) end(first answer) answer {
	if first.code == "" && r.contents == 0 {
		return fail("missing_content").because("No content was provided for moderation: the sandbox looks for it in fields such as content, text, url, image_url, image or file.")
	}
	return first.orSuccess()
}

// walk judges a value of the body and what lies in it, at any depth. Field is the plain name that the value
// stands under, param is the way to it: "items[0].image_url".
func (r *reader) walk(field, param string, value any) answer {
	if len(param) > maxWay {
		return fail("invalid_request").because("The fields of the body are nested too deeply.")
	}
	if judge := parameters[field]; judge != nil {
		return judge(param, value)
	}
	switch value := value.(type) {
	case map[string]any:
		return r.object(param, value)
	case []any:
		for i, item := range value {
			if a := r.walk(field, param+"["+strconv.Itoa(i)+"]", item); a.code != "" {
				return a
			}
		}
		return answer{}
	case string:
		if read := contentFields[field]; read != nil {
			r.contents++
			return read(r, param, value)
		}
	case nil:
		if contentFields[field] != nil {
			return fail("missing_content").at(param)
		}
	default:
		if contentFields[field] != nil {
			return fail("invalid_request").at(param).because("%s has to be a string.", param)
		}
	}
	return answer{}
}

func (r *reader) object(param string, fields map[string]any) answer {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		way := name
		if param != "" {
			way = param + "." + name
		}
		if a := r.walk(plainName(name), way, fields[name]); a.code != "" {
			return a
		}
	}
	return answer{}
}

func (r *reader) text(param, value string) answer {
	if strings.HasPrefix(value, "data:") {
		return r.media(param, value)
	}
	return judgeText(param, []byte(value))
}

// media reads base64, a data URI or a URL: all three are common in fields of these names.
func (r *reader) media(param, value string) answer {
	if strings.HasPrefix(value, "https://") || strings.HasPrefix(value, "http://") {
		return r.url(param, value)
	}
	if strings.TrimSpace(value) == "" {
		return fail("missing_content").at(param)
	}
	declared := ""
	if rest, ok := strings.CutPrefix(value, "data:"); ok {
		head, encoded, _ := strings.Cut(rest, ",")
		declared, value = strings.TrimSuffix(head, ";base64"), encoded
	}
	data, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return fail("corrupted_media").at(param).because("The base64 cannot be decoded: %v.", err)
	}
	return judgeMedia(param, declared, data)
}

func judgeThreshold(param string, value any) answer {
	if n, ok := value.(float64); ok && n >= 0 && n <= 1 {
		return answer{}
	}
	return fail("invalid_parameters").at(param).because("%s has to be a number from 0 to 1.", param)
}

// languages are the ones that the sandbox knows. The real list, of more than 50, is not public.
var languages = strings.Fields(`ar bg bn cs da de el en es fa fi fr he hi hr hu id it ja ko ms nl no pl pt ro ru
	sk sr sv ta te th tr uk ur vi zh`)

// judgeLanguage accepts a language with or without a region: "pt", "pt-BR".
func judgeLanguage(param string, value any) answer {
	tag, ok := value.(string)
	if !ok || tag == "" {
		return fail("invalid_parameters").at(param).because("%s has to be a language's code, such as en.", param)
	}
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if !slices.Contains(languages, base) {
		return fail("unsupported_language").at(param).because("The language %q is not supported. The sandbox knows these: %s.", tag, strings.Join(languages, " "))
	}
	return answer{}
}
