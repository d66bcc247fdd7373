package web

import (
	"regexp"
	"slices"
	"strings"
)

// page is a declared page.
type page struct {
	path  string // behind the security token
	title string // key of the title, which is WHM's name of the item
	about string // key of one sentence for the start page; "" for a page that is not in the list there
	// group is the key of WHM's group; "" keeps the page out of the start page and
	// the navigation: it hangs on another one.
	group string
	// needs lists the functions all of which the visitor must be allowed to call.
	// A page that is not for the visitor is not shown and not answered.
	needs []string
	// secrets names the fields that must not be carried through signing in, beside
	// those whose names say it (secretField).
	secrets []string
	// get shows the page and must change nothing: its caller is read-only, so that
	// the catalogue refuses what writes. post does what a form says; nil: none.
	get, post func(*request) (answer, error)
}

// pages is the list of all pages. The order of groups and pages is that of the
// start page.
func pages() []page {
	return []page{
		{path: "/", title: "home.title", get: home},
		{path: "/tokens/new", title: "token.new_title", needs: []string{"api_token_create", "api_token_list"}, get: newToken, post: makeToken},
		{path: "/tokens/made", title: "token.made_title", needs: []string{"api_token_create", "api_token_list", "api_token_revoke"}, get: madeToken, post: remakeToken},
		{path: "/tokens/edit", title: "token.edit_title", needs: []string{"api_token_update", "api_token_list"}, get: editToken, post: saveToken},
		{path: "/tokens/revoke", title: "token.revoke_title", needs: []string{"api_token_revoke", "api_token_list"}, get: askRevoke, post: revokeTokens},
		{path: "/tokens/revoke-all", title: "token.all_title", needs: []string{"api_token_revoke", "api_token_list"}, get: askRevokeAll, post: revokeAll},
		{
			path: "/tokens", title: "tokens.title", about: "tokens.about", group: "group.development",
			needs: []string{"hostkeep_token_overview"}, secrets: []string{"q"}, get: tokens, post: findTokens,
		},
		{path: "/tokens/show", title: "show.title", needs: []string{"hostkeep_token_overview", "hostkeep_token_use", "hostkeep_explain"}, get: showToken},
		{path: "/tokens/export", title: "tokens.export", needs: []string{"hostkeep_token_overview"}, get: exportTokens},
		{
			path: "/sessions", title: "sessions.title", about: "sessions.about", group: "group.security",
			needs: []string{"hostkeep_session_list", "hostkeep_session_end"}, get: sessions, post: endSessions,
		},
		{
			path: "/twofactor", title: "twofactor.title", about: "twofactor.about", group: "group.security",
			needs: []string{"twofactorauth_get_user_configs", "twofactorauth_generate_tfa_config", "twofactorauth_set_tfa_config"},
			get:   twoFactor, post: setTwoFactor,
		},
		{
			path: "/twofactor/remove", title: "twofactor.remove_title", needs: []string{"twofactorauth_get_user_configs", "twofactorauth_remove_user_config"},
			get: askRemoveTwoFactor, post: removeTwoFactor,
		},
		{path: "/record", title: "record.title", about: "record.about", group: "group.security", needs: []string{"hostkeep_record_list"}, get: record},
		{path: "/record/export", title: "record.title", needs: []string{"hostkeep_record_list"}, get: exportRecord},
		{path: "/accounts", title: "accounts.title", about: "accounts.about", group: "group.accounts", needs: []string{"listaccts"}, get: accounts},
		{path: "/accounts/suspend", title: "suspend.title", needs: []string{"listaccts", "suspendacct"}, get: askSuspend, post: suspend},
		{path: "/accounts/unsuspend", title: "unsuspend.title", needs: []string{"listaccts", "unsuspendacct"}, get: askUnsuspend, post: unsuspend},
		{path: "/password", title: "password.title", about: "password.about", group: "group.configuration", needs: []string{"passwd"}, get: askPassword, post: setPassword},
	}
}

func (p *page) methods() string {
	var list []string
	if p.get != nil {
		list = append(list, "GET, HEAD")
	}
	if p.post != nil {
		list = append(list, "POST")
	}
	return strings.Join(list, ", ")
}

var secretField = regexp.MustCompile(`(?i)pass|secret|^tfa`)

// keeps reports whether a field may stand in a page again after a session's end.
func (p *page) keeps(field string) bool {
	return !secretField.MatchString(field) && !slices.Contains(p.secrets, field)
}

// group is a group of pages as the visitor sees it.
type group struct {
	Name  string // key
	Items []item
}

type item struct {
	Path, Title, About string // Title and About are keys
	Here               bool
	Within             bool // a page that hangs on this one is shown
}

// groups are the pages that the visitor may use, in WHM's groups.
func (q *request) groups() (list []group) {
	callable := q.Callable(q.Caller)
	for _, p := range q.list {
		if p.group == "" || slices.ContainsFunc(p.needs, func(f string) bool { return !slices.Contains(callable, f) }) {
			continue
		}
		at := slices.IndexFunc(list, func(g group) bool { return g.Name == p.group })
		if at < 0 {
			at, list = len(list), append(list, group{Name: p.group})
		}
		list[at].Items = append(list[at].Items, item{p.path, p.title, p.about, p.path == q.Path, strings.HasPrefix(q.Path, p.path+"/")})
	}
	return list
}
