/* lull/ketamine/pm.h - a population model from a model file: structure, parameters, covariates, variability.
 *
 * The file (docs/model-format.md) says what there is; this binds it to the linear system
 * (linear.h) and the effects (effect.h). struct lull_model (model.h) is the view of it that care/ uses. */
#ifndef LULL_KETAMINE_PM_H
#define LULL_KETAMINE_PM_H

#include "lull/base/files.h"
#include "lull/base/schema.h"
#include "lull/ketamine/effect.h"
#include "lull/ketamine/linear.h"
#include "lull/ketamine/model.h"
#include "lull/ketamine/product.h"
#include "lull/num/random.h"

LULL_BEGIN_C

enum {
	LULL_PM_MAX_PARAMS = 64,
	LULL_PM_MAX_ETAS = 32,
	LULL_PM_MAX_COVARIATES = 16,
	LULL_PM_MAX_INPUTS = 12,
	LULL_PM_MAX_PARTS = 4,
	LULL_PM_MAX_OUTPUTS = LULL_LIN_MAX_OUTPUTS + LULL_MAX_EFFECTS * LULL_EFFECT_MAX_GRADES
};

struct lull_pm; /* in the arena it was loaded into; read-only afterwards: any thread */

LULL_NODISCARD int lull_pm_load(const struct lull_files *files, const char *id, struct lull_arena *arena,
				const struct lull_pm **out, struct lull_diags *diags);
/* A user's own file; `path` is for messages. */
LULL_NODISCARD int lull_pm_read(const char *bytes, size_t n_bytes, const char *path, struct lull_arena *arena,
				const struct lull_pm **out, struct lull_diags *diags);

/* The same with the files that lie beside it, by name: samples of its uncertainty. */
LULL_NODISCARD int lull_pm_read_beside(const char *bytes, size_t n_bytes, const char *path, const struct lull_files *beside,
				       struct lull_arena *arena, const struct lull_pm **out, struct lull_diags *diags);
/* The ids of all models of knowledge, in the order of their file names. */
LULL_NODISCARD int lull_pm_ids(const struct lull_files *files, struct lull_arena *arena, const char ***ids, size_t *n_ids,
			       struct lull_err *err);

struct lull_pm_name { const char *name, *unit, *label; }; /* unit "" where none */

/* One number as the file has it. */
enum lull_pm_said {
	LULL_PM_PARAMETER, LULL_PM_COVARIATE, LULL_PM_BETWEEN_PEOPLE, LULL_PM_BETWEEN_OCCASIONS, LULL_PM_RESIDUAL, LULL_PM_MOLAR_MASS
};
struct lull_pm_statement {
	enum lull_pm_said kind;
	const char *what;          /* "cl", "cl: power of wt / 70", "variance of log cl" */
	double value;
	const char *unit, *note;   /* "" without unit; note may be NULL          */
	const char *source; enum lull_mark mark;
};
/* On what it was fitted; NAN where not stated (source NULL: nothing is). */
struct lull_pm_range {
	double conc_max_ng_per_ml, dur_max_h, weight_min_kg, weight_max_kg;
	const char *source; enum lull_mark mark;
};

struct lull_pm_info {
	const char *id, *name, *about, *hash_hex;          /* hash of the file's bytes          */
	const char *time_unit, *amount_unit, *conc_unit;
	double time_unit_h;                                /* hours in one unit of the model's time */
	const struct lull_pm_name *params; int n_params;
	const struct lull_pm_name *covariates; int n_covariates; const double *covariate_default; /* NAN: must be given */
	const struct lull_pm_name *etas; int n_etas;       /* between people, in order of draw   */
	const struct lull_pm_name *iov; int n_iov;         /* between occasions                  */
	const struct lull_pm_name *inputs; int n_inputs;   /* inputs[i]: CMT = i + 1             */
	int default_input;
	const struct lull_pm_name *outputs; int n_outputs; /* linear outputs, then effects'      */
	const struct lull_drive *output_drive;             /* moiety and site of each output     */
	const struct lull_linear *linear;
	const struct lull_lin_shape *shape;
	const struct lull_effect_spec *effects; int n_effects;
	bool has_residual, has_uncertainty;
	int product;                                       /* enum lull_product; -1 not stated   */
	bool adult, is_for_forecasts;                      /* the latter: lull_model_load takes it */
	const char *source; enum lull_mark mark;           /* of the file; "" where none         */
	const char *const *caveats; size_t n_caveats;
	struct lull_pm_range range;
	const struct lull_pm_statement *statements; size_t n_statements;
};
const struct lull_pm_info *lull_pm_info(const struct lull_pm *pm);
int lull_pm_param_index(const struct lull_pm *pm, const char *name); /* -1 none; case ignored */

/* Typical values theta[n_params] (in the file's units), which --set, a parameter column or a posterior row replace. */
void lull_pm_typical(const struct lull_pm *pm, double *theta);
/* etas[n_etas] of person `stream` (patient, seed, ... set by the caller; purpose is set here); occasion in stream. */
void lull_pm_draw_etas(const struct lull_pm *pm, const struct lull_stream *stream, double *etas);
void lull_pm_draw_iov(const struct lull_pm *pm, const struct lull_stream *stream, double *iov);
/* theta drawn from the parameters' uncertainty (LULL_FOR_PK_PARAM), one a replicate. */
LULL_NODISCARD int lull_pm_draw_uncertainty(const struct lull_pm *pm, const struct lull_stream *stream, double *theta,
					    struct lull_err *err);

/* Covariates of a reference person: the defaults, and where there is none the value at which an effect of it is centred. */
void lull_pm_reference(const struct lull_pm *pm, double *covariates);
/* Clearance of the first output's curve, dose over area of what goes straight in (else into the default input), L/h; NAN none. */
double lull_pm_clearance(const struct lull_pm *pm, const double *params);

/* One person's parameters: covariates, then deviations, applied to theta. etas, iov NULL: none. */
LULL_NODISCARD int lull_pm_individual(const struct lull_pm *pm, const double *theta, const double *covariates,
				      const double *etas, const double *iov, double *params, struct lull_err *err);

/* The numbers of the linear system and effects from a person's parameters. */
LULL_NODISCARD int lull_pm_person(const struct lull_pm *pm, const double *params, struct lull_lin_person *person,
				  struct lull_effect_numbers *effects, struct lull_err *err);

/* Where a dose into an input goes: parts with their own fraction, lag and duration. */
struct lull_pm_part {
	int state;
	double frac, lag_h;
	double dur_h;  /* zero-order absorption of a dose without RATE (or of RATE -2): NAN none */
	double rate;   /* modelled rate (RATE -1): NAN none                                      */
};
LULL_NODISCARD int lull_pm_parts(const struct lull_pm *pm, const double *params, int input,
				 struct lull_pm_part parts[LULL_PM_MAX_PARTS], int *n_parts, struct lull_err *err);

/* Residual error on output o (stream: LULL_FOR_RESIDUAL, draw = i_record). */
double lull_pm_residual(const struct lull_pm *pm, const double *params, int output, double value,
			const struct lull_stream *stream, uint64_t draw);

LULL_END_C

#endif
