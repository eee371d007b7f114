# report.awk
#	Counts what pg_regress and prove print, shows what is not plain success.

/^test .*\.\.\. ok /		{ passed++; print; next }
/^test .*\.\.\. /			{ failed++; print; next }
/^ok .*# SKIP/				{ skipped++; print; next }
/^ok [0-9]/					{ passed++; next }
/^not ok [0-9]/				{ failed++; print; next }

# a bad plan, a file that died, a server that crashed: fails even where no single test did
/^ended with an error: /	{ if (failed == explained) failed++; explained = failed; print; next }

# what the tools say when all is well
/^(=|\(using|\+\+\+ regress|$)/ || /^ All [0-9]+ tests passed\. $/ { next }
/^(SET|DROP DATABASE|CREATE DATABASE|ALTER DATABASE|CREATE EXTENSION)$/ { next }
/^(ok|[0-9]+\.\.[0-9]+|All tests successful\.|Files=.*|Result: PASS)$/ { next }
{ print; fflush() }

END {
	if (skipped) print skipped " skipped"
	printf "%d passed, %d failed\n", passed, failed
	exit failed > 0 || passed == 0
}
