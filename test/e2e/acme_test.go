package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/test/program"
)

// dnsOnly are the privileges that lego needs, each for one of its two calls.
const dnsOnly = "manage-dns-records,edit-dns"

// lego gets certificates with lego, which others wrote, unmodified. What its
// cPanel provider depends on in WHM mode:
//   - GET, with `whm USER:TOKEN`; the status is exactly 200, also where a call is refused
//   - metadata.result is an integer; where it is 0, command and reason become its error
//   - parse_dns_zone: data.payload, line_index an integer, the rest base64; the
//     SOA's owner is the zone's full name with its dot, byte by byte, its third
//     value the serial
//   - mass_edit_dns_zone: add with the full name and its dot; data.new_serial is a
//     text: a number fails it, although it does nothing with it
//   - it finds a zone by asking a resolver for the SOA of each name upwards
type lego struct {
	program   string
	site      *site
	authority *authority
}

// obtain asks for a certificate for names, with a token of the site. Everything
// that lego keeps is below dir.
func (l lego) obtain(mode, user, secret, dir string, names ...string) (output string, err error) {
	addr := l.site.proc.Addr[map[string]string{"whm": "whm", "cpanel": "cpanel"}[mode]]
	args := []string{
		"--server", "https://" + l.authority.addr + "/dir", "--accept-tos", "--email", "admin@north.example", "--path", dir,
		// Both checks before the proof would ask port 53 of the zone's name servers.
		"--dns", "cpanel", "--dns.resolvers", l.site.proc.Addr["dns"], "--dns.propagation-disable-ans", "--dns.propagation-rns",
	}
	for _, name := range names {
		args = append(args, "--domains", name)
	}
	out, errs, err := runIn(l.site.dir, []string{
		"CPANEL_MODE=" + mode, "CPANEL_USERNAME=" + user, "CPANEL_TOKEN=" + secret, "CPANEL_BASE_URL=https://" + addr, "CPANEL_POLLING_INTERVAL=1",
		"SSL_CERT_FILE=" + l.site.ca(), "LEGO_CA_CERTIFICATES=" + l.authority.caFile, "HOME=" + l.site.dir,
	}, "", l.program, append(args, "run")...)
	return out + errs, err
}

// TestACME has lego prove domains to Pebble by DNS-01 with a token that can edit
// DNS and nothing else; Pebble and lego ask the server's own name server.
func TestACME(t *testing.T) {
	t.Parallel()
	l := newLego(t)
	s := l.site
	root := s.token("root", "setup", "all")
	s.must("root", root, "createacct", "username", "north", "domain", "north.example", "owner", "north")
	s.must("root", root, "setupreseller", "user", "north")
	s.must("root", root, "setacls", "reseller", "north", "acl-manage-dns-records", "1", "acl-edit-dns", "1", "acl-manage-api-tokens", "1")
	s.must("root", root, "createacct", "username", "south", "domain", "south.example")

	for user, names := range map[string][]string{
		"root":  {"south.example"},
		"north": {"north.example", "*.north.example"}, // two TXT records of one name at once
	} {
		secret := s.token(user, "acme", dnsOnly)
		before := s.lines(t, root, names[0])
		dir := filepath.Join(s.dir, "lego-"+user)
		out, err := l.obtain("whm", user, secret, dir, names...)
		if err != nil {
			t.Fatalf("lego for %s: %v\n%s\nPebble:\n%s", user, err, out, l.authority.proc.Out)
		}
		cert, err := l.authority.issued(filepath.Join(dir, "certificates", names[0]+".crt"))
		if err != nil {
			t.Fatalf("%s: %v", user, err)
		}
		if got := slices.Sorted(slices.Values(cert.DNSNames)); !slices.Equal(got, slices.Sorted(slices.Values(names))) {
			t.Errorf("%s: the certificate is for %q, not %q", user, got, names)
		}
		if after := s.lines(t, root, names[0]); !slices.Equal(after, before) {
			t.Errorf("%s: the zone was\n%q and is\n%q", user, before, after)
		}
		s.wantEdits(t, root, user, 2*len(names))
		s.wantUsed(t, user)
	}
	s.stop()
}

// TestACMEWithoutPrivilege: lego says which privilege the token lacks, and neither
// a certificate nor a changed zone comes of it.
func TestACMEWithoutPrivilege(t *testing.T) {
	t.Parallel()
	l := newLego(t)
	s := l.site
	root := s.token("root", "setup", "all")
	s.must("root", root, "createacct", "username", "north", "domain", "north.example")
	before := s.serial(t, root, "north.example")
	for acl, c := range map[string]struct{ fails, missing string }{
		"manage-dns-records,list-accts":              {"add record", "edit-dns"},
		"edit-dns,create-dns,kill-dns":               {"fetch zone information", "manage-dns-records"},
		"list-accts,basic-whm-functions,create-acct": {"fetch zone information", "manage-dns-records"},
	} {
		dir := filepath.Join(s.dir, "lego-"+acl)
		name := strings.ReplaceAll(acl, ",", "-")
		out, err := l.obtain("whm", "root", s.token("root", name, acl), dir, "north.example")
		if err == nil || !strings.Contains(out, c.fails+": ") || !strings.Contains(out, `needs the privilege "`+c.missing+`"`) {
			t.Errorf("a token with %s: %v\n%s", acl, err, out)
		}
		if made, err := filepath.Glob(filepath.Join(dir, "certificates", "*.crt")); err != nil || made != nil {
			t.Errorf("a token with %s: there is %q, %v", acl, made, err)
		}
	}
	if after := s.serial(t, root, "north.example"); after != before {
		t.Errorf("the serial was %s and is %s", before, after)
	}
	s.stop()
}

func newLego(t *testing.T) lego {
	t.Helper()
	path := built(t, "lego")
	s := newSite(t, "--dns", "127.0.0.1:0")
	return lego{path, s, newAuthority(t, s.dir, s.proc.Addr["dns"])}
}

// zone is each line of a zone as parse_dns_zone tells it.
func (s *site) zone(t *testing.T, root, zone string) (lines []map[string]any) {
	t.Helper()
	payload, _ := at(s.must("root", root, "parse_dns_zone", "zone", zone), "data.payload")
	for _, line := range payload.([]any) {
		lines = append(lines, line.(map[string]any))
	}
	return lines
}

// lines is a zone but for its serial, which each edit moves.
func (s *site) lines(t *testing.T, root, zone string) (lines []string) {
	t.Helper()
	for _, line := range s.zone(t, root, zone) {
		if line["record_type"] != "SOA" {
			lines = append(lines, fmt.Sprint(line))
		}
	}
	return lines
}

// serial is a zone's serial, in base64.
func (s *site) serial(t *testing.T, root, zone string) string {
	t.Helper()
	for _, line := range s.zone(t, root, zone) {
		if line["record_type"] == "SOA" {
			return line["data_b64"].([]any)[2].(string)
		}
	}
	t.Fatalf("%s has no SOA", zone)
	return ""
}

// wantEdits wants so many edits of zones in the record, by the token acme of a user.
func (s *site) wantEdits(t *testing.T, root, user string, number int) {
	t.Helper()
	rows, _ := at(s.must("root", root, "hostkeep_record_list", "user", user, "token", "acme"), "data.record")
	if list := rows.([]any); len(list) != number {
		t.Errorf("the record has %d rows of %s with its token: %v", len(list), user, list)
	}
	for _, row := range rows.([]any) {
		function, _ := at(row, "function")
		name, _ := at(row, "token")
		if function != "mass_edit_dns_zone" || name != "acme" {
			t.Errorf("the record has %v", row)
		}
	}
}

// wantUsed waits until the token acme of a user was last used by lego. Uses are
// written every few seconds.
func (s *site) wantUsed(t *testing.T, user string) {
	t.Helper()
	asks := s.token(user, "asks", "manage-api-tokens")
	late := time.After(program.Patience)
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		v := s.must(user, asks, "hostkeep_token_use", "token_name", "acme")
		function, _ := at(v, "data.last_used.function")
		agent, _ := at(v, "data.last_used.user_agent")
		if function == "mass_edit_dns_zone" {
			if unused, _ := at(v, "data.privileges_unused"); len(unused.([]any)) != 0 {
				t.Errorf("%s: the token has more than lego needs: %v", user, unused)
			}
			return
		}
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("%s: the last use is %v by %v", user, function, agent)
		}
	}
}
