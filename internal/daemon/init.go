package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hostkeep/hostkeep"
)

// Init makes a state without serving it; an existing one is refused.
func Init(ctx context.Context, o Options) error {
	made := false
	show := o.ShowPassword
	o.Create = true
	o.ShowPassword = func(s hostkeep.Secret) error { made = true; return show(s) }
	if !o.RootPassword.Empty() {
		if exists, err := stateExists(o.Config.Data); err != nil || exists {
			return errors.Join(err, existing(o.Config.Data))
		}
		made = true
	}
	a, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	if !made {
		return existing(o.Config.Data)
	}
	return nil
}

func existing(dir string) error {
	return fmt.Errorf("there is a state in %s already; nothing was changed", dir)
}

func stateExists(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, "hostkeep.db"))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// WriteRootPassword keeps root's first password in a file of the data folder
// that only its owner can read, until the password is changed.
func WriteRootPassword(dir string, s hostkeep.Secret) (path string, err error) {
	path = filepath.Join(dir, "root-password")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return path, fmt.Errorf("writing root's password: %w", err)
	}
	_, err = f.WriteString(s.Reveal() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return path, fmt.Errorf("writing root's password: %w", err)
	}
	return path, nil
}
