-- A voucher's record is small and is written several times; its bytes are large and written once. PostgreSQL keeps them apart by itself (TOAST), so
-- that a decision does not rewrite them. They may become NULL: the record then still answers for the id.
--
-- Names are bytes (UTF-8): text cannot hold U+0000, and its order depends on the system.
CREATE TABLE veilhash.vouchers (
  seq        bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of arrival
  id         bytea    NOT NULL,
  app        bytea    NOT NULL,
  account    bytea    NOT NULL,
  message    bytea    NOT NULL,
  set_id     bytea    NOT NULL,
  digest     bytea    NOT NULL,             -- SHA-256 of the bytes
  raw        bytea,
  received   bigint   NOT NULL,             -- times are milliseconds since 1970-01-01 UTC
  state      smallint NOT NULL DEFAULT 0,   -- store.State
  reason     text     NOT NULL DEFAULT '',
  due        bigint            DEFAULT 0,   -- from when it may be claimed; NULL when no work is left
  attempt    integer  NOT NULL DEFAULT 0,
  generation bigint,                        -- these three of matches
  period     bigint,
  ordinal    bigint
);

-- A voucher is ciphertext: compressing it would be in vain.
ALTER TABLE veilhash.vouchers ALTER COLUMN raw SET STORAGE EXTERNAL;

-- Every voucher is written about three times; dead rows must not pile up at the front of the queue.
ALTER TABLE veilhash.vouchers SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);

CREATE UNIQUE INDEX vouchers_id ON veilhash.vouchers (id);

CREATE INDEX vouchers_due ON veilhash.vouchers (set_id, seq) WHERE due IS NOT NULL;

CREATE INDEX vouchers_account ON veilhash.vouchers (app, account);

CREATE UNIQUE INDEX vouchers_match ON veilhash.vouchers (app, account, set_id, generation, period, ordinal) WHERE ordinal IS NOT NULL;

CREATE TABLE veilhash.tallies (
  app        bytea   NOT NULL,
  account    bytea   NOT NULL,
  set_id     bytea   NOT NULL,
  generation bigint  NOT NULL,
  period     bigint  NOT NULL,
  state      bytea   NOT NULL,
  counted    bigint  NOT NULL,
  opened     bigint  NOT NULL,
  open       boolean NOT NULL,
  version    bigint  NOT NULL,
  PRIMARY KEY (app, account, set_id, generation, period)
);

CREATE TABLE veilhash.evidence (
  id      bytea    PRIMARY KEY,             -- vouchers.id
  outcome smallint NOT NULL,                -- store.Outcome
  kind    integer  NOT NULL,
  payload bytea    NOT NULL,
  opened  bigint   NOT NULL
);

-- Puts vouchers, and says of each what that did: 1 stored, 2 the very same was there, 3 the id is taken by another. It is all that ingest may
-- call, and runs with its owner's rights, so that ingest can read, change and count nothing. The ids of one call must differ; they go in by
-- order, so that two calls with the same ids wait for each other rather than block each other. The second statement sees what others have
-- committed while the first one waited for them.
CREATE FUNCTION veilhash.put_vouchers(ids bytea[], apps bytea[], accounts bytea[], messages bytea[], sets bytea[], raws bytea[], times bigint[])
RETURNS smallint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  fresh bytea[];
BEGIN
  WITH input AS (
    SELECT * FROM unnest(ids, apps, accounts, messages, sets, raws, times) AS u (id, app, account, message, set_id, raw, received)
  ), inserted AS (
    INSERT INTO veilhash.vouchers AS v (id, app, account, message, set_id, digest, raw, received)
    SELECT id, app, account, message, set_id, sha256(raw), raw, received FROM input ORDER BY id
    ON CONFLICT (id) DO NOTHING
    RETURNING v.id
  )
  SELECT coalesce(array_agg(i.id), '{}') INTO fresh FROM inserted i;
  RETURN ARRAY(
    SELECT (CASE
      WHEN u.id = ANY (fresh) THEN 1
      WHEN (v.app, v.account, v.message, v.set_id, v.digest) = (u.app, u.account, u.message, u.set_id, sha256(u.raw)) THEN 2
      ELSE 3 END)::smallint
    FROM unnest(ids, apps, accounts, messages, sets, raws) WITH ORDINALITY AS u (id, app, account, message, set_id, raw, n)
    JOIN veilhash.vouchers v ON v.id = u.id
    ORDER BY u.n);
END
$$;

REVOKE ALL ON FUNCTION veilhash.put_vouchers FROM PUBLIC;
