/*
 * graph_names.h
 *		Sorted names as bytes, and found by their hash.
 */
#ifndef COUPON_GRAPH_NAMES_H
#define COUPON_GRAPH_NAMES_H

#include "coupon.h"

#include "model/graph_model.h"

extern void put_names(StringInfo to, const Names *names);
extern void get_names(Reader *from, Names *names);

extern void name_index_make(NameIndex *index, const Names *names);

/* The place of a name, or -1. */
extern int	name_index_find(const NameIndex *index, const char *name, int length);

#endif							/* COUPON_GRAPH_NAMES_H */
