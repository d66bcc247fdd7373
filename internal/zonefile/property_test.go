package zonefile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// modelLine is a line of the naive model: a text, and what it was made to say.
type modelLine struct {
	text   string
	record bool
	owner  string // absolute
	ttl    uint32
	rtype  string
	data   string // its fields, quoted, with absolute names
	origin string // of a control: what it sets
	preset int64  // of a control: the TTL that it sets, or -1
	noName bool   // the owner is left out
	noTTL  bool
	at     int // where a TTL would stand in the text
}

// model is a zone as a list of such lines.
type model struct {
	lines []modelLine
	end   string // of lines
}

const top = "example.com."

// generator makes lines, and knows what is in force where the next one stands.
type generator struct {
	rt     *rapid.T
	origin string
	owner  string
	ttl    uint32
	fixed  bool // the ttl is the default, and no record's
	serial uint32
	host   int // so that a CNAME stands alone
}

func (g *generator) pick(about string, of ...string) string {
	return rapid.SampledFrom(of).Draw(g.rt, about)
}

// gap is what stands between words; in parentheses it may be more.
func (g *generator) gap(inside bool) string {
	if inside {
		return g.pick("gap", " ", "\n", " ; a (comment) \"\n\t", "\t", "\n\n ")
	}
	return g.pick("gap", " ", "\t", "  ")
}

// name is a name below the origin in force: as it is written, and absolute.
func (g *generator) name() (text, absolute string) {
	label := g.pick("label", "a", "B", "www", "*", `x\.y`, `\;q`, "_acme", `\065`, "l1.l2", "k")
	plain := strings.ReplaceAll(label, `\065`, "A")
	switch rapid.IntRange(0, 3).Draw(g.rt, "form") {
	case 0:
		return label + "." + top, plain + "." + top
	case 1:
		return "@", g.origin
	}
	return label, plain + "." + g.origin
}

// stringForms are written forms of character-strings and the bytes that they mean.
func stringForms() map[string]string {
	return map[string]string{
		`""`: "", `"a b"`: "a b", `"\"\\;("`: `"\;(`, `"\000\255"`: "\x00\xff", "\"\xc3\xa4\"": "ä",
		`x`: "x", `a\ b`: "a b", `\065\;`: "A;", `k=v`: "k=v",
	}
}

// data makes the data of a record: the words as written, and what they say.
func (g *generator) data(rtype string) (words []string, says []string) {
	name := func() {
		text, absolute := g.name()
		words, says = append(words, text), append(says, absolute)
	}
	word := func(of ...string) {
		w := g.pick("word", of...)
		words, says = append(words, w), append(says, w)
	}
	str := func() {
		w := g.pick("string", keys(stringForms())...)
		words, says = append(words, w), append(says, stringForms()[w])
	}
	switch rtype {
	case "A":
		word("192.0.2.1", "192.0.2.2", "192.0.2.3")
	case "AAAA":
		word("2001:db8::1", "2001:db8::2")
	case "CNAME", "PTR":
		name()
	case "NS": // named wants addresses of name servers in the zone
		word("ns.example.net.", "ns9.example.net.")
	case "MX":
		word("0", "10", "65535")
		name()
	case "SRV":
		word("1")
		word("2")
		word("3", "4")
		name()
	case "TXT":
		for range rapid.IntRange(1, 3).Draw(g.rt, "strings") {
			str()
		}
	case "CAA":
		word("0", "128")
		word("issue", "iodef")
		str()
	case "TYPE999":
		words, says = []string{`\#`, "2", "ABCD"}, []string{`\#`, "2", "ABCD"}
	}
	return words, says
}

func (g *generator) record() modelLine {
	l := modelLine{record: true, preset: -1}
	l.noName = rapid.IntRange(0, 3).Draw(g.rt, "owner left out") == 0
	written := ""
	if !l.noName {
		written, g.owner = g.name()
	}
	l.rtype = g.pick("type", "A", "AAAA", "NS", "PTR", "MX", "SRV", "TXT", "TXT", "CAA", "TYPE999", "CNAME")
	if l.rtype == "CNAME" { // it must stand alone
		g.host++
		l.noName = false
		written = fmt.Sprintf("host%d", g.host)
		g.owner = written + "." + g.origin
	}
	if strings.HasPrefix(g.owner, "host") && l.rtype != "CNAME" {
		l.noName = false
		written, g.owner = "@", g.origin
	}
	if l.rtype == "NS" && strings.HasPrefix(g.owner, "*") { // named refuses it
		l.rtype = "TXT"
	}
	l.owner = g.owner
	before := ""
	l.noTTL = rapid.Bool().Draw(g.rt, "TTL left out")
	if l.ttl = g.ttl; !l.noTTL {
		ttl := g.pick("TTL", "0", "300", "1h30m", "2147483647", "1W")
		l.ttl = map[string]uint32{"0": 0, "300": 300, "1h30m": 5400, "2147483647": 1<<31 - 1, "1W": 604800}[ttl]
		before = ttl + " "
		if !g.fixed {
			g.ttl = l.ttl
		}
	}
	before = g.pick("class", before, "IN "+before, before+"in ")
	words, says := g.data(l.rtype)
	l.data = fmt.Sprintf("%q", says)
	inside := rapid.IntRange(0, 3).Draw(g.rt, "parentheses") == 0
	l.text = written + g.gap(false)
	l.at = len(l.text)
	l.text += before + l.rtype + g.gap(false)
	if inside {
		l.text += "("
	}
	for _, w := range words {
		l.text += w + g.gap(inside)
	}
	if inside {
		l.text += ")"
	}
	l.text += g.pick("behind", "", " ", " ; comment", ";\t(\"")
	return l
}

// line makes any line.
func (g *generator) line() modelLine {
	switch rapid.IntRange(0, 9).Draw(g.rt, "kind of line") {
	case 0:
		return modelLine{text: g.pick("comment", "", ";", "; c (\"", "\t", " ; x"), preset: -1}
	case 1:
		if rapid.Bool().Draw(g.rt, "origin") {
			l := modelLine{preset: -1}
			l.text, l.origin = g.pick("$ORIGIN", "$ORIGIN sub.example.com. ; o", "$origin\texample.com."), top
			if strings.Contains(l.text, "sub") {
				l.origin = "sub." + top
			}
			g.origin = l.origin
			return l
		}
		g.ttl, g.fixed = uint32(rapid.IntRange(0, 99999).Draw(g.rt, "default")), true
		return modelLine{text: fmt.Sprintf("$TTL %d", g.ttl), preset: int64(g.ttl)}
	}
	return g.record()
}

func keys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func drawModel(rt *rapid.T) (*generator, *model) {
	g := &generator{rt: rt, origin: top, owner: top, serial: 7}
	m := &model{end: g.pick("line end", "\n", "\n", "\r\n")}
	soaTTL := ""
	switch g.pick("default TTL", "$TTL", "minimum", "of the record before") {
	case "$TTL":
		m.lines = append(m.lines, modelLine{text: "$TTL 4h", preset: 14400})
		g.ttl, g.fixed = 14400, true
	case "minimum":
		g.ttl, g.fixed = 4, true
	default:
		g.ttl, soaTTL = 60, "60 "
	}
	m.lines = append(m.lines, modelLine{
		record: true, owner: top, ttl: g.ttl, rtype: "SOA", noTTL: soaTTL == "", preset: -1,
		text: "@ " + soaTTL + "SOA ns.example.net. root ( 7\n 1h 2\t3 ; x\n 4 )",
		data: fmt.Sprintf("%q", []string{"ns.example.net.", "root." + top, "7", "1h", "2", "3", "4"}),
	}, modelLine{
		record: true, owner: top, ttl: g.ttl, rtype: "NS", noTTL: true, preset: -1,
		text: "@ NS ns.example.net.", data: `["ns.example.net."]`, at: 2,
	})
	for range rapid.IntRange(0, 12).Draw(rt, "lines") {
		m.lines = append(m.lines, g.line())
	}
	for i := range m.lines {
		m.lines[i].text = strings.ReplaceAll(m.lines[i].text, "\n", m.end)
	}
	return g, m
}

func (m *model) String() string {
	var b strings.Builder
	for _, l := range m.lines {
		b.WriteString(l.text + m.end)
	}
	return b.String()
}

// numbers are those of the lines.
func (m *model) numbers() []int {
	var out []int
	n := 0
	for _, l := range m.lines {
		out = append(out, n)
		n += 1 + strings.Count(l.text, "\n")
	}
	return out
}

// settle writes owners and TTLs that are left out where the lines before say
// something else now.
func (m *model) settle() {
	owner, ttl, fixed := "", uint32(0), false
	for i := range m.lines {
		l := &m.lines[i]
		if l.preset >= 0 {
			ttl, fixed = uint32(l.preset), true
		}
		if !l.record {
			continue
		}
		if l.rtype == "SOA" {
			owner, ttl, fixed = l.owner, l.ttl, fixed || l.noTTL
			continue
		}
		if l.noTTL && ttl != l.ttl {
			l.text, l.noTTL = fmt.Sprint(l.text[:l.at], l.ttl, " ", l.text[l.at:]), false
		}
		if l.noName && owner != l.owner {
			l.text, l.noName, l.at = l.owner+l.text, false, l.at+len(l.owner)
		}
		owner = l.owner
		if !fixed {
			ttl = l.ttl
		}
	}
}

// check compares a zone with the model.
func (m *model) check(rt *rapid.T, z *zonefile.Zone) {
	if z.String() != m.String() {
		rt.Fatalf("the zone is not what the model says: %s", cmp.Diff(m.String(), z.String()))
	}
	numbers := m.numbers()
	if len(z.Lines) != len(m.lines) {
		rt.Fatalf("there are %d lines, want %d", len(z.Lines), len(m.lines))
	}
	for i, want := range m.lines {
		got := z.Lines[i]
		if got.Text != want.text || got.Number != numbers[i] || (got.Kind == zonefile.Record) != want.record {
			rt.Errorf("line %d is %q, want %q at %d", got.Number, got.Text, want.text, numbers[i])
		}
		if !want.record {
			continue
		}
		h := got.RR.Header()
		if h.Name != want.owner || h.Ttl != want.ttl || got.TTL != want.ttl || got.Type != want.rtype {
			rt.Errorf("%q is the record %v, want %s %d %s", got.Text, got.RR, want.owner, want.ttl, want.rtype)
		}
		if data := absoluteData(got); data != want.data {
			rt.Errorf("%q has the data %s, want %s", got.Text, data, want.data)
		}
	}
}

// absoluteData are a line's data with absolute names, for the types of the generator.
func absoluteData(l zonefile.Line) string {
	data := append([]string{}, l.Data...)
	name := map[string]int{"CNAME": 0, "NS": 0, "PTR": 0, "MX": 1, "SRV": 3, "SOA": 1}
	if i, ok := name[l.Type]; ok {
		switch data[i] = strings.ReplaceAll(data[i], `\065`, "A"); {
		case data[i] == "@":
			data[i] = top
		case !strings.HasSuffix(data[i], "."):
			data[i] += "." + top
		}
	}
	return fmt.Sprintf("%q", data)
}

// edit draws an edit, and does it to the model.
func (g *generator) edit(m *model) zonefile.Edit {
	var e zonefile.Edit
	numbers := m.numbers()
	origin := top
	var after []modelLine
	soa := slices.IndexFunc(m.lines, func(l modelLine) bool { return l.rtype == "SOA" })
	for i, l := range m.lines {
		if l.origin != "" {
			origin = l.origin
		}
		what := "keep"
		if l.record && i > soa+1 { // not the NS behind it
			what = g.pick("what", "keep", "keep", "keep", "change", "remove")
		}
		switch what {
		case "change":
			entry, line := g.entry(origin)
			e.Change = append(e.Change, zonefile.Change{Number: numbers[i], Entry: entry})
			after = append(after, line)
		case "remove":
			e.Remove = append(e.Remove, numbers[i])
		default:
			after = append(after, l)
		}
	}
	for range rapid.IntRange(0, 2).Draw(g.rt, "added") {
		entry, line := g.entry(origin)
		e.Add = append(e.Add, entry)
		after = append(after, line)
	}
	m.lines = after
	g.serial++
	l := &m.lines[soa]
	l.text = strings.Replace(l.text, fmt.Sprint("( ", g.serial-1), fmt.Sprint("( ", g.serial), 1)
	l.data = strings.Replace(l.data, fmt.Sprintf("%q", fmt.Sprint(g.serial-1)), fmt.Sprintf("%q", fmt.Sprint(g.serial)), 1)
	return e
}

// entry draws an entry, and the line that it becomes where an origin is in force.
func (g *generator) entry(origin string) (zonefile.Entry, modelLine) {
	ttl := rapid.Uint32Range(0, 1<<31-1).Draw(g.rt, "TTL")
	e := zonefile.Entry{TTL: &ttl, Type: g.pick("type", "A", "TXT", "TXT", "MX")}
	relative := g.pick("name", "n1", "n2", "_acme", `p\;`)
	name := relative + "." + top
	if e.Name = relative; rapid.Bool().Draw(g.rt, "absolute") {
		e.Name = name
	}
	l := modelLine{record: true, preset: -1, owner: name, ttl: ttl, rtype: e.Type}
	written := e.Name
	if origin != top {
		written = name
	}
	l.text = fmt.Sprintf("%s\t%d\tIN\t%s", written, ttl, e.Type)
	switch e.Type {
	case "A":
		e.Data = []string{"192.0.2.77"}
		l.text += "\t192.0.2.77"
		l.data = `["192.0.2.77"]`
	case "MX":
		e.Data = []string{"5", "mx"}
		l.data = fmt.Sprintf("%q", []string{"5", "mx." + top})
		if l.text += "\t5\tmx"; origin != top {
			l.text += "." + top
		}
	case "TXT":
		for range rapid.IntRange(1, 2).Draw(g.rt, "strings") {
			s := string(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(g.rt, "bytes"))
			e.Data = append(e.Data, s)
			l.text += "\t\"" + escaped(s) + "\""
		}
		l.data = fmt.Sprintf("%q", e.Data)
	}
	return e, l
}

func escaped(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c == '"', c == '\\':
			b.WriteString(`\` + string(rune(c)))
		case c < 32, c > 126:
			fmt.Fprintf(&b, `\%03d`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// TestAgreesWithModel parses zones and edits them, over and over, beside a list of
// lines that knows no DNS.
func TestAgreesWithModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		g, m := drawModel(rt)
		z, err := zonefile.Parse("example.com", m.String())
		if err != nil {
			rt.Fatalf("%v: %q", err, m)
		}
		m.check(rt, z)
		for range rapid.IntRange(1, 4).Draw(rt, "edits") {
			e := g.edit(m)
			m.settle()
			if z, err = z.Apply(e, g.serial); err != nil {
				rt.Fatalf("%v: %q", err, m)
			}
			m.check(rt, z)
		}
	})
}

// TestApplyIsParse: an edited zone, of which most lines are taken over, is in all
// what Parse makes of its text; and what Parse refuses, the edit is refused for with
// the same words.
func TestApplyIsParse(t *testing.T) {
	t.Parallel()
	inside := cmp.AllowUnexported(zonefile.Zone{}, zonefile.Line{})
	rapid.Check(t, func(rt *rapid.T) {
		g, m := drawModel(rt)
		z, err := zonefile.Parse("example.com", m.String())
		if err != nil {
			rt.Fatalf("%v: %q", err, m)
		}
		for range rapid.IntRange(1, 3).Draw(rt, "edits") {
			e := g.edit(m)
			if rapid.Bool().Draw(rt, "alias") { // which must stand alone
				name := g.pick("name", "n1", "n2", "a", "l1.l2", "host1", "new") + "." + top
				ttl := uint32(60)
				e.Add = append(e.Add, zonefile.Entry{Name: name, TTL: &ttl, Type: "CNAME", Data: []string{"x.example.net."}})
				m.lines = append(m.lines, modelLine{
					record: true, preset: -1, owner: name, ttl: ttl, rtype: "CNAME", data: `["x.example.net."]`,
					text: name + "\t60\tIN\tCNAME\tx.example.net.",
				})
			}
			m.settle()
			want, refusal := zonefile.Parse("example.com", m.String())
			got, err := z.Apply(e, g.serial)
			if refusal != nil {
				if err == nil || err.Error() != "the zone would be refused after this edit: "+refusal.Error() {
					rt.Fatalf("the edit says %v, of its text Parse says %v: %q", err, refusal, m)
				}
				return
			}
			if err != nil {
				rt.Fatalf("%v: %q", err, m)
			}
			if diff := cmp.Diff(want, got, inside); diff != "" {
				rt.Fatalf("the edited zone is not what is parsed of its text: %s", diff)
			}
			z = got
		}
	})
}
