package tlscert

import (
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// writePEM puts a whole file in place, or none: through a synced file beside it.
func writePEM(file, kind string, der []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".new-*") // 0600 from the start
	if err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already when all went well
	if err := fill(tmp, &pem.Block{Type: kind, Bytes: der}, mode); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return syncFolder(filepath.Dir(file))
}

func fill(f *os.File, block *pem.Block, mode fs.FileMode) error {
	err := pem.Encode(f, block)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// syncFolder makes a rename last through a power loss.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	return nil
}
