-- Scores the held-out half and compares the scores with what the trial measured there.
\set ECHO none
\echo
\echo ── 3. Evaluate on the held-out half ────────────────────────────────────────────
\echo Is the ranking worth anything?  0 is a random one for qini_auc, 0.5 for auuc.
\echo
\set ECHO queries
CREATE TABLE scores AS
SELECT rn, segment, visit, spend, outcome, u.*
FROM hillstrom h, LATERAL (SELECT recency, history, mens, womens, newbie, zip_code, channel) f,
	models, LATERAL coupon.uplifts(model, f) u
WHERE test;

CREATE TABLE quality AS
SELECT outcome, offer, coupon.uplift_summary(uplift,
	CASE outcome WHEN 'spend' THEN spend ELSE visit END, segment = offer) AS s
FROM scores
WHERE segment IN (offer, 'No E-Mail')
GROUP BY outcome, offer;

SELECT outcome, offer,
	format('%s ± %s', round((s).ate::numeric, 4), round((s).ate_se::numeric, 4)) AS uplift_all,
	format('%s ± %s', round((s).uplift_30::numeric, 4), round((s).uplift_30_se::numeric, 4)) AS uplift_best_30,
	format('%s ± %s', round((s).qini_auc::numeric, 4), round((s).qini_auc_se::numeric, 4)) AS qini_auc,
	format('%s ± %s', round((s).auuc::numeric, 4), round((s).auuc_se::numeric, 4)) AS auuc
FROM quality ORDER BY outcome, offer;
