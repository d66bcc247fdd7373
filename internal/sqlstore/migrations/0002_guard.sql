-- The guard against guessed passwords: lists of addresses, and the settings
-- that were set.

CREATE TABLE guard_entry (
	id BIGINT NOT NULL PRIMARY KEY,
	list TEXT NOT NULL,
	span TEXT NOT NULL,
	remark TEXT NOT NULL,
	chg BIGINT NOT NULL,
	UNIQUE (list, span)
) STRICT;

CREATE TABLE guard_setting (
	word TEXT NOT NULL PRIMARY KEY,
	amount BIGINT NOT NULL,
	chg BIGINT NOT NULL
) STRICT;
