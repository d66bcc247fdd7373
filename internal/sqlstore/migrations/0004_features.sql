-- disabled is the ids of the features that are off, separated by blanks.
CREATE TABLE feature_list (
	id BIGINT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	owner_id BIGINT NOT NULL,
	disabled TEXT NOT NULL,
	chg BIGINT NOT NULL
) STRICT;
CREATE INDEX feature_list_owner ON feature_list (owner_id);

-- The two that every server has: nothing is off.
INSERT INTO feature_list (id, name, owner_id, disabled, chg) VALUES (1, 'default', 0, '', 0);
INSERT INTO feature_list (id, name, owner_id, disabled, chg) VALUES (2, 'disabled', 0, '', 0);

-- Until now any text was taken for a list's name, and meant nothing.
UPDATE package SET feature_list = 'default' WHERE feature_list <> 'default';
UPDATE account SET feature_list = 'default' WHERE feature_list <> 'default';

-- What one account has or has not, whatever its list says; setting is 0 or 1.
CREATE TABLE feature_override (
	account_id BIGINT NOT NULL REFERENCES account (id),
	feature TEXT NOT NULL,
	setting BIGINT NOT NULL,
	PRIMARY KEY (account_id, feature)
) STRICT;
