// Package cli is the command line: flags, help, what is printed where, exit
// statuses. It refuses to know how anything is done: every command ends in a
// call of the catalogue or of package daemon.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/config"
	"github.com/hostkeep/hostkeep/internal/daemon"
	"github.com/hostkeep/hostkeep/internal/httpd"
)

// Exit statuses, part of the outside interface.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// usageError is wrong use: exit status 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errSilent fails without another word: what there was to say was printed.
var errSilent = errors.New("failed")

// Program is the command line with what it works with. Tests give it a clock.
type Program struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            hostkeep.Clock
}

// env is what a command works with.
type env struct {
	stdin  io.Reader
	out    io.Writer // results
	err    io.Writer // everything else
	flags  map[string]string
	getenv func(string) string
	now    hostkeep.Clock
}

// Run runs the command that args name, args[0] being the program's own name,
// and returns the exit status.
func (p Program) Run(args []string) (status int) {
	defer func() { // the runtime's own words would show the value, and arguments
		if thrown := recover(); thrown != nil {
			_, _ = fmt.Fprintf(p.Stderr, "hostkeep: panic of type %T: %s\n", thrown, httpd.Stack(4))
			status = exitFailed
		}
	}()
	e := &env{stdin: p.Stdin, out: p.Stdout, err: p.Stderr, flags: map[string]string{}, getenv: p.Getenv, now: p.Now}
	if err := daemon.Harden(); err != nil {
		e.say("hostkeep: %v", err)
		return exitFailed
	}
	root := e.root()
	words := args[1:]
	if filepath.Base(args[0]) == "whmapi1" {
		words = append([]string{"whmapi1"}, words...)
	}
	root.SetArgs(words)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	cmd, err := root.ExecuteContextC(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errSilent):
		return exitFailed
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"):
		_, _ = fmt.Fprintf(e.err, "hostkeep: %v\nTry `%s --help`.\n", err, cmd.CommandPath())
		return exitUsage
	}
	_, _ = fmt.Fprintf(e.err, "hostkeep: %v\n", err)
	return exitFailed
}

func (e *env) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "hostkeep",
		Short: "A server that speaks WHM API 1, with API tokens that can be trusted",
		Long: "Hostkeep answers WHM API 1 on port 2087: every script, billing system and DNS tool written\n" +
			"for WHM works against it unchanged. `hostkeep serve --demo` shows it in a minute.",
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetIn(e.stdin)
	root.SetOut(e.out)
	root.SetErr(e.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	for _, s := range config.Settings() {
		if s.Flag == "" {
			continue
		}
		f := root.PersistentFlags().VarPF(setting{e.flags, s.Flag, s.Default}, s.Flag, "", s.Usage+" ["+s.Env+"]")
		if s.Bool {
			f.NoOptDefVal = "true"
		}
	}
	root.AddCommand(e.serve(), e.init(), e.config(), e.docs())
	for _, cmd := range []*cobra.Command{e.token(), e.whmapi1(), e.passwd(), e.version()} {
		cmd.SetUsageTemplate(shortUsage(cmd.UsageTemplate()))
		root.AddCommand(cmd)
	}
	root.SetHelpCommand(e.help(root))
	root.InitDefaultCompletionCmd()
	if cmd, _, err := root.Find([]string{"completion"}); err == nil {
		cmd.Args = none
		cmd.RunE = func(*cobra.Command, []string) error { return usagef("name the shell: bash, zsh, fish or powershell") }
	}
	return root
}

// shortUsage puts one sentence in the place of the settings of the server, which
// every command takes and few are asked with.
func shortUsage(template string) string {
	before, rest, ok := strings.Cut(template, "Global Flags:")
	_, after, closed := strings.Cut(rest, "{{end}}")
	if !ok || !closed {
		return template
	}
	return before + "Settings:\n      --data DIR and the others of `hostkeep serve --help`{{end}}" + after
}

// setting is a flag whose text goes to package config as it was given.
type setting struct {
	given     map[string]string
	name, def string
}

// String is the default, for the help.
func (s setting) String() string { return s.def }

// Set takes the flag's text.
func (s setting) Set(v string) error { s.given[s.name] = v; return nil }

// Type names what the flag takes, for the help.
func (s setting) Type() string { return "value" }

// settings loads the configuration; what is wrong with it is wrong use.
func (e *env) settings() (config.Config, error) {
	cfg, err := config.Load(e.flags, e.getenv)
	if err != nil {
		return cfg, usageError{err}
	}
	return cfg, nil
}

func (e *env) logger(cfg config.Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.LogLevel)) // package config has checked it
	o := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(e.err, o))
	}
	return slog.New(slog.NewTextHandler(e.err, o))
}

// open opens an existing state for a command. Its log holds warnings only: a
// command's own messages are enough.
func (e *env) open(ctx context.Context) (*daemon.App, error) {
	cfg, err := e.settings()
	if err != nil {
		return nil, err
	}
	if _, set := e.flags["log-level"]; !set {
		cfg.LogLevel = "warn"
	}
	return daemon.Open(ctx, daemon.Options{Config: cfg, Log: e.logger(cfg), Now: e.now})
}

// none is cobra.NoArgs with the right exit status.
func none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no argument, but was given %q", cmd.CommandPath(), args[0])
	}
	return nil
}

func (e *env) say(format string, args ...any) { _, _ = fmt.Fprintf(e.err, format+"\n", args...) }

// print writes a result. What does not arrive is a failure of the command.
func (e *env) print(format string, args ...any) error {
	if _, err := fmt.Fprintf(e.out, format, args...); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}
