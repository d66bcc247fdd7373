package nameserver_test

import (
	"strings"
)

// large is a set that fits into no UDP packet, one that fits with EDNS, and a
// referral whose glue does not fit.
var large = "big IN TXT " + strings.Repeat(`"`+strings.Repeat("x", 200)+`" `, 10) + "\n" +
	"medium IN TXT " + strings.Repeat(`"`+strings.Repeat("x", 200)+`" `, 4) + "\n"
