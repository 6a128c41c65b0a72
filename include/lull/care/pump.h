/* lull/care/pump.h - what a pump really delivers: dosing weight, strengths, rounding, bags and vials.
 *
 * Everything rounds down to the pump's or syringe's step, so that what is delivered is
 * never above what was asked. mg and mL stand side by side. Pure arithmetic; the
 * numbers come from knowledge/pump.yaml and the site. */
#ifndef LULL_CARE_PUMP_H
#define LULL_CARE_PUMP_H

#include "lull/care/protocol.h"

LULL_BEGIN_C

struct lull_weight_rule {
	struct lull_figure bmi_break, excess_frac, cap_kg;
	struct lull_figure devine_male_kg, devine_female_kg, devine_kg_per_inch, adjusted_frac;
	struct lull_figure bmi_low, bmi_high, change_frac;
};

struct lull_vial {
	double mg_per_ml, ml;
	bool undiluted_iv;   /* may enter a vein as it is */
	const char *source;
	int mark;
};

struct lull_standard_strength {
	int place, route;
	double mg_per_ml;
	const char *source;
	int mark;
};

struct lull_pump_kb {
	struct lull_weight_rule weight;
	struct lull_vial *vials; size_t n_vials;
	const char *const *diluents; size_t n_diluents;
	const char *diluent_source;
	int diluent_mark;
	double *bags_ml; size_t n_bags_ml;
	struct lull_standard_strength *standard; size_t n_standard;
	struct lull_figure bolus_mg_per_ml;
	struct lull_figure rate_increment_ml_per_h, rate_min_ml_per_h, rate_max_ml_per_h;
	struct lull_figure startup_lag_below_ml_per_h, syringe_increment_ml, prime_ml;
	struct lull_figure plan_valid_days, log_tolerance_frac, log_tolerance_mg, entry_factor_low;
};

LULL_NODISCARD int lull_pump_load(const struct lull_files *files, struct lull_arena *arena,
				  struct lull_pump_kb *out, struct lull_diags *diags);

/* The three weights and the one that doses are reckoned on; NAN where height or sex is not
 * known. Continuous: total weight up to the break, then a share of the excess, capped. */
struct lull_dosing_weights {
	double total_kg, ideal_kg, adjusted_kg, dosing_kg, bmi, height_cm;
	bool is_capped;
};
enum lull_body { LULL_BODY_UNKNOWN, LULL_BODY_FEMALE, LULL_BODY_MALE };
void lull_dosing_weights(const struct lull_weight_rule *rule, double total_kg, double height_cm,
			 enum lull_body body, struct lull_dosing_weights *out);

/* The standard strength for a place and route; NAN when none is set. */
double lull_standard_mg_per_ml(const struct lull_pump_kb *kb, enum lull_place place, enum lull_route route);

/* value down to a whole number of steps; a value within 1e-12 of the next step keeps it. */
double lull_round_down(double value, double step);

/* One container and how it is made up. */
struct lull_bag {
	double mg_per_ml, ml;            /* final strength and volume          */
	double drug_mg, drug_ml;         /* drawn from vials                   */
	double diluent_ml;               /* drug_ml of it is taken out first   */
	double vial_mg_per_ml, vial_ml;
	int n_vials;                     /* for one container                  */
	double vial_left_mg;             /* stays in the vials of one container */
};

/* The container of ml at a strength from the vials that leave least over (then the fewest,
 * then the weakest). LULL_EDOMAIN when no vial can make it; a vial that must be
 * diluted is never used undiluted. */
LULL_NODISCARD int lull_bag_make(const struct lull_pump_kb *kb, double ml, double mg_per_ml,
				 struct lull_bag *out, struct lull_err *err);

/* The smallest listed container that holds need_ml, or the largest when none does. */
double lull_bag_size(const struct lull_pump_kb *kb, double need_ml);

/* The drug log's expected row: drawn = given + line + waste; opened = drawn + vial_left. */
struct lull_log_row {
	double opened_mg, drawn_mg, given_mg, line_mg, waste_mg, vial_left_mg;
	int n_vials;
};

LULL_END_C

#endif
