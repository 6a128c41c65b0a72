/* lull/ketamine/model.h - a kinetic model from knowledge/models, every number with source and mark.
 *
 * Parent of one to three compartments, metabolite (norketamine) of none to two, fed
 * by all parent clearance. Between-patient variability is log-normal in blocks. */
#ifndef LULL_KETAMINE_MODEL_H
#define LULL_KETAMINE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/files.h"
#include "lull/base/mem.h"
#include "lull/base/schema.h"
#include "lull/ketamine/product.h"

LULL_BEGIN_C

/* What a concentration is of, and where it is drawn: part of the type, so that an
 * arterial S-ketamine effect refuses a venous or a total curve unless a bridge is declared. */
enum lull_moiety { LULL_TOTAL_KETAMINE, LULL_S_KETAMINE, LULL_NORKETAMINE, LULL_MOIETY_NOT_STATED };
enum lull_site { LULL_ARTERIAL, LULL_VENOUS, LULL_SITE_NOT_STATED };
struct lull_drive {
	enum lull_moiety moiety;
	enum lull_site site;
};
extern const char *const lull_moiety_names[], *const lull_site_names[]; /* NULL-ended */

/* Parameters of one person; all > 0, or 0 where a compartment is absent. Units L, L/h. */
struct lull_pk {
	double cl_l_per_h, v1_l, q2_l_per_h, v2_l, q3_l_per_h, v3_l;
	double nk_cl_l_per_h, nk_v1_l, nk_q_l_per_h, nk_v2_l; /* nk_v1_l 0 = no metabolite */
	double nk_formed_frac; /* fraction of parent clearance that forms it, in mass as used by the model */
};
enum { LULL_PK_N = 11 };

struct lull_pk_param {
	const char *name;         /* "cl_l_per_h": the field of struct lull_pk   */
	double value;             /* for the reference weight                    */
	double weight_exponent;   /* (weight / reference)^exponent; 0 none       */
	const char *source;
	enum lull_mark mark;
};

struct lull_pk_omega {            /* one pair of the log-covariance */
	const char *a, *b;
	double value;
	const char *source;
	enum lull_mark mark;
};

struct lull_model {
	const char *id, *name, *about;
	enum lull_product product; /* what is dosed                              */
	struct lull_drive drive;   /* what the parent curve is                   */
	bool adult;                /* the adult clearance guard applies          */
	double reference_weight_kg;
	/* Of the parent curve as the drive says. Outside: warn; NAN unknown. */
	double fitted_conc_max_ng_per_ml, fitted_dur_max_h;
	double fitted_weight_min_kg, fitted_weight_max_kg;
	const char *fitted_source; enum lull_mark fitted_mark;
	double residual_parent_frac, residual_nk_frac;      /* proportional; NAN */
	const char *residual_source; enum lull_mark residual_mark; /* may be NULL, none */
	/* As printed (rate constants per minute where the source prints those), and as
	 * used: clearances and volumes. The same array where the source prints these. */
	struct lull_pk_param *published; size_t n_published;
	struct lull_pk_param *params; size_t n_params;
	struct lull_pk_omega *omega; size_t n_omega;
	const char **caveats; size_t n_caveats;
	const char *source;
	enum lull_mark mark;
};

/* models/<id>.yaml, checked: adult clearance guard of ketamine/guards.yaml, covariance positive
 * definite, compartments whole. LULL_ENOTFOUND lists the models there are. */
LULL_NODISCARD int lull_model_load(const struct lull_files *files, const char *id,
				   struct lull_arena *arena, struct lull_model *out,
				   struct lull_diags *diags);

/* The ids of all models, in the order of their file names. */
LULL_NODISCARD int lull_model_ids(const struct lull_files *files, struct lull_arena *arena,
				  const char ***ids, size_t *n_ids, struct lull_err *err);

/* The model's own remarks about a use outside what it was fitted on: one sentence each.
 * NAN = not known, not judged. */
struct lull_model_use {
	double weight_kg, peak_ng_per_ml, dur_h;
};
LULL_NODISCARD int lull_model_check(const struct lull_model *model, const struct lull_model_use *use,
				    struct lull_arena *arena, const char ***warnings, size_t *n_warnings,
				    struct lull_err *err);

/* Typical parameters at a weight; scaled = false ignores the weight exponents. */
void lull_model_typical(const struct lull_model *model, double weight_kg, bool scaled,
			struct lull_pk *out);

/* Parameters with deviations: z has one standard normal a parameter of params, in
 * their order; the covariance's factor turns them into log-deviations. */
struct lull_model_factor; /* Cholesky factor, made once, in the arena */
LULL_NODISCARD int lull_model_factor_new(const struct lull_model *model, struct lull_arena *arena,
					 const struct lull_model_factor **out, struct lull_err *err);
void lull_model_individual(const struct lull_model *model, const struct lull_model_factor *factor,
			   double weight_kg, bool scaled, const double *z, struct lull_pk *out);

LULL_END_C

#endif
