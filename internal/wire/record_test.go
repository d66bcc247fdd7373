package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/wire"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	in := mustCompile[everyIn](t)
	digest := func(s string) string { return "digest of " + strings.Repeat("x", len(s)) }
	long := strings.Repeat("ä", 600)
	tests := []struct {
		about, query, body, want string
	}{
		{"nothing", "", "", `{}`},
		{"in the order of declaration, by declared name", "size=1&username=u", "", `{"user":"u","size":"1"}`},
		{"only declared ones", "user=u&other=1&api.version=1&acl_0=x", "", `{"user":"u"}`},
		{"no defaults", "kind=", "", `{"kind":""}`},
		{"a secret", "pass=hunter2", "", `{"password":"digest of xxxxxxx"}`},
		{"a secret list of one", "keys-2=hunter2", "", `{"keys":"digest of xxxxxxx"}`},
		{"a secret list", "keys-2=hunter2&chest=a&keys=a", "", `{"keys":["digest of x","digest of x","digest of xxxxxxx"]}`},
		{"long secrets", "lines=" + long + "&code=" + long, "", `{"lines":"digest of ` + strings.Repeat("x", 1200) + `","code":"digest of ` + strings.Repeat("x", 1200) + `"}`},
		{"body wins", "user=q", "user=b", `{"user":"b"}`},
		{"twice the same", "user=u&user=u", "", `{"user":"u"}`},
		{"contradictions stay visible", "user=a&user=b", "", `{"user":["a","b"]}`},
		{"lists", "acl-2=b&acl=a&ns1=one", "", `{"acl":["a","b"],"ns":"one"}`},
		{"prefix", "flag-b=1&flag-a=0", "", `{"flag-b":"1","flag-a":"0"}`},
		{"escapes", "reason=%22%0A", "", `{"reason":"\"\n"}`},
		{"long values", "reason=" + long, "", `{"reason":"` + long[:1024] + `…"}`},
	}
	// Very much of it is counted: what is told fits into the store.
	var many strings.Builder
	for i := range 480 {
		fmt.Fprintf(&many, "acl-%d=%s&flag-%d=%s&", i, long[:300], i, long[:60])
	}
	got := in.Record(parse(t, "", many.String()), digest)
	if len(got) > 48<<10 || !json.Valid([]byte(got)) || !strings.Contains(got, ` more"]`) || !strings.Contains(got, `"…":"and `) {
		t.Errorf("of very much %d bytes are told, at the end %s", len(got), got[max(len(got)-200, 0):])
	}
	for _, tt := range tests {
		if got := in.Record(parse(t, tt.query, tt.body), digest); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.about, got, tt.want)
		}
	}
	if got := in.Record(wire.Params{}, nil); got != "{}" {
		t.Errorf("no parameters: %s", got)
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	in := mustCompile[everyIn](t)
	long := strings.Repeat("ä", 600)
	p := parse(t, "pass=hunter2&lines=hunter2%0A&keys-1=hunter2&acl=a&other=1&reason="+long, "")
	for secret, secrets := range map[string]bool{"hunter2": true, "***": false} {
		lines := secret
		if secrets {
			lines += `\n`
		}
		got := string(in.Arguments(p, secrets))
		for _, want := range []string{`"password":"` + secret + `"`, `"lines":"` + lines + `"`, `"keys":["` + secret + `"]`, `"acl":["a"]`, `"reason":"` + long + `"`} {
			if !strings.Contains(got, want) {
				t.Errorf("secrets %v: %s, want %s in it", secrets, got, want)
			}
		}
		if strings.Contains(got, "other") || !secrets && strings.Contains(got, "hunter2") {
			t.Errorf("secrets %v: %s", secrets, got)
		}
	}
}
