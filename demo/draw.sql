-- Writes demo/out/allocation.csv and draws demo/out/campaign.svg: the uplift curves of the
-- held-out half and the budget frontier.  A panel is 440 x 320 points, its left edge an argument.
\set ECHO none
\echo
\echo ── 7. demo/out ─────────────────────────────────────────────────────────────────
\echo
\set ECHO queries
\timing on
\copy (SELECT * FROM allocation ORDER BY customer) TO 'demo/out/allocation.csv' WITH (FORMAT csv, HEADER)
CREATE TABLE curve AS
SELECT offer, 1000 / max(customers) OVER (PARTITION BY offer) AS scale, c.*
FROM (SELECT DISTINCT offer FROM scores) o, LATERAL coupon.uplift_curve(format(
	'SELECT uplift AS score, visit AS outcome, segment = offer AS treated FROM scores
	 WHERE outcome = ''visit'' AND offer = %1$L AND segment IN (%1$L, ''No E-Mail'')', offer)) c;
\set ECHO none
\timing off

-- a point of a panel, from shares of its width and height
CREATE FUNCTION pg_temp.at(left_edge float8, x float8, y float8) RETURNS text IMMUTABLE LANGUAGE sql AS
$$ SELECT format('%s,%s', round((left_edge + 440 * x)::numeric, 1), round((410 - 320 * y)::numeric, 1)) $$;

-- round numbers up to top, six at most beside 0
CREATE FUNCTION pg_temp.ticks(top float8) RETURNS SETOF float8 LANGUAGE sql AS
$$ SELECT step * i FROM (
	SELECT min(s) AS step FROM (SELECT mantissa * 10.0 ^ power AS s
		FROM unnest(ARRAY[1, 2, 2.5, 5]) mantissa, generate_series(-3, 9) power) c WHERE top / s <= 6
) m, generate_series(0, floor(top / step + 1e-9)::integer) i $$;

-- title, grid, numbers and names of the axes
CREATE FUNCTION pg_temp.panel(left_edge float8, title text, x_top float8, y_top float8,
	x_format text, y_format text, x_name text, y_name text) RETURNS text LANGUAGE sql AS
$$ SELECT format('<text x="%s" y="58" class="title">%s</text>', left_edge, title)
	|| (SELECT string_agg(format('<path d="M%sL%s" class="grid"/><text x="%s" y="%s" text-anchor="end">%s</text>',
			pg_temp.at(left_edge, 0, t / y_top), pg_temp.at(left_edge, 1, t / y_top),
			left_edge - 8, round(414 - 320 * t / y_top), trim(to_char(t, y_format))), E'\n') FROM pg_temp.ticks(y_top) t)
	|| (SELECT string_agg(format('<path d="M%sv5" class="axis"/><text x="%s" y="430" text-anchor="middle">%s</text>',
			pg_temp.at(left_edge, t / x_top, 0), round(left_edge + 440 * t / x_top), trim(to_char(t, x_format))), E'\n') FROM pg_temp.ticks(x_top) t)
	|| format('<path d="M%sH%s" class="axis"/>', pg_temp.at(left_edge, 0, 0), left_edge + 440)
	|| format('<text x="%s" y="456" text-anchor="middle" class="name">%s</text>', left_edge + 220, x_name)
	|| format('<text transform="translate(%s 250) rotate(-90)" text-anchor="middle" class="name">%s</text>', left_edge - 56, y_name) $$;

\pset format unaligned
\pset tuples_only on
\o demo/out/campaign.svg
SELECT $$<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1140 490" width="1140" height="490"
	font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" font-size="12" fill="#4b5563">
<style>
.title { font-size: 16px; font-weight: bold; fill: #111827 } .name { fill: #111827 }
.grid { stroke: #e5e7eb; fill: none } .axis { stroke: #6b7280; fill: none }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round } .random { fill: none; stroke-width: 1.5; stroke-dasharray: 5 4 }
.mens { stroke: #2563eb } .womens { stroke: #d9480f } .money { stroke: #0f766e }
.band { stroke: none; opacity: 0.14 } .mens.band { fill: #2563eb } .womens.band { fill: #d9480f } .money.band { fill: #0f766e }
</style>
<rect width="1140" height="490" fill="#ffffff"/>$$;

-- left: uplift curves with bands and random lines
SELECT max(scale * (gain + 1.96 * gain_se)) * 1.04 AS top FROM curve \gset
SELECT pg_temp.panel(80, 'Uplift curves, visits, held-out customers', 100, :top, '999"%"', '9990',
	'share of customers who get the e-mail, best scores first', 'visits added per 1,000 customers');
SELECT format(E'<path d="M%1$sL%2$sZ" class="%3$s band"/>\n<path d="M%4$sL%5$s" class="%3$s random"/>\n<path d="M%6$s" class="%3$s line"/>',
	string_agg(pg_temp.at(80, share, scale * (gain - 1.96 * gain_se) / :top), 'L' ORDER BY share),
	string_agg(pg_temp.at(80, share, scale * (gain + 1.96 * gain_se) / :top), 'L' ORDER BY share DESC),
	lower(split_part(offer, ' ', 1)), pg_temp.at(80, 0, 0), pg_temp.at(80, 1, max(scale * random) / :top),
	string_agg(pg_temp.at(80, share, scale * gain / :top), 'L' ORDER BY share))
FROM curve GROUP BY offer ORDER BY offer;
SELECT $$<g transform="translate(96 92)">
<path d="M0 0h26" class="mens line"/><text x="34" y="4">men’s e-mail</text>
<path d="M0 20h26" class="womens line"/><text x="34" y="24">women’s e-mail</text>
<path d="M0 40h26" class="random" stroke="#6b7280"/><text x="34" y="44">random order</text>
<rect y="54" width="26" height="12" fill="#6b7280" class="band"/><text x="34" y="64">95 % confidence</text>
</g>$$;

-- right: the frontier, a random order for comparison, the budget that was spent
SELECT max(budget) AS right, max(gain) * 1.08 AS top, max(gain) AS all_gain FROM frontier \gset
SELECT sum(cost) AS spent, sum(gain) AS gain, count(*) AS customers FROM allocation \gset
SELECT pg_temp.panel(640, 'Budget frontier, expected gain', :right, :top, '999,990', '999,990', 'budget, dollars', 'gain, dollars');
SELECT format(E'<path d="M%sL%sL%sZ" class="money band"/>\n<path d="M%sL%s" class="random" stroke="#6b7280"/>\n<path d="M%2$s" class="money line"/>',
	pg_temp.at(640, 0, 0), string_agg(pg_temp.at(640, budget / :right, gain / :top), 'L' ORDER BY budget),
	pg_temp.at(640, 1, 0), pg_temp.at(640, 0, 0), pg_temp.at(640, 1, :all_gain / :top)) FROM frontier;
SELECT format('<path d="M%sL%s" class="axis" stroke-dasharray="2 3"/><circle transform="translate(%2$s)" r="5.5" fill="#0f766e" stroke="#ffffff" stroke-width="2"/>',
		pg_temp.at(640, :spent / :right, 0), pg_temp.at(640, :spent / :right, :gain / :top))
	|| format('<g transform="translate(%s)" text-anchor="end"><text x="-12" y="-22" class="name" font-weight="bold">%s dollars bring %s</text><text x="-12" y="-6">%s customers</text></g>',
		pg_temp.at(640, :spent / :right, :gain / :top), trim(to_char(:spent, '999,990')), trim(to_char(:gain, '999,990')), trim(to_char(:customers, '999,990')))
	|| $$<g transform="translate(656 92)"><path d="M0 0h26" class="money line"/><text x="34" y="4">best customers first</text>
<path d="M0 20h26" class="random" stroke="#6b7280"/><text x="34" y="24">random order</text></g>
</svg>$$;
\o
\echo demo/out/allocation.csv: a row per e-mail to be sent
\echo demo/out/campaign.svg: uplift curves and frontier, drawn by demo/draw.sql
