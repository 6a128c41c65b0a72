/* Dosing weight, strengths, rounding down and how a container is made up. */
#include "lull/care/pump.h"

#include <math.h>

#include "lull/base/units.h"
#include "lull/num/math.h"
#include "fields.h"
#include "own.h"

#define W struct lull_weight_rule
static const struct lull_field weight_fields[] = {
	FIG(W, bmi_break), FIG(W, excess_frac), FIG(W, cap_kg), FIG(W, devine_male_kg), FIG(W, devine_female_kg),
	FIG(W, devine_kg_per_inch), FIG(W, adjusted_frac), FIG(W, bmi_low), FIG(W, bmi_high), FIG(W, change_frac),
	{ 0 },
};
static const struct lull_schema weight_schema = { .name = "weight", .size = sizeof(W), .fields = weight_fields };
#undef W

#define V struct lull_vial
static const struct lull_field vial_fields[] = {
	NUMBER(V, mg_per_ml, 1, 200, "mg/mL"), NUMBER(V, ml, 0.5, 100, "mL"), BOOL(V, undiluted_iv),
	TEXT(V, source), MARK(V), { 0 },
};
static void check_vial(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct lull_vial *vial = object;

	/* safety.md: 100 mg/mL cannot be chosen for undiluted intravenous use. */
	if (vial->undiluted_iv && vial->mg_per_ml >= 100)
		lull_node_diag(diags, doc, node, LULL_ERROR, "undiluted_iv: false",
			       "100 mg/mL must be diluted before intravenous use", "a strong vial for undiluted use");
}
const struct lull_schema lull_care__vial_schema = { .name = "vial", .size = sizeof(V), .fields = vial_fields,
						    .check = check_vial };
#undef V

#define S struct lull_standard_strength
static const struct lull_field standard_fields[] = {
	{ .key = "setting", .type = LULL_F_ENUM, .offset = offsetof(S, place), .required = true,
	  .names = lull_place_names },
	ENUM(S, route, lull_route_names), NUMBER(S, mg_per_ml, 0.1, 200, "mg/mL"), TEXT(S, source), MARK(S),
	{ 0 },
};
static const struct lull_schema standard_schema = { .name = "standard", .size = sizeof(S), .fields = standard_fields };
#undef S

#define K struct lull_pump_kb
static const struct lull_field pump_fields[] = {
	{ .key = "weight", .type = LULL_F_OBJECT, .offset = offsetof(K, weight), .required = true,
	  .sub = &weight_schema },
	LIST_AS(K, "vials", vials, n_vials, &lull_care__vial_schema, true),
	TEXTS_AS(K, "diluents", diluents, n_diluents, true), TEXT(K, diluent_source),
	{ .key = "diluent_mark", .type = LULL_F_ENUM, .offset = offsetof(K, diluent_mark), .required = true,
	  .names = lull_mark_names },
	NUMBERS_AS(K, "bags_ml", bags_ml, n_bags_ml, 10, 2000, "mL"),
	LIST_AS(K, "standard", standard, n_standard, &standard_schema, true),
	FIG(K, bolus_mg_per_ml), FIG(K, rate_increment_ml_per_h), FIG(K, rate_min_ml_per_h),
	FIG(K, rate_max_ml_per_h), FIG(K, startup_lag_below_ml_per_h), FIG(K, syringe_increment_ml),
	FIG(K, prime_ml), FIG(K, plan_valid_days), FIG(K, log_tolerance_frac), FIG(K, log_tolerance_mg),
	FIG(K, entry_factor_low),
	{ 0 },
};
static void check_pump(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct lull_pump_kb *kb = object;
	const struct lull_figure *steps[] = { &kb->rate_increment_ml_per_h, &kb->rate_min_ml_per_h,
					      &kb->rate_max_ml_per_h, &kb->syringe_increment_ml };

	for (size_t i = 0; i < 4; i++)
		if (!(steps[i]->value >= 0.001))
			lull_node_diag(diags, doc, node, LULL_ERROR, "pump steps and rates of at least 0.001", NULL,
				       "a pump step or rate of 0");
	if (!kb->n_bags_ml || !kb->n_vials)
		lull_node_diag(diags, doc, node, LULL_ERROR, "at least one vial and one container", NULL, "none");
	for (size_t i = 1; i < kb->n_bags_ml; i++)
		if (kb->bags_ml[i] <= kb->bags_ml[i - 1])
			lull_node_diag(diags, doc, node, LULL_ERROR, "bags_ml from small to large", NULL,
				       "bags_ml that do not rise");
}
static const struct lull_schema pump_schema = { .name = "pump", .size = sizeof(K), .fields = pump_fields,
						.version = 1, .check = check_pump };
#undef K

int lull_pump_load(const struct lull_files *files, struct lull_arena *arena, struct lull_pump_kb *out,
		   struct lull_diags *diags)
{
	return lull_care__bind(files, "pump.yaml", &pump_schema, arena, out, diags);
}

/* Devine: 50 (men) or 45.5 (women) + 2.3 kg an inch over 60. Recalled: shown, never dosed on. */
static double ideal_kg(const struct lull_weight_rule *rule, double height_cm, enum lull_body body)
{
	const double inches = height_cm / lull_cm_from_inch(1) - 60;
	const double base = body == LULL_BODY_MALE ? rule->devine_male_kg.value : rule->devine_female_kg.value;

	if (body == LULL_BODY_UNKNOWN || lull_is_nan(inches) || inches < 0) /* stated for 60 inches and above */
		return NAN;
	return base + rule->devine_kg_per_inch.value * inches;
}

void lull_dosing_weights(const struct lull_weight_rule *rule, double total_kg, double height_cm,
			 enum lull_body body, struct lull_dosing_weights *out)
{
	const double m2 = height_cm / 100 * (height_cm / 100);
	const double break_kg = rule->bmi_break.value * m2;
	const double ideal = ideal_kg(rule, height_cm, body);

	*out = (struct lull_dosing_weights){ .total_kg = total_kg, .height_cm = height_cm, .ideal_kg = ideal,
					     .adjusted_kg = ideal + rule->adjusted_frac.value * (total_kg - ideal),
					     .bmi = total_kg / m2, .dosing_kg = NAN };
	if (!(total_kg > 0) || !(height_cm > 0))
		return;
	double kg = total_kg > break_kg ? break_kg + rule->excess_frac.value * (total_kg - break_kg) : total_kg;
	out->is_capped = kg > rule->cap_kg.value;
	out->dosing_kg = lull_min(kg, rule->cap_kg.value);
}

double lull_standard_mg_per_ml(const struct lull_pump_kb *kb, enum lull_place place, enum lull_route route)
{
	for (size_t i = 0; i < kb->n_standard; i++)
		if (kb->standard[i].place == (int)place && kb->standard[i].route == (int)route)
			return kb->standard[i].mg_per_ml;
	return NAN;
}

double lull_round_down(double value, double step)
{
	const double n = value / step;

	if (!(n > 0) || n > 1e15)
		return n > 0 ? value : 0;
	const double whole = lull_care__floor(n);
	return (whole + 1 <= n * (1 + 1e-12) ? whole + 1 : whole) * step;
}

double lull_bag_size(const struct lull_pump_kb *kb, double need_ml)
{
	for (size_t i = 0; i < kb->n_bags_ml; i++)
		if (kb->bags_ml[i] >= need_ml)
			return kb->bags_ml[i];
	return kb->bags_ml[kb->n_bags_ml - 1];
}

/* Less left over; then fewer vials; then the weaker one. */
static bool is_better(const struct lull_bag *a, const struct lull_bag *b)
{
	if (fabs(a->vial_left_mg - b->vial_left_mg) > 1e-9)
		return a->vial_left_mg < b->vial_left_mg;
	return a->n_vials != b->n_vials ? a->n_vials < b->n_vials : a->vial_mg_per_ml < b->vial_mg_per_ml;
}

int lull_bag_make(const struct lull_pump_kb *kb, double ml, double mg_per_ml, struct lull_bag *out,
		  struct lull_err *err)
{
	bool found = false;

	if (!(ml > 0) || !(mg_per_ml > 0))
		return lull_fail(err, LULL_EDOMAIN, "container", "volume and strength are above 0");
	for (size_t i = 0; i < kb->n_vials; i++) {
		const struct lull_vial *v = &kb->vials[i];
		const bool is_undiluted = mg_per_ml >= v->mg_per_ml * (1 - 1e-12);
		if (mg_per_ml > v->mg_per_ml * (1 + 1e-12) || (is_undiluted && !v->undiluted_iv))
			continue;
		const double mg = ml * mg_per_ml, vial_mg = v->mg_per_ml * v->ml;
		const double n = lull_care__ceil(mg / vial_mg * (1 - 1e-12));
		const struct lull_bag bag = { .mg_per_ml = mg_per_ml, .ml = ml, .drug_mg = mg,
					      .drug_ml = mg / v->mg_per_ml,
					      .diluent_ml = is_undiluted ? 0 : ml - mg / v->mg_per_ml,
					      .vial_mg_per_ml = v->mg_per_ml, .vial_ml = v->ml, .n_vials = (int)n,
					      .vial_left_mg = lull_max(0, n * vial_mg - mg) };
		if (n > 1000)
			continue;
		if (!found || is_better(&bag, out))
			*out = bag;
		found = true;
	}
	if (!found)
		return lull_fail(err, LULL_EDOMAIN, "container", "no vial in stock makes %g mL of %g mg/mL", ml, mg_per_ml);
	return LULL_OK;
}
