-- The binary door: altered models and states through COPY BINARY raise errors and do no harm.
\i test/prelude.psql
BEGIN;
SELECT plan(8);
\i test/fuzz.psql
\i test/regression_data.psql

-- a value as COPY BINARY would have written it: one row of one column
CREATE FUNCTION pg_temp.copy_of(value bytea) RETURNS bytea LANGUAGE sql AS
$$ SELECT '\x5047434f50590aff0d0a00'::bytea || '\x0000000000000000'::bytea || int2send(1::int2) || int4send(length(value)) || value || int2send(-1::int2) $$;

-- read it from a file of the server and put it to use; its text, or null if it is refused
CREATE FUNCTION pg_temp.received(value bytea, type text, use text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	file text := current_setting('data_directory') || '/coupon_test';
	object oid := lo_from_bytea(0, pg_temp.copy_of(value));
	form text;
BEGIN
	PERFORM lo_export(object, file), lo_unlink(object);
	EXECUTE format('CREATE TEMP TABLE received (value %s)', type);
	BEGIN
		EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
		SELECT r.value::text INTO form FROM received r;
		EXECUTE use;
	EXCEPTION WHEN OTHERS THEN
		NULL;
	END;
	DROP TABLE received;
	RETURN form;
END $$;

CREATE TABLE originals AS
-- the number of the kind and the layout version, big-endian, then what the text form has in base64
SELECT '\x00010001'::bytea || pg_temp.bytes_of(coupon.linear_fit(y, f)::text) AS model, '\x00010001'::bytea || pg_temp.bytes_of(coupon.linear_fit_state(y, f)::text) AS state,
	coupon.linear_fit(y, f)::text AS text
FROM sample, LATERAL (SELECT a, b, c, g) f;

SELECT is(pg_temp.received(model, 'coupon.model', 'SELECT'), text, 'an unaltered model is received as it is') FROM originals;
SELECT isnt(pg_temp.received(state, 'coupon.state', 'SELECT'), NULL, 'an unaltered state is received') FROM originals;
SELECT is(count(*) FILTER (WHERE pg_temp.received(altered, 'coupon.model', 'SELECT coupon.describe(value) FROM received') IS NULL), count(*), 'altered models are refused')
FROM originals, generate_series(1, 250) n, LATERAL (SELECT pg_temp.alter_bytes(model, n) AS altered) x WHERE altered <> model;
CREATE TABLE network AS
SELECT '\x00060001'::bytea || pg_temp.bytes_of(coupon.network_fit(y, f, '{"layers": [3]}')::text) AS model FROM sample, LATERAL (SELECT a, c, g) f;
SELECT isnt(pg_temp.received(model, 'coupon.model', 'SELECT'), NULL, 'an unaltered network is received') FROM network;
SELECT is(count(*) FILTER (WHERE pg_temp.received(altered, 'coupon.model', 'SELECT coupon.describe(value) FROM received') IS NULL), count(*), 'altered networks are refused')
FROM network, generate_series(1, 140) n, LATERAL (SELECT pg_temp.alter_bytes(model, n) AS altered) x WHERE altered <> model;
CREATE TABLE forest AS
SELECT '\x00030001'::bytea || pg_temp.bytes_of(m::text) AS model, m::text AS text FROM (SELECT coupon.uplift_fit(y, arm, f, '{"learner": "dr", "base": "trees", "final": "trees", "folds": 2, "trees": {"rounds": 3, "max_depth": 2}}') AS m FROM sample, LATERAL (SELECT a, c, g) f) x;
SELECT is(pg_temp.received(model, 'coupon.model', 'SELECT'), text, 'an unaltered learner over trees is received as it is') FROM forest;
SELECT is(count(*) FILTER (WHERE pg_temp.received(altered, 'coupon.model', 'SELECT coupon.describe(value) FROM received') IS NULL), count(*), 'altered ones are refused')
FROM forest, generate_series(1, 140) n, LATERAL (SELECT pg_temp.alter_bytes(model, n) AS altered) x WHERE altered <> model;
SELECT cmp_ok(count(*) FILTER (WHERE pg_temp.received(altered, 'coupon.state', 'SELECT coupon.describe(coupon.linear_fit_merge(value)) FROM received') IS NULL), '>=', 120::bigint,
	'altered states that make no sense are refused, the others do no harm')
FROM originals, generate_series(1, 400) n, LATERAL (SELECT pg_temp.alter_bytes(state, n) AS altered) x;

SELECT * FROM finish();
ROLLBACK;
