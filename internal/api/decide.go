package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// Resource is what a call acts on, as far as authorisation cares.
type Resource struct {
	Name   string              // the account as the caller named it; "" when none is named
	Target *hostkeep.Principal // that account; nil when there is none
	// Makes and Grants: the call would make a WHM user with these privileges.
	Makes  bool
	Grants hostkeep.Privileges
}

// Decision is the answer of authorisation: allowed, or why not. The reason is
// for the holder of the credential.
type Decision struct {
	Allowed bool
	Kind    hostkeep.Kind
	Reason  string
	Missing hostkeep.Privilege // the privilege that would have opened it
}

func (d Decision) err() error {
	if d.Allowed {
		return nil
	}
	return &hostkeep.Error{Kind: d.Kind, Message: d.Reason, Missing: d.Missing}
}

var allowed = Decision{Allowed: true}

// DecideFunction answers whether c may call the function at all, before its
// parameters are looked at.
func DecideFunction(c hostkeep.Caller, d *Decl) Decision {
	if c.MustChangePassword() {
		if d.OwnPassword {
			return allowed
		}
		return mustChange(d)
	}
	return decidePrivilege(c, d)
}

// decidePrivilege answers whether c has one of the privileges that open the function.
func decidePrivilege(c hostkeep.Caller, d *Decl) Decision {
	opens := func(p hostkeep.Privilege) bool { return p == hostkeep.Anyone || c.Rights.Has(p) }
	if slices.ContainsFunc(d.Opens, opens) {
		return allowed
	}
	return Decision{
		Kind: hostkeep.Denied, Missing: d.Opens[0],
		Reason: fmt.Sprintf("Permission denied: %s needs the privilege %s, which this %s does not have.", d.Called(), quoted(d.Opens), holder(c)),
	}
}

// mustChange refuses what is not what somebody who must set another password may do.
func mustChange(d *Decl) Decision {
	return Decision{Kind: hostkeep.Denied, Reason: fmt.Sprintf("You must set another password first: call passwd for yourself, then sign in again. Until then %s is refused.", d.Name)}
}

func quoted(ps []hostkeep.Privilege) string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = `"` + string(p) + `"`
	}
	return strings.Join(texts, " or ")
}

func holder(c hostkeep.Caller) string {
	if c.Via == hostkeep.ViaToken {
		return "token"
	}
	return "user"
}

// Decide is the one authorisation: a pure function of caller, declaration and
// resource. The dispatcher, applist, pages and tests all ask it.
func Decide(c hostkeep.Caller, d *Decl, r Resource) Decision {
	if may := DecideFunction(c, d); !may.Allowed {
		return may
	}
	if c.MustChangePassword() && r.Name != c.User.Name {
		return mustChange(d)
	}
	if d.Account != "" && r.Name != "" && (r.Target == nil || !c.User.Owns(*r.Target)) {
		return Decision{Kind: hostkeep.NotFound, Reason: fmt.Sprintf(d.NoAccount, hostkeep.Clip(r.Name, 64))}
	}
	return decideCredentials(c, d, r)
}

// decideCredentials holds promise 2 for what a call names.
func decideCredentials(c hostkeep.Caller, d *Decl, r Resource) Decision {
	var target hostkeep.Principal
	if r.Target != nil {
		target = *r.Target
	}
	touches := false
	switch d.Touches {
	case AccountCredentials:
		touches = target.WHMUser() || r.Makes
	case WHMUsers:
		touches = r.Target != nil
	case NewAccounts:
		touches = r.Makes
	case PrivilegeLists:
		target, touches = hostkeep.Principal{}, true // whoever is given the list one day
	case OwnLogin:
		target, touches = c.User, true
	}
	if !touches {
		return allowed
	}
	if err := c.MayTouchWHMUser(target, r.Grants); err != nil {
		return Decision{Kind: hostkeep.KindOf(err), Reason: err.Error()}
	}
	return allowed
}
