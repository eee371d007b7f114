-- Invents 64,000 customers of the same columns as Hillstrom's trial, by seed: no file is needed.
-- The effect is known: the men's e-mail adds 5 points to everybody's chance of a visit and 4 more
-- to buyers of men's goods, the women's e-mail 2 points and 6 more to buyers of women's goods.
-- Every tenth visitor buys, for 20 to 200 dollars.
CREATE UNLOGGED TABLE hillstrom AS
WITH drawn AS (
	-- uniform numbers, each a hash of seed, name and row
	SELECT rn, array_agg(('x' || substr(md5('7:' || name || ':' || rn), 1, 8))::bit(32)::bigint / 4294967296.0
		ORDER BY name) AS u
	FROM generate_series(1, 64000) rn, generate_series(1, 9) name
	GROUP BY rn
), customer AS (
	SELECT rn, 1 + floor(12 * u[1])::integer AS recency, round((30 * exp(2.5 * u[2]))::numeric, 2)::float8 AS history,
		u[3] < 0.55 AS mens, u[3] > 0.45 AS womens, (ARRAY['Rural', 'Surburban', 'Urban'])[1 + floor(3 * u[4])::integer] AS zip_code,
		u[5] < 0.5 AS newbie, (ARRAY['Multichannel', 'Phone', 'Web'])[1 + floor(3 * u[6])::integer] AS channel,
		(ARRAY['Mens E-Mail', 'No E-Mail', 'Womens E-Mail'])[1 + floor(3 * u[7])::integer] AS segment, u[8] AS luck, u[9] AS size
	FROM drawn
), responded AS (
	SELECT *, 0.16 - 0.006 * recency + CASE segment
		WHEN 'Mens E-Mail' THEN 0.05 + 0.04 * mens::integer
		WHEN 'Womens E-Mail' THEN 0.02 + 0.06 * womens::integer
		ELSE 0 END AS chance
	FROM customer
)
SELECT rn::bigint, recency, 'invented' AS history_segment, history, mens, womens, zip_code, newbie, channel, segment,
	(luck < chance)::integer AS visit, (luck < chance / 10)::integer AS conversion,
	CASE WHEN luck < chance / 10 THEN 20 + 180 * size ELSE 0 END::float8 AS spend,
	(('x' || substr(md5('42:' || rn), 1, 8))::bit(32)::bigint & 1) = 1 AS test
FROM responded;
ANALYZE hillstrom;
