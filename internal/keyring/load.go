package keyring

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// The errors of Load beside those of the file system (fs.ErrNotExist,
// fs.ErrPermission).
var (
	// ErrMalformed means that the file does not hold one key of 64 hexadecimal digits.
	ErrMalformed = errors.New("not a master key file")
	// ErrExposed means that others than the file's owner may read or write it.
	ErrExposed = errors.New("the master key is open to other users")
)

// maxFile is far more than a key file with some comments needs, in bytes.
const maxFile = 4096

// Load reads the key file. It wraps fs.ErrNotExist when there is none, and
// ErrExposed or ErrMalformed; no error says anything of the contents.
func Load(path string) (*Ring, error) {
	text, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("reading the master key %s: %w", path, err)
	}
	master, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading the master key %s: %w", path, err)
	}
	return newRing(master)
}

func read(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if err := checkMode(info.Mode()); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	return string(text), err
}

func checkMode(m fs.FileMode) error {
	if !m.IsRegular() {
		return fmt.Errorf("%w: it is no regular file", ErrMalformed)
	}
	if m.Perm()&0o077 != 0 {
		return fmt.Errorf("%w: its mode is %04o, set it to 0600", ErrExposed, m.Perm())
	}
	return nil
}

func parse(text string) ([]byte, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrMalformed, maxFile)
	}
	var keys []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			keys = append(keys, line)
		}
	}
	if len(keys) != 1 {
		return nil, fmt.Errorf("%w: it has %d lines beside comments, not one", ErrMalformed, len(keys))
	}
	// The decoder's own error would quote a character of the key.
	master, err := hex.DecodeString(keys[0])
	if err != nil || len(master) != keySize {
		return nil, fmt.Errorf("%w: the key is not %d hexadecimal digits", ErrMalformed, 2*keySize)
	}
	return master, nil
}
