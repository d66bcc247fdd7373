package web

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// secretPage is the one answer that has a token's secret.
type secretPage struct {
	Name, Secret string
	Ends         time.Time // zero: never
	From         string
	May          string // in a sentence
	Try          string // the address of a harmless call; "" when the token opens none
	TryName      string
	TryOutside   bool // the visitor's address is not one that the token may be used from
	Mine         string
	File         string // what a download holds
	Samples      []sample
	Said         string // proves to the list that the token was made
}

// sample is a program that calls the server.
type sample struct{ ID, Title, Text string } // Title is a key

// secretPage shows it. The samples read it from where it is kept: it stands in no
// address, no list of processes and no program.
func (q *request) secretPage(f tokenForm, secret hostkeep.Secret) (answer, error) {
	base, functions := q.base(), q.opens(f.Chosen)
	p := secretPage{Name: f.Name, Secret: secret.Reveal(), Ends: f.end, From: strings.Join(plainAddresses(f.limits), ", "), Mine: q.address().String()}
	p.May = q.mayDo(f.Chosen, len(functions))
	p.TryOutside = !f.limits.Allows(q.address())
	call := "/json-api/version?api.version=1"
	for _, h := range harmless() {
		if slices.Contains(functions, h.function) {
			p.TryName, call = h.function, "/json-api/"+h.function+"?api.version=1"
			p.Try = call + h.short
			break
		}
	}
	p.File = "WHM_SERVER=" + base + "\nWHM_USER=" + q.Caller.User.Name + "\nWHM_TOKEN=" + p.Secret + "\n"
	p.Samples = []sample{
		{"curl", "token.sample_curl", fill(curlSample, f.Name, call)},
		{"perl", "token.sample_perl", fill(perlSample, f.Name, call)},
		{"php", "token.sample_php", fill(phpSample, f.Name, call)},
	}
	p.Said = q.mark([]string{"done", "made", "name", f.Name})
	return answer{template: "token_secret", data: p}, nil
}

// harmless are functions that change nothing and need no parameter; short is
// what keeps a long answer short.
func harmless() []struct{ function, short string } {
	return []struct{ function, short string }{
		{"listaccts", "&api.chunk.enable=1&api.chunk.size=3"},
		{"listpkgs", "&api.chunk.enable=1&api.chunk.size=3"},
		{"servicestatus", ""},
		{"installed_versions", ""},
		{"version", ""},
		{"myprivs", ""},
		{"listsuspended", ""},
		{"showbw", ""},
		{"get_nameserver_config", ""},
		{"get_public_contact", ""},
		{"list_integration_links", ""},
		{"list_connected_applications", ""},
		{"get_available_authentication_providers", ""},
	}
}

var plainHost = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$|^\[[0-9A-Fa-f:.]+\](:[0-9]+)?$`)

// base is the server as the visitor's browser found it: behind a forwarded port,
// that is the address that works.
func (q *request) base() string {
	if plainHost.MatchString(q.r.Host) {
		return "https://" + q.r.Host
	}
	return "https://" + q.Host + ":2087"
}

func fill(text, name, call string) string {
	return strings.NewReplacer("{name}", name, "{call}", call).Replace(text)
}

const curlSample = `set -a; . ./{name}.env; set +a
printf 'header = "Authorization: whm %s:%s"\n' "$WHM_USER" "$WHM_TOKEN" |
  curl --config - "$WHM_SERVER{call}"`

const perlSample = `use strict; use warnings;
use HTTP::Tiny; use JSON::PP;

my $answer = HTTP::Tiny->new(verify_SSL => 1)->get(
    "$ENV{WHM_SERVER}{call}",
    { headers => { Authorization => "whm $ENV{WHM_USER}:$ENV{WHM_TOKEN}" } },
);
die "$answer->{status} $answer->{reason}\n" unless $answer->{success};
my $said = decode_json($answer->{content});
die "$said->{metadata}{reason}\n" unless $said->{metadata}{result};
print JSON::PP->new->pretty->encode($said->{data});`

const phpSample = `<?php
$curl = curl_init(getenv('WHM_SERVER') . '{call}');
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => ['Authorization: whm ' . getenv('WHM_USER') . ':' . getenv('WHM_TOKEN')],
]);
$answer = curl_exec($curl);
if ($answer === false) {
    exit(curl_error($curl) . "\n");
}
$said = json_decode($answer, true);
if (empty($said['metadata']['result'])) {
    exit(($said['metadata']['reason'] ?? $answer) . "\n");
}
print_r($said['data']);`

type madePage struct {
	Token ownToken
	Gone  bool // it does not exist any more, or not yet
	Name  string
	Nonce string
}

// madeToken says of a form that was sent twice what came of it.
func madeToken(q *request) (answer, error) {
	p := madePage{Name: q.form("name"), Nonce: newNonce()}
	t, err := q.ownToken(p.Name)
	if hostkeep.KindOf(err) == hostkeep.NotFound {
		p.Gone = true
		return answer{template: "token_made", data: p}, nil
	}
	p.Token = t
	return answer{template: "token_made", data: p}, err
}

// remakeToken revokes a token whose secret is lost and makes it again. One that
// would be refused is left alone: its form says what has to change.
func remakeToken(q *request) (answer, error) {
	t, err := q.ownToken(q.form("name"))
	if err != nil {
		return answer{}, err
	}
	f := tokenForm{Name: t.Name, Expiry: never, Chosen: t.rights, end: t.Expires.Time}
	if f.limits, err = hostkeep.ParseAddresses(t.Addresses); err != nil {
		return answer{}, err
	}
	if f.Addresses = joined(f.limits); !f.end.IsZero() {
		f.Expiry, f.Date = onDate, f.end.Format(time.DateOnly)
	}
	if f.Chosen.Empty() || !f.end.IsZero() && !f.end.After(q.Now()) {
		return q.goTo("/tokens/edit", "name", t.Name)
	}
	claim, first := q.spent.claim(q.Caller.User.ID, q.form("nonce"), f.Name)
	if !first {
		return q.goTo("/tokens/made", "name", claim.name)
	}
	return q.remake(f, claim)
}

func (q *request) remake(f tokenForm, c claim) (answer, error) {
	if err := q.call("api_token_revoke", nil, "token_name", f.Name); err != nil {
		q.spent.release(c)
		return answer{}, err
	}
	secret, err := q.create(f)
	if err == nil {
		return q.secretPage(f, secret)
	}
	f.Nonce = newNonce()
	why := q.failed(err).data.(trouble).Message //nolint:forcetypeassert // failed always has it
	f.wrong("form", q.texts.text("token.remake_half", cmp.Or(why, q.texts.text("error.internal"))))
	a, err := q.tokenPage(f, http.StatusConflict)
	a.title = "token.new_title"
	return a, err
}

func joined(l hostkeep.AddressList) string { return strings.Join(plainAddresses(l), "\n") }
