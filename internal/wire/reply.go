package wire

import (
	"cmp"
	"reflect"
	"slices"
)

// Reply is one answer, not yet on any wire.
type Reply struct {
	Command string // as the caller wrote it
	OK      bool
	Reason  string        // metadata.reason; "" takes the note's, else "OK"
	Note    Note          // in addition to the note of the Out struct
	Out     *Output       // nil when no function was found
	Value   reflect.Value // the Out struct; not looked at unless OK
}

// AppendJSON appends the answer in the envelope of API 1.
func (r *Reply) AppendJSON(dst []byte) []byte {
	j := jsonSink{buf: dst, lists: 1}
	r.write(&j)
	return j.buf
}

// write hands the answer to a sink, in the envelope of API 1.
func (r *Reply) write(to sink) {
	v, told := r.value()
	note := r.note(v, told)
	root := named("result") // as XML calls it
	to.open(root, false)
	r.metadata(to, note)
	if told {
		r.Out.write(to, named("data"), v, note.Columns)
	}
	to.close(root, false)
}

func (r *Reply) metadata(to sink, note Note) {
	l, result := named("metadata"), int64(1)
	reason := cmp.Or(r.Reason, note.Reason, "OK")
	if !r.OK {
		result, reason = 0, cmp.Or(r.Reason, note.Reason, "The call failed.")
	}
	to.open(l, false)
	to.number(named("version"), 1, true)
	to.text(named("command"), r.Command)
	to.number(named("result"), result, true)
	to.text(named("reason"), reason)
	note.write(to)
	to.close(l, false)
}

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

// value is the Out struct in a place where it can be addressed; told: there is
// one to tell of. What a handler leaves behind when it fails is not true.
func (r *Reply) value() (v reflect.Value, told bool) {
	if !r.OK || r.Out == nil || !r.Value.IsValid() || r.Value.Type() != r.Out.typ {
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
	return n
}
