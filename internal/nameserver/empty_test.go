package nameserver_test

import (
	"testing"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

// TestFirstZone: a server that was told that there are no zones serves the first
// that comes.
func TestFirstZone(t *testing.T) {
	t.Parallel()
	s := serve(t, nameserver.Options{})
	s.Replace(nil)
	s.Set(zoneOf(t, "first.test", "@ 60 IN SOA ns.first.test. root.first.test. 1 1 1 1 1\n@ 60 IN NS ns.first.test.\n"))
	if m := ask(t, s, "udp", question("first.test.", dns.TypeNS)); len(m.Answer) != 1 {
		t.Errorf("the answer is %v", m)
	}
}
