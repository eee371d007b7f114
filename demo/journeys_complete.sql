-- The same on the Complete Journey (dunnhumby): what 2,377 households bought in 2017, of which a twentieth of the lines is here.
--	psql runs in the directory of the data; :top is that of the checkout.
\pset pager off
\pset footer off
\pset null '-'
SET client_min_messages = warning;
\echo
\echo ── 9. The Complete Journey ─────────────────────────────────────────────────────
\echo Households instead of customers, periods of four weeks instead of visits, mailed campaigns instead of coupons at hand.
\echo A period is none, one or several lines of the sample, in food and in care.  Campaigns went to whom the
\echo retailer chose, not by lot: gains are what goes with being mailed.
\echo
CREATE EXTENSION coupon;
CREATE TABLE lines (household integer, store text, basket text, product text, quantity float8, sales float8, retail_disc float8, coupon_disc float8, match_disc float8, week integer, at timestamptz);
CREATE TABLE products (product text, manufacturer text, department text, brand text, category text, type text, size text);
CREATE TABLE mailed (campaign integer, household integer);
CREATE TABLE campaigns (campaign integer, type text, starts date, ends date);
CREATE TABLE coupons (coupon text, product text, campaign integer);
CREATE TABLE redemptions (household integer, coupon text, campaign integer, at date);
CREATE TABLE households (household integer, age text, income text, home text, marital text, size text, composition text, kids text);
\copy lines FROM PROGRAM 'zcat cj_transactions_sample.csv.gz' (FORMAT csv, HEADER)
\copy products FROM PROGRAM 'zcat cj_products.csv.gz' (FORMAT csv, HEADER)
\copy mailed FROM cj_campaigns.csv (FORMAT csv, HEADER)
\copy campaigns FROM cj_campaign_descriptions.csv (FORMAT csv, HEADER)
\copy coupons FROM PROGRAM 'zcat cj_coupons.csv.gz' (FORMAT csv, HEADER)
\copy redemptions FROM cj_coupon_redemptions.csv (FORMAT csv, HEADER)
\copy households FROM cj_demographics.csv (FORMAT csv, HEADER)
\timing on
\set ECHO queries
CREATE TABLE bought AS
SELECT l.household, least((l.week - 1) / 4 + 1, 13) AS period, l.at, l.sales, l.retail_disc, p.category AS product,
	CASE WHEN p.department IN ('DRUG GM', 'COSMETICS', 'NUTRITION') THEN 'care' ELSE 'food' END AS category
FROM lines l JOIN products p USING (product) WHERE p.category IS NOT NULL AND p.department NOT IN ('FUEL', 'MISCELLANEOUS');
CREATE INDEX ON bought (household, period);
CREATE TABLE periods AS SELECT period, date '2017-01-01' + 28 * (period - 1) AS starts, date '2017-01-01' + 28 * period - 1 AS ends FROM generate_series(1, 13) period;

-- who had been mailed something that ran in the period, and on which products there was a coupon in it
CREATE TABLE reached AS
SELECT DISTINCT m.household, p.period, m.campaign FROM mailed m JOIN campaigns c USING (campaign) JOIN periods p ON c.starts <= p.ends AND c.ends >= p.starts;
CREATE INDEX ON reached (household, period);
CREATE INDEX ON redemptions (household);
CREATE TABLE couponed AS SELECT DISTINCT c.campaign, p.category AS product FROM coupons c JOIN products p USING (product) WHERE p.category IS NOT NULL;
ANALYZE;

CREATE TABLE journeys AS
SELECT h.household, g.category, h.household % 2 = 0 AS held_out, array_agg(CASE WHEN n = 0 THEN 'none' WHEN n = 1 THEN 'one' ELSE 'several' END ORDER BY period) AS actions,
	array_agg(CASE WHEN EXISTS (SELECT FROM reached r WHERE r.household = h.household AND r.period = p.period) THEN 'mailed' ELSE 'none' END ORDER BY period) AS offers
FROM (SELECT DISTINCT household FROM bought) h CROSS JOIN (VALUES ('food'), ('care')) g(category) CROSS JOIN periods p
CROSS JOIN LATERAL (SELECT count(*) AS n FROM bought b WHERE b.household = h.household AND b.period = p.period AND b.category = g.category) x
GROUP BY h.household, g.category;

-- fitted to other households, and to the time before the periods that are foretold
CREATE TABLE states AS
SELECT category, coupon.hmm_fit(actions[1 : 11], offers[1 : 11], '{"states": 3, "order_by": "several", "restarts": 12, "tolerance": 1e-6, "quiet": true}') AS model FROM journeys WHERE NOT held_out GROUP BY category;
CREATE TABLE graphs AS
SELECT coupon.graph_fit(household::text, product, action, 1, '{"dimensions": 16, "target": "buy", "quiet": true}') AS model
FROM (SELECT household, product, 'buy' AS action FROM bought WHERE period <= 11 UNION ALL SELECT household, product, 'reduced' FROM bought WHERE period <= 11 AND retail_disc > 0
	UNION ALL SELECT r.household, c.product, 'redeemed' FROM (SELECT DISTINCT household, coupon FROM redemptions WHERE at <= (SELECT ends FROM periods WHERE period = 11)) r
		JOIN (SELECT DISTINCT c.coupon, p.category AS product FROM coupons c JOIN products p USING (product) WHERE p.category IS NOT NULL) c USING (coupon)) e;

\set ECHO none
\echo
\echo The states in words: a state has the name of what is bought most in it.
\echo
\set ECHO queries
CREATE TABLE state_names AS
SELECT category, state, name || CASE WHEN count(*) OVER (PARTITION BY category, name) > 1 THEN ' ' || row_number() OVER (PARTITION BY category, name ORDER BY state) ELSE '' END AS name, does
FROM (SELECT category, state, string_agg(symbol || ' ' || round(100 * probability) || ' %', ', ' ORDER BY probability DESC) AS does,
		(array_agg(CASE symbol WHEN 'none' THEN 'away' WHEN 'one' THEN 'trying' ELSE 'regular' END ORDER BY probability DESC))[1] AS name
	FROM states, coupon.hmm_emissions(model) GROUP BY category, state) s;
SELECT n.category, n.name AS state, n.does, round(100 * h.share) || ' %' AS of_periods, round(h.dwell::numeric, 1) AS periods_in_a_row
FROM states s, coupon.hmm_states(s.model) h JOIN state_names n USING (state) WHERE n.category = s.category AND h.input = 'none' ORDER BY n.category, n.state;
SELECT t.category, t.input AS offer, format('of 100 who are %s %s stay so, and %s', a.name, max(round(100 * probability)) FILTER (WHERE a.state = b.state),
	string_agg(format('%s become %s', round(100 * probability), b.name), ', ' ORDER BY probability DESC) FILTER (WHERE a.state <> b.state)) AS by_the_next_period
FROM (SELECT category, t.* FROM states, coupon.hmm_transitions(model) t) t
JOIN state_names a ON a.category = t.category AND a.state = t.state JOIN state_names b ON b.category = t.category AND b.state = t.next_state
GROUP BY t.category, t.input, a.state, a.name ORDER BY t.category, t.input DESC, a.state;

\set ECHO none
\echo
\echo Does a household buy of a product group in period 12 or 13?  The 20 largest groups of food and of care each;
\echo households held out.
\echo
\set ECHO queries
CREATE TABLE occasions AS
SELECT j.household, p.category, p.product, o.period, j.offers[o.period] AS offer, EXISTS (SELECT FROM bought b WHERE b.household = j.household AND b.period = o.period AND b.product = p.product) AS bought, j.held_out
FROM (SELECT category, product, row_number() OVER (PARTITION BY category ORDER BY count(*) DESC, product) AS nr FROM bought WHERE period <= 11 GROUP BY category, product) p
JOIN journeys j USING (category), generate_series(12, 13) o(period) WHERE p.nr <= 20;

-- of the household, as of the period: in all, by category, by product
CREATE TABLE whole AS
SELECT o.household, o.period, (r).recency, (r).frequency, (r).monetary, (d).weight AS decayed_lines, (d).sum AS decayed_sales, days, reductions,
	(SELECT count(*) FROM reached m WHERE m.household = o.household AND m.period = o.period) AS campaigns_now, (SELECT count(*) FROM reached m WHERE m.household = o.household AND m.period < o.period) AS campaigns_before,
	(SELECT count(*) FROM redemptions x WHERE x.household = o.household AND x.at < o.starts) AS redeemed
FROM (SELECT household, period, starts FROM (SELECT DISTINCT household FROM occasions) h, periods WHERE period IN (12, 13)) o
CROSS JOIN LATERAL (SELECT coupon.rfm(at, sales, o.starts) AS r, coupon.decayed_sum(sales, at, o.starts, '60 days') AS d, count(DISTINCT at) AS days, count(*) FILTER (WHERE retail_disc > 0) AS reductions FROM bought b WHERE b.household = o.household AND b.period < o.period) x;
CREATE TABLE part AS
SELECT b.household, p.period, b.category, b.product, count(*) AS lines, sum(2 ^ ((b.period - p.period) / 3.0)) AS decayed, p.period - max(b.period) AS periods_ago
FROM bought b JOIN periods p ON b.period < p.period WHERE p.period IN (12, 13) GROUP BY GROUPING SETS ((b.household, p.period, b.category), (b.household, p.period, b.category, b.product));
CREATE TABLE on_it AS
SELECT r.household, r.period, c.product, count(*) AS coupons FROM reached r JOIN couponed c USING (campaign) WHERE r.period IN (12, 13) AND c.product IN (SELECT product FROM occasions) GROUP BY 1, 2, 3;
CREATE TABLE popular AS SELECT product, count(*) AS product_lines FROM bought WHERE period <= 11 GROUP BY product;
ANALYZE;

CREATE TABLE moments AS
SELECT o.household AS customer, o.category, o.held_out, o.bought, o.period::text AS period, o.offer = 'mailed' AS mailed, coalesce(i.coupons, 0) AS coupons_on_it,
	w.recency, w.frequency, w.monetary, w.decayed_lines, w.decayed_sales, w.days, w.reductions, w.campaigns_now, w.campaigns_before, w.redeemed,
	coalesce(c.lines, 0) AS category_lines, coalesce(c.decayed, 0) AS category_decayed, c.periods_ago AS category_ago,
	coalesce(p.lines, 0) AS own_lines, coalesce(p.decayed, 0) AS own_decayed, coalesce(p.periods_ago, 14) AS own_ago, ln(q.product_lines) AS product_lines, d.age, d.income, d.size, d.kids,
	coupon.hmm_filter(s.model, j.actions[1 : o.period - 1], j.offers[1 : o.period - 1]) AS hidden, ln((1 - n.probability) / n.probability) AS next_buy,
	coupon.graph_customer(g.model, o.household::text) AS taste, coupon.graph_product(g.model, o.product) AS kind, coupon.graph_score(g.model, o.household::text, o.product) AS affinity
FROM occasions o JOIN whole w USING (household, period) LEFT JOIN part c ON (c.household, c.period, c.category) = (o.household, o.period, o.category) AND c.product IS NULL
LEFT JOIN part p ON (p.household, p.period, p.category, p.product) = (o.household, o.period, o.category, o.product) LEFT JOIN popular q ON q.product = o.product
LEFT JOIN on_it i ON (i.household, i.period, i.product) = (o.household, o.period, o.product) LEFT JOIN households d ON d.household = o.household JOIN journeys j ON (j.household, j.category) = (o.household, o.category) JOIN states s ON s.category = o.category CROSS JOIN graphs g
CROSS JOIN LATERAL coupon.hmm_next(s.model, j.actions[1 : o.period - 1], j.offers[1 : o.period - 1], o.offer) n WHERE n.symbol = 'none';
SELECT count(*) AS rows, round(100 * avg(bought::int), 2) AS bought_percent, round(100 * avg(mailed::int), 1) AS mailed_percent, round(100.0 * avg((coupons_on_it > 0)::int), 1) AS coupon_on_it_percent FROM moments;

CREATE TABLE feature_sets (nr integer, features text, exclude jsonb);
INSERT INTO feature_sets VALUES (1, 'base', '{"exclude": ["customer", "category", "held_out", "bought", "hidden", "next_buy", "taste", "kind", "affinity"]}'), (2, '+ states', '{"exclude": ["customer", "category", "held_out", "bought", "taste", "kind", "affinity"]}'),
	(3, '+ graph', '{"exclude": ["customer", "category", "held_out", "bought", "hidden", "next_buy"]}'), (4, '+ both', '{"exclude": ["customer", "category", "held_out", "bought"]}');
CREATE TABLE purchase AS SELECT features, category, coupon.logit_fit(bought::int, m, exclude || '{"ridge": 10}') AS model FROM moments m, feature_sets WHERE NOT held_out GROUP BY features, category;
CREATE TABLE scored AS SELECT features AS model, customer, bought, coupon.predict(model, m) AS p FROM purchase JOIN moments m USING (category) WHERE held_out;
\set ECHO none
\cd :top
\i test/ablation.psql
\set ECHO queries
SELECT model, round(auc::numeric, 4) AS auc, format('%s to %s', round((auc - 1.96 * auc_se)::numeric, 3), round((auc + 1.96 * auc_se)::numeric, 3)) AS auc_interval,
	round(log_loss::numeric, 4) AS log_loss, format('%s to %s', round((log_loss - 1.96 * log_loss_se)::numeric, 4), round((log_loss + 1.96 * log_loss_se)::numeric, 4)) AS log_loss_interval
FROM ablation JOIN feature_sets ON features = model ORDER BY nr;
SELECT model, 'over ' || than AS "over", format('%s ± %s', to_char(auc, 'SG0.0000'), round(1.96 * auc_se::numeric, 4)) AS auc_gain, round((auc / auc_se)::numeric, 1) AS errors,
	format('%s ± %s', to_char(log_loss, 'SG0.00000'), round(1.96 * log_loss_se::numeric, 5)) AS log_loss_change
FROM ablation_pairs JOIN feature_sets a ON a.features = model JOIN feature_sets b ON b.features = than WHERE (b.nr = 1 OR a.nr = 4) AND a.nr > b.nr ORDER BY a.nr, b.nr;

\set ECHO none
\echo
\echo What being mailed goes with, by the probability of buying in the next period: a line of the sample stands for 20,
\echo a quarter of sales is margin, a mailing costs 1, and redeems 10 % of sales.
\echo
\set ECHO queries
CREATE TABLE worth AS
SELECT category, 20 * avg(sales) FILTER (WHERE n = 1) AS one, 20 * avg(sales) FILTER (WHERE n > 1) AS several FROM (SELECT category, household, period, sum(sales) AS sales, count(*) AS n FROM bought GROUP BY 1, 2, 3) s GROUP BY category;
CREATE TABLE candidates AS
SELECT j.household, j.category, 1 - n.probability AS buys, p.gain, p.expected_cost AS cost
FROM journeys j JOIN states s USING (category) JOIN worth w USING (category) CROSS JOIN LATERAL (SELECT coupon.hmm_filter(s.model, j.actions, j.offers) AS belief) b
CROSS JOIN LATERAL coupon.hmm_next_from(s.model, b.belief, 'none') n
CROSS JOIN LATERAL coupon.hmm_policy(s.model, b.belief, jsonb_build_object('one', w.one * 0.25, 'several', w.several * 0.25),
	jsonb_build_object('discount', 0.9, 'costs', '{"mailed": 1}'::jsonb, 'redemption_costs', jsonb_build_object('mailed', 0.10 * w.several), 'redeemed_by', 'several')) p
WHERE p.offer = 'mailed' AND n.symbol = 'none';
SELECT category, fifth, round(min(buys)::numeric, 2) || ' to ' || round(max(buys)::numeric, 2) AS probability_of_buying, round(avg(gain)::numeric, 2) AS planned_gain, round(avg(cost)::numeric, 2) AS expected_cost, round(avg(gain - cost)::numeric, 2) AS planned_lift
FROM (SELECT *, ntile(5) OVER (PARTITION BY category ORDER BY buys, household) AS fifth FROM candidates) c GROUP BY category, fifth ORDER BY category, fifth;
SELECT offer, count(*) AS households, round(sum(cost)) AS expected_cost, round(sum(gain)) AS planned_gain
FROM coupon.allocate('SELECT household AS customer, category AS offer, gain, cost FROM candidates WHERE gain > cost', ARRAY[coupon.budget(1000)]) GROUP BY offer ORDER BY offer;
