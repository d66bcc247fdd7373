package program

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Caller calls functions of a server for a test that is about something else.
type Caller struct {
	Addr     string       // host:port
	Password string       // root's
	Client   *http.Client // looks at no certificate
}

// NewCaller makes one that calls as root, with the password.
func NewCaller(addr, password string) *Caller {
	return &Caller{addr, password, &http.Client{
		Timeout: Patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}}
}

// Data calls a function and answers its data; a refusal fails the test. Who calls is
// USER:TOKEN, or "" for root.
func (c *Caller) Data(t *testing.T, who, function string, nameValue ...string) map[string]any {
	t.Helper()
	form := url.Values{"api.version": {"1"}}
	for ; len(nameValue) > 1; nameValue = nameValue[2:] {
		form.Add(nameValue[0], nameValue[1])
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+c.Addr+"/json-api/"+function, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if r.Header.Set("Authorization", "whm "+who); who == "" {
		r.SetBasicAuth("root", c.Password)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := c.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Metadata struct {
			Result int
			Reason string
		}
		Data map[string]any
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.Metadata.Result != 1 {
		t.Fatalf("%s: %d %v %s", function, res.StatusCode, err, answer.Metadata.Reason)
	}
	return answer.Data
}
