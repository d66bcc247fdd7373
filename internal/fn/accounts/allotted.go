package accounts

import (
	"fmt"

	"github.com/hostkeep/hostkeep"
)

// allotted holds an account as it is to be to the limits of the reseller that owns
// it, and answers what was settled for that one. was is the account as it is, nil
// when it is only being made. Whoever may set limits is not held to them: root
// and holders of all give an account what it is to have.
func allotted(r Reader, c hostkeep.Caller, now hostkeep.Account, was *hostkeep.Account) (hostkeep.Reseller, error) {
	a, err := r.Allotment(now.OwnerID, now.ID, now.PackageID)
	if err != nil {
		return a.Reseller, fmt.Errorf("finding the limits of the owner: %w", err)
	}
	if c.User.Rights().Has(hostkeep.All) {
		return a.Reseller, nil
	}
	return a.Reseller, a.Admits(now, was)
}
