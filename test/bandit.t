#!/bin/bash
# bandit.t
#	bayes_fit against numpy, scipy and exact fractions: posterior, evidence, quantiles,
#	draws from their normal numbers, and designs that are near to collinear.

if ! /usr/bin/python3 -c 'import numpy, scipy' 2>/dev/null; then
	echo '1..0 # SKIP no python3-numpy and python3-scipy'
	exit
fi
exec /usr/bin/python3 -B test/bandit.py
