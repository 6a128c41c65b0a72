# Reads C files named on the command line, relative to the source folder (src/<room>/..., include/
# lull/<room>/...), and prints one line for each include or call that design.md forbids:
#   file:line: what
# Rooms and their levels; a room may include rooms of a lower level, and itself.
BEGIN {
	add("base 0 num 1 headache 2 ketamine 2 scores 2 evidence 2 course 3 care 4 clinic 5 trial 5 codec 6 report 7 interop 7 store 7 api 8 server 9 cli 10", level)
	add("base 1 num 1 headache 1 ketamine 1 scores 1 evidence 1 course 1 care 1 clinic 1 trial 1", pure)

	# Libraries have one door (rule 11): header pattern, rooms that may include it.
	door["^yaml\\.h$"] = " base "
	door["^sodium"] = " base server "
	door["^nettle/"] = " base "
	door["^sleef\\.h$"] = " num "
	door["^jansson\\.h$"] = " codec interop server "
	door["^sqlite3\\.h$"] = " store "
	door["^libpq"] = " store "
	door["^(cairo|pango|glib|gio|fontconfig|ft2build)"] = " report "
	door["^microhttpd\\.h$"] = " server "
	door["^(cvode|nvector|sunmatrix|sunlinsol|sundials|gsl|Rmath)"] = " "
	door["^Random123"] = " num "

	# System headers a pure room has no use for; the exceptions are whole files.
	machine = "^(stdio|time|unistd|fcntl|locale|signal|errno|pthread|threads|setjmp|dirent|sys/.*|wchar|fenv|complex|tgmath)\\.h$"
	excused["src/base/text.c stdio.h"]
	excused["src/base/pool.c pthread.h"] # the one place that starts threads
	excused["src/base/pool.c signal.h"]
	excused["src/base/pool.c unistd.h"]

	# Calls that are forbidden everywhere, or outside their one file.
	banned = " strcpy strcat stpcpy sprintf vsprintf gets atof atoi atol atoll rand srand random drand48 localtime gmtime ctime asctime strtok setlocale system popen tmpnam mktemp alloca "
	numbers = " strtod strtof strtold strtol strtoul strtoll strtoull scanf sscanf fscanf "
	# libm's transcendental functions: a compiler folds their constants unlike run time (rule 6).
	libm = " exp exp2 exp10 expm1 log log2 log10 log1p pow sin cos tan sincos asin acos atan atan2 sinh cosh tanh asinh acosh atanh cbrt hypot erf erfc lgamma tgamma "
}

function add(text, table,    part, n, i) {
	n = split(text, part, " ")
	for (i = 1; i < n; i += 2)
		table[part[i]] = part[i + 1] + 0
}

function complain(what) {
	print FILENAME ":" FNR ": " what
}

FNR == 1 {
	split(FILENAME, part, "/")
	room = part[1] == "src" ? part[2] : part[3]
	folder = FILENAME
	sub(/\/[^\/]*$/, "", folder)
	in_comment = 0
	if (part[1] == "include" && part[3] ~ /\.h$/)
		room = "cli" # include/lull/knowledge.h and the like belong to the faces
	if (!(room in level))
		complain("a room that the design does not know")
}

/^[ \t]*#[ \t]*include/ {
	header = $0
	sub(/^[ \t]*#[ \t]*include[ \t]*[<"]/, "", header)
	sub(/[>"].*$/, "", header)
	if ($0 ~ /"/)
		check_own(header)
	else
		check_system(header)
	next
}

function check_own(header,    part, n, other, path) {
	n = split(header, part, "/")
	if (part[1] != "lull") { # beside this file, and inside the room
		path = folder "/" header
		while (path ~ /\/[^\/.][^\/]*\/\.\.\//)
			sub(/\/[^\/.][^\/]*\/\.\.\//, "/", path)
		if (index(path, "src/" room "/") != 1 || path ~ /\.\./)
			complain("includes " header ", which lies outside the room " room)
		return
	}
	if (n < 3) {
		if (level[room] < level["api"])
			complain("includes " header ", which only api and the faces may")
		return
	}
	other = part[2]
	if (other == room)
		return
	if (!(other in level))
		complain("includes the unknown room " other)
	else if (level[other] >= level[room])
		complain(room " includes " other ", which is not below it")
}

function check_system(header,    pattern) {
	for (pattern in door)
		if (header ~ pattern && index(door[pattern], " " room " ") == 0)
			complain(room " includes " header ", whose door is" (door[pattern] == " " ? " in tests/oracle only" : door[pattern]))
	if ((room in pure) && header ~ machine && !((FILENAME " " header) in excused))
		complain("the pure room " room " includes " header)
}

# Texts, characters and comments are no calls.
function code_of(line,    out, c, i, n, quote) {
	if (in_comment ? line !~ /\*\// : line !~ /["'\/]/)
		return in_comment ? "" : line
	out = ""
	n = length(line)
	for (i = 1; i <= n; i++) {
		c = substr(line, i, 1)
		if (in_comment) {
			if (substr(line, i, 2) == "*/") { in_comment = 0; i++ }
		} else if (quote != "") {
			if (c == "\\") i++
			else if (c == quote) quote = ""
		} else if (substr(line, i, 2) == "/*") { in_comment = 1; i++ }
		else if (substr(line, i, 2) == "//") break
		else if (c == "\"" || c == "'") { quote = c; out = out " " }
		else out = out c
	}
	return out
}

{
	rest = code_of($0)
	while (match(rest, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
		name = substr(rest, RSTART, RLENGTH - 1)
		before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
		sub(/[ \t]+$/, "", name)
		rest = substr(rest, RSTART + RLENGTH)
		if (before == "." || before == ">")
			continue # a member that is called
		if (index(banned, " " name " "))
			complain("calls " name ", which is banned")
		if (index(numbers, " " name " ") && FILENAME != "src/base/parse.c")
			complain("calls " name "; numbers enter by base/parse.h")
		if ((room in pure) && index(libm, " " name " "))
			complain("calls " name " of libm; use lull_" name " of num/math.h")
	}
}
