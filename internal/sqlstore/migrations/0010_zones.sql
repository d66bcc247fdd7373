-- DNS zones. The text comes last, so that a list of zones is read without the
-- pages that long texts lie on.
CREATE TABLE zone (
	id BIGINT NOT NULL PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	principal_id BIGINT NOT NULL REFERENCES principal (id),
	serial BIGINT NOT NULL,
	chg BIGINT NOT NULL,
	text TEXT NOT NULL
) STRICT;
CREATE INDEX zone_principal ON zone (principal_id);

-- The domains that there are get their zones from the program, at its next start.
INSERT INTO setting (owner_id, kind, name, value, chg)
	SELECT 0, 'upgrade', 'zones', 'due', 0 FROM head h WHERE EXISTS (SELECT a.id FROM account a);
