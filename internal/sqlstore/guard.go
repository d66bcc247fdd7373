package sqlstore

import (
	"fmt"

	"github.com/hostkeep/hostkeep"
)

const (
	guardColumns       = "id, list, span, remark, chg"
	allGuardEntries    = "SELECT " + guardColumns + " FROM guard_entry ORDER BY id"
	insertGuardEntry   = "INSERT INTO guard_entry (" + guardColumns + ") VALUES (?, ?, ?, ?, ?)"
	updateGuardEntry   = "UPDATE guard_entry SET (" + guardColumns + ") = (?, ?, ?, ?, ?) WHERE id = ?"
	deleteGuardEntry   = "DELETE FROM guard_entry WHERE id = ? RETURNING " + guardColumns
	allGuardSettings   = "SELECT word, amount FROM guard_setting ORDER BY word"
	insertGuardSetting = "INSERT INTO guard_setting (word, amount, chg) VALUES (?, ?, ?)"
	updateGuardSetting = "UPDATE guard_setting SET amount = ?, chg = ? WHERE word = ?"
)

func intoGuardEntry(_ *Reader, e *hostkeep.GuardEntry) []any {
	return []any{&e.ID, &e.List, intoSpan(&e.Span), &e.Comment, &e.Change}
}

// intoSpan refuses what cannot be read: leaving it out would let somebody in.
func intoSpan(s *hostkeep.Span) scanned {
	return func(v any) (err error) {
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("range of addresses is %T", v)
		}
		if *s, err = hostkeep.ParseSpan(text); err != nil {
			return fmt.Errorf("stored range of addresses: %w", err)
		}
		return nil
	}
}

func (tx *Tx) guardRow(e hostkeep.GuardEntry) []any {
	return []any{e.ID, e.List, e.Span.String(), e.Comment, tx.seq}
}

func guardObject(e hostkeep.GuardEntry) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindGuard, ID: e.ID, Name: e.List + " " + e.Span.String()}
}

type guardSetting struct {
	word   string
	amount int64
}

func intoGuardSetting(_ *Reader, s *guardSetting) []any { return []any{&s.word, &s.amount} }

// Guard is all that is stored of the guard against guessed passwords, its entries
// in the order in which they were made.
func (r *Reader) Guard() (g hostkeep.Guard, err error) {
	if g.Entries, err = many(r, intoGuardEntry, allGuardEntries); err != nil {
		return g, err
	}
	list, err := many(r, intoGuardSetting, allGuardSettings)
	for _, s := range list {
		g.Settings = g.Settings.With(hostkeep.GuardSettings{s.word: s.amount})
	}
	return g, err
}

// InsertGuardEntry adds e; ErrExists if its list has the range.
func (tx *Tx) InsertGuardEntry(e hostkeep.GuardEntry) error {
	_, err := tx.exec(insertGuardEntry, tx.guardRow(e)...)
	if err == nil {
		tx.touched(guardObject(e))
	}
	return err
}

// UpdateGuardEntry writes all of e.
func (tx *Tx) UpdateGuardEntry(e hostkeep.GuardEntry) error {
	err := tx.update(updateGuardEntry, append(tx.guardRow(e), e.ID)...)
	if err == nil {
		tx.touched(guardObject(e))
	}
	return err
}

// DeleteGuardEntry removes an entry.
func (tx *Tx) DeleteGuardEntry(id int64) error {
	list, err := returning(tx, intoGuardEntry, deleteGuardEntry, id)
	if err == nil && len(list) == 0 {
		err = hostkeep.ErrNotFound
	}
	for _, e := range list {
		tx.touched(guardObject(e))
	}
	return err
}

// SetGuardSetting sets one of the guard's settings.
func (tx *Tx) SetGuardSetting(name string, value int64) error {
	n, err := tx.exec(updateGuardSetting, value, tx.seq, name)
	if err == nil && n == 0 {
		_, err = tx.exec(insertGuardSetting, name, value, tx.seq)
	}
	if err == nil {
		tx.touched(hostkeep.Object{Kind: hostkeep.KindGuard, Name: name})
	}
	return err
}

// ForgetLogins makes every node forget the failed sign-ins of a range of
// addresses; nil is all. Nothing of them is stored, so it writes only the record.
func (tx *Tx) ForgetLogins(span *hostkeep.Span) error {
	o := hostkeep.Object{Kind: hostkeep.KindLogins, ID: tx.NewID()}
	if span != nil {
		o.Name = span.String()
	}
	tx.touched(o)
	return nil
}

// NoteHook makes a row of the record about an operator's program, and nothing else.
func (tx *Tx) NoteHook(program string) error {
	if err := checkText(program); err != nil {
		return err
	}
	tx.touched(hostkeep.Object{Kind: hostkeep.KindHook, ID: tx.NewID(), Name: program})
	return nil
}
