# compare.sh PROGRAM FILE: what the program prints must be the file, byte for byte.
# LULL_BLESS=1 writes the file instead: only when a change of bits is meant and said.
if [ -n "${LULL_BLESS:-}" ]; then "$1" >"$2"; exit; fi
"$1" | diff -u "$2" - && echo "same bits: $(wc -l <"$2") lines"
