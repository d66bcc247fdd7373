package auth_test

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/auth"
)

func basic(user, password string) string { return "Basic " + b64(user+":"+password) }

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// headerNode knows alice's token secretA and her password, which has colons and
// letters beyond ASCII.
func headerNode() *node {
	n := newNode()
	n.give(secretA, hostkeep.Token{})
	n.passwords[aliceID] = cheap("p:ä:s")
	return n
}

func TestHeadersThatSignIn(t *testing.T) {
	t.Parallel()
	for _, header := range []string{
		"whm alice:" + secretA,
		"WHM alice:" + secretA,
		"wHm alice:" + secretA,
		"whm   alice:" + secretA,
		"whm \talice:" + secretA,
		"whm alice: " + secretA,
		"whm alice:\t" + secretA,
		"whm alice:" + secretA + " ",
		"whm alice: \t " + secretA + "\t \t",
		basic("alice", "p:ä:s"),
		"basic " + b64("alice:p:ä:s"),
		"BASIC  " + b64("alice:p:ä:s") + " ",
		"whm alice:" + strings.Repeat(" ", 4096-len("whm alice:"+secretA)) + secretA,
	} {
		if c, err := headerNode().call(header); err != nil || c.User.ID != aliceID {
			t.Errorf("%q: %v, want alice", hostkeep.Clip(header, 60), err)
		}
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	t.Parallel()
	const a = secretA
	alice := b64("alice:p:ä:s")
	for reason, headers := range map[string][]string{
		auth.ReasonScheme: {
			"", " ", "WHM\talice:" + a, "whmalice:" + a, "whm:alice:" + a, " whm alice:" + a, "cpanel alice:" + a,
			"CPANEL alice:" + a, "Bearer " + a, "bearer alice:" + a, "Digest username=alice", "Token " + a, "alice:" + a, a,
			"whm\u00a0alice:" + a, "ｗｈｍ alice:" + a, "whm, alice:" + a, "Basic" + alice, "uapi alice:" + a,
			"Negotiate " + alice, "wh alice:" + a, "whmm alice:" + a,
		},
		auth.ReasonControl: {
			"whm alice:" + a + "\r\n", "whm alice:" + a + "\n", "whm alice:\r" + a, "whm al\x00ice:" + a, "whm alice:" + a + "\x00",
			"\x00whm alice:" + a, "whm alice:" + a + "\r\nX-Other: 1", "whm alice\x7f:" + a, "whm alice:" + a + "\x1b[0m",
			"whm\valice:" + a, "Basic " + alice + "\n", "Basic " + alice[:4] + "\r\n" + alice[4:],
			"Basic " + b64("alice:p:ä:s\x00"), "Basic " + b64("alice\n:p:ä:s"), "Basic " + b64("alice:\x7f"), "Basic " + b64("alice:p\t"),
		},
		auth.ReasonMalformed: {
			"whm", "whm ", "whm \t", "whm alice", "whm alice:", "whm alice: \t ", "whm :" + a, "whm  :" + a, "whm :", "whm " + a,
			"whm alice::" + a, "whm alice:x:" + a, "whm alice:" + a + ":", "whm alice:" + a + "A", "whm alice:" + a[:31],
			"whm alice:" + strings.ToLower(a), "whm alice:" + a[:16] + " " + a[16:], "whm alice:" + a[:16] + "\t" + a[16:],
			"whm alice:\u00a0" + a, "whm alice:" + a[:31] + "é", "whm alice:" + a[:26] + "B" + a[27:], "whm alice:" + strings.Repeat("0123456789abcdef", 56),
			"whm alice,bob:" + a + ",", "whm alice:\"" + a + "\"", "whm alice:" + a[:30] + "\xff\xfe",
			"Basic", "Basic ", "Basic alice:p:ä:s", "Basic user:password", "Basic " + strings.TrimRight(b64("alice:p"), "="),
			"Basic " + b64("alice"), "Basic " + b64("alice:"), "Basic " + b64(":p"), "Basic " + b64(":"), "Basic ====",
			"Basic " + alice + " " + alice, "Basic " + alice + "," + alice, "Basic ä", "Basic " + b64("\xff\xfe"),
		},
		auth.ReasonTooLong: {
			"whm alice:" + strings.Repeat(" ", 4097-len("whm alice:"+a)) + a,
			"Basic " + b64("alice:"+strings.Repeat("p", 4000)), strings.Repeat("x", 1<<20),
		},
	} {
		for _, header := range headers {
			_, err := headerNode().call(header)
			t.Run(reason, func(t *testing.T) { wantRefusal(t, err, auth.Refusal{Reason: reason}) })
			if t.Failed() {
				t.Fatalf("header %q", hostkeep.Clip(header, 80))
			}
		}
	}
}

// A name that is nearly right is another name.
func TestNamesAreExact(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Alice", "ALICE", "alice ", "al\tice", "alice\t", "alic", "alicé", "alice\xff", "\"alice\"", "alice@host", "\u00a0alice", "*", "1", "7"} {
		n := headerNode()
		_, err := n.call("whm " + name + ":" + secretA)
		wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonOtherUser, User: "alice", PrincipalID: aliceID, TokenID: 7})
		_, err = n.call("whm " + name + ":" + secretB)
		wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonUser})
	}
}

func TestExactlyOneHeader(t *testing.T) {
	t.Parallel()
	good := "whm alice:" + secretA
	_, err := headerNode().callFrom(netip.Addr{})
	wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonNone})
	for _, headers := range [][]string{{good, good}, {good, ""}, {"", good}, {good, basic("alice", "p:ä:s"), "x"}} {
		_, err := headerNode().callFrom(netip.Addr{}, headers...)
		wantRefusal(t, err, auth.Refusal{Reason: auth.ReasonSeveral})
	}
}
