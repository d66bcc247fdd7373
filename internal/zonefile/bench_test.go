package zonefile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// large is a zone of as many lines as are allowed, less one to add.
func large() string {
	var b strings.Builder
	b.WriteString(head)
	for i := headLines; i < zonefile.MaxLines-1; i++ {
		if i%2 == 0 {
			fmt.Fprintf(&b, "h%d 300 IN A 192.0.2.%d\n", i, i%256)
		} else {
			fmt.Fprintf(&b, "h%d IN TXT \"number %d\" ; of many\n", i, i)
		}
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	text := large()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := zonefile.Parse("example.com", text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	z, err := zonefile.Parse("example.com", large())
	if err != nil {
		b.Fatal(err)
	}
	e := zonefile.Edit{Add: []zonefile.Entry{entry("_acme-challenge", "TXT", "token")}}
	for b.Loop() {
		if _, err := z.Apply(e, z.Serial()+1); err != nil {
			b.Fatal(err)
		}
	}
}
