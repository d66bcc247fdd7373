package accounts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type modifyIn struct {
	User    string  `whm:"user,required"`
	NewUser string  `whm:"newuser,max=64" doc:"the new name; tokens and the password stay as they are"`
	Domain  string  `whm:"domain,max=255" doc:"the new main domain"`
	DNS     string  `whm:"DNS,max=255" doc:"the new main domain, where domain is absent"`
	Owner   string  `whm:"owner,max=64" doc:"root and holders of all only"`
	Email   *string `whm:"contactemail,max=255"`
	Plan    string  `whm:"plan,max=100" doc:"another package; its limits first, then those given"`
	modified
	Team         *hostkeep.Limit `whm:"max_team_users"`
	Enhancements string          `whm:"account_enhancements" doc:"taken and without effect"`
	MailNode     string          `whm:"mail_node_alias" doc:"taken and without effect"`
	MailQuotas   string          `whm:"update_existing_email_account_quotas" doc:"taken and without effect"`
}

type modifyOut struct {
	wire.Note
	changed
}

// changed is an account after it was modified.
type changed struct {
	User     string `whm:"user"`
	Domain   string `whm:"domain"`
	SetShell string `whm:"setshell" doc:"the shell that was set, or unmodified"`
	CPUser   cpuser `whm:"cpuser"`
}

const upgrade hostkeep.Privilege = "upgrade-account"

const noUserFile = "Unable to fetch the cPanel user file for %s"

func (f family) modifyacct(ctx context.Context, c api.Call, in modifyIn) (out modifyOut, err error) {
	out.changed, err = f.modify(ctx, c, in)
	out.Reason = "Account Modified"
	return out, err
}

// modify does all that was asked of one account, or nothing.
func (f family) modify(ctx context.Context, c api.Call, in modifyIn) (out changed, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, err := governed(tx, c.Caller, in.User, noUserFile)
		if err != nil {
			return err
		}
		p, err := hostkeep.UserOf(tx, a)
		if err != nil {
			return err
		}
		m := modification{family: f, tx: tx, c: c.Caller, in: in, before: a, a: a, p: p}
		if err := m.run(); err != nil {
			return err
		}
		out = changed{User: m.a.User, Domain: m.a.Domain, SetShell: "unmodified"}
		if m.a.Plan.Shell != a.Plan.Shell {
			out.SetShell = shell(m.a)
		}
		out.CPUser, err = f.stored(tx, m.a)
		return err
	})
	return out, err
}

// modification is one account on its way from what it was to what was asked.
type modification struct {
	family
	tx     Tx
	c      hostkeep.Caller
	in     modifyIn
	before hostkeep.Account
	a      hostkeep.Account
	p      hostkeep.Principal
}

// run asks promise 2 first: whatever is changed of a WHM user needs standing,
// because its name, its owner and its rights are among it.
func (m *modification) run() error {
	if err := m.c.MayTouchUser(m.p); err != nil {
		return err
	}
	if err := m.in.check(m.tx, m.a.ID); err != nil {
		return err
	}
	for _, step := range []func() error{m.plan, m.plain, m.rename, m.domain, m.owner, m.reseller, m.write} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// plan holds what is asked to the package privileges, as createacct does: what
// the package gives, or the account has, is nothing that is raised.
func (m *modification) plan() error {
	from := m.a.Plan
	if m.in.Plan != "" {
		pkg, err := usable(m.tx, m.c, m.in.Plan)
		switch {
		case hostkeep.KindOf(err) == hostkeep.NotFound && m.in.Plan == m.before.Package: // written back as it was read
		case err != nil:
			return err
		case pkg.ID != m.before.PackageID && !m.c.Rights.Has(upgrade):
			return &hostkeep.Error{Kind: hostkeep.Denied, Missing: upgrade, Message: `Permission denied: another package needs the privilege "upgrade-account".`}
		default:
			m.a.PackageID, m.a.Package, m.a.Plan, from = pkg.ID, pkg.Name, pkg.Plan, pkg.Plan
		}
	}
	m.a.Plan = m.in.over(m.a.Plan)
	if m.in.Team != nil {
		m.a.Plan.MaxTeamUsers = *m.in.Team
	}
	return m.c.MayAccount(from, m.a.Plan)
}

// plain takes what nobody else has a say in.
func (m *modification) plain() error {
	if m.in.Email != nil {
		m.a.Email = *m.in.Email
	}
	if m.in.Start != nil {
		if *m.in.Start < 1 || *m.in.Start > m.Now().Unix() {
			return hostkeep.Errorf(hostkeep.Invalid, "The parameter \"STARTDATE\" must be a time in the past, in Unix seconds.")
		}
		m.a.Created = time.Unix(*m.in.Start, 0)
	}
	switch m.in.Mailbox {
	case "":
	case "maildir":
		m.a.MailboxFormat = "maildir"
	default:
		m.a.MailboxFormat = "mdbox"
	}
	if m.in.Backup != nil {
		m.a.Backup = *m.in.Backup
	}
	if m.in.MailSuspended != nil {
		m.a.MailSuspended = *m.in.MailSuspended
	}
	return checkEmail(m.a.Email)
}

// awake refuses what a suspended account must not have changed: under another
// name or domain it would be a stranger to whoever suspended it.
func (m *modification) awake(what string) error {
	if m.before.Suspended {
		return hostkeep.Errorf(hostkeep.Conflict, "The account %s is suspended: unsuspend it before its %s is changed.", m.before.User, what)
	}
	return nil
}

// rename gives the user another name. Tokens and password belong to the
// principal, not to its name, so they go on under the new one.
func (m *modification) rename() error {
	name := strings.ToLower(m.in.NewUser)
	if name == "" || name == m.a.User {
		return nil
	}
	if err := m.awake("name"); err != nil {
		return err
	}
	if err := checkUsername(name); err != nil {
		return err
	}
	if err := nameFree(m.tx, name, m.a.ID); err != nil {
		return err
	}
	old := m.a.User
	if m.a.Home == "/home/"+old {
		m.a.Home = "/home/" + name
		if err := ownHome(m.tx, m.a); err != nil {
			return err
		}
	}
	if m.a.Owner == old {
		m.a.Owner = name
	}
	if m.a.TemporaryDomain && m.wanted() == "" {
		m.a.Domain = m.temporary(name)
	}
	m.a.User, m.p.Name = name, name
	return m.renameDatabases(old)
}

// renameDatabases has the name of the databases' owner follow the user's, or stay
// what it was, however often the user is renamed.
func (m *modification) renameDatabases(old string) error {
	kept, err := m.tx.Settings(m.a.ID, hostkeep.AccountSetting)
	if err != nil {
		return fmt.Errorf("finding the account's settings: %w", err)
	}
	own := slices.ContainsFunc(kept, func(s hostkeep.Setting) bool { return s.Name == "DBOWNER" })
	switch {
	case m.in.DBOwner != nil:
	case m.in.RenameDB && own:
		m.in.DBOwner = &m.a.User
	case !m.in.RenameDB && !own:
		m.in.DBOwner = &old
	}
	return nil
}

// domain gives the account another main domain, and moves along what hangs on
// the old one.
func (m *modification) domain() error {
	if want := m.wanted(); want != "" {
		if err := hostkeep.CheckDomain(want); err != nil {
			return err
		}
		m.a.Domain, m.a.TemporaryDomain = want, false
	}
	if m.a.Domain == m.before.Domain {
		return nil
	}
	if err := m.awake("main domain"); err != nil {
		return err
	}
	return m.Domains.May(m.c, m.a, m.a.Domain, m.before.Domain, m.tx)
}

// wanted is another main domain than there was, or "".
func (m *modification) wanted() string {
	want := hostkeep.FoldDomain(cmp.Or(m.in.Domain, m.in.DNS))
	if want == m.before.Domain {
		return ""
	}
	return want
}

// moveDomains has what hangs on the main domain follow it: a subdomain left where
// it is would stand below a name that anybody may take, and below a temporary
// domain, which is the next one's of that user name, nothing may stay at all.
func (m *modification) moveDomains(settled hostkeep.Reseller) error {
	names, err := m.Zones.Nameservers(m.tx, settled)
	if err != nil {
		return err
	}
	main := hostkeep.Domain{Name: m.a.Domain, Kind: hostkeep.MainDomain}
	if err := m.Zones.Renamed(m.tx, m.a, main, m.before.Domain, names); err != nil {
		return err
	}
	list, err := m.tx.DomainsOf(m.a.ID)
	if err != nil {
		return fmt.Errorf("finding the account's domains: %w", err)
	}
	slices.SortFunc(list, func(a, b hostkeep.Domain) int { return len(a.Name) - len(b.Name) }) // what hangs on a name is longer, or parked there
	moved := map[string]string{m.before.Domain: m.a.Domain}
	for _, d := range list {
		site := moved[d.Parent]
		if rest, below := strings.CutSuffix(d.Name, "."+d.Parent); below && d.Kind == hostkeep.SubDomain && site != "" {
			moved[d.Name] = rest + "." + site
		} else if rest, below := strings.CutSuffix(d.Name, "."+m.before.Domain); below && m.before.TemporaryDomain {
			moved[d.Name] = rest + "." + m.a.Domain
		}
	}
	for _, d := range list {
		if err := m.moveDomain(d, moved, names); err != nil {
			return err
		}
	}
	return nil
}

func (m *modification) moveDomain(d hostkeep.Domain, moved map[string]string, nameservers []string) error {
	was := d
	d.Name, d.Parent = cmp.Or(moved[d.Name], d.Name), cmp.Or(moved[d.Parent], d.Parent)
	if d == was || d.Kind == hostkeep.MainDomain {
		return nil
	}
	if d.Name == was.Name {
		return m.tx.UpdateDomain(d)
	}
	if err := hostkeep.CheckDomain(d.Name); err != nil {
		return err
	}
	if err := m.Domains.May(m.c, m.a, d.Name, "", m.tx); err != nil {
		return err
	}
	if err := m.tx.UpdateDomain(d); err != nil {
		return err
	}
	return m.Zones.Renamed(m.tx, m.a, d, was.Name, nameservers)
}

func (m *modification) owner() error {
	want := strings.ToLower(m.in.Owner)
	if want == "" || want == m.before.Owner || want == m.a.Owner {
		return nil
	}
	if !m.c.Rights.Has(hostkeep.All) {
		return &hostkeep.Error{Kind: hostkeep.Denied, Missing: hostkeep.All, Message: `Permission denied: another owner needs the privilege "all".`}
	}
	if want == m.a.User || want == m.before.User {
		m.a.Owner, m.a.OwnerID, m.p.OwnerID = m.a.User, m.a.ID, m.a.ID
		return nil
	}
	o, err := ownerNamed(m.tx, want)
	if err != nil {
		return err
	}
	m.a.Owner, m.a.OwnerID, m.p.OwnerID = o.Name, o.ID, o.ID
	return m.noCircle(o)
}

// noCircle refuses an owner that is the account's own, if over others: nobody but
// holders of all would stand above either.
func (m *modification) noCircle(o hostkeep.Principal) (err error) {
	for o.ID != hostkeep.RootID && o.OwnerID != o.ID {
		if o.OwnerID == m.a.ID {
			return hostkeep.Errorf(hostkeep.Conflict, "The account %s owns its new owner.", m.a.User)
		}
		if o, err = m.tx.PrincipalByID(o.OwnerID); err != nil {
			return fmt.Errorf("finding the owner's owner: %w", err)
		}
	}
	return nil
}

// reseller makes a WHM user, or one none. Whoever becomes none loses its tokens,
// which would come back to life otherwise when it becomes one again, and its
// accounts, which become root's, as with unsetupreseller.
func (m *modification) reseller() error {
	if m.in.Reseller == nil || *m.in.Reseller == m.p.Reseller {
		return nil
	}
	if !m.c.Rights.Has(hostkeep.All) {
		return &hostkeep.Error{Kind: hostkeep.Denied, Missing: hostkeep.All, Message: `Permission denied: making a reseller, or one none, needs the privilege "all".`}
	}
	m.p.Reseller, m.p.Privileges, m.a.Reseller = *m.in.Reseller, hostkeep.Privileges{}, *m.in.Reseller
	if m.p.Reseller {
		m.p.Privileges = hostkeep.InitialPrivileges()
		return m.c.MayTouchWHMUser(m.p, m.p.Privileges)
	}
	tokens, err := m.tx.Tokens(m.p.ID)
	if err != nil {
		return fmt.Errorf("finding the user's tokens: %w", err)
	}
	for _, t := range tokens {
		if err := m.tx.DeleteToken(t); err != nil {
			return fmt.Errorf("removing the user's tokens: %w", err)
		}
	}
	if m.p.OwnerID == m.p.ID {
		m.a.Owner, m.a.OwnerID, m.p.OwnerID = hostkeep.RootName, hostkeep.RootID, hostkeep.RootID
	}
	return m.tx.DropReseller(m.p.ID)
}

// write keeps what was changed: the principal's row only when it is another, so
// that an edit of a limit leaves the user's sessions of password callers alone.
func (m *modification) write() error {
	settled, err := allotted(m.tx, m.c, m.a, &m.before)
	if err != nil {
		return err
	}
	if m.p.Name != m.before.User || m.p.OwnerID != m.before.OwnerID || m.p.Reseller != m.before.Reseller {
		if err := m.tx.UpdatePrincipal(m.p); err != nil {
			return fmt.Errorf("writing the user: %w", err)
		}
	}
	if err := m.tx.UpdateAccount(m.a); err != nil {
		return fmt.Errorf("writing the account: %w", err)
	}
	if m.a.Domain != m.before.Domain {
		if err := m.moveDomains(settled); err != nil {
			return err
		}
	}
	for _, s := range m.in.settings(m.a.ID) {
		if err := m.tx.PutSetting(s); err != nil {
			return fmt.Errorf("writing a setting: %w", err)
		}
	}
	return nil
}
