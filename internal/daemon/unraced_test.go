//go:build !race

package daemon

// raced: the race detector is on.
const raced = false
