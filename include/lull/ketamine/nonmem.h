/* lull/ketamine/nonmem.h - a NONMEM control stream read into a linear population model, or told why not.
 *
 * Taken: ADVAN1-4, 11, 12 with TRANS1-6 and a $PK whose parameters are log-normal, logit-normal
 * or normal around a product of covariate effects. Every parameter found is checked: the
 * control stream's own code and the form taken from it must give the same number at many
 * covariates, deviations and occasions. What cannot be taken is an error with line, column, why and
 * what to do; what is left out is said. docs/models.md has the list. */
#ifndef LULL_KETAMINE_NONMEM_H
#define LULL_KETAMINE_NONMEM_H

#include <stdbool.h>
#include <stddef.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/text.h"

LULL_BEGIN_C

enum {
	LULL_NM_MAX_THETAS = 200,
	LULL_NM_MAX_ETAS = 60,
	LULL_NM_MAX_PARAMS = 24,
	LULL_NM_MAX_EFFECTS = 8,
	LULL_NM_MAX_LEVELS = 8,
	LULL_NM_MAX_USES = 4,
	LULL_NM_MAX_OCCASIONS = 12,
	LULL_NM_MAX_COLUMNS = 80
};
#define LULL_NM_MAX_BYTES ((size_t)1 << 20)

/* The disposition, after renaming: central, first and second peripheral, absorption. */
enum lull_nm_role {
	LULL_NM_CL, LULL_NM_V1, LULL_NM_Q2, LULL_NM_V2, LULL_NM_Q3, LULL_NM_V3, LULL_NM_KA,
	LULL_NM_K10, LULL_NM_K12, LULL_NM_K21, LULL_NM_K13, LULL_NM_K31,
	LULL_NM_SCALE_V, /* micro constants: what the central amount is divided by */
	LULL_NM_F_DEPOT, LULL_NM_F_CENTRAL, LULL_NM_LAG_DEPOT, LULL_NM_LAG_CENTRAL,
	LULL_NM_DUR_DEPOT, LULL_NM_DUR_CENTRAL, LULL_NM_RATE_DEPOT, LULL_NM_RATE_CENTRAL,
	LULL_NM_N_ROLES
};

enum lull_nm_dist {
	LULL_NM_FIXED,        /* no deviation between people              */
	LULL_NM_LOG,          /* typical x effects x exp(deviations)      */
	LULL_NM_LOGIT,        /* expit(logit(typical x effects) + deviations) */
	LULL_NM_NORMAL,       /* typical x effects + deviations           */
	LULL_NM_PROPORTIONAL  /* typical x effects x (1 + deviations)     */
};

enum lull_nm_effect_kind {
	LULL_NM_POWER,        /* (x / reference)^value                    */
	LULL_NM_EXPONENTIAL,  /* exp(value (x - reference))               */
	LULL_NM_LINEAR,       /* 1 + value (x - reference)                */
	LULL_NM_CATEGORY      /* factor[i] where x is level[i], else 1    */
};

struct lull_nm_effect {
	enum lull_nm_effect_kind kind;
	int covariate;              /* index into covariates                 */
	double reference, value;
	int n_levels;
	double level[LULL_NM_MAX_LEVELS], factor[LULL_NM_MAX_LEVELS];
	double base_level;          /* CATEGORY: the level whose factor is 1; NAN where it is "all others" */
};

struct lull_nm_use { /* coef x ETA(eta + 1) */
	int eta;
	double coef;
};

/* A deviation between occasions: ETAs of one SAME group, chosen by a column. */
struct lull_nm_iov {
	int column;                 /* index into columns                    */
	int n;
	double occasion[LULL_NM_MAX_OCCASIONS];
	int eta[LULL_NM_MAX_OCCASIONS];
	double coef;
};

struct lull_nm_param {
	enum lull_nm_role role;
	const char *name;           /* as the control stream calls it: "V2"  */
	const char *label;          /* comment at its first THETA; NULL none */
	double typical;
	enum lull_nm_dist dist;
	struct lull_nm_effect effect[LULL_NM_MAX_EFFECTS]; int n_effects;
	struct lull_nm_use use[LULL_NM_MAX_USES]; int n_uses;
	struct lull_nm_iov iov; bool has_iov;
	int line, col;              /* of its assignment                     */
	bool is_derived;            /* worked out by Lull (VSS, ALPHA ...): no line of its own */
};

struct lull_nm_theta {
	double init, low, high;     /* low -INFINITY, high INFINITY where none */
	bool fixed;
	const char *label;          /* its comment; NULL none                */
	int line, col;
};

struct lull_nm_covariate {
	const char *name;           /* as in $INPUT                          */
	double reference;           /* of its first effect; NAN none         */
	bool is_category;
};

enum lull_nm_residual { LULL_NM_NO_RESIDUAL, LULL_NM_COMBINED, LULL_NM_LOG_NORMAL };

struct lull_nonmem {
	const char *path, *problem;
	char hash_hex[65];                /* of the control stream's bytes           */
	int advan, trans, n_dispositions; /* 1..3 compartments */
	bool has_depot, is_clearance;     /* else micro constants */
	const struct lull_nm_param *params; size_t n_params;
	const struct lull_nm_covariate *covariates; size_t n_covariates;
	const char *const *columns; size_t n_columns;      /* $INPUT, synonyms resolved; NULL where dropped */
	const struct lull_nm_theta *thetas; size_t n_thetas;
	const char *const *eta_labels; size_t n_etas;
	const double *omega;              /* variances, rows of LULL_NM_MAX_ETAS    */
	/* amount / (volume) x output_factor is what F is; has_scale false: F is the amount */
	bool has_scale;
	double output_factor;
	enum lull_nm_residual residual;
	double add_variance, prop_variance; /* LOG_NORMAL: add_variance is that of the logarithm */
	const char *const *left_out; size_t n_left_out;    /* sentences: what was not taken */
};

/* LULL_EPARSE, LULL_EUNSUPPORTED or LULL_ELIMIT; the reasons are in diags (not NULL). Texts live in the arena. */
LULL_NODISCARD int lull_nonmem_read(const char *bytes, size_t n, const char *path, struct lull_arena *arena,
				    const struct lull_nonmem **out, struct lull_diags *diags);

/* Units of the file to write: NONMEM has none. */
struct lull_nm_units {
	const char *time, *amount, *volume; /* "h", "mg", "L" */
};

/* As a model file (docs/model-format.md). id: [a-z][a-z0-9_]*. LULL_EUNSUPPORTED where the schema has no place
 * for what was read. */
LULL_NODISCARD int lull_nonmem_yaml(const struct lull_nonmem *model, const char *id, const struct lull_nm_units *units,
				    struct lull_buf *out, struct lull_diags *diags);

/* The role's name in a model file: "cl". */
extern const char *const lull_nm_role_names[];

LULL_END_C

#endif
