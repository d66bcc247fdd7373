package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hostkeep/hostkeep"
)

// Init makes a state without serving it; an existing one is refused. It holds
// the server's lock meanwhile: of two first starts only one may hand over a
// password.
func Init(ctx context.Context, o Options) (err error) {
	o.Create = true
	if err := os.MkdirAll(o.Config.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	o.realUser = realUser() // before it is given up
	if err := becomeOwner(o.Config.Data); err != nil {
		return err
	}
	held, err := lock(filepath.Join(o.Config.Data, lockName))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	a, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if !a.made {
		return fmt.Errorf("there is a state in %s already; nothing was changed", o.Config.Data)
	}
	return nil
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
