-- Prices the offers, spends a budget, and asks the trial what the plan would have brought.
\set ECHO none
\set budget 800
\echo
\echo ── 4. Candidates ───────────────────────────────────────────────────────────────
\echo Spend is rare and noisy, visits are not: the gain of an e-mail is the visits it adds, times
\echo the margin on a visitor (40 % of the spend).  The men’s e-mail costs 6 cents, the women’s 4:
\echo sending, artwork, and the customers who unsubscribe.
\echo
\set ECHO queries
CREATE TABLE candidates AS
WITH visitor AS (SELECT 0.40 * sum(spend) / sum(visit) AS margin FROM hillstrom WHERE NOT test)
SELECT rn AS customer, offer, uplift * margin AS gain,
	CASE offer WHEN 'Mens E-Mail' THEN 0.06 ELSE 0.04 END::float8 AS cost
FROM scores, visitor WHERE outcome = 'visit';

SELECT offer, count(*) AS customers, sum((gain > cost)::integer) AS worth_it,
	round(sum(cost)::numeric, 2) AS cost_of_all, round(avg(gain)::numeric, 4) AS mean_gain
FROM candidates GROUP BY offer ORDER BY offer;

\set ECHO none
\echo
\echo ── 5. Allocate :budget dollars ──────────────────────────────────────────────────────
\echo At most one e-mail a customer, of most gain in all, never over the budget.
\echo
\set ECHO queries
CREATE TABLE allocation AS
SELECT * FROM coupon.allocate('SELECT customer, offer, gain, cost FROM candidates',
	ARRAY[coupon.budget(:budget)]);

SELECT rule, bound, round(used::numeric, 2) AS used, round(price::numeric, 4) AS gain_of_the_last_dollar, binding
FROM coupon.plan_rules(coupon.last_plan());

SELECT coalesce(offer, 'together') AS offer, count(*) AS customers,
	round(sum(cost)::numeric, 2) AS spent, round(sum(gain)::numeric, 2) AS expected_gain
FROM allocation GROUP BY ROLLUP (offer) ORDER BY allocation.offer;

SELECT * FROM allocation ORDER BY gain DESC, customer LIMIT 5;

\set ECHO none
\echo
\echo The trial knows what became of such customers: those who got, by chance, what the plan
\echo gives them, against those who got nothing.
\echo
\set ECHO queries
SELECT offer, (s).treated AS got_it, (s).control AS got_nothing, round(gain::numeric, 3) AS predicted_gain,
	format('%s ± %s', round(0.40 * (s).ate::numeric, 3), round(0.40 * (s).ate_se::numeric, 3)) AS measured_gain
FROM (
	SELECT a.offer, avg(a.gain) AS gain, coupon.uplift_summary(a.gain, h.spend, h.segment = a.offer) AS s
	FROM allocation a JOIN hillstrom h ON h.rn = a.customer
	WHERE h.segment IN (a.offer, 'No E-Mail') GROUP BY a.offer
) trial ORDER BY offer;

\set ECHO none
\echo
\echo ── 6. Frontier: what other budgets would buy ───────────────────────────────────
\echo
\set ECHO queries
CREATE TABLE frontier AS
SELECT * FROM coupon.frontier('SELECT customer, offer, gain, cost FROM candidates', 40);
\set ECHO none
\timing off
SELECT to_char(budget, '99,999') AS budget, to_char(gain, '99,999') AS gain, to_char(customers, '99,999') AS customers,
	rpad(repeat('█', round(40 * gain / max(gain) OVER ())::integer), 40)
		|| CASE WHEN row_number() OVER (ORDER BY abs(budget - :budget)) = 1 THEN ' ◀ ' || :budget ELSE '' END AS " "
FROM (SELECT *, row_number() OVER (ORDER BY budget) AS nr FROM frontier) f
WHERE nr % 2 = 1 AND nr > 1 ORDER BY f.budget;
