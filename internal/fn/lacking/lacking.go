// Package lacking is the family of cPanel's functions that are about services which
// this server does not run: mail, databases, FTP, web sites and others. Each is refused
// by a sentence that names the service, and never answered as if there were nothing.
// It refuses to know anything else.
package lacking

import (
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// The services, as the refusals name them: this server runs no …
const (
	mail       = "mail server"
	webmail    = "webmail"
	mysql      = "MySQL server"
	postgres   = "PostgreSQL server for accounts"
	ftp        = "FTP server"
	certs      = "web server that could use certificates"
	php        = "web server with PHP"
	files      = "file manager: accounts have no files here"
	backups    = "backup service"
	cron       = "cron service for accounts"
	traffic    = "web, mail or FTP server whose traffic could be measured"
	databaseUI = "pages of cPanel, which temporary users are for"
)

// module is what one module of one of cPanel's APIs lacks.
type module struct {
	name      string
	dialect   wire.Dialect
	service   string
	functions []string
}

// table lists those of the public description of UAPI that clients were seen to call,
// and those of API 2 that were recorded; and what says where this server's mail goes,
// which stands beside the functions of MX records.
func table() []module {
	return []module{
		{"Backup", wire.UAPI, backups, []string{"list_backups"}},
		{"Bandwidth", wire.UAPI, traffic, []string{"query"}},
		{"Email", wire.UAPI, mail, []string{
			"add_forwarder", "add_pop", "delete_forwarder", "delete_pop", "edit_pop_quota", "get_main_account_disk_usage_bytes",
			"list_forwarders", "list_pops", "list_pops_with_disk", "passwd_pop", "set_always_accept",
		}},
		{"Fileman", wire.UAPI, files, []string{"list_files"}},
		{"Ftp", wire.UAPI, ftp, []string{"add_ftp", "delete_ftp", "list_ftp"}},
		{"LangPHP", wire.UAPI, php, []string{"php_get_vhost_versions"}},
		{"Mysql", wire.UAPI, mysql, []string{
			"create_database", "create_user", "delete_database", "delete_user", "get_restrictions", "list_databases", "list_users",
			"set_privileges_on_database",
		}},
		{"Postgresql", wire.UAPI, postgres, []string{
			"create_database", "create_user", "delete_database", "delete_user", "grant_all_privileges", "list_databases", "list_users",
			"rename_database", "rename_user", "set_password",
		}},
		{"SSL", wire.UAPI, certs, []string{
			"delete_ssl", "fetch_best_for_domain", "generate_csr", "generate_key", "install_ssl", "installed_hosts", "list_certs", "list_keys",
			"upload_cert", "upload_key",
		}},
		{"Session", wire.UAPI, databaseUI, []string{"create_temp_user"}},
		{"Session", wire.UAPI, webmail, []string{"create_webmail_session_for_self"}},

		{"Cron", wire.API2, cron, []string{"add_line", "edit_line", "fetchcron", "get_email", "listcron", "remove_line", "set_email"}},
		{"Email", wire.API2, mail, []string{
			"addforward", "addpop", "checkmaindiscard", "delpop", "editquota", "getdiskusage", "listdefaultaddresses",
			"listforwards", "listmaildomains", "listpops", "listpopswithdisk", "passwdpop", "setalwaysaccept", "setdefaultaddress", "setmxcheck",
		}},
		{"Ftp", wire.API2, ftp, []string{"addftp", "delftp", "listftp", "listftpsessions", "listftpwithdisk", "passwd", "setquota"}},
		{"SSL", wire.API2, certs, []string{"installssl"}},
	}
}

// CPanel declares them.
func CPanel() (list []*api.Function) {
	for _, m := range table() {
		for _, name := range m.functions {
			list = append(list, api.Lacking(m.name, name, m.dialect, m.service))
		}
	}
	return list
}
