package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// reached is what a call that changes something is told once authentication,
// authorisation and its parameters have let it through.
const reached = "Authorisation let it through."

// gate stops every call that would change something where hooks are asked: after
// authorisation, before anything is done.
type gate struct{ open bool }

func (g *gate) Before(context.Context, api.HookCall) error {
	if g.open {
		return nil
	}
	return hostkeep.Errorf(hostkeep.Conflict, reached)
}

func (*gate) After(context.Context, api.HookCall) []string { return nil }

// holding is a token that may be asked about and used.
type holding struct {
	owner, name string
	secret      hostkeep.Secret
	addresses   []string
}

// trial generates callers, tokens and calls, and asks about each and makes it.
type trial struct {
	*testing.T
	w       *world
	gate    *gate
	rand    *rand.Rand
	server  http.Handler
	held    []holding
	outcome map[string]int
}

// rich are the privileges that tokens and resellers are generated of, besides those
// that the functions name.
func (x *trial) some(n int) []string {
	table := hostkeep.PrivilegeTable()
	list := []string{"manage-api-tokens"}
	for range n {
		list = append(list, string(table[x.rand.IntN(len(table))].Name))
	}
	if x.rand.IntN(3) > 0 {
		list = slices.DeleteFunc(list, func(p string) bool { return p == "all" })
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// populate makes users and tokens straight in the store, so that tokens may be wider
// than their owners are now.
func (x *trial) populate() {
	x.gate.open = true
	root := x.w.root()
	for _, user := range []string{"bella", "carla", "dorle"} {
		x.w.must(root, "createacct", "username", user, "domain", user+".example")
		x.w.must(root, "setupreseller", "user", user)
		x.setRights(user)
	}
	for _, owner := range []string{"root", "bella", "carla", "dorle"} {
		as, _ := x.w.node.PrincipalByName(owner)
		if owner != "root" {
			x.w.must(x.w.as("root"), "createacct", "username", "client"+owner[:1], "domain", "client"+owner[:1]+".example", "owner", owner)
		}
		err := x.w.change(x.Context(), hostkeep.Change{Caller: root, Function: "x", Args: "{}"}, func(tx *sqlstore.Tx) error {
			for i := range 12 {
				if err := x.token(tx, as, fmt.Sprint("token", i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			x.Fatal(err)
		}
	}
	x.gate.open = false
}

func (x *trial) token(tx *sqlstore.Tx, owner hostkeep.Principal, name string) error {
	body := []byte("HK")
	for range 25 {
		body = append(body, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[x.rand.IntN(36)])
	}
	secret := hostkeep.SealSecret(string(body))
	t := hostkeep.Token{
		ID: tx.NewID(), OwnerID: owner.ID, Name: name, Hash: x.w.ring.HashToken(secret), KeyID: x.w.ring.ID(),
		Privileges: hostkeep.KnownPrivileges(x.some(1 + x.rand.IntN(40))), Created: x.w.now,
	}
	if x.rand.IntN(3) == 0 {
		t.Expires = x.w.now.Add(time.Duration(x.rand.IntN(48)) * time.Hour)
	}
	h := holding{owner: owner.Name, name: name, secret: secret}
	if x.rand.IntN(3) == 0 {
		h.addresses = [][]string{{home}, {"192.0.2.0/24", "2001:db8::/32"}, {abroad, home}}[x.rand.IntN(3)]
		t.Addresses, _ = hostkeep.ParseAddresses(h.addresses)
	}
	x.held = append(x.held, h)
	return tx.InsertToken(t)
}

func (x *trial) setRights(user string) {
	p := []string{"reseller", user}
	for _, n := range x.some(30) {
		p = append(p, "acl-"+n, "1")
	}
	x.w.must(x.w.root(), "setacls", p...)
}

// upset changes the world: the clock, who is suspended, what resellers may.
func (x *trial) upset() {
	x.gate.open = true
	defer func() { x.gate.open = false }()
	x.w.now = x.w.now.Add(time.Duration(x.rand.IntN(5)-2) * time.Hour)
	user := []string{"bella", "carla", "dorle"}[x.rand.IntN(3)]
	switch x.rand.IntN(3) {
	case 0:
		x.w.must(x.w.root(), "suspendreseller", "user", user)
	case 1:
		x.w.must(x.w.root(), "unsuspendreseller", "user", user)
	}
	x.setRights(user)
}

// TestExplainAgrees: "would it be allowed?" answers what a real call through the
// HTTP server comes to, for generated tokens, functions, accounts, addresses and
// times. Calls that write are stopped at the hooks, behind authorisation.
func TestExplainAgrees(t *testing.T) {
	t.Parallel()
	const cases = 10_000
	x := &trial{T: t, w: opened(t), gate: &gate{}, rand: rand.New(rand.NewPCG(6, 6)), outcome: map[string]int{}} //nolint:gosec // the cases must come again
	x.w.api.Hooks = x.gate
	x.server = x.w.httpServer().WHM()
	x.populate()
	functions := x.w.Catalogue().Functions()
	accounts := []string{"root", "bella", "carla", "dorle", "clientb", "clientc", "clientd", "missing", "Bella", "../x"}
	for i := range cases {
		if i%50 == 49 {
			x.upset()
		}
		f := functions[x.rand.IntN(len(functions))]
		h := x.held[x.rand.IntN(len(x.held))]
		from := []string{home, abroad, "192.0.2.77", "2001:db8::5"}[x.rand.IntN(4)]
		if x.rand.IntN(5) == 0 {
			from = ""
		}
		account := accounts[x.rand.IntN(len(accounts))]
		if !accountRequired(f) && x.rand.IntN(3) == 0 {
			account = ""
		}
		x.compare(f, h, account, from)
	}
	for _, kind := range []string{"allowed", "credential", "denied", "not found", "unsupported", "itself"} {
		if x.outcome[kind] < cases/200 {
			t.Errorf("only %d cases are %s: %v", x.outcome[kind], kind, x.outcome)
		}
	}
}

func accountRequired(f *api.Function) bool {
	return slices.ContainsFunc(f.In.Fields(), func(p wire.Field) bool { return p.Name == f.Account && p.Required })
}

type explained struct {
	Allowed int
	Kind    string
	Reason  string
	Answer  string
	Missing string
}

// compare asks and calls.
func (x *trial) compare(f *api.Function, h holding, account, from string) {
	x.Helper()
	owner, _ := x.w.node.PrincipalByName(h.owner)
	asks := hostkeep.Caller{User: owner, Via: hostkeep.ViaPassword, Rights: hostkeep.KnownPrivileges([]string{"manage-api-tokens"})} // also while it is suspended
	p := []string{"function", f.Name, "account", account}
	own := from
	if own == "" {
		own = home
	}
	if c, err := x.w.with(h.owner, h.secret, own); err == nil && c.Rights.Has("manage-api-tokens") && x.rand.IntN(4) == 0 {
		asks, from = c, own // about itself
		x.outcome["itself"]++
	} else {
		p = append(p, "token", h.name)
	}
	if from != "" {
		p = append(p, "address", from)
	}
	said := x.ask(asks, p)
	if from == "" && h.addresses != nil {
		from = strings.TrimSuffix(h.addresses[0], "/24")
	} else if from == "" {
		from = abroad
	}
	status, reason, missing := x.send(f, h, account, from)
	x.outcome[kindOf(said)]++
	about := fmt.Sprintf("%s/%s calls %s on %q from %s: explained as %+v, is %d %q (%s)", h.owner, h.name, f.Name, account, from, said, status, reason, missing)
	switch {
	case said.Kind == "credential":
		if status != http.StatusForbidden {
			x.Error(about)
		}
	case status != http.StatusOK:
		x.Error(about)
	case said.Allowed == 0:
		if reason != said.Answer || said.Reason != said.Answer || missing != said.Missing || said.Answer == "" {
			x.Error(about)
		}
	case f.Writes && reason != reached && !strings.HasPrefix(reason, `The parameter "`):
		x.Error(about)
	case strings.HasPrefix(reason, "Permission denied"), missing != "":
		x.Error(about)
	case f.Account != "" && account != "" && !x.owns(owner, account) && !strings.HasPrefix(reason, `The parameter "`):
		x.Error(about)
	}
}

func (x *trial) owns(owner hostkeep.Principal, account string) bool {
	p, there := x.w.node.PrincipalByName(account)
	return there && owner.Owns(p)
}

func kindOf(e explained) string {
	if e.Allowed == 1 {
		return "allowed"
	}
	return e.Kind
}

func (x *trial) ask(c hostkeep.Caller, p []string) (e explained) {
	x.Helper()
	var answer struct{ Data explained }
	r := x.w.must(c, "hostkeep_explain", p...)
	if err := json.Unmarshal(r.AppendJSON(nil), &answer); err != nil {
		x.Fatal(err)
	}
	return answer.Data
}

// send makes the call, with every parameter that it needs.
func (x *trial) send(f *api.Function, h holding, account, from string) (status int, reason, missing string) {
	query := url.Values{"api.version": {"1"}}
	for _, field := range f.In.Fields() {
		if field.Required {
			query.Set(field.Name, fit(field))
		}
	}
	if f.Account != "" && account != "" {
		query.Set(f.Account, account)
	}
	r := httptest.NewRequestWithContext(x.Context(), http.MethodGet, "/json-api/"+f.Name+"?"+query.Encode(), nil)
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(from), 1024).String()
	r.Header.Set("Authorization", "whm "+h.owner+":"+h.secret.Reveal())
	a := httptest.NewRecorder()
	x.server.ServeHTTP(a, r)
	var answer struct {
		Metadata struct{ Reason string }
		Error    string // of cpanel's own form
	}
	if err := json.Unmarshal(a.Body.Bytes(), &answer); err != nil {
		x.Fatalf("%s: %v: %s", f.Name, err, a.Body)
	}
	return a.Code, cmp.Or(answer.Metadata.Reason, answer.Error), a.Header().Get("X-Hostkeep-Missing-Privilege")
}
