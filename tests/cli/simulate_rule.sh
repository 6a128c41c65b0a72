# lull simulate --rule: a protocol that responds to effect, lived by people whose own pain decides.
. "$LULL_SOURCE/tests/cli/lib.sh"
cd "$tmp" || exit 1
rule() { "$LULL" simulate --model kamp2020_otto2021 --rule "$@"; }
rows() { grep -v '^#' "$1" | tail -n +2; }
same() { if cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1"; fi; }

check "a ladder" 0 rule P01a --pain 8 --n 300 --times 0:1:130 --threads 1
says "what is assumed stands at the head" "# assumed: sedation"
says "its columns" "ID,TIME,RATE,CONC,NORKETAMINE,NRS,NRS_WITHOUT_DRUG"
cp "$out" r1.csv
rule P01a --pain 8 --n 300 --times 0:1:130 --threads 3 >r3.csv
same "the same bytes on 3 threads" r1.csv r3.csv
rule P01a --pain 8 --id 250 --times 0:1:130 >alone.csv
grep '^250,' r1.csv >among; rows alone.csv >alone_rows
same "one alone is the same as among all" among alone_rows
sh -c "\"\$LULL\" $(sed -n 's/^# command: lull //p' r1.csv)" >again
same "the head's command remakes it" r1.csv again
if rows r1.csv | awk -F, '$3 > 0.7000001 || $3 < 0 { bad++ } $6 > $7 + 1e-9 { bad++ } $2 == 0 && ($3 != 0.1 || $6 != 8) { bad++ } $2 > 124 && $3 > 0 { bad++ } END { exit bad > 0 }'; then ok "never above the cap, never past the end, and drug never makes pain worse"; else not_ok "never above the cap"; fi
check "as a table" 0 rule P01a --pain 8 --n 100 --format table --plot r.svg
says "how many reach the target" "hours until the target"
if grep -q '<svg' r.svg; then ok "and a picture"; else not_ok "and a picture"; fi
check "as a summary" 0 rule P01a --pain 8 --n 100 --times 0:12:120 --summary
says "outcomes too" "HOURS_TO_TARGET,,"
says "by time" "NRS_WITHOUT_DRUG,120,100,"

cat >mine.yaml <<'YAML'
schema_version: 1
protocols:
  mine:
    name: A ladder of my own
    indications: [refractory_chronic_migraine]
    product: racemic_ketamine
    salt: base
    route: iv
    settings: [inpatient_monitored]
    use: simulation
    use_reason: a test
    population: adult
    rule:
      start_mg_per_kg_per_h: { value: 0.05, source: lull_plan_default, mark: proposed }
      raise_mg_per_kg_per_h: { value: 0.05, source: lull_plan_default, mark: proposed }
      raise_every_h: { value: 2, source: lull_plan_default, mark: proposed }
      cap_mg_per_kg_per_h: { value: 0.2, source: lull_plan_default, mark: proposed }
      target_nrs: { value: 4, source: lull_plan_default, mark: proposed }
      hold_at_target_h: { value: 2, source: lull_plan_default, mark: proposed }
      wean_mg_per_kg_per_h: { value: 0.05, source: lull_plan_default, mark: proposed }
      wean_every_h: { value: 1, source: lull_plan_default, mark: proposed }
      max_dur_h: { value: 24, source: lull_plan_default, mark: proposed }
    monitoring: [inpatient]
    evidence: none
    source: lull_plan_default
    mark: proposed
YAML
check "a file of one's own" 0 rule ./mine.yaml --pain 8 --n 20 --times 0:1:30
if rows "$out" | awk -F, '$3 > m { m = $3 } END { exit !(m > 0.1999 && m < 0.2001) }'; then ok "its cap holds"; else not_ok "its cap holds"; fi
says "and stands with its hash" "# data ./mine.yaml sha256"
check "no such protocol in it" 3 rule ./mine.yaml#other --pain 8

check "pain is needed" 2 rule P01a
check "a protocol without a rule" 3 rule P23 --pain 8
check "one that is not whole" 3 rule P01 --pain 8
err_says "says what is missing" "cap"
check "an unknown one" 3 rule P99 --pain 8
check "what belongs to population models" 2 rule P01a --pain 8 --residual
finish
