package httpd

import "net/http"

const openAPIPath = "/openapi.json"

// openAPI answers what the functions of this side are, for programs, to whoever is
// authenticated.
func (x *exchange) openAPI() {
	if !x.authenticate() {
		return
	}
	text, err := x.s.o.OpenAPI(x.caller)
	if err != nil {
		x.s.o.Log.Error("the OpenAPI document cannot be made", "id", x.id, "err", err)
		x.text(http.StatusInternalServerError, "An internal error occurred.\n")
		return
	}
	x.answer(http.StatusOK, jsonType, text)
}
