package keyring_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/keyring"
)

const keyHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

// write puts text into a new key file with the given mode.
func write(t *testing.T, text string, mode fs.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // past the umask
		t.Fatal(err)
	}
	return path
}

// The expected values were computed outside Go, from RFC 5869 and RFC 2104, for
// the key 00 01 … 1f.
func TestDerivedValues(t *testing.T) {
	t.Parallel()
	r, err := keyring.Load(write(t, "# comment\n"+keyHex+"\n", 0o600))
	if err != nil {
		t.Fatal(err)
	}
	hash := r.HashToken(hostkeep.NewSecret("HKABCDEFGHIJKLMNOPQRSTUVWXY0AAAA"))
	for name, v := range map[string]struct{ got, want string }{
		"id":     {r.ID(), "00f77b48"},
		"check":  {r.Check(), "6acdaaa3058271de2ab2997d754daf2dc14d0f27a913beb4b57dca96abc0fd92"},
		"token":  {hex.EncodeToString(hash[:]), "7f0b35a98f078d6b46f8a7055509448b7d49b78b6f6f92e04d33fb4902b9b50e"},
		"digest": {r.Digest("secret"), "hmac:e9f3133548d26aee"},
		"record": {hex.EncodeToString(r.RecordMAC([]byte("row"))), "fc0176aace10da3fcf3529e8d642dfffe8f83af4cd089ff37c2bd9dc867f189e"},
	} {
		if v.got != v.want {
			t.Errorf("%s = %s, want %s", name, v.got, v.want)
		}
	}
}

func TestCreateThenLoad(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "master.key")
	made, err := keyring.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := keyring.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if made.Check() != loaded.Check() || made.ID() != loaded.ID() {
		t.Error("the loaded key is not the one that was made")
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %o, want 600", info.Mode().Perm())
	}
	text, _ := os.ReadFile(path)
	if first, rest, _ := strings.Cut(string(text), "\n"); !strings.HasPrefix(first, "# Hostkeep master key") || len(rest) != 65 {
		t.Error("the file is not a comment line and 64 digits")
	}
	if names, _ := os.ReadDir(folder); len(names) != 1 {
		t.Errorf("%d files are left in the folder, want 1", len(names))
	}
}

func TestCreateNeverOverwrites(t *testing.T) {
	t.Parallel()
	path := write(t, "something else", 0o600)
	if _, err := keyring.Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error = %v, want one that wraps fs.ErrExist", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "something else" {
		t.Error("the existing file was changed")
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 1 {
		t.Errorf("%d files are left in the folder, want 1", len(names))
	}
}

func TestCreateNeverFollowsADanglingLink(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "master.key")
	if err := os.Symlink(filepath.Join(folder, "elsewhere"), path); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error = %v, want one that wraps fs.ErrExist", err)
	}
}

func TestCreateNeedsTheFolder(t *testing.T) {
	t.Parallel()
	if _, err := keyring.Create(filepath.Join(t.TempDir(), "none", "master.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error = %v, want one that wraps fs.ErrNotExist", err)
	}
}

func TestTwoKeysDiffer(t *testing.T) {
	t.Parallel()
	a, errA := keyring.Create(filepath.Join(t.TempDir(), "a"))
	b, errB := keyring.Create(filepath.Join(t.TempDir(), "b"))
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	s := hostkeep.NewSecret("x")
	if a.Check() == b.Check() || a.Digest("x") == b.Digest("x") || a.HashToken(s) == b.HashToken(s) {
		t.Error("two new keys derive the same values")
	}
}

func TestLoadAcceptsHandWrittenFiles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no comment":      keyHex,
		"CRLF":            "# c\r\n" + keyHex + "\r\n",
		"upper case":      strings.ToUpper(keyHex) + "\n",
		"blanks, comment": "\n  # one\n\t" + keyHex + " \n# two\n",
	} {
		if _, err := keyring.Load(write(t, text, 0o400)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	good := keyHex + "\n"
	for name, v := range map[string]struct {
		text string
		mode fs.FileMode
		want error
	}{
		"empty":          {"", 0o600, keyring.ErrMalformed},
		"comment only":   {"# nothing\n", 0o600, keyring.ErrMalformed},
		"short":          {keyHex[2:], 0o600, keyring.ErrMalformed},
		"odd":            {keyHex[1:], 0o600, keyring.ErrMalformed},
		"long":           {keyHex + "20", 0o600, keyring.ErrMalformed},
		"not hex":        {"zz" + keyHex[2:], 0o600, keyring.ErrMalformed},
		"two keys":       {good + good, 0o600, keyring.ErrMalformed},
		"zeros on disk":  {strings.Repeat("\x00", 100), 0o600, keyring.ErrMalformed},
		"huge":           {good + strings.Repeat("#\n", 5000), 0o600, keyring.ErrMalformed},
		"group readable": {good, 0o640, keyring.ErrExposed},
		"world readable": {good, 0o604, keyring.ErrExposed},
		"group writable": {good, 0o620, keyring.ErrExposed},
	} {
		_, err := keyring.Load(write(t, v.text, v.mode))
		if !errors.Is(err, v.want) {
			t.Errorf("%s: error = %v, want %v", name, err, v.want)
		} else if strings.Contains(err.Error(), keyHex[4:12]) || strings.Contains(err.Error(), "'z'") {
			t.Errorf("%s: the error quotes the key: %v", name, err)
		}
	}
}

func TestLoadTellsWhatIsWrongWithTheFile(t *testing.T) {
	t.Parallel()
	if _, err := keyring.Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: error = %v, want one that wraps fs.ErrNotExist", err)
	}
	if _, err := keyring.Load(t.TempDir()); !errors.Is(err, keyring.ErrMalformed) {
		t.Errorf("folder: error = %v, want ErrMalformed", err)
	}
	if os.Geteuid() != 0 { // root reads everything
		if _, err := keyring.Load(write(t, keyHex, 0o200)); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("unreadable: error = %v, want one that wraps fs.ErrPermission", err)
		}
	}
}

func TestRingPrintsNothing(t *testing.T) {
	t.Parallel()
	r, err := keyring.Load(write(t, keyHex, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, got := range []string{fmt.Sprintf(verb, r), fmt.Sprintf(verb, *r)} {
			if got != "***" {
				t.Errorf("%s prints %q, want ***", verb, got)
			}
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("ring", "pointer", r, "value", *r)
	text, err := json.Marshal(map[string]any{"ring": r})
	if err != nil || strings.Contains(log.String()+string(text), r.Check()[:8]) || !strings.Contains(log.String(), `"value":"***"`) {
		t.Errorf("log %s, JSON %s, %v", log.String(), text, err)
	}
}

func BenchmarkHashToken(b *testing.B) {
	r, err := keyring.Create(filepath.Join(b.TempDir(), "k"))
	if err != nil {
		b.Fatal(err)
	}
	s := hostkeep.NewSecret("HKABCDEFGHIJKLMNOPQRSTUVWXY0AAAA")
	b.ReportAllocs()
	for b.Loop() {
		r.HashToken(s)
	}
}

func TestBlankFitsNothing(t *testing.T) {
	t.Parallel()
	a, errA := keyring.Blank()
	b, errB := keyring.Blank()
	if err := errors.Join(errA, errB); err != nil || a.Check() == b.Check() || a.ID() == b.ID() {
		t.Errorf("two blank keys are the same, or %v", err)
	}
}
