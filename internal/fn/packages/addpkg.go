package packages

import (
	"context"
	"errors"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type addIn struct {
	Name        string         `whm:"name,required"`
	Quota       hostkeep.Limit `whm:"quota,default=10240" doc:"disk space in MB"`
	Bandwidth   hostkeep.Limit `whm:"bwlimit,default=1048576" doc:"traffic a month in MB"`
	MaxFTP      hostkeep.Limit `whm:"maxftp,default=unlimited"`
	MaxSQL      hostkeep.Limit `whm:"maxsql,default=unlimited"`
	MaxPop      hostkeep.Limit `whm:"maxpop,default=unlimited"`
	MaxLists    hostkeep.Limit `whm:"maxlst,default=unlimited"`
	MaxSub      hostkeep.Limit `whm:"maxsub,default=unlimited"`
	MaxParked   hostkeep.Limit `whm:"maxpark,default=0"`
	MaxAddon    hostkeep.Limit `whm:"maxaddon,default=0"`
	MailQuota   hostkeep.Limit `whm:"max_emailacct_quota,default=1024" doc:"MB a mail account"`
	MailPerHour hostkeep.Limit `whm:"MAX_EMAIL_PER_HOUR,alias=max_email_per_hour,default=unlimited"`
	DeferFail   hostkeep.Limit `whm:"MAX_DEFER_FAIL_PERCENTAGE,alias=max_defer_fail_percentage,default=unlimited"`
	TeamUsers   hostkeep.Limit `whm:"max_team_users,default=unlimited"`
	FeatureList string         `whm:"featurelist,default=default,max=60"`
	Theme       string         `whm:"cpmod,default=jupiter,max=60"`
	Language    string         `whm:"language,default=en,max=30"`
	Extensions  string         `whm:"_PACKAGE_EXTENSIONS"`
	CGI         bool           `whm:"cgi,default=1"`
	Shell       bool           `whm:"hasshell,default=0"`
	DedicatedIP bool           `whm:"ip,default=n"`
	DigestAuth  bool           `whm:"digestauth,default=0"`
	FrontPage   bool           `whm:"frontpage,default=0" doc:"ignored: retired by WHM"`
}

func (in addIn) plan() hostkeep.Plan {
	return hostkeep.Plan{
		Quota: megabytes(in.Quota), Bandwidth: megabytes(in.Bandwidth),
		MaxFTP: in.MaxFTP, MaxSQL: in.MaxSQL, MaxPop: in.MaxPop, MaxLists: in.MaxLists,
		MaxSub: in.MaxSub, MaxParked: in.MaxParked, MaxAddon: in.MaxAddon,
		MaxEmailPerHour: megabytes(in.MailPerHour), MaxDeferFailPercentage: in.DeferFail,
		MaxEmailAcctQuota: megabytes(in.MailQuota), MaxTeamUsers: in.TeamUsers,
		FeatureList: in.FeatureList, Theme: in.Theme, Language: in.Language,
		Shell: in.Shell, CGI: in.CGI, DedicatedIP: in.DedicatedIP, DigestAuth: in.DigestAuth,
	}
}

// megabytes reads a size for which 0 is WHM's other word for unlimited.
func megabytes(l hostkeep.Limit) hostkeep.Limit {
	if l == 0 {
		return hostkeep.Unlimited
	}
	return l
}

type addOut struct {
	Package string `whm:"pkg"`
}

func (f family) addpkg(ctx context.Context, c api.Call, in addIn) (addOut, error) {
	name, err := fullName(c.Caller, in.Name)
	if err != nil {
		return addOut{}, err
	}
	p := hostkeep.Package{Name: name, Plan: in.plan(), Extensions: in.Extensions}
	if c.User.ID != hostkeep.RootID {
		p.OwnerID = c.User.ID
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		if err := mayPack(c.Caller, p.Plan); err != nil {
			return err
		}
		p.ID = tx.NewID()
		return tx.InsertPackage(p)
	})
	if errors.Is(err, hostkeep.ErrExists) {
		err = hostkeep.Errorf(hostkeep.Conflict, "A package named %q exists already.", name)
	}
	return addOut{name}, err
}

// mayPack holds a package's values to the package privileges of the caller.
func mayPack(c hostkeep.Caller, p hostkeep.Plan) error {
	unlimited := false
	for _, l := range []hostkeep.Limit{p.MaxFTP, p.MaxSQL, p.MaxPop, p.MaxLists, p.MaxSub} {
		unlimited = unlimited || l == hostkeep.Unlimited
	}
	for _, want := range []struct {
		asked bool
		needs hostkeep.Privilege
		what  string
	}{
		{p.Quota == hostkeep.Unlimited, "allow-unlimited-disk-pkgs", "unlimited disk space"},
		{p.Bandwidth == hostkeep.Unlimited, "allow-unlimited-bw-pkgs", "unlimited bandwidth"},
		{unlimited, "allow-unlimited-pkgs", "unlimited features"},
		{p.MaxEmailPerHour != hostkeep.Unlimited || p.MaxDeferFailPercentage != hostkeep.Unlimited, "allow-emaillimits-pkgs", "custom email limits"},
		{p.MaxAddon != 0, "allow-addoncreate", "addon domains"},
		{p.MaxParked != 0, "allow-parkedcreate", "parked domains"},
		{p.DedicatedIP, "add-pkg-ip", "a dedicated address"},
		{p.Shell, "add-pkg-shell", "shell access"},
	} {
		if want.asked && !c.Rights.Has(want.needs) {
			return &hostkeep.Error{
				Kind: hostkeep.Denied, Missing: want.needs,
				Message: "Permission denied: a package with " + want.what + " needs the privilege \"" + string(want.needs) + "\".",
			}
		}
	}
	return nil
}
