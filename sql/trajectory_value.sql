-- Trajectories: what the manual shows, what goes wrong, and what is said then.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE TABLE happened (customer int, at timestamptz, state float8[], offer text, reward float8, cost float8, propensity float8);
INSERT INTO happened VALUES
	(1, '2026-01-19', '{1,0}', 'none', 0, 0, 0.5), (1, '2026-01-05', '{0,0}', '10 %', 20, 2, 0.25), (1, '2026-01-12', '{1,20}', '10 %', 5, 0.5, 0.25), (1, '2026-01-26', '{0,5}', NULL, NULL, NULL, NULL),
	(2, '2026-01-05', '{3,0}', 'none', 7, 0, 0.5), (NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE journeys AS SELECT customer, coupon.trajectory(at, state, offer, reward, cost) AS t, coupon.trajectory(at, state, offer, reward, cost, propensity) AS p FROM happened GROUP BY customer;
SELECT t FROM journeys ORDER BY customer;
SELECT p FROM journeys ORDER BY customer;
SELECT customer, s.* FROM journeys, coupon.steps(p, 0.5) s ORDER BY customer, step;
SELECT customer, coupon.returns_to_go(t), coupon.costs_to_go(t), coupon.returns_to_go(t, 0.5), coupon.length(t), coupon.present_state(t) FROM journeys ORDER BY customer;
SELECT coupon.last_steps(t, 2), coupon.last_steps(t, 1) FROM journeys WHERE customer = 1;
SELECT t OPERATOR(coupon.||) '[{"at": "2026-01-27", "state": [0, 5], "offer": "5 %", "reward": 2, "cost": 0.1}]' FROM journeys WHERE customer = 1;
SELECT coupon.append(NULL, t), coupon.steps(NULL::coupon.trajectory), coupon.last_steps(t, NULL) FROM journeys WHERE customer = 2;

-- rows that are no steps
CREATE FUNCTION try(VARIADIC steps happened[]) RETURNS coupon.trajectory LANGUAGE sql AS
$$ SELECT coupon.trajectory(at, state, offer, reward, cost) FROM unnest(steps) $$;
CREATE FUNCTION try_propensity(VARIADIC steps happened[]) RETURNS coupon.trajectory LANGUAGE sql AS
$$ SELECT coupon.trajectory(at, state, offer, reward, cost, propensity) FROM unnest(steps) $$;
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT try('(1,2026-01-05,"{1,2}",a,1,1,)', '(1,2026-01-06,{1},a,1,1,)');
SELECT try('(1,2026-01-05,,a,1,1,)');
SELECT try('(1,2026-01-05,"{1,NULL}",a,1,1,)');
SELECT try('(1,2026-01-05,"{{1},{2}}",a,1,1,)');
SELECT try('(1,2026-01-05,"{1,NaN}",a,1,1,)');
SELECT try('(1,2026-01-05,{1},a,,1,)');
SELECT try('(1,2026-01-05,{1},a,1,,)');
SELECT try('(1,2026-01-05,{1},a,Infinity,1,)');
SELECT try('(1,2026-01-05,{1},a,1,-Infinity,)');
SELECT try('(1,infinity,{1},a,1,1,)');
SELECT try('(1,2026-01-05,{1},,1,1,)', '(1,2026-01-04,{1},a,1,1,)');
SELECT try('(1,2026-01-05,{1},,,1,)');
SELECT try('(1,2026-01-05,{1},,,,)', '(1,2026-01-06,{1},a,1,1,)');
SELECT try('(1,2026-01-05,{1},,,,)', '(1,2026-01-05,{1},,,,)');
SELECT try_propensity('(1,2026-01-05,{1},a,1,1,0)');
SELECT try_propensity('(1,2026-01-05,{1},a,1,1,1.5)');
SELECT try_propensity('(1,2026-01-05,{1},a,1,1,NaN)');
SELECT try_propensity('(1,2026-01-05,{1},a,1,1,)');
SELECT try_propensity('(1,2026-01-05,{1},,,,0.5)');
SELECT coupon.length(coupon.trajectory('2026-01-05', array_fill(0::float8, ARRAY[16384]), 'a', 1, 1));
SELECT coupon.trajectory('2026-01-05', array_fill(0::float8, ARRAY[16385]), 'a', 1, 1);
SELECT coupon.trajectory('2026-01-05', array_fill(0::float8, ARRAY[16384]), 'a', 1, 1) FROM generate_series(1, 8192);

-- calls
SELECT coupon.returns_to_go(t, 1.1) FROM journeys;
SELECT coupon.costs_to_go(t, -0.1) FROM journeys;
SELECT coupon.steps(t, 'NaN') FROM journeys;
SELECT coupon.last_steps(t, 0) FROM journeys;
SELECT coupon.returns_to_go(try('(1,2026-01-05,{1},a,1e308,1,)', '(1,2026-01-06,{1},a,1e308,1,)'));
SELECT coupon.steps(try('(1,2026-01-05,{1},a,1,-1e308,)', '(1,2026-01-06,{1},a,1,-1e308,)'));
SELECT coupon.append(t, try('(1,2026-02-05,{1},a,1,1,)')) FROM journeys WHERE customer = 1;
SELECT coupon.append(t, try('(1,2026-01-25,"{1,2}",a,1,1,)')) FROM journeys WHERE customer = 1;
SELECT coupon.append(p, t) FROM journeys WHERE customer = 2;
SELECT coupon.append(t, p) FROM journeys WHERE customer = 2;

-- texts
SELECT ''::coupon.trajectory;
SELECT '[]'::coupon.trajectory;
SELECT '{"at": "2026-01-05"}'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1]}] x'::coupon.trajectory;
SELECT '[{"at": "2026-01-05"}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1], "offer": "a", "reward": 1}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1], "propensity": 0.5}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1], "Offer": "a"}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1], "state": [1]}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [NaN]}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1], "offer": null, "reward": 1, "cost": 1}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1], "offer": "a", "reward": 1e999, "cost": 1}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1]}, {"at": "2026-01-06", "state": [1]}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1], "offer": "a", "reward": 1, "cost": 1}, {"at": "2026-01-04", "state": [1]}]'::coupon.trajectory;
SELECT '[{"at": "2026-01-05", "state": [1], "offer": "a", "reward": 1, "cost": 1}, {"at": "2026-01-05", "state": [1], "offer": "a", "reward": 1, "cost": 1, "propensity": 1}]'::coupon.trajectory;
SELECT t, ('[{"at": "' || t || '", "state": []}]')::coupon.trajectory FROM (VALUES ('2024-02-29'), ('2026-01-05T23:59:59.5Z')) v(t);
SELECT ('[{"at": "2025-02-29", "state": []}]')::coupon.trajectory;
SELECT ('[{"at": "2026-01-05T24:00:00Z", "state": []}]')::coupon.trajectory;
SELECT ('[{"at": "2026-01-05T12:00:00", "state": []}]')::coupon.trajectory;
SELECT ('[{"at": "now", "state": []}]')::coupon.trajectory;
DROP FUNCTION try, try_propensity;
DROP TABLE happened, journeys;
RESET timezone;
RESET datestyle;
