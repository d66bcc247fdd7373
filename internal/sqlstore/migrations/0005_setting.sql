-- Texts that somebody set: of the server (owner_id 0), or of a principal, with
-- whom they go. kind says whose affair a text is.
CREATE TABLE setting (
	owner_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	chg BIGINT NOT NULL,
	PRIMARY KEY (owner_id, kind, name)
) STRICT;
