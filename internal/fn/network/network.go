// Package network is the family of functions that tell about the machine's
// addresses and sockets, as the kernel knows them, and keep which public address
// a local one is seen under. It changes no interface, and refuses to know what
// the addresses are used for beyond how many accounts are on each.
package network

import (
	"cmp"
	"context"
	"errors"
	"net/netip"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Reader is what the family reads.
type Reader interface {
	Setting(owner int64, kind, name string) (hostkeep.Setting, error)
	Settings(owner int64, kind string) ([]hostkeep.Setting, error)
	AddressUse() ([]hostkeep.AddressUse, error)
	Principal(name string) (hostkeep.Principal, error)
	Reseller(id int64) (hostkeep.Reseller, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	PutSetting(hostkeep.Setting) error
	DropSetting(owner int64, kind, name string) error
}

// Interface is an address that the machine has.
type Interface struct {
	Name   string // of the device
	Prefix netip.Prefix
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
	Main   string // the address that accounts share
	// Interfaces lists the machine's addresses, loopback and link-local ones too.
	Interfaces func() ([]Interface, error)
	// Sockets answers the kernel's table of tcp, tcp6, udp or udp6; it is empty
	// where the kernel has none.
	Sockets func(table string) (string, error)
}

type family struct{ Deps }

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return append([]*api.Function{
		api.Define(api.Decl{
			Name: "listips", Summary: "The machine's IPv4 addresses.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain, Members: []wire.Twin{{Name: "ip", As: "result"}}},
		}, f.listips),
		api.Define(api.Decl{
			Name: "listipv6s", Summary: "The machine's IPv6 addresses.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, f.listipv6s),
		api.Define(api.Decl{
			Name: "get_public_ip", Summary: "The address under which a local one is seen from outside: itself, unless nat_set_public_ip said otherwise.", Since: "62",
			Opens: []hostkeep.Privilege{"basic-system-info"}, Touches: api.NoCredentials,
		}, f.publicIP),
		api.Define(api.Decl{
			Name: "nat_set_public_ip", Summary: "Say under which public address a local one is seen from outside.", Since: "11.40",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
		}, f.setPublicIP),
		api.Define(api.Decl{
			Name: "get_shared_ip", Summary: "The address that the accounts of a WHM user share.", Since: "62",
			Opens: []hostkeep.Privilege{"basic-system-info"}, Touches: api.NoCredentials,
			Account: "user", NoAccount: "There is no user %q.",
		}, f.sharedIP),
	}, f.socketFunctions()...)
}

type address struct {
	IP        string `whm:"ip"`
	Public    string `whm:"public_ip"`
	Netmask   string `whm:"netmask"`
	Network   string `whm:"network"`
	Device    string `whm:"if"`
	Active    bool   `whm:"active"`
	Main      bool   `whm:"mainaddr"`
	Used      bool   `whm:"used" doc:"an account is on it"`
	Dedicated bool   `whm:"dedicated" doc:"an account has it for itself"`
	Removable bool   `whm:"removable" doc:"always 0: Hostkeep changes no interface"`
}

type listOut struct {
	IP []address `whm:"ip,list"`
}

func (f family) listips(ctx context.Context, _ api.Call, _ struct{}) (out listOut, err error) {
	out.IP, err = f.addresses()
	if err != nil {
		return out, err
	}
	return out, f.Read(ctx, func(r Reader) error {
		use, err := r.AddressUse()
		if err != nil {
			return err
		}
		public, err := r.Settings(hostkeep.ServerSettings, hostkeep.NATSetting)
		for i := range out.IP {
			out.IP[i].fill(f.Main, use, public)
		}
		return err
	})
}

// addresses are the IPv4 ones that others can reach: those of loopback only when
// there is none else.
func (f family) addresses() (list []address, err error) {
	all, err := f.Interfaces()
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		a := i.Prefix.Addr()
		if a.Is4() && (a.IsGlobalUnicast() || a.String() == f.Main) {
			list = append(list, address{
				IP: a.String(), Public: a.String(), Device: i.Name, Active: true,
				Netmask: mask(i.Prefix), Network: i.Prefix.Masked().Addr().String(),
			})
		}
	}
	return list, nil
}

func mask(p netip.Prefix) string {
	var b [4]byte
	for i := range p.Bits() {
		b[i/8] |= 1 << (7 - i%8)
	}
	return netip.AddrFrom4(b).String()
}

func (a *address) fill(main string, use []hostkeep.AddressUse, public []hostkeep.Setting) {
	a.Main = a.IP == main
	for _, u := range use {
		if u.Address == a.IP {
			a.Used, a.Dedicated = u.Accounts > 0, u.Dedicated > 0
		}
	}
	for _, s := range public {
		if s.Name == a.IP {
			a.Public = s.Value
		}
	}
}

type v6 struct {
	IP string `whm:"ip"`
}

type v6Out struct {
	IP []v6 `whm:"ip,list"`
}

func (f family) listipv6s(context.Context, api.Call, struct{}) (out v6Out, err error) {
	all, err := f.Interfaces()
	for _, i := range all {
		if a := i.Prefix.Addr(); a.Is6() && a.IsGlobalUnicast() {
			out.IP = append(out.IP, v6{a.String()})
		}
	}
	return out, err
}

type publicIn struct {
	IP string `whm:"ip,required,max=45"`
}

type publicOut struct {
	Public string `whm:"public_ip"`
}

// publicIP answers, as WHM does, any address: one without a mapping is seen as
// what it is.
func (f family) publicIP(ctx context.Context, _ api.Call, in publicIn) (out publicOut, err error) {
	local, err := v4("ip", in.IP)
	if err != nil {
		return out, err
	}
	out.Public = local
	return out, f.Read(ctx, func(r Reader) error {
		s, err := r.Setting(hostkeep.ServerSettings, hostkeep.NATSetting, local)
		if errors.Is(err, hostkeep.ErrNotFound) {
			return nil
		}
		out.Public = s.Value
		return err
	})
}

func v4(parameter, s string) (string, error) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		return "", hostkeep.Errorf(hostkeep.Invalid, "The parameter %q is not an IPv4 address.", parameter)
	}
	return a.String(), nil
}

type setPublicIn struct {
	Local  string `whm:"local_ip,required,max=45"`
	Public string `whm:"public_ip,required,max=45"`
}

func (f family) setPublicIP(ctx context.Context, c api.Call, in setPublicIn) (out api.Done, err error) {
	local, err := v4("local_ip", in.Local)
	if err != nil {
		return out, err
	}
	public, err := v4("public_ip", in.Public)
	if err != nil {
		return out, err
	}
	mine, err := f.addresses()
	if err != nil {
		return out, err
	}
	known := false
	for _, a := range mine {
		known = known || a.IP == local
	}
	if !known {
		return out, hostkeep.Errorf(hostkeep.NotFound, "%s is not an address of this machine.", local)
	}
	return out, f.Change(ctx, c.Change(), func(tx Tx) error {
		if local == public {
			return tx.DropSetting(hostkeep.ServerSettings, hostkeep.NATSetting, local)
		}
		return tx.PutSetting(hostkeep.Setting{OwnerID: hostkeep.ServerSettings, Kind: hostkeep.NATSetting, Name: local, Value: public})
	})
}

type sharedIn struct {
	User string `whm:"user" doc:"a WHM user; without it, the caller"`
}

type sharedOut struct {
	IP string `whm:"ip"`
}

// sharedIP answers the address that a reseller's new accounts get.
func (f family) sharedIP(ctx context.Context, c api.Call, in sharedIn) (out sharedOut, err error) {
	out.IP = f.Main
	return out, f.Read(ctx, func(r Reader) error {
		p, err := r.Principal(cmp.Or(in.User, c.User.Name))
		if err != nil {
			return err
		}
		settled, err := r.Reseller(p.ID)
		out.IP = settled.Address(f.Main)
		return err
	})
}
