/*
 * trees_nodes.c
 *		The trees of an XGBoost file, one after another, as splits in level order.
 *
 * The file has an array for each property of the nodes.  Nodes that no path
 * from the root reaches, such as those that were pruned, are left out.
 */
#include "coupon.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "model/trees_nodes.h"

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

void
import_refused(const char *what, const char *hint)
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

int
json_quoted_integer(JsonRead *json)
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

void
json_numbers(JsonRead *json, FloatList *list)
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

/* Append the nodes that are reached from the root, level by level. */
static void
append_tree(JsonRead *json, TreeNodes *to, const FileTree *tree)
{
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
	if (to->nsplits + n > to->split_room)
	{
		to->split_room = Max(to->nsplits + n, to->split_room * 2);
		to->splits = to->splits ?
			repalloc_huge(to->splits, sizeof(TreeSplit) * to->split_room) :
			palloc_huge(TreeSplit, to->split_room);
	}

	queue[0] = 0;
	seen[0] = true;
	for (int i = 0; i < reached; i++)
	{
		int			at = queue[i];
		TreeSplit  *split = &to->splits[to->nsplits + i];
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

	if (to->ntrees == to->tree_room)
	{
		to->tree_room = Max(64, to->tree_room * 2);
		to->sizes = to->sizes ?
			repalloc(to->sizes, sizeof(int) * to->tree_room) :
			palloc_array(int, to->tree_room);
	}
	to->sizes[to->ntrees] = reached;
	if (++to->ntrees > MAX_TREES)
		json_failed(json, "There are too many trees.");
	to->nsplits += reached;
}

void
tree_nodes_read(JsonRead *json, TreeNodes *to)
{
	FileTree   *tree = palloc0_object(FileTree);
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
	for (json_enter(json, '{'); (key = json_key(json)) != NULL; pfree(key))
	{
		int			i = 0;

		while (i < lengthof(known) && !same(known[i].name, key))
			i++;
		if (i < lengthof(known))
			json_numbers(json, known[i].list);
		else if (same(key, "split_type"))
		{
			json_numbers(json, &types);
			for (int k = 0; k < types.n; k++)
				if (types.values[k] != 0)
					import_refused("categorical splits",
								  "Train on an indicator column of 0 and 1 for each category instead.");
		}
		else if (same(key, "tree_param"))
		{
			char	   *name;

			for (json_enter(json, '{'); (name = json_key(json)) != NULL;)
				if (!same(name, "size_leaf_vector"))
					json_skip(json);
				else if (json_quoted_integer(json) > 1)
					import_refused("trees of several outputs", "Train one model for each outcome.");
		}
		else
			json_skip(json);
	}
	append_tree(json, to, tree);
	for (int i = 0; i < lengthof(known); i++)
		if (known[i].list->values)
			pfree(known[i].list->values);
	pfree(tree);
}
