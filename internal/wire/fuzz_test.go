package wire_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// FuzzParse: whatever comes, it is either refused with a text for the caller or
// read within the limits, and a form is read as net/url reads it.
func FuzzParse(f *testing.F) {
	for _, s := range [][3]string{
		{"a=1&a-0=2&b", "", ""},
		{"a=%41+%zz;b", formType, "a=1&&=&=x"},
		{"", jsonType, `{"a":[1,{"b":[]},null],"a":true}`},
		{"", "", ` {"a":"\u0000"}`},
		{"", "multipart/form-data; boundary=B", multipart("a", "", "1")},
		{"", "multipart/form-data; boundary=B", multipart("a", "f", "1")},
		{"%ff=%00", "x/y+json; q", `[{}]`},
		{"", jsonType, `{"a":1}{`},
	} {
		f.Add(s[0], s[1], []byte(s[2]))
	}
	lim := wire.Limits{Params: 20, Value: 100}
	in := mustCompile[everyIn](f)
	f.Fuzz(func(t *testing.T, query, contentType string, body []byte) {
		p, err := wire.Parse(query, contentType, body, lim)
		if err != nil {
			if hostkeep.KindOf(err) != hostkeep.Invalid || !utf8.ValidString(err.Error()) || len(err.Error()) > 500 {
				t.Errorf("the error is %q", err)
			}
			return
		}
		names := p.Names()
		if len(names) > lim.Params {
			t.Errorf("%d names", len(names))
		}
		for _, n := range names {
			if n == "" || len(n) > lim.Value || !utf8.ValidString(n) || strings.Contains(n, "\x00") {
				t.Errorf("the name %q was let through", n)
			}
		}
		_, _, _ = p.Version()
		_, _ = p.View()
		_, _ = in.NearMisses(p), in.Record(p, strings.ToUpper)
		if len(body) == 0 && !strings.Contains(query, ";") {
			likeNetURL(t, query, p)
		}
	})
}

func likeNetURL(t *testing.T, query string, p wire.Params) {
	t.Helper()
	type oneIn struct {
		V []string `whm:"v,max=100"`
	}
	want, err := url.ParseQuery(query)
	if err != nil {
		t.Fatalf("net/url refuses %q: %v", query, err)
	}
	in := mustCompile[oneIn](t)
	rec := map[string]any{}
	if err := json.Unmarshal([]byte(in.Record(p, nil)), &rec); err != nil {
		t.Fatal(err)
	}
	for _, name := range p.Names() {
		if !want.Has(name) {
			t.Errorf("net/url does not read %q in %q", name, query)
		}
	}
	if vs := want["v"]; len(vs) == 1 && rec["v"] != vs[0] && len(p.Names()) == 1 {
		t.Errorf("v is %v, net/url reads %q", rec["v"], vs)
	}
}

// FuzzDecode: what Decode lets through keeps what the tags promise; an error is
// for the caller and never repeats the secret; the record and what hooks are told
// are JSON, and the same whatever the secret is.
func FuzzDecode(f *testing.F) {
	f.Add("user=u&size=1&yes=n&quota=null&acl-1=a&acl[]=&ns2=one&flag-x=1&maxpop=3", "hunter2hunter2")
	f.Add("username=u&user=v&expires_at=x&kind=&acl-9=x&reason=%0a", "hunter\n2")
	f.Add("user=%7f&cgi=Y&new_name=&acl-00000000000000000000000001=a&acl-=&flag-=1", strings.Repeat("s", 5000))
	f.Add("user=u&keys-1=a&keys=&chest[2]=b&code=c&lines=d%0a", "two\r\n\tlines")
	f.Add("user=u&code-1=123456789&keys-3=%1b&lines=%00", "")
	in := mustCompile[everyIn](f)
	f.Fuzz(func(t *testing.T, query, secret string) {
		p, err := wire.Parse(query, "", nil, wire.DefaultLimits())
		if err != nil {
			return
		}
		told := len(secret) < 8 || strings.Contains(query, secret[:8]) || strings.Contains(strings.Join(p.Names(), "\x00"), secret[:8])
		with := func(secret string) wire.Params {
			return p.Add("pass", secret).Add("lines", secret).Add("keys-7", secret).Add("code", secret)
		}
		tells := func(p wire.Params) string {
			return "[" + in.Record(p, func(string) string { return "#" }) + "," + string(in.Arguments(p, false)) + "]"
		}
		if got, want := tells(with(secret)), tells(with("another")); got != want || !json.Valid([]byte(got)) {
			t.Errorf("told is %q, with another secret %q", got, want)
		}
		p = with(secret)
		var got everyIn
		err = in.Decode(&got, p)
		if err != nil && hostkeep.KindOf(err) != hostkeep.Invalid {
			t.Errorf("the error is %v", err)
		}
		if err != nil && !told && strings.Contains(err.Error(), secret[:8]) {
			t.Errorf("the error %q repeats the secret", err)
		}
		if err == nil {
			checkDecoded(t, got)
		}
	})
}

func checkDecoded(t *testing.T, got everyIn) {
	t.Helper()
	if got.User == "" || len(got.User) > 16 || got.Kind != "full" && got.Kind != "limited" || got.Quota < hostkeep.Unlimited {
		t.Errorf("decoded %+v", got)
	}
	for _, s := range slices.Concat(got.Keys, got.Codes, []hostkeep.Secret{got.Secret, got.Lines}) {
		if strings.ContainsFunc(s.Reveal(), func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n", r) || r == 0x7f }) {
			t.Errorf("decoded the secret %q", s.Reveal())
		}
	}
	for _, s := range got.Codes {
		if s.Empty() || len(s.Reveal()) > 8 || strings.ContainsAny(s.Reveal(), "\t\r\n") {
			t.Errorf("decoded the code %q", s.Reveal())
		}
	}
	for _, list := range [][]string{got.ACLs, got.NS, got.Flags, {got.User}} {
		for _, s := range list {
			if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("decoded %q", list)
			}
		}
	}
}

// FuzzAppendJSON: any text and number is written so that encoding/json reads it back.
func FuzzAppendJSON(f *testing.F) {
	f.Add("listaccts", "plain", int64(0))
	f.Add("\"\\\x00\x1f\x7f", "\xff\xc3\u2028😀<>&", int64(-1<<63))
	f.Fuzz(func(t *testing.T, command, text string, n int64) { checkAnswer(t, command, text, n) })
}
