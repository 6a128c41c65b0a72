/* lull/care/forecast.h - a plan for many people like this one, beside the same people without drug.
 *
 * Every person is drawn once and lives twice: with the plan and without drug, on the
 * same random numbers, so that the difference is the drug's. Bands are variability
 * between people and uncertainty of parameters, and say so. Until a calibration exists
 * the effect weights are wide assumed priors (safety.md, Forecasts).
 *
 * Pure; results live in the caller's arena; same seed, same bits. */
#ifndef LULL_CARE_FORECAST_H
#define LULL_CARE_FORECAST_H

#include <stddef.h>
#include <stdint.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/ketamine/effects.h"
#include "lull/ketamine/model.h"
#include "lull/ketamine/regimen.h"
#include "lull/ketamine/rule.h"

LULL_BEGIN_C

enum { LULL_FORECAST_MIN_PEOPLE = 1000, LULL_FORECAST_MAX_PEOPLE = 1000000 };
enum { LULL_FORECAST_FOLLOW_UPS = 4 };

/* The session's pressure lines (the plan's monitoring part owns them). */
struct lull_pressure_lines {
	double watch_sbp_mmhg, reduce_sbp_mmhg, stop_sbp_mmhg;
};

/* What a forecast is asked for. Everything is borrowed. */
struct lull_forecast_request {
	const struct lull_model *model;
	const struct lull_effects *effects;
	const struct lull_regimen *regimen;    /* fixed doses, or NULL                   */
	const struct lull_rule *rule;          /* or a rule that each person's own pain drives */
	double weight_kg, dosing_weight_kg;
	double baseline_nrs;                   /* NAN: pain read-outs are unknown, kinetics still run */
	double usual_nrs, pain_sd_points;      /* of this diary's headache days; NAN unknown */
	double now_h;                          /* when "now" is judged; NAN = end of drug input */
	double sbp_mmhg, dbp_mmhg;             /* today's; NAN unknown                   */
	const struct lull_pressure_lines *pressure_lines; /* NULL: shares are unknown     */
	bool weight_scaled;                    /* use the model's weight exponents       */
	bool allow_site_bridge;
	size_t n_people;                       /* >= LULL_FORECAST_MIN_PEOPLE            */
	uint64_t seed;
	double follow_up_day[LULL_FORECAST_FOLLOW_UPS]; /* days after the end; 0 = unused */
};

/* Quantiles over people at each grid time: 5, 25, 50, 75, 95 %. */
enum { LULL_N_BANDS = 5 };
extern const double lull_band_probs[LULL_N_BANDS];
struct lull_quantiles {
	const double *q[LULL_N_BANDS];         /* each n_times long */
};

/* A share of people in both arms, the absolute difference and its Monte-Carlo half width. */
struct lull_contrast {
	double with_drug, without_drug, difference, mc_half_width;
};

struct lull_forecast {
	size_t n_people, n_times;
	uint64_t seed;
	const double *t_h;
	enum lull_site site;
	struct lull_bridge bridge;
	struct lull_quantiles parent_ng_per_ml, norketamine_ng_per_ml;
	struct lull_quantiles nrs_with, nrs_without; /* NULL rows without a baseline pain */
	struct lull_quantiles pressure_rise_mmhg;   /* mean-pressure-like (facts pharmacology 2.4);
						  NULL rows where the model has no total curve */
	double now_h;                          /* end of the first session (or as asked) */
	struct lull_contrast fall_2_points_now;
	/* later: still at least 2 points below the start, follow_up_day after the end */
	struct lull_contrast relief_at[LULL_FORECAST_FOLLOW_UPS];
	double relief_day[LULL_FORECAST_FOLLOW_UPS];
	double nrs_median_with_at[LULL_FORECAST_FOLLOW_UPS], nrs_median_without_at[LULL_FORECAST_FOLLOW_UPS];
	/* exposure, quantiles over people */
	double peak_ng_per_ml[LULL_N_BANDS], auc_ng_h_per_ml[LULL_N_BANDS], total_mg[LULL_N_BANDS];
	double hours_above_fitted[LULL_N_BANDS]; /* above the fast chain's fitted range */
	/* share of people crossing the session's pressure lines; NAN without today's pressure */
	double share_sbp_watch, share_sbp_reduce, share_sbp_stop;
	double perception_share;               /* "perception change in volunteers", at its highest */
	double occupancy_peak_median;
	/* rules only: when the target was reached; NAN for fixed regimens */
	double hours_to_target[LULL_N_BANDS], rate_at_target_mg_per_kg_per_h[LULL_N_BANDS];
	double share_reached_target;
	const char *const *notes; size_t n_notes; /* what must be read with it */
};

struct lull_course_priors; /* course/: context response and effect weights */

/* LULL_EUNSUPPORTED when the model cannot drive the effects (site, moiety, product);
 * LULL_EDOMAIN names a request field. */
LULL_NODISCARD int lull_forecast_run(const struct lull_forecast_request *request,
				     const struct lull_course_priors *priors,
				     struct lull_arena *arena, struct lull_forecast *out,
				     struct lull_err *err);

/* ---- of a plan ------------------------------------------------------------------------- */

struct lull_plan;
struct lull_patient;

/* What a plan's forecast reads beside the plan; all borrowed. */
struct lull_forecast_kb {
	const struct lull_model *models; size_t n_models; /* the first of the plan's product is used */
	const struct lull_effects *effects;
	const struct lull_course_priors *priors;
};

/* A model's typical person of this weight under the first session: the spread between models. */
struct lull_model_view {
	const struct lull_model *model;
	double peak_ng_per_ml, auc_ng_h_per_ml;
};

struct lull_plan_forecast {
	const struct lull_model *model;
	struct lull_forecast main;
	bool has_unscaled;             /* weight outside the model's range: the same without weight scaling */
	struct lull_forecast unscaled;
	struct lull_model_view *views; size_t n_views; /* every model of the product, as its drive says */
};

/* What the diary says of pain on headache days; NAN unknown. */
struct lull_usual_pain {
	double mean_nrs, sd_points;
};

/* From the peaks (0-10) of its headache days; unknown with fewer than two. */
struct lull_diary;
void lull_usual_pain_of(const struct lull_diary *diary, struct lull_usual_pain *out);

/* Runs the plan's sessions (or its rule) for n_people. LULL_EUNSUPPORTED when there is no
 * model for product and route, LULL_EDOMAIN when the plan has no session. */
LULL_NODISCARD int lull_forecast_plan(const struct lull_forecast_kb *kb, const struct lull_plan *plan,
				      const struct lull_patient *patient,
				      const struct lull_usual_pain *usual, size_t n_people, uint64_t seed,
				      struct lull_arena *arena, struct lull_plan_forecast *out,
				      struct lull_err *err);

LULL_END_C

#endif
