// Package cphulk is the family of functions around the guard against guessed
// passwords, which WHM calls cPHulk: its lists of addresses, its settings, and
// what it has seen. It refuses to know how passwords are checked, HTTP and SQL.
package cphulk

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// Reader is what the family reads.
type Reader interface {
	Guard() (hostkeep.Guard, error)
}

// Tx is what the family writes, within one change.
type Tx interface {
	Reader
	NewID() int64
	InsertGuardEntry(hostkeep.GuardEntry) error
	UpdateGuardEntry(hostkeep.GuardEntry) error
	DeleteGuardEntry(id int64) error
	SetGuardSetting(name string, value int64) error
	ForgetLogins(*hostkeep.Span) error
}

// Watch is what this node's guard has seen.
type Watch interface {
	Settings() hostkeep.GuardSettings // in force
	Failures() []hostkeep.LoginFailure
	Blocked() (brutes, excessive, users []hostkeep.LoginBlock)
	Remembered(*hostkeep.Span) (failures, blocks int64) // of some addresses; nil: of all
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
	Watch  Watch
	Now    hostkeep.Clock
}

type family struct{ Deps }

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	reads := func(name, since, summary string) api.Decl {
		return api.Decl{Name: name, Since: since, Summary: summary, Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials}
	}
	writes := func(name, since, summary string) api.Decl {
		decl := reads(name, since, summary)
		decl.Writes = true
		return decl
	}
	return []*api.Function{
		api.Define(reads("read_cphulk_records", "11.48", "List the addresses of the white list or the black list of the guard against guessed passwords."), f.records),
		api.Define(writes("create_cphulk_record", "11.48", "Put addresses, blocks or ranges on the white list or the black list; the passwords of black ones are refused, their tokens are not."), f.create),
		api.Define(writes("batch_create_cphulk_records", "11.48", "Put addresses on a list, each with a comment of its own."), f.createMany),
		api.Define(writes("delete_cphulk_record", "11.48", "Take addresses off the white list or the black list."), f.remove),
		api.Define(reads("cphulk_status", "11.48", "Say whether the guard against guessed passwords is on."), f.status),
		api.Define(writes("enable_cphulk", "11.48", "Turn the guard against guessed passwords on."), f.enable),
		api.Define(writes("disable_cphulk", "11.48", "Turn the guard against guessed passwords off, its lists too."), f.disable),
		api.Define(reads("load_cphulk_config", "11.48", "Show the settings of the guard against guessed passwords."), f.load),
		api.Define(writes("save_cphulk_config", "11.48", "Change settings of the guard against guessed passwords; what is not given stays."), f.save),
		api.Define(writes("set_cphulk_config_key", "70", "Change one setting of the guard against guessed passwords."), f.setKey),
		api.Define(reads("get_cphulk_failed_logins", "11.48", "List the failed sign-ins that the answering node remembers."), f.failedLogins),
		api.Define(reads("get_cphulk_brutes", "11.48", "List the addresses that may not try passwords now."), f.brutes),
		api.Define(reads("get_cphulk_excessive_brutes", "11.48", "List the addresses that went on after they were blocked, and are blocked for a day."), f.excessive),
		api.Define(reads("get_cphulk_user_brutes", "11.48", "List the users whose passwords are being guessed from many addresses."), f.userBrutes),
		api.Define(writes("flush_cphulk_login_history", "11.48", "Forget every failed sign-in and every block, on every node."), f.flush),
		api.Define(writes("flush_cphulk_login_history_for_ips", "11.50", "Forget the failed sign-ins and the blocks of some addresses, on every node."), f.flushFor),
		api.Define(reads("get_countries_with_known_ip_ranges", "70", "List the countries whose addresses are known: none."), f.countries),
	}
}

// off is the answer of the lists while the guard is, unless they are told not to ask.
func (f family) off(skip bool) error {
	if skip || f.Watch.Settings()[hostkeep.GuardEnabled] != 0 {
		return nil
	}
	return hostkeep.Errorf(hostkeep.Conflict, "cPHulk is disabled on the server.")
}

type noIn struct{}

type statusOut struct {
	Service string `whm:"service"`
	Enabled bool   `whm:"is_enabled"`
}

func (f family) status(context.Context, api.Call, noIn) (statusOut, error) {
	return statusOut{"cPHulk", f.Watch.Settings()[hostkeep.GuardEnabled] != 0}, nil
}

func (f family) enable(ctx context.Context, c api.Call, _ noIn) (api.Done, error) {
	return api.Done{}, f.set(ctx, c, hostkeep.GuardSettings{hostkeep.GuardEnabled: 1})
}

func (f family) disable(ctx context.Context, c api.Call, _ noIn) (api.Done, error) {
	return api.Done{}, f.set(ctx, c, hostkeep.GuardSettings{hostkeep.GuardEnabled: 0})
}

type country struct {
	Code string `whm:"code"`
	Name string `whm:"name"`
}

type countriesOut struct {
	Countries []country `whm:"countries,list"`
}

// countries knows none: which addresses are whose is bought, not known.
func (f family) countries(context.Context, api.Call, noIn) (countriesOut, error) {
	return countriesOut{}, nil
}
