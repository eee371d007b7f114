#!/bin/bash
# graph.t
#	graph_fit against numpy: singular vectors, messages, learned weights of relations,
#	steps of Adam whose gradient is held against finite differences, measures, new customers.

if ! /usr/bin/python3 -c 'import numpy, scipy' 2>/dev/null; then
	echo '1..0 # SKIP no python3-scipy'
	exit
fi
exec /usr/bin/python3 -B test/graph.py
