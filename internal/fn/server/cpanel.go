package server

import (
	"context"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// noCPanelUser is what clients look for; it names nobody.
const noCPanelUser = "User parameter is invalid or was not supplied%.0s"

// throughWHM are the functions of WHM that call cPanel's.
func (f family) throughWHM() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "cpanel", Summary: "Call a function of API 2 or UAPI for an account, and answer as it does.", Since: "84",
			Opens: []hostkeep.Privilege{"cpanel-api"}, Touches: api.NoCredentials, HandsOn: true,
			Account: "cpanel_jsonapi_user", NoAccount: noCPanelUser,
			V0: wire.V0{Form: wire.Plain},
		}, f.cpanel),
		api.Define(api.Decl{
			Name: "uapi_cpanel", Summary: "Call a function of UAPI for an account.", Since: "86",
			Opens: []hostkeep.Privilege{"cpanel-api"}, Touches: api.NoCredentials, HandsOn: true,
			Account: "cpanel.user", NoAccount: "There is no cPanel user %q.",
		}, f.uapi),
	}
}

type cpanelOut struct {
	Answer wire.Reply `whm:",whole"`
}

func (f family) cpanel(ctx context.Context, c api.Call, in api.CPanelNames) (out cpanelOut, err error) {
	if in.User == "" || in.User == hostkeep.RootName {
		return out, hostkeep.Errorf(hostkeep.NotFound, noCPanelUser, in.User)
	}
	k, err := in.Call(c.Params)
	if err != nil {
		return out, err
	}
	out.Answer = f.CPanel(ctx, c.Caller, in.User, k)
	return out, nil
}

type uapiIn struct {
	User     string `whm:"cpanel.user,required" doc:"the account that it is called for"`
	Module   string `whm:"cpanel.module,required" doc:"the module, such as DNS"`
	Function string `whm:"cpanel.function,required" doc:"the function of the module; its parameters follow under their own names"`
}

type uapiOut struct {
	UAPI wire.Reply `whm:"uapi,uapi" doc:"as UAPI answers"`
}

func (f family) uapi(ctx context.Context, c api.Call, in uapiIn) (out uapiOut, err error) {
	if in.User == hostkeep.RootName {
		return out, hostkeep.Errorf(hostkeep.NotFound, "There is no cPanel user %q.", in.User)
	}
	own := map[string]bool{"cpanel.user": true, "cpanel.module": true, "cpanel.function": true, "api.version": true}
	out.UAPI = f.CPanel(ctx, c.Caller, in.User, api.CPanelCall{
		Dialect: wire.UAPI, Module: in.Module, Name: in.Function, Params: c.Params.Except(func(name string) bool { return own[name] }),
	})
	return out, nil
}
