/*
 * trial.c
 *		The rows of a trial: who got which offer, and what came of it.
 */
#include "coupon.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "model/trial.h"

static char *
arm_names(const Dictionary *arms)
{
	StringInfoData names;
	int		   *ranks = dictionary_ranks(arms);

	initStringInfo(&names);
	for (int rank = 0; rank < Min(arms->n, 10); rank++)
		for (int i = 0; i < arms->n; i++)
			if (ranks[i] == rank)
				appendStringInfo(&names, "%s\"%s\"", rank ? ", " : "", arms->texts[i]);
	if (arms->n > 10)
		appendStringInfoString(&names, ", ...");

	return names.data;
}

/* The number of the arm that is no offer. */
static int
control_arm(const Dictionary *arms, const char *name)
{
	static const char *const usual[] = {"control", "false", "0"};
	int			control = -1;

	if (name)
	{
		control = dictionary_find(arms, name, strlen(name));
		if (control < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("no row has the control arm \"%s\"", name),
					 errdetail("The arms are %s.", arm_names(arms))));
	}
	else
	{
		for (int i = 0; i < lengthof(usual) && control < 0; i++)
			control = dictionary_find(arms, usual[i], strlen(usual[i]));
		if (control < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("which arm is no offer must be told"),
					 errdetail("The arms are %s.", arm_names(arms)),
					 errhint("Name it in option \"control\".")));
	}
	if (arms->n < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no offer to compare with the control arm \"%s\"",
						arms->texts[control]),
				 errhint("uplift_fit needs rows of at least two arms.")));

	return control;
}

void
trial_place_arms(Trial *trial, const char *name)
{
	int			control = control_arm(trial->names, name);
	int		   *place = dictionary_ranks(trial->names);
	int			rank = place[control];

	for (int i = 0; i < trial->names->n; i++)
		if (i == control)
			place[i] = 0;
		else if (place[i] < rank)
			place[i]++;
	trial->narms = trial->names->n;
	trial->place = place;
}

/* The rows of these arms whose fold is, or is not, the one given. */
static Sample
pick(const Trial *trial, int arm, int other, const uint8 *folds, int fold, bool within)
{
	Sample		sample = trial->sample;
	int64	   *index = palloc_huge(int64, Max(trial->sample.n, 1));

	Assert(trial->sample.index == NULL);

	sample.n = 0;
	for (int64 i = 0; i < trial->sample.n; i++)
	{
		int			own = trial_arm(trial, i);

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		if ((arm == ANY_ARM || own == arm || own == other) &&
			(fold == ANY_FOLD || (folds[i] == fold) == within))
			index[sample.n++] = i;
	}
	sample.index = index;

	return sample;
}

Sample
trial_within(const Trial *trial, int arm, int other, const uint8 *folds, int fold)
{
	return pick(trial, arm, other, folds, fold, true);
}

Sample
trial_outside(const Trial *trial, int arm, int other, const uint8 *folds, int fold)
{
	return pick(trial, arm, other, folds, fold, false);
}

void
sample_free(Sample *sample)
{
	pfree((void *) sample->index);
	sample->index = NULL;
}
