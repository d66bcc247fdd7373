package daemon

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// row is a token in the overview.
func (w *world) row(name string) map[string]any {
	w.t.Helper()
	rows, _ := dataOf(w.t, w.must(w.root(), "hostkeep_token_overview", "name", name))["tokens"].([]any)
	if len(rows) != 1 {
		w.t.Fatalf("%d tokens are named %s", len(rows), name)
	}
	row, _ := rows[0].(map[string]any)
	return row
}

// TestOneTokenOfTheOverview: by its exact name, among those that hold it.
func TestOneTokenOfTheOverview(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	for _, name := range []string{"a", "ab", "A", "b"} {
		w.newToken(w.root(), "token_name", name, "acl", "list-accts")
	}
	for name, found := range map[string]float64{"a": 1, "A": 1, "ab": 1, "aB": 0, "": 4} {
		data := dataOf(t, w.must(w.root(), "hostkeep_token_overview", "name", name))
		if data["found"] != found || data["total"] != 4.0 {
			t.Errorf("%q: %v of %v", name, data["found"], data["total"])
		}
	}
	if got := w.row("ab")["name"]; got != "ab" {
		t.Errorf("found %v", got)
	}
}

// functionsOf are the functions of a list of the record.
func functionsOf(t *testing.T, data map[string]any) (list []string) {
	t.Helper()
	var answer struct{ Record []struct{ Function string } }
	text, _ := json.Marshal(data)
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	for _, r := range answer.Record {
		list = append(list, r.Function)
	}
	return list
}

// TestATokensRecordFollowsTheToken: it goes on through a change of the name, and
// is not that of another token that has or had the name.
func TestATokensRecordFollowsTheToken(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.newToken(w.root(), "token_name", "job", "acl", "list-accts")
	w.must(w.root(), "api_token_revoke", "token_name", "job")
	secret := w.newToken(w.root(), "token_name", "work", "acl", "all")
	w.must(w.root(), "api_token_update", "token_name", "work", "new_name", "job")
	w.newToken(w.root(), "token_name", "work", "acl", "list-accts")
	c, err := w.with("root", secret, home)
	if err != nil {
		t.Fatal(err)
	}
	w.must(c, "suspendacct", "user", "shop")
	id := fmt.Sprint(w.row("job")["id"])
	for about, tt := range map[string]struct{ ask, want []string }{
		"of it":            {[]string{"kind", "token", "id", id}, []string{"api_token_update", "api_token_create"}},
		"with it":          {[]string{"token_id", id}, []string{"suspendacct"}},
		"another kind":     {[]string{"kind", "account", "id", id}, nil},
		"of the name":      {[]string{"kind", "token", "name", "job"}, []string{"api_token_update", "api_token_revoke", "api_token_create"}},
		"a number of none": {[]string{"kind", "token", "id", "7"}, nil},
	} {
		if got := functionsOf(t, dataOf(t, w.must(w.root(), "hostkeep_record_list", tt.ask...))); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", about, got, tt.want)
		}
	}
	b := w.rootsBrowser()
	p := b.shown("/tokens/show?name=job")
	for label, want := range map[string]struct {
		rows []string
		link string
	}{
		"record-h":  {[]string{"api_token_update", "api_token_create"}, "/record?id=" + id + "&kind=token"},
		"changes-h": {[]string{"suspendacct"}, "/record?token_id=" + id},
	} {
		s := p.one("section", "aria-labelledby", label)
		if got := wordsOf(s.one("tbody").all("code")); !slices.Equal(got, want.rows) {
			t.Errorf("%s: %q, want %q", label, got, want.rows)
		}
		s.one("a", "href", b.token+want.link)
		whole := b.shown(want.link)
		if got := wordsOf(whole.one("tbody").all("code")); len(got) < len(want.rows) || got[0] != want.rows[0] {
			t.Errorf("%s leads to %q", label, got)
		}
		if got := whole.one("p", "class", "note").text(); !strings.Contains(got, id) {
			t.Errorf("%s: the page does not say what it shows: %s", label, got)
		}
	}
}

// TestAMissingPrivilegeIsSuggested: the form has it chosen and marked, and nothing
// is given before it is saved.
func TestAMissingPrivilegeIsSuggested(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.newToken(w.root(), "token_name", "job", "acl", "list-accts")
	b, seq := w.rootsBrowser(), w.node.Seq()
	box := b.shown("/tokens/show?name=job&function=removeacct&account=shop").one("section", "id", "ask")
	target := box.one("a", "href", b.token+"/tokens/edit?add=kill-acct&name=job#acl-kill-acct").attr("href")
	target, _, _ = strings.Cut(strings.TrimPrefix(target, b.token), "#")
	p := b.shown(target + "&add=list-accts&add=nosuch&add=%3Cb%3E")
	var chosen, marked []string
	for _, box := range p.all("input", "name", "acl") {
		if box.has("checked") {
			chosen = append(chosen, box.attr("value"))
		}
	}
	for _, item := range p.all("li", "class", "privilege") {
		if len(item.all("span", "class", "badge warn")) > 0 {
			marked = append(marked, item.one("input", "name", "acl").attr("value"))
		}
	}
	slices.Sort(chosen)
	if !slices.Equal(chosen, []string{"kill-acct", "list-accts"}) || !slices.Equal(marked, []string{"kill-acct"}) || w.node.Seq() != seq {
		t.Errorf("%q are chosen, %q marked", chosen, marked)
	}
	if got := wordsOf(p.all("p", "class", "note")); len(got) != 1 || !strings.Contains(got[0], "kill-acct") {
		t.Errorf("said: %q", got)
	}
}

// TestWhatOneLacksIsNotSuggested for somebody else's token: nobody gives what he
// has not.
func TestWhatOneLacksIsNotSuggested(t *testing.T) {
	t.Parallel()
	w := hosting(t)
	w.must(w.root(), "setacls", "reseller", "shop", "acl-list-accts", "1", "acl-manage-api-tokens", "1")
	w.setPassword("shop", "shop's own word")
	w.newToken(w.as("shop"), "token_name", "job", "acl", "list-accts")
	b := w.browser()
	b.signIn("shop", "shop's own word")
	p := b.shown("/tokens/edit?name=job&add=kill-acct&add=manage-api-tokens")
	if len(p.all("input", "value", "kill-acct")) > 0 || !p.one("input", "value", "manage-api-tokens").has("checked") {
		t.Error("kill-acct is offered, or manage-api-tokens is not chosen")
	}
	if got := wordsOf(p.all("p", "class", "note warn")); len(got) != 1 || !strings.Contains(got[0], "kill-acct") {
		t.Errorf("said: %q", got)
	}
}

// TestThePageSaysWhatTheFunctionSays: of every function, about tokens of every
// state. That the function is right is TestExplainAgrees's to show.
func TestThePageSaysWhatTheFunctionSays(t *testing.T) {
	t.Parallel()
	w, b, _ := tokenPages(t)
	answers := map[string]bool{}
	for i, f := range w.Catalogue().Functions() {
		token := []string{"calling", "gone", "idle", "-everything", "ending"}[i%5]
		account := []string{"shop", "nosuch", ""}[i%3]
		if account == "" && accountRequired(f) {
			account = "client"
		}
		from := []string{home, abroad}[i%2]
		args := []string{"token", token, "function", f.Name, "address", from}
		if account != "" {
			args = append(args, "account", account)
		}
		data := dataOf(t, w.must(w.root(), "hostkeep_explain", args...))
		said := b.shown("/tokens/show?"+url.Values{"name": {token}, "function": {f.Name}, "address": {from}, "account": {account}}.Encode()).
			one("section", "id", "ask").one("div", "role", "status")
		word, missing := said.one("strong").text(), ""
		if len(said.all("a")) == 1 {
			missing = said.one("code").text()
		}
		reason, _ := data["reason"].(string)
		lacks, _ := data["missing"].(string)
		if (word == "Yes.") != (data["allowed"] == 1.0) || word != "Yes." && word != "No." || missing != lacks ||
			word == "No." && !strings.HasPrefix(said.text(), "No. "+strings.Join(strings.Fields(reason), " ")) {
			t.Errorf("%v: the page says %q, the function %v", args, said.text(), data)
		}
		answers[word+lacks+reason] = true
	}
	if len(answers) < 20 {
		t.Errorf("only %d different answers", len(answers))
	}
}
