/* The tables that read a model file (docs/model-format.md). One schema for every model. */
#include "pm_int.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define LIST(type, member, count) AT(type, member), .count_offset = offsetof(struct type, count)
#define MARK(type)                                                                                                \
	{ "source", LULL_F_TEXT, AT(type, source), .what = "source key; the file's own without it" },             \
	{ "mark", LULL_F_ENUM, AT(type, mark), .names = lull_mark_names, .what = "the file's own without it" }

static const char *const form_names[] = { "power", "linear", "exponential", "category", "piecewise", NULL };
static const char *const scale_names[] = { "log_normal", "logit_normal", "normal", NULL };

static const struct lull_field depend_fields[] = {
	{ "on", LULL_F_TEXT, AT(pm_f_depend, on), .required = true, .what = "name of a covariate" },
	{ "form", LULL_F_ENUM, AT(pm_f_depend, form), .required = true, .names = form_names },
	{ "value", LULL_F_NUMBER, AT(pm_f_depend, value), .min = -1e6, .max = 1e6,
	  .what = "power, or change for each unit of the covariate" },
	{ "center", LULL_F_NUMBER, AT(pm_f_depend, center), .min = -1e6, .max = 1e6,
	  .what = "covariate of the person whom the parameter's value describes" },
	{ "levels", LULL_F_NUMBERS, LIST(pm_f_depend, levels, n_levels), .what = "category: values of the covariate" },
	{ "factors", LULL_F_NUMBERS, LIST(pm_f_depend, factors, n_factors), .min = 0, .max = 1e6,
	  .what = "category: factor at each of the levels; 1 at any other" },
	{ "knots", LULL_F_NUMBERS, LIST(pm_f_depend, knots, n_knots), .what = "piecewise: rising" },
	{ "slopes", LULL_F_NUMBERS, LIST(pm_f_depend, slopes, n_slopes),
	  .what = "piecewise: slope from each knot on, parameter's unit for one of the covariate's" },
	MARK(pm_f_depend),
	{ 0 }
};
static const struct lull_schema depend_schema = { "covariate effect", sizeof(struct pm_f_depend), depend_fields, 0, NULL };

static const struct lull_field param_fields[] = {
	{ "name", LULL_F_TEXT, AT(pm_f_param, name), .required = true },
	{ "value", LULL_F_NUMBER, AT(pm_f_param, value), .required = true, .min = -1e9, .max = 1e9 },
	{ "unit", LULL_F_TEXT, AT(pm_f_param, unit), .what = "L/h, 1/min, ng/mL ...; without one it is a plain number" },
	{ "label", LULL_F_TEXT, AT(pm_f_param, label) },
	{ "note", LULL_F_TEXT, AT(pm_f_param, note) },
	{ "depends", LULL_F_LIST, LIST(pm_f_param, depends, n_depends), .sub = &depend_schema,
	  .what = "how covariates change it" },
	MARK(pm_f_param),
	{ 0 }
};
static const struct lull_schema param_schema = { "parameter", sizeof(struct pm_f_param), param_fields, 0, NULL };

static const struct lull_field covariate_fields[] = {
	{ "name", LULL_F_TEXT, AT(pm_f_covariate, name), .required = true },
	{ "unit", LULL_F_TEXT, AT(pm_f_covariate, unit) },
	{ "label", LULL_F_TEXT, AT(pm_f_covariate, label) },
	{ "default", LULL_F_NUMBER, AT(pm_f_covariate, by_default), .min = -1e6, .max = 1e6,
	  .what = "of a person whose value is not given; without it every person's must be" },
	{ "min", LULL_F_NUMBER, AT(pm_f_covariate, min), .min = -1e6, .max = 1e6 },
	{ "max", LULL_F_NUMBER, AT(pm_f_covariate, max), .min = -1e6, .max = 1e6 },
	MARK(pm_f_covariate),
	{ 0 }
};
static const struct lull_schema covariate_schema = { "covariate", sizeof(struct pm_f_covariate), covariate_fields, 0,
						     NULL };

static const struct lull_field analyte_fields[] = {
	{ "name", LULL_F_TEXT, AT(pm_f_analyte, name), .required = true },
	{ "molar_mass_g_per_mol", LULL_F_NUMBER, AT(pm_f_analyte, molar_mass), .required = true, .min = 1, .max = 1e6,
	  .unit = "g/mol" },
	MARK(pm_f_analyte),
	{ 0 }
};
static const struct lull_schema analyte_schema = { "analyte", sizeof(struct pm_f_analyte), analyte_fields, 0, NULL };

static const struct lull_field compartment_fields[] = {
	{ "name", LULL_F_TEXT, AT(pm_f_compartment, name), .required = true },
	{ "volume", LULL_F_TEXT, AT(pm_f_compartment, volume), .what = "name of a parameter" },
	{ "analyte", LULL_F_TEXT, AT(pm_f_compartment, analyte), .what = "what is in it, for its molar mass" },
	{ 0 }
};
static const struct lull_schema compartment_schema = { "compartment", sizeof(struct pm_f_compartment),
						       compartment_fields, 0, NULL };

static const struct lull_field transit_fields[] = {
	{ "steps", LULL_F_INT, AT(pm_f_transit, steps), .required = true, .min = 1, .max = 12 },
	{ "mean_time", LULL_F_TEXT, AT(pm_f_transit, mean_time), .what = "parameter: mean time through all steps" },
	{ "rate", LULL_F_TEXT, AT(pm_f_transit, rate), .what = "parameter: rate of each step" },
	{ "name", LULL_F_TEXT, AT(pm_f_transit, name), .what = "so that something else may enter its first step" },
	{ 0 }
};
static const struct lull_schema transit_schema = { "transit", sizeof(struct pm_f_transit), transit_fields, 0, NULL };

static const struct lull_field flow_fields[] = {
	{ "from", LULL_F_TEXT, AT(pm_f_flow, from), .what = "compartment" },
	{ "to", LULL_F_TEXT, AT(pm_f_flow, to), .what = "compartment; without it the drug leaves" },
	{ "between", LULL_F_TEXTS, LIST(pm_f_flow, between, n_between), .what = "two compartments, both ways" },
	{ "clearance", LULL_F_TEXT, AT(pm_f_flow, clearance), .what = "parameter; over the volume it leaves" },
	{ "rate", LULL_F_TEXT, AT(pm_f_flow, rate), .what = "parameter, 1/time" },
	{ "rates", LULL_F_TEXTS, LIST(pm_f_flow, rates, n_rates), .what = "between: rate there and rate back" },
	{ "fraction", LULL_F_TEXTS, LIST(pm_f_flow, fraction, n_fraction),
	  .what = "parameters whose product is the part that arrives" },
	{ "transit", LULL_F_OBJECT, AT(pm_f_flow, transit), .sub = &transit_schema,
	  .present_offset = offsetof(struct pm_f_flow, has_transit) },
	{ 0 }
};
static const struct lull_schema flow_schema = { "flow", sizeof(struct pm_f_flow), flow_fields, 0, NULL };

static const struct lull_field filter_fields[] = {
	{ "name", LULL_F_TEXT, AT(pm_f_filter, name), .required = true },
	{ "of", LULL_F_TEXT, AT(pm_f_filter, of), .required = true, .what = "compartment or filter it follows" },
	{ "rate", LULL_F_TEXT, AT(pm_f_filter, rate), .what = "parameter, 1/time" },
	{ "half_life", LULL_F_TEXT, AT(pm_f_filter, half_life), .what = "parameter, time" },
	{ "integral", LULL_F_BOOL, AT(pm_f_filter, integral), .what = "true: area under it so far" },
	{ 0 }
};
static const struct lull_schema filter_schema = { "filter", sizeof(struct pm_f_filter), filter_fields, 0, NULL };

#define PART(type, in)                                                                                            \
	{ "to", LULL_F_TEXT, AT(type, in to), .what = "compartment" },                                            \
	{ "absorption", LULL_F_TEXT, AT(type, in absorption), .what = "parameter: first-order rate into it" },    \
	{ "lag", LULL_F_TEXT, AT(type, in lag), .what = "parameter, time" },                                      \
	{ "duration", LULL_F_TEXT, AT(type, in duration), .what = "parameter: zero-order entry over this time" }, \
	{ "rate", LULL_F_TEXT, AT(type, in rate), .what = "parameter: zero-order entry at this rate" },           \
	{ "fraction", LULL_F_TEXTS, LIST(type, in fraction, in n_fraction),                                       \
	  .what = "parameters whose product is the part of the dose" },                                           \
	{ "less", LULL_F_TEXTS, LIST(type, in less, in n_less),                                                   \
	  .what = "parameters whose product went elsewhere: times 1 - product" },                                 \
	{ "transit", LULL_F_OBJECT, AT(type, in transit), .sub = &transit_schema,                                 \
	  .present_offset = offsetof(struct type, in has_transit) }
static const struct lull_field part_fields[] = { PART(pm_f_part, ), { 0 } };
static const struct lull_schema part_schema = { "part of a dose", sizeof(struct pm_f_part), part_fields, 0, NULL };
static const struct lull_field input_fields[] = {
	{ "name", LULL_F_TEXT, AT(pm_f_input, name), .required = true },
	{ "label", LULL_F_TEXT, AT(pm_f_input, label) },
	PART(pm_f_input, one.),
	{ "parts", LULL_F_LIST, LIST(pm_f_input, parts, n_parts), .sub = &part_schema,
	  .what = "a dose that is split" },
	{ 0 }
};
static const struct lull_schema input_schema = { "input", sizeof(struct pm_f_input), input_fields, 0, NULL };

static const struct lull_field residual_fields[] = {
	{ "proportional", LULL_F_NUMBER, AT(pm_f_residual, proportional), .min = 0, .max = 10, .what = "sd over the value" },
	{ "additive", LULL_F_NUMBER, AT(pm_f_residual, additive), .min = 0, .max = 1e9, .what = "sd" },
	{ "log_sd", LULL_F_NUMBER, AT(pm_f_residual, log_sd), .min = 0, .max = 10, .what = "sd of the logarithm" },
	{ "unit", LULL_F_TEXT, AT(pm_f_residual, unit), .what = "of additive; the output's without it" },
	MARK(pm_f_residual),
	{ 0 }
};
static const struct lull_schema residual_schema = { "residual", sizeof(struct pm_f_residual), residual_fields, 0, NULL };

static const struct lull_field output_fields[] = {
	{ "name", LULL_F_TEXT, AT(pm_f_output, name), .required = true },
	{ "of", LULL_F_TEXT, AT(pm_f_output, of), .required = true, .what = "compartment or filter" },
	{ "unit", LULL_F_TEXT, AT(pm_f_output, unit), .what = "units.concentration without it" },
	{ "label", LULL_F_TEXT, AT(pm_f_output, label) },
	{ "moiety", LULL_F_ENUM, AT(pm_f_output, moiety), .names = lull_moiety_names, .absent_int = -1 },
	{ "site", LULL_F_ENUM, AT(pm_f_output, site), .names = lull_site_names, .absent_int = LULL_SITE_NOT_STATED },
	{ "residual", LULL_F_OBJECT, AT(pm_f_output, residual), .sub = &residual_schema,
	  .present_offset = offsetof(struct pm_f_output, has_residual) },
	{ 0 }
};
static const struct lull_schema output_schema = { "output", sizeof(struct pm_f_output), output_fields, 0, NULL };

static const struct lull_field effect_fields[] = {
	{ "name", LULL_F_TEXT, AT(pm_f_effect, name), .required = true },
	{ "kind", LULL_F_ENUM, AT(pm_f_effect, kind), .required = true, .names = lull_effect_kind_names },
	{ "drive", LULL_F_TEXT, AT(pm_f_effect, drive), .required = true, .what = "output that drives it" },
	{ "unit", LULL_F_TEXT, AT(pm_f_effect, unit) },
	{ "label", LULL_F_TEXT, AT(pm_f_effect, label) },
	{ "e0", LULL_F_TEXT, AT(pm_f_effect, e0) },
	{ "slope", LULL_F_TEXT, AT(pm_f_effect, slope) },
	{ "emax", LULL_F_TEXT, AT(pm_f_effect, emax) },
	{ "c50", LULL_F_TEXT, AT(pm_f_effect, c50) },
	{ "gamma", LULL_F_TEXT, AT(pm_f_effect, gamma) },
	{ "kin", LULL_F_TEXT, AT(pm_f_effect, kin), .what = "without it kout x r0" },
	{ "kout", LULL_F_TEXT, AT(pm_f_effect, kout) },
	{ "half_life", LULL_F_TEXT, AT(pm_f_effect, half_life), .what = "in place of kout" },
	{ "r0", LULL_F_TEXT, AT(pm_f_effect, r0), .what = "at the start; without it kin / kout" },
	{ "intercepts", LULL_F_TEXTS, LIST(pm_f_effect, intercepts, n_intercepts) },
	{ "residual", LULL_F_OBJECT, AT(pm_f_effect, residual), .sub = &residual_schema,
	  .present_offset = offsetof(struct pm_f_effect, has_residual) },
	{ 0 }
};
static const struct lull_schema effect_schema = { "effect", sizeof(struct pm_f_effect), effect_fields, 0, NULL };

static const struct lull_field block_fields[] = {
	{ "on", LULL_F_TEXTS, LIST(pm_f_block, on, n_on), .required = true, .what = "parameters" },
	{ "kind", LULL_F_ENUM, AT(pm_f_block, kind), .names = scale_names, .absent_int = PM_LOGNORMAL },
	{ "covariance", LULL_F_NUMBERS, LIST(pm_f_block, covariance, n_covariance), .min = -100, .max = 100,
	  .what = "lower triangle by rows" },
	{ "cv", LULL_F_NUMBER, AT(pm_f_block, cv), .min = 0, .max = 10, .what = "sd over mean, as a fraction" },
	{ "sd", LULL_F_NUMBER, AT(pm_f_block, sd), .min = 0, .max = 1e9, .what = "of the deviation" },
	{ "variance", LULL_F_NUMBER, AT(pm_f_block, variance), .min = 0, .max = 1e9, .what = "of the deviation" },
	MARK(pm_f_block),
	{ 0 }
};
static const struct lull_schema block_schema = { "variability", sizeof(struct pm_f_block), block_fields, 0, NULL };

static const struct lull_field uncertainty_fields[] = {
	{ "on", LULL_F_TEXTS, LIST(pm_f_uncertainty, on, n_on), .what = "parameters" },
	{ "kind", LULL_F_ENUM, AT(pm_f_uncertainty, kind), .names = scale_names, .absent_int = PM_NORMAL },
	{ "covariance", LULL_F_NUMBERS, LIST(pm_f_uncertainty, covariance, n_covariance), .min = -1e9, .max = 1e9,
	  .what = "lower triangle by rows" },
	{ "samples", LULL_F_TEXT, AT(pm_f_uncertainty, samples), .what = "CSV file beside this one, a column a parameter" },
	MARK(pm_f_uncertainty),
	{ 0 }
};
static const struct lull_schema uncertainty_schema = { "uncertainty", sizeof(struct pm_f_uncertainty),
						       uncertainty_fields, 0, NULL };

static const struct lull_field range_fields[] = {
	{ "conc_max_ng_per_ml", LULL_F_NUMBER, AT(pm_f_range, conc_max_ng_per_ml), .min = 1, .max = 1e5, .unit = "ng/mL" },
	{ "dur_max_h", LULL_F_NUMBER, AT(pm_f_range, dur_max_h), .min = 0.01, .max = 1e4, .unit = "h" },
	{ "weight_min_kg", LULL_F_NUMBER, AT(pm_f_range, weight_min_kg), .min = 1, .max = 300, .unit = "kg" },
	{ "weight_max_kg", LULL_F_NUMBER, AT(pm_f_range, weight_max_kg), .min = 1, .max = 300, .unit = "kg" },
	MARK(pm_f_range),
	{ 0 }
};
static const struct lull_schema range_schema = { "range", sizeof(struct pm_f_range), range_fields, 0, NULL };

static const struct lull_field unit_fields[] = {
	{ "time", LULL_F_TEXT, AT(pm_f_units, time), .required = true, .what = "h, min or d" },
	{ "amount", LULL_F_TEXT, AT(pm_f_units, amount), .required = true, .what = "mg, mcg, nmol ..." },
	{ "concentration", LULL_F_TEXT, AT(pm_f_units, concentration), .required = true, .what = "ng/mL, mg/L ..." },
	{ 0 }
};
static const struct lull_schema units_schema = { "units", sizeof(struct pm_f_units), unit_fields, 0, NULL };

static const struct lull_field file_fields[] = {
	{ "id", LULL_F_TEXT, AT(pm_file, id), .required = true },
	{ "name", LULL_F_TEXT, AT(pm_file, name), .required = true },
	{ "about", LULL_F_TEXT, AT(pm_file, about) },
	{ "units", LULL_F_OBJECT, AT(pm_file, units), .required = true, .sub = &units_schema,
	  .what = "units: { time: h, amount: mg, concentration: ng/mL }" },
	{ "product", LULL_F_ENUM, AT(pm_file, product), .names = lull_product_names, .absent_int = -1 },
	{ "adult", LULL_F_BOOL, AT(pm_file, adult), .what = "true: the guard on adult clearance of ketamine applies" },
	{ "forecast", LULL_F_BOOL, AT(pm_file, forecast), .what = "true: the pathway may forecast infusions with it" },
	{ "covariates", LULL_F_KEYED, LIST(pm_file, covariates, n_covariates), .sub = &covariate_schema },
	{ "analytes", LULL_F_KEYED, LIST(pm_file, analytes, n_analytes), .sub = &analyte_schema },
	{ "parameters", LULL_F_KEYED, LIST(pm_file, params, n_params), .required = true, .sub = &param_schema },
	{ "compartments", LULL_F_KEYED, LIST(pm_file, compartments, n_compartments), .required = true,
	  .sub = &compartment_schema },
	{ "flows", LULL_F_LIST, LIST(pm_file, flows, n_flows), .required = true, .sub = &flow_schema },
	{ "filters", LULL_F_KEYED, LIST(pm_file, filters, n_filters), .sub = &filter_schema },
	{ "inputs", LULL_F_KEYED, LIST(pm_file, inputs, n_inputs), .required = true, .sub = &input_schema },
	{ "default_input", LULL_F_TEXT, AT(pm_file, default_input), .what = "where a dose without CMT goes; the first without it" },
	{ "outputs", LULL_F_KEYED, LIST(pm_file, outputs, n_outputs), .required = true, .sub = &output_schema },
	{ "effects", LULL_F_KEYED, LIST(pm_file, effects, n_effects), .sub = &effect_schema },
	{ "variability", LULL_F_LIST, LIST(pm_file, variability, n_variability), .sub = &block_schema,
	  .what = "between people" },
	{ "occasions", LULL_F_LIST, LIST(pm_file, occasions, n_occasions), .sub = &block_schema,
	  .what = "between occasions of a person" },
	{ "uncertainty", LULL_F_OBJECT, AT(pm_file, uncertainty), .sub = &uncertainty_schema,
	  .present_offset = offsetof(struct pm_file, has_uncertainty) },
	{ "range", LULL_F_OBJECT, AT(pm_file, range), .sub = &range_schema,
	  .present_offset = offsetof(struct pm_file, has_range), .what = "on what it was fitted" },
	{ "caveats", LULL_F_TEXTS, LIST(pm_file, caveats, n_caveats) },
	MARK(pm_file),
	{ 0 }
};
const struct lull_schema lull_pm__schema = { "model", sizeof(struct pm_file), file_fields, 2, NULL };
