package wire_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/wire"
)

type restIn struct {
	List  string           `whm:"list,required"`
	Other []string         `whm:"other"`
	Rest  wire.Keyed[bool] `whm:"feature name,rest"`
}

// TestRest: what no other parameter takes is collected in its order; api.* never.
func TestRest(t *testing.T) {
	t.Parallel()
	in := mustCompile[restIn](t)
	for _, tt := range []struct{ about, query, body, want, record string }{
		{"nothing", "list=l", "", "[]", `{"list":"l"}`},
		{"yes and no", "webmail=1&list=l&ssh=0&cron=y&ftp=", "", "[{webmail true} {ssh false} {cron true} {ftp false}]", `{"list":"l","webmail":"1","ssh":"0","cron":"y","ftp":""}`},
		{"not what others take", "LIST=l&other-1=a&api.version=1&api.x=2&b=1", "", "[{b true}]", `{"list":"l","other":"a","b":"1"}`},
		{"the body wins", "list=l&b=1", "b=0", "[{b false}]", `{"list":"l","b":"0"}`},
		{"any name", "list=l&feature+name=1", "", "[{feature name true}]", `{"list":"l","feature name":"1"}`},
		{"neither", "list=l&b=perhaps", "", `The parameter "b" must be 1 or 0.`, ""},
		{"both", "list=l&b=1&b=0", "", `The parameter "b" was given more than once.`, ""},
		{"long", "list=l&" + strings.Repeat("b", 1025) + "=1", "", `The parameter "feature name" is longer than 1024 bytes.`, ""},
	} {
		var got restIn
		p := parse(t, tt.query, tt.body)
		text := fmt.Sprint(in.Decode(&got, p))
		if text == "<nil>" {
			text = fmt.Sprint(got.Rest)
		}
		if text != tt.want {
			t.Errorf("%s: %s, want %s", tt.about, text, tt.want)
		}
		if record := in.Record(p, nil); tt.record != "" && record != tt.record {
			t.Errorf("%s: the record has %s, want %s", tt.about, record, tt.record)
		}
		if misses := in.NearMisses(p); len(misses) > 0 {
			t.Errorf("%s: %v are called misspelt", tt.about, misses)
		}
	}
	type two struct {
		A wire.Keyed[bool] `whm:"a,rest"`
		B wire.Keyed[bool] `whm:"b,rest"`
	}
	if _, err := wire.CompileInput(reflect.TypeFor[two]()); err == nil {
		t.Error("two parameters take the rest")
	}
}
