package nameserver_test

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/nameserver"
)

const (
	transferKey    = "transfer.test."
	transferSecret = "c2VjcmV0IG9mIHRoZSB0ZXN0"
)

// listed are servers at 127.0.0.1 with the key, and at 127.0.0.3 without one.
func listed(port uint16) nameserver.Options {
	return nameserver.Options{
		Keys: []nameserver.Key{
			{Name: "Transfer.Test", Algorithm: "hmac-sha256", Secret: hostkeep.NewSecret(transferSecret)},
			{Name: "other.test", Algorithm: "HMAC-SHA512", Secret: hostkeep.NewSecret(transferSecret)},
		},
		Secondaries: []nameserver.Secondary{
			{Addr: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port), Key: "transfer.test"},
			{Addr: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.3"), port)},
		},
	}
}

// transferred asks for a zone from an address. key "" is none.
func transferred(t *testing.T, s *nameserver.Server, m *dns.Msg, from, key, algorithm, secret string) (list []dns.RR, err error) {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := d.DialContext(t.Context(), "tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	in := dns.Transfer{Conn: &dns.Conn{Conn: conn}, ReadTimeout: 30 * time.Second}
	if key != "" {
		m.SetTsig(key, algorithm, 300, time.Now().Unix())
		in.TsigSecret = map[string]string{key: secret}
	}
	envelopes, err := in.In(m, s.Addr())
	if err != nil {
		return nil, err
	}
	for e := range envelopes {
		if e.Error != nil {
			err = e.Error
		}
		list = append(list, e.RR...)
	}
	return list, err
}

// TestTransfer: the whole zone, in several messages, each signed.
func TestTransfer(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "host%d IN TXT \"%s\"\n", i, strings.Repeat("x", i%200))
	}
	zone := zoneOf(t, "example.test", example+text.String())
	s := serve(t, listed(53), zone)
	want := sorted(append(zone.Records[:1:1], zone.Records...))
	for _, from := range []string{"127.0.0.1", "127.0.0.3"} {
		got, err := transferred(t, s, new(dns.Msg).SetAxfr("example.test."), from, transferKey, dns.HmacSHA256, transferSecret)
		if err != nil {
			t.Fatal(err)
		}
		if got[0].Header().Rrtype != dns.TypeSOA || got[len(got)-1].Header().Rrtype != dns.TypeSOA || !slices.Equal(sorted(got), want) {
			t.Errorf("%d records, want %d", len(got), len(want))
		}
	}
	if got, err := transferred(t, s, new(dns.Msg).SetAxfr("ExAmple.test."), "127.0.0.3", "", "", ""); err != nil || len(got) != len(want) {
		t.Errorf("by address alone: %d records, %v", len(got), err)
	}
	// Serials go round (RFC 1982): half the circle behind 7 is before it.
	for serial, whole := range map[uint32]bool{6: true, 7: false, 8: false, 7 + 1<<31 - 1: false, 7 + 1<<31 + 1: true} {
		m := new(dns.Msg).SetIxfr("example.test.", serial, "ns1.example.test.", "hostmaster.example.test.")
		got, err := transferred(t, s, m, "127.0.0.3", "", "", "")
		if err != nil || (len(got) > 1) != whole || len(got) == 0 {
			t.Errorf("IXFR from %d: %d records, %v", serial, len(got), err)
		}
	}
}

// TestTransferOfLongSets: a set of 60,000 bytes, the longest that a zone of ours may
// have, fits in an answer over TCP and in a transfer, signature and all.
func TestTransferOfLongSets(t *testing.T) {
	t.Parallel()
	one := "one IN TXT" + strings.Repeat(` "`+strings.Repeat("x", 255)+`"`, 234) + "\n" // 59,904 bytes of data
	zone := zoneOf(t, "example.test", example+one)
	s := serve(t, listed(53), zone)
	got, err := transferred(t, s, new(dns.Msg).SetAxfr("example.test."), "127.0.0.1", transferKey, dns.HmacSHA256, transferSecret)
	if err != nil || len(got) != len(zone.Records)+1 {
		t.Errorf("%d records of %d, %v", len(got)-1, len(zone.Records), err)
	}
	c := dns.Client{Net: "tcp", Timeout: 30 * time.Second, TsigSecret: map[string]string{transferKey: transferSecret}}
	m := new(dns.Msg).SetQuestion("one.example.test.", dns.TypeTXT).SetEdns0(4096, false)
	m.SetTsig(transferKey, dns.HmacSHA256, 300, time.Now().Unix())
	if r, _, err := c.Exchange(m, s.Addr()); err != nil || r.Truncated || len(r.Answer) != 1 {
		t.Errorf("over TCP: %v", err)
	}
}

// TestTransfersThatAreRefused: nothing is told, neither whether a zone is here.
func TestTransfersThatAreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, listed(53), zoneOf(t, "example.test", example))
	for _, tt := range []struct{ what, from, key, algorithm, secret, zone string }{
		{"no key", "127.0.0.1", "", "", "", "example.test."},
		{"another address", "127.0.0.2", "", "", "", "example.test."},
		{"another address, with the key", "127.0.0.2", transferKey, dns.HmacSHA256, transferSecret, "example.test."},
		{"another key", "127.0.0.1", "other.test.", dns.HmacSHA512, transferSecret, "example.test."},
		{"another secret", "127.0.0.1", transferKey, dns.HmacSHA256, "d3Jvbmc=", "example.test."},
		{"another secret, where none is asked for", "127.0.0.3", transferKey, dns.HmacSHA256, "d3Jvbmc=", "example.test."},
		{"another algorithm", "127.0.0.1", transferKey, dns.HmacSHA512, transferSecret, "example.test."},
		{"a zone that is not here", "127.0.0.3", "", "", "", "elsewhere.test."},
		{"a zone that is not here, from elsewhere", "127.0.0.2", "", "", "", "elsewhere.test."},
		{"a name in the zone", "127.0.0.3", "", "", "", "web.example.test."},
	} {
		for _, m := range []*dns.Msg{new(dns.Msg).SetAxfr(tt.zone), new(dns.Msg).SetIxfr(tt.zone, 1, ".", ".")} {
			if got, err := transferred(t, s, m, tt.from, tt.key, tt.algorithm, tt.secret); len(got) != 0 || err == nil {
				t.Errorf("%s: %d records, %v", tt.what, len(got), err)
			}
		}
	}
	// From elsewhere, a zone of ours and one of nobody are refused in the same words.
	var rcodes []int
	for _, zone := range []string{"example.test.", "elsewhere.test."} {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.2")}}
		c := dns.Client{Net: "tcp", Dialer: &d, Timeout: 10 * time.Second}
		r, _, err := c.ExchangeContext(t.Context(), new(dns.Msg).SetAxfr(zone), s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		rcodes = append(rcodes, r.Rcode)
	}
	if !slices.Equal(rcodes, []int{dns.RcodeRefused, dns.RcodeRefused}) {
		t.Errorf("rcodes %v", rcodes)
	}
}

// TestSignatures: a good one signs the answer. Another gets NOTAUTH with what is
// wrong (RFC 8945, 5.2), unsigned but for a wrong time.
func TestSignatures(t *testing.T) {
	t.Parallel()
	s := serve(t, listed(53), zoneOf(t, "example.test", example))
	now := time.Now().Unix()
	for _, tt := range []struct {
		what, key, secret string
		at                int64
		code              uint16
		rcode             int
	}{
		{"good", transferKey, transferSecret, now, 0, dns.RcodeSuccess},
		{"wrong secret", transferKey, "d3Jvbmc=", now, dns.RcodeBadSig, dns.RcodeNotAuth},
		{"wrong name", "nobody.", transferSecret, now, dns.RcodeBadKey, dns.RcodeNotAuth},
		{"an hour ago", transferKey, transferSecret, now - 3600, dns.RcodeBadTime, dns.RcodeNotAuth},
	} {
		for _, network := range []string{"udp", "tcp"} {
			m := question("example.test.", dns.TypeSOA)
			m.SetTsig(tt.key, dns.HmacSHA256, 300, tt.at)
			b, mac, err := dns.TsigGenerate(m, tt.secret, "", false)
			if err != nil {
				t.Fatal(err)
			}
			var raw []byte
			if network == "udp" {
				raw = exchange(t, s, b)
			} else {
				conn := dial(t, s)
				if _, err := conn.Write(framed(b)); err != nil {
					t.Fatal(err)
				}
				if raw, err = readFrame(conn); err != nil {
					t.Fatal(err)
				}
			}
			r := unpacked(t, raw)
			sig := r.IsTsig()
			if sig == nil || r.Rcode != tt.rcode || sig.Error != tt.code || (len(r.Answer) == 1) != (tt.code == 0) {
				t.Errorf("%s, %s: %v", tt.what, network, r)
				continue
			}
			switch tt.code {
			case 0:
				if err := dns.TsigVerify(raw, tt.secret, mac, false); err != nil {
					t.Errorf("the answer's signature: %v", err)
				}
			case dns.RcodeBadTime:
				if sig.MACSize == 0 || sig.OtherLen != 6 {
					t.Errorf("%s: %v", tt.what, sig)
				}
			default:
				if sig.MACSize != 0 {
					t.Errorf("%s: an answer that is signed: %v", tt.what, sig)
				}
			}
		}
	}
}

// TestKeysThatAreRefused, and secondaries.
func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	good := nameserver.Key{Name: "key.test", Algorithm: "hmac-sha256", Secret: hostkeep.NewSecret(transferSecret)}
	wrong := func(change func(*nameserver.Key)) []nameserver.Key {
		k := good
		change(&k)
		return []nameserver.Key{k}
	}
	at := netip.MustParseAddrPort("192.0.2.1:53")
	for want, o := range map[string]nameserver.Options{
		"no domain name":      {Keys: wrong(func(k *nameserver.Key) { k.Name = "a..b" })},
		"none of hmac-sha256": {Keys: wrong(func(k *nameserver.Key) { k.Algorithm = "hmac-md5" })},
		"not base64":          {Keys: wrong(func(k *nameserver.Key) { k.Secret = hostkeep.NewSecret(transferSecret + "!") })},
		"two keys":            {Keys: []nameserver.Key{good, good}},
		"there is none":       {Secondaries: []nameserver.Secondary{{Addr: at, Key: "key.test"}}},
		"no port":             {Secondaries: []nameserver.Secondary{{Addr: netip.AddrPortFrom(at.Addr(), 0)}}},
	} {
		if _, err := nameserver.New(o); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), transferSecret) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}
