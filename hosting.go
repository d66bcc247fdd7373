package hostkeep

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Limit is a count or a size in the unit of its field; Unlimited is no limit.
type Limit int64

// Unlimited is WHM's "unlimited".
const Unlimited Limit = -1

// ParseLimit reads a limit as WHM takes it: a whole number, or "unlimited",
// "null" for none. What 0 means is the field's affair.
func ParseLimit(s string) (Limit, error) {
	switch strings.ToLower(s) {
	case "unlimited", "null":
		return Unlimited, nil
	}
	n, err := strconv.ParseInt(s, 10, 63)
	if err != nil || n < 0 || n > 1<<50 {
		return 0, Errorf(Invalid, "%q is neither a whole number nor \"unlimited\".", Clip(s, 40))
	}
	return Limit(n), nil
}

func (l Limit) String() string {
	if l == Unlimited {
		return "unlimited"
	}
	return strconv.FormatInt(int64(l), 10)
}

// Bytes of a limit in MB; what is more than fits is the most that does.
func (l Limit) Bytes() Limit {
	switch {
	case l == Unlimited:
		return l
	case l > math.MaxInt64>>20:
		return math.MaxInt64
	}
	return l << 20
}

// Plan holds the settings that a package gives and an account has.
type Plan struct {
	Quota                  Limit // disk, MB
	Bandwidth              Limit // a month, MB
	MaxFTP                 Limit
	MaxSQL                 Limit
	MaxPop                 Limit
	MaxLists               Limit
	MaxSub                 Limit
	MaxParked              Limit
	MaxAddon               Limit
	MaxEmailPerHour        Limit
	MaxDeferFailPercentage Limit
	MaxEmailAcctQuota      Limit // MB
	MaxTeamUsers           Limit // Unlimited: not set
	FeatureList            string
	Theme                  string // CPMOD
	Language               string
	Shell                  bool
	CGI                    bool
	DedicatedIP            bool
	DigestAuth             bool
}

// DefaultPackage is the package that a new server has and createacct falls back to.
const DefaultPackage = "default"

// Package is a hosting package. OwnerID is 0 for a global one (root's).
type Package struct {
	ID         int64
	Name       string
	OwnerID    int64
	Plan       Plan
	Extensions string // blank-separated
	Change     int64
}

// Account is a cPanel account. Its ID is that of its principal.
type Account struct {
	ID              int64
	User            string
	OwnerID         int64
	Owner           string // the owner's name, filled on reading
	Domain          string
	TemporaryDomain bool
	PackageID       int64
	Package         string // the package's name, filled on reading; "undefined" when it is gone
	Plan            Plan
	IP              string
	Email           string // "" when none
	MailboxFormat   string // "maildir" or "mdbox"
	Home            string
	UID             int64
	Created         time.Time
	Reseller        bool
	Suspended       bool
	SuspendReason   string
	SuspendedAt     time.Time
	Locked          bool // suspended so that only root may unsuspend
	Backup          bool
	MailHold        bool // outgoing mail is kept back
	MailSuspended   bool // outgoing mail is refused
	PasswordForced  bool // the user must set another password: it signs in to nothing else
	Change          int64
}
