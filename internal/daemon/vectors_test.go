package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/httpd"
)

// vector is a request and its answer as somebody recorded, documented or sent it.
type vector struct {
	ID, Kind string
	Request  struct {
		Path   string
		Query  map[string]any
		Params map[string]any `json:"body_params"`
		API    string
	}
	Response *struct{ JSON any }
}

// leftOut are the vectors of declared functions that are not replayed.
var leftOut = map[string]string{
	"v172": "listacls shows a named list; there are none until saveacllist is declared",
	"v180": "setacls with a named list; there are none until saveacllist is declared",
	"v311": "setacls with a named list; there are none until saveacllist is declared",
	"v269": "a request that is not authenticated does not get as far as a function; internal/httpd tests its answer",
	"v270": "a request that is not authenticated does not get as far as a function; internal/httpd tests its answer",
}

// otherWords are recorded answers whose text is not a fixed one.
var otherWords = map[string]string{
	"v093": "speaks of the system's groups",
	"v132": "was recorded without the name that its twin for unsuspendacct has",
	"v133": "a log text", "v134": "a log text", "v136": "a log text",
}

func vectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("../../protocol/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Vectors
}

// TestVectors replays every vector that concerns a declared function.
func TestVectors(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{}
	for _, f := range opened(t).Catalogue().Functions() {
		declared[f.Name] = true
	}
	replayed, unused := 0, map[string]bool{}
	for id := range leftOut {
		unused[id] = true
	}
	for id := range otherWords {
		unused[id] = true
	}
	for _, v := range vectors(t) {
		if !declared[path.Base(v.Request.Path)] {
			continue
		}
		delete(unused, v.ID)
		if leftOut[v.ID] != "" {
			continue
		}
		replayed++
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			replay{t, opened(t), v, path.Base(v.Request.Path)}.run()
		})
	}
	for id := range unused {
		t.Errorf("%s is in a list and concerns no declared function", id)
	}
	if replayed < 80 {
		t.Errorf("only %d vectors were replayed", replayed)
	}
}

type replay struct {
	*testing.T
	w        *world
	v        vector
	function string
}

func (r replay) run() {
	values := r.values()
	r.prepare(values)
	call := httpd.Request{Function: r.function, RawQuery: values.Encode()}
	if r.v.Request.Params != nil {
		call = httpd.Request{Function: r.function, ContentType: "application/x-www-form-urlencoded", Body: []byte(values.Encode())}
	}
	answer := r.w.answer(context.Background(), r.w.root(), call)
	var got any
	if err := json.Unmarshal(answer.Body, &got); err != nil || answer.Status != 200 {
		r.Fatalf("%d %s: %v", answer.Status, answer.Body, err)
	}
	if r.v.Response == nil {
		if !answer.OK {
			r.Errorf("fails: %s", answer.Body)
		}
	} else {
		s := sameness{r, r.v.Kind == "recorded"}
		s.shape("", r.v.Response.JSON, got)
	}
	call.XML = true
	var root struct{ XMLName xml.Name }
	if answer = r.w.answer(context.Background(), r.w.root(), call); xml.Unmarshal(answer.Body, &root) != nil {
		r.Errorf("no XML: %s", answer.Body)
	}
}

// values are the request's parameters. Where a vector has a placeholder, it gets
// a value.
func (r replay) values() url.Values {
	values := url.Values{}
	for _, from := range []map[string]any{r.v.Request.Query, r.v.Request.Params} {
		for name, v := range from {
			list, many := v.([]any)
			if !many {
				list = []any{v}
			}
			for _, one := range list {
				values.Add(name, fmt.Sprint(one))
			}
		}
	}
	for name, v := range values {
		switch {
		case (name == "password" || name == "pass") && v[0] == "p":
			values.Set(name, "placeholder")
		case name == "username" && strings.Contains(v[0], "…"):
			values.Set(name, "placehol")
		}
	}
	return values
}

// prepare makes what the recorded server had.
func (r replay) prepare(values url.Values) {
	root := r.w.root()
	make := func(user string) {
		if _, exists := r.w.node.PrincipalByName(user); !exists {
			r.w.must(root, "createacct", "username", user, "domain", user+".example.net", "reseller", "0")
		}
	}
	for _, name := range []string{"pkg", "plan"} {
		if p := values.Get(name); p != "" && p != "default" && p != "fakepackage" {
			r.w.must(root, "addpkg", "name", p)
		}
	}
	user := values.Get("user")
	if user != "" && !slices.Contains([]string{"notexists", "notreal", "dontchangeme"}, user) && (user != "invalid" || r.function != "setupreseller") {
		make(user)
	}
	switch r.function {
	case "listaccts", "listsuspended":
		r.w.must(root, "createacct", "username", "changeme", "domain", "change.com", "customip", "192.1.2.3")
		r.w.must(root, "createacct", "username", "removeme", "domain", "removeme.com", "customip", "192.168.1.20")
		if values.Get("empty") != "" { // the recording names the case so, and has one
			r.w.must(root, "suspendacct", "user", "removeme")
		}
	case "createacct":
		if r.v.ID == "v093" {
			make("invalid")
		}
	case "acctcounts", "unsetupreseller", "listresellers":
		for _, user := range []string{cmp.Or(user, "bob"), "ted"} {
			if user != "notexists" {
				make(user)
				r.w.must(root, "setupreseller", "user", user)
			}
		}
	}
	r.prepareTokens(values)
}

func (r replay) prepareTokens(values url.Values) {
	root := r.w.root()
	switch r.function {
	case "api_token_create":
		r.w.now = time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC) // its end is long past
	case "api_token_list", "api_token_get_details":
		secret := r.w.newToken(root, "token_name", "a", "acl", "kill-acct", "expires_at", "1999999999", "whitelist_ip", "192.0.2.1")
		values.Set("token", secret.Reveal())
	case "api_token_update", "api_token_revoke":
		for name, v := range values {
			if strings.HasPrefix(name, "token_name") {
				r.w.newToken(root, "token_name", v[0], "acl", "kill-acct")
			}
		}
	}
}

// sameness compares an answer with the recorded one.
type sameness struct {
	replay
	recorded bool
}

// open reports whether there may be members beyond the recorded ones: in the
// records of lists, which have grown since, and in what only documents or imitates WHM.
func (s sameness) open(at string) bool {
	return !s.recorded || slices.Contains([]string{".acct[]", ".accts[]"}, at)
}

// named reports whether an object's members are named by data.
func named(at string) bool {
	return slices.Contains([]string{".privs", ".data.tokens", ".data.tokens.*.acls"}, at)
}

func (s sameness) shape(at string, want, got any) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			s.Errorf("%s is %T, recorded is an object", at, got)
			return
		}
		s.object(at, w, g)
	case []any:
		g, ok := got.([]any)
		if !ok || len(w) > 0 && len(g) == 0 && s.recorded || len(w) == 0 && len(g) > 0 {
			s.Errorf("%s is %v, recorded is %v", at, got, want)
			return
		}
		for i := range g {
			s.shape(at+"[]", w[min(i, len(w)-1)], g[i])
		}
	default:
		if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", got) {
			s.Errorf("%s is %T %v, recorded %T %v", at, got, got, want, want)
			return
		}
		name := at[strings.LastIndex(at, ".")+1:]
		fixed := slices.Contains([]string{"status", "statusmsg", "result", "reason", "error", "version", "command"}, name)
		if fixed && s.recorded && otherWords[s.v.ID] == "" && at != ".version" && want != got {
			s.Errorf("%s is %q, recorded %q", at, got, want)
		}
	}
}

func (s sameness) object(at string, want, got map[string]any) {
	if named(at) {
		recorded := slices.Collect(maps.Values(want))
		for _, v := range got {
			s.shape(at+".*", recorded[0], v)
		}
		return
	}
	for name, w := range want {
		g, ok := got[name]
		if !ok {
			s.Errorf("%s.%s is missing", at, name)
			continue
		}
		s.shape(at+"."+name, w, g)
	}
	for name := range got {
		if _, ok := want[name]; !ok && !s.open(at) {
			s.Errorf("%s.%s was not recorded", at, name)
		}
	}
}
