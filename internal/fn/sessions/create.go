package sessions

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// maxPrompt is how long a promptToken may be when it is decoded, in characters.
const maxPrompt = 5000

type createIn struct {
	User    string          `whm:"user,required"`
	Service string          `whm:"service,required,enum=cpaneld|whostmgrd|webmaild"`
	App     string          `whm:"app" doc:"taken and without effect: there are no pages to lead to yet"`
	Locale  string          `whm:"locale" doc:"taken and without effect"`
	Domain  string          `whm:"preferred_domain" doc:"the name in the address: the server's, or one of the account's"`
	Token   hostkeep.Secret `whm:"cp_security_token" doc:"the security token to use: /cpsess and ten digits; absent: one is made"`
	Prompt  hostkeep.Secret `whm:"promptToken,max=6672" doc:"base64; taken and without effect"`
}

type createOut struct {
	wire.Note
	Token   hostkeep.Secret `whm:"cp_security_token"`
	Expires time.Time       `whm:"expires" doc:"when the link is no longer opened"`
	Service string          `whm:"service"`
	Session hostkeep.Secret `whm:"session"`
	URL     hostkeep.Secret `whm:"url" doc:"to be opened once"`
}

// create makes a link. Whether the caller may touch a WHM user's credentials is
// asked as for its password, whatever the service: promise 2.
func (f family) create(ctx context.Context, c api.Call, in createIn) (out createOut, err error) {
	token, err := f.token(in)
	if err != nil {
		return out, err
	}
	text, link, err := f.NewLink(in.User, token)
	if err != nil {
		return out, err
	}
	var host string
	err = f.Change(ctx, c.Change(), func(tx Tx) error {
		p, err := user(tx, c.Caller, in)
		if err != nil {
			return err
		}
		if host, err = f.host(tx, in); err != nil {
			return err
		}
		now := f.Now()
		link.ID, link.PrincipalID, link.Service, link.MadeBy = tx.NewID(), p.ID, in.Service, c.Maker()
		link.Created, link.LastUsed = now, now
		if link.Ends, err = ends(tx, c.Caller, now.Add(hostkeep.LinkLife)); err != nil {
			return err
		}
		return tx.InsertLink(link)
	})
	if err != nil {
		return createOut{}, err
	}
	if in.Domain != "" && host == f.Host && !strings.EqualFold(in.Domain, f.Host) {
		out.Warnings = []string{"preferred_domain is neither this server's name nor the account's: the server's is used."}
	}
	out.Token, out.Expires, out.Service, out.Session = hostkeep.NewSecret(token), link.Ends, in.Service, text
	out.URL = hostkeep.NewSecret("https://" + host + ":" + f.Port(in.Service) + token + "/login/?session=" + text.Reveal())
	return out, nil
}

// ends is when a link ends that would end at usual: with the token that answers
// for it, at the latest. The store bounds the session that it opens likewise.
func ends(tx Tx, c hostkeep.Caller, usual time.Time) (time.Time, error) {
	if c.Maker() == 0 {
		return usual, nil
	}
	maker, err := tx.TokenByID(c.Maker())
	if err != nil {
		return usual, fmt.Errorf("finding the token that answers for a link: %w", err)
	}
	if !maker.Expires.IsZero() && maker.Expires.Before(usual) {
		return maker.Expires, nil
	}
	return usual, nil
}

// token is the security token to use.
func (f family) token(in createIn) (string, error) {
	prompt, err := base64.StdEncoding.DecodeString(in.Prompt.Reveal())
	switch token := in.Token.Reveal(); {
	case err != nil || len([]rune(string(prompt))) > maxPrompt:
		return "", hostkeep.Errorf(hostkeep.Invalid, "promptToken is not base64 of at most %d characters.", maxPrompt)
	case token == "":
		return f.NewToken()
	case !hostkeep.WellFormedSecurityToken(token):
		return "", hostkeep.Errorf(hostkeep.Invalid, "cp_security_token is not /cpsess and ten digits.")
	default:
		return token, nil
	}
}

// user finds whom the link is for, as the change sees it.
func user(tx Tx, c hostkeep.Caller, in createIn) (hostkeep.Principal, error) {
	p, err := c.FindUser(in.User, noUser, tx.Principal)
	if err == nil {
		err = c.MayTouchUser(p)
	}
	if err != nil {
		return p, err
	}
	switch {
	case in.Service == hostkeep.ServiceWebmail:
		return p, hostkeep.Errorf(hostkeep.Unsupported, "This server has no webmail, so it makes no session for it.")
	case in.Service == hostkeep.ServiceWHM && !p.WHMUser():
		return p, hostkeep.Errorf(hostkeep.Denied, "%s is neither root nor a reseller, so there is no WHM session for it.", p.Name)
	case in.Service == hostkeep.ServiceCPanel && p.ID == hostkeep.RootID:
		return p, hostkeep.Errorf(hostkeep.Denied, "root has no cPanel account.")
	case p.Suspended:
		return p, hostkeep.Errorf(hostkeep.Denied, "The account %s is suspended.", p.Name)
	}
	return p, nil
}

// host is the name in the link's address. One that is neither the server's nor
// the account's would lead the link's secret elsewhere.
func (f family) host(tx Tx, in createIn) (string, error) {
	want := strings.ToLower(in.Domain)
	if want == "" || want == f.Host {
		return f.Host, nil
	}
	a, err := tx.Account(in.User)
	if errors.Is(err, hostkeep.ErrNotFound) { // root
		return f.Host, nil
	}
	if err != nil {
		return "", fmt.Errorf("finding the account: %w", err)
	}
	if own := strings.ToLower(a.Domain); own != "" && (want == own || strings.HasSuffix(want, "."+own) && hostName(want)) {
		return want, nil
	}
	return f.Host, nil
}

func hostName(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r != '-' && r != '.' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}
