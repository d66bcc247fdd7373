package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// accountRow is a row of listaccts.
type accountRow struct {
	User        string `json:"user"`
	Domain      string `json:"domain"`
	Owner       string `json:"owner"`
	Package     string `json:"plan"`
	Address     string `json:"ip"`
	Started     unix   `json:"unix_startdate"`
	DiskLimit   string `json:"disklimit"`
	Suspended   int    `json:"suspended"`
	Reason      string `json:"suspendreason"`
	SuspendedAt unix   `json:"suspendtime"`
	Locked      int    `json:"is_locked"`

	Change string // the address of the page that suspends or unsuspends it; "" for one that cannot be
}

// accountsColumn is a column of the table, by which it can be sorted.
type accountsColumn struct {
	Key   string // of its text
	Name  string // in the address
	Href  string // sorts by it, or turns it around
	State string // aria-sort: ascending, descending or none

	field, method, next string // of listaccts; next breaks ties
}

func accountsColumns() []accountsColumn {
	return []accountsColumn{
		{Key: "accounts.domain", Name: "domain", field: "domain"},
		{Key: "accounts.user", Name: "user", field: "user"},
		{Key: "accounts.owner", Name: "owner", field: "owner"},
		{Key: "accounts.package", Name: "package", field: "plan"},
		{Key: "accounts.address", Name: "address", field: "ip", method: "ipv4"},
		{Key: "accounts.created", Name: "created", field: "unix_startdate", method: "numeric"},
		{Key: "accounts.disk", Name: "disk", field: "disklimit", method: "numeric"},
		{Key: "accounts.state", Name: "state", field: "suspended", method: "numeric", next: "is_locked"},
	}
}

// accountsFields are the fields that can be searched, by their names in the address.
func accountsFields() map[string]string {
	return map[string]string{"": "*", "user": "user", "domain": "domain", "owner": "owner", "package": "plan", "address": "ip"}
}

// pageSizes are how many rows a page may have; the first is what it has unasked.
func pageSizes() []int { return []int{50, 100, 500} }

// accountsView is what the address bar keeps of the list. What stands there and
// makes no sense is taken for the usual.
type accountsView struct {
	Query, In, Sort string
	Down            bool
	Size, Page      int
}

func viewOf(form url.Values) accountsView {
	v := accountsView{Query: strings.TrimSpace(form.Get("q")), In: form.Get("in"), Sort: form.Get("sort"), Down: form.Get("order") == "down"}
	v.Size, _ = strconv.Atoi(form.Get("size"))
	v.Page, _ = strconv.Atoi(form.Get("page"))
	if _, ok := accountsFields()[v.In]; !ok {
		v.In = ""
	}
	if !slices.ContainsFunc(accountsColumns(), func(c accountsColumn) bool { return c.Name == v.Sort }) {
		v.Sort = "domain"
	}
	if !slices.Contains(pageSizes(), v.Size) {
		v.Size = pageSizes()[0]
	}
	v.Page = min(max(v.Page, 1), 1_000_000)
	return v
}

// pairs are the names and values of the view's address; the usual is left out.
func (v accountsView) pairs() []string {
	unless := func(usual bool, value string) string {
		if usual {
			return ""
		}
		return value
	}
	return []string{
		"q", v.Query, "in", v.In, "sort", unless(v.Sort == "domain", v.Sort), "order", unless(!v.Down, "down"),
		"size", unless(v.Size == pageSizes()[0], strconv.Itoa(v.Size)), "page", unless(v.Page == 1, strconv.Itoa(v.Page)),
	}
}

// Text is the view as one field of a form, for the way back.
func (v accountsView) Text() string {
	_, query, _ := strings.Cut(link("", "", v.pairs()...), "?")
	return query
}

func viewFrom(text string) accountsView {
	form, _ := url.ParseQuery(text) // what cannot be read is the usual
	return viewOf(form)
}

// params are the output controls that have listaccts encode one page only.
func (v accountsView) params() []any {
	at := slices.IndexFunc(accountsColumns(), func(c accountsColumn) bool { return c.Name == v.Sort })
	by := accountsColumns()[at]
	p := []any{
		"api.sort.enable", true, "api.sort.a.field", by.field, "api.sort.a.method", cmp.Or(by.method, "lexicographic"), "api.sort.a.reverse", v.Down,
		"api.sort.b.field", cmp.Or(by.next, "domain"), "api.sort.b.reverse", v.Down && by.next != "", "api.sort.c.field", "domain",
		"api.chunk.enable", true, "api.chunk.verbose", true, "api.chunk.size", v.Size, "api.chunk.start", (v.Page-1)*v.Size + 1,
		"want", "user,domain,owner,plan,ip,unix_startdate,disklimit,suspended,suspendreason,suspendtime,is_locked",
	}
	if v.Query != "" {
		p = append(p, "api.filter.enable", true, "api.filter.a.field", accountsFields()[v.In], "api.filter.a.type", "contains", "api.filter.a.arg0", v.Query)
	}
	return p
}

type accountsData struct {
	View            accountsView
	Columns         []accountsColumn
	Fields          []choice
	Sizes           []int
	Accounts        []accountRow
	Total, From, To int
	Pages           int
	Previous, Next  string // addresses; "": none
	May             bool   // suspend and unsuspend
	Done, DoneUser  string // key of what was done, and to whom
}

type choice struct{ Name, Key string }

func accounts(q *request) (answer, error) {
	d := accountsData{View: viewOf(q.r.Form), Sizes: pageSizes(), May: q.mayCall("suspendacct"), DoneUser: q.form("user")}
	d.Done = map[string]string{"suspended": "accounts.done_suspended", "unsuspended": "accounts.done_unsuspended"}[q.told()]
	d.Fields = []choice{
		{"", "accounts.any"},
		{"user", "accounts.user"},
		{"domain", "accounts.domain"},
		{"owner", "accounts.owner"},
		{"package", "accounts.package"},
		{"address", "accounts.address"},
	}
	if err := d.read(q); err != nil {
		return answer{}, err
	}
	if d.View.Page > d.Pages { // the list has become shorter
		d.View.Page = d.Pages
		if err := d.read(q); err != nil {
			return answer{}, err
		}
	}
	d.lead(q)
	return show("accounts", d)
}

func (d *accountsData) read(q *request) (err error) {
	var list struct {
		Accounts []accountRow `json:"acct"`
	}
	m, err := q.ask("listaccts", &list, d.View.params())
	d.Total, d.Accounts = m.Chunk.Records, list.Accounts
	d.Pages = max((d.Total+d.View.Size-1)/d.View.Size, 1)
	d.From, d.To = (d.View.Page-1)*d.View.Size+1, (d.View.Page-1)*d.View.Size+len(d.Accounts)
	return err
}

// lead makes the addresses that the page leads to.
func (d *accountsData) lead(q *request) {
	to := func(change func(*accountsView)) string {
		v := d.View
		change(&v)
		return link(q.Token, "/accounts", v.pairs()...)
	}
	d.Columns = accountsColumns()
	for i := range d.Columns {
		c := &d.Columns[i]
		c.State = "none"
		if c.Name == d.View.Sort {
			c.State = map[bool]string{false: "ascending", true: "descending"}[d.View.Down]
		}
		c.Href = to(func(v *accountsView) { v.Down, v.Sort, v.Page = c.State == "ascending", c.Name, 1 })
	}
	if d.View.Page > 1 {
		d.Previous = to(func(v *accountsView) { v.Page-- })
	}
	if d.View.Page < d.Pages {
		d.Next = to(func(v *accountsView) { v.Page++ })
	}
	for i := range d.Accounts {
		a := &d.Accounts[i]
		if d.May && a.User != q.Caller.User.Name {
			a.Change = link(q.Token, map[bool]string{false: "/accounts/suspend", true: "/accounts/unsuspend"}[a.Suspended == 1], "user", a.User, "list", d.View.Text())
		}
	}
}
