package httpd

import (
	"maps"
	"net/http"
	"strings"

	"github.com/hostkeep/hostkeep"
)

const (
	jsonType = `application/json; charset="utf-8"`
	xmlType  = `text/xml; charset="utf-8"`
	xmlHead  = `<?xml version="1.0" ?>`
)

// call answers a call, of which r has what the path says: whoever calls is known
// before a byte of the body is read.
func (x *exchange) call(r Request) {
	r.CPanel, r.RawQuery, r.ContentType = x.onCPanel, x.r.URL.RawQuery, x.r.Header.Get("Content-Type")
	r.Unread = x.r.ContentLength != 0
	x.request = r
	if !x.authenticate() || !x.method() {
		return
	}
	x.caller.ReadOnly = x.r.Method == http.MethodHead
	if !x.body() {
		return
	}
	a := x.s.o.Call(x.r.Context(), x.caller, x.request)
	if a.Function != "" {
		x.path = strings.TrimSuffix(x.path, "-") + a.Function
	}
	x.s.o.Metrics.Call(a.Function, a.OK)
	x.send(a)
}

// send writes an answer as it stands.
func (x *exchange) send(a Answer) {
	maps.Copy(x.w.Header(), a.Header)
	if a.Plain {
		x.unpacked()
	}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	if a.Write != nil {
		x.stream(a.Status, a.ContentType, a.Write)
		return
	}
	x.answer(a.Status, a.ContentType, a.Body)
}

// fail answers a call of an authenticated caller that does not reach its function.
func (x *exchange) fail(status int, err error) {
	a := x.s.o.Refuse(x.caller, x.request, err)
	a.Status = status
	x.send(a)
}

// method refuses what no client of WHM sends: a call must not be made by a
// method that intermediaries and browsers take for harmless.
func (x *exchange) method() bool {
	switch x.r.Method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut:
		return true
	}
	x.w.Header().Set("Allow", "GET, HEAD, POST, PUT")
	x.fail(http.StatusMethodNotAllowed, hostkeep.Errorf(hostkeep.Unsupported, "This method is not answered; call with GET or POST."))
	return false
}

func (x *exchange) authenticate() bool {
	c, err := x.s.o.Authenticate(x.r.Context(), x.credential())
	if err == nil {
		x.caller = c
		return true
	}
	x.refuseFor(err)
	return false
}

// refuseFor refuses for what Authenticate and its like say.
func (x *exchange) refuseFor(err error) {
	status := http.StatusForbidden
	if x.s.o.Unavailable(err) {
		status = http.StatusServiceUnavailable
		x.w.Header().Set("Retry-After", "5")
	}
	x.refuse(status, x.s.o.RefusalReason(err))
}

// refuse answers as WHM does when it does not know who calls; a refusal says the
// same whatever the reason, which only the log and the counters learn.
func (x *exchange) refuse(status int, reason string) {
	x.refusal = reason
	x.s.o.Metrics.Refused(reason)
	text := "Access denied"
	if status == http.StatusServiceUnavailable {
		text = "The server cannot check credentials now"
	}
	if x.path == executeClass {
		x.refuseUAPI(status, text)
		return
	}
	if x.path == "/xml-api/-" {
		x.answer(status, xmlType, []byte(xmlHead+`<cpanelresult><apiversion>2</apiversion><data><reason>`+text+
			`</reason><result>0</result></data><error>`+text+`</error><type>text</type></cpanelresult>`))
		return
	}
	x.answer(status, jsonType, []byte(`{"cpanelresult":{"apiversion":"2","error":"`+text+
		`","data":{"reason":"`+text+`","result":"0"},"type":"text"}}`))
}
