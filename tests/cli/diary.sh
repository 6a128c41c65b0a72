. "$LULL_SOURCE/tests/cli/lib.sh"
data=tests/data
park="$data/park2016_headache_diary_dev.csv" days="$data/insogna2023_daily_headache.csv" mb="$data/migraine_buddy_invented.csv"

check "show: the undated diary, one patient" 0 "$LULL" diary show $park --map park2016 --patient cmc-0023
golden "show park" diary_show_park.txt
check "show: the numbered days" 0 "$LULL" diary show $days --map insogna2023
golden "show insogna" diary_show_insogna.txt
check "show: an app's export" 0 "$LULL" diary show $mb --map migraine_buddy
golden "show migraine buddy" diary_show_migraine_buddy.txt
err_says "a rejected row has file, line and column" "$mb:10:5: error: found '13/21/24 10:00'"
err_says "and a caret" "        ^"
err_says "unknown words are named" "'Zorbium 20 mg'"
check "quiet says nothing of it" 0 "$LULL" --quiet diary show $mb --map migraine_buddy
if [ -s "$err" ]; then not_ok "quiet is quiet"; else ok "quiet is quiet"; fi
check "show as JSON" 0 "$LULL" diary show $mb --map migraine_buddy --json
says "with its schema" '"schema": "diary_show"'
says "rejected rows are counted" '"rejected": 1'
says "columns not used are named" '"column": "Geohash"'
check "the whole park file" 0 "$LULL" diary show $park --map park2016
says "all rows" "2379 rows, 2379 accepted (605 headache, 1774 headache-free)"

check "import writes our own file" 0 "$LULL" diary import $mb --map migraine_buddy -o "$tmp/mb.json"
check "which is read without a map" 0 "$LULL" diary show "$tmp/mb.json"
says "and holds the same days" "recorded 8 of 23 days: 8 headache, 0 headache-free; 15 missing"
check "import of our file gives our file" 0 "$LULL" diary import "$tmp/mb.json" -o "$tmp/again.json"
if cmp -s "$tmp/mb.json" "$tmp/again.json"; then ok "byte for byte"; else not_ok "byte for byte"; fi
check "standard output" 0 "$LULL" --quiet diary import $mb --map migraine_buddy -o -
golden "import migraine buddy" diary_import_migraine_buddy.json

for t in days attacks; do
	check "the $t template is a diary" 0 "$LULL" diary show examples/templates/diary_$t.csv
	silent "no row of the $t template is rejected" "rejected"
done
golden "show the attacks template" diary_show_template.txt
check "the JSON template is a diary" 0 "$LULL" diary show examples/templates/diary.json
check "the map template is a map" 0 "$LULL" diary show examples/templates/my_diary.csv --map examples/templates/my_map.yaml
says "of two days" "recorded 2 of 2 days: 1 headache, 1 headache-free"

check "a period wider than the rows" 0 "$LULL" diary show examples/templates/my_diary.csv --map examples/templates/my_map.yaml --from 2026-03-01 --to 2026-03-31
says "missing days are missing" "recorded 2 of 31 days: 1 headache, 1 headache-free; 29 missing"

check "no file" 2 "$LULL" diary show
check "no such file" 4 "$LULL" diary show $data/nothing.csv
check "the wrong map" 3 "$LULL" diary show $days --map park2016
err_says "names the column it needs" "no column is named 'patient_id'"
check "no such map" 3 "$LULL" diary show $days --map nothing
err_says "names the maps there are" "insogna2023, lull, migraine_buddy, park2016"
check "no such patient" 3 "$LULL" diary show $park --map park2016 --patient nobody
err_says "says so" "no row is of patient 'nobody'"
printf 'schema_version: 1\nname: x\ntitle: x\nformat: csv\nencoding: utf-8\ndelimiter: semikolon\ndecimal: point\nrows: weeks\nno_row_means: missing\ncolumns: []\n' >"$tmp/bad.yaml"
check "a faulty map" 3 "$LULL" diary show $days --map "$tmp/bad.yaml"
err_says "has a place" "bad.yaml:6:12: error:"
err_says "and a caret" "delimiter: semikolon"
err_says "all faults, not the first" "bad.yaml:8:7: error:"
check "import without -o" 2 "$LULL" diary import $mb --map migraine_buddy
printf '{"schema_version": 1, "diaries": [{"entries": [{"kind": "sometimes"}]}]}' >"$tmp/bad.json"
check "faulty JSON" 3 "$LULL" diary show "$tmp/bad.json"
err_says "is named by path" '$.diaries[0].entries[0].kind'
check "diary alone" 2 "$LULL" diary
check "import reports for machines too" 0 "$LULL" diary import "$LULL_SOURCE/tests/data/insogna2023_daily_headache.csv" --map insogna2023 -o "$tmp/series.json" --json
says "with its schema" '"schema": "diary_import"'
check "but not where the diary goes" 2 "$LULL" diary import "$LULL_SOURCE/tests/data/insogna2023_daily_headache.csv" --map insogna2023 -o - --json
finish
