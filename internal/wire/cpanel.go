package wire

// Dialect is one of the forms of cPanel's own APIs.
type Dialect string

// The dialects of cPanel.
const (
	UAPI Dialect = "UAPI"  // the bare object of /execute
	API2 Dialect = "API 2" // inside cpanelresult
	// UAPIWrapped is UAPI as /json-api/cpanel answers it: inside an object that
	// names the function.
	UAPIWrapped Dialect = "UAPI, wrapped"
)

// Relays reports that a function's data is another function's whole answer, which
// is then the answer.
func (o *Output) Relays() bool { return o.whole && o.members[0].shape == shapeAnswer }

// relay hands over the answer inside, or why there is none, in the form that
// clients of cPanel's functions look for.
func (r *Reply) relay(to sink) {
	v, told := r.value()
	if told {
		if inner, ok := v.FieldByIndex(r.Out.members[0].path).Addr().Interface().(*Reply); ok {
			inner.write(to)
		}
		return
	}
	reason := r.failure(r.Note)
	root, data := named("cpanelresult"), named("data")
	to.open(root, false)
	to.open(data, false)
	to.text(named("reason"), reason)
	to.text(named("result"), "0")
	to.close(data, false)
	to.text(named("type"), "text")
	to.text(named("error"), reason)
	to.close(root, false)
}

// writeCPanel hands over the envelope of a dialect.
func (r *Reply) writeCPanel(to sink) {
	switch r.Dialect {
	case API2:
		// In JSON the name stands inside the one object; in XML it is the root.
		root := named("cpanelresult")
		if _, xml := to.(*xmlSink); xml {
			r.writeAPI2(to, root)
			return
		}
		to.open(root, false)
		r.writeAPI2(to, root)
		to.close(root, false)
	case UAPIWrapped:
		root := named("result")
		to.open(root, false)
		to.number(named("apiversion"), 3, true)
		to.text(named("module"), r.Module)
		to.text(named("func"), r.Command)
		r.writeUAPI(to, root)
		to.close(root, false)
	default:
		r.writeUAPI(to, named("result"))
	}
}

// writeUAPI hands over the object that UAPI answers. Lists that are empty are null,
// as there.
func (r *Reply) writeUAPI(to sink, l label) {
	v, told := r.value()
	note, status := r.note(v, told), int64(1)
	var errs []string
	if !r.OK {
		status, errs = 0, []string{r.failure(note)}
	}
	to.open(l, false)
	to.number(named("status"), status, true)
	textsOrNull(to, named("errors"), errs)
	textsOrNull(to, named("messages"), note.Messages)
	textsOrNull(to, named("warnings"), note.Warnings)
	meta := named("metadata")
	to.open(meta, false)
	r.Shown.paginate(to)
	to.close(meta, false)
	if told && len(r.Out.members) > 0 {
		r.Out.write(to, named("data"), v, r.Shown.narrow(note.Columns))
	} else {
		to.null(named("data"))
	}
	to.close(l, false)
}

// writeAPI2 hands over the object that API 2 answers. Its data is always a list.
func (r *Reply) writeAPI2(to sink, root label) {
	v, told := r.value()
	note, data := r.note(v, told), named("data")
	to.open(root, false)
	to.number(named("apiversion"), 2, true)
	to.text(named("module"), r.Module)
	to.text(named("func"), r.Command)
	for _, name := range []string{"preevent", "event", "postevent"} {
		to.open(named(name), false)
		to.number(named("result"), 1, true)
		to.close(named(name), false)
	}
	if !r.OK {
		to.text(named("error"), r.failure(note))
	}
	r.Shown.paginate(to)
	switch {
	case told && r.Out.whole:
		r.Out.write(to, data, v, r.Shown)
	case told:
		to.open(data, true)
		r.Out.write(to, data, v, nil)
		to.close(data, true)
	default:
		to.open(data, true)
		to.open(data, false)
		to.text(named("reason"), r.failure(note))
		to.number(named("result"), 0, true)
		to.close(data, false)
		to.close(data, true)
	}
	to.close(root, false)
}

// paginate tells which page of a list is shown, in UAPI's words.
func (s *Selection) paginate(to sink) {
	if s == nil || s.Chunk == nil {
		return
	}
	start, size := s.page()
	l := named("paginate")
	to.open(l, false)
	for _, m := range []struct {
		name string
		n    int
	}{
		{"total_results", s.passed},
		{"total_pages", max((s.passed-1)/size+1, 1)},
		{"current_page", (start-1)/size + 1},
		{"results_per_page", size},
		{"start_result", start},
	} {
		to.number(named(m.name), int64(m.n), true)
	}
	to.close(l, false)
}
