package usage

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// batchTokens is how many tokens one transaction is about: changes stand in line
// behind it.
const batchTokens = 200

// take moves what was counted into batches, and forgets tokens that were idle
// since the last time.
func (r *Recorder) take() {
	var b hostkeep.UseBatch
	tokens := 0
	done := func() {
		if tokens == 0 {
			return
		}
		r.number++
		b.Node, b.Number = r.Node, r.number
		r.queue, b, tokens = append(r.queue, b), hostkeep.UseBatch{}, 0
	}
	for i := range r.shard {
		s := &r.shard[i]
		s.mu.Lock()
		for id, e := range s.tokens {
			if !e.dirty {
				delete(s.tokens, id)
				continue
			}
			e.take(id, &b)
			if tokens++; tokens == batchTokens {
				done()
			}
		}
		s.mu.Unlock()
	}
	done()
}

// take adds what an entry holds to b and sets it back. The newest day keeps its
// keys.
func (e *entry) take(id int64, b *hostkeep.UseBatch) {
	if e.used {
		b.Uses = append(b.Uses, hostkeep.TokenUse{
			TokenID: id, First: e.first.At, Last: e.last.At, Addr: text(e.last.Addr), Function: named(e.last.Function), Agent: e.last.Agent,
		})
	}
	newest := e.days[0]
	for _, d := range e.days {
		b.Days = append(b.Days, d.take(id))
		if d.number > newest.number {
			newest = d
		}
	}
	e.dirty, e.used, e.days = false, false, append(e.days[:0], newest)
}

func (d *day) take(id int64) hostkeep.TokenDay {
	out := hostkeep.TokenDay{TokenID: id, Day: d.number, Calls: d.calls, Refusals: d.refusals}
	out.Counts = slices.Concat(
		counts(&d.functions, hostkeep.UseFunction, named),
		counts(&d.addresses, hostkeep.UseAddress, text),
		counts(&d.reasons, hostkeep.UseReason, Reason.String),
		counts(&d.refused, hostkeep.UseRefusedAddress, text),
	)
	d.calls, d.refusals = 0, 0
	return out
}

// counts lists what t counted, by value, and sets it to nothing.
func counts[K comparable](t *tally[K], kind hostkeep.UseKind, say func(K) string) (list []hostkeep.UseCount) {
	for k, n := range t.of {
		if n > 0 {
			list = append(list, hostkeep.UseCount{Kind: kind, Value: say(k), Number: n})
			t.of[k] = 0
		}
	}
	if t.other > 0 {
		list = append(list, hostkeep.UseCount{Kind: kind, Value: hostkeep.OtherUse, Number: t.other})
		t.other = 0
	}
	slices.SortFunc(list, func(a, b hostkeep.UseCount) int { return strings.Compare(a.Value, b.Value) })
	return list
}

func named(function string) string {
	if function == "" {
		return hostkeep.OtherUse
	}
	return function
}

func text(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.Unmap().WithZone("").String()
}
