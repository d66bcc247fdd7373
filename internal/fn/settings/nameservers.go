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
// those that new zones have.
func (f family) getNameservers(ctx context.Context, c api.Call, _ struct{}) (out nameserversOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		settled, err := r.Reseller(c.User.ID)
		if err != nil {
			return err
		}
		out.Nameservers, err = f.Zones.Nameservers(r, settled)
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
