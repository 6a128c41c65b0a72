. "$LULL_SOURCE/tests/cli/lib.sh"
cd "$LULL_SOURCE" || exit 1
hide() { sed -i "s/knowledge [0-9a-f]\{8,\}/knowledge HASH/" "$out"; }

check "a complete, invented patient: the plan stands" 0 "$LULL" pathway examples/complete --pdf "$tmp/a.pdf" --svg-dir "$tmp/svg"
hide; golden "the whole letter" pathway/complete.txt
says "it says that the patient is invented" "INVENTED PATIENT"
says "it is off-label" "off-label"
says "and no medical device" "not a cleared or certified medical device"
says "the forecast's title is honest" "not calibrated: controlled evidence in headache is missing"
check "the same again" 0 "$LULL" pathway examples/complete --pdf "$tmp/b.pdf" --svg-dir "$tmp/svg2"
if cmp -s "$tmp/a.pdf" "$tmp/b.pdf"; then ok "the same PDF, byte for byte"; else not_ok "the same PDF, byte for byte"; fi
if [ "$(head -c 5 "$tmp/a.pdf")" = "%PDF-" ]; then ok "it is a PDF"; else not_ok "it is a PDF"; fi
for chart in calendar blocks pain concentration pressure; do
	if cmp -s "$tmp/svg/$chart.svg" "$tmp/svg2/$chart.svg" && grep -q '<title id="'$chart'-title">' "$tmp/svg/$chart.svg"; then
		ok "the $chart chart as SVG, with a title, the same twice"
	else
		not_ok "the $chart chart as SVG, with a title, the same twice"
	fi
done
check "on American paper" 0 "$LULL" --quiet pathway examples/complete --paper letter --pdf "$tmp/letter.pdf"
if cmp -s "$tmp/a.pdf" "$tmp/letter.pdf"; then not_ok "another paper, another PDF"; else ok "another paper, another PDF"; fi

check "a protocol that steps by effect" 0 "$LULL" --quiet pathway examples/complete --protocol P01a --svg-dir "$tmp/svg3"
says "the letter gives its upper bound" "by effect,"
if grep -q 'aria-labelledby="ladder-title ladder-desc"' "$tmp/svg3/ladder.svg"; then ok "the ladder is drawn"; else not_ok "the ladder is drawn"; fi

check "a diary alone: cannot tell" 1 "$LULL" --quiet pathway examples/series330
hide; golden "what it cannot tell is unknown" pathway/series330.txt
says "what to ask next" "What to ask next"
says "no plan before the screen allows one" "No plan is made before the screen allows one"
silent "no pump sheet" "Pump sheet"
check "in calendar months" 1 "$LULL" --quiet pathway examples/series330 --month calendar
says "the three lengths of a month differ, and it says so" "The length of a"

check "as JSON" 0 "$LULL" pathway examples/complete --json
says "schema and version" '"schema": "pathway"'
says "the screen" '"verdict": "no_exclusion_found"'
says "the plan" '"plan"'
says "the forecast" '"forecast"'
check "a record without a diary" 1 "$LULL" --quiet pathway examples/complete/patient.json --on 2026-11-20
says "it says so" "No diary was given"
check "a named protocol" 1 "$LULL" --quiet pathway examples/series330 --protocol P01a
says "is worked out for discussion, and refused" "Refused"
check "a protocol nobody knows" 3 "$LULL" --quiet pathway examples/complete --protocol P99
err_says "is named" "P99"
check "no patient is usage" 2 "$LULL" pathway
check "an indication nobody knows is usage" 2 "$LULL" pathway examples/complete --indication nosuch
check "a folder without a record" 4 "$LULL" pathway "$tmp"
check "a PDF that cannot be written" 4 "$LULL" pathway examples/complete --pdf "$tmp/none/x.pdf"
err_says "names the file" "x.pdf"
finish
