/*
 * library.h
 *		Foreign libraries that are loaded on first use.
 *
 * What a library starts when it is loaded has all signals blocked: a backend
 * is single-threaded, and its signal handlers rely on it.
 */
#ifndef COUPON_LIBRARY_H
#define COUPON_LIBRARY_H

#include "coupon.h"

#include <signal.h>

typedef struct Library
{
	const char *name;			/* for messages: "OpenBLAS" */
	const char *file;
	const char *load_hint;		/* when it is not there */
	const char *routine_hint;	/* when a routine is not there; or NULL */
	const char *const (*settings)[2];	/* environment while it is loaded: names and values */
	int			nsettings;
} Library;

/* All signals off, and back to what they were. */
extern void signals_block(sigset_t *before);
extern void signals_restore(const sigset_t *before);

/* The handle of the library, for library_routine(); an error if it cannot be loaded. */
extern void *library_load(const Library *library);

/* The address of a routine, or an error. */
extern void *library_routine(const Library *library, void *handle, const char *routine);

#endif							/* COUPON_LIBRARY_H */
