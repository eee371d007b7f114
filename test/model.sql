-- Models and states as values: round trips, and bytes that are neither.
\i test/prelude.psql
BEGIN;
SELECT plan(20);
\i test/fuzz.psql
\i test/regression_data.psql

CREATE TABLE models AS
SELECT 'linear' AS name, 1 AS kind, coupon.linear_fit(y, f) AS model FROM sample, LATERAL (SELECT a, b, c, g) f
UNION ALL SELECT 'logit', 2, coupon.logit_fit(v, f) FROM sample, LATERAL (SELECT a, b, c, g) f
UNION ALL SELECT 'uplift', 3, coupon.uplift_fit(y, arm, f) FROM sample, LATERAL (SELECT a, b, c, g) f;
CREATE TABLE states AS
SELECT coupon.linear_fit_state(y, f) AS state FROM sample, LATERAL (SELECT a, NULLIF(b, 0) AS b, c, g) f;

SELECT ok(bool_and(model::text::coupon.model::text = model::text), 'the text of a model reads back as the same model') FROM models;
SELECT is(coupon.predict(model::text::coupon.model, f), coupon.predict(model, f), 'and scores the same')
FROM models, sample, LATERAL (SELECT a, b, c, g) f WHERE name = 'linear' AND i = 17;
SELECT is(state::text::coupon.state::text, state::text, 'the text of a state reads back as the same state') FROM states;

-- binary: what COPY writes, COPY reads
DO $$ BEGIN
	EXECUTE format('COPY models TO %L (FORMAT binary)', current_setting('data_directory') || '/coupon_models');
	EXECUTE format('COPY states TO %L (FORMAT binary)', current_setting('data_directory') || '/coupon_states');
	CREATE TABLE models_back (LIKE models);
	CREATE TABLE states_back (LIKE states);
	EXECUTE format('COPY models_back FROM %L (FORMAT binary)', current_setting('data_directory') || '/coupon_models');
	EXECUTE format('COPY states_back FROM %L (FORMAT binary)', current_setting('data_directory') || '/coupon_states');
END $$;
SELECT set_eq('SELECT name, model::text FROM models_back', 'SELECT name, model::text FROM models', 'binary models come back');
SELECT set_eq('SELECT state::text FROM states_back', 'SELECT state::text FROM states', 'binary states come back');

-- forged payloads: the forger is right, then wrong thousands of times
SELECT ok(bool_and(pg_temp.forge(name, kind, substring(pg_temp.bytes_of(model::text) FROM 17)) = model::text),
	'an unaltered payload is forged exactly') FROM models;
CREATE TABLE forged AS
SELECT name, kind, array_agg(pg_temp.forge(name, kind,
	pg_temp.alter_bytes(substring(pg_temp.bytes_of(model::text) FROM 17), n)) ORDER BY n) AS forms
FROM models, generate_series(1, 1500) n GROUP BY 1, 2;
CREATE TABLE outcome AS
SELECT name, pg_temp.refused(forms, 'coupon.model', CASE name
	WHEN 'uplift' THEN $$ SELECT coupon.describe($1::coupon.model), coupon.uplifts($1::coupon.model, f), coupon.uplift($1::coupon.model, f) FROM sample, LATERAL (SELECT a, b, c, g) f $$
	ELSE $$ SELECT coupon.describe($1::coupon.model), coupon.model_trace($1::coupon.model), coupon.predict($1::coupon.model, f) FROM sample, LATERAL (SELECT a, b, c, g) f $$ END) AS refused
FROM forged;
SELECT ok(bool_and(refused BETWEEN 400 AND 1499), 'of 4,500 forged models those that make no sense are refused, the others do no harm: '
	|| string_agg(name || ' ' || refused, ', ')) FROM outcome;

-- without a new checksum every alteration is found out
SELECT is(pg_temp.refused(array_agg('linear:1:' || translate(encode(pg_temp.alter_bytes(pg_temp.bytes_of(model::text), n), 'base64'), E'\n', '')), 'coupon.model', ''),
	count(*)::int, 'altered models are refused by their checksum')
FROM models, generate_series(1, 1000) n
WHERE name = 'linear' AND pg_temp.alter_bytes(pg_temp.bytes_of(model::text), n) <> pg_temp.bytes_of(model::text);

SELECT cmp_ok(pg_temp.refused(array_agg('linear_fit:1:' || translate(encode(pg_temp.alter_bytes(pg_temp.bytes_of(state::text), n), 'base64'), E'\n', '')),
	'coupon.state', $$ SELECT coupon.describe(coupon.linear_fit_merge(s)), coupon.linear_fit_state(s) FROM (SELECT $1::coupon.state UNION ALL SELECT state FROM states) x(s) $$),
	'>=', 600, 'of 2,000 altered states those that make no sense are refused, the others do no harm')
FROM states, generate_series(1, 2000) n;

-- a category that reaches into the next one: many of them would make gigabytes of a megabyte
SELECT throws_ok(format('SELECT %L::coupon.state', 'linear_fit:1:' || translate(encode(set_byte(b, length(b) - 3 - 2 * 16 + 8, 2), 'base64'), E'\n', '')), '22P03', NULL, 'texts that overlap')
FROM (SELECT pg_temp.bytes_of(coupon.linear_fit_state(1, f)::text) AS b FROM unnest('{u,v}'::text[]) AS v(c), LATERAL (SELECT c) f) x;

SELECT throws_ok($$ SELECT ''::coupon.model $$, '22P02');
SELECT throws_ok($$ SELECT 'linear:1:'::coupon.model $$, '22P03');
SELECT throws_ok($$ SELECT 'nonsense:1:AAAA'::coupon.model $$, '22P02');
SELECT throws_ok(format('SELECT %L::coupon.model', pg_temp.forge('linear', 1, '\x')), '22P03');
SELECT throws_ok($$ SELECT 'linear_fit:1:'::coupon.state $$, '22P03');
SELECT throws_ok($$ SELECT 'linear_fit:9:AAAA'::coupon.state $$, '0A000');
SELECT throws_ok($$ SELECT coupon.linear_fit_merge(x) FROM (VALUES ('nothing:1:AAAA'::coupon.state)) v(x) $$, '22P02');

-- a model is recognised by its contents: joins that alternate between many models score each by its own
CREATE TABLE many AS
SELECT k, coupon.linear_fit(k * y, f) AS model FROM sample, generate_series(1, 40) k, LATERAL (SELECT a, b) f GROUP BY k;
SELECT ok(bool_and(abs(coupon.predict(m.model, f) - k * coupon.predict(one.model, f)) < 1e-9), 'forty models in one query')
FROM many m, (SELECT model FROM many WHERE k = 1) one, sample s, LATERAL (SELECT a, b) f;
-- toasted, compressed and inline forms of one value are the same model
ALTER TABLE many ALTER model SET STORAGE EXTERNAL;
CREATE TABLE wide (model coupon.model);
INSERT INTO wide SELECT coupon.linear_fit(y, x) FROM sample, LATERAL (SELECT ARRAY(SELECT sin(i * j) FROM generate_series(1, 30) j) AS x) f;
SELECT ok(pg_column_size(model) > 2000, 'a model large enough to be toasted') FROM wide;
SELECT ok(bool_and(coupon.predict(w.model, x) = coupon.predict(w.model::text::coupon.model, x)), 'toasted = inline')
FROM wide w, sample, LATERAL (SELECT ARRAY(SELECT sin(i * j) FROM generate_series(1, 30) j) AS x) f;

SELECT * FROM finish();
ROLLBACK;
