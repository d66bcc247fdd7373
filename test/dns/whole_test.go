package dns_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/test/program"
)

// proof is what an ACME client adds.
func proof(text string) string {
	return fmt.Sprintf(`{"dname":"_acme-challenge","ttl":60,"record_type":"TXT","data":[%q]}`, text)
}

// TestProgramAndSecondary: the program as it is started by its users, and a real
// secondary of it. A zone comes with its account; a token that may only edit DNS
// changes it; the first question after the call has the new answer, and the
// secondary's follows; both answer each kind of question alike; strangers get
// nothing; and the zone goes by killdns and with its account.
func TestProgramAndSecondary(t *testing.T) {
	t.Parallel()
	told := freePort(t)
	p := start(t, told)
	if got := p.status(zoneName); got != "REFUSED" {
		t.Fatalf("a zone before it is there: %s", got)
	}
	p.api("", "createacct", "username", "ann", "domain", zoneName)
	if got := p.status(zoneName); got != "NOERROR" {
		t.Fatalf("when createacct has returned: %s", got)
	}
	p.api("", "hostkeep_zone_import", "zone", zoneName, "text", fmt.Sprintf(zoneText, 1))
	robot := "root:" + fmt.Sprint(p.api("", "api_token_create", "token_name", "robot", "acl", "edit-dns", "acl", "manage-dns-records")["token"])

	second := startNSD(t, zoneName, told, p.dns, "127.0.0.1", goodKey)
	serial := p.serial(robot, zoneName)
	until(t, "the first transfer", func() bool { return second.has(t.Context(), zoneName, "SOA", " "+serial+" 3600 600 ") })
	for _, text := range []string{"first", "second", "third"} {
		serial = fmt.Sprint(p.api(robot, "mass_edit_dns_zone", "zone", zoneName, "serial", serial, "add", proof(text))["new_serial"])
		returned := time.Now()
		if a := dig(t, p.dns, question{name: "_acme-challenge." + zoneName, qtype: "TXT"})[0]; !strings.Contains(strings.Join(a.Answer, "\n"), text) {
			t.Errorf("the first question after the call has not the new answer: %v", a)
		}
		until(t, "the edit", func() bool { return second.has(t.Context(), "_acme-challenge."+zoneName, "TXT", text) })
		t.Logf("the secondary answered the edit %q %v after the call returned", text, time.Since(returned).Round(time.Millisecond))
	}
	compare(t, p.dns, told, questions)
	strangersGetNothing(t, p.dns)

	p.api("", "killdns", "domain", zoneName)
	if got := p.status(zoneName); got != "REFUSED" {
		t.Errorf("when killdns has returned: %s", got)
	}
	if out := transfer(t, p.dns, "127.0.0.1", "hmac-sha256:"+goodKey.name+":"+goodKey.secret, "AXFR"); strings.Contains(out, "SOA") {
		t.Errorf("a zone that is gone is transferred:\n%s", out)
	}
	p.api("", "adddns", "domain", zoneName, "ip", "192.0.2.1")
	if got := p.status(zoneName); got != "NOERROR" {
		t.Errorf("when adddns has returned: %s", got)
	}
	p.api("", "removeacct", "username", "ann")
	if got := p.status(zoneName); got != "REFUSED" {
		t.Errorf("when removeacct has returned: %s", got)
	}
}

// TestCommandBesideServer: an edit by a command, another process, is served when
// the command has ended.
func TestCommandBesideServer(t *testing.T) {
	t.Parallel()
	p := start(t, freePort(t))
	p.api("", "createacct", "username", "ann", "domain", zoneName)
	serial := p.serial("", zoneName)
	self, environ, err := program.Self(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		text := fmt.Sprintf("command-%d", i)
		cmd := exec.CommandContext(t.Context(), self, "whmapi1", "--data", p.data, "--output", "json", "mass_edit_dns_zone", "zone="+zoneName, "serial="+serial, "add="+proof(text))
		cmd.Env = environ
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), `"result":1`) {
			t.Fatalf("%v: %s", err, out)
		}
		if a := dig(t, p.dns, question{name: "_acme-challenge." + zoneName, qtype: "TXT"})[0]; !strings.Contains(strings.Join(a.Answer, "\n"), text) {
			t.Errorf("the first question after the command has not the new answer: %v", a)
		}
		serial = p.serial("", zoneName)
	}
}
