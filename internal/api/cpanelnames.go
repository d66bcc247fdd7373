package api

import (
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// CPanelNames are the parameters that name a function of cPanel's APIs where its path
// does not, in /json-api/cpanel. All others are the function's.
type CPanelNames struct {
	User    string `whm:"cpanel_jsonapi_user,alias=cpanel_xmlapi_user" doc:"the account that it is called for"`
	Module  string `whm:"cpanel_jsonapi_module,alias=cpanel_xmlapi_module,required" doc:"the module, such as DNS"`
	Func    string `whm:"cpanel_jsonapi_func,alias=cpanel_xmlapi_func,required" doc:"the function of the module"`
	Version string `whm:"cpanel_jsonapi_apiversion,alias=cpanel_xmlapi_apiversion,alias=cpanel_jsonapi_version,default=2,enum=1|2|3" doc:"2 is API 2, 3 is UAPI; API 1 has no functions here"`
}

// Names reads the names of a call on cPanel's side.
func (c *CPanelCatalogue) Names(p wire.Params) (n CPanelNames, err error) {
	err = c.names.Decode(&n, p)
	return n, err
}

// Call is the call that the names and the other parameters make. It tells the form
// of the answer even where there is no such call.
func (n CPanelNames) Call(p wire.Params) (CPanelCall, error) {
	k := CPanelCall{Dialect: wire.API2, Module: n.Module, Name: n.Func, Params: p.Except(func(name string) bool {
		name = strings.ToLower(name)
		return strings.HasPrefix(name, "cpanel_jsonapi_") || strings.HasPrefix(name, "cpanel_xmlapi_") || name == "api.version"
	})}
	switch n.Version {
	case "1":
		return k, hostkeep.Errorf(hostkeep.Unsupported, "cPanel API 1 has no functions here; UAPI (cpanel_jsonapi_apiversion=3) and API 2 have.")
	case "3":
		k.Dialect = wire.UAPIWrapped
	}
	return k, nil
}
