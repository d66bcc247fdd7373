package accounts

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// overrides are the settings that a call may give instead of the package's.
type overrides struct {
	Quota       *hostkeep.Limit `whm:"quota" doc:"disk space in MB; 0: unlimited"`
	Bandwidth   *hostkeep.Limit `whm:"bwlimit" doc:"traffic a month in MB; 0: unlimited"`
	MaxFTP      *hostkeep.Limit `whm:"maxftp"`
	MaxSQL      *hostkeep.Limit `whm:"maxsql"`
	MaxPop      *hostkeep.Limit `whm:"maxpop"`
	MaxLists    *hostkeep.Limit `whm:"maxlst"`
	MaxSub      *hostkeep.Limit `whm:"maxsub" doc:"0: none"`
	MaxParked   *hostkeep.Limit `whm:"maxpark" doc:"0: none"`
	MaxAddon    *hostkeep.Limit `whm:"maxaddon" doc:"0: none"`
	MailPerHour *hostkeep.Limit `whm:"max_email_per_hour"`
	DeferFail   *hostkeep.Limit `whm:"max_defer_fail_percentage"`
	MailQuota   *hostkeep.Limit `whm:"max_emailacct_quota" doc:"MB a mail account"`
	TeamUsers   *hostkeep.Limit `whm:"max_team_users"`
	FeatureList *string         `whm:"featurelist,max=60"`
	Theme       *string         `whm:"cpmod,max=60"`
	Language    *string         `whm:"language,max=30"`
	Shell       *bool           `whm:"hasshell"`
	CGI         *bool           `whm:"cgi"`
	DedicatedIP *bool           `whm:"ip"`
}

// over applies what was given. Where 0 is WHM's other word for unlimited, it is
// read so.
func (o overrides) over(p hostkeep.Plan) hostkeep.Plan {
	set := func(dst *hostkeep.Limit, v *hostkeep.Limit, zeroIsNone bool) {
		switch {
		case v == nil:
		case *v == 0 && !zeroIsNone:
			*dst = hostkeep.Unlimited
		default:
			*dst = *v
		}
	}
	set(&p.Quota, o.Quota, false)
	set(&p.Bandwidth, o.Bandwidth, false)
	set(&p.MaxFTP, o.MaxFTP, false)
	set(&p.MaxSQL, o.MaxSQL, false)
	set(&p.MaxPop, o.MaxPop, false)
	set(&p.MaxLists, o.MaxLists, false)
	set(&p.MaxSub, o.MaxSub, true)
	set(&p.MaxParked, o.MaxParked, true)
	set(&p.MaxAddon, o.MaxAddon, true)
	set(&p.MaxEmailPerHour, o.MailPerHour, false)
	set(&p.MaxDeferFailPercentage, o.DeferFail, false)
	set(&p.MaxEmailAcctQuota, o.MailQuota, false)
	set(&p.MaxTeamUsers, o.TeamUsers, true)
	assign(&p.FeatureList, o.FeatureList)
	assign(&p.Theme, o.Theme)
	assign(&p.Language, o.Language)
	assign(&p.Shell, o.Shell)
	assign(&p.CGI, o.CGI)
	assign(&p.DedicatedIP, o.DedicatedIP)
	return p
}

func assign[T comparable](dst, v *T) {
	var zero T
	if v != nil && (any(zero) != any("") || *v != zero) { // an empty text keeps the package's
		*dst = *v
	}
}

type createIn struct {
	overrides
	Username  string          `whm:"username,required,max=64"`
	Domain    string          `whm:"domain,max=255" doc:"absent: a temporary domain under the server's name"`
	Plan      string          `whm:"plan,max=100" doc:"the package; absent: default"`
	Password  hostkeep.Secret `whm:"password,alias=pass" doc:"absent: one is made and shown in the answer"`
	Email     string          `whm:"contactemail,max=255"`
	Owner     string          `whm:"owner,max=64" doc:"root and holders of all only; a reseller may name itself"`
	OwnerSelf bool            `whm:"ownerself,default=0"`
	Reseller  bool            `whm:"reseller,default=0" doc:"also make it a reseller with the initial privileges; needs all"`
	NoDomain  bool            `whm:"reseller_without_domain,default=0"`
	ShowPass  bool            `whm:"showpass,default=y" doc:"show the password in the answer's text"`
	CustomIP  string          `whm:"customip,max=45" doc:"root and holders of all only"`
	Home      string          `whm:"homedir" doc:"root and holders of all only"`
	UID       *int64          `whm:"uid" doc:"root and holders of all only"`
	GID       *int64          `whm:"gid" doc:"root and holders of all only; taken and without effect"`
	SavePkg   bool            `whm:"savepkg,default=0" doc:"also make a package of the account's values, named by pkgname; needs add-pkg"`
	PkgName   string          `whm:"pkgname,max=100" doc:"with savepkg the new package, else the package where plan is absent"`
	Mailbox   string          `whm:"mailbox_format,max=10" doc:"maildir or mdbox; absent: maildir"`
	ignored
}

// ignored are parameters of services that Hostkeep does not run; clients send
// them by habit.
type ignored struct {
	MXCheck      string `whm:"mxcheck"`
	DKIM         string `whm:"dkim"`
	SPF          string `whm:"spf"`
	DMARC        string `whm:"dmarc"`
	SpamAssassin string `whm:"spamassassin"`
	SpamBox      string `whm:"spambox"`
	ForceDNS     string `whm:"forcedns"`
	UseRegNS     string `whm:"useregns"`
	HasUseRegNS  string `whm:"hasuseregns"`
	FrontPage    string `whm:"frontpage"`
	Enhancements string `whm:"account_enhancements"`
	MailNode     string `whm:"mail_node_alias"`
	DigestAuth   string `whm:"digestauth"`
	DBOwner      string `whm:"dbowner"`
}

// Grants tells the dispatcher what promise 2 asks.
func (in createIn) Grants() (bool, hostkeep.Privileges) {
	return in.Reseller || in.NoDomain, hostkeep.InitialPrivileges()
}

type createOut struct {
	wire.Note
	IP          string  `whm:"ip"`
	Package     string  `whm:"package"`
	NameServer  string  `whm:"nameserver"`
	NameServer2 string  `whm:"nameserver2"`
	NameServer3 string  `whm:"nameserver3"`
	NameServer4 string  `whm:"nameserver4"`
	Entry       *string `whm:"nameserverentry"`
	Entry2      *string `whm:"nameserverentry2"`
	Entry3      *string `whm:"nameserverentry3"`
	Entry4      *string `whm:"nameserverentry4"`
	A           *string `whm:"nameservera"`
	A2          *string `whm:"nameservera2"`
	A3          *string `whm:"nameservera3"`
	A4          *string `whm:"nameservera4"`
}

func (f family) createacct(ctx context.Context, c api.Call, in createIn) (out createOut, err error) {
	a, err := f.asked(c.Caller, in)
	if err != nil {
		return out, err
	}
	if in.Password.Empty() {
		if in.Password, err = f.NewPassword(); err != nil {
			return out, err
		}
	} else if err := hostkeep.CheckPassword(a.User, in.Password); err != nil {
		return out, err
	}
	hash, err := f.HashPassword(ctx, in.Password)
	if err != nil {
		return out, err
	}
	var made creation
	err = f.Change(ctx, c.Change(), func(tx Tx) (err error) {
		made, err = f.insert(tx, c.Caller, in, a, hash)
		return err
	})
	if err != nil {
		return out, err
	}
	a, names := made.a, made.names
	out = createOut{IP: a.IP, Package: a.Package, NameServer: names[0], NameServer2: names[1], NameServer3: names[2], NameServer4: names[3]}
	out.Note = wire.Note{Reason: "Account Creation Ok", Raw: box(a, in, names)}
	if made.zone != "" {
		out.Messages = append(out.Messages, made.zone)
	}
	return out, nil
}

// asked reads what account is wanted, as far as the store is not needed.
func (f family) asked(c hostkeep.Caller, in createIn) (a hostkeep.Account, err error) {
	a = hostkeep.Account{
		User: strings.ToLower(in.Username), Domain: hostkeep.FoldDomain(in.Domain), Email: in.Email,
		IP: f.IP, MailboxFormat: "maildir", Created: f.Now(), Reseller: in.Reseller || in.NoDomain,
	}
	if err := checkUsername(a.User); err != nil {
		return a, err
	}
	if a.Domain == "" {
		a.Domain, a.TemporaryDomain = f.temporary(a.User), true
	}
	if err := hostkeep.CheckDomain(a.Domain); err != nil {
		return a, err
	}
	if err := checkEmail(a.Email); err != nil {
		return a, err
	}
	if in.Mailbox != "" {
		a.MailboxFormat = in.Mailbox
	}
	if a.MailboxFormat != "maildir" && a.MailboxFormat != "mdbox" {
		return a, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"mailbox_format\" must be one of: maildir, mdbox.")
	}
	return a, f.rootOnly(c, in, &a)
}

// rootOnly takes the parameters that need root's rights.
func (f family) rootOnly(c hostkeep.Caller, in createIn, a *hostkeep.Account) error {
	a.Home = "/home/" + a.User
	asks := in.UID != nil || in.GID != nil || in.Home != "" || in.CustomIP != "" || a.Reseller
	if asks && !c.Rights.Has(hostkeep.All) {
		return &hostkeep.Error{
			Kind: hostkeep.Denied, Missing: hostkeep.All,
			Message: `Permission denied: the parameters "uid", "gid", "homedir", "customip" and "reseller" need the privilege "all".`,
		}
	}
	if in.Home != "" {
		if path.Clean(in.Home) != in.Home || !path.IsAbs(in.Home) || strings.Count(in.Home, "/") < 2 {
			return hostkeep.Errorf(hostkeep.Invalid, "The parameter \"homedir\" must be an absolute path of at least two names, without \"..\" and a slash at its end.")
		}
		a.Home = in.Home
	}
	if in.UID != nil {
		if *in.UID < firstUID || *in.UID > lastUID {
			return hostkeep.Errorf(hostkeep.Invalid, "The parameter \"uid\" is no user id that an account may have.")
		}
		a.UID = *in.UID
	}
	if in.CustomIP != "" {
		list, err := hostkeep.ParseAddresses([]string{in.CustomIP})
		if err != nil || !list[0].IsSingleIP() {
			return hostkeep.Errorf(hostkeep.Invalid, "The parameter \"customip\" is no address.")
		}
		a.IP = list[0].Addr().String()
	}
	return nil
}

// creation is an account that was made, with its name servers and what is to be
// said of its zone.
type creation struct {
	a     hostkeep.Account
	names [4]string
	zone  string
}

// insert checks against the store and writes principal, account and zone.
func (f family) insert(tx Tx, c hostkeep.Caller, in createIn, a hostkeep.Account, hash string) (made creation, err error) {
	if err := nameFree(tx, a.User, 0); err != nil {
		return made, err
	}
	pkg, plan, err := in.plan(tx, c)
	if err != nil {
		return made, err
	}
	a.ID = tx.NewID()
	a.PackageID, a.Package, a.Plan = pkg.ID, pkg.Name, plan
	if a.Owner, a.OwnerID, err = owner(tx, c, in, a); err != nil {
		return made, err
	}
	settled, err := allotted(tx, c, a, nil)
	if err != nil {
		return made, err
	}
	if in.CustomIP == "" {
		a.IP = settled.Address(a.IP)
	}
	if err := f.Domains.May(c, a, a.Domain, "", tx); err != nil {
		return made, err
	}
	if err := lonely(tx, &a); err != nil {
		return made, err
	}
	p := hostkeep.Principal{ID: a.ID, Name: a.User, OwnerID: a.OwnerID, Reseller: a.Reseller}
	if a.Reseller {
		p.Privileges = hostkeep.InitialPrivileges()
	}
	if err := tx.InsertPrincipal(p, hash); err != nil {
		return made, err
	}
	if err := tx.InsertAccount(a); err != nil {
		return made, err
	}
	made.a = a
	return made, f.zone(tx, settled, &made)
}

// zone makes the zone of a new account's domain.
func (f family) zone(tx Tx, settled hostkeep.Reseller, made *creation) error {
	names, err := f.Zones.Nameservers(tx, settled)
	if err != nil {
		return err
	}
	copy(made.names[:], names)
	if made.zone, err = zones.Waiting(tx, made.a, made.a.Domain); err != nil {
		return err
	}
	return f.Zones.Added(tx, made.a, hostkeep.Domain{Name: made.a.Domain, Kind: hostkeep.MainDomain}, names)
}

// The ids that may be asked for: lower ones are the system's.
const (
	firstUID = 1000
	lastUID  = 2_000_000_000 // leaves room for those that are counted on from it
)

// lonely sees to it that no other account has the account's user id or home, and
// gives it an id where none is asked for.
func lonely(tx Tx, a *hostkeep.Account) error {
	if err := ownHome(tx, *a); err != nil {
		return err
	}
	if a.UID == 0 {
		top, err := tx.MaxUID()
		a.UID = max(top, firstUID) + 1
		return err
	}
	n, err := tx.AccountsWithUID(a.UID)
	if err == nil && n > 0 {
		err = hostkeep.Errorf(hostkeep.Conflict, "Another account has the user id %d.", a.UID)
	}
	return err
}

// ownHome refuses a home that is another account's, lies in one, or holds one.
func ownHome(r Reader, a hostkeep.Account) error {
	n, err := r.AccountsAtHome(a.Home, a.ID)
	if err == nil && n > 0 {
		err = hostkeep.Errorf(hostkeep.Conflict, "Another account has its home at %s, in it or around it.", hostkeep.Clip(a.Home, 80))
	}
	return err
}

// owner settles who owns the account: owner before ownerself before the caller.
// Only root and holders of all name somebody else.
func owner(tx Tx, c hostkeep.Caller, in createIn, a hostkeep.Account) (string, int64, error) {
	want := strings.ToLower(in.Owner)
	switch {
	case want == "" && in.OwnerSelf, want == a.User:
		if !c.Rights.Has(hostkeep.All) {
			return "", 0, hostkeep.Errorf(hostkeep.Denied, "Only root and holders of \"all\" may make an account that owns itself.")
		}
		return a.User, a.ID, nil
	case want == "" || want == c.User.Name:
		return c.User.Name, c.User.ID, nil
	case !c.Rights.Has(hostkeep.All):
		return "", 0, hostkeep.Errorf(hostkeep.Denied, "Only root and holders of \"all\" may make an account for another owner.")
	}
	p, err := ownerNamed(tx, want)
	return p.Name, p.ID, err
}

// ownerNamed finds who can own accounts.
func ownerNamed(r Reader, name string) (hostkeep.Principal, error) {
	p, err := r.Principal(name)
	if errors.Is(err, hostkeep.ErrNotFound) || (err == nil && !p.WHMUser()) {
		return p, hostkeep.Errorf(hostkeep.NotFound, "The owner %q is neither root nor a reseller.", hostkeep.Clip(name, 64))
	}
	return p, err
}

// box is the text that WHM answers with a new account.
func box(a hostkeep.Account, in createIn, names [4]string) string {
	var b strings.Builder
	line := func(name, value string) { fmt.Fprintf(&b, "| %s: %s\n", name, value) }
	b.WriteString("+===================================+\n| New Account Info                  |\n+===================================+\n")
	line("Domain", a.Domain)
	line("Ip", a.IP)
	line("HasCgi", letter(a.Plan.CGI))
	line("UserName", a.User)
	if in.ShowPass {
		line("PassWord", in.Password.Reveal())
	}
	line("CpanelMod", a.Plan.Theme)
	line("HomeRoot", "/home")
	line("Quota", megabytes(a.Plan.Quota))
	for i, name := range names {
		if name != "" {
			line(fmt.Sprintf("NameServer%d", i+1), name)
		}
	}
	line("Contact Email", a.Email)
	line("Package", a.Package)
	line("Feature List", a.Plan.FeatureList)
	line("Language", a.Plan.Language)
	b.WriteString("+===================================+\n...Done\n")
	return b.String()
}

func letter(yes bool) string {
	if yes {
		return "y"
	}
	return "n"
}
