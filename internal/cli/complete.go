package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostkeep/hostkeep/internal/daemon"
	"github.com/hostkeep/hostkeep/internal/wire"
)

const noFiles = cobra.ShellCompDirectiveNoFileComp

// completeCall completes whmapi1's words: the function, then its parameters as
// far as the equals sign. Values stay the caller's: bash takes them for words of
// their own, and would double the name. No state is opened.
func completeCall(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return functionNames(begun, false), noFiles
	}
	f, err := declared(args[0])
	if err != nil || f == nil || strings.Contains(begun, "=") {
		return nil, noFiles
	}
	var list []cobra.Completion
	for _, p := range f.In.Fields() {
		if p.Type != "rest" && strings.HasPrefix(p.Name, begun) && !given(p, args[1:]) {
			list = append(list, cobra.CompletionWithDesc(p.Name+end(p), p.Summary))
		}
	}
	return list, noFiles | cobra.ShellCompDirectiveNoSpace
}

// end is what follows a parameter's name; a prefix is a name half written.
func end(p wire.Field) string {
	if p.Type == "prefix" {
		return ""
	}
	return "="
}

// given reports whether a parameter that may stand once stands already.
func given(p wire.Field, args []string) bool {
	many := p.Type == "list" || p.Type == "prefix"
	return !many && slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, p.Name+"=") })
}

// functionNames completes functions of API 1, or every one.
func functionNames(begun string, every bool) (list []cobra.Completion) {
	functions, err := daemon.Declared()
	if err != nil {
		return nil
	}
	for _, f := range functions {
		if strings.HasPrefix(f.Name, begun) && (every || f.InVersion(1)) {
			list = append(list, cobra.CompletionWithDesc(f.Name, f.Summary))
		}
	}
	return list
}

// completeHelp completes the words of help: commands, then functions.
func completeHelp(root *cobra.Command) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		cmd, rest, err := root.Find(args)
		if err != nil || len(rest) > 0 {
			return nil, noFiles
		}
		var list []cobra.Completion
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() && strings.HasPrefix(c.Name(), begun) {
				list = append(list, cobra.CompletionWithDesc(c.Name(), c.Short))
			}
		}
		if cmd == root || cmd.Name() == "whmapi1" {
			list = append(list, functionNames(begun, cmd == root)...)
		}
		return list, noFiles
	}
}
