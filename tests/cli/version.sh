. "$LULL_SOURCE/tests/cli/lib.sh"
check "version answers" 0 "$LULL" version
says "it names the program" "lull "
says "it names the knowledge" "knowledge"
check "an unknown verb is usage" 2 "$LULL" frobnicate
err_says "it names the verb" "frobnicate"
check "no verb is usage" 2 "$LULL"
finish
