-- HMM: what goes wrong, and what is said then.
CREATE TABLE clicks (s text[], u text[]);
INSERT INTO clicks VALUES ('{view,cart,buy}', '{none,none,coupon}'), ('{view,view}', '{none,coupon}'), ('{}', '{}'), (NULL, '{}');
-- options
SELECT coupon.hmm_fit(s, '{"states": 65}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"states": "some"}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"states": 2.5}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"state": 2}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"smoothing": -1}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"order_by": "fav"}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"symbols": ["view", "view"]}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"symbols": ["view", "buy"]}') FROM clicks;
SELECT coupon.hmm_fit(s, NULL) FROM clicks;
SELECT coupon.hmm_fit(s, jsonb_build_object('seed', cardinality(s))) FROM clicks;
-- option init
SELECT coupon.hmm_fit(s, '{"init": {"starts": [1]}}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"start": 1}}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"start": [1, [0]]}}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"start": []}}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"start": [0.5, 0.4]}}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"start": [0.5, 0.5]}, "states": 3}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"start": [0.5, 0.5], "transitions": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"transitions": [[1, 0], [0.5, 0.6]]}}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"transitions": [[1, 0], [0.5]]}}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"emissions": [[1, 0]]}}') FROM clicks;
SELECT coupon.hmm_fit(s, '{"init": {"emissions": [[0, 0, 1]]}}') FROM clicks;
-- sequences
SELECT coupon.hmm_fit(s) FROM clicks WHERE s = '{}';
SELECT coupon.hmm_fit(ARRAY['view', NULL]);
SELECT coupon.hmm_fit(ARRAY[['view'], ['buy']]);
SELECT coupon.hmm_fit('{view,buy}', '{none}', '{}');
SELECT coupon.hmm_fit('{view}', ARRAY[NULL]::text[], '{}');
SELECT coupon.hmm_fit(ARRAY(SELECT i::text FROM generate_series(1, 10001) i));
SELECT coupon.hmm_fit(ARRAY(SELECT 'view' FROM generate_series(1, 257) i), ARRAY(SELECT i::text FROM generate_series(1, 257) i), '{}');
SELECT coupon.hmm_fit(ARRAY(SELECT (i % 9000)::text FROM generate_series(1, 9000) i), ARRAY(SELECT (i % 200)::text FROM generate_series(1, 9000) i), '{"emissions_by_input": true}');
-- known parameters
SELECT coupon.hmm_model('{}', '{}', '{}', '{a}');
SELECT coupon.hmm_model('{1}', '{{1}}', '{{1}}', '{}');
SELECT coupon.hmm_model('{1}', '{1}', '{{1}}', '{a}');
SELECT coupon.hmm_model('{1}', '{{1}}', '{{0.5,0.5}}', '{a}');
SELECT coupon.hmm_model('{1}', '{{1}}', '{{0.5,0.5}}', '{a,a}');
SELECT coupon.hmm_model('{0.5,0.5}', '{{1,0},{0.3,0.6}}', '{{1},{1}}', '{a}');
SELECT coupon.hmm_model('{1.5,-0.5}', '{{1,0},{0.3,0.7}}', '{{1},{1}}', '{a}');
SELECT coupon.hmm_model('{0.6,0.5}', '{{1,0},{0.3,0.7}}', '{{1},{1}}', '{a}');
SELECT coupon.hmm_model('{NaN,1}', '{{1,0},{0.3,0.7}}', '{{1},{1}}', '{a}');
SELECT coupon.hmm_model('{NULL,1}', '{{1,0},{0.3,0.7}}', '{{1},{1}}', '{a}');
SELECT coupon.hmm_model('{0.5,0.5}', '{{1,0},{0.3,0.7}}', '{{1},{1}}', '{a}', '{none,coupon}');
SELECT coupon.hmm_model('{1}', '{{{1}},{{1}}}', '{{{1}}}', '{a}', '{none,coupon}');
SELECT coupon.hmm_model('{1}', '{{1}}', '{{1}}', '{a}', '{}', '{"smoothing": 1}');
-- questions
CREATE TABLE models AS SELECT coupon.hmm_model('{1,0}', '{{0.5,0.5},{0,1}}', '{{1,0},{0,1}}', '{view,buy}') AS plain,
	coupon.hmm_model('{0.5,0.5}', '{{{0.9,0.1},{0.1,0.9}},{{0.5,0.5},{0.2,0.8}}}', '{{0.9,0.1},{0.2,0.8}}', '{view,buy}', '{none,coupon}') AS moved;
SELECT coupon.hmm_filter(plain, '{view,fav}') FROM models;
SELECT coupon.hmm_filter(plain, ARRAY['view', NULL]) FROM models;
SELECT coupon.hmm_filter(plain, '{{view},{buy}}') FROM models;
SELECT coupon.hmm_filter(plain, '{view,buy,view}') FROM models;
SELECT coupon.hmm_posterior(plain, '{view,buy,view}') FROM models;
SELECT coupon.hmm_decode(plain, '{buy}') FROM models;
SELECT coupon.hmm_embedding(plain, '{buy}') FROM models;
SELECT coupon.hmm_log_likelihood(plain, '{buy}') FROM models;
SELECT coupon.hmm_update(plain, '{0,1}', 'view') FROM models;
SELECT coupon.hmm_update(plain, '{0,1,0}', 'view') FROM models;
SELECT coupon.hmm_update(plain, '{0.5,0.6}', 'view') FROM models;
SELECT coupon.hmm_update(plain, '{0.5,NULL}', 'view') FROM models;
SELECT coupon.hmm_update(plain, '{{0.5,0.5}}', 'view') FROM models;
SELECT coupon.hmm_filter(plain, '{view}', '{none}') FROM models;
SELECT coupon.hmm_filter(moved, '{view}') FROM models;
SELECT coupon.hmm_filter(moved, '{view}', '{none,none}') FROM models;
SELECT coupon.hmm_filter(moved, '{view}', '{mail}') FROM models;
SELECT coupon.hmm_update(moved, '{0.5,0.5}', 'view', 'mail') FROM models;
SELECT coupon.hmm_next(moved, '{view}') FROM models;
SELECT coupon.hmm_next_from(moved, '{0.5,0.5}') FROM models;
SELECT coupon.predict(plain, '{1}'::float8[]) FROM models;
SELECT coupon.hmm_filter(coupon.linear_fit(1, ARRAY[i]), '{a}') FROM generate_series(1, 3) i;
SELECT coupon.hmm_posterior(coupon.hmm_model(array_fill(1 / 64.0, ARRAY[64]), array_fill(1 / 64.0, ARRAY[64, 64]), array_fill(1, ARRAY[64, 1]), '{a}'), array_fill('a'::text, ARRAY[1100000]));
-- shapes
SELECT coupon.hmm_filter(plain, '{}'), coupon.hmm_decode(plain, '{view,buy}'), coupon.hmm_posterior(plain, '{view,buy}') FROM models;
SELECT r.* FROM models, coupon.hmm_transitions(moved) r;
SELECT r.* FROM models, coupon.hmm_emissions(moved) r;
SELECT input, state, start, round(stationary::numeric, 6) AS stationary, round(dwell::numeric, 6) AS dwell, share FROM models, coupon.hmm_states(moved);
SELECT r.symbol, round(r.probability::numeric, 6) AS probability FROM models, coupon.hmm_next(moved, '{view}', '{none}', 'coupon') r;
SELECT coupon.describe(moved) FROM models;
SELECT count(*) FROM models, coupon.model_trace(moved);
DROP TABLE clicks, models;
