/* finding.c - the names of the three values. */
#include "lull/headache/finding.h"

const char *const lull_status_names[] = { "unknown", "not_met", "met", NULL };
