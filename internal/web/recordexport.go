package web

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// exported is how many rows a file has at most. One that is cut says in its name
// from which number on the next one goes on.
const exported = 10_000

var errDays = hostkeep.Errorf(hostkeep.Invalid, "A day is written like 2026-11-24.")

// exportRecord answers the rows that fit as a file. They are read before the
// first byte is sent: a file that breaks off would look like a whole one.
func exportRecord(q *request) (answer, error) {
	v, wrong := q.recordView()
	if wrong["from"] || wrong["to"] {
		return answer{}, errDays
	}
	rows, next, err := q.readRecord(v, exported, 50)
	if err != nil {
		return answer{}, err
	}
	name := "record"
	if next > 0 {
		name = fmt.Sprintf("record-next-below-%d", next)
	}
	if q.form("as") == "json" {
		return answer{contentType: "application/json", file: name + ".json", write: func(w io.Writer) error { return writeRecordJSON(w, rows, next) }}, nil
	}
	return answer{contentType: "text/csv; charset=utf-8", file: name + ".csv", write: func(w io.Writer) error { return writeRecordCSV(w, rows) }}, nil
}

func writeRecordJSON(w io.Writer, rows []recordRow, next int64) error {
	if rows == nil {
		rows = []recordRow{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "\t")
	return e.Encode(struct {
		Record []recordRow `json:"record"`
		Next   int64       `json:"next"`
	}{rows, next})
}

// writeRecordCSV has the columns under the API's names.
func writeRecordCSV(w io.Writer, rows []recordRow) error {
	table := [][]string{{"number", "time", "user", "via", "token_id", "token", "address", "real_user", "node", "request_id", "function", "arguments", "objects"}}
	for _, r := range rows {
		var things []string
		for _, o := range r.Objects {
			things = append(things, o.Kind+" "+o.Name)
		}
		table = append(table, []string{
			strconv.FormatInt(r.Number, 10), r.At.Time().Format(time.RFC3339), r.User, r.Via, strconv.FormatInt(r.TokenID, 10), r.Token, r.Address,
			r.RealUser, r.Node, r.Request, r.Function, r.Arguments, strings.Join(things, "; "),
		})
	}
	return writeCSV(w, table)
}
