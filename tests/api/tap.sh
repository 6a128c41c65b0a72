# TAP for the scripts of this folder, sourced: ok, not_ok (what went wrong on standard input), finish; $tmp is removed.
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
echo 0 >"$tmp/n" # in a file: the end of a pipe counts in a shell of its own
count() { n=$(($(cat "$tmp/n") + 1)); echo $n >"$tmp/n"; }
ok() { count; echo "ok $n - $1"; }
not_ok() { count; : >"$tmp/bad"; echo "not ok $n - $1"; sed 's/^/# /'; }
# same NAME WANT GOT: two files are equal.
same() { if cmp -s "$2" "$3"; then ok "$1"; else diff "$2" "$3" | head -40 | not_ok "$1"; fi; }
# runs NAME COMMAND...: it succeeds; its output is in $tmp/said.
runs() {
	_what=$1; shift
	if "$@" >"$tmp/said" 2>&1; then ok "$_what"; else tail -30 "$tmp/said" | not_ok "$_what"; return 1; fi
}
# refused NAME COMMAND...: it fails.
refused() {
	_what=$1; shift
	if "$@" >"$tmp/said" 2>&1; then echo "it succeeded" | not_ok "$_what"; else ok "$_what"; fi
}
# The plan; fails when a check did, for callers that read no TAP.
finish() { echo "1..$(cat "$tmp/n")"; [ ! -e "$tmp/bad" ]; }
