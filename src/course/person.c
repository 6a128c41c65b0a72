/* A simulated person: drawn once, lived with drug and without (course/person.h).
 *
 *   NRS(t) = (B + change(t)) (1 - Ef I_fast(Ce)) (1 - Es Z I_slow(Cs))   within 0..10
 *
 * (facts pharmacology 5.4). change(t) holds the context response and the day-to-day
 * variation and is the same in both arms. */
#include "lull/course/person.h"

#include <math.h>

#include "lull/num/math.h"
#include "lull/num/random.h"

static struct lull_stream stream_for(const struct lull_person *p, enum lull_purpose purpose)
{
	return (struct lull_stream){ .seed = p->id.seed, .trial = p->id.trial, .replicate = p->id.replicate,
				     .patient = p->id.patient, .purpose = purpose };
}

static double spread(double value, double log_sd, double z)
{
	return log_sd > 0 ? value * lull_exp(log_sd * z) : value;
}

/* The published constants are known with error: one draw each, log-normal. */
static void sample_effects(const struct lull_effects *typical, struct lull_person *out)
{
	const struct lull_stream s = stream_for(out, LULL_FOR_EFFECT_PARAM);
	struct lull_effects e = *typical;

	e.ke0_per_h = spread(e.ke0_per_h, e.ke0_log_sd, lull_random_normal(&s, 0));
	e.c50_fast_ng_per_ml = spread(e.c50_fast_ng_per_ml, e.c50_fast_log_sd, lull_random_normal(&s, 1));
	e.ks_per_h = spread(e.ks_per_h, e.ks_log_sd, lull_random_normal(&s, 2));
	e.c50_slow_ng_per_ml = spread(e.c50_slow_ng_per_ml, e.c50_slow_log_sd, lull_random_normal(&s, 3));
	out->effects = e;
}

/* Ef and Es are assumed: uniform over the range that knowledge states. Untreated
 * responders are among the drug's responders: one uniform decides both. */
static void sample_weights(const struct lull_effects *e, struct lull_person *out)
{
	const struct lull_stream weight = stream_for(out, LULL_FOR_CHAIN_WEIGHT);
	const struct lull_stream responder = stream_for(out, LULL_FOR_RESPONDER);
	const double u = lull_random_uniform(&responder, 0);

	out->ef = e->ef_low + (e->ef_high - e->ef_low) * lull_random_uniform(&weight, 0);
	out->es = e->es_low + (e->es_high - e->es_low) * lull_random_uniform(&weight, 1);
	out->slow_responder = u < e->p_response_drug;
	out->keeps_context = u < e->p_response_placebo;
}

void lull_person_sample(const struct lull_model *model, const struct lull_model_factor *factor,
			const struct lull_effects *effects, const struct lull_course_priors *priors,
			const struct lull_like *like, bool scaled, uint64_t seed, uint64_t patient,
			struct lull_person *out)
{
	double z[LULL_PK_N] = { 0 };

	*out = (struct lull_person){ .id = { .seed = seed, .patient = patient } };
	const struct lull_stream eta = stream_for(out, LULL_FOR_PK_ETA);
	const struct lull_stream context = stream_for(out, LULL_FOR_CONTEXT);
	lull_random_normals(&eta, 0, model->n_params < LULL_PK_N ? model->n_params : LULL_PK_N, z);
	lull_model_individual(model, factor, like->weight_kg, scaled, z, &out->pk);
	sample_effects(effects, out);
	sample_weights(effects, out);
	out->context_fall_points = priors->context_fall_mean_points +
				   priors->context_fall_sd_points * lull_random_normal(&context, 0);
	out->baseline_nrs = like->baseline_nrs;
	out->usual_nrs = isnan(like->usual_nrs) ? like->baseline_nrs : like->usual_nrs;
	out->pain_sd_points = isnan(like->pain_sd_points) ? priors->pain_day_sd_points : like->pain_sd_points;
}

double lull_person_context_points(const struct lull_person *person, const struct lull_course_priors *priors,
				  double t_h, double end_h)
{
	if (t_h <= 0)
		return 0;
	const double arrived = lull_min(1, t_h / priors->context_onset_h);
	if (person->keeps_context || t_h <= end_h)
		return person->context_fall_points * arrived;
	return person->context_fall_points * arrived *
	       lull_exp(-0.69314718055994530942 * (t_h - end_h) / priors->context_half_life_h);
}

/* A stationary AR(1) started at the pain of day 0: mean and spread of day d given day 0. */
double lull_person_day_points(const struct lull_person *person, const struct lull_course_priors *priors, int day)
{
	if (day <= 0)
		return 0;
	const struct lull_stream pain = stream_for(person, LULL_FOR_PAIN);
	const double phi_d = lull_pow(priors->pain_day_phi, day);
	const double sd = person->pain_sd_points * sqrt(1 - phi_d * phi_d);

	return (person->usual_nrs - person->baseline_nrs) * (1 - phi_d) +
	       sd * lull_random_normal(&pain, (uint64_t)day);
}

double lull_person_nrs(const struct lull_person *person, double change_points, double ce_s_ng_per_ml,
		       double cs_s_ng_per_ml)
{
	const double i_fast = lull_fast_inhibition(&person->effects, ce_s_ng_per_ml);
	const double i_slow = lull_slow_inhibition(&person->effects, cs_s_ng_per_ml);
	const double base = lull_clamp(person->baseline_nrs + change_points, 0, 10);

	return lull_clamp(lull_nrs_under_drug(base, person->ef, i_fast, person->es, person->slow_responder, i_slow),
			  0, 10);
}
