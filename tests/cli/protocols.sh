# lull protocols: list and show.
. "$LULL_SOURCE/tests/cli/lib.sh"
check "list answers" 0 "$LULL" protocols list
for id in P01 P10 P19 P29 series_of_three; do says "it has $id" "$id"; done
sed -i 's/knowledge [0-9a-f]\{8\}/knowledge HASH/' "$out"; golden "the list" protocols/list.txt
check "by use" 0 "$LULL" protocols list --use clinical
silent "no record-only among the clinical" "record_only"
check "show answers" 0 "$LULL" protocols show P02
says "what is stated" "1 mg/kg/h"
says "what is not" "interval between raises"
says "the printed slip is told" "27.3 %"
sed -i -e 's/knowledge [0-9a-f]\{8\}/knowledge HASH/' -e '/^Sources$/,$d' "$out"; golden "one protocol" protocols/P02.txt
check "show by another name" 0 "$LULL" protocols show lauritsen2016
says "is P01" "P01"
check "list as JSON" 0 "$LULL" protocols list --json
says "with its schema" '"schema": "protocols"'
check "show as JSON" 0 "$LULL" protocols show P22 --json
says "with numbers, sources and marks" '"source": "kethead2023"'
says "and what is missing" '"missing"'
check "an unknown protocol" 3 "$LULL" protocols show P033
err_says "with a hint" "did you mean"
check "no subverb is usage" 2 "$LULL" protocols
check "a wrong use is usage" 2 "$LULL" protocols list --use daily
finish
