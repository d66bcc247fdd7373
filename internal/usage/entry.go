package usage

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/hostkeep/hostkeep"
)

// entry is what was counted of a token since it was last written. Its maps keep
// their keys when they are written: the next call of the same kind allocates nothing.
type entry struct {
	dirty bool
	used  bool // last and first hold a use that is not written
	first Use
	last  Use
	raw   string // Agent as it was sent, of which last has the clean form
	days  []*day // nearly always one
}

type day struct {
	number          int64
	calls, refusals int64
	functions       tally[string]
	addresses       tally[netip.Addr]
	reasons         tally[Reason]
	refused         tally[netip.Addr]
}

// tally counts distinct values, up to hostkeep.MaxUseValues; the rest together.
type tally[K comparable] struct {
	of    map[K]int64
	other int64
}

func (t *tally[K]) add(k K) {
	if t.of == nil {
		t.of = map[K]int64{}
	}
	if n, known := t.of[k]; known || len(t.of) < hostkeep.MaxUseValues {
		t.of[k] = n + 1
		return
	}
	t.other++
}

// use notes a call. A call may be noted later than one that ended after it.
func (e *entry) use(u Use) {
	if !e.used || u.At.Before(e.first.At) {
		e.first.At = u.At
	}
	if e.used && u.At.Before(e.last.At) {
		return
	}
	agent := e.last.Agent
	if u.Agent != e.raw {
		agent = clean(u.Agent)
		e.raw = strings.Clone(u.Agent[:min(len(u.Agent), maxRaw)])
	}
	e.used, e.last = true, u
	e.last.Agent = agent
}

// maxRaw bounds what is remembered of a header. A longer one is cleaned each time.
const maxRaw = 512

// clean makes text that may be stored and shown: short, valid, on one line, and no
// token's secret in it, wherever a script has put one.
func clean(agent string) string {
	agent = strings.ToValidUTF8(agent[:min(len(agent), maxRaw)], "")
	agent = strings.Map(func(r rune) rune {
		if hostkeep.Control(r) || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, agent)
	agent = masked(agent)
	if n := hostkeep.MaxAgent; len(agent) > n {
		for !utf8.RuneStart(agent[n]) {
			n--
		}
		agent = agent[:n]
	}
	return strings.Clone(agent)
}

func masked(text string) string {
	for i := 0; i+hostkeep.SecretLength <= len(text); i++ {
		if end := i + hostkeep.SecretLength; hostkeep.WellFormedSecret(text[i:end]) {
			text = text[:i] + "***" + text[end:]
		}
	}
	return text
}

func (e *entry) day(number int64) *day {
	for _, d := range e.days {
		if d.number == number {
			return d
		}
	}
	d := &day{number: number}
	e.days = append(e.days, d)
	return d
}
