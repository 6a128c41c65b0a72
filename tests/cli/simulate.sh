# lull simulate: the same bytes for any number of threads, a person alone, the head that remakes the file, faults of
# one ID, interruption, and what is refused.
. "$LULL_SOURCE/tests/cli/lib.sh"
cd "$tmp" || exit 1
M="--model kamp2020_otto2021"
sim() { "$LULL" simulate $M "$@"; }
rows() { grep -v '^#' "$1" | tail -n +2; }
same() { if cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1" "$2 and $3 differ"; fi; }

# ---- one person, by hand ----
check "one dose, the typical person" 0 sim --ev "amt=84 dur=1h" --times 0,1,1000 --outputs ketamine
says "columns" "ID,TIME,TAD,ketamine"
says "nothing at the start, gone in the end" "1,0,0,0"
says "units at the head" "# units: TIME h, TAD h, ketamine ng/mL"
says "no variability is said" "between people no"
# an infusion for ever comes to rate over clearance: 84 mg/h over 84 L/h is 1 mg/L
check "a long infusion" 0 sim --ev "amt=84000 dur=1000h" --times 1000 --outputs ketamine --no-head
if awk -F, 'NR == 2 { exit !($4 > 999.9999 && $4 <= 1000.0000001) }' "$out"; then ok "reaches rate over clearance"; else not_ok "reaches rate over clearance" "$(cat "$out")"; fi
check "another clearance" 0 sim --ev "amt=84000 dur=1000h" --set CL=168 --times 1000 --outputs ketamine --no-head
if awk -F, 'NR == 2 { exit !($4 > 499.9999 && $4 <= 500.0000001) }' "$out"; then ok "halves it"; else not_ok "halves it" "$(cat "$out")"; fi
check "times are decimals" 0 sim --ev "amt=1" --times 0:0.1:1,0.3,5 --outputs ketamine --no-head
if [ "$(rows "$out" | cut -d, -f2 | tr '\n' ' ')" = "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1 5 " ]; then ok "0.3 is 0.3, and each is there once"; else not_ok "0.3 is 0.3" "$(rows "$out" | cut -d, -f2 | tr '\n' ' ')"; fi
check "default times are said" 0 sim --ev "amt=1" --format csv
err_says "in a remark" "times 0:0.25:24 h"

# ---- people: threads, alone, draws ----
people() { sim --ev "amt=0.5mg/kg dur=40min ii=24h addl=1" --covariate wt=normal:80:15:45:140 --carry wt,cl --residual --seed 9 --times 0:2:48 "$@"; }
for t in 1 2 3 8; do people --n 1500 --threads $t >p$t.csv; done
for t in 2 3 8; do same "the same bytes on $t threads" p1.csv p$t.csv; done
people --id 1234 >alone.csv
grep '^1234,' p1.csv >among.csv; rows alone.csv >alone_rows.csv
same "ID 1234 alone is ID 1234 among 1500" among.csv alone_rows.csv
if [ "$(rows p1.csv | wc -l)" = 37500 ]; then ok "25 rows for each of 1500"; else not_ok "25 rows for each of 1500"; fi
if rows p1.csv | awk -F, '$7 < 45 || $7 > 140 { bad++ } { s += $7; n++ } END { exit bad || s / n < 78 || s / n > 83 }'; then ok "weights are drawn between the bounds"; else not_ok "weights are drawn between the bounds"; fi
people --n 1500 --seed 10 >q.csv
if cmp -s p1.csv q.csv; then not_ok "another seed, other people"; else ok "another seed, other people"; fi
check "everyone typical" 0 sim --ev "amt=35" --n 3 --no-iiv --times 1 --outputs ketamine --no-head
if [ "$(rows "$out" | cut -d, -f4 | sort -u | wc -l)" = 1 ]; then ok "is the same for all"; else not_ok "is the same for all"; fi
check "replicates" 0 sim --ev "amt=35" --n 2 --nrep 3 --times 1 --outputs ketamine --no-head
says "have a column" "ID,REP,TIME"
if [ "$(rows "$out" | cut -d, -f5 | sort -u | wc -l)" = 6 ]; then ok "and draws of their own"; else not_ok "and draws of their own" "$(cat "$out")"; fi
printf 'CL,v1,note\n40,25,a\n160,.,b\n' >post.csv
check "a posterior" 0 sim --ev "amt=84000 dur=1000h" --posterior post.csv --no-iiv --times 1000 --carry cl,v1 --outputs ketamine --no-head
if rows "$out" | awk -F, '{ if ($5 * $6 < 83990 || $5 * $6 > 84010 || $7 != 25) bad = 1 } END { exit bad || NR != 2 }'; then ok "gives a replicate a row"; else not_ok "gives a replicate a row" "$(cat "$out")"; fi

# ---- the head remakes the file ----
remade() { # NAME FILE
	sed -n 's/^# command: lull //p; 1s/.*"command": "lull \([^"]*\)".*/\1/p' "$2" | head -1 >command
	sh -c "\"\$LULL\" $(cat command)" >again; same "$1" "$2" again
}
people --n 20 --out head.csv --threads 2; remade "the head's command remakes the CSV" head.csv
sim --ev "amt=35 dur=40min" --times 0:1:4 --n 4 --out head.jsonl; remade "and the JSON lines" head.jsonl
sim --ev "amt=35 dur=40min" --times 0:1:4 --n 40 --summary --above 20 --out sum.csv; remade "and the summary" sum.csv
check "format by the file's name" 0 head -1 head.jsonl
says "JSON lines begin with the head" '"schema": "simulate"'
if [ "$(wc -l <head.jsonl)" = 21 ]; then ok "then a line a row"; else not_ok "then a line a row"; fi
if tail -n +2 head.jsonl | grep -qv '^{"ID": .*}$'; then not_ok "each an object"; else ok "each an object"; fi

# ---- .npy holds the same numbers ----
sim --ev "amt=35 dur=40min" --times 0:1:4 --n 300 --out a.npy
sim --ev "amt=35 dur=40min" --times 0:1:4 --n 300 --no-head >a.csv
head -c 6 a.npy | od -An -c | grep -q 'N   U   M   P   Y' && ok "npy: magic" || not_ok "npy: magic"
head -c 128 a.npy | grep -aq "'shape': (1500, 6)" && ok "npy: shape" || not_ok "npy: shape" "$(head -c 128 a.npy | tail -c 118)"
len=$(head -c 10 a.npy | od -An -tu2 -j8 -N2 | tr -d ' ')
if [ "$(wc -c <a.npy)" = $((10 + len + 1500 * 6 * 8)) ]; then ok "npy: as long as it says"; else not_ok "npy: as long as it says" "$(wc -c <a.npy)"; fi
od -An -v -w48 -tf8 -j$((10 + len)) a.npy | awk '{ $1 = $1; print }' OFS=, >a_npy.txt
rows a.csv >a_csv.txt
if paste -d' ' a_npy.txt a_csv.txt | awk '{ n = split($1, a, ","); split($2, b, ","); for (i = 1; i <= n; i++) if (a[i] - b[i] > 1e-12 * (b[i] + 1) || b[i] - a[i] > 1e-12 * (b[i] + 1)) bad++ } END { exit bad || NR != 1500 }'; then ok "npy: the numbers of the CSV"; else not_ok "npy: the numbers of the CSV"; fi
grep -q '"columns": \[{"name": "ID"}' a.npy.json && ok "npy: columns stand beside it" || not_ok "npy: columns stand beside it"
check "npy needs a file" 2 sim --ev "amt=1" --format npy

# ---- event files; one bad ID ----
cat >study.csv <<'CSV'
ID,TIME,AMT,DUR,EVID,MDV,WT,ARM
1,0,20,0.6667,1,1,80,low
1,2,.,.,0,0,80,low
2,0,-5,0.6667,1,1,80,high
2,2,.,.,0,0,80,high
3,0,40,0.6667,1,1,60,high
3,2,.,.,0,0,60,high
CSV
check "one bad ID ends only itself" 3 sim --events study.csv --carry ARM,wt --outputs ketamine --no-head
says "the first is there" "1,2,2,"
says "carried columns too" ",low,80"
says "the third too" "3,2,2,"
if rows "$out" | grep -q '^2,'; then not_ok "the second is not"; else ok "the second is not"; fi
err_says "it is named with its line" "study.csv:4"
err_says "and counted" "1 IDs of study.csv could not be read"
sed -i 's/-5/25/' study.csv
check "mended, all are there" 0 sim --events study.csv --outputs ketamine --no-head
if [ "$(rows "$out" | wc -l)" = 3 ]; then ok "at their records"; else not_ok "at their records" "$(cat "$out")"; fi
cp "$out" all.csv
check "one of a file" 0 sim --events study.csv --outputs ketamine --no-head --id 2
grep '^2,' all.csv >among.csv; rows "$out" >alone_rows.csv; same "is the same as among all" among.csv alone_rows.csv
check "records and times" 0 sim --events study.csv --times 0:1:4 --records --outputs ketamine --no-head --id 1
if [ "$(rows "$out" | wc -l)" = 6 ]; then ok "both are there"; else not_ok "both are there" "$(cat "$out")"; fi
printf 'ID,TIME,AMT,EVID\n1,0,100,1\n1,1,,0\n1,0,50,4\n1,1.5,,0\n' >restart.csv
check "time that starts again" 0 sim --events restart.csv --no-iiv --outputs ketamine --no-head
says "is said as the file has it" "1,1.5,1.5,"
check "no such ID" 3 sim --events study.csv --id 9
check "--n needs one ID" 3 sim --events study.csv --n 5
err_says "and says what is meant instead" "--nrep"

# ---- summaries ----
for t in 1 2 3; do sim --ev "amt=35 dur=40min ii=24h addl=2" --times 0:0.5:72 --n 3000 --summary --above 50 --threads $t >s$t.csv; done
same "a summary: the same bytes on 2 threads" s1.csv s2.csv
same "and on 3" s1.csv s3.csv
for w in ',cmax,' ',tmax,' ',auc,' 'time_above_50' 'auc_ratio' ',value,24,3000,'; do grep -q "$w" s1.csv && ok "the summary has $w" || not_ok "the summary has $w"; done
sim --ev "amt=35 dur=40min ii=24h addl=2" --times 0:0.5:72 --n 3000 --outputs ketamine --no-head >all.csv
grep '^ketamine,value,24,' s1.csv | cut -d, -f12,13,14 >got
awk -F, '$2 == 24 { print $4 }' all.csv | sort -g | awk '{ x[NR] = $1 } END { split("0.25 0.5 0.75", p, " "); for (i = 1; i <= 3; i++) { h = (NR - 1) * p[i] + 1; k = int(h); printf "%s%.9g", (i == 1 ? "" : ","), x[k] + (h - k) * (x[k + 1] - x[k]) } print "" }' >want
awk -F, '{ printf "%.9g,%.9g,%.9g\n", $1, $2, $3 }' got >got9
same "quantiles are those of the rows" got9 want

# ---- sensitivity ----
check "sensitivity" 0 sim --ev "amt=84000 dur=1000h" --times 0:1000 --outputs ketamine --sensitivity 10 --no-head
if awk -F, '$1 == "cl" && $3 == -10 { exit !($8 > 11.1 && $8 < 11.12) }' "$out"; then ok "a tenth less clearance, a ninth more peak"; else not_ok "a tenth less clearance, a ninth more peak" "$(grep '^cl' "$out")"; fi
check "with a table" 0 sim --ev "amt=35 dur=40min" --times 0:24 --sensitivity 20 --format table
says "the largest first" "cl                84 L/h"

# ---- interruption ----
"$LULL" simulate $M --ev "amt=35" --n 100000000 --times 0:1:24 --outputs ketamine --out int.csv 2>"$err" &
pid=$!
i=0
while [ ! -s int.csv.lull-part ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
kill -INT $pid; wait $pid; got=$?
if [ $got = 130 ]; then ok "interrupted: exit 130"; else not_ok "interrupted: exit 130" "$got" "$(cat "$err")"; fi
if [ -e int.csv ] || [ -e int.csv.lull-part ]; then not_ok "no file takes the whole one's name"; else ok "no file takes the whole one's name"; fi
err_says "it says how far" "of 100000000 people; int.csv.partial"
n_people=$(sed -n 's/^# interrupted: \([0-9]*\) of 100000000 people$/\1/p' int.csv.partial)
if [ -n "$n_people" ] && [ "$(rows int.csv.partial | grep -vc '^#')" = $((n_people * 25)) ]; then ok "its rows are whole people"; else not_ok "its rows are whole people" "$n_people"; fi
sim --ev "amt=35" --n 300 --times 0:1:24 --outputs ketamine --no-head | head -7501 >first.csv
grep -v '^#' int.csv.partial | head -7501 >first_int.csv
same "and a prefix of the whole" first.csv first_int.csv

# ---- pictures ----
sim --ev "amt=35 dur=40min" --times 0:0.25:8 --n 100 --plot p.svg --out p.csv && grep -q '<svg' p.svg && ok "bands as SVG" || not_ok "bands as SVG"
sim --ev "amt=35 dur=40min" --times 0:0.25:8 --n 5 --plot p.pdf --log --out p.csv && head -c 4 p.pdf | grep -q '%PDF' && ok "lines as PDF" || not_ok "lines as PDF"
sim --events study.csv --plot p.png --out p.csv 2>/dev/null && head -c 4 p.png | grep -aq PNG && ok "records as PNG" || not_ok "records as PNG"

# ---- what is refused ----
check "no model" 2 "$LULL" simulate --ev "amt=1"
check "no doses" 2 sim
check "two kinds of doses" 2 sim --ev "amt=1" --events study.csv
check "both yes and no" 2 sim --ev "amt=1" --iiv --no-iiv
check "an unknown parameter" 3 sim --ev "amt=1" --set clx=3
err_says "is named" "no parameter 'clx'"
check "an unknown covariate" 3 sim --ev "amt=1" --covariate weight=3
check "an unknown distribution" 3 sim --ev "amt=1" --covariate wt=gauss:1:2
err_says "with what there is" "normal:MEAN:SD"
check "bounds that cross" 3 sim --ev "amt=1" --covariate wt=normal:70:10:90:60
check "an unknown output" 3 sim --ev "amt=1" --outputs ketamin
err_says "with the nearest" "ketamine"
check "times that fall" 3 sim --ev "amt=1" --times 5:1:0
check "a decimal comma" 3 sim --ev "amt=1" --times "0;5"
check "an unknown model" 3 "$LULL" simulate --model kamp --ev "amt=1"
check "a plot that is no picture" 2 sim --ev "amt=1" --plot x.txt
check "a summary's option alone" 2 sim --ev "amt=1" --above 3
check "no uncertainty in this model" 3 sim --ev "amt=1" --uncertainty --nrep 2
check "a folder that is not there" 4 sim --ev "amt=1" --times 1 --out nowhere/x.csv
check "a covariate without default that is drawn" 0 "$LULL" simulate --model "$LULL_SOURCE/tests/data/models/w1.yaml" --ev "amt=0.5/kg" \
	--covariate wt=uniform:50:100 --n 2 --times 1 --carry wt
check "and one that nobody gives" 3 "$LULL" simulate --model "$LULL_SOURCE/tests/data/models/w1.yaml" --ev "amt=35" --times 1
err_says "is named" "the model w1 needs wt"
check "a model file of one's own" 0 "$LULL" simulate --model "$LULL_SOURCE/knowledge/models/domino1984.yaml" --ev "amt=35" --times 1
finish
