-- Learns the response to six depths of a discount while giving it: :rounds rounds of :customers
-- customers, drawn by :seed, for each policy.  What is learned is one model a policy, in a table.
\set ECHO none
\pset pager off
\pset footer off
SET client_min_messages = warning;
\echo
\echo ── 1. A world whose truth is known ─────────────────────────────────────────────
\echo A basket depends on three numbers of context and on the depth; what is left of it after the
\echo discount is the reward.  No customer comes twice.
\echo
\set ECHO queries
CREATE TABLE world AS
SELECT *, (1 - depth) * expected AS reward FROM coupon.world_bandit(:customers, :rounds, :seed);
CREATE INDEX ON world (round);
ANALYZE world;

SELECT depth, round(avg(expected)::numeric, 3) AS basket, round(avg(reward)::numeric, 3) AS reward,
	count(*) FILTER (WHERE best) AS best_for
FROM (SELECT *, reward = max(reward) OVER (PARTITION BY customer) AS best FROM world) w
GROUP BY depth ORDER BY depth;

\set ECHO none
\echo
\echo ── 2. Rules, policies, models ──────────────────────────────────────────────────
\echo Each depth may go to a share of the day’s customers only, and 0.2 is the most on average.
\echo A policy is a gain for each customer and depth; all but the two called free keep the rules.
\echo
\set ECHO queries
CREATE TABLE quotas AS
SELECT depth, floor(share * :customers)::integer AS customers
FROM (VALUES ('0', 0.5), ('0.1', 0.5), ('0.2', 0.4), ('0.3', 0.4), ('0.4', 0.3), ('0.5', 0.3)) q(depth, share);

CREATE FUNCTION rules() RETURNS coupon.rule[] LANGUAGE sql AS
$$ SELECT coupon.mean_at_most('depth', 0.2)
	|| array_agg(coupon.at_most(customers, jsonb_build_object('offer', depth)) ORDER BY depth) FROM quotas $$;

-- a number from 0 to 1, of a text
CREATE FUNCTION uniform(key text) RETURNS float8 IMMUTABLE LANGUAGE sql AS
$$ SELECT ('x' || substr(md5(key), 1, 13))::bit(52)::bigint / 2 ^ 52 $$;

CREATE TABLE policies (policy text PRIMARY KEY, gain text, ruled boolean, learns boolean);
INSERT INTO policies VALUES
	('oracle',         'expected', true, false),
	('thompson',       'coupon.bayes_draw(model, x, 1, ''round '' || round)', true, true),
	('ucb',            'coupon.bayes_quantile(model, x, 0.95)', true, true),
	('greedy',         'coupon.bayes_mean(model, x)', true, true),
	('epsilon_greedy', 'CASE WHEN coupon.holdout(customer::text, 0.1, 1) THEN uniform(customer || '' '' || depth) / (1 - depth)
	                         ELSE coupon.bayes_mean(model, x) END', true, true),
	('random',         'uniform(customer || '' '' || depth) / (1 - depth)', true, true),
	('free oracle',    'expected', false, false),
	('free thompson',  'coupon.bayes_draw(model, x, 1, ''round '' || round)', false, true);

-- before the first row a model is its prior
CREATE TABLE models AS
SELECT policy, coupon.bayes_decay(coupon.bayes_fit(basket, x, '{"log": true, "noise": 0.25, "prior_precision": 10}'), 0) AS model
FROM policies, world WHERE customer = 1 GROUP BY policy;
CREATE TABLE given (policy text, round integer, customer bigint, offer text);

-- a day of a policy: allocate, give, see what comes back, and put it to what is known
CREATE PROCEDURE day(policy policies, day integer) LANGUAGE plpgsql AS $$
DECLARE
	candidates text := format('SELECT customer, depth::text AS offer, (1 - depth) * %s AS gain, 0 AS cost, depth
		FROM world, models WHERE round = %s AND policy = %L', policy.gain, day, policy.policy);
BEGIN
	INSERT INTO given SELECT policy.policy, day, customer, offer
	FROM coupon.allocate(candidates, CASE WHEN policy.ruled THEN rules() ELSE ARRAY[coupon.per_customer(1)] END);
	IF policy.learns THEN
		UPDATE models m SET model = (SELECT coupon.bayes_merge(part) FROM (
			SELECT m.model AS part
			UNION ALL SELECT coupon.bayes_fit(basket, x, '{"log": true, "noise": 0.25, "prior_precision": 10}')
			FROM given g JOIN world w ON w.customer = g.customer AND w.depth = g.offer::float8
			WHERE g.policy = m.policy AND g.round = day AND w.round = day) parts)
		WHERE m.policy = day.policy.policy;
	END IF;
END $$;

\set ECHO none
\echo
\echo ── 3. :rounds rounds ───────────────────────────────────────────────────────────
\echo
\set ECHO queries
\timing on
DO $$
DECLARE
	p policies;
	day integer;
BEGIN
	FOR p IN SELECT * FROM policies LOOP
		FOR day IN SELECT DISTINCT round FROM world ORDER BY round LOOP
			CALL day(p, day);
		END LOOP;
	END LOOP;
END $$;
\timing off

CREATE TABLE regret AS
SELECT policy, round, 1 - sum(reward) OVER w / sum(best) OVER w AS regret, sum(reward) OVER w AS reward
FROM (
	SELECT g.policy, g.round, sum(reward) AS reward FROM given g JOIN world ON world.customer = g.customer AND depth = offer::float8 GROUP BY 1, 2
) earned JOIN (
	SELECT g.round, policy LIKE 'free%' AS free, sum(reward) AS best FROM given g JOIN world ON world.customer = g.customer AND depth = offer::float8
	WHERE policy IN ('oracle', 'free oracle') GROUP BY 1, 2
) o USING (round)
WHERE free = (policy LIKE 'free%')
WINDOW w AS (PARTITION BY policy ORDER BY round);

SELECT policy, round(reward::numeric, 1) AS reward, round(100 * regret::numeric, 3) AS regret_percent
FROM regret WHERE round = :rounds ORDER BY policy LIKE 'free%', regret;

SELECT round(100 - 100 * (max(reward) FILTER (WHERE policy = 'thompson') / max(reward) FILTER (WHERE policy = 'free thompson'))::numeric, 3) AS rules_cost_thompson_percent,
	round(100 - 100 * (max(reward) FILTER (WHERE policy = 'oracle') / max(reward) FILTER (WHERE policy = 'free oracle'))::numeric, 3) AS and_the_oracle_percent
FROM regret WHERE round = :rounds;
