package sqlstore

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/hostkeep/hostkeep"
)

const (
	selectHead = "SELECT gen, seq, hash FROM head WHERE id = 1"
	takeHead   = "UPDATE head SET seq = seq + 1 WHERE id = 1 RETURNING gen, seq, hash"
	setHead    = "UPDATE head SET hash = ? WHERE id = 1 AND seq = ?"

	recordColumns = "seq, at, node, function, actor_id, actor, via, token_id, addr, request_id, real_user, args, objects, prev, hash, mac"
	insertRecord  = "INSERT INTO record (" + recordColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	selectRecord  = "SELECT " + recordColumns + " FROM record WHERE seq > ? ORDER BY seq LIMIT ?"
	recordDown    = "SELECT " + recordColumns + " FROM record WHERE seq < ? AND seq >= ? AND at >= ? AND at < ? " +
		"AND (? = '' OR actor = ?) AND (? = '' OR function = ?) ORDER BY seq DESC LIMIT ?"
)

func intoCursor(_ *Reader, c *hostkeep.Cursor) []any { return []any{&c.Gen, &c.Seq, intoHash(&c.Hash)} }

// head is the last change's place, zero before the first start.
func (r *Reader) head() (hostkeep.Cursor, error) {
	list, err := many(r, intoCursor, selectHead)
	if err != nil || len(list) == 0 {
		return hostkeep.Cursor{}, err
	}
	return list[0], nil
}

// record moves the head on and writes the change's row. before is the head as this
// change began.
func (tx *Tx) record(c hostkeep.Change, before hostkeep.Cursor) (hostkeep.Cursor, error) {
	list, err := returning(tx, intoCursor, takeHead)
	if err != nil {
		return before, fmt.Errorf("take the head: %w", err)
	}
	if len(list) != 1 || list[0].Seq != tx.seq || list[0].Gen != before.Gen || list[0].Hash != before.Hash {
		return before, errMoved
	}
	at := list[0]
	if at.Hash, err = tx.append(c, before.Hash); err != nil {
		return before, fmt.Errorf("write the record: %w", err)
	}
	if err := tx.update(setHead, at.Hash[:], tx.seq); err != nil {
		return before, fmt.Errorf("set the head: %w", err)
	}
	return at, nil
}

// append seals the change's row and writes it.
func (tx *Tx) append(c hostkeep.Change, prev [32]byte) (hash [32]byte, err error) {
	e := hostkeep.Event{
		Seq: tx.seq, At: tx.store.now().UTC().Truncate(time.Microsecond), Node: tx.store.node,
		Function: c.Function, ActorID: c.Caller.User.ID, Actor: c.Caller.User.Name, Via: c.Caller.Via, TokenID: c.Caller.TokenID,
		RequestID: c.Caller.RequestID, RealUser: c.Caller.RealUser, Args: c.Args, Objects: tx.objects, Prev: prev[:],
	}
	if c.Caller.Addr.IsValid() {
		e.Addr = c.Caller.Addr.String()
	}
	tx.store.seal(&e)
	if len(e.Hash) != len(hash) {
		return hash, fmt.Errorf("the seal made a hash of %d bytes", len(e.Hash))
	}
	objects, err := objectsText(e.Objects)
	if err != nil {
		return hash, err
	}
	_, err = tx.execRaw(insertRecord, e.Seq, micros(e.At), e.Node, e.Function, e.ActorID, e.Actor, string(e.Via), e.TokenID, e.Addr,
		e.RequestID, e.RealUser, e.Args, objects, e.Prev, e.Hash, e.MAC)
	return [32]byte(e.Hash), err
}

// RecordEnd is the number of the record's last row, 0 for none.
func (r *Reader) RecordEnd() (int64, error) {
	at, err := r.head()
	return at.Seq, err
}

// RecordDown reads up to limit rows of the record, the newest first. It looks at
// every row between From and Before, so whoever asks bounds them.
func (r *Reader) RecordDown(q hostkeep.RecordRange, limit int) ([]hostkeep.Event, error) {
	before, until := q.Before, int64(math.MaxInt64)
	if before == 0 {
		before = math.MaxInt64
	}
	if !q.Until.IsZero() {
		until = micros(q.Until)
	}
	return many(r, intoEvent, recordDown, before, q.From, micros(q.Since), until, q.Actor, q.Actor, q.Function, q.Function, limit)
}

// objectsText is the stored form, which the hash covers: package audit makes the
// same.
func objectsText(list []hostkeep.Object) (string, error) {
	if len(list) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(list)
	return string(text), err
}

func intoEvent(_ *Reader, e *hostkeep.Event) []any {
	return []any{
		&e.Seq, intoTime(&e.At), &e.Node, &e.Function, &e.ActorID, &e.Actor, &e.Via, &e.TokenID, &e.Addr,
		&e.RequestID, &e.RealUser, &e.Args, intoObjects(e), &e.Prev, &e.Hash, &e.MAC,
	}
}

// intoObjects refuses a text that reads alike but is not the sealed one: the
// hash is made of the objects, so it would pass for it.
func intoObjects(e *hostkeep.Event) scanned {
	return func(v any) error {
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("row %d: objects are %T", e.Seq, v)
		}
		e.Objects = nil
		if err := json.Unmarshal([]byte(text), &e.Objects); err != nil {
			return fmt.Errorf("row %d: objects: %w", e.Seq, err)
		}
		if same, err := objectsText(e.Objects); err != nil || same != text {
			return fmt.Errorf("row %d: objects are not as they were written", e.Seq)
		}
		return nil
	}
}
