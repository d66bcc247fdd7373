-- The serial that the zone of a name had when it went. The next zone of that name goes
-- on from there: secondaries do not look at an earlier one.
CREATE TABLE zone_serial (
	name TEXT NOT NULL PRIMARY KEY,
	was BIGINT NOT NULL
) STRICT;
