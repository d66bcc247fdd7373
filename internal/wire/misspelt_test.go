package wire_test

import (
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/wire"
)

func TestMisspelt(t *testing.T) {
	t.Parallel()
	type tokenIn struct {
		Name      string   `whm:"token_name,required"`
		ACLs      []string `whm:"acl"`
		Expires   *int64   `whm:"expires_at"`
		Addresses []string `whm:"whitelist_ip"`
		Flags     []string `whm:"priv-,prefix"`
		IP        string   `whm:"ip,alias=addr"`
		MAX       string   `whm:"MAXPOP"`
	}
	in := mustCompile[tokenIn](t)
	near := map[string]string{ // misspelt: meant
		"acls": "acl", "acl_0": "acl", "ac": "acl", "ACLS": "acl", "alc": "acl", "acl.0": "acl", "Acl[x]": "acl", "acl[0][1]": "acl",
		"acl-": "acl", "acl[list-accts]": "acl", "app": "acl", "aclss": "acl", "alcs": "acl", "xacly": "acl", "acl-create-acct": "acl", "\u0430cl": "acl", "acl[": "acl", "aclist": "acl", "aclxyz": "acl", strings.Repeat("acl", 9): "acl",
		"expires": "expires_at", "expire": "expires_at", "expires_at[0]": "expires_at", "expires_at-0": "expires_at", "expiresat": "expires_at",
		"expires_in": "expires_at", "Expires_Att": "expires_at", "expires_at[x]": "expires_at", "epxires_at": "expires_at",
		"whitelist": "whitelist_ip", "whitelist_ips": "whitelist_ip", "whitelist-ip-0": "whitelist_ip", "whitelistip": "whitelist_ip",
		"token": "token_name", "token_name[]": "token_name", "tokn_nme": "token_name",
		"priv_x": "priv-", "priv": "priv-", "privx": "priv-", "priv-": "priv-",
		"ip[]": "ip", "pi": "ip", "adr": "addr", "maxpops": "MAXPOP",
	}
	for name, meant := range near {
		want := `There is no parameter "` + name + `"; did you mean "` + meant + `"? Nothing was changed.`
		misses := in.NearMisses(wire.Pairs("token_name", "x", name, "1"))
		if len(misses) != 1 || misses[0].Refusal().Error() != want {
			t.Errorf("%s: %v, want %s", name, misses, want)
		}
	}
	far := []string{
		"acl", "acl-0", "acl0", "acl[]", "acl[7]", "expires_at", "whitelist_ip-1", "priv-x", "addr", "ip", "MAXPOP", // declared
		"ACL", "Acl[]", "aCL-7", "Expires_At", "PRIV-x", "maxpop", // in another case
		"label", "api.acls", "api.filter.enable", "expiry_note", "exp", "tok", "x", "0", "", "user", "format", strings.Repeat("xacl", 1000),
	}
	for _, name := range far {
		if misses := in.NearMisses(wire.Pairs(name, "1")); len(misses) > 0 {
			t.Errorf("%s: %v", name, misses)
		}
	}
	misses := in.NearMisses(wire.Pairs("label", "1", "acls", "2", "expire", "3"))
	if len(misses) != 2 {
		t.Fatalf("%v", misses)
	}
	wantInvalid(t, misses[0].Refusal(), `"acls"`)
	if w := misses[1].Warning(); !strings.Contains(w, `"expire"`) || !strings.Contains(w, `"expires_at"`) || !strings.Contains(w, "ignored") {
		t.Error(w)
	}
}
