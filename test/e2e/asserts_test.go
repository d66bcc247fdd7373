package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hostkeep/hostkeep/test/program"
)

func pattern(ts *testscript.TestScript, text string) *regexp.Regexp {
	re, err := regexp.Compile(text)
	ts.Check(err)
	return re
}

// header NAME REGEXP looks at a header of the last answer.
func verbHeader(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "HEADER REGEXP")
	got := of(ts).last.header.Get(args[0])
	if pattern(ts, args[1]).MatchString(got) == neg {
		ts.Fatalf("the header %s is %q", args[0], got)
	}
}

// json PATH OP [VALUE] asserts on the last answer:
//
//	is JSON          exactly that value, of that type
//	text WORDS       exactly that text
//	match REGEXP     a text that matches
//	type TYPE        string, integer, number, null, array, object
//	count N          an array or object of that many
//	has WORD         an array with that text, or an object with that member
//	absent           nothing there
//	types FILE       a member a line: NAME TYPE[|TYPE], all of them and no other
//
// ! json denies it.
func verbJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("wanted: PATH OP [VALUE]")
	}
	w := of(ts)
	v, ok := at(w.value, args[0])
	problem := ""
	if args[1] == "absent" {
		if ok {
			problem = "is there"
		}
	} else if need(ts, args, 3, "PATH OP VALUE"); !ok {
		problem = "is not there"
		if neg {
			ts.Fatalf("%s is not there: %s", args[0], w.last.body)
		}
	} else {
		problem = judge(ts, v, args[1], args[2])
	}
	if (problem != "") != neg {
		ts.Fatalf("%s %s (%s) in: %s", args[0], problem, strings.Join(args[1:], " "), w.last.body)
	}
}

// judge says what is wrong with a value, "" for nothing.
func judge(ts *testscript.TestScript, v any, op, want string) string {
	switch op {
	case "is":
		expected, err := decode([]byte(want))
		ts.Check(err)
		a, _ := json.Marshal(v)
		b, _ := json.Marshal(expected)
		return unless(string(a) == string(b), "is "+string(a))
	case "text":
		return unless(v == any(want), fmt.Sprintf("is %q", v))
	case "match":
		s, ok := v.(string)
		return unless(ok && pattern(ts, want).MatchString(s), fmt.Sprintf("is %q", v))
	case "type":
		return unless(strings.Contains("|"+want+"|", "|"+typeOf(v)+"|"), "is a "+typeOf(v))
	case "count":
		return unless(fmt.Sprint(count(v)) == want, fmt.Sprintf("has %d", count(v)))
	case "has":
		return unless(holds(v, want), fmt.Sprintf("is %v", v))
	case "types":
		return judgeTypes(ts, v, want)
	}
	ts.Fatalf("json: what is %s?", op)
	return ""
}

func unless(good bool, problem string) string {
	if good {
		return ""
	}
	return problem
}

func judgeTypes(ts *testscript.TestScript, v any, file string) string {
	object, ok := v.(map[string]any)
	if !ok {
		return "is no object"
	}
	seen := 0
	for line := range strings.Lines(ts.ReadFile(file)) {
		words := strings.Fields(line)
		if len(words) != 2 {
			continue
		}
		member, ok := object[words[0]]
		if !ok {
			return "lacks " + words[0]
		}
		if seen++; !strings.Contains("|"+words[1]+"|", "|"+typeOf(member)+"|") {
			return fmt.Sprintf("has %s as a %s, not %s", words[0], typeOf(member), words[1])
		}
	}
	return unless(seen == len(object) && seen > 0, fmt.Sprintf("has %d members, not %d", len(object), seen))
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "number"
		}
		return "integer"
	}
	return fmt.Sprintf("%T", v)
}

func count(v any) int {
	switch v := v.(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return -1
}

func holds(v any, word string) bool {
	if object, ok := v.(map[string]any); ok {
		_, ok = object[word]
		return ok
	}
	list, _ := v.([]any)
	for _, e := range list {
		if e == any(word) {
			return true
		}
	}
	return false
}

// certificate make FILE KEYFILE NAME makes a pair for a name and 127.0.0.1;
// certificate served NAME says that WHM shows the certificate of that name.
func verbCertificate(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 4 && args[0] == "make" {
		ts.Check(makeCertificate(ts.MkAbs(args[1]), ts.MkAbs(args[2]), args[3]))
		return
	}
	need(ts, args, 2, "make FILE KEYFILE NAME, or served NAME")
	dialer := &net.Dialer{Timeout: program.Patience}
	conn, err := tls.DialWithDialer(dialer, "tcp", ts.Getenv("WHM"), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec,noctx // it looks whom it meets
	ts.Check(err)
	name := conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	ts.Check(conn.Close())
	if (name == args[1]) == neg {
		ts.Fatalf("the certificate is that of %s", name)
	}
}

func makeCertificate(certFile, keyFile, name string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
}
