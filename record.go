package hostkeep

import "time"

// Change says who changes the store, by which function and with which
// arguments. Every write carries one: it becomes the record's row.
type Change struct {
	Caller   Caller
	Function string
	Args     string // JSON object of the arguments, secrets replaced by digests
}

// Object names one thing that a change wrote, so that other nodes know what to
// read again. Ref helps them to find what is gone: a token's key in memory.
type Object struct {
	Kind string `json:"kind"` // one of the Kind constants
	ID   int64  `json:"id"`
	Ref  string `json:"ref,omitempty"`
	Name string `json:"name,omitempty"` // for people who read the record
}

// The kinds of Object.
const (
	KindPrincipal = "principal"
	KindToken     = "token"
	KindAccount   = "account"
	KindPackage   = "package"
	KindDomain    = "domain"
	KindGuard     = "guard" // an entry of its lists or a setting (ID 0): all of it is read again
	// KindLogins and KindHook have no row: something was done, which stands in the
	// record only. KindLogins says that nodes forget the failed sign-ins of the
	// addresses of Name, or all when that is empty.
	KindLogins   = "logins"
	KindHook     = "hook"
	KindACLList  = "acl list"
	KindReseller = "reseller" // what was settled for one, by its principal's id
	KindSetting  = "setting"  // of the owner with the id

	KindFeatureList = "feature list"
	KindSession     = "session"
	KindZone        = "zone"
	KindRecord      = "dns record" // of the zone with the id; it has no row of its own
	KindTwoFactor   = "twofactor"  // of a principal, or the settings of one
)

// Event is one row of the record, which is at the same time the change feed's
// event. Hash chains it to the row before; MAC is made with a key that is not
// in the database.
type Event struct {
	Seq       int64
	At        time.Time
	Node      string // incarnation of the process that made it
	Function  string
	ActorID   int64
	Actor     string
	Via       Via
	TokenID   int64
	Addr      string
	RequestID string
	RealUser  string
	Args      string
	Objects   []Object
	Prev      []byte
	Hash      []byte
	MAC       []byte
}

// Cursor is a place in the feed. Gen changes with a restore; the hash shows a
// rewritten table.
type Cursor struct {
	Gen  int64
	Seq  int64
	Hash [32]byte
}

// Snapshot is what a node keeps in memory, as of one place in the feed.
type Snapshot struct {
	At         Cursor
	Principals []Principal
	Tokens     []Token
	Zones      []Zone // for nodes that want them, without User and OwnerID
	Guard      Guard
}

// Delta is what changed after a cursor. Gone objects are those whose row is no
// longer there.
type Delta struct {
	At         Cursor
	Events     []Event
	Principals []Principal
	Tokens     []Token
	Zones      []Zone // likewise; under another name than before where one was renamed
	Guard      *Guard // as it is now, when a change named it
	Gone       []Object
}

// NodeRow is a running server as the others see it.
type NodeRow struct {
	Incarnation string // random, new at each start
	Name        string
	Seq         int64 // it has applied every change up to here
	Lease       time.Duration
}

// Clock tells the time; tests move it.
type Clock func() time.Time

// RecordRange says which rows of the record are looked for. The zero value is all.
type RecordRange struct {
	Before, From    int64     // numbered below Before (0: no bound) and not below From
	Since, Until    time.Time // made at Since or later, and before Until; zero: no bound
	Actor, Function string    // of this user, as it was called then, and this function; "": any
}
