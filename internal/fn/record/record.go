// Package record is the family of the functions that read the audit record: who
// changed what, and when. It decides who sees which rows. It refuses to know how
// the rows are kept and sealed, and it changes nothing.
//
// WHM has no such function, so which privilege opens it is ours to choose:
// manage-api-tokens. It is among those that every new reseller holds, so each WHM
// user can see what became of its things; it already shows which tokens there
// are, and the record says what they did; and no token that was made for a job
// (list accounts, edit DNS) has it. The rows tell of every family, though, and
// so more than that one privilege opens: a token with fewer rights than its
// owner is refused even when it holds it.
package record

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// Rows is what the family reads of the record.
type Rows interface {
	RecordEnd() (int64, error)
	RecordDown(q hostkeep.RecordRange, limit int) ([]hostkeep.Event, error)
}

// Reader is what the family reads: the record, and who owns what today.
type Reader interface {
	Rows
	TokenByID(id int64) (hostkeep.Token, error)
	Tokens(ownerID int64) ([]hostkeep.Token, error)
	Accounts(ownerID int64) ([]hostkeep.Account, error)
	Domains(ownerID int64) ([]hostkeep.Domain, error)
	Zones(ownerID int64) ([]hostkeep.Zone, error)
	CPanelTokensUnder(ownerID int64) ([]hostkeep.Token, error)
	Packages() ([]hostkeep.Package, error)
	FeatureLists() ([]hostkeep.FeatureList, error)
}

// Deps is what the family is made of.
type Deps struct {
	Read func(context.Context, func(Reader) error) error
}

type family struct {
	Deps
	bounds
}

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d, bounds{span: 200_000, rows: 10_000, step: 256}}
	return []*api.Function{
		api.Define(api.Decl{
			Name: "hostkeep_record_list", Summary: "List what was changed and by whom, the newest first: all of it for root, else what concerns the caller.",
			Opens: []hostkeep.Privilege{"manage-api-tokens"}, Touches: api.NoCredentials,
		}, f.list),
	}
}
