# meson install into an empty root; then programs are compiled outside the tree with what pkg-config says, and run,
# with the shared and with the static library. As TAP.
#   LULL_SOURCE, LULL_BUILD, CC, CXX in the environment
. "$LULL_SOURCE/tests/api/tap.sh"
root=$tmp/root
runs "meson install" env DESTDIR="$root" meson install -C "$LULL_BUILD" --no-rebuild || { finish; exit; }
pc=$(find "$root" -name lull.pc)
[ -n "$pc" ] && ok "lull.pc is installed" || { find "$root" -type f | not_ok "lull.pc is installed"; finish; exit; }
export PKG_CONFIG_PATH=$(dirname "$pc") PKG_CONFIG_SYSROOT_DIR=$root
lib=$(dirname "$(find "$root" -name 'liblull.so')")
include=$(dirname "$(find "$root" -path '*/lull/lull.h' | head -1)")

for f in "$lib/liblull.so.0" "$lib/liblull.a" "$include/base/err.h" "$include/ketamine/pm.h"; do
	if [ -e "$f" ]; then ok "${f##*/} is installed"; else find "$root" -type f | not_ok "${f##*/} is installed"; fi
done
for room in codec report store server api; do
	if [ -e "$include/$room" ]; then echo "$include/$room" | not_ok "headers of $room stay at home"; else ok "headers of $room stay at home"; fi
done
find "$lib" -name 'liblull*' | sed 's,.*/,,' | LC_ALL=C sort >"$tmp/libs"
printf '%s\n' liblull.a liblull.so liblull.so.0 "liblull.so.$(pkg-config --modversion lull)" | LC_ALL=C sort >"$tmp/libs.want"
same "no library of a single room is installed" "$tmp/libs.want" "$tmp/libs"
if grep -rlF -e "$LULL_SOURCE" -e "$LULL_BUILD" "$pc" "$include" >"$tmp/paths"; then not_ok "what is installed knows no build folder" <"$tmp/paths"; else ok "what is installed knows no build folder"; fi

mkdir "$tmp/away" && cd "$tmp/away" || exit 1
cat >first.c <<'END'
#include <lull/lull.h>
#include <stdio.h>
int main(void)
{
	char hash[LULL_HASH_BYTES];
	lull_knowledge_hash(hash);
	printf("%s %d %.8s\n", lull_version(), lull_abi_version(), hash);
	return lull_abi_version() != LULL_ABI_VERSION;
}
END
cp first.c first.cc
want="$(pkg-config --modversion lull) 0 $("$LULL_BUILD/lull" version | sed -n 's/^knowledge \(........\).*/\1/p')"
# program NAME COMPILER... : compiles to ./a.out, runs it, wants the line above
program() {
	name=$1; shift
	rm -f a.out
	runs "$name: compiles" "$@" || return
	if [ "$(LD_LIBRARY_PATH=$lib ./a.out)" = "$want" ]; then ok "$name: runs"; else LD_LIBRARY_PATH=$lib ./a.out 2>&1 | not_ok "$name: runs (wanted $want)"; fi
}
shared_flags=$(pkg-config --cflags --libs lull)
static_flags=$(pkg-config --static --cflags --libs lull | sed 's/-llull\( \|$\)/-l:liblull.a /')
program "shared" ${CC:-cc} -std=c17 -Wall -Wextra -Werror first.c $shared_flags
readelf -d a.out | grep -q 'liblull\.so\.0' && ok "shared: it needs liblull.so.0" || readelf -d a.out | not_ok "shared: it needs liblull.so.0"
if readelf -d a.out | grep -qE 'NEEDED.*(sodium|sleef|yaml)'; then readelf -d a.out | not_ok "shared: it needs nothing behind it"; else ok "shared: it needs nothing behind it"; fi
program "C++" ${CXX:-c++} -std=c++17 -Wall -Wextra -Werror first.cc $shared_flags
program "static" ${CC:-cc} -std=c17 -Wall -Wextra -Werror first.c $static_flags
readelf -d a.out | grep -q 'liblull' && readelf -d a.out | not_ok "static: it needs no liblull" || ok "static: it needs no liblull"
finish
