package sqlstore

import (
	"errors"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	zoneColumns = "id, name, principal_id, serial, chg, text"
	zoneHead    = "SELECT z.id, z.name, z.principal_id, p.name, p.owner_id, z.serial, z.chg"
	zoneFrom    = " FROM zone z JOIN principal p ON p.id = z.principal_id"
	selectZone  = zoneHead + ", z.text" + zoneFrom
	zoneByName  = selectZone + " WHERE z.name = ?"
	zoneByID    = selectZone + " WHERE z.id = ?"

	// What the feed carries is the zone's own: its principal may get another name
	// or owner without a change of the zone.
	fedZone  = "SELECT z.id, z.name, z.principal_id, '', 0, z.serial, z.chg, z.text FROM zone z"
	fedZones = fedZone + " ORDER BY z.id"
	fedByID  = fedZone + " WHERE z.id = ?"

	listZones  = zoneHead + ", ''" + zoneFrom
	zonesOf    = listZones + " WHERE z.principal_id = ?"
	zonesOwned = listZones + " WHERE p.owner_id = ? OR p.id = ?"
	zonesBelow = listZones + " WHERE length(z.name) > ? AND substr(z.name, length(z.name) - ?) = ?"

	insertZone  = "INSERT INTO zone (" + zoneColumns + ") VALUES (?, ?, ?, ?, ?, ?)"
	updateZone  = "UPDATE zone SET (" + zoneColumns + ") = (?, ?, ?, ?, ?, ?) WHERE id = ?"
	deleteZone  = "DELETE FROM zone WHERE id = ?"
	deleteZones = "DELETE FROM zone WHERE principal_id = ?"

	lastSerial = "SELECT was FROM zone_serial WHERE name = ?"
	keepSerial = "INSERT INTO zone_serial (name, was) SELECT name, zone.serial FROM zone WHERE "
	overSerial = " ON CONFLICT (name) DO UPDATE SET was = excluded.was"
	keepOfName = keepSerial + "id = ? AND name <> ?" + overSerial
	keepOfZone = keepSerial + "id = ?" + overSerial
	keepOfAll  = keepSerial + "principal_id = ?" + overSerial
)

func intoZone(_ *Reader, z *hostkeep.Zone) []any {
	return []any{&z.ID, &z.Name, &z.PrincipalID, &z.User, &z.OwnerID, &z.Serial, &z.Change, &z.Text}
}

func (tx *Tx) zoneRow(z hostkeep.Zone) []any {
	return []any{z.ID, z.Name, z.PrincipalID, int64(z.Serial), tx.seq, long(z.Text)}
}

func zoneObject(z hostkeep.Zone) hostkeep.Object {
	return hostkeep.Object{Kind: hostkeep.KindZone, ID: z.ID, Name: z.Name}
}

// Zone finds a zone by name, text and all; ErrNotFound if there is none.
func (r *Reader) Zone(name string) (hostkeep.Zone, error) {
	return one(r, intoZone, zoneByName, name)
}

// ZoneByID finds a zone by its id, text and all; ErrNotFound if there is none.
func (r *Reader) ZoneByID(id int64) (hostkeep.Zone, error) {
	return one(r, intoZone, zoneByID, id)
}

// Zones lists by name, without their texts, all zones for 0, else those of the
// principals that one owns and its own.
func (r *Reader) Zones(ownerID int64) ([]hostkeep.Zone, error) {
	if ownerID == 0 {
		return sortedZones(many(r, intoZone, listZones))
	}
	return sortedZones(many(r, intoZone, zonesOwned, ownerID, ownerID))
}

// ZonesOf lists by name, without their texts, the zones of one principal.
func (r *Reader) ZonesOf(principalID int64) ([]hostkeep.Zone, error) {
	return sortedZones(many(r, intoZone, zonesOf, principalID))
}

// ZonesBelow lists by name, without their texts, everybody's zones below a name,
// whether that is one or not. It reads the names of all.
func (r *Reader) ZonesBelow(name string) ([]hostkeep.Zone, error) {
	end := "." + name
	return sortedZones(many(r, intoZone, zonesBelow, len(end), len(end)-1, end))
}

func sortedZones(list []hostkeep.Zone, err error) ([]hostkeep.Zone, error) {
	slices.SortFunc(list, func(a, b hostkeep.Zone) int { return strings.Compare(a.Name, b.Name) })
	return list, err
}

// LastSerial is the serial that the zone of a name had when it went, or got another
// name; 0 if there was none.
func (r *Reader) LastSerial(name string) (uint32, error) {
	serial, err := one(r, func(_ *Reader, n *uint32) []any { return []any{n} }, lastSerial, name)
	if errors.Is(err, hostkeep.ErrNotFound) {
		err = nil
	}
	return serial, err
}

// InsertZone adds a zone; ErrExists if the name is taken.
func (tx *Tx) InsertZone(z hostkeep.Zone) error {
	_, err := tx.exec(insertZone, tx.zoneRow(z)...)
	if err == nil {
		tx.touched(zoneObject(z))
	}
	return err
}

// UpdateZone writes all of z, which must have been read with its text; ErrExists
// if its new name is taken.
func (tx *Tx) UpdateZone(z hostkeep.Zone) error {
	_, err := tx.exec(keepOfName, z.ID, z.Name)
	if err == nil {
		err = tx.update(updateZone, append(tx.zoneRow(z), z.ID)...)
	}
	if err == nil {
		tx.touched(zoneObject(z))
	}
	return err
}

// DeleteZone removes a zone.
func (tx *Tx) DeleteZone(z hostkeep.Zone) error {
	_, err := tx.exec(keepOfZone, z.ID)
	if err == nil {
		err = tx.update(deleteZone, z.ID)
	}
	if err == nil {
		tx.touched(zoneObject(z))
	}
	return err
}

// dropZones takes a principal's zones along.
func (tx *Tx) dropZones(principalID int64) error {
	list, err := tx.ZonesOf(principalID)
	if err != nil {
		return err
	}
	for _, z := range list {
		tx.touched(zoneObject(z))
	}
	if _, err = tx.exec(keepOfAll, principalID); err != nil {
		return err
	}
	_, err = tx.exec(deleteZones, principalID)
	return err
}
