package wire

import (
	"cmp"
	"io"
	"reflect"
	"slices"
)

// Reply is one answer, not yet on any wire.
type Reply struct {
	Command  string // as the caller wrote it
	Function string // the declared name, "" when no function was found
	OK       bool
	Reason   string        // metadata.reason; "" takes the note's, else "OK"
	Note     Note          // in addition to the note of the Out struct
	Out      *Output       // nil when no function was found
	Value    reflect.Value // the Out struct; not looked at unless OK or Partial
	V0       bool          // in the form of API 0
	Dialect  Dialect       // of cPanel, "" for WHM's
	Module   string        // cPanel's
	Partial  bool          // a call that failed has data to tell all the same
	Shown    *Selection    // what of the list is shown; nil: everything
}

// AppendJSON appends the answer as compact JSON.
func (r *Reply) AppendJSON(dst []byte) []byte {
	j := jsonSink{page: page{buf: dst}, lists: 1}
	r.write(&j)
	return j.buf
}

// AppendXML appends the answer as XML.
func (r *Reply) AppendXML(dst []byte) []byte {
	x := xmlSink{page: page{buf: append(dst, xmlHead...)}}
	r.write(&x)
	return x.buf
}

// AppendResult appends what the call came to as a JSON object, for a program:
// reason, output and data as in API 1. Without secrets the log text, the messages
// and data that has a secret are left out.
func (r *Reply) AppendResult(dst []byte, secrets bool) []byte {
	j := jsonSink{page: page{buf: dst}, lists: 1}
	v, told := r.value()
	note := r.note(v, told)
	if !secrets {
		note.Raw, note.Messages = "", nil
		told = told && !slices.ContainsFunc(r.Out.Fields(), func(m Member) bool { return m.Type == shapeSecret.String() })
	}
	l := named("result")
	j.open(l, false)
	j.text(named("reason"), cmp.Or(r.Reason, note.Reason, "OK"))
	note.write(&j)
	if told {
		r.Out.write(&j, named("data"), v, nil)
	}
	j.close(l, false)
	return j.buf
}

// WriteJSON writes what AppendJSON appends, about 64 KiB at a time. The error is
// the writer's.
func (r *Reply) WriteJSON(w io.Writer) error {
	j := jsonSink{page: newPage(w), lists: 1}
	r.write(&j)
	j.flush()
	return j.err
}

// WriteXML writes what AppendXML appends, about 64 KiB at a time. The error is
// the writer's.
func (r *Reply) WriteXML(w io.Writer) error {
	x := xmlSink{page: newPage(w)}
	x.buf = append(x.buf, xmlHead...)
	r.write(&x)
	x.flush()
	return x.err
}

// Records counts the records that the answer shows of its list, or that the
// answers inside it show of theirs.
func (r *Reply) Records() (n int) {
	v, told := r.value()
	if !told {
		return 0
	}
	if rows, ok := r.Out.records(v); ok {
		return r.Shown.count(rows.list.Len())
	}
	if r.Out.data != nil { // no answer stands in one record
		return 0
	}
	for _, m := range r.Out.members {
		switch inner := v.FieldByIndex(m.path).Addr().Interface().(type) {
		case *Reply:
			n += inner.Records()
		case *[]Reply:
			for i := range *inner {
				n += (*inner)[i].Records()
			}
		}
	}
	return n
}

// Nests reports whether whole answers stand inside this one.
func (r *Reply) Nests() bool {
	return r.Out != nil && slices.ContainsFunc(r.Out.members, func(m member) bool {
		return m.shape == shapeAnswer || m.shape == shapeList && m.elem.shape == shapeAnswer
	})
}

// Trim lets go of the records that are not shown, for an answer that has to wait.
func (r *Reply) Trim() {
	v, told := r.value()
	if !told || r.Shown == nil {
		return
	}
	rows, ok := r.Out.records(v)
	if !ok || r.Shown.count(rows.list.Len()) == rows.list.Len() && r.Shown.order == nil {
		return
	}
	kept := reflect.MakeSlice(rows.list.Type(), r.Shown.count(rows.list.Len()), r.Shown.count(rows.list.Len()))
	for i := range kept.Len() {
		kept.Index(i).Set(rows.list.Index(r.Shown.at(i)))
	}
	rows.list.Set(kept)
	shown := *r.Shown
	shown.order, shown.from, shown.to = nil, 0, kept.Len()
	r.Value, r.Shown = v, &shown
}

// write hands the answer to a sink.
func (r *Reply) write(to sink) {
	switch {
	case r.Dialect != "":
		r.writeCPanel(to)
	case r.Out != nil && r.Out.Relays():
		r.relay(to)
	case r.V0:
		r.writeV0(to)
	default:
		r.writeV1(to, named("result"))
	}
}

// writeInside hands over the answer as it stands inside another.
func (r *Reply) writeInside(to sink, l label) {
	if r.Dialect != "" {
		r.writeUAPI(to, l)
		return
	}
	r.writeV1(to, l)
}

// writeV1 hands over the envelope of API 1.
func (r *Reply) writeV1(to sink, root label) {
	v, told := r.value()
	note := r.note(v, told)
	to.open(root, false)
	r.metadata(to, note)
	if told {
		r.Out.write(to, named("data"), v, r.Shown.narrow(note.Columns))
	}
	to.close(root, false)
}

func (r *Reply) metadata(to sink, note Note) {
	l, result := named("metadata"), int64(1)
	reason := cmp.Or(r.Reason, note.Reason, "OK")
	if !r.OK {
		result, reason = 0, r.failure(note)
	}
	to.open(l, false)
	to.number(named("version"), 1, true)
	to.text(named("command"), r.Command)
	to.number(named("result"), result, true)
	to.text(named("reason"), reason)
	note.write(to)
	r.Shown.write(to)
	to.close(l, false)
}

func (r *Reply) failure(note Note) string { return cmp.Or(r.Reason, note.Reason, "The call failed.") }

// write hands over metadata.output, when something is in it.
func (n Note) write(to sink) {
	if n.Raw == "" && len(n.Messages) == 0 && len(n.Warnings) == 0 {
		return
	}
	l := named("output")
	to.open(l, false)
	if n.Raw != "" {
		to.text(named("raw"), n.Raw)
	}
	writeTexts(to, named("messages"), n.Messages)
	writeTexts(to, named("warnings"), n.Warnings)
	to.close(l, false)
}

func writeTexts(to sink, l label, texts []string) {
	if len(texts) == 0 {
		return
	}
	to.open(l, true)
	for _, t := range texts {
		to.text(l, t)
	}
	to.close(l, true)
}

// textsOrNull is writeTexts where an empty list is null.
func textsOrNull(to sink, l label, texts []string) {
	if len(texts) == 0 {
		to.null(l)
		return
	}
	writeTexts(to, l, texts)
}

// value is the Out struct in a place where it can be addressed; told: there is
// one to tell of. What a handler leaves behind when it fails is not true, unless
// it says so.
func (r *Reply) value() (v reflect.Value, told bool) {
	if !r.OK && !r.Partial || r.Out == nil || !r.Value.IsValid() || r.Value.Type() != r.Out.typ {
		return v, false
	}
	if r.Value.CanAddr() {
		return r.Value, true
	}
	v = reflect.New(r.Out.typ).Elem()
	v.Set(r.Value)
	return v, true
}

// note joins the reply's own note and the one of the Out struct.
func (r *Reply) note(v reflect.Value, told bool) Note {
	n := r.Note
	if !told || r.Out.note == nil {
		return n
	}
	m, ok := v.FieldByIndex(r.Out.note).Addr().Interface().(*Note)
	if !ok {
		return n
	}
	n.Reason, n.Raw = cmp.Or(n.Reason, m.Reason), cmp.Or(n.Raw, m.Raw)
	n.Messages, n.Warnings = slices.Concat(n.Messages, m.Messages), slices.Concat(n.Warnings, m.Warnings)
	if n.Columns == nil {
		n.Columns = m.Columns
	}
	for _, name := range n.Columns {
		if !r.Out.hasColumn(name) {
			n.Warnings = append(n.Warnings, noColumn(name))
		}
	}
	return n
}
