package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hostkeep/hostkeep/internal/wire"
)

// tokenRow is a token in the answer of api_token_list.
type tokenRow struct {
	Name      string         `json:"name"`
	Created   int64          `json:"create_time"`
	Expires   *int64         `json:"expires_at"`
	ACLs      map[string]int `json:"acls"`
	Addresses []string       `json:"whitelist_ips"`
}

func (e *env) token() *cobra.Command {
	cmd := &cobra.Command{
		Use: "token", Short: "Make, list, change and revoke API tokens",
		Long: "Works on the state directly, with or without a server beside it. Changes are in force\non a running server when the command ends.",
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("say what to do: create, list, show, update or revoke")
		},
	}
	var user string
	for _, sub := range []*cobra.Command{e.tokenCreate(&user), e.tokenList(&user), e.tokenShow(&user), e.tokenUpdate(&user), e.tokenRevoke(&user)} {
		sub.Flags().StringVar(&user, "user", "root", "the WHM `USER` whose tokens these are")
		cmd.AddCommand(sub)
	}
	return cmd
}

// scope holds the flags that say what a token may do.
type scope struct {
	acl, expires string
	addresses    []string
}

func (s *scope) flags(cmd *cobra.Command, expires string) {
	cmd.Flags().StringVar(&s.acl, "acl", "", "`LIST` of privileges, separated by commas; all is everything")
	cmd.Flags().StringVar(&s.expires, "expires", expires, "its `END`: a duration (90d, 12h), a date (2027-01-31, that day's end) or never")
	cmd.Flags().StringSliceVar(&s.addresses, "address", nil, "`LIST` of addresses and CIDR blocks that it may be used from; any is everywhere")
}

// params turns the flags that were given into parameters.
func (s *scope) params(cmd *cobra.Command, p wire.Params, now time.Time) (wire.Params, error) {
	if cmd.Flags().Changed("acl") {
		if strings.TrimSpace(s.acl) == "" {
			return p, usagef("--acl is empty: name the privileges that the token needs, or `all`")
		}
		for _, a := range strings.Split(s.acl, ",") {
			p = p.Add("acl", strings.TrimSpace(a))
		}
	}
	if cmd.Flags().Changed("expires") || s.expires != "" {
		end, err := parseEnd(s.expires, now)
		if err != nil {
			return p, err
		}
		p = p.Add("expires_at", strconv.FormatInt(end, 10))
	}
	if cmd.Flags().Changed("address") {
		list := s.addresses
		if len(list) == 0 || slices.Contains(list, "") { // an unset variable must not open the token to the world
			return p, usagef("--address is empty: name addresses or blocks, or `any`")
		}
		if slices.Equal(list, []string{"any"}) {
			list = []string{""}
		}
		for _, a := range list {
			p = p.Add("whitelist_ip", a)
		}
	}
	return p, nil
}

// parseEnd reads an end as Unix seconds; 0 is never.
func parseEnd(s string, now time.Time) (int64, error) {
	if s == "never" {
		return 0, nil
	}
	if day, err := time.ParseInLocation("2006-01-02", s, now.Location()); err == nil {
		return day.AddDate(0, 0, 1).Unix() - 1, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n < 100_000 {
			return now.AddDate(0, 0, n).Unix(), nil
		}
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return now.Add(d).Unix(), nil
	}
	return 0, usagef("--expires %q is no duration (90d, 12h), no date (2027-01-31) and not `never`", s)
}

// oneName is cobra.ExactArgs(1) with the right exit status.
func oneName(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("%s takes the name of one token", cmd.CommandPath())
	}
	return nil
}

func (e *env) tokenCreate(user *string) *cobra.Command {
	var s scope
	cmd := &cobra.Command{
		Use: "create NAME --acl LIST", Short: "Make a token and print its secret, once, on standard output",
		Example: "  hostkeep token create monitoring --acl list-accts,basic-system-info\n" +
			"  hostkeep token create acme --acl manage-dns-records,edit-dns --address 203.0.113.7 --expires 30d\n" +
			"  hostkeep token create billing --user reseller1 --acl create-acct,suspend-acct > /root/billing.token",
		Args: oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("acl") {
				return usagef("--acl is required: name the privileges that the token needs, or `all`")
			}
			p, err := s.params(cmd, wire.Pairs("token_name", args[0]), e.now())
			if err != nil {
				return err
			}
			return e.with(cmd.Context(), *user, func(ses session) error {
				var made struct {
					Token   string
					Expires *int64 `json:"expires_at"`
				}
				if err := e.call(cmd.Context(), ses, &made, "api_token_create", p); err != nil {
					return err
				}
				if err := e.print("%s\n", made.Token); err != nil { // nobody has it, so nobody should
					return errors.Join(err, e.call(cmd.Context(), ses, nil, "api_token_revoke", wire.Pairs("token_name", args[0])),
						errors.New("the token was revoked again"))
				}
				e.say("This is the secret of %s's token %s, shown only now. %s.", *user, args[0], endWords(made.Expires))
				return nil
			})
		},
	}
	s.flags(cmd, "90d")
	return cmd
}

func endWords(end *int64) string {
	if end == nil {
		return "It does not expire"
	}
	return "It expires on " + time.Unix(*end, 0).Format("2006-01-02 15:04:05 MST")
}

func (e *env) tokens(cmd *cobra.Command, user string, do func([]tokenRow) error) error {
	return e.with(cmd.Context(), user, func(ses session) error {
		var data struct{ Tokens map[string]tokenRow }
		if err := e.call(cmd.Context(), ses, &data, "api_token_list", wire.Params{}); err != nil {
			return err
		}
		rows := make([]tokenRow, 0, len(data.Tokens))
		for _, t := range data.Tokens {
			rows = append(rows, t)
		}
		slices.SortFunc(rows, func(a, b tokenRow) int { return strings.Compare(a.Name, b.Name) })
		return do(rows)
	})
}

func (e *env) tokenList(user *string) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List a user's tokens, expired ones too", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.tokens(cmd, *user, func(rows []tokenRow) error {
				w := tabwriter.NewWriter(e.out, 0, 4, 2, ' ', 0)
				_, _ = fmt.Fprintln(w, "NAME\tCREATED\tEXPIRES\tADDRESSES\tPRIVILEGES")
				for _, t := range rows {
					_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.Name, day(t.Created), t.end(e.now()), t.from(), t.scope())
				}
				return w.Flush()
			})
		},
	}
}

func day(unix int64) string { return time.Unix(unix, 0).Format("2006-01-02") }

func (t tokenRow) end(now time.Time) string {
	switch {
	case t.Expires == nil:
		return "never"
	case *t.Expires <= now.Unix():
		return day(*t.Expires) + " (expired)"
	}
	return day(*t.Expires)
}

func (t tokenRow) from() string {
	if len(t.Addresses) == 0 {
		return "any"
	}
	return strings.Join(t.Addresses, ",")
}

func (t tokenRow) scope() string {
	var held []string
	for name, on := range t.ACLs {
		if on == 1 {
			held = append(held, name)
		}
	}
	slices.Sort(held)
	if len(held) == 0 {
		return "-" // what it lists, its owner has no more
	}
	return strings.Join(held, ",")
}

func (e *env) tokenShow(user *string) *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Show one token: scope, end, addresses", Args: oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.tokens(cmd, *user, func(rows []tokenRow) error {
				i := slices.IndexFunc(rows, func(t tokenRow) bool { return t.Name == args[0] })
				if i < 0 {
					return fmt.Errorf("%s has no token named %q", *user, args[0])
				}
				t := rows[i]
				return e.print("name:       %s\nowner:      %s\ncreated:    %s\nexpires:    %s\naddresses:  %s\nprivileges: %s\n",
					t.Name, *user, time.Unix(t.Created, 0).Format(time.RFC3339), t.end(e.now()), t.from(), t.scope())
			})
		},
	}
}

func (e *env) tokenUpdate(user *string) *cobra.Command {
	var s scope
	var name string
	cmd := &cobra.Command{
		Use: "update NAME", Short: "Change a token's name, privileges, end or addresses; the rest stays",
		Example: "  hostkeep token update acme --expires 30d\n  hostkeep token update acme --address any --name acme-dns",
		Args:    oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := s.params(cmd, wire.Pairs("token_name", args[0]), e.now())
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("name") {
				p = p.Add("new_name", name)
			}
			if !slices.ContainsFunc([]string{"name", "acl", "expires", "address"}, cmd.Flags().Changed) {
				return usagef("nothing to change: give --name, --acl, --expires or --address")
			}
			return e.with(cmd.Context(), *user, func(ses session) error {
				return e.call(cmd.Context(), ses, nil, "api_token_update", p)
			})
		},
	}
	s.flags(cmd, "")
	cmd.Flags().StringVar(&name, "name", "", "its new `NAME`")
	return cmd
}

func (e *env) tokenRevoke(user *string) *cobra.Command {
	var keep bool
	cmd := &cobra.Command{
		Use: "revoke NAME…", Short: "Remove tokens, and the tokens that were made with them",
		Example: "  hostkeep token revoke monitoring\n  hostkeep token revoke leaked --keep-made",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s takes the names of one or more tokens", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			p := wire.Pairs("revoke_made", "1")
			if keep {
				p = wire.Pairs("revoke_made", "0")
			}
			for _, n := range args {
				if n == "" {
					return usageError{errors.New("a token's name is empty")}
				}
				p = p.Add("token_name", n)
			}
			return e.with(cmd.Context(), *user, func(ses session) error {
				if err := e.call(cmd.Context(), ses, nil, "api_token_revoke", p); err != nil {
					return err
				}
				e.say("Revoked: %s.", strings.Join(args, ", "))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&keep, "keep-made", false, "leave the tokens that they made")
	return cmd
}
