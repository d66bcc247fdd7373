package wire

import (
	"errors"
	"fmt"
	"slices"
)

// Form is one of the envelopes that recorded answers of API 0 have.
type Form uint8

// The envelopes of API 0; the zero value says that a function has none there.
const (
	_ Form = iota
	// Plain: the members stand at the top. A failure is
	// {"status":0,"statusmsg":REASON,"error":REASON}, which was not recorded.
	Plain
	// Status: status and statusmsg stand beside the members, which a failure
	// answers as null.
	Status
	// Result: {NAME:[{status,statusmsg,members…}]}; a failure answers the
	// members as null.
	Result
	// Beside: the members stand at the top, and result:[{status,statusmsg}]
	// beside them; a failure answers only that.
	Beside
	// Single: {NAME:{status,statusmsg,members…}}; a failure answers, of the
	// members, only the one that Told names, and that only of data that it has.
	Single
)

// Log says where API 0 has the text that API 1 has as metadata.output.raw.
type Log uint8

// The places of a log text.
const (
	NoLog    Log = iota // nowhere
	RawOut              // rawout; null when the call failed
	InStatus            // statusmsg of a success
	AtTop               // output, at the top, of a success
	InOutput            // output, at the top, whether it failed or not; null when there is none
)

// V0 says how API 0 answers a function. The zero value: it has no twin there.
type V0 struct {
	Form    Form
	Name    string // of Result's list, "" for "result"
	Message string // statusmsg of a success that gives no reason of its own; "" is null
	Log     Log
	Under   string // Result: the members stand in an object of this name; Plain: in a list of one record
	Notes   bool   // messages and warnings stand there always: empty, or null when the call failed
	Empty   bool   // Result: a failure answers lists empty instead of null
	Bare    bool   // Result: a failure answers no members and no log
	Nulls   bool   // Plain: a failure answers its members, as null, and nothing else
	Told    string // Single: the member, as API 0 names it, that a failure tells
	Members []Twin // what is otherwise than in API 1
}

// Twin says what API 0 does otherwise with one member of API 1.
type Twin struct {
	Name       string // in API 1
	As         string // its name in API 0, "" for the same
	Text       bool   // its numbers, however deep, are written as text
	Null       bool   // an empty text is null
	Gone       bool   // API 0 does not have it
	Wrap       string // each element of the list stands in an object, under this name
	First      bool   // the list's only element stands there instead of the list
	Key, Value string // the list of records is an object: this member names, that one is the value
	Members    []Twin // of an object, or of the records of a list
}

// legacy is a V0, compiled against the Out struct: the same places of the same
// values, named and typed as API 0 has them.
type legacy struct {
	V0
	members []member
	list    int // index of the member with the records, or -1
}

// SetV0 declares how API 0 answers. What names no member is an error.
func (o *Output) SetV0(v V0) error {
	if v.Form == 0 {
		if v.Name != "" || v.Message != "" || v.Members != nil {
			return errors.New("API 0: no form is given")
		}
		return nil
	}
	if o.data != nil {
		return errors.New("API 0: data that may be missing has no form there")
	}
	members, err := twins(slices.Concat(o.members, o.old), v.Members)
	if err != nil {
		return fmt.Errorf("API 0: %w", err)
	}
	if v.Name == "" {
		v.Name = "result"
	}
	o.v0 = &legacy{v, members, -1}
	if o.list >= 0 {
		o.v0.list = slices.IndexFunc(members, func(m member) bool { return slices.Equal(m.path, o.members[o.list].path) })
	}
	return nil
}

// twins copies members with what is otherwise in API 0.
func twins(members []member, otherwise []Twin) ([]member, error) {
	members = slices.Clone(members)
	var errs []error
	gone := map[int]bool{}
	for _, t := range otherwise {
		i := slices.IndexFunc(members, func(m member) bool { return m.name == t.Name })
		if i < 0 {
			errs = append(errs, fmt.Errorf("there is no member %q", t.Name))
			continue
		}
		gone[i] = t.Gone
		if t.As != "" {
			members[i].label = newLabel(t.As)
		}
		var err error
		if members[i].node, err = members[i].twin(t); err != nil {
			errs = append(errs, fmt.Errorf("member %q: %w", t.Name, err))
		}
	}
	var kept []member
	for i, m := range members {
		if !gone[i] {
			kept = append(kept, m)
		}
	}
	return kept, errors.Join(errs...)
}

// twin copies a node with what is otherwise in API 0.
func (n *node) twin(t Twin) (_ *node, err error) {
	c := *n
	if t.Text {
		c.quote()
	}
	if c.blank = c.blank || t.Null; t.Null && (c.shape != shapeText || c.pointer) {
		return &c, errors.New("it is no text")
	}
	switch {
	case len(t.Members) == 0:
	case c.shape == shapeObject:
		c.members, err = twins(c.members, t.Members)
	case c.elem != nil && c.elem.shape == shapeObject:
		elem := *c.elem
		elem.members, err = twins(elem.members, t.Members)
		c.elem = &elem
	default:
		err = errors.New("it has no members")
	}
	if err != nil || t.Wrap == "" && !t.First && t.Key == "" {
		return &c, err
	}
	if c.shape != shapeList || c.pointer {
		return &c, errors.New("it is no list")
	}
	return &c, c.reshape(t)
}

func (c *node) reshape(t Twin) error {
	switch {
	case t.Wrap != "":
		c.shape, c.inner = shapeWrapped, newLabel(t.Wrap)
	case t.First:
		c.shape = shapeFirst
	default:
		find := func(name string, shape shape) (member, bool) {
			i := slices.IndexFunc(c.elem.members, func(m member) bool {
				return m.name == name && (shape == shapeNone || m.shape == shape && !m.pointer)
			})
			return c.elem.members[max(i, 0)], i >= 0
		}
		if c.elem.shape != shapeObject || len(c.elem.members) == 0 {
			return errors.New("it is no list of records")
		}
		key, isKey := find(t.Key, shapeText)
		value, isValue := find(t.Value, shapeNone)
		if !isKey || !isValue {
			return fmt.Errorf("its records have no text %q or no %q", t.Key, t.Value)
		}
		c.shape, c.members = shapeByKey, []member{key, value}
	}
	return nil
}

// quote has every number below written as text.
func (c *node) quote() {
	c.quoted = true
	if c.elem != nil {
		elem := *c.elem
		elem.quote()
		c.elem = &elem
	}
	c.members = slices.Clone(c.members)
	for i := range c.members {
		below := *c.members[i].node
		below.quote()
		c.members[i].node = &below
	}
}
