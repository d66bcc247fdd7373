package twofactor

import (
	"context"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type statusOut struct {
	Enabled bool `whm:"is_enabled"`
}

func (f family) status(ctx context.Context, _ api.Call, _ struct{}) (out statusOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		server, err := r.TwoFactorSetting(hostkeep.RootID)
		out.Enabled = !server.Off
		return err
	})
	return out, err
}

// policy switches the server's policy. To ask nobody for codes touches root's
// own login, so promise 2 is asked for the caller's.
func (f family) policy(off bool) func(context.Context, api.Call, struct{}) (api.Done, error) {
	return func(ctx context.Context, c api.Call, _ struct{}) (out api.Done, err error) {
		if err := c.MayTouchWHMUser(c.User, c.User.Privileges); err != nil {
			return out, err
		}
		err = f.Change(ctx, c.Change(), func(tx Tx) error {
			server, err := tx.TwoFactorSetting(hostkeep.RootID)
			if err != nil {
				return err
			}
			server.Off = off
			return tx.PutTwoFactorSetting(server)
		})
		return out, err
	}
}

type issuerOut struct {
	Issuer string `whm:"issuer" doc:"what apps show for the caller"`
	Server string `whm:"system_wide_issuer" doc:"root's"`
}

func (f family) issuer(ctx context.Context, c api.Call, _ struct{}) (out issuerOut, err error) {
	err = f.Read(ctx, func(r Reader) (err error) {
		out, err = f.issuerOf(r, c.User)
		return err
	})
	return out, err
}

// issuerOf is a user's own issuer, else the server's, else the server's name.
func (f family) issuerOf(r Reader, p hostkeep.Principal) (out issuerOut, err error) {
	server, err := r.TwoFactorSetting(hostkeep.RootID)
	if err != nil {
		return out, err
	}
	mine, err := r.TwoFactorSetting(p.ID)
	if out.Server = server.Issuer; out.Server == "" {
		out.Server = f.Host
	}
	if out.Issuer = mine.Issuer; out.Issuer == "" {
		out.Issuer = out.Server
	}
	return out, err
}

type setIssuerIn struct {
	Issuer string `whm:"issuer,required,max=128" doc:"without a colon, which ends it in an app's address"`
}

func (f family) setIssuer(ctx context.Context, c api.Call, in setIssuerIn) (out api.Done, err error) {
	if in.Issuer = strings.TrimSpace(in.Issuer); in.Issuer == "" || strings.Contains(in.Issuer, ":") {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"issuer\" is empty or has a colon in it.")
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		mine, err := tx.TwoFactorSetting(c.User.ID)
		if err != nil {
			return err
		}
		mine.Issuer = in.Issuer
		return tx.PutTwoFactorSetting(mine)
	})
	return out, err
}
