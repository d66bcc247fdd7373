package nameserver_test

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/nameserver"
)

// FuzzPacket: whatever comes over UDP has no answer or one, which can be read, is
// for this question, and is not larger than its asker may be sent.
func FuzzPacket(f *testing.F) {
	s, err := nameserver.New(nameserver.Options{
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Limits: nameserver.Limits{Rate: -1},
		Keys:        []nameserver.Key{{Name: "key.test", Algorithm: "hmac-sha256", Secret: hostkeep.NewSecret("c2VjcmV0")}},
		Secondaries: []nameserver.Secondary{{Addr: netip.MustParseAddrPort("192.0.2.1:53")}},
	})
	if err != nil {
		f.Fatal(err)
	}
	zone := zoneOf(f, "example.test", example+large)
	s.Set(zone)
	for _, tt := range answers {
		m := question(absolute(tt.name), dns.StringToType[tt.qtype])
		seed, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
		m.SetEdns0(4096, true)
		seed, _ = m.Pack()
		f.Add(seed)
	}
	signed := question("example.test.", dns.TypeIXFR)
	signed.SetTsig("key.test.", dns.HmacSHA256, 300, time.Now().Unix())
	seed, _, err := dns.TsigGenerate(signed, "c2VjcmV0", "", false)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, packet []byte) {
		before := bytes.Clone(packet)
		answer := s.Packet(packet, netip.MustParseAddrPort("192.0.2.1:1024"), time.Unix(1, 0))
		if !bytes.Equal(packet, before) {
			t.Error("the packet was changed")
		}
		if answer == nil {
			return
		}
		var r dns.Msg
		if err := r.Unpack(answer); err != nil {
			t.Fatalf("% x: %v", answer, err)
		}
		if len(packet) < 12 || packet[2]&0x80 != 0 {
			t.Fatal("something that is no question was answered")
		}
		if !r.Response || r.RecursionAvailable || r.Id != binary.BigEndian.Uint16(packet) || r.Opcode != int(packet[2]>>3)&15 {
			t.Errorf("the header is %+v", r.MsgHdr)
		}
		if asked := r.Question; len(asked) == 1 {
			end := 12 // the question's bytes stand as they came
			for answer[end] != 0 {
				end += 1 + int(answer[end])
			}
			end += 5
			if !bytes.HasPrefix(packet[12:], answer[12:end]) {
				t.Errorf("the question is % x, of % x", answer[12:end], packet)
			}
		} else if r.Rcode == dns.RcodeSuccess || len(r.Answer)+len(r.Ns) > 0 {
			t.Errorf("an answer to nothing: %v", &r)
		}
		limit := dns.MinMsgSize
		var q dns.Msg
		if o := r.IsEdns0(); o != nil && q.Unpack(packet) == nil && q.IsEdns0() != nil {
			limit = min(max(int(q.IsEdns0().UDPSize()), limit), 1232)
		}
		if len(answer) > limit {
			t.Errorf("%d bytes, where %d are the limit", len(answer), limit)
		}
		if r.Truncated && len(r.Answer)+len(r.Ns) > 0 {
			t.Error("something stands in an answer that was cut back")
		}
	})
}
