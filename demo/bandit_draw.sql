-- Writes demo/out/regret.csv and draws demo/out/regret.svg: the cumulative regret of each policy,
-- round by round, its axis logarithmic from 0.1 % to 100 %.
\set ECHO none
\echo
\echo ── 4. demo/out ─────────────────────────────────────────────────────────────────
\copy (SELECT policy, round, regret FROM regret ORDER BY policy, round) TO 'demo/out/regret.csv' WITH (FORMAT csv, HEADER)

-- a point of the panel, from a round and a regret; one round is the middle
CREATE FUNCTION pg_temp.at(round float8, rounds float8, regret float8) RETURNS text IMMUTABLE LANGUAGE sql AS
$$ SELECT format('%s,%s', round((80 + 560 * round / rounds)::numeric, 1),
	round((390 - 320 * (log(greatest(least(regret, 1), 0.001)) + 3) / 3)::numeric, 1)) $$;

CREATE TEMP TABLE line (policy text, name text, colour text, dash text);
INSERT INTO line VALUES
	('random', 'random', '#9ca3af', ''), ('epsilon_greedy', 'ε-greedy', '#d97706', ''), ('greedy', 'greedy', '#dc2626', ''),
	('ucb', 'upper bounds', '#7c3aed', ''), ('thompson', 'Thompson', '#2563eb', ''), ('free thompson', 'Thompson without rules', '#2563eb', '5 4');

\pset format unaligned
\pset tuples_only on
\o demo/out/regret.svg
SELECT $$<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 470" width="860" height="470"
	font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" font-size="12" fill="#4b5563">
<style>
.title { font-size: 16px; font-weight: bold; fill: #111827 } .name { fill: #111827 }
.grid { stroke: #e5e7eb; fill: none } .axis { stroke: #6b7280; fill: none }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
</style>
<rect width="860" height="470" fill="#ffffff"/>
<text x="80" y="36" class="title">What learning costs: cumulative regret</text>$$;
SELECT format('<path d="M%sL%s" class="grid"/><text x="72" y="%s" text-anchor="end">%s %%</text>',
	pg_temp.at(0, 1, tick), pg_temp.at(1, 1, tick), split_part(pg_temp.at(0, 1, tick), ',', 2)::float8 + 4, tick * 100)
FROM unnest('{0.001,0.002,0.005,0.01,0.02,0.05,0.1,0.2,0.5,1}'::float8[]) tick;
SELECT format('<path d="M%sv5" class="axis"/><text x="%s" y="408" text-anchor="middle">%s</text>',
	pg_temp.at(i, 5, 0), 80 + 112 * i, round(:rounds * i / 5.0)) FROM generate_series(0, 5) i;
SELECT $$<path d="M80,390H640" class="axis"/><text x="360" y="434" text-anchor="middle" class="name">rounds of 500 customers</text>
<text transform="translate(22 230) rotate(-90)" text-anchor="middle" class="name">share of the oracle’s reward, logarithmic</text>$$;
-- lines, then names beside their ends, pushed apart where they would touch
SELECT format('<path d="M%s" class="line" stroke="%s"%s/>', string_agg(pg_temp.at(round, :rounds, regret), 'L' ORDER BY round),
	colour, CASE WHEN dash <> '' THEN format(' stroke-dasharray="%s"', dash) ELSE '' END)
FROM regret JOIN line USING (policy) GROUP BY policy, colour, dash ORDER BY policy;
WITH RECURSIVE ended AS (
	SELECT name, colour, regret, split_part(pg_temp.at(1, 1, regret), ',', 2)::float8 AS y, row_number() OVER (ORDER BY regret DESC, name) AS k
	FROM regret JOIN line USING (policy) WHERE round = :rounds
), placed AS (
	SELECT *, y AS at FROM ended WHERE k = 1
	UNION ALL SELECT e.*, greatest(e.y, p.at + 17) FROM ended e JOIN placed p ON e.k = p.k + 1
)
SELECT format('<text x="650" y="%s" style="fill:%s">%s %s %%</text>', round((at + 4)::numeric, 1), colour, name, round((100 * regret)::numeric, 2)) FROM placed ORDER BY k;
SELECT '</svg>';
\o
\echo demo/out/regret.csv: cumulative regret of each policy, round by round
\echo demo/out/regret.svg: the same as a picture
