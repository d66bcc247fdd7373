-- Named lists of privileges. setacls copies what a list holds at that moment.
CREATE TABLE acl_list (
	id BIGINT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	privileges TEXT NOT NULL,
	chg BIGINT NOT NULL
) STRICT;

-- What was settled for a reseller besides its privileges; no row: nothing. A
-- number counts only while its switch is 1; -1 is no limit. Lists of texts are
-- separated by commas.
CREATE TABLE reseller (
	id BIGINT NOT NULL PRIMARY KEY REFERENCES principal (id),
	limit_accounts BIGINT NOT NULL,
	max_accounts BIGINT NOT NULL,
	limit_resources BIGINT NOT NULL,
	max_disk BIGINT NOT NULL,
	max_bandwidth BIGINT NOT NULL,
	oversell BIGINT NOT NULL,
	oversell_disk BIGINT NOT NULL,
	oversell_bandwidth BIGINT NOT NULL,
	limit_packages BIGINT NOT NULL,
	limit_package_numbers BIGINT NOT NULL,
	restricted BIGINT NOT NULL,
	ips TEXT NOT NULL,
	main_ip TEXT NOT NULL,
	nameservers TEXT NOT NULL,
	chg BIGINT NOT NULL
) STRICT;

-- Which packages a reseller may use, and for how many accounts (-1: any number).
CREATE TABLE reseller_package (
	reseller_id BIGINT NOT NULL REFERENCES principal (id),
	package_id BIGINT NOT NULL,
	allowed BIGINT NOT NULL,
	number BIGINT NOT NULL,
	chg BIGINT NOT NULL,
	PRIMARY KEY (reseller_id, package_id)
) STRICT;
CREATE INDEX reseller_package_package ON reseller_package (package_id);
