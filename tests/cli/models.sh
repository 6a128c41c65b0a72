. "$LULL_SOURCE/tests/cli/lib.sh"
check "list" 0 "$LULL" models list
golden "list is as agreed" models_list.txt
check "show the default" 0 "$LULL" models show kamp2020_otto2021
golden "show is as agreed" models_show_kamp.txt
says "borrowed numbers say so" "borrowed"
check "show at another weight" 0 "$LULL" models show domino1984 --weight 110
says "the weight is named" "Typical person: wt 110 kg"
says "no spread is said to be none" "one typical curve only"
says "a curve of unknown site drives nothing" "source does not state, so it may not drive them."
check "a venous model" 0 "$LULL" models show otto2021_s
says "may not drive arterial effects" "may not drive them"
check "the effects" 0 "$LULL" models effects
golden "effects are as agreed" models_effects.txt
says "assumed weights say so" "assumed: no controlled headache data"
check "JSON of a list" 0 "$LULL" models list --json
says "has its schema" '"schema": "models_list"'
check "JSON of a model, without the hash" 0 sh -c '"$LULL" models show otto2021_s --json | grep -v "\"knowledge\":\|\"hash\":"'
golden "JSON is as agreed" models_show_otto.json
check "JSON of the effects" 0 "$LULL" models effects --json
says "a number with its mark" '"mark": "verified"'
check "check" 0 "$LULL" models check
says "all are well" "ok      kamp2020_otto2021"
says "the observed levels too" "ok      observed levels"
check "check as JSON" 0 "$LULL" models check --json
says "each with its verdict" '"ok": true'

cp -r "$LULL_SOURCE/knowledge" "$tmp/knowledge"
sed -i 's/value: 84, /value: 8.4,/' "$tmp/knowledge/models/kamp2020_otto2021.yaml"
check "a decimal slip is caught" 3 "$LULL" --knowledge "$tmp/knowledge" models check
err_says "by the guard" "outside 50 to 160 L/h"
err_says "with its place" "models/kamp2020_otto2021.yaml:"
says "the others stand" "ok      otto2021_s"
check "nobody uses it" 3 "$LULL" --knowledge "$tmp/knowledge" models show kamp2020_otto2021

# a file of one's own
check "import" 0 "$LULL" --quiet models import "$LULL_SOURCE/tests/data/nonmem/oral_one.ctl" --out "$tmp/oral.yaml"
check "check a file of one's own" 0 "$LULL" models check "$tmp/oral.yaml"
golden "what follows is as agreed" models_check_oral.txt
check "as JSON" 0 "$LULL" models check "$tmp/oral.yaml" --json
says "with the test dose" '"test_dose": ['
says "its area too" '"area": '
check "show it" 0 "$LULL" models show "$tmp/oral.yaml"
says "with the control stream's line" "oral_one.ctl:15"
sed -e 's/unit: L\/h/unit: mg\/h/' -e 's/absorption: ka/absorption: kka/' "$tmp/oral.yaml" >"$tmp/wrong.yaml"
check "a wrong file" 3 "$LULL" models check "$tmp/wrong.yaml"
err_says "a unit that does not fit" "mg/h"
err_says "a name that is none" "kka"
err_says "with line and column" "wrong.yaml:1"
check "is refused as JSON too" 3 "$LULL" models check "$tmp/wrong.yaml" --json
says "and says so" '"ok": false'
check "a file that is not there" 4 "$LULL" models check "$tmp/none.yaml"

# side by side
check "compare" 0 "$LULL" models compare
golden "the table of the facts" models_compare.txt
check "compare as JSON" 0 "$LULL" models compare kamp2020_otto2021 --json
says "the guard's peak" '"peak_ng_per_ml": 253.05'
says "and area" '"area_ng_h_per_ml": 416.66'
check "at another weight" 0 "$LULL" models compare kamp2020_otto2021 otto2021_s --weight 50
says "says so" "(25 mg at 50 kg)"
check "a model in other units" 3 "$LULL" models compare one_cmt
err_says "is told how to join" "concentration: ng/mL"
check "with a picture" 0 "$LULL" models compare --plot "$tmp/compare.svg"
cp "$tmp/compare.svg" "$out"
says "with what was observed" "observed: Kamp 2020, men (arterial)"
says "and every model" "simons2022_s"

# curves
check "plot" 0 "$LULL" models plot kamp2020_otto2021 otto2021_s --regimen infusion_40min --out "$tmp/a.svg"
cp "$tmp/a.svg" "$out"
says "has both" "otto2021_s"
says "and the regimen" "0.5 mg/kg over 40 min"
check "plot a file of one's own" 0 "$LULL" models plot "$tmp/oral.yaml" --ev "amt=100 ii=24 addl=3" --until 96 --log --out "$tmp/a.pdf"
if [ "$(head -c 5 "$tmp/a.pdf")" = "%PDF-" ]; then ok "as PDF"; else not_ok "as PDF"; fi
check "as PNG" 0 "$LULL" models plot kamp2020_otto2021 --ev "amt=35 dur=40min" --until 6 --output ketamine --out "$tmp/a.png"
if [ "$(head -c 4 "$tmp/a.png" | tail -c 3)" = "PNG" ]; then ok "is PNG"; else not_ok "is PNG"; fi
check "no regimen" 2 "$LULL" models plot kamp2020_otto2021 --out "$tmp/a.svg"
check "two regimens" 2 "$LULL" models plot kamp2020_otto2021 --ev "amt=1" --regimen push_10mg --out "$tmp/a.svg"
check "an unknown regimen" 2 "$LULL" models plot kamp2020_otto2021 --regimen push --out "$tmp/a.svg"
err_says "there are" "push_10mg"
check "another kind of picture" 2 "$LULL" models plot kamp2020_otto2021 --ev "amt=1" --out "$tmp/a.gif"
check "an unknown output" 3 "$LULL" models plot kamp2020_otto2021 --ev "amt=1" --output gold --out "$tmp/a.svg"
check "doses that are none" 3 "$LULL" models plot kamp2020_otto2021 --ev "amt=much" --out "$tmp/a.svg"
check "units that differ" 3 "$LULL" models plot "$tmp/oral.yaml" one_cmt --ev "amt=1" --out "$tmp/a.svg"
err_says "say so" "of another model in"

check "an unknown model" 3 "$LULL" models show kamp2020
err_says "the nearest is named" "kamp2020_otto2021"
check "no id" 2 "$LULL" models show
check "an impossible weight" 2 "$LULL" models show otto2021_s --weight 700
finish
