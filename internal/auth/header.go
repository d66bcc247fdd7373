package auth

import (
	"encoding/base64"
	"strings"

	"github.com/hostkeep/hostkeep"
)

// maxHeader is the longest Authorization header that is read, in bytes.
const maxHeader = 4096

type scheme uint8

const (
	schemeToken scheme = iota + 1
	schemeBasic
)

// credential is what a header claims. Secret is exported because fmt would not
// hide it in an unexported field.
type credential struct {
	scheme scheme
	User   string
	Secret hostkeep.Secret
}

// parse reads the one Authorization header, or says why not. Each side has a word of
// its own for tokens.
func parse(headers []string, cpanel bool) (credential, string) {
	tokens := "whm"
	if cpanel {
		tokens = "cpanel"
	}
	switch {
	case len(headers) == 0:
		return credential{}, ReasonNone
	case len(headers) > 1:
		return credential{}, ReasonSeveral
	case len(headers[0]) > maxHeader:
		return credential{}, ReasonTooLong
	case hasControl(headers[0]):
		return credential{}, ReasonControl
	}
	word, rest, _ := strings.Cut(headers[0], " ")
	rest = strings.Trim(rest, " \t")
	switch {
	case strings.EqualFold(word, tokens):
		return split(schemeToken, rest)
	case strings.EqualFold(word, "basic"):
		return parseBasic(rest)
	}
	return credential{}, ReasonScheme
}

// parseBasic refuses what FOSSBilling sends without a token, user:password in
// clear, because a colon is not base64.
func parseBasic(text string) (credential, string) {
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return credential{}, ReasonMalformed
	}
	if strings.ContainsFunc(string(plain), hostkeep.Control) {
		return credential{}, ReasonControl
	}
	return split(schemeBasic, string(plain))
}

// split takes all after the first colon as the secret. Some clients leave blanks
// around a token; a password is taken as it is.
func split(s scheme, text string) (credential, string) {
	user, secret, _ := strings.Cut(text, ":")
	if s == schemeToken {
		secret = strings.Trim(secret, " \t")
	}
	if user == "" || secret == "" {
		return credential{}, ReasonMalformed
	}
	return credential{s, user, hostkeep.NewSecret(secret)}, ""
}

// hasControl allows the tab: it may stand before a token.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r != '\t' && hostkeep.Control(r) })
}
