#!/bin/sh
# lull outcome: each definition, days, scores, the next step, and clear errors.
. "$LULL_SOURCE/tests/cli/lib.sh"
series=examples/templates/series.yaml
diary=examples/complete/diary.csv
on="--on 2026-11-20"

check "a series with its diary" 0 "$LULL" outcome $series --diary $diary $on
says "marked as invented" "INVENTED: not a real person."
says "the cohorts' definition" "yes     Acute response of the infusion cohorts: 6 to 2 (infusions: 3 yes, 0 no, 0 unknown)"
says "days by the same counting as diary response" "20 per 28 days before, 17.6 after (28 and 27 recorded days): -11.9 %"
says "the rule that asks for the next step" "Stop: no response after three infusions."
says "what is missing" "PHQ-9: a form filled in after the last infusion"
says "what untreated people do" "On placebo 13 to 44 %"

check "without a diary" 0 "$LULL" outcome $series $on
says "days are unknown" "no diary was given: unknown"
says "and so is the series" "The series: unknown"

check "for machines" 0 "$LULL" outcome $series --diary $diary $on --json
says "with schema and version" '"schema": "outcome"'
says "and ids" '"id": "stop_none"'

sed 's/pain_end: 4/pain_end: 4,5/' $series >"$tmp/s.yaml"
check "a decimal comma is bad data" 3 "$LULL" outcome "$tmp/s.yaml" $on
err_says "with its place" "s.yaml:6"
sed 's/2026-09-08/2026-09-02/' $series >"$tmp/s.yaml"
check "infusions out of order" 3 "$LULL" outcome "$tmp/s.yaml" $on
err_says "name the day" "2026-09-02"
check "before the series ended" 3 "$LULL" outcome $series --on 2026-09-05
check "no file is usage" 2 "$LULL" outcome
finish
