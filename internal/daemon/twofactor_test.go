package daemon

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// code is what an app shows at a time.
func code(t tb, seed string, at time.Time) string {
	t.Helper()
	text, err := totp.GenerateCode(seed, at)
	if err != nil {
		t.Fatalf("code: %v", err)
	}
	return text
}

// enrol gives a WHM user a second factor and waits until its first code is over.
func (w *world) enrol(c hostkeep.Caller) (seed string) {
	w.t.Helper()
	data := dataOf(w.t, w.must(c, "twofactorauth_generate_tfa_config"))
	seed, _ = data["secret"].(string)
	if address, _ := data["otpauth_str"].(string); !strings.HasPrefix(address, "otpauth://totp/") || !strings.Contains(address, "secret="+seed) {
		w.t.Fatalf("otpauth_str %q", address)
	}
	data = dataOf(w.t, w.must(c, "twofactorauth_set_tfa_config", "secret", seed, "tfa_token", code(w.t, seed, w.now)))
	if data["success"] != float64(1) {
		w.t.Fatalf("%v", data)
	}
	return seed
}

func (b *browser) basic(user, password, code string) int {
	b.w.t.Helper()
	header := []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))}
	if code != "" {
		header = append(header, "X-CPANEL-OTP", code)
	}
	return b.send("GET", "/json-api/version?api.version=1", "", header...).Code
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	if got := w.browser().basic("root", rootsPassword, ""); got != 200 {
		t.Fatalf("without a second factor: %d", got)
	}
	seed := w.enrol(w.root())
	login := func(want, about, code string) {
		t.Helper()
		if got := w.browser().login("root", rootsPassword, code); got != want {
			t.Errorf("%s: %q, want %q", about, got, want)
		}
	}
	login("tfa_required", "no code", "")
	login("tfa_required", "the code that set it", code(t, seed, w.now))
	if got := w.browser().login("root", "wrong", code(t, seed, w.now.Add(30*time.Second))); got != "invalid_login" {
		t.Errorf("a wrong password beside a right code: %q", got)
	}
	w.now = w.now.Add(30 * time.Second)
	now := code(t, seed, w.now)
	login("", "the code of now", now)
	login("tfa_required", "the same again", now)
	if got := w.browser().basic("root", rootsPassword, now); got != 403 {
		t.Errorf("the same by Basic: %d", got)
	}
	login("tfa_required", "the one before, never used", code(t, seed, w.now.Add(-30*time.Second)))
	w.now = w.now.Add(60 * time.Second)
	now = code(t, seed, w.now)
	for _, tt := range []struct {
		code string
		want int
	}{{"", 403}, {"000000", 403}, {now, 200}, {now, 403}} {
		if got := w.browser().basic("root", rootsPassword, tt.code); got != tt.want {
			t.Errorf("by Basic with %q: %d", tt.code, got)
		}
	}
	w.now = w.now.Add(60 * time.Second)
	login("", "a clock that is behind", code(t, seed, w.now.Add(-30*time.Second)))
	login("", "a clock that is ahead", code(t, seed, w.now.Add(30*time.Second)))
	w.now = w.now.Add(5 * time.Minute)
	login("tfa_required", "far behind", code(t, seed, w.now.Add(-60*time.Second)))

	if _, err := w.with("root", w.newToken(w.root(), "token_name", "t"), "192.0.2.1"); err != nil {
		t.Errorf("a token needs a code: %v", err)
	}
	w.must(w.root(), "twofactorauth_disable_policy")
	login("", "with the policy off", "")
	w.must(w.root(), "twofactorauth_enable_policy")
	login("tfa_required", "with the policy on again", "")

	command, err := w.CommandCaller("root") // who has lost the app comes by the machine
	if err != nil {
		t.Fatal(err)
	}
	w.must(command, "twofactorauth_remove_user_config", "user", "root")
	login("", "removed", "")
}

// TestGuessingCodes: who has the password cannot try codes for ever, and tokens
// do not suffer.
func TestGuessingCodes(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	seed := w.enrol(w.root())
	w.now = w.now.Add(time.Minute)
	for range 5 {
		if got := w.browser().login("root", rootsPassword, "12345"); got != "tfa_required" {
			t.Fatal(got)
		}
	}
	right := func() string { return w.browser().login("root", rootsPassword, code(t, seed, w.now)) }
	if got := right(); got != "tfa_required" {
		t.Errorf("the right code after five wrong ones: %q", got)
	}
	w.now = w.now.Add(29 * time.Second)
	if got := right(); got != "tfa_required" {
		t.Errorf("half a minute is not over: %q", got)
	}
	w.now = w.now.Add(time.Second)
	if got := right(); got != "" {
		t.Errorf("after half a minute: %q", got)
	}
	w.now = w.now.Add(time.Minute)
	w.browser().login("root", rootsPassword, "12345")
	if got := right(); got != "" {
		t.Errorf("one miss after a success: %q", got)
	}
}

func TestTwoFactorFunctions(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root, shop := w.root(), w.as("shop")
	w.must(root, "createacct", "username", "plain", "domain", "plain.example", "owner", "shop")
	if got := dataOf(t, w.must(shop, "twofactorauth_policy_status")); got["is_enabled"] != float64(1) {
		t.Errorf("%v", got)
	}
	w.refused(shop, "Permission denied", "twofactorauth_disable_policy")
	w.must(root, "twofactorauth_disable_policy")
	if got := dataOf(t, w.must(shop, "twofactorauth_policy_status")); got["is_enabled"] != float64(0) {
		t.Errorf("%v", got)
	}
	issuer := func(c hostkeep.Caller, mine, server string) {
		t.Helper()
		if got := dataOf(t, w.must(c, "twofactorauth_get_issuer")); got["issuer"] != mine || got["system_wide_issuer"] != server {
			t.Errorf("%v, want %s, %s", got, mine, server)
		}
	}
	issuer(shop, w.host, w.host)
	w.must(root, "twofactorauth_set_issuer", "issuer", "The Host")
	issuer(shop, "The Host", "The Host")
	w.must(shop, "twofactorauth_set_issuer", "issuer", "Shop & Sons")
	issuer(shop, "Shop & Sons", "The Host")
	issuer(root, "The Host", "The Host")
	if got := dataOf(t, w.must(root, "twofactorauth_policy_status")); got["is_enabled"] != float64(0) {
		t.Error("the issuer changed the policy")
	}
	w.refused(root, `"issuer"`, "twofactorauth_set_issuer", "issuer", "a:b")
	w.refused(root, "base32", "twofactorauth_set_tfa_config", "secret", "AAAA", "tfa_token", "123456")
	w.refused(root, "not the one", "twofactorauth_set_tfa_config", "secret", strings.Repeat("A", 32), "tfa_token", "12345")

	seed := w.enrol(shop)
	configs := func(c hostkeep.Caller, nameValue ...string) string {
		t.Helper()
		return fmt.Sprint(dataOf(t, w.must(c, "twofactorauth_get_user_configs", nameValue...)))
	}
	plain, mine := "plain:map[is_enabled:0 primary_domain:plain.example]", "shop:map[is_enabled:1 primary_domain:shop.example]"
	if got := configs(shop); !strings.Contains(got, plain) || !strings.Contains(got, mine) || strings.Contains(got, "root:") {
		t.Error(got)
	}
	if got := configs(shop, "user", "plain"); got != "map["+plain+"]" {
		t.Error(got)
	}
	if got := configs(root); !strings.Contains(got, "root:map[is_enabled:0 primary_domain:"+w.host) || !strings.Contains(got, mine) {
		t.Error(got)
	}
	w.refused(shop, "does not exist", "twofactorauth_get_user_configs", "user", "root")

	w.now = w.now.Add(time.Minute)
	r := dataOf(t, w.must(shop, "twofactorauth_remove_user_config", "user", "shop", "user", "root", "user", "nobody", "user", "plain", "current_tfa_token", code(t, seed, w.now)))
	if fmt.Sprint(r) != "map[failed:map[nobody:Sorry, the user nobody does not exist. plain:plain has no second factor. root:Sorry, the user root does not exist.] users_modified:[shop]]" {
		t.Error(r)
	}
}

// TestTokensAndSecondFactors is promise 2 for them.
func TestTokensAndSecondFactors(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	root := w.root()
	seed := w.enrol(w.as("shop"))
	before := w.node.Seq()
	for about, c := range map[string]hostkeep.Caller{"narrow": root, "ending": root} {
		c.Via, c.TokenID = hostkeep.ViaToken, 1
		if about == "narrow" {
			c.Rights = (hostkeep.Privileges{}).With("create-acct")
		} else {
			c.Expires = w.now.Add(time.Hour)
		}
		for _, call := range [][]string{
			{"twofactorauth_set_tfa_config", "secret", seed, "tfa_token", code(t, seed, w.now)},
			{"twofactorauth_disable_policy"},
		} {
			if r := w.Call(context.Background(), c, call[0], wire.Pairs(call[1:]...)); r.OK {
				t.Errorf("%s: %s was done", about, call[0])
			}
		}
	}
	narrow, err := w.with("root", w.newToken(root, "token_name", "narrow", "acl", "create-acct"), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	r := dataOf(t, w.must(narrow, "twofactorauth_remove_user_config", "user", "shop"))
	if !strings.Contains(fmt.Sprint(r), "fewer rights than its owner") {
		t.Error(r)
	}
	if w.node.Seq() != before+1 { // the token
		t.Error("something was changed")
	}
}

// TestSeedsAreSealed: what the store and the record keep of a seed tells nothing of it.
func TestSeedsAreSealed(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	seed := w.enrol(w.root())
	f, err := (codes{w.store, w.ring}).TwoFactor(t.Context(), hostkeep.RootID)
	if err != nil || len(f.Sealed) == 0 || strings.Contains(string(f.Sealed), seed) || f.KeyID != w.ring.ID() {
		t.Errorf("%+v, %v", f, err)
	}
	if s, err := w.ring.Unseal(seedOf(2), f.KeyID, f.Sealed); err == nil {
		t.Errorf("it opens at another row: %q", s.Reveal())
	}
	events, err := w.store.Events(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if strings.Contains(e.Args, seed) {
			t.Errorf("the record has the seed: %s", e.Args)
		}
	}
}

// TestFormLoginIsGuarded: the form is no way around the guard against guessed
// passwords; and people who are asked for their code have guessed nothing.
func TestFormLoginIsGuarded(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	guesser := w.browser()
	for range 10 {
		guesser.login("root", "wrong", "")
	}
	if got := guesser.login("root", rootsPassword, ""); got != "invalid_login" {
		t.Errorf("after ten wrong passwords: %q", got)
	}
	seed := w.enrol(w.root())
	w.now = w.now.Add(time.Minute)
	b := w.browser()
	for range 10 {
		if got := b.login("root", rootsPassword, ""); got != "tfa_required" {
			t.Fatal(got)
		}
	}
	if got := b.login("root", rootsPassword, code(t, seed, w.now)); got != "" {
		t.Errorf("with the code: %q", got)
	}
}

// lockstep is the store of second factors for n who sign in at the same moment:
// none goes on before all have read theirs.
type lockstep struct {
	codes
	all *sync.WaitGroup
}

func (l lockstep) TwoFactor(ctx context.Context, id int64) (hostkeep.TwoFactor, error) {
	t, err := l.codes.TwoFactor(ctx, id)
	l.all.Done()
	l.all.Wait()
	return t, err
}

// atOnce has n sign in as root with one code at the same moment, and counts who
// comes in.
func (w *world) atOnce(n int, code string) (in int64) {
	all, group := new(sync.WaitGroup), new(sync.WaitGroup)
	all.Add(n)
	a := auth.New(auth.Options{
		Memory: w.node, Passwords: passwords{w.store}, Hasher: auth.NewHasher(n), Now: w.App.now, Codes: lockstep{codes{w.store, w.ring}, all},
	})
	var entered atomic.Int64
	for range n {
		group.Go(func() {
			_, err := a.Password(context.Background(), "root", hostkeep.NewSecret(rootsPassword), auth.Request{Code: []string{code}})
			if err == nil {
				entered.Add(1)
			}
		})
	}
	group.Wait()
	return entered.Load()
}

// TestGuessingCodesAtOnce: a try is counted before its code is looked at, so
// that eight at the same moment are no more than five in a row.
func TestGuessingCodesAtOnce(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	seed := w.enrol(w.root())
	w.now = w.now.Add(time.Minute)
	if in := w.atOnce(8, "12345"); in != 0 {
		t.Errorf("%d came in", in)
	}
	var factor hostkeep.TwoFactor
	err := w.store.Read(t.Context(), func(r *sqlstore.Reader) (err error) {
		factor, err = r.TwoFactor(hostkeep.RootID)
		return err
	})
	if err != nil || factor.Failed != 5 || !factor.Blocked.Equal(w.now.Add(30*time.Second)) {
		t.Errorf("%d codes were looked at, %v; then none until %v", factor.Failed, err, factor.Blocked)
	}
	if in := w.atOnce(1, code(t, seed, w.now)); in != 0 {
		t.Error("the right code right after them was taken")
	}
}

// TestACodeIsUsedOnceAtOnce: one of those that send the same right code comes in.
func TestACodeIsUsedOnceAtOnce(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	seed := w.enrol(w.root())
	w.now = w.now.Add(time.Minute)
	if in := w.atOnce(4, code(t, seed, w.now)); in != 1 {
		t.Errorf("one code let %d in", in)
	}
}

// TestAFactorIsNotReplacedUnproven: whoever has a session, or the password while
// nobody is asked for codes, and not the app, cannot put an app of its own there.
func TestAFactorIsNotReplacedUnproven(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	old, other := w.enrol(w.as("shop")), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	set := func(about, want string, c hostkeep.Caller, current ...string) {
		t.Helper()
		args := append([]string{"secret", other, "tfa_token", code(t, other, w.now)}, current...)
		r := w.Call(t.Context(), c, "twofactorauth_set_tfa_config", wire.Pairs(args...))
		if r.OK != (want == "") || !strings.Contains(r.Reason, want) {
			t.Errorf("%s: %v %q", about, r.OK, r.Reason)
		}
	}
	remove := func(c hostkeep.Caller, user string, current ...string) string {
		t.Helper()
		data := dataOf(t, w.must(c, "twofactorauth_remove_user_config", append([]string{"user", user}, current...)...))
		return fmt.Sprint(data["failed"], data["users_modified"])
	}
	const asked = "current_tfa_token"
	w.must(w.root(), "twofactorauth_disable_policy")
	for _, via := range []hostkeep.Via{hostkeep.ViaPassword, hostkeep.ViaSession} {
		w.now = w.now.Add(time.Minute)
		c := w.as("shop")
		if c.Via = via; via == hostkeep.ViaSession {
			c = w.inSession("shop")
		}
		set("nothing known", asked, c)
		set("the code that set it", asked, c, asked, code(t, old, w.now.Add(-time.Minute)))
		set("a code of the new one", asked, c, asked, code(t, other, w.now))
		if got := remove(c, "shop"); !strings.Contains(got, asked) || !strings.HasSuffix(got, "[]") {
			t.Errorf("removed unproven: %s", got)
		}
		if got := remove(c, "shop", asked, "12345"); !strings.Contains(got, asked) {
			t.Errorf("removed with a wrong code: %s", got)
		}
		set("a code of the old one", "", c, asked, code(t, old, w.now))
		old, other = other, old
	}
	w.now = w.now.Add(time.Minute)
	shop := w.as("shop")
	for range 5 {
		set("guessing", asked, shop, asked, "12345")
	}
	set("a right one after five guesses", asked, shop, asked, code(t, old, w.now))
	w.now = w.now.Add(time.Minute)
	if got := remove(shop, "shop", asked, code(t, old, w.now)); got != "map[] [shop]" {
		t.Errorf("removed with its code: %s", got)
	}
	set("there is none", "", shop)
	w.now = w.now.Add(time.Minute)
	if got := remove(w.root(), "shop"); got != "map[] [shop]" {
		t.Errorf("recovery by root: %s", got)
	}
	set("there is none again", "", shop)
	command, err := w.CommandCaller("shop")
	if err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	old, other = other, old
	set("the machine's administrator", "", command)
	w.now = w.now.Add(time.Minute)
	token, err := w.with("shop", w.newToken(w.as("shop"), "token_name", "whole"), "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	other = old
	set("a token with all its owner's rights", "", token)
}

// inSession is a caller in a session of its own.
func (w *world) inSession(user string) hostkeep.Caller {
	w.t.Helper()
	w.setPassword(user, "a word for "+user)
	b := w.session(user, "a word for "+user)
	c, err := w.auth.Caller(context.Background(), auth.Request{Cookies: []string{strings.TrimPrefix(b.cookie, "cpsession=")}, Token: b.token})
	if err != nil {
		w.t.Fatalf("session of %s: %v", user, err)
	}
	return c
}
