/* lull/num/linalg.h - the little linear algebra Lull needs: factors of small matrices, roots of a cubic.
 *
 * Matrices are dense, row by row, in the caller's memory. */
#ifndef LULL_NUM_LINALG_H
#define LULL_NUM_LINALG_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/code.h"

LULL_BEGIN_C

/* Lower Cholesky factor of the symmetric a (n x n), in place; only the lower triangle is
 * read, the upper is set to 0. False when a is not positive definite. */
bool lull_cholesky(double *a, size_t n);

/* out = l z for the lower factor l; out may not be z. */
void lull_lower_times(const double *l, size_t n, const double *z, double *out);

/* Solve l lᵀ x = b in place. */
void lull_cholesky_solve(const double *l, size_t n, double *b);

/* Solve a x = b by elimination with row exchanges; a and b are overwritten, b holds x.
 * False when a is singular to working precision. */
bool lull_solve(double *a, double *b, size_t n);

/* The three roots of r^3 - a2 r^2 + a1 r - a0 when all are real and positive (as for the
 * rates of a compartment model), falling. Newton from both ends, where it is monotone. */
void lull_cubic_roots(double a2, double a1, double a0, double root[3]);

LULL_END_C

#endif
