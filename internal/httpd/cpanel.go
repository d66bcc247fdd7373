package httpd

import (
	"net/http"
	"strings"
)

// executeClass is what the log says of a path of UAPI.
const executeClass = "/execute/-"

// cpanel routes what came to cPanel's side. WHM's functions are not there, and
// there are no pages.
func (s *Server) cpanel(x *exchange) {
	x.cpanel = true
	path := slashes.ReplaceAllString(x.r.URL.Path, "/")
	x.class(path)
	switch {
	case x.api(path):
	case strings.HasPrefix(path, "/cpsess"):
		x.inSession(path)
	case path == "/login" || path == "/login/":
		x.login()
	case path == "/logout" || path == "/logout/":
		x.logout()
	default:
		x.noPage()
	}
}

// cpanelAPI answers what is a call of a function of cPanel's. Any other function of
// /json-api is refused by Call, when it is known who asks.
func (x *exchange) cpanelAPI(path string) bool {
	if function, ok := strings.CutPrefix(path, "/json-api/"); ok {
		x.call(function, false)
	} else if function, ok := strings.CutPrefix(path, "/xml-api/"); ok {
		x.call(function, true)
	} else if rest, ok := strings.CutPrefix(path, "/execute/"); ok {
		module, function, _ := strings.Cut(rest, "/")
		x.request = Request{
			Function: function, CPanel: true, UAPI: true, Module: module, RawQuery: x.r.URL.RawQuery,
			ContentType: x.r.Header.Get("Content-Type"), Unread: x.r.ContentLength != 0,
		}
		x.called()
	} else {
		return false
	}
	return true
}

// refuseUAPI is refuse in the form of UAPI.
func (x *exchange) refuseUAPI(status int, text string) {
	if status == http.StatusForbidden {
		status = http.StatusUnauthorized
		x.w.Header().Set("WWW-Authenticate", "cpanel") // makes no browser ask for a password
	}
	x.answer(status, jsonType, []byte(`{"status":0,"errors":["`+text+`"],"messages":null,"warnings":null,"metadata":{},"data":null}`))
}

func (x *exchange) noPage() {
	x.text(http.StatusNotFound, "There are no pages here. This port answers cPanel's APIs, at /execute/ and /json-api/cpanel, to those who bring a token.\n")
}
