package daemon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// TestExplain: what is said of a token of one's own, and of nobody else's.
func TestExplain(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	shop := w.as("shop")
	w.newToken(shop, "token_name", "job", "acl", "list-accts", "acl", "passwd", "whitelist_ip", home, "expires_at", fmt.Sprint(w.now.Unix()+60))
	w.newToken(w.root(), "token_name", "rooted")
	for query, want := range map[string]string{
		"function=listaccts token=job":                        "1    ",
		"function=listaccts token=job address=" + home:        "1    ",
		"function=listaccts token=job address=::ffff:" + home: "1    ",
		"function=listaccts token=job address=" + abroad:      "0 credential The token may not be used from this address. Access denied ",
		"function=suspendacct token=job":                      `0 denied Permission denied: suspendacct needs the privilege "suspend-acct", which this token does not have. = suspend-acct`,
		"function=suspendacct":                                "1    ",
		"function=suspendacct account=client":                 "1    ",
		"function=setacls":                                    `0 denied Permission denied: setacls needs the privilege "all", which this user does not have. = all`,
		"function=passwd token=job account=client":            "1    ",
		"function=passwd token=job account=rooted":            "0 not found Sorry, the user rooted does not exist. = ",
		"function=passwd token=job account=missing":           "0 not found Sorry, the user missing does not exist. = ",
		"function=nosuch":                                     `0 unsupported Unknown app ("nosuch") requested for this version (1) of the API. = `,
	} {
		e := dataOf(t, w.must(shop, "hostkeep_explain", pairs(query)...))
		if e["answer"] == e["reason"] && e["answer"] != "" {
			e["answer"] = "="
		}
		if got := fmt.Sprint(e["allowed"], " ", e["kind"], " ", e["reason"], " ", e["answer"], " ", e["missing"]); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if r := w.must(shop, "hostkeep_explain", "function", "listaccts", "token", "job"); !strings.Contains(string(r.AppendJSON(nil)), "from 192.0.2.1. From elsewhere") {
		t.Errorf("without an address: %s", r.AppendJSON(nil))
	}
	for query, kind := range map[string]hostkeep.Kind{
		"function=listaccts token=rooted": hostkeep.NotFound, "function=listaccts token=gone": hostkeep.NotFound,
		"function=listaccts address=here": hostkeep.Invalid, "function=listaccts address=fe80::1%eth0": hostkeep.Invalid, "account=client": hostkeep.Invalid,
	} {
		if r := w.Call(t.Context(), shop, "hostkeep_explain", wire.Pairs(pairs(query)...)); r.Kind != kind {
			t.Errorf("%s: %v %q, want %v", query, r.Kind, r.Reason, kind)
		}
	}
	w.now = w.now.Add(time.Minute)
	if e := dataOf(t, w.must(w.as("shop"), "hostkeep_explain", pairs("function=listaccts token=job")...)); e["reason"] != "The token has expired." {
		t.Errorf("at its end: %v", e)
	}
}
