-- Learners x, r, dr and class_transform, propensities and the funnel: reference values, facts, invariance.
\i test/prelude.psql
BEGIN;
SELECT plan(41 + CASE WHEN :'have_data' THEN 9 ELSE 0 END);
\i test/regression_data.psql

-- reference: numpy, folds and all; Newton's method, HC1 sandwiches, for x the Jacobian of the stacked equations by differences
CREATE TABLE reference (name text, uplift float8, se float8);
INSERT INTO reference VALUES
	('dr linear known', 0.03728862932543814, 0.10412235259058562), ('r linear known', 0.03682802821360773, 0.10562504078632698),
	('dr linear estimated', 0.08592171348888546, 0.12082926141847083), ('r linear estimated', 0.05602790741069601, 0.09852257268580655),
	('x linear known', 0.01901546807437882, 0.10641231493814213), ('class_transform linear known', 0.012608426721825161, 0.6378391660475373),
	('x linear estimated', 0.01901546807437866, 0.10641231493803961), ('class_transform linear estimated', -0.08489643134543634, 0.641315706608238),
	('dr logit known', -0.025732101227342697, 0.1767307143135133), ('r logit known', -0.04060609671241383, 0.17673785608348738),
	('dr logit estimated', -0.02239883597695087, 0.1873791498753034), ('r logit estimated', -0.048338768587894695, 0.1764067279600548),
	('x logit known', -0.055083989188116, 0.17839128389677303), ('class_transform logit known', -0.04346876901312302, 0.17605473277046954),
	('x logit estimated', -0.05507325903659998, 0.1785036821084242), ('class_transform logit estimated', -0.05847384775540798, 0.1769975527262297);
CREATE TABLE fitted AS
SELECT name, learner, base, options, coupon.uplift_fit(CASE base WHEN 'linear' THEN y ELSE v END, arm, f, options) AS m
FROM reference, LATERAL (SELECT split_part(name, ' ', 1) AS learner, split_part(name, ' ', 2) AS base) p,
	LATERAL (SELECT jsonb_build_object('learner', learner, 'base', base, 'folds', 3, 'seed', 7, 'clip', 0.2)
		|| CASE WHEN name LIKE '% estimated' THEN '{"propensity": "estimate"}' ELSE '{}' END::jsonb AS options) o,
	sample, LATERAL (SELECT a, b, c, g) f
GROUP BY name, learner, base, options;
SELECT ok(pg_temp.near(u.uplift, r.uplift, 1e-9) AND pg_temp.near(u.standard_error, r.se, 1e-9), name || ': uplift and standard error as numpy has them')
FROM reference r JOIN fitted USING (name), LATERAL (SELECT 3.0 AS a, 2.0 AS b, 'c1' AS c, true AS g) f, coupon.uplifts(m, f) u ORDER BY name;
SELECT ok(bool_and(pg_temp.near(p.propensity, coupon.predict(l.model, f), 1e-9)), 'propensities = logit_fit of the arm')
FROM (SELECT coupon.logit_fit((arm = 'offer')::int, f) AS model FROM sample, LATERAL (SELECT a, b, c, g) f) l, fitted, sample s, LATERAL (SELECT s.a, s.b, s.c, s.g) f,
	coupon.propensities(m, f) p WHERE p.arm = 'offer' AND name = 'dr linear estimated' AND p.propensity BETWEEN 0.2001 AND 0.7999;
SELECT ok(bool_and(total BETWEEN 1 - 1e-12 AND 1 + 1e-12), 'propensities add up to 1') FROM fitted, LATERAL (SELECT 3.0 AS a, 2.0 AS b, 'c1' AS c, true AS g) f,
	LATERAL (SELECT sum(propensity) AS total FROM coupon.propensities(m, f)) p;
SELECT ok(bool_and((o -> 'among_controls' ->> 'least')::float8 >= 0.2 AND (learner IN ('r', 'dr') OR (o -> 'among_offered' ->> 'mean')::float8 > (o -> 'among_controls' ->> 'mean')::float8) AND (o ->> 'clipped')::int >= 0),
	'overlap is reported of estimated propensities') FROM fitted, jsonb_array_elements(coupon.describe(m) -> 'overlap') o WHERE name LIKE '% estimated';

-- facts: x over linear = t over linear for any propensity, errors included
CREATE TABLE t_linear AS SELECT coupon.uplift_fit(y, arm, f) AS m FROM sample, LATERAL (SELECT a, b, c, g) f;
SELECT ok(max(abs(u.uplift - v.uplift)) < 1e-9 AND max(abs(u.standard_error - v.standard_error)) < 1e-9, 'x = t over linear with propensity ' || p::text)
FROM (SELECT p, coupon.uplift_fit(y, arm, f, jsonb_build_object('learner', 'x', 'propensity', p)) AS m FROM sample, LATERAL (SELECT a, b, c, g) f, unnest('{0.02,0.4,0.9,"\"estimate\""}'::jsonb[]) p GROUP BY p) x,
	t_linear t, sample s, LATERAL (SELECT s.a, s.b, s.c, s.g) f, coupon.uplifts(x.m, f) u, coupon.uplifts(t.m, f) v GROUP BY p ORDER BY p;
-- t over logit = one logit with all interactions
SELECT ok(max(abs(coupon.uplift(t.m, f) - (coupon.predict(l.m, on1) - coupon.predict(l.m, off)))) < 1e-8, 't over logit = s over logit with all interactions')
FROM (SELECT coupon.uplift_fit(v, arm, f, '{"base": "logit"}') AS m FROM sample, LATERAL (SELECT a, b) f) t,
	(SELECT coupon.logit_fit(v, f) AS m FROM sample, LATERAL (SELECT a, b, w, w * a AS wa, w * b AS wb FROM (SELECT (arm = 'offer')::int AS w) o) f) l,
	sample s, LATERAL (SELECT s.a, s.b) f, LATERAL (SELECT s.a, s.b, 1 AS w, s.a AS wa, s.b AS wb) on1, LATERAL (SELECT s.a, s.b, 0 AS w, 0 AS wa, 0 AS wb) off;
-- class transformation over linear without features = difference of the means, whatever the shares
SELECT ok(pg_temp.near(coupon.uplift(coupon.uplift_fit(v, arm, f, '{"learner": "class_transform"}'), (SELECT x FROM (SELECT 1 AS one) x)),
	avg(v) FILTER (WHERE arm = 'offer') - avg(v) FILTER (WHERE arm <> 'offer'), 1e-12), 'class transformation without features: the difference of the means') FROM sample, LATERAL (SELECT 1 AS one) f;
-- the funnel is the product of two models
SELECT ok(max(abs(u.uplift - (coupon.predict(p1.m, f) * coupon.predict(v1.m, f) - coupon.predict(p0.m, f) * coupon.predict(v0.m, f)))) < 1e-9 AND bool_and(u.standard_error > 0), 'funnel: probability x value, by arm')
FROM (SELECT coupon.uplift_fit(v * (y + 10), arm, f, '{"target": "funnel"}') AS m FROM sample, LATERAL (SELECT a, b) f) t,
	(SELECT coupon.logit_fit(v, f) AS m FROM sample, LATERAL (SELECT a, b) f WHERE arm = 'offer') p1, (SELECT coupon.logit_fit(v, f) AS m FROM sample, LATERAL (SELECT a, b) f WHERE arm <> 'offer') p0,
	(SELECT coupon.linear_fit(y + 10, f) AS m FROM sample, LATERAL (SELECT a, b) f WHERE arm = 'offer' AND v = 1) v1, (SELECT coupon.linear_fit(y + 10, f) AS m FROM sample, LATERAL (SELECT a, b) f WHERE arm <> 'offer' AND v = 1) v0,
	sample s, LATERAL (SELECT s.a, s.b) f, coupon.uplifts(t.m, f) u;
SELECT ok(bool_and(isfinite) AND count(*) = 5, 'funnel: every learner takes it') FROM (SELECT learner, coupon.uplift_fit(v * greatest(y, 0.1), arm, f, jsonb_build_object('target', 'funnel', 'learner', learner, 'folds', 2)) AS m
	FROM sample, LATERAL (SELECT a) f, unnest('{s,t,x,r,dr}'::text[]) learner GROUP BY learner) x, LATERAL (SELECT abs(coupon.uplift(m, f)) < 100 AS isfinite FROM (SELECT 5 AS a) f) y;

SELECT ok(u.standard_error IS NULL AND coupon.describe(m) ->> 'standard_errors' = 'none: learner x has none with target funnel', 'x with a funnel has no standard error, and says so')
FROM (SELECT coupon.uplift_fit(v * (y + 10), arm, f, '{"target": "funnel", "learner": "x"}') AS m FROM sample, LATERAL (SELECT a) f) x, LATERAL (SELECT 5 AS a) f, coupon.uplifts(m, f) u;

-- 16 distinct rows, 3,200 in all: cross-fitting in plain SQL, rows dealt out by chance.  Were equal rows kept
-- together, the outcome models would never have seen the rows that they are asked about.
CREATE TABLE few AS SELECT x1, x2, w, y, k FROM generate_series(0, 1) x1, generate_series(0, 1) x2, generate_series(0, 1) w, generate_series(0, 1) y,
	generate_series(1, CASE y WHEN 1 THEN 80 + 60 * x1 + 40 * x2 + 50 * w * x1 ELSE 320 - 60 * x1 - 40 * x2 - 50 * w * x1 END) k;
CREATE TABLE dealt AS SELECT *, row_number() OVER (PARTITION BY w ORDER BY md5(few::text)) % 2 AS fold FROM few;
CREATE TABLE nuisance AS
SELECT fold, coupon.linear_fit(y, ARRAY[x1, x2]::float8[]) AS m, coupon.linear_fit(y, ARRAY[x1, x2]::float8[]) FILTER (WHERE w = 0) AS m0, coupon.linear_fit(y, ARRAY[x1, x2]::float8[]) FILTER (WHERE w = 1) AS m1
FROM (SELECT 1 - fold AS fold, x1, x2, w, y FROM dealt) d GROUP BY fold;
CREATE TABLE pseudo AS
SELECT x, coupon.predict(m1, x) - coupon.predict(m0, x) + CASE w WHEN 1 THEN (y - coupon.predict(m1, x)) / e ELSE -(y - coupon.predict(m0, x)) / (1 - e) END AS dr,
	y - coupon.predict(m, x) AS ry, w - e AS rw, x1, x2
FROM dealt JOIN nuisance USING (fold), LATERAL (SELECT ARRAY[x1, x2]::float8[] AS x) f, (SELECT avg(w)::float8 AS e FROM few) p;
-- least squares of the r-learner without an intercept of its own: (y - m) on (w - e) (1, x1, x2), by the normal equations' solution over the four cells
CREATE TABLE plain AS SELECT coupon.linear_fit(dr, x) AS dr FROM pseudo;
CREATE FUNCTION pg_temp.r_normal(u float8[]) RETURNS float8[] LANGUAGE sql AS
$$ SELECT ARRAY[sum(rw * (ry - rw * s)), sum(rw * (ry - rw * s) * x1), sum(rw * (ry - rw * s) * x2)] FROM pseudo, LATERAL (SELECT u[1] + u[2] * x1 + u[3] * x2 AS s) z $$;
CREATE TABLE crossed AS SELECT learner, folds, seed, coupon.uplift_fit(y, w::text, ARRAY[x1, x2]::float8[], jsonb_build_object('learner', learner, 'folds', folds, 'seed', seed)) AS m
FROM few, unnest('{r,dr}'::text[]) learner, unnest('{2,5}'::int[]) folds, unnest('{0,1}'::int[]) seed GROUP BY 1, 2, 3;
SELECT is(count(*), 16::bigint, '16 distinct rows') FROM (SELECT DISTINCT x1, x2, w, y FROM few) d;
SELECT ok(max(abs(coupon.uplift(m, x) - coupon.predict(dr, x))) < 0.003, 'dr = cross-fitting in plain SQL but for the draw: ' || max(abs(coupon.uplift(m, x) - coupon.predict(dr, x))))
FROM crossed, plain, (SELECT DISTINCT ARRAY[x1, x2]::float8[] AS x FROM few) x WHERE learner = 'dr';
-- the normal equations of plain SQL's residuals hold at the model's coefficients but for the draw, in units of the effect
SELECT ok(max(abs(g)) < 0.003, 'r = cross-fitting in plain SQL but for the draw: ' || max(abs(g)))
FROM crossed, LATERAL (SELECT coupon.uplift(m, '{0,0}'::float8[]) AS u0, coupon.uplift(m, '{1,0}'::float8[]) AS u1, coupon.uplift(m, '{0,1}'::float8[]) AS u2) u,
	LATERAL (SELECT unnest(pg_temp.r_normal(ARRAY[u0, u1 - u0, u2 - u0])) / (SELECT sum(rw ^ 2) FROM pseudo) AS g) z WHERE learner = 'r';
SELECT isnt(max(u), min(u), learner || ': the seed matters') FROM crossed, coupon.uplift(m, '{1,0}'::float8[]) u WHERE folds = 2 GROUP BY learner ORDER BY 1;

-- shuffled = parallel = serial
CREATE TABLE big AS SELECT n, s.*, CASE abs(hashint4(i)) % 3 WHEN 0 THEN 'control' WHEN 1 THEN 'ten' ELSE 'five' END AS offer, CASE WHEN (i + n) % 11 <> 0 THEN s.a + n % 10 END AS hole FROM sample s, generate_series(1, 30) n;
ANALYZE big;
CREATE TABLE shuffled AS TABLE big ORDER BY md5(i::text || '/' || n);
CREATE TABLE kinds AS SELECT learner, base, jsonb_build_object('learner', learner, 'base', base, 'propensity', 'estimate', 'folds', 2) AS options FROM unnest('{x,r,dr,class_transform}'::text[]) learner, unnest('{linear,logit}'::text[]) base;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE fits AS
SELECT 'serial' AS how, learner, base, coupon.uplift_fit(v, offer, f, options) AS m FROM kinds, big, LATERAL (SELECT hole, b, c) f GROUP BY learner, base
UNION ALL SELECT 'shuffled', learner, base, coupon.uplift_fit(v, offer, f, options) FROM kinds, shuffled, LATERAL (SELECT hole, b, c) f GROUP BY learner, base;
SELECT pg_temp.go_parallel() \g /dev/null
DO $$ DECLARE k kinds; BEGIN
FOR k IN SELECT * FROM kinds LOOP
	EXECUTE format('CREATE TABLE worked AS SELECT coupon.uplift_fit(v, offer, f, %L) AS m FROM big, LATERAL (SELECT hole, b, c) f', k.options);
	INSERT INTO fits SELECT 'parallel', k.learner, k.base, m FROM worked;
	DROP TABLE worked;
END LOOP; END $$;
SELECT ok(count(*) = 8 AND max(far) < 1e-9, how || ' = serial') FROM (SELECT how, learner, base, (SELECT max(abs(t.x - t.z)) FROM big, LATERAL (SELECT hole, b, c) f, unnest(coupon.uplift_array(m, f), coupon.uplift_array(serial, f)) AS t(x, z) WHERE n = 1) AS far
	FROM fits JOIN (SELECT learner, base, m AS serial FROM fits WHERE how = 'serial') s USING (learner, base) WHERE how <> 'serial') d GROUP BY how ORDER BY 1;
RESET max_parallel_workers_per_gather;

-- several offers: the propensities of an object, of the shares and the names' order
SELECT ok(max(abs(t.x - t.z)) < 1e-9, learner || ': shares by default = the same shares told') FROM (SELECT learner, coupon.uplift_fit(v, offer, f, jsonb_build_object('learner', learner)) AS a,
	coupon.uplift_fit(v, offer, f, jsonb_build_object('learner', learner, 'propensity', (SELECT jsonb_object_agg(offer, share) FROM (SELECT offer, count(*)::float8 / sum(count(*)) OVER () AS share FROM big GROUP BY offer) s WHERE offer <> 'control'))) AS b
	FROM big, LATERAL (SELECT hole, c) f, unnest('{x,r,dr,class_transform}'::text[]) learner GROUP BY learner) m, big, LATERAL (SELECT hole, c) f, unnest(coupon.uplift_array(m.a, f), coupon.uplift_array(m.b, f)) AS t(x, z) WHERE n = 1 GROUP BY learner ORDER BY learner;

-- stops when told to
CREATE TABLE many AS SELECT i % 2 = 0 AS w, (hashint4(i) % 1000) / 1000.0 AS y, ARRAY(SELECT (hashint8(i::bigint * 50 + k) % 1000)::float8 FROM generate_series(1, 40) k) AS x FROM generate_series(1, 60000) i;
SET LOCAL statement_timeout = '400ms';
SELECT ok(pg_temp.stops($$ SELECT coupon.uplift_fit(y, w::text, x, '{"learner": "r", "folds": 100, "propensity": "estimate"}') FROM many $$), 'r: statement_timeout takes effect');
SELECT ok(pg_temp.stops($$ SELECT coupon.uplift_fit(y, w::text, x, '{"learner": "dr", "folds": 100, "propensity": "estimate"}') FROM many $$), 'dr: statement_timeout takes effect');
SET LOCAL statement_timeout = 0;

\if :have_data
\i test/hillstrom.psql
-- the issue's reference: women's e-mail against none
CREATE TYPE features AS (recency integer, history float8, mens boolean, womens boolean, newbie boolean, zip_code text, channel text);
CREATE VIEW trial AS SELECT visit, spend, segment, segment <> 'No E-Mail' AS treated, test, ROW(recency, history, mens, womens, newbie, zip_code, channel)::features AS f
FROM hillstrom WHERE segment <> 'Mens E-Mail';
CREATE TABLE wanted (name text, options jsonb, least float8, most float8);
INSERT INTO wanted VALUES ('x linear', '{"learner": "x"}', 0.057954, 0.057974), ('x logit', '{"learner": "x", "base": "logit"}', 0.057683, 0.057703),
	('class_transform logit', '{"learner": "class_transform", "base": "logit"}', 0.05756, 0.05796),
	('r linear', '{"learner": "r", "folds": 2}', 0.055, 1), ('dr linear', '{"learner": "dr", "folds": 2}', 0.055, 1);
CREATE TABLE e_mail AS SELECT name, least, most, coupon.uplift_fit(visit, segment, f, options || '{"control": "No E-Mail", "propensity": 0.4996727}') AS m FROM wanted, trial WHERE NOT test GROUP BY name, least, most;
SELECT is(round(avg(treated::int), 7), 0.4996727, 'share of treated in train') FROM trial WHERE NOT test;
SELECT ok(coupon.qini_auc(coupon.uplift(m, f), visit, treated) BETWEEN least AND most, 'Hillstrom, ' || name || ': qini_auc ' || coupon.qini_auc(coupon.uplift(m, f), visit, treated))
FROM e_mail, trial WHERE test GROUP BY name, least, most ORDER BY name;
SELECT ok(bool_and(u.standard_error > 0), 'Hillstrom: a standard error for every learner') FROM e_mail, (SELECT f FROM trial LIMIT 100) x, coupon.uplifts(m, f) u;
-- spend as a funnel: the mean uplift is near the difference of the means
SELECT ok(abs(avg(coupon.uplift(m, f)) - (avg(spend) FILTER (WHERE treated) - avg(spend) FILTER (WHERE NOT treated))) < 0.25, 'Hillstrom, spend as a funnel, t: mean uplift ' || round(avg(coupon.uplift(m, f))::numeric, 3))
FROM trial, (SELECT coupon.uplift_fit(spend, segment, f, '{"control": "No E-Mail", "target": "funnel", "ridge": 1}') AS m FROM trial) x;
SELECT ok(abs(avg(coupon.uplift(m, f)) - (avg(spend) FILTER (WHERE treated) - avg(spend) FILTER (WHERE NOT treated))) < 0.05, 'Hillstrom, spend as a funnel, dr: mean uplift ' || round(avg(coupon.uplift(m, f))::numeric, 3))
FROM trial, (SELECT coupon.uplift_fit(spend, segment, f, '{"control": "No E-Mail", "target": "funnel", "ridge": 1, "learner": "dr"}') AS m FROM trial) x;
\else
\echo '# ../shared/data is absent: the checks on Hillstrom''s trial are left out'
\endif

SELECT * FROM finish();
ROLLBACK;
