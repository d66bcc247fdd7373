package web

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// recordRow is a row of hostkeep_record_list.
type recordRow struct {
	Number    int64        `json:"number"`
	At        unix         `json:"time"`
	User      string       `json:"user"`
	Via       string       `json:"via"`
	TokenID   int64        `json:"token_id"`
	Token     string       `json:"token"`
	Address   string       `json:"address"`
	RealUser  string       `json:"real_user"`
	Node      string       `json:"node"`
	Request   string       `json:"request_id"`
	Function  string       `json:"function"`
	Arguments string       `json:"arguments"`
	Objects   []recordItem `json:"objects"`
}

type recordItem struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// ViaKey is the key of the word for how it was called.
func (r recordRow) ViaKey() string {
	return map[string]string{
		"token": "record.via_token", "password": "record.via_password", "session": "record.via_session",
		"command": "record.via_command", "system": "record.via_system",
	}[r.Via]
}

// KindKey is the key of the kind's word.
func (o recordItem) KindKey() string {
	for _, k := range recordKinds() {
		if k.Name == o.Kind {
			return k.Key
		}
	}
	return o.Kind
}

func recordKinds() []choice {
	return []choice{
		{"account", "record.account"},
		{"principal", "record.principal"},
		{"token", "record.token_kind"},
		{"domain", "record.domain"},
		{"zone", "record.zone_kind"},
		{"dns record", "record.dns_record"},
		{"package", "record.package"},
		{"feature list", "record.feature_list"},
		{"reseller", "record.reseller"},
		{"acl list", "record.acl_list"},
		{"session", "record.session"},
		{"twofactor", "record.twofactor"},
		{"setting", "record.setting"},
		{"guard", "record.guard"},
		{"logins", "record.logins"},
		{"hook", "record.hook"},
	}
}

// argument is one of a call's.
type argument struct{ Name, Value string }

// Given are the arguments in their order. What cannot be read is shown as it is.
func (r recordRow) Given() (list []argument) {
	if r.Arguments == "" {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(r.Arguments))
	if _, err := d.Token(); err != nil { // the brace
		return []argument{{"", r.Arguments}}
	}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		text, ok := name.(string)
		if err != nil || !ok {
			return []argument{{"", r.Arguments}}
		}
		list = append(list, argument{text, plainValue(value)})
	}
	return list
}

// plainValue is a text as it is, several one a line, and anything else as JSON.
func plainValue(value json.RawMessage) string {
	var text string
	var texts []string
	switch {
	case json.Unmarshal(value, &text) == nil:
		return text
	case json.Unmarshal(value, &texts) == nil:
		return strings.Join(texts, "\n")
	}
	return string(value)
}

// recordView is what the address bar keeps of the question.
type recordView struct {
	User, Token, Function, Kind, Name string
	ID, TokenID                       string // numbers of a thing and of a token: another page leads here with one
	From, To                          string // days, as they were typed
	Before                            int64

	since, until time.Time // what the days come to, in the server's zone
}

func (q *request) recordView() (v recordView, wrong map[string]bool) {
	field := func(name string) string { return strings.TrimSpace(q.form(name)) }
	v = recordView{
		User: field("user"), Token: field("token"), Function: field("function"), Kind: field("kind"), Name: field("name"),
		ID: field("id"), TokenID: field("token_id"), From: field("from"), To: field("to"),
	}
	v.Before, _ = strconv.ParseInt(q.form("before"), 10, 64)
	v.Before = max(v.Before, 0)
	wrong = map[string]bool{}
	day := func(name, text string) (t time.Time) {
		if text == "" {
			return t
		}
		t, err := time.ParseInLocation(time.DateOnly, text, q.Now().Location())
		wrong[name] = err != nil || t.Year() < 1971 || t.Year() > 9998
		return t
	}
	v.since = day("from", v.From)
	if v.until = day("to", v.To); !v.until.IsZero() {
		v.until = v.until.AddDate(0, 0, 1) // to the end of that day
	}
	return v, wrong
}

func (v recordView) pairs() []string {
	before := ""
	if v.Before > 0 {
		before = strconv.FormatInt(v.Before, 10)
	}
	return []string{
		"user", v.User, "token", v.Token, "function", v.Function, "kind", v.Kind, "name", v.Name, "id", v.ID, "token_id", v.TokenID, "from", v.From, "to", v.To, "before", before,
	}
}

func (v recordView) asked() bool {
	return v.User+v.Token+v.Function+v.Kind+v.Name+v.ID+v.TokenID+v.From+v.To != ""
}

// read asks for the rows that fit, at most most, in at most calls calls: each
// looks only so far.
func (q *request) readRecord(v recordView, most, calls int) (rows []recordRow, next int64, err error) {
	next = v.Before
	for range calls {
		p := []any{"before", next, "limit", min(most-len(rows), 1000)}
		for i := 0; i < 14; i += 2 { // the first seven
			if pairs := v.pairs(); pairs[i+1] != "" {
				p = append(p, pairs[i], pairs[i+1])
			}
		}
		if !v.since.IsZero() {
			p = append(p, "since", v.since)
		}
		if !v.until.IsZero() {
			p = append(p, "until", v.until)
		}
		var page struct {
			Rows []recordRow `json:"record"`
			Next int64       `json:"next"`
		}
		if err := q.call("hostkeep_record_list", &page, p...); err != nil {
			return nil, 0, err
		}
		rows, next = append(rows, page.Rows...), page.Next
		if next == 0 || len(rows) >= most {
			break
		}
	}
	return rows, next, nil
}

const recordPage = 50

type recordData struct {
	View   recordView
	Kinds  []choice
	Rows   []recordRow
	Wrong  map[string]bool
	Error  string // the API's sentence
	Asked  bool
	Next   int64
	Newest string // address; "": this is it
	Older  string
	CSV    string
	JSON   string
	Zone   string
}

func record(q *request) (answer, error) {
	v, wrong := q.recordView()
	d := recordData{View: v, Kinds: recordKinds(), Wrong: wrong, Asked: v.asked(), Zone: q.Now().Format("MST")}
	if wrong["from"] || wrong["to"] {
		return answer{template: "record", status: 422, data: d}, nil
	}
	var err error
	d.Rows, d.Next, err = q.readRecord(v, recordPage, 5)
	var refused *Refusal
	if errors.As(err, &refused) && refused.Kind == hostkeep.Invalid { // an address that somebody wrote by hand
		d.Error = refused.Reason
		return answer{template: "record", status: 422, data: d}, nil
	}
	if err != nil {
		return answer{}, err
	}
	d.lead(q)
	return show("record", d)
}

// lead makes the addresses that the page leads to.
func (d *recordData) lead(q *request) {
	to := func(path string, before int64, more ...string) string {
		v := d.View
		v.Before = before
		return link(q.Token, path, append(v.pairs(), more...)...)
	}
	if d.View.Before > 0 {
		d.Newest = to("/record", 0)
	}
	if d.Next > 0 {
		d.Older = to("/record", d.Next)
	}
	d.CSV, d.JSON = to("/record/export", d.View.Before, "as", "csv"), to("/record/export", d.View.Before, "as", "json")
}
