/*
 * trees_json.c
 *		Boosted trees out of the JSON in which XGBoost saves a model.
 *
 * Versions 1 to 3 are read.  Their numbers of a whole model are strings; base_score
 * is one number as a string, and from 3.1 on a string with an array in it.
 */
#include "coupon.h"

#include <math.h>

#include "model/trees_json.h"
#include "model/trees_nodes.h"

/* What is read of a model. */
typedef struct Reading
{
	JsonRead	json;
	TreesSource *to;
	char	   *base_score;
	int			num_class;
	int			num_target;
	int			num_trees;		/* as told; -1 if not */
	int			ntypes;
	char	  **types;
	int			nnames;
	TreeNodes	nodes;
} Reading;

typedef enum Link
{
	LINK_IDENTITY,
	LINK_LOGISTIC,
	LINK_LOG,
} Link;

static const struct
{
	const char *name;
	Link		link;
	Objective	objective;
}			objectives[] = {
	{"reg:squarederror", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"reg:linear", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"reg:squaredlogerror", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"reg:pseudohubererror", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"reg:absoluteerror", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"reg:quantileerror", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"rank:pairwise", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"rank:ndcg", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"rank:map", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"binary:logitraw", LINK_IDENTITY, OBJECTIVE_SQUARED_ERROR},
	{"binary:logistic", LINK_LOGISTIC, OBJECTIVE_LOGISTIC},
	{"reg:logistic", LINK_LOGISTIC, OBJECTIVE_LOGISTIC},
	{"count:poisson", LINK_LOG, OBJECTIVE_POISSON},
	{"reg:gamma", LINK_LOG, OBJECTIVE_TWEEDIE},
	{"reg:tweedie", LINK_LOG, OBJECTIVE_TWEEDIE},
};

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static char **
read_strings(JsonRead *json, int *n)
{
	int			room = 16;
	char	  **strings = palloc_array(char *, room);

	*n = 0;
	for (json_enter(json, '['); json_element(json);)
	{
		if (*n > MAX_EXPANDED)
			json_failed(json, "There are too many features.");
		if (*n == room)
			strings = repalloc(strings, sizeof(char *) * (room *= 2));
		strings[(*n)++] = json_string(json);
	}

	return strings;
}

static void
read_booster_model(Reading *reading)
{
	JsonRead   *json = &reading->json;
	char	   *key;

	for (json_enter(json, '{'); (key = json_key(json)) != NULL;)
		if (same(key, "gbtree_model_param"))
		{
			char	   *name;

			for (json_enter(json, '{'); (name = json_key(json)) != NULL;)
				if (same(name, "num_trees"))
					reading->num_trees = json_quoted_integer(json);
				else if (same(name, "num_parallel_tree"))
					reading->to->per_round = json_quoted_integer(json);
				else
					json_skip(json);
		}
		else if (same(key, "trees"))
			for (json_enter(json, '['); json_element(json);)
				tree_nodes_read(json, &reading->nodes);
		else
			json_skip(json);
}

static void
read_booster(Reading *reading)
{
	JsonRead   *json = &reading->json;
	char	   *name = NULL;
	char	   *key;
	bool		model = false;

	for (json_enter(json, '{'); (key = json_key(json)) != NULL;)
		if (same(key, "model"))
		{
			read_booster_model(reading);
			model = true;
		}
		else if (same(key, "name"))
			name = json_string(json);
		else
			json_skip(json);
	if (name && !same(name, "gbtree"))
		import_refused(psprintf("a booster \"%s\"", name), "Train with booster \"gbtree\".");
	if (name == NULL || !model)
		json_failed(json, "The booster is missing.");
}

/* base_score: "5E-1", "[5E-1]", 0.5 or [0.5] */
static char *
read_base_score(JsonRead *json)
{
	char	   *text;

	if (json_peek(json) == '[')
	{
		FloatList	list = {0};

		json_numbers(json, &list);
		if (list.n != 1)
			import_refused("several base scores", "Train one model for each outcome.");
		return psprintf("%.17g", list.values[0]);
	}
	text = json_peek(json) == '"' ? json_string(json) : psprintf("%.17g", json_double(json));
	if (*text == '[')
	{
		char	   *close = strchr(text, ']');

		if (strchr(text, ','))
			import_refused("several base scores", "Train one model for each outcome.");
		if (close == NULL || close[1])
			json_failed(json, "base_score is no number.");
		*close = '\0';
		text++;
	}

	return text;
}

static void
read_learner(Reading *reading)
{
	JsonRead   *json = &reading->json;
	TreesSource *to = reading->to;
	bool		booster = false;
	char	   *key;
	char	   *name;

	for (json_enter(json, '{'); (key = json_key(json)) != NULL;)
		if (same(key, "gradient_booster"))
		{
			read_booster(reading);
			booster = true;
		}
		else if (same(key, "feature_names"))
			to->names = read_strings(json, &reading->nnames);
		else if (same(key, "feature_types"))
			reading->types = read_strings(json, &reading->ntypes);
		else if (same(key, "learner_model_param"))
			for (json_enter(json, '{'); (name = json_key(json)) != NULL;)
				if (same(name, "base_score"))
					reading->base_score = read_base_score(json);
				else if (same(name, "num_class"))
					reading->num_class = json_quoted_integer(json);
				else if (same(name, "num_target"))
					reading->num_target = json_quoted_integer(json);
				else if (same(name, "num_feature"))
					to->nfeatures = json_quoted_integer(json);
				else
					json_skip(json);
		else if (same(key, "objective"))
			for (json_enter(json, '{'); (name = json_key(json)) != NULL;)
				if (same(name, "name"))
					to->objective = json_string(json);
				else
					json_skip(json);
		else
			json_skip(json);
	if (!booster || to->objective == NULL || reading->base_score == NULL || to->nfeatures < 0)
		json_failed(json, "The booster, the objective, base_score or num_feature is missing.");
}

static void
set_objective(Reading *reading)
{
	Forest	   *forest = &reading->to->forest;
	char	   *end;
	float		base = strtof(reading->base_score, &end);
	bool		valid = *reading->base_score != '\0' && *end == '\0' && isfinite(base);
	int			i = 0;

	while (i < lengthof(objectives) && !same(objectives[i].name, reading->to->objective))
		i++;
	if (reading->num_class > 1 || reading->num_target > 1)
		import_refused("several outputs", "Train one model for each outcome.");
	if (i == lengthof(objectives))
		import_refused(psprintf("the objective \"%s\"", reading->to->objective),
					  "Known objectives are those of squared and absolute error, logistic, Poisson, gamma and Tweedie regression and of ranking.");

	forest->objective = objectives[i].objective;
	forest->offset = 0;
	forest->scale = 1;
	if (objectives[i].link == LINK_LOGISTIC)
	{
		valid &= base > 0 && base < 1;
		base = valid ? -logf(1.0f / base - 1.0f) : 0;
	}
	else if (objectives[i].link == LINK_LOG)
	{
		valid &= base > 0;
		base = valid ? logf(base) : 0;
	}
	if (!valid)
		json_failed(&reading->json, "base_score is no number, or not one that goes with the objective.");
	forest->base = base;
}

static void
set_features(Reading *reading)
{
	TreesSource *to = reading->to;

	if (to->nfeatures > MAX_EXPANDED)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("source has %d features, more than %d", to->nfeatures, MAX_EXPANDED)));
	if (reading->nnames == 0)
		to->names = NULL;
	else if (reading->nnames != to->nfeatures)
		json_failed(&reading->json, "There are not as many feature names as features.");
	to->booleans = palloc0_array(bool, Max(to->nfeatures, 1));
	for (int i = 0; i < Min(reading->ntypes, to->nfeatures); i++)
		to->booleans[i] = same(reading->types[i], "i");
	for (int i = 0; i < reading->nnames; i++)
		for (int j = 0; j <= i; j++)
			if (to->names[i][0] == '\0' || (j < i && same(to->names[i], to->names[j])))
				json_failed(&reading->json, "Two features have the same name, or one has none.");
}

/* A binary file, or one in hexadecimal digits or base64. */
static bool
looks_binary(const char *json, Size size)
{
	static const char *const begins[] = {"{L", "{l", "{i", "{U", "{I", "binf", "bs64", "\\x", "e0w", "e2w"};

	for (int i = 0; i < lengthof(begins); i++)
		if (size >= strlen(begins[i]) && memcmp(json, begins[i], strlen(begins[i])) == 0)
			return true;

	return false;
}

void
trees_from_json(const char *what, const char *json, Size size, int rounds, TreesSource *source)
{
	Reading		reading = {.to = source, .num_trees = -1};
	const char *wrong;
	char	   *key;
	bool		learner = false;

	memset(source, 0, sizeof(*source));
	source->nfeatures = -1;
	source->per_round = 1;
	source->version = "";
	if (looks_binary(json, size))
		import_refused("a binary model (UBJ)", "Save the model as JSON, to a file named \"....json\".");

	json_begin(&reading.json, psprintf("%s is not a model as XGBoost saves it in JSON", what), json, size);
	for (json_enter(&reading.json, '{'); (key = json_key(&reading.json)) != NULL;)
		if (same(key, "learner"))
		{
			read_learner(&reading);
			learner = true;
		}
		else if (same(key, "version"))
		{
			FloatList	parts = {0};

			json_numbers(&reading.json, &parts);
			for (int i = 0; i < Min(parts.n, 3); i++)
				source->version = psprintf("%s%s%.0f", source->version, i ? "." : "", parts.values[i]);
		}
		else
			json_skip(&reading.json);
	json_end(&reading.json);
	if (!learner)
		json_failed(&reading.json, "The learner is missing.");
	set_objective(&reading);
	set_features(&reading);
	if (reading.num_trees >= 0 && reading.num_trees != reading.nodes.ntrees)
		json_failed(&reading.json, "There are not as many trees as the file says.");

	if (source->per_round < 1)
		json_failed(&reading.json, "num_parallel_tree is not positive.");
	source->forest.columns = source->nfeatures;
	source->forest.ntrees = reading.nodes.ntrees;
	if (rounds > 0)
		source->forest.ntrees = (int) Min((int64) reading.nodes.ntrees, (int64) rounds * source->per_round);
	wrong = forest_build(&source->forest, reading.nodes.splits, reading.nodes.sizes);
	if (wrong)
		json_failed(&reading.json, wrong);
}
