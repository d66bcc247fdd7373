// Command zones measures what a zone of 200,000 lines costs those who do something
// else: how long a token takes to be made while the zone is edited without a pause,
// beside how long one takes alone, and how much memory the server takes for several
// answers of all the zone's lines at once, beside one. It starts the program on a new
// state in a temporary folder and prints two tables for docs/performance.md.
//
//	go run ./bench/zones -tokens 40 -readers 12
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hostkeep/hostkeep/bench/peak"
)

const (
	zone  = "huge.example"
	lines = 200_000
)

func main() {
	program := flag.String("program", "", "the program that is measured; without it the one of this tree is built")
	dns := flag.Bool("dns", false, "have it serve the zone as well")
	tokens := flag.Int("tokens", 40, "how many tokens are made, alone and beside edits")
	readers := flag.Int("readers", 12, "how many read the zone at once")
	flag.Parse()
	if err := run(*program, *dns, *tokens, *readers); err != nil {
		fmt.Fprintln(os.Stderr, "zones:", err)
		os.Exit(1)
	}
}

func run(program string, dns bool, tokens, readers int) (err error) {
	dir, err := os.MkdirTemp("", "hostkeep-zones-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if program == "" {
		program = filepath.Join(dir, "hostkeep")
		if out, err := command("go", "build", "-o", program, "./cmd/hostkeep").CombinedOutput(); err != nil {
			return fmt.Errorf("building: %w: %s", err, out)
		}
	}
	s := &server{program: program, data: filepath.Join(dir, "state"), dns: dns}
	if out, err := command(program, "init", "--data", s.data).CombinedOutput(); err != nil {
		return fmt.Errorf("init: %w: %s", err, out)
	}
	secret, err := command(program, "token", "create", "bench", "--acl", "all", "--data", s.data).Output()
	if err != nil {
		return fmt.Errorf("making a token: %w", err)
	}
	s.secret = strings.TrimSpace(string(secret))
	if err := s.during(func() error { return s.beside(tokens) }); err != nil {
		return err
	}
	return s.memory(readers)
}

func command(name string, args ...string) *exec.Cmd {
	return exec.CommandContext(context.Background(), name, args...)
}

// server is the program that is measured.
type server struct {
	program, data, secret string
	dns                   bool

	addr   string
	client *http.Client
	pid    int
}

// during has do ask the started server, which ends then.
func (s *server) during(do func() error) error {
	args := []string{"serve", "--data", s.data, "--whm", "127.0.0.1:0", "--cpanel", "off", "--admin", "off", "--log-level", "warn"}
	if s.dns {
		args = append(args, "--dns", "127.0.0.1:0")
	}
	cmd := command(s.program, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() { _ = cmd.Process.Signal(syscall.SIGTERM); _, _ = io.Copy(io.Discard, stderr); _ = cmd.Wait() }()
	line, err := bufio.NewReader(stderr).ReadString('\n')
	_, rest, ok := strings.Cut(strings.TrimSpace(line), "whm=")
	if err != nil || !ok {
		return fmt.Errorf("the server said %q: %w", line, err)
	}
	go func() { _, _ = io.Copy(os.Stderr, stderr) }()
	s.addr, _, _ = strings.Cut(rest, " ")
	s.pid = cmd.Process.Pid
	pem, err := os.ReadFile(filepath.Join(s.data, "tls", "cert.pem"))
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	s.client = &http.Client{Transport: &http.Transport{DisableCompression: true, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	return do()
}

// ask makes one call, reads all of its answer and says how long that took.
func (s *server) ask(function string, nameValue ...string) (time.Duration, error) {
	form := url.Values{"api.version": {"1"}}
	for i := 0; i < len(nameValue); i += 2 {
		form.Set(nameValue[i], nameValue[i+1])
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://"+s.addr+"/json-api/"+function, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "whm root:"+s.secret)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	start := time.Now()
	res, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	said := &ends{}
	_, err = io.Copy(said, res.Body)
	took := time.Since(start)
	if err == nil && !strings.Contains(said.first+said.last, `"result":1`) {
		err = fmt.Errorf("%s: %s %s", function, res.Status, said.last)
	}
	return took, err
}

// ends keeps the begin and the end of what is written to it: in one of them an answer
// says what came of it.
type ends struct{ first, last string }

func (e *ends) Write(b []byte) (int, error) {
	if e.first == "" {
		e.first = string(b[:min(len(b), 400)])
	}
	e.last = string(b[max(0, len(b)-400):])
	return len(b), nil
}

// huge is the text of a zone of nearly as many lines as there may be.
func huge() string {
	var b strings.Builder
	b.WriteString("$TTL 300\n@ IN SOA ns1.example.net. root.example.net. 2026010100 3600 1800 1209600 300\n@ IN NS ns1.example.net.\n")
	for i := 3; i < lines-100; i++ {
		if i%2 == 0 {
			fmt.Fprintf(&b, "h%d 300 IN A 192.0.2.%d\n", i, i%256)
		} else {
			fmt.Fprintf(&b, "h%d IN TXT \"number %d\" ; of many\n", i, i)
		}
	}
	return b.String()
}

// beside measures the making of tokens, alone and beside edits of the zone.
func (s *server) beside(tokens int) error {
	text := huge()
	_, err := s.ask("adddns", "domain", zone, "ip", "192.0.2.1")
	imported, err1 := s.ask("hostkeep_zone_import", "zone", zone, "text", text)
	if err := errors.Join(err, err1); err != nil {
		return err
	}
	fmt.Printf("A zone of %d lines and %.1f MB; to import it took %v.\n\n", strings.Count(text, "\n"), float64(len(text))/1e6, imported.Round(time.Millisecond))
	alone, err := s.makeTokens("alone", tokens)
	if err != nil {
		return err
	}
	stop, edits := make(chan struct{}), make(chan []time.Duration)
	var failed error
	go func() {
		var took []time.Duration
		for n := 0; failed == nil; n++ {
			select {
			case <-stop:
				edits <- took
				return
			default:
			}
			var one time.Duration
			one, failed = s.ask("addzonerecord", "zone", zone, "name", fmt.Sprintf("new%d", n), "type", "TXT", "txtdata", "x")
			took = append(took, one)
		}
		edits <- took
	}()
	busy, err := s.makeTokens("beside", tokens)
	close(stop)
	edited := <-edits
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	fmt.Printf("| making a token | median | longest | of the median alone |\n|---|---|---|---|\n")
	row := func(about string, took []time.Duration) {
		const digit = 100 * time.Microsecond
		fmt.Printf("| %s | %v | %v | %.1f |\n", about, median(took).Round(digit), slices.Max(took).Round(digit), float64(median(took))/float64(median(alone)))
	}
	row("alone", alone)
	row("while the zone is edited", busy)
	fmt.Printf("\nAn edit, beside them: %v (median of %d).\n\n", median(edited).Round(time.Millisecond), len(edited))
	return nil
}

// makeTokens makes tokens with a pause between, so that they meet every part of an edit.
func (s *server) makeTokens(name string, n int) ([]time.Duration, error) {
	all := make([]time.Duration, n)
	for i := range all {
		var err error
		if all[i], err = s.ask("api_token_create", "token_name", fmt.Sprintf("%s%d", name, i)); err != nil {
			return nil, err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return all, nil
}

func median(took []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	return sorted[len(sorted)/2]
}

// memory measures what answers of all lines take of a server that has just started.
func (s *server) memory(readers int) error {
	fmt.Printf("| answers at once | until the last has ended | most resident memory |\n|---|---|---|\n")
	for _, function := range []string{"parse_dns_zone", "dumpzone"} {
		for _, n := range []int{0, 1, readers} {
			err := s.during(func() error {
				if _, err := s.ask("version"); err != nil {
					return err
				}
				failed := make([]error, n)
				start := time.Now()
				var wait sync.WaitGroup
				for i := range n {
					wait.Go(func() { _, failed[i] = s.ask(function, "zone", zone) })
				}
				wait.Wait()
				took := time.Since(start)
				most, err := peak.Resident(s.pid)
				fmt.Printf("| %d `%s` | %v | %.0f MB |\n", n, function, took.Round(10*time.Millisecond), float64(most)/1e6)
				return errors.Join(append(failed, err)...)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
