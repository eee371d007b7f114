-- Writes demo/out/journeys_allocation.csv and draws demo/out/journeys_states.svg (transitions by category and coupon as heat maps)
-- and demo/out/journeys_ablation.svg (AUC and what is gained, with intervals).
\set ECHO none
\echo
\echo ── 8. demo/out ─────────────────────────────────────────────────────────────────
\timing off
\copy (SELECT customer, offer, product, a.gain, a.cost FROM allocation a JOIN candidates c USING (customer, offer) ORDER BY customer) TO 'demo/out/journeys_allocation.csv' WITH (FORMAT csv, HEADER)

CREATE FUNCTION pg_temp.head(width integer, height integer) RETURNS text LANGUAGE sql AS
$$ SELECT format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$s %2$s" width="%1$s" height="%2$s"
	font-family="Helvetica, Arial, ''DejaVu Sans'', sans-serif" font-size="13" fill="#4b5563">
<style>
.title { font-size: 16px; font-weight: bold; fill: #111827 } .name { fill: #111827 } .number { font-size: 15px; text-anchor: middle }
.grid { stroke: #e5e7eb; fill: none } .axis { stroke: #6b7280; fill: none } .interval { stroke-width: 2.5; fill: none }
.logit { stroke: #2563eb } .trees { stroke: #d9480f } circle.logit { fill: #2563eb; stroke: none } circle.trees { fill: #d9480f; stroke: none }
</style>
<rect width="%1$s" height="%2$s" fill="#ffffff"/>', width, height) $$;

\pset format unaligned
\pset tuples_only on
\o demo/out/journeys_states.svg
SELECT pg_temp.head(1030, 720);
-- a row of panels a category, a panel an offer; a cell is 80 x 70, the darker the likelier
SELECT format('<text x="130" y="%s" class="title">%s</text>', 30 + 375 * nr, format('%s: from the state at left to the state below', category))
FROM (SELECT category, row_number() OVER (ORDER BY category) - 1 AS nr FROM states) s ORDER BY nr;
WITH cell AS (
	SELECT r.nr AS down, t.category, t.state, t.next_state, t.probability, a.name AS from_name, b.name AS to_name, o.nr AS across, o.title,
		130 + 300 * o.nr + 85 * (t.next_state - 1) AS x, 76 + 375 * r.nr + 75 * (t.state - 1) AS y
	FROM (SELECT category, t.* FROM states, coupon.hmm_transitions(model) t) t
	JOIN (SELECT category, row_number() OVER (ORDER BY category) - 1 AS nr FROM states) r USING (category)
	JOIN (VALUES (0, 'none', 'no coupon'), (1, '10 %', '10 % coupon'), (2, '25 %', '25 % coupon')) o(nr, input, title) USING (input)
	JOIN state_names a ON a.category = t.category AND a.state = t.state JOIN state_names b ON b.category = t.category AND b.state = t.next_state)
SELECT format('<rect x="%s" y="%s" width="81" height="71" fill="rgb(%s,%s,%s)"/><text x="%s" y="%s" class="number" fill="%s">%s %%</text>', x, y,
		round(239 - 202 * probability), round(246 - 147 * probability), round(255 - 20 * probability), x + 40, y + 41, CASE WHEN probability > 0.5 THEN '#ffffff' ELSE '#111827' END, round(100 * probability))
	|| CASE WHEN across = 0 AND next_state = 1 THEN format('<text x="120" y="%s" text-anchor="end" class="name">%s</text>', y + 40, from_name) ELSE '' END
	|| CASE WHEN state = 3 THEN format('<text x="%s" y="%s" text-anchor="middle" class="name">%s</text>', x + 40, y + 91, to_name) ELSE '' END
	|| CASE WHEN state = 1 AND next_state = 1 THEN format('<text x="%s" y="%s">%s</text>', x, y - 12, title) ELSE '' END
FROM cell ORDER BY down, across, state, next_state;
SELECT '</svg>';
\o

\o demo/out/journeys_ablation.svg
SELECT pg_temp.head(1060, 330);
-- left the AUC, right what is gained over the base, customer by customer; x grows with it, a row a feature set, learners side by side
SELECT floor(50 * min(auc - 1.96 * auc_se)) / 50 AS auc_low, ceil(50 * max(auc + 1.96 * auc_se)) / 50 AS auc_high FROM ablation \gset
SELECT least(0, floor(100 * min(auc - 1.96 * auc_se)) / 100) AS gain_low, ceil(100 * max(auc + 1.96 * auc_se)) / 100 AS gain_high FROM ablation_pairs WHERE than = left(model, 6) || 'base' \gset
CREATE FUNCTION pg_temp.place(left_edge integer, low float8, high float8, x float8) RETURNS numeric LANGUAGE sql AS
$$ SELECT round((left_edge + 400 * (x - low) / (high - low))::numeric, 1) $$;
SELECT format('<text x="%s" y="30" class="title">%s</text>', x, title) FROM (VALUES (110, 'AUC on held-out customers, 95 % intervals'), (620, 'AUC gained over the base')) t(x, title);
SELECT string_agg(format('<path d="M%1$s 60V270" class="grid"/><text x="%1$s" y="290" text-anchor="middle">%2$s</text>', pg_temp.place(e, low, high, v), CASE e WHEN 110 THEN to_char(v, 'FM0.00') ELSE to_char(round(v::numeric, 2), 'SG0.00') END), E'\n')
FROM (VALUES (110, :auc_low, :auc_high, 0.02), (620, :gain_low, :gain_high, 0.01)) p(e, low, high, step), LATERAL (SELECT low + step * n FROM generate_series(0, round((high - low) / step)::int) n) g(v);
SELECT format('<path d="M%s 60V270" class="axis"/>', pg_temp.place(620, :gain_low, :gain_high, 0));
SELECT format('<text x="100" y="%s" text-anchor="end" class="name">%s</text>', 38 + 55 * nr, features) FROM feature_sets ORDER BY nr;
SELECT format('<path d="M%1$s %4$sH%2$s" class="%5$s interval"/><circle cx="%3$s" cy="%4$s" r="5" class="%5$s"/>', pg_temp.place(e, low, high, v - 1.96 * se), pg_temp.place(e, low, high, v + 1.96 * se), pg_temp.place(e, low, high, v),
	26 + 55 * nr + CASE learner WHEN 'trees' THEN 16 ELSE 0 END, learner)
FROM (SELECT 110 AS e, model, auc AS v, auc_se AS se, :auc_low::float8 AS low, :auc_high::float8 AS high FROM ablation
	UNION ALL SELECT 620, model, auc, auc_se, :gain_low, :gain_high FROM ablation_pairs WHERE than = left(model, 6) || 'base') p,
	LATERAL (SELECT left(model, 5) AS learner) l, feature_sets f WHERE f.features = substr(model, 7) ORDER BY e, learner, nr;
SELECT '<g transform="translate(110 315)"><path d="M0 0h26" class="logit interval"/><text x="34" y="5">logistic regression</text><path d="M170 0h26" class="trees interval"/><text x="204" y="5">boosted trees</text></g></svg>';
\o
\echo demo/out/journeys_allocation.csv: a row a coupon
\echo demo/out/journeys_states.svg: how the states follow one another, by coupon
\echo demo/out/journeys_ablation.svg: what each part adds
