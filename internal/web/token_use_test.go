package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type (
	listedOut struct {
		Tokens wire.Keyed[listedRow] `whm:"tokens,list"`
	}
	listedRow struct {
		Name    string            `whm:"name"`
		Created time.Time         `whm:"create_time"`
		Expires time.Time         `whm:"expires_at"`
		ACLs    wire.Worded[bool] `whm:"acls"`
	}
	usesIn struct {
		Name   string `whm:"name"`
		Size   int64  `whm:"size"`
		From   *int64 `whm:"ends_from"`
		Before *int64 `whm:"ends_before"`
	}
	usesOut struct {
		Ending int64     `whm:"ending"`
		Tokens []usesRow `whm:"tokens"`
	}
	usesRow struct {
		Name string   `whm:"name"`
		Made int64    `whm:"made"`
		Last *useTold `whm:"last_used"`
	}
	useTold struct {
		Time     time.Time `whm:"time"`
		Address  string    `whm:"address"`
		Function string    `whm:"function"`
	}
)

// withUses are the pages of a server that tells of two tokens, "a" and "ab", what
// they were used for, and that a number of tokens ends on one day.
func withUses(t *testing.T, day time.Time, ending int64) *Pages {
	t.Helper()
	p := newPages(t)
	decl := api.Decl{Name: "api_token_list", Summary: "x", Opens: []hostkeep.Privilege{"all"}, Touches: api.NoCredentials}
	list := api.Define(decl, func(context.Context, api.Call, struct{}) (listedOut, error) {
		row := func(name string) wire.KeyedItem[listedRow] {
			return wire.KeyedItem[listedRow]{Key: name, Value: listedRow{Name: name, Created: p.Now()}}
		}
		return listedOut{wire.Keyed[listedRow]{row("a"), row("ab")}}, nil
	})
	decl.Name = "hostkeep_token_overview"
	uses := api.Define(decl, func(_ context.Context, _ api.Call, in usesIn) (out usesOut, err error) {
		if in.From != nil && in.Before != nil && *in.From <= day.Unix() && day.Unix() < *in.Before {
			out.Ending = ending
		}
		if in.Name != "ab" {
			out.Tokens = append(out.Tokens, usesRow{"a", 3, &useTold{p.Now().Add(-2 * time.Hour), "192.0.2.7", "listaccts"}})
		}
		if in.Name != "a" {
			out.Tokens = append(out.Tokens, usesRow{Name: "ab"})
		}
		return out, nil
	})
	c, err := api.New(api.Options{Now: p.Now}, []*api.Function{list, uses})
	if err != nil {
		t.Fatal(err)
	}
	p.Call = func(ctx context.Context, who hostkeep.Caller, f string, params wire.Params) api.Reply {
		who.Rights = hostkeep.Everything()
		return c.Call(ctx, who, f, params)
	}
	all := p.Callable
	p.Callable = func(c hostkeep.Caller) []string { return append(all(c), "hostkeep_token_overview") }
	return p
}

// readPage is what a page says, with single spaces.
func readPage(t *testing.T, res *httptest.ResponseRecorder) string {
	t.Helper()
	doc, err := html.Parse(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestRevokingTellsTheLastUse of the very token, not of one whose name holds its.
func TestRevokingTellsTheLastUse(t *testing.T) {
	t.Parallel()
	p := withUses(t, time.Time{}, 0)
	for name, want := range map[string]string{
		"a":  "Last used 2 hours ago from 192.0.2.7, for listaccts · made 3 tokens",
		"ab": "Never used",
	} {
		text := readPage(t, p.ask(t, http.MethodGet, "/tokens/revoke", url.Values{"name": {name}}))
		if !strings.Contains(text, want) || name == "ab" && strings.Contains(text, "Last used") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// TestManyEndsOnOneDay: more than twenty are too many, on that day alone.
func TestManyEndsOnOneDay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		day    string
		ending int64
		warns  bool
	}{{"2027-01-31", 20, false}, {"2027-01-31", 21, true}, {"2027-02-01", 21, false}, {"2027-01-30", 21, false}} {
		p := withUses(t, time.Date(2027, 1, 31, 23, 59, 59, 0, time.UTC), tt.ending)
		form := url.Values{"do": {"sum"}, "acl": {"list-accts"}, "expires": {"date"}, "date": {tt.day}}
		text, err := io.ReadAll(p.ask(t, http.MethodPost, "/tokens/new", form).Body)
		if err != nil || strings.Contains(string(text), "of your tokens expire on 2027-01-31") != tt.warns {
			t.Errorf("%+v: %v %s", tt, err, text)
		}
	}
}
