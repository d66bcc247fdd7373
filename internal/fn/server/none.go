package server

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

// ofNothing are the functions that ask for what a server may have and this one
// has not: programs that look before they act get the answer that WHM gives
// where there is none.
func ofNothing() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "is_role_enabled", Summary: "Whether the server has a role; Hostkeep has none of those that can be asked for.", Since: "76",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, role),
		api.Define(api.Decl{
			Name: "list_linked_server_nodes", Summary: "The servers that carry a part of this one's work: none.", Since: "86",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, none[nodesOut]),
		api.Define(api.Decl{
			Name: "list_user_child_nodes", Summary: "The accounts of which another server carries a part: none.", Since: "88",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, none[childrenOut]),
		api.Define(api.Decl{
			Name: "ipv6_range_list", Summary: "The ranges that accounts get IPv6 addresses from: none.", Since: "11.40",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, none[rangesOut]),
		api.Define(api.Decl{
			Name: "get_available_authentication_providers", Summary: "The providers that people may sign in with: none.", Since: "54",
			Opens: []hostkeep.Privilege{"manage-oidc"}, Touches: api.NoCredentials,
		}, none[providersOut]),
		api.Define(api.Decl{
			Name: "get_users_authn_linked_accounts", Summary: "Whose account is linked to one at such a provider: nobody's.", Since: "54",
			Opens: []hostkeep.Privilege{"manage-oidc"}, Touches: api.NoCredentials,
		}, none[linkedOut]),
		api.Define(api.Decl{
			Name: "is_ready", Summary: "Whether a plugin is ready to be used: none is here.", Since: "11.132",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, ready),
		api.Define(api.Decl{
			Name: "participate_in_analytics", Summary: "Hostkeep sends nothing to anybody; only not to take part can be chosen.", Since: "78",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, analytics),
	}
}

// none answers what there is of something that there is none of.
func none[Out any](context.Context, api.Call, struct{}) (out Out, err error) { return out, nil }

type readyIn struct {
	Plugin    string `whm:"plugin,required"`
	Namespace string `whm:"namespace,enum=Whostmgr|Cpanel,default=Whostmgr"`
}

type readyOut struct {
	Ready bool `whm:"ready"`
}

func ready(context.Context, api.Call, readyIn) (readyOut, error) { return readyOut{}, nil }

type roleIn struct {
	Role string `whm:"role,required,enum=CalendarContact|DNS|FileStorage"`
}

type roleOut struct {
	Enabled bool `whm:"enabled"`
}

func role(context.Context, api.Call, roleIn) (roleOut, error) { return roleOut{}, nil }

type nodesOut struct {
	Payload []struct {
		Alias        string   `whm:"alias"`
		Hostname     string   `whm:"hostname"`
		Username     string   `whm:"username"`
		Version      string   `whm:"version"`
		LastCheck    int64    `whm:"last_check"`
		TLS          bool     `whm:"tls_verified"`
		Services     []string `whm:"enabled_services"`
		Capabilities struct{} `whm:"worker_capabilities"`
	} `whm:"payload,list"`
}

type childrenOut struct {
	Payload []struct {
		Alias string `whm:"alias"`
		Type  string `whm:"type"`
		User  string `whm:"user"`
	} `whm:"payload,list"`
}

type rangesOut struct {
	Ranges []struct {
		Name       string   `whm:"name"`
		CIDR       string   `whm:"CIDR"`
		First      string   `whm:"first"`
		Last       string   `whm:"last"`
		MostRecent string   `whm:"mostrecent"`
		Owner      string   `whm:"owner"`
		Note       string   `whm:"note"`
		Enabled    bool     `whm:"enabled"`
		Users      []string `whm:"range_users"`
		Reclaimed  []string `whm:"reclaimed"`
	} `whm:"range,list"`
}

type providersOut struct {
	Providers []struct {
		ID            string `whm:"id"`
		Name          string `whm:"provider_name"`
		Display       string `whm:"display_name"`
		Label         string `whm:"label"`
		Color         string `whm:"color"`
		TextColor     string `whm:"textcolor"`
		Icon          string `whm:"icon"`
		IconType      string `whm:"icon_type"`
		Documentation string `whm:"documentation_url"`
		Configured    bool   `whm:"configured"`
		CPanel        bool   `whm:"cpaneld_enabled"`
		CPanelLink    string `whm:"cpaneld_link"`
		Webmail       bool   `whm:"webmaild_enabled"`
		WebmailLink   string `whm:"webmaild_link"`
		WHM           bool   `whm:"whostmgr_enabled"`
		WHMLink       string `whm:"whostmgrd_link"`
	} `whm:"providers,list"`
}

type linkedOut struct {
	Linked []struct {
		User      string `whm:"username"`
		Provider  string `whm:"provider_id"`
		Protocol  string `whm:"provider_protocol"`
		Subject   string `whm:"subject_unique_identifier"`
		Preferred string `whm:"preferred_username"`
		Linked    int64  `whm:"link_time"`
	} `whm:"username_linked_accounts,list"`
}

type analyticsIn struct {
	Enabled bool `whm:"enabled,required"`
}

func analytics(_ context.Context, _ api.Call, in analyticsIn) (out api.Done, err error) {
	if in.Enabled {
		err = hostkeep.Errorf(hostkeep.Unsupported, "Hostkeep sends nothing about its use to anybody, so there is nothing to take part in.")
	}
	return out, err
}
