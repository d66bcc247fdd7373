package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hostkeep/hostkeep"
)

// CodeStore keeps second factors.
type CodeStore interface {
	// TwoFactor is a principal's second factor; hostkeep.ErrNotFound when it has
	// none, or the server asks nobody for codes.
	TwoFactor(ctx context.Context, principalID int64) (hostkeep.TwoFactor, error)
	// UseCode takes the code of a step, once.
	UseCode(ctx context.Context, principalID, step int64) (taken bool, err error)
	// MissCode counts a wrong code; none is looked at before until.
	MissCode(ctx context.Context, principalID int64, until time.Time) error
	// Seed opens the sealed seed.
	Seed(hostkeep.TwoFactor) (hostkeep.Secret, error)
}

// freeMisses is how many wrong codes in a row are looked at as they come. Whoever
// guesses has the password already; each further miss doubles the wait.
const (
	freeMisses = 5
	firstWait  = 30 * time.Second
	longWait   = 15 * time.Minute
)

// wait is how long after so many wrong codes none is looked at.
func wait(misses int64) time.Duration {
	if misses < freeMisses {
		return 0
	}
	return min(firstWait<<min(misses-freeMisses, 10), longWait)
}

// checkCode returns why a user whose password was right may not come in without
// another code, or "". A code that was right is used up.
func (a *Authenticator) checkCode(ctx context.Context, p hostkeep.Principal, codes []string) (string, error) {
	if a.codes == nil {
		return "", nil
	}
	t, err := a.codes.TwoFactor(ctx, p.ID)
	switch {
	case errors.Is(err, hostkeep.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("%w: reading a second factor: %w", ErrUnavailable, err)
	case len(codes) != 1 || codes[0] == "":
		return ReasonNoCode, nil
	case a.now().Before(t.Blocked):
		return ReasonWaits, nil
	}
	seed, err := a.codes.Seed(t)
	if err != nil {
		return "", fmt.Errorf("%w: opening a second factor: %w", ErrUnavailable, err)
	}
	return a.takeCode(ctx, t, seed, codes[0])
}

func (a *Authenticator) takeCode(ctx context.Context, t hostkeep.TwoFactor, seed hostkeep.Secret, code string) (string, error) {
	step, right := MatchCode(seed, code, a.now())
	if right {
		taken, err := a.codes.UseCode(ctx, t.PrincipalID, step)
		if err != nil {
			return "", fmt.Errorf("%w: using a code up: %w", ErrUnavailable, err)
		}
		if !taken {
			return ReasonUsedCode, nil
		}
		return "", nil
	}
	until := time.Time{}
	if d := wait(t.Failed + 1); d > 0 {
		until = a.now().Add(d)
	}
	if err := a.codes.MissCode(ctx, t.PrincipalID, until); err != nil { // uncounted guesses would be free
		return "", fmt.Errorf("%w: counting a wrong code: %w", ErrUnavailable, err)
	}
	return ReasonCode, nil
}
