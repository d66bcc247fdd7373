// Command scale measures a server that has many tokens and accounts: how long it
// takes from the start of the process until every listener is up, how long the
// first answers take, and how much memory it holds. It fills a new state in a
// temporary folder through the store, starts the program on it, and prints a
// table for docs/performance.md, and a second one for the pages. It refuses to talk to any other server.
//
// It fails where the first page of the token table has 200 kB, and with -check
// where a listaccts takes more memory than three times its answer.
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
	"github.com/hostkeep/hostkeep/bench/peak"
	"github.com/hostkeep/hostkeep/internal/audit"
	"github.com/hostkeep/hostkeep/internal/auth"
	"github.com/hostkeep/hostkeep/internal/keyring"
	"github.com/hostkeep/hostkeep/internal/sqlstore"
)

func main() {
	tokens := flag.Int("tokens", 10_000, "how many tokens, spread over root and 100 resellers")
	accounts := flag.Int("accounts", 10_000, "how many accounts, owned by root and 100 resellers")
	check := flag.Bool("check", false, "start once, and fail if listaccts takes more than three times its answer")
	flag.Parse()
	if err := run(*tokens, *accounts, *check); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(tokens, accounts int, check bool) (err error) {
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
	fmt.Printf("| start | until listening | first `version` | first `listaccts`, its first byte | second, its first byte | bytes of it | most resident memory, before and after |\n|---|---|---|---|---|---|---|\n")
	rounds := 3
	if check {
		rounds = 1
	}
	for i := range rounds {
		grown, size, err := measure(i+1, i+1 == rounds, program, data, secret)
		if err == nil && check && grown >= 3*size {
			err = fmt.Errorf("the server took %d bytes for an answer of %d", grown, size)
		}
		if err != nil {
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
	start, ids := time.Now(), []int64{}
	for from := 0; from < max(tokens, accounts) && err == nil; from += 2000 {
		change := hostkeep.Change{Function: "scale", Args: "{}", Caller: hostkeep.Caller{User: hostkeep.Principal{ID: hostkeep.RootID, Name: hostkeep.RootName}, Via: hostkeep.ViaSystem}}
		_, err = store.Change(ctx, change, func(tx *sqlstore.Tx) error {
			made, err := batch(tx, ring, secret, from, min(from+2000, tokens), min(from+2000, accounts))
			ids = append(ids, made...)
			return err
		})
	}
	took = time.Since(start)
	if err == nil {
		err = use(store, ids[:min(len(ids), 10_000)])
	}
	return secret, took, err
}

var initial = hostkeep.InitialPrivileges().With("list-accts")

func batch(tx *sqlstore.Tx, ring *keyring.Ring, secret hostkeep.Secret, from, tokens, accounts int) (made []int64, err error) {
	pkg, err := tx.Package(hostkeep.DefaultPackage)
	if err != nil {
		return nil, err
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
			return nil, err
		}
	}
	for i := from; i < tokens; i++ {
		s := secret
		if i > 0 {
			if s, err = auth.NewSecret(rand.Reader); err != nil {
				return nil, err
			}
		}
		t := hostkeep.Token{ID: tx.NewID(), OwnerID: hostkeep.RootID, Name: fmt.Sprintf("token%d", i), Hash: ring.HashToken(s), KeyID: ring.ID(), Privileges: initial, Created: time.Now()}
		if err := tx.InsertToken(t); err != nil {
			return nil, err
		}
		made = append(made, t.ID)
	}
	return made, nil
}

// measure starts the program once and asks. It answers by how many bytes the
// server's memory has grown, and how many a listaccts has. The last time it asks
// for pages as well.
func measure(round int, last bool, program, data string, secret hostkeep.Secret) (grown, size int64, err error) {
	cmd := command(program, "serve", "--data", data, "--whm", "127.0.0.1:0", "--cpanel", "off", "--admin", "off", "--log-level", "warn")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() { _ = cmd.Process.Signal(syscall.SIGTERM); _, _ = io.Copy(io.Discard, stderr); _ = cmd.Wait() }()
	line, err := bufio.NewReader(stderr).ReadString('\n')
	up := time.Since(start)
	_, addr, ok := strings.Cut(strings.TrimSpace(line), "whm=")
	if err != nil || !ok {
		return 0, 0, fmt.Errorf("the server said %q: %w", line, err)
	}
	client, err := client(data)
	if err != nil {
		return 0, 0, err
	}
	before, err := peak.Resident(cmd.Process.Pid)
	version, err0 := ask(client, addr, "version", secret)
	first, err1 := ask(client, addr, "listaccts", secret)
	second, err2 := ask(client, addr, "listaccts", secret)
	after, err3 := peak.Resident(cmd.Process.Pid)
	const ms = time.Millisecond
	fmt.Printf("| %d | %v | %v | %v, %v | %v, %v | %d | %.1f MB, %.1f MB |\n", round, up.Round(ms), version.took.Round(10*time.Microsecond),
		first.took.Round(ms), first.begun.Round(ms), second.took.Round(ms), second.begun.Round(ms/10), second.size, float64(before)/1e6, float64(after)/1e6)
	err = errors.Join(err, err0, err1, err2, err3)
	if err == nil && last {
		err = pages(addr, data, client, secret)
	}
	return after - before, second.size, err
}

func client(data string) (*http.Client, error) {
	pem, err := os.ReadFile(filepath.Join(data, "tls", "cert.pem"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &http.Client{Transport: &http.Transport{DisableCompression: true, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}, nil
}

// asked is what one call took, and how large its answer was.
type asked struct {
	begun time.Duration // until the first byte of the body
	took  time.Duration
	size  int64
}

// ask makes one call and reads all of its answer.
func ask(c *http.Client, addr, function string, secret hostkeep.Secret) (a asked, err error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://"+addr+"/json-api/"+function+"?api.version=1", http.NoBody)
	if err != nil {
		return a, err
	}
	req.Header.Set("Authorization", "whm root:"+secret.Reveal())
	start := time.Now()
	res, err := c.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { _ = res.Body.Close() }()
	_, err = io.ReadFull(res.Body, make([]byte, 1))
	a.begun = time.Since(start)
	rest, err1 := io.Copy(io.Discard, res.Body)
	a.took, a.size = time.Since(start), rest+1
	if res.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s: %s", function, res.Status))
	}
	return a, errors.Join(err, err1)
}
