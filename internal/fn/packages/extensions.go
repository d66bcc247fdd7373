package packages

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// An extension is only a name here: no extension is installed on this server, so
// none has variables or a form. WHM's clients name them and look whether the name is
// there, so names are kept and shown.

var extensionName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

// maxExtensions keeps a package's row, and the time that a change of it takes, small.
const maxExtensions = 100

// extensions reads names that blanks separate; each counts once.
func extensions(text string) (string, error) {
	var names []string
	seen := map[string]bool{}
	for _, n := range strings.Fields(text) {
		if !extensionName.MatchString(n) || len(n) > 60 {
			return "", hostkeep.Errorf(hostkeep.Invalid, "%q is no name of a package extension: 1 to 60 letters, digits, dots, hyphens and underscores.", hostkeep.Clip(n, 60))
		}
		if !seen[n] {
			seen[n], names = true, append(names, n)
		}
	}
	if len(names) > maxExtensions {
		return "", hostkeep.Errorf(hostkeep.Conflict, "A package has at most %d extensions.", maxExtensions)
	}
	return strings.Join(names, " "), nil
}

type addExtIn struct {
	Name       string `whm:"name,required"`
	Extensions string `whm:"_PACKAGE_EXTENSIONS,required" doc:"names, separated by blanks"`
}

type extOut struct {
	wire.Note
	Package string `whm:"pkg"`
}

func (f family) addpkgext(ctx context.Context, c api.Call, in addExtIn) (out extOut, err error) {
	out.Warnings = []string{"No package extension is installed on this server: the names are kept, and have no effect."}
	return out, f.extend(ctx, c, in.Name, in.Extensions, &out, func(had, given []string) []string { return append(had, given...) })
}

type delExtIn struct {
	Name       string `whm:"name,required"`
	Extensions string `whm:"_DELETE_EXTENSIONS,required" doc:"names, separated by blanks; one that the package does not have is ignored"`
}

func (f family) delpkgext(ctx context.Context, c api.Call, in delExtIn) (out extOut, err error) {
	return out, f.extend(ctx, c, in.Name, in.Extensions, &out, func(had, given []string) []string {
		return slices.DeleteFunc(had, func(n string) bool { return slices.Contains(given, n) })
	})
}

// extend makes other extensions of those that a package had and those given.
func (f family) extend(ctx context.Context, c api.Call, name, text string, out *extOut, make func(had, given []string) []string) error {
	given, err := extensions(text)
	if err != nil {
		return err
	}
	out.Package = name
	return f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := editable(tx, c.Caller, name)
		if err != nil {
			return err
		}
		was := p.Extensions
		if p.Extensions, err = extensions(strings.Join(make(strings.Fields(was), strings.Fields(given)), " ")); err != nil || p.Extensions == was {
			return err
		}
		return tx.UpdatePackage(p)
	})
}

type formIn struct {
	Package string `whm:"pkg,required"`
}

type form struct {
	HTML string `whm:"html"`
}

// formOut has no data: so WHM answers where the extensions have no form.
type formOut struct {
	Form *form `whm:",data"`
}

func (f family) extensionForm(ctx context.Context, c api.Call, in formIn) (out formOut, err error) {
	err = f.Read(ctx, func(r Reader) error {
		_, err := found(r, in.Package, c.MayUsePackage)
		return err
	})
	return out, err
}
