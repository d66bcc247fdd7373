package accounts

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

type searchIn struct {
	Search string `whm:"search" doc:"regular expression (RE2), unanchored; the whole value with searchmethod=exact"`
	Type   string `whm:"searchtype,enum=domain|owner|user|ip|package"`
	Method string `whm:"searchmethod,enum=exact|regex,default=regex"`
}

type listIn struct {
	searchIn
	Want string `whm:"want" doc:"fields to show, separated by commas"`
}

type listOut struct {
	wire.Note
	Accounts []row `whm:"acct,list"`
}

func (f family) listaccts(ctx context.Context, c api.Call, in listIn) (out listOut, err error) {
	matches, err := in.matcher()
	if err != nil {
		return out, err
	}
	rows, err := f.visible(ctx, c.Caller)
	if err != nil {
		return out, err
	}
	if out.Accounts, err = matching(ctx, rows, matches); err != nil {
		return out, err
	}
	if in.Want != "" {
		out.Columns = strings.FieldsFunc(in.Want, func(r rune) bool { return r == ',' || r == ' ' })
	}
	return out, nil
}

// matching keeps what matches; nil is everything.
func matching(ctx context.Context, rows []row, matches func(*row) bool) ([]row, error) {
	if matches == nil {
		return rows, nil
	}
	found := []row{}
	for i := range rows {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err() // nobody is there to read it
		}
		if matches(&rows[i]) {
			found = append(found, rows[i])
		}
	}
	return found, nil
}

// matcher compiles the search. Without both search and searchtype, everything
// matches, as recorded: nil. Go's expressions run in linear time; what they do not
// have (look-around, back references) is said.
func (in searchIn) matcher() (func(*row) bool, error) {
	if in.Search == "" || in.Type == "" {
		return nil, nil //nolint:nilnil // everything matches
	}
	field := map[string]func(*row) string{
		"domain":  func(a *row) string { return a.Domain },
		"owner":   func(a *row) string { return a.Owner },
		"user":    func(a *row) string { return a.User },
		"ip":      func(a *row) string { return a.IP },
		"package": func(a *row) string { return a.Plan },
	}[in.Type]
	if in.Method == "exact" {
		return func(a *row) bool { return field(a) == in.Search }, nil
	}
	re, err := expression(in.Search)
	if err != nil {
		return nil, err
	}
	return func(a *row) bool { return re.MatchString(field(a)) }, nil
}

// maxSteps is how large a search expression may be when it is compiled: each step
// costs at each character of each account.
const maxSteps = 1000

// expression compiles a search.
func expression(text string) (*regexp.Regexp, error) {
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"search\" is no regular expression that this server understands (RE2: no look-around, no back references).")
	}
	if prog, err := syntax.Compile(parsed.Simplify()); err != nil || len(prog.Inst) > maxSteps {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"search\" is a regular expression of more than %d steps; its repetitions are too many.", maxSteps)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("compiling a search that was parsed: %w", err)
	}
	return re, nil
}

type summaryIn struct {
	User   string `whm:"user"`
	Domain string `whm:"domain"`
}

type summaryOut struct {
	Accounts []summaryRow `whm:"acct,list"`
}

const noAccount = "Account does not exist"

func (f family) accountsummary(ctx context.Context, c api.Call, in summaryIn) (out summaryOut, err error) {
	if in.User == "" && in.Domain == "" {
		return out, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"user\" or \"domain\" is required.")
	}
	err = f.Read(ctx, func(r Reader) error {
		user := in.User
		if user == "" {
			a, err := r.AccountByDomain(hostkeep.FoldDomain(in.Domain))
			if err != nil && !errors.Is(err, hostkeep.ErrNotFound) {
				return fmt.Errorf("finding the domain: %w", err)
			}
			user = a.User
		}
		a, err := mine(r, c.Caller, user, noAccount+"%.0s") // the name is not in the sentence
		if err != nil {
			return err
		}
		if in.Domain != "" && !strings.EqualFold(in.Domain, a.Domain) {
			return hostkeep.Errorf(hostkeep.NotFound, noAccount)
		}
		out.Accounts = []summaryRow{shown(a)}
		return nil
	})
	return out, err
}

type suspendedRow struct {
	User   string `whm:"user"`
	Owner  string `whm:"owner"`
	Time   string `whm:"time"`
	Unix   int64  `whm:"unixtime"`
	Reason string `whm:"reason"`
	Locked bool   `whm:"is_locked"`
}

type suspendedOut struct {
	Accounts []suspendedRow `whm:"account,list"`
}

func (f family) listsuspended(ctx context.Context, c api.Call, _ struct{}) (out suspendedOut, err error) {
	rows, err := f.visible(ctx, c.Caller)
	for _, a := range rows {
		if a.Suspended {
			out.Accounts = append(out.Accounts, suspendedRow{
				a.User, a.Owner, a.SuspendTime.UTC().Format("Mon Jan _2 15:04:05 2006"), a.SuspendTime.Unix(), a.SuspendReason, a.Locked,
			})
		}
	}
	return out, err
}
