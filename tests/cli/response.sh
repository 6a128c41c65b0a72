# Before and after a date, triggers and measures, demo diaries.
. "$LULL_SOURCE/tests/cli/lib.sh"
days="tests/data/insogna2023_daily_headache.csv"
park="tests/data/park2016_headache_diary_dev.csv" mb="tests/data/migraine_buddy_invented.csv"

check "numbered days, before and after day 200" 0 "$LULL" diary response $days --map insogna2023 --day 200
golden "response insogna" diary_response_insogna.txt
check "the same as JSON" 0 "$LULL" diary response $days --map insogna2023 --day 200 --json
says "with its schema" '"schema": "diary_response"'
says "and both definitions of conversion" '"episodic_in_each_month": "no"'
check "a date in a diary of numbered days is refused" 3 "$LULL" diary response $days --map insogna2023 --date 2026-01-01
err_says "with the way out" "use --day N"
check "entries without dates have no before" 3 "$LULL" diary response $park --map park2016 --patient cmc-0023 --date 2026-01-01
check "one date is needed" 2 "$LULL" diary response $days --map insogna2023
check "and not two" 2 "$LULL" diary response $days --map insogna2023 --day 3 --date 2026-01-01
check "one file is needed" 2 "$LULL" diary response --day 3
check "a window after that begins before" 3 "$LULL" diary response $mb --map migraine_buddy --date 2024-03-05 --after 2024-03-01

check "a demo diary" 0 "$LULL" diary demo --days 140 --seed 3
says "says that it is invented" '"invented": true'
cp "$out" "$tmp/demo.json"
check "the same numbers" 0 "$LULL" diary demo --days 140 --seed 3
if cmp -s "$out" "$tmp/demo.json"; then ok "the same diary"; else not_ok "the same diary"; fi
check "is read like any diary" 0 "$LULL" diary response "$tmp/demo.json" --date 2026-03-26 --count migraine_ichd
golden "response demo" diary_response_demo.txt
check "too few days give no probability" 0 "$LULL" diary response "$tmp/demo.json" --date 2026-01-05
says "and say so" "Unknown: at least 14 recorded days"
check "too long a demo" 2 "$LULL" diary demo --days 4000
check "an impossible chain" 3 "$LULL" diary demo --share 0.9 --correlation -0.5
check "a demo takes no file" 2 "$LULL" diary demo x

check "triggers of entries without dates" 0 "$LULL" diary triggers $park --map park2016 --patient cmc-0023
golden "triggers park" diary_triggers_park.txt
check "triggers and measures of an app's export" 0 "$LULL" --quiet diary triggers $mb --map migraine_buddy
says "what was never noted is a number" "were never noted"
says "a measure carries its evidence" "Two small trials with weak methods"
check "as JSON" 0 "$LULL" --quiet diary triggers $mb --map migraine_buddy --json
says "with grades" '"grade": "none"'
check "a diary that asks for none" 0 "$LULL" diary triggers $days --map insogna2023
says "says so" "asks for no triggers"
check "one file" 2 "$LULL" diary triggers
finish
