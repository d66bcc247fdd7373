package auth

import (
	"crypto/subtle"

	"github.com/hostkeep/hostkeep"
)

// byToken takes the same steps whatever is wrong, so that time tells a stranger
// nothing. It shares no lock with the password checks, so that a flood of those
// slows no token.
func (a *Authenticator) byToken(c credential, r Request) (hostkeep.Caller, error) {
	if !hostkeep.WellFormedSecret(c.Secret.Reveal()) {
		return hostkeep.Caller{}, &Refusal{Reason: ReasonMalformed}
	}
	h := a.hashToken(c.Secret)
	t, owner, found := a.memory.TokenByHash(h)
	named, known := a.memory.PrincipalByName(c.User)
	// The node may have lost touch since the first look: what it just read
	// would then be worth nothing.
	if err := a.ready(); err != nil {
		return hostkeep.Caller{}, err
	}
	// Memory may find by a part of the hash: the whole decides.
	same := subtle.ConstantTimeCompare(t.Hash[:], h[:]) == 1
	switch {
	case found && same:
		return a.judge(t, owner, c.User, r)
	case known:
		return hostkeep.Caller{}, refuse(ReasonSecret, named, 0)
	}
	return hostkeep.Caller{}, &Refusal{Reason: ReasonUser}
}

// judge decides for a token whose secret is right.
func (a *Authenticator) judge(t hostkeep.Token, owner hostkeep.Principal, user string, r Request) (hostkeep.Caller, error) {
	reason := userReason(owner)
	switch {
	case owner.Name != user:
		reason = ReasonOtherUser
	case reason != "":
	case t.Expired(a.now()):
		reason = ReasonExpired
	case !t.Addresses.Allows(r.Addr):
		reason = ReasonAddress
	}
	if reason != "" {
		return hostkeep.Caller{}, refuse(reason, owner, t.ID)
	}
	return hostkeep.Caller{
		User: owner, Via: hostkeep.ViaToken, Rights: t.Privileges.And(owner.Rights()),
		TokenID: t.ID, Expires: t.Expires, Addresses: t.Addresses, TokenHash: t.Hash, TokenChange: t.Change,
		Addr: r.Addr, RequestID: r.ID,
	}, nil
}

// userReason says why p may not call WHM at all, or "".
func userReason(p hostkeep.Principal) string {
	switch {
	case !p.WHMUser():
		return ReasonNoWHM
	case p.Suspended:
		return ReasonSuspended
	}
	return ""
}
