#!/bin/sh
# Makes lull.1 from the head, each verb's own option tables, and the end.
#   make.sh LULL MAN_FOLDER OUT
set -eu
lull=$1 folder=$2 out=$3
{
	cat "$folder/lull.1.in"
	for verb in $("$lull" --help=verbs); do
		subs=$("$lull" "$verb" --help=subverbs 2>/dev/null || true)
		if [ -n "$subs" ]; then
			for sub in $subs; do "$lull" "$verb" "$sub" --help=man; done
		else
			"$lull" "$verb" --help=man
		fi
	done
	cat "$folder/lull.1.end"
} >"$out"
