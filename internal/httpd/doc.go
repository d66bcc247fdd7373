// Package httpd is the server's side of HTTP: listeners, ports, paths, limits,
// the caller's address, refusals, panics and the access log. It refuses to know
// what functions, credentials and parameters mean: it hands a function's name,
// the raw query and the raw body on, after whoever authenticates has said who
// calls, and never before. No text of a caller reaches the log.
package httpd
