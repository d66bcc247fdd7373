package storetest

import (
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

// testRecordDown: six rows, the first of the start; rows 2 to 6 are made at
// seconds 1, 2, 3, 2, 5, because clocks go back too.
func testRecordDown(s *suite) {
	at := []time.Duration{1, 2, 3, 2, 5}
	for i, who := range []string{"ann", "bob", "ann", "bob", "ann"} {
		s.now.Store(start().Add(at[i] * time.Second).UnixMicro())
		c := s.change([]string{"add", "drop"}[i%2])
		c.Caller.User = hostkeep.Principal{ID: 1, Name: who}
		_, err := s.store.Change(s.Context(), c, func(tx *sqlstore.Tx) error {
			return tx.InsertPackage(hostkeep.Package{ID: tx.NewID(), Name: string(rune('a' + i))})
		})
		s.ok(err)
	}
	second := func(n int) time.Time { return start().Add(time.Duration(n) * time.Second) }
	for _, tt := range []struct {
		about string
		q     hostkeep.RecordRange
		limit int
		want  []int64
	}{
		{"all", hostkeep.RecordRange{}, 9, []int64{6, 5, 4, 3, 2, 1}},
		{"a few", hostkeep.RecordRange{}, 2, []int64{6, 5}},
		{"below", hostkeep.RecordRange{Before: 4}, 9, []int64{3, 2, 1}},
		{"down to", hostkeep.RecordRange{Before: 5, From: 3}, 9, []int64{4, 3}},
		{"nothing below", hostkeep.RecordRange{Before: 1}, 9, nil},
		{"since", hostkeep.RecordRange{Since: second(3)}, 9, []int64{6, 4}},
		{"until", hostkeep.RecordRange{Until: second(2)}, 9, []int64{2, 1}},
		{"a span of time", hostkeep.RecordRange{Since: second(2), Until: second(3)}, 9, []int64{5, 3}},
		{"somebody's", hostkeep.RecordRange{Actor: "bob"}, 9, []int64{5, 3}},
		{"a function", hostkeep.RecordRange{Function: "add", Actor: "ann"}, 2, []int64{6, 4}},
		{"as it is written", hostkeep.RecordRange{Actor: "ANN"}, 9, nil},
		{"text that is in no row", hostkeep.RecordRange{Actor: "a\x00"}, 9, nil},
	} {
		var got []int64
		s.read(func(r *sqlstore.Reader) error {
			rows, err := r.RecordDown(tt.q, tt.limit)
			for _, e := range rows {
				got = append(got, e.Seq)
			}
			return err
		})
		s.equal(tt.about, got, tt.want)
	}
	s.read(func(r *sqlstore.Reader) error {
		end, err := r.RecordEnd()
		s.equal("the end", end, int64(6))
		all, downErr := r.RecordDown(hostkeep.RecordRange{From: 6}, 1)
		s.ok(downErr)
		forward, eventsErr := s.store.Events(s.Context(), 5, 1)
		s.ok(eventsErr)
		s.equal("the same row", all, forward)
		return err
	})
}
