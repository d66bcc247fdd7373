package resellers

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// addresses declares what a reseller's accounts are reached by.
func (f family) addresses() []*api.Function {
	said := func(name, summary string) api.Decl {
		return api.Decl{
			Name: name, Summary: summary, Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: notAReseller,
			V0: wire.V0{Form: wire.Result},
		}
	}
	ips := said("setresellerips", "Give a reseller addresses of the server, and perhaps only those.")
	ips.V0 = wire.V0{Form: wire.Result, Bare: true, Members: []wire.Twin{{Name: "all", Gone: true}, {Name: "ip", Gone: true}}}
	names := said("setresellernameservers", "Set the name servers of a reseller's accounts.")
	names.Opens = []hostkeep.Privilege{"ns-config"}
	return []*api.Function{
		api.Define(ips, f.setresellerips),
		api.Define(said("setresellermainip", "Set the address that a reseller's new accounts share."), f.setresellermainip),
		api.Define(names, f.setresellernameservers),
		api.Define(api.Decl{
			Name: "getresellerips", Summary: "Show which addresses a reseller was given.", Since: "11",
			Opens: []hostkeep.Privilege{"ns-config"}, Touches: api.NoCredentials,
			Account: "user", NoAccount: notAReseller,
		}, f.getresellerips),
	}
}

// here finds an address as the server has it: on the machine, or with an account
// that it was given to. ok: it does.
func (f family) here(r Reader, text string) (ip string, ok bool, err error) {
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return "", false, nil
	}
	ip = addr.Unmap().String()
	if slices.Contains(f.Addresses(), ip) {
		return ip, true, nil
	}
	n, err := r.AccountsOnAddress(ip)
	if err != nil {
		return "", false, fmt.Errorf("looking for the address: %w", err)
	}
	return ip, n > 0, nil
}

// words splits a list at its commas; clients end it with one.
func words(list string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }), func(w string) bool { return w == "" })
}

type ipsIn struct {
	User     string `whm:"user,required"`
	Delegate bool   `whm:"delegate,default=0" doc:"the reseller may use these only; otherwise any of the server's"`
	IPs      string `whm:"ips,max=4096" doc:"separated by commas; absent: none"`
}

type ipsOut struct {
	wire.Note
	All *bool    `whm:"all,omit"` // told when it is so
	IPs []string `whm:"ip"`
}

func (f family) setresellerips(ctx context.Context, c api.Call, in ipsIn) (out ipsOut, err error) {
	err = f.settle(ctx, c, in.User, func(tx Tx, s *hostkeep.Reseller) error {
		s.Restricted, s.IPs = in.Delegate, nil
		for _, w := range words(in.IPs) {
			ip, ok, err := f.here(tx, w)
			if err != nil {
				return err
			}
			if !ok {
				return hostkeep.Errorf(hostkeep.Invalid, "The list of supplied IP addresses contains inappropriate values.")
			}
			if !slices.Contains(s.IPs, ip) {
				s.IPs = append(s.IPs, ip)
			}
		}
		out.IPs = s.IPs
		return nil
	})
	if all := !in.Delegate; all {
		out.All = &all
	}
	out.Reason = "Successfully configured IP addresses delegation to reseller."
	return out, err
}

type getIPsIn struct {
	User string `whm:"user" doc:"the reseller; absent: the caller"`
}

type getIPsOut struct {
	All bool     `whm:"all"`
	IPs []string `whm:"ip,list"`
}

func (f family) getresellerips(ctx context.Context, c api.Call, in getIPsIn) (out getIPsOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		p, err := asked(r, c.Caller, in.User)
		if err != nil {
			return err
		}
		s, err := r.Reseller(p.ID)
		out.All, out.IPs = !s.Restricted, s.IPs
		return err
	})
	return out, err
}

type mainIPIn struct {
	User string `whm:"user,required"`
	IP   string `whm:"ip,required"`
}

// setresellermainip concerns accounts that are made from now on.
func (f family) setresellermainip(ctx context.Context, c api.Call, in mainIPIn) (out api.Done, err error) {
	err = f.settle(ctx, c, in.User, func(tx Tx, s *hostkeep.Reseller) error {
		ip, ok, err := f.here(tx, in.IP)
		if err == nil && !ok {
			err = hostkeep.Errorf(hostkeep.Invalid, "Supplied IP address is invalid.")
		}
		s.MainIP = ip
		return err
	})
	out.Reason = "Successfully set main IP address of the reseller."
	return out, err
}

type nameserversIn struct {
	User        string `whm:"user,required"`
	Nameservers string `whm:"nameservers,max=1100" doc:"at most four, separated by commas; absent: the server's"`
}

var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// maxNameservers is how many an account's answer has room for.
const maxNameservers = 4

func (f family) setresellernameservers(ctx context.Context, c api.Call, in nameserversIn) (out api.Done, err error) {
	names := words(strings.ToLower(in.Nameservers))
	if len(names) > maxNameservers {
		return out, hostkeep.Errorf(hostkeep.Invalid, "At most %d name servers can be set.", maxNameservers)
	}
	for i, n := range names {
		names[i] = strings.TrimSuffix(n, ".")
		if len(n) > 253 || !hostName.MatchString(names[i]) {
			return out, hostkeep.Errorf(hostkeep.Invalid, "%q is not a valid name of a name server.", hostkeep.Clip(n, 80))
		}
	}
	err = f.settle(ctx, c, in.User, func(_ Tx, s *hostkeep.Reseller) error {
		s.Nameservers = names
		return nil
	})
	out.Reason = "Set resellers nameservers."
	return out, err
}
