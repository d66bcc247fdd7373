-- Where a session was opened from, for whoever looks at the list of their own;
-- empty for those from before.
ALTER TABLE session ADD COLUMN addr TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
