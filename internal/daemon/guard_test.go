package daemon

import (
	"context"
	"encoding/base64"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/httpd"
)

// signIn tries root's password, or a wrong one, and answers why not; "" is let in.
func (w *world) signIn(from, user, password string) string {
	w.t.Helper()
	header := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	_, err := w.authenticate(context.Background(), httpd.Credential{Authorization: []string{header}, Addr: netip.MustParseAddr(from), ID: "id"})
	var refused *auth.Refusal
	if err != nil && !errors.As(err, &refused) {
		w.t.Fatalf("%s from %s: %v", user, from, err)
	}
	if err != nil {
		return refused.Reason
	}
	return ""
}

const rootsPassword = "the password of root"

// list reads a list as a client does: addresses with their comments.
func (w *world) list(name string) map[string]any {
	return dataOf(w.t, w.must(w.root(), "read_cphulk_records", "list_name", name))["ips_in_list"].(map[string]any)
}

func TestGuardLists(t *testing.T) {
	t.Parallel()
	w := opened(t)
	root := w.root()
	root.Addr = netip.MustParseAddr("192.0.2.7")
	data := dataOf(t, w.must(root, "create_cphulk_record", "list_name", "white", "ip-1", "192.0.2.7", "ip-2", "2001:DB8::/32", "ip-3", "nonsense", "comment", "the office"))
	if data["requester_ip"] != "192.0.2.7" || data["requester_ip_is_whitelisted"] != 1.0 || data["comment"] != "the office" || data["list_name"] != "white" {
		t.Errorf("the answer is %v", data)
	}
	if failed := data["ips_failed"].(map[string]any); len(failed) != 1 || !strings.Contains(failed["nonsense"].(string), "not an IPv4 or IPv6") {
		t.Errorf("failed: %v", failed)
	}
	body := `{"api.version":1,"list_name":"black","records":[{"ip":"198.51.100.1-198.51.100.9","comment":"guesses"},{"ip":"198.51.100.64/26"},{"ip":"x"}]}`
	answer := string(w.answer(context.Background(), root, httpd.Request{Function: "batch_create_cphulk_records", Body: []byte(body)}).Body)
	if !strings.Contains(answer, `"original_ips_added":["198.51.100.1-198.51.100.9","198.51.100.64/26"]`) || !strings.Contains(answer, `"x":`) {
		t.Errorf("many: %s", answer)
	}
	if l := w.list("black"); len(l) != 2 || l["198.51.100.1-198.51.100.9"] != "guesses" {
		t.Errorf("black: %v", l)
	}
	if l := w.list("white"); len(l) != 2 || l["2001:db8::/32"] != "the office" {
		t.Errorf("white: %v", l)
	}
	w.must(root, "create_cphulk_record", "list_name", "white", "ip", "192.0.2.7", "comment", "the new office")
	data = dataOf(t, w.must(root, "delete_cphulk_record", "list_name", "white", "ip-1", "2001:db8::/32", "ip-2", "2001:db8::/32"))
	if r, f := data["ips_removed"].([]any), data["ips_failed"].(map[string]any); len(r) != 1 || len(f) != 1 {
		t.Errorf("removed %v, failed %v", r, f)
	}
	if l := w.list("white"); len(l) != 1 || l["192.0.2.7"] != "the new office" {
		t.Errorf("white: %v", l)
	}
	w.refused(root, "not an IPv4", "create_cphulk_record", "list_name", "white", "ip", "nonsense")
	shop := hosting(t)
	shop.refused(shop.as("shop"), "Permission denied", "create_cphulk_record", "list_name", "white", "ip", "192.0.2.1")
}

// TestGuardAgainstGuesses: a black-listed and a blocked address cannot show a
// password, and go on with their tokens.
func TestGuardAgainstGuesses(t *testing.T) {
	t.Parallel()
	w := opened(t)
	secret := w.newToken(w.root(), "token_name", "t", "acl", "list-accts")
	w.must(w.root(), "create_cphulk_record", "list_name", "black", "ip", "203.0.113.0/24")
	w.must(w.root(), "save_cphulk_config", "max_failures_byip", "2", "mark_as_brute", "4")
	for i, want := range []string{auth.ReasonSecret, auth.ReasonSecret, auth.ReasonThrottled} {
		if got := w.signIn("192.0.2.1", "root", "wrong"); got != want {
			t.Fatalf("guess %d: %q, want %q", i, got, want)
		}
	}
	for from, want := range map[string]string{"192.0.2.1": auth.ReasonThrottled, "203.0.113.5": auth.ReasonBlackList, "192.0.2.2": ""} {
		if got := w.signIn(from, "root", rootsPassword); got != want {
			t.Errorf("root's password from %s: %q, want %q", from, got, want)
		}
		if _, err := w.with("root", secret, from); err != nil {
			t.Errorf("a token from %s: %v", from, err)
		}
	}
	root := w.as("root")
	failed := rows(t, dataOf(t, w.must(root, "get_cphulk_failed_logins")), "failed_logins")
	if len(failed) != 2 || failed[0]["ip"] != "192.0.2.1" || failed[0]["user"] != "root" || failed[0]["logintime"] != "2026-11-24 12:00:00" ||
		failed[0]["exptime"] != "2026-11-24 18:00:00" || failed[0]["timeleft"] != 360.0 || failed[0]["service"] != "whostmgrd" {
		t.Errorf("failed: %v", failed)
	}
	if b := rows(t, dataOf(t, w.must(root, "get_cphulk_brutes")), "brutes"); len(b) != 0 {
		t.Errorf("brutes: %v", b)
	}
	day := rows(t, dataOf(t, w.must(root, "get_cphulk_excessive_brutes")), "excessive_brutes")
	if len(day) != 1 || day[0]["exptime"] != "2026-11-25 12:00:00" || day[0]["timeleft"] != 1440.0 {
		t.Errorf("blocked for a day: %v", day)
	}
	if n := dataOf(t, w.must(root, "flush_cphulk_login_history_for_ips", "ip", "192.0.2.1"))["records_removed"]; n != 2.0 {
		t.Errorf("%v records were removed", n)
	}
	if got := w.signIn("192.0.2.1", "root", rootsPassword); got != "" {
		t.Errorf("after the flush: %q", got)
	}
}

func TestGuardReportsAndFlush(t *testing.T) {
	t.Parallel()
	w := opened(t)
	root := w.root()
	w.must(root, "save_cphulk_config", "max_failures_byip", "1", "max_failures", "2")
	w.signIn("192.0.2.1", "root", "wrong")
	w.signIn("198.51.100.1", "root", "wrong")
	if b := rows(t, dataOf(t, w.must(root, "get_cphulk_brutes")), "brutes"); len(b) != 2 || b[0]["ip"] != "198.51.100.1" || b[0]["timeleft"] != 15.0 || b[0]["notes"] != "1 failed sign-ins" {
		t.Errorf("brutes: %v", b)
	}
	if b := rows(t, dataOf(t, w.must(root, "get_cphulk_user_brutes")), "user_brutes"); len(b) != 1 || b[0]["user"] != "root" || b[0]["timeleft"] != 5.0 {
		t.Errorf("user brutes: %v", b)
	}
	if lifted := dataOf(t, w.must(root, "create_cphulk_record", "list_name", "white", "ip", "192.0.2.1"))["ip_blocks_removed"]; lifted != 1.0 {
		t.Errorf("%v blocks were lifted", lifted)
	}
	if n := dataOf(t, w.must(root, "flush_cphulk_login_history"))["records_removed"]; n != 1.0 {
		t.Errorf("%v records were removed", n)
	}
	for _, report := range []string{"brutes", "user_brutes", "excessive_brutes", "failed_logins"} {
		if b := rows(t, dataOf(t, w.must(root, "get_cphulk_"+report)), report); len(b) != 0 {
			t.Errorf("%s after the flush: %v", report, b)
		}
	}
	events, err := w.store.Events(context.Background(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if last := events[len(events)-1]; last.Function != "flush_cphulk_login_history" || last.Objects[0].Kind != hostkeep.KindLogins {
		t.Errorf("the record ends with %+v", last)
	}
}

func TestGuardSettings(t *testing.T) {
	t.Parallel()
	w := opened(t)
	root := w.root()
	config := func() map[string]any {
		return dataOf(t, w.must(root, "load_cphulk_config"))["cphulk_config"].(map[string]any)
	}
	is := func(want map[string]any) {
		t.Helper()
		got := config()
		for name, v := range want {
			if got[name] != v {
				t.Errorf("%s is %v, want %v", name, got[name], v)
			}
		}
	}
	is(map[string]any{
		"is_enabled": 1.0, "ip_based_protection": 1.0, "max_failures_byip": 5.0, "ip_brute_force_period_mins": 15.0, "ip_brute_force_period_sec": 900.0,
		"max_failures": 30.0, "brute_force_period_mins": 5.0, "lookback_period_min": 360.0, "lookback_time": 21600.0, "mark_as_brute": 30.0,
		"can_temp_ban_firewall": 0.0, "command_to_run_on_brute_force": "", "notify_on_brute": 0.0,
	})
	saved := text(w.must(root, "save_cphulk_config", "max_failures", "8", "brute_force_period_mins", "7", "notify_on_brute", "1"))
	if !strings.Contains(saved, `"max_failures":8`) || !strings.Contains(saved, `"warning":"Kept, but nothing comes of it here: notify_on_brute.`) {
		t.Errorf("saved: %s", saved)
	}
	is(map[string]any{"max_failures": 8.0, "brute_force_period_sec": 420.0, "max_failures_byip": 5.0, "notify_on_brute": 1.0})
	keyed := text(w.must(root, "set_cphulk_config_key", "key", "ip_brute_force_period_mins", "value", "20"))
	if !strings.Contains(keyed, `"ip_brute_force_period_sec":1200`) || !strings.Contains(keyed, `"country_blacklist":""`) {
		t.Errorf("set: %s", keyed)
	}
	for _, bad := range [][]string{
		{"save_cphulk_config", "max_failures", "0"},
		{"save_cphulk_config", "lookback_period_min", "-5"},
		{"save_cphulk_config", "brute_force_period_mins", "9223372036854775807"},
		{"set_cphulk_config_key", "key", "network_failures", "value", "1"},
		{"set_cphulk_config_key", "key", "is_enabled", "value", "2"},
		{"save_cphulk_config", "command_to_run_on_brute_force", "/bin/true"},
	} {
		w.refused(root, "", bad[0], bad[1:]...)
	}
	w.must(root, "disable_cphulk")
	if s := dataOf(t, w.must(root, "cphulk_status")); s["is_enabled"] != 0.0 || s["service"] != "cPHulk" {
		t.Errorf("status: %v", s)
	}
	w.refused(root, "cPHulk is disabled on the server.", "read_cphulk_records", "list_name", "white")
	w.must(root, "create_cphulk_record", "list_name", "black", "ip", "192.0.2.1", "skip_enabled_check", "1")
	if got := w.signIn("192.0.2.1", "root", rootsPassword); got != "" {
		t.Errorf("off, and yet %q", got)
	}
	w.must(root, "enable_cphulk")
	if got := w.signIn("192.0.2.1", "root", rootsPassword); got != auth.ReasonBlackList {
		t.Errorf("on again: %q", got)
	}
}

// TestGuardIsFollowed: what another process changes reaches this node's memory,
// and a node that starts has it.
func TestGuardIsFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, command := open(t, dir), open(t, dir)
	t.Cleanup(func() { _ = errors.Join(server.Close(), command.Close()) })
	if got := server.signIn("192.0.2.1", "root", "wrong"); got != auth.ReasonSecret {
		t.Fatal(got)
	}
	command.must(command.root(), "create_cphulk_record", "list_name", "black", "ip", "192.0.2.2")
	command.must(command.root(), "flush_cphulk_login_history")
	if err := server.node.Follow(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := server.signIn("192.0.2.2", "root", rootsPassword); got != auth.ReasonBlackList {
		t.Errorf("the other process's black list: %q", got)
	}
	if f := server.guards.Failures(); len(f) != 0 {
		t.Errorf("the other process's flush left %v", f)
	}
	late := open(t, dir)
	t.Cleanup(func() { _ = late.Close() })
	if got := late.signIn("192.0.2.2", "root", rootsPassword); got != auth.ReasonBlackList {
		t.Errorf("a node that starts: %q", got)
	}
}
