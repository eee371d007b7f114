# allocate_peers.py SOLVER CANDIDATES RULES LIMIT
#	One solver on the integer programme of docs/allocation.md; a line of bench/allocate_peers.
#	Ends with 1 if the solver did not end within LIMIT seconds.
import json, multiprocessing, os, re, subprocess, sys, time
import numpy
from scipy import sparse

solver, candidates, rules, limit = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3])), float(sys.argv[4])
customer, offer, segment, gain, cost = numpy.loadtxt(candidates, delimiter=',', unpack=True)
n = len(gain)
GAP = 1e-6


def selected(selection):
	inside = numpy.ones(n, bool)
	for column, values in selection.items():
		numbers = [int(value.split()[1]) for value in ([values] if isinstance(values, str) else values)]
		inside &= numpy.isin({'offer': offer, 'segment': segment}[column], numbers)
	return inside


def row(rule):
	"""The left side of a rule, and its right side."""
	inside, bound = selected(rule['selection']), rule['bound']
	return {
		'budget': lambda: (inside * cost, bound),
		'at_most': lambda: (inside * 1.0, bound),
		'at_least': lambda: (inside * -1.0, -bound),
		'roi_at_least': lambda: (inside * (bound * cost - gain), 0),
	}[rule['kind']]()


rows = [row(rule) for rule in rules]
members = sparse.csr_matrix((numpy.ones(n), (customer.astype(int) - 1, numpy.arange(n))))
matrix = sparse.vstack([sparse.csr_matrix(numpy.array([left for left, _ in rows])), members]).tocsc()
upper = numpy.concatenate([[right for _, right in rows], numpy.ones(members.shape[0])])


def write_mps(path):
	"""Free MPS, to be minimised.  That no x is above 1 follows from the rows of customers."""
	with open(path, 'w') as file:
		file.write('NAME allocation\nROWS\n N gain\n')
		file.writelines(' L r%d\n' % r for r in range(len(upper)))
		file.write("COLUMNS\n marker 'MARKER' 'INTORG'\n")
		for x in range(n):
			file.write(' x%d gain %r\n' % (x, -gain[x]))
			file.writelines(' x%d r%d %r\n' % (x, matrix.indices[at], matrix.data[at])
				for at in range(matrix.indptr[x], matrix.indptr[x + 1]))
		file.write(" marker 'MARKER' 'INTEND'\nRHS\n")
		file.writelines(' RHS r%d %r\n' % (r, right) for r, right in enumerate(upper))
		file.write('ENDATA\n')


def run(*command):
	"""What a solver says, up to ten seconds after its limit."""
	try:
		return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=limit + 10).stdout
	except subprocess.TimeoutExpired as expired:
		return (expired.stdout or b'').decode()


def last(pattern, text):
	found = re.findall(pattern, text)
	return float(found[-1]) if found else None


# Each gives objective and bound, None where there is none, and whether it claims to be done.
# Presolve and the first linear programme overlook time limits: they are killed.
def glpsol(path):
	said = run('glpsol', '--freemps', path, '--mipgap', str(GAP), '--tmlim', '%d' % limit, '-w', path + '.solution')
	bound = last(r'mip = .*>= +(-?\d\S+)', said)
	objective = last(r'mip = +(-?\d\S+)', said)
	done = 'INTEGER OPTIMAL SOLUTION FOUND' in said or 'RELATIVE MIP GAP TOLERANCE REACHED' in said
	if done:
		solution = re.search(r'^s mip \d+ \d+ [of] (\S+)', open(path + '.solution').read(), re.M)
		objective = float(solution[1])
	return objective, bound, done


def cbc(path):
	said = run('cbc', path, '-sec', '%d' % limit, '-ratio', str(GAP), '-timeMode', 'elapsed', '-solve', '-quit')
	done = 'Result - Optimal solution found' in said
	return last(r'Objective value: +(-?\d\S*)', said), last(r'%s +(-?\d[\d.e+]*)' % ('Lower bound:' if done else '(?:Lower bound:|best possible)'), said), done


def highs_here(to):
	from scipy.optimize import Bounds, LinearConstraint, milp
	result = milp(-gain, integrality=numpy.ones(n), bounds=Bounds(0, 1),
		constraints=LinearConstraint(matrix, -numpy.inf, upper), options={'time_limit': limit, 'mip_rel_gap': GAP})
	to.send((result.fun, result.mip_dual_bound, result.status == 0))


def highs(_):
	here, there = multiprocessing.Pipe()
	child = multiprocessing.get_context('fork').Process(target=highs_here, args=(there,), daemon=True)
	child.start()
	found = here.recv() if here.poll(limit + 10) else (None, None, False)
	child.kill()
	return found


path = os.path.join(os.environ['WORK'], 'programme.mps')
if solver != 'highs':
	write_mps(path)
	if os.path.exists(path + '.solution'):
		os.unlink(path + '.solution')
began = time.monotonic()
objective, bound, done = {'glpsol': glpsol, 'cbc': cbc, 'highs': highs}[solver](path)
seconds = time.monotonic() - began
if objective is not None and bound is not None and numpy.isfinite(bound):
	gap = '%.1e' % max((objective - bound) / abs(bound), 0)
else:
	gap = '<= %.0e' % GAP if done else '-'
print('%9d %5d  %-10s %10.3f %18s %18s %10s %8.3f' % (members.shape[0], len(rules), solver, seconds,
	'-' if objective is None else '%.4f' % -objective, '-' if bound is None else '%.4f' % -bound, gap, seconds / n * 1e6), flush=True)
sys.exit(not done)
