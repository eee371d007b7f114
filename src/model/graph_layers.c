/*
 * graph_layers.c
 *		Messages along the edges: the mean of all layers.
 *
 * He et al., "LightGCN" (2020): a layer is the adjacency times the one before
 * it.  The sum of layers is taken by Horner's rule, z <- first + adjacency z.
 * The adjacency of all nodes is symmetric, so that derivatives by the first
 * layer are the same sum of the derivatives by the mean.
 */
#include "coupon.h"

#include "model/clones.h"
#include "model/graph.h"

/* x = (x + y) * scale */
FOR_EACH_CPU
static void
add_scaled(float *restrict x, const float *restrict y, Size n, float scale)
{
	for (Size i = 0; i < n; i++)
		x[i] = (x[i] + y[i]) * scale;
}

void
graph_layers(const Adjacency *S, int layers, int k, float *customer, float *product, float *inner)
{
	Size		customers = (Size) S->customers * k;
	Size		products = (Size) S->products * k;
	float		share = 1.0f / (layers + 1);
	float	   *first_customer = palloc_huge(float, Max(customers, 1));
	float	   *first_product = palloc_huge(float, Max(products, 1));
	float	   *message = palloc_huge(float, Max(products, 1));

	memcpy(first_customer, customer, sizeof(float) * customers);
	memcpy(first_product, product, sizeof(float) * products);
	if (inner)
		memset(inner, 0, sizeof(float) * products);
	for (int layer = 1; layer <= layers; layer++)
	{
		float		scale = layer == layers ? share : 1;

		if (inner && layer == layers)
			for (Size i = 0; i < products; i++)
				inner[i] = product[i] * share;
		adjacency_transposed_times(S, customer, k, message);
		adjacency_times(S, product, k, customer);
		add_scaled(customer, first_customer, customers, scale);
		memcpy(product, message, sizeof(float) * products);
		add_scaled(product, first_product, products, scale);
	}
	pfree(first_customer);
	pfree(first_product);
	pfree(message);
}
