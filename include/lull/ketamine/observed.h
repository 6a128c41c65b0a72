/* lull/ketamine/observed.h - standard regimens and the levels observed under them, from knowledge/observed/.
 *
 * What `lull models compare` lays over the models. Every observation says of what, from which vessel and
 * when: an arterial curve is not measured by a venous sample. */
#ifndef LULL_KETAMINE_OBSERVED_H
#define LULL_KETAMINE_OBSERVED_H

#include "lull/ketamine/pm.h"

LULL_BEGIN_C

struct lull_std_dose {
	double mg, mg_per_kg;        /* one of them; NAN the other               */
	double at_min, dur_min;      /* dur 0: at once                           */
};

struct lull_std_regimen {
	const char *id, *name, *input;
	int product;                 /* enum lull_product                        */
	double weight_kg, until_h;
	const struct lull_std_dose *doses; size_t n_doses;
	const char *source; int mark;
};

/* A curve (times and levels), a peak, or a range. */
struct lull_observation {
	const char *id, *label, *regimen, *note;
	int moiety, site;            /* enum lull_moiety, lull_site              */
	int n_people;                /* 0 not known                              */
	const double *times_h, *conc_ng_per_ml; size_t n_times, n_conc;
	double peak_ng_per_ml, at_min, geometric_sd;   /* NAN where not said      */
	double low_ng_per_ml, high_ng_per_ml;
	double area_ng_h_per_ml, until_h;              /* area to until_h; NAN: to infinity, or as far as was measured */
	const char *source; int mark;
	size_t i_regimen;
};

struct lull_observed_set {
	const struct lull_std_regimen *regimens; size_t n_regimens;
	const struct lull_observation *items; size_t n_items;
};

LULL_NODISCARD int lull_observed_load(const struct lull_files *files, struct lull_arena *arena, struct lull_observed_set *out,
				      struct lull_diags *diags);

const struct lull_std_regimen *lull_observed_regimen(const struct lull_observed_set *observed, const char *id); /* NULL: none */

/* The doses in the words of `lull simulate --ev`, for a weight; NULL when out of memory. In mg: *mg in all. */
const char *lull_observed_doses(const struct lull_std_regimen *regimen, double weight_kg, struct lull_arena *arena, double *mg);

/* Whether a model can take the regimen (it has the input; through the nose also the product), and the output
 * that stands for what was observed: ketamine's (total or S), or norketamine's, of the same vessel where there is
 * one; -1 none. *i_input gets the input. */
bool lull_observed_takes(const struct lull_std_regimen *regimen, const struct lull_pm *pm, int product, int *i_input);
int lull_observed_output(const struct lull_pm *pm, int moiety, int site);

/* Median and largest of |model / observed - 1| over a curve's points. */
void lull_observed_errors(const struct lull_observation *o, const double *model, double *median, double *largest);

LULL_END_C

#endif
