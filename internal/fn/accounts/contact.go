package accounts

import (
	"context"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// The names and words of the contact addresses.
const (
	emailName  = "email"
	emailText  = "The address where you can be reached. It should not be one on your own account."
	email2Name = "second_email"
	email2Text = "A second address where you can be reached, if you have one."
)

// contactRow is what can be set of how the account's user is reached. Preferences
// about notices are not among them: none is sent.
type contactRow struct {
	Name    string `whm:"name"`
	Type    string `whm:"type"`
	Text    string `whm:"descp"`
	Enabled bool   `whm:"enabled"`
	Value   string `whm:"value"`
}

type contactOut struct {
	Rows []contactRow `whm:",whole"`
}

func (f family) displayContact(ctx context.Context, c api.Call, _ struct{}) (out contactOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		a, second, err := contacts(r, c.Account.ID)
		out.Rows = []contactRow{
			{emailName, "string", emailText, true, a.Email},
			{email2Name, "string", email2Text, true, second},
		}
		return err
	})
	return out, err
}

// contacts is an account, and the contact address that it has besides its first.
func contacts(r Reader, id int64) (a hostkeep.Account, second string, err error) {
	if a, err = r.AccountByID(id); err != nil {
		return a, "", fmt.Errorf("finding the account: %w", err)
	}
	settings, err := r.Settings(id, hostkeep.AccountSetting)
	if err != nil {
		return a, "", fmt.Errorf("finding the account's settings: %w", err)
	}
	for _, s := range settings {
		if s.Name == hostkeep.SecondEmail {
			second = s.Value
		}
	}
	return a, second, nil
}

type saveContactIn struct {
	Email     *string `whm:"email,max=255" doc:"absent: as it is; empty: none"`
	Second    *string `whm:"second_email,max=255" doc:"absent: as it is; empty: none"`
	Disk      bool    `whm:"notify_disk_limit,default=0" doc:"1 is refused: no notice is sent"`
	Bandwidth bool    `whm:"notify_bandwidth_limit,default=0" doc:"1 is refused: no notice is sent"`
	Mailboxes bool    `whm:"notify_email_quota_limit,default=0" doc:"1 is refused: no notice is sent"`
}

type savedRow struct {
	Name  string `whm:"name"`
	Text  string `whm:"descp"`
	Value string `whm:"value"`
	Shown string `whm:"display_value"`
}

type saveContactOut struct {
	Rows []savedRow `whm:",whole"`
}

// saveContact asks promise 2 of whoever comes from WHM, as modifyacct does.
func (f family) saveContact(ctx context.Context, c api.Call, in saveContactIn) (out saveContactOut, err error) {
	if in.Disk || in.Bandwidth || in.Mailboxes {
		return out, hostkeep.Errorf(hostkeep.Unsupported, "This server sends no notices, so none can be switched on; nothing was changed.")
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, second, err := contacts(tx, c.Account.ID)
		if err != nil {
			return err
		}
		if err := mayTouch(tx, c, a); err != nil {
			return err
		}
		if in.Email != nil {
			a.Email = *in.Email
		}
		if in.Second != nil {
			second = *in.Second
		}
		for _, address := range []string{a.Email, second} {
			if err := checkEmail(address); err != nil {
				return err
			}
		}
		if err := tx.PutSetting(hostkeep.Setting{OwnerID: a.ID, Kind: hostkeep.AccountSetting, Name: hostkeep.SecondEmail, Value: second}); err != nil {
			return err
		}
		out.Rows = []savedRow{{emailName, emailText, a.Email, a.Email}, {email2Name, email2Text, second, second}}
		return tx.UpdateAccount(a)
	})
	return out, err
}
