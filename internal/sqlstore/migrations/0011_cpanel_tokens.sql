-- Tokens of cPanel's side stand beside those of WHM's, with names of their own.
-- A constraint cannot be taken off a table in every engine, so the tables are made
-- anew: first those that hang on tokens, whose rows would go with the old ones.
CREATE TABLE new_token (
	id BIGINT NOT NULL PRIMARY KEY,
	owner_id BIGINT NOT NULL REFERENCES principal (id),
	cpanel BIGINT NOT NULL,
	name TEXT NOT NULL,
	hash BYTES NOT NULL UNIQUE,
	key_id TEXT NOT NULL,
	privileges TEXT NOT NULL,
	addresses TEXT NOT NULL,
	made_by BIGINT NOT NULL,
	created BIGINT NOT NULL,
	expires BIGINT NOT NULL,
	chg BIGINT NOT NULL,
	UNIQUE (owner_id, cpanel, name)
) STRICT;

INSERT INTO new_token (id, owner_id, cpanel, name, hash, key_id, privileges, addresses, made_by, created, expires, chg)
SELECT id, owner_id, 0, name, hash, key_id, privileges, addresses, made_by, created, expires, chg FROM token;

CREATE TABLE new_token_use (
	token_id BIGINT NOT NULL PRIMARY KEY REFERENCES new_token (id) ON DELETE CASCADE,
	first_used BIGINT NOT NULL,
	last_used BIGINT NOT NULL,
	address TEXT NOT NULL,
	function TEXT NOT NULL,
	agent TEXT NOT NULL
) STRICT;

CREATE TABLE new_token_day (
	token_id BIGINT NOT NULL REFERENCES new_token (id) ON DELETE CASCADE,
	day BIGINT NOT NULL,
	calls BIGINT NOT NULL,
	refusals BIGINT NOT NULL,
	PRIMARY KEY (token_id, day)
) STRICT;

CREATE TABLE new_token_day_count (
	token_id BIGINT NOT NULL REFERENCES new_token (id) ON DELETE CASCADE,
	day BIGINT NOT NULL,
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	number BIGINT NOT NULL,
	PRIMARY KEY (token_id, day, kind, value)
) STRICT;

INSERT INTO new_token_use (token_id, first_used, last_used, address, function, agent)
SELECT token_id, first_used, last_used, address, function, agent FROM token_use;

INSERT INTO new_token_day (token_id, day, calls, refusals)
SELECT token_id, day, calls, refusals FROM token_day;

INSERT INTO new_token_day_count (token_id, day, kind, value, number)
SELECT token_id, day, kind, value, number FROM token_day_count;

DROP TABLE token_use;
DROP TABLE token_day;
DROP TABLE token_day_count;
DROP TABLE token;

ALTER TABLE new_token RENAME TO token;
ALTER TABLE new_token_use RENAME TO token_use;
ALTER TABLE new_token_day RENAME TO token_day;
ALTER TABLE new_token_day_count RENAME TO token_day_count;

CREATE INDEX token_made_by ON token (made_by);
