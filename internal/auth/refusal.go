package auth

import "github.com/hostkeep/hostkeep"

// ErrUnavailable means that the node may judge nobody now, or that too many
// password checks wait: to be tried again (HTTP 503). What it is wrapped with is
// for the log only.
var ErrUnavailable error = hostkeep.Errorf(hostkeep.Unavailable, "The server cannot check credentials right now. Try again in a few seconds.")

// The reasons of a Refusal.
const (
	ReasonNone      = "no credential"
	ReasonSeveral   = "several Authorization headers"
	ReasonTooLong   = "header too long"
	ReasonControl   = "control character"
	ReasonScheme    = "unknown scheme"
	ReasonMalformed = "malformed"           // the header's form, or a secret that no Hostkeep token has
	ReasonUser      = "unknown user"        // nobody has the name
	ReasonSecret    = "wrong secret"        // no token has the secret, or the password is another
	ReasonOtherUser = "another user's"      // the token exists and belongs to somebody else than the user named
	ReasonNoWHM     = "no WHM user"         // a plain account
	ReasonNoAccount = "no cPanel user"      // root, on cPanel's side
	ReasonOtherSide = "for another port"    // a token of WHM's on cPanel's side, or the other way round
	ReasonSuspended = "suspended"           // the WHM user
	ReasonExpired   = "expired"             // the token
	ReasonAddress   = "address"             // not in the token's list
	ReasonNoHash    = "no password"         // the user has none
	ReasonSession   = "no such session"     // none with that secret, or it is over
	ReasonToken     = "no security token"   // or another than the session's
	ReasonNoCode    = "code needed"         // the password was right, and a code is missing
	ReasonCode      = "wrong code"          // beside the right password
	ReasonUsedCode  = "used code"           // the code was right, and was used before
	ReasonWaits     = "code blocked"        // after too many wrong codes
	ReasonTicket    = "no such ticket"      // what stood for a right password is over, or was never this user's
	ReasonBadHash   = "unreadable password" // what is stored is not of a form that we check
	ReasonThrottled = "throttled"           // too many wrong passwords came from there; this one was not looked at
	ReasonBlackList = "black list"          // the address's passwords are never looked at
)

// Refusal is a credential that was not accepted. The caller learns nothing but
// that; the fields are for the log and the record.
type Refusal struct {
	Reason string // one of the Reason constants
	// User is the name of the principal concerned: the token's owner if the
	// secret was right, else whom the header names. "" when nobody has that
	// name, so that a secret given as a name is not logged.
	User        string
	PrincipalID int64 // User's id, or 0
	TokenID     int64 // the token whose secret was right, or 0
}

func (r *Refusal) Error() string { return "credential refused: " + r.Reason }

// refuse makes the refusal of a principal's credential; the zero principal
// stands for an unknown one.
func refuse(reason string, p hostkeep.Principal, tokenID int64) *Refusal {
	return &Refusal{Reason: reason, User: p.Name, PrincipalID: p.ID, TokenID: tokenID}
}

// CodeWanted reports whether the password was right and only the code was not:
// the one thing that whoever signs in may be told.
func (r *Refusal) CodeWanted() bool {
	switch r.Reason {
	case ReasonNoCode, ReasonCode, ReasonUsedCode, ReasonWaits:
		return true
	}
	return false
}

// Sentence says why to whoever may know: a token's owner.
func (r *Refusal) Sentence() string {
	switch r.Reason {
	case ReasonExpired:
		return "The token has expired."
	case ReasonAddress:
		return "The token may not be used from this address."
	case ReasonSuspended:
		return "The token's owner is suspended."
	case ReasonOtherSide:
		return "The token is for the other port."
	case ReasonNoWHM:
		return "The token's owner is no WHM user."
	case ReasonSecret:
		return "The token is gone."
	}
	return "The credential is refused: " + r.Reason + "."
}
