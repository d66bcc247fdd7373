package zones

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// TemplateSetting is the kind of the server's own settings that hold the templates
// that root has edited.
const TemplateSetting = "zonetemplate"

const standard = "standard"

//go:embed templates/*.txt
var builtin embed.FS

// Template is what new zones begin with.
type Template struct {
	Name   string
	Text   string
	Edited bool // by root; else it is the one that the program has
}

// Templates lists the names that templates have.
func Templates() []string { return []string{"simple", standard, "standardvirtualftp"} }

// ReadTemplate finds a template by name, "" being standard.
func ReadTemplate(r Reader, name string) (t Template, err error) {
	t.Name = name
	if name == "" {
		t.Name = standard
	}
	text, err := builtin.ReadFile("templates/" + t.Name + ".txt")
	if err != nil {
		return t, hostkeep.Errorf(hostkeep.NotFound, "There is no zone template %q; there are %s.", hostkeep.Clip(name, 64), strings.Join(Templates(), ", "))
	}
	t.Text = string(text)
	edited, err := r.Settings(hostkeep.ServerSettings, TemplateSetting)
	if err != nil {
		return t, fmt.Errorf("finding the zone templates: %w", err)
	}
	for _, s := range edited {
		if s.Name == t.Name {
			t.Text, t.Edited = s.Value, true
		}
	}
	return t, nil
}

// CheckTemplate makes zones of a template that is to be, of a domain that has
// everything and of one that has as little as there may be.
func (r Rules) CheckTemplate(text string) error {
	for _, b := range []Begin{
		{Name: "example.com", User: "user", IP: "192.0.2.1", IPv6: "2001:db8::1", Nameservers: []string{"ns1.example.com", "ns2.example.com", "ns3.example.net", "ns4.example.net"}},
		{Name: "a.example.com", User: "user", IP: "192.0.2.1", Nameservers: []string{"ns1.example.net"}},
		{Name: "a.example.com", User: "user", IPv6: "2001:db8::1", Nameservers: []string{"ns1.example.net"}},
	} {
		filled, err := r.fill(text, b)
		if err != nil {
			return err
		}
		if _, err := zonefile.Parse(b.Name, filled); err != nil {
			return hostkeep.Errorf(hostkeep.Invalid, "The template makes no valid zone; of %s with the addresses %q and %q and %d name servers: %v",
				b.Name, b.IP, b.IPv6, len(b.Nameservers), err)
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`%[A-Za-z0-9]+%`)

// fill makes the text of a zone. A line with a placeholder that has no value, such
// as that of a third name server where there are two, is left out. The two lines
// before are not the template's: clients look for how the first one begins.
func (r Rules) fill(template string, b Begin) (string, error) {
	values := r.values(b)
	var out strings.Builder
	fmt.Fprintf(&out, "; cPanel first:%s latest:%s Cpanel::ZoneFile::VERSION:1.3 mtime:%d hostname:%s\n; Zone file for %s\n",
		r.Version, r.Version, r.Now().Unix(), r.Hostname, b.Name)
	for line := range strings.Lines(strings.ReplaceAll(template, "\r\n", "\n")) {
		empty := false
		for _, p := range placeholder.FindAllString(line, -1) {
			value, known := values[p]
			if !known {
				return "", hostkeep.Errorf(hostkeep.Invalid, "There is no placeholder %q for zone templates.", hostkeep.Clip(p, 40))
			}
			empty = empty || value == ""
		}
		line = placeholder.ReplaceAllStringFunc(line, func(p string) string { return values[p] })
		if !empty && !aliasOfServer(line, b) {
			out.WriteString(line)
		}
	}
	return out.String(), nil
}

// aliasOfServer reports a template's alias of a name, such as mail, that is a name
// server of the zone: the address that it has as one stands there instead.
func aliasOfServer(line string, b Begin) bool {
	words := strings.Fields(line)
	if b.IP+b.IPv6 == "" || !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, "CNAME") }) {
		return false
	}
	name, absolute := strings.CutSuffix(words[0], ".")
	if !absolute {
		name += "." + b.Name
	}
	return slices.ContainsFunc(b.Nameservers, func(ns string) bool { return strings.EqualFold(ns, name) })
}

// values are what the placeholders stand for. A name server in the zone itself is
// found by the zone's own record of it; where it is, is not known better than that
// it is where the zone's names are.
func (r Rules) values(b Begin) map[string]string {
	v := map[string]string{
		"%domain%": b.Name, "%user%": b.User, "%hostname%": r.Hostname, "%cpversion%": r.Version,
		"%ip%": b.IP, "%ftpip%": b.IP, "%ipv6%": b.IPv6,
		"%ttl%": "14400", "%nsttl%": "86400", "%minttl%": "86400",
		"%serial%":  strconv.FormatUint(uint64(zonefile.NextSerial(b.last, r.Now())), 10),
		"%rpemail%": "root." + r.Hostname,
	}
	for i, place := range []string{"", "2", "3", "4"} {
		name, entry, v4, v6 := "", "", "", ""
		if i < len(b.Nameservers) {
			name = b.Nameservers[i]
		}
		if strings.HasSuffix(name, "."+b.Name) && b.IP+b.IPv6 != "" {
			entry, v4, v6 = name, b.IP, b.IPv6
		}
		v["%nameserver"+place+"%"], v["%nameserverentry"+place+"%"] = name, entry
		v["%nameservera"+place+"%"], v["%nameserveraaaa"+place+"%"] = v4, v6
	}
	return v
}
