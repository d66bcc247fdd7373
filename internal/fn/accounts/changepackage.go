package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type changePackageIn struct {
	User    string `whm:"user,required"`
	Package string `whm:"pkg,required"`
}

func (f family) changepackage(ctx context.Context, c api.Call, in changePackageIn) (out api.Done, err error) {
	var from hostkeep.Account
	var to hostkeep.Package
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := governed(tx, c.Caller, in.User, "Sorry the user %s does not exist")
		if err != nil {
			return err
		}
		if to, err = usable(tx, c.Caller, in.Package); err != nil {
			return err
		}
		from = a
		a.PackageID, a.Package, a.Plan = to.ID, to.Name, to.Plan
		if _, err := allotted(tx, c.Caller, a, &from); err != nil {
			return err
		}
		return tx.UpdateAccount(a)
	})
	out.Note = wire.Note{
		Reason: "Account Upgrade/Downgrade Complete for " + in.User,
		Raw:    fmt.Sprintf("Changing package from %s to %s\nChanging disk quota from %s to %s Meg\n", from.Package, to.Name, from.Plan.Quota, to.Plan.Quota),
	}
	return out, err
}

// usable finds a package that the caller may give to an account: its own, and
// global ones with viewglobalpackages; the package "default" is everybody's.
func usable(r Reader, c hostkeep.Caller, name string) (hostkeep.Package, error) {
	p, err := r.Package(name)
	if errors.Is(err, hostkeep.ErrNotFound) || (err == nil && !c.MayUsePackage(p)) {
		return p, hostkeep.Errorf(hostkeep.NotFound, "Specified package does not exist.")
	}
	if err != nil {
		return p, fmt.Errorf("finding the package: %w", err)
	}
	return p, nil
}

// noLongerForced takes forcepasswordchange's mark away: the user has another
// password. root has no account.
func noLongerForced(tx Tx, user string) error {
	a, err := tx.Account(user)
	if errors.Is(err, hostkeep.ErrNotFound) || err == nil && !a.PasswordForced {
		return nil
	}
	if err != nil {
		return fmt.Errorf("finding the account: %w", err)
	}
	a.PasswordForced = false
	return tx.UpdateAccount(a)
}

// another refuses the same password again to who must set another one.
func (f family) another(ctx context.Context, c hostkeep.Caller, s hostkeep.Secret) error {
	if !c.MustChangePassword() {
		return nil
	}
	same, err := f.IsPassword(ctx, c.User.ID, s)
	if err == nil && same {
		err = hostkeep.Errorf(hostkeep.Invalid, "Set another password than the one that you have.")
	}
	return err
}

type passwdIn struct {
	User     string          `whm:"user,required"`
	Password hostkeep.Secret `whm:"password,required,alias=pass"`
	Database bool            `whm:"db_pass_update,default=1" doc:"taken and without effect: no database server is run"`
	Digest   bool            `whm:"enabledigest,default=0" doc:"taken and without effect"`
	Auth     bool            `whm:"digestauth,default=0" doc:"taken and without effect"`
}

type passwdOut struct {
	wire.Note
	App []string `whm:"app"`
}

// passwd sets the one password of a user. Whether it may be set where the user
// is a WHM user, the dispatcher has decided (promise 2); it is asked again here
// because the user may have become one since.
func (f family) passwd(ctx context.Context, c api.Call, in passwdIn) (out passwdOut, err error) {
	if err := hostkeep.CheckPassword(in.User, in.Password); err != nil {
		return out, err
	}
	if err := f.another(ctx, c.Caller, in.Password); err != nil {
		return out, err
	}
	hash, err := f.HashPassword(ctx, in.Password)
	if err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := c.FindUser(in.User, noSuchUser, tx.Principal)
		if err == nil {
			err = c.MayTouchUser(p)
		}
		if err != nil {
			return err
		}
		if err := tx.SetPasswordHash(p.ID, hash); err != nil {
			return err
		}
		return noLongerForced(tx, in.User)
	})
	out.App = []string{"system"}
	out.Note = wire.Note{Reason: "Password changed for user " + in.User, Raw: "Changing password for " + in.User + "\nPassword for " + in.User + " has been changed\n"}
	return out, err
}
