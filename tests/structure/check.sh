# The house rules of includes and symbols, as TAP. First the checks are shown to fail on planted
# violations, then the real sources and libraries are checked.
#   check.sh SOURCE_FOLDER [LIBRARY...]     CC in the environment for the planted library
src=$1; shift
here=$src/tests/structure
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; sed 's/^/# /'; }

# sources FOLDER: violations in src/ and include/ below it.
sources() {
	(cd "$1" && find src include -name '*.[ch]' | LC_ALL=C sort | xargs awk -f "$here/sources.awk")
}

# plant NAME FILE TEXT WANT: a tree with one file of that text must be complained about.
plant() {
	rm -rf "$tmp/tree"; mkdir -p "$tmp/tree/src" "$tmp/tree/include" "$tmp/tree/$(dirname "$2")"
	printf '%s\n' "$3" >"$tmp/tree/$2"
	sources "$tmp/tree" >"$tmp/said"
	if [ -z "$4" ] && [ -s "$tmp/said" ]; then not_ok "$1" <"$tmp/said"; return; fi
	if grep -qF -- "$4" "$tmp/said" || [ -z "$4" ]; then ok "$1"; else not_ok "$1: nothing said '$4'" <"$tmp/said"; fi
}
plant "a room above is seen" src/base/x.c '#include "lull/num/math.h"' "base includes num"
plant "a sister is seen" src/headache/x.c '#include "lull/ketamine/model.h"' "headache includes ketamine"
plant "a sister is seen in a header" include/lull/scores/x.h '#include "lull/headache/diary.h"' "scores includes headache"
plant "a way round by .. is seen" src/care/x.c '#include "../course/priv.h"' "outside the room care"
plant "a way round inside the room is fine" src/headache/classify/x.c '#include "../own.h"' ""
plant "the embedded knowledge is for faces" src/care/x.c '#include "lull/knowledge.h"' "only api and the faces"
plant "api stands below the faces" src/api/x.c '#include "lull/cli/x.h"' "api includes cli"
plant "api may read files" src/api/x.c '#include <stdio.h>' ""
plant "a room does not include the stable interface" src/care/x.c '#include "lull/lull.h"' "only api and the faces"
plant "jansson has one door" src/care/x.c '#include <jansson.h>' "jansson.h"
plant "libyaml has one door" src/codec/x.c '#include <yaml.h>' "yaml.h"
plant "an oracle stays in tests" src/num/x.c '#include <gsl/gsl_math.h>' "tests/oracle only"
plant "a clock is seen" src/course/x.c '#include <time.h>' "time.h"
plant "a thread outside the pool is seen" src/num/x.c '#include <pthread.h>' "pthread.h"
plant "printing is seen" src/base/x.c '#include <stdio.h>' "stdio.h"
plant "a banned call is seen" src/cli/x.c 'void f(char *p) { strcpy (p, "x"); }' "calls strcpy"
plant "another number parser is seen" src/cli/x.c 'double f(const char *p) { return atof(p) + strtod(p, 0); }' "calls strtod"
plant "libm is seen even where it folds" src/num/x.c 'static const double e = 1; double f(void) { return exp(1.0); }' "use lull_exp"
plant "texts and comments are not calls" src/num/x.c '/* exp( */ static const char *a = "strcpy(x)"; // rand()' ""
plant "a wrapper's name is not a call of libm" src/num/x.c 'double f(void) { return lull_exp(1.0); }' ""
plant "an unknown room is seen" src/misc/x.c 'int x;' "does not know"

sources "$src" >"$tmp/said"
if [ -s "$tmp/said" ]; then not_ok "the sources obey the design" <"$tmp/said"; else ok "the sources obey the design"; fi

if [ $# -gt 0 ]; then
	symbols() { nm -A -u "$@" 2>/dev/null | awk -f "$here/symbols.awk" | LC_ALL=C sort -u; }
	# plant_symbol ROOM CODE WANT
	plant_symbol() {
		printf '%s\n' "$2" >"$tmp/x.c"
		${CC:-cc} -O0 -w -c "$tmp/x.c" -o "$tmp/src_$1_x.c.o" || { echo "the compiler refused" | not_ok "symbol of $1"; return; }
		rm -f "$tmp/lib.a"; ar rc "$tmp/lib.a" "$tmp/src_$1_x.c.o"
		symbols "$tmp/lib.a" >"$tmp/said"
		if [ -z "$3" ] && [ ! -s "$tmp/said" ]; then ok "$1 without foreign symbols is fine"
		elif [ -n "$3" ] && grep -qxF "$1/x.c: $3" "$tmp/said"; then ok "the symbol $3 in $1 is seen"
		else not_ok "the symbol '$3' in $1" <"$tmp/said"; fi
	}
	plant_symbol headache 'long time(long *); long f(void) { return time(0); }' time
	plant_symbol care 'int printf(const char *, ...); void f(int x) { printf("%d", x); }' printf
	plant_symbol num 'double exp(double); double f(double x) { return exp(x); }' exp
	plant_symbol base 'void *malloc(unsigned long); void *f(void) { return malloc(3); }' malloc
	plant_symbol codec 'char *getenv(const char *); char *f(void) { return getenv("X"); }' getenv
	plant_symbol report 'void *fopen(const char *, const char *); void *f(void) { return fopen("a", "r"); }' fopen
	plant_symbol num 'int pthread_mutex_lock(void *); int f(void *m) { return pthread_mutex_lock(m); }' pthread_mutex_lock
	plant_symbol api 'char *getenv(const char *); char *f(void) { return getenv("X"); }' getenv
	plant_symbol api 'int puts(const char *); void f(void) { puts("x"); }' puts
	plant_symbol api 'void *fopen(const char *, const char *); void *f(void) { return fopen("a", "r"); }' ''
	plant_symbol base 'void *lull_mem_alloc(unsigned long); void *f(void) { return lull_mem_alloc(3); }' ''
	for lib; do
		symbols "$lib" >"$tmp/said"
		[ -n "$(nm "$lib" 2>/dev/null)" ] || { echo "no symbols at all in $lib" | not_ok "$lib can be read"; continue; }
		if [ -s "$tmp/said" ]; then not_ok "$(basename "$lib") needs nothing foreign" <"$tmp/said"; else ok "$(basename "$lib") needs nothing foreign"; fi
	done
fi
echo "1..$n"
