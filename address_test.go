package hostkeep_test

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
)

func TestParseAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		entries []string
		want    []string // nil: refused
	}{
		// The example of the protocol.
		{[]string{"1.1.1.1", "1.1.1.8/29", "fc00:abcd::f"}, []string{"1.1.1.1", "1.1.1.8/29", "fc00:abcd:0000:0000:0000:0000:0000:000f"}},
		{[]string{}, []string{}},
		{[]string{" 192.0.2.1 "}, []string{"192.0.2.1"}},
		{[]string{"192.0.2.77/24"}, []string{"192.0.2.77/24"}}, // the base is kept as written
		{[]string{"0.0.0.0/0", "::/0"}, []string{"0.0.0.0/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"}},
		{[]string{"2001:DB8::/32"}, []string{"2001:0db8:0000:0000:0000:0000:0000:0000/32"}},
		{[]string{"::ffff:192.0.2.1", "::ffff:192.0.2.0/120", "::ffff:0:0/96"}, []string{"192.0.2.1", "192.0.2.0/24", "0.0.0.0/0"}},
		{[]string{"192.0.2.1", "192.0.2.1/32", "::ffff:192.0.2.1", "192.0.2.2"}, []string{"192.0.2.1", "192.0.2.2"}},
		{[]string{"2001:db8::1/128", "2001:0db8:0::1"}, []string{"2001:0db8:0000:0000:0000:0000:0000:0001"}},
		{[]string{"fe80::1%eth0"}, nil},
		{[]string{"::ffff:192.0.2.1%eth0"}, nil},
		{[]string{"fe80::%eth0/64"}, nil},
		{[]string{"::ffff:0:0/95"}, nil}, // wider than all of IPv4
		{[]string{"192.0.2.1/33"}, nil},
		{[]string{"192.0.2.1/-1"}, nil},
		{[]string{"192.0.2.1/"}, nil},
		{[]string{"192.0.2.1/255.255.255.0"}, nil},
		{[]string{"192.0.2"}, nil},
		{[]string{"192.0.2.01"}, nil},
		{[]string{"3221225985"}, nil},
		{[]string{"localhost"}, nil},
		{[]string{""}, nil},
		{[]string{"192.0.2.1,192.0.2.2"}, nil},
		{[]string{"192.0.2.1", "*"}, nil},
	}
	for _, tt := range tests {
		list, err := hostkeep.ParseAddresses(tt.entries)
		if tt.want == nil {
			if hostkeep.KindOf(err) != hostkeep.Invalid || len(list) > 0 {
				t.Errorf("%q: %v, %v", tt.entries, list, err)
			} else if last := tt.entries[len(tt.entries)-1]; !strings.Contains(err.Error(), fmt.Sprintf("%q", last)) {
				t.Errorf("the error for %q does not name it: %v", last, err)
			}
			continue
		}
		if err != nil || !slices.Equal(list.Texts(), tt.want) || list.String() != strings.Join(tt.want, ",") {
			t.Errorf("%q: %q, %v; want %q", tt.entries, list.Texts(), err, tt.want)
		}
		if again, err := hostkeep.ParseAddresses(list.Texts()); err != nil || !slices.Equal(again, list) {
			t.Errorf("%q is read back as %v, %v", list.Texts(), again, err)
		}
	}
}

func TestTooManyAddresses(t *testing.T) {
	t.Parallel()
	entries := make([]string, 101)
	for i := range entries {
		entries[i] = fmt.Sprintf("192.0.2.%d", i)
	}
	if list, err := hostkeep.ParseAddresses(entries[:100]); err != nil || len(list) != 100 {
		t.Errorf("of 100: %d, %v", len(list), err)
	}
	if list, err := hostkeep.ParseAddresses(entries); hostkeep.KindOf(err) != hostkeep.Invalid || list != nil || !strings.Contains(err.Error(), "101") {
		t.Errorf("of 101: %v, %v", list, err)
	}
	if _, err := hostkeep.ParseAddresses([]string{strings.Repeat("9", 5000)}); len(err.Error()) > 200 {
		t.Errorf("the error repeats %d bytes", len(err.Error()))
	}
}

func TestAllows(t *testing.T) {
	t.Parallel()
	list := addresses(t, "192.0.2.77/24", "198.51.100.1", "2001:db8::/32", "fe80::/10")
	tests := map[string]bool{
		"192.0.2.0": true, "192.0.2.255": true, "192.0.3.0": false, "192.0.1.255": false,
		"198.51.100.1": true, "198.51.100.2": false,
		"::ffff:192.0.2.9": true, "::ffff:192.0.3.9": false,
		"2001:db8:ffff::1": true, "2001:db9::": false, "fe80::1%eth0": true, "::c000:209": false,
	}
	for text, want := range tests {
		if got := list.Allows(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is allowed: %v", text, got)
		}
	}
	if list.Allows(netip.Addr{}) {
		t.Error("no address at all is allowed by a list")
	}
	if !(hostkeep.AddressList{}).Allows(netip.Addr{}) || !hostkeep.AddressList(nil).Allows(netip.MustParseAddr("::1")) {
		t.Error("the empty list does not mean anywhere")
	}
	v4, v6 := addresses(t, "0.0.0.0/0"), addresses(t, "::/0")
	if v4.Allows(netip.MustParseAddr("::1")) || v6.Allows(netip.MustParseAddr("192.0.2.1")) || v6.Allows(netip.MustParseAddr("::ffff:192.0.2.1")) {
		t.Error("one family's addresses are allowed by the other's block")
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		l, m string
		want bool
	}{
		{"", "", true},
		{"", "192.0.2.1", true},
		{"192.0.2.1", "", false},
		{"0.0.0.0/0 ::/0", "", false},
		{"192.0.2.0/24", "192.0.2.1", true},
		{"192.0.2.99/24", "192.0.2.1", true},
		{"192.0.2.0/24", "192.0.2.128/25", true},
		{"192.0.2.0/24", "192.0.2.0/24", true},
		{"192.0.2.0/24", "192.0.2.0/23", false},
		{"192.0.2.1", "192.0.2.0/24", false},
		{"192.0.2.0/24 2001:db8::/32", "2001:db8::1 192.0.2.1", true},
		{"192.0.2.0/24", "192.0.2.1 198.51.100.1", false},
		{"192.0.2.0/25 192.0.2.128/25", "192.0.2.0/24", false}, // errs on the narrow side
		{"::/0", "192.0.2.1", false},
		{"0.0.0.0/0", "::1", false},
	}
	for _, tt := range tests {
		l, m := addresses(t, strings.Fields(tt.l)...), addresses(t, strings.Fields(tt.m)...)
		if got := l.Covers(m); got != tt.want {
			t.Errorf("%q covers %q: %v", tt.l, tt.m, got)
		}
	}
}

func addresses(t interface{ Fatal(...any) }, entries ...string) hostkeep.AddressList {
	list, err := hostkeep.ParseAddresses(entries)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// drawEntries draws entries that often lie within one another.
func drawEntries() *rapid.Generator[[]string] {
	entry := rapid.Custom(func(t *rapid.T) string {
		low := rapid.SampledFrom([]int{0, 1, 2, 127, 128, 255}).Draw(t, "low")
		switch rapid.IntRange(0, 3).Draw(t, "family") {
		case 0:
			return fmt.Sprintf("2001:db8::%x/%d", low, rapid.IntRange(118, 128).Draw(t, "bits"))
		case 1:
			return fmt.Sprintf("::ffff:10.0.0.%d/%d", low, rapid.IntRange(118, 128).Draw(t, "bits"))
		}
		return fmt.Sprintf("10.0.0.%d/%d", low, rapid.IntRange(22, 32).Draw(t, "bits"))
	})
	return rapid.SliceOfN(entry, 0, 4)
}

// block is the oracle's view of an entry, by package net instead of netip.
type block struct{ *net.IPNet }

func blocks(t *rapid.T, entries []string) []block {
	var list []block
	for _, e := range entries {
		_, n, err := net.ParseCIDR(e)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, block{n})
	}
	return list
}

// edges are the first and the last address of a block, and those just outside.
func (b block) edges() []net.IP {
	first, last := slices.Clone(b.IP), slices.Clone(b.IP)
	for i := range last {
		last[i] |= ^b.Mask[i]
	}
	before, behind := slices.Clone(first), slices.Clone(last)
	before[len(before)-1]--
	behind[len(behind)-1]++
	return []net.IP{first, last, before, behind}
}

func within(list []block, ip net.IP) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(b block) bool { return b.Contains(ip) })
}

// TestAddressLaws holds Allows and Covers against the oracle on the edges of
// every block in play.
func TestAddressLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		lTexts, mTexts := drawEntries().Draw(rt, "l"), drawEntries().Draw(rt, "m")
		l, m := addresses(rt, lTexts...), addresses(rt, mTexts...)
		lBlocks, mBlocks := blocks(rt, lTexts), blocks(rt, mTexts)
		covers, escapes := l.Covers(m), false
		for _, b := range slices.Concat(lBlocks, mBlocks) {
			for _, ip := range b.edges() {
				addr, _ := netip.AddrFromSlice(ip)
				inL, inM := within(lBlocks, ip), within(mBlocks, ip)
				if l.Allows(addr) != inL || m.Allows(addr) != inM {
					rt.Fatalf("%v: l allows it: %v, want %v; m: %v, want %v", ip, l.Allows(addr), inL, m.Allows(addr), inM)
				}
				escapes = escapes || inM && !inL
			}
		}
		if covers && escapes {
			rt.Fatal("l covers m, and m allows an address that l does not")
		}
		if len(l) == 1 && len(m) > 0 && !covers && !escapes {
			rt.Fatal("one block that holds all of m is said not to cover it")
		}
		if !l.Covers(l) {
			rt.Fatal("l does not cover itself")
		}
	})
}

func FuzzParseAddresses(f *testing.F) {
	for _, s := range []string{
		"", "192.0.2.1", "192.0.2.1/24,2001:db8::/32", "::ffff:192.0.2.1/120", "fe80::1%eth0", "::ffff:0:0/95", "1.1.1.1/33", " ::1 ,::1", "0/0", "\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, err := hostkeep.ParseAddresses(strings.Split(s, ","))
		if err != nil {
			if hostkeep.KindOf(err) != hostkeep.Invalid || list != nil {
				t.Fatalf("%v, %v", list, err)
			}
			return
		}
		again, err := hostkeep.ParseAddresses(strings.Split(list.String(), ","))
		if err != nil || !slices.Equal(again, list) {
			t.Fatalf("%q is read back as %v, %v", list, again, err)
		}
		for _, p := range list {
			if !p.IsValid() || p.Addr().Zone() != "" || p.Addr().Is4In6() || !list.Allows(p.Addr()) {
				t.Fatalf("%q holds %v", s, p)
			}
		}
	})
}
