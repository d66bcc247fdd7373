package hostkeep

// ServerSettings is the OwnerID of the settings that are nobody's but the
// server's.
const ServerSettings int64 = 0

// NameserverSetting is the kind of the server's own settings that name the name
// servers of new zones, by their places, 1 to 4.
const NameserverSetting = "nameserver"

// NATSetting is the kind of the server's own settings that are named by a local
// address and hold the public one under which it is seen from outside.
const NATSetting = "nat"

// AccountSetting is the kind of the settings that an account keeps besides what it
// is; SecondEmail is the one that is its second contact address.
const (
	AccountSetting = "account"
	SecondEmail    = "CONTACTEMAIL2"
)

// Setting is a text that somebody set, found by its owner, its kind and its name.
type Setting struct {
	OwnerID int64  // a principal, or ServerSettings
	Kind    string // whose affair it is: a family's own word
	Name    string
	Value   string
	Change  int64 // the change that wrote it; set by the store
}

// AddressUse says how many accounts an address has, and how many of them have
// it for themselves.
type AddressUse struct {
	Address             string
	Accounts, Dedicated int64
}
