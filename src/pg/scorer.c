/*
 * scorer.c
 *		The two first arguments of every scoring function: model and features.
 */
#include "coupon.h"

#include "utils/memutils.h"

#include "pg/scorer.h"

typedef struct Scorer
{
	FeatureReader *reader;
	double	   *slots;
} Scorer;

const double *
scorer_slots(FunctionCallInfo fcinfo, ModelArg *model, const Schema *schema)
{
	Scorer	   *scorer = model->scratch;

	if (scorer == NULL)
	{
		scorer = MemoryContextAllocZero(model->context, sizeof(Scorer));
		scorer->slots = MemoryContextAlloc(model->context, sizeof(double) * Max(schema->nslots, 1));
		model->scratch = scorer;
	}
	if (scorer->reader == NULL || !features_fits(scorer->reader, fcinfo, 1))
	{
		MemoryContext context = AllocSetContextCreate(model->context, "coupon features",
													  ALLOCSET_SMALL_SIZES);
		FeatureReader *reader = features_score(fcinfo, 1, schema, context);

		reader->holes = model->type->kind == MODEL_TREES;
		if (scorer->reader)
			MemoryContextDelete(scorer->reader->context);
		scorer->reader = reader;
	}
	features_read(scorer->reader, fcinfo, 1);
	features_slots(scorer->reader, schema, scorer->slots);

	return scorer->slots;
}
