# The site file: the template is accepted, each part of it shows in the plan, and its slips are refused with the mend.
. "$LULL_SOURCE/tests/cli/lib.sh"
who=$LULL_SOURCE/examples/complete/patient.json site=$LULL_SOURCE/examples/templates/site.yaml
plan() { "$LULL" plan "$who" --on 2026-11-20 "$@"; }

check "the template is accepted and the plan stands" 0 plan --protocol series_of_three --site "$site"
says "its name heads the plan" "Example clinic"
says "its prices make a total" "Total 2499 USD for the course"
says "its strength is used" "2 mg/mL"
says "its line's volume is used" "the line holds 18 mL"
says "the director is named" "Medical director: Dr Example"
says "the crisis number is printed" "In a crisis: Clinic on call, 000 0000"
says "the signed card is filled" "Signed: Dr Example"
check "JSON carries the site" 0 plan --protocol series_of_three --site "$site" --json
says "with its crisis numbers" '"number": "000 0000"'
check "the limit beside Lull's own refuses" 1 plan --protocol series_of_three --over 90 --site "$site"
says "by its name" "SITE-RATE"
check "the limit that replaces asks for a reason" 1 plan --protocol series_of_three --dose 1.35 --site "$site"
says "by its name" "SITE-VISIT-MG"
check "home use is open" 0 plan --protocol P16 --setting home_nasal --site "$site"
silent "with crisis numbers" "PLAN-CRISIS-NUMBERS"
sed '/^crisis_numbers/,/^$/d' "$site" >"$tmp/site.yaml"
check "without them" 0 plan --protocol P16 --setting home_nasal --site "$tmp/site.yaml"
says "it is a draft" "Draft plan"
says "that says why" "crisis numbers are not set by the site"

slip() { sed "$2" "$site" >"$tmp/site.yaml"; check "$1" 3 plan --protocol series_of_three --site "$tmp/site.yaml"; err_says "$1: how to mend it" "$3"; }
slip "an unknown key" 's/^prices:/price:/' "did you mean 'prices'?"
slip "an unknown price" 's/chair_hour/chairhour/' "there are: chair_hour, bed_day"
slip "prices without a currency" '/^currency/d' "currency: USD, EUR, ..."
slip "a limit that rests on a source" 's/replaces: LIM-VISIT-MG/replaces: LIM-RATE-CHAIR/; s/what: session_mg/what: rate_mg_per_kg_per_h/' \
	"add a limit beside it instead"
slip "a dose without a signature" '/signed_/d' "until the site's physician signs it"
slip "a dose called verified without a signature" '/signed_/d; s/mark: recalled/mark: verified/' "until the site's physician signs it"
slip "a signature without its day" '/signed_on/d' "until the site's physician signs it"
slip "bags out of order" 's/\[50, 100, 250\]/[100, 50]/' "bags_ml from small to large"
check "a site file that is not there" 4 plan --protocol series_of_three --site "$tmp/none.yaml"
finish
