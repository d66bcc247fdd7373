package tlscert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"
)

// Self returns the self-signed pair of a data folder, dir/tls/cert.pem and
// dir/tls/key.pem, and makes what is absent. An existing pair is kept as it is.
// A key alone, which a first start that was cut short leaves behind, gets its
// certificate; a certificate alone or a pair that does not match is an error.
func Self(dir, hostname string, now func() time.Time) (certFile, keyFile string, err error) {
	folder := filepath.Join(dir, "tls")
	certFile, keyFile = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	haveCert, haveKey, err := present(certFile, keyFile)
	switch {
	case err != nil:
		return "", "", err
	case haveCert && !haveKey:
		return "", "", fmt.Errorf("the certificate %s is there but its key %s is not: put the key back, or remove the certificate to have both made anew", certFile, keyFile)
	case haveCert:
		return certFile, keyFile, check(certFile, keyFile)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", "", fmt.Errorf("making the certificate's folder: %w", err)
	}
	key, err := ensureKey(keyFile, haveKey)
	if err != nil {
		return "", "", err
	}
	return certFile, keyFile, makeCert(certFile, key, hostname, now())
}

func present(certFile, keyFile string) (haveCert, haveKey bool, err error) {
	if haveCert, err = exists(certFile); err != nil {
		return false, false, err
	}
	haveKey, err = exists(keyFile)
	return haveCert, haveKey, err
}

func exists(file string) (bool, error) {
	_, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking for the certificate: %w", err)
	}
	return true, nil
}

func check(certFile, keyFile string) error {
	if _, err := tls.LoadX509KeyPair(certFile, keyFile); err != nil {
		return fmt.Errorf("reading certificate %s with key %s: %w", certFile, keyFile, err)
	}
	return nil
}

func ensureKey(file string, have bool) (*ecdsa.PrivateKey, error) {
	if have {
		return readKey(file)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the certificate's key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding the certificate's key: %w", err)
	}
	return key, writePEM(file, "PRIVATE KEY", der, 0o600)
}

func readKey(file string) (*ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate's key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("the key %s is not PEM: remove it to have a new one made", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading the key %s: %w", file, err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the key %s is not an ECDSA key: remove it to have a new one made", file)
	}
	return key, nil
}

func makeCert(file string, key *ecdsa.PrivateKey, hostname string, now time.Time) error {
	t := template(hostname, now)
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return fmt.Errorf("making the certificate: %w", err)
	}
	return writePEM(file, "CERTIFICATE", der, 0o644)
}

// template is a root that certifies itself: a client trusts it by naming the
// file (curl --cacert), and some TLS libraries take only a CA as an anchor. It
// lasts ten years because nobody's trust store holds it: what pins it would
// break with every renewal, and whoever wants short lives brings a certificate.
func template(hostname string, now time.Time) *x509.Certificate {
	t := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Hostkeep self-signed"},
		NotBefore:             now.Add(-time.Hour), // a client's clock may be behind
		NotAfter:              now.AddDate(10, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if addr, err := netip.ParseAddr(hostname); err == nil {
		t.IPAddresses = append(t.IPAddresses, addr.AsSlice())
	} else if hostname != "" && hostname != "localhost" {
		t.DNSNames = []string{hostname, "whm." + hostname, "cpanel." + hostname, "localhost"}
	}
	return t
}
