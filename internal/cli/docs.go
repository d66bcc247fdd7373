package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hostkeep/hostkeep/internal/daemon"
	"github.com/hostkeep/hostkeep/internal/doc"
	"github.com/hostkeep/hostkeep/internal/protocol"
)

// docs is for those who work on Hostkeep, so it is in no help.
func (e *env) docs() *cobra.Command {
	cmd := &cobra.Command{
		Use: "docs", Short: "Make documentation from the declarations", Args: none, Hidden: true,
		RunE: func(*cobra.Command, []string) error { return usagef("say what to make: reference or compatibility") },
	}
	cmd.AddCommand(&cobra.Command{
		Use: "reference DIR", Short: "Write the reference pages of all functions into a folder",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one folder", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return writeReference(args[0]) },
	}, &cobra.Command{
		Use: "compatibility FILE", Short: "Write the table of WHM's functions and which of them are answered",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one file", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return writeCompatibility(args[0]) },
	})
	return cmd
}

func writeCompatibility(file string) error {
	functions, err := daemon.Declared()
	if err != nil {
		return err
	}
	cpanel, err := daemon.DeclaredCPanel()
	if err != nil {
		return err
	}
	text := doc.Compatibility(functions, protocol.Functions()) + doc.CPanelCompatibility(cpanel, protocol.CPanelFunctions())
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // documentation is for everybody
		return fmt.Errorf("writing the table of functions: %w", err)
	}
	return nil
}

// writeReference writes every page and removes those of functions that are gone.
func writeReference(dir string) error {
	functions, err := daemon.Declared()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // documentation is for everybody
		return fmt.Errorf("making the folder of the reference: %w", err)
	}
	cpanel, err := daemon.DeclaredCPanel()
	if err != nil {
		return err
	}
	pages := append(doc.Reference(functions), doc.CPanelReference(cpanel)...)
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(dir, p.Name), []byte(p.Text), 0o644); err != nil { //nolint:gosec // as above
			return fmt.Errorf("writing a page of the reference: %w", err)
		}
	}
	return removeStale(dir, pages)
}

// removeStale removes the pages that were made before and are no more. What
// somebody wrote by hand has no mark, and stays.
func removeStale(dir string, pages []doc.Page) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return fmt.Errorf("looking for old pages of the reference: %w", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("looking at an old page of the reference: %w", err)
		}
		current := slices.ContainsFunc(pages, func(p doc.Page) bool { return p.Name == filepath.Base(name) })
		if current || !strings.HasPrefix(string(text), doc.Mark) {
			continue
		}
		if err := os.Remove(name); err != nil {
			return fmt.Errorf("removing an old page of the reference: %w", err)
		}
	}
	return nil
}
