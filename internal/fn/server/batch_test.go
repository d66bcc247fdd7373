package server_test

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/fn/server"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type listed struct {
	Rows []struct {
		N int64 `whm:"n"`
	} `whm:"rows,list"`
}

// TestBatchHoldsSoMuch: what would make the results too many is not in them, and
// what comes after may be; an empty command keeps its place.
func TestBatchHoldsSoMuch(t *testing.T) {
	t.Parallel()
	out, err := wire.CompileOutput(reflect.TypeFor[listed]())
	if err != nil {
		t.Fatal(err)
	}
	functions := server.Functions(server.Deps{Records: 5, Call: func(_ context.Context, _ hostkeep.Caller, name string, _ wire.Params) wire.Reply {
		n, _ := strconv.Atoi(strings.TrimPrefix(name, "list"))
		v := reflect.New(out.Type()).Elem()
		v.Field(0).Set(reflect.MakeSlice(v.Field(0).Type(), n, n))
		return wire.Reply{Command: name, Function: name, OK: name != "", Out: out, Value: v}
	}})
	c, err := api.New(api.Options{Now: time.Now}, functions)
	if err != nil {
		t.Fatal(err)
	}
	p := wire.Params{}
	for _, command := range []string{"list3", "", "list3", "list2", "list1", "list0"} {
		p = p.Add("command", command)
	}
	root := hostkeep.Principal{ID: hostkeep.RootID, Name: "root", Privileges: hostkeep.Everything()}
	r := c.Call(t.Context(), hostkeep.Caller{User: root, Rights: root.Rights()}, "batch", p)
	results := r.Value.Field(0).Interface().([]wire.Reply)
	var got []string
	for _, one := range results {
		got = append(got, fmt.Sprintf("%s:%t:%d", one.Command, one.OK, one.Records()))
	}
	if want := "list3:true:3 :false:0 list3:false:0 list2:true:2 list1:false:0 list0:true:0"; strings.Join(got, " ") != want || r.Records() != 5 {
		t.Errorf("%q holds %d, want %q", got, r.Records(), want)
	}
	if !strings.Contains(results[2].Reason, "at most 5 records") {
		t.Error(results[2].Reason)
	}
}
