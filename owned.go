package hostkeep

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// MayChange reports whether the caller may change a package or a feature list of
// an owner (0: a global one): its own, or any for root and holders of All.
func (c Caller) MayChange(ownerID int64) bool {
	return c.User.Rights().Has(All) || ownerID != 0 && ownerID == c.User.ID
}

// MayUsePackage reports whether the caller may see a package and give it to an
// account: its own, global ones with viewglobalpackages, and "default", which new
// accounts get anyway.
func (c Caller) MayUsePackage(p Package) bool {
	return c.mayUse(p.OwnerID, p.Name == DefaultPackage)
}

// MayUseFeatureList is the same rule for a feature list.
func (c Caller) MayUseFeatureList(l FeatureList) bool {
	return c.mayUse(l.OwnerID, l.Name == DefaultFeatureList)
}

func (c Caller) mayUse(ownerID int64, everybodys bool) bool {
	return c.MayChange(ownerID) || ownerID == 0 && (everybodys || c.Rights.Has(ViewGlobalPackages))
}

var ownedName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 _.-]*$`)

// NewPackageName checks the name of a new package and puts a reseller's name before
// it, once: RESELLER_name. Root's are as they are given. WHM keeps "extensions" for itself.
func (c Caller) NewPackageName(name string) (string, error) {
	if name == "extensions" {
		return "", Errorf(Invalid, "A package cannot be named \"extensions\".")
	}
	return c.ownedName("package", name)
}

// NewFeatureListName is the same for a feature list.
func (c Caller) NewFeatureListName(name string) (string, error) {
	return c.ownedName("feature list", name)
}

func (c Caller) ownedName(thing, name string) (string, error) {
	own, prefix := name, ""
	if c.User.ID != RootID {
		prefix = c.User.Name + "_"
		own = strings.TrimPrefix(name, prefix)
	}
	if name = prefix + own; !ownedName.MatchString(own) || len(name) > 60 || own != strings.TrimSpace(own) {
		return "", Errorf(Invalid, "A %s's name has 1 to 60 letters, digits, blanks, dots, hyphens and underscores, and begins with a letter or digit.", thing)
	}
	return name, nil
}

// OwnerOfNew is whose a new package or feature list is: the caller's, or, of one that
// root makes, the reseller's whose name stands before the first underscore; 0 for a
// global one. find finds a principal as the change sees it.
func (c Caller) OwnerOfNew(name string, find func(user string) (Principal, error)) (int64, error) {
	if c.User.ID != RootID {
		return c.User.ID, nil
	}
	user, _, prefixed := strings.Cut(name, "_")
	if !prefixed {
		return 0, nil
	}
	p, err := find(user)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && !p.Reseller:
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("finding the reseller: %w", err)
	}
	return p.ID, nil
}
