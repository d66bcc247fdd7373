// Package tlscert looks after the server's TLS certificate: it makes the
// self-signed pair of a first start and rereads a pair whose files changed. It
// refuses to know listeners, settings and where the pair comes from otherwise.
package tlscert
