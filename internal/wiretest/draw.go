package wiretest

import (
	"reflect"
	"slices"
	"strconv"
	"time"

	"pgregory.net/rapid"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// texts are what encoders stumble over, as far as a store takes it: valid UTF-8.
// A generator is made for each use: two tests that run at once must not share one.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(awkward()), rapid.String())
}

func awkward() []string {
	return []string{
		"", "a", "bob", "10", "9", "1.5x", "14M", "unlimited", "10.0.0.9", "9.0.0.1", "<b>", "</acct>", "\"&'\\", "\r\n\t", "item", "xml", "1st", "]]>", "<![CDATA[",
		"a b", "é\u2028😀", "\x00\x1f\x7f", "\ufffe\uffff\ufeff", "&#0;", "null", "\u202eabc",
	}
}

// Value draws any value of an Out struct's type.
func Value(t *rapid.T, typ reflect.Type) reflect.Value {
	v := reflect.New(typ).Elem()
	fill(t, v)
	return v
}

func fill(t *rapid.T, v reflect.Value) {
	switch v.Interface().(type) {
	case hostkeep.Secret:
		v.Set(reflect.ValueOf(hostkeep.NewSecret(texts().Draw(t, "secret"))))
		return
	case hostkeep.Limit:
		v.SetInt(rapid.Int64Range(-1, 20).Draw(t, "limit"))
		return
	case time.Time:
		if rapid.Bool().Draw(t, "dated") {
			v.Set(reflect.ValueOf(time.Unix(rapid.Int64Range(-5, 1<<40).Draw(t, "time"), 0)))
		}
		return
	case wire.Reply:
		v.Set(reflect.ValueOf(wire.Reply{Command: texts().Draw(t, "command"), OK: rapid.Bool().Draw(t, "ok"), Reason: texts().Draw(t, "reason")}))
		return
	case wire.Note:
		v.Set(reflect.ValueOf(wire.Note{Messages: few().Draw(t, "messages"), Warnings: few().Draw(t, "warnings")}))
		return
	}
	fillKind(t, v)
}

func few() *rapid.Generator[[]string] { return rapid.SliceOfN(texts(), 0, 2) }

func fillKind(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts().Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "flag"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.OneOf(rapid.Int64Range(-3, 20), rapid.Int64()).Draw(t, "number"))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, "length"), 3))
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
		Distinct(v, 0, "Key")
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i))
			}
		}
	}
}

// Distinct makes the texts that name the records of a list differ, where the
// record's field i is called so.
func Distinct(list reflect.Value, i int, name string) {
	elem := list.Type().Elem()
	if elem.Kind() != reflect.Struct || elem.NumField() <= i || elem.Field(i).Name != name {
		return
	}
	seen := map[string]bool{}
	for at := range list.Len() {
		key := list.Index(at).Field(i)
		for seen[key.String()] {
			key.SetString(key.String() + "'")
		}
		seen[key.String()] = true
	}
}

// View draws a view of records that have these scalar fields, and the parameters
// of API 1 that ask for it. Without fields the records are texts, which can be
// filtered as a whole and cut.
func View(t *rapid.T, fields []string) (v wire.View, nameValue []string) {
	records, most := len(fields) > 0, 3
	if !records {
		fields, most = []string{"*"}, 0
	}
	field := rapid.SampledFrom(fields)
	add := func(name, value string) { nameValue = append(nameValue, name, value) }
	for i := range rapid.IntRange(0, 2).Draw(t, "filters") {
		f := wire.Filter{Field: field.Draw(t, "field"), Type: rapid.SampledFrom(wire.FilterTypes()).Draw(t, "type"), Arg: texts().Draw(t, "arg")}
		if !slices.Contains([]string{"contains", "begins", "eq"}, f.Type) {
			f.Arg = strconv.Itoa(rapid.IntRange(-2, 20).Draw(t, "number"))
		}
		v.Filters = append(v.Filters, f)
		l := "api.filter." + wire.Letter(i)
		add("api.filter.enable", "1")
		add(l+".field", f.Field)
		add(l+".type", f.Type)
		add(l+".arg0", f.Arg)
	}
	for i := range rapid.IntRange(0, most).Draw(t, "sorts") {
		s := wire.Sort{Field: field.Draw(t, "by"), Method: rapid.SampledFrom(wire.SortMethods()).Draw(t, "method"), Reverse: rapid.Bool().Draw(t, "reverse")}
		v.Sorts = append(v.Sorts, s)
		l := "api.sort." + wire.Letter(i)
		add("api.sort.enable", "1")
		add(l+".field", s.Field)
		add(l+".method", s.Method)
		add(l+".reverse", map[bool]string{true: "1", false: "0"}[s.Reverse])
	}
	if rapid.Bool().Draw(t, "chunked") {
		v.Chunk = &wire.Chunk{Start: rapid.IntRange(-1, 5).Draw(t, "start"), Size: rapid.IntRange(-1, 3).Draw(t, "size")}
		add("api.chunk.enable", "1")
		add("api.chunk.start", strconv.Itoa(v.Chunk.Start))
		add("api.chunk.size", strconv.Itoa(v.Chunk.Size))
	}
	if records && rapid.Bool().Draw(t, "narrowed") {
		v.Columns = rapid.SliceOfNDistinct(field, 1, min(3, len(fields)), rapid.ID[string]).Draw(t, "columns")
		add("api.columns.enable", "1")
		for i, c := range v.Columns {
			add("api.columns."+wire.Letter(i), c)
		}
	}
	return v, nameValue
}
