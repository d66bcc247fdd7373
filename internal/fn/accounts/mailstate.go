package accounts

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type userIn struct {
	User string `whm:"user,required"`
}

// outgoing declares the four that say what becomes of an account's outgoing mail:
// the state is kept and shown in listaccts; no mail server is run.
func (f family) outgoing() (list []*api.Function) {
	for _, m := range []struct {
		name, summary string
		set           func(*hostkeep.Account)
	}{
		{"hold_outgoing_email", "Mark an account's outgoing mail as held.", func(a *hostkeep.Account) { a.MailHold = true }},
		{"release_outgoing_email", "Take the mark of held outgoing mail away.", func(a *hostkeep.Account) { a.MailHold = false }},
		{"suspend_outgoing_email", "Mark an account's outgoing mail as suspended.", func(a *hostkeep.Account) { a.MailSuspended = true }},
		{"unsuspend_outgoing_email", "Take the mark of suspended outgoing mail away.", func(a *hostkeep.Account) { a.MailSuspended = false }},
	} {
		list = append(list, api.Define(api.Decl{
			Name: m.name, Summary: m.summary, Since: "56",
			Opens: []hostkeep.Privilege{"suspend-acct"}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: noSuchUser,
		}, func(ctx context.Context, c api.Call, in userIn) (out api.Done, err error) {
			return out, f.set(ctx, c, in.User, m.set)
		}))
	}
	return list
}

// set changes what is the account's own.
func (f family) set(ctx context.Context, c api.Call, user string, change func(*hostkeep.Account)) error {
	return f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := governed(tx, c.Caller, user, noSuchUser)
		if err != nil {
			return err
		}
		change(&a)
		return tx.UpdateAccount(a)
	})
}

type backupIn struct {
	User   string `whm:"user,required"`
	Legacy bool   `whm:"legacy,default=0" doc:"1 is refused: there are no legacy backups"`
}

type backupOut struct {
	On bool `whm:"toggle_status" doc:"whether the account is to be backed up now"`
}

func (f family) toggleBackup(ctx context.Context, c api.Call, in backupIn) (out backupOut, err error) {
	if in.Legacy {
		return out, hostkeep.Errorf(hostkeep.Unsupported, "There are no legacy backups.")
	}
	err = f.set(ctx, c, in.User, func(a *hostkeep.Account) {
		a.Backup = !a.Backup
		out.On = a.Backup
	})
	return out, err
}

type siteIPIn struct {
	IP     string `whm:"ip,required,max=45"`
	User   string `whm:"user"`
	Domain string `whm:"domain,max=255" doc:"any domain of the account"`
}

func (f family) setsiteip(ctx context.Context, c api.Call, in siteIPIn) (out api.Done, err error) {
	if in.User == "" && in.Domain == "" {
		return out, hostkeep.Errorf(hostkeep.Invalid, noUsername)
	}
	ip, err := address("ip", in.IP)
	if err != nil {
		return out, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		user := in.User
		if user == "" {
			d, err := tx.Domain(hostkeep.FoldDomain(in.Domain))
			if err := orElse(err, hostkeep.Errorf(hostkeep.NotFound, noUsername)); err != nil {
				return err
			}
			user = d.User
		}
		a, err := governed(tx, c.Caller, user, noSuchUser)
		if err != nil {
			return err
		}
		old := a.IP
		a.IP = ip
		if err := tx.UpdateAccount(a); err != nil {
			return err
		}
		return f.Zones.Readdress(tx, a, old)
	})
	return out, err
}

const noUsername = "Cannot determine username"

// address reads a parameter that is one address.
func address(name, text string) (string, error) {
	list, err := hostkeep.ParseAddresses([]string{text})
	if err != nil || !list[0].IsSingleIP() {
		return "", hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is no address.", name)
	}
	return list[0].Addr().String(), nil
}

type digestOut struct {
	On bool `whm:"digestauth"`
}

func (f family) hasDigestAuth(ctx context.Context, c api.Call, in userIn) (out digestOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		a, err := mine(r, c.Caller, in.User, noSuchUser)
		out.On = a.Plan.DigestAuth
		return err
	})
	return out, err
}

type digestIn struct {
	User     string          `whm:"user,required"`
	Enable   bool            `whm:"enabledigest,required"`
	Password hostkeep.Secret `whm:"password,required" doc:"checked as a password and not kept: no Web Disk server is run"`
	Digest   bool            `whm:"digestauth,default=0" doc:"taken and without effect"`
}

func (f family) setDigestAuth(ctx context.Context, c api.Call, in digestIn) (out api.Done, err error) {
	return out, f.markDigest(ctx, c, in.User, in.Password, in.Enable, func(tx Tx) (hostkeep.Account, error) {
		return governed(tx, c.Caller, in.User, noSuchUser)
	})
}

// markDigest keeps the mark. The password would open the Web Disk, which is
// not run, so nothing is made of it; a WHM user's is not taken from whoever may
// not set it.
func (f family) markDigest(ctx context.Context, c api.Call, user string, s hostkeep.Secret, on bool, find func(Tx) (hostkeep.Account, error)) error {
	if err := hostkeep.CheckPassword(user, s); err != nil {
		return err
	}
	return f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := find(tx)
		if err != nil {
			return err
		}
		if err := mayTouch(tx, c, a); err != nil {
			return err
		}
		a.Plan.DigestAuth = on
		return tx.UpdateAccount(a)
	})
}

type ownDigestIn struct {
	Enable   bool            `whm:"enabledigest,required"`
	Password hostkeep.Secret `whm:"password,required" doc:"checked as a new password would be, and not kept: no Web Disk server is run"`
	Also     bool            `whm:"enable,default=0" doc:"taken and without effect"`
}

type ownDigestOut struct {
	Result string `whm:"result" doc:"1, as text"`
	Reason string `whm:"reason"`
}

// setOwnDigestAuth does not ask whether it is the account's password: the mark opens
// nothing, so asking would only let passwords be tried.
func (f family) setOwnDigestAuth(ctx context.Context, c api.Call, in ownDigestIn) (ownDigestOut, error) {
	out := ownDigestOut{"1", "Digest Authentication disabled."}
	if in.Enable {
		out.Reason = "Digest Authentication enabled."
	}
	return out, f.markDigest(ctx, c, c.Account.Name, in.Password, in.Enable, func(tx Tx) (hostkeep.Account, error) {
		return tx.AccountByID(c.Account.ID)
	})
}
