package accounts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// How WHM scores a password is not known, so only what any score must keep is
// held: the ends, and which of two is better.
func TestStrength(t *testing.T) {
	t.Parallel()
	score := func(text string) int64 { return strength(hostkeep.NewSecret(text)) }
	for _, pair := range [][2]string{
		{"", "x"},
		{"aaaaaaaaaaaaaaaa", "abwhqkzm"},
		{"abcdefghijkl", "gkwhqzmr"},
		{"12345678", "83920174"},
		{"gkwhqzmr", "gkWhqZmr"},
		{"gkWhqZmr", "gkWh7Zm!"},
		{"Password1!x", "Pasgword1!x"},
		{"gkwhqzmr", "gkwhqzmrbtv"},
	} {
		if weak, strong := score(pair[0]), score(pair[1]); weak >= strong {
			t.Errorf("%q scores %d, %q %d", pair[0], weak, pair[1], strong)
		}
	}
	if score("") != 0 || score(strings.Repeat("gK7!wz", 40)) != 100 {
		t.Errorf("the ends are %d and %d", score(""), score(strings.Repeat("gK7!wz", 40)))
	}
}

func TestHuman(t *testing.T) {
	t.Parallel()
	for n, want := range map[hostkeep.Limit]string{
		0: "0.00 bytes", 1023: "1023.00 bytes", 1024: "1.00 KB", 104856551424: "97.66 GB", 1 << 20: "1.00 MB", 1 << 50: "1.00 PB", 1 << 62: "4096.00 PB",
	} {
		if got := human(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func TestForced(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`["b","a"]`: "map[a:true b:true]", `{"a":1,"b":0,"c":"1","d":"0","e":true,"f":false}`: "map[a:true b:false c:true d:false e:true f:false]",
		`[]`: "map[]", `{}`: "map[]", `null`: "map[]",
		`{"a":2}`: "", `"a"`: "", `{"a":[1]}`: "", `[1]`: "", `a`: "", ``: "", `{"a":1} x`: "",
	} {
		got, err := forced(text)
		if (want == "") != (err != nil) || err == nil && fmt.Sprint(got) != want {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
}

func TestShellAsked(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for about, tt := range map[string]struct {
		in   limits
		want *bool
	}{
		"nothing": {limits{}, nil}, "HASSHELL": {limits{Shell: &yes}, &yes}, "no HASSHELL": {limits{Shell: &no}, &no},
		"a shell": {limits{ShellPath: "/bin/zsh"}, &yes}, "none": {limits{ShellPath: "/bin/false", Shell: &yes}, &no},
		"noshell": {limits{ShellPath: noShell}, &no},
	} {
		got := tt.in.shell()
		if (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
			t.Errorf("%s: %v", about, got)
		}
	}
}
