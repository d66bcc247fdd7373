// Package nameserver answers DNS questions with authority, over UDP and TCP, from
// zones that it is handed; gives whole zones to listed secondaries, and tells them
// of changes. It never asks anybody else, and refuses to know stores, the text of
// zones, whose they are and who changes them.
package nameserver
