/*
 * trees_json.c
 *		Boosted trees out of the JSON in which XGBoost saves a model.
 *
 * Versions 1 to 3 are read.  Their numbers of a whole model are strings; base_score
 * is one number as a string, and from 3.1 on a string with an array in it.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/trees_json.h"
#include "pg/jsonread.h"

typedef struct FloatList
{
	double	   *values;
	int			n;
	int			room;
} FloatList;

/* A tree as the file has it. */
typedef struct FileTree
{
	FloatList	left;
	FloatList	right;
	FloatList	column;
	FloatList	value;
	FloatList	default_left;
	FloatList	cover;
	FloatList	gain;
} FileTree;

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
	int			ntrees;			/* as read */
	int			tree_room;
	int		   *sizes;			/* (tree_room) */
	int64		nsplits;
	int64		split_room;
	TreeSplit  *splits;			/* (split_room) */
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

/* What the file has that we do not take. */
pg_noreturn static void
not_supported(const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("source has %s, which cannot be imported", what),
			 errhint("%s", hint)));
}

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* An integer, which XGBoost writes as a string. */
static int
quoted_integer(JsonRead *json)
{
	char	   *text;
	char	   *end;
	long		value;

	if (json_peek(json) != '"')
		return (int) json_integer(json, PG_INT32_MIN, PG_INT32_MAX);
	text = json_string(json);
	errno = 0;
	value = strtol(text, &end, 10);
	if (*text == '\0' || *end || errno || value < PG_INT32_MIN || value > PG_INT32_MAX)
		json_failed(json, "An integer is expected.");

	return (int) value;
}

static void
read_numbers(JsonRead *json, FloatList *list)
{
	list->n = 0;
	for (json_enter(json, '['); json_element(json);)
	{
		char		kind = json_peek(json);

		if (list->n == list->room)
		{
			list->room = Max(64, list->room * 2);
			list->values = list->values ?
				repalloc_huge(list->values, sizeof(double) * list->room) :
				palloc_huge(double, list->room);
		}
		list->values[list->n++] = kind == 't' || kind == 'f' ? json_boolean(json) : json_double(json);
	}
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

/* Append the nodes that are reached from the root, level by level. */
static void
append_tree(Reading *reading, const FileTree *tree)
{
	JsonRead   *json = &reading->json;
	int			n = tree->left.n;
	const FloatList *lists[] = {&tree->right, &tree->column, &tree->value, &tree->default_left,
	&tree->cover, &tree->gain};
	int		   *queue;
	bool	   *seen;
	int			reached = 1;

	for (int i = 0; i < lengthof(lists); i++)
		if (lists[i]->n != n || n == 0)
			json_failed(json, "A tree has no nodes, or its arrays differ in length or are not all there.");
	queue = palloc_huge(int, n);
	seen = palloc_extended(n, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (reading->nsplits + n > reading->split_room)
	{
		reading->split_room = Max(reading->nsplits + n, reading->split_room * 2);
		reading->splits = reading->splits ?
			repalloc_huge(reading->splits, sizeof(TreeSplit) * reading->split_room) :
			palloc_huge(TreeSplit, reading->split_room);
	}

	queue[0] = 0;
	seen[0] = true;
	for (int i = 0; i < reached; i++)
	{
		int			at = queue[i];
		TreeSplit  *split = &reading->splits[reading->nsplits + i];
		double		children[2] = {tree->left.values[at], tree->right.values[at]};

		split->value = (float) tree->value.values[at];
		split->cover = (float) tree->cover.values[at];
		split->gain = (float) tree->gain.values[at];
		split->missing_right = tree->default_left.values[at] == 0;
		split->column = -1;
		if (children[0] == -1 && children[1] == -1)
			continue;
		split->column = tree->column.values[at] >= 0 && tree->column.values[at] < MAX_TREE_COLUMNS ?
			(int) tree->column.values[at] : MAX_TREE_COLUMNS;
		for (int k = 0; k < 2; k++)
		{
			if (!(children[k] >= 1 && children[k] < n && children[k] == floor(children[k])))
				json_failed(json, "A tree has a child that is not among its nodes.");
			if (seen[(int) children[k]])
				json_failed(json, "A tree has a cycle, or a node with two parents.");
			seen[(int) children[k]] = true;
			queue[reached++] = (int) children[k];
		}
	}
	pfree(queue);
	pfree(seen);

	if (reading->ntrees == reading->tree_room)
	{
		reading->tree_room = Max(64, reading->tree_room * 2);
		reading->sizes = reading->sizes ?
			repalloc(reading->sizes, sizeof(int) * reading->tree_room) :
			palloc_array(int, reading->tree_room);
	}
	reading->sizes[reading->ntrees] = reached;
	if (++reading->ntrees > MAX_TREES)
		json_failed(json, "There are too many trees.");
	reading->nsplits += reached;
}

static void
read_tree(Reading *reading, FileTree *tree)
{
	JsonRead   *json = &reading->json;
	const struct
	{
		const char *name;
		FloatList  *list;
	}			known[] = {
		{"left_children", &tree->left}, {"right_children", &tree->right},
		{"split_indices", &tree->column}, {"split_conditions", &tree->value},
		{"default_left", &tree->default_left}, {"sum_hessian", &tree->cover},
		{"loss_changes", &tree->gain},
	};
	FloatList	types = {0};
	char	   *key;

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < lengthof(known); i++)
		known[i].list->n = 0;
	for (json_enter(json, '{'); (key = json_key(json)) != NULL; pfree(key))
	{
		int			i = 0;

		while (i < lengthof(known) && !same(known[i].name, key))
			i++;
		if (i < lengthof(known))
			read_numbers(json, known[i].list);
		else if (same(key, "split_type"))
		{
			read_numbers(json, &types);
			for (int k = 0; k < types.n; k++)
				if (types.values[k] != 0)
					not_supported("categorical splits",
								  "Train on an indicator column of 0 and 1 for each category instead.");
		}
		else if (same(key, "tree_param"))
		{
			char	   *name;

			for (json_enter(json, '{'); (name = json_key(json)) != NULL;)
				if (!same(name, "size_leaf_vector"))
					json_skip(json);
				else if (quoted_integer(json) > 1)
					not_supported("trees of several outputs", "Train one model for each outcome.");
		}
		else
			json_skip(json);
	}
	append_tree(reading, tree);
}

static void
read_booster_model(Reading *reading)
{
	JsonRead   *json = &reading->json;
	FileTree	tree = {0};
	char	   *key;

	for (json_enter(json, '{'); (key = json_key(json)) != NULL;)
		if (same(key, "gbtree_model_param"))
		{
			char	   *name;

			for (json_enter(json, '{'); (name = json_key(json)) != NULL;)
				if (same(name, "num_trees"))
					reading->num_trees = quoted_integer(json);
				else if (same(name, "num_parallel_tree"))
					reading->to->per_round = quoted_integer(json);
				else
					json_skip(json);
		}
		else if (same(key, "trees"))
			for (json_enter(json, '['); json_element(json);)
				read_tree(reading, &tree);
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
		not_supported(psprintf("a booster \"%s\"", name), "Train with booster \"gbtree\".");
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

		read_numbers(json, &list);
		if (list.n != 1)
			not_supported("several base scores", "Train one model for each outcome.");
		return psprintf("%.17g", list.values[0]);
	}
	text = json_peek(json) == '"' ? json_string(json) : psprintf("%.17g", json_double(json));
	if (*text == '[')
	{
		char	   *close = strchr(text, ']');

		if (strchr(text, ','))
			not_supported("several base scores", "Train one model for each outcome.");
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
					reading->num_class = quoted_integer(json);
				else if (same(name, "num_target"))
					reading->num_target = quoted_integer(json);
				else if (same(name, "num_feature"))
					to->nfeatures = quoted_integer(json);
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
		not_supported("several outputs", "Train one model for each outcome.");
	if (i == lengthof(objectives))
		not_supported(psprintf("the objective \"%s\"", reading->to->objective),
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
		not_supported("a binary model (UBJ)", "Save the model as JSON, to a file named \"....json\".");

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

			read_numbers(&reading.json, &parts);
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
	if (reading.num_trees >= 0 && reading.num_trees != reading.ntrees)
		json_failed(&reading.json, "There are not as many trees as the file says.");

	if (source->per_round < 1)
		json_failed(&reading.json, "num_parallel_tree is not positive.");
	source->forest.columns = source->nfeatures;
	source->forest.ntrees = reading.ntrees;
	if (rounds > 0)
		source->forest.ntrees = (int) Min((int64) reading.ntrees, (int64) rounds * source->per_round);
	wrong = forest_build(&source->forest, reading.splits, reading.sizes);
	if (wrong)
		json_failed(&reading.json, wrong);
}
