// Command scale measures a server that has many tokens and accounts: how long it
// takes from the start of the process until every listener is up, how long the
// first answers take, and how much memory it holds. It fills a new state in a
// temporary folder through the store, starts the program on it, and prints a
// table for docs/performance.md. It refuses to talk to any other server.
//
//	go run ./bench/scale -tokens 10000 -accounts 10000
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/audit"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/keyring"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func main() {
	tokens := flag.Int("tokens", 10_000, "how many tokens, spread over root and 100 resellers")
	accounts := flag.Int("accounts", 10_000, "how many accounts, owned by root and 100 resellers")
	flag.Parse()
	if err := run(*tokens, *accounts); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(tokens, accounts int) (err error) {
	dir, err := os.MkdirTemp("", "hostkeep-scale-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program, data := filepath.Join(dir, "hostkeep"), filepath.Join(dir, "state")
	if out, err := command("go", "build", "-o", program, "./cmd/hostkeep").CombinedOutput(); err != nil {
		return fmt.Errorf("building: %w: %s", err, out)
	}
	if out, err := command(program, "init", "--data", data).CombinedOutput(); err != nil {
		return fmt.Errorf("init: %w: %s", err, out)
	}
	secret, filled, err := fill(data, tokens, accounts)
	if err != nil {
		return err
	}
	fmt.Printf("%d tokens and %d accounts were written in %v, in changes of 2,000\n\n", tokens, accounts, filled.Round(time.Millisecond))
	fmt.Printf("| start | until listening | first `version` | first `listaccts` | second | bytes of it | resident memory, before and after |\n|---|---|---|---|---|---|---|\n")
	for i := range 3 {
		if err := measure(i+1, program, data, secret); err != nil {
			return err
		}
	}
	return nil
}

func command(name string, args ...string) *exec.Cmd {
	return exec.CommandContext(context.Background(), name, args...)
}

// fill writes everything in one change, past the API, which would hash a
// password for each account.
func fill(data string, tokens, accounts int) (secret hostkeep.Secret, took time.Duration, err error) {
	ring, err := keyring.Load(filepath.Join(data, "master.key"))
	if err != nil {
		return secret, 0, err
	}
	ctx := context.Background()
	store, err := sqlstore.Open(ctx, sqlstore.Options{
		Database: "sqlite:" + filepath.Join(data, "hostkeep.db"), Now: time.Now, Node: "scale", Seal: audit.New(ring.RecordMAC).Seal,
	})
	if err != nil {
		return secret, 0, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if secret, err = auth.NewSecret(rand.Reader); err != nil {
		return secret, 0, err
	}
	start := time.Now()
	for from := 0; from < max(tokens, accounts) && err == nil; from += 2000 {
		change := hostkeep.Change{Function: "scale", Args: "{}", Caller: hostkeep.Caller{User: hostkeep.Principal{ID: hostkeep.RootID, Name: hostkeep.RootName}, Via: hostkeep.ViaSystem}}
		_, err = store.Change(ctx, change, func(tx *sqlstore.Tx) error {
			return batch(tx, ring, secret, from, min(from+2000, tokens), min(from+2000, accounts))
		})
	}
	return secret, time.Since(start), err
}

var initial = hostkeep.InitialPrivileges().With("list-accts")

func batch(tx *sqlstore.Tx, ring *keyring.Ring, secret hostkeep.Secret, from, tokens, accounts int) error {
	pkg, err := tx.Package(hostkeep.DefaultPackage)
	if err != nil {
		return err
	}
	owner := hostkeep.RootID
	for i := from; i < accounts; i++ {
		p := hostkeep.Principal{ID: tx.NewID(), Name: fmt.Sprintf("user%d", i), OwnerID: owner}
		if i%100 == 0 {
			p.OwnerID, p.Reseller, p.Privileges = hostkeep.RootID, true, initial
			owner = p.ID
		}
		a := hostkeep.Account{
			ID: p.ID, User: p.Name, OwnerID: p.OwnerID, Domain: fmt.Sprintf("user%d.example", i), PackageID: pkg.ID, Plan: pkg.Plan,
			IP: "192.0.2.1", Email: fmt.Sprintf("owner@user%d.example", i), MailboxFormat: "maildir", Home: "/home/" + p.Name, UID: int64(2000 + i), Created: time.Now(), Reseller: p.Reseller,
		}
		if err := errors.Join(tx.InsertPrincipal(p, ""), tx.InsertAccount(a)); err != nil {
			return err
		}
	}
	for i := from; i < tokens; i++ {
		s := secret
		if i > 0 {
			if s, err = auth.NewSecret(rand.Reader); err != nil {
				return err
			}
		}
		t := hostkeep.Token{ID: tx.NewID(), OwnerID: hostkeep.RootID, Name: fmt.Sprintf("token%d", i), Hash: ring.HashToken(s), KeyID: ring.ID(), Privileges: initial, Created: time.Now()}
		if err := tx.InsertToken(t); err != nil {
			return err
		}
	}
	return nil
}

// measure starts the program once and asks.
func measure(round int, program, data string, secret hostkeep.Secret) error {
	cmd := command(program, "serve", "--data", data, "--whm", "127.0.0.1:0", "--cpanel", "off", "--admin", "off", "--log-level", "warn")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() { _ = cmd.Process.Signal(syscall.SIGTERM); _, _ = io.Copy(io.Discard, stderr); _ = cmd.Wait() }()
	line, err := bufio.NewReader(stderr).ReadString('\n')
	up := time.Since(start)
	_, addr, ok := strings.Cut(strings.TrimSpace(line), "whm=")
	if err != nil || !ok {
		return fmt.Errorf("the server said %q: %w", line, err)
	}
	client, err := client(data)
	if err != nil {
		return err
	}
	before := resident(cmd.Process.Pid)
	version, _, err := ask(client, addr, "version", secret)
	first, size, err1 := ask(client, addr, "listaccts", secret)
	second, _, err2 := ask(client, addr, "listaccts", secret)
	fmt.Printf("| %d | %v | %v | %v | %v | %d | %s, %s |\n", round, up.Round(time.Millisecond), version.Round(10*time.Microsecond),
		first.Round(time.Millisecond), second.Round(time.Millisecond), size, before, resident(cmd.Process.Pid))
	return errors.Join(err, err1, err2)
}

func client(data string) (*http.Client, error) {
	pem, err := os.ReadFile(filepath.Join(data, "tls", "cert.pem"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}, nil
}

// ask makes one call and reads all of its answer.
func ask(c *http.Client, addr, function string, secret hostkeep.Secret) (took time.Duration, size int64, err error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://"+addr+"/json-api/"+function+"?api.version=1", http.NoBody)
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Authorization", "whm root:"+secret.Reveal())
	start := time.Now()
	res, err := c.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = res.Body.Close() }()
	size, err = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s: %s", function, res.Status))
	}
	return time.Since(start), size, err
}

// resident is the process's resident memory as the kernel says it.
func resident(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "?"
}
