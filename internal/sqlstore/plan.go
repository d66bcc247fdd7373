package sqlstore

import "github.com/hostkeep/hostkeep"

// The columns that packages and accounts share.
const (
	planColumns = "quota, bandwidth, max_ftp, max_sql, max_pop, max_lists, max_sub, max_parked, max_addon, max_email_per_hour, " +
		"max_defer_fail, max_email_quota, max_team_users, feature_list, theme, language, shell, cgi, dedicated_ip, digest_auth"
	planMarks = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
)

func intoPlan(p *hostkeep.Plan) []any {
	return []any{
		&p.Quota, &p.Bandwidth, &p.MaxFTP, &p.MaxSQL, &p.MaxPop, &p.MaxLists, &p.MaxSub, &p.MaxParked, &p.MaxAddon, &p.MaxEmailPerHour,
		&p.MaxDeferFailPercentage, &p.MaxEmailAcctQuota, &p.MaxTeamUsers, &p.FeatureList, &p.Theme, &p.Language,
		intoBool(&p.Shell), intoBool(&p.CGI), intoBool(&p.DedicatedIP), intoBool(&p.DigestAuth),
	}
}

func planRow(p hostkeep.Plan) []any {
	return []any{
		int64(p.Quota), int64(p.Bandwidth), int64(p.MaxFTP), int64(p.MaxSQL), int64(p.MaxPop), int64(p.MaxLists), int64(p.MaxSub),
		int64(p.MaxParked), int64(p.MaxAddon), int64(p.MaxEmailPerHour), int64(p.MaxDeferFailPercentage), int64(p.MaxEmailAcctQuota),
		int64(p.MaxTeamUsers), p.FeatureList, p.Theme, p.Language, bit(p.Shell), bit(p.CGI), bit(p.DedicatedIP), bit(p.DigestAuth),
	}
}
