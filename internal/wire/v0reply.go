package wire

import (
	"cmp"
	"reflect"
)

// writeV0 hands the answer to a sink as API 0 has it.
func (r *Reply) writeV0(to sink) {
	root := named("result") // as XML calls it: what a caller asked for is no tag
	if r.Out == nil || r.Out.v0 == nil {
		to.open(root, false)
		to.text(named("error"), r.failure(r.Note))
		to.close(root, false)
		return
	}
	if r.Function != "" {
		root = named(r.Function)
	}
	v, told := r.value()
	note, form := r.note(v, told), r.Out.v0
	if !r.OK {
		note.Reason = r.failure(note)
	}
	to.open(root, false)
	switch form.Form {
	case Plain:
		form.plain(to, r, v, told, note)
	case Status:
		form.status(to, note, r.OK, cmp.Or(note.Reason, form.Message, "Ok"))
		form.write(to, r, v, told, note)
	case Beside:
		if told {
			form.write(to, r, v, told, note)
		}
		form.result(to, note, r.OK, func() {})
	case Result:
		form.result(to, note, r.OK, func() { form.under(to, r, v, told, note) })
	case Single:
		form.single(to, r, v, told, note)
	}
	form.output(to, r.OK, note)
	to.close(root, false)
}

func (f *legacy) plain(to sink, r *Reply, v reflect.Value, told bool, note Note) {
	switch {
	case !r.OK && f.Nulls:
		f.write(to, r, v, false, note)
		return
	case !r.OK:
		to.number(named("status"), 0, true)
		to.text(named("statusmsg"), note.Reason)
		to.text(named("error"), note.Reason)
		return
	}
	l := named(f.Under)
	if f.Under != "" {
		to.open(l, true)
		to.open(l, false)
	}
	if told {
		f.write(to, r, v, told, note)
	}
	if f.Under != "" {
		to.close(l, false)
		to.close(l, true)
	}
	f.notes(to, note, true)
}

func (f *legacy) output(to sink, ok bool, note Note) {
	switch l := named("output"); {
	case f.Log == AtTop && ok, f.Log == InOutput && note.Raw != "":
		to.text(l, note.Raw)
	case f.Log == InOutput:
		to.null(l)
	}
}

// notes are messages and warnings, where a function has some: without them what
// API 1 tells would be lost.
func (f *legacy) notes(to sink, note Note, ok bool) {
	for _, n := range []struct {
		l    label
		list []string
	}{{named("messages"), note.Messages}, {named("warnings"), note.Warnings}} {
		switch {
		case len(n.list) > 0 || !f.Notes:
			writeTexts(to, n.l, n.list)
		case ok:
			to.open(n.l, true)
			to.close(n.l, true)
		default:
			to.null(n.l)
		}
	}
}

func (f *legacy) status(to sink, note Note, ok bool, message string) {
	result := int64(0)
	if ok {
		result = 1
	}
	to.number(named("status"), result, true)
	if message == "" {
		to.null(named("statusmsg"))
	} else {
		to.text(named("statusmsg"), message)
	}
	if f.Log == RawOut && note.Raw != "" {
		to.text(named("rawout"), note.Raw)
	} else if f.Log == RawOut && (ok || !f.Bare) {
		to.null(named("rawout"))
	}
	f.notes(to, note, ok)
}

// result is a list of one record with the status and more.
func (f *legacy) result(to sink, note Note, ok bool, more func()) {
	l, message := named(f.Name), note.Reason
	if ok {
		message = cmp.Or(note.Reason, f.Message)
		if f.Log == InStatus {
			message = cmp.Or(note.Raw, message)
		}
	}
	to.open(l, true)
	to.open(l, false)
	f.status(to, note, ok, message)
	more()
	to.close(l, false)
	to.close(l, true)
}

// single is one record with the status and more.
func (f *legacy) single(to sink, r *Reply, v reflect.Value, told bool, note Note) {
	l := named(f.Name)
	to.open(l, false)
	switch {
	case r.OK:
		f.status(to, note, true, cmp.Or(note.Reason, f.Message))
		f.write(to, r, v, told, note)
	default:
		f.status(to, note, false, note.Reason)
		for i := range f.members {
			if m := &f.members[i]; told && m.name == f.Told {
				m.write(to, v)
			}
		}
	}
	to.close(l, false)
}

func (f *legacy) under(to sink, r *Reply, v reflect.Value, told bool, note Note) {
	l := named(f.Under)
	switch {
	case f.Under == "":
		f.write(to, r, v, told, note)
	case !told:
		to.null(l)
	default:
		to.open(l, false)
		f.write(to, r, v, told, note)
		to.close(l, false)
	}
}

// write hands over the members, or their absence.
func (f *legacy) write(to sink, r *Reply, v reflect.Value, told bool, note Note) {
	if told {
		writeMembers(to, f.members, v, f.list, columnsOnly(note.Columns))
		return
	}
	for _, m := range f.members {
		if f.Bare {
			continue
		}
		if f.Empty && m.shape == shapeList {
			to.open(m.label, true)
			to.close(m.label, true)
		} else {
			to.null(m.label)
		}
	}
}
