// Package zonetemplates is the family of functions by which root looks at and
// edits what new zones begin with. WHM has a page for it and no function, so the
// functions are ours. It refuses to know what a template means: package zones does.
package zonetemplates

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/zones"
)

// Tx is what the family reads and writes, within one change.
type Tx interface {
	zones.Reader
	PutSetting(hostkeep.Setting) error
	DropSetting(owner int64, kind, name string) error
}

// Deps is what the family is made of.
type Deps struct {
	Read   func(context.Context, func(zones.Reader) error) error
	Change func(context.Context, hostkeep.Change, func(Tx) error) error
	Zones  zones.Rules
}

type family struct{ Deps }

// Functions declares the family.
func Functions(d Deps) []*api.Function {
	f := family{d}
	reads := func(name, summary string) api.Decl {
		return api.Decl{Name: name, Summary: summary, Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials}
	}
	writes := func(name, summary string) api.Decl {
		decl := reads(name, summary)
		decl.Writes = true
		return decl
	}
	return []*api.Function{
		api.Define(reads("hostkeep_zone_template_list", "List the templates of new zones, and which of them were edited."), f.list),
		api.Define(reads("hostkeep_zone_template_get", "Show a template of new zones."), f.get),
		api.Define(writes("hostkeep_zone_template_set", "Replace a template of new zones; one that makes no valid zone is refused. Zones that are there stay as they are."), f.set),
		api.Define(writes("hostkeep_zone_template_reset", "Bring back the template that Hostkeep has for new zones."), f.reset),
	}
}

type item struct {
	Name   string `whm:"name"`
	Edited bool   `whm:"edited" doc:"1: root has edited it"`
}

type listOut struct {
	Templates []item `whm:"template,list"`
}

func (f family) list(ctx context.Context, _ api.Call, _ struct{}) (out listOut, err error) {
	return out, f.Read(ctx, func(r zones.Reader) error {
		out.Templates = nil
		for _, name := range zones.Templates() {
			t, err := zones.ReadTemplate(r, name)
			if err != nil {
				return err
			}
			out.Templates = append(out.Templates, item{t.Name, t.Edited})
		}
		return nil
	})
}

type nameIn struct {
	Name string `whm:"template,required,max=64"`
}

type getOut struct {
	item
	Text string `whm:"text" doc:"lines of a zone file with placeholders such as %domain%"`
}

func (f family) get(ctx context.Context, _ api.Call, in nameIn) (out getOut, err error) {
	return out, f.Read(ctx, func(r zones.Reader) error {
		t, err := zones.ReadTemplate(r, in.Name)
		out = getOut{item{t.Name, t.Edited}, t.Text}
		return err
	})
}

type setIn struct {
	Name string `whm:"template,required,max=64"`
	Text string `whm:"text,required,multiline,max=65536" doc:"lines of a zone file with placeholders such as %domain%; a line whose placeholder has no value is left out"`
}

func (f family) set(ctx context.Context, c api.Call, in setIn) (out api.Done, err error) {
	if err := f.Zones.CheckTemplate(in.Text); err != nil {
		return out, err
	}
	return out, f.Change(ctx, c.Change(), func(tx Tx) error {
		if _, err := zones.ReadTemplate(tx, in.Name); err != nil {
			return err
		}
		return tx.PutSetting(hostkeep.Setting{OwnerID: hostkeep.ServerSettings, Kind: zones.TemplateSetting, Name: in.Name, Value: in.Text})
	})
}

func (f family) reset(ctx context.Context, c api.Call, in nameIn) (out api.Done, err error) {
	return out, f.Change(ctx, c.Change(), func(tx Tx) error {
		if _, err := zones.ReadTemplate(tx, in.Name); err != nil {
			return err
		}
		return tx.DropSetting(hostkeep.ServerSettings, zones.TemplateSetting, in.Name)
	})
}
