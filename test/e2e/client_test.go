package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/hostkeep/hostkeep/test/program"
)

// call is one HTTP request to a server, made like any client would.
type call struct {
	addr     string // host:port to connect to
	name     string // host name to ask for; "" is the address
	from     string // own address, "" for the system's choice
	caFile   string // whom to trust; "" trusts anybody
	method   string
	path     string
	form     url.Values // what is sent, in the place that in says
	in       string     // query, form, json, multipart
	mimeType string     // instead of the right one
	body     []byte     // instead of what form says
	header   http.Header
}

// answer is what came back, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (c call) do() (answer, error) {
	client, err := c.client()
	if err != nil {
		return answer{}, err
	}
	defer client.CloseIdleConnections()
	return c.through(client)
}

// through makes the request by a client of the caller's, which may keep its
// connections.
func (c call) through(client *http.Client) (answer, error) {
	body, mimeType, err := c.content()
	if err != nil {
		return answer{}, err
	}
	host := c.name
	if host == "" {
		host = c.addr
	}
	target := "https://" + host + c.path
	if c.in == "query" && len(c.form) > 0 {
		target += "?" + c.form.Encode()
	}
	r, err := http.NewRequestWithContext(context.Background(), c.method, target, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for k, vs := range c.header {
		r.Header[k] = vs
	}
	if mimeType != "" {
		r.Header.Set("Content-Type", mimeType)
	}
	resp, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, text}, errors.Join(err, resp.Body.Close())
}

func (c call) client() (*http.Client, error) {
	trust := &tls.Config{InsecureSkipVerify: c.caFile == ""} //nolint:gosec // a test's choice
	if c.caFile != "" {
		pem, err := os.ReadFile(c.caFile)
		if err != nil {
			return nil, err
		}
		trust.RootCAs = x509.NewCertPool()
		if !trust.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", c.caFile)
		}
	}
	dialer := &net.Dialer{Timeout: program.Patience}
	if c.from != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(c.from)}
	}
	return &http.Client{Timeout: program.Patience, Transport: &http.Transport{
		TLSClientConfig: trust,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, c.addr)
		},
	}}, nil
}

// content is the request's body and its type.
func (c call) content() (body []byte, mimeType string, err error) {
	switch c.in {
	case "query":
		body = c.body
	case "form":
		body, mimeType = []byte(c.form.Encode()), "application/x-www-form-urlencoded"
	case "json":
		mimeType = "application/json"
		object := map[string]any{}
		for name, values := range c.form {
			object[name] = values
			if len(values) == 1 {
				object[name] = values[0]
			}
		}
		body, err = json.Marshal(object)
	case "multipart":
		body, mimeType, err = c.multipart()
	default:
		err = fmt.Errorf("parameters cannot be sent in %q", c.in)
	}
	if c.body != nil {
		body = c.body
	}
	if c.mimeType != "" {
		mimeType = c.mimeType
	}
	return body, mimeType, err
}

func (c call) multipart() ([]byte, string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range c.form {
		for _, v := range values {
			if err := w.WriteField(name, v); err != nil {
				return nil, "", err
			}
		}
	}
	err := w.Close()
	return b.Bytes(), w.FormDataContentType(), err
}

// at finds a value in JSON by a path such as data.acct.0.user.
func at(value any, path string) (any, bool) {
	if path == "." {
		return value, true
	}
	for word := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			var ok bool
			if value, ok = v[word]; !ok {
				return nil, false
			}
		case []any:
			var i int
			if _, err := fmt.Sscanf(word, "%d", &i); err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// decode reads JSON and keeps numbers as they are written.
func decode(body []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, fmt.Errorf("the answer is no JSON: %w: %.300q", err, body)
	}
	return value, nil
}
