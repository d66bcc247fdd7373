package httpd_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/httpd"
)

func TestTheAddressBehindProxies(t *testing.T) {
	t.Parallel()
	const list = "127.0.0.1/32 10.0.0.0/8 2001:db8::/32"
	tests := []struct {
		name, proxies string
		forwarded     []string
		want          string
		warns         bool
	}{
		{"no proxies", "", []string{"192.0.2.1"}, "127.0.0.1", false},
		{"peer not listed", "10.0.0.0/8", []string{"192.0.2.1"}, "127.0.0.1", false},
		{"no header", list, nil, "127.0.0.1", false},
		{"one hop", list, []string{"192.0.2.1"}, "192.0.2.1", false},
		{"rightmost unlisted", list, []string{"198.51.100.1, 192.0.2.1, 10.1.1.1"}, "192.0.2.1", false},
		{"values joined", list, []string{"198.51.100.1", "192.0.2.1,10.1.1.1", "2001:db8::7"}, "192.0.2.1", false},
		{"claimed left of the caller", list, []string{"rubbish, 10.1.1.1, 192.0.2.1"}, "192.0.2.1", false},
		{"all listed", list, []string{"10.2.2.2, 10.1.1.1"}, "10.2.2.2", false},
		{"mapped", list, []string{"192.0.2.1, ::ffff:10.1.1.1"}, "192.0.2.1", false},
		{"mapped caller", list, []string{"::ffff:192.0.2.1"}, "192.0.2.1", false},
		{"port", list, []string{"192.0.2.1:4711, [2001:db8::1]:80"}, "192.0.2.1", false},
		{"zone", list, []string{"fe80::1%eth0"}, "fe80::1", false},
		{"malformed", list, []string{"192.0.2.1, rubbish"}, "127.0.0.1", true},
		{"malformed further left", list, []string{"unknown, 10.1.1.1"}, "127.0.0.1", true},
		{"empty", list, []string{""}, "127.0.0.1", true},
		{"empty hop", list, []string{"192.0.2.1,"}, "127.0.0.1", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := start(t, func(o *httpd.Options) {
				for p := range strings.FieldsSeq(tt.proxies) {
					o.Proxies = append(o.Proxies, netip.MustParsePrefix(p))
				}
			})
			header := []string{authorized}
			for _, f := range tt.forwarded {
				header = append(header, "X-Forwarded-For: "+f)
			}
			g.ask("whm", req("GET /json-api/version", header, ""))
			if got := g.auths[0].addr.String(); got != tt.want {
				t.Errorf("address %s, want %s", got, tt.want)
			}
			log := g.logged()
			if strings.Contains(log, "malformed") != tt.warns || !strings.Contains(log, `"addr":"`+tt.want+`"`) {
				t.Error(log)
			}
		})
	}
}
