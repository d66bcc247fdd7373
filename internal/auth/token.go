package auth

import (
	"crypto/subtle"
	"time"

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
		return a.judged(t, owner, c.User, r)
	case known:
		return hostkeep.Caller{}, refuse(ReasonSecret, named, 0)
	}
	return hostkeep.Caller{}, &Refusal{Reason: ReasonUser}
}

// judged is judge with a refusal for an error.
func (a *Authenticator) judged(t hostkeep.Token, owner hostkeep.Principal, user string, r Request) (hostkeep.Caller, error) {
	c, reason := judge(t, owner, user, r, a.now())
	if reason != "" {
		return hostkeep.Caller{}, refuse(reason, owner, t.ID)
	}
	return c, nil
}

// judge decides for a token whose secret is right: the caller that it makes, or
// why none.
func judge(t hostkeep.Token, owner hostkeep.Principal, user string, r Request, now time.Time) (c hostkeep.Caller, reason string) {
	switch reason = userReason(owner, r.CPanel); {
	case owner.Name != user:
		return c, ReasonOtherUser
	case t.CPanel != r.CPanel:
		return c, ReasonOtherSide
	case reason != "":
		return c, reason
	case t.Expired(now):
		return c, ReasonExpired
	case !t.Addresses.Allows(r.Addr):
		return c, ReasonAddress
	}
	c = callerOf(owner, hostkeep.ViaToken, r)
	c.Rights = t.Privileges.And(c.Rights)
	c.TokenID, c.Expires, c.Addresses, c.TokenHash, c.TokenChange = t.ID, t.Expires, t.Addresses, t.Hash, t.Change
	c.Agent = r.Agent
	return c, ""
}

// callerOf is a caller with all that its user may do on the side that it came to. On
// cPanel's a reseller is an account like others.
func callerOf(user hostkeep.Principal, via hostkeep.Via, r Request) hostkeep.Caller {
	if r.CPanel {
		user.Reseller, user.Privileges = false, hostkeep.Privileges{}
	}
	return hostkeep.Caller{User: user, Via: via, Rights: user.Rights(), CPanel: r.CPanel, Addr: r.Addr, RequestID: r.ID}
}

// Token judges a token as WHM would when its secret and its owner's name come with
// the request, as of now. The error is as WHM's.
func (a *Authenticator) Token(h hostkeep.TokenHash, r Request) (hostkeep.Caller, error) {
	t, owner, found := a.memory.TokenByHash(h)
	if err := a.ready(); err != nil {
		return hostkeep.Caller{}, err
	}
	if !found || t.Hash != h {
		return hostkeep.Caller{}, &Refusal{Reason: ReasonSecret}
	}
	return a.judged(t, owner, owner.Name, r)
}

// userReason says why p may not call a side at all, or "".
func userReason(p hostkeep.Principal, cpanel bool) string {
	switch {
	case cpanel && p.ID == hostkeep.RootID:
		return ReasonNoAccount
	case !cpanel && !p.WHMUser():
		return ReasonNoWHM
	case p.Suspended:
		return ReasonSuspended
	}
	return ""
}
