# lull vpc: data drawn from the model pass, data of another model do not; bins, strata, censoring, correction.
. "$LULL_SOURCE/tests/cli/lib.sh"
cd "$tmp" || exit 1
M="--model kamp2020_otto2021"
rows() { grep -v '^#' "$1" | tail -n +2; }
same() { if cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1"; fi; }

{
	echo "ID,TIME,AMT,DUR,EVID,DV,MDV,WT,ARM"
	for id in $(seq 1 60); do
		arm=low amt=20 wt=$((60 + id % 30))
		[ $((id % 2)) = 0 ] && arm=high amt=60
		echo "$id,0,$amt,0.6667,1,.,1,$wt,$arm"
		for t in 0.5 0.75 1 2 4 8 12; do echo "$id,$t,.,.,0,.,0,$wt,$arm"; done
	done
} >design.csv
# observe DESIGN OUT LLOQ ARGS: the design with values drawn from the model
observe() {
	design=$1 to=$2 lloq=$3; shift 3
	"$LULL" --quiet simulate $M --events "$design" --residual --seed 21 --outputs ketamine --no-head "$@" >drawn.csv
	awk -F, -v lloq="$lloq" 'NR == FNR { if (FNR > 1) dv[$1 "," $2] = $4; next } FNR == 1 { print; next }
		$5 == 0 { $6 = dv[$1 "," $2]; if ($6 < lloq) $6 = lloq / 2 } { $1 = $1; print }' OFS=, drawn.csv "$design" >"$to"
}
observe design.csv obs.csv 0
observe design.csv other.csv 0 --set cl=45

vpc() { "$LULL" --quiet vpc $M "$@"; }
check "data of the model" 0 vpc --data obs.csv --nrep 200 --stratify ARM --no-head --threads 1
cp "$out" v1.csv
says "its columns" "STRATUM,BIN,FROM,TO,TIME,N,N_BLQ,STATISTIC,OBSERVED,SIM_LOW,SIM_MEDIAN,SIM_HIGH"
vpc --data obs.csv --nrep 200 --stratify ARM --no-head --threads 3 >v3.csv
same "the same bytes on 3 threads" v1.csv v3.csv
# share of percentiles inside their 95 % interval
inside() { rows "$1" | awk -F, -v stat="$2" -v o="${3:-8}" '$o == stat && $(o+1) != "" { n++; if ($(o+1) >= $(o+2) && $(o+1) <= $(o+4)) k++ } END { printf "%d\n", 100 * k / n }'; }
if [ "$(inside v1.csv P50)" -ge 78 ] && [ "$(inside v1.csv P95)" -ge 78 ] && [ "$(inside v1.csv P5)" -ge 78 ]; then ok "lie inside the intervals"; else not_ok "lie inside the intervals" "$(inside v1.csv P5) $(inside v1.csv P50) $(inside v1.csv P95)"; fi
if [ "$(rows v1.csv | wc -l)" = 42 ]; then ok "7 times, 3 percentiles, 2 strata"; else not_ok "7 times, 3 percentiles, 2 strata"; fi
check "data of another clearance" 0 vpc --data other.csv --nrep 200 --stratify ARM --no-head
cp "$out" v2.csv
if [ "$(inside v2.csv P50)" -le 50 ]; then ok "do not"; else not_ok "do not" "$(inside v2.csv P50)"; fi

vpc --data obs.csv --nrep 50 --out vh.csv
sh -c "\"\$LULL\" --quiet $(sed -n 's/^# command: lull //p' vh.csv)" >again
same "the head's command remakes it" vh.csv again

check "correction joins the arms" 0 vpc --data obs.csv --nrep 200 --pred-corr --no-head
cp "$out" v.csv
if [ "$(inside v.csv P50 7)" -ge 70 ] && [ "$(inside v.csv P95 7)" -ge 70 ]; then ok "and the model still passes"; else not_ok "and the model still passes" "$(inside v.csv P50 7)"; fi
vpc --data obs.csv --nrep 50 --no-head >raw.csv
spread() { rows "$1" | awk -F, '$5 == 60 && $4 == 2 && $7 == "P95" { h = $8 } $4 == 2 && $7 == "P5" { l = $8 } END { print h / l }'; }
if awk -v a="$(spread v.csv)" -v b="$(spread raw.csv)" 'BEGIN { exit !(a * 1.5 < b) }'; then ok "corrected spread is without the doses'"; else not_ok "corrected spread is without the doses'" "$(spread v.csv) $(spread raw.csv)"; fi

observe design.csv cens.csv 8
check "censored values" 0 vpc --data cens.csv --nrep 200 --lloq 8 --no-head
cp "$out" c.csv
says "their share is checked" ",BLQ,"
if rows c.csv | awk -F, '$7 == "BLQ" && $4 == 12 { exit !($6 > 20 && $8 >= $9 - 1e-9 && $8 <= $11 + 1e-9) }'; then ok "and fits"; else not_ok "and fits" "$(grep BLQ c.csv)"; fi
if rows c.csv | awk -F, '$7 == "P5" && $4 == 12 { exit !($8 == "") }'; then ok "a percentile among them has no value"; else not_ok "a percentile among them has no value"; fi
sed 's/ARM$/CENS/; s/low$/0/; s/high$/0/' cens.csv | awk -F, '$5 == 0 && $6 == 4 { $6 = 8; $9 = 1 } { $1 = $1; print }' OFS=, >flag.csv
vpc --data flag.csv --nrep 200 --lloq 8 --cens CENS --no-head >f.csv
same "a column of flags says the same" c.csv f.csv

check "bins by number" 0 vpc --data obs.csv --nrep 20 --bins 3 --no-head
if [ "$(rows "$out" | wc -l)" = 9 ]; then ok "are so many"; else not_ok "are so many" "$(cat "$out")"; fi
check "bins by edges" 0 vpc --data obs.csv --nrep 20 --bins 0,1,5 --no-head
says "as given" "1,0,1,"
if rows "$out" | awk -F, '{ n[$1] = $5 } END { exit !(n[1] == 120 && n[2] == 180) }'; then ok "each holds from its edge on"; else not_ok "each holds from its edge on" "$(cat "$out")"; fi
check "time after dose" 0 vpc --data obs.csv --nrep 20 --x tad --no-head
says "is the axis" ",TAD,"
check "only some" 0 vpc --data obs.csv --nrep 20 --where ARM=low --no-head
if rows "$out" | awk -F, '$5 != 30 { bad = 1 } END { exit bad }'; then ok "are taken"; else not_ok "are taken"; fi
check "a table" 0 vpc --data obs.csv --nrep 20 --format table
says "with its verdict" "P50: observed inside the 95 % interval in"
check "JSON lines" 0 vpc --data obs.csv --nrep 20 --format jsonl
says "begin with the head" '"schema": "vpc"'
check "a picture" 0 vpc --data cens.csv --nrep 20 --lloq 8 --stratify ARM --plot v.svg --log --out x.csv
if grep -q 'share below quantification' v.svg && grep -q 'ARM high' v.svg; then ok "has panels of values and of shares"; else not_ok "has panels of values and of shares"; fi

sed 's/^7,0,60/7,0,-60/; s/^7,0,20/7,0,-20/' obs.csv >bad.csv
check "one bad ID ends only itself" 3 vpc --data bad.csv --nrep 20 --no-head
err_says "and is said" "1 IDs of bad.csv could not be read"
check "no observations" 3 vpc --data design.csv --nrep 20
err_says "says what one is" "EVID 0, MDV 0"
check "no data" 2 vpc
check "flags need the limit" 2 vpc --data obs.csv --cens ARM
check "edges fall" 3 vpc --data obs.csv --bins 3,2
check "a model without residual error" 3 "$LULL" vpc --model domino1984 --data obs.csv --nrep 20
err_says "what to do" "--no-residual"
finish
