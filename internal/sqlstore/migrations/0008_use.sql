-- What tokens do: outside the record and the feed. The rows of a token go with it.
CREATE TABLE token_use (
	token_id BIGINT NOT NULL PRIMARY KEY REFERENCES token (id) ON DELETE CASCADE,
	first_used BIGINT NOT NULL,
	last_used BIGINT NOT NULL,
	address TEXT NOT NULL,
	function TEXT NOT NULL,
	agent TEXT NOT NULL
) STRICT;

-- Days are of UTC, numbered from 1970 on.
CREATE TABLE token_day (
	token_id BIGINT NOT NULL REFERENCES token (id) ON DELETE CASCADE,
	day BIGINT NOT NULL,
	calls BIGINT NOT NULL,
	refusals BIGINT NOT NULL,
	PRIMARY KEY (token_id, day)
) STRICT;

-- kind is what is counted: function, address, reason, refused_address.
CREATE TABLE token_day_count (
	token_id BIGINT NOT NULL REFERENCES token (id) ON DELETE CASCADE,
	day BIGINT NOT NULL,
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	number BIGINT NOT NULL,
	PRIMARY KEY (token_id, day, kind, value)
) STRICT;

-- The last batch of uses that each node has written, so that one whose commit was
-- not answered is not written twice.
CREATE TABLE use_batch (
	node TEXT NOT NULL PRIMARY KEY,
	number BIGINT NOT NULL,
	written BIGINT NOT NULL
) STRICT;
