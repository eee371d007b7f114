#!/bin/bash
# network.t
#	network_fit against numpy: scores and embeddings from the stored weights, and the
#	weights themselves after some steps of Adam on all rows, whose gradient is held
#	against finite differences of the loss.

if ! /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
	echo '1..0 # SKIP no python3-numpy'
	exit
fi
exec /usr/bin/python3 -B test/network.py
