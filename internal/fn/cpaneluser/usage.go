package cpaneluser

import (
	"context"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// quotaOut is what the account uses of the disk: Hostkeep keeps no files, so
// nothing, as listaccts says. A limit of 0 is none.
type quotaOut struct {
	InodeLimit   int64 `whm:"inode_limit"`
	InodesLeft   int64 `whm:"inodes_remain"`
	InodesUsed   int64 `whm:"inodes_used"`
	Limit        int64 `whm:"megabyte_limit"`
	Left         int64 `whm:"megabytes_remain"`
	Used         int64 `whm:"megabytes_used"`
	UnderInodes  bool  `whm:"under_inode_limit"`
	UnderLimit   bool  `whm:"under_megabyte_limit"`
	UnderOverall bool  `whm:"under_quota_overall"`
}

func (f *family) quotaInfo(ctx context.Context, c api.Call, _ struct{}) (out quotaOut, err error) {
	h, err := f.account(ctx, c)
	limit := orZero(h.Plan.Quota)
	return quotaOut{Limit: limit, Left: limit, UnderInodes: true, UnderLimit: true, UnderOverall: true}, err
}

type localQuotaOut struct {
	Limit      int64 `whm:"byte_limit"`
	Used       int64 `whm:"bytes_used"`
	InodeLimit int64 `whm:"inode_limit"`
	InodesUsed int64 `whm:"inodes_used"`
}

func (f *family) localQuotaInfo(ctx context.Context, c api.Call, _ struct{}) (out localQuotaOut, err error) {
	h, err := f.account(ctx, c)
	return localQuotaOut{Limit: orZero(h.Plan.Quota.Bytes())}, err
}

// resource is something that an account may have so much of.
type resource struct {
	stat, id      string // its names in StatsBar and in ResourceUsage
	item          string
	module        string
	feature, role string
	size          bool // in MB; else a number of things
	used          int64
	max           hostkeep.Limit
}

// resources are those that are known. Traffic is not measured, and nothing is served
// that could cause any: none, as showbw says.
func resources(h have) []resource {
	p := h.Plan
	return []resource{
		{"diskusage", "disk_usage", "Disk Usage", "Quota", "diskusageviewer", "FileStorage", true, 0, p.Quota.OrUnlimited()},
		{"bandwidthusage", "bandwidth", "Bandwidth", "Stats", "bandwidth", "WebServer", true, 0, p.Bandwidth.OrUnlimited()},
		{"addondomains", "addon_domains", "Addon Domains", "AddonDomain", "addondomains", "WebServer", false, h.number(hostkeep.AddonDomain), p.MaxAddon},
		{"subdomains", "subdomains", "Subdomains", "SubDomain", "subdomains", "WebServer", false, h.number(hostkeep.SubDomain), p.MaxSub},
		{"parkeddomains", "aliases", "Aliases", "Park", "parkeddomains", "WebServer", false, h.number(hostkeep.ParkedDomain), p.MaxParked},
	}
}

// full reports that the account may have no more.
func (r resource) full() bool { return r.max != hostkeep.Unlimited && r.used >= int64(r.max) }

// percent of what it may have; of nothing everything.
func (r resource) percent() int64 {
	switch {
	case r.full():
		return 100
	case r.max == hostkeep.Unlimited:
		return 0
	}
	return r.used * 100 / int64(r.max)
}

type statsIn struct {
	Display    string `whm:"display,required,max=1024" doc:"names of what to show, separated by |"`
	RowCounter string `whm:"rowcounter,enum=even|odd,default=even" doc:"what the first row is marked as"`
	Image      string `whm:"infinityimg" doc:"taken and without effect"`
	Word       string `whm:"infinitylang" doc:"taken and without effect"`
}

// statRow is a resource as a bar with a text shows it.
type statRow struct {
	Name       string `whm:"name"`
	ID         string `whm:"id"`
	Item       string `whm:"item"`
	Module     string `whm:"module"`
	Feature    string `whm:"feature"`
	Role       string `whm:"role"`
	Condition  bool   `whm:"condition"`
	Count      string `whm:"count"`
	Max        string `whm:"max"`
	RawCount   string `whm:"_count"`
	RawMax     string `whm:"_max"`
	RawMaxed   bool   `whm:"_maxed"`
	Maxed      bool   `whm:"is_maxed"`
	Units      string `whm:"units" doc:"MB of sizes"`
	Normalized bool   `whm:"normalized"`
	Percent    int64  `whm:"percent"`
	Percent5   int64  `whm:"percent5" doc:"in steps of 5"`
	Percent10  int64  `whm:"percent10"`
	Percent20  int64  `whm:"percent20"`
	Phrase     string `whm:"phrase"`
	MaxPhrase  string `whm:"maxed_phrase"`
	NearPhrase string `whm:"near_limit_phrase"`
	RowType    string `whm:"rowtype"`
	ZeroIsNone bool   `whm:"zeroisunlimited"`
}

func (r resource) row(kind string) statRow {
	n, count, limit := r.percent(), strconv.FormatInt(r.used, 10), r.max.String()
	row := statRow{
		Name: r.stat, ID: r.stat, Item: r.item, Module: r.module, Feature: r.feature, Role: r.role, Condition: true,
		Count: count, Max: limit, RawCount: count, RawMax: limit, RawMaxed: r.full(), Maxed: r.full(),
		Percent: n, Percent5: n / 5 * 5, Percent10: n / 10 * 10, Percent20: n / 20 * 20,
		Phrase: r.item + ": " + count + " of " + limit, MaxPhrase: r.item + ": there can be no more.", NearPhrase: r.item + ": there can be little more.",
		RowType: kind, ZeroIsNone: r.size,
	}
	if r.size {
		row.Units = "MB"
	}
	return row
}

type statsOut struct {
	Rows []statRow `whm:",whole"`
}

// stats refuses a name that it does not know, rather than leave it out or show none
// of what was never counted.
func (f *family) stats(ctx context.Context, c api.Call, in statsIn) (out statsOut, err error) {
	h, err := f.account(ctx, c)
	if err != nil {
		return out, err
	}
	served, names, kind := map[string]resource{}, []string{}, in.RowCounter
	for _, r := range resources(h) {
		served[r.stat] = r
		names = append(names, r.stat)
	}
	out.Rows = []statRow{}
	for _, name := range strings.Split(in.Display, "|") {
		r, ok := served[name]
		if !ok {
			return out, hostkeep.Errorf(
				hostkeep.Unsupported, "%s does not know %q on this server: it neither runs nor measures that. It knows: %s.",
				c.Function, hostkeep.Clip(name, 64), strings.Join(names, ", "),
			)
		}
		out.Rows = append(out.Rows, r.row(kind))
		kind = map[string]string{"even": "odd", "odd": "even"}[kind]
	}
	return out, nil
}

// usageRow is a resource as a list of them shows it.
type usageRow struct {
	ID        string  `whm:"id"`
	Text      string  `whm:"description"`
	Usage     int64   `whm:"usage"`
	Max       *int64  `whm:"maximum" doc:"null: unlimited"`
	Formatter *string `whm:"formatter" doc:"format_bytes of bytes"`
	Error     *string `whm:"error"`
	URL       string  `whm:"url" doc:"always empty: there are no pages on this side"`
}

type usagesOut struct {
	Rows []usageRow `whm:",whole"`
}

func (f *family) usages(ctx context.Context, c api.Call, _ struct{}) (out usagesOut, err error) {
	h, err := f.account(ctx, c)
	for _, r := range resources(h) {
		row := usageRow{ID: r.id, Text: r.item, Usage: r.used}
		if r.size {
			bytes := "format_bytes"
			row.Formatter, r.max = &bytes, r.max.Bytes()
		}
		if limit := int64(r.max); r.max != hostkeep.Unlimited {
			row.Max = &limit
		}
		out.Rows = append(out.Rows, row)
	}
	return out, err
}
