#!/bin/sh
# lull evidence meta: pooled effects for people and machines, and clear errors.
. "$LULL_SOURCE/tests/cli/lib.sh"
data=tests/data/evidence/studies.csv

check "proportions for people" 0 "$LULL" evidence meta --data $data --measure PLO --knha --egger --leave-one-out
says "with what was done" "Pooled (PLO, REML, Knapp-Hartung):"
says "with what a new study would show" "a new study like these would lie between"
says "with the empty cell named" "1/2 was added to each cell of 2 studies with an empty one"
says "and each study left out" "Without this study"
check "a ratio for machines" 0 "$LULL" evidence meta --data $data --measure RR --method REML --json
for key in estimate se ci_lb ci_ub tau2 i2 q pi_lb pi_ub k transformed; do
	says "with $key" "\"$key\":"
done
check "meta-regression" 0 "$LULL" evidence meta --data $data --measure RR --moderator dose
says "names the moderator" "Moderator dose:"

printf 'study,xi,ni\nA,7,6\nB,2,"3,5"\n' >"$tmp/s.csv"
check "wrong rows are bad data" 3 "$LULL" evidence meta --data "$tmp/s.csv" --measure PLO
err_says "with line and column" "s.csv:2:3"
err_says "and each of them" "s.csv:3:5"
check "a missing column" 3 "$LULL" evidence meta --data "$tmp/s.csv" --measure RR
err_says "is named" 'no column "ai"'
check "no measure is a usage error" 2 "$LULL" evidence meta --data $data
head -4 $data >"$tmp/few.csv"
check "Egger below 10 studies" 0 "$LULL" evidence meta --data "$tmp/few.csv" --measure MD --egger
says "is refused with a reason" "not made below 10 studies"
