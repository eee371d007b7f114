-- Dose: what goes wrong, and what is said then.
CREATE TABLE tried AS SELECT i % 5 AS dose, i % 3 AS a, (i % 5) * 2.0::float8 AS y FROM generate_series(1, 60) i;
SELECT coupon.dose_fit(y, 5, ARRAY[a]) FROM tried;
SELECT coupon.dose_fit(y, 'NaN', ARRAY[a]) FROM tried;
SELECT coupon.dose_fit(y, dose, ARRAY[a], '{"knots": 1}') FROM tried;
SELECT coupon.dose_fit(y, dose, ARRAY[a], '{"outside": "clamp"}') FROM tried;
SELECT coupon.dose_fit(y, dose, ARRAY[a], '{"step": 1}') FROM tried;
SELECT coupon.dose_fit(y, dose, array_fill(a::float8, ARRAY[500]), '{"knots": 5}') FROM tried;
CREATE TABLE doses AS SELECT coupon.dose_fit(y, dose, ARRAY[a], '{"outside": "error"}') AS model FROM tried;
SELECT coupon.dose_response(model, '{1}'::float8[], '{5}') FROM doses;
SELECT coupon.dose_response(model, '{1}'::float8[], '{NULL}') FROM doses;
SELECT coupon.dose_response(model, '{1}'::float8[], '{Infinity}') FROM doses;
SELECT coupon.dose_response(model, '{1}'::float8[], '{{1},{2}}') FROM doses;
SELECT coupon.dose_response(model, '{1}'::float8[], '{}') FROM doses;
SELECT coupon.predict(model, '{1}'::float8[]) FROM doses;
SELECT coupon.dose_response(coupon.linear_fit(y, ARRAY[a]), '{1}'::float8[], '{1}') FROM tried;
DROP TABLE doses, tried;
