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

-- (allocation section)

--
-- Evaluation: is the score any good
--

-- (evaluation section)
