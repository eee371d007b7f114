-- The binary door: altered models and states through COPY BINARY raise errors and do no harm.
\i test/prelude.psql
BEGIN;
SELECT plan(13);
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
	BEGIN
		EXECUTE format('CREATE TEMP TABLE received (value %s)', type);
		EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
		SELECT r.value::text INTO form FROM received r;
		EXECUTE use;
		RAISE EXCEPTION 'enough';
	EXCEPTION WHEN OTHERS THEN
		-- the table is gone, and so are its locks
		NULL;
	END;
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

-- the summaries of trials and logs, and the model of doses
CREATE TABLE sums AS SELECT 'off_policy' AS name, '\x00040001'::bytea AS head, 'off_policy_merge' AS merge, coupon.off_policy_state(y, 0.5, 0.25 + a / 1e3, y / 2, y) AS s FROM sample
UNION ALL SELECT 'ab_test', '\x00020001', 'ab_test_merge', coupon.ab_test_state(y, g, a) FROM sample UNION ALL SELECT 'balance', '\x00030001', 'balance_merge', coupon.balance_state(y, g) FROM sample;
SELECT is(pg_temp.received(head || pg_temp.bytes_of(s::text), 'coupon.state', 'SELECT'), s::text, 'an unaltered state of ' || name || ' is received as it is') FROM sums ORDER BY name;
SELECT cmp_ok(sum((pg_temp.received(altered, 'coupon.state', format('SELECT coupon.%I(value) FROM received', merge)) IS NULL)::int), '>=', 200::bigint, 'altered ones that make no sense are refused, the others do no harm')
FROM sums, generate_series(1, 200) n, LATERAL (SELECT pg_temp.alter_bytes(head || pg_temp.bytes_of(s::text), n) AS altered) x;
CREATE TABLE dosed AS SELECT '\x00070001'::bytea || pg_temp.bytes_of(m::text) AS model, m::text AS text FROM (SELECT coupon.dose_fit(y, b, f, '{"monotone": true}') AS m FROM sample, LATERAL (SELECT a, c, g) f) x;
SELECT is(count(*) FILTER (WHERE pg_temp.received(altered, 'coupon.model', 'SELECT coupon.describe(value) FROM received') IS NULL), count(*), 'altered models of doses are refused')
FROM dosed, generate_series(1, 140) n, LATERAL (SELECT pg_temp.alter_bytes(model, n) AS altered) x WHERE altered <> model AND pg_temp.received(model, 'coupon.model', 'SELECT') = text;

SELECT * FROM finish();
ROLLBACK;
