# docs/hazards.md: every test that it names exists, and every control has a test or says it is open.
. "$LULL_SOURCE/tests/cli/lib.sh"
page=$LULL_SOURCE/docs/hazards.md
cd "$LULL_SOURCE" || exit 1
grep -o '`[a-z_]*\(\.sh\)\{0,1\}: [^`]*`' "$page" | tr -d '`' | sort -u >"$tmp/named"
check "hazards name tests" 0 test "$(wc -l <"$tmp/named")" -ge 30
while IFS= read -r line; do
	program=${line%%: *} name=${line#*: }
	case $program in
	*.sh) file=tests/cli/$program want="\"$name\"" ;;
	*) file=$(ls tests/*/test_"$program".c 2>/dev/null | head -n 1) want="cmocka_unit_test($name" ;;
	esac
	if [ -n "$file" ] && grep -qF -- "$want" "$file"; then ok "$line"; else not_ok "$line" "no such test in '$file'"; fi
done <"$tmp/named"
grep '^| ' "$page" | grep -v '^| \(Hazard\|Group\)' | grep -v '`' | grep -v 'Open' >"$tmp/bare"
check "no control without a test" 1 test -s "$tmp/bare"
finish
