package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/daemon"
	"github.com/hostkeep/hostkeep/internal/doc"
)

// declared finds a function by name, without a state; nil when there is none.
func declared(name string) (*api.Function, error) {
	list, err := daemon.Declared()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(f *api.Function) bool { return f.Name == name })
	if i < 0 {
		return nil, nil //nolint:nilnil // no such function is no error here
	}
	return list[i], nil
}

// help is cobra's help command that also knows the functions. A command comes
// before a function of the same name, which is then found behind whmapi1.
func (e *env) help(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND | FUNCTION]", Short: "Help about a command or a function of WHM API 1",
		Example:           "  hostkeep help serve\n  hostkeep help createacct\n  hostkeep help whmapi1 passwd",
		ValidArgsFunction: completeHelp(root),
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err == nil && len(rest) == 0 {
				cmd.InitDefaultHelpFlag()
				return cmd.Help()
			}
			if len(rest) == 0 || cmd != root && cmd.Name() != "whmapi1" {
				rest = args
			}
			if len(rest) > 1 {
				return usagef("there is no command %q", strings.Join(args, " "))
			}
			return e.helpFunction(rest[0])
		},
	}
}

func (e *env) helpFunction(name string) error {
	f, err := declared(name)
	if err != nil {
		return err
	}
	if f == nil {
		return usagef("%q is neither a command nor a function", name)
	}
	return e.print("%s", doc.Help(f))
}

// helpCall is the help of whmapi1: that of the function that is named before
// --help, or else its own with the functions' names.
func (e *env) helpCall(otherwise func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		for _, name := range append(args, cmd.Flags().Args()...) {
			if f, err := declared(name); err == nil && f != nil {
				_ = e.print("%s", doc.Help(f)) // a help function has no way to fail
				return
			}
		}
		otherwise(cmd, args)
		list, err := daemon.Declared()
		if err != nil {
			return
		}
		_ = e.print("\nFunctions:\n")
		for _, f := range list {
			if !f.InVersion(1) {
				continue
			}
			_ = e.print("  %s\n", strings.TrimSpace(fmt.Sprintf("%-22s %s", f.Name, f.Summary)))
		}
	}
}
