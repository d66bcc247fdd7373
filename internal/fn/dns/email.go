package dns

import (
	"context"
	"errors"
	"fmt"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// email declares what of the module Email is about MX records, which stand in the
// zone. The rest of the module needs a mail server.
func (f family) email() []*api.Function {
	of := func(dialect wire.Dialect, name, summary string, writes bool) api.Decl {
		return api.Decl{
			Name: name, Summary: summary, Writes: writes, Touches: api.NoCredentials,
			CPanel: api.CPanel{Module: "Email", Dialect: dialect, Feature: "changemx"},
		}
	}
	const (
		lists   = "List who takes the mail of one of the account's domains, or of all."
		adds    = "Add an MX record to a domain, or give the one that names the same server another preference."
		changes = "Put an MX record in the place of another."
		deletes = "Remove an MX record of a domain."
	)
	return []*api.Function{
		api.Define(of(wire.UAPI, "list_mxs", lists, false), f.listExchangers),
		api.Define(of(wire.UAPI, "add_mx", adds, true), f.addMX),
		api.Define(of(wire.UAPI, "change_mx", changes, true), f.changeMX),
		api.Define(of(wire.UAPI, "delete_mx", deletes, true), f.deleteMX),
		api.Define(of(wire.API2, "listmxs", lists, false), f.listExchangers),
		api.Define(of(wire.API2, "addmx", adds, true), f.changeMX2),
		api.Define(of(wire.API2, "changemx", changes, true), f.changeMX2),
		api.Define(of(wire.API2, "delmx", deletes, true), f.deleteMX2),
	}
}

// routing says where this server's own mail for a domain goes. It runs no mail
// server: nothing is set, and all mail is taken elsewhere.
type routing struct {
	Check     string `whm:"mxcheck" doc:"auto: nothing is set"`
	Detected  string `whm:"detected" doc:"remote: this server runs no mail server"`
	Local     bool   `whm:"local" doc:"0"`
	Secondary bool   `whm:"secondary" doc:"0"`
	Remote    bool   `whm:"remote" doc:"1"`
}

func elsewhere() routing { return routing{Check: "auto", Detected: "remote", Remote: true} }

type exchangerRow struct {
	Domain   string `whm:"domain"`
	Server   string `whm:"mx"`
	Priority int64  `whm:"priority"`
	Place    int64  `whm:"entrycount" doc:"in the order of priorities, from 1"`
	Row      string `whm:"row" doc:"odd or even"`
}

// exchangersRow is a domain and who takes its mail.
type exchangersRow struct {
	Domain  string         `whm:"domain"`
	First   string         `whm:"mx" doc:"the server of the first entry; empty when there is none"`
	Entries []exchangerRow `whm:"entries" doc:"the most preferred first. A domain with addresses and without an MX record takes its mail itself; one whose zone is not here has no entry"`
	routing
	AlwaysAccept bool   `whm:"alwaysaccept" doc:"0"`
	Status       bool   `whm:"status"`
	Message      string `whm:"statusmsg"`
}

// newExchangersRow is the row of a domain; file is the zone that has its records, or nil.
func newExchangersRow(domain string, file *zonefile.Zone) exchangersRow {
	row := exchangersRow{Domain: domain, Entries: []exchangerRow{}, routing: elsewhere(), Status: true, Message: "Fetched MX List"}
	if file == nil {
		return row
	}
	for i, m := range exchangers(file, domain+".") {
		row.Entries = append(row.Entries, exchangerRow{domain, m.host, m.preference, int64(i) + 1, []string{"odd", "even"}[i%2]})
	}
	if len(row.Entries) > 0 {
		row.First = row.Entries[0].Server
	}
	return row
}

type listExchangersIn struct {
	Domain string `whm:"domain,max=255" doc:"absent: all domains of the account"`
}

type exchangersOut struct {
	Rows []exchangersRow `whm:",whole"`
}

func (f family) listExchangers(ctx context.Context, c api.Call, in listExchangersIn) (out exchangersOut, err error) {
	if in.Domain == "" {
		out.Rows, err = f.allExchangers(ctx, c)
		return out, err
	}
	err = f.open(ctx, func(r Reader) (hostkeep.Zone, error) { return mailZone(r, c, in.Domain) }, parsed(func(file *zonefile.Zone) error {
		out.Rows = []exchangersRow{newExchangersRow(hostkeep.FoldDomain(in.Domain), file)}
		return nil
	}))
	return out, err
}

// allExchangers reads each zone once, and no two at a time: an account may have many
// subdomains in a large one.
func (f family) allExchangers(ctx context.Context, c api.Call) ([]exchangersRow, error) {
	var domains []hostkeep.Domain
	var list []hostkeep.Zone
	err := f.Read(ctx, func(r Reader) (err error) {
		if domains, err = r.DomainsOf(c.Account.ID); err != nil {
			return fmt.Errorf("finding the account's domains: %w", err)
		}
		list, err = visible(r, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	in := map[string][]int{} // by the zone that has their records, places of domains
	for _, z := range list {
		in[z.Name] = nil
	}
	rows := make([]exchangersRow, len(domains))
	for i, d := range domains {
		rows[i] = newExchangersRow(d.Name, nil)
		for _, name := range hostkeep.DomainAndAbove(d.Name) {
			if _, there := in[name]; there {
				in[name] = append(in[name], i)
				break
			}
		}
	}
	for name, of := range in {
		if of == nil {
			continue
		}
		gone := notControlled(name)
		err := f.read(ctx, c, name, gone, func(file *zonefile.Zone) error {
			for _, i := range of {
				rows[i] = newExchangersRow(domains[i].Name, file)
			}
			return nil
		})
		if err != nil && err != gone { //nolint:errorlint // this very one: since the list was made
			return nil, err
		}
	}
	return rows, nil
}

// mailZone finds the zone that has the MX records of a domain of the account: its
// own, or the one above. A zone that is there without a domain counts like one.
func mailZone(r Reader, c api.Call, domain string) (hostkeep.Zone, error) {
	none, name := notControlled(domain), hostkeep.FoldDomain(domain)
	switch d, err := r.Domain(name); {
	case err == nil && c.Sees(d.AccountID, d.OwnerID):
		return nearest(r, c, name, none)
	case err != nil && !errors.Is(err, hostkeep.ErrNotFound):
		return hostkeep.Zone{}, fmt.Errorf("finding the domain: %w", err)
	}
	return find(r, c, name, none)
}
