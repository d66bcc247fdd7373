package web

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
)

// exportTokens gives all rows that the table has, of every page, as a file.
func exportTokens(q *request) (answer, error) {
	v, list := q.tokenView(), []exportedToken{}
	v.Size = 500
	for v.Page = 1; ; v.Page++ {
		a, err := q.overview(v)
		if err != nil {
			return answer{}, err
		}
		for _, t := range a.Tokens {
			list = append(list, exportedAs(t))
		}
		if len(a.Tokens) < v.Size {
			break
		}
	}
	name := "tokens-" + q.Now().UTC().Format(time.DateOnly)
	if q.form("format") == "csv" {
		return answer{contentType: "text/csv; charset=utf-8", file: name + ".csv", write: func(w io.Writer) error { return tokensCSV(w, list) }}, nil
	}
	return answer{contentType: "application/json", file: name + ".json", write: func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "\t")
		return e.Encode(list)
	}}, nil
}

// exportedToken is a token as it is exported. Times are RFC 3339 in UTC.
type exportedToken struct {
	Name         string   `json:"name"`
	State        string   `json:"state"`
	Use          string   `json:"use"`
	Everything   bool     `json:"everything"`
	Privileges   []string `json:"privileges"`
	Addresses    []string `json:"addresses"`
	Created      string   `json:"created"`
	Expires      string   `json:"expires"`
	LastUsed     string   `json:"last_used"`
	LastAddress  string   `json:"last_address"`
	LastFunction string   `json:"last_function"`
	LastAgent    string   `json:"last_user_agent"`
	Calls        int      `json:"calls_30_days"`
	Refusals     int      `json:"refusals_30_days"`
	MadeBy       string   `json:"made_by"`
	Made         int      `json:"made"`
}

func exportedAs(t listedToken) exportedToken {
	e := exportedToken{
		Name: t.Name, State: t.State, Use: t.Use, Everything: t.Everything != 0, Privileges: t.Privileges, Addresses: t.Addresses,
		Created: t.Created.text(), Expires: t.Expires.text(), Refusals: t.Refusals, MadeBy: t.MadeBy, Made: t.Made,
	}
	if u := t.LastUsed; u != nil {
		e.LastUsed, e.LastAddress, e.LastFunction, e.LastAgent = u.Time.text(), u.Address, u.Function, u.Agent
	}
	for _, n := range t.Calls {
		e.Calls += n
	}
	return e
}

// text is the time for programs, "" for none.
func (u unix) text() string {
	if u == 0 {
		return ""
	}
	return u.Time().Format(time.RFC3339)
}

func tokensCSV(w io.Writer, list []exportedToken) error {
	rows := [][]string{{
		"name", "state", "use", "everything", "privileges", "addresses", "created", "expires", "last_used", "last_address", "last_function",
		"last_user_agent", "calls_30_days", "refusals_30_days", "made_by", "made",
	}}
	for _, e := range list {
		rows = append(rows, []string{
			e.Name, e.State, e.Use, strconv.FormatBool(e.Everything), strings.Join(e.Privileges, " "), strings.Join(e.Addresses, " "), e.Created,
			e.Expires, e.LastUsed, e.LastAddress, e.LastFunction, e.LastAgent, strconv.Itoa(e.Calls), strconv.Itoa(e.Refusals), e.MadeBy, strconv.Itoa(e.Made),
		})
	}
	return writeCSV(w, rows)
}
