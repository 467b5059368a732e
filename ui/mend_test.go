package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"klyra-doctor/catalog"
	"klyra-doctor/checks"
	"klyra-doctor/checks/mend"
)

// contentWith is a content check with one finding.
func contentWith(status checks.Status, id string, media checks.Media) checks.Result {
	r := result(catalog.ContentCheck, status, id, "something is wrong with it")
	if r.Media = media; media == checks.Image {
		r.Type = "image/png"
	}
	return r
}

// openContentStep runs the checklist of an image that is too large up to the result of its check.
func openContentStep(t *testing.T, results ...checks.Result) *driver {
	t.Helper()
	d := newDriver(t, Options{})
	d.results[catalog.ContentCheck] = results
	return d.size(80, 40).write("content_too_large").press("enter", "enter").write("photo.png").press("enter")
}

func TestMendAnImage(t *testing.T) {
	d := openContentStep(t, tooLarge, contentWith(checks.Pass, "content.fits", checks.Image))
	d.shows("x make it smaller", "Press x to make it smaller. It is written to the current folder as photo-small.jpg, or under the next free name; photo.png stays as it is.")
	d.press("x").shows("Written: /home/dev/photo-small.jpg", "What x did: written as JPEG of quality 90; lost: all metadata.", "Content: photo-small.jpg, from a fix of photo.png")
	d.shows("✓ fixed 1. Measure", "✓ done 3. Shrink the image", "Fixed: wrote photo-small.jpg, 5.2 MB, checked. It is in /home/dev.")
	d.shows("Next: Send the request again, with photo-small.jpg in place of the image")
	d.press("down", "down", "down", "down", "down", "down").shows("Send it with photo-small.jpg in place of the image. It is in /home/dev.")
	d.press("up", "up", "up", "up", "up", "up")
	d.hides("Press x")
	d.did("content content=photo.png", "content content=photo-small.jpg")
	if !slices.Equal(d.mended, []string{"shrink photo.png"}) {
		t.Errorf("fixes: %q", d.mended)
	}
	d.press("e").shows("/home/dev/photo-small.jpg")
	d.press("ctrl+u").write("photo.png").press("enter").did("content content=photo.png", "content content=photo-small.jpg", "content content=photo.png")
	d.hides("What x did", "fixed", "Fixed", "done", "photo-small.jpg")
}

// TestAFixThatIsNotEnough: what was written is checked too, and is not called fixed where it fails.
func TestAFixThatIsNotEnough(t *testing.T) {
	d := openContentStep(t, tooLarge).press("x")
	d.shows("✗ fail 1. Measure", "○ to do 3. Shrink the image", "Wrote photo-small.jpg, 5.2 MB; this is what its check says.", "Not resolved yet")
	d.hides("Fixed", "fixed")
}

func TestMendAText(t *testing.T) {
	d := openContentStep(t, contentWith(checks.Fail, "content.too_many_words", checks.Text), contentWith(checks.Pass, "content.fits", checks.Text))
	d.shows("x split it", "current folder as the folder photo-parts, or under the next free name;")
	d.press("x").shows("Written: /home/dev/photo-parts", "Content: photo-parts, from a fix of photo.png")
	if parts := d.app.target.Content.Parts; len(parts) != 2 || d.app.file != "photo.png" {
		t.Errorf("%d parts are checked, the file is %q", len(parts), d.app.file)
	}
	d.press("x").shows("Nothing can be done")
	if len(d.mended) != 1 {
		t.Errorf("fixes: %q", d.mended)
	}
}

func TestOneFixAfterTheOther(t *testing.T) {
	both := contentWith(checks.Fail, "content.too_many_words", checks.Text)
	both.Findings = append(both.Findings, contentWith(checks.Warn, "content.bom", checks.Text).Findings...)
	d := openContentStep(t, both, contentWith(checks.Fail, "content.too_many_words", checks.Text), contentWith(checks.Pass, "content.fits", checks.Text))
	d.shows("x clean it").press("x").shows("x split it").press("x").hides("x split it")
	if !slices.Equal(d.mended, []string{"clean photo.png", "chunk /home/dev/photo-clean.png"}) {
		t.Errorf("fixes: %q", d.mended)
	}
}

func TestMendingThatFails(t *testing.T) {
	d := openContentStep(t, tooLarge)
	d.mendErr = errors.New("write photo-small.jpg: no space left on device\x1b[2J")
	d.press("x").shows("Could not make it smaller: write photo-small.jpg: no space left on device", "x make it smaller")
	d.hides("\x1b[2J")
	d.mendErr = fmt.Errorf("look at it: %w", mend.Undone{What: "it is an animated WebP", Hint: "save a frame as PNG first"})
	d.press("x").shows("Could not make it smaller: look at it: it is an animated WebP", "Instead: save a frame as PNG first.")
	d.mendErr = mend.Misfit{What: "this is no image", Hint: "split it"}
	d.press("x").shows("this is no image", "Instead: split it.")
	d.mendErr, d.needless = nil, "the image has at most 3,000,000 bytes"
	d.press("x").shows("Nothing was written: the image has at most 3,000,000 bytes").hides("Instead:")
	d.did("content content=photo.png")
}

func TestNothingToMend(t *testing.T) {
	for _, r := range []checks.Result{
		contentWith(checks.Pass, "content.fits", checks.Image),
		contentWith(checks.Unknown, "content.too_many_pixels", checks.Image),
		contentWith(checks.Fail, "content.corrupt", checks.Image),
	} {
		d := openContentStep(t, r)
		d.hides("Press x")
		if d.press("x").shows("Nothing can be done"); d.mended != nil {
			t.Errorf("%s: fixes: %q", r.Findings[0].ID, d.mended)
		}
	}
}

// TestLateFix: a fix that comes to its end after the content was changed changes nothing, and says what it left.
func TestLateFix(t *testing.T) {
	d := openContentStep(t, tooLarge)
	s := d.app.top().(*checklistScreen)
	cmd := s.mend(d.app)
	d.size(80, 40).shows("At work: make it smaller").hides("x make it smaller")
	d.press("e", "ctrl+u").write("other.png").press("enter")
	d.run(cmd)
	d.shows("Content: other.png", "Written: /home/dev/photo-small.jpg").hides("What x did")
	d.did("content content=photo.png", "content content=other.png")
	d.app.notice = ""
	d.needless = "the image fits"
	d.run(cmd)
	d.hides("Nothing was written", "Written:")
}

// TestLeavingStopsAFix: a screen that is left cancels its fix, and the app's end waits until that has cleared up.
func TestLeavingStopsAFix(t *testing.T) {
	d := openContentStep(t, tooLarge)
	started, cleared := make(chan struct{}), false
	d.app.options.Effects.Mend = func(ctx context.Context, _ mend.Fix, _ checks.Content, _ string) (Mended, error) {
		close(started)
		<-ctx.Done()
		cleared = true
		return Mended{}, ctx.Err()
	}
	cmd := d.app.top().(*checklistScreen).mend(d.app)
	go cmd()
	<-started
	if d.app.writing.TryLock() {
		t.Fatal("nothing waits for the fix")
	}
	d.press("esc")
	d.app.writing.Lock()
	defer d.app.writing.Unlock()
	if !cleared {
		t.Error("the fix was not waited for")
	}
}
