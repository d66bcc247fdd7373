package e2e

import (
	"crypto/rand"
	"crypto/tls"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hostkeep/hostkeep/test/program"
)

// known keeps a secret for stop's search.
func (w *world) known(secret string) { w.secrets = append(w.secrets, secret) }

// secret TEXT… tells that these are secrets, for stop's search.
func verbSecret(ts *testscript.TestScript, _ bool, args []string) {
	for _, s := range args {
		of(ts).known(s)
	}
}

// setenv-file NAME FILE takes a secret from the first line of a file.
func verbSetenvFile(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "NAME FILE")
	line, _, _ := strings.Cut(ts.ReadFile(args[1]), "\n")
	if line == "" {
		ts.Fatalf("%s is empty", args[1])
	}
	of(ts).known(line)
	ts.Setenv(args[0], line)
}

// setenv-json NAME PATH takes a text or number from the last answer; a text
// under data.token is a secret.
func verbSetenvJSON(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "NAME PATH")
	v, ok := at(of(ts).value, args[1])
	if !ok {
		ts.Fatalf("there is no %s in: %s", args[1], of(ts).last.body)
	}
	if args[1] == "data.token" {
		of(ts).known(fmt.Sprint(v))
	}
	ts.Setenv(args[0], fmt.Sprint(v))
}

// setenv-time NAME DURATION takes the moved clock's time plus a duration, in
// Unix seconds.
func verbSetenvTime(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "NAME DURATION")
	now := time.Now()
	if text, err := os.ReadFile(ts.Getenv(program.ClockFile)); err == nil {
		now = now.Add(duration(ts, string(text)))
	}
	ts.Setenv(args[0], strconv.FormatInt(now.Add(duration(ts, args[1])).Unix(), 10))
}

// root-token makes a token with every privilege by command, and has ROOT hold
// "root:SECRET".
func verbRootToken(ts *testscript.TestScript, _ bool, _ []string) {
	p, err := program.Launch(ts.Getenv("WORK"), environ(ts), "hostkeep", "token", "create", "setup", "--acl", "all", "--expires", "never")
	ts.Check(err)
	if err := p.Wait(); err != nil {
		ts.Fatalf("%v: %s", err, p.Log)
	}
	secret := strings.TrimSpace(p.Out.String())
	of(ts).known(secret)
	ts.Setenv("ROOT", "root:"+secret)
}

// api [flag…] FUNCTION [key=value…] calls over HTTPS and wants HTTP 200 and
// result 1; ! api wants HTTP 200 and result 0; with -status N the status only.
//
//	-u USER:SECRET   by token        -p USER:SECRET  by password
//	-x METHOD        GET, or POST for parameters in the body (the default)
//	-in KIND         query, form (the default), json, multipart
//	-from ADDRESS    own address     -type TYPE      content type as given
//	-body TEXT       body as given   -H NAME:VALUE   another header
//	-to ADDRESS      instead of WHM  -name HOST      host name to ask for
//	-status N        wanted status   -noversion      without api.version
//	-path PATH       instead of /json-api/FUNCTION
func verbAPI(ts *testscript.TestScript, neg bool, args []string) {
	c, status := apiCall(ts, args)
	a, err := c.do()
	ts.Check(err)
	w := of(ts)
	w.last, w.value = &a, nil
	_, err = ts.Stdout().Write(append(a.body, '\n'))
	ts.Check(err)
	if a.status != cmpStatus(status) {
		ts.Fatalf("the status is %d: %s", a.status, a.body)
	}
	if !strings.Contains(a.header.Get("Content-Type"), "json") {
		return
	}
	w.value, err = decode(a.body)
	ts.Check(err)
	result, want := said(w.value), "1"
	if neg {
		want = "0"
	}
	if status == 0 && result != want {
		ts.Fatalf("the result is not %s: %s", want, a.body)
	}
}

// said is an answer's own word on whether it did what was asked: the result of
// API 1, or the status where API 0 has one; API 0's plain answers are their success.
func said(answer any) string {
	for _, path := range []string{"metadata.result", "status", "result.0.status", "result.status", "results.0.status", "passwd.0.status"} {
		if v, ok := at(answer, path); ok {
			return fmt.Sprint(v)
		}
	}
	if _, refused := at(answer, "error"); refused {
		return "0"
	}
	return "1"
}

func cmpStatus(wanted int) int {
	if wanted == 0 {
		return http.StatusOK
	}
	return wanted
}

// apiCall reads the words of api.
func apiCall(ts *testscript.TestScript, args []string) (c call, status int) {
	w := of(ts)
	c = call{addr: ts.Getenv("WHM"), caFile: ts.Getenv("CA"), method: http.MethodPost, in: "form", form: url.Values{"api.version": {"1"}}, header: http.Header{}}
	sign := func(scheme, credential string) {
		if _, secret, ok := strings.Cut(credential, ":"); ok && len(secret) > 5 {
			w.known(secret)
		}
		if scheme == "Basic" {
			credential = base64.StdEncoding.EncodeToString([]byte(credential))
			w.known(credential)
		}
		c.header.Set("Authorization", scheme+" "+credential)
	}
	flags := map[string]func(string){
		"-u": func(v string) { sign("whm", v) }, "-p": func(v string) { sign("Basic", v) },
		"-x": func(v string) { c.method = v }, "-in": func(v string) { c.in = v },
		"-from": func(v string) { c.from = v }, "-type": func(v string) { c.mimeType = v },
		"-body": func(v string) { c.body = []byte(v) }, "-path": func(v string) { c.path = v },
		"-to": func(v string) { c.addr = v },
		"-H": func(v string) {
			name, value, _ := strings.Cut(v, ":")
			c.header[name] = append(c.header[name], strings.TrimSpace(value))
		},
		"-name": func(v string) { c.name, c.caFile = v, "" },
		"-status": func(v string) {
			var err error
			status, err = strconv.Atoi(v)
			ts.Check(err)
		},
	}
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if args[0] == "-noversion" {
			c.form.Del("api.version")
			args = args[1:]
			continue
		}
		set, ok := flags[args[0]]
		if !ok || len(args) < 2 {
			ts.Fatalf("api: what is %s?", args[0])
		}
		set(args[1])
		args = args[2:]
	}
	if len(args) == 0 {
		ts.Fatalf("api: which function?")
	}
	if c.path == "" {
		c.path = "/json-api/" + args[0]
	}
	for _, a := range args[1:] {
		name, value, _ := strings.Cut(a, "=")
		c.form[name] = append(c.form[name], value)
	}
	if c.method == http.MethodGet {
		c.in = "query"
	}
	return c, status
}

// raw BYTES sends what a Go string would be, over TLS to WHM, and prints what
// comes back until the server closes or has answered; \r\n\r\n ends what is sent.
func verbRaw(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "BYTES")
	text, err := strconv.Unquote(`"` + args[0] + `"`)
	ts.Check(err)
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: program.Patience}, Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // a test
	conn, err := dialer.Dial("tcp", ts.Getenv("WHM"))
	ts.Check(err)
	defer func() { _ = conn.Close() }()
	ts.Check(conn.SetDeadline(time.Now().Add(program.Patience)))
	_, err = conn.Write([]byte(text))
	ts.Check(err)
	got, err := io.ReadAll(conn)
	if err != nil && len(got) == 0 {
		ts.Check(err)
	}
	_, err = ts.Stdout().Write(got)
	ts.Check(err)
}

// admin PATH gets a page of the admin listener; its status is the first line.
func verbAdmin(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "PATH")
	resp, err := http.Get("http://" + ts.Getenv("ADMIN") + args[0]) //nolint:noctx // a test
	ts.Check(err)
	body, err := io.ReadAll(resp.Body)
	ts.Check(errors.Join(err, resp.Body.Close()))
	_, err = fmt.Fprintf(ts.Stdout(), "%d\n%s", resp.StatusCode, body)
	ts.Check(err)
}

// occupy NAME takes a port for as long as the script runs, and has NAME hold its
// address.
func verbOccupy(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "NAME")
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// randomfile FILE BYTES writes a file of noise.
func verbRandomFile(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "FILE BYTES")
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o600))
}

// foreigndb FILE makes an SQLite database of another program.
func verbForeignDB(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "FILE")
	db, err := sql.Open("sqlite", ts.MkAbs(args[0])) // the driver that package sqlstore brings
	ts.Check(err)
	_, err = db.Exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)") //nolint:noctx // a test
	ts.Check(errors.Join(err, db.Close()))
}

// secretsIn names the files of a folder that hold one of the secrets, but for
// the two that are there to hold one.
func secretsIn(dir string, secrets []string) (found []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && (!d.Type().IsRegular() || slices.Contains([]string{"root-password", "master.key"}, d.Name())) {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the log beside the database comes and goes
		}
		for _, s := range secrets {
			if strings.Contains(string(text), s) {
				found = append(found, path)
				break
			}
		}
		return err
	})
	return found, err
}
