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

CREATE FUNCTION training_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION training_serial(internal) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION training_deserial(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION training_combine(internal, internal) IS 'implementation of fits that need all their rows';
COMMENT ON FUNCTION training_serial(internal) IS 'implementation of fits that need all their rows';
COMMENT ON FUNCTION training_deserial(bytea, internal) IS 'implementation of fits that need all their rows';

CREATE FUNCTION linear_fit_add(state, double precision, record, jsonb) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION linear_fit_add(state, double precision, record, jsonb) IS 'implementation of linear_fit';

CREATE FUNCTION linear_fit_add(state, double precision, record) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION linear_fit_add(state, double precision, record) IS 'implementation of linear_fit';

CREATE FUNCTION linear_fit_add(state, double precision, double precision[], jsonb) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION linear_fit_add(state, double precision, double precision[], jsonb) IS 'implementation of linear_fit';

CREATE FUNCTION linear_fit_add(state, double precision, double precision[]) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION linear_fit_add(state, double precision, double precision[]) IS 'implementation of linear_fit';

CREATE FUNCTION linear_fit_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION linear_fit_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION linear_fit_final(state) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION linear_fit_combine(state, state) IS 'implementation of linear_fit';
COMMENT ON FUNCTION linear_fit_compact(state) IS 'implementation of linear_fit_state';
COMMENT ON FUNCTION linear_fit_final(state) IS 'implementation of linear_fit';

CREATE AGGREGATE linear_fit(outcome double precision, features record, options jsonb) (
	SFUNC        = linear_fit_add,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_final,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit(double precision, record, jsonb)
	IS 'least squares of an outcome on features: one pass, in memory that does not grow with the rows';

CREATE AGGREGATE linear_fit(outcome double precision, features record) (
	SFUNC        = linear_fit_add,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_final,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit(double precision, record)
	IS 'least squares of an outcome on features: one pass, in memory that does not grow with the rows';

CREATE AGGREGATE linear_fit(outcome double precision, features double precision[], options jsonb) (
	SFUNC        = linear_fit_add,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_final,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit(double precision, double precision[], jsonb)
	IS 'least squares of an outcome on features: one pass, in memory that does not grow with the rows';

CREATE AGGREGATE linear_fit(outcome double precision, features double precision[]) (
	SFUNC        = linear_fit_add,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_final,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit(double precision, double precision[])
	IS 'least squares of an outcome on features: one pass, in memory that does not grow with the rows';

CREATE AGGREGATE linear_fit_state(outcome double precision, features record, options jsonb) (
	SFUNC        = linear_fit_add,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_compact,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit_state(double precision, record, jsonb)
	IS 'the state of linear_fit, to be stored and merged later';

CREATE AGGREGATE linear_fit_state(outcome double precision, features record) (
	SFUNC        = linear_fit_add,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_compact,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit_state(double precision, record)
	IS 'the state of linear_fit, to be stored and merged later';

CREATE AGGREGATE linear_fit_state(outcome double precision, features double precision[], options jsonb) (
	SFUNC        = linear_fit_add,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_compact,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit_state(double precision, double precision[], jsonb)
	IS 'the state of linear_fit, to be stored and merged later';

CREATE AGGREGATE linear_fit_state(outcome double precision, features double precision[]) (
	SFUNC        = linear_fit_add,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_compact,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit_state(double precision, double precision[])
	IS 'the state of linear_fit, to be stored and merged later';

CREATE AGGREGATE linear_fit_state(state state) (
	SFUNC        = linear_fit_combine,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_compact,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit_state(state)
	IS 'states of linear_fit rolled up to one';

CREATE AGGREGATE linear_fit_merge(state state) (
	SFUNC        = linear_fit_combine,
	STYPE        = state,
	SSPACE       = 8192,
	FINALFUNC    = linear_fit_final,
	COMBINEFUNC  = linear_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE linear_fit_merge(state)
	IS 'the model that linear_fit returns, from its states';

CREATE FUNCTION logit_fit_add(internal, double precision, record, jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION logit_fit_add(internal, double precision, record, jsonb) IS 'implementation of logit_fit';

CREATE FUNCTION logit_fit_add(internal, double precision, record) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION logit_fit_add(internal, double precision, record) IS 'implementation of logit_fit';

CREATE FUNCTION logit_fit_add(internal, double precision, double precision[], jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION logit_fit_add(internal, double precision, double precision[], jsonb) IS 'implementation of logit_fit';

CREATE FUNCTION logit_fit_add(internal, double precision, double precision[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION logit_fit_add(internal, double precision, double precision[]) IS 'implementation of logit_fit';

CREATE FUNCTION logit_fit_final(internal) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION logit_fit_final(internal) IS 'implementation of logit_fit';

CREATE AGGREGATE logit_fit(outcome double precision, features record, options jsonb) (
	SFUNC        = logit_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = logit_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE logit_fit(double precision, record, jsonb)
	IS 'logistic regression of an outcome of 0 or 1 on features';

CREATE AGGREGATE logit_fit(outcome double precision, features record) (
	SFUNC        = logit_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = logit_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE logit_fit(double precision, record)
	IS 'logistic regression of an outcome of 0 or 1 on features';

CREATE AGGREGATE logit_fit(outcome double precision, features double precision[], options jsonb) (
	SFUNC        = logit_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = logit_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE logit_fit(double precision, double precision[], jsonb)
	IS 'logistic regression of an outcome of 0 or 1 on features';

CREATE AGGREGATE logit_fit(outcome double precision, features double precision[]) (
	SFUNC        = logit_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = logit_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE logit_fit(double precision, double precision[])
	IS 'logistic regression of an outcome of 0 or 1 on features';

CREATE FUNCTION trees_fit_add(internal, double precision, record, jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION trees_fit_add(internal, double precision, record, jsonb) IS 'implementation of trees_fit';

CREATE FUNCTION trees_fit_add(internal, double precision, record) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION trees_fit_add(internal, double precision, record) IS 'implementation of trees_fit';

CREATE FUNCTION trees_fit_add(internal, double precision, double precision[], jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION trees_fit_add(internal, double precision, double precision[], jsonb) IS 'implementation of trees_fit';

CREATE FUNCTION trees_fit_add(internal, double precision, double precision[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION trees_fit_add(internal, double precision, double precision[]) IS 'implementation of trees_fit';

CREATE FUNCTION trees_fit_final(internal) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION trees_fit_final(internal) IS 'implementation of trees_fit';

CREATE AGGREGATE trees_fit(outcome double precision, features record, options jsonb) (
	SFUNC        = trees_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = trees_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE trees_fit(double precision, record, jsonb)
	IS 'gradient-boosted trees for an outcome by features';

CREATE AGGREGATE trees_fit(outcome double precision, features record) (
	SFUNC        = trees_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = trees_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE trees_fit(double precision, record)
	IS 'gradient-boosted trees for an outcome by features';

CREATE AGGREGATE trees_fit(outcome double precision, features double precision[], options jsonb) (
	SFUNC        = trees_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = trees_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE trees_fit(double precision, double precision[], jsonb)
	IS 'gradient-boosted trees for an outcome by features';

CREATE AGGREGATE trees_fit(outcome double precision, features double precision[]) (
	SFUNC        = trees_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = trees_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE trees_fit(double precision, double precision[])
	IS 'gradient-boosted trees for an outcome by features';

CREATE FUNCTION import_trees(source text, options jsonb) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION import_trees(text, jsonb)
	IS 'boosted trees trained elsewhere and saved by XGBoost as JSON';

CREATE FUNCTION import_trees(source text) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION import_trees(text)
	IS 'boosted trees trained elsewhere and saved by XGBoost as JSON';

CREATE FUNCTION network_fit_add(internal, double precision, record, jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION network_fit_add(internal, double precision, record, jsonb) IS 'implementation of network_fit';

CREATE FUNCTION network_fit_add(internal, double precision, record) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION network_fit_add(internal, double precision, record) IS 'implementation of network_fit';

CREATE FUNCTION network_fit_add(internal, double precision, double precision[], jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION network_fit_add(internal, double precision, double precision[], jsonb) IS 'implementation of network_fit';

CREATE FUNCTION network_fit_add(internal, double precision, double precision[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION network_fit_add(internal, double precision, double precision[]) IS 'implementation of network_fit';

CREATE FUNCTION network_fit_final(internal) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION network_fit_final(internal) IS 'implementation of network_fit';

CREATE AGGREGATE network_fit(outcome double precision, features record, options jsonb) (
	SFUNC        = network_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = network_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE network_fit(double precision, record, jsonb)
	IS 'multilayer perceptron of an outcome on features';

CREATE AGGREGATE network_fit(outcome double precision, features record) (
	SFUNC        = network_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = network_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE network_fit(double precision, record)
	IS 'multilayer perceptron of an outcome on features';

CREATE AGGREGATE network_fit(outcome double precision, features double precision[], options jsonb) (
	SFUNC        = network_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = network_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE network_fit(double precision, double precision[], jsonb)
	IS 'multilayer perceptron of an outcome on features';

CREATE AGGREGATE network_fit(outcome double precision, features double precision[]) (
	SFUNC        = network_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = network_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE network_fit(double precision, double precision[])
	IS 'multilayer perceptron of an outcome on features';

CREATE FUNCTION predict(model model, features record) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION predict(model, record)
	IS 'the expected outcome, of logistic models a probability';

CREATE FUNCTION predict(model model, features double precision[]) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION predict(model, double precision[])
	IS 'the expected outcome, of logistic models a probability';

CREATE FUNCTION importance(
	model model,
	OUT feature text, OUT importance double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'model_importance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;

COMMENT ON FUNCTION importance(model)
	IS 'a row per feature: its share of what all features are worth to the model';

CREATE FUNCTION explain(
	model model, features record,
	OUT feature text, OUT contribution double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'model_explain' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 20;

COMMENT ON FUNCTION explain(model, record)
	IS 'a row for the intercept and per feature: what it adds to the prediction';

CREATE FUNCTION explain(
	model model, features double precision[],
	OUT feature text, OUT contribution double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'model_explain' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 20;

COMMENT ON FUNCTION explain(model, double precision[])
	IS 'a row for the intercept and per feature: what it adds to the prediction';

CREATE FUNCTION embedding(model model, features record) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION embedding(model, record)
	IS 'the last hidden layer of a network at features';

CREATE FUNCTION embedding(model model, features double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION embedding(model, double precision[])
	IS 'the last hidden layer of a network at features';

--
-- Uplift: what an offer changes
--

CREATE FUNCTION uplift_fit_add(internal, double precision, text, record, jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION uplift_fit_add(internal, double precision, text, record, jsonb) IS 'implementation of uplift_fit';

CREATE FUNCTION uplift_fit_add(internal, double precision, text, record) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION uplift_fit_add(internal, double precision, text, record) IS 'implementation of uplift_fit';

CREATE FUNCTION uplift_fit_add(internal, double precision, text, double precision[], jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION uplift_fit_add(internal, double precision, text, double precision[], jsonb) IS 'implementation of uplift_fit';

CREATE FUNCTION uplift_fit_add(internal, double precision, text, double precision[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION uplift_fit_add(internal, double precision, text, double precision[]) IS 'implementation of uplift_fit';

CREATE FUNCTION uplift_fit_final(internal) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION uplift_fit_final(internal) IS 'implementation of uplift_fit';

CREATE AGGREGATE uplift_fit(outcome double precision, arm text, features record, options jsonb) (
	SFUNC        = uplift_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = uplift_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE uplift_fit(double precision, text, record, jsonb)
	IS 'how much each offer changes the outcome, by features: an uplift model';

CREATE AGGREGATE uplift_fit(outcome double precision, arm text, features record) (
	SFUNC        = uplift_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = uplift_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE uplift_fit(double precision, text, record)
	IS 'how much each offer changes the outcome, by features: an uplift model';

CREATE AGGREGATE uplift_fit(outcome double precision, arm text, features double precision[], options jsonb) (
	SFUNC        = uplift_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = uplift_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE uplift_fit(double precision, text, double precision[], jsonb)
	IS 'how much each offer changes the outcome, by features: an uplift model';

CREATE AGGREGATE uplift_fit(outcome double precision, arm text, features double precision[]) (
	SFUNC        = uplift_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = uplift_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE uplift_fit(double precision, text, double precision[])
	IS 'how much each offer changes the outcome, by features: an uplift model';

CREATE FUNCTION arms(model model) RETURNS text[]
	AS 'MODULE_PATHNAME', 'uplift_arms' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION arms(model)
	IS 'the offers of an uplift model, without the control';

CREATE FUNCTION uplift(model model, features record) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION uplift(model, record)
	IS 'how much the one offer of the model changes the expected outcome';

CREATE FUNCTION uplift_array(model model, features record) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION uplift_array(model, record)
	IS 'how much each offer changes the expected outcome, in the order of arms()';

CREATE FUNCTION uplifts(
	model model, features record,
	OUT offer text, OUT uplift double precision, OUT baseline double precision,
	OUT standard_error double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 4;

COMMENT ON FUNCTION uplifts(model, record)
	IS 'a row per offer: uplift, expected outcome without an offer, standard error of the uplift';

CREATE FUNCTION propensities(
	model model, features record,
	OUT arm text, OUT propensity double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'uplift_propensities' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 4;

COMMENT ON FUNCTION propensities(model, record)
	IS 'a row per arm, the control first: how likely such a customer was to get it';

CREATE FUNCTION uplift(model model, features double precision[]) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION uplift(model, double precision[])
	IS 'how much the one offer of the model changes the expected outcome';

CREATE FUNCTION uplift_array(model model, features double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION uplift_array(model, double precision[])
	IS 'how much each offer changes the expected outcome, in the order of arms()';

CREATE FUNCTION uplifts(
	model model, features double precision[],
	OUT offer text, OUT uplift double precision, OUT baseline double precision,
	OUT standard_error double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 4;

COMMENT ON FUNCTION uplifts(model, double precision[])
	IS 'a row per offer: uplift, expected outcome without an offer, standard error of the uplift';

CREATE FUNCTION propensities(
	model model, features double precision[],
	OUT arm text, OUT propensity double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'uplift_propensities' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 4;

COMMENT ON FUNCTION propensities(model, double precision[])
	IS 'a row per arm, the control first: how likely such a customer was to get it';

--
-- Dose: the response to the depth of a discount
--

CREATE FUNCTION dose_fit_add(internal, double precision, double precision, record, jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dose_fit_add(internal, double precision, double precision, record, jsonb) IS 'implementation of dose_fit';

CREATE FUNCTION dose_fit_add(internal, double precision, double precision, record) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dose_fit_add(internal, double precision, double precision, record) IS 'implementation of dose_fit';

CREATE FUNCTION dose_fit_add(internal, double precision, double precision, double precision[], jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dose_fit_add(internal, double precision, double precision, double precision[], jsonb) IS 'implementation of dose_fit';

CREATE FUNCTION dose_fit_add(internal, double precision, double precision, double precision[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dose_fit_add(internal, double precision, double precision, double precision[]) IS 'implementation of dose_fit';

CREATE FUNCTION dose_fit_final(internal) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION dose_fit_final(internal) IS 'implementation of dose_fit';

CREATE AGGREGATE dose_fit(outcome double precision, dose double precision, features record, options jsonb) (
	SFUNC        = dose_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = dose_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE dose_fit(double precision, double precision, record, jsonb)
	IS 'how the outcome responds to the depth of an offer, by features';

CREATE AGGREGATE dose_fit(outcome double precision, dose double precision, features record) (
	SFUNC        = dose_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = dose_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE dose_fit(double precision, double precision, record)
	IS 'how the outcome responds to the depth of an offer, by features';

CREATE AGGREGATE dose_fit(outcome double precision, dose double precision, features double precision[], options jsonb) (
	SFUNC        = dose_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = dose_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE dose_fit(double precision, double precision, double precision[], jsonb)
	IS 'how the outcome responds to the depth of an offer, by features';

CREATE AGGREGATE dose_fit(outcome double precision, dose double precision, features double precision[]) (
	SFUNC        = dose_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = dose_fit_final,
	COMBINEFUNC  = training_combine,
	SERIALFUNC   = training_serial,
	DESERIALFUNC = training_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE dose_fit(double precision, double precision, double precision[])
	IS 'how the outcome responds to the depth of an offer, by features';

CREATE FUNCTION dose_response(model model, features record, doses double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION dose_response(model, record, double precision[])
	IS 'the expected outcome at each dose';

CREATE FUNCTION dose_responses(
	model model, features record, doses double precision[],
	OUT dose double precision, OUT response double precision, OUT standard_error double precision,
	OUT extrapolated boolean
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 8;

COMMENT ON FUNCTION dose_responses(model, record, double precision[])
	IS 'a row per dose: expected outcome, its standard error, and whether the dose is outside of those seen';

CREATE FUNCTION dose_response(model model, features double precision[], doses double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION dose_response(model, double precision[], double precision[])
	IS 'the expected outcome at each dose';

CREATE FUNCTION dose_responses(
	model model, features double precision[], doses double precision[],
	OUT dose double precision, OUT response double precision, OUT standard_error double precision,
	OUT extrapolated boolean
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 8;

COMMENT ON FUNCTION dose_responses(model, double precision[], double precision[])
	IS 'a row per dose: expected outcome, its standard error, and whether the dose is outside of those seen';

--
-- Bandit: how deep a discount, learned while it is given
--

CREATE FUNCTION rbf(depth double precision, centres double precision[], alpha double precision) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'encoding_rbf' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION rbf(double precision, double precision[], double precision)
	IS 'exp(-alpha (depth - centre)^2) of each centre: a smooth encoding of a depth';

CREATE FUNCTION one_hot(category text, categories text[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'encoding_one_hot' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION one_hot(text, text[])
	IS '1 at the place of the category among all, else 0';

CREATE FUNCTION cross(a double precision[], b double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'encoding_cross' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION cross(double precision[], double precision[])
	IS 'all products of an element of a and one of b: those of the first of a come first';

CREATE FUNCTION bayes_fit_add(state, double precision, double precision[], jsonb) RETURNS state
	AS 'MODULE_PATHNAME', 'bayes_fit_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION bayes_fit_add(state, double precision, double precision[], jsonb) IS 'implementation of bayes_fit';

CREATE FUNCTION bayes_fit_add(state, double precision, double precision[]) RETURNS state
	AS 'MODULE_PATHNAME', 'bayes_fit_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION bayes_fit_add(state, double precision, double precision[]) IS 'implementation of bayes_fit';

CREATE FUNCTION bayes_fit_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION bayes_fit_combine(state, state) IS 'implementation of bayes_fit';

CREATE FUNCTION bayes_fit_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION bayes_fit_compact(state) IS 'implementation of bayes_fit_state';

CREATE FUNCTION bayes_fit_final(state) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION bayes_fit_final(state) IS 'implementation of bayes_fit';

CREATE FUNCTION bayes_merge_add(state, model) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION bayes_merge_add(state, model) IS 'implementation of bayes_merge';

CREATE AGGREGATE bayes_fit(outcome double precision, x double precision[], options jsonb) (
	SFUNC        = bayes_fit_add,
	STYPE        = state,
	SSPACE       = 16384,
	FINALFUNC    = bayes_fit_final,
	COMBINEFUNC  = bayes_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE bayes_fit(double precision, double precision[], jsonb)
	IS 'Bayesian linear regression of an outcome: one pass, in memory that does not grow with the rows';

CREATE AGGREGATE bayes_fit(outcome double precision, x double precision[]) (
	SFUNC        = bayes_fit_add,
	STYPE        = state,
	SSPACE       = 16384,
	FINALFUNC    = bayes_fit_final,
	COMBINEFUNC  = bayes_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE bayes_fit(double precision, double precision[])
	IS 'Bayesian linear regression of an outcome: one pass, in memory that does not grow with the rows';

CREATE AGGREGATE bayes_fit_state(outcome double precision, x double precision[], options jsonb) (
	SFUNC        = bayes_fit_add,
	STYPE        = state,
	SSPACE       = 16384,
	FINALFUNC    = bayes_fit_compact,
	COMBINEFUNC  = bayes_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE bayes_fit_state(double precision, double precision[], jsonb)
	IS 'the state of bayes_fit, to be stored and merged later';

CREATE AGGREGATE bayes_fit_state(outcome double precision, x double precision[]) (
	SFUNC        = bayes_fit_add,
	STYPE        = state,
	SSPACE       = 16384,
	FINALFUNC    = bayes_fit_compact,
	COMBINEFUNC  = bayes_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE bayes_fit_state(double precision, double precision[])
	IS 'the state of bayes_fit, to be stored and merged later';

CREATE AGGREGATE bayes_fit_state(state state) (
	SFUNC        = bayes_fit_combine,
	STYPE        = state,
	SSPACE       = 16384,
	FINALFUNC    = bayes_fit_compact,
	COMBINEFUNC  = bayes_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE bayes_fit_state(state)
	IS 'states of bayes_fit rolled up to one';

CREATE AGGREGATE bayes_fit_merge(state state) (
	SFUNC        = bayes_fit_combine,
	STYPE        = state,
	SSPACE       = 16384,
	FINALFUNC    = bayes_fit_final,
	COMBINEFUNC  = bayes_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE bayes_fit_merge(state)
	IS 'the model that bayes_fit returns, from its states';

CREATE AGGREGATE bayes_merge(model model) (
	SFUNC        = bayes_merge_add,
	STYPE        = state,
	SSPACE       = 16384,
	FINALFUNC    = bayes_fit_final,
	COMBINEFUNC  = bayes_fit_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE bayes_merge(model)
	IS 'the model of the rows of all models: the prior counts once';

CREATE FUNCTION bayes_unmerge(model model, part model) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION bayes_unmerge(model, model)
	IS 'the model without the rows of one that was merged into it';

CREATE FUNCTION bayes_decay(model model, factor double precision) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION bayes_decay(model, double precision)
	IS 'the model with every row weighing factor times as much: it forgets';

CREATE FUNCTION bayes_update(model model, outcome double precision, x double precision[]) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION bayes_update(model, double precision, double precision[])
	IS 'the model after one more row';

CREATE FUNCTION bayes_mean(model model, x double precision[]) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

COMMENT ON FUNCTION bayes_mean(model, double precision[])
	IS 'the expected outcome';

CREATE FUNCTION bayes_means(model model, xs double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION bayes_means(model, double precision[])
	IS 'the expected outcome of each row of xs';

CREATE FUNCTION bayes_sd(model model, x double precision[]) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION bayes_sd(model, double precision[])
	IS 'the standard deviation of the expected outcome, which shrinks with exposure';

CREATE FUNCTION bayes_sds(model model, xs double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 80;

COMMENT ON FUNCTION bayes_sds(model, double precision[])
	IS 'the standard deviation of the expected outcome of each row of xs';

CREATE FUNCTION bayes_predictive_sd(model model, x double precision[]) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION bayes_predictive_sd(model, double precision[])
	IS 'the standard deviation of a new outcome: with the noise';

CREATE FUNCTION bayes_quantile(model model, x double precision[], p double precision) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION bayes_quantile(model, double precision[], double precision)
	IS 'a quantile of the expected outcome: its upper confidence bound';

CREATE FUNCTION bayes_quantiles(model model, xs double precision[], p double precision) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 80;

COMMENT ON FUNCTION bayes_quantiles(model, double precision[], double precision)
	IS 'a quantile of the expected outcome of each row of xs';

CREATE FUNCTION bayes_predictive_quantile(model model, x double precision[], p double precision) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION bayes_predictive_quantile(model, double precision[], double precision)
	IS 'a quantile of a new outcome: with the noise';

CREATE FUNCTION bayes_draw(model model, x double precision[], seed bigint, draw text) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION bayes_draw(model, double precision[], bigint, text)
	IS 'an expected outcome drawn from the posterior: the same coefficients for the same seed and draw';

CREATE FUNCTION bayes_draws(model model, xs double precision[], seed bigint, draw text) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 80;

COMMENT ON FUNCTION bayes_draws(model, double precision[], bigint, text)
	IS 'the same of each row of xs, with the same coefficients';

CREATE FUNCTION bayes_coefficients(
	model model,
	OUT coefficient integer, OUT mean double precision, OUT standard_deviation double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 50;

COMMENT ON FUNCTION bayes_coefficients(model)
	IS 'a row per coefficient: mean and standard deviation';

CREATE FUNCTION bayes_covariance(model model) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION bayes_covariance(model)
	IS 'the covariance of the coefficients';

CREATE FUNCTION bandit_probabilities(model model, xs double precision[], options jsonb) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION bandit_probabilities(model, double precision[], jsonb)
	IS 'the probabilities with which a policy chooses among the rows of xs: thompson, ucb, greedy, epsilon_greedy or uniform';

CREATE FUNCTION bandit_probabilities(model model, xs double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION bandit_probabilities(model, double precision[])
	IS 'the probabilities with which a policy chooses among the rows of xs: thompson, ucb, greedy, epsilon_greedy or uniform';

CREATE FUNCTION bandit_choose(
	model model, xs double precision[], draw text, options jsonb,
	OUT choice integer, OUT propensity double precision, OUT log_propensity double precision
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION bandit_choose(model, double precision[], text, jsonb)
	IS 'a row of xs, from 1, chosen with these probabilities by whoever "draw" names, and the probability of that choice';

CREATE FUNCTION bandit_choose(
	model model, xs double precision[], draw text,
	OUT choice integer, OUT propensity double precision, OUT log_propensity double precision
) RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION bandit_choose(model, double precision[], text)
	IS 'a row of xs, from 1, chosen with these probabilities by whoever "draw" names, and the probability of that choice';

CREATE FUNCTION holdout(customer text, share double precision, seed bigint) RETURNS boolean
	AS 'MODULE_PATHNAME', 'bandit_holdout' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION holdout(text, double precision, bigint)
	IS 'is the customer one of the share held out under this seed: the same ones wherever and whenever it is asked';

CREATE FUNCTION monotonicity_audit(
	model model, query text, options jsonb,
	OUT customer text, OUT depth double precision, OUT response double precision, OUT standard_deviation double precision,
	OUT shallower double precision, OUT fall double precision, OUT falls boolean, OUT repaired double precision,
	OUT extrapolates boolean
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION monotonicity_audit(model, text, jsonb)
	IS 'customers and depths at which a deeper discount is predicted to bring less, with the nearest responses that do not fall';

CREATE FUNCTION monotonicity_audit(
	model model, query text,
	OUT customer text, OUT depth double precision, OUT response double precision, OUT standard_deviation double precision,
	OUT shallower double precision, OUT fall double precision, OUT falls boolean, OUT repaired double precision,
	OUT extrapolates boolean
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION monotonicity_audit(model, text)
	IS 'customers and depths at which a deeper discount is predicted to bring less, with the nearest responses that do not fall';

CREATE FUNCTION world_bandit(
	customers integer, rounds integer, seed bigint,
	OUT round integer, OUT customer bigint, OUT context double precision[], OUT depth double precision, OUT x double precision[],
	OUT expected double precision, OUT basket double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 100000;

COMMENT ON FUNCTION world_bandit(integer, integer, bigint)
	IS 'a world of discounts whose truth is known: customers in rounds, six depths, the expected basket and what it would be';
-- Trajectories: what a customer was offered, in which state, and what came of it
--

CREATE TYPE trajectory;

CREATE FUNCTION trajectory_in(cstring) RETURNS trajectory
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION trajectory_out(trajectory) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION trajectory_recv(internal) RETURNS trajectory
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION trajectory_send(trajectory) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE trajectory (
	INPUT     = trajectory_in,
	OUTPUT    = trajectory_out,
	RECEIVE   = trajectory_recv,
	SEND      = trajectory_send,
	ALIGNMENT = double,
	STORAGE   = extended
);

COMMENT ON FUNCTION trajectory_in(cstring) IS 'I/O';
COMMENT ON FUNCTION trajectory_out(trajectory) IS 'I/O';
COMMENT ON FUNCTION trajectory_recv(internal) IS 'I/O';
COMMENT ON FUNCTION trajectory_send(trajectory) IS 'I/O';
COMMENT ON TYPE trajectory IS 'the steps of one customer: time, state, offer, reward, cost and propensity';

CREATE FUNCTION trajectory_add(internal, timestamptz, double precision[], text, double precision, double precision, double precision) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION trajectory_add(internal, timestamptz, double precision[], text, double precision, double precision) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION trajectory_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION trajectory_serial(internal) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION trajectory_deserial(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION trajectory_final(internal) RETURNS trajectory
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION trajectory_add(internal, timestamptz, double precision[], text, double precision, double precision, double precision) IS 'implementation of trajectory';
COMMENT ON FUNCTION trajectory_add(internal, timestamptz, double precision[], text, double precision, double precision) IS 'implementation of trajectory';
COMMENT ON FUNCTION trajectory_combine(internal, internal) IS 'implementation of trajectory';
COMMENT ON FUNCTION trajectory_serial(internal) IS 'implementation of trajectory';
COMMENT ON FUNCTION trajectory_deserial(bytea, internal) IS 'implementation of trajectory';
COMMENT ON FUNCTION trajectory_final(internal) IS 'implementation of trajectory';

CREATE AGGREGATE trajectory(at timestamptz, state double precision[], offer text, reward double precision, cost double precision, propensity double precision) (
	SFUNC        = trajectory_add,
	STYPE        = internal,
	SSPACE       = 2048,
	FINALFUNC    = trajectory_final,
	COMBINEFUNC  = trajectory_combine,
	SERIALFUNC   = trajectory_serial,
	DESERIALFUNC = trajectory_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE trajectory(timestamptz, double precision[], text, double precision, double precision, double precision)
	IS 'the steps of one customer in the order of time; a last one without an offer is the present state';

CREATE AGGREGATE trajectory(at timestamptz, state double precision[], offer text, reward double precision, cost double precision) (
	SFUNC        = trajectory_add,
	STYPE        = internal,
	SSPACE       = 2048,
	FINALFUNC    = trajectory_final,
	COMBINEFUNC  = trajectory_combine,
	SERIALFUNC   = trajectory_serial,
	DESERIALFUNC = trajectory_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE trajectory(timestamptz, double precision[], text, double precision, double precision)
	IS 'the steps of one customer in the order of time; a last one without an offer is the present state';

CREATE FUNCTION append(first trajectory, second trajectory) RETURNS trajectory
	AS 'MODULE_PATHNAME', 'trajectory_append_sql' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION append(trajectory, trajectory)
	IS 'the second trajectory behind the first, whose present state gives way; also operator ||';

CREATE OPERATOR || (
	LEFTARG  = trajectory,
	RIGHTARG = trajectory,
	FUNCTION = append
);

COMMENT ON OPERATOR || (trajectory, trajectory) IS 'append';

CREATE FUNCTION steps(
	trajectory trajectory, discount double precision DEFAULT 1,
	OUT step integer, OUT at timestamptz, OUT state double precision[], OUT offer text,
	OUT reward double precision, OUT cost double precision, OUT propensity double precision,
	OUT return_to_go double precision, OUT cost_to_go double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'trajectory_steps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 50;

COMMENT ON FUNCTION steps(trajectory, double precision)
	IS 'a row per step, with the rewards and costs from there on, those s steps later weighted by discount^s';

CREATE FUNCTION returns_to_go(trajectory trajectory, discount double precision DEFAULT 1) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION returns_to_go(trajectory, double precision)
	IS 'for each step with an offer the discounted sum of the rewards from there on';

CREATE FUNCTION costs_to_go(trajectory trajectory, discount double precision DEFAULT 1) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION costs_to_go(trajectory, double precision)
	IS 'for each step with an offer the discounted sum of the costs from there on';

CREATE FUNCTION last_steps(trajectory trajectory, k integer) RETURNS trajectory
	AS 'MODULE_PATHNAME', 'trajectory_last_steps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION last_steps(trajectory, integer)
	IS 'the last k steps of a trajectory, the present state being one of them';

CREATE FUNCTION length(trajectory trajectory) RETURNS integer
	AS 'MODULE_PATHNAME', 'trajectory_length' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION length(trajectory)
	IS 'the number of steps, the present state being one of them';

CREATE FUNCTION present_state(trajectory trajectory) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'trajectory_present_state' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION present_state(trajectory)
	IS 'the state that is not yet acted on, or NULL';

--
-- Trajectory: summaries of one customer's events
--

CREATE TYPE rfm AS (
	recency   double precision,	-- days from the last event to as_of
	frequency bigint,			-- events
	monetary  double precision,	-- mean amount
	age       double precision,	-- days from the first event to as_of
	total     double precision,	-- sum of amounts
	first_at  timestamp with time zone,
	last_at   timestamp with time zone,
	future    bigint,			-- rows later than as_of, left out
	skipped   bigint			-- rows with a null
);

COMMENT ON TYPE rfm IS 'recency, frequency and monetary value of a customer';

CREATE FUNCTION rfm_add(state, timestamp with time zone, double precision, timestamp with time zone) RETURNS state
	AS 'MODULE_PATHNAME', 'rfm_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION rfm_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION rfm_roll(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION rfm_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION rfm_final(state) RETURNS rfm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION rfm_add(state, timestamp with time zone, double precision, timestamp with time zone) IS 'implementation of rfm';
COMMENT ON FUNCTION rfm_combine(state, state) IS 'implementation of rfm';
COMMENT ON FUNCTION rfm_roll(state, state) IS 'implementation of rfm_merge';
COMMENT ON FUNCTION rfm_compact(state) IS 'implementation of rfm_state';
COMMENT ON FUNCTION rfm_final(state) IS 'implementation of rfm';

CREATE AGGREGATE rfm(
	at timestamp with time zone, amount double precision, as_of timestamp with time zone
) (
	SFUNC        = rfm_add,
	STYPE        = state,
	SSPACE       = 96,
	FINALFUNC    = rfm_final,
	COMBINEFUNC  = rfm_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE rfm(timestamp with time zone, double precision, timestamp with time zone)
	IS 'recency, frequency and mean amount of a customer as of a time';

CREATE AGGREGATE rfm_state(
	at timestamp with time zone, amount double precision, as_of timestamp with time zone
) (
	SFUNC        = rfm_add,
	STYPE        = state,
	SSPACE       = 96,
	FINALFUNC    = rfm_compact,
	COMBINEFUNC  = rfm_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE rfm_state(timestamp with time zone, double precision, timestamp with time zone)
	IS 'the state of rfm, to be stored and merged later';

CREATE AGGREGATE rfm_state(state state) (
	SFUNC        = rfm_roll,
	STYPE        = state,
	SSPACE       = 96,
	FINALFUNC    = rfm_compact,
	COMBINEFUNC  = rfm_roll,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE rfm_state(state)
	IS 'states of rfm rolled up to one';

CREATE AGGREGATE rfm_merge(state state) (
	SFUNC        = rfm_roll,
	STYPE        = state,
	SSPACE       = 96,
	FINALFUNC    = rfm_final,
	COMBINEFUNC  = rfm_roll,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE rfm_merge(state)
	IS 'the row that rfm returns, from its states';

CREATE TYPE decayed_sum AS (
	sum     double precision,	-- of amounts, each halved with every half-life of its age
	weight  double precision,	-- the same of ones: a decayed count
	mean    double precision,	-- sum / weight
	events  bigint,
	future  bigint,			-- rows later than as_of, left out
	skipped bigint			-- rows with a null
);

COMMENT ON TYPE decayed_sum IS 'sum, count and mean of amounts that halve with age';

CREATE FUNCTION decayed_sum_add(state, double precision, timestamp with time zone, timestamp with time zone, interval) RETURNS state
	AS 'MODULE_PATHNAME', 'decayed_sum_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION decayed_sum_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION decayed_sum_roll(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION decayed_sum_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION decayed_sum_final(state) RETURNS decayed_sum
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION decayed_sum_add(state, double precision, timestamp with time zone, timestamp with time zone, interval) IS 'implementation of decayed_sum';
COMMENT ON FUNCTION decayed_sum_combine(state, state) IS 'implementation of decayed_sum';
COMMENT ON FUNCTION decayed_sum_roll(state, state) IS 'implementation of decayed_sum_merge';
COMMENT ON FUNCTION decayed_sum_compact(state) IS 'implementation of decayed_sum_state';
COMMENT ON FUNCTION decayed_sum_final(state) IS 'implementation of decayed_sum';

CREATE AGGREGATE decayed_sum(
	amount double precision, at timestamp with time zone, as_of timestamp with time zone, half_life interval
) (
	SFUNC        = decayed_sum_add,
	STYPE        = state,
	SSPACE       = 104,
	FINALFUNC    = decayed_sum_final,
	COMBINEFUNC  = decayed_sum_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE decayed_sum(double precision, timestamp with time zone, timestamp with time zone, interval)
	IS 'sum, count and mean of amounts that halve with every half-life of age';

CREATE AGGREGATE decayed_sum_state(
	amount double precision, at timestamp with time zone, as_of timestamp with time zone, half_life interval
) (
	SFUNC        = decayed_sum_add,
	STYPE        = state,
	SSPACE       = 104,
	FINALFUNC    = decayed_sum_compact,
	COMBINEFUNC  = decayed_sum_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE decayed_sum_state(double precision, timestamp with time zone, timestamp with time zone, interval)
	IS 'the state of decayed_sum, to be stored and merged later';

CREATE AGGREGATE decayed_sum_state(state state) (
	SFUNC        = decayed_sum_roll,
	STYPE        = state,
	SSPACE       = 104,
	FINALFUNC    = decayed_sum_compact,
	COMBINEFUNC  = decayed_sum_roll,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE decayed_sum_state(state)
	IS 'states of decayed_sum rolled up to one';

CREATE AGGREGATE decayed_sum_merge(state state) (
	SFUNC        = decayed_sum_roll,
	STYPE        = state,
	SSPACE       = 104,
	FINALFUNC    = decayed_sum_final,
	COMBINEFUNC  = decayed_sum_roll,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE decayed_sum_merge(state)
	IS 'the row that decayed_sum returns, from its states';

CREATE TYPE sessions AS (
	sessions        bigint,
	events          bigint,
	mean_events     double precision,	-- of a session
	mean_seconds    double precision,	-- from first to last event of a session
	longest_seconds double precision,
	last_events     bigint,			-- of the last session
	last_started_at timestamp with time zone,
	last_ended_at   timestamp with time zone,
	skipped         bigint			-- rows with a null
);

COMMENT ON TYPE sessions IS 'sessions of a customer: how many, how long, and the last';

CREATE FUNCTION sessions_add(state, timestamp with time zone, interval) RETURNS state
	AS 'MODULE_PATHNAME', 'sessions_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION sessions_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION sessions_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION sessions_final(state) RETURNS sessions
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION sessions_add(state, timestamp with time zone, interval) IS 'implementation of sessions';
COMMENT ON FUNCTION sessions_combine(state, state) IS 'implementation of sessions';
COMMENT ON FUNCTION sessions_compact(state) IS 'implementation of sessions_state';
COMMENT ON FUNCTION sessions_final(state) IS 'implementation of sessions';

CREATE AGGREGATE sessions(at timestamp with time zone, gap interval) (
	SFUNC        = sessions_add,
	STYPE        = state,
	SSPACE       = 128,
	FINALFUNC    = sessions_final,
	COMBINEFUNC  = sessions_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE sessions(timestamp with time zone, interval)
	IS 'sessions of a customer: events with no pause longer than gap between them';

CREATE AGGREGATE sessions_state(at timestamp with time zone, gap interval) (
	SFUNC        = sessions_add,
	STYPE        = state,
	SSPACE       = 128,
	FINALFUNC    = sessions_compact,
	COMBINEFUNC  = sessions_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE sessions_state(timestamp with time zone, interval)
	IS 'the state of sessions, to be stored and merged later';

CREATE AGGREGATE sessions_state(state state) (
	SFUNC        = sessions_combine,
	STYPE        = state,
	SSPACE       = 128,
	FINALFUNC    = sessions_compact,
	COMBINEFUNC  = sessions_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE sessions_state(state)
	IS 'states of sessions rolled up to one';

CREATE AGGREGATE sessions_merge(state state) (
	SFUNC        = sessions_combine,
	STYPE        = state,
	SSPACE       = 128,
	FINALFUNC    = sessions_final,
	COMBINEFUNC  = sessions_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE sessions_merge(state)
	IS 'the row that sessions returns, from its states';

CREATE TYPE gaps AS (
	events        bigint,
	mean          double precision,	-- days between consecutive events
	variance      double precision,	-- of these days, of the sample
	last          double precision,	-- days between the last two events
	last_in_means double precision,	-- last / mean
	skipped       bigint			-- rows with a null
);

COMMENT ON TYPE gaps IS 'times between consecutive events of a customer, in days';

CREATE FUNCTION gaps_add(state, timestamp with time zone) RETURNS state
	AS 'MODULE_PATHNAME', 'gaps_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION gaps_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION gaps_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION gaps_final(state) RETURNS gaps
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION gaps_add(state, timestamp with time zone) IS 'implementation of gaps';
COMMENT ON FUNCTION gaps_combine(state, state) IS 'implementation of gaps';
COMMENT ON FUNCTION gaps_compact(state) IS 'implementation of gaps_state';
COMMENT ON FUNCTION gaps_final(state) IS 'implementation of gaps';

CREATE AGGREGATE gaps(at timestamp with time zone) (
	SFUNC        = gaps_add,
	STYPE        = state,
	SSPACE       = 96,
	FINALFUNC    = gaps_final,
	COMBINEFUNC  = gaps_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE gaps(timestamp with time zone)
	IS 'times between consecutive events: mean, variance, and the last in units of the mean';

CREATE AGGREGATE gaps_state(at timestamp with time zone) (
	SFUNC        = gaps_add,
	STYPE        = state,
	SSPACE       = 96,
	FINALFUNC    = gaps_compact,
	COMBINEFUNC  = gaps_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE gaps_state(timestamp with time zone)
	IS 'the state of gaps, to be stored and merged later';

CREATE AGGREGATE gaps_state(state state) (
	SFUNC        = gaps_combine,
	STYPE        = state,
	SSPACE       = 96,
	FINALFUNC    = gaps_compact,
	COMBINEFUNC  = gaps_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE gaps_state(state)
	IS 'states of gaps rolled up to one';

CREATE AGGREGATE gaps_merge(state state) (
	SFUNC        = gaps_combine,
	STYPE        = state,
	SSPACE       = 96,
	FINALFUNC    = gaps_final,
	COMBINEFUNC  = gaps_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE gaps_merge(state)
	IS 'the row that gaps returns, from its states';

CREATE TYPE coupon_history AS (
	sent                bigint,			-- coupons
	redeemed            bigint,			-- of them
	offers              bigint,			-- different ones
	redemption_rate     double precision,	-- shrunk to a prior
	days_since_sent     double precision,
	days_since_redeemed double precision,
	mean_discount       double precision,	-- of coupons sent
	unredeemed_streak   bigint,			-- coupons since the last redeemed one
	spend_share         double precision,	-- share of all spend that came with a redeemed coupon
	best_discount       double precision,	-- of coupons sent in the last days: the reference
	future              bigint,			-- rows later than as_of, left out
	skipped             bigint			-- rows with a null
);

COMMENT ON TYPE coupon_history IS 'coupons of a customer, and what became of them';

CREATE FUNCTION coupon_history_add(state, timestamp with time zone, text, boolean, double precision, timestamp with time zone) RETURNS state
	AS 'MODULE_PATHNAME', 'coupon_history_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION coupon_history_add(state, timestamp with time zone, text, boolean, double precision, timestamp with time zone, double precision) RETURNS state
	AS 'MODULE_PATHNAME', 'coupon_history_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION coupon_history_add(state, timestamp with time zone, text, boolean, double precision, timestamp with time zone, double precision, jsonb) RETURNS state
	AS 'MODULE_PATHNAME', 'coupon_history_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION coupon_history_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION coupon_history_roll(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION coupon_history_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION coupon_history_final(state) RETURNS coupon_history
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION coupon_history_add(state, timestamp with time zone, text, boolean, double precision, timestamp with time zone) IS 'implementation of coupon_history';
COMMENT ON FUNCTION coupon_history_add(state, timestamp with time zone, text, boolean, double precision, timestamp with time zone, double precision) IS 'implementation of coupon_history';
COMMENT ON FUNCTION coupon_history_add(state, timestamp with time zone, text, boolean, double precision, timestamp with time zone, double precision, jsonb) IS 'implementation of coupon_history';
COMMENT ON FUNCTION coupon_history_combine(state, state) IS 'implementation of coupon_history';
COMMENT ON FUNCTION coupon_history_roll(state, state) IS 'implementation of coupon_history_merge';
COMMENT ON FUNCTION coupon_history_compact(state) IS 'implementation of coupon_history_state';
COMMENT ON FUNCTION coupon_history_final(state) IS 'implementation of coupon_history';

CREATE AGGREGATE coupon_history(
	at timestamp with time zone, offer text, redeemed boolean, discount double precision, as_of timestamp with time zone
) (
	SFUNC        = coupon_history_add,
	STYPE        = state,
	SSPACE       = 320,
	FINALFUNC    = coupon_history_final,
	COMBINEFUNC  = coupon_history_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE coupon_history(timestamp with time zone, text, boolean, double precision, timestamp with time zone)
	IS 'coupons sent and redeemed, shrunk redemption rate, discounts, streak and share of spend';

CREATE AGGREGATE coupon_history(
	at timestamp with time zone, offer text, redeemed boolean, discount double precision, as_of timestamp with time zone, spend double precision
) (
	SFUNC        = coupon_history_add,
	STYPE        = state,
	SSPACE       = 320,
	FINALFUNC    = coupon_history_final,
	COMBINEFUNC  = coupon_history_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE coupon_history(timestamp with time zone, text, boolean, double precision, timestamp with time zone, double precision)
	IS 'coupons sent and redeemed, shrunk redemption rate, discounts, streak and share of spend';

CREATE AGGREGATE coupon_history(
	at timestamp with time zone, offer text, redeemed boolean, discount double precision, as_of timestamp with time zone, spend double precision, options jsonb
) (
	SFUNC        = coupon_history_add,
	STYPE        = state,
	SSPACE       = 320,
	FINALFUNC    = coupon_history_final,
	COMBINEFUNC  = coupon_history_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE coupon_history(timestamp with time zone, text, boolean, double precision, timestamp with time zone, double precision, jsonb)
	IS 'coupons sent and redeemed, shrunk redemption rate, discounts, streak and share of spend';

CREATE AGGREGATE coupon_history_state(
	at timestamp with time zone, offer text, redeemed boolean, discount double precision, as_of timestamp with time zone
) (
	SFUNC        = coupon_history_add,
	STYPE        = state,
	SSPACE       = 320,
	FINALFUNC    = coupon_history_compact,
	COMBINEFUNC  = coupon_history_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE coupon_history_state(timestamp with time zone, text, boolean, double precision, timestamp with time zone)
	IS 'the state of coupon_history, to be stored and merged later';

CREATE AGGREGATE coupon_history_state(
	at timestamp with time zone, offer text, redeemed boolean, discount double precision, as_of timestamp with time zone, spend double precision
) (
	SFUNC        = coupon_history_add,
	STYPE        = state,
	SSPACE       = 320,
	FINALFUNC    = coupon_history_compact,
	COMBINEFUNC  = coupon_history_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE coupon_history_state(timestamp with time zone, text, boolean, double precision, timestamp with time zone, double precision)
	IS 'the state of coupon_history, to be stored and merged later';

CREATE AGGREGATE coupon_history_state(
	at timestamp with time zone, offer text, redeemed boolean, discount double precision, as_of timestamp with time zone, spend double precision, options jsonb
) (
	SFUNC        = coupon_history_add,
	STYPE        = state,
	SSPACE       = 320,
	FINALFUNC    = coupon_history_compact,
	COMBINEFUNC  = coupon_history_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE coupon_history_state(timestamp with time zone, text, boolean, double precision, timestamp with time zone, double precision, jsonb)
	IS 'the state of coupon_history, to be stored and merged later';

CREATE AGGREGATE coupon_history_state(state state) (
	SFUNC        = coupon_history_roll,
	STYPE        = state,
	SSPACE       = 320,
	FINALFUNC    = coupon_history_compact,
	COMBINEFUNC  = coupon_history_roll,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE coupon_history_state(state)
	IS 'states of coupon_history rolled up to one';

CREATE AGGREGATE coupon_history_merge(state state) (
	SFUNC        = coupon_history_roll,
	STYPE        = state,
	SSPACE       = 320,
	FINALFUNC    = coupon_history_final,
	COMBINEFUNC  = coupon_history_roll,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE coupon_history_merge(state)
	IS 'the row that coupon_history returns, from its states';

--
-- HMM: what clicks say about the customer
--

CREATE FUNCTION hmm_fit_add(internal, text[], jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION hmm_fit_add(internal, text[], jsonb) IS 'implementation of hmm_fit';

CREATE FUNCTION hmm_fit_add(internal, text[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION hmm_fit_add(internal, text[]) IS 'implementation of hmm_fit';

CREATE FUNCTION hmm_fit_add_inputs(internal, text[], text[], jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION hmm_fit_add_inputs(internal, text[], text[], jsonb) IS 'implementation of hmm_fit';

CREATE FUNCTION hmm_fit_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION hmm_fit_combine(internal, internal) IS 'implementation of hmm_fit';

CREATE FUNCTION hmm_fit_serial(internal) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hmm_fit_serial(internal) IS 'implementation of hmm_fit';

CREATE FUNCTION hmm_fit_deserial(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION hmm_fit_deserial(bytea, internal) IS 'implementation of hmm_fit';

CREATE FUNCTION hmm_fit_final(internal) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION hmm_fit_final(internal) IS 'implementation of hmm_fit';

CREATE AGGREGATE hmm_fit(symbols text[], options jsonb) (
	SFUNC        = hmm_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = hmm_fit_final,
	COMBINEFUNC  = hmm_fit_combine,
	SERIALFUNC   = hmm_fit_serial,
	DESERIALFUNC = hmm_fit_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE hmm_fit(text[], jsonb)
	IS 'hidden states behind sequences of clicks';

CREATE AGGREGATE hmm_fit(symbols text[]) (
	SFUNC        = hmm_fit_add,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = hmm_fit_final,
	COMBINEFUNC  = hmm_fit_combine,
	SERIALFUNC   = hmm_fit_serial,
	DESERIALFUNC = hmm_fit_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE hmm_fit(text[])
	IS 'hidden states behind sequences of clicks';

CREATE AGGREGATE hmm_fit(symbols text[], inputs text[], options jsonb) (
	SFUNC        = hmm_fit_add_inputs,
	STYPE        = internal,
	SSPACE       = 65536,
	FINALFUNC    = hmm_fit_final,
	COMBINEFUNC  = hmm_fit_combine,
	SERIALFUNC   = hmm_fit_serial,
	DESERIALFUNC = hmm_fit_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE hmm_fit(text[], text[], jsonb)
	IS 'hidden states behind sequences of clicks, moved by inputs such as coupons';

CREATE FUNCTION hmm_model(start double precision[], transitions double precision[], emissions double precision[], symbols text[]) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION hmm_model(double precision[], double precision[], double precision[], text[])
	IS 'a hidden Markov model from known parameters';

CREATE FUNCTION hmm_model(start double precision[], transitions double precision[], emissions double precision[], symbols text[], inputs text[]) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION hmm_model(double precision[], double precision[], double precision[], text[], text[])
	IS 'a hidden Markov model from known parameters';

CREATE FUNCTION hmm_model(start double precision[], transitions double precision[], emissions double precision[], symbols text[], inputs text[], options jsonb) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION hmm_model(double precision[], double precision[], double precision[], text[], text[], jsonb)
	IS 'a hidden Markov model from known parameters';

CREATE FUNCTION hmm_transitions(
	model model,
	OUT input text, OUT state integer, OUT next_state integer, OUT probability double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 9;

COMMENT ON FUNCTION hmm_transitions(model)
	IS 'a row per state and next state: how likely the step is, by input where it depends on one';

CREATE FUNCTION hmm_emissions(
	model model,
	OUT input text, OUT state integer, OUT symbol text, OUT probability double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 15;

COMMENT ON FUNCTION hmm_emissions(model)
	IS 'a row per state and symbol: how likely a customer in this state does it';

CREATE FUNCTION hmm_states(
	model model,
	OUT input text, OUT state integer, OUT start double precision, OUT stationary double precision, OUT dwell double precision, OUT share double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 3;

COMMENT ON FUNCTION hmm_states(model)
	IS 'a row per state: its probability at the start and in the long run, steps until it is left, share of all steps fitted';

CREATE FUNCTION hmm_log_likelihood(model model, symbols text[]) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION hmm_log_likelihood(model, text[])
	IS 'the logarithm of the probability of a sequence';

CREATE FUNCTION hmm_log_likelihood(model model, symbols text[], inputs text[]) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION hmm_log_likelihood(model, text[], text[])
	IS 'the logarithm of the probability of a sequence';

CREATE FUNCTION hmm_filter(model model, symbols text[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION hmm_filter(model, text[])
	IS 'the belief after the last click: a probability for each state';

CREATE FUNCTION hmm_filter(model model, symbols text[], inputs text[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION hmm_filter(model, text[], text[])
	IS 'the belief after the last click: a probability for each state';

CREATE FUNCTION hmm_update(model model, belief double precision[], symbol text) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

COMMENT ON FUNCTION hmm_update(model, double precision[], text)
	IS 'the belief after one more click';

CREATE FUNCTION hmm_update(model model, belief double precision[], symbol text, input text) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

COMMENT ON FUNCTION hmm_update(model, double precision[], text, text)
	IS 'the belief after one more click';

CREATE FUNCTION hmm_next(
	model model, symbols text[],
	OUT symbol text, OUT probability double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30 ROWS 5;

COMMENT ON FUNCTION hmm_next(model, text[])
	IS 'a row per symbol: how likely it is to be the next';

CREATE FUNCTION hmm_next(
	model model, symbols text[], inputs text[], input text,
	OUT symbol text, OUT probability double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30 ROWS 5;

COMMENT ON FUNCTION hmm_next(model, text[], text[], text)
	IS 'a row per symbol: how likely it is to be the next';

CREATE FUNCTION hmm_next_from(
	model model, belief double precision[],
	OUT symbol text, OUT probability double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 5;

COMMENT ON FUNCTION hmm_next_from(model, double precision[])
	IS 'a row per symbol: how likely it is to be the next, from a stored belief';

CREATE FUNCTION hmm_next_from(
	model model, belief double precision[], input text,
	OUT symbol text, OUT probability double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 5;

COMMENT ON FUNCTION hmm_next_from(model, double precision[], text)
	IS 'a row per symbol: how likely it is to be the next, from a stored belief';

CREATE FUNCTION hmm_posterior(model model, symbols text[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION hmm_posterior(model, text[])
	IS 'the probabilities of the states at each step, all clicks known: steps x states';

CREATE FUNCTION hmm_posterior(model model, symbols text[], inputs text[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION hmm_posterior(model, text[], text[])
	IS 'the probabilities of the states at each step, all clicks known: steps x states';

CREATE FUNCTION hmm_decode(model model, symbols text[]) RETURNS integer[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION hmm_decode(model, text[])
	IS 'the most probable sequence of states, numbered from 1 (Viterbi)';

CREATE FUNCTION hmm_decode(model model, symbols text[], inputs text[]) RETURNS integer[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION hmm_decode(model, text[], text[])
	IS 'the most probable sequence of states, numbered from 1 (Viterbi)';

CREATE FUNCTION hmm_embedding(model model, symbols text[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION hmm_embedding(model, text[])
	IS 'the customer in numbers: own transitions and emissions, shrunk to those of the model, and the belief';

CREATE FUNCTION hmm_embedding(model model, symbols text[], inputs text[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION hmm_embedding(model, text[], text[])
	IS 'the customer in numbers: own transitions and emissions, shrunk to those of the model, and the belief';

--
-- Graph: who is near to what
--

CREATE FUNCTION graph_fit_add(internal, text, text, text, double precision, jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION graph_fit_add(internal, text, text, text, double precision, jsonb) IS 'implementation of graph_fit';

CREATE FUNCTION graph_fit_add(internal, text, text, text, double precision) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION graph_fit_add(internal, text, text, text, double precision) IS 'implementation of graph_fit';

CREATE FUNCTION graph_fit_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION graph_fit_combine(internal, internal) IS 'implementation of graph_fit';

CREATE FUNCTION graph_fit_serial(internal) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION graph_fit_serial(internal) IS 'implementation of graph_fit';

CREATE FUNCTION graph_fit_deserial(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION graph_fit_deserial(bytea, internal) IS 'implementation of graph_fit';

CREATE FUNCTION graph_fit_final(internal) RETURNS model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION graph_fit_final(internal) IS 'implementation of graph_fit';

CREATE AGGREGATE graph_fit(customer text, product text, action text, weight double precision, options jsonb) (
	SFUNC        = graph_fit_add,
	STYPE        = internal,
	SSPACE       = 131072,
	FINALFUNC    = graph_fit_final,
	COMBINEFUNC  = graph_fit_combine,
	SERIALFUNC   = graph_fit_serial,
	DESERIALFUNC = graph_fit_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE graph_fit(text, text, text, double precision, jsonb)
	IS 'embeddings of customers and products, from what customers did with products';

CREATE AGGREGATE graph_fit(customer text, product text, action text, weight double precision) (
	SFUNC        = graph_fit_add,
	STYPE        = internal,
	SSPACE       = 131072,
	FINALFUNC    = graph_fit_final,
	COMBINEFUNC  = graph_fit_combine,
	SERIALFUNC   = graph_fit_serial,
	DESERIALFUNC = graph_fit_deserial,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE graph_fit(text, text, text, double precision)
	IS 'embeddings of customers and products, from what customers did with products';

CREATE FUNCTION graph_customer(model model, customer text) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION graph_customer(model, text)
	IS 'the embedding of a customer of the fit; NULL for others';

CREATE FUNCTION graph_product(model model, product text) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION graph_product(model, text)
	IS 'the embedding of a product; NULL for one that the fit has not seen';

CREATE FUNCTION graph_score(model model, customer text, product text) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION graph_score(model, text, text)
	IS 'how much a product is a customer''s: the product of their embeddings; NULL if the fit has not seen one of them';

CREATE FUNCTION graph_new_customer(model model, products text[], actions text[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION graph_new_customer(model, text[], text[])
	IS 'the embedding of any customer, from what this customer did with which products';

CREATE FUNCTION graph_similar(model model, product text, k integer, OUT product text, OUT similarity double precision) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;

COMMENT ON FUNCTION graph_similar(model, text, integer)
	IS 'a row per product: the k that are most similar to a product, by the cosine of their embeddings';

--
-- Allocation: who gets which offer under business rules
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

CREATE FUNCTION budget(
	amount double precision, selection jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_budget' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION budget(double precision, jsonb, text)
	IS 'rule: the costs of what is allocated add up to at most this amount';

CREATE FUNCTION at_most(
	count bigint, selection jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_at_most' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION at_most(bigint, jsonb, text)
	IS 'rule: at most so many offers are allocated';

CREATE FUNCTION at_least(
	count bigint, selection jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_at_least' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION at_least(bigint, jsonb, text)
	IS 'rule: at least so many offers are allocated';

CREATE FUNCTION share_at_most(
	share double precision, selection jsonb DEFAULT '{}', of jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_share_at_most' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION share_at_most(double precision, jsonb, jsonb, text)
	IS 'rule: the selection has at most this share of the offers allocated in "of"';

CREATE FUNCTION share_at_least(
	share double precision, selection jsonb DEFAULT '{}', of jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_share_at_least' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION share_at_least(double precision, jsonb, jsonb, text)
	IS 'rule: the selection has at least this share of the offers allocated in "of"';

CREATE FUNCTION roi_at_least(
	ratio double precision, selection jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_roi_at_least' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION roi_at_least(double precision, jsonb, text)
	IS 'rule: the gains of what is allocated are at least this multiple of its costs';

CREATE FUNCTION sum_at_most(
	attribute text, bound double precision, selection jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_sum_at_most' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sum_at_most(text, double precision, jsonb, text)
	IS 'rule: a column adds up to at most this bound over what is allocated';

CREATE FUNCTION sum_at_least(
	attribute text, bound double precision, selection jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_sum_at_least' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sum_at_least(text, double precision, jsonb, text)
	IS 'rule: a column adds up to at least this bound over what is allocated';

CREATE FUNCTION mean_at_most(
	attribute text, bound double precision, selection jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_mean_at_most' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION mean_at_most(text, double precision, jsonb, text)
	IS 'rule: a column is at most this bound on average over what is allocated';

CREATE FUNCTION mean_at_least(
	attribute text, bound double precision, selection jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_mean_at_least' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION mean_at_least(text, double precision, jsonb, text)
	IS 'rule: a column is at least this bound on average over what is allocated';

CREATE FUNCTION per_customer(
	count bigint, selection jsonb DEFAULT '{}', name text DEFAULT ''
) RETURNS rule
	AS 'MODULE_PATHNAME', 'rule_per_customer' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION per_customer(bigint, jsonb, text)
	IS 'rule: at most so many offers a customer, instead of one';

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

CREATE FUNCTION plan_offer(
	plan model, offers text[], gains double precision[], costs double precision[],
	attributes jsonb DEFAULT '{}'
) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION plan_offer(model, text[], double precision[], double precision[], jsonb)
	IS 'the offer that one customer gets at the prices of a plan, or null';

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
	IS 'normalised area under the Qini curve: 0 for a random score, about 1 for the perfect one';

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
	OUT gain double precision, OUT gain_se double precision, OUT gain_low double precision, OUT gain_high double precision,
	OUT random double precision, OUT qini double precision, OUT qini_random double precision, OUT qini_perfect double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 101;

COMMENT ON FUNCTION uplift_curve(text, integer)
	IS 'gain and Qini curve of a query that returns score, outcome and treated, at evenly spaced shares, with a 95 % band';

CREATE FUNCTION uplift_curve(
	query text, points integer, options jsonb,
	OUT share double precision, OUT customers double precision,
	OUT gain double precision, OUT gain_se double precision, OUT gain_low double precision, OUT gain_high double precision,
	OUT random double precision, OUT qini double precision, OUT qini_random double precision, OUT qini_perfect double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 101;

COMMENT ON FUNCTION uplift_curve(text, integer, jsonb)
	IS 'the same with options: a band that holds the curve at all shares at once';

CREATE FUNCTION uplift_calibration(
	query text, bins integer DEFAULT 10,
	OUT bin integer, OUT customers bigint, OUT treated bigint, OUT control bigint,
	OUT predicted double precision, OUT observed double precision,
	OUT standard_error double precision, OUT low double precision, OUT high double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 10;

COMMENT ON FUNCTION uplift_calibration(text, integer)
	IS 'predicted against observed uplift by bins of the score, of a query that returns score, outcome and treated';

CREATE TYPE cost_summary AS (
	rows    bigint,				-- used
	treated bigint,				-- among them
	control bigint,
	skipped bigint,				-- with a null
	gain    double precision,	-- mean of the treated - of the controls
	gain_se double precision,
	cost    double precision,
	cost_se double precision,
	aucc    double precision,
	aucc_se double precision
);

COMMENT ON TYPE cost_summary IS 'how well a score ranks customers by gain per unit of cost, with standard errors';

CREATE FUNCTION cost_add(internal, double precision, double precision, double precision, boolean) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION aucc_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION cost_summary_final(internal) RETURNS cost_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION cost_add(internal, double precision, double precision, double precision, boolean)
	IS 'transition of aucc and cost_summary';
COMMENT ON FUNCTION aucc_final(internal) IS 'final function of aucc';
COMMENT ON FUNCTION cost_summary_final(internal) IS 'final function of cost_summary';

CREATE AGGREGATE aucc(score double precision, gain double precision, cost double precision, treated boolean) (
	SFUNC            = cost_add,
	STYPE            = internal,
	SSPACE           = 32000,
	FINALFUNC        = aucc_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC      = evaluation_combine,
	SERIALFUNC       = evaluation_serial,
	DESERIALFUNC     = evaluation_deserial,
	PARALLEL         = SAFE
);

COMMENT ON AGGREGATE aucc(double precision, double precision, double precision, boolean)
	IS 'normalised area under the cost curve, incremental gain over incremental cost: 1/2 for a random score';

CREATE AGGREGATE cost_summary(score double precision, gain double precision, cost double precision, treated boolean) (
	SFUNC            = cost_add,
	STYPE            = internal,
	SSPACE           = 32000,
	FINALFUNC        = cost_summary_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC      = evaluation_combine,
	SERIALFUNC       = evaluation_serial,
	DESERIALFUNC     = evaluation_deserial,
	PARALLEL         = SAFE
);

COMMENT ON AGGREGATE cost_summary(double precision, double precision, double precision, boolean)
	IS 'rows, average gain and cost, and aucc, each with its standard error';

CREATE FUNCTION gain_scores(offer integer, outcome double precision, probabilities double precision[])
	RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION gain_scores(integer, double precision, double precision[])
	IS 'inverse-propensity scores of what each offer would gain over the control, from a row of a trial';

CREATE FUNCTION gain_scores(offer integer, outcome double precision, probabilities double precision[], means double precision[])
	RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION gain_scores(integer, double precision, double precision[], double precision[])
	IS 'the same, doubly robust: with the outcome that a model expects of each arm';

CREATE FUNCTION budget_curve(
	query text, points integer DEFAULT 100,
	OUT budget double precision, OUT spend double precision, OUT gain double precision, OUT standard_error double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 101;

COMMENT ON FUNCTION budget_curve(text, integer)
	IS 'gain at every budget of the policy that predictions imply: multi-armed Qini curve of a query that returns gains, costs and scores';

CREATE FUNCTION budget_difference(
	query text, points integer DEFAULT 100,
	OUT budget double precision, OUT gain double precision, OUT other_gain double precision,
	OUT difference double precision, OUT standard_error double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 101;

COMMENT ON FUNCTION budget_difference(text, integer)
	IS 'the curves of two policies and their difference, of a query that returns gains, other_gains, costs and scores';

--
-- Experiments: did it work, and were the arms alike
--

CREATE TYPE ab_test AS (
	rows               bigint,				-- used
	treated            bigint,				-- among them
	control            bigint,
	skipped            bigint,				-- with a null
	treated_mean       double precision,	-- adjusted, if there is a covariate
	control_mean       double precision,
	difference         double precision,
	standard_error     double precision,
	low                double precision,	-- of the 95 % interval
	high               double precision,
	p_value            double precision,	-- of two sides
	relative_lift      double precision,	-- difference / control_mean
	relative_low       double precision,
	relative_high      double precision,
	variance_reduction double precision		-- by the covariate
);

COMMENT ON TYPE ab_test IS 'the outcome of an A/B test';

CREATE TYPE balance AS (
	rows                    bigint,				-- used
	treated                 bigint,				-- among them
	control                 bigint,
	skipped                 bigint,				-- with a null
	treated_mean            double precision,
	control_mean            double precision,
	standardised_difference double precision,	-- of the means, in standard deviations
	variance_ratio          double precision,	-- treated / control
	effective_treated       double precision,	-- rows that as many equal weights would be worth
	effective_control       double precision
);

COMMENT ON TYPE balance IS 'how alike a feature is in the two arms of a trial';

CREATE FUNCTION ab_test_add(state, double precision, boolean) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION ab_test_add(state, double precision, boolean, double precision) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION ab_test_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION ab_test_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION ab_test_final(state) RETURNS ab_test
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION ab_test_add(state, double precision, boolean) IS 'implementation of ab_test';
COMMENT ON FUNCTION ab_test_add(state, double precision, boolean, double precision) IS 'implementation of ab_test';
COMMENT ON FUNCTION ab_test_combine(state, state) IS 'implementation of ab_test';
COMMENT ON FUNCTION ab_test_compact(state) IS 'implementation of ab_test_state';
COMMENT ON FUNCTION ab_test_final(state) IS 'implementation of ab_test';

CREATE AGGREGATE ab_test(outcome double precision, treated boolean) (
	SFUNC        = ab_test_add,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = ab_test_final,
	COMBINEFUNC  = ab_test_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE ab_test(double precision, boolean)
	IS 'mean outcome of the treated against that of the controls: difference, interval, p-value, lift';

CREATE AGGREGATE ab_test(outcome double precision, treated boolean, covariate double precision) (
	SFUNC        = ab_test_add,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = ab_test_final,
	COMBINEFUNC  = ab_test_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE ab_test(double precision, boolean, double precision)
	IS 'the same, with the variance that a covariate from before the test explains taken out';

CREATE AGGREGATE ab_test_state(outcome double precision, treated boolean) (
	SFUNC        = ab_test_add,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = ab_test_compact,
	COMBINEFUNC  = ab_test_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE ab_test_state(double precision, boolean)
	IS 'the state of ab_test, to be stored and merged later';

CREATE AGGREGATE ab_test_state(outcome double precision, treated boolean, covariate double precision) (
	SFUNC        = ab_test_add,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = ab_test_compact,
	COMBINEFUNC  = ab_test_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE ab_test_state(double precision, boolean, double precision)
	IS 'the state of ab_test, to be stored and merged later';

CREATE AGGREGATE ab_test_state(state state) (
	SFUNC        = ab_test_combine,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = ab_test_compact,
	COMBINEFUNC  = ab_test_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE ab_test_state(state)
	IS 'states of ab_test rolled up to one';

CREATE AGGREGATE ab_test_merge(state state) (
	SFUNC        = ab_test_combine,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = ab_test_final,
	COMBINEFUNC  = ab_test_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE ab_test_merge(state)
	IS 'the row that ab_test returns, from its states';

CREATE FUNCTION balance_add(state, double precision, boolean) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION balance_add(state, double precision, boolean, double precision) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION balance_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION balance_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION balance_final(state) RETURNS balance
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION balance_add(state, double precision, boolean) IS 'implementation of balance';
COMMENT ON FUNCTION balance_add(state, double precision, boolean, double precision) IS 'implementation of balance';
COMMENT ON FUNCTION balance_combine(state, state) IS 'implementation of balance';
COMMENT ON FUNCTION balance_compact(state) IS 'implementation of balance_state';
COMMENT ON FUNCTION balance_final(state) IS 'implementation of balance';

CREATE AGGREGATE balance(x double precision, treated boolean) (
	SFUNC        = balance_add,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = balance_final,
	COMBINEFUNC  = balance_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE balance(double precision, boolean)
	IS 'a feature in the two arms: standardised difference of the means, ratio of the variances';

CREATE AGGREGATE balance(x double precision, treated boolean, weight double precision) (
	SFUNC        = balance_add,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = balance_final,
	COMBINEFUNC  = balance_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE balance(double precision, boolean, double precision)
	IS 'the same by weights, such as inverse propensities';

CREATE AGGREGATE balance_state(x double precision, treated boolean) (
	SFUNC        = balance_add,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = balance_compact,
	COMBINEFUNC  = balance_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE balance_state(double precision, boolean)
	IS 'the state of balance, to be stored and merged later';

CREATE AGGREGATE balance_state(x double precision, treated boolean, weight double precision) (
	SFUNC        = balance_add,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = balance_compact,
	COMBINEFUNC  = balance_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE balance_state(double precision, boolean, double precision)
	IS 'the state of balance, to be stored and merged later';

CREATE AGGREGATE balance_state(state state) (
	SFUNC        = balance_combine,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = balance_compact,
	COMBINEFUNC  = balance_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE balance_state(state)
	IS 'states of balance rolled up to one';

CREATE AGGREGATE balance_merge(state state) (
	SFUNC        = balance_combine,
	STYPE        = state,
	SSPACE       = 160,
	FINALFUNC    = balance_final,
	COMBINEFUNC  = balance_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE balance_merge(state)
	IS 'the row that balance returns, from its states';

--
-- Off-policy evaluation: what another policy would have earned
--

CREATE TYPE off_policy AS (
	rows                    bigint,				-- used
	skipped                 bigint,				-- with a null
	ips                     double precision,
	ips_se                  double precision,
	ips_low                 double precision,
	ips_high                double precision,
	clipped                 double precision,
	clipped_se              double precision,
	clipped_low             double precision,
	clipped_high            double precision,
	snips                   double precision,
	snips_se                double precision,
	snips_low               double precision,
	snips_high              double precision,
	dm                      double precision,
	dm_se                   double precision,
	dm_low                  double precision,
	dm_high                 double precision,
	dr                      double precision,
	dr_se                   double precision,
	dr_low                  double precision,
	dr_high                 double precision,
	switch_dr               double precision,
	switch_dr_se            double precision,
	switch_dr_low           double precision,
	switch_dr_high          double precision,
	effective_sample_size   double precision,	-- rows that as many equal weights would be worth
	mean_weight             double precision,	-- 1 is expected
	mean_weight_se          double precision,
	largest_weight          double precision
);

COMMENT ON TYPE off_policy IS 'the value of a policy by each estimator, with standard errors and 95 % intervals';

CREATE FUNCTION off_policy_add(state, double precision, double precision, double precision, double precision, double precision) RETURNS state
	AS 'MODULE_PATHNAME', 'off_policy_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION off_policy_add(state, double precision, double precision, double precision, double precision, double precision, jsonb) RETURNS state
	AS 'MODULE_PATHNAME', 'off_policy_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION off_policy_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION off_policy_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION off_policy_final(state) RETURNS off_policy
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION off_policy_add(state, double precision, double precision, double precision, double precision, double precision) IS 'implementation of off_policy';
COMMENT ON FUNCTION off_policy_add(state, double precision, double precision, double precision, double precision, double precision, jsonb) IS 'implementation of off_policy';
COMMENT ON FUNCTION off_policy_combine(state, state) IS 'implementation of off_policy';
COMMENT ON FUNCTION off_policy_compact(state) IS 'implementation of off_policy_state';
COMMENT ON FUNCTION off_policy_final(state) IS 'implementation of off_policy';

CREATE AGGREGATE off_policy(
	reward double precision, logged_probability double precision, target_probability double precision,
	model_logged double precision, model_target double precision
) (
	SFUNC        = off_policy_add,
	STYPE        = state,
	SSPACE       = 192,
	FINALFUNC    = off_policy_final,
	COMBINEFUNC  = off_policy_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE off_policy(double precision, double precision, double precision, double precision, double precision)
	IS 'value of a policy from the log of another: ips, clipped ips, snips, dm, dr, switch-dr with intervals';

CREATE AGGREGATE off_policy(
	reward double precision, logged_probability double precision, target_probability double precision,
	model_logged double precision, model_target double precision, options jsonb
) (
	SFUNC        = off_policy_add,
	STYPE        = state,
	SSPACE       = 192,
	FINALFUNC    = off_policy_final,
	COMBINEFUNC  = off_policy_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE off_policy(double precision, double precision, double precision, double precision, double precision, jsonb)
	IS 'value of a policy from the log of another: ips, clipped ips, snips, dm, dr, switch-dr with intervals';

CREATE AGGREGATE off_policy_state(
	reward double precision, logged_probability double precision, target_probability double precision,
	model_logged double precision, model_target double precision
) (
	SFUNC        = off_policy_add,
	STYPE        = state,
	SSPACE       = 192,
	FINALFUNC    = off_policy_compact,
	COMBINEFUNC  = off_policy_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE off_policy_state(double precision, double precision, double precision, double precision, double precision)
	IS 'the state of off_policy, to be stored and merged later';

CREATE AGGREGATE off_policy_state(
	reward double precision, logged_probability double precision, target_probability double precision,
	model_logged double precision, model_target double precision, options jsonb
) (
	SFUNC        = off_policy_add,
	STYPE        = state,
	SSPACE       = 192,
	FINALFUNC    = off_policy_compact,
	COMBINEFUNC  = off_policy_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE off_policy_state(double precision, double precision, double precision, double precision, double precision, jsonb)
	IS 'the state of off_policy, to be stored and merged later';

CREATE AGGREGATE off_policy_state(state state) (
	SFUNC        = off_policy_combine,
	STYPE        = state,
	SSPACE       = 192,
	FINALFUNC    = off_policy_compact,
	COMBINEFUNC  = off_policy_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE off_policy_state(state)
	IS 'states of off_policy rolled up to one';

CREATE AGGREGATE off_policy_merge(state state) (
	SFUNC        = off_policy_combine,
	STYPE        = state,
	SSPACE       = 192,
	FINALFUNC    = off_policy_final,
	COMBINEFUNC  = off_policy_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE off_policy_merge(state)
	IS 'the row that off_policy returns, from its states';

CREATE TYPE replay AS (
	rows    bigint,
	matched bigint,				-- rows whose logged offer is the one chosen
	skipped bigint,				-- rows with a null
	value   double precision,	-- mean reward of the matched rows
	se      double precision,
	low     double precision,	-- of the 95 % interval
	high    double precision
);

COMMENT ON TYPE replay IS 'the value of a policy on the rows of a randomised log with which it agrees';

CREATE FUNCTION replay_add(state, double precision, text, text) RETURNS state
	AS 'MODULE_PATHNAME', 'replay_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION replay_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION replay_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION replay_final(state) RETURNS replay
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION replay_add(state, double precision, text, text) IS 'implementation of replay';
COMMENT ON FUNCTION replay_combine(state, state) IS 'implementation of replay';
COMMENT ON FUNCTION replay_compact(state) IS 'implementation of replay_state';
COMMENT ON FUNCTION replay_final(state) IS 'implementation of replay';

CREATE AGGREGATE replay(reward double precision, logged_offer text, chosen_offer text) (
	SFUNC        = replay_add,
	STYPE        = state,
	SSPACE       = 48,
	FINALFUNC    = replay_final,
	COMBINEFUNC  = replay_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE replay(double precision, text, text)
	IS 'what a policy would have earned: the rewards of a randomised log where what was offered is what the policy chooses';

CREATE AGGREGATE replay_state(reward double precision, logged_offer text, chosen_offer text) (
	SFUNC        = replay_add,
	STYPE        = state,
	SSPACE       = 48,
	FINALFUNC    = replay_compact,
	COMBINEFUNC  = replay_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE replay_state(double precision, text, text)
	IS 'the state of replay, to be stored and merged later';

CREATE AGGREGATE replay_state(state state) (
	SFUNC        = replay_combine,
	STYPE        = state,
	SSPACE       = 48,
	FINALFUNC    = replay_compact,
	COMBINEFUNC  = replay_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE replay_state(state)
	IS 'states of replay rolled up to one';

CREATE AGGREGATE replay_merge(state state) (
	SFUNC        = replay_combine,
	STYPE        = state,
	SSPACE       = 48,
	FINALFUNC    = replay_final,
	COMBINEFUNC  = replay_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE replay_merge(state)
	IS 'the row that replay returns, from its states';

CREATE FUNCTION wape_add(state, double precision, double precision) RETURNS state
	AS 'MODULE_PATHNAME', 'wape_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION wape_combine(state, state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION wape_compact(state) RETURNS state
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION wape_final(state) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION wape_add(state, double precision, double precision) IS 'implementation of wape';
COMMENT ON FUNCTION wape_combine(state, state) IS 'implementation of wape';
COMMENT ON FUNCTION wape_compact(state) IS 'implementation of wape_state';
COMMENT ON FUNCTION wape_final(state) IS 'implementation of wape';

CREATE AGGREGATE wape(actual double precision, predicted double precision) (
	SFUNC        = wape_add,
	STYPE        = state,
	SSPACE       = 56,
	FINALFUNC    = wape_final,
	COMBINEFUNC  = wape_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE wape(double precision, double precision)
	IS 'weighted absolute percentage error of a forecast: sum of |actual - predicted| / sum of |actual|';

CREATE AGGREGATE wape_state(actual double precision, predicted double precision) (
	SFUNC        = wape_add,
	STYPE        = state,
	SSPACE       = 56,
	FINALFUNC    = wape_compact,
	COMBINEFUNC  = wape_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE wape_state(double precision, double precision)
	IS 'the state of wape, to be stored and merged later';

CREATE AGGREGATE wape_state(state state) (
	SFUNC        = wape_combine,
	STYPE        = state,
	SSPACE       = 56,
	FINALFUNC    = wape_compact,
	COMBINEFUNC  = wape_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE wape_state(state)
	IS 'states of wape rolled up to one';

CREATE AGGREGATE wape_merge(state state) (
	SFUNC        = wape_combine,
	STYPE        = state,
	SSPACE       = 56,
	FINALFUNC    = wape_final,
	COMBINEFUNC  = wape_combine,
	PARALLEL     = SAFE
);

COMMENT ON AGGREGATE wape_merge(state)
	IS 'the number that wape returns, from its states';

CREATE FUNCTION spearman_add(internal, double precision, double precision) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION spearman_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION spearman_add(internal, double precision, double precision) IS 'implementation of spearman';
COMMENT ON FUNCTION spearman_final(internal) IS 'implementation of spearman';

-- 16 bytes a row: the space is that of a group of 1,000 rows
CREATE AGGREGATE spearman(a double precision, b double precision) (
	SFUNC            = spearman_add,
	STYPE            = internal,
	SSPACE           = 16000,
	FINALFUNC        = spearman_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC      = evaluation_combine,
	SERIALFUNC       = evaluation_serial,
	DESERIALFUNC     = evaluation_deserial,
	PARALLEL         = SAFE
);

COMMENT ON AGGREGATE spearman(double precision, double precision)
	IS 'rank correlation of two numbers, equal ones sharing the mean of their ranks';

--
-- Sample size: how many customers a trial needs
--

CREATE TYPE sample_size AS (
	rows    bigint,
	treated bigint,				-- among them
	control bigint,
	power   double precision	-- of the test with so many
);

COMMENT ON TYPE sample_size IS 'the rows that a trial needs, and the power it then has';

CREATE FUNCTION sample_size(difference double precision, standard_deviation double precision) RETURNS sample_size
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sample_size(double precision, double precision)
	IS 'rows that ab_test needs to find a difference of means';

CREATE FUNCTION sample_size(difference double precision, standard_deviation double precision, options jsonb) RETURNS sample_size
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sample_size(double precision, double precision, jsonb)
	IS 'rows that ab_test needs to find a difference of means';

CREATE FUNCTION sample_size_rates(control_rate double precision, treated_rate double precision) RETURNS sample_size
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sample_size_rates(double precision, double precision)
	IS 'rows that ab_test needs to tell two rates apart';

CREATE FUNCTION sample_size_rates(control_rate double precision, treated_rate double precision, options jsonb) RETURNS sample_size
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sample_size_rates(double precision, double precision, jsonb)
	IS 'rows that ab_test needs to tell two rates apart';

--
-- Policy: the best offers over many steps
--

CREATE FUNCTION value_iteration(
	mdp text, options jsonb,
	OUT state text, OUT offer text, OUT value double precision, OUT q double precision,
	OUT is_best boolean, OUT step integer
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION value_iteration(text, jsonb)
	IS 'the best offer in each state of a query that returns transitions, their probabilities, rewards and costs: Bellman equation with a discount or a horizon';

CREATE FUNCTION value_iteration(
	mdp text,
	OUT state text, OUT offer text, OUT value double precision, OUT q double precision,
	OUT is_best boolean, OUT step integer
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION value_iteration(text)
	IS 'the best offer in each state of a query that returns transitions, their probabilities, rewards and costs: Bellman equation with a discount of 0.9';

CREATE FUNCTION hmm_policy(
	model model, belief double precision[], margins jsonb, options jsonb,
	OUT offer text, OUT q double precision, OUT expected_cost double precision, OUT gain double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 3;

COMMENT ON FUNCTION hmm_policy(model, double precision[], jsonb, jsonb)
	IS 'what each offer is worth in the long run to a customer of this belief, what it costs now, and its gain over no offer: candidates for allocate';

CREATE FUNCTION hmm_policy(
	model model, belief double precision[], margins jsonb,
	OUT offer text, OUT q double precision, OUT expected_cost double precision, OUT gain double precision
) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 3;

COMMENT ON FUNCTION hmm_policy(model, double precision[], jsonb)
	IS 'what each offer is worth in the long run to a customer of this belief, and its gain over no offer';
