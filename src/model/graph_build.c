/*
 * graph_build.c
 *		The graph of edges as they were collected, and its adjacency.
 */
#include "coupon.h"

#include <math.h>

#include "model/graph.h"

#define CHUNK	65536			/* edges between two looks at interrupts */

/* Where in an edge a number stands. */
#define NUMBER(edge, offset)	(*(const int32 *) ((const char *) (edge) + (offset)))

/* The edges in the order of one of their numbers, 0 .. nkeys - 1; equal ones as they were. */
static void
sort_by(const Edge *from, Edge *to, int64 n, size_t offset, int nkeys)
{
	int64	   *place = palloc_huge(int64, (Size) nkeys + 1);
	int64		sum = 0;

	memset(place, 0, sizeof(int64) * ((Size) nkeys + 1));
	for (int64 i = 0; i < n; i++)
	{
		if (i % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		place[NUMBER(&from[i], offset)]++;
	}
	for (int key = 0; key < nkeys; key++)
	{
		int64		count = place[key];

		place[key] = sum;
		sum += count;
	}
	for (int64 i = 0; i < n; i++)
	{
		if (i % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		to[place[NUMBER(&from[i], offset)]++] = from[i];
	}
	pfree(place);
}

/* The names of a lexicon in the order of their bytes. */
static void
take_names(const Lexicon *lexicon, const int32 *ranks, Names *names)
{
	int64		size = 0;

	names->n = lexicon->n;
	names->at = palloc_huge(int64, (Size) names->n + 1);
	for (int i = 0; i < names->n; i++)
		names->at[ranks[i] + 1] = lexicon->words[i].length + 1;
	names->at[0] = 0;
	for (int i = 0; i < names->n; i++)
		names->at[i + 1] += names->at[i];
	size = names->at[names->n];
	names->text = palloc_huge(char, Max(size, 1));
	for (int i = 0; i < names->n; i++)
	{
		char	   *to = names->text + names->at[ranks[i]];

		memcpy(to, VARDATA(lexicon->words[i].value), lexicon->words[i].length);
		to[lexicon->words[i].length] = '\0';
	}
}

static int
by_weight(const void *a, const void *b, void *unused)
{
	float		x = ((const Edge *) a)->weight;
	float		y = ((const Edge *) b)->weight;

	return (x > y) - (x < y);
}

static inline bool
same_pair(const Edge *a, const Edge *b)
{
	return a->customer == b->customer && a->product == b->product;
}

/* Edges in order: those of the same customer, product and relation become one. */
static void
take_edges(Graph *graph, Edge *edges, int64 n)
{
	int64		pair = -1;
	int64		to = 0;
	int			customer = 0;

	graph->start = palloc_huge(int64, (Size) graph->customers.n + 1);
	graph->product = palloc_huge(int32, Max(n, 1));
	graph->first = palloc_huge(int64, n + 1);
	graph->relation = palloc_huge(uint8, Max(n, 1));
	graph->weight = palloc_huge(float, Max(n, 1));
	graph->start[0] = 0;
	for (int64 i = 0, end; i < n; i = end)
	{
		double		sum = 0;

		if (to % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		for (end = i + 1; end < n && same_pair(&edges[i], &edges[end]) &&
			 edges[i].action == edges[end].action;)
			end++;
		/* a sum that does not depend on the order of the rows */
		if (end - i > 2)
			qsort_interruptible(edges + i, end - i, sizeof(Edge), by_weight, NULL);
		for (int64 j = i; j < end; j++)
			sum += edges[j].weight;

		if (i == 0 || !same_pair(&edges[i - 1], &edges[i]))
		{
			pair++;
			while (customer < edges[i].customer)
				graph->start[++customer] = pair;
			graph->product[pair] = edges[i].product;
			graph->first[pair] = to;
		}
		graph->relation[to] = edges[i].action;
		graph->weight[to] = (float) sum;
		graph->edges_of[edges[i].action]++;
		to++;
	}
	graph->npairs = pair + 1;
	graph->nedges = to;
	graph->first[graph->npairs] = to;
	while (customer < graph->customers.n)
		graph->start[++customer] = graph->npairs;
}

Graph *
graph_build(const Edges *edges, Progress *progress)
{
	Graph	   *graph = palloc0_object(Graph);
	int64		n = edges->rows->n;
	int32	   *customers;
	int32	   *products;
	int32	   *actions;
	Edge	   *one;
	Edge	   *two;

	if (edges->actions->n > MAX_RELATIONS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are %d kinds of action, more than %d", edges->actions->n, MAX_RELATIONS),
				 errhint("Give rare ones a common name.")));
	progress_say(progress, "graph_fit: putting " INT64_FORMAT " edges in order", n);
	customers = lexicon_ranks(edges->customers);
	products = lexicon_ranks(edges->products);
	actions = lexicon_ranks(edges->actions);
	take_names(edges->customers, customers, &graph->customers);
	take_names(edges->products, products, &graph->products);
	take_names(edges->actions, actions, &graph->relations);

	one = palloc_huge(Edge, Max(n, 1));
	two = palloc_huge(Edge, Max(n, 1));
	for (int64 i = 0; i < n; i++)
	{
		const Edge *edge = edges_rows(edges) + i;

		if (i % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		one[i] = (Edge) {customers[edge->customer], products[edge->product],
			actions[edge->action], edge->weight};
	}
	pfree(customers);
	pfree(products);
	pfree(actions);
	sort_by(one, two, n, offsetof(Edge, action), graph->relations.n);
	sort_by(two, one, n, offsetof(Edge, product), graph->products.n);
	sort_by(one, two, n, offsetof(Edge, customer), graph->customers.n);
	pfree(one);
	take_edges(graph, two, n);
	pfree(two);
	graph->target = -1;

	return graph;
}

bool
graph_is_target(const Graph *graph, int64 pair)
{
	if (graph->target < 0)
		return true;
	for (int64 e = graph->first[pair]; e < graph->first[pair + 1]; e++)
		if (graph->relation[e] == graph->target)
			return true;

	return false;
}

/* degree (products, relations): sums of weights. */
static void
product_degrees(const Graph *graph, const bool *left_out, double *degree)
{
	int			R = graph->relations.n;

	memset(degree, 0, sizeof(double) * graph->products.n * R);
	for (int64 pair = 0; pair < graph->npairs; pair++)
	{
		if (pair % CHUNK == 0)
			CHECK_FOR_INTERRUPTS();
		if (left_out && left_out[pair])
			continue;
		for (int64 e = graph->first[pair]; e < graph->first[pair + 1]; e++)
			degree[(Size) graph->product[pair] * R + graph->relation[e]] += graph->weight[e];
	}
}

/* Of one customer, by relation: weight / sqrt(degree), 0 where there is no edge. */
static void
customer_scales(const Graph *graph, const double *weights, const bool *left_out, int customer,
				double *scale)
{
	int			R = graph->relations.n;

	memset(scale, 0, sizeof(double) * R);
	for (int64 pair = graph->start[customer]; pair < graph->start[customer + 1]; pair++)
		if (!left_out || !left_out[pair])
			for (int64 e = graph->first[pair]; e < graph->first[pair + 1]; e++)
				scale[graph->relation[e]] += graph->weight[e];
	for (int r = 0; r < R; r++)
		if (scale[r] > 0)
			scale[r] = weights[r] / sqrt(scale[r]);
}

void
graph_adjacency(const Graph *graph, const double *weights, const bool *left_out,
				Adjacency *to, double *degree)
{
	int			R = graph->relations.n;
	Size		cells = (Size) graph->products.n * R;
	double	   *root = palloc_huge(double, Max(cells, 1));
	double		scale[MAX_RELATIONS];
	int64		n = 0;

	product_degrees(graph, left_out, root);
	memcpy(degree, root, sizeof(double) * cells);
	for (Size i = 0; i < cells; i++)
		root[i] = root[i] > 0 ? 1 / sqrt(root[i]) : 0;

	to->customers = graph->customers.n;
	to->products = graph->products.n;
	to->start = palloc_huge(int64, (Size) to->customers + 1);
	to->product = palloc_huge(int32, Max(graph->npairs, 1));
	to->value = palloc_huge(float, Max(graph->npairs, 1));
	to->start[0] = 0;
	for (int customer = 0; customer < to->customers; customer++)
	{
		if (customer % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		customer_scales(graph, weights, left_out, customer, scale);
		for (int64 pair = graph->start[customer]; pair < graph->start[customer + 1]; pair++)
		{
			const double *own = root + (Size) graph->product[pair] * R;
			double		value = 0;

			if (left_out && left_out[pair])
				continue;
			for (int64 e = graph->first[pair]; e < graph->first[pair + 1]; e++)
				value += scale[graph->relation[e]] * own[graph->relation[e]] * graph->weight[e];
			if (value <= 0)
				continue;
			to->product[n] = graph->product[pair];
			to->value[n++] = (float) value;
		}
		to->start[customer + 1] = n;
	}
	pfree(root);
}

void
graph_relation_edges(const Graph *graph, const bool *left_out, RelationEdges *to)
{
	int64		place[MAX_RELATIONS];

	to->from[0] = 0;
	for (int r = 0; r < graph->relations.n; r++)
	{
		place[r] = to->from[r];
		to->from[r + 1] = to->from[r] + graph->edges_of[r];
	}
	to->customer = palloc_huge(int32, Max(graph->nedges, 1));
	to->product = palloc_huge(int32, Max(graph->nedges, 1));
	to->weight = palloc_huge(float, Max(graph->nedges, 1));
	for (int customer = 0; customer < graph->customers.n; customer++)
	{
		if (customer % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		for (int64 pair = graph->start[customer]; pair < graph->start[customer + 1]; pair++)
			for (int64 e = graph->first[pair]; e < graph->first[pair + 1] && !left_out[pair]; e++)
			{
				int64		i = place[graph->relation[e]]++;

				to->customer[i] = customer;
				to->product[i] = graph->product[pair];
				to->weight[i] = graph->weight[e];
			}
	}
	for (int r = 0; r < graph->relations.n; r++)
		to->n[r] = place[r] - to->from[r];
}

/* 1 / sqrt of the sum of weights at each node. */
static double *
inverse_roots(const int32 *node, const float *weight, int64 n, int nodes)
{
	double	   *root = palloc_huge(double, nodes);

	CHECK_FOR_INTERRUPTS();
	memset(root, 0, sizeof(double) * nodes);
	for (int64 i = 0; i < n; i++)
		root[node[i]] += weight[i];
	for (int i = 0; i < nodes; i++)
		root[i] = root[i] > 0 ? 1 / sqrt(root[i]) : 0;

	return root;
}

void
relation_adjacency(const Graph *graph, const RelationEdges *edges, int r, Adjacency *to)
{
	int64		n = edges->n[r];
	const int32 *customer = edges->customer + edges->from[r];
	const int32 *product = edges->product + edges->from[r];
	const float *weight = edges->weight + edges->from[r];
	double	   *customers = inverse_roots(customer, weight, n, graph->customers.n);
	double	   *products = inverse_roots(product, weight, n, graph->products.n);
	int			row = 0;

	CHECK_FOR_INTERRUPTS();
	to->customers = graph->customers.n;
	to->products = graph->products.n;
	to->start = palloc_huge(int64, (Size) to->customers + 1);
	to->product = memcpy(palloc_huge(int32, Max(n, 1)), product, sizeof(int32) * n);
	to->value = palloc_huge(float, Max(n, 1));
	to->start[0] = 0;
	for (int64 i = 0; i < n; i++)
	{
		while (row < customer[i])
			to->start[++row] = i;
		to->value[i] = (float) (customers[customer[i]] * products[product[i]] * weight[i]);
	}
	while (row < to->customers)
		to->start[++row] = n;
	pfree(customers);
	pfree(products);
}

void
adjacency_free(Adjacency *adjacency)
{
	pfree(adjacency->start);
	pfree(adjacency->product);
	pfree(adjacency->value);
}
