-- Accounts whose records nobody may delete.
CREATE TABLE veilhash.holds (
  app     bytea  NOT NULL,
  account bytea  NOT NULL,
  since   bigint NOT NULL,
  PRIMARY KEY (app, account)
);

-- What was deleted: how many records and why, never which. It can be added to, and not be changed, not even by its owner without dropping the trigger.
CREATE TABLE veilhash.deletions (
  number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       bigint NOT NULL,
  reason   text   NOT NULL,                 -- store.Reason
  vouchers bigint NOT NULL,
  tallies  bigint NOT NULL,
  evidence bigint NOT NULL
);

CREATE FUNCTION veilhash.deletions_stand() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'the log of deletions cannot be changed';
END
$$;

CREATE TRIGGER deletions_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON veilhash.deletions FOR EACH STATEMENT EXECUTE FUNCTION veilhash.deletions_stand();
