-- What every object of the extension owes its reader.
\i test/prelude.psql
BEGIN;
SELECT plan(15);

-- the extension's functions; what aggregates and types are made of is plumbing
CREATE TEMP VIEW fn AS
SELECT p.oid::regprocedure AS name, p.*,
	p.oid IN (SELECT unnest(ARRAY[aggtransfn, aggcombinefn, aggfinalfn, aggserialfn, aggdeserialfn]::oid[])
			  FROM pg_aggregate
			  UNION ALL SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend, typmodin, typmodout]::oid[])
			  FROM pg_type) AS plumbing
FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'coupon');

CREATE TEMP VIEW aggregate AS
SELECT fn.name, fn.proname, fn.oid, a.* FROM pg_aggregate a JOIN fn ON fn.oid = a.aggfnoid;

CREATE TEMP VIEW type AS
SELECT t.oid::regtype AS name, t.*
FROM pg_type t JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'coupon');

SELECT cmp_ok((SELECT count(*) FROM fn WHERE NOT plumbing), '>', 1::bigint, 'there is something to look at');

SELECT is_empty($$ SELECT name FROM fn WHERE obj_description(oid, 'pg_proc') IS NULL $$,
	'every function has a comment');

-- an array type is the server's, not ours; a row type of a table would belong to the table
SELECT is_empty($$ SELECT name FROM type WHERE typcategory <> 'A' AND obj_description(oid, 'pg_type') IS NULL $$,
	'every type has a comment');

SELECT is_empty($$ SELECT name FROM fn WHERE pronamespace <> 'coupon'::regnamespace $$,
	'everything lives in schema coupon');

SELECT is_empty(
	$$ SELECT name, ord FROM fn, generate_series(1, pronargs) ord
	   WHERE NOT plumbing AND coalesce(proargnames[ord], '') = '' $$,
	'everything that a user calls has argument names');

SELECT is_empty($$ SELECT name FROM fn WHERE provolatile = 'i' AND proparallel <> 's' $$,
	'what is immutable is parallel safe');

SELECT is_empty(
	$$ SELECT name FROM fn WHERE prokind = 'f' AND provolatile = 'i' AND NOT plumbing AND NOT proisstrict $$,
	'null in, null out: pure functions are strict');

SELECT is_empty(
	$$ SELECT name FROM fn WHERE provolatile = 's' AND (proisstrict OR proparallel <> 'u' OR procost < 100) $$,
	'functions over an inner query see their nulls, stay in the leader and say that they are not cheap');

SELECT is_empty(
	$$ SELECT name FROM fn WHERE provolatile = 'v' AND prokind = 'f'
	   AND (proname <> 'last_plan' OR proparallel <> 'r') $$,
	'only last_plan depends on the session');

SELECT is_empty($$ SELECT name FROM aggregate WHERE aggcombinefn = 0 $$,
	'every aggregate has a combine function');

SELECT is_empty(
	$$ SELECT aggregate.name, fn.name FROM aggregate
	   JOIN fn ON fn.oid IN (aggtransfn, aggcombinefn, aggfinalfn)
	   WHERE fn.proisstrict OR fn.provolatile <> 'i' OR fn.proparallel <> 's' $$,
	'what an aggregate is made of sees null states, is immutable and parallel safe');

SELECT is_empty(
	$$ SELECT name FROM aggregate WHERE aggtranstype NOT IN ('coupon.state'::regtype, 'internal'::regtype) $$,
	'an aggregate is a summary or a collector');

SELECT is_empty(
	$$ SELECT name FROM aggregate WHERE aggtranstype = 'internal'::regtype
	   AND (aggserialfn = 0 OR aggdeserialfn = 0 OR aggtransspace = 0)
	   UNION ALL SELECT fn.name FROM fn JOIN aggregate ON fn.oid IN (aggserialfn, aggdeserialfn)
	   WHERE NOT fn.proisstrict $$,
	'collectors travel whole and say how large they are');

-- rfm has rfm_state and rfm_merge: each summary all three, each of them over the same kind of state;
-- what puts models together needs no state of its own
SELECT is_empty(
	$$ WITH summary AS (SELECT DISTINCT regexp_replace(proname, '_(state|merge)$', '') AS stem
	   FROM aggregate JOIN fn USING (oid, proname) WHERE aggtranstype = 'coupon.state'::regtype
	   AND fn.proargtypes[0] <> 'coupon.model'::regtype)
	   SELECT stem, ending FROM summary, unnest(ARRAY['', '_state', '_merge']) ending
	   WHERE NOT EXISTS (SELECT FROM aggregate WHERE proname = stem || ending
	   AND aggtranstype = 'coupon.state'::regtype) $$,
	'a summary has its state, its merge, and they share one kind of state');

SELECT is_empty(
	$$ SELECT name FROM aggregate WHERE aggfinalmodify <> 'r' $$,
	'final functions leave the state as it is, so that aggregates over the same arguments share it');

SELECT * FROM finish();
ROLLBACK;
