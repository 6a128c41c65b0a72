/* lull/ketamine/effects.h - what a concentration does: fast and slow chains, pressure, occupancy.
 *
 * Equations and constants: facts/pharmacology 5.3-5.5, loaded from
 * knowledge/ketamine/effects.yaml with source and mark each. The fast chain was fitted to
 * arterial S-ketamine: lull_effects_bind refuses another drive unless a bridge is declared.
 * The slow chain moves so slowly (half-life of days) that the sampling site, which
 * changes a curve over minutes and not its area, does not matter to it. */
#ifndef LULL_KETAMINE_EFFECTS_H
#define LULL_KETAMINE_EFFECTS_H

#include "lull/ketamine/kinetics.h"

LULL_BEGIN_C

/* One number as the file has it. low and high NAN where it has none. */
struct lull_effect_number {
	const char *name;
	double value, low, high;
	const char *note; /* may be NULL */
	const char *source;
	enum lull_mark mark;
};

struct lull_effects {
	/* fast chain, S-ketamine, arterial (Olofsen 2022) */
	double ke0_per_h, c50_fast_ng_per_ml, gamma_antinociception, gamma_perception;
	/* slow chain, S-ketamine (Dahan 2011) */
	double ks_per_h, c50_slow_ng_per_ml, p_response_drug, p_response_placebo;
	/* pressure and heart rate, total ketamine (Abuhelwa 2022), mean-pressure-like */
	double bp_max_mmhg, bp_c50_ng_per_ml, bp_gamma, dbp_over_sbp, hr_bpm_per_ng_per_ml;
	/* occupancy, rat in vivo on unbound plasma (Shaffer 2014) */
	double fu_ketamine, fu_norketamine, ic50_ketamine_umol_per_l, ic50_norketamine_umol_per_l;
	/* bridges: S fraction of the racemate's curve; half-life of the venous lag */
	double s_frac_of_total, venous_lag_h;
	/* weights of the chains on pain: unknown, wide priors, marked assumed */
	double ef_low, ef_high, es_low, es_high;
	/* uncertainty of the estimates (not spread between people), as standard deviations of
	 * their logarithms: ln(high / low) over twice the normal 97.5 % point */
	double c50_fast_log_sd, ke0_log_sd, c50_slow_log_sd, ks_log_sd;
	/* as written, for people */
	const struct lull_effect_number *numbers; size_t n_numbers;
	const char **caveats; size_t n_caveats;
};

LULL_NODISCARD int lull_effects_load(const struct lull_files *files, struct lull_arena *arena,
				     struct lull_effects *out, struct lull_diags *diags);

/* How a model's parent curve becomes the effects' drive. */
struct lull_bridge {
	double s_factor;       /* C_S = s_factor C_parent                              */
	double total_factor;   /* C_total = total_factor C_parent for pressure and pulse;
				  NAN: no sourced conversion, forecast no pressure      */
	double venous_lag_h;   /* half-life of the venous read-out of an arterial curve; 0: is venous */
	bool site_bridged;     /* a venous curve was let drive an arterial effect      */
	char said[400];        /* the sentences for the report                         */
};

/* LULL_EUNSUPPORTED for norketamine, for a total curve when the file declares no S
 * fraction, and for a curve that is not arterial unless allow_site_bridge; the error says why
 * and what to choose instead. */
LULL_NODISCARD int lull_effects_bind(const struct lull_effects *effects, struct lull_drive drive,
				     bool allow_site_bridge, struct lull_bridge *out,
				     struct lull_err *err);

double lull_antinociception(const struct lull_effects *e, double ce_s_ng_per_ml);  /* factor >= 1 */
double lull_fast_inhibition(const struct lull_effects *e, double ce_s_ng_per_ml);  /* 0..1 */
double lull_slow_inhibition(const struct lull_effects *e, double cs_s_ng_per_ml);  /* 0..1 */
double lull_perception_prob(const struct lull_effects *e, double ce_s_ng_per_ml);  /* volunteers */
double lull_pressure_rise_mmhg(const struct lull_effects *e, double c_total_ng_per_ml);
double lull_hr_rise_bpm(const struct lull_effects *e, double c_total_ng_per_ml);
double lull_occupancy_frac(const struct lull_effects *e, double c_total_ng_per_ml, double c_nk_ng_per_ml);
/* NRS = baseline (1 - Ef I_fast) (1 - Es Z I_slow) */
double lull_nrs_under_drug(double baseline_nrs, double ef, double i_fast, double es, bool z, double i_slow);

LULL_END_C

#endif
