package cli

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostkeep/hostkeep/internal/wire"
)

func (e *env) whmapi1() *cobra.Command {
	var user, output string
	cmd := &cobra.Command{
		Use: "whmapi1 FUNCTION [key=value…]", Short: "Call any function of WHM API 1, as root",
		Long: "Calls a function on the state directly, with or without a server beside it. Values may be\n" +
			"percent-encoded, as WHM's own command wants them. Exit status 0 when the result is 1.\n" +
			"Linked under the name whmapi1, the program behaves so without its first word.\n" +
			"`hostkeep whmapi1 FUNCTION --help` tells what a function takes and answers.",
		Example: "  hostkeep whmapi1 listaccts\n  hostkeep whmapi1 --output=jsonpretty accountsummary user=bob\n" +
			"  hostkeep whmapi1 createacct username=bob domain=bob.example plan=default",
		ValidArgsFunction: completeCall,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("name the function to call")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			form, ok := outputs()[output]
			if !ok {
				return usagef("--output is yaml, json, jsonpretty or xml, not %q", output)
			}
			p, err := arguments(args[1:])
			if err != nil {
				return err
			}
			failed := false
			err = e.with(cmd.Context(), user, func(ses session) error {
				r, err := ses.reply(cmd.Context(), args[0], p)
				if err != nil {
					return err
				}
				failed = !r.OK
				text, err := form(&r)
				if err != nil {
					return err
				}
				return e.print("%s", text)
			})
			if err == nil && failed {
				return errSilent // the answer says why
			}
			return err
		},
	}
	cmd.Flags().StringVar(&user, "user", "root", "the WHM user to call as")
	cmd.Flags().StringVar(&output, "output", "yaml", "yaml, json, jsonpretty or xml")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions( // fails for a flag that is not there
		slices.Sorted(maps.Keys(outputs())), cobra.ShellCompDirectiveNoFileComp))
	cmd.SetHelpFunc(e.helpCall(cmd.HelpFunc()))
	return cmd
}

// arguments reads key=value; api.version is always 1 here.
func arguments(args []string) (wire.Params, error) {
	p := wire.Params{}
	for _, a := range args {
		name, value, ok := strings.Cut(a, "=")
		if !ok || name == "" {
			return p, usagef("%q is not of the form key=value", name)
		}
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		p = p.Add(name, value)
	}
	return p, nil
}
