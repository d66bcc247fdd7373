package hostkeep

// MaxZoneText is the longest text of a zone, in bytes.
const MaxZoneText = 16 << 20

// Zone is a DNS zone as it is kept: the text of its file, line by line as its
// editors see it, and whose it is.
type Zone struct {
	ID          int64
	Name        string // folded, without the dot at the end
	PrincipalID int64  // whose it is: an account, or root
	User        string // that principal's name, filled on reading
	OwnerID     int64  // who owns that principal, filled on reading
	Serial      uint32 // of its SOA record; what edits are locked by
	Text        string // the whole file; "" where only the list of zones was read
	Change      int64  // number of the change that wrote this row last
}
