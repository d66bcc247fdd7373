package dns_test

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// question is one as dig takes it.
type question struct {
	name, qtype string
	options     []string // of dig
}

func (q question) String() string {
	return strings.Join(append([]string{q.name, q.qtype}, q.options...), " ")
}

// answer is what dig says, of which the order of records does not count.
type answer struct {
	Status, Flags                 string
	Answer, Authority, Additional []string
}

// dig asks the server at 127.0.0.1 and a port, all with one dig.
func dig(t testing.TB, port int, questions ...question) []answer {
	t.Helper()
	var args []string
	for _, q := range questions {
		args = append(args, "@127.0.0.1", "-p", fmt.Sprint(port), "-q", q.name, "-t", q.qtype, "+norecurse", "+nocookie", "+tries=1", "+time=10")
		args = append(args, q.options...)
	}
	out, err := exec.CommandContext(t.Context(), "dig", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("dig: %v\n%s", err, out)
	}
	parts := strings.Split(string(out), ";; ->>HEADER<<-")[1:]
	if len(parts) != len(questions) {
		t.Fatalf("%d questions have %d answers:\n%s", len(questions), len(parts), out)
	}
	list := make([]answer, len(parts))
	for i, part := range parts {
		if list[i] = read(part); list[i].Status == "" {
			t.Fatalf("an answer without a status:\n%s", part)
		}
	}
	return list
}

// read takes what counts from what dig says of one answer.
func read(out string) (a answer) {
	var section *[]string
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "opcode: "):
			_, rest, _ := strings.Cut(line, "status: ")
			a.Status, _, _ = strings.Cut(rest, ",")
		case strings.HasPrefix(line, ";; flags: "):
			a.Flags, _, _ = strings.Cut(strings.TrimPrefix(line, ";; flags: "), ";")
		case line == ";; ANSWER SECTION:":
			section = &a.Answer
		case line == ";; AUTHORITY SECTION:":
			section = &a.Authority
		case line == ";; ADDITIONAL SECTION:":
			section = &a.Additional
		case strings.HasPrefix(line, ";") || line == "":
			if line == "" {
				section = nil
			}
		case section != nil:
			*section = append(*section, strings.Join(strings.Fields(line), " "))
		}
	}
	for _, s := range []*[]string{&a.Answer, &a.Authority, &a.Additional} {
		slices.Sort(*s)
	}
	return a
}

// normal leaves out what a server may add to an answer with authority or not (RFC
// 1034, 4.3.2, step 6): the zone's name servers, which NSD adds to each where there
// is room, and their addresses. It is the only difference that is let through.
func (a answer) normal() answer {
	if !strings.Contains(a.Flags, "aa") || a.Answer == nil {
		return a
	}
	told := " "
	for _, rr := range a.Answer {
		if f := strings.Fields(rr); slices.Contains([]string{"NS", "MX", "SRV"}, f[3]) {
			told += f[len(f)-1] + " "
		}
	}
	a.Authority = slices.DeleteFunc(a.Authority, func(rr string) bool { return strings.Contains(rr, " IN NS ") })
	a.Additional = slices.DeleteFunc(a.Additional, func(rr string) bool {
		owner, _, _ := strings.Cut(rr, " ")
		return !strings.Contains(told, " "+owner+" ")
	})
	if len(a.Authority) == 0 {
		a.Authority = nil
	}
	if len(a.Additional) == 0 {
		a.Additional = nil
	}
	return a
}

// compare asks both servers the same, and wants the same answers.
func compare(t *testing.T, ours, theirs int, questions []question) {
	t.Helper()
	a, b := dig(t, ours, questions...), dig(t, theirs, questions...)
	for i, q := range questions {
		if d := cmp.Diff(b[i].normal(), a[i].normal()); d != "" {
			t.Errorf("%s: we answer otherwise than the secondary (-) does:\n%s", q, d)
		}
	}
}

// run is a command that may fail, and what it says.
func run(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%s\n%v", out, err)
	}
	return string(out)
}
