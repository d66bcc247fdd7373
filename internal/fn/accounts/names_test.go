package accounts

import (
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

func TestCheckUsername(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "bob", "b2b", "sixteencharsname"} {
		if err := checkUsername(good); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "2bob", "bob_b", "bob-b", "bob b", "Bob", "bób", "seventeencharname", "test", "testing", "root", "nobody", "../etc", "bob\x00", "bob\n",
	} {
		if err := checkUsername(bad); hostkeep.KindOf(err) != hostkeep.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCheckDomain(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a.b", "example.com", "xn--mnchen-3ya.example", "_acme.example.org", strings.Repeat("a", 63) + ".example"} {
		if err := hostkeep.CheckDomain(good); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "example", ".example.com", "example..com", "-a.example", "a-.example", "ex ample.com", "example.com/x", "192.0.2.1", "münchen.example",
		strings.Repeat("a", 64) + ".example", strings.Repeat("a.", 127) + "toolong", "a\n.example", "*.example.com",
	} {
		if err := hostkeep.CheckDomain(bad); hostkeep.KindOf(err) != hostkeep.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCheckEmail(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"", "a@b", "owner@example.com", "a@b.c, d@e.f", "a@b.c;d@e.f"} {
		if err := checkEmail(good); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	for _, bad := range []string{"a", "@b", "a@", "a@b@c", `"<x>"@b.c`} {
		if err := checkEmail(bad); hostkeep.KindOf(err) != hostkeep.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// What 0 means is the field's affair: none for addon, parked and sub domains,
// no limit for the rest (createacct in the API description).
func TestOverrides(t *testing.T) {
	t.Parallel()
	zero, ten, on := hostkeep.Limit(0), hostkeep.Limit(10), true
	empty, theme := "", "paper"
	from := hostkeep.Plan{Quota: 5, MaxPop: 5, MaxSub: 5, MaxAddon: 5, MaxParked: 5, Theme: "jupiter", Language: "en"}
	got := overrides{Quota: &zero, MaxPop: &ten, MaxSub: &zero, MaxAddon: &zero, Shell: &on, Language: &empty, Theme: &theme}.over(from)
	want := from
	want.Quota, want.MaxPop, want.MaxSub, want.MaxAddon, want.Shell, want.Theme = hostkeep.Unlimited, 10, 0, 0, true, "paper"
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
