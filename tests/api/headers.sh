# Every header stands alone as C17; those that are installed as C++17 too, where they declare C names. As TAP.
#   headers.sh ROOM... -- HEADER...     the rooms whose headers are installed, but for these; CC, CXX, LULL_SOURCE
#   in the environment
. "$LULL_SOURCE/tests/api/tap.sh"
cd "$LULL_SOURCE" || exit 1
installed= kept=
while [ $# -gt 0 ] && [ "$1" != -- ]; do installed="$installed $1"; shift; done
shift
for header; do kept="$kept $header"; done
# is_installed HEADER (lull/...)
is_installed() {
	case " $kept " in *" ${1#lull/} "*) return 1 ;; esac
	[ "$1" = lull/lull.h ] && return 0
	case " $installed " in *" $(echo "$1" | cut -d/ -f2) "*) return 0 ;; esac
	return 1
}
# As the build does: the vectors' size and calling convention depend on it.
case $(uname -m) in x86_64) machine='-march=x86-64-v3 -Wno-psabi' ;; *) machine= ;; esac
c() { ${CC:-cc} $machine -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Werror -D_POSIX_C_SOURCE=200809L -fsyntax-only -Iinclude "$1"; }
cxx() { ${CXX:-c++} -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -Iinclude "$1"; }

# alone NAME HEADER: a file that includes nothing else, twice, so that the guard is seen to work.
alone() {
	printf '#include "%s"\n#include "%s"\nextern int lull_headers_test_;\n' "$2" "$2" >"$tmp/alone.c"
	cp "$tmp/alone.c" "$tmp/alone.cc"
	runs "C17: $1" c "$tmp/alone.c"
	[ "$3" = no ] || runs "C++17: $1" cxx "$tmp/alone.cc"
}

mkdir -p "$tmp/planted"
printf 'size_t lull_planted(void);\n' >"$tmp/planted/bare.h"
printf '#include <stddef.h>\nvoid lull_planted(int class);\n' >"$tmp/planted/class.h"
printf '#include "%s"\n' "$tmp/planted/bare.h" >"$tmp/bare.c"
printf '#include "%s"\n' "$tmp/planted/class.h" >"$tmp/class.cc"
refused "a header that leans on another is seen" c "$tmp/bare.c"
refused "a header that is not C++ is seen" cxx "$tmp/class.cc"

for header in $(find include/lull -name '*.h' | LC_ALL=C sort); do
	name=${header#include/}
	if ! is_installed "$name"; then alone "$name" "$name" no; continue; fi
	alone "$name" "$name" yes
	# A C++ program must look for the C names.
	if grep -qE '\);$' "$header" && ! grep -qx LULL_BEGIN_C "$header"; then
		echo "no LULL_BEGIN_C and LULL_END_C around its functions" | not_ok "C names for C++: $name"
	fi
done

# The installed headers do not get in each other's way.
for header in $(find include/lull -name '*.h' | LC_ALL=C sort); do
	is_installed "${header#include/}" && echo "#include \"${header#include/}\""
done >"$tmp/all.c"
cp "$tmp/all.c" "$tmp/all.cc"
runs "C17: all together" c "$tmp/all.c"
runs "C++17: all together" cxx "$tmp/all.cc"
finish
