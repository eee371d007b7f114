-- graph_fit and what is asked of it: clusters recovered, invariants, edge cases.
\i test/prelude.psql
BEGIN;
SELECT plan(62);
\i test/fuzz.psql
SET LOCAL max_parallel_workers_per_gather = 0;

CREATE FUNCTION pg_temp.cosine(a float8[], b float8[]) RETURNS float8 LANGUAGE sql AS
$$ SELECT sum(x * y) / nullif(sqrt(sum(x * x) * sum(y * y)), 0) FROM unnest(a, b) u(x, y) $$;
CREATE FUNCTION pg_temp.holdout(m coupon.model, figure text) RETURNS float8 LANGUAGE sql AS
$$ SELECT (coupon.describe(m) #>> ARRAY['holdout', figure])::float8 $$;
CREATE FUNCTION pg_temp.weight(m coupon.model, wanted text) RETURNS float8 LANGUAGE sql AS
$$ SELECT (r ->> 'weight')::float8 FROM jsonb_array_elements(coupon.describe(m) -> 'relations') r WHERE r ->> 'action' = wanted $$;

-- 20 clusters of 40 customers and 10 products; half of the customers' views are noise, all of their swipes are
CREATE TABLE clicks AS
SELECT u, 'customer ' || u AS c, p, 'p' || p AS product, a, w FROM (
	SELECT u, e, h, CASE WHEN e < 8 OR e < 12 AND h % 2 = 0 THEN u % 20 * 10 + h / 2 % 10 ELSE h / 2 % 200 END AS p,
	CASE WHEN e < 8 THEN 'buy' WHEN e < 12 THEN 'view' ELSE 'swipe' END AS a, (1 + h % 3)::float8 AS w
	FROM (SELECT u, e, abs(hashint4(u * 1000 + e)) AS h FROM generate_series(1, 800) u, generate_series(1, 18) e) x) y;
CREATE TABLE fits AS
SELECT 'plain' AS name, coupon.graph_fit(c, product, a, w, '{"dimensions": 24}') AS m FROM clicks
UNION ALL SELECT 'refined', coupon.graph_fit(c, product, a, w, '{"dimensions": 24, "refine": 30}') FROM clicks
UNION ALL SELECT 'equal weights', coupon.graph_fit(c, product, a, w, '{"dimensions": 24, "relation_weights": 1}') FROM clicks
UNION ALL SELECT 'foretell buys', coupon.graph_fit(c, product, a, w, '{"dimensions": 24, "target": "buy"}') FROM clicks
UNION ALL SELECT 'products', coupon.graph_fit(c, product, a, w, '{"dimensions": 24, "keep": "products"}') FROM clicks;
SELECT cmp_ok((SELECT avg((pg_temp.cosine(coupon.graph_product(m, 'p' || i), coupon.graph_product(m, 'p' || j)) > 0.5)::int) FROM generate_series(0, 199) i, generate_series(0, 199) j WHERE i / 10 = j / 10 AND i <> j), '>', 0.95, name || ': products of a cluster are near to each other')
FROM fits WHERE name <> 'products' ORDER BY name;
SELECT cmp_ok((SELECT avg((pg_temp.cosine(coupon.graph_product(m, 'p' || i), coupon.graph_product(m, 'p' || j)) < 0.5)::int) FROM generate_series(0, 199) i, generate_series(0, 199) j WHERE i / 10 <> j / 10), '>', 0.95, name || ': others are not')
FROM fits WHERE name <> 'products' ORDER BY name;
SELECT cmp_ok((SELECT avg((p / 10 = u % 20)::int) FROM (SELECT u, p, rank() OVER (PARTITION BY u ORDER BY coupon.graph_score(m, 'customer ' || u, 'p' || p) DESC) AS place FROM generate_series(1, 800) u, generate_series(0, 199) p) x WHERE place <= 10), '>', 0.95, name || ': the ten best products of a customer are the cluster''s')
FROM fits WHERE name IN ('plain', 'refined') ORDER BY name;
SELECT ok(bool_and(substring(s.product FROM 2)::int / 10 = 12), 'so are the products similar to one of them') FROM fits, coupon.graph_similar(m, 'p125', 9) s WHERE name = 'plain';
SELECT cmp_ok(pg_temp.weight(m, 'buy'), '>', 2 * pg_temp.weight(m, 'swipe'), name || ': buys weigh more than noise, ' || round(pg_temp.weight(m, 'buy')::numeric, 2) || ' to ' || round(pg_temp.weight(m, 'swipe')::numeric, 2))
FROM fits WHERE name IN ('plain', 'foretell buys') ORDER BY name;
SELECT cmp_ok(pg_temp.holdout(f.m, 'auc'), '>', 0.95::float8, 'buys held out are foretold') FROM fits f WHERE name = 'foretell buys';
SELECT cmp_ok(pg_temp.holdout(f.m, 'recall'), '>=', 0.95 * pg_temp.holdout(r.m, 'recall'), 'recall is nearly that of the refined: ' || round(pg_temp.holdout(f.m, 'recall')::numeric, 3) || ', ' || round(pg_temp.holdout(r.m, 'recall')::numeric, 3))
FROM fits f, fits r WHERE f.name = 'plain' AND r.name = 'refined';
SELECT ok(count(*) = 30 AND avg(value) FILTER (WHERE step > 25) < avg(value) FILTER (WHERE step <= 5), 'the loss falls while it is refined') FROM fits, coupon.model_trace(m) WHERE name = 'refined';
SELECT ok(bool_and(value < before), 'with a great penalty too, which is part of it') FROM (SELECT value, lag(value) OVER (ORDER BY step) AS before FROM coupon.model_trace((SELECT coupon.graph_fit(c, product, a, w, '{"refine": 10, "penalty": 100, "holdout": 0}') FROM clicks))) t;

-- noise of any number of edges weighs next to nothing beside what foretells
CREATE TABLE noisy AS SELECT n, seed, coupon.graph_fit(c, p, a, 1, '{"holdout": 0, "dimensions": 1}') AS m FROM (
	SELECT n, seed, 'c' || i / 10 AS c, 'p' || CASE WHEN h % 10 < 7 THEN i / 10 % 6 * 20 + h / 10 % 20 ELSE h / 10 % 120 END AS p, 'buy' AS a
	FROM generate_series(1, 8) seed, generate_series(0, 5999) i, abs(hashint4(seed * 100000 + i)) h, unnest('{5,20,50,1000}'::int[]) n
	UNION ALL SELECT n, seed, 'c' || h % 600, 'p' || h / 600 % 120, 'noise'
	FROM unnest('{5,20,50,1000}'::int[]) n, generate_series(1, 8) seed, generate_series(1, n) i, abs(hashint4(-seed * 100000 - n * 7 - i)) h) x
GROUP BY n, seed;
SELECT cmp_ok(max(pg_temp.weight(m, 'noise')), '<', 0.1::float8, n || ' edges of noise: no seed gives them a tenth of the weight') FROM noisy GROUP BY n ORDER BY n;

-- a new customer: as if the customer had been there
CREATE TABLE without AS SELECT coupon.graph_fit(c, product, a, w, '{"dimensions": 24}') FILTER (WHERE u > 30) AS m, coupon.graph_fit(c, product, a, 1, '{"dimensions": 24}') AS every FROM clicks;
CREATE TABLE stories AS SELECT c, min(u) AS u, array_agg(product) AS products, array_agg(a) AS actions FROM clicks GROUP BY c;
SELECT cmp_ok(min(pg_temp.cosine(coupon.graph_new_customer(every, products, actions), coupon.graph_customer(every, c))), '>', 0.98::float8, 'told by clicks, customers are what the fit made of them') FROM without, stories;
SELECT cmp_ok(min(pg_temp.cosine(v.own, v.told)), '>', 0.9::float8, 'customers never seen like best what they like best when they were there')
FROM (SELECT u, array_agg(coupon.graph_score(every, c, 'p' || p) ORDER BY p) AS own, array_agg((SELECT sum(x * y) FROM unnest(coupon.graph_new_customer(m, products, actions), coupon.graph_product(m, 'p' || p)) z(x, y)) ORDER BY p) AS told
	FROM without, stories, generate_series(0, 199) p WHERE u <= 30 GROUP BY u) v;
SELECT ok(bool_and(coupon.graph_new_customer(f.m, products, actions) = coupon.graph_new_customer(k.m, products, actions)), 'and a model of products alone tells the same') FROM fits f, fits k, stories WHERE f.name = 'plain' AND k.name = 'products';
SELECT is(coupon.graph_new_customer(m, '{p1,p7,p3}', '{buy,view,buy}'), coupon.graph_new_customer(m, '{p9999,p1,p7,p3,p1}', '{buy,buy,view,buy,lick}'), 'unknown products and actions are missing') FROM fits WHERE name = 'plain';
SELECT ok(coupon.graph_new_customer(m, '{}', '{}') IS NULL AND coupon.graph_new_customer(m, '{p9999}', '{buy}') IS NULL, 'of nothing known nothing is told') FROM fits WHERE name = 'plain';

-- who is not there
SELECT ok(coupon.graph_customer(m, 'nobody') IS NULL AND coupon.graph_customer(m, '') IS NULL AND coupon.graph_product(m, 'p9999') IS NULL AND coupon.graph_score(m, 'nobody', 'p1') IS NULL
	AND coupon.graph_score(m, 'customer 1', 'nothing') IS NULL AND coupon.graph_score(m, NULL, 'p1') IS NULL, 'unknown customers and products are NULL') FROM fits WHERE name = 'plain';
SELECT is_empty($$ SELECT s.* FROM fits, coupon.graph_similar(m, 'p9999', 5) s $$, 'nothing is similar to what is unknown');
SELECT ok(bool_and(pg_temp.near(coupon.graph_score(m, c, product), (SELECT sum(x * y) FROM unnest(coupon.graph_customer(m, c), coupon.graph_product(m, product)) z(x, y)), 1e-4)), 'a score is the product of two embeddings') FROM fits, clicks WHERE name = 'plain';
SELECT is(array_agg(DISTINCT cardinality(coupon.graph_customer(m, c))), '{24}', 'an embedding has as many dimensions as were asked for') FROM fits, clicks WHERE name = 'plain';

-- parallel = serial = shuffled, to the last bit; duplicates in any order
CREATE TABLE big AS SELECT c, product, a, CASE WHEN (u + n) % 50 = 0 THEN NULL WHEN (u + n) % 37 = 0 THEN 0 ELSE w * n / 7 END AS w, n FROM clicks, generate_series(1, 3) n;
CREATE TABLE shuffled AS TABLE big ORDER BY md5(c || product || a || n || w);
ANALYZE big;
CREATE TABLE ways AS
SELECT 'serial' AS how, coupon.graph_fit(c, product, a, w) AS plain, coupon.graph_fit(c, product, a, w, '{"refine": 3, "target": "buy", "quiet": true}') AS refined FROM big
UNION ALL SELECT 'shuffled', coupon.graph_fit(c, product, a, w), coupon.graph_fit(c, product, a, w, '{"refine": 3, "target": "buy", "quiet": true}') FROM shuffled;
SELECT pg_temp.go_parallel() \g /dev/null
SELECT matches(pg_temp.plan_of('SELECT coupon.graph_fit(c, product, a, w) FROM big'), 'Partial Aggregate', 'workers take part');
CREATE TABLE by_workers AS SELECT coupon.graph_fit(c, product, a, w) AS plain, coupon.graph_fit(c, product, a, w, '{"refine": 3, "target": "buy", "quiet": true}') AS refined FROM big;
INSERT INTO ways SELECT 'parallel', plain, refined FROM by_workers;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT ok(o.plain::text = s.plain::text AND o.refined::text = s.refined::text, o.how || ' = serial: the same bytes') FROM ways o, ways s WHERE s.how = 'serial' AND o.how <> 'serial' ORDER BY o.how;
SELECT unnest(ARRAY[is((d ->> 'rows')::int + (d ->> 'skipped')::int, (SELECT count(*)::int FROM big), 'every row is counted'),
	is((d ->> 'skipped')::int, (SELECT count(*)::int FROM big WHERE w IS NULL), 'nulls are skipped'),
	is((d ->> 'zero_weights')::int, (SELECT count(*)::int FROM big WHERE w = 0), 'zeros are dropped'),
	is((d ->> 'edges')::int, (SELECT count(DISTINCT (c, product, a))::int FROM big WHERE w > 0), 'duplicates are one edge'),
	is((d ->> 'pairs')::int, (SELECT count(DISTINCT (c, product))::int FROM big WHERE w > 0), 'actions of a customer with a product are one pair')])
FROM ways, LATERAL coupon.describe(plain) d WHERE how = 'serial';
SELECT isnt(coupon.graph_fit(c, product, a, w, '{"power": 0}')::text, coupon.graph_fit(c, product, a, w, '{"power": 0, "seed": 1}')::text, 'another seed, another model') FROM clicks;
SELECT is(coupon.graph_product(coupon.graph_fit(c, product, a, sum, '{"holdout": 0}'), 'p7'), (SELECT coupon.graph_product(coupon.graph_fit(c, product, a, w, '{"holdout": 0}'), 'p7') FROM clicks), 'weights of duplicates are added up')
FROM (SELECT c, product, a, sum(w) AS sum FROM clicks GROUP BY c, product, a) s;
SELECT ok(pg_temp.near(pg_temp.cosine(coupon.graph_product(coupon.graph_fit(c, product, a, 1e17 * w, '{"holdout": 0}'), 'p7'), coupon.graph_product(coupon.graph_fit(c, product, a, 1e-17 * w, '{"holdout": 0}'), 'p7')), 1, 1e-4), 'the unit of weights does not matter') FROM clicks;
SELECT is(coupon.describe(coupon.graph_fit(c, product, 'x', w)) -> 'relations' -> 0 ->> 'weight', '1', 'one relation has all the weight') FROM clicks;
SELECT is(coupon.describe(coupon.graph_fit(c, product, a, w, o)) -> 'unused_options', want, 'options without effect: ' || want::text) FROM clicks,
	(VALUES ('{"holdout": 0, "recall_at": 5, "learning_rate": 0.1, "penalty": 2, "dimensions": 3}'::jsonb, '["learning_rate", "penalty", "recall_at"]'::jsonb), ('{"refine": 1, "recall_at": 5, "learning_rate": 0.1, "penalty": 2, "dimensions": 3}', '[]')) v(o, want) GROUP BY o, want ORDER BY want::text;

-- edges
SELECT ok(coupon.graph_fit('a', 'b', 'c', 1) FILTER (WHERE false) IS NULL AND coupon.graph_fit(NULL, 'b', 'c', 1) IS NULL AND coupon.graph_fit('a', 'b', 'c', 0) IS NULL, 'no edge, no model') FROM clicks;
SELECT ok(coupon.graph_score(m, 'a', 'b') > 0 AND pg_temp.holdout(m, 'auc') IS NULL AND coupon.describe(m) ->> 'rank' = '1', 'one edge') FROM (SELECT coupon.graph_fit('a', 'b', 'c', 1) AS m) x;
SELECT ok(coupon.graph_score(m, 'a', 'b') > 0 AND coupon.graph_score(m, 'a', 'c') > 0, 'two edges: one customer') FROM (SELECT coupon.graph_fit('a', p, p, 1) AS m FROM (VALUES ('b'), ('c')) v(p)) x;
SELECT ok(coupon.graph_score(m, 'a', 'c') > 0 AND coupon.graph_score(m, 'b', 'c') > 0, 'two edges: one product') FROM (SELECT coupon.graph_fit(c, 'c', 'd', 1) AS m FROM (VALUES ('a'), ('b')) v(c)) x;
SELECT ok(coupon.graph_score(m, 'a', 'p') > 1 AND coupon.graph_score(m, 'a', 'q') < 1e-6 AND coupon.graph_score(m, 'b', 'q') > 1, 'two edges that do not touch, refined') FROM (SELECT coupon.graph_fit(c, p, 'd', 1, '{"refine": 5}') AS m FROM (VALUES ('a', 'p'), ('b', 'q')) v(c, p)) x;
SELECT ok(bool_and(coupon.graph_score(m, c, p) > 0), 'everyone with everything: there is nothing to prefer') FROM (SELECT coupon.graph_fit(c::text, p::text, CASE WHEN c < 3 THEN 'x' ELSE 'y' END, 1, '{"refine": 5}') AS m FROM generate_series(1, 5) c, generate_series(1, 4) p) x, unnest('{1,4,5}'::text[]) c, unnest('{1,4}'::text[]) p;
SELECT ok(coupon.graph_score(m, 'a', '') > 0 AND coupon.graph_product(m, 'b') IS NULL, 'an empty name is a name') FROM (SELECT coupon.graph_fit('a', '', 'ä', 1) AS m) x;
SELECT ok(pg_temp.cosine(coupon.graph_customer(m, 'cold'), coupon.graph_customer(m, 'customer 1')) IS NOT NULL, 'a customer of one swipe has neighbours, whatever swipes weigh') FROM (SELECT coupon.graph_fit(c, product, a, w, '{"target": "buy"}') AS m FROM (SELECT c, product, a, w FROM clicks UNION ALL VALUES ('cold', 'p1', 'swipe', 1)) v) x;
SELECT ok(pg_temp.cosine(coupon.graph_customer(m, 'cold'), coupon.graph_customer(m, 'customer 1')) IS NULL AND coupon.graph_score(m, 'cold', 'p1') = 0, 'unless they are told to weigh nothing: then it is zeros')
FROM (SELECT coupon.graph_fit(c, product, a, w, '{"relation_weights": {"buy": 1, "view": 1, "swipe": 0, "others": 3}}') AS m FROM (SELECT c, product, a, w FROM clicks UNION ALL VALUES ('cold', 'p1', 'swipe', 1)) v) x;

-- as values: round trips, and bytes that are no graph
CREATE TABLE models AS SELECT 'graph' AS name, coupon.graph_fit(c, product, a, w, '{"dimensions": 3, "refine": 2}') AS model FROM clicks WHERE u < 12
UNION ALL SELECT 'graph', coupon.graph_fit(c, product, a, w, '{"dimensions": 3, "keep": "products", "target": "buy"}') FROM clicks WHERE u < 12;
SELECT ok(bool_and(model::text::coupon.model::text = model::text), 'the text reads back as the same model') FROM models;
SELECT ok(bool_and(pg_temp.forge(name, 9, substring(pg_temp.bytes_of(model::text) FROM 17)) = model::text), 'an unaltered payload is forged exactly') FROM models;
SELECT ok(refused BETWEEN 600 AND 3999, 'of 4,000 forged graphs those that make no sense are refused, the others do no harm: ' || refused)
FROM (SELECT pg_temp.refused(array_agg(pg_temp.forge(name, 9, pg_temp.alter_bytes(substring(pg_temp.bytes_of(model::text) FROM 17), n + CASE WHEN n % 2 = 0 THEN 0 ELSE 5000 END))), 'coupon.model',
	$$ SELECT coupon.describe($1::coupon.model), coupon.model_trace($1::coupon.model), coupon.graph_new_customer($1::coupon.model, '{p1,p20}', '{buy,view}'), coupon.graph_product($1::coupon.model, product), coupon.graph_similar($1::coupon.model, product, 3),
	CASE WHEN coupon.describe($1::coupon.model) #>> '{options,keep}' = 'all' THEN coupon.graph_score($1::coupon.model, c, product) END FROM clicks WHERE u < 3 $$) AS refused
	FROM models, generate_series(1, 2000) n) x;

-- cancel: while names are put in order, while factors are found, while it is refined and measured
CREATE TABLE heavy AS SELECT md5(i::text) AS c, md5((i % 300000)::text) AS p, 'a' || i % 3 AS a FROM generate_series(1, 2000000) i;
SET LOCAL statement_timeout = '2500ms';
SELECT ok(pg_temp.stops($$ SELECT coupon.graph_fit(c, p, a, 1, '{"power": 1000}') FROM heavy $$), 'a running graph_fit stops within a second: many names');
SET LOCAL statement_timeout = '1000ms';
SELECT ok(pg_temp.stops($$ SELECT coupon.graph_fit(product, c, a, w, '{"power": 1000, "dimensions": 512}') FROM clicks $$), 'a running graph_fit stops within a second: singular vectors');
SELECT ok(pg_temp.stops($$ SELECT coupon.graph_fit(left(p, 4), c, a, 1, '{"dimensions": 128}') FROM (SELECT * FROM heavy LIMIT 200000) h $$), 'a running graph_fit stops within a second: few customers and many products, or their measures');
SELECT ok(pg_temp.stops($$ SELECT coupon.graph_fit(c, product, a, w, '{"refine": 100000}') FROM clicks $$), 'a running graph_fit stops within a second: refining');
SELECT ok(pg_temp.stops($$ SELECT coupon.graph_fit(CASE WHEN i = 1 THEN 'other' ELSE 'c' END, i::text, 'a' || i % 2, 1, '{"dimensions": 1, "refine": 100000}') FROM generate_series(1, 100000) i $$), 'a running graph_fit stops within a second: a customer of all products but one');
SELECT ok(pg_temp.stops($$ SELECT coupon.graph_fit('c', i::text, 'a', 1, '{"dimensions": 1, "power": 0, "holdout": 0.5}') FROM generate_series(1, 300000) i $$), 'a running graph_fit stops within a second: measures of a customer of very many pairs');
RESET statement_timeout;

SELECT * FROM finish();
ROLLBACK;
