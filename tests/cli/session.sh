#!/bin/sh
# lull session: a visit and a course replayed, refusals with their rule and mend, and what a nurse sees on the way.
. "$LULL_SOURCE/tests/cli/lib.sh"
visit=examples/session/visit.jsonl

check "a visit from start to next-day contact" 0 "$LULL" session $visit
says "it is closed" "closed, 54 entries"
says "the drug is accounted for" "drawn 100 mg = given 52.2 + line 1 + wasted 46.8 + in the container 0 mg"

check "held by an alarm" 0 "$LULL" session $visit --until 29 --model kamp2020_otto2021
says "what is next" "Next        Wait: back inside the watch lines"
says "the most it may resume at" "Resume      at most 17.5 mg/h, in 10 min at the earliest; restarts left: 2"
says "a prediction says what it is of" "ng/mL of total_ketamine, arterial, in a typical person"
says "advice has its row and source" "(SIG-DISSOCIATION; lull_plan_default; lauritsen2016; proposed)"

check "nobody came for 20 min" 0 "$LULL" session $visit --until 29 --after 20
says "signs are overdue" "OVERDUE by 15 min"
says "and there is no advice" "no advice: the last signs are too old for it"

check "before the start" 0 "$LULL" session $visit --until 12
says "each missing step is named" "SES-SUICIDE"
check "in recovery" 0 "$LULL" session $visit --until 48
says "what is missing to go home" "padss            The score to go home"

check "a course over the change of the clocks" 0 "$LULL" session examples/session/course.jsonl
says "24 h by instants" "Given       280 mg of 392 mg planned; 280 mg in 24 h"

# without the consent the pump cannot start; nothing after it is lost on the reader
grep -v '"kind": "consent"' $visit >"$tmp/no_consent.jsonl"
check "no consent, no drug" 1 "$LULL" session "$tmp/no_consent.jsonl"
says "the rule" "There is no valid consent today. [SES-CONSENT]"
says "the line" "line 20, \$.body.act"
says "the mend" "mend: The current text is signed by a patient who has capacity."
says "nothing was given" "given 0 +"

sed 's/"ml_per_h": 17.5, "mg_per_h": 35/"ml_per_h": 175, "mg_per_h": 35/' $visit >"$tmp/ten.jsonl"
check "ten times the rate is caught" 1 "$LULL" session "$tmp/ten.jsonl"
says "by the read-back" "[SES-READBACK]"

check "for machines" 1 "$LULL" session "$tmp/no_consent.jsonl" --json
says "the rule by its id" '"rule": "SES-CONSENT"'
says "with the snapshot" '"snapshot": {'
printf '{"seq": 1\n' >"$tmp/broken.jsonl"
check "a broken line" 3 "$LULL" session "$tmp/broken.jsonl"
err_says "has its place" "broken.jsonl:1"
check "no file" 2 "$LULL" session
finish
