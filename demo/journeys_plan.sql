-- Plans on beliefs, allocates a budget, and lets the world say what plans bring.
\set ECHO none
\i demo/journeys_world.sql
\echo
\echo ── 5. What a coupon adds, by what the customer would do anyway ─────────────────
\echo Held-out customers in five groups by the probability of a purchase at the next visit.  Planned: gain of the best coupon
\echo by the Bellman equation, less its cost, over all that follows.  In the world: everybody lives on, once with
\echo that coupon now and once without, under the same draws.
\echo
\set ECHO queries
CREATE TABLE planned AS
SELECT s.customer, s.category, s.belief, n.probability AS buys, p.offer, p.q, p.gain, p.expected_cost, p.nr
FROM standing s JOIN states m USING (category) CROSS JOIN LATERAL terms(category) t
CROSS JOIN LATERAL coupon.hmm_next_from(m.model, s.belief, 'none') n
CROSS JOIN LATERAL (SELECT *, row_number() OVER (ORDER BY gain - expected_cost DESC, offer) AS nr FROM coupon.hmm_policy(m.model, s.belief, t.margins, t.options) WHERE offer <> 'none') p
WHERE n.symbol = 'buy';

CREATE TABLE once AS
SELECT customer, category, o.earned - n.earned AS lift FROM live_on('once', false, :visits, 0, 11) o JOIN live_on('none', false, :visits, 0, 11) n USING (customer, category);

SELECT category, fifth, round(min(buys)::numeric, 2) || ' to ' || round(max(buys)::numeric, 2) AS probability_of_buying, mode() WITHIN GROUP (ORDER BY offer) AS best_coupon,
	round(avg(gain)::numeric, 2) AS planned_gain, round(avg(expected_cost)::numeric, 2) AS expected_cost, round(avg(gain - expected_cost)::numeric, 2) AS planned_lift,
	format('%s ± %s', to_char(avg(lift), 'SG0.00'), round((1.96 * stddev(lift) / sqrt(count(*)))::numeric, 2)) AS lift_in_the_world
FROM (SELECT *, ntile(5) OVER (PARTITION BY category ORDER BY buys, customer) AS fifth FROM planned WHERE nr = 1) p JOIN once USING (customer, category)
GROUP BY category, fifth ORDER BY category, fifth;

\set ECHO none
\echo
\echo ── 6. Coupons for the next visit ───────────────────────────────────────────────
\echo The product is the one that the graph ranks first.  Of the Bellman equation the first term, what the
\echo next visit earns, is the purchase model’s, which knows the product; what comes after is the plan’s.
\echo
SELECT round(:customers * 0.05) AS budget \gset
\set ECHO queries
INSERT INTO occasions
SELECT s.customer, s.category, 31, timestamptz '2026-03-05 12:00+00', p.product, offer, p.price, NULL
FROM standing s JOIN graphs g USING (category), unnest('{none,10 %,25 %}'::text[]) offer,
	LATERAL (SELECT product, price FROM products p WHERE p.category = s.category ORDER BY coupon.graph_score(g.model, s.customer::text, product) DESC NULLS LAST, product LIMIT 1) p;

CREATE TABLE buying AS
SELECT f.customer, f.category, f.product, f.offer, coupon.predict(p.logit, f) AS by_model, 1 / (1 + exp(-f.next_buy)) AS by_states
FROM all_features f JOIN purchase p USING (category) WHERE f.visit = 31 AND p.features = '+ both';

CREATE TABLE candidates AS
SELECT p.customer, p.category || ' ' || p.offer AS offer, a.product, a.by_model AS buys,
	p.gain + (t.margins->>'buy')::float8 * (a.by_model - n.by_model - (a.by_states - n.by_states)) AS gain,
	(t.options->'costs'->>p.offer)::float8 + (t.options->'redemption_costs'->>p.offer)::float8 * a.by_model AS cost
FROM planned p CROSS JOIN LATERAL terms(p.category) t JOIN buying a USING (customer, category, offer)
JOIN buying n ON n.customer = p.customer AND n.category = p.category AND n.offer = 'none';

CREATE TABLE allocation AS SELECT * FROM coupon.allocate('SELECT * FROM candidates WHERE gain > cost', ARRAY[coupon.budget(:budget)]);

SELECT offer, count(*) AS customers, round(sum(a.cost)::numeric, 2) AS expected_cost, round(sum(a.gain)::numeric, 2) AS planned_gain, round(avg(buys)::numeric, 2) AS probability_of_buying
FROM allocation a JOIN candidates c USING (customer, offer) GROUP BY offer ORDER BY offer;
SELECT rule, bound, round(used::numeric, 2) AS used, round(price::numeric, 2) AS gain_of_the_last_unit FROM coupon.plan_rules(coupon.last_plan());
SELECT customer, offer, product, round(buys::numeric, 2) AS probability_of_buying, round(a.gain::numeric, 2) AS gain, round(a.cost::numeric, 2) AS cost
FROM allocation a JOIN candidates c USING (customer, offer) ORDER BY a.gain DESC, customer LIMIT 5;

\set ECHO none
\echo
\echo ── 7. What policies bring in the world ─────────────────────────────────────────
\echo :visits visits with coupons, as many after them without; each policy has the same budget a visit, costs expected by
\echo the same belief, and meets the same draws.  Earned is the margin less what coupons cost.
\echo
\set ECHO queries
CREATE TABLE lives AS
SELECT nr, policy, best, l.* FROM (VALUES (1, 'none', false), (2, 'random', false), (3, 'next visit', false), (4, 'most likely state', false), (5, 'belief', false), (6, 'none', true), (7, 'belief', true)) p(nr, policy, best),
	live_on(policy, best, :visits, :budget, 7) l;

CREATE TABLE policies AS
SELECT nr, policy, best, customer, sum(earned) AS earned, sum(sent) AS sent, sum(spent) AS spent FROM lives GROUP BY nr, policy, best, customer;

SELECT p.policy, CASE WHEN p.best THEN 'by graph' ELSE 'by chance' END AS shown, sum(p.sent) AS coupons, round(sum(p.spent)) AS spent, round(sum(p.earned)) AS earned,
	format('%s ± %s', to_char(sum(p.earned - n.earned), 'FMSG99990'), round((1.96 * sqrt(count(*)) * stddev(p.earned - n.earned))::numeric)) AS more_than_none,
	format('%s ± %s', to_char(sum(p.earned - m.earned), 'FMSG99990'), round((1.96 * sqrt(count(*)) * stddev(p.earned - m.earned))::numeric)) AS more_than_most_likely_state
FROM policies p JOIN (SELECT * FROM policies WHERE nr = 1) n USING (customer) JOIN (SELECT * FROM policies WHERE nr = 4) m USING (customer)
GROUP BY p.nr, p.policy, p.best ORDER BY p.nr;

SELECT policy, sum(sent) FILTER (WHERE category = 'cosmetics') AS coupons_cosmetics, sum(sent) FILTER (WHERE category = 'snacks') AS coupons_snacks FROM lives WHERE nr BETWEEN 2 AND 5 GROUP BY nr, policy ORDER BY nr;
