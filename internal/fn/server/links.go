package server

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// links are the functions that ask for what ties an account or the server to
// other programs: there is nothing of that kind here.
func links() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "list_connected_applications", Summary: "The applications that the server knows a key of: none.", Since: "98",
			Opens: []hostkeep.Privilege{"connected-applications"}, Touches: api.NoCredentials,
		}, none[connectedOut]),
		api.Define(api.Decl{
			Name: "list_integration_groups", Summary: "The groups of links that an account's pages show: none.", Since: "54",
			Opens: []hostkeep.Privilege{"cpanel-integration"}, Touches: api.NoCredentials,
			Account: "user", NoAccount: noUser,
		}, ofUser[groupsOut]),
		api.Define(api.Decl{
			Name: "list_integration_links", Summary: "The links that an account's pages show: none.", Since: "54",
			Opens: []hostkeep.Privilege{"cpanel-integration"}, Touches: api.NoCredentials,
			Account: "user", NoAccount: noUser,
		}, ofUser[linksOut]),
		api.Define(api.Decl{
			Name: "get_service_proxy_backends", Summary: "The servers that an account's services are passed on to: none.", Since: "94",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
			Account: "username", NoAccount: noUser,
		}, backends),
		api.Define(api.Decl{
			Name: "get_market_providers_list", Summary: "The shops that certificates can be bought from: none.", Since: "56",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, none[marketOut]),
	}
}

const noUser = "There is no user %q."

type connectedOut struct {
	List []struct {
		Name       string  `whm:"name"`
		TokenName  string  `whm:"token_name"`
		PublicKey  string  `whm:"public_key"`
		PrivateKey string  `whm:"private_key"`
		JWT        *string `whm:"jwt"`
	} `whm:"list,list"`
}

type userIn struct {
	User string `whm:"user,required"`
}

// ofUser is none of an account, which the dispatcher has looked at.
func ofUser[Out any](context.Context, api.Call, userIn) (out Out, err error) { return out, nil }

type groupsOut struct {
	Links []struct {
		Group string `whm:"group"`
	} `whm:"links,list"`
}

type linksOut struct {
	Links []struct {
		App string `whm:"app"`
	} `whm:"links,list"`
}

type backendsIn struct {
	User string `whm:"username,required"`
}

type backendsOut struct {
	Payload []struct {
		Backend string `whm:"backend"`
		Group   string `whm:"service_group"`
	} `whm:"payload,list"`
}

func backends(context.Context, api.Call, backendsIn) (out backendsOut, err error) { return out, nil }

type marketOut struct {
	Payload []struct {
		Name       string `whm:"name"`
		Display    string `whm:"display_name"`
		Enabled    bool   `whm:"enabled"`
		Commission bool   `whm:"supports_commission"`
		Divisor    int64  `whm:"even_commission_divisor"`
	} `whm:"payload,list"`
}
