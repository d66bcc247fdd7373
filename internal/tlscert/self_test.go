package tlscert_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hostkeep/hostkeep/internal/tlscert"
)

func clock() time.Time { return time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC) }

func makePair(t *testing.T, dir, host string) (certFile, keyFile string) {
	t.Helper()
	certFile, keyFile, err := tlscert.Self(dir, host, clock)
	if err != nil {
		t.Fatal(err)
	}
	return certFile, keyFile
}

func leaf(t *testing.T, certFile, keyFile string) *x509.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf
}

func TestSelfMakesAPairThatAClientCanTrustByName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile := makePair(t, dir, "host.example.com")
	if certFile != filepath.Join(dir, "tls", "cert.pem") || keyFile != filepath.Join(dir, "tls", "key.pem") {
		t.Fatalf("files are %s and %s", certFile, keyFile)
	}
	info, err := os.Stat(keyFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key has mode %v (%v), want 0600", info.Mode(), err)
	}
	cert := leaf(t, certFile, keyFile)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	for _, name := range []string{"host.example.com", "whm.host.example.com", "cpanel.host.example.com", "localhost", "127.0.0.1", "::1"} {
		for _, at := range []time.Time{clock(), clock().AddDate(9, 11, 0)} {
			if _, err := cert.Verify(x509.VerifyOptions{DNSName: name, Roots: pool, CurrentTime: at}); err != nil {
				t.Errorf("%s at %s: %v", name, at, err)
			}
		}
	}
	if err := cert.VerifyHostname("example.com"); err == nil {
		t.Error("the certificate covers more than it should")
	}
	if pub, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok || pub.Curve != elliptic.P256() || !cert.IsCA {
		t.Errorf("key %T, CA %v", cert.PublicKey, cert.IsCA)
	}
}

func TestSelfNames(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]struct {
		dns []string
		ips int
	}{
		"":          {[]string{"localhost"}, 2},
		"localhost": {[]string{"localhost"}, 2},
		"192.0.2.7": {[]string{"localhost"}, 3},
		"box":       {[]string{"box", "whm.box", "cpanel.box", "localhost"}, 2},
	} {
		cert := leaf2(t, host)
		if d := cmp.Diff(want.dns, cert.DNSNames); d != "" || len(cert.IPAddresses) != want.ips {
			t.Errorf("%q: %s, addresses %v", host, d, cert.IPAddresses)
		}
		if ip := net.ParseIP(host); ip != nil && cert.VerifyHostname(host) != nil {
			t.Errorf("%q is not covered", host)
		}
	}
}

func leaf2(t *testing.T, host string) *x509.Certificate {
	t.Helper()
	c, k := makePair(t, t.TempDir(), host)
	return leaf(t, c, k)
}

func TestSelfKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile := makePair(t, dir, "a.example")
	before := leaf(t, certFile, keyFile)
	makePair(t, dir, "b.example")
	if after := leaf(t, certFile, keyFile); !after.Equal(before) {
		t.Error("an existing pair was replaced")
	}
	if err := os.Remove(certFile); err != nil { // a first start that was cut short
		t.Fatal(err)
	}
	makePair(t, dir, "b.example")
	after := leaf(t, certFile, keyFile)
	if !before.PublicKey.(*ecdsa.PublicKey).Equal(after.PublicKey) || after.DNSNames[0] != "b.example" {
		t.Errorf("the left key did not get its certificate: %v", after.DNSNames)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "tls", "*")); len(left) != 2 {
		t.Errorf("files left: %v", left)
	}
}

func TestSelfErrorsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(t *testing.T, certFile, keyFile string)
		want  string
	}{
		"certificate alone": {func(t *testing.T, _, k string) { remove(t, k) }, "its key"},
		"another's key":     {func(t *testing.T, _, k string) { copyFile(t, otherKey(t), k) }, "private key does not match"},
		"key is rubbish":    {func(t *testing.T, c, k string) { remove(t, c); write(t, k, "rubbish") }, "is not PEM"},
		"key is no key":     {func(t *testing.T, c, k string) { copyFile(t, c, k); remove(t, c) }, "reading the key"},
		"pair is rubbish":   {func(t *testing.T, c, _ string) { write(t, c, "rubbish") }, "reading certificate"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			certFile, keyFile := makePair(t, dir, "a.example")
			tt.spoil(t, certFile, keyFile)
			_, _, err := tlscert.Self(dir, "a.example", clock)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v, want one with %q and the file", err, tt.want)
			}
		})
	}
}

func otherKey(t *testing.T) string {
	t.Helper()
	_, k := makePair(t, t.TempDir(), "other.example")
	return k
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, string(text))
}
