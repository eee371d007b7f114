-- Sets the session up and loads the customers.
\pset pager off
\pset footer off
\pset null '-'
SET client_min_messages = warning;

\echo
\echo ── 1. Load ─────────────────────────────────────────────────────────────────────
\echo 64,000 customers of a randomised e-mail trial: the men’s e-mail, the women’s or none.
\echo
\timing on
\set ECHO queries
CREATE EXTENSION coupon;
\set ECHO all
\i :load
\set ECHO queries
SELECT segment AS arm, count(*) FILTER (WHERE NOT test) AS train, count(*) FILTER (WHERE test) AS test,
	round(avg(visit), 4) AS visits, round(avg(spend)::numeric, 3) AS spend
FROM hillstrom GROUP BY segment ORDER BY segment;
