package daemon

import (
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/keyring"
)

// Declared lists the functions that a server answers, without a state: for
// help, completion and documentation. None of them may be called.
func Declared() ([]*api.Function, error) {
	c, err := (&App{ring: &keyring.Ring{}}).catalogue()
	if err != nil {
		return nil, err
	}
	return c.Functions(), nil
}

// DeclaredCPanel lists those of cPanel's APIs.
func DeclaredCPanel() ([]*api.Function, error) {
	c, err := (&App{ring: &keyring.Ring{}}).cpanelCatalogue()
	if err != nil {
		return nil, err
	}
	return c.Functions(), nil
}
