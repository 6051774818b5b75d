-- A database that charges for long rows, or refuses them, keeps large bytes elsewhere: the name of the object that has them. Then they are empty here.
ALTER TABLE bodies ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE evidence ADD COLUMN place TEXT NOT NULL DEFAULT '';
