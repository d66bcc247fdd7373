package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"runtime"
	"testing"

	"github.com/hostkeep/hostkeep/internal/wire"
)

// parts is a writer that keeps how much came at a time.
type parts struct {
	bytes.Buffer
	sizes []int
}

func (p *parts) Write(b []byte) (int, error) {
	p.sizes = append(p.sizes, len(b))
	return p.Buffer.Write(b)
}

func longReply(t testing.TB) wire.Reply {
	rows, _ := benchOut()
	out := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Acct", Type: rows.Field(0).Type(), Tag: `whm:"acct,list"`}})).Elem()
	out.Field(0).Set(rows.Field(0))
	return wire.Reply{Command: "listaccts", Function: "listaccts", OK: true, Out: mustCompileOutput(t, out.Type()), Value: out}
}

// TestStream: a long answer goes out page by page, the same bytes as when it is
// gathered, on both wires.
func TestStream(t *testing.T) {
	t.Parallel()
	r := longReply(t)
	for _, wire := range []struct {
		name  string
		write func(io.Writer) error
		whole []byte
	}{{"JSON", r.WriteJSON, r.AppendJSON(nil)}, {"XML", r.WriteXML, r.AppendXML(nil)}} {
		var got parts
		if err := wire.write(&got); err != nil || !bytes.Equal(got.Bytes(), wire.whole) {
			t.Errorf("%s: %d bytes, want %d: %v", wire.name, got.Len(), len(wire.whole), err)
		}
		if len(got.sizes) < len(wire.whole)/(80<<10) || got.sizes[0] > 80<<10 {
			t.Errorf("%s comes in %d parts, the first of %d bytes", wire.name, len(got.sizes), got.sizes[0])
		}
	}
}

type gone struct{ calls int }

var errGone = errors.New("the client left")

func (g *gone) Write([]byte) (int, error) { g.calls++; return 0, errGone }

func TestStreamToNobody(t *testing.T) {
	t.Parallel()
	r := longReply(t)
	var g gone
	if err := r.WriteJSON(&g); !errors.Is(err, errGone) || g.calls != 1 {
		t.Errorf("%v after %d writes", err, g.calls)
	}
}

// TestStreamNeedsLittleMemory: a page or two, whatever the answer's length.
func TestStreamNeedsLittleMemory(t *testing.T) {
	r := longReply(t)
	size := len(r.AppendJSON(nil))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := r.WriteJSON(io.Discard); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > uint64(size)/10 {
		t.Errorf("%d bytes were allocated for an answer of %d", grown, size)
	}
}

// BenchmarkStream10000 is BenchmarkAppend10000 for an answer that is sent while
// it is made, and for the controls on the same records.
func BenchmarkStream10000(b *testing.B) {
	r := longReply(b)
	_, twin := benchOut()
	size := int64(len(r.AppendJSON(nil)))
	view := wire.View{
		Filters: []wire.Filter{{Field: "some_name_1", Type: "contains", Arg: "account"}},
		Sorts:   []wire.Sort{{Field: "some_name_2"}}, Chunk: &wire.Chunk{Start: 1, Size: 50},
	}
	plan, err := r.Out.Plan(view)
	if err != nil {
		b.Fatal(err)
	}
	for _, run := range []struct {
		name string
		do   func() error
	}{
		{"json/wire", func() error { return r.WriteJSON(io.Discard) }},
		{"json/encoding-json", func() error { return json.NewEncoder(io.Discard).Encode(twin) }},
		{"xml/wire", func() error { return r.WriteXML(io.Discard) }},
		{"filter-sort-50/wire", func() error {
			page := r
			page.Shown, _ = r.Out.Select(context.Background(), plan, r.Value)
			return page.WriteJSON(io.Discard)
		}},
		{"filter-sort-50/by-encoding-first", func() error { return encodedFirst(r) }},
	} {
		b.Run(run.name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if err := run.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// encodedFirst only reads back what was written: the least that a server would
// do that applies the controls to the encoded answer.
func encodedFirst(r wire.Reply) error {
	var back map[string]any
	return json.Unmarshal(r.AppendJSON(nil), &back)
}
