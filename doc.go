// Package hostkeep is the vocabulary: the words that every other package
// shares (tokens, WHM users, accounts, packages, privileges, callers, errors).
// It holds values and the rules that belong to a value alone. It refuses to
// know storage, HTTP, commands and configuration, and imports only the standard
// library.
package hostkeep
