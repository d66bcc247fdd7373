package httpd

import (
	"net/http"
	"strings"
)

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

// page answers / with a page that says what this is, and loads nothing.
func (x *exchange) page() {
	h := x.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	x.answer(http.StatusOK, "text/html; charset=utf-8", []byte(pageHTML))
}

const loginHTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in to Hostkeep</title>
</head>
<body>
<h1>Sign in</h1>
%MESSAGE%<form method="post" action="/login/">
<p><label>User <input name="user" autocomplete="username" required></label></p>
<p><label>Password <input name="pass" type="password" autocomplete="current-password" required></label></p>
<p><label>Code, if you use one <input name="tfa_token" inputmode="numeric" autocomplete="one-time-code"></label></p>
<p><button>Sign in</button></p>
</form>
</body>
</html>
`

// loginPage shows the form. What stands above it after a failure has the words
// that old clients look for.
func (x *exchange) loginPage(status int, message string) {
	text := map[string]string{
		invalidLogin: "Login Attempt Failed! The login is invalid.",
		codeNeeded:   "Login Attempt Failed! A current code of your authenticator is needed, one that was not used before.",
		notNow:       "Login Attempt Failed! The server cannot check logins right now. Try again in a few seconds.",
	}[message]
	if text != "" {
		text = "<p role=\"alert\">" + text + "</p>\n"
	}
	h := x.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	x.answer(status, "text/html; charset=utf-8", []byte(strings.Replace(loginHTML, "%MESSAGE%", text, 1)))
}
