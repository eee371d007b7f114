-- Sets the session up and invents the clicks.
\pset pager off
\pset footer off
\pset null '-'
SET client_min_messages = warning;

\echo
\echo ── 1. Clicks ───────────────────────────────────────────────────────────────────
\echo :customers customers, two categories, 30 visits in each: what was shown, with which coupon, and
\echo what the customer did.  States and tastes are hidden; test/clicks.psql has the truth.
\echo
CREATE EXTENSION coupon;
\i test/clicks.psql
\timing on
\set ECHO queries
SELECT category, count(DISTINCT product) AS products, count(*) AS visits, round(100 * avg((offer <> 'none')::int)) AS with_coupon_percent,
	round(100.0 * avg((action = 'view')::int), 1) AS view, round(100 * avg((action = 'favourite')::int), 1) AS favourite,
	round(100.0 * avg((action = 'cart')::int), 1) AS cart, round(100 * avg((action = 'buy')::int), 1) AS buy
FROM clicks GROUP BY category ORDER BY category;
SELECT customer, category, visit, at::date, offer, product, action FROM clicks ORDER BY customer, category, visit LIMIT 5;
