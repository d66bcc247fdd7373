package packages

import (
	"context"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// settings are a package's as getpkginfo and matchpkgs show them: limits are
// numbers where they can be.
type settings struct {
	Quota       hostkeep.Limit `whm:"QUOTA,num"`
	Bandwidth   hostkeep.Limit `whm:"BWLIMIT,num"`
	MaxFTP      hostkeep.Limit `whm:"MAXFTP,num"`
	MaxSQL      hostkeep.Limit `whm:"MAXSQL,num"`
	MaxPop      hostkeep.Limit `whm:"MAXPOP,num"`
	MaxLists    hostkeep.Limit `whm:"MAXLST,num"`
	MaxSub      hostkeep.Limit `whm:"MAXSUB,num"`
	MaxParked   hostkeep.Limit `whm:"MAXPARK,num"`
	MaxAddon    hostkeep.Limit `whm:"MAXADDON,num"`
	MailPerHour hostkeep.Limit `whm:"MAX_EMAIL_PER_HOUR,num"`
	DeferFail   hostkeep.Limit `whm:"MAX_DEFER_FAIL_PERCENTAGE,num"`
	MailQuota   hostkeep.Limit `whm:"MAX_EMAILACCT_QUOTA,num"`
	CGI         bool           `whm:"CGI"`
	DigestAuth  string         `whm:"DIGESTAUTH"`
	FrontPage   bool           `whm:"FRONTPAGE"` // never: retired by WHM
	Theme       string         `whm:"CPMOD"`
	Language    string         `whm:"LANG"`
	FeatureList string         `whm:"FEATURELIST"`
	Extensions  string         `whm:"_PACKAGE_EXTENSIONS"`
}

func settingsOf(p hostkeep.Package) settings {
	r := shown(p)
	return settings{
		Quota: r.Quota, Bandwidth: r.Bandwidth, MaxFTP: r.MaxFTP, MaxSQL: r.MaxSQL, MaxPop: r.MaxPop, MaxLists: r.MaxLists,
		MaxSub: r.MaxSub, MaxParked: r.MaxParked, MaxAddon: r.MaxAddon, MailPerHour: r.MailPerHour, DeferFail: r.DeferFail,
		MailQuota: r.MailQuota, CGI: p.Plan.CGI, DigestAuth: r.DigestAuth, Theme: r.Theme, Language: r.Language,
		FeatureList: r.FeatureList, Extensions: r.Extensions,
	}
}

type infoIn struct {
	Package string `whm:"pkg,required"`
}

// info has yes and no as numbers where matchpkgs has letters.
type info struct {
	settings
	TeamUsers   *int64 `whm:"MAX_TEAM_USERS"`
	Shell       bool   `whm:"HASSHELL"`
	DedicatedIP bool   `whm:"IP"`
}

type infoOut struct {
	Package info `whm:"pkg"`
}

func (f family) getpkginfo(ctx context.Context, c api.Call, in infoIn) (out infoOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		p, err := found(r, in.Package, c.MayUsePackage)
		if err != nil {
			return err
		}
		out.Package = info{settingsOf(p), shown(p).TeamUsers, p.Plan.Shell, p.Plan.DedicatedIP}
		return nil
	})
	return out, err
}

type matchIn struct {
	Quota       *hostkeep.Limit `whm:"QUOTA"`
	Bandwidth   *hostkeep.Limit `whm:"BWLIMIT"`
	MaxFTP      *hostkeep.Limit `whm:"MAXFTP"`
	MaxSQL      *hostkeep.Limit `whm:"MAXSQL"`
	MaxPop      *hostkeep.Limit `whm:"MAXPOP"`
	MaxLists    *hostkeep.Limit `whm:"MAXLST"`
	MaxSub      *hostkeep.Limit `whm:"MAXSUB"`
	MaxParked   *hostkeep.Limit `whm:"MAXPARK"`
	MaxAddon    *hostkeep.Limit `whm:"MAXADDON"`
	MailPerHour *hostkeep.Limit `whm:"MAX_EMAIL_PER_HOUR"`
	DeferFail   *hostkeep.Limit `whm:"MAX_DEFER_FAIL_PERCENTAGE"`
	MailQuota   *hostkeep.Limit `whm:"MAX_EMAILACCT_QUOTA"`
	TeamUsers   *hostkeep.Limit `whm:"MAX_TEAM_USERS"`
	Shell       *bool           `whm:"HASSHELL"`
	CGI         *bool           `whm:"CGI"`
	DedicatedIP *bool           `whm:"IP"`
	DigestAuth  *bool           `whm:"DIGESTAUTH"`
	Theme       *string         `whm:"CPMOD"`
	Language    *string         `whm:"LANG"`
	FeatureList *string         `whm:"FEATURELIST"`
	Extensions  string          `whm:"_PACKAGE_EXTENSIONS" doc:"names, separated by blanks; the package has all of them"`
}

// matches reports whether a package has every value that is asked for. It is what
// an edit by the same values would not change.
func (in matchIn) matches(p hostkeep.Package) bool {
	edit := editIn{
		Quota: in.Quota, Bandwidth: in.Bandwidth, MaxFTP: in.MaxFTP, MaxSQL: in.MaxSQL, MaxPop: in.MaxPop, MaxLists: in.MaxLists,
		MaxSub: in.MaxSub, MaxParked: in.MaxParked, MaxAddon: in.MaxAddon, MailPerHour: in.MailPerHour, DeferFail: in.DeferFail,
		MailQuota: in.MailQuota, TeamUsers: in.TeamUsers, Shell: in.Shell, CGI: in.CGI, DedicatedIP: in.DedicatedIP,
		DigestAuth: in.DigestAuth, Theme: in.Theme, Language: in.Language, FeatureList: in.FeatureList,
	}
	has := strings.Fields(p.Extensions)
	return edit.over(p.Plan) == p.Plan &&
		!slices.ContainsFunc(strings.Fields(in.Extensions), func(n string) bool { return !slices.Contains(has, n) })
}

// match is a package as matchpkgs shows it.
type match struct {
	settings
	Shell       string `whm:"HASSHELL"`
	DedicatedIP string `whm:"IP"`
}

type matchOut struct {
	Packages wire.Keyed[match] `whm:"pkg,list"`
}

func (f family) matchpkgs(ctx context.Context, c api.Call, in matchIn) (out matchOut, err error) {
	var ps []hostkeep.Package
	err = f.Read(ctx, func(r Reader) (err error) {
		ps, err = r.Packages()
		return err
	})
	for _, p := range ps {
		if c.MayUsePackage(p) && in.matches(p) {
			out.Packages = append(out.Packages, wire.KeyedItem[match]{
				Key: p.Name, Value: match{settingsOf(p), letter(p.Plan.Shell), letter(p.Plan.DedicatedIP)},
			})
		}
	}
	return out, err
}
