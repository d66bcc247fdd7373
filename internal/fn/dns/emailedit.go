package dns

import (
	"context"
	"slices"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// checkMX is what a mail server would make of the edit.
type checkMX struct {
	routing
	IsPrimary   bool     `whm:"isprimary" doc:"0"`
	IsSecondary bool     `whm:"issecondary" doc:"0"`
	Changed     bool     `whm:"changed" doc:"whether the zone was changed"`
	Warnings    []string `whm:"warnings"`
}

// editedMX is what came of an edit.
type editedMX struct {
	Status  bool    `whm:"status"`
	Message string  `whm:"statusmsg"`
	Results string  `whm:"results" doc:"the same"`
	Check   checkMX `whm:"checkmx"`
}

// acceptIn is a setting of the mail server that cPanel takes along with the record.
type acceptIn struct {
	Accept string `whm:"alwaysaccept,enum=0|auto|remote|1|local|secondary|backup,default=0" doc:"whether this server takes the domain's mail: what says so is refused, as it runs no mail server"`
}

func (in acceptIn) check() error {
	if slices.Contains([]string{"0", "auto", "remote"}, in.Accept) {
		return nil
	}
	return hostkeep.Errorf(hostkeep.Unsupported, "The parameter \"alwaysaccept\" has this server take the domain's mail, and it runs no mail server.")
}

// editMX edits the MX records of a domain of the account, in whichever zone they stand.
func (f family) editMX(
	ctx context.Context, c api.Call, domain string, accept acceptIn,
	what func(file *zonefile.Zone, name string, warn warnf) (zonefile.Edit, string, error),
) (out editedMX, err error) {
	look := func(r Reader) (hostkeep.Zone, error) {
		z, err := mailZone(r, c, domain)
		if err == nil {
			err = accept.check()
		}
		return z, err
	}
	var warnings []string
	z, err := f.edit(ctx, c, f.wish(look, nil, func(file *zonefile.Zone) (e zonefile.Edit, err error) {
		e, out.Message, err = what(file, hostkeep.FoldDomain(domain)+".", gathering(&warnings))
		out.Check.Changed = !e.Empty()
		return e, err
	}))
	if err != nil {
		return editedMX{Message: err.Error(), Results: err.Error(), Check: checkMX{routing: elsewhere(), Warnings: []string{}}}, err
	}
	out.Check.routing, out.Check.Warnings = elsewhere(), []string{}
	if out.Check.Changed {
		out.Message += "\n" + f.done(z) + "\n"
		out.Check.Warnings = append(out.Check.Warnings, warnings...)
	} else { // what was done before was warned of then
		out.Message += "\nNo dns changes are required"
	}
	out.Status, out.Results = true, out.Message
	return out, nil
}

func (f family) setMX(ctx context.Context, c api.Call, domain string, accept acceptIn, want wantedMX) (editedMX, error) {
	return f.editMX(ctx, c, domain, accept, func(file *zonefile.Zone, name string, warn warnf) (zonefile.Edit, string, error) {
		want.Name = name
		return want.edit(file, warn)
	})
}

func (f family) unsetMX(ctx context.Context, c api.Call, domain, exchange string, preference int64) (editedMX, error) {
	return f.editMX(ctx, c, domain, acceptIn{Accept: "0"}, func(file *zonefile.Zone, name string, _ warnf) (zonefile.Edit, string, error) {
		return removeMX(file, name, exchange, preference)
	})
}

// addMXIn names the fields as UAPI does; its older documentation says preference.
type addMXIn struct {
	Domain    string `whm:"domain,required,max=255" doc:"of the account"`
	Exchanger string `whm:"exchanger,required,max=1024" doc:"the server's name, absolute with or without the dot"`
	Priority  int64  `whm:"priority,alias=preference,required" doc:"0 to 65535; the lowest is preferred"`
	acceptIn
}

// editedMXOut is UAPI's answer, whose warnings stand with those of the call as well.
type editedMXOut struct {
	wire.Note
	editedMX
}

func noted(out editedMX, err error) (editedMXOut, error) {
	return editedMXOut{wire.Note{Warnings: out.Check.Warnings}, out}, err
}

func (f family) addMX(ctx context.Context, c api.Call, in addMXIn) (editedMXOut, error) {
	return noted(f.setMX(ctx, c, in.Domain, in.acceptIn, wantedMX{Exchange: in.Exchanger, Preference: in.Priority}))
}

type changeMXIn struct {
	addMXIn
	OldExchanger string `whm:"oldexchanger,required,max=1024" doc:"the server that the record names now"`
	OldPriority  *int64 `whm:"oldpriority,alias=oldpreference" doc:"the record's priority now; wanted where several records name the server"`
}

func (f family) changeMX(ctx context.Context, c api.Call, in changeMXIn) (editedMXOut, error) {
	return noted(f.setMX(ctx, c, in.Domain, in.acceptIn, wantedMX{
		Exchange: in.Exchanger, Preference: in.Priority, OldExchange: in.OldExchanger, OldPreference: in.OldPriority,
	}))
}

type deleteMXIn struct {
	Domain    string `whm:"domain,required,max=255" doc:"of the account"`
	Exchanger string `whm:"exchanger,required,max=1024"`
	Priority  int64  `whm:"priority,alias=preference,required"`
}

func (f family) deleteMX(ctx context.Context, c api.Call, in deleteMXIn) (editedMXOut, error) {
	return noted(f.unsetMX(ctx, c, in.Domain, in.Exchanger, in.Priority))
}

// changeMX2In is what API 2 takes, to add a record as well as to change one.
type changeMX2In struct {
	Domain        string `whm:"domain,required,max=255" doc:"of the account"`
	Exchange      string `whm:"exchange,required,max=1024" doc:"the server's name, absolute with or without the dot"`
	Preference    int64  `whm:"preference,required" doc:"0 to 65535; the lowest is preferred"`
	OldExchange   string `whm:"oldexchange,max=1024" doc:"the server that the record names whose place is taken; absent: the same"`
	OldPreference *int64 `whm:"oldpreference" doc:"that record's preference"`
	acceptIn
}

type editedMX2Out struct {
	Rows []editedMX `whm:",whole"`
}

// rowOf makes API 2's answer, which tells of a failure in the row as well.
func rowOf(out editedMX, err error) (editedMX2Out, error) {
	switch {
	case err == nil:
	case hostkeep.KindOf(err) != 0:
		err = &api.Partial{Err: err}
	default:
		return editedMX2Out{}, err
	}
	return editedMX2Out{[]editedMX{out}}, err
}

func (f family) changeMX2(ctx context.Context, c api.Call, in changeMX2In) (editedMX2Out, error) {
	return rowOf(f.setMX(ctx, c, in.Domain, in.acceptIn, wantedMX{
		Exchange: in.Exchange, Preference: in.Preference, OldExchange: in.OldExchange, OldPreference: in.OldPreference,
	}))
}

type deleteMX2In struct {
	Domain     string `whm:"domain,required,max=255" doc:"of the account"`
	Exchange   string `whm:"exchange,required,max=1024"`
	Preference int64  `whm:"preference,required"`
}

func (f family) deleteMX2(ctx context.Context, c api.Call, in deleteMX2In) (editedMX2Out, error) {
	return rowOf(f.unsetMX(ctx, c, in.Domain, in.Exchange, in.Preference))
}
