-- What the world does to a plan: held-out customers live on for some visits, with coupons by a policy under a budget a visit,
-- then for as many visits without, under the truth that only the world knows.  All policies meet the same draws.
--	policy	'none', 'random', 'most likely state' (as if it were known), 'next visit' (the belief, but one step ahead),
--			'belief' (and what comes after), 'once' (one coupon for everybody at the first visit, the best by belief, whatever it costs)
--	best	what is shown is of the cluster that the graph ranks first, not by chance as in the clicks
CREATE FUNCTION terms(category text) RETURNS TABLE (margins jsonb, options jsonb) IMMUTABLE LANGUAGE sql AS
$$ SELECT jsonb_build_object('buy', price / 2), jsonb_build_object('discount', 0.9, 'redeemed_by', 'buy',
	'costs', '{"10 %": 0.1, "25 %": 0.1}'::jsonb, 'redemption_costs', jsonb_build_object('10 %', price * 0.10, '25 %', price * 0.25))
	FROM (SELECT CASE category WHEN 'cosmetics' THEN 24.0 ELSE 6.0 END AS price) p $$;

-- every customer as he stands after the clicks: what is believed, what is true, what the graph would show
CREATE TABLE standing AS
SELECT j.customer, j.category, coupon.hmm_filter(s.model, j.actions, j.offers) AS belief, h.state, t.cluster AS taste, b.cluster AS ranked_first
FROM journeys j JOIN states s USING (category) JOIN tastes t USING (customer, category) JOIN hidden h USING (customer, category)
JOIN graphs g USING (category) CROSS JOIN LATERAL (
	SELECT cluster FROM products p WHERE p.category = j.category
	ORDER BY coupon.graph_score(g.model, j.customer::text, p.product) DESC NULLS LAST, product LIMIT 1) b
WHERE j.held_out AND h.visit = 30;

CREATE FUNCTION live_on(policy text, best boolean, visits integer, budget float8, seed integer)
	RETURNS TABLE (customer integer, category text, earned float8, sent bigint, spent float8) LANGUAGE plpgsql AS
$$
BEGIN
	CREATE TEMP TABLE life AS SELECT s.*, 0::float8 AS earned, 0::bigint AS sent, 0::float8 AS spent FROM standing s;
	FOR t IN 1 .. 2 * visits LOOP
		ANALYZE life;
		CREATE TEMP TABLE offered (customer bigint, offer text);
		IF policy <> 'none' AND t <= (CASE policy WHEN 'once' THEN 1 ELSE visits END) THEN
			-- what a coupon costs is the same for all: by the belief
			CREATE TEMP TABLE candidates AS
			SELECT l.customer, l.category || ' ' || p.offer AS offer, g.gain, p.expected_cost AS cost
			FROM life l JOIN states s USING (category) CROSS JOIN LATERAL terms(l.category) terms
			CROSS JOIN LATERAL (SELECT ARRAY(SELECT (n = array_position(l.belief, (SELECT max(b) FROM unnest(l.belief) b)))::int::float8 FROM generate_subscripts(l.belief, 1) n) AS belief) likely
			CROSS JOIN LATERAL coupon.hmm_policy(s.model, l.belief, terms.margins, terms.options || CASE policy WHEN 'next visit' THEN '{"horizon": 1}' ELSE '{}' END::jsonb) p
			CROSS JOIN LATERAL (SELECT p.gain WHERE policy <> 'most likely state'
				UNION ALL SELECT m.gain FROM coupon.hmm_policy(s.model, likely.belief, terms.margins, terms.options) m WHERE policy = 'most likely state' AND m.offer = p.offer) g
			WHERE p.offer <> 'none';
			IF policy = 'random' THEN
				INSERT INTO offered SELECT c.customer, c.offer FROM (
					SELECT c.*, sum(cost) OVER (ORDER BY luck) AS total FROM (
						SELECT DISTINCT ON (c.customer) c.*, draw(seed, 'customer', c.customer, t) AS luck FROM candidates c
						ORDER BY c.customer, draw(seed, 'coupon ' || c.offer, c.customer, t)) c) c WHERE total <= budget;
			ELSIF policy = 'once' THEN
				INSERT INTO offered SELECT c.customer, c.offer FROM (SELECT c.*, row_number() OVER (PARTITION BY c.customer, split_part(c.offer, ' ', 1) ORDER BY gain - cost DESC, offer) AS nr FROM candidates c) c WHERE nr = 1;
			ELSE
				INSERT INTO offered SELECT a.customer, a.offer FROM coupon.allocate('SELECT * FROM candidates WHERE cost <= gain', ARRAY[coupon.budget(budget)], '{"quiet": true}') a;
			END IF;
			DROP TABLE candidates;
		END IF;
		CREATE TEMP TABLE next_life AS
		SELECT n.customer, n.category, coupon.hmm_update(s.model, n.belief, n.action, n.offer) AS belief, n.state, n.taste, n.ranked_first,
			n.earned + CASE WHEN n.action = 'buy' THEN (terms.margins->>'buy')::float8 ELSE 0 END - c.cost AS earned, n.sent + (n.offer <> 'none')::int AS sent, n.spent + c.cost AS spent
		FROM (SELECT l.*, m.next_state AS state_now, o.offer, a.action
			FROM life l LEFT JOIN offered f ON f.customer = l.customer AND starts_with(f.offer, l.category)
			CROSS JOIN LATERAL (SELECT coalesce(substr(f.offer, length(l.category) + 2), 'none') AS offer, draw(seed, 'move in ' || l.category, l.customer, t) AS move,
				draw(seed, 'answer in ' || l.category, l.customer, t) AS answer, draw(seed, 'shown in ' || l.category, l.customer, t) < 0.5 + 0.5 / 6 AS by_chance) o
			JOIN world_moves m ON m.category = l.category AND m.offer = o.offer AND m.state = l.state AND o.move >= m.low AND o.move < m.high
			JOIN world_answers a ON a.category = l.category AND a.state = m.next_state AND a.liked = CASE WHEN best THEN l.taste = l.ranked_first ELSE o.by_chance END
				AND o.answer >= a.low AND o.answer < a.high) n(customer, category, belief, was, taste, ranked_first, earned, sent, spent, state, offer, action)
		JOIN states s USING (category) CROSS JOIN LATERAL terms(n.category) terms
		CROSS JOIN LATERAL (SELECT coalesce((terms.options->'costs'->>n.offer)::float8, 0) + CASE WHEN n.action = 'buy' THEN coalesce((terms.options->'redemption_costs'->>n.offer)::float8, 0) ELSE 0 END AS cost) c;
		DROP TABLE life, offered;
		ALTER TABLE next_life RENAME TO life;
	END LOOP;
	RETURN QUERY SELECT l.customer, l.category, l.earned, l.sent, l.spent FROM life l;
	DROP TABLE life;
END $$;
