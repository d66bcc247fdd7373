package wire

// sink is one wire. Each wire is a sink of its own, and all get the same walk
// over the same value, so that they cannot drift apart.
type sink interface {
	open(l label, list bool) // an object, or a list
	close(l label, list bool)
	text(l label, s string)
	number(l label, n int64, bare bool) // not bare: a text on wires that tell the two apart
	null(l label)
	size() int    // bytes written
	expect(n int) // about so many bytes follow; a hint
}

// label names a value. An element of a list has its list's name.
type label struct {
	name string
	json string // `,"name":` made ready; "" when the name is not known before
}

func newLabel(name string) label {
	return label{name, string(append(appendText([]byte{','}, name), ':'))}
}

// named is the label of a name that is not worth making ready, or is data.
func named(name string) label { return label{name: name} }
