// Package server is the family of functions that tell about the server and the
// caller: its versions, name, load, disks and parts, what the caller may do, and
// what the server has none of; and batch, which calls others. It refuses to know
// the store, the machine and the catalogue; they reach it as functions.
package server

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Level is the WHM version whose API 1 Hostkeep speaks, as clients expect it
// from the function version. Source: the API description of 11.138.
const Level = "11.138.0.0"

// Deps is what the family is made of.
type Deps struct {
	Hostname string // qualified
	// LoadAvg answers the text of the kernel's load averages, "0.01 0.02 0.03 …".
	LoadAvg func() (string, error)
	// Disks lists the file systems that matter here.
	Disks    func() ([]Disk, error)
	Services func() []Service
	System   func() (System, error)
	// Certificate answers the PEM text of the API ports' certificate and its
	// chain; empty when there is none yet.
	Certificate func() ([]byte, error)
	// Callable lists the functions that a caller may call in a version of the API.
	Callable func(who hostkeep.Caller, version int) []string
	// Call runs a function of API 1 like any call that arrives.
	Call func(ctx context.Context, who hostkeep.Caller, function string, p wire.Params) wire.Reply
	// CPanel runs a function of cPanel's APIs for the account with a name, which the
	// caller may act for. What is wrong with it is its own answer.
	CPanel func(ctx context.Context, who hostkeep.Caller, account string, k api.CPanelCall) wire.Reply
	Batch  int // how many commands a batch may have; 0: DefaultBatch
	// Records is how many records the results of a batch may have together, for
	// they wait in memory until the last call is done; 0: DefaultRecords.
	Records int
	// Limits bound the parameters of each command of a batch.
	Limits wire.Limits
}

type family struct{ Deps }

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	return slices.Concat(f.basic(), f.ofMachine(), ofNothing(), applications(), links(), f.throughWHM())
}

func (f family) basic() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "version", Summary: "The WHM version whose API is spoken.", Since: "11.38",
			Opens: []hostkeep.Privilege{"basic-system-info", "clustering"}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain},
		}, f.version),
		api.Define(api.Decl{
			Name: "gethostname", Summary: "The server's qualified host name.", Since: "11",
			Opens: []hostkeep.Privilege{"basic-system-info", "clustering"}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain},
		}, f.gethostname),
		api.Define(api.Decl{
			Name: "systemloadavg", Summary: "The load averages of one, five and fifteen minutes.", Since: "11.28",
			Opens: []hostkeep.Privilege{"basic-system-info"}, Touches: api.NoCredentials,
		}, f.systemloadavg),
		api.Define(api.Decl{
			Name: "loadavg", Summary: "The load averages, as API 0 calls them.", Since: "11",
			Opens: []hostkeep.Privilege{"basic-system-info"}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain}, OnlyV0: true,
		}, f.systemloadavg),
		api.Define(api.Decl{
			Name: "applist", Summary: "The functions that the caller may call, by name.", Since: "11",
			Opens: []hostkeep.Privilege{"basic-whm-functions"}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain},
		}, f.applist),
		api.Define(api.Decl{
			Name: "myprivs", Summary: "The privileges that the caller has.", Since: "11",
			Opens: []hostkeep.Privilege{"basic-whm-functions"}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain, Members: []wire.Twin{{Name: "privileges", As: "privs", First: true}}},
		}, f.myprivs),
		api.Define(api.Decl{
			Name: "batch", Summary: "Call several functions in order, each as if it were called alone.", Since: "11",
			Opens: []hostkeep.Privilege{"basic-whm-functions", "clustering"}, Touches: api.NoCredentials,
		}, f.batch),
	}
}

type versionOut struct {
	Version string `whm:"version"`
}

func (f family) version(context.Context, api.Call, struct{}) (versionOut, error) {
	return versionOut{Level}, nil
}

type hostnameOut struct {
	Hostname string `whm:"hostname"`
}

func (f family) gethostname(context.Context, api.Call, struct{}) (hostnameOut, error) {
	return hostnameOut{f.Hostname}, nil
}

// loadOut answers text, as recorded traffic does; the description says numbers.
type loadOut struct {
	One     string `whm:"one"`
	Five    string `whm:"five"`
	Fifteen string `whm:"fifteen"`
}

func (f family) systemloadavg(context.Context, api.Call, struct{}) (loadOut, error) {
	text, err := f.LoadAvg()
	if err != nil {
		return loadOut{}, err
	}
	parts := strings.Fields(text)
	if len(parts) < 3 {
		return loadOut{}, errors.New("the kernel's load averages cannot be read")
	}
	return loadOut{parts[0], parts[1], parts[2]}, nil
}

type appsOut struct {
	App []string `whm:"app,list"`
}

func (f family) applist(_ context.Context, c api.Call, _ struct{}) (appsOut, error) {
	return appsOut{f.Callable(c.Caller, c.Version)}, nil
}

type privsOut struct {
	Privileges []wire.Worded[bool] `whm:"privileges"`
}

// myprivs flags what the caller lists: a holder of all is answered all=1 and
// the rest 0, as recorded.
func (f family) myprivs(_ context.Context, c api.Call, _ struct{}) (privsOut, error) {
	table := hostkeep.PrivilegeTable()
	flags := make(wire.Worded[bool], len(table))
	for i, p := range table {
		flags[i] = wire.KeyedItem[bool]{Key: string(p.Name), Value: c.Rights.Lists(p.Name)}
	}
	return privsOut{[]wire.Worded[bool]{flags}}, nil
}
