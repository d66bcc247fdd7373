package accounts

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// limits are the settings of a plan that modifyacct and massmodifyacct change,
// as they spell them.
type limits struct {
	Quota       *hostkeep.Limit `whm:"QUOTA" doc:"disk space in MB; 0: unlimited"`
	Bandwidth   *hostkeep.Limit `whm:"BWLIMIT" doc:"traffic a month in MB; 0: unlimited"`
	MaxFTP      *hostkeep.Limit `whm:"MAXFTP"`
	MaxSQL      *hostkeep.Limit `whm:"MAXSQL"`
	MaxPop      *hostkeep.Limit `whm:"MAXPOP"`
	MaxLists    *hostkeep.Limit `whm:"MAXLST"`
	MaxSub      *hostkeep.Limit `whm:"MAXSUB" doc:"0: none"`
	MaxParked   *hostkeep.Limit `whm:"MAXPARK" doc:"0: none"`
	MaxAddon    *hostkeep.Limit `whm:"MAXADDON" doc:"0: none"`
	MailPerHour *hostkeep.Limit `whm:"MAX_EMAIL_PER_HOUR"`
	DeferFail   *hostkeep.Limit `whm:"MAX_DEFER_FAIL_PERCENTAGE"`
	MailQuota   *hostkeep.Limit `whm:"MAX_EMAILACCT_QUOTA" doc:"MB a mail account"`
	Theme       *string         `whm:"RS,max=60" doc:"the theme"`
	CGI         *bool           `whm:"HASCGI"`
	Shell       *bool           `whm:"HASSHELL" doc:"1 needs allow-shell"`
	ShellPath   string          `whm:"shell,max=100" doc:"the shell; one that lets nobody in takes shell access away"`
	Lang        string          `whm:"LANG,max=30"`
	Locale      string          `whm:"LOCALE,max=30" doc:"wins over LANG"`
}

// over applies what was given to a plan.
func (l limits) over(p hostkeep.Plan) hostkeep.Plan {
	o := overrides{
		Quota: l.Quota, Bandwidth: l.Bandwidth, MaxFTP: l.MaxFTP, MaxSQL: l.MaxSQL, MaxPop: l.MaxPop, MaxLists: l.MaxLists, MaxSub: l.MaxSub,
		MaxParked: l.MaxParked, MaxAddon: l.MaxAddon, MailPerHour: l.MailPerHour, DeferFail: l.DeferFail, MailQuota: l.MailQuota,
		Theme: l.Theme, Shell: l.shell(), CGI: l.CGI,
	}
	for _, language := range []string{l.Lang, l.Locale} {
		if language != "" {
			o.Language = &language
		}
	}
	return o.over(p)
}

// shell is whether shell access was asked for or taken; nil: neither.
func (l limits) shell() *bool {
	has := true
	switch l.ShellPath {
	case "":
		return l.Shell
	case "/bin/false", "/sbin/nologin", "/usr/sbin/nologin", "/usr/bin/false", noShell:
		has = false
	}
	return &has
}

// kept are parameters that change nothing here: they are kept with the account
// and shown in cpuser, as clients that read back what they wrote expect.
type kept struct {
	DBOwner                                  *string         `whm:"DBOWNER,max=64" doc:"kept and shown"`
	Style                                    *string         `whm:"STYLE,max=255" doc:"kept and shown"`
	Blocks                                   *int64          `whm:"DISK_BLOCK_LIMIT" doc:"kept and shown"`
	Passenger                                *hostkeep.Limit `whm:"MAXPASSENGERAPPS" doc:"kept and shown"`
	DKIM                                     *bool           `whm:"HASDKIM" doc:"kept and shown"`
	DMARC                                    *bool           `whm:"HASDMARC" doc:"kept and shown"`
	SPF                                      *bool           `whm:"HASSPF" doc:"kept and shown"`
	Assassin                                 *bool           `whm:"spamassassin" doc:"kept and shown"`
	AccountAuthnLink                         *bool           `whm:"notify_account_authn_link"`
	AccountAuthnLinkNotificationDisabled     *bool           `whm:"notify_account_authn_link_notification_disabled"`
	AutosslExpiry                            *bool           `whm:"notify_autossl_expiry"`
	AutosslExpiryCoverage                    *bool           `whm:"notify_autossl_expiry_coverage"`
	AutosslRenewal                           *bool           `whm:"notify_autossl_renewal"`
	AutosslRenewalCoverage                   *bool           `whm:"notify_autossl_renewal_coverage"`
	ContactAddressChange                     *bool           `whm:"notify_contact_address_change"`
	ContactAddressChangeNotificationDisabled *bool           `whm:"notify_contact_address_change_notification_disabled"`
	DiskLimit                                *bool           `whm:"notify_disk_limit"`
	PasswordChange                           *bool           `whm:"notify_password_change"`
	PasswordChangeNotificationDisabled       *bool           `whm:"notify_password_change_notification_disabled"`
	SslExpiry                                *bool           `whm:"notify_ssl_expiry"`
}

// settings are what was given of them, as cpuser writes them.
func (m kept) settings(account int64) (given []hostkeep.Setting) {
	for _, s := range []struct {
		name  string
		value *string
	}{
		{"DBOWNER", m.DBOwner},
		{"STYLE", m.Style},
		{"DISK_BLOCK_LIMIT", number(m.Blocks)},
		{"MAXPASSENGERAPPS", limit(m.Passenger)},
		{"HASDKIM", bit(m.DKIM)},
		{"HASDMARC", bit(m.DMARC)},
		{"HASSPF", bit(m.SPF)},
		{"SPAMASSASSIN", bit(m.Assassin)},
		{"notify_account_authn_link", bit(m.AccountAuthnLink)},
		{"notify_account_authn_link_notification_disabled", bit(m.AccountAuthnLinkNotificationDisabled)},
		{"notify_autossl_expiry", bit(m.AutosslExpiry)},
		{"notify_autossl_expiry_coverage", bit(m.AutosslExpiryCoverage)},
		{"notify_autossl_renewal", bit(m.AutosslRenewal)},
		{"notify_autossl_renewal_coverage", bit(m.AutosslRenewalCoverage)},
		{"notify_contact_address_change", bit(m.ContactAddressChange)},
		{"notify_contact_address_change_notification_disabled", bit(m.ContactAddressChangeNotificationDisabled)},
		{"notify_disk_limit", bit(m.DiskLimit)},
		{"notify_password_change", bit(m.PasswordChange)},
		{"notify_password_change_notification_disabled", bit(m.PasswordChangeNotificationDisabled)},
		{"notify_ssl_expiry", bit(m.SslExpiry)},
	} {
		if s.value != nil {
			given = append(given, hostkeep.Setting{OwnerID: account, Kind: hostkeep.AccountSetting, Name: s.name, Value: *s.value})
		}
	}
	return given
}

// check refuses what is no name where drivers will take it for one, and the name
// of somebody else as the owner of the account's databases.
func (m kept) check(r Users, account int64) error {
	if m.Blocks != nil && *m.Blocks < 0 {
		return hostkeep.Errorf(hostkeep.Invalid, "The parameter \"DISK_BLOCK_LIMIT\" must not be negative.")
	}
	if m.Style != nil && strings.Contains(*m.Style, "..") {
		return hostkeep.Errorf(hostkeep.Invalid, "The parameter \"STYLE\" must not have \"..\" in it.")
	}
	if m.DBOwner == nil || *m.DBOwner == "" {
		return nil
	}
	if !dbOwner.MatchString(*m.DBOwner) || slices.Contains(reserved, *m.DBOwner) {
		return hostkeep.Errorf(hostkeep.Invalid, "The parameter \"DBOWNER\" is no name that a database user may have.")
	}
	p, err := r.Principal(*m.DBOwner)
	switch {
	case errors.Is(err, hostkeep.ErrNotFound), err == nil && p.ID == account:
		return nil
	case err == nil:
		return hostkeep.Errorf(hostkeep.Conflict, "The parameter \"DBOWNER\" is the name of another user.")
	}
	return fmt.Errorf("looking for the owner of the databases: %w", err)
}

var dbOwner = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

func bit(b *bool) *string {
	if b == nil {
		return nil
	}
	text := "0"
	if *b {
		text = "1"
	}
	return &text
}

func number(n *int64) *string {
	if n == nil {
		return nil
	}
	text := strconv.FormatInt(*n, 10)
	return &text
}

func limit(l *hostkeep.Limit) *string {
	if l == nil {
		return nil
	}
	text := l.String()
	return &text
}

// unused are parameters of services that Hostkeep does not run.
type unused struct {
	Firewall   string          `whm:"modify_firewall" doc:"taken and without effect"`
	Pushbullet hostkeep.Secret `whm:"PUSHBULLET_ACCESS_TOKEN" doc:"taken and without effect"`
	Extensions string          `whm:"remove_missing_extensions" doc:"taken and without effect"`
	MXCheck    []string        `whm:"MXCHECK-,prefix" doc:"taken and without effect: no mail server is run"`
}

// modified is what modifyacct and massmodifyacct have in common.
type modified struct {
	limits
	kept
	unused
	Mailbox       string `whm:"MAILBOX_FORMAT,enum=maildir|mdbox|mbox" doc:"mbox is an old word for mdbox"`
	Backup        *bool  `whm:"BACKUP"`
	MailSuspended *bool  `whm:"OUTGOING_EMAIL_SUSPENDED"`
	Reseller      *bool  `whm:"reseller" doc:"1: also make it a reseller with the initial privileges; 0: make it none and remove its tokens; needs all"`
	Start         *int64 `whm:"STARTDATE" doc:"when the account was made, in Unix seconds"`
	RenameDB      bool   `whm:"rename_database_objects,default=1" doc:"0: DBOWNER stays when the user is renamed"`
}

// Grants tells the dispatcher what promise 2 asks.
func (m modified) Grants() (bool, hostkeep.Privileges) {
	if m.Reseller == nil || !*m.Reseller {
		return false, hostkeep.Privileges{}
	}
	return true, hostkeep.InitialPrivileges()
}
