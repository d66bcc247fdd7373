package record

import (
	"regexp"

	"github.com/hostkeep/hostkeep"
)

// sight is what a caller sees of the record.
type sight struct {
	all   bool
	self  int64
	owned map[thing]bool // today; nil when all is seen
}

type thing struct {
	kind string
	id   int64
}

// sightOf: who holds all sees every row. Others see what they did, by whatever
// way and token, and what was done to what they own today.
func sightOf(r Reader, c hostkeep.Caller) (s sight, err error) {
	s = sight{all: c.Rights.Has(hostkeep.All), self: c.User.ID}
	if s.all {
		return s, nil
	}
	s.owned = map[thing]bool{}
	if err := s.addUsers(r); err != nil {
		return s, err
	}
	return s, s.addThings(r)
}

// addUsers adds the user itself and the accounts that it owns, with their domains
// and tokens.
func (s *sight) addUsers(r Reader) error {
	accounts, err := r.Accounts(s.self)
	if err != nil {
		return err
	}
	users := []int64{s.self}
	for _, a := range accounts {
		s.addUser(a.ID)
		if a.Reseller && a.ID != s.self {
			users = append(users, a.ID)
		}
	}
	s.addUser(s.self)
	for _, id := range users {
		tokens, err := r.Tokens(id)
		if err != nil {
			return err
		}
		for _, t := range tokens {
			s.owned[thing{hostkeep.KindToken, t.ID}] = true
		}
	}
	theirs, err := r.CPanelTokensUnder(s.self)
	if err != nil {
		return err
	}
	for _, t := range theirs {
		s.owned[thing{hostkeep.KindToken, t.ID}] = true
	}
	zones, err := r.Zones(s.self)
	if err != nil {
		return err
	}
	for _, z := range zones {
		s.owned[thing{hostkeep.KindZone, z.ID}] = true
		s.owned[thing{hostkeep.KindRecord, z.ID}] = true
	}
	domains, err := r.Domains(s.self)
	for _, d := range domains {
		s.owned[thing{hostkeep.KindDomain, d.ID}] = true
	}
	return err
}

// addUser adds what has the id of its principal.
func (s *sight) addUser(id int64) {
	for _, kind := range []string{
		hostkeep.KindPrincipal, hostkeep.KindAccount, hostkeep.KindReseller, hostkeep.KindTwoFactor, hostkeep.KindSetting,
	} {
		s.owned[thing{kind, id}] = true
	}
}

func (s *sight) addThings(r Reader) error {
	packages, err := r.Packages()
	if err != nil {
		return err
	}
	for _, p := range packages {
		if p.OwnerID == s.self {
			s.owned[thing{hostkeep.KindPackage, p.ID}] = true
		}
	}
	lists, err := r.FeatureLists()
	for _, l := range lists {
		if l.OwnerID == s.self {
			s.owned[thing{hostkeep.KindFeatureList, l.ID}] = true
		}
	}
	return err
}

// digest is how a secret stands in the arguments (keyring.Digest).
var digest = regexp.MustCompile(`"hmac:[0-9a-f]{16}"`)

// of is what is seen of a row; not ok: nothing. Of what somebody else did, only
// the part about one's own things is seen: neither the rest of what the call did
// nor where that person sat and with which token. Digests are nobody's to see:
// equal secrets have equal ones, so that they would tell whether a guess is right.
func (s *sight) of(e hostkeep.Event) (hostkeep.Event, bool) {
	e.Args = digest.ReplaceAllString(e.Args, `"***"`)
	if s.all || e.ActorID == s.self {
		return e, true
	}
	var mine []hostkeep.Object
	for _, o := range e.Objects {
		if s.owned[thing{o.Kind, o.ID}] {
			mine = append(mine, o)
		}
	}
	seen := hostkeep.Event{Seq: e.Seq, At: e.At, Function: e.Function, Actor: e.Actor, Via: e.Via, Objects: mine}
	if len(mine) == len(e.Objects) {
		seen.Args = e.Args
	}
	return seen, len(mine) > 0
}
