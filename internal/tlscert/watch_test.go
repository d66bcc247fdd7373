package tlscert_test

import (
	"bytes"
	"crypto/tls"
	"os"
	"path/filepath"
	"testing"

	"github.com/hostkeep/hostkeep/internal/tlscert"
)

func watch(t *testing.T) (src *tlscert.Source, certFile, keyFile string) {
	t.Helper()
	certFile, keyFile = makePair(t, t.TempDir(), "a.example")
	src, err := tlscert.Watch(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	return src, certFile, keyFile
}

func current(t *testing.T, src *tlscert.Source) []byte {
	t.Helper()
	pair, err := src.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return pair.Certificate[0]
}

func checkSays(t *testing.T, src *tlscert.Source, changed, fails bool) {
	t.Helper()
	if got, err := src.Check(); got != changed || (err != nil) != fails {
		t.Fatalf("Check says %v, %v; want changed %v, failing %v", got, err, changed, fails)
	}
}

func TestCheckFollowsFilesThatAreReplacedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	src, certFile, keyFile := watch(t)
	first := current(t, src)
	checkSays(t, src, false, false)

	newCert, newKey := makePair(t, t.TempDir(), "longer-name.example")
	copyFile(t, newCert, certFile)
	checkSays(t, src, false, true) // the key is still the old one's
	if !bytes.Equal(first, current(t, src)) {
		t.Fatal("a broken pair replaced the good one")
	}
	checkSays(t, src, false, false) // told once
	if err := os.Rename(newKey, keyFile); err != nil {
		t.Fatal(err)
	}
	checkSays(t, src, true, false)
	if bytes.Equal(first, current(t, src)) {
		t.Fatal("the new pair is not in use")
	}
	checkSays(t, src, false, false)
}

// A replaced file may have the old one's size and time (cp -p, rsync -t): the
// inode tells.
func TestCheckSeesAFileOfTheSameSizeAndTime(t *testing.T) {
	t.Parallel()
	src, certFile, _ := watch(t)
	info, err := os.Stat(certFile)
	if err != nil {
		t.Fatal(err)
	}
	twin := filepath.Join(filepath.Dir(certFile), "twin")
	copyFile(t, certFile, twin)
	if err := os.Chtimes(twin, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(twin, certFile); err != nil {
		t.Fatal(err)
	}
	checkSays(t, src, true, false)
}

func TestReloadKeepsTheOldPairWhenTheNewIsBroken(t *testing.T) {
	t.Parallel()
	src, certFile, _ := watch(t)
	first := current(t, src)
	write(t, certFile, "rubbish")
	if err := src.Reload(); err == nil {
		t.Fatal("no error for a broken pair")
	}
	remove(t, certFile)
	if err := src.Reload(); err == nil {
		t.Fatal("no error for a missing file")
	}
	checkSays(t, src, false, true)
	if !bytes.Equal(first, current(t, src)) {
		t.Fatal("the old pair is gone")
	}
	if _, err := tlscert.Watch(certFile, certFile); err == nil {
		t.Fatal("a first pair that is missing is no error")
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	src, _, _ := watch(t)
	c := tlscert.Config(src)
	if c.MinVersion != tls.VersionTLS12 || c.MaxVersion != 0 {
		t.Errorf("%d to %d", c.MinVersion, c.MaxVersion)
	}
}
