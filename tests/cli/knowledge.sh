. "$LULL_SOURCE/tests/cli/lib.sh"
check "the embedded knowledge is sound" 0 "$LULL" knowledge check
says "every room's part is named" "screening and indications"
silent "nothing is faulty" "FAULTY"
check "for machines" 0 "$LULL" knowledge check --json
says "with its schema" '"schema": "knowledge_check"'
cp -r "$LULL_SOURCE/knowledge" "$tmp/knowledge"
check "a copy of the folder is as sound" 0 "$LULL" --knowledge "$tmp/knowledge" knowledge check
hash_embedded=$("$LULL" version | sed -n 's/^knowledge \([0-9a-f]*\).*/\1/p')
hash_folder=$("$LULL" --knowledge "$tmp/knowledge" version | sed -n 's/^knowledge \([0-9a-f]*\).*/\1/p')
if [ "$hash_embedded" = "$hash_folder" ]; then ok "and has the same hash"; else not_ok "and has the same hash" "$hash_embedded" "$hash_folder"; fi
sed -i 's/mean_points: 1.92/mean_points: 1,92/' "$tmp/knowledge/course.yaml"
check "a decimal comma is refused" 3 "$LULL" --knowledge "$tmp/knowledge" knowledge check
err_says "with file, line and column" "course.yaml:5:16"
err_says "and with what to write" "1.92"
says "and the part is named" "FAULTY course without drug"
sed -i 's/mean_points: 1,92/mean_points: 1.92/; s/etchison2018:placebo/nobody1999/' "$tmp/knowledge/course.yaml"
check "an unknown source is refused" 3 "$LULL" --knowledge "$tmp/knowledge" knowledge check
err_says "by its key" "nobody1999"
mkdir "$tmp/empty"
check "an empty folder is said to be one" 3 "$LULL" --knowledge "$tmp/empty" version
check "a missing folder is a system error" 4 "$LULL" --knowledge "$tmp/none" version
finish
