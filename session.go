package hostkeep

import (
	"net/netip"
	"regexp"
	"time"
)

// The services that a session may be for, as WHM names them.
const (
	ServiceWHM     = "whostmgrd"
	ServiceCPanel  = "cpaneld"
	ServiceWebmail = "webmaild"
)

// ServiceOf is the service of a side: cPanel's or WHM's.
func ServiceOf(cpanel bool) string {
	if cpanel {
		return ServiceCPanel
	}
	return ServiceWHM
}

// How long sessions and the links that open them live.
const (
	SessionIdle = 15 * time.Minute // without use
	SessionLife = 24 * time.Hour   // at most, however much it is used
	LinkLife    = 15 * time.Minute // until a link is opened
)

// SessionHash is HMAC-SHA-256 of a session's or a link's secret, or of a
// security token, under the session key.
type SessionHash [32]byte

// Session is a cookie session, or the one-time link that opens one, as it is
// kept: without its secrets, of which only keyed hashes exist.
type Session struct {
	ID          int64
	PrincipalID int64
	Service     string
	Open        bool        // a session; else a link that nobody has opened
	Hash        SessionHash // of the cookie's secret, or of the link's
	Token       SessionHash // of the security token
	MadeBy      int64       // the API token that made the link, or 0: the session ends with it
	Created     time.Time
	LastUsed    time.Time // at most a minute behind
	Ends        time.Time
	Addr        netip.Addr // where it was opened from; invalid: not known
	Agent       string     // the user agent then, cleaned and clipped; "": not known
}

// Over reports whether a session, used last at used, or a link has ended by now.
func (s Session) Over(used, now time.Time) bool {
	return !now.Before(s.Ends) || s.Open && now.Sub(used) >= SessionIdle
}

var securityToken = regexp.MustCompile(`^/cpsess[0-9]{10}$`)

// WellFormedSecurityToken reports whether s is /cpsess and ten digits.
func WellFormedSecurityToken(s string) bool { return securityToken.MatchString(s) }

// TwoFactor is a principal's second factor: the seed of its codes, sealed.
type TwoFactor struct {
	PrincipalID int64
	KeyID       string // which master key sealed it
	Sealed      []byte
	LastStep    int64     // of the code that was used last: none up to it is taken again
	Failed      int64     // tries since then: each is counted before its code is looked at
	Blocked     time.Time // no code is looked at before; zero: at once
}

// TwoFactorSetting is what a WHM user has set about second factors. Root's is
// the server's.
type TwoFactorSetting struct {
	PrincipalID int64
	Issuer      string // "" when not set
	Off         bool   // the policy is off: no code is asked of anybody; root's alone counts
}
