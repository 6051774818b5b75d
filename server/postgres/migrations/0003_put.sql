-- What was new is answered at once, without looking each up again; and what was not is looked up by the index, whatever the planner believed of the table when it was empty
-- (a plan that is kept in a connection would go on reading the whole of a table that has grown since).
CREATE OR REPLACE FUNCTION veilhash.put_vouchers(ids bytea[], apps bytea[], accounts bytea[], messages bytea[], sets bytea[], raws bytea[], times bigint[])
RETURNS smallint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
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
  IF cardinality(fresh) = cardinality(ids) THEN
    RETURN array_fill(1::smallint, ARRAY[cardinality(ids)]);
  END IF;
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
