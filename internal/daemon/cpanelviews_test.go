package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// caller is somebody who calls cPanel's functions for an account, and what the
// oracle knows of it.
type caller struct {
	name   string
	header string          // on port 2083; "": a WHM user on port 2087
	whm    hostkeep.Caller // on port 2087
	opens  bool            // whether the credential opens the port, or the privilege the function
	actsAs []string        // for whom it may call; nil: for every account
}

func (c caller) may(user string) bool {
	return c.opens && user != "root" && (c.actsAs == nil || slices.Contains(c.actsAs, user))
}

// cpanelLook is one way to ask about a zone on cPanel's side.
type cpanelLook struct {
	api, module, function string // api: 3 is UAPI, 2 is API 2
	params                []string
	writes                bool
}

func cpanelLooks() []cpanelLook {
	return []cpanelLook{
		{"3", "DNS", "parse_zone", []string{"zone", "ZONE"}, false},
		{"3", "DNS", "mass_edit_zone", []string{"zone", "ZONE", "serial", "SERIAL", "add", anEntry}, true},
		{"3", "DNS", "swap_ip_in_zones", []string{"domain", "ZONE", "source_ip", "192.0.2.1", "dest_ip", "192.0.2.77"}, true},
		{"2", "ZoneEdit", "fetchzone_records", []string{"domain", "ZONE"}, false},
		{"2", "ZoneEdit", "add_zone_record", []string{"domain", "ZONE", "name", "probe", "type", "TXT", "txtdata", "x"}, true},
		{"2", "ZoneEdit", "edit_zone_record", []string{"domain", "ZONE", "line", "9", "ttl", "60"}, true},
		{"2", "ZoneEdit", "remove_zone_record", []string{"domain", "ZONE", "line", "10"}, true},
		{"3", "Email", "list_mxs", []string{"domain", "ZONE"}, false},
		{"3", "Email", "change_mx", []string{"domain", "ZONE", "exchanger", "mx.example.org", "priority", "5", "oldexchanger", "mail.ZONE"}, true},
		{"2", "Email", "addmx", []string{"domain", "ZONE", "exchange", "mx.example.org", "preference", "5"}, true},
		{"2", "Email", "delmx", []string{"domain", "ZONE", "exchange", "mail.ZONE", "preference", "10"}, true},
	}
}

// cpanelViews are views whose zones, accounts and tokens hold a word each that only
// their own account may ever be answered.
type cpanelViews struct {
	*views
	side http.Handler
}

func canary(user string) string { return "canary-" + user + "-word" }

func newCPanelViews(t *testing.T) *cpanelViews {
	v := &cpanelViews{views: newViews(t)}
	v.side = v.httpServer().CPanel()
	for zone := range v.zones {
		v.restore(zone)
	}
	for _, user := range v.accounts() {
		v.must(v.root(), "modifyacct", "user", user, "contactemail", canary(user)+"@mail.example")
	}
	return v
}

func (v *cpanelViews) accounts() []string {
	return []string{"shop", "client", "rooted", "rival", "victim"}
}

// restore gives a zone the text that it had.
func (v *cpanelViews) restore(zone string) {
	v.t.Helper()
	v.must(v.root(), "hostkeep_zone_import", "zone", zone, "text", zoneFile+"word 60 IN TXT "+canary(v.zones[zone])+"\n")
}

// cpanelToken makes a cPanel token of an account, and answers its header.
func (v *cpanelViews) cpanelToken(user, name string) string {
	v.t.Helper()
	a := v.uapi(v.root(), user, "Tokens/create_full_access", "name", name)
	secret, ok := a.data("token").(string)
	if !ok {
		v.t.Fatalf("no token of %s: %+v", user, a)
	}
	return "cpanel " + user + ":" + secret
}

// callers are all kinds. A reseller's account sees on port 2083 nothing of its
// customers, and a credential of one port opens never the other.
func (v *cpanelViews) callers() (list []caller) {
	for _, user := range v.accounts() {
		list = append(list, caller{"the account " + user, v.cpanelToken(user, canary(user)), hostkeep.Caller{}, true, []string{user}})
	}
	whm := func(user string, privileges ...string) (hostkeep.Caller, string) {
		who := v.as(user)
		who.Rights, who.User.Privileges = hostkeep.Everything(), hostkeep.Everything() // to make it is not what is tested
		nameValue := []string{"token_name", fmt.Sprintf("w%d", len(list))}
		for _, p := range privileges {
			nameValue = append(nameValue, "acl", p)
		}
		secret := v.newToken(who, nameValue...)
		c, err := v.with(user, secret, "192.0.2.1")
		if err != nil {
			v.t.Fatal(err)
		}
		return c, secret.Reveal()
	}
	for _, reseller := range []string{"shop", "rival"} {
		v.must(v.root(), "setacls", "reseller", reseller, "acl-cpanel-api", "1", "acl-edit-dns", "1", "acl-manage-dns-records", "1")
	}
	for _, of := range []struct {
		user, privilege string
		opens           bool
		actsAs          []string
	}{
		{"root", "cpanel-api", true, nil},
		{"root", "edit-dns", false, nil},
		{"deputy", "cpanel-api", true, nil},
		{"shop", "cpanel-api", true, []string{"shop", "client"}},
		{"shop", "edit-dns", false, nil},
		{"rival", "cpanel-api", true, []string{"rival", "victim"}},
	} {
		c, secret := whm(of.user, of.privilege)
		list = append(
			list,
			caller{of.user + " by a token with " + of.privilege, "", c, of.opens, of.actsAs},
			caller{of.user + "'s WHM token on port 2083", "cpanel " + of.user + ":" + secret, hostkeep.Caller{}, false, nil},
		)
	}
	return list
}

// ask asks by a caller's way, and answers the text of all that came and whether the
// function did its work.
func (v *cpanelViews) ask(c caller, user string, l cpanelLook, zone, serial string) (text string, ok bool) {
	v.t.Helper()
	v.cases++
	params := slices.Clone(l.params)
	for i := range params {
		params[i] = strings.NewReplacer("ZONE", zone, "SERIAL", serial).Replace(params[i])
	}
	names := []string{"cpanel_jsonapi_apiversion", l.api, "cpanel_jsonapi_module", l.module, "cpanel_jsonapi_func", l.function}
	if c.header != "" {
		path := "/json-api/cpanel?" + query(append(names, params...))
		if l.api == "3" {
			path = "/execute/" + l.module + "/" + l.function + "?" + query(params)
		}
		r := httptest.NewRequest(http.MethodGet, path, nil) //nolint:noctx // ends with the call
		r.Header.Set("Authorization", c.header)
		answer := httptest.NewRecorder()
		v.side.ServeHTTP(answer, r)
		text = answer.Body.String()
	} else {
		function := append(names, "cpanel_jsonapi_user", user)
		name := "cpanel"
		if l.api == "3" {
			name, function = "uapi_cpanel", []string{"cpanel.user", user, "cpanel.module", l.module, "cpanel.function", l.function}
		}
		r := v.Call(context.Background(), c.whm, name, wire.Pairs(append(function, params...)...))
		text = string(r.AppendJSON(nil))
	}
	ok = strings.Contains(text, `"status":1,"errors":null`) || strings.Contains(text, `"cpanelresult":{"apiversion":2,`) && !strings.Contains(text, `"error":`)
	return strings.ReplaceAll(text, zone, "NAME"), ok
}

// TestCPanelViews: whoever calls whatever function of cPanel's for whomever, by port
// 2083 or through WHM, what comes is what an oracle makes of who may act for the
// account and whose the zone is. Of foreign zones and accounts nothing comes that does
// not come of missing ones, and never a word that is another account's.
func TestCPanelViews(t *testing.T) {
	t.Parallel()
	v := newCPanelViews(t)
	for i, c := range v.callers() {
		if raced && i%4 != 1 { // the step with the rounds in full asks as all of them
			continue
		}
		accounts := append(v.accounts(), "root", "nobody")
		if c.header != "" {
			accounts = accounts[:1] // it acts for itself, whoever is named
		}
		for _, user := range accounts {
			if c.header != "" && c.opens {
				user = c.actsAs[0]
			}
			for _, l := range cpanelLooks() {
				v.asks(c, user, l)
			}
		}
	}
	if v.cases < 5000 && !raced { // and as many by TestZoneViews
		t.Errorf("only %d cases", v.cases)
	}
}

// asks one look of every zone, and of one that is not there.
func (v *cpanelViews) asks(c caller, user string, l cpanelLook) {
	v.t.Helper()
	missing, ok := v.ask(c, user, l, "of-nobody.example", "2026112401")
	if ok {
		v.t.Errorf("%s, for %s, %s::%s of a missing zone: %s", c.name, user, l.module, l.function, missing)
	}
	if !c.may(user) && c.header == "" && user != "root" { // as for an account that is not there
		none, _ := v.ask(c, "nobody", l, "of-nobody.example", "2026112401")
		if strings.ReplaceAll(missing, user, "USER") != strings.ReplaceAll(none, "nobody", "USER") {
			v.t.Errorf("%s is told of %s: %s, of a missing account: %s", c.name, user, missing, none)
		}
	}
	for zone, owner := range v.zones {
		for _, name := range spellings(zone) {
			was := v.stored(zone)
			text, ok := v.ask(c, user, l, name, v.serial(zone))
			mine := c.may(user) && owner == user
			switch {
			case ok != mine:
				v.t.Errorf("%s, for %s, %s::%s of %s of %s: %t, want %t: %.300s", c.name, user, l.module, l.function, name, owner, ok, mine, text)
			case !mine && text != missing:
				v.t.Errorf("%s, for %s, %s::%s of %s of %s: %.300s; of a missing zone %.300s", c.name, user, l.module, l.function, name, owner, text, missing)
			case mine && !l.writes && !strings.Contains(text, canary(owner)) && l.api == "2":
				v.t.Errorf("%s does not see its own zone: %.300s", c.name, text)
			}
			v.tells(c, user, l.module+"::"+l.function, text)
			now := v.stored(zone)
			if changed := now != was; changed != (mine && l.writes) {
				v.t.Fatalf("%s, for %s, %s::%s of %s of %s: changed %t", c.name, user, l.module, l.function, name, owner, changed)
			} else if changed {
				v.restore(zone)
			}
		}
	}
}

// tells: no word of another account's is in an answer.
func (v *cpanelViews) tells(c caller, user, function, text string) {
	v.t.Helper()
	for _, other := range append(v.accounts(), "root") {
		if strings.Contains(text, canary(other)) && (other != user || !c.may(user)) {
			v.t.Errorf("%s, for %s, %s tells of %s: %.300s", c.name, user, function, other, text)
		}
	}
}

// TestNoCPanelFunctionTellsOfOthers calls every declared function with names of
// others in whatever parameter it has.
func TestNoCPanelFunctionTellsOfOthers(t *testing.T) {
	t.Parallel()
	v := newCPanelViews(t)
	callers := v.callers()
	for _, f := range v.cpanel.Functions() {
		l := cpanelLook{api: "3", module: f.CPanel.Module, function: f.Name}
		if f.CPanel.Dialect == wire.API2 {
			l.api = "2"
		}
		for i, c := range callers {
			if raced && i%4 != 1 {
				continue
			}
			for _, other := range []string{"victim", "client"} {
				l.params = nil
				for _, p := range f.In.Fields() {
					value := map[string]string{
						"zone": "of-" + other + ".example", "domain": other + ".example", "rootdomain": other + ".example",
						"newdomain": "x." + other + ".example", "subdomain": "x." + other + ".example", "topdomain": other + ".example", "name": other, "new_name": other + "2",
						"password": "a word of nobody's", "oldpass": "another word", "newpass": "a word of nobody's", "enabledigest": "1",
						"display": "diskusage", "command": `["DomainInfo","single_domain_data",{"domain":"` + other + `.example"}]`,
					}[p.Name]
					l.params = append(l.params, p.Name, value)
				}
				user := "shop"
				if c.header != "" && c.opens {
					user = c.actsAs[0]
				}
				text, _ := v.ask(c, user, l, "-", "1")
				v.tells(c, user, f.Called(), text)
			}
		}
	}
}
