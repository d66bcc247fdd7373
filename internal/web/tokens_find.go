package web

import (
	"strings"

	"github.com/hostkeep/hostkeep"
)

// findTokens takes what somebody searches for. It comes in a body, because it may
// be a secret, and a secret must not get into an address. Of one that is found the
// visitor sees the token; what is no secret goes on as an address.
func findTokens(q *request) (answer, error) {
	v := q.tokenView()
	v.Page = 1
	if !likeSecret(v.Search) {
		return answer{redirect: v.link(q, "/tokens")}, nil
	}
	var a tokenAnswer
	if err := q.call("hostkeep_token_overview", &a, "secret", hostkeep.NewSecret(v.Search), "size", 1); err != nil {
		return answer{}, err
	}
	if len(a.Tokens) > 0 {
		return q.goTo("/tokens/show", "name", a.Tokens[0].Name)
	}
	if len(v.Search) != hostkeep.SecretLength { // then it may be a long name, which the table itself shows
		wide := v
		wide.Show = ""
		if a, err := q.overview(wide); err != nil || a.Found > 0 {
			return answer{redirect: v.link(q, "/tokens")}, err
		}
	}
	return q.goTo("/tokens", "nosecret", "1")
}

// likeSecret reports whether text may be a secret, of this server or of another,
// whole or not: app's script asks the same before it searches.
func likeSecret(text string) bool {
	if len(text) > 20 {
		return !strings.ContainsAny(text, " \t")
	}
	return len(text) >= 12 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}
