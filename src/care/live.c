/* One simulated person under a rule that responds to pain (care/live.h). */
#include "lull/care/live.h"

#include <math.h>

#include "lull/num/math.h"

struct lull_follow lull_live_followers(const struct lull_person *person)
{
	return (struct lull_follow){ .n_filters = LULL_LIVE_N_SITES,
				     .k_per_h = { [LULL_LIVE_FAST] = person->effects.ke0_per_h,
						  [LULL_LIVE_SLOW] = person->effects.ks_per_h } };
}

double lull_live_nrs(const struct lull_person *person, const struct lull_course_priors *priors, double t_h, double end_h,
		     double ce_s_ng_per_ml, double cs_s_ng_per_ml)
{
	return lull_person_nrs(person, -lull_person_context_points(person, priors, t_h, end_h), ce_s_ng_per_ml,
			       cs_s_ng_per_ml);
}

/* Close the interval [since, t) at the rate in force. */
static void push_rate(struct lull_input *in, double t_h, double rate_mg_per_h)
{
	if (in->n && in->t_h[in->n - 1] >= t_h)
		in->n--;
	in->t_h[in->n] = t_h;
	in->rate_mg_per_h[in->n] = rate_mg_per_h;
	in->bolus_mg[in->n++] = 0;
}

/* What a nurse would see of this person now: pain; everything else is assumed to cross no line. */
static struct lull_rule_obs look(const struct lull_live_ask *ask, const struct lull_person *p,
				 const struct lull_modes *modes, const struct lull_kin_state *kin)
{
	const double s_factor = ask->bridge->s_factor;
	const double ce = s_factor * lull_kin_filter_ng_per_ml(modes, kin, LULL_LIVE_FAST);
	const double cs = s_factor * lull_kin_filter_ng_per_ml(modes, kin, LULL_LIVE_SLOW);
	struct lull_rule_obs obs = {
		.t_h = kin->t_h, .nrs = lull_live_nrs(p, ask->priors, kin->t_h, ask->rule->max_dur_h, ce, cs),
		.baseline_nrs = p->baseline_nrs, .moaas = NAN, .sbp_mmhg = NAN, .dbp_mmhg = NAN, .hr_per_min = NAN,
		.spo2_pct = NAN, .dissociation = NAN,
	};

	lull_rule_assume_inside(&obs);
	return obs;
}

int lull_live_rule(const struct lull_live_ask *ask, const struct lull_person *p, const struct lull_modes *modes,
		   struct lull_live *out, struct lull_err *err)
{
	struct lull_kin_state kin = { 0 };
	struct lull_rule_state state = { 0 };
	int rc = lull_rule_start(ask->rule, ask->dosing_weight_kg, 0, &state, err);
	double rate = state.rate_mg_per_kg_per_h * ask->dosing_weight_kg;

	if (rc != LULL_OK)
		return rc;
	out->input.n = 0;
	out->input.total_mg = 0;
	out->hours_to_target = out->rate_at_target_mg_per_kg_per_h = NAN;
	push_rate(&out->input, 0, rate);
	double look_h = LULL_LIVE_LOOK_LEAST_H;
	for (int k = 0; k < LULL_LIVE_MAX_LOOKS && state.phase != LULL_RULE_ENDED; k++) {
		struct lull_rule_decision d = { 0 };
		const double dt_h = look_h - kin.t_h;
		lull_kin_advance(modes, rate, dt_h, &kin);
		out->input.total_mg += rate * dt_h;
		const struct lull_rule_obs obs = look(ask, p, modes, &kin);
		out->fall_with = p->baseline_nrs - obs.nrs;
		out->fall_without = p->baseline_nrs - lull_live_nrs(p, ask->priors, kin.t_h, ask->rule->max_dur_h, 0, 0);
		lull_rule_step(ask->rule, ask->dosing_weight_kg, &obs, &state, &d);
		if (lull_is_nan(out->hours_to_target) && state.phase == LULL_RULE_AT_TARGET) {
			out->hours_to_target = kin.t_h;
			out->rate_at_target_mg_per_kg_per_h = state.rate_mg_per_kg_per_h;
		}
		rate = state.phase == LULL_RULE_ENDED ? 0 : d.rate_mg_per_kg_per_h * ask->dosing_weight_kg;
		push_rate(&out->input, kin.t_h, rate);
		look_h = lull_max(kin.t_h + LULL_LIVE_LOOK_LEAST_H, lull_min(d.next_look_h, kin.t_h + LULL_LIVE_LOOK_MOST_H));
	}
	push_rate(&out->input, kin.t_h, 0);
	out->input.end_h = out->end_h = kin.t_h;
	return LULL_OK;
}

int lull_live_course(const struct lull_live_ask *ask, const struct lull_person *p, const struct lull_modes *modes,
		     const struct lull_live *live, const double *t_h, size_t n, double *parent_ng_per_ml,
		     double *nk_ng_per_ml, double *rate_mg_per_kg_per_h, double *nrs_with, double *nrs_without,
		     double *scratch, struct lull_err *err)
{
	const double s_factor = ask->bridge->s_factor;
	const double *ce = scratch + LULL_LIVE_FAST * n, *cs = scratch + LULL_LIVE_SLOW * n;
	const int rc = lull_kin_curves_of(modes, &live->input, t_h, n, parent_ng_per_ml, nk_ng_per_ml, scratch, NULL, err);

	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (rate_mg_per_kg_per_h)
			rate_mg_per_kg_per_h[i] = lull_input_rate_at(&live->input, t_h[i]) / ask->dosing_weight_kg;
		if (nrs_with)
			nrs_with[i] = lull_live_nrs(p, ask->priors, t_h[i], live->end_h, s_factor * ce[i], s_factor * cs[i]);
		if (nrs_without)
			nrs_without[i] = lull_live_nrs(p, ask->priors, t_h[i], live->end_h, 0, 0);
	}
	return LULL_OK;
}
