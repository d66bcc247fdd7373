package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// published is a function as the public description gives it.
type published struct {
	Name   string
	Since  string
	Params []struct{ Name string }
	Fields []struct {
		Path string
		Type string
	} `json:"response_fields"`
	Privileges []hostkeep.Privilege
}

func description(t *testing.T) map[string]published {
	text, err := os.ReadFile("../../protocol/functions.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []published
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	byName := map[string]published{}
	for _, p := range list {
		byName[p.Name] = p
	}
	return byName
}

// required fills what a function cannot be called without.
func required(f *api.Function) wire.Params {
	p := wire.Params{}
	for _, field := range f.In.Fields() {
		switch {
		case !field.Required:
		default:
			p = p.Add(field.Name, fit(field))
		}
	}
	return p
}

// fit is a value that a field takes.
func fit(field wire.Field) string {
	switch {
	case field.Enum != nil:
		return field.Enum[0]
	case field.Type == "integer", field.Type == "boolean", field.Type == "limit":
		return "1"
	}
	return "someword"
}

// TestEveryFunction is the contract that each declared function keeps without
// being named here.
func TestEveryFunction(t *testing.T) {
	t.Parallel()
	w := opened(t)
	published := description(t)
	w.must(w.root(), "createacct", "username", "nobodys", "domain", "nobodys.example")
	w.must(w.root(), "createacct", "username", "shop", "domain", "shop.example")
	w.must(w.root(), "setupreseller", "user", "shop")
	w.must(w.root(), "setacls", "reseller", "shop")
	stranger := w.as("shop") // a reseller without any privilege
	every := stranger        // one with every privilege but all
	for _, p := range hostkeep.PrivilegeTable() {
		if p.Name != hostkeep.All {
			every.Rights = every.Rights.With(p.Name)
		}
	}
	every.User.Privileges = every.Rights
	for _, f := range w.Catalogue().Functions() {
		t.Run(f.Name, func(t *testing.T) {
			c := contract{t, w, f}
			c.refusesStrangers(stranger)
			c.missesByName()
			c.enforcesEnumerations()
			c.hidesForeignAccounts(every)
			c.agreesWith(published[f.Name])
		})
	}
}

type contract struct {
	*testing.T
	w *world
	f *api.Function
}

func (c contract) call(who hostkeep.Caller, p wire.Params) api.Reply {
	c.Helper()
	var replies []api.Reply
	for _, version := range []int{0, 1} {
		r := c.w.api.CallVersion(context.Background(), who, version, c.f.Name, p)
		c.parses(version, r)
		if c.f.InVersion(version) {
			replies = append(replies, r)
		} else if r.OK || r.Kind != hostkeep.Unsupported || r.Function != "" {
			c.Errorf("in version %d, which has no such function: %+v", version, r)
		}
	}
	if c.f.Writes { // the second call meets what the first has done
		return replies[0]
	}
	for _, r := range replies {
		if r.OK != replies[0].OK || r.Reason != replies[0].Reason {
			c.Errorf("the versions answer differently: %q, %q", replies[0].Reason, r.Reason)
		}
	}
	return replies[len(replies)-1]
}

// parses: each form of the answer can be read, and the streamed one is the same.
func (c contract) parses(version int, r api.Reply) {
	c.Helper()
	answer, markup := r.AppendJSON(nil), r.AppendXML(nil)
	if !json.Valid(answer) {
		c.Errorf("version %d: the answer is no JSON: %s", version, answer)
	}
	if version == 1 && c.f.InVersion(1) {
		asDocumented(c, false, "/json-api/"+c.f.Name, answer)
	}
	d := xml.NewDecoder(bytes.NewReader(markup))
	for err := error(nil); err == nil; {
		if _, err = d.Token(); err != nil && !errors.Is(err, io.EOF) {
			c.Errorf("version %d: the answer is no XML: %v: %s", version, err, markup)
		}
	}
	if root := "><" + c.f.Name + ">"; version == 0 && !c.f.Out.Relays() && c.f.InVersion(0) != bytes.Contains(markup, []byte(root)) {
		c.Errorf("version 0: the root of %s", markup)
	}
	var streamed, streamedXML bytes.Buffer
	if err := errors.Join(r.WriteJSON(&streamed), r.WriteXML(&streamedXML)); err != nil {
		c.Error(err)
	}
	if streamed.String() != string(answer) || streamedXML.String() != string(markup) {
		c.Errorf("version %d is streamed as %s and %s", version, streamed.String(), streamedXML.String())
	}
}

func (c contract) refusesStrangers(stranger hostkeep.Caller) {
	if slices.Contains(c.f.Opens, hostkeep.Anyone) {
		return
	}
	r := c.call(stranger, wire.Params{})
	if r.OK || !strings.HasPrefix(r.Reason, "Permission denied") || r.Missing == "" {
		c.Errorf("a caller without privileges is answered %q, missing %q", r.Reason, r.Missing)
	}
}

func (c contract) missesByName() {
	for _, field := range c.f.In.Fields() {
		if !field.Required {
			continue
		}
		p := wire.Params{}
		for _, other := range c.f.In.Fields() {
			if other.Required && other.Name != field.Name {
				p = p.Add(other.Name, fit(other))
			}
		}
		if r := c.call(c.w.root(), p); r.OK || !strings.Contains(r.Reason, `"`+field.Name+`"`) {
			c.Errorf("without %s: %q", field.Name, r.Reason)
		}
	}
}

// unfit is a value that a parameter does not take, "" where it takes any.
func unfit(field wire.Field) string {
	if field.Enum != nil {
		return "no such value"
	}
	return map[string]string{"integer": "ten", "boolean": "perhaps", "limit": "lots"}[field.Type]
}

func (c contract) enforcesEnumerations() {
	for _, field := range c.f.In.Fields() {
		bad := unfit(field)
		if bad == "" {
			continue
		}
		r := c.call(c.w.root(), required(c.f).Add(field.Name, bad))
		if r.OK || !strings.Contains(r.Reason, `"`+field.Name+`"`) {
			c.Errorf("with %s=%s: %q", field.Name, bad, r.Reason)
		}
	}
}

// hidesForeignAccounts: an account of somebody else's is answered as one that
// does not exist.
func (c contract) hidesForeignAccounts(reseller hostkeep.Caller) {
	if c.f.Account == "" || slices.Contains(c.f.Opens, hostkeep.All) {
		return
	}
	ask := func(user string) string {
		p := wire.Pairs(c.f.Account, user)
		for _, other := range c.f.In.Fields() {
			if other.Required && other.Name != c.f.Account {
				p = p.Add(other.Name, fit(other))
			}
		}
		r := c.call(reseller, p)
		if r.OK {
			c.Errorf("a reseller reaches %q", user)
		}
		return strings.ReplaceAll(r.Reason, user, "USER")
	}
	missing := ask("missing")
	for _, foreign := range []string{"nobodys", "root"} {
		if got := ask(foreign); got != missing {
			c.Errorf("%s is answered %q, a missing account %q", foreign, got, missing)
		}
	}
}

// ours are parameters and members that WHM does not have, each with its reason
// in docs/differences.md or beside its declaration.
var ours = []string{
	"api_token_revoke revoke_made", "createacct digestauth", "createacct dbowner",
	"addpkg max_email_per_hour", "addpkg max_defer_fail_percentage", "suspendacct disallow", "passwd pass", "killpkg pkg",
	"batch_create_cphulk_records records", "batch_create_cphulk_records list_name", "batch_create_cphulk_records skip_enabled_check", // in a JSON body there
	"listpkgs pkg[].FRONTPAGE", "api_token_update acl", "setacls acl-", "saveacllist acl-",
	"resellerstats reseller", "terminatereseller reseller", "terminatereseller verify", // as API 0 was recorded
	"personalization_get names", "personalization_set personalization", // the description has no parameters at all
	"modifyacct plan", "modifyacct MXCHECK-", "massmodifyacct MXCHECK-", // the description writes MXCHECK-*
	"showbw acct[].bwlimited", "domainuserdata userdata.options",
	"cpanel cpanel_xmlapi_user", "cpanel cpanel_xmlapi_module", "cpanel cpanel_xmlapi_func", "cpanel cpanel_xmlapi_apiversion", // PROTOCOL 17
	"cpanel cpanel_jsonapi_version",
	"getzonerecord Line", "editzonerecord Line", "removezonerecord Line", "lookupnsip nameserver", // as API 0 was recorded
	"twofactorauth_set_tfa_config current_tfa_token", "twofactorauth_remove_user_config current_tfa_token",
}

func (c contract) agreesWith(p published) {
	if c.f.OnlyV0 {
		if p.Name != "" {
			c.Errorf("WHM has the function in API 1")
		}
		return
	}
	if own := strings.HasPrefix(c.f.Name, "hostkeep_"); own || p.Name == "" {
		if !own || p.Name != "" || c.f.Since != "" {
			c.Errorf("WHM has no such function, or it has and ours is called like its own")
		}
		return
	}
	if p.Privileges == nil { // in no row of the chart
		p.Privileges = []hostkeep.Privilege{hostkeep.All}
	}
	if c.f.Name == "uapi_cpanel" { // docs/differences.md
		p.Privileges = []hostkeep.Privilege{"cpanel-api"}
	}
	opens := slices.Clone(c.f.Opens)
	slices.Sort(opens)
	if p.Privileges == nil { // the description does not say: to root alone
		p.Privileges = []hostkeep.Privilege{hostkeep.All}
	}
	slices.Sort(p.Privileges)
	if !slices.Equal(opens, p.Privileges) {
		c.Errorf("opened by %v, in WHM by %v", opens, p.Privileges)
	}
	if c.f.Since != p.Since {
		c.Errorf("since %q, in WHM %q", c.f.Since, p.Since)
	}
	known := map[string]bool{}
	for _, param := range p.Params {
		known[param.Name] = true
	}
	var mine []string
	for _, field := range c.f.In.Fields() {
		mine = append(append(mine, field.Name), field.Aliases...)
	}
	for _, name := range mine {
		if !known[name] && !slices.Contains(ours, c.f.Name+" "+name) {
			c.Errorf("parameter %s is not WHM's", name)
		}
	}
	for name := range known {
		prefixed := (c.f.Name == "setacls" || c.f.Name == "saveacllist") && strings.HasPrefix(name, "acl-")
		prefixed = prefixed || strings.HasSuffix(name, "-*") && slices.Contains(mine, strings.TrimSuffix(name, "*"))
		pointless := c.f.Name == "accountsummary" && strings.HasPrefix(name, "search") // it shows one account
		if !slices.Contains(mine, name) && !prefixed && !pointless {
			c.Errorf("WHM's parameter %s is not declared", name)
		}
	}
	c.answersLike(p)
}

// answersLike compares the members of the data, names and types.
func (c contract) answersLike(p published) {
	want := map[string]string{}
	for _, f := range p.Fields {
		if path, ok := strings.CutPrefix(f.Path, "data."); ok {
			if path = strings.ReplaceAll(path, ".additionalProperties", ".{key}"); !strings.HasSuffix(path, ".{key}") {
				want[path] = f.Type
			}
		}
	}
	for _, m := range c.f.Out.Fields() {
		m.Path = strings.TrimPrefix(strings.ReplaceAll("."+m.Path, ".*", ".{key}"), ".")
		if c.f.Name == "matchpkgs" { // described as one package, which cannot be (docs/wire.md)
			m.Path = strings.Replace(m.Path, "pkg.{key}.", "pkg.", 1)
		}
		if strings.HasSuffix(m.Path, "[]") || m.Path == "{key}" || strings.HasSuffix(m.Path, ".{key}") {
			continue // the description names only what is in them
		}
		if recordField(c.f.Name, m.Path) && want[m.Path] == "" {
			continue
		}
		typ, ok := want[m.Path]
		switch {
		case !ok && len(want) > 0 && !slices.Contains(ours, c.f.Name+" "+m.Path):
			c.Errorf("member %s is not WHM's", m.Path)
		case ok && !sameType(m.Type, typ) && !slices.Contains(typesDiffer, c.f.Name+" "+m.Path):
			c.Errorf("member %s is %s, in WHM %s", m.Path, m.Type, typ)
		}
		delete(want, m.Path)
	}
	for path := range want {
		named := strings.HasPrefix(path, "updated_features.") || strings.HasSuffix(path, ".invalid feature") // the caller names them
		named = named || strings.HasSuffix(path, ".metadata.transformed")                                    // of output transformations, which there are none of
		if !named && !strings.Contains(path, "[].acl") && c.f.Name != "myprivs" && c.f.Name != "listacls" {
			c.Errorf("WHM's member %s is missing", path)
		}
	}
}

// recordField is the field of a record that a member of an older zone function is.
// The description names them only for some types of record, or for none.
func recordField(function, path string) bool {
	return (function == "dumpzone" || function == "getzonerecord") && strings.Contains(path, "record[].")
}

// typesDiffer lists members whose type follows recorded traffic or a client
// rather than the description.
var typesDiffer = []string{
	"systemloadavg one", "systemloadavg five", "systemloadavg fifteen", // recorded as text
	"resellerstats reseller.diskused",                                              // whole megabytes are a number too
	"acctcounts reseller.limit",                                                    // "" when there is none, as clients show
	"accountsummary acct[].suspendtime",                                            // as in listaccts
	"get_cphulk_excessive_brutes excessive_brutes[].timeleft",                      // an integer, as in its sisters
	"showbw acct[].limit",                                                          // "unlimited" when there is none, as clients show
	"getzonerecord record[].ttl",                                                   // recorded as text, as in dumpzone
	"listmxs record[].Line", "listmxs record[].ttl", "listmxs record[].preference", // recorded as text
	"mass_edit_dns_zone new_serial", // text in clients' fixtures
}

func sameType(ours, theirs string) bool {
	theirs, _, _ = strings.Cut(theirs, "<")
	theirs, _, _ = strings.Cut(theirs, " (") // a remark
	wire := map[string]string{"boolean": "integer", "time": "integer", "limit": "string", "secret": "string", "list": "array", "keyed": "object", "any": "any"}
	if t, ok := wire[ours]; ok {
		ours = t
	}
	return theirs == "any" || slices.Contains(strings.Split(theirs, "|"), ours)
}
