package wire_test

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// mix is the types of a record as listaccts has them: s text, b boolean, l limit,
// i integer.
const mix = "ssssssssssssssssssssbbbbbbbbblllllllllii"

// benchOut is a listaccts of 40 fields a record. Its twin for encoding/json has
// the same fields in types that come out the same.
func benchOut() (out reflect.Value, twin any) {
	types := map[rune][2]reflect.Type{
		's': {reflect.TypeFor[string](), reflect.TypeFor[string]()},
		'b': {reflect.TypeFor[bool](), reflect.TypeFor[int64]()},
		'l': {reflect.TypeFor[hostkeep.Limit](), reflect.TypeFor[string]()},
		'i': {reflect.TypeFor[int64](), reflect.TypeFor[int64]()},
	}
	var fields, twins []reflect.StructField
	for i, kind := range mix {
		goName, name := fmt.Sprintf("F%d", i), fmt.Sprintf("some_name_%d", i)
		fields = append(fields, reflect.StructField{Name: goName, Type: types[kind][0], Tag: reflect.StructTag(`whm:"` + name + `"`)})
		twins = append(twins, reflect.StructField{Name: goName, Type: types[kind][1], Tag: reflect.StructTag(`json:"` + name + `"`)})
	}
	const records = 10_000
	rows, twinRows := make1(fields, "whm", records), make1(twins, "json", records)
	for r := range records {
		for i, kind := range mix {
			fill(kind, r+i, rows.Field(0).Index(r).Field(i), twinRows.Field(0).Index(r).Field(i))
		}
	}
	return rows, twinRows.Addr().Interface()
}

func fill(kind rune, n int, v, twin reflect.Value) {
	switch kind {
	case 's':
		v.SetString([]string{fmt.Sprintf("account%d.example.com", n), "not suspended", "jupiter", "/usr/local/cpanel/bin/noshell"}[n%4])
		twin.SetString(v.String())
	case 'b':
		v.SetBool(n%8 == 0)
		if v.Bool() {
			twin.SetInt(1)
		}
	case 'l':
		l := hostkeep.Unlimited
		if n%2 == 0 {
			l = hostkeep.Limit(n)
		}
		v.SetInt(int64(l))
		twin.SetString(l.String())
	case 'i':
		v.SetInt(int64(1_600_000_000 + n))
		twin.SetInt(v.Int())
	}
}

// make1 makes a struct of one slice of n structs with the fields.
func make1(fields []reflect.StructField, tag string, n int) reflect.Value {
	list := reflect.SliceOf(reflect.StructOf(fields))
	out := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Acct", Type: list, Tag: reflect.StructTag(tag + `:"acct"`)}})).Elem()
	out.Field(0).Set(reflect.MakeSlice(list, n, n))
	return out
}

func BenchmarkAppend10000(b *testing.B) {
	out, twin := benchOut()
	r := wire.Reply{Command: "listaccts", OK: true, Out: mustCompileOutput(b, out.Type()), Value: out}
	size := len(r.AppendJSON(nil))
	buf := make([]byte, 0, 2*size)
	for name, run := range map[string]func() error{
		"fresh/wire":          func() error { r.AppendJSON(nil); return nil },
		"fresh/encoding-json": func() error { _, err := json.Marshal(twin); return err },
		// Into memory that is used again, as json.Encoder does by itself.
		"reused/wire":          func() error { buf = r.AppendJSON(buf[:0]); return nil },
		"reused/encoding-json": func() error { return json.NewEncoder(io.Discard).Encode(twin) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The two sides of the benchmark must do the same work.
func TestBenchmarkComparesLikeWithLike(t *testing.T) {
	t.Parallel()
	out, twin := benchOut()
	r := wire.Reply{Command: "f", OK: true, Out: mustCompileOutput(t, out.Type()), Value: out}
	want, err := json.Marshal(twin)
	if got := string(r.AppendJSON(nil)); err != nil || got != data(string(want)) {
		t.Errorf("they differ: %d and %d bytes, %v", len(got), len(want), err)
	}
}

func BenchmarkSmallCall(b *testing.B) {
	in := mustCompile[everyIn](b)
	o := mustCompileOutput(b, reflect.TypeFor[noted]())
	buf := make([]byte, 0, 1024)
	query := "api.version=1&user=bob&size=17&acl-0=list-accts&acl-1=create-acct&expires_at=1609372800"
	b.ReportAllocs()
	for b.Loop() {
		p, err := wire.Parse(query, "", nil, wire.DefaultLimits())
		if err != nil {
			b.Fatal(err)
		}
		var got everyIn
		if err := in.Decode(&got, p); err != nil {
			b.Fatal(err)
		}
		out := noted{Name: got.User}
		r := wire.Reply{Command: "f", OK: true, Out: o, Value: reflect.ValueOf(&out).Elem()}
		if buf = r.AppendJSON(buf[:0]); !strings.HasSuffix(string(buf), "}") {
			b.Fatal("no answer")
		}
	}
}
