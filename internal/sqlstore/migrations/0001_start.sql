-- Types are written for both engines: BIGINT, TEXT, BYTES. The dialect turns
-- them into what each engine calls them. Times are microseconds since 1970 UTC,
-- 0 for none; booleans are 0 or 1; chg is the number of the change that wrote
-- the row last.

CREATE TABLE migration (
	version BIGINT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	applied BIGINT NOT NULL
) STRICT;

-- One row, made by the first start.
CREATE TABLE head (
	id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
	gen BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	hash BYTES NOT NULL,
	key_check TEXT NOT NULL
) STRICT;

CREATE TABLE record (
	seq BIGINT NOT NULL PRIMARY KEY,
	at BIGINT NOT NULL,
	node TEXT NOT NULL,
	function TEXT NOT NULL,
	actor_id BIGINT NOT NULL,
	actor TEXT NOT NULL,
	via TEXT NOT NULL,
	token_id BIGINT NOT NULL,
	addr TEXT NOT NULL,
	request_id TEXT NOT NULL,
	real_user TEXT NOT NULL,
	args TEXT NOT NULL,
	objects TEXT NOT NULL,
	prev BYTES NOT NULL,
	hash BYTES NOT NULL,
	mac BYTES NOT NULL
) STRICT;

CREATE TABLE principal (
	id BIGINT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	owner_id BIGINT NOT NULL,
	reseller BIGINT NOT NULL,
	privileges TEXT NOT NULL,
	suspended BIGINT NOT NULL,
	password TEXT NOT NULL,
	chg BIGINT NOT NULL
) STRICT;
CREATE INDEX principal_owner ON principal (owner_id);

CREATE TABLE token (
	id BIGINT NOT NULL PRIMARY KEY,
	owner_id BIGINT NOT NULL REFERENCES principal (id),
	name TEXT NOT NULL,
	hash BYTES NOT NULL UNIQUE,
	key_id TEXT NOT NULL,
	privileges TEXT NOT NULL,
	addresses TEXT NOT NULL,
	made_by BIGINT NOT NULL,
	created BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	chg BIGINT NOT NULL,
	UNIQUE (owner_id, name)
) STRICT;
CREATE INDEX token_made_by ON token (made_by);

CREATE TABLE package (
	id BIGINT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	owner_id BIGINT NOT NULL,
	extensions TEXT NOT NULL,
	quota BIGINT NOT NULL,
	bandwidth BIGINT NOT NULL,
	max_ftp BIGINT NOT NULL,
	max_sql BIGINT NOT NULL,
	max_pop BIGINT NOT NULL,
	max_lists BIGINT NOT NULL,
	max_sub BIGINT NOT NULL,
	max_parked BIGINT NOT NULL,
	max_addon BIGINT NOT NULL,
	max_email_per_hour BIGINT NOT NULL,
	max_defer_fail BIGINT NOT NULL,
	max_email_quota BIGINT NOT NULL,
	max_team_users BIGINT NOT NULL,
	feature_list TEXT NOT NULL,
	theme TEXT NOT NULL,
	language TEXT NOT NULL,
	shell BIGINT NOT NULL,
	cgi BIGINT NOT NULL,
	dedicated_ip BIGINT NOT NULL,
	digest_auth BIGINT NOT NULL,
	chg BIGINT NOT NULL
) STRICT;
CREATE INDEX package_owner ON package (owner_id);

-- An account is a principal with hosting; who owns it, whether it is a reseller
-- and whether it is suspended stand with the principal. package_id may name a
-- package that is gone.
CREATE TABLE account (
	id BIGINT NOT NULL PRIMARY KEY REFERENCES principal (id),
	domain TEXT NOT NULL,
	temporary BIGINT NOT NULL,
	package_id BIGINT NOT NULL,
	ip TEXT NOT NULL,
	email TEXT NOT NULL,
	mailbox TEXT NOT NULL,
	home TEXT NOT NULL,
	uid BIGINT NOT NULL,
	created BIGINT NOT NULL,
	suspend_reason TEXT NOT NULL,
	suspended_at BIGINT NOT NULL,
	locked BIGINT NOT NULL,
	quota BIGINT NOT NULL,
	bandwidth BIGINT NOT NULL,
	max_ftp BIGINT NOT NULL,
	max_sql BIGINT NOT NULL,
	max_pop BIGINT NOT NULL,
	max_lists BIGINT NOT NULL,
	max_sub BIGINT NOT NULL,
	max_parked BIGINT NOT NULL,
	max_addon BIGINT NOT NULL,
	max_email_per_hour BIGINT NOT NULL,
	max_defer_fail BIGINT NOT NULL,
	max_email_quota BIGINT NOT NULL,
	max_team_users BIGINT NOT NULL,
	feature_list TEXT NOT NULL,
	theme TEXT NOT NULL,
	language TEXT NOT NULL,
	shell BIGINT NOT NULL,
	cgi BIGINT NOT NULL,
	dedicated_ip BIGINT NOT NULL,
	digest_auth BIGINT NOT NULL,
	chg BIGINT NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_domain ON account (domain) WHERE domain <> '';
CREATE INDEX account_package ON account (package_id);
CREATE INDEX account_uid ON account (uid);

-- Running servers; outside the record. lease is in microseconds.
CREATE TABLE node (
	incarnation TEXT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL,
	seq BIGINT NOT NULL,
	lease BIGINT NOT NULL
) STRICT;
