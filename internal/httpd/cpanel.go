package httpd

import "net/http"

// executeClass is what the log says of a path of UAPI.
const executeClass = "/execute/-"

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
