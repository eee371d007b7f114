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

CREATE TYPE uplift_summary AS (
	rows         bigint,			-- used
	treated      bigint,			-- among them
	control      bigint,
	skipped      bigint,			-- with a null
	ate          double precision,	-- mean outcome of the treated - of the controls
	ate_se       double precision,
	qini_auc     double precision,
	qini_auc_se  double precision,
	auuc         double precision,
	auuc_se      double precision,
	uplift_10    double precision,	-- the same difference among the best 10 %
	uplift_10_se double precision,
	uplift_20    double precision,
	uplift_20_se double precision,
	uplift_30    double precision,
	uplift_30_se double precision
);

COMMENT ON TYPE uplift_summary IS 'how well a score ranks customers by uplift, with standard errors';

CREATE FUNCTION evaluation_add(internal, double precision, double precision, boolean) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION uplift_at_add(internal, double precision, double precision, boolean, double precision) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION evaluation_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION evaluation_serial(internal) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION evaluation_deserial(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION qini_auc_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION auuc_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION uplift_at_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION uplift_summary_final(internal) RETURNS uplift_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION evaluation_add(internal, double precision, double precision, boolean)
	IS 'transition of qini_auc, auuc and uplift_summary';
COMMENT ON FUNCTION uplift_at_add(internal, double precision, double precision, boolean, double precision)
	IS 'transition of uplift_at';
COMMENT ON FUNCTION evaluation_combine(internal, internal) IS 'combines rows to be evaluated';
COMMENT ON FUNCTION evaluation_serial(internal) IS 'serialises rows to be evaluated';
COMMENT ON FUNCTION evaluation_deserial(bytea, internal) IS 'deserialises rows to be evaluated';
COMMENT ON FUNCTION qini_auc_final(internal) IS 'final function of qini_auc';
COMMENT ON FUNCTION auuc_final(internal) IS 'final function of auuc';
COMMENT ON FUNCTION uplift_at_final(internal) IS 'final function of uplift_at';
COMMENT ON FUNCTION uplift_summary_final(internal) IS 'final function of uplift_summary';

-- 24 bytes a row: the space is that of a group of 1,000 customers

CREATE AGGREGATE qini_auc(score double precision, outcome double precision, treated boolean) (
	SFUNC            = evaluation_add,
	STYPE            = internal,
	SSPACE           = 24000,
	FINALFUNC        = qini_auc_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC      = evaluation_combine,
	SERIALFUNC       = evaluation_serial,
	DESERIALFUNC     = evaluation_deserial,
	PARALLEL         = SAFE
);

COMMENT ON AGGREGATE qini_auc(double precision, double precision, boolean)
	IS 'normalised area under the Qini curve: 1 for the perfect score, 0 for a random one';

CREATE AGGREGATE auuc(score double precision, outcome double precision, treated boolean) (
	SFUNC            = evaluation_add,
	STYPE            = internal,
	SSPACE           = 24000,
	FINALFUNC        = auuc_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC      = evaluation_combine,
	SERIALFUNC       = evaluation_serial,
	DESERIALFUNC     = evaluation_deserial,
	PARALLEL         = SAFE
);

COMMENT ON AGGREGATE auuc(double precision, double precision, boolean)
	IS 'normalised area under the uplift curve: 1/2 for a random score';

CREATE AGGREGATE uplift_at(score double precision, outcome double precision, treated boolean, share double precision) (
	SFUNC            = uplift_at_add,
	STYPE            = internal,
	SSPACE           = 24000,
	FINALFUNC        = uplift_at_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC      = evaluation_combine,
	SERIALFUNC       = evaluation_serial,
	DESERIALFUNC     = evaluation_deserial,
	PARALLEL         = SAFE
);

COMMENT ON AGGREGATE uplift_at(double precision, double precision, boolean, double precision)
	IS 'mean outcome of the treated minus that of the controls among the share with the highest scores';

CREATE AGGREGATE uplift_summary(score double precision, outcome double precision, treated boolean) (
	SFUNC            = evaluation_add,
	STYPE            = internal,
	SSPACE           = 24000,
	FINALFUNC        = uplift_summary_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC      = evaluation_combine,
	SERIALFUNC       = evaluation_serial,
	DESERIALFUNC     = evaluation_deserial,
	PARALLEL         = SAFE
);

COMMENT ON AGGREGATE uplift_summary(double precision, double precision, boolean)
	IS 'rows, average effect, qini_auc, auuc and uplift at 10, 20 and 30 %, each with its standard error';

CREATE FUNCTION uplift_curve(
	query text, points integer DEFAULT 100,
	OUT share double precision, OUT customers double precision,
	OUT gain double precision, OUT gain_se double precision, OUT random double precision,
	OUT qini double precision, OUT qini_random double precision, OUT qini_perfect double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 101;

COMMENT ON FUNCTION uplift_curve(text, integer)
	IS 'gain and Qini curve of a query that returns score, outcome and treated, at evenly spaced shares';
