package domains

import (
	"context"
	"fmt"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

type addSubdomainIn struct {
	Label     string `whm:"domain,required,max=255" doc:"the name below rootdomain, without it"`
	Root      string `whm:"rootdomain,required,max=255" doc:"a domain of the account"`
	Docroot   string `whm:"dir,max=1024" doc:"below the account's home, or an absolute path there; absent: the name, in public_html"`
	CanonOff  bool   `whm:"canoff,default=1" doc:"0: UseCanonicalName is on"`
	StripDots bool   `whm:"disallowdot,default=0" doc:"1: take the dots out of the name"`
}

func (f family) addSubdomain(ctx context.Context, c api.Call, in addSubdomainIn) (out api.Done, err error) {
	name, err := f.newSubdomain(ctx, c, in)
	out.Messages = []string{added(name)}
	return out, err
}

func added(name string) string { return fmt.Sprintf("The subdomain %q has been added.", name) }

// doneOut is how API 2 says that something was done.
type doneOut struct {
	Reason string `whm:"reason"`
	Result bool   `whm:"result"`
}

func (f family) addSubdomain2(ctx context.Context, c api.Call, in addSubdomainIn) (out doneOut, err error) {
	name, err := f.newSubdomain(ctx, c, in)
	return doneOut{added(name), true}, err
}

// newSubdomain takes a domain of the account alone for what it is to be below: not
// one of its owner, nor of an account that it owns.
func (f family) newSubdomain(ctx context.Context, c api.Call, in addSubdomainIn) (name string, err error) {
	label, root := strings.ToLower(in.Label), hostkeep.FoldDomain(in.Root)
	if in.StripDots {
		label = strings.ReplaceAll(label, ".", "")
	}
	if in.Docroot == "" {
		in.Docroot = hostkeep.MainDocroot + "/" + label
	}
	name = label + "." + root
	if err := hostkeep.CheckDomain(name); err != nil {
		return name, err
	}
	return name, f.Change(ctx, c.Change(), func(tx Tx) error {
		a, all, err := ours(tx, c)
		if err != nil {
			return err
		}
		if _, ok := named(all, root); !ok {
			return noDomain(in.Root)
		}
		return f.addBelow(tx, c.Caller, a, root, subdomain{name, "dir", in.Docroot, !in.CanonOff})
	})
}

type deleteSubdomainIn struct {
	Domain string `whm:"domain,required,max=255" doc:"the whole name of the subdomain"`
}

func (f family) deleteSubdomain(ctx context.Context, c api.Call, in deleteSubdomainIn) (out doneOut, err error) {
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		a, _, d, err := oursNamed(tx, c, in.Domain)
		switch {
		case err != nil:
			return err
		case d.Kind != hostkeep.SubDomain:
			return hostkeep.Errorf(hostkeep.Invalid, "The domain %q is not a subdomain.", d.Name)
		}
		out = doneOut{removed(d.Name), true}
		return f.remove(tx, a, d)
	})
	return out, err
}

func removed(name string) string { return fmt.Sprintf("The subdomain %q has been removed.", name) }

// notControlled is what cPanel says of a domain that is missing or another's.
func notControlled(name string) *hostkeep.Error {
	return hostkeep.Errorf(hostkeep.NotFound, "Sorry, you do not control the domain %s", hostkeep.Clip(name, 80))
}
