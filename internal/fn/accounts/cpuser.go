package accounts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// cpuser is what WHM keeps of an account in a file of its own; the types are as
// recorded.
type cpuser struct {
	User        string             `whm:"USER"`
	Domain      string             `whm:"DOMAIN"`
	Domains     []string           `whm:"DOMAINS" doc:"its other domains"`
	DeadDomains []string           `whm:"DEADDOMAINS"`
	Owner       string             `whm:"OWNER"`
	Plan        string             `whm:"PLAN"`
	IP          string             `whm:"IP"`
	Email       string             `whm:"CONTACTEMAIL"`
	Email2      string             `whm:"CONTACTEMAIL2"`
	Bandwidth   hostkeep.Limit     `whm:"BWLIMIT" doc:"bytes a month"`
	MaxFTP      hostkeep.Limit     `whm:"MAXFTP"`
	MaxSQL      hostkeep.Limit     `whm:"MAXSQL"`
	MaxPop      hostkeep.Limit     `whm:"MAXPOP"`
	MaxLists    hostkeep.Limit     `whm:"MAXLST"`
	MaxSub      hostkeep.Limit     `whm:"MAXSUB"`
	MaxParked   hostkeep.Limit     `whm:"MAXPARK"`
	MaxAddon    hostkeep.Limit     `whm:"MAXADDON"`
	MailPerHour hostkeep.Limit     `whm:"MAX_EMAIL_PER_HOUR"`
	DeferFail   hostkeep.Limit     `whm:"MAX_DEFER_FAIL_PERCENTAGE"`
	MailQuota   hostkeep.Limit     `whm:"MAX_EMAILACCT_QUOTA"`
	FeatureList string             `whm:"FEATURELIST"`
	CGI         string             `whm:"HASCGI"`
	Demo        int64              `whm:"DEMO"`
	Locale      string             `whm:"LOCALE"`
	Theme       string             `whm:"RS"`
	Mailbox     string             `whm:"MAILBOX_FORMAT"`
	Backup      string             `whm:"BACKUP"`
	MailStopped string             `whm:"OUTGOING_EMAIL_SUSPENDED"`
	Started     string             `whm:"STARTDATE"`
	Written     string             `whm:"MTIME"`
	DBOwner     string             `whm:"DBOWNER"`
	Version     string             `whm:"__CACHE_DATA_VERSION"`
	More        wire.Keyed[string] `whm:",spread" doc:"MXCHECK-DOMAIN of each domain, and what else modifyacct was given"`
}

// stored is the cpuser of an account as it is in tx.
func (f family) stored(r Reader, a hostkeep.Account) (u cpuser, err error) {
	domains, err := r.DomainsOf(a.ID)
	if err != nil {
		return u, fmt.Errorf("finding the account's domains: %w", err)
	}
	settings, err := r.Settings(a.ID, hostkeep.AccountSetting)
	if err != nil {
		return u, fmt.Errorf("finding the account's settings: %w", err)
	}
	p := a.Plan
	u = cpuser{
		User: a.User, Domain: a.Domain, Owner: a.Owner, Plan: a.Package, IP: a.IP, Email: a.Email, Bandwidth: p.Bandwidth.Bytes(),
		MaxFTP: p.MaxFTP, MaxSQL: p.MaxSQL, MaxPop: p.MaxPop, MaxLists: p.MaxLists, MaxSub: p.MaxSub, MaxParked: p.MaxParked, MaxAddon: p.MaxAddon,
		MailPerHour: p.MaxEmailPerHour, DeferFail: p.MaxDeferFailPercentage, MailQuota: p.MaxEmailAcctQuota,
		FeatureList: p.FeatureList, CGI: *bit(&p.CGI), Locale: p.Language, Theme: p.Theme, Mailbox: a.MailboxFormat,
		Backup: *bit(&a.Backup), MailStopped: *bit(&a.MailSuspended), DBOwner: a.User, Version: "0.2",
		Started: strconv.FormatInt(a.Created.Unix(), 10), Written: strconv.FormatInt(f.Now().Unix(), 10),
	}
	more := map[string]string{}
	for _, d := range domains {
		if d.Kind != hostkeep.MainDomain {
			u.Domains = append(u.Domains, d.Name)
		}
		more["MXCHECK-"+d.Name] = "0"
	}
	for _, s := range settings {
		switch s.Name {
		case "DBOWNER":
			u.DBOwner = s.Value
		case hostkeep.SecondEmail:
			u.Email2 = s.Value
		default:
			more[s.Name] = s.Value
		}
	}
	for name, value := range more {
		u.More = append(u.More, wire.KeyedItem[string]{Key: name, Value: value})
	}
	slices.SortFunc(u.More, func(a, b wire.KeyedItem[string]) int { return strings.Compare(a.Key, b.Key) })
	return u, nil
}
