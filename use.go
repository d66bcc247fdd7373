package hostkeep

import "time"

// How much is kept of the uses of a token.
const (
	UseDays      = 31 // days of counts, today's included
	MaxUseValues = 64 // distinct values of a kind, a token and a day
)

// OtherUse stands for every value of a token and a day past MaxUseValues, and for
// a function that does not exist: they are counted and not named.
const OtherUse = "other"

// UseKind is what uses of a token are counted by.
type UseKind string

// The kinds. What was refused counts under the last two only.
const (
	UseFunction       UseKind = "function"
	UseAddress        UseKind = "address"
	UseReason         UseKind = "reason"          // why calls were refused
	UseRefusedAddress UseKind = "refused_address" // from where
)

// TokenUse is when a token was used first and last, and the last use itself. A
// call that was refused is no use.
type TokenUse struct {
	TokenID  int64
	First    time.Time
	Last     time.Time
	Addr     string // "" when it was not known
	Function string
	Agent    string // what the client calls itself, clipped to MaxAgent bytes, without control characters
}

// TokenDay is what a token did on a day.
type TokenDay struct {
	TokenID  int64
	Day      int64 // see UseDay
	Calls    int64 // that authorisation let through, whatever came of them
	Refusals int64 // by authentication or authorisation
	Counts   []UseCount
}

// UseCount is how often a value occurred.
type UseCount struct {
	Kind   UseKind
	Value  string
	Number int64
}

// UseBatch is what a node has counted since its batch before. A token's part is
// in one batch, whole.
type UseBatch struct {
	Node   string // its incarnation
	Number int64  // counted from 1 by the node: the same number is the same batch
	Uses   []TokenUse
	Days   []TokenDay
}

// UseDay numbers the days of UTC from 1970 on.
func UseDay(t time.Time) int64 {
	const day = 24 * 60 * 60
	s := t.Unix()
	if s < 0 {
		s -= day - 1
	}
	return s / day
}
