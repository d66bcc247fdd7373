package accounts

import (
	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
	"github.com/hostkeep/hostkeep/internal/wire"
)

// modifying declares what changes accounts.
func (f family) modifying() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "modifyacct", Summary: "Change an account: its name, main domain, owner, package, limits and settings.", Since: "11",
			Opens: []hostkeep.Privilege{"edit-account"}, Writes: true, Touches: api.AccountCredentials,
			Account: "user", NoAccount: noUserFile,
			V0: wire.V0{Form: wire.Result, Under: "newcfg", Notes: true},
		}, f.modifyacct),
		api.Define(api.Decl{
			Name: "massmodifyacct", Summary: "Change the same of several accounts.", Since: "88",
			Opens: []hostkeep.Privilege{"edit-account"}, Writes: true, Touches: api.NewAccounts,
		}, f.massmodifyacct),
		api.Define(api.Decl{
			Name: "setsiteip", Summary: "Give an account another address.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: noSuchUser,
			V0: wire.V0{Form: wire.Result, Message: "OK"},
		}, f.setsiteip),
		api.Define(api.Decl{
			Name: "set_digest_auth", Summary: "Mark an account as one with or without Digest Authentication.", Since: "11",
			Opens: []hostkeep.Privilege{"digest-auth"}, Writes: true, Touches: api.AccountCredentials,
			Account: "user", NoAccount: noSuchUser,
		}, f.setDigestAuth),
		api.Define(api.Decl{
			Name: "has_digest_auth", Summary: "Tell whether an account is marked as one with Digest Authentication.", Since: "11.34",
			Opens: []hostkeep.Privilege{"digest-auth"}, Touches: api.NoCredentials,
			Account: "user", NoAccount: noSuchUser,
		}, f.hasDigestAuth),
		api.Define(api.Decl{
			Name: "toggle_user_backup_state", Summary: "Mark an account as one to back up, or take the mark away.", Since: "11.38",
			Opens: []hostkeep.Privilege{hostkeep.All}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: noSuchUser,
		}, f.toggleBackup),
		// The accounts stand in one parameter together, so the handler asks
		// promise 2 for each.
		api.Define(api.Decl{
			Name: "forcepasswordchange", Summary: "Mark accounts whose users must set another password.", Since: "11.32",
			Opens: []hostkeep.Privilege{"passwd"}, Writes: true, Touches: api.NoCredentials,
		}, f.forcepasswordchange),
	}
}

// using declares what sets and shows how much an account may use, and uses.
func (f family) using() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "editquota", Summary: "Set an account's disk quota.", Since: "11",
			Opens: []hostkeep.Privilege{"quota"}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: noQuotaUser,
			V0: wire.V0{Form: wire.Beside, Log: wire.InOutput},
		}, f.editquota),
		api.Define(api.Decl{
			Name: "limitbw", Summary: "Set an account's monthly traffic limit.", Since: "11",
			Opens: []hostkeep.Privilege{"limit-bandwidth"}, Writes: true, Touches: api.NoCredentials,
			Account: "user", NoAccount: noSuchUser,
			V0: wire.V0{Form: wire.Result, Members: []wire.Twin{{
				Name: "bwlimits", As: "bwlimit", First: true, Members: []wire.Twin{{Name: "bwlimit", Text: true}},
			}}},
		}, f.limitbw),
		api.Define(api.Decl{
			Name: "showbw", Summary: "Show the traffic of a month, by account and domain.", Since: "11",
			Opens: []hostkeep.Privilege{"show-bandwidth"}, Touches: api.NoCredentials,
			V0: wire.V0{Form: wire.Plain, Under: "bandwidth", Members: []wire.Twin{
				{Name: "month", Text: true},
				{Name: "year", Text: true},
				{Name: "acct", Members: []wire.Twin{{Name: "limit", Text: true}, {Name: "reseller", Text: true}}},
			}},
		}, f.showbw),
		api.Define(api.Decl{
			Name: "get_disk_usage", Summary: "Show the disk use of the accounts that the caller may see.", Since: "80",
			Opens: []hostkeep.Privilege{"list-accts"}, Touches: api.NoCredentials,
		}, f.getDiskUsage),
		api.Define(api.Decl{
			Name: "quota_enabled", Summary: "Tell whether a file system enforces quotas.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, f.quotaEnabled),
	}
}

// naming declares what tells which users there are and may be.
func (f family) naming() []*api.Function {
	return []*api.Function{
		api.Define(api.Decl{
			Name: "listlockedaccounts", Summary: "List the accounts that only root may unsuspend.", Since: "11.40",
			Opens: []hostkeep.Privilege{"list-accts"}, Touches: api.NoCredentials,
		}, f.listlockedaccounts),
		api.Define(api.Decl{
			Name: "list_users", Summary: "List the users that the caller may see.", Since: "11",
			Opens: []hostkeep.Privilege{"list-accts"}, Touches: api.NoCredentials,
		}, f.listUsers),
		api.Define(api.Decl{
			Name: "get_current_users_count", Summary: "Count the accounts that the caller may see.", Since: "78",
			Opens: []hostkeep.Privilege{"list-accts"}, Touches: api.NoCredentials,
		}, f.getCurrentUsersCount),
		api.Define(api.Decl{
			Name: "get_maximum_users", Summary: "Tell how many accounts there may be; 0: any number.", Since: "78",
			Opens: []hostkeep.Privilege{"list-accts"}, Touches: api.NoCredentials,
		}, f.getMaximumUsers),
		api.Define(api.Decl{
			Name: "verify_new_username", Summary: "Tell whether a new account may have a user name.", Since: "58",
			Opens: []hostkeep.Privilege{hostkeep.CreateAcct}, Touches: api.NoCredentials,
		}, f.verifyNewUsername),
		api.Define(api.Decl{
			Name: "verify_new_username_for_restore", Summary: "Tell whether an account that comes from elsewhere may keep a user name.", Since: "58",
			Opens: []hostkeep.Privilege{hostkeep.CreateAcct}, Touches: api.NoCredentials,
		}, f.verifyForRestore),
		api.Define(api.Decl{
			Name: "get_password_strength", Summary: "Score a password from 0 to 100.", Since: "11",
			Opens: []hostkeep.Privilege{hostkeep.CreateAcct, "passwd"}, Touches: api.NoCredentials,
		}, f.getPasswordStrength),
		api.Define(api.Decl{
			Name: "validate_system_user", Summary: "Tell whether a user name is there, is reserved, and may be had.", Since: "11.44",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, f.validateSystemUser),
		api.Define(api.Decl{
			Name: "untrack_acct_id", Summary: "Free the system ids of an account that is gone.", Since: "58",
			Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
		}, f.untrackAcctID),
	}
}
