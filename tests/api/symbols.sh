# The names the libraries show: the shared one exactly tests/api/symbols.txt, which is what lull.h declares; the static
# one nothing without our prefix. As TAP.
#   symbols.sh SHARED STATIC      LULL_SOURCE in the environment
. "$LULL_SOURCE/tests/api/tap.sh"
list=$LULL_SOURCE/tests/api/symbols.txt
shared=$1 static=$2
exported() { nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort; }
declared() { sed -n 's/^LULL_API .*[ *]\(lull_[a-z_0-9]*\)(.*/\1/p' "$1" | LC_ALL=C sort; }

exported "$shared" >"$tmp/exported"
declared "$LULL_SOURCE/include/lull/lull.h" >"$tmp/declared"
[ -s "$tmp/exported" ] && ok "the shared library exports something" || echo "nothing" | not_ok "the shared library exports something"
grep -v '^#' "$list" >"$tmp/list"
same "the shared library exports what tests/api/symbols.txt lists" "$tmp/list" "$tmp/exported"
same "lull.h declares what tests/api/symbols.txt lists" "$tmp/list" "$tmp/declared"

# That a name too many is seen: a library without the map.
printf '__attribute__((visibility("default"))) int lull_version(void) { return 0; }\n__attribute__((visibility("default"))) int lull_planted(void) { return 0; }\n' >"$tmp/p.c"
${CC:-cc} -shared -fPIC -o "$tmp/p.so" "$tmp/p.c" && exported "$tmp/p.so" >"$tmp/planted"
if grep -qx lull_planted "$tmp/planted" && grep -qx lull_version "$tmp/planted"; then ok "a planted name is seen"; else not_ok "a planted name is seen" <"$tmp/planted"; fi

nm -g --defined-only "$static" 2>/dev/null | awk 'NF == 3 && $3 !~ /^lull_/ { print $3 }' >"$tmp/foreign"
if [ -s "$tmp/foreign" ]; then not_ok "the static library takes no name without our prefix" <"$tmp/foreign"; else ok "the static library takes no name without our prefix"; fi
nm -g --defined-only "$static" 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -cx -f "$tmp/list" >"$tmp/count"
if [ "$(cat "$tmp/count")" = "$(wc -l <"$tmp/list")" ]; then ok "the static library has all of them, once"; else not_ok "the static library has all of them, once" <"$tmp/count"; fi
readelf -d "$shared" | grep -q 'SONAME.*\[liblull\.so\.0\]' && ok "its soname is liblull.so.0" || readelf -d "$shared" | not_ok "its soname is liblull.so.0"
if readelf -d "$shared" | grep -E 'NEEDED.*(cairo|pango|jansson)' >"$tmp/needed"; then not_ok "it draws nothing and needs no JSON" <"$tmp/needed"; else ok "it draws nothing and needs no JSON"; fi
finish
