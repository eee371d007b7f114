-- Summaries of real histories, every customer's, against plain SQL.
\i test/prelude.psql
BEGIN;
\if :have_data
SELECT plan(8);
SET work_mem = '256MB';
CREATE TABLE cdnow (customer text, at date, cds int, amount float8);
\copy cdnow from program 'zcat -f -- "$COUPON_DATA/cdnow_transactions.csv.gz"' with (format csv, header)
-- let single CDs be purchases without a coupon
CREATE TABLE events AS SELECT customer, at::timestamptz AS at, amount, CASE WHEN cds > 1 THEN cds::text END AS offer, amount > 25 AS redeemed, amount / 1000 AS discount FROM cdnow;
ANALYZE events;
\set as_of 1998-03-01
\i test/trajectory_reference.psql
SELECT is((SELECT count(*) FROM summary), 23570::bigint, 'CDNOW: 23,570 customers');
SELECT ok(sum(future) > 1000 AND sum(frequency) + sum(future) = 69659 AND max(streak) > 2 AND count(gap_variance) > 5000, 'their histories are not trivial') FROM reference;
SELECT is_empty('SELECT * FROM pg_temp.differences()', 'every figure of every customer is that of plain SQL');
SELECT is_empty($$ SELECT customer, (g).last_in_means, gap_last / nullif(gap_mean, 0) FROM summary JOIN reference USING (customer)
	WHERE abs((g).last_in_means - gap_last / nullif(gap_mean, 0)) > 1e-9 OR ((g).last_in_means IS NULL) <> (coalesce(gap_mean, 0) = 0) $$, 'the last gap in units of the mean');

-- campaigns of the Complete Journey: a household is sent a campaign's coupons when the campaign starts
CREATE TABLE campaign (id text, type text, starts date, ends date);
CREATE TABLE mailing (campaign text, household text);
CREATE TABLE redemption (household text, upc text, campaign text, at date);
\copy campaign from program 'cat "$COUPON_DATA/cj_campaign_descriptions.csv"' with (format csv, header)
\copy mailing from program 'cat "$COUPON_DATA/cj_campaigns.csv"' with (format csv, header)
\copy redemption from program 'cat "$COUPON_DATA/cj_coupon_redemptions.csv"' with (format csv, header)
DROP VIEW summary;
DROP TABLE events, reference;
DROP FUNCTION pg_temp.differences();
CREATE TABLE events AS SELECT m.household AS customer, starts::timestamptz AS at, m.campaign AS offer, count(r.at) > 0 AS redeemed, 1 - 1 / (1 + count(r.at)::float8) AS discount, count(r.at)::float8 AS amount
FROM mailing m JOIN campaign c ON c.id = m.campaign LEFT JOIN redemption r ON r.household = m.household AND r.campaign = m.campaign GROUP BY 1, 2, 3;
\set as_of 2017-10-15
\i test/trajectory_reference.psql
SELECT ok(count(*) = 1559 AND sum(sent) + sum((h).future) = 6589 AND bool_or(s.redeemed > 3), 'Complete Journey: households and mailings') FROM reference s JOIN summary USING (customer);
SELECT is_empty('SELECT * FROM pg_temp.differences()', 'coupons of every household: every figure is that of plain SQL');

-- month by month, each as of its end, the last one as of now
CREATE TABLE monthly AS SELECT customer, coupon.coupon_history_state(at, offer, redeemed, discount, ends) AS h, coupon.decayed_sum_state(amount, at, ends, '30 days') AS d, coupon.rfm_state(at, amount, ends) AS r
FROM (SELECT *, CASE WHEN month = max(month) OVER (PARTITION BY customer) THEN :'as_of' ELSE month + interval '1 month' END AS ends
	FROM (SELECT *, date_trunc('month', at) AS month FROM events WHERE at <= :'as_of') e) e GROUP BY customer, ends;
SELECT set_eq($$ SELECT customer, coupon.coupon_history_merge(h), (coupon.rfm_merge(r)).recency FROM monthly GROUP BY 1 $$,
	$$ SELECT customer, coupon.coupon_history(at, offer, redeemed, discount, '2017-10-15'), (coupon.rfm(at, amount, '2017-10-15')).recency FROM events WHERE at <= '2017-10-15' GROUP BY 1 $$, 'states of months, merged: the same rows');
SELECT is_empty($$ SELECT customer, m, d FROM (SELECT customer, (coupon.decayed_sum_merge(d)).sum AS m FROM monthly GROUP BY 1) m JOIN
	(SELECT customer, (coupon.decayed_sum(amount, at, '2017-10-15', '30 days')).sum AS d FROM events GROUP BY 1) d USING (customer) WHERE abs(m - d) > 1e-13 * d $$, 'and the same decayed sums');
\else
SELECT plan(1);
SELECT skip('no ../shared/data');
\endif
SELECT * FROM finish();
ROLLBACK;
