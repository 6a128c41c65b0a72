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
cp "$LULL_SOURCE/examples/population.c" .
want=$LULL_SOURCE/examples/population.out
# A C++ program on every rung, with every initialiser.
cat >first.cc <<'END'
#include <lull/lull.h>
#include <cstdio>
int main()
{
	lull_popmodel_options a = LULL_POPMODEL_OPTIONS;
	lull_evtable_options b = LULL_EVTABLE_OPTIONS;
	lull_evtable_columns c = LULL_EVTABLE_COLUMNS;
	lull_individual d = LULL_INDIVIDUAL;
	lull_simulation_options e = LULL_SIMULATION_OPTIONS;
	lull_reducer f = LULL_REDUCER;
	char hash[LULL_HASH_BYTES];
	double time = 1, conc = 0;
	lull_error error;
	lull_knowledge_hash(hash);
	if (lull_simulate("kamp2020_otto2021", "amt=35 dur=40min", &time, 1, nullptr, &conc, &error) != LULL_OK)
		return 1;
	std::printf("%s %d %.8s %.2f\n", lull_version(), lull_abi_version(), hash, conc);
	return (a.size && b.size && c.size && d.size && e.size && f.size) ? 0 : 1;
}
END
# program NAME EXPECTED COMPILER...: compiles to ./a.out, runs it, wants that output
program() {
	_name=$1 _want=$2; shift 2
	rm -f a.out
	runs "$_name: compiles" "$@" || return
	if LD_LIBRARY_PATH=$lib ./a.out >out 2>&1; then same "$_name: runs" "$_want" out; else not_ok "$_name: runs" <out; fi
}
shared_flags=$(pkg-config --cflags --libs lull)
static_flags=$(pkg-config --static --cflags --libs lull | sed 's/-llull\( \|$\)/-l:liblull.a /')
program "shared" "$want" ${CC:-cc} -std=c17 -Wall -Wextra -Wpedantic -Werror population.c $shared_flags
readelf -d a.out | grep -q 'liblull\.so\.0' && ok "shared: it needs liblull.so.0" || readelf -d a.out | not_ok "shared: it needs liblull.so.0"
if readelf -d a.out | grep -qE 'NEEDED.*(sodium|sleef|yaml)'; then readelf -d a.out | not_ok "shared: it needs nothing behind it"; else ok "shared: it needs nothing behind it"; fi
"$LULL_BUILD/lull" version | awk -v version="$(pkg-config --modversion lull)" \
	'$1 == "knowledge" { print version, 0, substr($2, 1, 8), conc }' conc="$(awk '$1 == "1.00" { print $3 }' "$LULL_SOURCE/examples/one_call.out")" >cxx.want
program "C++" cxx.want ${CXX:-c++} -std=c++17 -Wall -Wextra -Werror first.cc $shared_flags
program "static" "$want" ${CC:-cc} -std=c17 -Wall -Wextra -Wpedantic -Werror population.c $static_flags
readelf -d a.out | grep -q 'liblull' && readelf -d a.out | not_ok "static: it needs no liblull" || ok "static: it needs no liblull"
finish
