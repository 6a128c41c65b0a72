. "$LULL_SOURCE/tests/cli/lib.sh"
data=$LULL_SOURCE/tests/data

# The 330-day series: three month lengths, three answers, said so; what it cannot tell is unknown.
check "the 330-day series is classified" 0 "$LULL" diary classify "$data/insogna2023_daily_headache.csv" --map insogna2023
golden "its page" classify/insogna2023.txt
check "in 30-day blocks" 0 "$LULL" diary classify "$data/insogna2023_daily_headache.csv" --map insogna2023 --month 30
says "the answer says which month was used" "30-day blocks (used)"
check "in calendar months" 0 "$LULL" diary classify "$data/insogna2023_daily_headache.csv" --map insogna2023 --month calendar
says "the calendar is not known" "calendar months were asked for and are not known"
check "with everything" 0 "$LULL" diary classify "$data/insogna2023_daily_headache.csv" --map insogna2023 --full
golden "its full page" classify/insogna2023-full.txt

# Entries without dates.
check "entries without dates" 0 "$LULL" --quiet diary classify "$data/park2016_headache_diary_dev.csv" --map park2016 --patient cmc-0023
golden "their page" classify/park2016-0023.txt

# JSON.
check "JSON of the series" 0 "$LULL" diary classify "$data/insogna2023_daily_headache.csv" --map insogna2023 --json
says "it names the schema" '"diary_classify"'
cp "$out" "$tmp/series.json"
check "JSON with days" 0 "$LULL" --quiet diary classify "$data/park2016_headache_diary_dev.csv" --map park2016 --days --json
cp "$out" "$tmp/park.json"
if command -v python3 >/dev/null; then
	cat >"$tmp/contract.py" <<'EOF'
import json, sys
LABELS = {"migraine_without_aura", "migraine_with_aura", "probable_migraine", "tension_type", "headache_other", "none", "missing"}
series, park = (json.load(open(p)) for p in sys.argv[1:3])
def objects(x, path=()):
    if isinstance(x, dict):
        yield path, x
        for k, v in x.items():
            yield from objects(v, path + (k,))
    elif isinstance(x, list):
        for v in x:
            yield from objects(v, path)
def tree(items):
    for f in items:
        yield f
        yield from tree(f.get("children", []))
assert len(series["patients"]) == 1
p = series["patients"][0]
assert p["days_recorded"] == 330 and p["days_missing"] == 0 and "days" not in p
assert p["blocks"][0]["headache_days"] == 15 and p["blocks"][0]["recorded"] == 28
assert sum(b["headache_days"] for b in p["blocks"]) == 167
a28, a30, cal = p["by_month_length"]
assert (a28["latest_headache_days"], a30["latest_headache_days"], cal["latest_headache_days"]) == (15, 16, None)
codes = [f["code"] for f in tree(p["criteria"])]
assert len(codes) == len(set(codes)) and "ICHD3-1.3-C" in codes and "ICHD3-8.2.6" in codes
for f in tree(p["criteria"]):
    assert f["status"] in ("met", "not_met", "unknown") and isinstance(f["could_change"], bool) and f["name"]
by = {f["code"]: f for f in tree(p["criteria"])}
assert by["ICHD3-1.3-C"]["status"] == "unknown" and by["ICHD3-8.2"]["status"] == "unknown"
assert p["questions"][0]["id"] == "features"
days = [d for q in park["patients"] for d in q["days"]]
assert len(park["patients"]) == 33 and len(days) == 2379
for path, o in objects(park):
    assert ("label" in o) == (path == ("patients", "days")), path
for d in days:
    assert d["label"] in LABELS
    got = {c["code"]: c["status"] for c in d["criteria"]}
    assert set(got.values()) <= {"met", "not_met", "unknown"} and "ICHD3-1.1-C" in got
    assert ("ICHD3-1.1-C" in got) and (d["label"] != "none" or got["ICHD3-1.1-C"] == "not_met")
assert sum(d["label"] == "none" for d in days) == 1774
for q in park["patients"]:
    s = {f["code"]: f["status"] for f in tree(q["criteria"])}
    assert s["ICHD3-1.3-A"] == s["ICHD3-1.3"] == "unknown" and q["questions"][0]["id"] == "dates"
    assert not q["dated"] and q["blocks"] == []
EOF
	check "JSON keeps the contract" 0 python3 "$tmp/contract.py" "$tmp/series.json" "$tmp/park.json"
else
	ok "JSON contract # SKIP no python3"
fi

# History, missing days, dates.
i=0
printf 'day_index,headache\n' >"$tmp/days.csv"
while [ $i -lt 112 ]; do
	i=$((i + 1))
	[ $((i % 10)) = 3 ] || echo "$i,$((i % 3 > 0))" >>"$tmp/days.csv"
done
check "missing days are ranges" 0 "$LULL" diary classify "$tmp/days.csv" --map insogna2023
golden "a diary with missing days" classify/missing-days.txt
printf 'over_3_months: yes\nlifetime_5_attacks: yes\nage_y: 44\n' >"$tmp/history.yaml"
check "a history is read" 0 "$LULL" diary classify "$tmp/days.csv" --map insogna2023 --history "$tmp/history.yaml"
says "and counts" "attested by the history"
printf 'over_3_month: yes\n' >"$tmp/bad.yaml"
check "a fault in it has its place" 3 "$LULL" diary classify "$tmp/days.csv" --map insogna2023 --history "$tmp/bad.yaml"
err_says "with a hint" "over_3_months"
check "the index date can be set" 0 "$LULL" diary classify "$tmp/days.csv" --map insogna2023 --index 2023-03-01
says "and is counted back from" "days 33 to 60"
check "outside the diary it is refused" 3 "$LULL" diary classify "$tmp/days.csv" --map insogna2023 --index 2022-01-01

# Usage.
check "a file is needed" 2 "$LULL" diary classify
check "days go with json" 2 "$LULL" diary classify "$tmp/days.csv" --map insogna2023 --days
check "a month is one of three" 2 "$LULL" diary classify "$tmp/days.csv" --map insogna2023 --month 29
check "no such file" 4 "$LULL" diary classify "$tmp/none.csv" --map insogna2023
check "help" 0 "$LULL" diary classify --help
says "it explains the month" "28|30|calendar"
finish
