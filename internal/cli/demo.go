package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/config"
	"github.com/hostkeep/hostkeep/internal/daemon"
)

// demo serves sample data from a new temporary folder, on loopback, and removes
// the folder when it ends.
func (e *env) demo(ctx context.Context, hup chan os.Signal) (err error) {
	if _, given := e.flags["data"]; given {
		return usagef("--demo makes a folder of its own; leave --data out")
	}
	dir, err := os.MkdirTemp("", "hostkeep-demo-")
	if err != nil {
		return fmt.Errorf("making the demo's folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var password hostkeep.Secret
	for _, whm := range []string{"127.0.0.1:2087", "127.0.0.1:0"} { // WHM's own port when it is free
		cfg, err := e.demoSettings(dir, whm)
		if err != nil {
			return err
		}
		err = daemon.Serve(ctx, daemon.ServeOptions{
			Options: daemon.Options{
				Config: cfg, Log: e.logger(cfg), Now: e.now,
				ShowPassword: func(s hostkeep.Secret) error { password = s; return nil },
			},
			Hangup:    hup,
			Listening: func(line string) { e.say("%s", line) },
			Ready: func(app *daemon.App, addr func(string) string) error {
				e.say("Making sample accounts …")
				sample, err := app.FillSample(ctx)
				if err != nil {
					return err
				}
				return e.demoText(dir, cfg, addr, password, sample)
			},
		})
		if _, given := e.flags["whm"]; given || !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
	}
	return errors.New("no port of 127.0.0.1 is free")
}

// demoSettings puts everything on loopback and in the demo's folder, whatever
// the environment says; the ports that a flag names stay.
func (e *env) demoSettings(dir, whm string) (config.Config, error) {
	flags := map[string]string{"data": filepath.Join(dir, "state"), "whm": whm, "cpanel": "127.0.0.1:0", "admin": "127.0.0.1:0", "node": "demo", "log-level": "warn"}
	for name, value := range e.flags {
		if _, fixed := flags[name]; !fixed || name == "whm" || name == "cpanel" || name == "admin" || name == "log-level" {
			flags[name] = value
		}
	}
	cfg, err := config.Load(flags, func(string) string { return "" })
	if err != nil {
		return cfg, usageError{err}
	}
	return cfg, nil
}

// demoText prints what a newcomer needs, the line to paste last. The secret goes
// to curl through a file: an argument would stand in the process list and in
// the shell's history.
func (e *env) demoText(dir string, cfg config.Config, addr func(listener string) string, password hostkeep.Secret, s daemon.Sample) error {
	header := filepath.Join(dir, "header")
	if err := os.WriteFile(header, []byte("Authorization: whm root:"+s.Token.Reveal()+"\n"), 0o600); err != nil {
		return fmt.Errorf("writing the demo's header: %w", err)
	}
	base, others := "https://"+addr("whm"), ""
	for _, l := range []struct{ listener, about string }{
		{"cpanel", "  cPanel     https://%s/ (its APIs: /execute/Module/function)\n"},
		{"dns", "  DNS        %s (the zones of the sample accounts)\n"},
	} {
		if at := addr(l.listener); at != "" {
			others += fmt.Sprintf(l.about, at)
		}
	}
	return e.print("\nHostkeep's demo, %d sample accounts; it is gone when this program ends (Ctrl-C).\n\n"+
		"  address    %s/\n%s  root       %s\n  token      %s\n"+
		"             (root's token \"demo\": it may look around, suspend accounts and manage tokens)\n"+
		"  state      %s\n\nPaste this into another terminal:\n\n"+
		"curl --cacert %s -H @%s '%s/json-api/listaccts?api.version=1'\n",
		s.Accounts, base, others, password.Reveal(), s.Token.Reveal(), cfg.Data,
		shellWord(filepath.Join(cfg.Data, "tls", "cert.pem")), shellWord(header), base)
}

// shellWord quotes a path for a shell where it must be.
func shellWord(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("/._-+:@", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
