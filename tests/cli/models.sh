. "$LULL_SOURCE/tests/cli/lib.sh"
check "list" 0 "$LULL" models list
golden "list is as agreed" models_list.txt
check "show the default" 0 "$LULL" models show kamp2020_otto2021
golden "show is as agreed" models_show_kamp.txt
says "borrowed numbers say so" "borrowed"
check "show at another weight" 0 "$LULL" models show domino1984 --weight 110
says "the weight is named" "At 110 kg"
says "no spread is said to be none" "one typical curve only"
says "a curve of unknown site drives nothing" "source does not state, so it may not drive them."
check "a venous model" 0 "$LULL" models show otto2021_s
says "may not drive arterial effects" "may not drive them"
check "the effects" 0 "$LULL" models effects
golden "effects are as agreed" models_effects.txt
says "assumed weights say so" "assumed: no controlled headache data"
check "JSON of a list" 0 "$LULL" models list --json
says "has its schema" '"schema": "models_list"'
check "JSON of a model, without the hash" 0 sh -c '"$LULL" models show otto2021_s --json | grep -v "\"knowledge\":"'
golden "JSON is as agreed" models_show_otto.json
check "JSON of the effects" 0 "$LULL" models effects --json
says "a number with its mark" '"mark": "verified"'
check "check" 0 "$LULL" models check
says "all are well" "ok      kamp2020_otto2021"
check "check as JSON" 0 "$LULL" models check --json
says "each with its verdict" '"ok": true'

cp -r "$LULL_SOURCE/knowledge" "$tmp/knowledge"
sed -i 's/value: 84, /value: 8.4,/' "$tmp/knowledge/models/kamp2020_otto2021.yaml"
check "a decimal slip is caught" 3 "$LULL" --knowledge "$tmp/knowledge" models check
err_says "by the guard" "outside 50 to 160 L/h"
err_says "with its place" "models/kamp2020_otto2021.yaml:"
says "the others stand" "ok      otto2021_s"
check "nobody uses it" 3 "$LULL" --knowledge "$tmp/knowledge" models show kamp2020_otto2021

check "an unknown model" 3 "$LULL" models show kamp2020
err_says "the nearest is named" "kamp2020_otto2021"
check "no id" 2 "$LULL" models show
check "an impossible weight" 2 "$LULL" models show otto2021_s --weight 700
finish
