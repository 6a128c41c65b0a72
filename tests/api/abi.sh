# The binary interface of the shared library against tests/api/lull.abi, the description of the last release; as TAP.
# New names and members at the end of a size-tagged struct pass (tests/api/abi.suppr); anything else does not. First
# planted changes are seen, or pass.
#   abi.sh SHARED        CC, LULL_SOURCE in the environment; LULL_BLESS=1 writes the description anew: at a release
. "$LULL_SOURCE/tests/api/tap.sh"
cd "$LULL_SOURCE" || exit 1
shared=$1 stored=tests/api/lull.abi
describe() {
	abidw --header-file include/lull/lull.h --header-file include/lull/base/code.h --drop-private-types \
		--exported-interfaces-only --no-show-locs --no-comp-dir-path --no-corpus-path --no-elf-needed \
		--type-id-style hash "$1"
}
compare() { abidiff --no-added-syms --suppressions tests/api/abi.suppr "$@"; }

if [ -n "${LULL_BLESS:-}" ]; then
	describe "$shared" >"$stored"
	ok "$stored written from $(basename "$shared")"
	finish
	exit
fi

# planted NAME CODE: a small library of that code in $tmp/NAME.so
planted() { printf '%s\n' "$2" >"$tmp/$1.c"; ${CC:-cc} -g -shared -fPIC -Wl,-soname,p.so.0 -o "$tmp/$1.so" "$tmp/$1.c"; }
before='#include <stddef.h>
struct lull_error { int code; char what[8]; };
struct lull_x_options { size_t size; double a; };
int lull_f(const struct lull_x_options *o, struct lull_error *e) { e->code = o->a > 0; return 0; }'
planted before "$before"
planted appended "$(echo "$before" | sed 's/double a; }/double a; double b; }/')"
planted inserted "$(echo "$before" | sed 's/double a; }/double b; double a; }/')"
planted fixed "$(echo "$before" | sed 's/what\[8\]/what[16]/')"
planted added "$before
int lull_g(void) { return 0; }"
planted argument "$(echo "$before" | sed 's/int lull_f(/int lull_f(int x, /; s/return 0/return x/')"
planted removed 'int lull_g(void) { return 0; }'
runs "the same passes" compare "$tmp/before.so" "$tmp/before.so"
runs "a member at the end of options passes" compare "$tmp/before.so" "$tmp/appended.so"
runs "a new function passes" compare "$tmp/before.so" "$tmp/added.so"
refused "a member inside options is seen" compare "$tmp/before.so" "$tmp/inserted.so"
refused "a longer text of an error is seen" compare "$tmp/before.so" "$tmp/fixed.so"
refused "another argument is seen" compare "$tmp/before.so" "$tmp/argument.so"
refused "a function that left is seen" compare "$tmp/before.so" "$tmp/removed.so"

runs "liblull.so serves programs of the last release" compare --header-file2 include/lull/lull.h \
	--header-file2 include/lull/base/code.h --drop-private-types "$stored" "$shared"
finish
