package record

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// kept is a record in memory, read as slowly as can be; nobody owns anything.
type kept struct {
	Reader
	rows  []hostkeep.Event
	spans int64 // the widest range that was asked for
	read  int   // rows that were handed out
}

func (k *kept) RecordEnd() (int64, error) { return int64(len(k.rows)), nil }

func (k *kept) RecordDown(q hostkeep.RecordRange, limit int) (list []hostkeep.Event, err error) {
	k.spans = max(k.spans, q.Before-q.From)
	for _, e := range slices.Backward(k.rows) {
		if len(list) < limit && e.Seq < q.Before && e.Seq >= q.From && (q.Function == "" || e.Function == q.Function) {
			list = append(list, e)
		}
	}
	k.read += len(list)
	return list, nil
}

// TestAWalkIsBoundedAndWhole: whatever the bounds and the question, no call looks
// further than it may, and the calls together answer each row that fits, once.
func TestAWalkIsBoundedAndWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		k := &kept{}
		var want []int64
		ask := listIn{
			Function: rapid.SampledFrom([]string{"", "f"}).Draw(t, "function"), Name: rapid.SampledFrom([]string{"", "a"}).Draw(t, "name"),
			Limit: rapid.Int64Range(1, 5).Draw(t, "limit"),
		}
		for i := range rapid.IntRange(0, 40).Draw(t, "rows") {
			e := hostkeep.Event{
				Seq: int64(i + 1), Function: rapid.SampledFrom([]string{"f", "g"}).Draw(t, "f"),
				Objects: []hostkeep.Object{{Kind: "account", ID: 5, Name: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "n")}},
			}
			k.rows = append(k.rows, e)
			if (ask.Function == "" || e.Function == ask.Function) && (ask.Name == "" || e.Objects[0].Name == ask.Name) {
				want = append(want, e.Seq)
			}
		}
		slices.Reverse(want)
		b := bounds{step: rapid.IntRange(1, 4).Draw(t, "step"), span: rapid.Int64Range(1, 12).Draw(t, "span")}
		b.rows = b.step * rapid.IntRange(1, 3).Draw(t, "steps")
		f := family{Deps{Read: func(_ context.Context, do func(Reader) error) error { return do(k) }}, b}
		root := hostkeep.Principal{ID: hostkeep.RootID, Privileges: hostkeep.Everything()}
		c := api.Call{Caller: hostkeep.Caller{User: root, Rights: root.Privileges}}
		var got []int64
		for calls := 0; ; calls++ {
			k.read = 0
			out, err := f.list(t.Context(), c, ask)
			if err != nil || k.read > b.rows || k.spans > b.span || len(out.Rows) > int(ask.Limit) {
				t.Fatalf("%v: looked at %d rows over %d numbers for %d, the bounds are %+v", err, k.read, k.spans, len(out.Rows), b)
			}
			for _, r := range out.Rows {
				got = append(got, r.Number)
			}
			if ask.Before = out.Next; out.Next == 0 {
				break
			}
			if calls > len(k.rows) {
				t.Fatal("there is no end")
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("answered %v, want %v", got, want)
		}
	})
}
