package keyring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const comment = "# Hostkeep master key: keep it secret, back it up apart from the database.\n"

// Create makes a new random key and its file, mode 0600, and returns once both
// the file and its name are on disk. It never replaces a file: when path exists
// the error wraps fs.ErrExist. The folder must exist.
func Create(path string) (*Ring, error) {
	master := make([]byte, keySize)
	if _, err := rand.Read(master); err != nil {
		return nil, fmt.Errorf("making a master key: %w", err)
	}
	ring, err := newRing(master)
	if err != nil {
		return nil, err
	}
	if err := writeNew(path, fmt.Sprintf("%s%x\n", comment, master)); err != nil {
		return nil, fmt.Errorf("writing the master key %s: %w", path, err)
	}
	return ring, nil
}

// writeNew puts a whole file at path or nothing: a link, unlike a rename, fails
// when the name is taken.
func writeNew(path, text string) error {
	folder := filepath.Dir(path)
	temp, err := writeTemp(folder, text)
	if err != nil {
		return err
	}
	err = os.Link(temp, path)
	if err := errors.Join(err, os.Remove(temp)); err != nil {
		return err
	}
	return syncFolder(folder)
}

// writeTemp leaves a synced file of mode 0600, or none.
func writeTemp(folder, text string) (string, error) {
	f, err := os.CreateTemp(folder, ".master-key-*")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Blank makes a ring of a key that is kept nowhere, for a server that has lost
// its own and must judge nobody: what it derives fits nothing that is stored.
func Blank() (*Ring, error) {
	master := make([]byte, keySize)
	if _, err := rand.Read(master); err != nil {
		return nil, fmt.Errorf("making a blank key: %w", err)
	}
	return newRing(master)
}
