package cpaneluser

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type localeOut struct {
	Direction string `whm:"direction"`
	Encoding  string `whm:"encoding"`
	Locale    string `whm:"locale"`
	Name      string `whm:"name"`
}

// locale: whatever locale the account is set to, there are English texts only.
func (f *family) locale(context.Context, api.Call, struct{}) (localeOut, error) {
	return localeOut{"ltr", encoding, "en", "English"}, nil
}

// encoding is what all answers are in.
const encoding = "utf-8"

type encodingOut struct {
	Encoding string `whm:"encoding"`
}

func (f *family) encoding(context.Context, api.Call, struct{}) (encodingOut, error) {
	return encodingOut{encoding}, nil
}

type addressesOut struct {
	Addresses []string `whm:",whole"`
}

// lastLogin knows sessions: that of the caller, else those that are kept. Of those
// that have ended nothing is left.
func (f *family) lastLogin(ctx context.Context, c api.Call, _ struct{}) (out addressesOut, err error) {
	if c.CPanel && c.Via == hostkeep.ViaSession && c.Addr.IsValid() {
		return addressesOut{[]string{c.Addr.Unmap().String()}}, nil
	}
	var last netip.Addr
	err = f.Read(ctx, func(r Reader) error {
		sessions, err := r.Sessions(c.Account.ID, hostkeep.ServiceCPanel)
		if err != nil {
			return fmt.Errorf("finding the account's sessions: %w", err)
		}
		last = lastAddress(sessions)
		return nil
	})
	switch {
	case err != nil:
		return out, err
	case !last.IsValid():
		return out, hostkeep.Errorf(hostkeep.NotFound, "Where the account's user signed in last is not known: it has no session here, and of ended ones no address is kept.")
	}
	return addressesOut{[]string{last.Unmap().String()}}, nil
}

// lastAddress is where the newest session that tells it was opened from.
func lastAddress(sessions []hostkeep.Session) (addr netip.Addr) {
	var at time.Time
	for _, s := range sessions {
		if s.Addr.IsValid() && (!addr.IsValid() || s.Created.After(at)) {
			addr, at = s.Addr, s.Created
		}
	}
	return addr
}
