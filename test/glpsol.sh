#!/bin/bash
# glpsol.sh
#	Programmes in, solutions out.  A line in, as COPY writes it, has a name and a
#	programme in CPLEX LP format; a line out the name, the status (optimal or not)
#	and the value.  A linear programme ends in exact arithmetic, from the basis of the simplex method.

while IFS=$'\t' read -r name programme; do
	rm -f "$WORK/solution"
	printf '%b' "$programme" >"$WORK/programme.lp"
	case $programme in
		*Binary*) exact= ;;
		*) exact=--xcheck ;;
	esac
	glpsol --lp "$WORK/programme.lp" $exact -w "$WORK/solution" >"$WORK/glpsol.log" 2>&1
	awk -v OFS='\t' -v name="$name" '
		$1 == "s"	{ print name, (($2 == "mip" ? $5 == "o" : $5 $6 == "ff") ? "optimal" : "none"), $NF; found = 1 }
		END			{ if (!found) print name, "failed", 0 }
	' "$WORK/solution"
done
