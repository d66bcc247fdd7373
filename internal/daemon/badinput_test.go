package daemon

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/httpd"
	"github.com/hostkeep/hostkeep/internal/wiretest"
)

// TestBadInput: what cannot be read or meant is refused by one specific sentence,
// the same in API 1, API 0 and XML, and leaves no trace in the store.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	many := strings.Repeat("a=1&", 10_000)
	deep := `{"user":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`
	tests := []struct{ about, function, query, body, want string }{
		{"invalid UTF-8", "suspendacct", "user=%ff", "", `The parameter "user" is not valid UTF-8.`},
		{"invalid UTF-8 in a name", "suspendacct", "%ff=x", "", "has a name that is not plain UTF-8 text."},
		{"NUL", "suspendacct", "user=shop%00", "", `The parameter "user" contains a NUL character.`},
		{"a broken escape", "suspendacct", "user=shop&reason=100%", "", `The parameter "reason" has a broken percent escape in its value.`},
		{"a broken escape in a body", "suspendacct", "", "user=%4", `The parameter "user" has a broken percent escape in its value.`},
		{"10,000 parameters", "suspendacct", "user=shop", many, `The parameter "a" is one too many: at most 1000 can be given.`},
		{"a long value", "suspendacct", "user=shop", "reason=" + strings.Repeat("x", 70_000), `The parameter "reason" is longer than 65536 bytes.`},
		{"a value that is long for its parameter", "suspendacct", "user=shop&reason=" + strings.Repeat("x", 5000), "", `The parameter "reason" is longer than`},
		{"a control character", "suspendacct", "user=sh%0aop", "", `The parameter "user" contains a control character.`},
		{"deep JSON", "suspendacct", "", deep, "The JSON body nests deeper than 32 levels."},
		{"half a JSON body", "suspendacct", "", `{"user":"shop"`, "The body is not valid JSON"},
		{"JSON that is no object", "suspendacct", "", `["user","shop"]`, "The JSON body is not an object."},
		{"half a character", "passwd", "", `{"user":"shop","password":"long \ud800 enough"}`, "half a character."},
		{"XML", "suspendacct", "", "<user>shop</user>", "The body is XML"},
		{"twice", "suspendacct", "user=shop&user=client", "", `The parameter "user" was given more than once.`},
		{"twice in JSON", "suspendacct", "", `{"user":"shop","user":"client"}`, `The parameter "user" was given more than once.`},
		{"twice by two spellings", "suspendacct", "user=shop&USER=client", "", `The parameter "user" was given more than once.`},
		{"text where a number belongs", "createacct", "username=new&domain=new.example&quota=1e3", "", `The parameter "quota" must be a whole number or "unlimited".`},
		{"a number beyond all", "createacct", "username=new&domain=new.example&uid=99999999999999999999", "", `The parameter "uid" must be a whole number.`},
		{"a fraction", "createacct", "", `{"username":"new","domain":"new.example","quota":1.5}`, `The parameter "quota" must be`},
		{"neither yes nor no", "createacct", "username=new&domain=new.example&reseller=maybe", "", `The parameter "reseller" must be 1 or 0.`},
		{"no such choice", "listaccts", "searchtype=colour&search=x", "", `The parameter "searchtype" must be one of: domain, owner, user, ip, package.`},
		{"look-around", "listaccts", "searchtype=user&search=(%3F%3Dx)", "", "(RE2: no look-around, no back references)"},
		{"a back reference", "listaccts", `searchtype=user&search=(a)%5C1`, "", "(RE2: no look-around, no back references)"},
		{"an expression that explodes", "listaccts", "searchtype=user&search=" + url.QueryEscape(strings.Repeat("(x?){500}", 20)), "", "more than 1000 steps"},
	}
	before := w.trace()
	for _, tt := range tests {
		for _, form := range []string{"API 1", "API 0", "XML of API 1", "XML of API 0"} {
			r := httpd.Request{Function: tt.function, RawQuery: tt.query, Body: []byte(tt.body), XML: strings.HasPrefix(form, "XML")}
			if strings.HasSuffix(form, "1") {
				r.RawQuery = "api.version=1&" + tt.query
			}
			if got := w.reasonOf(t, r); !strings.Contains(got, tt.want) {
				t.Errorf("%s in %s: %q, want %q", tt.about, form, got, tt.want)
			}
		}
	}
	for text, want := range map[string]string{
		"api.version=1&api.version=0":                                        `The parameter "api.version" was given more than once.`,
		"api.version=-1":                                                     `The parameter "api.version" must be a whole number.`,
		"api.version=1&api.chunk.enable=1&api.chunk.enable=0":                `The parameter "api.chunk.enable" was given more than once.`,
		"api.version=1&api.chunk.enable=1&api.chunk.size=2&api.chunk.size=3": `The parameter "api.chunk.size" was given more than once.`,
		"api.version=1&api.chunk.enable=1&api.chunk.size=ten":                `The parameter "api.chunk.size" must be a whole number.`,
		"api.version=1&api.filter.enable=1&api.filter.a.field=nosuch":        `The list has no field "nosuch" to be filtered by.`,
		"api.version=1&api.filter.enable=1&api.filter.a.arg0=x":              `The parameter "api.filter.a.field" is required with the others of its letter.`,
		"api.version=1&api.sort.enable=1&api.sort.a.field=ipv6":              `The field "ipv6" has no one value that a list could be sorted by.`,
	} {
		if got := w.reasonOf(t, httpd.Request{Function: "listaccts", RawQuery: text}); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	// A wrong rule stops even a function that has no list, before anything is done.
	if got := w.reasonOf(t, httpd.Request{Function: "suspendacct", RawQuery: "api.version=1&user=shop&api.filter.enable=1&api.filter.a.field=x&api.filter.a.type=like"}); !strings.Contains(got, `"like" is none of`) {
		t.Error(got)
	}
	if after := w.trace(); after != before {
		t.Errorf("the record went from %s to %s", before, after)
	}
}

// trace is where the record ends.
func (w *world) trace() string {
	w.t.Helper()
	events, err := w.store.Events(context.Background(), 0, 10_000)
	if err != nil {
		w.t.Fatalf("the record: %v", err)
	}
	return fmt.Sprintf("%d, %x", len(events), events[len(events)-1].Hash)
}

// reasonOf makes a call that must fail, and reads why as a client would.
func (w *world) reasonOf(t *testing.T, r httpd.Request) string {
	t.Helper()
	a := w.answer(context.Background(), w.root(), r)
	n, err := wiretest.JSON(a.Body)
	if r.XML {
		_, n, err = wiretest.XML(a.Body)
	}
	if err != nil || a.OK || a.Status != 200 {
		t.Errorf("%s?%.80s: OK %t, %d, %v: %s", r.Function, r.RawQuery, a.OK, a.Status, err, a.Body)
	}
	for _, way := range [][]string{{"metadata", "reason"}, {"statusmsg"}, {"result", "statusmsg"}, {"passwd", "statusmsg"}} {
		at, found := n, true
		for _, step := range way {
			if at, found = at.Get(step); !found {
				break
			}
		}
		if found {
			return at.Text
		}
	}
	t.Errorf("%s says nothing: %s", r.Function, a.Body)
	return ""
}

// TestStoredTexts: whatever a text holds that may be stored, each form of each
// answer that shows it can be read, and gives it back.
func TestStoredTexts(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	for _, text := range []string{
		`<reason>&amp;</reason>`, `]]>`, `<![CDATA[x]]>`, `"\u0041\n{}[],:`, `'";--`, `a&b=c%20+`, "\u202eright to left", "é😀\u2028\u2029", `</script><b>`, "tab\tand\r\nlines", `?><!--`, " blanks ",
	} {
		w.must(w.root(), "suspendacct", "user", "client", "reason", text)
		for _, call := range [][2]string{{"listaccts", "acct"}, {"accountsummary", "acct"}, {"listsuspended", "account"}} {
			for _, query := range []string{"api.version=1&user=client", "user=client"} {
				a := w.answer(context.Background(), w.root(), httpd.Request{Function: call[0], RawQuery: query})
				n, err := wiretest.JSON(a.Body)
				b := w.answer(context.Background(), w.root(), httpd.Request{Function: call[0], RawQuery: query, XML: true})
				_, x, xmlErr := wiretest.XML(b.Body)
				if err != nil || xmlErr != nil || n.AsXML().String() != x.String() || !strings.Contains(n.String(), fmt.Sprintf("reason:%q", text)) {
					t.Errorf("%s of %q: %v, %v\n%s\n%s", call[0], text, err, xmlErr, a.Body, b.Body)
				}
			}
		}
	}
}
