// Package wiretest reads answers back as their clients do, so that tests can
// compare the wires with each other and with a naive oracle. It knows the
// encoders' rules from docs/wire.md and refuses to call them.
package wiretest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Node is a value of an answer, whatever wire it came by: a text, or members in
// their order. Numbers are their text, null is the empty text, a list is a member
// for each of its elements, and what is empty has no members.
type Node struct {
	Text    string
	Members []Member
}

// Member is a value with its name.
type Member struct {
	Name string
	Node
}

// Get is the first member of a name; ok: there is one.
func (n Node) Get(name string) (_ Node, ok bool) {
	i := slices.IndexFunc(n.Members, func(m Member) bool { return m.Name == name })
	if i < 0 {
		return Node{}, false
	}
	return n.Members[i].Node, true
}

// All lists the members of a name.
func (n Node) All(name string) (list []Node) {
	for _, m := range n.Members {
		if m.Name == name {
			list = append(list, m.Node)
		}
	}
	return list
}

// Without leaves members out.
func (n Node) Without(names ...string) Node {
	n.Members = slices.DeleteFunc(slices.Clone(n.Members), func(m Member) bool { return slices.Contains(names, m.Name) })
	return n
}

// Leaves lists the texts that are not empty, sorted.
func (n Node) Leaves() (list []string) {
	if n.Text != "" {
		list = append(list, n.Text)
	}
	for _, m := range n.Members {
		list = append(list, m.Leaves()...)
	}
	slices.Sort(list)
	return list
}

// String is for a test's message.
func (n Node) String() string {
	if n.Members == nil {
		return fmt.Sprintf("%q", n.Text)
	}
	var b strings.Builder
	for i, m := range n.Members {
		b.WriteString(map[bool]string{true: "{", false: " "}[i == 0] + m.Name + ":" + m.String())
	}
	return b.String() + "}"
}

// JSON reads an answer in JSON.
func JSON(text []byte) (Node, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	n, _, err := jsonValue(d, "")
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the value")
		}
	}
	if err != nil {
		return n, fmt.Errorf("reading JSON: %w", err)
	}
	return n, nil
}

// jsonValue reads the value of a name, which the elements of a list share.
func jsonValue(d *json.Decoder, name string) (n Node, list bool, err error) {
	t, err := d.Token()
	if err != nil {
		return n, false, err
	}
	open, nested := t.(json.Delim)
	if !nested {
		if t != nil {
			n.Text = fmt.Sprint(t)
		}
		return n, false, nil
	}
	for d.More() {
		var inner Node
		if open == '[' {
			inner, _, err = jsonValue(d, name)
			n.Members = append(n.Members, Member{name, inner})
		} else {
			err = n.jsonMember(d)
		}
		if err != nil {
			return n, false, err
		}
	}
	_, err = d.Token()
	return n, open == '[', err
}

func (n *Node) jsonMember(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	name := fmt.Sprint(t)
	v, list, err := jsonValue(d, name)
	if list {
		n.Members = append(n.Members, v.Members...)
	} else {
		n.Members = append(n.Members, Member{name, v})
	}
	return err
}

// XML reads an answer in XML, and the name of its root.
func XML(text []byte) (root string, n Node, err error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	var top Node
	if err = top.xmlChildren(d); err == nil && len(top.Members) != 1 {
		err = fmt.Errorf("%d roots", len(top.Members))
	}
	if err != nil {
		return "", n, fmt.Errorf("reading XML: %w", err)
	}
	return top.Members[0].Name, top.Members[0].Node, nil
}

// xmlChildren reads up to the end of an element, or of the document.
func (n *Node) xmlChildren(d *xml.Decoder) error {
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if len(e.Attr) > 0 || e.Name.Space != "" || n.Text != "" {
				return fmt.Errorf("the element %s has attributes, a prefix or text before it", e.Name.Local)
			}
			var inner Node
			if err := inner.xmlChildren(d); err != nil {
				return err
			}
			n.Members = append(n.Members, unkeyed(Member{e.Name.Local, inner})...)
		case xml.CharData:
			if n.Text += string(e); n.Members != nil {
				return fmt.Errorf("text beside elements: %q", e)
			}
		case xml.EndElement:
			return nil
		}
	}
}

// unkeyed turns <item><key>K</key><value>V</value>…</item> into members K.
func unkeyed(m Member) []Member {
	if m.Name != "item" || len(m.Members) == 0 || m.Members[0].Name != "key" {
		return []Member{m}
	}
	list := []Member{}
	for _, v := range m.Members[1:] {
		list = append(list, Member{m.Members[0].Text, v.Node})
	}
	return list
}

// AsXML is the value with its texts as XML can hold them.
func (n Node) AsXML() Node {
	n.Text = xmlText(n.Text)
	n.Members = slices.Clone(n.Members)
	for i, m := range n.Members {
		n.Members[i] = Member{xmlText(m.Name), m.AsXML()}
	}
	return n
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
