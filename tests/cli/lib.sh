# Helpers for the CLI tests: small functions that print TAP.
#   check NAME CODE COMMAND...   runs, keeps output in $out and $err, wants exit CODE
#   says NAME TEXT               the last output holds TEXT;  err_says for standard error
#   golden NAME FILE             the last output equals tests/golden/FILE
# LULL_BLESS=1 rewrites golden files instead of comparing them.
n=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
out=$tmp/out err=$tmp/err
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; shift; for l in "$@"; do echo "# $l"; done; }
check() {
	name=$1 want=$2; shift 2
	"$@" >"$out" 2>"$err" </dev/null; got=$?
	if [ "$got" = "$want" ]; then ok "$name"; else
		not_ok "$name" "exit $got, wanted $want"; sed 's/^/# /' "$err" | head -20; fi
}
says() { if grep -qF -- "$2" "$out"; then ok "$1"; else not_ok "$1" "no '$2' in:"; sed 's/^/# /' "$out" | head -20; fi; }
silent() { if grep -qF -- "$2" "$out"; then not_ok "$1" "'$2' should not appear"; else ok "$1"; fi; }
err_says() { if grep -qF -- "$2" "$err"; then ok "$1"; else not_ok "$1" "no '$2' in:"; sed 's/^/# /' "$err" | head -20; fi; }
# The knowledge hash changes with every edit of knowledge/ and is tested on its own: it is masked.
mask() { sed -e 's/knowledge [0-9a-f]\{8,\}/knowledge HASH/g' -e 's/"knowledge": "[0-9a-f]\{64\}"/"knowledge": "HASH"/g' "$1"; }
golden() {
	file=$LULL_SOURCE/tests/golden/$2
	mask "$out" >"$tmp/masked"
	if [ -n "${LULL_BLESS:-}" ]; then mkdir -p "$(dirname "$file")"; cp "$tmp/masked" "$file"; ok "$1 (blessed)"; return; fi
	mask "$file" >"$tmp/wanted"
	if cmp -s "$tmp/masked" "$tmp/wanted"; then ok "$1"; else not_ok "$1" "differs from tests/golden/$2"; diff "$tmp/wanted" "$tmp/masked" | head -20 | sed 's/^/# /'; fi
}
finish() { echo "1..$n"; }
