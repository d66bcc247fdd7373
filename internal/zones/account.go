package zones

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// AccountTx is what the rules need where all zones of an account are concerned.
type AccountTx interface {
	Tx
	ZonesOf(principalID int64) ([]hostkeep.Zone, error) // without their texts
}

// Keep has the zones of an account that goes stay: its owner, who has seen them
// all along, has them then, or root.
func Keep(tx AccountTx, a hostkeep.Account) error {
	to := a.OwnerID
	if to == a.ID {
		to = hostkeep.RootID
	}
	return each(tx, a.ID, func(z hostkeep.Zone) error {
		z.PrincipalID = to
		return tx.UpdateZone(z)
	})
}

// each does something with every zone of a principal, text and all.
func each(tx AccountTx, principalID int64, do func(hostkeep.Zone) error) error {
	list, err := tx.ZonesOf(principalID)
	if err != nil {
		return fmt.Errorf("finding the account's zones: %w", err)
	}
	for _, head := range list {
		z, err := tx.Zone(head.Name)
		if err != nil {
			return fmt.Errorf("reading a zone of the account: %w", err)
		}
		if err := do(z); err != nil {
			return err
		}
	}
	return nil
}

// Readdress has all records in an account's zones that name its old address name
// the one that it has now.
func (r Rules) Readdress(tx AccountTx, a hostkeep.Account, old string) error {
	oldType, was, err := addressOf(tx, old)
	if err != nil {
		return err
	}
	rtype, is, err := addressOf(tx, a.IP)
	if err != nil || is == was || is == "" {
		return err
	}
	return each(tx, a.ID, func(z hostkeep.Zone) error {
		_, err := r.editMatching(tx, z, func(l zonefile.Line, e *zonefile.Edit) {
			if l.Kind == zonefile.Record && l.Type == oldType && isAddress(l, was) {
				e.Change = append(e.Change, zonefile.Change{Number: l.Number, Entry: zonefile.Entry{
					Name: l.RR.Header().Name, TTL: &l.TTL, Type: rtype, Data: []string{is},
				}})
			}
		})
		return err
	})
}

// isAddress reports whether a record's data is an address, however it is written.
func isAddress(l zonefile.Line, address string) bool {
	if len(l.Data) != 1 {
		return false
	}
	a, err := netip.ParseAddr(l.Data[0])
	return err == nil && a.String() == address
}

// Renamed has the zone of an account's domain follow its new name: the records go on
// under that. Where it has a zone already, or the old zone cannot be read under it,
// the old one goes and the new one is as Added makes it.
func (r Rules) Renamed(tx Tx, a hostkeep.Account, d hostkeep.Domain, old string, nameservers []string) error {
	was := d
	was.Name = old
	z, err := tx.Zone(old)
	switch {
	case err != nil && !errors.Is(err, hostkeep.ErrNotFound):
		return fmt.Errorf("looking for the old domain's zone: %w", err)
	case err == nil && z.PrincipalID == a.ID && d.Kind != hostkeep.SubDomain && !a.TemporaryDomain:
		last, err := tx.LastSerial(d.Name)
		if err != nil {
			return fmt.Errorf("finding the serial of a zone before: %w", err)
		}
		moved, ok := r.renamed(z, d.Name, last)
		_, err = tx.Zone(d.Name)
		switch {
		case err != nil && !errors.Is(err, hostkeep.ErrNotFound):
			return fmt.Errorf("looking for the new domain's zone: %w", err)
		case err != nil && ok:
			return tx.UpdateZone(moved)
		}
	}
	if err := r.Removed(tx, a, was); err != nil {
		return err
	}
	return r.Added(tx, a, d, nameservers)
}

// renamed writes a zone for another name, whose zone before had the serial last.
func (r Rules) renamed(z hostkeep.Zone, name string, last uint32) (hostkeep.Zone, bool) {
	if last != 0 {
		z.Serial = later(z.Serial, last)
	}
	const about = "\n; Zone file for "
	z.Text = strings.Replace(z.Text, about+z.Name+"\n", about+name+"\n", 1)
	z.Text, z.Name = renameIn(z.Text, z.Name, name), name
	file, err := zonefile.Parse(name, z.Text)
	if err != nil {
		return z, false
	}
	if file, err = file.Apply(zonefile.Edit{}, zonefile.NextSerial(z.Serial, r.Now())); err != nil {
		return z, false
	}
	z.Serial, z.Text = file.Serial(), file.String()
	return z, true
}

// renameIn writes the absolute names at and below an old one anew. Relative ones
// follow by themselves; comments and quoted strings are no names.
func renameIn(text, old, name string) string {
	old, name = old+".", name+"."
	var out strings.Builder
	quoted, comment, begins := false, false, true // begins: a label may begin here
	for i := 0; i < len(text); {
		c, n, escaped := text[i], 1, false
		switch {
		case comment:
			comment = c != '\n'
		case c == '\\' && i+1 < len(text):
			n, escaped = 2, true
		case c == '"':
			quoted = !quoted
		case c == ';':
			comment = !quoted
		case !quoted && begins && hasName(text[i:], old):
			out.WriteString(name)
			i, begins = i+len(old), false
			continue
		}
		out.WriteString(text[i : i+n])
		i += n
		begins = !escaped && strings.IndexByte(" \t\r\n(.", c) >= 0
	}
	return out.String()
}

// hasName reports whether an absolute name stands at the begin of a text.
func hasName(text, name string) bool {
	if len(text) < len(name) || !strings.EqualFold(text[:len(name)], name) {
		return false
	}
	return len(text) == len(name) || strings.IndexByte(" \t\r\n();", text[len(name)]) >= 0
}
