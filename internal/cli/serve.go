package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/hostkeep/hostkeep/internal/daemon"
)

func (e *env) serve() *cobra.Command {
	var demo bool
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve WHM API 1, in the foreground; makes its state on first start", Args: none,
		Long: "Serves until SIGTERM or SIGINT, then answers what has begun and ends within 10 s. SIGHUP\n" +
			"rereads certificates and the file. When every listener is up, one line on standard error\n" +
			"names each address, systemd is told, and /readyz answers 200.",
		Example: "  hostkeep serve --demo                 # sample data in a temporary folder, on loopback\n" +
			"  hostkeep serve --data ./state --whm 127.0.0.1:2087\n" +
			"  hostkeep serve --https :443 --tls-cert cert.pem --tls-key key.pem",
		RunE: func(cmd *cobra.Command, _ []string) error {
			hup := make(chan os.Signal, 1)
			signal.Notify(hup, syscall.SIGHUP)
			defer signal.Stop(hup)
			if demo {
				return e.demo(cmd.Context(), hup)
			}
			cfg, err := e.settings()
			if err != nil {
				return err
			}
			password, err := readPasswordFile(cfg.RootPasswordFile)
			if err != nil {
				return err
			}
			return daemon.Serve(cmd.Context(), daemon.ServeOptions{
				Options: daemon.Options{Config: cfg, Log: e.logger(cfg), Now: e.now, RootPassword: password, ShowPassword: e.showPassword(cfg.Data)},
				Hangup:  hup, Reread: e.settings,
				Listening: func(line string) { e.say("%s", line) },
			})
		},
	}
	cmd.Flags().BoolVar(&demo, "demo", false, "a new temporary folder, loopback, sample accounts, and a line to paste")
	return cmd
}
