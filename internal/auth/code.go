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
	// TryCode takes a try, by one that knows how many went before it; until is
	// when the next may be taken after so many. False: none may be taken now.
	TryCode(ctx context.Context, principalID int64, until func(tries int64) time.Time) (taken bool, err error)
	// UseCode takes the code of a step, once, and gives all tries back.
	UseCode(ctx context.Context, principalID, step int64) (taken bool, err error)
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

// wait is how long after so many tries that no right code has ended none is taken.
func wait(tries int64) time.Duration {
	if tries < freeMisses {
		return 0
	}
	return min(firstWait<<min(tries-freeMisses, 10), longWait)
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
	}
	return a.takeCode(ctx, t, codes[0])
}

// ProveCode returns why a code is not the second factor's now, as a *Refusal, or
// nil; then it is used up. It counts as a code at sign-in does.
func (a *Authenticator) ProveCode(ctx context.Context, p hostkeep.Principal, t hostkeep.TwoFactor, code string) error {
	reason, err := a.takeCode(ctx, t, code)
	if err == nil && reason != "" {
		err = refuse(reason, p, 0)
	}
	return err
}

// takeCode takes a try before anybody learns what the code is worth: counted
// afterwards, tries at the same moment would be as many as somebody can send.
func (a *Authenticator) takeCode(ctx context.Context, t hostkeep.TwoFactor, code string) (string, error) {
	if a.now().Before(t.Blocked) {
		return ReasonWaits, nil
	}
	seed, err := a.codes.Seed(t)
	if err != nil {
		return "", fmt.Errorf("%w: opening a second factor: %w", ErrUnavailable, err)
	}
	step, right := MatchCode(seed, code, a.now())
	if right && step <= t.LastStep { // is refused for ever, so it is no guess
		return ReasonUsedCode, nil
	}
	may, err := a.codes.TryCode(ctx, t.PrincipalID, a.nextTry)
	switch {
	case err != nil: // uncounted guesses would be free
		return "", fmt.Errorf("%w: counting a code: %w", ErrUnavailable, err)
	case !may:
		return ReasonWaits, nil
	case !right:
		return ReasonCode, nil
	}
	taken, err := a.codes.UseCode(ctx, t.PrincipalID, step)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: using a code up: %w", ErrUnavailable, err)
	case !taken:
		return ReasonUsedCode, nil
	}
	return "", nil
}

// nextTry is when the next code may be looked at after so many; zero: at once.
func (a *Authenticator) nextTry(tries int64) time.Time {
	if d := wait(tries); d > 0 {
		return a.now().Add(d)
	}
	return time.Time{}
}
