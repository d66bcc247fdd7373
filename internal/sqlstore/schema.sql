-- What the migrations make of an SQLite database; go test -update writes it.

CREATE TABLE account (
	id INTEGER NOT NULL PRIMARY KEY REFERENCES principal (id),
	domain TEXT NOT NULL,
	temporary INTEGER NOT NULL,
	package_id INTEGER NOT NULL,
	ip TEXT NOT NULL,
	email TEXT NOT NULL,
	mailbox TEXT NOT NULL,
	home TEXT NOT NULL,
	uid INTEGER NOT NULL,
	created INTEGER NOT NULL,
	suspend_reason TEXT NOT NULL,
	suspended_at INTEGER NOT NULL,
	locked INTEGER NOT NULL,
	quota INTEGER NOT NULL,
	bandwidth INTEGER NOT NULL,
	max_ftp INTEGER NOT NULL,
	max_sql INTEGER NOT NULL,
	max_pop INTEGER NOT NULL,
	max_lists INTEGER NOT NULL,
	max_sub INTEGER NOT NULL,
	max_parked INTEGER NOT NULL,
	max_addon INTEGER NOT NULL,
	max_email_per_hour INTEGER NOT NULL,
	max_defer_fail INTEGER NOT NULL,
	max_email_quota INTEGER NOT NULL,
	max_team_users INTEGER NOT NULL,
	feature_list TEXT NOT NULL,
	theme TEXT NOT NULL,
	language TEXT NOT NULL,
	shell INTEGER NOT NULL,
	cgi INTEGER NOT NULL,
	dedicated_ip INTEGER NOT NULL,
	digest_auth INTEGER NOT NULL,
	chg INTEGER NOT NULL
, backup INTEGER NOT NULL DEFAULT 0, mail_hold INTEGER NOT NULL DEFAULT 0, mail_suspended INTEGER NOT NULL DEFAULT 0, password_forced INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE UNIQUE INDEX account_domain ON account (domain) WHERE domain <> '';

CREATE INDEX account_package ON account (package_id);

CREATE INDEX account_uid ON account (uid);

CREATE TABLE acl_list (
	id INTEGER NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	privileges TEXT NOT NULL,
	chg INTEGER NOT NULL
) STRICT;

CREATE TABLE domain (
	id INTEGER NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	account_id INTEGER NOT NULL REFERENCES account (id),
	kind TEXT NOT NULL,
	parent TEXT NOT NULL,
	docroot TEXT NOT NULL,
	canonical INTEGER NOT NULL,
	chg INTEGER NOT NULL
) STRICT;

CREATE INDEX domain_account ON domain (account_id);

CREATE TABLE feature_list (
	id INTEGER NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	owner_id INTEGER NOT NULL,
	disabled TEXT NOT NULL,
	chg INTEGER NOT NULL
) STRICT;

CREATE INDEX feature_list_owner ON feature_list (owner_id);

CREATE TABLE feature_override (
	account_id INTEGER NOT NULL REFERENCES account (id),
	feature TEXT NOT NULL,
	setting INTEGER NOT NULL,
	PRIMARY KEY (account_id, feature)
) STRICT;

CREATE TABLE guard_entry (
	id INTEGER NOT NULL PRIMARY KEY,
	list TEXT NOT NULL,
	span TEXT NOT NULL,
	remark TEXT NOT NULL,
	chg INTEGER NOT NULL,
	UNIQUE (list, span)
) STRICT;

CREATE TABLE guard_setting (
	word TEXT NOT NULL PRIMARY KEY,
	amount INTEGER NOT NULL,
	chg INTEGER NOT NULL
) STRICT;

CREATE TABLE head (
	id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
	gen INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	hash BLOB NOT NULL,
	key_check TEXT NOT NULL
) STRICT;

CREATE TABLE migration (
	version INTEGER NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	applied INTEGER NOT NULL
) STRICT;

CREATE TABLE node (
	incarnation TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	seq INTEGER NOT NULL,
	lease INTEGER NOT NULL
) STRICT;

CREATE TABLE package (
	id INTEGER NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	owner_id INTEGER NOT NULL,
	extensions TEXT NOT NULL,
	quota INTEGER NOT NULL,
	bandwidth INTEGER NOT NULL,
	max_ftp INTEGER NOT NULL,
	max_sql INTEGER NOT NULL,
	max_pop INTEGER NOT NULL,
	max_lists INTEGER NOT NULL,
	max_sub INTEGER NOT NULL,
	max_parked INTEGER NOT NULL,
	max_addon INTEGER NOT NULL,
	max_email_per_hour INTEGER NOT NULL,
	max_defer_fail INTEGER NOT NULL,
	max_email_quota INTEGER NOT NULL,
	max_team_users INTEGER NOT NULL,
	feature_list TEXT NOT NULL,
	theme TEXT NOT NULL,
	language TEXT NOT NULL,
	shell INTEGER NOT NULL,
	cgi INTEGER NOT NULL,
	dedicated_ip INTEGER NOT NULL,
	digest_auth INTEGER NOT NULL,
	chg INTEGER NOT NULL
) STRICT;

CREATE INDEX package_owner ON package (owner_id);

CREATE TABLE principal (
	id INTEGER NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	owner_id INTEGER NOT NULL,
	reseller INTEGER NOT NULL,
	privileges TEXT NOT NULL,
	suspended INTEGER NOT NULL,
	password TEXT NOT NULL,
	chg INTEGER NOT NULL
) STRICT;

CREATE INDEX principal_owner ON principal (owner_id);

CREATE INDEX principal_start ON principal (substr(name, 1, 8));

CREATE TABLE record (
	seq INTEGER NOT NULL PRIMARY KEY,
	at INTEGER NOT NULL,
	node TEXT NOT NULL,
	function TEXT NOT NULL,
	actor_id INTEGER NOT NULL,
	actor TEXT NOT NULL,
	via TEXT NOT NULL,
	token_id INTEGER NOT NULL,
	addr TEXT NOT NULL,
	request_id TEXT NOT NULL,
	real_user TEXT NOT NULL,
	args TEXT NOT NULL,
	objects TEXT NOT NULL,
	prev BLOB NOT NULL,
	hash BLOB NOT NULL,
	mac BLOB NOT NULL
) STRICT;

CREATE TABLE reseller (
	id INTEGER NOT NULL PRIMARY KEY REFERENCES principal (id),
	limit_accounts INTEGER NOT NULL,
	max_accounts INTEGER NOT NULL,
	limit_resources INTEGER NOT NULL,
	max_disk INTEGER NOT NULL,
	max_bandwidth INTEGER NOT NULL,
	oversell INTEGER NOT NULL,
	oversell_disk INTEGER NOT NULL,
	oversell_bandwidth INTEGER NOT NULL,
	limit_packages INTEGER NOT NULL,
	limit_package_numbers INTEGER NOT NULL,
	restricted INTEGER NOT NULL,
	ips TEXT NOT NULL,
	main_ip TEXT NOT NULL,
	nameservers TEXT NOT NULL,
	chg INTEGER NOT NULL
) STRICT;

CREATE TABLE reseller_package (
	reseller_id INTEGER NOT NULL REFERENCES principal (id),
	package_id INTEGER NOT NULL,
	allowed INTEGER NOT NULL,
	number INTEGER NOT NULL,
	chg INTEGER NOT NULL,
	PRIMARY KEY (reseller_id, package_id)
) STRICT;

CREATE INDEX reseller_package_package ON reseller_package (package_id);

CREATE TABLE session (
	id INTEGER NOT NULL PRIMARY KEY,
	principal_id INTEGER NOT NULL REFERENCES principal (id),
	service TEXT NOT NULL,
	opened INTEGER NOT NULL,
	hash BLOB NOT NULL UNIQUE,
	token BLOB NOT NULL,
	made_by INTEGER NOT NULL,
	created INTEGER NOT NULL,
	last_used INTEGER NOT NULL,
	ends INTEGER NOT NULL
, addr TEXT NOT NULL DEFAULT '', agent TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX session_ends ON session (ends);

CREATE INDEX session_made_by ON session (made_by);

CREATE INDEX session_principal ON session (principal_id);

CREATE TABLE setting (
	owner_id INTEGER NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	chg INTEGER NOT NULL,
	PRIMARY KEY (owner_id, kind, name)
) STRICT;

CREATE TABLE "token" (
	id INTEGER NOT NULL PRIMARY KEY,
	owner_id INTEGER NOT NULL REFERENCES principal (id),
	cpanel INTEGER NOT NULL,
	name TEXT NOT NULL,
	hash BLOB NOT NULL UNIQUE,
	key_id TEXT NOT NULL,
	privileges TEXT NOT NULL,
	addresses TEXT NOT NULL,
	made_by INTEGER NOT NULL,
	created INTEGER NOT NULL,
	expires INTEGER NOT NULL,
	chg INTEGER NOT NULL,
	UNIQUE (owner_id, cpanel, name)
) STRICT;

CREATE INDEX token_made_by ON token (made_by);

CREATE TABLE "token_day" (
	token_id INTEGER NOT NULL REFERENCES "token" (id) ON DELETE CASCADE,
	day INTEGER NOT NULL,
	calls INTEGER NOT NULL,
	refusals INTEGER NOT NULL,
	PRIMARY KEY (token_id, day)
) STRICT;

CREATE TABLE "token_day_count" (
	token_id INTEGER NOT NULL REFERENCES "token" (id) ON DELETE CASCADE,
	day INTEGER NOT NULL,
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	number INTEGER NOT NULL,
	PRIMARY KEY (token_id, day, kind, value)
) STRICT;

CREATE TABLE "token_use" (
	token_id INTEGER NOT NULL PRIMARY KEY REFERENCES "token" (id) ON DELETE CASCADE,
	first_used INTEGER NOT NULL,
	last_used INTEGER NOT NULL,
	address TEXT NOT NULL,
	function TEXT NOT NULL,
	agent TEXT NOT NULL
) STRICT;

CREATE TABLE two_factor (
	principal_id INTEGER NOT NULL PRIMARY KEY REFERENCES principal (id),
	key_id TEXT NOT NULL,
	sealed BLOB NOT NULL,
	last_step INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	blocked INTEGER NOT NULL
) STRICT;

CREATE TABLE two_factor_setting (
	principal_id INTEGER NOT NULL PRIMARY KEY REFERENCES principal (id),
	issuer TEXT NOT NULL,
	policy_off INTEGER NOT NULL
) STRICT;

CREATE TABLE use_batch (
	node TEXT NOT NULL PRIMARY KEY,
	number INTEGER NOT NULL,
	written INTEGER NOT NULL
) STRICT;

CREATE TABLE zone (
	id INTEGER NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	principal_id INTEGER NOT NULL REFERENCES principal (id),
	serial INTEGER NOT NULL,
	chg INTEGER NOT NULL,
	text TEXT NOT NULL
) STRICT;

CREATE INDEX zone_principal ON zone (principal_id);

CREATE TABLE zone_serial (
	name TEXT NOT NULL PRIMARY KEY,
	was INTEGER NOT NULL
) STRICT;
