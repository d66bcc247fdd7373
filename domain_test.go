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

func TestMayTakeDomain(t *testing.T) {
	t.Parallel()
	broken := errors.New("the store is gone")
	find := func(name string) (hostkeep.Domain, error) {
		owners := map[string]int64{"mine.example": 10, "owner.example": 20, "other.example": 30, "deep.mine.example": 30}
		if id, ok := owners[name]; ok {
			return hostkeep.Domain{Name: name, AccountID: id}, nil
		}
		if name == "broken.example" {
			return hostkeep.Domain{}, broken
		}
		return hostkeep.Domain{}, hostkeep.ErrNotFound
	}
	a := hostkeep.Account{ID: 10, OwnerID: 20}
	for name, want := range map[string]string{
		"new.example": "", "x.mine.example": "", "x.owner.example": "", "notother.example": "",
		"mine.example": "already exists", "other.example": "already exists",
		"x.other.example": "below a domain", "a.b.other.example": "below a domain", "x.deep.mine.example": "below a domain",
		"broken.example": "is gone", "x.broken.example": "is gone",
	} {
		err := hostkeep.MayTakeDomain(a, name, find)
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
