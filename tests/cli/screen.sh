. "$LULL_SOURCE/tests/cli/lib.sh"
complete=examples/complete/patient.json
diary=examples/complete/diary.csv
series=examples/series330/patient.json
on="--on 2026-11-20"

check "a complete record with its diary: no exclusion found" 0 "$LULL" screen $complete --diary $diary $on
says "the verdict is honest" "no controlled trial of infusion in"
says "it is off-label" "off-label"
says "it says that the person is invented" "INVENTED PATIENT"
says "ketamine is not first line" "Ketamine is not first line."
golden "the whole text" screen/complete.txt

check "the same as JSON" 0 "$LULL" screen $complete --diary $diary $on --json
says "with a verdict" '"verdict": "no_exclusion_found"'
says "and invented" '"invented": true'
golden "the whole JSON" screen/complete.json

check "without the diary the answer is no" 1 "$LULL" screen $complete $on
says "because the migraine is not shown" "whether this is refractory chronic migraine is unknown"

check "the real series" 1 "$LULL" screen $series --diary tests/data/insogna2023_daily_headache.csv --map insogna2023 $on
says "asks what it does not know" "Ask next"
says "counts the rest" "more."
silent "it is a real person" "INVENTED"
golden "the real series, text" screen/series330.txt

check "every question" 1 "$LULL" screen $series $on --all
silent "none is left out" "more."

check "a year later it is stale" 1 "$LULL" screen $complete --diary $diary --on 2027-11-20
says "the vital signs are too old" "Last answer too old"

check "by nose the swallowed part counts" 0 "$LULL" screen $complete --diary $diary $on --route nasal
check "an indication without a protocol" 1 "$LULL" screen $complete $on --indication anxiety
says "it says so" "There is no sourced protocol for anxiety"

sed 's/candesartan 16 mg daily/zzyzxamab 16 mg daily/' $complete >"$tmp/p.json"
check "a drug that nobody knows" 1 "$LULL" screen "$tmp/p.json" --diary $diary $on
says "cannot tell" "1 drug name is not recognised"
says "and asks" 'Which ingredient is in "zzyzxamab 16 mg daily"?'

sed 's/"stroke_or_cerebral_trauma": {"answer": "no"/"stroke_or_cerebral_trauma": {"answer": "yes"/' $complete >"$tmp/p.json"
check "an absolute exclusion" 1 "$LULL" screen "$tmp/p.json" --diary $diary $on
says "is named" "excluded: C05 (stroke or cerebral trauma)"

sed 's/"height_cm": 168/"height_cm": 1.68/' $complete >"$tmp/p.json"
check "a height in metres is bad data" 3 "$LULL" screen "$tmp/p.json" $on
err_says "with what was expected" "from 50 to 260 cm"
sed 's/"porphyria"/"porphyrya"/' $complete >"$tmp/p.json"
check "an unknown condition is bad data" 3 "$LULL" screen "$tmp/p.json" $on
err_says "with the nearest" "porphyria"
check "no such file" 4 "$LULL" screen "$tmp/none.json" $on
check "no record is usage" 2 "$LULL" screen
check "an unknown indication is usage" 2 "$LULL" screen $complete $on --indication refractory_migraine
err_says "with the nearest indication" "did you mean"
check "an unknown route is usage" 2 "$LULL" screen $complete $on --route rectal
finish
