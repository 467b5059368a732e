package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"klyra-doctor/catalog"
)

// Sample is a path that the sandbox serves to GET and HEAD, for URL checks.
type Sample struct {
	Path string
	What string // what it gives, and what the API makes of it, in words
}

// Samples returns the sample paths in the order in which they are worth trying.
func Samples() []Sample {
	list := make([]Sample, len(samples))
	for i, s := range samples {
		list[i] = Sample{s.path, s.what}
		if s.earns != "" {
			list[i].What += " (" + string(s.earns) + ")"
		}
	}
	return list
}

// sample is a path of the pretend file host, what it serves, and what the API answers when it is told to
// download it: "" for a success.
type sample struct {
	path, what string
	earns      catalog.Code
	serve      http.HandlerFunc
}

// downloads is the folder of the pretend file host. Below it GET and HEAD need no key.
const downloads = "/samples/"

var samples = []sample{
	{"/samples/photo.png", "a whole PNG image", "", file("image/png", photoPNG)},
	{"/samples/photo.jpg", "a whole JPEG image", "", file("image/jpeg", photoJPEG)},
	{"/samples/tone.wav", "half a second of sound", "", file("audio/wav", toneWAV)},
	{"/samples/not-an-image.png", "an HTML page in place of an image", "content_download_failed", page(http.StatusOK, "File not found", "This file has moved or was deleted.")},
	{"/samples/truncated.png", "a PNG whose second half is missing", "corrupted_media", file("image/png", truncatedPNG)},
	{"/samples/corrupt.jpg", "a JPEG with damage in its middle", "corrupted_media", file("image/jpeg", corruptJPEG)},
	{"/samples/wrong-type.png", "a JPEG that is declared as a PNG", "unsupported_content_type", file("image/png", photoJPEG)},
	{"/samples/large.png", "a whole PNG of more than 4 MiB", "content_too_large", file("image/png", largePNG)},
	{"/samples/empty.png", "a file of no bytes", "missing_content", file("image/png", func() []byte { return nil })},
	{"/samples/short.png", "a body that stops before the length that was announced", "content_download_failed", short},
	{"/samples/slow.png", "a body that comes at 32 bytes a second", "content_download_failed", slow},
	{"/samples/photo.pgn", "a path with a typo: 404", "invalid_url", status(http.StatusNotFound)},
	{"/samples/redirect", "a redirect to photo.png", "", redirect("/samples/photo.png")},
	{"/samples/redirect-loop", "a redirect to itself", "content_download_failed", redirect("/samples/redirect-loop")},
	{"/samples/redirect-login", "a redirect to a page that wants a login", "content_download_failed", redirect("/samples/login?next=photo.png")},
	{"/samples/login", "a page that wants a login", "content_download_failed", page(http.StatusOK, "Sign in", `<form><input type="password"></form>`)},
	{"/samples/status/401", "401 Unauthorized", "content_download_failed", status(http.StatusUnauthorized)},
	{"/samples/status/403", "403 Forbidden", "content_download_failed", status(http.StatusForbidden)},
	{"/samples/status/404", "404 Not Found", "content_download_failed", status(http.StatusNotFound)},
	{"/samples/status/410", "410 Gone", "content_download_failed", status(http.StatusGone)},
	{"/samples/status/429", "429 Too Many Requests", "content_download_failed", status(http.StatusTooManyRequests)},
	{"/samples/status/500", "500 Internal Server Error", "content_download_failed", status(http.StatusInternalServerError)},
	{"/samples/status/503", "503 Service Unavailable", "content_download_failed", status(http.StatusServiceUnavailable)},
}

// isDownload reports whether a request is for the file host and not for the API.
func isDownload(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.HasPrefix(r.URL.Path, downloads)
}

func serveSample(w http.ResponseWriter, r *http.Request) {
	s, ok := sampleAt(r.URL.Path)
	if !ok {
		s.serve = status(http.StatusNotFound)
	}
	s.serve(w, r)
}

func sampleAt(path string) (sample, bool) {
	for _, s := range samples {
		if s.path == path {
			return s, true
		}
	}
	return sample{}, false
}

func file(contentType string, data func() []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data()))
	}
}

func page(status int, title, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<!DOCTYPE html>\n<html><head><title>%s</title></head><body><h1>%s</h1>%s</body></html>\n", title, title, body)
	}
}

// status answers with a page and with what HTTP wants beside a status.
func status(code int) http.HandlerFunc {
	text := http.StatusText(code)
	serve := page(code, fmt.Sprintf("%d %s", code, text), "")
	return func(w http.ResponseWriter, r *http.Request) {
		switch code {
		case http.StatusUnauthorized:
			w.Header().Set("WWW-Authenticate", `Basic realm="sample files"`)
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			w.Header().Set("Retry-After", "30")
		}
		serve(w, r)
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, http.StatusFound)
	}
}

// short announces a whole photo and sends half of it; the server then closes the connection.
func short(w http.ResponseWriter, _ *http.Request) {
	announcePhoto(w)
	_, _ = w.Write(truncatedPNG())
}

// slow sends a photo in drops until the client has had enough.
func slow(w http.ResponseWriter, r *http.Request) {
	announcePhoto(w)
	if r.Method == http.MethodHead {
		return
	}
	for rest := photoPNG(); len(rest) > 0; {
		drop := rest[:min(16, len(rest))]
		rest = rest[len(drop):]
		if _, err := w.Write(drop); err != nil {
			return
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		if !pause(r.Context(), time.Second/2) {
			return
		}
	}
}

func announcePhoto(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Length", strconv.Itoa(len(photoPNG())))
	w.WriteHeader(http.StatusOK)
}

// pause waits, and reports whether it could before ctx was done.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
