-- Every domain of every account, whatever its kind, so that a name is there
-- once. The main domain's row has the account's id; parent is the domain whose
-- site a parked one shows, or which a subdomain or an addon hangs on, and empty
-- for a main one; docroot is relative to the account's home.
CREATE TABLE domain (
	id BIGINT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	account_id BIGINT NOT NULL REFERENCES account (id),
	kind TEXT NOT NULL,
	parent TEXT NOT NULL,
	docroot TEXT NOT NULL,
	canonical BIGINT NOT NULL,
	chg BIGINT NOT NULL
) STRICT;
CREATE INDEX domain_account ON domain (account_id);
INSERT INTO domain (id, name, account_id, kind, parent, docroot, canonical, chg)
	SELECT id, domain, id, 'main', '', 'public_html', 0, chg FROM account WHERE domain <> '';

ALTER TABLE account ADD COLUMN backup BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN mail_hold BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN mail_suspended BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN password_forced BIGINT NOT NULL DEFAULT 0;

-- The first eight characters of a user name are unique.
CREATE INDEX principal_start ON principal (substr(name, 1, 8));
