package httpd

import "net/http"

const pageHTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Hostkeep</title>
</head>
<body>
<h1>Hostkeep</h1>
<p>This is a Hostkeep server. It speaks WHM API 1, at <code>/json-api/</code> and <code>/xml-api/</code>, to those who bring a token.</p>
</body>
</html>
`

// start answers / with a page that says what this is, and loads nothing.
func (x *exchange) start() {
	h := x.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	x.answer(http.StatusOK, "text/html; charset=utf-8", []byte(pageHTML))
}
