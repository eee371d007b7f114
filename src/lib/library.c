/*
 * library.c
 *		Foreign libraries that are loaded on first use.
 */
#include "coupon.h"

#include <dlfcn.h>

#include "lib/library.h"

#define MOST_SETTINGS	4

void
signals_block(sigset_t *before)
{
	sigset_t	all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, before);
}

void
signals_restore(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

void *
library_load(const Library *library)
{
	char	   *values[MOST_SETTINGS];
	sigset_t	before;
	void	   *handle;

	Assert(library->nsettings <= MOST_SETTINGS);
	for (int i = 0; i < library->nsettings; i++)
	{
		values[i] = getenv(library->settings[i][0]);
		if (values[i])
			values[i] = pstrdup(values[i]);
	}
	signals_block(&before);
	for (int i = 0; i < library->nsettings; i++)
		setenv(library->settings[i][0], library->settings[i][1], 1);
	handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
	for (int i = 0; i < library->nsettings; i++)
		if (values[i])
			setenv(library->settings[i][0], values[i], 1);
		else
			unsetenv(library->settings[i][0]);
	signals_restore(&before);

	if (handle == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FILE),
				 errmsg("could not load %s: %s", library->name, dlerror()),
				 errhint("%s", library->load_hint)));

	return handle;
}

void *
library_routine(const Library *library, void *handle, const char *routine)
{
	void	   *address = dlsym(handle, routine);

	if (address == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
				 errmsg("%s has no routine \"%s\"", library->name, routine),
				 library->routine_hint ? errhint("%s", library->routine_hint) : 0));

	return address;
}
