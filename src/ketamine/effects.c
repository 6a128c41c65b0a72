/* Effects: load their numbers, bind them to a model's curve, and the equations. */
#include "lull/ketamine/effects.h"

#include <math.h>
#include <string.h>

#include "lull/base/text.h"
#include "lull/base/units.h"
#include "lull/base/yaml.h"
#include "lull/num/dist.h"
#include "lull/num/math.h"

/* Molar mass of norketamine, g/mol (facts pharmacology, head); ng/mL over it is umol/L. */
static const double nk_g_per_mol = 223.70;

/* ------------------------------------------------------------------ loading */

#define AT(type, member) .offset = offsetof(struct type, member)

static const struct lull_field number_fields[] = {
	{ "name", LULL_F_TEXT, AT(lull_effect_number, name), .required = true },
	{ "value", LULL_F_NUMBER, AT(lull_effect_number, value), .required = true, .min = 0, .max = 1e5 },
	{ "low", LULL_F_NUMBER, AT(lull_effect_number, low), .min = 1e-6, .max = 1e5 },
	{ "high", LULL_F_NUMBER, AT(lull_effect_number, high), .min = 1e-6, .max = 1e5 },
	{ "note", LULL_F_TEXT, AT(lull_effect_number, note) },
	{ "source", LULL_F_TEXT, AT(lull_effect_number, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(lull_effect_number, mark), .required = true, .names = lull_mark_names },
	{ 0 }
};
static const struct lull_schema number_schema = { "number", sizeof(struct lull_effect_number), number_fields, 0,
						  NULL };

static const struct lull_field effects_fields[] = {
	{ "numbers", LULL_F_KEYED, AT(lull_effects, numbers), .count_offset = offsetof(struct lull_effects, n_numbers),
	  .required = true, .sub = &number_schema },
	{ "caveats", LULL_F_TEXTS, AT(lull_effects, caveats),
	  .count_offset = offsetof(struct lull_effects, n_caveats), .required = true },
	{ 0 }
};
static const struct lull_schema effects_schema = { "effects", sizeof(struct lull_effects), effects_fields, 1, NULL };

/* Names of the file and the members they fill; max is the largest value with a meaning.
 * An absent s_frac_of_total means that no bridge is declared. */
static const struct number_row {
	const char *name;
	size_t offset;
	bool may_be_zero, optional;
	double max;
} rows[] = {
	{ "fast_half_life_min", offsetof(struct lull_effects, ke0_per_h), false, false, 1e4 },
	{ "c50_fast_ng_per_ml", offsetof(struct lull_effects, c50_fast_ng_per_ml), false, false, 1e5 },
	{ "gamma_antinociception", offsetof(struct lull_effects, gamma_antinociception), false, false, 20 },
	{ "gamma_perception", offsetof(struct lull_effects, gamma_perception), false, false, 20 },
	{ "slow_half_life_day", offsetof(struct lull_effects, ks_per_h), false, false, 1e4 },
	{ "c50_slow_ng_per_ml", offsetof(struct lull_effects, c50_slow_ng_per_ml), false, false, 1e5 },
	{ "p_response_drug", offsetof(struct lull_effects, p_response_drug), true, false, 1 },
	{ "p_response_placebo", offsetof(struct lull_effects, p_response_placebo), true, false, 1 },
	{ "bp_max_mmhg", offsetof(struct lull_effects, bp_max_mmhg), true, false, 300 },
	{ "bp_c50_ng_per_ml", offsetof(struct lull_effects, bp_c50_ng_per_ml), false, false, 1e5 },
	{ "bp_gamma", offsetof(struct lull_effects, bp_gamma), false, false, 20 },
	{ "dbp_over_sbp", offsetof(struct lull_effects, dbp_over_sbp), true, false, 2 },
	{ "hr_bpm_per_ng_per_ml", offsetof(struct lull_effects, hr_bpm_per_ng_per_ml), true, false, 1 },
	{ "fu_ketamine", offsetof(struct lull_effects, fu_ketamine), false, false, 1 },
	{ "fu_norketamine", offsetof(struct lull_effects, fu_norketamine), false, false, 1 },
	{ "ic50_ketamine_umol_per_l", offsetof(struct lull_effects, ic50_ketamine_umol_per_l), false, false, 1e4 },
	{ "ic50_norketamine_umol_per_l", offsetof(struct lull_effects, ic50_norketamine_umol_per_l), false, false,
	  1e4 },
	{ "s_frac_of_total", offsetof(struct lull_effects, s_frac_of_total), false, true, 1 },
	{ "venous_lag_half_life_min", offsetof(struct lull_effects, venous_lag_h), false, false, 1e3 },
	{ "ef_low", offsetof(struct lull_effects, ef_low), true, false, 1 },
	{ "ef_high", offsetof(struct lull_effects, ef_high), true, false, 1 },
	{ "es_low", offsetof(struct lull_effects, es_low), true, false, 1 },
	{ "es_high", offsetof(struct lull_effects, es_high), true, false, 1 },
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct lull_effect_number *number_named(const struct lull_effects *e, const char *name)
{
	for (size_t i = 0; i < e->n_numbers; i++)
		if (!strcmp(e->numbers[i].name, name))
			return &e->numbers[i];
	return NULL;
}

static double *member_at(struct lull_effects *e, size_t offset)
{
	return (double *)(void *)((char *)e + offset);
}

static void check_unknown(const struct lull_effects *e, const struct lull_doc *doc, struct lull_diags *diags)
{
	const struct lull_node *map = lull_node_get(doc->root, "numbers");
	const char *known[N_ROWS + 1] = { 0 };

	for (int i = 0; i < N_ROWS; i++)
		known[i] = rows[i].name;
	for (size_t k = 0; k < e->n_numbers; k++) {
		bool found = false;
		for (int i = 0; i < N_ROWS; i++)
			found = found || !strcmp(rows[i].name, e->numbers[k].name);
		if (!found)
			lull_node_diag(diags, doc, lull_node_get(map, e->numbers[k].name), LULL_ERROR,
				       "a number that the effects use", lull_nearest_name(e->numbers[k].name, known),
				       "%s", e->numbers[k].name);
	}
}

static void fill_row(const struct number_row *row, struct lull_effects *e, const struct lull_doc *doc,
		     struct lull_diags *diags)
{
	const struct lull_effect_number *n = number_named(e, row->name);
	const struct lull_node *map = lull_node_get(doc->root, "numbers");

	*member_at(e, row->offset) = n ? n->value : NAN;
	if (!n) {
		if (!row->optional)
			lull_node_diag(diags, doc, map, LULL_ERROR, row->name, NULL, "no %s", row->name);
		return;
	}
	const struct lull_node *node = lull_node_get(map, row->name);
	if (n->value > row->max || (n->value == 0 && !row->may_be_zero))
		lull_node_diag(diags, doc, node, LULL_ERROR, "a value with a meaning for this number", NULL,
			       "%s out of its range", row->name);
	if (lull_is_nan(n->low) != lull_is_nan(n->high) || n->low > n->value || n->high < n->value)
		lull_node_diag(diags, doc, node, LULL_ERROR, "low <= value <= high, both or neither", NULL,
			       "limits of %s", row->name);
}

/* A 95 % interval that is symmetric on the log scale. */
static double log_sd_of(const struct lull_effects *e, const char *name)
{
	const struct lull_effect_number *n = number_named(e, name);

	if (!n || !(n->low > 0) || !(n->high > 0))
		return 0;
	return lull_log(n->high / n->low) / (2 * lull_normal_quantile(0.975));
}

static const double ln2 = 0x1.62e42fefa39efp-1;

/* Half-lives become rates; limits become standard deviations. */
static void derive(struct lull_effects *e)
{
	e->ke0_per_h = ln2 / lull_h_from_min(e->ke0_per_h);
	e->ks_per_h = ln2 / lull_h_from_day(e->ks_per_h);
	e->venous_lag_h = lull_h_from_min(e->venous_lag_h);
	e->c50_fast_log_sd = log_sd_of(e, "c50_fast_ng_per_ml");
	e->ke0_log_sd = log_sd_of(e, "fast_half_life_min");
	e->c50_slow_log_sd = log_sd_of(e, "c50_slow_ng_per_ml");
	e->ks_log_sd = log_sd_of(e, "slow_half_life_day");
}

int lull_effects_load(const struct lull_files *files, struct lull_arena *arena, struct lull_effects *out,
		      struct lull_diags *diags)
{
	static const char path[] = "ketamine/effects.yaml";
	const struct lull_file *file = lull_files_get(files, path);
	const size_t n_before = diags->n_errors;
	struct lull_doc doc;
	int rc;

	*out = (struct lull_effects){ 0 };
	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "the numbers of the effects", NULL, "no such file");
		return LULL_ENOTFOUND;
	}
	if ((rc = lull_yaml_read(file->bytes, file->n_bytes, path, arena, &doc, diags)))
		return rc;
	if ((rc = lull_schema_bind(&doc, &effects_schema, arena, out, diags)))
		return rc;
	check_unknown(out, &doc, diags);
	for (int i = 0; i < N_ROWS; i++)
		fill_row(&rows[i], out, &doc, diags);
	if (out->ef_low > out->ef_high || out->es_low > out->es_high)
		lull_node_diag(diags, &doc, lull_node_get(doc.root, "numbers"), LULL_ERROR,
			       "ef_low <= ef_high and es_low <= es_high", NULL, "a range upside down");
	if (diags->n_errors > n_before)
		return LULL_EPARSE;
	derive(out);
	return LULL_OK;
}

/* ------------------------------------------------------------------ binding to a curve */

static int refuse_site(struct lull_drive drive, struct lull_err *err)
{
	const int rc = lull_fail(err, LULL_EUNSUPPORTED, "effects",
				 "The fast effects were fitted to arterial S-ketamine; this model's curve is %s, so it may "
				 "not drive them.",
				 drive.site == LULL_VENOUS ? "venous, which peaks 30 to 40 % lower for the same dose" :
							     "of a site that its source does not state");
	lull_mend(err, "choose an arterial model (kamp2020_otto2021), or declare the bridge from a venous to an "
		       "arterial curve, which is then said in the report");
	return rc;
}

/* Add a sentence to the texts of a bridge, with a blank between; cut at the end of the array. */
static void say(struct lull_bridge *b, const char *text)
{
	size_t n = strlen(b->said);

	if (n > 0 && n + 1 < sizeof(b->said))
		b->said[n++] = ' ';
	const size_t room = sizeof(b->said) - 1 - n, more = strlen(text);
	memcpy(b->said + n, text, more < room ? more : room);
}

int lull_effects_bind(const struct lull_effects *effects, struct lull_drive drive, bool allow_site_bridge,
		      struct lull_bridge *out, struct lull_err *err)
{
	*out = (struct lull_bridge){ 0 };
	if (drive.moiety == LULL_NORKETAMINE)
		return lull_fail(err, LULL_EUNSUPPORTED, "effects",
				 "The effects follow S-ketamine; a norketamine curve may not drive them.");
	if (drive.moiety == LULL_TOTAL_KETAMINE && !(effects->s_frac_of_total > 0))
		return lull_fail(err, LULL_EUNSUPPORTED, "effects",
				 "The effects follow S-ketamine, this model's curve is of total ketamine, and "
				 "ketamine/effects.yaml declares no s_frac_of_total to bridge them.");
	if (drive.site != LULL_ARTERIAL && !allow_site_bridge)
		return refuse_site(drive, err);
	out->s_factor = drive.moiety == LULL_S_KETAMINE ? 1 : effects->s_frac_of_total;
	out->total_factor = drive.moiety == LULL_TOTAL_KETAMINE ? 1 : NAN;
	out->venous_lag_h = drive.site == LULL_ARTERIAL ? effects->venous_lag_h : 0;
	out->site_bridged = drive.site != LULL_ARTERIAL;
	if (drive.moiety == LULL_TOTAL_KETAMINE) {
		char frac[32];
		say(out, "S-ketamine over total ketamine is taken as");
		say(out, lull_num_text(frac, sizeof(frac), effects->s_frac_of_total, 3));
		say(out, "throughout.");
	} else {
		say(out, "Blood pressure and pulse are not forecast: they were related to total racemic ketamine, and "
			 "no conversion for esketamine was found.");
	}
	if (out->site_bridged)
		say(out, "The curve is not arterial but drives effects fitted to arterial levels: fast effects are "
			 "understated during and just after short infusions.");
	return LULL_OK;
}

/* ------------------------------------------------------------------ equations */

/* x^g / (c50^g + x^g) */
static double hill(double x, double c50, double g)
{
	if (!(x > 0))
		return lull_is_nan(x) ? x : 0;
	return 1 / (1 + lull_pow(c50 / x, g));
}

double lull_antinociception(const struct lull_effects *e, double ce_s_ng_per_ml)
{
	if (!(ce_s_ng_per_ml > 0))
		return lull_is_nan(ce_s_ng_per_ml) ? ce_s_ng_per_ml : 1;
	return 1 + lull_pow(ce_s_ng_per_ml / e->c50_fast_ng_per_ml, e->gamma_antinociception);
}

/* Ce / (C50 + Ce) is 0 at 0 and needs no power. */
double lull_fast_inhibition(const struct lull_effects *e, double ce_s_ng_per_ml)
{
	return ce_s_ng_per_ml / (e->c50_fast_ng_per_ml + ce_s_ng_per_ml);
}

double lull_slow_inhibition(const struct lull_effects *e, double cs_s_ng_per_ml)
{
	return cs_s_ng_per_ml / (e->c50_slow_ng_per_ml + cs_s_ng_per_ml);
}

double lull_perception_prob(const struct lull_effects *e, double ce_s_ng_per_ml)
{
	return hill(ce_s_ng_per_ml, e->c50_fast_ng_per_ml, e->gamma_perception);
}

double lull_pressure_rise_mmhg(const struct lull_effects *e, double c_total_ng_per_ml)
{
	return e->bp_max_mmhg * hill(c_total_ng_per_ml, e->bp_c50_ng_per_ml, e->bp_gamma);
}

double lull_hr_rise_bpm(const struct lull_effects *e, double c_total_ng_per_ml)
{
	return e->hr_bpm_per_ng_per_ml * c_total_ng_per_ml;
}

double lull_occupancy_frac(const struct lull_effects *e, double c_total_ng_per_ml, double c_nk_ng_per_ml)
{
	const double k_umol_per_l = c_total_ng_per_ml / LULL_KETAMINE_BASE_G_PER_MOL;
	const double n_umol_per_l = c_nk_ng_per_ml / nk_g_per_mol;
	const double x = e->fu_ketamine * k_umol_per_l / e->ic50_ketamine_umol_per_l +
			 e->fu_norketamine * n_umol_per_l / e->ic50_norketamine_umol_per_l;

	return x / (1 + x);
}

double lull_nrs_under_drug(double baseline_nrs, double ef, double i_fast, double es, bool z, double i_slow)
{
	return baseline_nrs * (1 - ef * i_fast) * (1 - (z ? es * i_slow : 0));
}
