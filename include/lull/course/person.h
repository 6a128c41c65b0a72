/* lull/course/person.h - one simulated person like this one: kinetics, effects, and pain with and without drug.
 *
 * Every person is drawn once from (seed, trial, replicate, patient) and can be lived
 * with a regimen or without drug on the same random numbers: context response and
 * day-to-day variation stand in both, the drug in one. Nothing here is calibrated; the
 * priors are knowledge/course.yaml and knowledge/models/effects.yaml, each with its mark. */
#ifndef LULL_COURSE_PERSON_H
#define LULL_COURSE_PERSON_H

#include "lull/base/files.h"
#include "lull/base/schema.h"
#include "lull/ketamine/effects.h"
#include "lull/ketamine/model.h"

LULL_BEGIN_C

/* What happens to pain without drug, and how it is judged. */
struct lull_course_priors {
	double context_fall_mean_points;  /* change during the visit without drug: mean ... */
	double context_fall_sd_points;    /* ... and spread between people                  */
	double context_onset_h;           /* it is complete this long after the start       */
	double context_half_life_h;       /* and then fades towards what is kept            */
	double pain_day_sd_points;        /* day-to-day spread of pain on headache days     */
	double pain_day_phi;              /* its correlation from one day to the next       */
	double response_points;           /* a response is a fall of at least this many points */
	const char *source;
	enum lull_mark mark;
};

/* knowledge/course.yaml */
LULL_NODISCARD int lull_course_priors_load(const struct lull_files *files, struct lull_arena *arena,
					   struct lull_course_priors *out, struct lull_diags *diags);

/* Who is being imitated. */
struct lull_like {
	double weight_kg;
	double baseline_nrs;      /* pain at the start, 0-10                                */
	double usual_nrs;         /* mean pain of this diary's headache days; NAN: as baseline */
	double pain_sd_points;    /* its spread; NAN: the prior's                           */
};

/* One person. effects holds this person's own constants. */
struct lull_person {
	struct lull_pk pk;
	struct lull_effects effects;
	double ef, es;            /* weights of the fast and slow chain on pain             */
	bool slow_responder;      /* Z of the slow chain under drug                         */
	bool keeps_context;       /* the untreated responder of the same mixture            */
	double context_fall_points; /* positive = less pain; same in both arms */
	double baseline_nrs, usual_nrs, pain_sd_points;
	struct {
		uint64_t seed, patient;
		uint32_t trial, replicate;
	} id;
};

/* Draw person number `patient`. factor belongs to model. scaled: use weight exponents. */
void lull_person_sample(const struct lull_model *model, const struct lull_model_factor *factor,
			const struct lull_effects *effects, const struct lull_course_priors *priors,
			const struct lull_like *like, bool scaled, uint64_t seed, uint64_t patient,
			struct lull_person *out);

/* Points that pain has fallen without any drug, t_h after the start of a course whose
 * input ends at end_h. May be negative (worse). */
double lull_person_context_points(const struct lull_person *person, const struct lull_course_priors *priors,
				  double t_h, double end_h);

/* This person's deviation from the start's pain on a headache day `day` whole days later, without
 * treatment: regression to the usual level plus day-to-day variation. 0 on day 0. */
double lull_person_day_points(const struct lull_person *person, const struct lull_course_priors *priors,
			      int day);

/* Pain 0-10 at one moment; ce and cs are the S-ketamine levels of the fast and the slow
 * effect site (0 without drug), change_points what happens without drug: day points minus context points. */
double lull_person_nrs(const struct lull_person *person, double change_points, double ce_s_ng_per_ml,
		       double cs_s_ng_per_ml);

LULL_END_C

#endif
