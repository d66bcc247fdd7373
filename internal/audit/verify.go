package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"github.com/hostkeep/hostkeep"
)

// Fault is the first row at which a record is not what was sealed.
type Fault struct {
	Seq int64  // the row's number
	Why string // what is wrong with it, for people
}

func (f *Fault) Error() string { return fmt.Sprintf("record: row %d %s", f.Seq, f.Why) }

// Verify walks the whole record, first row to last, in the pages that next
// hands out (the rows numbered above after, ascending; an empty page is the
// end), and compares it with head. It answers a *Fault for the first wrong row,
// or next's own error. Rows above head are rows written since it was read: they
// must be sealed like the others.
func (c *Chain) Verify(ctx context.Context, next func(ctx context.Context, after int64) ([]hostkeep.Event, error), head hostkeep.Cursor) error {
	var last hostkeep.Cursor
	for {
		page, err := next(ctx, last.Seq)
		if err != nil {
			return fmt.Errorf("read the record after row %d: %w", last.Seq, err)
		}
		if len(page) == 0 {
			return atEnd(last, head)
		}
		for i := range page {
			if err := c.step(&last, &page[i], head); err != nil {
				return err
			}
		}
	}
}

// step checks one row against the row before it and the head.
func (c *Chain) step(last *hostkeep.Cursor, e *hostkeep.Event, head hostkeep.Cursor) error {
	want := last.Seq + 1
	switch {
	case e.Seq != want:
		return &Fault{want, "is missing"}
	case !bytes.Equal(e.Hash, sum(e)):
		return &Fault{want, "was changed: its hash does not fit its columns"}
	case !hmac.Equal(e.MAC, c.mac(e.Hash)):
		return &Fault{want, "was sealed without the key"}
	case !bytes.Equal(e.Prev, last.Hash[:]):
		return &Fault{want, "does not continue the row before it"}
	}
	last.Seq, last.Hash = want, [sha256.Size]byte(e.Hash)
	if want == head.Seq && last.Hash != head.Hash {
		return &Fault{want, "is not the row that the head names"}
	}
	return nil
}

func atEnd(last, head hostkeep.Cursor) error {
	if last.Seq < head.Seq {
		return &Fault{last.Seq + 1, fmt.Sprintf("is missing: the head stands at %d", head.Seq)}
	}
	return nil
}
