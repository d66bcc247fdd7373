package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/test/program"
)

// authority is a running Pebble, the small certificate authority of Let's Encrypt
// for tests. It proves domains as a real one does, and asks one name server.
type authority struct {
	proc   *program.Process
	addr   string // where ACME clients come
	manage string // where it tells its own root
	caFile string // what proves the authority's own HTTPS
}

// newAuthority starts Pebble, which asks the name server at dns.
func newAuthority(t *testing.T, dir, dns string) *authority {
	t.Helper()
	path := built(t, "pebble")
	host := ownLoopback(t)
	a := &authority{
		addr: net.JoinHostPort(host, "14000"), manage: net.JoinHostPort(host, "15000"),
		caFile: filepath.Join(dir, "pebble-cert.pem"),
	}
	keyFile, config := filepath.Join(dir, "pebble-key.pem"), filepath.Join(dir, "pebble.json")
	ownPair(t, host, a.caFile, keyFile)
	text, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": a.addr, "managementListenAddress": a.manage, "certificate": a.caFile, "privateKey": keyFile,
		"retryAfter": map[string]int{"authz": 1, "order": 1},
	}})
	if err == nil {
		err = os.WriteFile(config, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	// It would wait some seconds before each proof, as if it were far away. That
	// it refuses some nonces for no reason stays: clients must bear it.
	a.proc, err = program.Launch(dir, []string{"PEBBLE_VA_NOSLEEP=1"}, path, "-config", config, "-dnsserver", dns)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.proc.Kill() })
	a.reachable(t)
	return a
}

// ownLoopback is one of the sixteen million addresses of this machine itself:
// Pebble cannot be given port 0 and asked which one it got.
func ownLoopback(t *testing.T) string {
	t.Helper()
	b := make([]byte, 3)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return net.IPv4(127, 1+b[0]%254, b[1], 1+b[2]%254).String()
}

// ownPair writes a key and a certificate for an address, signed by itself.
func ownPair(t *testing.T, host, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pebble"}, IPAddresses: []net.IP{net.ParseIP(host)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// reachable waits until it answers on both addresses: it says that it listens
// before it does.
func (a *authority) reachable(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), program.Patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for _, addr := range []string{a.addr, a.manage} {
		for {
			conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
			if err == nil {
				_ = conn.Close()
				break
			}
			select {
			case <-again.C:
			case <-a.proc.Ended:
				t.Fatalf("Pebble ended: %v\n%s%s", a.proc.Err, a.proc.Out, a.proc.Log)
			case <-ctx.Done():
				t.Fatalf("Pebble does not listen on %s: %v\n%s%s", addr, err, a.proc.Out, a.proc.Log)
			}
		}
	}
}

// roots is the authority's own root, which it makes new at each start.
func (a *authority) roots() (*x509.CertPool, error) {
	answer, err := call{addr: a.manage, caFile: a.caFile, method: http.MethodGet, path: "/roots/0", in: "query"}.do()
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if answer.status != http.StatusOK || !pool.AppendCertsFromPEM(answer.body) {
		return nil, fmt.Errorf("the root of Pebble: %d %s", answer.status, answer.body)
	}
	return pool, nil
}

// issued reads a certificate with its chain, wants the chain to end at the
// authority's root, and answers the certificate.
func (a *authority) issued(file string) (*x509.Certificate, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, cert)
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	roots, err := a.roots()
	if err != nil {
		return nil, err
	}
	between := x509.NewCertPool()
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	for _, name := range chain[0].DNSNames {
		name = strings.Replace(name, "*", "any", 1)
		if _, err := chain[0].Verify(x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: between}); err != nil {
			return nil, err
		}
	}
	return chain[0], nil
}
