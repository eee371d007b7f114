# plot.awk: lines of "kind name x y ..." become an SVG picture.
#	line name x y, band name x low high, point name x y low high, bar name x y low high,
#	title text, x text, y text, tick x text (instead of numbers); underscores of a
#	name and of a tick are blanks.
# Colours go by the order in which the names appear.

function label(s) { gsub(/_/, " ", s); return s }
function number(v) { return v == int(v) ? sprintf("%d", v) : sprintf("%g", v) }
function see(x, y)
{
	if (!seen++) { x0 = x1 = x; y0 = y1 = y }
	if (x < x0) x0 = x; if (x > x1) x1 = x; if (y < y0) y0 = y; if (y > y1) y1 = y
}
function colour(name)
{
	if (!(name in place)) { place[name] = ++names; order[names] = name }
	return palette[(place[name] - 1) % 5 + 1]
}
function X(x) { return sprintf("%.1f", 70 + (x - x0) / (x1 - x0) * 480) }
function Y(y) { return sprintf("%.1f", 320 - (y - y0) / (y1 - y0) * 270) }
function step(span,    s)
{
	s = 10 ^ int(log(span) / log(10) - (span < 1))
	return span / s > 5 ? 2 * s : span / s > 2 ? s : s / 2
}
BEGIN { split("#1f5fa8 #888888 #c2571a #3b8a3e #7a4fa0", palette, " ") }
$1 == "title" || $1 == "x" || $1 == "y" { kind = $1; sub(/^[a-z]+ /, ""); text[kind] = $0; next }
$1 == "tick" { tick[++ticks] = $2; ticktext[ticks] = label($3); next }
NF >= 4 {
	n++; k[n] = $1; s[n] = $2; a[n] = $3; b[n] = $4; c[n] = $5; d[n] = $6
	colour($2)
	see($3, $4)
	if ($1 == "bar") see($3, 0)
	if ($1 == "band") see($3, $5)
	if ($1 == "point" || $1 == "bar") { see($3, $5); see($3, $6) }
	if ($1 == "point" || $1 == "bar") marks = 1
}
END {
	if (marks) { margin = (x1 - x0) * 0.06; x0 -= margin; x1 += margin }
	margin = (y1 - y0) * 0.04; if (y0 != 0) y0 -= margin; y1 += margin
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"380\" viewBox=\"0 0 600 380\" font-family=\"sans-serif\" font-size=\"12\">"
	print "<rect width=\"600\" height=\"380\" fill=\"white\"/>"
	printf "<text x=\"70\" y=\"26\" font-size=\"15\">%s</text>\n", text["title"]
	g = step(y1 - y0)
	for (i = int(y0 / g) - 1; i * g <= y1; i++) if (i * g >= y0 - 1e-12) {
		printf "<line x1=\"70\" x2=\"550\" y1=\"%s\" y2=\"%s\" stroke=\"%s\"/>", Y(i * g), Y(i * g), i == 0 ? "#777" : "#e4e4e4"
		printf "<text x=\"64\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", Y(i * g) + 4, number(i * g)
	}
	g = step(x1 - x0)
	for (i = 1; i <= ticks; i++)
		printf "<text x=\"%s\" y=\"339\" text-anchor=\"middle\">%s</text>\n", X(tick[i]), ticktext[i]
	if (!ticks) for (i = int(x0 / g) - 1; i * g <= x1 + g / 1000; i++) if (i * g >= x0 - g / 1000) {
		printf "<line x1=\"%s\" x2=\"%s\" y1=\"320\" y2=\"325\" stroke=\"#777\"/>", X(i * g), X(i * g)
		printf "<text x=\"%s\" y=\"339\" text-anchor=\"middle\">%s</text>\n", X(i * g), number(i * g)
	}
	printf "<line x1=\"70\" x2=\"550\" y1=\"320\" y2=\"320\" stroke=\"#777\"/>\n"
	printf "<text x=\"310\" y=\"364\" text-anchor=\"middle\">%s</text>\n", text["x"]
	printf "<text transform=\"translate(18 185) rotate(-90)\" text-anchor=\"middle\">%s</text>\n", text["y"]
	for (j = 1; j <= names; j++) {
		up = down = way = ""
		for (i = 1; i <= n; i++) if (s[i] == order[j]) {
			if (k[i] == "line") way = way X(a[i]) "," Y(b[i]) " "
			if (k[i] == "band") { up = up X(a[i]) "," Y(c[i]) " "; down = X(a[i]) "," Y(b[i]) " " down }
		}
		if (up != "") printf "<polygon points=\"%s%s\" fill=\"%s\" opacity=\"0.18\"/>\n", up, down, colour(order[j])
		if (way != "") printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", way, colour(order[j])
	}
	for (i = 1; i <= n; i++) {
		if (k[i] == "bar") printf "<rect x=\"%.1f\" width=\"28\" y=\"%s\" height=\"%.1f\" fill=\"%s\" opacity=\"0.5\"/>\n", X(a[i]) - 14, (b[i] > 0 ? Y(b[i]) : Y(0)), (b[i] > 0 ? Y(0) - Y(b[i]) : Y(b[i]) - Y(0)), colour(s[i])
		if (k[i] == "bar" || k[i] == "point") printf "<line x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\" stroke=\"%s\" stroke-width=\"1.5\"/>\n", X(a[i]), X(a[i]), Y(c[i]), Y(d[i]), colour(s[i])
		if (k[i] == "point") printf "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"/>\n", X(a[i]), Y(b[i]), colour(s[i])
	}
	for (j = 1; j <= names; j++) {
		printf "<rect x=\"%d\" y=\"37\" width=\"14\" height=\"4\" fill=\"%s\"/>", wide + 70, colour(order[j])
		printf "<text x=\"%d\" y=\"43\">%s</text>\n", wide + 90, label(order[j])
		wide += 34 + 6.3 * length(order[j])
	}
	print "</svg>"
}
