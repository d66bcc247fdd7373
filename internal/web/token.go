package web

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/hostkeep/hostkeep"
)

// ownToken is one of the visitor's tokens, as the API lists it.
type ownToken struct {
	Name      string              `json:"name"`
	Created   seconds             `json:"create_time"`
	Expires   seconds             `json:"expires_at"`
	ACLs      map[string]flag     `json:"acls"`
	Addresses []string            `json:"whitelist_ips"`
	use       *tokenUse           // nil: not asked for
	rights    hostkeep.Privileges // that ACLs name
}

// Used is how the token was used, where that was asked for.
func (t ownToken) Used() *tokenUse { return t.use }

// seconds is a time as the API writes it; null is the zero time.
type seconds struct{ time.Time }

// UnmarshalJSON reads Unix seconds or null.
func (s *seconds) UnmarshalJSON(b []byte) error {
	var n *int64
	if err := json.Unmarshal(b, &n); err != nil || n == nil || *n == 0 {
		return err
	}
	s.Time = time.Unix(*n, 0)
	return nil
}

// flag is a truth as the API writes it.
type flag bool

// UnmarshalJSON reads 1 and 0.
func (f *flag) UnmarshalJSON(b []byte) error {
	*f = string(b) == "1"
	return nil
}

type tokenList struct {
	Tokens map[string]ownToken `json:"tokens"`
}

// ownToken asks for one of the visitor's tokens.
func (q *request) ownToken(name string) (ownToken, error) {
	var list tokenList
	err := q.call("api_token_list", &list, "api.filter.enable", true, "api.filter.a.field", "name", "api.filter.a.type", "eq", "api.filter.a.arg0", name)
	if err != nil {
		return ownToken{}, err
	}
	t, ok := list.Tokens[name]
	if !ok {
		return t, hostkeep.Errorf(hostkeep.NotFound, "You have no API token named %q.", hostkeep.Clip(name, hostkeep.MaxTokenName))
	}
	return q.zoned(t), nil
}

// zoned puts times into the server's zone and names into a set.
func (q *request) zoned(t ownToken) ownToken {
	for _, at := range []*seconds{&t.Created, &t.Expires} {
		if !at.IsZero() {
			at.Time = at.In(q.zone())
		}
	}
	for name, on := range t.ACLs {
		if on {
			t.rights = t.rights.With(hostkeep.Privilege(name))
		}
	}
	return t
}

// zone is the zone that the server's clock shows.
func (q *request) zone() *time.Location { return q.Now().Location() }

// tokenEnds asks for the names and ends of all of the visitor's tokens, and for
// nothing else of them: there may be thousands.
func (q *request) tokenEnds() ([]ownToken, error) {
	var list tokenList
	err := q.call("api_token_list", &list, "api.columns.enable", true, "api.columns.a", "name", "api.columns.b", "expires_at")
	all := make([]ownToken, 0, len(list.Tokens))
	for _, t := range list.Tokens {
		all = append(all, q.zoned(t))
	}
	slices.SortFunc(all, func(a, b ownToken) int { return cmp.Compare(a.Name, b.Name) })
	return all, err
}
