package e2e

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// treasure is every secret that a run has seen, by what it is.
type treasure map[string]string

// keep adds a secret, and the form that Basic gives it.
func (k treasure) keep(what, user, secret string) string {
	if len(secret) < 6 {
		panic("the secret is too short to look for: " + what)
	}
	k[what] = secret
	k[what+", in base64"] = base64.StdEncoding.EncodeToString([]byte(user + ":" + secret))
	return secret
}

// foundIn says which secrets stand in which place.
func (k treasure) foundIn(places map[string]string) (found []string) {
	for place, text := range places {
		for what, secret := range k {
			if strings.Contains(text, secret) {
				found = append(found, what+" in "+place)
			}
		}
	}
	slices.Sort(found)
	return found
}

// foundOutside does the same for what one file is to have, so that it can be read
// back: it wants that it was there.
func (k treasure) foundOutside(t *testing.T, places map[string]string, file string) []string {
	t.Helper()
	others, all := maps.Clone(places), ""
	for place, text := range places {
		if strings.Contains(place, file) {
			all += text
			delete(others, place)
		}
	}
	for what, secret := range k {
		if !strings.Contains(all, secret) {
			t.Errorf("%s is not in %s", what, file)
		}
	}
	return k.foundIn(others)
}

// keepValues keeps keys of other services wherever a caller may keep any text. The
// store has them in clear; nothing else is to.
func keepValues(s *site) treasure {
	k := treasure{"a tweak setting": "SG.tweakSettingWord", "a personal text": "SG.personalTextWord", "a key's value": "AKIAkeyValueWord", "another key's": "AKIAanotherWord"}
	root := s.token("root", "keeper", "all")
	s.must("root", root, "set_tweaksetting", "key", "relay", "value", k["a tweak setting"])
	s.must("root", root, "personalization_set", "personalization", `{"relay":"`+k["a personal text"]+`"}`)
	nvset := s.call("root", root, "nvset", "key", "a", "key", "b", "value", k["a key's value"], "value", k["another key's"])
	nvset.form.Del("api.version")
	nvset.method, nvset.in = http.MethodGet, "query"
	if a, err := nvset.do(); err != nil || string(a.body) != `{"result":[]}` {
		s.t.Fatalf("nvset: %v %s", err, a.body)
	}
	return k
}

// TestNoSecretAnywhere lives through one busy run of a server, and then looks for
// every secret that was issued, sent or tried in whatever the run has left.
func TestNoSecretAnywhere(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			noSecretAnywhere(t, format)
		})
	}
}

func noSecretAnywhere(t *testing.T, format string) {
	s := newSite(t, "--log-level", "debug", "--log-format", format)
	processes := watchProcesses(t)
	first, err := os.ReadFile(filepath.Join(s.data(), "root-password"))
	if err != nil {
		t.Fatal(err)
	}
	k := treasure{}
	k.issue(s, k.keep("root's first password", "root", strings.TrimSpace(string(first))))
	k.attack(s)
	kept := keepValues(s)

	places := map[string]string{"the process list": processes(), "the log": s.proc.Log.String(), "standard output": s.proc.Out.String()}
	for _, page := range []string{"/metrics", "/readyz"} {
		places[page] = adminPage(t, s.proc.Addr["admin"]+page)
	}
	readFiles(t, s.data(), "while running: ", places)
	log := s.proc.Log
	s.stop()
	places["the log at the end"] = log.String()
	readFiles(t, s.data(), "when stopped: ", places)

	for _, f := range k.foundIn(places) {
		t.Error(f)
	}
	for _, f := range kept.foundOutside(t, places, "hostkeep.db") {
		t.Error(f)
	}
	for _, want := range []string{"while running: hostkeep.db", "while running: hostkeep.db-wal", "when stopped: hostkeep.db", "/metrics"} {
		if places[want] == "" {
			t.Errorf("there was nothing to look at in %s", want)
		}
	}
	if _, err := os.Stat(filepath.Join(s.data(), "root-password")); !os.IsNotExist(err) {
		t.Errorf("root's first password is kept after it was changed (%v)", err)
	}
	// What would be found if it were there: the log is at debug level and says who
	// called, and a planted secret is seen in each place.
	if !strings.Contains(log.String(), "refusal") || !strings.Contains(log.String(), "level") {
		t.Error("the log says nothing of refusals")
	}
	planted := strings.Join(slices.Collect(maps.Values(k)), "\n")
	for place, text := range places {
		if found := k.foundIn(map[string]string{place: text + planted}); len(found) != len(k) {
			t.Errorf("of %d secrets in %s, only %d would be found", len(k), place, len(found))
		}
	}
}

// issue has secrets made and used in every way there is.
func (k treasure) issue(s *site, rootPassword string) {
	basic := s.call("root", "", "api_token_create", "token_name", "one", "acl", "all")
	basic.header = http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("root:"+rootPassword))}}
	a, err := basic.do()
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := decode(a.body)
	if err != nil {
		s.t.Fatal(err)
	}
	secret := func(what, user string, answer any, path string) string {
		text, ok := at(answer, path)
		if !ok {
			s.t.Fatalf("%s: no %s in %v", what, path, answer)
		}
		return k.keep(what, user, fmt.Sprint(text))
	}
	root := secret("a token by HTTP", "root", v, "data.token")
	k.keep("a token by command", "root", s.token("root", "two", "list-accts"))

	north := k.keep("a password in a form", "north", "north has this password")
	s.must("root", root, "createacct", "username", "north", "domain", "north.example", "owner", "north", "password", north)
	s.must("root", root, "setupreseller", "user", "north")
	raw, _ := at(s.must("root", root, "createacct", "username", "bob", "domain", "bob.example"), "metadata.output.raw")
	_, made, _ := strings.Cut(fmt.Sprint(raw), "| PassWord: ")
	made, _, _ = strings.Cut(made, "\n")
	k.keep("a password that was made", "bob", made)

	reseller := secret("a reseller's token", "north", s.must("root", root, "api_token_create", "token_name", "x"), "data.token")
	s.must("root", root, "api_token_get_details", "token", reseller)
	byQuery := s.call("root", root, "api_token_get_details", "token", root)
	byQuery.method, byQuery.in = http.MethodGet, "query"
	byJSON := s.call("root", root, "passwd", "user", "bob", "password", k.keep("a password in JSON", "bob", "bob has this password"))
	byJSON.in = "json"
	byMultipart := s.call("root", root, "passwd", "user", "bob", "pass", k.keep("a password in multipart", "bob", "bob has that password"))
	byMultipart.in = "multipart"
	for _, c := range []call{byQuery, byJSON, byMultipart} {
		if a, err := c.do(); err != nil || a.status != http.StatusOK || !strings.Contains(string(a.body), `"result":1`) {
			s.t.Fatalf("%s: %v %s", c.path, err, a.body)
		}
	}
	k.sessions(s, root, rootPassword)
	s.run(k.keep("a password by command", "north", "north has another password")+"\n", "hostkeep", "passwd", "north")
	s.run(k.keep("root's password by command", "root", "root has another password")+"\n", "hostkeep", "passwd", "root")
	// A parameter that the function does not know, in a change that is recorded.
	s.must("root", root, "suspendacct", "user", "bob", "secret_word", k.keep("an unknown parameter", "root", "nobody asked for this"))
	s.must("root", root, "api_token_update", "token_name", "x", "new_name", "y")
	s.must("root", root, "api_token_revoke", "token_name", "y")
}

// sessions has a session, a link and a second factor made and used.
func (k treasure) sessions(s *site, root, rootPassword string) {
	login := s.call("", "", "")
	login.path, login.header, login.form = "/login/?login_only=1", nil, url.Values{"user": {"root"}, "pass": {rootPassword}}
	a, err := login.do()
	if err != nil || a.status != http.StatusOK {
		s.t.Fatalf("login: %d %v %s", a.status, err, a.body)
	}
	v, err := decode(a.body)
	if err != nil {
		s.t.Fatal(err)
	}
	keep := func(what string, v any, path string) string {
		text, _ := at(v, path)
		return k.keep(what, "root", fmt.Sprint(text))
	}
	token := keep("a security token", v, "security_token")
	cookie, _, _ := strings.Cut(strings.TrimPrefix(a.header.Get("Set-Cookie"), "cpsession="), ";")
	k.keep("a cookie, escaped", "root", cookie)
	plain, _ := url.QueryUnescape(cookie)
	k.keep("a session's secret", "root", strings.FieldsFunc(plain, func(r rune) bool { return r == ':' || r == ',' })[1])
	inside := s.call("", "", "version")
	inside.path, inside.header = token+inside.path, http.Header{"Cookie": {"cpsession=" + cookie}}
	link := s.must("root", root, "create_user_session", "user", "north", "service", "whostmgrd")
	keep("a link's secret", link, "data.session")
	open := s.call("", "", "")
	open.path, open.header, open.method, open.in = keep("a link's security token", link, "data.cp_security_token")+"/login/", nil, http.MethodGet, "query"
	session, _ := at(link, "data.session")
	open.form = url.Values{"session": {fmt.Sprint(session)}}
	seed := keep("a seed", s.must("root", root, "twofactorauth_generate_tfa_config"), "data.secret")
	code, err := totp.GenerateCode(seed, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	s.must("root", root, "twofactorauth_set_tfa_config", "secret", seed, "tfa_token", code)
	if a, err := inside.do(); err != nil || a.status != http.StatusOK {
		s.t.Fatalf("a call in a session: %d %v %s", a.status, err, a.body)
	}
	if a, err := open.do(); err != nil || a.status != http.StatusForbidden { // where it leads: this client keeps no cookie
		s.t.Fatalf("a link: %d %v %s", a.status, err, a.body)
	}
}

// attack sends secrets to where none belongs.
func (k treasure) attack(s *site) {
	n := 0
	odd := func(what string) string {
		n++
		return k.keep(what, "root", fmt.Sprintf("HKodd%dSECRET%dODDqRsTuVwXyZ", n, n))
	}
	in := func(c call) call { return c }
	wrong := in(s.call("root", odd("a wrong token"), "version"))
	user := s.call(odd("a token as the user"), "x", "version")
	wrongBasic := s.call("root", "", "version")
	wrongBasic.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("root:"+odd("a wrong password"))))
	clear := s.call("root", "", "version")
	clear.header.Set("Authorization", "Basic root:"+odd("a password in clear"))
	bearer := s.call("root", "", "version")
	bearer.header.Set("Authorization", "Bearer "+odd("another scheme"))
	query := s.call("root", "x", "version")
	query.method, query.in, query.form = http.MethodGet, "query", url.Values{"api.version": {"1"}, "api_token": {odd("in the query")}, odd("as a name"): {"x"}}
	path := s.call("root", "x", odd("in the path"))
	page := s.call("root", "x", "version")
	page.path = "/" + odd("as a page") + "/x"
	session := s.call("root", "x", "version")
	session.path = "/cpsess" + odd("as a session") + "/json-api/version"
	other := s.call("root", "x", "version")
	other.header.Set("X-Forwarded-For", odd("in X-Forwarded-For"))
	other.header.Set("User-Agent", odd("in User-Agent"))
	other.header.Set("Cookie", "cpsession="+odd("in a cookie"))
	other.header.Set("X-Request-Id", odd("in X-Request-Id"))
	method := s.call("root", "x", "version")
	method.method = odd("as a method")
	name := s.call("root", "x", "version")
	name.name, name.caFile = strings.ToLower(odd("as a host name"))+".example", ""
	k["as a host name"] = strings.ToLower(k["as a host name"])

	known := s.token("root", "attacker", "all")
	k.keep("the attacker's token", "root", known)
	unknown := s.call("root", known, odd("as a function"))
	tokenName := s.call("root", known, "api_token_create", "token_name", odd("as a token's name")+"/", "acl", "list-accts")
	acl := s.call("root", known, "api_token_create", "token_name", "a", "acl", odd("as a privilege"))
	body := s.call("root", known, "passwd")
	body.body, body.mimeType = []byte(`{"password":"`+odd("in a broken body")+`"`), "application/json"
	escape := s.call("root", known, "passwd")
	escape.body = []byte("password=%zz" + odd("in a broken form"))
	short := s.call("root", known, "passwd", "user", "nosuchuser", "password", odd("for an unknown user"))
	noVersion := s.call("root", known, "passwd", "user", "bob", "password", odd("without api.version"))
	noVersion.form.Del("api.version")

	for _, c := range []call{
		wrong, user, wrongBasic, clear, bearer, query, path, page, session, other, method, name,
		unknown, tokenName, acl, body, escape, short, noVersion,
	} {
		for _, listener := range []string{"whm", "cpanel", "https"} {
			c.addr = s.proc.Addr[listener]
			a, err := c.do()
			if err != nil {
				s.t.Fatalf("%s %s: %v", c.method, c.path, err)
			}
			if strings.Contains(string(a.body), `"result":1`) {
				s.t.Errorf("%s %s was answered with success: %s", c.method, c.path, a.body)
			}
		}
	}
}

// watchProcesses reads the process list over and over until the function that it
// returns is called, which answers all that was seen.
func watchProcesses(t *testing.T) func() string {
	t.Helper()
	needProgram(t, "ps")
	seen, stop, done := map[string]bool{}, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			out, _, err := runIn("/", []string{"PATH=" + os.Getenv("PATH")}, "", "ps", "-eo", "args")
			if err != nil {
				t.Errorf("ps: %v", err)
				return
			}
			for line := range strings.Lines(out) {
				seen[line] = true
			}
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	return func() string {
		close(stop)
		<-done
		all := strings.Join(slices.Collect(maps.Keys(seen)), "")
		if !strings.Contains(all, "hostkeep serve") || !strings.Contains(all, "hostkeep token create") {
			t.Error("the process list never held the server, or a command beside it")
		}
		return all
	}
}

func adminPage(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get("http://" + address) //nolint:noctx // a test
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var page strings.Builder
	if err := resp.Write(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// readFiles reads every file below a folder but the two that are to hold secrets.
func readFiles(t *testing.T, dir, prefix string, into map[string]string) {
	t.Helper()
	for _, pattern := range []string{"*", "*/*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name, _ := filepath.Rel(dir, file)
			info, err := os.Stat(file)
			if err != nil || info.IsDir() || name == "root-password" || name == "master.key" {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			into[prefix+name] = string(text)
		}
	}
}
