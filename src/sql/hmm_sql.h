/*
 * hmm_sql.h
 *		Arguments of functions over models of kind hmm.
 */
#ifndef COUPON_HMM_SQL_H
#define COUPON_HMM_SQL_H

#include "coupon.h"

#include "model/hmm.h"

/* The model in argument 0. */
extern const Hmm *hmm_arg(FunctionCallInfo fcinfo);

/* The symbols in argument 1 and the inputs in the next if the call has at least "arguments" arguments. */
extern void hmm_steps_arg(FunctionCallInfo fcinfo, const Hmm *hmm, int arguments, HmmSteps *steps);

/* The belief in argument 1, padded. */
extern double *hmm_belief_arg(FunctionCallInfo fcinfo, const Hmm *hmm);

/* The number of the input in argument i if the call has one, 0 if neither it nor the model have. */
extern int	hmm_input_arg(FunctionCallInfo fcinfo, const Hmm *hmm, int i);

#endif							/* COUPON_HMM_SQL_H */
