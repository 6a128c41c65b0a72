/* lull/ketamine/regimen.h - what is given: boluses and infusions compiled to piecewise-constant input.
 *
 * Times are hours from the regimen's start, amounts mg of base of one product. A
 * bolus with a stated duration is a short infusion; one without is instantaneous. */
#ifndef LULL_KETAMINE_REGIMEN_H
#define LULL_KETAMINE_REGIMEN_H

#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/ketamine/product.h"

LULL_BEGIN_C

/* One thing given. */
struct lull_dose {
	double t_h;           /* start, >= 0                                     */
	double amount_mg;     /* total, >= 0                                     */
	double dur_h;         /* 0 = instantaneous bolus                         */
};

struct lull_regimen {
	enum lull_product product;
	enum lull_route route;
	const struct lull_dose *doses; /* any order */
	size_t n_doses;
};

/* The compiled input: rate_mg_per_h[i] holds on [t_h[i], t_h[i+1]); the last rate is 0.
 * bolus_mg[i] enters at t_h[i], before the interval. t_h rises strictly; t_h[0] = 0. */
struct lull_input {
	double *t_h, *rate_mg_per_h, *bolus_mg;
	size_t n;
	double total_mg, end_h; /* end_h: when the last drug has entered */
};

/* Overlapping infusions add. LULL_EDOMAIN names the dose. Only the intravenous route is
 * compiled (LULL_EUNSUPPORTED otherwise): no absorption model is bound here. Arrays live
 * in the arena. */
enum { LULL_MAX_DOSES = 100000 };
LULL_NODISCARD int lull_regimen_compile(const struct lull_regimen *regimen,
					struct lull_arena *arena, struct lull_input *out,
					struct lull_err *err);

/* mg entered by t_h (boluses at t_h included). */
double lull_input_mg_by(const struct lull_input *input, double t_h);

/* The rate that holds from t_h on. */
double lull_input_rate_at(const struct lull_input *input, double t_h);

LULL_END_C

#endif
