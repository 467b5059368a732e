package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"klyra-doctor/catalog/safe"
	"klyra-doctor/checks"
)

// keyFlags say where a key comes from beside the environment. A key never stands on the command line.
type keyFlags struct {
	file  string
	stdin bool
}

func (k *keyFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&k.file, "key-file", "", "read the API key from `FILE`")
	c.Flags().BoolVar(&k.stdin, "key-stdin", false, "read the API key from standard input")
	c.MarkFlagsMutuallyExclusive("key-file", "key-stdin")
}

func secretKey(key, source string) checks.Key {
	return checks.Key{Secret: safe.NewSecret(key), Source: source}
}

// givenKeys reads the key that flags name; none where they name none.
func (p *program) givenKeys(k *keyFlags) ([]checks.Key, error) {
	switch {
	case k == nil:
		return nil, nil
	case k.file != "":
		key, err := p.readFile(k.file)
		if err != nil {
			return nil, usagef("name a file that holds the key alone, or leave --key-file out and set "+keyVariable, "--key-file %s: %v", k.file, err)
		}
		return []checks.Key{{Secret: safe.NewSecret(string(key)), Source: "file " + k.file, FromFile: true}}, nil
	case k.stdin:
		key, err := p.readStdin("--key-stdin")
		return []checks.Key{{Secret: safe.NewSecret(key), Source: "standard input", FromFile: true}}, err
	}
	return nil, nil
}

// askKey asks for a key on the terminal without showing it; false where there is no terminal to ask on, or
// nothing was typed. Ctrl-C interrupts the program.
func (p *program) askKey() (checks.Key, bool, error) {
	if p.stdinTaken != "" || !term.IsTerminal(int(p.in.Fd())) || !p.talks() {
		return checks.Key{}, false, nil
	}
	before, err := term.MakeRaw(int(p.in.Fd())) // before the prompt, so that nothing is echoed that comes early
	if err != nil {
		return checks.Key{}, false, fmt.Errorf("hide the key while it is typed: %w", err)
	}
	defer term.Restore(int(p.in.Fd()), before)
	type answer struct {
		key string
		err error
	}
	typed := make(chan answer, 1)
	go func() {
		key, err := term.NewTerminal(inAndOut{p.in, p.err}, "").ReadPassword("API key (hidden; empty for none): ")
		typed <- answer{key, err}
	}()
	select {
	case a := <-typed:
		if a.err != nil {
			p.interrupt()
		}
		return secretKey(a.key, "what you typed"), a.key != "", a.err
	case <-p.ctx.Done():
		return checks.Key{}, false, p.ctx.Err()
	}
}

// inAndOut is a terminal's two directions.
type inAndOut struct {
	io.Reader
	io.Writer
}

// readText reads a text that a user named: a file, or standard input for "-".
func (p *program) readText(path, who string) (string, error) {
	if path == "-" {
		return p.readStdin(who)
	}
	text, err := p.readFile(path)
	if err != nil {
		return "", usagef("name a text file, or - for standard input", "read %s: %v", path, err)
	}
	return string(text), checkText(path, text)
}

// readStdin reads standard input to its end, for one reader alone.
func (p *program) readStdin(who string) (string, error) {
	if p.stdinTaken != "" {
		return "", usagef("give one of them as a file", "%s and %s both read standard input", p.stdinTaken, who)
	}
	p.stdinTaken = who
	if term.IsTerminal(int(p.in.Fd())) && who != "--key-stdin" {
		fmt.Fprintln(p.err, "reading standard input: paste the text, then press Ctrl-D on an empty line")
	}
	text, err := p.readWhole(func() (io.Reader, error) { return p.in, nil })
	if err != nil {
		return "", usagef("", "read standard input: %v", err)
	}
	return string(text), checkText("standard input", text)
}

// readFile reads a file to its end. A pipe may stand in its place.
func (p *program) readFile(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, errors.New("it is a folder")
	}
	return p.readWhole(func() (io.Reader, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, pathError(err)
		}
		return f, nil
	})
}

// maxText is how much of a text is read into memory.
const maxText = 512 << 20

// readWhole opens and reads to the end, unless the program is interrupted meanwhile: a pipe can block for ever,
// even while it is opened.
func (p *program) readWhole(open func() (io.Reader, error)) ([]byte, error) {
	type whole struct {
		data []byte
		err  error
	}
	read := make(chan whole, 1)
	go func() {
		r, err := open()
		if err != nil {
			read <- whole{err: err}
			return
		}
		data, err := io.ReadAll(io.LimitReader(r, maxText+1))
		if len(data) > maxText {
			err = fmt.Errorf("it is larger than %d MiB", maxText>>20)
		}
		read <- whole{data, err}
	}()
	select {
	case w := <-read:
		return w.data, w.err
	case <-p.ctx.Done():
		return nil, p.ctx.Err()
	}
}

// checkText refuses what is plainly no text. UTF-16 is text.
func checkText(name string, data []byte) error {
	head := data[:min(len(data), 4096)]
	utf16 := bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
	compressed := bytes.HasPrefix(head, []byte("\x1f\x8b")) || bytes.HasPrefix(head, []byte("PK\x03\x04"))
	if !compressed && (utf16 || unreadable(head)*10 <= len(head)) {
		return nil
	}
	return usagef("give the text of the response; unpack it first if it is compressed", "%s is a binary file, not a text", name)
}

// unreadable counts the bytes that no text has: controls that no terminal or log writes, and invalid UTF-8.
func unreadable(data []byte) int {
	n := 0
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 && utf8.FullRune(data) || r < '\a' || r > '\r' && r < ' ' && r != '\x1b' {
			n++
		}
		data = data[size:]
	}
	return n
}

// atHome replaces a leading ~/ by the user's home, as a shell does: in the app no shell has seen the path.
func atHome(path string) string {
	rest, found := strings.CutPrefix(path, "~/")
	home, err := os.UserHomeDir()
	if !found || err != nil {
		return path
	}
	return filepath.Join(home, rest)
}

// openContent finds a file whose content is to be checked. It must be a regular file, as it is read anew on
// every run.
func openContent(path string) (checks.Content, error) {
	path = atHome(path)
	info, err := os.Stat(path)
	if err != nil {
		return checks.Content{}, usagef("name a file", "open %s: %v", path, pathError(err))
	}
	if !info.Mode().IsRegular() {
		return checks.Content{}, usagef("name a regular file", "%s is a %s, not a file", path, kindOf(info.Mode()))
	}
	f, err := os.Open(path)
	if err != nil {
		return checks.Content{}, usagef("name a file that you may read", "open %s: %v", path, pathError(err))
	}
	f.Close()
	return checks.Content{
		Name: filepath.Base(path), Size: info.Size(),
		Open: func() (io.ReadCloser, error) { return os.Open(path) },
	}, nil
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "folder"
	case mode&fs.ModeNamedPipe != 0:
		return "pipe"
	}
	return "device"
}

// bytesContent is content that is held in memory.
func bytesContent(name string, data []byte) *checks.Content {
	return &checks.Content{
		Name: name, Size: int64(len(data)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

// pathError is an error of a file without the path, which the message names already.
func pathError(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// saveReport writes a report beside the user's files and returns its full path. A name that is taken gets a
// number; nothing is ever overwritten, and only the user may read it.
func saveReport(name, markdown string) (string, error) {
	stem, ext := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
	for n := 1; ; n++ {
		if n > 1 {
			name = fmt.Sprintf("%s-%d%s", stem, n, ext)
		}
		path, err := filepath.Abs(name)
		if err != nil {
			return "", err
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("save the report %s: %w", path, pathError(err))
		}
		_, err = f.WriteString(markdown)
		return path, errors.Join(err, f.Close())
	}
}
