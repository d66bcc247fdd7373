package dns

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// patience is how long a look-up may take.
const patience = 5 * time.Second

// aliases is how many CNAME records are followed in a zone of ours.
const aliases = 8

type hostIn struct {
	Host string `whm:"host,alias=nameserver,required,max=255"`
}

type ipOut struct {
	IP string `whm:"ip"`
}

var unresolved = hostkeep.Errorf(hostkeep.NotFound, "Unable to resolve domain name.")

func (f family) lookupnsip(ctx context.Context, c api.Call, in hostIn) (out ipOut, err error) {
	return f.ipv4(ctx, c, in.Host)
}

func (f family) resolvedomainname(ctx context.Context, c api.Call, in domainIn) (out ipOut, err error) {
	return f.ipv4(ctx, c, in.Domain)
}

func (f family) ipv4(ctx context.Context, c api.Call, host string) (out ipOut, err error) {
	list, err := f.lookup(ctx, c, host)
	if err != nil {
		return out, err
	}
	if out.IP = first(list, netip.Addr.Is4); out.IP == "" {
		return out, unresolved
	}
	return out, nil
}

type onlyHostIn struct {
	Host string `whm:"host,required,max=255"`
}

type ipsOut struct {
	IPv4 string `whm:"ipv4" doc:"empty when there is none"`
	IPv6 string `whm:"ipv6" doc:"empty when there is none"`
}

func (f family) lookupnsips(ctx context.Context, c api.Call, in onlyHostIn) (out ipsOut, err error) {
	list, err := f.lookup(ctx, c, in.Host)
	if err != nil {
		return out, err
	}
	out = ipsOut{first(list, netip.Addr.Is4), first(list, netip.Addr.Is6)}
	if out.IPv4 == "" && out.IPv6 == "" {
		return out, unresolved
	}
	return out, nil
}

func first(list []netip.Addr, fits func(netip.Addr) bool) string {
	for _, a := range list {
		if fits(a) {
			return a.String()
		}
	}
	return ""
}

// lookup finds the addresses of a name: in the zones that the caller may see, which
// may not be served yet, and else by the machine's resolver.
func (f family) lookup(ctx context.Context, c api.Call, host string) (list []netip.Addr, err error) {
	name := hostkeep.FoldDomain(host)
	if hostkeep.CheckDomain(name) != nil {
		return nil, unresolved
	}
	if list, err = f.inZones(ctx, c, name); err != nil || len(list) > 0 {
		return list, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if list, err = f.Resolve(ctx, name); err != nil {
		return nil, unresolved
	}
	for i := range list {
		list[i] = list[i].Unmap()
	}
	return list, nil
}

// inZones looks in the nearest zone that could have the name.
func (f family) inZones(ctx context.Context, c api.Call, name string) (list []netip.Addr, err error) {
	err = f.enclosing(ctx, c, name, unresolved, func(file *zonefile.Zone) error {
		list = addresses(file, name+".")
		return nil
	})
	if err == unresolved { //nolint:errorlint // this very one
		err = nil
	}
	return list, err
}

func addresses(file *zonefile.Zone, name string) (list []netip.Addr) {
	name = canonical(file, name)
	for _, l := range file.Lines {
		if !isRecord(l, name) || l.Type != "A" && l.Type != "AAAA" {
			continue
		}
		if a, err := netip.ParseAddr(l.Data[0]); err == nil {
			list = append(list, a)
		}
	}
	return list
}

// canonical follows the aliases of an absolute name within a zone.
func canonical(file *zonefile.Zone, name string) string {
	for range aliases {
		alias := aliasOf(file, name)
		if alias == "" {
			break
		}
		name = alias
	}
	return name
}

// aliasOf is what an absolute name is an alias of; "" when it is none.
func aliasOf(file *zonefile.Zone, name string) string {
	for _, l := range file.Lines {
		if isRecord(l, name) && l.Type == "CNAME" {
			return absolute(l.Data[0], file.Name)
		}
	}
	return ""
}

// isRecord reports whether a line is a record of an absolute name.
func isRecord(l zonefile.Line, name string) bool {
	return l.Kind == zonefile.Record && strings.EqualFold(l.RR.Header().Name, name)
}
