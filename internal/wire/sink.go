package wire

import (
	"io"
	"slices"
)

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
	pass()        // a good moment to hand on what is written
}

// label names a value. An element of a list has its list's name.
type label struct {
	name string
	json string // `,"name":` made ready; "" when the name is not known before
	data bool   // the name is a key that is data
	word bool   // which is a word of ours
}

func newLabel(name string) label {
	return label{name: name, json: string(append(appendText([]byte{','}, name), ':'))}
}

// named is the label of a name that is not worth making ready.
func named(name string) label { return label{name: name} }

// key is the label of a key of a keyed object; worded: it is a word of ours.
func key(name string, worded bool) label { return label{name: name, data: true, word: worded} }

// pageSize is how many bytes are gathered before they are handed on.
const pageSize = 64 << 10

// page is what a sink has written and not handed on.
type page struct {
	buf []byte
	to  io.Writer // nil: everything stays in buf
	err error     // of to; what follows is dropped
}

func (p *page) size() int { return len(p.buf) }

func (p *page) expect(n int) {
	if p.to == nil {
		p.buf = slices.Grow(p.buf, n)
	}
}

func (p *page) pass() {
	if p.to != nil && len(p.buf) >= pageSize {
		p.flush()
	}
}

func (p *page) flush() {
	if p.err == nil && len(p.buf) > 0 {
		_, p.err = p.to.Write(p.buf)
	}
	p.buf = p.buf[:0]
}

func newPage(w io.Writer) page {
	return page{buf: make([]byte, 0, pageSize+pageSize/8), to: w} // a record beyond the page mostly fits
}
