package wire_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep/internal/wire"
)

// markup is the answer of a function f that returned out, in XML.
func markup[Out any](t testing.TB, out Out) string {
	t.Helper()
	r := wire.Reply{Command: "f", OK: true, Out: mustCompileOutput(t, reflect.TypeFor[Out]()), Value: reflect.ValueOf(&out).Elem()}
	return string(r.AppendXML(nil))
}

const (
	xmlHead = `<?xml version="1.0" ?>`
	okXML   = xmlHead + `<result><metadata><version>1</version><command>f</command><result>1</result><reason>OK</reason></metadata>`
)

func TestXML(t *testing.T) {
	t.Parallel()
	type list struct {
		L []string   `whm:"l"`
		N [][]string `whm:"n"`
		M []*string  `whm:"m"`
	}
	type keys struct {
		W wire.Worded[string]  `whm:"w"`
		K wire.Keyed[string]   `whm:"k"`
		O wire.Keyed[node]     `whm:"o"`
		L wire.Keyed[[]string] `whm:"l"`
		P wire.Keyed[*string]  `whm:"p"`
	}
	type inner struct {
		A string             `whm:"a"`
		K wire.Keyed[string] `whm:",spread"`
		Z string             `whm:"z"`
	}
	type inlined struct {
		I inner `whm:"i"`
	}
	at := time.Unix(5, 0)
	tests := []struct{ about, got, want string }{
		{"empty lists are nothing", markup(t, list{}), ``},
		{"elements repeat the name", markup(t, list{L: []string{"a", "", "b"}}), `<l>a</l><l></l><l>b</l>`},
		{"a list in a list", markup(t, list{N: [][]string{{"a", "b"}, {}}}), `<n><n>a</n><n>b</n></n><n></n>`},
		{"null", markup(t, list{M: []*string{nil}}), `<m/>`},
		{"values", markup(t, record{Size: -1, Yes: true, At: at, Nodes: []node{{"x"}, {"y"}}}), `<owner></owner><user></user><size>-1</size>` +
			`<few>0</few><yes>1</yes><at>5</at><limit>0</limit><number>0</number><maybe/><maybe_at/><maybe_l/><null/>` +
			`<nodes><alias>x</alias></nodes><nodes><alias>y</alias></nodes><inner><alias></alias></inner>`},
		{
			"keys that are words", markup(t, keys{W: wire.Worded[string]{{"all", "1"}, {"1st", "2"}, {"a b", "3"}, {"", "4"}, {"item", "5"}, {"XmL", "6"}, {"a<", "7"}, {"xm", "8"}}}),
			`<w><all>1</all><item><key>1st</key><value>2</value></item><item><key>a b</key><value>3</value></item><item><key></key><value>4</value></item>` +
				`<item><key>item</key><value>5</value></item><item><key>XmL</key><value>6</value></item><item><key>a&lt;</key><value>7</value></item><xm>8</xm></w><k></k><o></o><l></l><p></p>`,
		},
		{
			"keys that are data", markup(t, keys{K: wire.Keyed[string]{{"all", "1"}, {"a<", "2"}}}),
			`<w></w><k><item><key>all</key><value>1</value></item><item><key>a&lt;</key><value>2</value></item></k><o></o><l></l><p></p>`,
		},
		{
			"keys among members", markup(t, inlined{inner{"1", wire.Keyed[string]{{"MX-b.test", "2"}, {"c", "3"}}, "4"}}),
			`<i><a>1</a><item><key>MX-b.test</key><value>2</value></item><item><key>c</key><value>3</value></item><z>4</z></i>`,
		},
		{
			"keys of objects, lists and null", markup(t, keys{O: wire.Keyed[node]{{"9", node{"x"}}, {"n", node{"y"}}}, L: wire.Keyed[[]string]{{"9", []string{"a", "b"}}, {"8", nil}, {"n", nil}}, P: wire.Keyed[*string]{{"9", nil}}}),
			`<w></w><k></k><o><item><key>9</key><value><alias>x</alias></value></item><item><key>n</key><value><alias>y</alias></value></item></o>` +
				`<l><item><key>9</key><value>a</value><value>b</value></item><item><key>8</key></item><item><key>n</key></item></l><p><item><key>9</key><value/></item></p>`,
		},
		{
			"texts", markup(t, node{"<a b='c'>&\"]]>\r\n\t\x00\x1f\x7f\ufffe\uffff\xff\U0001F600"}),
			"<alias>&lt;a b='c'&gt;&amp;\"]]&gt;&#13;\n\t\ufffd\ufffd\x7f\ufffd\ufffd\ufffd\U0001F600</alias>",
		},
	}
	for _, tt := range tests {
		if want := okXML + "<data>" + tt.want + "</data></result>"; tt.got != want {
			t.Errorf("%s:\n%s, want\n%s", tt.about, tt.got, want)
		}
		wellFormed(t, tt.got)
	}
	if got := answer(t, inlined{inner{"1", wire.Keyed[string]{{"MX-b.test", "2"}}, "4"}}); !strings.Contains(got, `{"i":{"a":"1","MX-b.test":"2","z":"4"}}`) {
		t.Errorf("keys among members in JSON: %s", got)
	}
	failed := wire.Reply{Command: "</command><x>", Reason: "a<b"}
	if got, want := string(failed.AppendXML(nil)), xmlHead+`<result><metadata><version>1</version><command>&lt;/command&gt;&lt;x&gt;</command><result>0</result><reason>a&lt;b</reason></metadata></result>`; got != want {
		t.Errorf("a failure: %s", got)
	}
}

// wellFormed lists the tags of an XML document that can be read.
func wellFormed(t testing.TB, text string) (tags []string) {
	t.Helper()
	d, depth := xml.NewDecoder(strings.NewReader(text)), 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return tags
		}
		if err != nil {
			t.Fatalf("%q is no XML: %v", text, err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; depth == 1 && len(tags) > 0 || len(e.Attr) > 0 {
				t.Errorf("%q has a second root or attributes", text)
			}
			tags = append(tags, e.Name.Local)
		case xml.EndElement:
			depth--
		}
	}
}

// FuzzXML: any text is written so that it can be read back, and none of it
// becomes a tag.
func FuzzXML(f *testing.F) {
	for _, s := range []string{"plain", "1", "<a>", "&#0;", "a\x00\xff\r\n", "xml-stylesheet", "item", "a:b", "ï»¿"} {
		f.Add(s, s)
	}
	type out struct {
		T string             `whm:"t"`
		K wire.Keyed[string] `whm:"k"`
	}
	f.Fuzz(func(t *testing.T, command, text string) {
		value := out{text, wire.Keyed[string]{{text, command}}}
		for _, r := range []wire.Reply{
			{Command: command, OK: true, Out: mustCompileOutput(t, reflect.TypeFor[out]()), Value: reflect.ValueOf(value)},
			{Command: command, Reason: text},
			{Command: command, Reason: text, V0: true},
		} {
			doc := string(r.AppendXML(nil))
			for _, tag := range wellFormed(t, doc) {
				if !strings.Contains(" result metadata version command reason data t k item key value error ", " "+tag+" ") {
					t.Errorf("%q has the tag %q", doc, tag)
				}
			}
			var streamed bytes.Buffer
			if err := r.WriteXML(&streamed); err != nil || streamed.String() != doc {
				t.Errorf("streamed %q, %v", streamed.String(), err)
			}
		}
		var back struct {
			Metadata struct {
				Command string `xml:"command"`
			} `xml:"metadata"`
			Data struct {
				T string `xml:"t"`
			} `xml:"data"`
		}
		r := wire.Reply{Command: command, OK: true, Out: mustCompileOutput(t, reflect.TypeFor[out]()), Value: reflect.ValueOf(value)}
		if err := xml.Unmarshal(r.AppendXML(nil), &back); err != nil || back.Metadata.Command != xmlText(command) || back.Data.T != xmlText(text) {
			t.Errorf("read back %q, %q: %v", back.Metadata.Command, back.Data.T, err)
		}
	})
}

// xmlText is what XML can hold of a text, by the letter of XML 1.0's Char.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || 0x20 <= r && r <= 0xD7FF || 0xE000 <= r && r <= 0xFFFD || 0x10000 <= r {
			return r
		}
		return '\uFFFD'
	}, string([]rune(s)))
}
