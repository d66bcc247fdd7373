package e2e

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"testing"
)

// TestACMEOnCPanel: whoever comes to port 2083 with a token of the cPanel user
// itself. lego is the real one; the others, which cannot be had here, are what they
// send and how they read it.
func TestACMEOnCPanel(t *testing.T) {
	t.Parallel()
	l := newLego(t)
	s := l.site
	root := s.token("root", "setup", "all")
	const password = "north's own word"
	s.must("root", root, "createacct", "username", "north", "domain", "north.example", "password", password)
	secret := s.cpanelToken(t, "north", password)
	before := s.lines(t, root, "north.example")

	dir := filepath.Join(s.dir, "lego")
	out, err := l.obtain("cpanel", "north", secret, dir, "north.example", "*.north.example")
	if err != nil {
		t.Fatalf("lego: %v\n%s\nPebble:\n%s", err, out, l.authority.proc.Out)
	}
	if _, err := l.authority.issued(filepath.Join(dir, "certificates", "north.example.crt")); err != nil {
		t.Error(err)
	}
	for script, interpreter := range map[string]string{"acme_sh.sh": "bash", "acme_sh_uapi.sh": "bash", "certbot_cpanel.py": "python3"} {
		const name, one, two = "_acme-challenge.north.example", "xwpYveuzpCt6CrgcM-THYo7NM6KEF3_2PcVyfQO9mZw", "mjWUCkwWppA00ZDfQ3aPbNVlE52fE9-Rr7qV3t0sKxY"
		for _, step := range []struct {
			do, value string
			served    []string // afterwards
		}{
			{"add", one, []string{one}},
			{"add", two, []string{two, one}}, // in alphabetical order
			{"rm", one, []string{two}},
			{"rm", two, nil},
		} {
			path, err := filepath.Abs(filepath.Join("..", "clients", script))
			if err != nil {
				t.Fatal(err)
			}
			out, errs, err := runIn(s.dir, s.environ("HOSTKEEP_ADDR="+s.proc.Addr["cpanel"], "HOSTKEEP_USER=north", "HOSTKEEP_TOKEN="+secret, "HOSTKEEP_CA="+s.ca()),
				"", interpreter, path, step.do, name, step.value)
			if err != nil {
				t.Fatalf("%s %s: %v\n%s%s", script, step.do, err, out, errs)
			}
			if got := s.served(t, name); !slices.Equal(got, step.served) {
				t.Errorf("after %s %s the name server has %q, not %q", script, step.do, got, step.served)
			}
		}
		if after := s.lines(t, root, "north.example"); !slices.Equal(after, before) {
			t.Errorf("%s: the zone was\n%q and is\n%q", script, before, after)
		}
	}
	s.stop()
}

// cpanelToken makes a token of a cPanel user by its password.
func (s *site) cpanelToken(t *testing.T, user, password string) string {
	t.Helper()
	c := call{
		addr: s.proc.Addr["cpanel"], caFile: s.ca(), method: http.MethodPost, in: "form", path: "/execute/Tokens/create_full_access",
		form: url.Values{"name": {"acme"}}, header: http.Header{},
	}
	r := http.Request{Header: c.header}
	r.SetBasicAuth(user, password)
	a, err := c.do()
	if err != nil {
		t.Fatal(err)
	}
	v, err := decode(a.body)
	if err != nil {
		t.Fatal(err)
	}
	secret, _ := at(v, "data.token")
	if text, ok := secret.(string); ok && text != "" {
		return text
	}
	t.Fatalf("no token of %s: %d %s", user, a.status, a.body)
	return ""
}

// served is the TXT records of a name by the server's own name server, sorted.
func (s *site) served(t *testing.T, name string) []string {
	t.Helper()
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.proc.Addr["dns"])
	}}
	texts, err := resolver.LookupTXT(context.Background(), name+".")
	var missing *net.DNSError
	if err != nil && (!errors.As(err, &missing) || !missing.IsNotFound) {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(texts))
}
