package accounts

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

var (
	username = regexp.MustCompile(`^[a-z][a-z0-9]{0,15}$`)
	label    = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?$`)
)

// reserved are names of system users and of services that no account may take.
var reserved = []string{
	"abrt", "adm", "admin", "apache", "bin", "cpanel", "cphulkd", "daemon", "dbus", "dovecot", "dovenull", "exim",
	"ftp", "games", "halt", "hostkeep", "lp", "mail", "mailman", "mailnull", "munin", "mysql", "named", "nobody",
	"nscd", "operator", "polkitd", "postfix", "postgres", "postmaster", "root", "rpc", "shutdown", "sshd", "sync",
	"system", "toor", "uucp", "virtfs", "webmaster", "whm", "whostmgr", "wheel",
}

// checkUsername takes a name in lower case. Source: createacct of the API
// description; the list of reserved names is ours.
func checkUsername(name string) error {
	switch {
	case !username.MatchString(name):
		return hostkeep.Errorf(hostkeep.Invalid, "%q is not a valid user name: 1 to 16 letters and digits, not beginning with a digit.", hostkeep.Clip(name, 40))
	case strings.HasPrefix(name, "test"):
		return hostkeep.Errorf(hostkeep.Invalid, "%q is not a valid user name: it may not begin with \"test\".", name)
	case slices.Contains(reserved, name):
		return hostkeep.Errorf(hostkeep.Invalid, "%q is a reserved user name.", name)
	}
	return nil
}

// checkDomain takes a domain in lower case: at least two labels, the last not a
// number. Names outside ASCII come as punycode.
func checkDomain(domain string) error {
	labels := strings.Split(domain, ".")
	bad := len(domain) > 253 || len(labels) < 2 || strings.Trim(labels[len(labels)-1], "0123456789") == "" ||
		slices.ContainsFunc(labels, func(l string) bool { return !label.MatchString(l) })
	if bad {
		return hostkeep.Errorf(hostkeep.Invalid, "%q is not a valid domain name.", hostkeep.Clip(domain, 80))
	}
	return nil
}

// checkEmail takes what could be one or several addresses; "" is none.
func checkEmail(list string) error {
	if list == "" {
		return nil
	}
	for _, e := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		name, host, ok := strings.Cut(e, "@")
		if !ok || name == "" || host == "" || strings.Contains(host, "@") || strings.ContainsAny(e, "<>\"\\") {
			return hostkeep.Errorf(hostkeep.Invalid, "%q is not a mail address.", hostkeep.Clip(e, 80))
		}
	}
	return nil
}
