package web

import "strings"

type homeData struct {
	Query  string
	Groups []group
	Found  int
}

// home shows the groups, or of them what the search field asks for. Who must set
// another password is led on to where that is done.
func home(q *request) (answer, error) {
	if q.Caller.MustChangePassword() {
		return q.goTo("/password")
	}
	d := homeData{Query: strings.TrimSpace(q.form("q"))}
	for _, g := range q.groups() {
		shown := group{Name: g.Name}
		for _, i := range g.Items {
			if matches(d.Query, q.texts.text(g.Name), q.texts.text(i.Title), q.texts.text(i.About)) {
				shown.Items = append(shown.Items, i)
			}
		}
		if len(shown.Items) > 0 {
			d.Groups = append(d.Groups, shown)
		}
		d.Found += len(shown.Items)
	}
	return show("home", d)
}

// matches reports whether every word that is looked for stands somewhere.
func matches(query string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, " "))
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}
