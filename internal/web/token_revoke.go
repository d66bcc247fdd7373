package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// revokePage asks before tokens are revoked.
type revokePage struct {
	Tokens  []ownToken
	Gone    []string // were named and are not there
	Made    bool     // the box
	Problem string
	Back    string // the token to go back to, when it is one
}

// askRevoke names the tokens that would be revoked.
func askRevoke(q *request) (answer, error) { return q.confirmRevoke("", true, http.StatusOK) }

func (q *request) confirmRevoke(problem string, made bool, status int) (answer, error) {
	p := revokePage{Problem: problem, Made: made}
	names := q.names()
	if len(names) == 0 {
		return answer{}, hostkeep.Errorf(hostkeep.Invalid, "%s", q.texts.text("token.revoke_none"))
	}
	have, err := q.ownTokens(names)
	if err != nil {
		return answer{}, err
	}
	for _, n := range names {
		if t, ok := have[n]; ok {
			p.Tokens = append(p.Tokens, t)
		} else {
			p.Gone = append(p.Gone, hostkeep.Clip(n, hostkeep.MaxTokenName))
		}
	}
	for i := range p.Tokens[:min(len(p.Tokens), maxUses)] {
		if p.Tokens[i], err = q.used(p.Tokens[i]); err != nil {
			return answer{}, err
		}
	}
	if len(p.Tokens) == 0 {
		status = http.StatusNotFound
	}
	if len(names) == 1 && len(p.Gone) == 0 {
		p.Back = names[0]
	}
	return answer{template: "token_revoke", status: status, data: p}, nil
}

// names are the tokens that are asked about, each once.
func (q *request) names() []string {
	names := slices.Clone(q.r.Form["name"])
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(n string) bool { return n == "" })
}

// ownTokens asks for some tokens; for one the server need not write them all.
func (q *request) ownTokens(names []string) (map[string]ownToken, error) {
	have := map[string]ownToken{}
	if len(names) == 1 {
		t, err := q.ownToken(names[0])
		if hostkeep.KindOf(err) == hostkeep.NotFound {
			return have, nil
		}
		have[t.Name] = t
		return have, err
	}
	all, err := q.tokenEnds()
	for _, t := range all {
		have[t.Name] = t
	}
	return have, err
}

// revokeTokens asks first, for a list page sends its boxes here, and does it when
// the answer of that page comes.
func revokeTokens(q *request) (answer, error) {
	made := q.form("made") == "1"
	if q.form("confirmed") != "1" {
		return q.confirmRevoke("", true, http.StatusOK)
	}
	names := q.names()
	if len(names) == 0 {
		return q.confirmRevoke("", made, http.StatusOK)
	}
	err := q.revoke(names, made)
	var refused *Refusal
	if errors.As(err, &refused) {
		return q.confirmRevoke(refused.Reason, made, status(err, refused.Kind))
	}
	if err != nil {
		return answer{}, err
	}
	return q.revoked(names)
}

func (q *request) revoke(names []string, made bool) error {
	if made {
		return q.call("api_token_revoke", nil, "token_name", names, "revoke_made", true)
	}
	return q.call("api_token_revoke", nil, "token_name", names)
}

func (q *request) revoked(names []string) (answer, error) {
	if len(names) == 1 {
		return q.tell("/tokens", "done", "revoked", "name", names[0])
	}
	return q.tell("/tokens", "done", "revoked", "count", strconv.Itoa(len(names)))
}

// revokeAllPage asks for more than a click.
type revokeAllPage struct {
	Count   int
	Typed   string
	Problem string
}

func askRevokeAll(q *request) (answer, error) { return q.confirmAll("", http.StatusOK) }

func (q *request) confirmAll(problem string, status int) (answer, error) {
	all, err := q.tokenEnds()
	return answer{template: "token_revoke_all", status: status, data: revokeAllPage{len(all), q.form("user"), problem}}, err
}

// revokeAll revokes what the page counted, and nothing that came since.
func revokeAll(q *request) (answer, error) {
	if strings.TrimSpace(q.form("user")) != q.Caller.User.Name {
		return q.confirmAll(q.texts.text("token.all_user_wrong", q.Caller.User.Name), http.StatusBadRequest)
	}
	all, err := q.tokenEnds()
	if err != nil {
		return answer{}, err
	}
	if q.form("count") != strconv.Itoa(len(all)) {
		return q.confirmAll(q.texts.text("token.all_count_wrong", q.texts.count("token.tokens", len(all))), http.StatusConflict)
	}
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.Name
	}
	if len(names) > 0 {
		if err := q.revoke(names, false); err != nil {
			return answer{}, err
		}
	}
	return q.tell("/tokens", "done", "revoked", "count", strconv.Itoa(len(names)))
}
