/* What the files of the population model share: the model file as bound by its schema, and
 * the compiled model. Names of the file are resolved once, at load; afterwards there are only indices. */
#ifndef LULL_KETAMINE_PM_INT_H
#define LULL_KETAMINE_PM_INT_H

#include <math.h>

#include "lull/ketamine/pm.h"

/* ---- units (pm_units.c) --------------------------------------------------------------- */

/* A product of powers. In engine units (h, L, mg or mmol) a value is value x num / den; both are
 * whole numbers, so that a conversion rounds once. */
enum pm_base { PM_MASS, PM_SUBSTANCE, PM_VOLUME, PM_TIME, PM_N_BASES };
struct pm_unit {
	int power[PM_N_BASES];
	const char *other; /* a unit Lull does not know ("mmHg", "points"), taken as it is */
	size_t n_other;
	int other_power;
	double num, den;
};
/* "1", "L/h", "ng*h/mL", "1/min". False when the text is not a unit. */
bool lull_pm__unit(const char *text, struct pm_unit *out);
bool lull_pm__unit_is(const struct pm_unit *unit, int mass, int substance, int volume, int time);
bool lull_pm__unit_same(const struct pm_unit *a, const struct pm_unit *b);
double lull_pm__unit_factor(const struct pm_unit *from, const struct pm_unit *to); /* of the same kind */
static inline double lull_pm__to_engine(const struct pm_unit *u) { return u->num / u->den; }

/* ---- the file (pm_schema.c) ------------------------------------------------------------ */

enum pm_form { PM_POWER, PM_LINEAR, PM_EXPONENTIAL, PM_CATEGORY, PM_PIECEWISE };
enum pm_scale { PM_LOGNORMAL, PM_LOGIT_NORMAL, PM_NORMAL };

struct pm_f_depend {
	const char *on;
	int form;                    /* enum pm_form                                     */
	double value, center;
	double *levels, *factors;    /* category                                         */
	double *knots, *slopes;      /* piecewise                                        */
	size_t n_levels, n_factors, n_knots, n_slopes;
	const char *source;
	int mark;
};
struct pm_f_param {
	const char *name;
	double value;
	const char *unit, *label, *note;
	struct pm_f_depend *depends; size_t n_depends;
	const char *source;
	int mark;
};
struct pm_f_covariate { const char *name, *unit, *label; double by_default, min, max; const char *source; int mark; };
struct pm_f_analyte { const char *name; double molar_mass; const char *source; int mark; };
struct pm_f_compartment { const char *name, *volume, *analyte; };
struct pm_f_transit { int32_t steps; const char *mean_time, *rate, *name; };
struct pm_f_flow {
	const char *from, *to, *clearance, *rate;
	const char **between, **rates, **fraction; size_t n_between, n_rates, n_fraction;
	struct pm_f_transit transit; bool has_transit;
};
struct pm_f_filter { const char *name, *of, *rate, *half_life; bool integral; };
struct pm_f_part {
	const char *to, *absorption, *lag, *duration, *rate;
	const char **fraction, **less; size_t n_fraction, n_less;
	struct pm_f_transit transit; bool has_transit;
};
struct pm_f_input { const char *name, *label; struct pm_f_part one; struct pm_f_part *parts; size_t n_parts; };
struct pm_f_residual { double proportional, additive, log_sd; const char *unit, *source; int mark; };
struct pm_f_output {
	const char *name, *of, *unit, *label;
	int moiety, site;
	struct pm_f_residual residual; bool has_residual;
};
struct pm_f_effect {
	const char *name, *drive, *unit, *label;
	int kind;
	const char *e0, *slope, *emax, *c50, *gamma, *kin, *kout, *half_life, *r0;
	const char **intercepts; size_t n_intercepts;
	struct pm_f_residual residual; bool has_residual;
};
struct pm_f_block {
	const char **on; size_t n_on;
	int kind;                       /* enum pm_scale                                    */
	double *covariance; size_t n_covariance; /* lower triangle by rows                   */
	double cv, sd, variance;
	const char *source;
	int mark;
};
struct pm_f_uncertainty {
	const char **on; size_t n_on;
	int kind;
	double *covariance; size_t n_covariance;
	const char *samples;
	const char *source;
	int mark;
};
struct pm_f_range {
	double conc_max_ng_per_ml, dur_max_h, weight_min_kg, weight_max_kg;
	const char *source;
	int mark;
};
struct pm_f_units { const char *time, *amount, *concentration; };

struct pm_file {
	const char *id, *name, *about;
	struct pm_f_units units;
	int product;
	bool adult, forecast;
	struct pm_f_covariate *covariates; size_t n_covariates;
	struct pm_f_analyte *analytes; size_t n_analytes;
	struct pm_f_param *params; size_t n_params;
	struct pm_f_compartment *compartments; size_t n_compartments;
	struct pm_f_flow *flows; size_t n_flows;
	struct pm_f_filter *filters; size_t n_filters;
	struct pm_f_input *inputs; size_t n_inputs;
	const char *default_input;
	struct pm_f_output *outputs; size_t n_outputs;
	struct pm_f_effect *effects; size_t n_effects;
	struct pm_f_block *variability; size_t n_variability;
	struct pm_f_block *occasions; size_t n_occasions;
	struct pm_f_uncertainty uncertainty; bool has_uncertainty;
	struct pm_f_range range; bool has_range;
	const char **caveats; size_t n_caveats;
	const char *source;
	int mark;
};
extern const struct lull_schema lull_pm__schema;

/* ---- the compiled model ----------------------------------------------------------------- */

enum { PM_MAX_FACTORS = 4, PM_MAX_TERMS = 48, PM_MAX_BLOCKS = 32, PM_MAX_SAMPLES = 100000 };

/* One covariate effect, worked out once a person whoever uses it. */
struct pm_term { int form, cov; double value, center; const double *at, *by; size_t n; };
struct pm_param {
	const struct pm_f_param *file;
	struct pm_unit unit;
	double to_engine;
	int term[PM_MAX_FACTORS]; int n_terms;
	int eta, iov;        /* -1 none                                          */
	int scale;           /* enum pm_scale, of both                           */
};
/* factor x num / den, each a parameter or -1. */
struct pm_ratio { int num, den; double factor; };
/* factor x prod(of) x (1 - prod(less)); nothing under less: no such factor. */
struct pm_product { double factor; int of[PM_MAX_FACTORS], n_of, less[PM_MAX_FACTORS], n_less; };
struct pm_part { int state; struct pm_product frac; struct pm_ratio lag, dur, rate; };
struct pm_input { struct pm_part part[LULL_PM_MAX_PARTS]; int n_parts; };
struct pm_effect {
	struct pm_ratio e0, slope, emax, c50, gamma, kin, kout, r0, intercept[LULL_EFFECT_MAX_GRADES];
	bool has_kin, has_r0;
};
struct pm_block { int first, n; double *lower; }; /* etas first..first + n */
struct pm_residual { bool is_there; double proportional, additive, log_sd; };

struct lull_pm {
	struct lull_pm_info info;
	const struct pm_file *file;
	const struct lull_doc *doc; /* for remarks after loading */
	char hash[LULL_HASH_TEXT];
	struct pm_unit time, amount, conc;
	struct pm_param param[LULL_PM_MAX_PARAMS];
	struct pm_term term[PM_MAX_TERMS]; int n_terms;
	struct lull_lin_shape shape;
	struct pm_ratio rate[LULL_LIN_MAX_FLOWS];
	struct pm_product gain[LULL_LIN_MAX_FLOWS];
	const char *flow_name[LULL_LIN_MAX_FLOWS];
	struct pm_ratio scale[LULL_LIN_MAX_OUTPUTS];
	struct pm_input input[LULL_PM_MAX_INPUTS];
	struct pm_effect effect[LULL_MAX_EFFECTS];
	struct lull_effect_spec spec[LULL_MAX_EFFECTS];
	struct pm_block iiv[PM_MAX_BLOCKS], iov[PM_MAX_BLOCKS]; int n_iiv, n_iov;
	struct pm_residual residual[LULL_PM_MAX_OUTPUTS];
	struct { int param[LULL_PM_MAX_PARAMS]; int n, scale; double *lower; const double *samples; size_t n_samples; } unc;
	double theta[LULL_PM_MAX_PARAMS];
	struct lull_pm_name params[LULL_PM_MAX_PARAMS], covariates[LULL_PM_MAX_COVARIATES], etas[LULL_PM_MAX_ETAS],
		iovs[LULL_PM_MAX_ETAS], inputs[LULL_PM_MAX_INPUTS], outputs[LULL_PM_MAX_OUTPUTS];
	struct lull_drive drives[LULL_PM_MAX_OUTPUTS];
	double covariate_default[LULL_PM_MAX_COVARIATES];
};

/* ---- loading, in the order of use ------------------------------------------------------- */

struct pm_load {
	struct lull_pm *pm;
	const struct pm_file *file;
	const struct lull_doc *doc;
	const struct lull_files *files; /* beside the file: samples; may be NULL */
	struct lull_arena *arena;
	struct lull_diags *diags;
	bool is_out_of_memory, is_knowledge;
};

/* A remark at root.section[i].key; i < 0: the section itself; what is absent is said one step up. */
void lull_pm__say(struct pm_load *l, const char *section, int i, const char *key, const char *expected, const char *fmt,
		  ...) LULL_PRINTF(6, 7);
/* Index of a named thing of the file, or -1. */
int lull_pm__param(const struct pm_file *file, const char *name);
int lull_pm__compartment(const struct pm_file *file, const char *name);

void lull_pm__numbers(struct pm_load *l);   /* units, covariates, parameters   (pm_params.c)    */
void lull_pm__variability(struct pm_load *l); /* blocks, uncertainty           (pm_vary.c)      */
void lull_pm__structure(struct pm_load *l); /* states, flows, inputs, outputs  (pm_structure.c) */
void lull_pm__effects(struct pm_load *l);   /*                                 (pm_effects.c)   */

void lull_pm__about(struct pm_load *l);     /* statements for people           (pm_about.c)     */

/* A parameter where a quantity of this kind belongs; false after saying what is wrong. */
bool lull_pm__use(struct pm_load *l, const char *name, int volume, int time, const char *section, int i,
		  const char *key, struct pm_ratio *out);
bool lull_pm__fraction(struct pm_load *l, const char *const *names, size_t n, const char *section, int i,
		       const char *key, int *out, int *n_out);
/* From the unit `from` to `to`, with molar mass where one counts molecules; 0 when it cannot be. */
double lull_pm__convert(const struct pm_unit *from, const struct pm_unit *to, double molar_mass);
double lull_pm__molar_mass(const struct pm_file *file, const char *analyte); /* NAN unknown */

static inline double lull_pm__ratio(const struct pm_ratio *r, const double *p)
{
	double x = r->factor;
	if (r->num >= 0)
		x *= p[r->num];
	return r->den >= 0 ? x / p[r->den] : x;
}

static inline double lull_pm__product(const struct pm_product *f, const double *p)
{
	double x = f->factor, less = 1;
	for (int i = 0; i < f->n_of; i++)
		x *= p[f->of[i]];
	for (int i = 0; i < f->n_less; i++)
		less *= p[f->less[i]];
	return f->n_less ? x * (1 - less) : x;
}

#endif
