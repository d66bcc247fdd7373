package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/hostkeep/hostkeep"
)

const (
	sessionColumns = "id, principal_id, service, opened, hash, token, made_by, created, last_used, ends, addr, agent"
	sessionByHash  = "SELECT " + sessionColumns + " FROM session WHERE hash = ? AND opened = 1"
	sessionByID    = "SELECT " + sessionColumns + " FROM session WHERE id = ? AND opened = 1"
	insertSession  = "INSERT INTO session (" + sessionColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	openLink       = "UPDATE session SET opened = 1, hash = ?, created = ?, last_used = ?, ends = ?, addr = ?, agent = ?" +
		" WHERE hash = ? AND token = ? AND principal_id = ? AND service = ? AND opened = 0 AND ends > ?"
	endWithMaker = "UPDATE session SET ends = (SELECT t.expires FROM token t WHERE t.id = session.made_by) WHERE hash = ?" +
		" AND EXISTS (SELECT t.id FROM token t WHERE t.id = session.made_by AND t.expires > 0 AND t.expires < session.ends)"
	useSession      = "UPDATE session SET last_used = ? WHERE id = ? AND last_used < ?"
	sessionsOf      = "SELECT " + sessionColumns + " FROM session WHERE principal_id = ? AND service = ? AND opened = 1"
	endSession      = "DELETE FROM session WHERE id = ?"
	sweepSessions   = "DELETE FROM session WHERE ends <= ? OR (opened = 1 AND last_used <= ?)"
	endSessionsOf   = "DELETE FROM session WHERE principal_id = ?"
	endWHMOf        = "DELETE FROM session WHERE principal_id = ? AND service = ?"
	endSessionsMade = "DELETE FROM session WHERE made_by = ?"
	endMadeBy       = "DELETE FROM session WHERE made_by IN (SELECT t.id FROM token t WHERE t.owner_id = ?)"
	endMadeFor      = "DELETE FROM session WHERE principal_id = ? AND made_by <> 0"
)

func intoSession(_ *Reader, s *hostkeep.Session) []any {
	return []any{
		&s.ID, &s.PrincipalID, &s.Service, intoBool(&s.Open), intoHash((*[32]byte)(&s.Hash)), intoHash((*[32]byte)(&s.Token)),
		&s.MadeBy, intoTime(&s.Created), intoTime(&s.LastUsed), intoTime(&s.Ends),
		intoAddr(&s.Addr), &s.Agent,
	}
}

func (tx *Tx) insertSession(s hostkeep.Session) error {
	_, err := tx.exec(insertSession, s.ID, s.PrincipalID, s.Service, bit(s.Open), s.Hash[:], s.Token[:],
		s.MadeBy, micros(s.Created), micros(s.LastUsed), micros(s.Ends), addrText(s.Addr), s.Agent)
	return err
}

// InsertLink adds a link that opens a session. Unlike what people do by signing
// in and out, it is a change that the record keeps.
func (tx *Tx) InsertLink(s hostkeep.Session) error {
	s.Open = false
	now := tx.store.now()
	if _, err := tx.exec(sweepSessions, micros(now), micros(now.Add(-hostkeep.SessionIdle))); err != nil {
		return err
	}
	err := tx.insertSession(s)
	if err == nil {
		tx.touched(hostkeep.Object{Kind: hostkeep.KindSession, ID: s.ID, Name: s.Service})
	}
	return err
}

// SessionByHash finds an open session by its secret's keyed hash; ErrNotFound if
// there is none. It may be over.
func (r *Reader) SessionByHash(hash hostkeep.SessionHash) (hostkeep.Session, error) {
	return one(r, intoSession, sessionByHash, hash[:])
}

// Session finds an open session by id; ErrNotFound if there is none. It may be over.
func (r *Reader) Session(id int64) (hostkeep.Session, error) {
	return one(r, intoSession, sessionByID, id)
}

// Sessions lists the open sessions that a principal has for a service, in no
// order. Some may be over.
func (r *Reader) Sessions(principalID int64, service string) ([]hostkeep.Session, error) {
	return many(r, intoSession, sessionsOf, principalID, service)
}

// DeleteSession ends a session by a change that the record keeps, unlike signing
// out; ErrNotFound if there is none.
func (tx *Tx) DeleteSession(s hostkeep.Session) error {
	err := tx.update(endSession, s.ID)
	if err == nil {
		tx.touched(hostkeep.Object{Kind: hostkeep.KindSession, ID: s.ID, Name: s.Service})
	}
	return err
}

// OpenSession adds a session for the caller who has just signed in, unless the
// credential has changed meanwhile: then the error is of kind Denied. Signing in
// is no change of the record. Sessions that are over go.
func (s *Store) OpenSession(ctx context.Context, c hostkeep.Caller, session hostkeep.Session) error {
	return s.write(ctx, func(tx *Tx) error {
		if err := tx.recheck(c); err != nil {
			return err
		}
		if _, err := tx.exec(sweepSessions, micros(s.now()), micros(s.now().Add(-hostkeep.SessionIdle))); err != nil {
			return err
		}
		session.ID, session.Open = tx.NewID(), true
		return tx.insertSession(session)
	})
}

// OpenLink turns the link with a hash into the given session, once; ErrNotFound
// when there is no such link of that user, service and security token, or no longer.
// The session ends with the token that made the link, at the latest.
func (s *Store) OpenLink(ctx context.Context, link hostkeep.SessionHash, o hostkeep.Session) error {
	return s.write(ctx, func(tx *Tx) error {
		if err := tx.update(openLink, o.Hash[:], micros(o.Created), micros(o.LastUsed), micros(o.Ends), addrText(o.Addr), o.Agent,
			link[:], o.Token[:], o.PrincipalID, o.Service, micros(o.Created)); err != nil {
			return err
		}
		_, err := tx.exec(endWithMaker, o.Hash[:])
		return err
	})
}

// UseSession notes when a session was used last. One that is gone stays so.
func (s *Store) UseSession(ctx context.Context, id int64, at time.Time) error {
	return s.write(ctx, func(tx *Tx) error {
		_, err := tx.exec(useSession, micros(at), id, micros(at))
		return err
	})
}

// EndSession removes a session, if it is there.
func (s *Store) EndSession(ctx context.Context, id int64) error {
	return s.write(ctx, func(tx *Tx) error {
		_, err := tx.exec(endSession, id)
		return err
	})
}

// endSessions ends what a principal may no longer have: all sessions when it is
// suspended or has another name, those of WHM when it is no WHM user. What its
// tokens opened for others ends when they may no longer do so, and what others'
// tokens opened for it when it is somebody else's.
func (tx *Tx) endSessions(was, p hostkeep.Principal) (err error) {
	if p.Suspended || !p.WHMUser() || !p.Privileges.Covers(was.Privileges) {
		if _, err := tx.exec(endMadeBy, p.ID); err != nil {
			return err
		}
	}
	if p.OwnerID != was.OwnerID {
		if _, err := tx.exec(endMadeFor, p.ID); err != nil {
			return err
		}
	}
	switch {
	case p.Suspended, p.Name != was.Name:
		_, err = tx.exec(endSessionsOf, p.ID)
	case !p.WHMUser():
		_, err = tx.exec(endWHMOf, p.ID, hostkeep.ServiceWHM)
	}
	return err
}

// sessionStands reports whether the caller's session is there and not over.
func (tx *Tx) sessionStands(c hostkeep.Caller) bool {
	s, err := tx.Session(c.SessionID)
	return err == nil && s.PrincipalID == c.User.ID && s.Service == c.Service() && tx.store.now().Before(s.Ends)
}

// dropLogin removes what a principal signs in with besides its password.
func (tx *Tx) dropLogin(principalID int64) error {
	var errs []error
	for _, query := range []string{endSessionsOf, deleteTwoFactor, deleteTwoFactorSetting} {
		_, err := tx.exec(query, principalID)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
