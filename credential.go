package hostkeep

// MayTouchWHMUser decides promise 2 for whoever would make, or change the
// password, privileges or two-factor of, a WHM user: target as it is now (its
// privileges empty when it is only being made), after what it would hold then.
// Ownership and the function's own privilege are somebody else's question.
//
//   - Nobody touches a WHM user that holds, or would hold, more than the caller.
//   - A token with fewer rights than its owner touches none.
//   - A token with all its owner's rights but an end or an address list touches
//     only those strictly below its owner, never root or the owner: what it set
//     there would outlive it.
func (c Caller) MayTouchWHMUser(target Principal, after Privileges) error {
	switch {
	case c.Via == ViaSystem:
		return nil
	case !c.Full():
		return Errorf(Denied, "This token has fewer rights than its owner, so it may not make a WHM user or change the credentials or privileges of one.")
	case !c.Rights.Covers(target.Privileges) || !c.Rights.Covers(after):
		return Errorf(Denied, "This would touch a WHM user with more privileges than the caller has.")
	case c.Unbounded():
		return nil
	case target.ID == RootID || target.ID == c.User.ID || !c.above(target.Privileges) || !c.above(after):
		return Errorf(Denied, "This token has an end or an address list, so it may touch only WHM users with fewer privileges than its owner.")
	}
	return nil
}

// above reports whether the caller's user holds strictly more than p.
func (c Caller) above(p Privileges) bool {
	mine := c.User.Rights()
	return mine.Covers(p) && !p.Covers(mine)
}

// MayLeaveToken decides promise 2 for a token that the caller would leave
// behind by making or changing it: never wider than the caller in rights, life
// or addresses.
func (c Caller) MayLeaveToken(t Token) error {
	if missing := c.Rights.Missing(t.Privileges); len(missing) > 0 {
		return &Error{Kind: Denied, Message: "A token cannot be given a privilege that the caller does not have: \"" + missing[0] + "\".", Missing: Privilege(missing[0])}
	}
	if !c.Expires.IsZero() && (t.Expires.IsZero() || t.Expires.After(c.Expires)) {
		return Errorf(Denied, "%s ends at %d; a token that it makes or changes cannot live longer.", c.Bounding(), c.Expires.Unix())
	}
	if !c.Addresses.Covers(t.Addresses) {
		return Errorf(Denied, "The calling token is limited to some addresses; a token that it makes or changes must be limited to addresses among them.")
	}
	return nil
}

// Bounding says which token it is whose end and addresses bound what the caller makes.
func (c Caller) Bounding() string {
	if c.Via == ViaSession {
		return "The token whose link opened this session"
	}
	return "The calling token"
}
