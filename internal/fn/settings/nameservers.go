package settings

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type nameserversOut struct {
	Nameservers []string `whm:"nameservers,list"`
}

// getNameservers answers those of the calling reseller, else the server's, else
// those that createacct names.
func (f family) getNameservers(ctx context.Context, c api.Call, _ struct{}) (out nameserversOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		settled, err := r.Reseller(c.User.ID)
		if err != nil || len(settled.Nameservers) > 0 {
			out.Nameservers = settled.Nameservers
			return err
		}
		list, err := r.Settings(hostkeep.ServerSettings, hostkeep.NameserverSetting) // named by their places, 1 to 4
		out.Nameservers = make([]string, 0, len(list))
		for _, s := range list {
			out.Nameservers = append(out.Nameservers, s.Value)
		}
		if len(list) == 0 {
			out.Nameservers = append(out.Nameservers, "ns1."+f.Hostname, "ns2."+f.Hostname)
		}
		return err
	})
	return out, err
}

type setNameserversIn struct {
	First  *string `whm:"nameserver,max=253"`
	Second *string `whm:"nameserver2,max=253"`
	Third  *string `whm:"nameserver3,max=253"`
	Fourth *string `whm:"nameserver4,max=253"`
}

func (f family) setNameservers(ctx context.Context, c api.Call, in setNameserversIn) (out api.Done, err error) {
	places := []*string{in.First, in.Second, in.Third, in.Fourth}
	for i, name := range places {
		if name == nil || *name == "" {
			continue
		}
		host := strings.ToLower(strings.TrimSuffix(*name, "."))
		if !hostName.MatchString(host) {
			return out, hostkeep.Errorf(hostkeep.Invalid, "%q is not the name of a name server.", hostkeep.Clip(*name, 60))
		}
		places[i] = &host
	}
	return out, f.Change(ctx, c.Change(), func(tx Tx) error {
		for i, name := range places {
			if err := edit(tx, hostkeep.ServerSettings, hostkeep.NameserverSetting, strconv.Itoa(i+1), name); err != nil {
				return err
			}
		}
		return nil
	})
}

// hostName is a name of two labels or more, in lower case.
var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
