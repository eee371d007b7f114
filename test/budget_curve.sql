-- budget_curve: against re-solving at every budget, in any order, with honest errors.
\i test/prelude.psql
BEGIN;
SELECT plan(30);

SELECT setseed(0.42) \g /dev/null
-- a trial with three offers; the fourth customer in ten has an offer that is not worth it
CREATE TABLE trial AS
SELECT id, ARRAY[a, 2 * a * b, 3 * c - 0.5] AS gains, ARRAY[1, 1 + b, 2 + 2 * c] AS costs, offer,
	10 * noise + CASE offer WHEN 0 THEN 0 WHEN 1 THEN a WHEN 2 THEN 2 * a * b ELSE 2 * c END AS outcome
FROM (SELECT id, random() AS a, random() AS b, random() AS c, random() AS noise, floor(random() * 4)::int AS offer FROM generate_series(1, 1500) id) x;
CREATE TABLE scored AS SELECT id, gains, costs, coupon.gain_scores(offer, outcome, ARRAY[0.25, 0.25, 0.25, 0.25], ARRAY[5, 5.5, 5.5, 6]) AS scores FROM trial;

--
-- brute force: at every price of money each customer's best offer, from all offers
--

CREATE FUNCTION brute(customers text) RETURNS TABLE (spend float8, gain float8) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE TEMP TABLE offers AS SELECT id, o, g, c, s FROM (' || customers || ') q, unnest(gains, costs, scores) WITH ORDINALITY u(g, c, s, o) UNION ALL SELECT id, 0, 0, 0, 0 FROM (' || customers || ') q';
	RETURN QUERY
	WITH prices AS (
		SELECT DISTINCT (a.g - b.g) / (a.c - b.c) AS price FROM offers a JOIN offers b ON a.id = b.id AND a.c > b.c AND a.g > b.g
	), between AS (
		SELECT coalesce((price + lead(price) OVER (ORDER BY price DESC)) / 2, price / 2) AS price FROM prices
		UNION ALL SELECT max(price) + 1 FROM prices
	)
	SELECT sum(best.c), sum(best.s) FROM between,
		LATERAL (SELECT DISTINCT ON (id) c, s FROM offers ORDER BY id, g - price * c DESC, o) best GROUP BY price ORDER BY 1;
	DROP TABLE offers;
END $$;
-- the line between the points of brute force
CREATE FUNCTION brute_at(points float8[], gains float8[], budget float8) RETURNS float8 LANGUAGE sql AS $$
	SELECT CASE WHEN spend = next_spend OR next_spend IS NULL THEN gain ELSE gain + (next_gain - gain) * (budget - spend) / (next_spend - spend) END
	FROM (SELECT spend, gain, lead(spend) OVER w AS next_spend, lead(gain) OVER w AS next_gain FROM (SELECT min(spend) AS spend, min(gain) AS gain FROM unnest(points, gains) u(spend, gain) GROUP BY round(spend::numeric, 9)) u WINDOW w AS (ORDER BY spend)) x
	WHERE spend <= budget + 1e-9 ORDER BY spend DESC LIMIT 1 $$;

CREATE TABLE cases AS SELECT * FROM (VALUES
	('no ties', 'SELECT * FROM scored WHERE id <= 40'),
	('ties', 'SELECT id, ARRAY[1 + id % 3, 3 + id % 2, 5] AS gains, ARRAY[1, 2, 4]::float8[] AS costs, scores FROM scored WHERE id <= 60'),
	('scores of the predictions themselves', 'SELECT id, gains, costs, gains AS scores FROM scored WHERE id <= 40')) v(name, query);
SELECT is_empty(format($q$ SELECT c.*, brute_at(spends, gains, budget) FROM (SELECT array_agg(spend) AS spends, array_agg(gain) AS gains FROM brute(%1$L)) b, coupon.budget_curve(%1$L, 37) c
	WHERE abs(gain - brute_at(spends, gains, budget)) > 1e-9 OR abs(spend - budget) > 1e-9 $q$, query), 're-solved at every budget: ' || name) FROM cases;
SELECT ok(min(c.gain - f.gain) > -1e-3 AND max(c.gain - f.gain) < 2.6 AND count(*) > 3, 'the predicted gain is that of frontier, which gives no offer in part')
FROM coupon.frontier('SELECT id AS customer, gains, costs, ARRAY[''a'', ''b'', ''c''] AS offers FROM scored', 9) f,
	LATERAL (SELECT gain + (next - gain) * (f.budget - budget) / nullif(next_budget - budget, 0) AS gain
		FROM (SELECT budget, gain, lead(budget) OVER w AS next_budget, lead(gain) OVER w AS next FROM coupon.budget_curve('SELECT gains, costs, gains AS scores FROM scored', 10000) WINDOW w AS (ORDER BY budget)) x
		WHERE budget <= f.budget AND next_budget > f.budget) c;
SELECT ok(bool_and(abs(a.gain - b.gain) < 1e-12 * (1 + abs(a.gain)) AND abs(a.standard_error - b.standard_error) < 1e-12 * (1 + a.standard_error)), 'the order of rows does not matter, ties or not')
FROM (VALUES ('SELECT * FROM scored'), ('SELECT id, ARRAY[1 + id % 3, 3 + id % 2, 5] AS gains, ARRAY[1, 2, 4]::float8[] AS costs, scores FROM scored')) q(query),
	LATERAL coupon.budget_curve(query || ' ORDER BY id', 50) a JOIN LATERAL coupon.budget_curve(query || ' ORDER BY scores', 50) b USING (budget);

--
-- standard errors against a bootstrap, at a fixed budget a customer
--

CREATE TABLE resamples AS SELECT b, 1 + floor(random() * 1500)::int AS id FROM generate_series(1, 300) b, generate_series(1, 1500);
CREATE FUNCTION at_budget(query text, wanted float8, OUT gain float8, OUT se float8) LANGUAGE sql AS $$
	SELECT gain + (next - gain) * (wanted - budget) / (next_budget - budget), standard_error
	FROM (SELECT *, lead(budget) OVER w AS next_budget, lead(gain) OVER w AS next FROM coupon.budget_curve(query, 200) WINDOW w AS (ORDER BY budget)) x
	WHERE budget <= wanted AND next_budget > wanted $$;
CREATE INDEX ON resamples (b);
SELECT ok(abs(ln(a.se / b.sd)) < ln(1.15), format('error at a budget of %s: %s, by bootstrap %s', budget, round(a.se::numeric, 1), round(b.sd::numeric, 1)))
FROM unnest('{300, 900, 1500}'::float8[]) budget, at_budget('SELECT * FROM scored', budget) a,
	LATERAL (SELECT stddev(gain) AS sd FROM generate_series(1, 300) b, at_budget('SELECT s.* FROM resamples r JOIN scored s USING (id) WHERE b = ' || b, budget)) b;

--
-- a random policy is the straight line; the difference of two policies
--

CREATE TABLE policies AS SELECT id, gains, ARRAY[1, 1, 1] AS costs, scores, (SELECT array_agg(r) FROM (SELECT random() * 0 + id * 0 + random() AS r FROM generate_series(1, 3)) x) AS other_gains FROM scored;
SELECT ok(max(abs(gain - line) / nullif(standard_error, 0)) < 3, 'the curve of a random policy is the straight line within its error: ' || max(abs(gain - line) / nullif(standard_error, 0)))
FROM (SELECT *, budget * (SELECT avg(s) FROM scored, unnest(scores) s) AS line FROM coupon.budget_curve('SELECT other_gains AS gains, costs, scores FROM policies', 20)) c WHERE budget > 0;
CREATE TABLE pair AS SELECT * FROM coupon.budget_difference('SELECT * FROM policies', 10);
SELECT ok(bool_and(abs(d.gain - a.gain) < 1e-9 AND abs(d.other_gain - b.gain) < 1e-9 AND abs(d.difference - (a.gain - b.gain)) < 1e-9), 'the difference is that of the two curves')
FROM pair d JOIN coupon.budget_curve('SELECT gains, costs, scores FROM policies', 10) a USING (budget) JOIN coupon.budget_curve('SELECT other_gains AS gains, costs, scores FROM policies', 10) b USING (budget);
SELECT ok(bool_and(difference = 0 AND standard_error = 0), 'a policy does not differ from itself') FROM coupon.budget_difference('SELECT gains, gains AS other_gains, costs, scores FROM policies', 10);
CREATE TABLE differences AS SELECT budget, b, difference FROM generate_series(1, 300) b, coupon.budget_difference('SELECT p.* FROM resamples r JOIN policies p USING (id) WHERE b = ' || b, 10);
SELECT ok(abs(ln(d.standard_error / b.sd)) < ln(1.15), format('error of the difference when all is spent: %s, by bootstrap %s', round(d.standard_error::numeric, 1), round(b.sd::numeric, 1)))
FROM pair d, (SELECT stddev(difference) AS sd FROM (SELECT DISTINCT ON (b) * FROM differences ORDER BY b, budget DESC) x) b WHERE d.budget = (SELECT max(budget) FROM pair);

--
-- scores
--

SELECT is(coupon.gain_scores(2, 10, ARRAY[0.5, 0.3, 0.2]), '{0,50}', 'inverse propensity: an offer taken');
SELECT is(coupon.gain_scores(0, 10, ARRAY[0.5, 0.3, 0.2]), '{-20,-20}', 'the control');
SELECT is(coupon.gain_scores(1, 10, ARRAY[0.5, 0.25, 0.25], ARRAY[1, 6, 3]), '{21,2}', 'doubly robust');

SELECT throws_ok(query, '22023', message) FROM (VALUES ('SELECT coupon.gain_scores(1, 1, ''{0.5,0.6}'')', 'probabilities must add up to 1 at most, not to 1.1'), ('SELECT coupon.gain_scores(1, 1, ''{0.5,0.5,0.00001}'')', 'probabilities must add up to 1 at most, not to 1.00001'),
	('SELECT coupon.gain_scores(1, 1, ''{0.5,0.6}'', ''{1,1}'')', 'probabilities must add up to 1 at most, not to 1.1')) v(query, message);
SELECT is(coupon.gain_scores(1, 1, ARRAY[1 / 3::float4, 1 / 3::float4, 1 / 3::float4]), '{3,0}', 'numbers of single precision may add up to a little more');

-- an empty search_path
SELECT is(pg_temp.bare(query) IS NOT NULL, true, 'no search_path is needed: ' || left(query, 60)) FROM unnest(ARRAY['SELECT coupon.gain_scores(1, 1, ''{0.5,0.5}'')',
	$$ SELECT pg_catalog.sum(gain) FROM coupon.budget_curve('SELECT * FROM public.scored') $$, $$ SELECT pg_catalog.sum(difference) FROM coupon.budget_difference('SELECT *, costs AS other_gains FROM public.scored') $$]) query;

-- edges
SELECT is_empty($$ SELECT * FROM coupon.budget_curve('SELECT * FROM scored WHERE false') $$, 'no customers');
SELECT is((SELECT array_agg(c::text) FROM coupon.budget_curve('SELECT ARRAY[1, 3] AS gains, ARRAY[1, 2] AS costs, ARRAY[5, 9] AS scores', 2) c), '{"(0,0,0,)","(1,1,4.5,)","(2,2,9,)"}', 'one customer: the better offer is bought in part');
SELECT is((SELECT array_agg(c::text) FROM coupon.budget_curve('SELECT ARRAY[-1, 0] AS gains, ARRAY[1, 2] AS costs, ARRAY[5, 9] AS scores FROM generate_series(1, 3)', 1) c), '{"(0,0,0,0)","(0,0,0,0)"}', 'nothing is worth it');
SELECT is((SELECT array_agg(c::text) FROM coupon.budget_curve('SELECT ARRAY[1, 3] AS gains, ARRAY[0, 0] AS costs, ARRAY[5, 9] AS scores FROM generate_series(1, 3)', 1) c), '{"(0,0,27,0)","(0,0,27,0)"}', 'offers that cost nothing are given at once');
SELECT is((SELECT count(*) FROM coupon.budget_curve('SELECT NULL::float8[] AS gains, costs, scores FROM scored')), 0::bigint, 'nulls are skipped');
SELECT throws_ok($$ SELECT coupon.gain_scores(1, 1e100, '{1e-300, 1e-300}') $$, '22003', 'the score of offer 1 is out of range');

-- interrupts
CREATE TABLE many AS SELECT gains, costs, scores FROM scored, generate_series(1, 300);
SET LOCAL statement_timeout = '300ms';
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.budget_curve('SELECT * FROM many', 10000) $$), 'statement_timeout stops a curve');
SELECT ok(pg_temp.stops($$ SELECT * FROM coupon.budget_difference('SELECT *, costs AS other_gains FROM many', 10000) $$), 'and a difference');
SET LOCAL statement_timeout = 0;
SELECT * FROM finish();
ROLLBACK;
