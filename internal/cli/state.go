package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/daemon"
	"github.com/hostkeep/hostkeep/internal/wire"
)

func (e *env) init() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Make the state and root's password, without serving", Args: none,
		Long: "Makes the data folder, the database, the master key and root's password. The password is\n" +
			"taken from --root-password-file, or made and shown once: on standard error when that is a\n" +
			"terminal, otherwise in the file root-password of the data folder. An existing state is refused.",
		Example: "  hostkeep init\n  hostkeep init --data ./state --root-password-file ./password",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := e.settings()
			if err != nil {
				return err
			}
			password, err := readPasswordFile(cfg.RootPasswordFile)
			if err != nil {
				return err
			}
			err = daemon.Init(cmd.Context(), daemon.Options{
				Config: cfg, Log: e.logger(cfg), Now: e.now, RootPassword: password, ShowPassword: e.showPassword(cfg.Data),
			})
			if err == nil {
				e.say("The state is made in %s. Next: hostkeep serve", cfg.Data)
			}
			return err
		},
	}
}

// showPassword shows root's first password once: to a person, or in a file that
// only its owner can read.
func (e *env) showPassword(dir string) func(hostkeep.Secret) error {
	return func(s hostkeep.Secret) error {
		if f, ok := e.err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			e.say("root's password, shown only now: %s", s.Reveal())
			return nil
		}
		path, err := daemon.WriteRootPassword(dir, s)
		if err == nil {
			e.say("root's password is in %s until it is changed.", path)
		}
		return err
	}
}

// readPasswordFile reads a password from the first line of a file; "" is none.
func readPasswordFile(path string) (hostkeep.Secret, error) {
	if path == "" {
		return hostkeep.Secret{}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return hostkeep.Secret{}, fmt.Errorf("reading root's password: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimSuffix(line, "\r")
	password := hostkeep.NewSecret(line)
	if err := hostkeep.CheckPassword(hostkeep.RootName, password); err != nil {
		return hostkeep.Secret{}, fmt.Errorf("the first line of %s is no password: %w", path, err)
	}
	return password, nil
}

func (e *env) passwd() *cobra.Command {
	return &cobra.Command{
		Use: "passwd USER", Short: "Set a WHM user's or account's password, from a prompt or standard input",
		Example: "  hostkeep passwd root\n  hostkeep passwd reseller1 < ./password",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes the name of one user", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := e.askPassword(args[0])
			if err != nil {
				return err
			}
			return e.with(cmd.Context(), hostkeep.RootName, func(ses session) error {
				p := wire.Pairs("user", args[0], "password", password.Reveal())
				if err := e.call(cmd.Context(), ses, nil, "passwd", p); err != nil {
					return err
				}
				e.say("The password of %s is changed.", args[0])
				return nil
			})
		},
	}
}

// askPassword asks a person twice, or reads one line.
func (e *env) askPassword(user string) (hostkeep.Secret, error) {
	f, ok := e.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(e.stdin, 4096)).ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			return hostkeep.Secret{}, errors.Join(errors.New("standard input holds no password"), notEOF(err))
		}
		return hostkeep.NewSecret(line), nil
	}
	var typed [2][]byte
	for i, prompt := range []string{"New password for " + user + ": ", "Once more: "} {
		_, _ = fmt.Fprint(e.err, prompt)
		line, err := term.ReadPassword(int(f.Fd()))
		_, _ = fmt.Fprintln(e.err)
		if err != nil {
			return hostkeep.Secret{}, fmt.Errorf("reading the password: %w", err)
		}
		typed[i] = line
	}
	if string(typed[0]) != string(typed[1]) {
		return hostkeep.Secret{}, errors.New("the two passwords are not the same; nothing was changed")
	}
	return hostkeep.NewSecret(string(typed[0])), nil
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (e *env) config() *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "Look at the configuration", Args: none,
		RunE: func(*cobra.Command, []string) error { return usagef("say what to do: check") },
	}
	cmd.AddCommand(&cobra.Command{
		Use: "check", Short: "Check flags, environment and file, and print what is in force", Args: none,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := e.settings()
			if err != nil {
				return err
			}
			return e.print("%s", cfg)
		},
	})
	return cmd
}

func (e *env) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the program's version", Args: none,
		RunE: func(*cobra.Command, []string) error {
			return e.print("hostkeep %s %s/%s %s\n", buildVersion(), runtime.GOOS, runtime.GOARCH, runtime.Version())
		},
	}
}

// buildVersion is the module's version, or the commit that a clone was built
// from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && info.Main.Version == "(devel)" {
			return "(devel) " + s.Value[:min(12, len(s.Value))]
		}
	}
	return info.Main.Version
}
