// Package audit seals the rows of the record into a chain and walks the chain
// again: each row's hash covers all its columns and the hash before it, and a
// MAC over the hash needs a key that is not in the database. It refuses to know
// where the rows are kept and what the key is.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash"

	"github.com/hostkeep/hostkeep"
)

// version names the encoding under the hash; another encoding needs another.
const version = "hostkeep record 1"

// Chain seals and verifies the rows of one record.
type Chain struct {
	mac func(hash []byte) []byte
}

// New makes a chain whose rows are signed by mac, a keyed MAC over a row's hash.
func New(mac func(hash []byte) []byte) *Chain { return &Chain{mac: mac} }

// Seal fills e.Hash from all other columns, e.Prev among them, and e.MAC from
// the hash. The caller has set e.Prev; the first row's is 32 zero bytes.
func (c *Chain) Seal(e *hostkeep.Event) {
	e.Hash = sum(e)
	e.MAC = c.mac(e.Hash)
}

// sum is SHA-256 over the version and every column, each with its length before
// it, so that no two different rows are written alike.
func sum(e *hostkeep.Event) []byte {
	h := sha256.New()
	putText(h, version)
	putInt(h, e.Seq)
	putInt(h, e.At.UnixMicro())
	putText(h, e.Node)
	putText(h, e.Function)
	putInt(h, e.ActorID)
	putText(h, e.Actor)
	putText(h, string(e.Via))
	putInt(h, e.TokenID)
	putText(h, e.Addr)
	putText(h, e.RequestID)
	putText(h, e.RealUser)
	putText(h, e.Args)
	putBytes(h, objects(e.Objects))
	putBytes(h, e.Prev)
	return h.Sum(nil)
}

// objects is the JSON text under which the store keeps the objects. Structs of
// strings and integers always marshal, so there is no error to report.
func objects(list []hostkeep.Object) []byte {
	if len(list) == 0 {
		return []byte("[]")
	}
	text, _ := json.Marshal(list)
	return text
}

func putInt(h hash.Hash, n int64) {
	putBytes(h, binary.BigEndian.AppendUint64(nil, uint64(n)))
}

func putText(h hash.Hash, s string) { putBytes(h, []byte(s)) }

// putBytes ignores what Write returns: a hash never fails to take bytes.
func putBytes(h hash.Hash, b []byte) {
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
	_, _ = h.Write(b)
}
