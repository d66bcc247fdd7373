-- Cookie sessions, and the one-time links that open them. The secrets are kept
-- as keyed hashes only.
CREATE TABLE session (
	id BIGINT NOT NULL PRIMARY KEY,
	principal_id BIGINT NOT NULL REFERENCES principal (id),
	service TEXT NOT NULL,
	opened BIGINT NOT NULL,
	hash BYTES NOT NULL UNIQUE,
	token BYTES NOT NULL,
	made_by BIGINT NOT NULL,
	created BIGINT NOT NULL,
	last_used BIGINT NOT NULL,
	ends BIGINT NOT NULL
) STRICT;
CREATE INDEX session_principal ON session (principal_id);
CREATE INDEX session_made_by ON session (made_by);
CREATE INDEX session_ends ON session (ends);

-- Second factors. sealed holds the seed under the sealing key.
CREATE TABLE two_factor (
	principal_id BIGINT NOT NULL PRIMARY KEY REFERENCES principal (id),
	key_id TEXT NOT NULL,
	sealed BYTES NOT NULL,
	last_step BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	blocked BIGINT NOT NULL
) STRICT;

-- What WHM users have set about them. Root's row is the server's.
CREATE TABLE two_factor_setting (
	principal_id BIGINT NOT NULL PRIMARY KEY REFERENCES principal (id),
	issuer TEXT NOT NULL,
	policy_off BIGINT NOT NULL
) STRICT;
