package accounts

import (
	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// CPanel declares what of the family an account calls for itself.
func CPanel(d Deps) []*api.Function {
	f := family{Deps: d}
	decl := func(module, name, summary, feature string, writes bool) api.Decl {
		return api.Decl{
			Name: name, Summary: summary, Writes: writes, Touches: api.NoCredentials,
			CPanel: api.CPanel{Module: module, Dialect: wire.API2, Feature: feature},
		}
	}
	change := decl("Passwd", "change_password", "Change the account's password, by whoever knows the one that it has.", "password", true)
	change.Touches, change.OwnPassword, change.Opens = api.AccountPassword, true, []hostkeep.Privilege{"passwd"}
	return []*api.Function{
		api.Define(decl("CustInfo", "displaycontactinfo", "Show the account's contact addresses.", api.AnyFeature, false), f.displayContact),
		api.Define(decl("CustInfo", "savecontactinfo", "Set the account's contact addresses.", "updatecontact", true), f.saveContact),
		api.Define(change, f.changePassword),
		api.Define(decl("Passwd", "set_digest_auth", "Mark the account as one with or without Digest Authentication.", "webdisk", true), f.setOwnDigestAuth),
		api.Define(decl("PasswdStrength", "get_password_strength", "Score a password from 0 to 100.", api.AnyFeature, false), f.passwordStrength),
		api.Define(decl("PasswdStrength", "get_required_strength", "Tell the score that a password must have: 0, for passwords must be long enough and need no score.", api.AnyFeature, false), f.requiredStrength),
		api.Define(decl("PasswdStrength", "appstrengths", "List what takes a password, with the score that it must have.", api.AnyFeature, false), f.appStrengths),
	}
}

// mayTouch asks promise 2 of whoever comes from WHM.
func mayTouch(r Reader, c api.Call, a hostkeep.Account) error {
	if c.CPanel {
		return nil
	}
	p, err := hostkeep.UserOf(r, a)
	if err != nil {
		return err
	}
	return c.MayTouchUser(p)
}
