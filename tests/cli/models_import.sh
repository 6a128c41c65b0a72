. "$LULL_SOURCE/tests/cli/lib.sh"
data=$LULL_SOURCE/tests/data/nonmem
check "an oral model with occasions" 0 "$LULL" models import "$data/oral_one.ctl"
golden "is written as agreed" models_import_oral.yaml
err_says "what is not taken is said" "not taken: line 4: \$DATA"
check "quiet" 0 "$LULL" --quiet models import "$data/oral_one.ctl"
if [ -s "$err" ]; then not_ok "says nothing"; else ok "says nothing"; fi
check "three compartments by logarithms" 0 "$LULL" models import "$data/iv_three.ctl" --id my_model --out "$tmp/iv.yaml"
cp "$tmp/iv.yaml" "$out"
golden "into a file as agreed" models_import_iv.yaml
check "other units" 0 "$LULL" models import "$data/iv_three.ctl" --time min --amount mcg --volume mL
says "in the parameters" "unit: mL/min"
says "and the concentration" "concentration: mcg/mL"

check "what cannot be taken" 3 "$LULL" models import "$data/refused.ctl"
for place in 7:13 8:32 9:16 12:10 14:17; do err_says "is named with its place $place" "refused.ctl:$place: error"; done
err_says "and its mend" "hint: make a column that is 0 or 1 for it"
if [ -s "$out" ]; then not_ok "nothing is written"; else ok "nothing is written"; fi
check "nor into a file" 3 "$LULL" models import "$data/refused.ctl" --out "$tmp/none.yaml"
if [ -e "$tmp/none.yaml" ]; then not_ok "no file appears"; else ok "no file appears"; fi

printf '$PROB t\n$SUBS ADVAN13\n$PK\nCL=1\n' >"$tmp/Run 12.ctl"
check "differential equations" 3 "$LULL" models import "$tmp/Run 12.ctl"
err_says "say where to go" "write them as a model file"
check "no such file" 4 "$LULL" models import "$tmp/none.ctl"
check "no file" 2 "$LULL" models import
check "an id that is none" 2 "$LULL" models import "$data/iv_three.ctl" --id "My model"
check "a unit that is none" 2 "$LULL" models import "$data/iv_three.ctl" --time fortnight
sed -e 's/^\$PROBLEM.*/$PROBLEM/' "$data/oral_one.ctl" >"$tmp/Run 12.ctl"
check "a name from a file with blanks" 0 "$LULL" models import "$tmp/Run 12.ctl"
says "becomes an id" "id: run_12"
finish
