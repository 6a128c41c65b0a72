# What people get wrong: each slip has its exit status, its place and the mend.
. "$LULL_SOURCE/tests/cli/lib.sh"
ex=$LULL_SOURCE/examples who=$LULL_SOURCE/examples/complete/patient.json days=$LULL_SOURCE/examples/templates/diary_days.csv
p=$tmp/patient.json d=$tmp/diary.csv
# all_three NAME CODE FILE PLACE MEND: the three verbs that read a patient record
all_three() {
	for verb in "plan --protocol series_of_three" screen pathway; do
		check "$verb: $1" "$2" "$LULL" ${verb%% *} "$3" --on 2026-11-20 $(expr "$verb" : '[a-z]* \(.*\)')
		err_says "$verb: $1: the place" "$4"
		err_says "$verb: $1: the mend" "$5"
	done
}
# both NAME CODE FILE PLACE MEND [OPTIONS]: the two verbs that read a diary
both() {
	slip=$1 code=$2 file=$3 place=$4 mend=$5; shift 5
	for verb in show classify; do
		check "diary $verb: $slip" "$code" "$LULL" diary $verb "$file" "$@"
		err_says "diary $verb: $slip: the place" "$place"
		err_says "diary $verb: $slip: the mend" "$mend"
	done
}

sed 's/"kg": 71.4/"kg": 71,4/' "$who" >"$p"
all_three "a decimal comma" 3 "$p" "patient.json:13:" "numbers have a decimal point: 68.5, not 68,5"
sed 's/"kg": 71.4/"kg": "71,4"/' "$who" >"$p"
all_three "a decimal comma in quotes" 3 "$p" '$.weights[1].kg' "remove the quotes and write a decimal point"
sed 's/"kg": 71.4/"lb": 157.4/' "$who" >"$p"
all_three "pounds by name" 3 "$p" '$.weights[1].lb' "1 lb is 0.4536 kg"
sed 's/"born": "[^"]*"/"born": "05-11-1984"/' "$who" >"$p"
all_three "a date in the wrong order" 3 "$p" '$.born' "write year-month-day"
head -c 1500 "$who" >"$p"
all_three "JSON cut in the middle" 3 "$p" "patient.json:34:" "a bracket or quote is not closed"
: >"$p"
all_three "an empty file" 3 "$p" "patient.json: error: not JSON: the file is empty" "examples/templates"
all_three "a table instead of a record" 3 "$days" "diary_days.csv:1:" "is it a JSON file at all?"
all_three "a file that is not there" 4 none.json "none.json: cannot be opened" "is it spelled so?"
sed 's/"kg": 71.4/"kg": 157.4/' "$who" >"$p"
check "pounds in the place of kilograms" 1 "$LULL" plan "$p" --protocol series_of_three --on 2026-11-20
says "are recognised" "pounds taken for kilograms: weigh again"
mkdir "$tmp/folder"
check "plan: a folder" 4 "$LULL" plan "$tmp/folder" --protocol series_of_three
err_says "plan: a folder: the mend" "name a file in it"
check "screen: a folder" 4 "$LULL" screen "$tmp/folder"
check "pathway: a folder without a record" 4 "$LULL" pathway "$tmp/folder"
err_says "pathway: what it should hold" "folder holds patient.json"

sed 's/,/;/g' "$days" >"$d"
both "semicolons" 3 "$d" "diary.csv: no column is named 'date'" "the wrong delimiter"
sed 's/2026-03-02/02.03.2026/' "$days" >"$d"
both "one date in another order" 0 "$d" "diary.csv:3:1" "as in 2026-03-02"
sed 's/2026-03-0\([0-9]\)/0\1.03.2026/' "$days" >"$d"
both "all dates in another order" 3 "$d" "diary.csv:2:1" "as in 2026-03-02"
: >"$d"
both "an empty file" 3 "$d" "diary.csv: no header row was found" "column names in row 1"
both "a folder" 4 "$tmp/folder" "is a folder" "name a file in it"
both "a file that is not there" 4 none.csv "none.csv" "is it spelled so?"
head -c 400 "$ex/templates/diary.json" >"$tmp/cut.json"
both "JSON cut in the middle" 3 "$tmp/cut.json" "cut.json:" "a bracket or quote is not closed"
both "a patient where none is named" 3 "$days" "diary_days.csv" "leave --patient out" --patient X1
both "an unknown patient of a table" 3 "$ex/templates/diary_attacks.csv" "no row is of patient 'X1'" "lists the patients" --patient X1
both "an unknown patient of a diary file" 3 "$ex/templates/diary.json" "no diary is of patient 'X1'" "the file holds: example" --patient X1
both "an unknown map" 3 "$days" "no map is named 'migrane_buddy'" "migraine_buddy, park2016" --map migrane_buddy
both "an unknown option" 2 "$days" "unknown option --maps" "did you mean --map?" --maps lull

check "diary of a file that names nobody is refused" 3 "$LULL" screen "$who" --diary "$days" --patient X1
err_says "with the mend" "leave --patient out"

check "plan: an unknown protocol" 3 "$LULL" plan "$who" --protocol serie_of_three
err_says "plan: where the protocols are" "lull protocols list"
check "pathway: an unknown protocol" 3 "$LULL" pathway "$ex/complete" --protocol serie_of_three
err_says "pathway: where the protocols are" "lull protocols list"
check "plan: a decimal comma in an option" 2 "$LULL" plan "$who" --protocol P23 --dose 0,5
err_says "plan: with the mend" "write 0.5, with a point"
for verb in "plan --protocol P23" screen pathway; do
	check "$verb: a day in the wrong order" 2 "$LULL" ${verb%% *} "$who" --on 22-11-2026
	err_says "$verb: with the mend" "as in 2026-11-22"
done
for verb in screen pathway; do
	check "$verb: an unknown indication" 2 "$LULL" $verb "$who" --indication migraine
	err_says "$verb: the indications there are" "there are: refractory_chronic_migraine"
done
check "screen: --patient without a diary" 2 "$LULL" screen "$who" --patient X1
err_says "screen: what it belongs to" "belong to --diary FILE"
check "help lists the choices" 0 "$LULL" plan --help
says "of a setting" "one of: chair, inpatient_monitored"
finish
