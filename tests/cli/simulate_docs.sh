# docs/simulate.md: every block of commands runs as it stands there, in one folder, in their order.
. "$LULL_SOURCE/tests/cli/lib.sh"
mkdir "$tmp/bin" "$tmp/work"
ln -s "$LULL" "$tmp/bin/lull"
PATH=$tmp/bin:$PATH
awk -v out="$tmp/block" '/^```sh$/ { n++; on = 1; next } /^```$/ { on = 0 } on { print > (out n ".sh") }' "$LULL_SOURCE/docs/simulate.md"
cd "$tmp/work" || exit 1
k=1
while [ -f "$tmp/block$k.sh" ]; do
	check "block $k of docs/simulate.md runs: $(grep -m1 -o 'lull [a-z]* .*' "$tmp/block$k.sh" | cut -c1-60)" 0 sh -e "$tmp/block$k.sh"
	k=$((k + 1))
done
if [ "$k" -gt 8 ]; then ok "the blocks were found"; else not_ok "the blocks were found" "only $k"; fi
for f in people.csv people.svg a.npy a.npy.json a.jsonl summary.csv summary.pdf rule.svg rule.csv vpc.svg vpc.csv; do
	if [ -s "$f" ]; then ok "$f was made"; else not_ok "$f was made"; fi
done
finish
