/* Eight lanes without special instructions: every machine, and the measure of the others. */
#define LULL_VEC_SCALAR
#include "vec_loops.h"
