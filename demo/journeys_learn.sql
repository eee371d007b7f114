-- Fits hidden states and the graph, builds feature rows, and says in words what the states do.
\set ECHO none
\echo
\echo ── 2. Hidden states, the graph, feature rows ───────────────────────────────────
\echo Half of the customers teach the models, the other half is held out.
\echo
\set ECHO queries
\i test/moments.psql
SELECT category, d->'rows' AS customers, d->'steps' AS visits, round((d->>'log_likelihood')::numeric) AS log_likelihood, d->'converged' AS converged
FROM states, coupon.describe(model) d ORDER BY category;
SELECT category, d->'customers' AS customers, d->'products' AS products, d->'pairs' AS pairs, round((d#>>'{holdout,auc}')::numeric, 2) AS auc_held_out,
	(SELECT string_agg(r->>'action' || ' ' || round(100 * (r->>'weight')::numeric) || ' %', ', ') FROM jsonb_array_elements(d->'relations') r) AS relation_weights
FROM graphs, coupon.describe(model) d ORDER BY category;

\set ECHO none
\echo
\echo ── 3. The states in words ──────────────────────────────────────────────────────
\echo A state has the name of what is done most in it.
\echo
\set ECHO queries
CREATE TABLE state_names AS
SELECT category, state, name || CASE WHEN count(*) OVER same > 1 THEN ' ' || row_number() OVER same_by_state ELSE '' END AS name, does
FROM (SELECT category, state, string_agg(symbol || ' ' || round(100 * probability) || ' %', ', ' ORDER BY probability DESC) AS does,
		(array_agg(CASE symbol WHEN 'view' THEN 'browsing' WHEN 'favourite' THEN 'collecting' WHEN 'cart' THEN 'deciding' WHEN 'buy' THEN 'loyal' END ORDER BY probability DESC))[1] AS name
	FROM states, coupon.hmm_emissions(model) GROUP BY category, state) s
WINDOW same AS (PARTITION BY category, name), same_by_state AS (PARTITION BY category, name ORDER BY state);

SELECT n.category, n.name AS state, n.does, round(100 * h.share) || ' %' AS of_visits, round(h.dwell::numeric, 1) AS visits_in_a_row
FROM states s, coupon.hmm_states(s.model) h JOIN state_names n USING (state) WHERE n.category = s.category AND h.input = 'none' ORDER BY n.category, n.state;

SELECT t.category, t.input AS offer, format('of 100 who are %s %s stay so, and %s', a.name, max(round(100 * probability)) FILTER (WHERE a.state = b.state),
	string_agg(format('%s become %s', round(100 * probability), b.name), ', ' ORDER BY probability DESC) FILTER (WHERE a.state <> b.state)) AS by_the_next_visit
FROM (SELECT category, t.* FROM states, coupon.hmm_transitions(model) t) t
JOIN state_names a ON a.category = t.category AND a.state = t.state JOIN state_names b ON b.category = t.category AND b.state = t.next_state
WHERE t.input = 'none' OR t.input = '25 %' AND a.name = 'deciding'
GROUP BY t.category, t.input, a.state, a.name ORDER BY t.category, t.input DESC, a.state;

SELECT DISTINCT ON (s.category) s.category, format('%s: in the long run, without coupons, %s of 100 visits are %s', CASE n.name WHEN 'loyal' THEN 'loyalty' ELSE n.name END, round(100 * h.stationary), n.name) AS what_category_it_is
FROM states s, coupon.hmm_states(model) h JOIN state_names n USING (state) WHERE n.category = s.category AND h.input = 'none' ORDER BY s.category, h.stationary DESC;
