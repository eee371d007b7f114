-- Policy: what goes wrong, and what is said then.
CREATE TABLE visits (state text, offer text, next_state text, probability float8, reward float8, cost float8);
INSERT INTO visits VALUES ('new', 'none', 'new', 0.9, 0, 0), ('new', 'none', 'loyal', 0.1, 20, 0), ('new', 'coupon', 'new', 0.6, 0, 0), ('new', 'coupon', 'loyal', 0.4, 20, 5),
	('loyal', 'none', 'loyal', 0.8, 20, 0), ('loyal', 'none', NULL, 0.2, 0, 0);
SELECT state, offer, round(value::numeric, 6) AS value, round(q::numeric, 6) AS q, is_best, step FROM coupon.value_iteration('TABLE visits', '{"price": 1}');
SELECT state, offer, round(value::numeric, 6) AS value, round(q::numeric, 6) AS q, is_best, step FROM coupon.value_iteration('TABLE visits', '{"horizon": 2, "steps": true}') ORDER BY step, state, offer;
SELECT * FROM coupon.value_iteration(NULL);
SELECT * FROM coupon.value_iteration('TABLE visits', NULL);
SELECT * FROM coupon.value_iteration('SELECT state, offer FROM visits');
SELECT * FROM coupon.value_iteration('SELECT state, offer, next_state, probability, reward FROM visits');
SELECT * FROM coupon.value_iteration('DELETE FROM visits RETURNING *');
SELECT * FROM coupon.value_iteration('SELECT * FROM visits) q; DROP TABLE visits; SELECT * FROM (SELECT 1');
SELECT * FROM coupon.value_iteration('TABLE visits', '{"discounts": 0.5}');
SELECT * FROM coupon.value_iteration('TABLE visits', '{"discount": 1.5}');
SELECT * FROM coupon.value_iteration('TABLE visits', '{"horizon": 0}');
SELECT * FROM coupon.value_iteration('TABLE visits', '{"iterations": 0}');
SELECT * FROM coupon.value_iteration('TABLE visits', '{"method": "q"}');
SELECT * FROM coupon.value_iteration('TABLE visits', '{"price": "high"}');
SELECT * FROM coupon.value_iteration('TABLE visits', '{"steps": true}');
SELECT * FROM coupon.value_iteration('TABLE visits', '{"tolerance": 0}');
SELECT * FROM coupon.value_iteration('SELECT state, offer, coalesce(next_state, ''new'') AS next_state, probability, reward, cost FROM visits', '{"discount": 1}');
SELECT count(*) FROM coupon.value_iteration('TABLE visits', '{"discount": 0.99, "iterations": 1, "method": "value"}');
SELECT * FROM coupon.value_iteration('SELECT * FROM visits WHERE next_state IS NOT NULL');
SELECT * FROM coupon.value_iteration('SELECT state, offer, next_state, 1.5 - probability AS probability, reward, cost FROM visits');
SELECT * FROM coupon.value_iteration('SELECT state, offer, next_state, ''NaN''::float8 AS probability, reward, cost FROM visits');
SELECT * FROM coupon.value_iteration('SELECT state, offer, next_state, probability, ''infinity''::float8 AS reward, cost FROM visits');
SELECT * FROM coupon.value_iteration('SELECT state, offer, next_state, probability, reward, 1e200 AS cost FROM visits');
SELECT * FROM coupon.value_iteration('SELECT nullif(state, ''new'') AS state, offer, next_state, probability, reward, cost FROM visits');
SELECT * FROM coupon.value_iteration('SELECT state, offer, next_state, nullif(probability, 0.1) AS probability, reward, cost FROM visits');
DROP TABLE visits;

-- of beliefs
SELECT coupon.hmm_model('{0.5,0.5}', '{{{0.9,0.1},{0.2,0.8}},{{0.5,0.5},{0.1,0.9}}}', '{{0.9,0.1},{0.4,0.6}}', '{look,buy}', '{none,coupon}') AS world \gset
SELECT offer, round(q::numeric, 6) AS q, round(expected_cost::numeric, 6) AS expected_cost, round(gain::numeric, 6) AS gain
FROM coupon.hmm_policy(:'world', '{0.5,0.5}', '{"buy": 20}', '{"costs": {"coupon": 1}, "redemption_costs": {"coupon": 3}, "redeemed_by": ["buy"]}');
SELECT * FROM coupon.hmm_policy(:'world', '{0.5,0.4}', '{"buy": 20}');
SELECT * FROM coupon.hmm_policy(:'world', '{1}', '{"buy": 20}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,NULL}', '{"buy": 20}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '20');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buys": 20}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": "much"}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 1e400}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"cost": 2}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"costs": 2}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"costs": {"coupons": 2}}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"costs": {"coupon": -2}}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"redemption_costs": {"coupon": 2}}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"redemption_costs": {"coupon": 2}, "redeemed_by": "bought"}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"control": "nothing"}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"discount": 1}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"horizon": -1}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"lookahead": 20}');
SELECT * FROM coupon.hmm_policy(:'world', '{1,0}', '{"buy": 20}', '{"price": -1}');
SELECT * FROM coupon.hmm_policy(coupon.hmm_model('{1}', '{{1}}', '{{1}}', '{a}'), '{1}', '{"a": 1}');
SELECT p.* FROM (SELECT coupon.linear_fit(i, ARRAY[i]) AS m FROM generate_series(1, 3) i) f, coupon.hmm_policy(m, '{1}', '{"a": 1}') p;
