package audit_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/audit"
)

func chain(key string) *audit.Chain {
	return audit.New(func(hash []byte) []byte {
		m := hmac.New(sha256.New, []byte(key))
		_, _ = m.Write(hash)
		return m.Sum(nil)
	})
}

// sealed is a record of n rows and its head.
func sealed(c *audit.Chain, n int) ([]hostkeep.Event, hostkeep.Cursor) {
	rows := make([]hostkeep.Event, n)
	for i := range rows {
		rows[i] = hostkeep.Event{
			Seq: int64(i + 1), At: time.UnixMicro(1_700_000_000_000_000 + int64(i)).UTC(), Node: "n1",
			Function: "api_token_create", ActorID: 1, Actor: "root", Via: hostkeep.ViaToken, TokenID: 7,
			Addr: "192.0.2.1", RequestID: "r", RealUser: "u", Args: `{"token_name":"t"}`,
			Objects: []hostkeep.Object{{Kind: hostkeep.KindToken, ID: int64(i), Ref: "00ff", Name: "t"}},
		}
	}
	return rows, reseal(c, rows, 0)
}

// reseal seals the rows from the i-th on, as somebody who rewrites them would.
func reseal(c *audit.Chain, rows []hostkeep.Event, i int) hostkeep.Cursor {
	for ; i < len(rows); i++ {
		rows[i].Prev = make([]byte, 32)
		if i > 0 {
			rows[i].Prev = rows[i-1].Hash
		}
		c.Seal(&rows[i])
	}
	return hostkeep.Cursor{Gen: 1, Seq: int64(len(rows)), Hash: [32]byte(rows[len(rows)-1].Hash)}
}

// pages hands the rows out three at a time.
func pages(rows []hostkeep.Event) func(context.Context, int64) ([]hostkeep.Event, error) {
	return func(_ context.Context, after int64) ([]hostkeep.Event, error) {
		i := slices.IndexFunc(rows, func(e hostkeep.Event) bool { return e.Seq > after })
		if i < 0 {
			return nil, nil
		}
		return rows[i:min(i+3, len(rows))], nil
	}
}

func TestGoodChainPasses(t *testing.T) {
	t.Parallel()
	c := chain("k")
	rows, head := sealed(c, 10)
	if err := c.Verify(t.Context(), pages(rows), head); err != nil {
		t.Fatal(err)
	}
	older := hostkeep.Cursor{Gen: 1, Seq: 4, Hash: [32]byte(rows[3].Hash)}
	if err := c.Verify(t.Context(), pages(rows), older); err != nil {
		t.Fatalf("rows written after the head was read: %v", err)
	}
	if err := c.Verify(t.Context(), pages(nil), hostkeep.Cursor{}); err != nil {
		t.Fatalf("an empty record: %v", err)
	}
}

func TestEveryColumnIsCovered(t *testing.T) {
	t.Parallel()
	c := chain("k")
	for name, change := range map[string]func(*hostkeep.Event){
		"at":        func(e *hostkeep.Event) { e.At = e.At.Add(time.Microsecond) },
		"node":      func(e *hostkeep.Event) { e.Node = "n2" },
		"function":  func(e *hostkeep.Event) { e.Function = "x" },
		"actor id":  func(e *hostkeep.Event) { e.ActorID = 2 },
		"actor":     func(e *hostkeep.Event) { e.Actor = "bob" },
		"via":       func(e *hostkeep.Event) { e.Via = hostkeep.ViaPassword },
		"token":     func(e *hostkeep.Event) { e.TokenID = 8 },
		"addr":      func(e *hostkeep.Event) { e.Addr = "" },
		"request":   func(e *hostkeep.Event) { e.RequestID = "" },
		"real user": func(e *hostkeep.Event) { e.RealUser = "" },
		"shifted":   func(e *hostkeep.Event) { e.RequestID, e.RealUser = "ru", "" },
		"args":      func(e *hostkeep.Event) { e.Args = "{}" },
		"objects":   func(e *hostkeep.Event) { e.Objects = nil },
		"object": func(e *hostkeep.Event) {
			e.Objects = []hostkeep.Object{{Kind: hostkeep.KindToken, ID: 4, Ref: "00fe", Name: "t"}}
		},
		"prev":  func(e *hostkeep.Event) { e.Prev = make([]byte, 32) },
		"hash":  func(e *hostkeep.Event) { e.Hash = make([]byte, 32) },
		"short": func(e *hostkeep.Event) { e.Hash = nil },
		"mac":   func(e *hostkeep.Event) { e.MAC = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, head := sealed(c, 9)
			change(&rows[4])
			wantFault(t, c.Verify(t.Context(), pages(rows), head), 5)
		})
	}
}

func TestTampering(t *testing.T) {
	t.Parallel()
	const n = 9
	c := chain("k")
	for name, tc := range map[string]struct {
		fault int64
		do    func(rows []hostkeep.Event, head *hostkeep.Cursor) []hostkeep.Event
	}{
		"first row gone": {1, func(r []hostkeep.Event, _ *hostkeep.Cursor) []hostkeep.Event { return r[1:] }},
		"row gone":       {4, func(r []hostkeep.Event, _ *hostkeep.Cursor) []hostkeep.Event { return slices.Delete(r, 3, 4) }},
		"row gone, the rest renumbered": {4, func(r []hostkeep.Event, _ *hostkeep.Cursor) []hostkeep.Event {
			r = slices.Delete(r, 3, 4)
			for i := 3; i < len(r); i++ {
				r[i].Seq--
			}
			return r
		}},
		"rows swapped": {4, func(r []hostkeep.Event, _ *hostkeep.Cursor) []hostkeep.Event {
			r[3], r[4] = r[4], r[3]
			return r
		}},
		"last row gone": {n, func(r []hostkeep.Event, _ *hostkeep.Cursor) []hostkeep.Event { return r[:n-1] }},
		"all rows gone": {1, func([]hostkeep.Event, *hostkeep.Cursor) []hostkeep.Event { return nil }},
		"re-chained without the key": {6, func(r []hostkeep.Event, h *hostkeep.Cursor) []hostkeep.Event {
			r[5].Actor = "bob"
			*h = reseal(chain("guessed"), r, 5)
			return r
		}},
		"row of another record, sealed with the key": {6, func(r []hostkeep.Event, _ *hostkeep.Cursor) []hostkeep.Event {
			other := slices.Clone(r)
			other[0].Actor = "bob"
			reseal(c, other, 0)
			r[5] = other[5]
			return r
		}},
		"last row of another record": {n, func(r []hostkeep.Event, _ *hostkeep.Cursor) []hostkeep.Event {
			r[n-1].Actor = "bob"
			reseal(c, r, n-1)
			return r
		}},
		"head of another record": {n, func(r []hostkeep.Event, h *hostkeep.Cursor) []hostkeep.Event {
			h.Hash[0] ^= 1
			return r
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, head := sealed(c, n)
			rows = tc.do(rows, &head)
			wantFault(t, c.Verify(t.Context(), pages(rows), head), tc.fault)
		})
	}
}

func TestReadErrorIsHandedOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	err := chain("k").Verify(t.Context(), func(context.Context, int64) ([]hostkeep.Event, error) { return nil, broken }, hostkeep.Cursor{Seq: 1})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
}

func wantFault(t *testing.T, err error, seq int64) {
	t.Helper()
	var f *audit.Fault
	if !errors.As(err, &f) || f.Seq != seq {
		t.Fatalf("answered %v, want a fault at row %d", err, seq)
	}
	if want := fmt.Sprintf("record: row %d %s", seq, f.Why); err.Error() != want {
		t.Fatalf("text %q, want %q", err, want)
	}
}
