# Every test that docs/hazards.md names exists and runs, and every hazard names one or says that its control is not
# built yet; as TAP. First the checks are shown to fail on planted faults.
#   hazards.sh SOURCE_FOLDER
src=$1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; sed 's/^/# /'; }

# rows FILE: "LINE<tab>last cell" of each hazard.
rows() {
	awk -F'|' '/^\|/ && !/^\|[-| ]*$/ && $(NF - 1) !~ /^ *Test *$/ { print NR "\t" $(NF - 1) }' "$1"
}

# A C case: the function stands in the program and the program runs it.
has_case() { # PROGRAM CASE; the program as "name" or "room/name"
	room=$(dirname "$1")
	[ "$room" != . ] || room='*'
	for file in "$src"/tests/$room/test_"$(basename "$1")".c; do
		[ -f "$file" ] && grep -qE "^static void $2\(void \*\*" "$file" &&
			grep -qE "cmocka_unit_test(_setup_teardown)?\($2[,)]" "$file" && return 0
	done
	return 1
}

# A check of a script, by its words.
has_check() { [ -f "$src/tests/cli/$1" ] && grep -qF -- "\"$2\"" "$src/tests/cli/$1"; }

# faults FILE: one line for each.
faults() {
	rows "$1" | while IFS="$(printf '\t')" read -r line cell; do
		printf '%s\n' "$cell" | grep -o '`[^`]*`' | tr -d '`' >"$tmp/names"
		if [ ! -s "$tmp/names" ]; then
			case $cell in *"not built yet"*) ;; *) echo "line $line: names no test" ;; esac
			continue
		fi
		while IFS= read -r name; do
			program=${name%%: *} case=${name#*: }
			case $name in
			*.sh:\ *) has_check "$program" "$case" || echo "line $line: no check '$case' in tests/cli/$program" ;;
			*:\ *) has_case "$program" "$case" || echo "line $line: no test '$case' in test_$program.c" ;;
			*) echo "line $line: '$name' is not 'program: case'" ;;
			esac
		done <"$tmp/names"
	done
}

# plant NAME CELL WANT: a table with that cell must be complained about ("" = must not).
plant() {
	printf '| Hazard | Control | Test |\n|---|---|---|\n| h | c | %s |\n' "$2" >"$tmp/planted.md"
	faults "$tmp/planted.md" >"$tmp/said"
	if [ -z "$3" ] && [ -s "$tmp/said" ]; then not_ok "$1" <"$tmp/said"; return; fi
	if [ -z "$3" ] || grep -qF -- "$3" "$tmp/said"; then ok "$1"; else not_ok "$1: nothing said '$3'" <"$tmp/said"; fi
}
plant "a case that runs is accepted" '`rule: properties`' ""
plant "with its room too" '`ketamine/rule: properties`' ""
plant "a case that does not exist is seen" '`rule: properties`, `rule: no_such_case`' "no test 'no_such_case'"
plant "a program that does not exist is seen" '`no_such_program: properties`' "test_no_such_program.c"
plant "a case in another room is not this one" '`care/rule: properties`' "no test 'properties'"
plant "a helper is not a test" '`plan: make`' "no test 'make'"
plant "a check that runs is accepted" '`version.sh: it names the knowledge`' ""
plant "a check that does not exist is seen" '`plan.sh: nobody checks this`' "no check 'nobody checks this'"
plant "a row without a test is seen" 'somebody looks' "names no test"
plant "a control that is not built yet is said" 'not built yet' ""

doc=$src/docs/hazards.md
if [ "$(rows "$doc" | wc -l)" -gt 20 ]; then ok "docs/hazards.md has its rows"; else rows "$doc" | not_ok "docs/hazards.md has its rows"; fi
faults "$doc" >"$tmp/said"
if [ -s "$tmp/said" ]; then not_ok "docs/hazards.md names tests that exist" <"$tmp/said"; else ok "docs/hazards.md names tests that exist"; fi
echo "1..$n"
