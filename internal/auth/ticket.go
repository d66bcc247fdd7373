package auth

import (
	"crypto/subtle"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// ticketLife is how long a right password need not be typed again while its code
// is looked for.
const ticketLife = 2 * time.Minute

// newTicket makes what stands for a right password whose code is still missing:
// when it ends, and a mark over that, the user as it is now, and the address.
// Nothing is kept of it, and nothing can be read from it. It may be shown again
// with another code while it lasts: each is a try of the second factor's.
func (a *Authenticator) newTicket(p hostkeep.Principal, from netip.Addr) hostkeep.Secret {
	end := strconv.FormatInt(a.now().Add(ticketLife).Unix(), 10)
	return hostkeep.NewSecret(end + "." + a.keys.MarkTicket(ticketText(p, from, end)))
}

func ticketText(p hostkeep.Principal, from netip.Addr, end string) string {
	return fmt.Sprintf("%d %d %s %s", p.ID, p.Change, from, end)
}

// checkTicket returns why a ticket does not stand for p's password, or "". A user
// whose row has changed shows the password again: it may be what changed.
func (a *Authenticator) checkTicket(p hostkeep.Principal, ticket hostkeep.Secret, from netip.Addr) string {
	end, mark, _ := strings.Cut(ticket.Reveal(), ".")
	right := a.keys.MarkTicket(ticketText(p, from, end))
	if subtle.ConstantTimeCompare([]byte(right), []byte(mark)) != 1 || p.ID == 0 {
		return ReasonTicket
	}
	at, err := strconv.ParseInt(end, 10, 64)
	if err != nil || a.now().Unix() >= at {
		return ReasonTicket
	}
	return ""
}
