package wire_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

func mustCompile[T any](t testing.TB) *wire.Input {
	t.Helper()
	in, err := wire.CompileInput(reflect.TypeFor[T]())
	if err != nil {
		t.Fatal(err)
	}
	return in
}

type common struct {
	User string `whm:"user,required,alias=username,alias=USER,max=16" doc:"who"`
}

// everyIn uses each feature.
type everyIn struct {
	common
	Secret   hostkeep.Secret   `whm:"password,alias=pass"`
	Reason   string            `whm:"reason,default=Unknown,multiline"`
	Kind     string            `whm:"kind,enum=full|limited,default=full"`
	Size     int64             `whm:"size"`
	Yes      bool              `whm:"yes,default=y"`
	Quota    hostkeep.Limit    `whm:"quota,default=unlimited"`
	ACLs     []string          `whm:"acl"`
	NS       []string          `whm:"ns,max=8,enum=one|two"`
	Exact    string            `whm:"acl-9"`
	Flags    []string          `whm:"flag-,prefix"`
	Name     *string           `whm:"new_name"`
	Expires  *int64            `whm:"expires_at"`
	CGI      *bool             `whm:"cgi"`
	MaxPop   *hostkeep.Limit   `whm:"maxpop"`
	Lines    hostkeep.Secret   `whm:"lines,multiline"`
	Keys     []hostkeep.Secret `whm:"keys,alias=chest,empties,multiline"`
	Codes    []hostkeep.Secret `whm:"code,max=8"`
	internal int               //nolint:unused // stands for what a handler keeps to itself
}

func TestFields(t *testing.T) {
	t.Parallel()
	fields := mustCompile[everyIn](t).Fields()
	var types []string
	for _, f := range fields {
		types = append(types, f.Name+":"+f.Type)
	}
	want := "user:string password:secret reason:string kind:string size:integer yes:boolean quota:limit acl:list ns:list " +
		"acl-9:string flag-:prefix new_name:string expires_at:integer cgi:boolean maxpop:limit lines:secret keys:list code:list"
	if got := strings.Join(types, " "); got != want {
		t.Errorf("types are %s", got)
	}
	first := wire.Field{Name: "user", Aliases: []string{"username", "USER"}, Type: "string", Required: true, Max: 16, Summary: "who"}
	if !reflect.DeepEqual(fields[0], first) {
		t.Errorf("the first is %+v", fields[0])
	}
	if f := fields[3]; f.Default != "full" || !slices.Equal(f.Enum, []string{"full", "limited"}) || f.Max != 1024 {
		t.Errorf("kind is %+v", f)
	}
	if fields[1].Max != 4096 || fields[4].Max != 0 || fields[16].Max != 4096 || fields[17].Max != 8 {
		t.Errorf("the longest are %d, %d, %d and %d", fields[1].Max, fields[4].Max, fields[16].Max, fields[17].Max)
	}
	for _, f := range fields {
		if want := slices.Contains([]string{"password", "lines", "keys", "code"}, f.Name); f.Secret != want {
			t.Errorf("%s is secret: %t", f.Name, f.Secret)
		}
	}
}

func TestCompileInputRefuses(t *testing.T) {
	t.Parallel()
	type bad struct {
		NoTag    string
		NoName   string             `whm:",required"`
		Meta     string             `whm:"api.version"`
		Unfit    string             `whm:"a b"`
		Alias    string             `whm:"fine1,alias=x=y"`
		Option   string             `whm:"fine2,require"`
		Type     int32              `whm:"fine3"`
		Map      map[string]int     `whm:"fine4"`
		Twice    string             `whm:"fine5,alias=fine2"`
		Default  bool               `whm:"fine6,default=maybe"`
		Enum     string             `whm:"fine7,enum=a|b,default=c"`
		Max      int64              `whm:"fine8,max=3"`
		Zero     string             `whm:"fine9,max=0"`
		Prefix   string             `whm:"fine10,prefix"`
		Never    string             `whm:"fine11,required,default=x"`
		Known    hostkeep.Secret    `whm:"fine12,default=secret"`
		Pointer  *int64             `whm:"fine13,default=1"`
		List     []string           `whm:"fine14,default=1"`
		PtrList  *[]string          `whm:"fine15"`
		Lines    bool               `whm:"fine16,multiline"`
		EnumNum  int64              `whm:"fine17,enum=1|2"`
		Empty    string             `whm:"fine18,enum="`
		hidden   string             `whm:"fine19"`
		PtrKeys  *[]hostkeep.Secret `whm:"fine21"`
		Keys     []hostkeep.Secret  `whm:"fine22,prefix"`
		FewKeys  []hostkeep.Secret  `whm:"fine23,enum=a|b"`
		SetKeys  []hostkeep.Secret  `whm:"fine24,default=a"`
		Trailing string             `whm:"fine20,"`
	}
	_ = bad{}.hidden
	_, err := wire.CompileInput(reflect.TypeFor[bad]())
	if err == nil {
		t.Fatal("it compiles")
	}
	typ := reflect.TypeFor[bad]()
	for i := range typ.NumField() {
		// "fine20," has no option behind its comma: nothing is wrong with it.
		name := typ.Field(i).Name
		if told := strings.Contains(err.Error(), "field "+name+":"); told != (name != "Trailing") {
			t.Errorf("mistake in %s told: %t", name, told)
		}
	}
	for _, typ := range []reflect.Type{nil, reflect.TypeFor[int](), reflect.TypeFor[*everyIn]()} {
		if _, err := wire.CompileInput(typ); err == nil {
			t.Errorf("%v compiles", typ)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	tests := []struct{ about, query, body, want string }{
		{"defaults", "user=u", "", "user=u reason=Unknown kind=full yes=1 quota=unlimited"},
		{"an alias", "username=u", "", "user=u"},
		{"a twin", "USER=u", "", "user=u"},
		{"aliases that agree", "username=u&user=u", "", "user=u"},
		{"twice the same", "user=u&user=u", "", "user=u"},
		{"body wins", "user=q&size=1", "user=b", "user=b size=1"},
		{"body wins over two", "user=q&user=p", "user=b", "user=b"},
		{"an empty text is given", "user=u&reason=&new_name=", "", `reason= new_name=""`},
		{"lines", "user=u&reason=a%0D%0A%09b", "", "reason=a\r\n\tb"},
		{"empty scalars are absent", "user=u&size=&yes=&quota=&expires_at=&cgi=&maxpop=&kind=", "", "size=0 yes=1 quota=unlimited kind=full expires_at=nil cgi=nil maxpop=nil"},
		{"an empty scalar beside a value", "user=u&size=&size=3", "size=", "size=3"},
		{"numbers", "user=u&size=-5&expires_at=0", "", "size=-5 expires_at=0"},
		{"yes", "user=u&yes=n&cgi=Y", "", "yes=0 cgi=1"},
		{"no", "user=u&yes=0&cgi=N", "", "yes=0 cgi=0"},
		{"limits", "user=u&quota=0&maxpop=null", "", "quota=0 maxpop=unlimited"},
		{"no list", "user=u", "", "acl=nil ns=nil flag-=nil"},
		{"empty list", "user=u&acl=&flag-a=0", "", "acl=[] flag-=[]"},
		{"forms of a list", "user=u&acl-10=f&acl[2]=e&acl2=d&acl-1=c&acl[]=b&acl=a", "", "acl=[b a c e d f]"},
		{"numbers of any length", "user=u&acl-00000000000000000000000002=b&acl-99999999999999999999999=c&acl-1=a", "", "acl=[a b c]"},
		{"from 0, with gaps and empties", "user=u&acl-7=c&acl-0=a&acl-3=", "", "acl=[a c]"},
		{"query and body are one list", "user=u&acl=a", "acl=b&acl-0=c", "acl=[a b c]"},
		{"a declared name is no element", "user=u&acl-9=x&acl-8=y", "", "acl=[y] acl-9=x"},
		{"what is no element", "user=u&acl_0=a&acl-=b&acl-x=c&acl[x]=d&acl[1=e&acl-1-1=f&acl--1=g&acl-[1]=h", "", "acl=nil"},
		{"a list of few", "user=u&ns=two&ns1=one", "", "ns=[two one]"},
		{"prefix", "user=u&flag-b=1&flag-a=y&flag-c=0&flag-d=n&flag-e=&flag-=1", "", "flag-=[b a]"},
		{"body wins for a prefix", "user=u&flag-a=1&flag-b=1", "flag-a=0", "flag-=[b]"},
		{"unknown ones are ignored", "user=u&what=1&USERNAMES=x&api.version=1", "", "user=u"},
		{"a secret of two lines", "user=u&lines=a%0D%0A%09b", "", "lines=a\r\n\tb"},
		{"no secrets", "user=u", "", "keys=nil code=nil"},
		{"empty secrets", "user=u&keys=&code=", "", "keys=[] code=[]"},
		{"forms of a list of secrets", "user=u&code-10=d&code[2]=c&code[]=b&code=a&code-3=", "", "code=[b a c d]"},
		{"secrets that are empty count where they may", "user=u&chest-1=&keys-2=b&KEYS3=%0A", "", "keys=[ b \n]"},
		{"query and body are one list of secrets", "user=u&keys=a", "keys=b&keys=a", "keys=[a b a]"},
		{"names in another case", "USERNAME=u&Acl-2=b&aCL-1=a&QUOTA=5&FLAG-b=1", "", "user=u quota=5 acl=[a b] flag-=[b]"},
	}
	in := mustCompile[everyIn](t)
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			var got everyIn
			if err := in.Decode(&got, parse(t, tt.query, tt.body)); err != nil {
				t.Fatal(err)
			}
			texts := got.texts()
			for want := range strings.SplitSeq(strings.ReplaceAll(tt.want, " ", "\x00"), "\x00") {
				name, value, ok := strings.Cut(want, "=")
				if !ok { // a blank inside a list
					continue
				}
				if strings.HasPrefix(value, "[") {
					_, value, _ = strings.Cut(tt.want, name+"=")
					value = value[:strings.Index(value, "]")+1]
				}
				if texts[name] != value {
					t.Errorf("%s is %s, want %s", name, texts[name], value)
				}
			}
		})
	}
}

// texts writes what was decoded so that nil and empty differ.
func (in everyIn) texts() map[string]string {
	list := func(l []string) string {
		if l == nil {
			return "nil"
		}
		return "[" + strings.Join(l, " ") + "]"
	}
	revealed := func(l []hostkeep.Secret) string {
		if l == nil {
			return list(nil)
		}
		texts := []string{}
		for _, s := range l {
			texts = append(texts, s.Reveal())
		}
		return list(texts)
	}
	pointer := func(p any) string {
		b, _ := json.Marshal(p)
		return strings.NewReplacer("null", "nil", "true", "1", "false", "0").Replace(string(b))
	}
	texts := map[string]string{
		"user": in.User, "password": in.Secret.Reveal(), "reason": in.Reason, "kind": in.Kind, "size": pointer(in.Size),
		"yes": pointer(in.Yes), "quota": in.Quota.String(), "acl": list(in.ACLs), "ns": list(in.NS), "acl-9": in.Exact,
		"flag-": list(in.Flags), "new_name": pointer(in.Name), "expires_at": pointer(in.Expires), "cgi": pointer(in.CGI), "maxpop": "nil",
		"lines": in.Lines.Reveal(), "keys": revealed(in.Keys), "code": revealed(in.Codes),
	}
	if in.MaxPop != nil {
		texts["maxpop"] = in.MaxPop.String()
	}
	return texts
}

func parse(t testing.TB, query, body string) wire.Params {
	t.Helper()
	p, err := wire.Parse(query, formType, []byte(body), wire.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ about, query, body, want string }{
		{"missing", "", "", `The parameter "user" is required.`},
		{"empty", "username=", "", `The parameter "user" is required.`},
		{"twice", "user=a&user=b", "", `The parameter "user" was given more than once.`},
		{"twice in the body", "", "user=a&user=b", `The parameter "user" was given more than once.`},
		{"two aliases", "user=a&username=b", "", `The parameter "user" was given more than once.`},
		{"two aliases in two places", "user=a", "username=b", `The parameter "user" was given more than once.`},
		{"a secret twice", "user=u&pass=hunter2&password=hunter3", "", `The parameter "password" was given more than once.`},
		{"long", "user=12345678901234567", "", `The parameter "user" is longer than 16 bytes.`},
		{"control", "user=a%0Ab", "", `The parameter "user" contains a control character.`},
		{"DEL", "user=a%7F", "", `The parameter "user" contains a control character.`},
		{"control in many lines", "user=u&reason=%1B", "", `The parameter "reason" contains a control character.`},
		{"a long secret", "user=u&pass=" + strings.Repeat("s", 4097), "", `The parameter "password" is longer than 4096 bytes.`},
		{"a secret of two lines", "user=u&pass=hunter%0A2", "", `The parameter "password" contains a control character.`},
		{"control in a secret of many lines", "user=u&lines=hunter%1B2", "", `The parameter "lines" contains a control character.`},
		{"control in secrets of many lines", "user=u&keys-3=hunter%7F2", "", `The parameter "keys" contains a control character.`},
		{"secrets of two lines", "user=u&code=hun%0At", "", `The parameter "code" contains a control character.`},
		{"long secrets", "user=u&code=a&code-1=hunter222", "", `The parameter "code" is longer than 8 bytes.`},
		{"longer secrets", "user=u&keys=" + strings.Repeat("s", 4097), "", `The parameter "keys" is longer than 4096 bytes.`},
		{"enum", "user=u&kind=Full", "", `The parameter "kind" must be one of: full, limited.`},
		{"number", "user=u&size=1.5", "", `The parameter "size" must be a whole number.`},
		{"large number", "user=u&expires_at=9223372036854775808", "", `The parameter "expires_at" must be a whole number.`},
		{"boolean", "user=u&yes=true", "", `The parameter "yes" must be 1 or 0.`},
		{"limit", "user=u&quota=-1", "", `The parameter "quota" must be a whole number or "unlimited".`},
		{"element", "user=u&ns-1=three", "", `The parameter "ns" must be one of: one, two.`},
		{"long element", "user=u&ns-1=123456789", "", `The parameter "ns" is longer than 8 bytes.`},
		{"element with control", "user=u&acl=a%01", "", `The parameter "acl" contains a control character.`},
		{"prefix with control", "user=u&flag-%01=1", "", `The parameter "flag-" contains a control character.`},
		{"prefix both ways", "user=u&flag-a=0&flag-a=1", "", `The parameter "flag-a" was given more than once.`},
	}
	in := mustCompile[everyIn](t)
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			t.Parallel()
			var got everyIn
			err := in.Decode(&got, parse(t, tt.query, tt.body))
			if hostkeep.KindOf(err) != hostkeep.Invalid || err.Error() != tt.want {
				t.Errorf("error is %v, want %s", err, tt.want)
			}
		})
	}
	var got everyIn
	wantInvalid(t, in.Decode(&got, wire.Pairs("user", "\xff")), "not valid UTF-8") // from a command, which Parse has not seen
	for _, dst := range []any{nil, got, new(int), (*everyIn)(nil)} {
		if err := in.Decode(dst, wire.Params{}); err == nil || hostkeep.KindOf(err) != 0 {
			t.Errorf("decoding into %T: %v", dst, err)
		}
	}
}

func TestRequiredLists(t *testing.T) {
	t.Parallel()
	type listsIn struct {
		Names []string          `whm:"token_name,required"`
		ACLs  []string          `whm:"acl-,prefix,required"`
		Keys  []hostkeep.Secret `whm:"key,required"`
	}
	in := mustCompile[listsIn](t)
	for query, want := range map[string]string{
		"":                            `The parameter "token_name" is required.`,
		"token_name=&token_name-1=":   `The parameter "token_name" is required.`,
		"token_name=a":                `The parameter "acl-" is required.`,
		"token_name=a&acl-all=0":      `The parameter "acl-" is required.`,
		"token_name-2=a&acl-all=1":    `The parameter "key" is required.`,
		"token_name=a&acl-b=1&key=":   `The parameter "key" is required.`,
		"token_name=a&acl-b=1&key3=b": "",
	} {
		got := ""
		if err := in.Decode(new(listsIn), parse(t, query, "")); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// A list's name may itself end in digits, and one list's may begin another's.
func TestTheLongestNameWins(t *testing.T) {
	t.Parallel()
	type namesIn struct {
		B []string `whm:"ns1"`
		A []string `whm:"ns"`
	}
	var got namesIn
	if err := mustCompile[namesIn](t).Decode(&got, wire.Pairs("ns2", "a", "ns12", "b", "ns1", "c", "ns1-0", "d")); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.A, []string{"a"}) || !slices.Equal(got.B, []string{"c", "d", "b"}) {
		t.Errorf("got %q and %q", got.A, got.B)
	}
}

// What JSON leaves out and what it leaves empty differ: an empty list must never
// read as "everything".
func TestEmptyJSONList(t *testing.T) {
	t.Parallel()
	in := mustCompile[everyIn](t)
	for body, want := range map[string]string{
		`{"user":"u","acl":[]}`:         "[]",
		`{"user":"u","acl":[null,""]}`:  "[]",
		`{"user":"u","acl":[null]}`:     "[]",
		`{"user":"u","acl":""}`:         "[]",
		`{"user":"u","acl":null}`:       "[]", // given, and empty: it must not mean everything
		`{"user":"u"}`:                  "nil",
		`{"user":"u","acl":["a","b"]}`:  "[a b]",
		`{"user":"u","acl[0]":"a"}`:     "[a]",
		`{"user":"u","acl":"a","x":{}}`: "[a]",
	} {
		for _, name := range []string{"acl", "code"} { // texts, and secrets
			p, err := wire.Parse("", jsonType, []byte(strings.ReplaceAll(body, "acl", name)), wire.DefaultLimits())
			if err != nil {
				t.Fatal(err)
			}
			var got everyIn
			if err := in.Decode(&got, p); err != nil || got.texts()[name] != want {
				t.Errorf("%s as %s: %s, %v, want %s", body, name, got.texts()[name], err, want)
			}
		}
	}
}
