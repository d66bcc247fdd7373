package accounts

import (
	"strconv"
	"time"

	"github.com/hostkeep/hostkeep"
)

// summaryRow is an account as accountsummary shows it. Types are those of the
// API description; limits of old are text, later ones integers where a number.
type summaryRow struct {
	User            string         `whm:"user"`
	Domain          string         `whm:"domain"`
	Owner           string         `whm:"owner"`
	Plan            string         `whm:"plan"`
	Theme           string         `whm:"theme"`
	Shell           string         `whm:"shell"`
	Partition       string         `whm:"partition"`
	IP              string         `whm:"ip"`
	IPv6            []string       `whm:"ipv6"`
	Email           string         `whm:"email"`
	StartDate       string         `whm:"startdate"`
	Started         time.Time      `whm:"unix_startdate"`
	Suspended       bool           `whm:"suspended"`
	SuspendReason   string         `whm:"suspendreason"`
	SuspendTime     time.Time      `whm:"suspendtime"`
	Locked          bool           `whm:"is_locked"`
	Backup          bool           `whm:"backup"`
	LegacyBackup    bool           `whm:"legacy_backup"`
	Temporary       bool           `whm:"temporary"`
	TemporaryDomain bool           `whm:"is_temporary_domain"`
	MailHold        bool           `whm:"outgoing_mail_hold"`
	MailSuspended   bool           `whm:"outgoing_mail_suspended"`
	DiskUsed        string         `whm:"diskused"`
	DiskLimit       string         `whm:"disklimit"`
	InodesUsed      int64          `whm:"inodesused"`
	InodesLimit     hostkeep.Limit `whm:"inodeslimit,num"`
	MaxFTP          hostkeep.Limit `whm:"maxftp"`
	MaxLists        hostkeep.Limit `whm:"maxlst"`
	MaxPop          hostkeep.Limit `whm:"maxpop"`
	MaxSQL          hostkeep.Limit `whm:"maxsql"`
	MaxSub          hostkeep.Limit `whm:"maxsub"`
	MaxAddons       string         `whm:"maxaddons"`
	MaxParked       string         `whm:"maxparked"`
	MailPerHour     hostkeep.Limit `whm:"max_email_per_hour"`
	DeferFail       hostkeep.Limit `whm:"max_defer_fail_percentage"`
	MailQuota       hostkeep.Limit `whm:"max_emailacct_quota"`
	DeferFailFrom   string         `whm:"min_defer_fail_to_trigger_protection"`
	MailboxFormat   string         `whm:"mailbox_format"`
	UID             int64          `whm:"uid"`
	ChildNodes      []childNode    `whm:"child_nodes"`
}

// row is an account as listaccts shows it.
type row struct {
	summaryRow
	HasBackup      bool   `whm:"has_backup"`
	Standalone     string `whm:"standalone_feature"`
	StandaloneName string `whm:"standalone_feature_name"`

	id, ownerID      int64
	reseller         bool
	quota, bandwidth hostkeep.Limit // in MB
}

type childNode struct {
	Alias    string `whm:"alias"`
	Workload string `whm:"workload"`
}

// shown is what is known of an account today: Hostkeep keeps no files, so disk
// use is nothing and no backup exists.
func shown(a hostkeep.Account) summaryRow {
	p := a.Plan
	return summaryRow{
		User: a.User, Domain: a.Domain, Owner: a.Owner, Plan: a.Package, Theme: p.Theme,
		Shell: shell(a), Partition: "home", IP: a.IP, Email: orUnknown(a.Email),
		StartDate: a.Created.UTC().Format("06 Jan 02 15:04"), Started: a.Created,
		Suspended: a.Suspended, SuspendReason: suspendReason(a), SuspendTime: a.SuspendedAt, Locked: a.Locked,
		Backup: a.Backup, MailHold: a.MailHold, MailSuspended: a.MailSuspended,
		Temporary: a.TemporaryDomain, TemporaryDomain: a.TemporaryDomain,
		DiskUsed: "0M", DiskLimit: megabytes(p.Quota), InodesLimit: hostkeep.Unlimited,
		MaxFTP: p.MaxFTP, MaxLists: p.MaxLists, MaxPop: p.MaxPop, MaxSQL: p.MaxSQL, MaxSub: p.MaxSub,
		MaxAddons: orNotAllowed(p.MaxAddon), MaxParked: orNotAllowed(p.MaxParked),
		MailPerHour: p.MaxEmailPerHour, DeferFail: p.MaxDeferFailPercentage, MailQuota: p.MaxEmailAcctQuota,
		DeferFailFrom: "5", MailboxFormat: a.MailboxFormat, UID: a.UID,
	}
}

// noShell is the shell of an account without shell access.
const noShell = "/usr/local/cpanel/bin/noshell"

func shell(a hostkeep.Account) string {
	switch {
	case a.Suspended:
		return "/bin/false"
	case a.Plan.Shell:
		return "/bin/bash"
	}
	return noShell
}

func suspendReason(a hostkeep.Account) string {
	if !a.Suspended {
		return "not suspended"
	}
	return a.SuspendReason
}

// unknown is WHM's word for what is not known, or not allowed.
const unknown = "*unknown*"

func orUnknown(s string) string {
	if s == "" {
		return unknown
	}
	return s
}

// orNotAllowed writes a limit for which 0 means that the account may have none.
func orNotAllowed(l hostkeep.Limit) string {
	if l == 0 {
		return unknown
	}
	return l.String()
}

func megabytes(l hostkeep.Limit) string {
	if l == hostkeep.Unlimited {
		return l.String()
	}
	return strconv.FormatInt(int64(l), 10) + "M"
}
