package tlscert

import (
	"crypto/tls"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
)

// Source gives the pair that two files hold, and keeps giving the last good one
// while they do not hold a good one.
type Source struct {
	certFile, keyFile string
	pair              atomic.Pointer[tls.Certificate]

	mu   sync.Mutex
	seen [2]fs.FileInfo // the files as they were before they were last read
}

// Watch reads a pair for the first time; here a broken one is fatal.
func Watch(certFile, keyFile string) (*Source, error) {
	s := &Source{certFile: certFile, keyFile: keyFile}
	if err := s.Reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// GetCertificate is what a tls.Config wants.
func (s *Source) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return s.pair.Load(), nil
}

// Reload reads the pair again. When it is broken, the old one stays in use and
// the error says what is wrong.
func (s *Source) Reload() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.stat()
	if err != nil {
		return err
	}
	return s.load(now)
}

// Check reads the pair again if a file is another one, or has another size or
// time of change, than when it was last read. A broken pair is reported once,
// until it changes again: of two files that are replaced one after the other,
// the first makes an error and the second mends it.
func (s *Source) Check() (changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.stat()
	if err != nil {
		return false, err
	}
	if same(now[0], s.seen[0]) && same(now[1], s.seen[1]) {
		return false, nil
	}
	if err := s.load(now); err != nil {
		return false, err
	}
	return true, nil
}

// load notes the files as they were before reading: what is written meanwhile
// shows at the next Check.
func (s *Source) load(now [2]fs.FileInfo) error {
	s.seen = now
	pair, err := tls.LoadX509KeyPair(s.certFile, s.keyFile)
	if err != nil {
		return fmt.Errorf("reading certificate %s with key %s: %w", s.certFile, s.keyFile, err)
	}
	s.pair.Store(&pair)
	return nil
}

func (s *Source) stat() (info [2]fs.FileInfo, err error) {
	for i, file := range []string{s.certFile, s.keyFile} {
		if info[i], err = os.Stat(file); err != nil {
			return info, fmt.Errorf("looking at the certificate: %w", err)
		}
	}
	return info, nil
}

func same(a, b fs.FileInfo) bool {
	return a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && os.SameFile(a, b)
}

// Config is how every TLS listener speaks: TLS 1.2 and 1.3. Which HTTP is spoken
// inside is the listener's to say.
func Config(src *Source) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: src.GetCertificate,
	}
}
