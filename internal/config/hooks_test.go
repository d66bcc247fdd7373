package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/config"
)

func TestHooksOfTheFile(t *testing.T) {
	t.Parallel()
	file := writeFile(t, `
[[hooks]]
function = "createacct"
stage = "post"
command = ["/usr/local/bin/make-real", "--fast"]
timeout = "30s"
secrets = true

[[hooks]]
function = "*acct"
stage = "pre"
command = "/bin/true"
`)
	got, err := load(t, map[string]string{"config": file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := base()
	want.File = file
	want.Hooks = []config.Hook{
		{Function: "createacct", Stage: "post", Command: []string{"/usr/local/bin/make-real", "--fast"}, Timeout: 30 * time.Second, Secrets: true},
		{Function: "*acct", Stage: "pre", Command: []string{"/bin/true"}, Timeout: 10 * time.Second},
	}
	equal(t, got, want)
	if line := "hooks = post createacct /usr/local/bin/make-real (30s, secrets true), pre *acct /bin/true (10s, secrets false)"; !strings.Contains(got.String(), line) {
		t.Errorf("shown as %s", got)
	}
}

func TestHooksThatAreRefused(t *testing.T) {
	t.Parallel()
	const good = "[[hooks]]\nfunction = \"createacct\"\nstage = \"pre\"\ncommand = \"/bin/true\"\n"
	for _, tt := range []struct{ old, text, want string }{
		{`"createacct"`, `"[a"`, "no pattern"},
		{`"createacct"`, `""`, "no pattern"},
		{`"pre"`, `"during"`, "neither pre nor post"},
		{`"/bin/true"`, `"true"`, "absolute path"},
		{`"/bin/true"`, `[]`, "absolute path"},
		{`"/bin/true"`, `["/bin/true", 1]`, "does not fit"},
		{`"/bin/true"`, "\"/bin/true\"\ntimeout = 5", "does not fit"},
		{`"/bin/true"`, "\"/bin/true\"\ntimeout = \"1h\"", "timeout"},
		{`"/bin/true"`, "\"/bin/true\"\nsecrets = \"yes\"", "does not fit"},
		{`"/bin/true"`, "\"/bin/true\"\nuser = \"bob\"", `"user"`},
		{"[[hooks]]", "[hooks]", "hooks"},
	} {
		file := writeFile(t, strings.Replace(good, tt.old, tt.text, 1))
		if _, err := load(t, map[string]string{"config": file}, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", tt.text, err, tt.want)
		}
	}
}
