# An example says what its file says; as TAP. LULL_BLESS=1 writes the file anew.
#   example.sh EXPECTED COMMAND...       LULL_SOURCE in the environment
. "$LULL_SOURCE/tests/api/tap.sh"
want=$1; shift
if "$@" >"$tmp/out" 2>"$tmp/err"; then ok "it runs"; else cat "$tmp/out" "$tmp/err" | not_ok "it runs"; fi
if [ -n "${LULL_BLESS:-}" ]; then cp "$tmp/out" "$want"; fi
same "it says what ${want##*/} says" "$want" "$tmp/out"
if [ -s "$tmp/err" ]; then not_ok "it complains of nothing" <"$tmp/err"; else ok "it complains of nothing"; fi
finish
