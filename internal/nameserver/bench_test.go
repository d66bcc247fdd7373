package nameserver_test

import (
	"testing"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep/internal/nameserver"
)

// BenchmarkAnswer is an answer without the way to it and back. It allocates nothing.
func BenchmarkAnswer(b *testing.B) {
	s := silent(b, nameserver.Limits{}, zoneOf(b, "example.test", example))
	for _, bb := range []struct {
		what, name string
		qtype      uint16
	}{
		{"address", "web.example.test.", dns.TypeA},
		{"none", "nothing.example.test.", dns.TypeA},
		{"alias", "www.example.test.", dns.TypeA},
		{"mail", "example.test.", dns.TypeMX},
		{"referral", "x.sub.example.test.", dns.TypeA},
	} {
		packet := packed(b, question(bb.name, bb.qtype).SetEdns0(1232, false))
		answer := s.Answerer(stranger)
		b.Run(bb.what, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				answer(packet, noon)
			}
		})
	}
}
