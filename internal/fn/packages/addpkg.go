package packages

import (
	"context"
	"errors"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type addIn struct {
	Name        string         `whm:"name,required"`
	Quota       hostkeep.Limit `whm:"quota,default=10240" doc:"disk space in MB; 0: unlimited"`
	Bandwidth   hostkeep.Limit `whm:"bwlimit,default=1048576" doc:"traffic a month in MB; 0: unlimited"`
	MaxFTP      hostkeep.Limit `whm:"maxftp,default=unlimited" doc:"0: none, as for every number of things"`
	MaxSQL      hostkeep.Limit `whm:"maxsql,default=unlimited"`
	MaxPop      hostkeep.Limit `whm:"maxpop,default=unlimited"`
	MaxLists    hostkeep.Limit `whm:"maxlst,default=unlimited"`
	MaxSub      hostkeep.Limit `whm:"maxsub,default=unlimited"`
	MaxParked   hostkeep.Limit `whm:"maxpark,default=0"`
	MaxAddon    hostkeep.Limit `whm:"maxaddon,default=0"`
	MailQuota   hostkeep.Limit `whm:"max_emailacct_quota,default=1024" doc:"MB a mail account; 0: unlimited"`
	MailPerHour hostkeep.Limit `whm:"MAX_EMAIL_PER_HOUR,alias=max_email_per_hour,default=unlimited" doc:"0: unlimited"`
	DeferFail   hostkeep.Limit `whm:"MAX_DEFER_FAIL_PERCENTAGE,alias=max_defer_fail_percentage,default=unlimited" doc:"0: unlimited"`
	TeamUsers   hostkeep.Limit `whm:"max_team_users,default=unlimited"`
	FeatureList string         `whm:"featurelist,default=default,max=60"`
	Theme       string         `whm:"cpmod,default=jupiter,max=60"`
	Language    string         `whm:"language,default=en,max=30"`
	Extensions  string         `whm:"_PACKAGE_EXTENSIONS" doc:"names, separated by blanks; kept and shown, and without effect: no extension is installed"`
	CGI         bool           `whm:"cgi,default=1"`
	Shell       bool           `whm:"hasshell,default=0"`
	DedicatedIP bool           `whm:"ip,default=n"`
	DigestAuth  bool           `whm:"digestauth,default=0"`
	FrontPage   bool           `whm:"frontpage,default=0" doc:"ignored: retired by WHM"`
}

func (in addIn) plan() hostkeep.Plan {
	return hostkeep.Plan{
		Quota: in.Quota.OrUnlimited(), Bandwidth: in.Bandwidth.OrUnlimited(),
		MaxFTP: in.MaxFTP, MaxSQL: in.MaxSQL, MaxPop: in.MaxPop, MaxLists: in.MaxLists,
		MaxSub: in.MaxSub, MaxParked: in.MaxParked, MaxAddon: in.MaxAddon,
		MaxEmailPerHour: in.MailPerHour.OrUnlimited(), MaxDeferFailPercentage: in.DeferFail.OrUnlimited(),
		MaxEmailAcctQuota: in.MailQuota.OrUnlimited(), MaxTeamUsers: in.TeamUsers,
		FeatureList: in.FeatureList, Theme: in.Theme, Language: in.Language,
		Shell: in.Shell, CGI: in.CGI, DedicatedIP: in.DedicatedIP, DigestAuth: in.DigestAuth,
	}
}

type addOut struct {
	Package string `whm:"pkg"`
}

func (f family) addpkg(ctx context.Context, c api.Call, in addIn) (addOut, error) {
	name, err := c.NewPackageName(in.Name)
	if err != nil {
		return addOut{}, err
	}
	p := hostkeep.Package{Name: name, Plan: in.plan()}
	if p.Extensions, err = extensions(in.Extensions); err != nil {
		return addOut{}, err
	}
	if err := c.MayPackage(hostkeep.Plan{}, p.Plan); err != nil {
		return addOut{}, err
	}
	err = f.Change(ctx, c.Change(), func(tx Tx) (err error) {
		if err := c.KnownFeatureList(p.Plan.FeatureList, tx.FeatureList); err != nil {
			return err
		}
		if p.OwnerID, err = c.OwnerOfNew(name, tx.Principal); err != nil {
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
