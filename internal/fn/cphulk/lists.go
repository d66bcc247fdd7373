package cphulk

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// maxEntries bounds a list: each password's address is compared with all of it.
const maxEntries = 10_000

// maxComment is the longest comment, as WHM has it.
const maxComment = 255

type listIn struct {
	List string `whm:"list_name,required,enum=black|white"`
	Skip bool   `whm:"skip_enabled_check,default=0" doc:"answer also while the guard is off"`
}

// asker is what the answers about lists say of who asks.
type asker struct {
	List  string `whm:"list_name"`
	Addr  string `whm:"requester_ip"`
	White bool   `whm:"requester_ip_is_whitelisted"`
}

func (f family) asker(ctx context.Context, c api.Call, list string) (a asker, entries []hostkeep.GuardEntry, err error) {
	var g hostkeep.Guard
	err = f.Read(ctx, func(r Reader) (err error) {
		g, err = r.Guard()
		return err
	})
	a.List = list
	if c.Addr.IsValid() {
		a.Addr = c.Addr.Unmap().String()
	}
	for _, e := range g.Entries {
		a.White = a.White || e.List == hostkeep.GuardWhite && e.Span.Contains(c.Addr)
		if e.List == list {
			entries = append(entries, e)
		}
	}
	return a, entries, err
}

type recordsOut struct {
	Records wire.Keyed[string] `whm:"ips_in_list"`
	asker
	RestartSSH bool   `whm:"restart_ssh"`
	WarningIP  string `whm:"warning_ip"`
	WarningSSH string `whm:"warning_ssh"`
}

func (f family) records(ctx context.Context, c api.Call, in listIn) (out recordsOut, err error) {
	if err := f.off(in.Skip); err != nil {
		return out, err
	}
	var entries []hostkeep.GuardEntry
	out.asker, entries, err = f.asker(ctx, c, in.List)
	for _, e := range entries {
		out.Records = append(out.Records, wire.KeyedItem[string]{Key: e.Span.String(), Value: e.Comment})
	}
	return out, err
}

// record is one entry to make.
type record struct{ addr, comment string }

type createIn struct {
	Addrs   []string `whm:"ip,required" doc:"an address, a block such as 192.0.2.0/24, or a range such as 192.0.2.1-192.0.2.9"`
	Comment string   `whm:"comment,max=255"`
	listIn
}

type createOut struct {
	Comment string             `whm:"comment"`
	Added   []string           `whm:"ips_added"`
	Failed  wire.Keyed[string] `whm:"ips_failed"`
	Lifted  int64              `whm:"ip_blocks_removed"`
	Bans    int64              `whm:"iptable_bans_removed" doc:"always 0: no firewall is touched"`
	asker
}

func (f family) create(ctx context.Context, c api.Call, in createIn) (out createOut, err error) {
	var records []record
	for _, addr := range in.Addrs {
		records = append(records, record{addr, in.Comment})
	}
	out, err = f.add(ctx, c, in.listIn, records)
	out.Comment = in.Comment
	return out, err
}

type createManyIn struct {
	Records []string `whm:"records,required" doc:"in a JSON body: a list of objects with ip and comment"`
	listIn
}

type createManyOut struct {
	createOut
	Originals []string `whm:"original_ips_added"`
}

func (f family) createMany(ctx context.Context, c api.Call, in createManyIn) (out createManyOut, err error) {
	var records []record
	for _, text := range in.Records {
		var r struct {
			Addr    string `json:"ip"`
			Comment string `json:"comment"`
		}
		if err := json.Unmarshal([]byte(text), &r); err != nil || len(r.Comment) > maxComment || strings.ContainsFunc(r.Comment, hostkeep.Control) {
			return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"records\" must be a list of objects with \"ip\" and \"comment\", texts of at most %d bytes.", maxComment)
		}
		records = append(records, record{r.Addr, r.Comment})
	}
	out.createOut, err = f.add(ctx, c, in.listIn, records)
	for _, r := range records {
		failed := func(i wire.KeyedItem[string]) bool { return i.Key == r.addr }
		if !slices.ContainsFunc(out.Failed, failed) {
			out.Originals = append(out.Originals, r.addr)
		}
	}
	return out, err
}

// add puts what can be read on a list, all of it or nothing, and says of the rest
// why not. An entry that is there gets the new comment. What is white is not
// blocked any more.
func (f family) add(ctx context.Context, c api.Call, in listIn, records []record) (out createOut, err error) {
	if err := f.off(in.Skip); err != nil {
		return out, err
	}
	var entries []hostkeep.GuardEntry
	for _, r := range records {
		span, err := hostkeep.ParseSpan(r.addr)
		if err != nil {
			out.Failed = append(out.Failed, wire.KeyedItem[string]{Key: r.addr, Value: err.Error()})
			continue
		}
		entries = append(entries, hostkeep.GuardEntry{List: in.List, Span: span, Comment: r.comment})
		out.Added = append(out.Added, span.String())
		if in.List == hostkeep.GuardWhite {
			_, lifted := f.Watch.Remembered(&span)
			out.Lifted += lifted
		}
	}
	if len(entries) > 0 {
		err = f.Change(ctx, c.Change(), func(tx Tx) error { return write(tx, in.List, entries) })
	}
	if err == nil {
		out.asker, _, err = f.asker(ctx, c, in.List)
	}
	if err == nil && len(entries) == 0 {
		err = hostkeep.Errorf(hostkeep.Invalid, "%s", out.Failed[0].Value)
	}
	return out, err
}

func write(tx Tx, list string, entries []hostkeep.GuardEntry) error {
	g, err := tx.Guard()
	if err != nil {
		return err
	}
	old := slices.DeleteFunc(g.Entries, func(e hostkeep.GuardEntry) bool { return e.List != list })
	for _, e := range entries {
		i := slices.IndexFunc(old, func(o hostkeep.GuardEntry) bool { return o.Span == e.Span })
		if i >= 0 {
			e.ID = old[i].ID
			err = tx.UpdateGuardEntry(e)
		} else {
			e.ID = tx.NewID()
			old = append(old, e)
			err = tx.InsertGuardEntry(e)
		}
		if err == nil && list == hostkeep.GuardWhite {
			err = tx.ForgetLogins(&e.Span)
		}
		if err != nil {
			return err
		}
	}
	if len(old) > maxEntries {
		return hostkeep.Errorf(hostkeep.Conflict, "The %s list would have more than %d entries; use blocks of addresses.", list, maxEntries)
	}
	return nil
}

type removeIn struct {
	Addrs []string `whm:"ip,required"`
	listIn
}

type removeOut struct {
	Removed []string           `whm:"ips_removed"`
	Failed  wire.Keyed[string] `whm:"ips_failed"`
	asker
}

var errNotListed = errors.New("the list has no such entry")

func (f family) remove(ctx context.Context, c api.Call, in removeIn) (out removeOut, err error) {
	if err := f.off(in.Skip); err != nil {
		return out, err
	}
	var removed []string
	var failed wire.Keyed[string]
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		removed, failed = nil, nil
		g, err := tx.Guard()
		if err != nil {
			return err
		}
		for _, addr := range in.Addrs {
			span, err := hostkeep.ParseSpan(addr)
			i := slices.IndexFunc(g.Entries, func(e hostkeep.GuardEntry) bool { return e.List == in.List && e.Span == span })
			if err == nil && i < 0 {
				err = errNotListed
			}
			if err != nil {
				failed = append(failed, wire.KeyedItem[string]{Key: addr, Value: err.Error()})
				continue
			}
			if err := tx.DeleteGuardEntry(g.Entries[i].ID); err != nil {
				return err
			}
			removed, g.Entries = append(removed, span.String()), slices.Delete(g.Entries, i, i+1)
		}
		return nil
	})
	if err == nil {
		out.asker, _, err = f.asker(ctx, c, in.List)
	}
	out.Removed, out.Failed = removed, failed
	return out, err
}
