// Package api holds the central idea: an API function is one declared value.
// Name, privilege, typed parameters, typed result and handler stand in one
// place, and the dispatcher, applist, help and the contract test follow from
// them. It refuses to know HTTP, SQL and how a caller proved who it is.
package api

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// Touch says which credentials a function makes or changes. The zero value
// means "not declared" and is refused at start.
type Touch uint8

// What a function may touch (promise 2).
const (
	_ Touch = iota
	// NoCredentials: none at all.
	NoCredentials
	// OwnTokens: tokens of the calling user; the token family bounds them by
	// Caller.MayLeaveToken.
	OwnTokens
	// AccountCredentials: gives the account it names a password, or the life
	// that a suspension took from what it had. When that account is a WHM user,
	// Caller.MayTouchWHMUser decides; so it does when In says that the account
	// would become one (Granter).
	AccountCredentials
	// WHMUsers: makes WHM users or changes what they hold.
	// Caller.MayTouchWHMUser decides for the account it names, always.
	WHMUsers
	// NewAccounts: makes accounts, and a WHM user when In says so (Granter).
	NewAccounts
	// PrivilegeLists: changes what a WHM user may be given later by the name of a
	// list. Caller.MayTouchWHMUser decides as for one that holds the list.
	PrivilegeLists
	// OwnLogin: what the calling user signs in with besides tokens.
	// Caller.MayTouchWHMUser decides for the user itself.
	OwnLogin
	// AccountTokens: cPanel tokens of the account that it is called for, by functions
	// of cPanel. The token family bounds them by Caller.MayLeaveToken; when the account
	// is a WHM user, Caller.MayTouchWHMUser decides for calls from WHM.
	AccountTokens
	// AccountPassword: the password of the account that a function of cPanel is called
	// for, by whoever knows the one that it has. Of calls from WHM, Opens says which
	// privilege they need besides, and Caller.MayTouchWHMUser decides when the account
	// is a WHM user; the family keeps tokens of such an account away from it.
	AccountPassword
	// ListedUsers: what each of a list of users signs in with; the family asks
	// Caller.MayTouchWHMUser for those that are WHM users.
	ListedUsers
)

// Granter is what the In of a function implements that may make a WHM user or
// give one privileges.
type Granter interface {
	// Grants reports whether the call would make a WHM user, and which
	// privileges that one would hold.
	Grants() (makesWHMUser bool, p hostkeep.Privileges)
}

// Decl is what a function says about itself besides its types.
type Decl struct {
	Name    string // as called
	Summary string // one sentence
	Since   string // WHM version that brought it, as in functions.json
	// Opens lists the privileges any one of which opens the function; All
	// always does. Anyone is spelled. Of cPanel's functions only those that touch the
	// account's password have some: what a WHM user needs who calls for an account.
	Opens []hostkeep.Privilege
	// Writes: changes state, and so is written to the record.
	Writes  bool
	Touches Touch
	// Account names the parameter that names the account acted on. The
	// dispatcher answers for a missing and for a foreign account alike, with
	// NoAccount, where %s is the name as given.
	Account   string
	NoAccount string
	// OwnPassword: sets the password of the account it names, or is called for. Who must
	// set another one may call it, whatever its privileges and features, for itself, and
	// nothing else.
	OwnPassword bool
	// Room is how many bytes a request's body and a value in it may have, where a
	// function takes more than others do. Whoever may not call it gets no more.
	Room int
	// V0 is the function's form in API 0, which is what a call without
	// api.version gets; the zero value: it has none there.
	V0 wire.V0
	// OnlyV0: the function does not exist in API 1.
	OnlyV0 bool

	// HandsOn: it calls another function with the parameters that it does not know, and
	// so gets them as they were given. It may not write: what it calls says so.
	HandsOn bool

	// CPanel is set for a function of cPanel's APIs: the account that it is called for
	// opens it.
	CPanel CPanel
}

// CPanel says which function of cPanel's APIs a declaration is.
type CPanel struct {
	Module  string
	Dialect wire.Dialect // UAPI or API2
	// Feature is what the account must be allowed to use; AnyFeature is spelled.
	Feature string
	// Lacks is the service that the function is about and that this server does not
	// run. Such a function is always refused, by a sentence that says so.
	Lacks string
}

// AnyFeature is the spelled word for a function that every account may call.
const AnyFeature = "(any)"

// Called is the name that people and the record know a function by.
func (d *Decl) Called() string {
	if d.CPanel.Module == "" {
		return d.Name
	}
	return d.CPanel.Module + "::" + d.Name
}

// InVersion reports whether a version of the API, 0 or 1, has the function.
func (d *Decl) InVersion(version int) bool {
	if version == 0 {
		return d.V0.Form != 0
	}
	return !d.OnlyV0
}

// Call is one call on its way to a handler: who asks, and what the record will
// say of it. Handlers hand Change on to the store.
type Call struct {
	hostkeep.Caller
	Function string
	Version  int    // of the API that is spoken, 0 or 1; of cPanel's 2 or 3
	Args     string // for the record; secrets replaced by digests
	// Account is whom a function of cPanel's APIs is called for: an account, seen
	// without what it may be to WHM. The zero value: a function of WHM.
	Account hostkeep.Principal
	Params  wire.Params // as they were given, where the declaration says HandsOn
	has     func(feature string) bool
}

// Needs refuses what a function of cPanel's does only for an account that has a feature
// besides the declared one.
func (c Call) Needs(feature string) error {
	if c.has(feature) {
		return nil
	}
	return hostkeep.Errorf(hostkeep.Denied, "%s", noFeature(c.Function, feature))
}

// Sees reports whether the call may see and change what belongs to a principal that
// another owns: of cPanel's functions only what the account itself has.
func (c Call) Sees(id, ownerID int64) bool {
	if c.Account.ID != 0 {
		return id == c.Account.ID // not what the account owns as a reseller
	}
	return c.User.OwnsAccount(id, ownerID)
}

// Change is what a handler tells the store with a write.
func (c Call) Change() hostkeep.Change {
	return hostkeep.Change{Caller: c.Caller, Function: c.Function, Args: c.Args}
}

// Function is a declared function with its types erased.
type Function struct {
	Decl
	In      *wire.Input
	Out     *wire.Output
	err     error
	account int // field index of the account parameter, or -1
	newIn   func() any
	handle  func(context.Context, Call, any) (reflect.Value, error)
}

// Define declares a function. Mistakes surface from New, all at once.
func Define[In, Out any](d Decl, handle func(context.Context, Call, In) (Out, error)) *Function {
	inType := reflect.TypeFor[In]()
	in, inErr := wire.CompileInput(inType)
	out, outErr := wire.CompileOutput(reflect.TypeFor[Out]())
	f := &Function{Decl: d, In: in, Out: out, account: -1}
	f.newIn = func() any { return new(In) }
	f.handle = func(ctx context.Context, c Call, arg any) (reflect.Value, error) {
		res, err := handle(ctx, c, *arg.(*In))
		return reflect.ValueOf(&res).Elem(), err
	}
	f.err = errors.Join(inErr, outErr, out.SetV0(d.V0), f.bindAccount(inType), f.checkDecl(inType))
	return f
}

// bindAccount finds the field that the account parameter is decoded into.
func (f *Function) bindAccount(t reflect.Type) error {
	if f.Account == "" || t.Kind() != reflect.Struct { // no struct: wire complains
		return nil
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("whm"), ",")
		if name == f.Account && t.Field(i).Type.Kind() == reflect.String {
			f.account = i
			return nil
		}
	}
	return fmt.Errorf("account parameter %q is no string field of In", f.Account)
}

var (
	functionName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)
	cpanelName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

func (f *Function) checkDecl(in reflect.Type) error {
	var errs []error
	complain := func(bad bool, text string) {
		if bad {
			errs = append(errs, errors.New(text))
		}
	}
	complain(f.Summary == "", "the summary is missing")
	complain(f.Touches == 0, "it does not say which credentials it touches")
	complain(f.Touches != NoCredentials && !f.Writes, "it touches credentials and does not write")
	complain(f.HandsOn && f.Writes, "it hands its parameters on and writes")
	if f.CPanel != (CPanel{}) {
		f.checkCPanel(complain)
		return errors.Join(errs...)
	}
	complain(!functionName.MatchString(f.Name), "the name is missing or unfit")
	complain(len(f.Opens) == 0, "no privilege is declared (Anyone is spelled)")
	complain(f.Touches == AccountTokens || f.Touches == AccountPassword, "it touches credentials of the account that a cPanel function is called for, and is none")
	complain((f.Touches == AccountCredentials || f.Touches == WHMUsers) && f.Account == "", "it touches an account's credentials and names no account")
	complain(f.OwnPassword && f.Touches != AccountCredentials, "it sets the password of an account and does not touch its credentials")
	complain(f.OnlyV0 && f.V0.Form == 0, "it exists only in API 0 and has no form there")
	complain((f.Account == "") != (f.NoAccount == ""), "account parameter and its missing text go together")
	complain(f.NoAccount != "" && strings.Contains(fmt.Sprintf(f.NoAccount, "name"), "%!"), "the text for a missing account does not take one name")
	complain((f.Touches == NewAccounts || f.Touches == WHMUsers || f.Touches == PrivilegeLists) && !in.Implements(reflect.TypeFor[Granter]()), "its In does not say what it grants")
	f.checkOpens(complain)
	return errors.Join(errs...)
}

func (f *Function) checkOpens(complain func(bad bool, text string)) {
	for _, p := range f.Opens {
		complain(p != hostkeep.Anyone && !(hostkeep.Privileges{}).With(p).Lists(p), fmt.Sprintf("the privilege %q does not exist", p))
	}
}

func (f *Function) checkCPanel(complain func(bad bool, text string)) {
	complain(!cpanelName.MatchString(f.Name) || !cpanelName.MatchString(f.CPanel.Module), "the name or the module is missing or unfit")
	complain(f.CPanel.Dialect != wire.UAPI && f.CPanel.Dialect != wire.API2, "the dialect is missing")
	complain(f.CPanel.Feature != AnyFeature && !hostkeep.KnownFeature(f.CPanel.Feature), "no known feature is declared (AnyFeature is spelled)")
	password := f.Touches == AccountPassword
	complain(f.Touches != 0 && f.Touches != NoCredentials && f.Touches != AccountTokens && !password, "a function of cPanel touches no credentials but the account's own tokens and password")
	complain(password && len(f.Opens) == 0, "it touches the account's password, and no privilege is declared for calls from WHM")
	complain(f.OwnPassword != password, "a function of cPanel that sets the account's password is the one for who must set another")
	complain(len(f.Opens) > 0 && !password || f.Account != "" || f.OnlyV0 || f.V0.Form != 0, "it declares what only functions of WHM have")
	f.checkOpens(complain)
}

// Lacking declares a function of cPanel that is about a service that this server
// does not run.
func Lacking(module, name string, dialect wire.Dialect, service string) *Function {
	return Define(Decl{
		Name: name, Summary: "Refused: this server runs no " + service + ".", Touches: NoCredentials,
		CPanel: CPanel{Module: module, Dialect: dialect, Feature: AnyFeature, Lacks: service},
	}, func(context.Context, Call, struct{}) (out Done, err error) { return out, errors.ErrUnsupported })
}

// Done is the Out of a function that answers without data.
type Done struct{ wire.Note }
