package sqlstore

import (
	"encoding/json"
	"fmt"
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
)

func scanCursor(_ *Reader, row scanner) (c hostkeep.Cursor, err error) {
	err = row.Scan(&c.Gen, &c.Seq, intoHash(&c.Hash))
	return c, err
}

// head is the last change's place, zero before the first start.
func (r *Reader) head() (hostkeep.Cursor, error) {
	list, err := many(r, scanCursor, selectHead)
	if err != nil || len(list) == 0 {
		return hostkeep.Cursor{}, err
	}
	return list[0], nil
}

// record takes the head row, last of all so that it is held for a short time,
// and writes the change's row. before is the head as this change began.
func (tx *Tx) record(c hostkeep.Change, before hostkeep.Cursor) (hostkeep.Cursor, error) {
	list, err := returning(tx, scanCursor, takeHead)
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

// objectsText is the stored form, which the hash covers: package audit makes the
// same.
func objectsText(list []hostkeep.Object) (string, error) {
	if len(list) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(list)
	return string(text), err
}

func scanEvent(_ *Reader, row scanner) (e hostkeep.Event, err error) {
	var objects string
	err = row.Scan(&e.Seq, intoTime(&e.At), &e.Node, &e.Function, &e.ActorID, &e.Actor, &e.Via, &e.TokenID, &e.Addr,
		&e.RequestID, &e.RealUser, &e.Args, &objects, &e.Prev, &e.Hash, &e.MAC)
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal([]byte(objects), &e.Objects); err != nil {
		return e, fmt.Errorf("row %d: objects: %w", e.Seq, err)
	}
	// A text that reads alike but is not the sealed one must not pass for it.
	if same, err := objectsText(e.Objects); err != nil || same != objects {
		return e, fmt.Errorf("row %d: objects are not as they were written", e.Seq)
	}
	return e, nil
}
