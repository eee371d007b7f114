/* coupon--1.0.sql */

-- complain if the script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION coupon" to load this file. \quit

--
-- Model: a fitted model is a value
--

CREATE TYPE model;

CREATE FUNCTION model_in(cstring) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION model_out(model) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION model_recv(internal) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION model_send(model) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE model (
	INPUT     = model_in,
	OUTPUT    = model_out,
	RECEIVE   = model_recv,
	SEND      = model_send,
	ALIGNMENT = double,
	STORAGE   = extended
);

COMMENT ON FUNCTION model_in(cstring) IS 'I/O';
COMMENT ON FUNCTION model_out(model) IS 'I/O';
COMMENT ON FUNCTION model_recv(internal) IS 'I/O';
COMMENT ON FUNCTION model_send(model) IS 'I/O';
COMMENT ON TYPE model IS 'a fitted model';

CREATE FUNCTION describe(model model) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'model_describe' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION describe(model)
	IS 'what a model is: kind, features, options, rows and fit statistics';

CREATE FUNCTION model_trace(
	model model,
	OUT part text, OUT step integer, OUT measure text, OUT value double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;

COMMENT ON FUNCTION model_trace(model)
	IS 'the progress of the fit: a row per step and measure';

--
-- State: the state of a summary is a value too
--

CREATE TYPE state;

CREATE FUNCTION state_in(cstring) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION state_out(state) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION state_recv(internal) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION state_send(state) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE state (
	INPUT     = state_in,
	OUTPUT    = state_out,
	RECEIVE   = state_recv,
	SEND      = state_send,
	ALIGNMENT = double,
	STORAGE   = extended
);

COMMENT ON FUNCTION state_in(cstring) IS 'I/O';
COMMENT ON FUNCTION state_out(state) IS 'I/O';
COMMENT ON FUNCTION state_recv(internal) IS 'I/O';
COMMENT ON FUNCTION state_send(state) IS 'I/O';
COMMENT ON TYPE state IS 'the state of a summary, to be stored, rolled up and merged';

--
-- Regression: response and propensity models
--

-- (regression section)

--
-- Uplift: what an offer changes
--

-- (uplift section)

--
-- Allocation: who gets which offer under a budget
--

CREATE TYPE rule AS (
	kind      text,					-- the constructor that made it
	bound     double precision,		-- amount, count, share or ratio
	attribute text,					-- the column it is about, if it is about one
	selection jsonb,				-- which candidates it is about
	of        jsonb,				-- what a share is taken of
	name      text					-- for reports
);

COMMENT ON TYPE rule IS 'a rule that allocations keep, made by a constructor such as budget()';

CREATE FUNCTION budget(amount double precision, selection jsonb DEFAULT '{}', name text DEFAULT '')
	RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_budget' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION budget(double precision, jsonb, text)
	IS 'rule: the costs of what is allocated add up to at most this amount';

CREATE FUNCTION allocate(
	candidates text, rules rule[], options jsonb,
	OUT customer bigint, OUT offer text, OUT gain double precision, OUT cost double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'allocate' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000;

CREATE FUNCTION allocate(
	candidates text, rules rule[],
	OUT customer bigint, OUT offer text, OUT gain double precision, OUT cost double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'allocate' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000;

CREATE FUNCTION allocate(
	candidates text, customer_type anyelement, rules rule[], options jsonb,
	OUT customer anyelement, OUT offer text, OUT gain double precision, OUT cost double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'allocate_typed' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000;

CREATE FUNCTION allocate(
	candidates text, customer_type anyelement, rules rule[],
	OUT customer anyelement, OUT offer text, OUT gain double precision, OUT cost double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'allocate_typed' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION allocate(text, rule[], jsonb)
	IS 'who gets which offer: at most one a customer, of most gain within the rules';
COMMENT ON FUNCTION allocate(text, rule[])
	IS 'who gets which offer: at most one a customer, of most gain within the rules';
COMMENT ON FUNCTION allocate(text, anyelement, rule[], jsonb)
	IS 'who gets which offer, for customers of any type';
COMMENT ON FUNCTION allocate(text, anyelement, rule[])
	IS 'who gets which offer, for customers of any type';

CREATE FUNCTION allocation_plan(candidates text, rules rule[], options jsonb) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000;

CREATE FUNCTION allocation_plan(candidates text, rules rule[]) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION allocation_plan(text, rule[], jsonb)
	IS 'prices and certificate of an allocation, without its rows';
COMMENT ON FUNCTION allocation_plan(text, rule[])
	IS 'prices and certificate of an allocation, without its rows';

CREATE FUNCTION last_plan() RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION last_plan()
	IS 'the plan of the latest allocation of this session';

CREATE FUNCTION plan_rules(
	plan model,
	OUT rule text, OUT bound double precision, OUT used double precision,
	OUT price double precision, OUT binding boolean
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;

COMMENT ON FUNCTION plan_rules(model)
	IS 'what each rule of a plan came to: bound, use and price';

CREATE FUNCTION frontier(
	candidates text, points integer,
	OUT budget double precision, OUT gain double precision, OUT cost double precision,
	OUT customers bigint, OUT price double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 20;

COMMENT ON FUNCTION frontier(text, integer)
	IS 'what every budget could buy: gain, cost, customers and price of money';

--
-- Evaluation: is the score any good
--

-- (evaluation section)
