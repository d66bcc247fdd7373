package accounts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hostkeep/hostkeep"
)

var username = regexp.MustCompile(`^[a-z][a-z0-9]{0,15}$`)

// reserved are names of system users and of services that no account may take.
var reserved = []string{
	"abrt", "adm", "admin", "apache", "audio", "backup", "bin", "cdrom", "chrony", "cpanel", "cpeasyapache", "cphulkd", "cpses",
	"crontab", "daemon", "dbus", "dialout", "dip", "disk", "dovecot", "dovenull", "exim", "fax", "floppy", "ftp", "games", "gnats",
	"halt", "hostkeep", "input", "irc", "kmem", "kvm", "list", "lp", "mail", "mailman", "mailnull", "man", "mem", "munin", "mysql",
	"named", "news", "nobody", "nogroup", "nscd", "operator", "plugdev", "polkitd", "postfix", "postgres", "postmaster", "proxy",
	"render", "root", "rpc", "sasl", "securetmp", "shadow", "shutdown", "src", "sshd", "staff", "sudo", "sync", "sys", "system",
	"systemd", "tape", "tomcat", "toor", "tty", "users", "utmp", "uucp", "video", "virtfs", "voice", "webmaster", "wheel", "whm",
	"whostmgr", "www",
}

// checkUsername takes a name in lower case. Source: createacct of the API
// description; the list of reserved names is ours.
func checkUsername(name string) error {
	if strings.HasPrefix(name, "test") {
		return hostkeep.Errorf(hostkeep.Invalid, "%q is not a valid user name: it may not begin with \"test\".", hostkeep.Clip(name, 40))
	}
	return checkOldUsername(name)
}

// checkOldUsername takes the name of an account that was made elsewhere, maybe
// before WHM refused "test".
func checkOldUsername(name string) error {
	switch {
	case !username.MatchString(name):
		return hostkeep.Errorf(hostkeep.Invalid, "%q is not a valid user name: 1 to 16 letters and digits, not beginning with a digit.", hostkeep.Clip(name, 40))
	case slices.Contains(reserved, name):
		return hostkeep.Errorf(hostkeep.Invalid, "%q is a reserved user name.", name)
	}
	return nil
}

// nameFree refuses a user name that somebody has, or whose first eight characters
// are somebody's. id is who would have it, 0 for a new account.
func nameFree(r Reader, name string, id int64) error {
	alike, err := r.PrincipalsAlike(name)
	if err != nil {
		return fmt.Errorf("looking for the user: %w", err)
	}
	for _, p := range alike {
		switch {
		case p.ID == id:
		case p.Name == name:
			return hostkeep.Errorf(hostkeep.Conflict, "This system already has an account named %q.", name)
		default:
			return hostkeep.Errorf(hostkeep.Conflict, "This system already has an account whose name begins with %q; the first eight characters must be its own.", name[:8])
		}
	}
	return nil
}

// temporary is the domain of an account that has none.
func (f family) temporary(user string) string {
	return hostkeep.TemporaryDomain(user, f.Domains.Hostname)
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
