package server

import (
	"context"

	"github.com/hostkeep/hostkeep/internal/api"
)

type versionsIn struct {
	Packages bool `whm:"packages,default=0" doc:"changes nothing: Hostkeep manages no packages of the system"`
}

// versionsOut has what Hostkeep is and runs on. Software that it does not manage
// is null, whether the machine has it or not.
type versionsOut struct {
	Level         string   `whm:"cpanel_and_whm" doc:"the WHM version whose API is spoken"`
	Kernel        string   `whm:"linux_kernel"`
	OS            string   `whm:"operating_system_name"`
	OSVersion     string   `whm:"operating_system_version"`
	Packages      []string `whm:"cpanel_packages"`
	EasyApache    []string `whm:"ea_4_packages"`
	OSPackages    []string `whm:"os_packages"`
	PHPVersions   []string `whm:"apache_php_versions"`
	Apache        *string  `whm:"apache"`
	PHP           *string  `whm:"apache_php_default_version"`
	BIND          *string  `whm:"bind"`
	ClamAV        *string  `whm:"clamav"`
	OwnPHP        *string  `whm:"cpanel_php"`
	Cron          *string  `whm:"cron"`
	Cronie        *string  `whm:"cronie"`
	Dovecot       *string  `whm:"dovecot"`
	EasyVersion   *string  `whm:"easyapache"`
	Exim          *string  `whm:"exim"`
	Mailman       *string  `whm:"mailman"`
	MariaDB       *string  `whm:"mariadb"`
	MariaDBBuild  *string  `whm:"mariadb_build"`
	Munin         *string  `whm:"munin"`
	MySQL         *string  `whm:"mysql"`
	MySQLBuild    *string  `whm:"mysql_build"`
	NSCD          *string  `whm:"nscd"`
	OpenSSH       *string  `whm:"openssh-server"`
	P0f           *string  `whm:"p0f"`
	Postgres      *string  `whm:"postgresql"`
	PostgresBuild *string  `whm:"postgresql_build"`
	PowerDNS      *string  `whm:"powerdns"`
	ProFTPD       *string  `whm:"proftpd"`
	PureFTPd      *string  `whm:"pureftpd"`
	Roundcube     *string  `whm:"roundcube"`
	Rsyslog       *string  `whm:"rsyslog"`
	Spamd         *string  `whm:"spamd"`
}

func (f family) versions(context.Context, api.Call, versionsIn) (versionsOut, error) {
	s, err := f.System()
	return versionsOut{Level: Level, Kernel: s.Kernel, OS: s.OS, OSVersion: s.Version}, err
}
