# lull plan: the sheet, its refusals, its JSON, a site's file.
. "$LULL_SOURCE/tests/cli/lib.sh"
who=$LULL_SOURCE/examples/complete/patient.json
on=2026-11-20
# The verdict and the pump sheet alone: lists and sources have tests of their own.
sheet() { sed -i -e 's/knowledge [0-9a-f]\{8\}/knowledge HASH/' -e '/^Monitoring$/,$d' "$out"; }

check "the series of three stands on the day of the weight" 0 "$LULL" plan "$who" --protocol series_of_three --on $on
says "mg and mL stand side by side" "mg/kg/h  mg/h  mL/h"
says "it never commands a pump" "Lull never commands a pump"
says "the answer names its knowledge" "knowledge "
says "an invented patient is marked" "INVENTED PATIENT"
says "the log balances in words" "drawn = given"
says "cards without a read dose are blank" "Blank until the site's physician fills and signs them"
says "there is no price without the site" "not set"
sheet; golden "the sheet of the series" plan/series_of_three.txt

check "a day later it is a draft" 0 "$LULL" plan "$who" --protocol series_of_three --on 2026-11-21
says "because the weight is of yesterday" "weigh today"

check "a ladder stands" 0 "$LULL" plan "$who" --protocol P01a --on $on
says "with earliest times" "earliest times"
says "and the condition to go on" "pain still above 3/10"
sheet; golden "the sheet of the ladder" plan/P01a.txt

check "a soft limit needs a reason" 1 "$LULL" plan "$who" --protocol P09 --indication crps_neuropathic_pain --on $on
says "and names the limit" "LIM-RATE-CHAIR"
says "and is no pump sheet" "not a pump sheet"
check "with the reason it stands" 0 "$LULL" plan "$who" --protocol P09 --indication crps_neuropathic_pain --on $on \
	--override LIM-RATE-CHAIR,LIM-VISIT-MG,LIM-VISIT-KG --reason "as published" --by "Dr A"
says "and the reason is on the sheet" "Reason: as published (Dr A)"

check "a record-only protocol is refused" 1 "$LULL" plan "$who" --protocol P01 --on $on
says "with why" "no cap"
silent "a refused plan shows no rate" "mL/h"
check "a hard limit refuses" 1 "$LULL" plan "$who" --protocol series_of_three --on $on --concentration 20
says "and says which" "LIM-CONC"
check "ten times the dose is caught" 1 "$LULL" plan "$who" --protocol series_of_three --on $on --dose 12
says "as ten times" "ten times"
check "a route is not converted" 1 "$LULL" plan "$who" --protocol series_of_three --on $on --route nasal
check "research needs its setting" 1 "$LULL" plan "$who" --protocol P22 --on $on
check "and stands in it" 0 "$LULL" plan "$who" --protocol P22 --setting research --on $on
says "with the bolus apart" "in a syringe of its own"

sed -e 's/"born": "[0-9-]*"/"born": "2010-05-11"/' "$who" >"$tmp/child.json"
check "a child is never planned for" 1 "$LULL" plan "$tmp/child.json" --protocol series_of_three --on $on
says "and it says so" "under 18"

check "three plans side by side" 0 "$LULL" plan "$who" --compare series_of_three,P01,P23 --on $on
says "one stands" "ready"
says "one is refused" "refused"
sed -i 's/knowledge [0-9a-f]\{8\}/knowledge HASH/' "$out"; sed -i '/^Sources$/,$d' "$out"
golden "the comparison" plan/compare.txt
check "none of them stands" 1 "$LULL" plan "$who" --compare P01,P02 --on $on

cat >"$tmp/site.yaml" <<'YAML'
schema_version: 1
name: Example clinic
currency: USD
prices:
  - { id: chair_hour, price: 100 }
  - { id: staff_hour, price: 60 }
  - { id: prescriber_visit, price: 200 }
  - { id: vial, price: 10 }
  - { id: bag, price: 5 }
  - { id: line_set, price: 8 }
limits:
  - { id: SITE-VISIT, what: session_mg, settings: [chair], hard: { value: 60, source: lull_plan_default, mark: proposed } }
YAML
check "a site's limit refuses" 1 "$LULL" plan "$who" --protocol series_of_three --on $on --site "$tmp/site.yaml"
says "by its name" "SITE-VISIT"
sed -i '/^limits/,$d' "$tmp/site.yaml"
check "a site's prices make a total" 0 "$LULL" plan "$who" --protocol series_of_three --on $on --site "$tmp/site.yaml"
says "in its currency" "USD for the course"
echo 'prime_ml: 20,5' >>"$tmp/site.yaml"
check "a decimal comma in a site's file is refused" 3 "$LULL" plan "$who" --protocol series_of_three --on $on --site "$tmp/site.yaml"
err_says "with its place" "site.yaml:"

check "JSON carries schema and version" 0 "$LULL" plan "$who" --protocol P23 --indication treatment_resistant_depression --on $on --json
says "its schema" '"schema": "plan"'
says "its status" '"status": "ready"'
says "its rows" '"ml_per_h"'
check "JSON of a refused plan" 1 "$LULL" plan "$who" --protocol P01 --on $on --json
silent "holds no rates" '"ml_per_h"'
says "but the finding" '"PLAN-USE"'

check "an unknown protocol is an error" 3 "$LULL" plan "$who" --protocol P99 --on $on
err_says "that names it" "P99"
check "no protocol is usage" 2 "$LULL" plan "$who"
check "no patient is usage" 2 "$LULL" plan --protocol P23 --indication treatment_resistant_depression
check "an override without a reason is usage" 2 "$LULL" plan "$who" --protocol P09 --override LIM-RATE-CHAIR
check "a reason without an override is usage" 2 "$LULL" plan "$who" --protocol P09 --reason x
check "a file that is not there" 4 "$LULL" plan "$tmp/none.json" --protocol P23 --indication treatment_resistant_depression
check "a protocol of another disease needs a reason" 1 "$LULL" plan "$LULL_SOURCE/examples/complete/patient.json" --protocol P20 --on 2026-11-20
says "and says which" "P20 is a protocol for"
check "for its own disease it needs none" 0 "$LULL" plan "$LULL_SOURCE/examples/complete/patient.json" --protocol P20 --indication other_refractory_headache --on 2026-11-20
check "an unknown indication is refused" 2 "$LULL" plan "$LULL_SOURCE/examples/complete/patient.json" --protocol P20 --indication gout --on 2026-11-20
finish
