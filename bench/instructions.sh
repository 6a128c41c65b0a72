#!/bin/bash
# Instructions a person of workload W1, counted by callgrind (which runs the AVX2 kernels), against
# bench/instructions.txt: a regression shows on a noisy machine too. From the project's folder, after script/build:
#   bench/instructions.sh [--bless]     exit 1 when a row is more than 3 % above its line
set -eu
cd "$(dirname "$0")/.."
ninja -C build bench/bench_engine >/dev/null
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
count() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null build/bench/bench_engine "$1" "$2" 2>&1 |
		sed -n 's/.*Collected : *//p'
}
for what in setup reduced uniform any; do
	few=$(count "$what" 256) many=$(count "$what" 512)
	echo "$what $(((many - few) / 256))"
done >"$tmp/now"
if [ "${1:-}" = --bless ]; then cp "$tmp/now" bench/instructions.txt; cat bench/instructions.txt; exit; fi
awk 'NR == FNR { want[$1] = $2; next }
	{ printf "%-8s %8d instructions a person, kept %8d (%+.1f %%)\n", $1, $2, want[$1], 100 * ($2 / want[$1] - 1)
	  if ($2 > 1.03 * want[$1]) bad = 1 }
	END { exit bad }' bench/instructions.txt "$tmp/now"
