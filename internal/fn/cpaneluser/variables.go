package cpaneluser

import (
	"context"
	"fmt"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type nameIn struct {
	Name string `whm:"name,max=100" doc:"the variable; absent: all that are known"`
}

// userOut has what is known of an account, by cPanel's names. What a mail or
// database server would have to tell is not among it.
type userOut struct {
	wire.Note
	Backup       bool              `whm:"backup_enabled"`
	LegacyBackup bool              `whm:"legacy_backup_enabled"`
	Bandwidth    int64             `whm:"bandwidth_limit" doc:"bytes a month; 0: unlimited"`
	CGI          bool              `whm:"cgi_enabled"`
	Email        string            `whm:"contact_email"`
	Email2       string            `whm:"contact_email_2"`
	Created      time.Time         `whm:"created"`
	Demo         bool              `whm:"demo_mode"`
	Blocks       int64             `whm:"disk_block_limit" doc:"blocks of 1 KiB; 0: unlimited"`
	Domain       string            `whm:"domain"`
	Domains      []string          `whm:"domains" doc:"its other domains"`
	Features     wire.Worded[bool] `whm:"feature" doc:"what the account has of its own, whatever its feature list says"`
	FeatureList  string            `whm:"feature_list"`
	Home         string            `whm:"home"`
	IP           string            `whm:"ip"`
	Locale       string            `whm:"locale"`
	Mailbox      string            `whm:"mailbox_format"`
	MaxAddon     hostkeep.Limit    `whm:"maximum_addon_domains,num"`
	MaxSQL       hostkeep.Limit    `whm:"maximum_databases,num"`
	DeferFail    hostkeep.Limit    `whm:"maximum_defer_fail_percentage,num"`
	MailQuota    hostkeep.Limit    `whm:"maximum_email_account_disk_quota,num"`
	MailPerHour  hostkeep.Limit    `whm:"maximum_emails_per_hour,num"`
	MaxFTP       hostkeep.Limit    `whm:"maximum_ftp_accounts,num"`
	MaxPop       hostkeep.Limit    `whm:"maximum_mail_accounts,num"`
	MaxLists     hostkeep.Limit    `whm:"maximum_mailing_lists,num"`
	MaxParked    hostkeep.Limit    `whm:"maximum_parked_domains,num"`
	MaxSub       hostkeep.Limit    `whm:"maximum_subdomains,num"`
	Owner        string            `whm:"owner"`
	Plan         string            `whm:"plan"`
	Theme        string            `whm:"theme"`
	UID          int64             `whm:"uid"`
	User         string            `whm:"user"`
}

func (f *family) userInformation(ctx context.Context, c api.Call, in nameIn) (out userOut, err error) {
	note, err := one(c, f.user, in.Name)
	if err != nil {
		return out, err
	}
	err = f.Read(ctx, func(r Reader) error {
		h, err := accountOf(r, c)
		if err != nil {
			return err
		}
		out = known(h)
		if out.Features, err = ownFeatures(r, h.ID); err != nil {
			return err
		}
		out.Email2, err = secondEmail(r, h.ID)
		return err
	})
	out.Note = note
	return out, err
}

func known(h have) userOut {
	p := h.Plan
	out := userOut{
		Backup: h.Backup, Bandwidth: orZero(p.Bandwidth.OrUnlimited().Bytes()), CGI: p.CGI, Email: h.Email, Created: h.Created,
		Blocks: blocks(p.Quota), Domain: h.Domain, FeatureList: p.FeatureList, Home: h.Home, IP: h.IP,
		Locale: p.Language, Mailbox: h.MailboxFormat, MaxAddon: p.MaxAddon, MaxSQL: p.MaxSQL, DeferFail: p.MaxDeferFailPercentage,
		MailQuota: p.MaxEmailAcctQuota, MailPerHour: p.MaxEmailPerHour, MaxFTP: p.MaxFTP, MaxPop: p.MaxPop, MaxLists: p.MaxLists,
		MaxParked: p.MaxParked, MaxSub: p.MaxSub, Owner: h.Owner, Plan: h.Package, Theme: p.Theme, UID: h.UID, User: h.User,
	}
	for _, d := range h.domains {
		if d.Kind != hostkeep.MainDomain {
			out.Domains = append(out.Domains, d.Name)
		}
	}
	return out
}

// orZero writes a limit where 0 means that there is none.
func orZero(l hostkeep.Limit) int64 {
	if l == hostkeep.Unlimited {
		return 0
	}
	return int64(l)
}

// blocks of a quota, as the disk counts them.
func blocks(quota hostkeep.Limit) int64 { return orZero(quota) << 10 }

func ownFeatures(r Reader, id int64) (list wire.Worded[bool], err error) {
	overrides, err := r.FeatureOverrides(id)
	if err != nil {
		return nil, fmt.Errorf("finding the account's own features: %w", err)
	}
	for _, o := range overrides {
		list = append(list, wire.KeyedItem[bool]{Key: o.Feature, Value: o.On})
	}
	return list, nil
}

func secondEmail(r Reader, id int64) (string, error) {
	settings, err := r.Settings(id, hostkeep.AccountSetting)
	if err != nil {
		return "", fmt.Errorf("finding the account's settings: %w", err)
	}
	for _, s := range settings {
		if s.Name == hostkeep.SecondEmail {
			return s.Value, nil
		}
	}
	return "", nil
}

// serverOut has what is known of the server. What other software would have to tell,
// such as PHP, is not among it.
type serverOut struct {
	wire.Note
	ResetPassword  bool   `whm:"allow_reset_password"`
	ResetOfOthers  bool   `whm:"allow_reset_password_for_subaccounts"`
	DocrootsInside bool   `whm:"docroots_in_public_html_only"`
	FTPServer      string `whm:"ftp_server"`
	MailServer     string `whm:"mail_server"`
	Version        string `whm:"version" doc:"the version whose API is spoken"`
}

func (f *family) serverInformation(_ context.Context, c api.Call, in nameIn) (out serverOut, err error) {
	note, err := one(c, f.server, in.Name)
	return serverOut{Note: note, FTPServer: "disabled", MailServer: "disabled", Version: f.Level}, err
}

type sessionOut struct {
	wire.Note
	Host string `whm:"host"`
}

func (f *family) sessionInformation(_ context.Context, c api.Call, in nameIn) (out sessionOut, err error) {
	note, err := one(c, f.session, in.Name)
	return sessionOut{Note: note, Host: f.Hostname}, err
}
