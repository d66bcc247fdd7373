package doc

import (
	"bytes"
	"encoding/json"
)

// object is a JSON object whose members keep their order, so that the document
// is the same each time and reads as it was declared.
type object []member

type member struct {
	name  string
	value any
}

// with appends a member.
func (o object) with(name string, value any) object { return append(o, member{name, value}) }

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	b := bytes.NewBufferString("{")
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(m.name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// ref points to a component.
func ref(kind, name string) object { return object{{"$ref", "#/components/" + kind + "/" + name}} }
