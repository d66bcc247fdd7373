package hostkeep_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

func TestCheckDomain(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a.b", "a-b.example", "xn--bcher-kva.example", "_dmarc.a.example", strings.Repeat("a.", 126) + "b", "1.example"} {
		if err := hostkeep.CheckDomain(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "nodots", ".a.b", "a..b", "a.b.", "-a.b", "a-.b", "a b.c", "A.b", "1.2.3.4", "a.1", strings.Repeat("a", 64) + ".b", strings.Repeat("a.", 127) + "b", "bücher.example", "a/b.c"} {
		if hostkeep.CheckDomain(bad) == nil {
			t.Errorf("%q is let through", bad)
		}
	}
	if got := hostkeep.FoldDomain("WWW.Example."); got != "www.example" {
		t.Errorf("folded: %q", got)
	}
}

func TestDomainsAbove(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"a.b.c.d": {"b.c.d", "c.d"}, "a.b.c": {"b.c"}, "a.b": nil, "a": nil, "": nil,
	} {
		if got := hostkeep.DomainsAbove(name); !slices.Equal(got, want) {
			t.Errorf("above %q: %q, want %q", name, got, want)
		}
	}
}

// A subdomain counts with the addon domain that is parked on it, however many there are.
func TestCountDomains(t *testing.T) {
	t.Parallel()
	all := []hostkeep.Domain{
		{Name: "a.example", Kind: hostkeep.MainDomain},
		{Name: "p.example", Kind: hostkeep.ParkedDomain, Parent: "a.example"},
		{Name: "sub.a.example", Kind: hostkeep.SubDomain, Parent: "a.example"},
		{Name: "on.a.example", Kind: hostkeep.SubDomain, Parent: "a.example"},
		{Name: "x.on.a.example", Kind: hostkeep.SubDomain, Parent: "on.a.example"}, // hangs on it, and counts
		{Name: "one.example", Kind: hostkeep.AddonDomain, Parent: "on.a.example"},
		{Name: "two.example", Kind: hostkeep.AddonDomain, Parent: "on.a.example"},
	}
	for kind, want := range map[hostkeep.DomainKind]int64{hostkeep.MainDomain: 1, hostkeep.ParkedDomain: 1, hostkeep.SubDomain: 2, hostkeep.AddonDomain: 2} {
		if got := hostkeep.CountDomains(all, kind); got != want {
			t.Errorf("%s: %d, want %d", kind, got, want)
		}
	}
}

// kept is a server's domains, each with its account and that one's owner.
type kept map[string][2]int64

var errGone = errors.New("the store is gone")

func (k kept) Domain(name string) (hostkeep.Domain, error) {
	ids, ok := k[name]
	switch {
	case name == "broken.example":
		return hostkeep.Domain{}, errGone
	case !ok:
		return hostkeep.Domain{}, hostkeep.ErrNotFound
	}
	return hostkeep.Domain{Name: name, AccountID: ids[0], OwnerID: ids[1]}, nil
}

func (k kept) DomainsBelow(name string) (list []hostkeep.Domain, err error) {
	for n := range k {
		if strings.HasSuffix(n, "."+name) && !strings.HasPrefix(n, "zone ") {
			d, _ := k.Domain(n)
			list = append(list, d)
		}
	}
	return list, nil
}

// Zone finds the zones that stand where no domain does.
func (k kept) Zone(name string) (hostkeep.Zone, error) {
	ids, ok := k["zone "+name]
	if !ok {
		return hostkeep.Zone{}, hostkeep.ErrNotFound
	}
	return hostkeep.Zone{Name: name, PrincipalID: ids[0], OwnerID: ids[1]}, nil
}

func (k kept) ZonesBelow(name string) (list []hostkeep.Zone, err error) {
	for n := range k {
		if n, zone := strings.CutPrefix(n, "zone "); zone && strings.HasSuffix(n, "."+name) {
			z, _ := k.Zone(n)
			list = append(list, z)
		}
	}
	return list, nil
}

func (kept) Settings(int64, string) ([]hostkeep.Setting, error) {
	return []hostkeep.Setting{{Value: "ns1.provider.example"}}, nil
}

// Account 10 belongs to reseller 20, which asks; 30 is a stranger's, 40 another of 20's.
func TestDomainRules(t *testing.T) {
	t.Parallel()
	rules := hostkeep.DomainRules{Hostname: "host.provider.example", PublicSuffix: func(name string) bool { return name == "co.uk" }}
	there := kept{
		"mine.example": {10, 20}, "owner.example": {20, 1}, "other.example": {30, 1}, "deep.mine.example": {30, 1}, "own.deep.mine.example": {10, 20},
		"a.split.example": {30, 1}, "a.both.example": {40, 20}, "ann.temp.host.provider.example": {10, 20}, "given.host.provider.example": {10, 20},
		"second.uk":                {10, 20},
		"zone theirs.zone.example": {30, 1}, "zone mine.zone.example": {10, 20}, "zone owner.zone.example": {20, 1}, "zone root.zone.example": {hostkeep.RootID, 0},
		"zone a.splitzone.example": {30, 1},
	}
	a := hostkeep.Account{ID: 10, OwnerID: 20, User: "ann"}
	reseller := hostkeep.Caller{User: hostkeep.Principal{ID: 20, OwnerID: 1, Reseller: true, Privileges: hostkeep.InitialPrivileges()}}
	root := hostkeep.Caller{User: hostkeep.Principal{ID: hostkeep.RootID, Privileges: hostkeep.Everything()}, Rights: hostkeep.Everything()}
	narrow := root // a token of root's is bound like a reseller
	narrow.Rights = hostkeep.Privileges{}.With(hostkeep.CreateAcct)
	server := "kept for the server"
	for _, tt := range []struct{ name, reseller, root string }{
		{"new.example", "", ""},
		{"x.mine.example", "", ""},
		{"x.owner.example", "", ""},
		{"notother.example", "", ""},
		{"mine.example", "already exists", "already exists"},
		{"other.example", "already exists", "already exists"},
		{"x.other.example", "below a domain", "below a domain"},
		{"a.b.other.example", "below a domain", "below a domain"},
		{"x.deep.mine.example", "below a domain", "below a domain"},
		{"x.own.deep.mine.example", "", ""}, // whose is nearest decides
		{"broken.example", "is gone", "is gone"},
		{"x.broken.example", "is gone", "is gone"},
		{"split.example", "below it", ""}, // a stranger's would come to lie below
		{"both.example", "", ""},
		{"co.uk", "all", ""},
		{"other.co.uk", "", ""},
		{"host.provider.example", server, server},
		{"temp.host.provider.example", server, server},
		{"bob.temp.host.provider.example", server, server},
		{"ann.temp.host.provider.example", "already exists", "already exists"},
		{"x.ann.temp.host.provider.example", "", ""},
		{"provider.example", server, ""},
		{"whm.host.provider.example", server, ""},
		{"x.given.host.provider.example", "", ""},
		{"ns1.provider.example", server, ""},
		{"ns3.provider.example", "", ""},
		{"theirs.zone.example", "already exists", "already exists"}, // as a zone
		{"root.zone.example", "already exists", "already exists"},
		{"mine.zone.example", "", ""},
		{"owner.zone.example", "", ""},
		{"x.theirs.zone.example", "below a domain", "below a domain"},
		{"x.root.zone.example", "below a domain", ""},
		{"x.mine.zone.example", "", ""},
		{"x.owner.zone.example", "", ""},
		{"splitzone.example", "below it", ""},
	} {
		for who, want := range map[*hostkeep.Caller]string{&reseller: tt.reseller, &root: tt.root} {
			err := rules.May(*who, a, tt.name, "", there)
			if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s by %d: %v, want %q", tt.name, who.User.ID, err, want)
			}
		}
	}
	for _, name := range []string{"co.uk", "provider.example", "ns1.provider.example", "whm.host.provider.example"} {
		if rules.May(narrow, a, name, "", there) == nil {
			t.Errorf("a token without all takes %s", name)
		}
	}
	if err := rules.May(root, a, "x.ann.temp.host.provider.example", "ann.temp.host.provider.example", there); err == nil {
		t.Error("below the temporary domain that the account gives up")
	}
	own := hostkeep.Caller{User: hostkeep.Principal{ID: 10, OwnerID: 20}} // what its owner has is not its to take
	for _, name := range []string{"owner.zone.example", "x.owner.example", "x.owner.zone.example"} {
		if err := rules.May(own, a, name, "", there); err == nil {
			t.Errorf("an account takes %s of its owner's", name)
		}
	}
	customer := hostkeep.Account{ID: 60, OwnerID: 10}
	if err := rules.May(reseller, customer, "y.ann.temp.host.provider.example", "", there); err == nil {
		t.Error("below the temporary domain of one's owner")
	}
	bob := hostkeep.Account{ID: 50, OwnerID: 20, User: "bob", TemporaryDomain: true}
	there["provider.example"] = [2]int64{30, 1} // whoever has the name above
	if err := rules.May(reseller, bob, "bob.temp.host.provider.example", "", there); err != nil {
		t.Errorf("one's own temporary domain: %v", err)
	}
}
