/* Observed levels: the file's schema, its checks, and what of a model they are compared with. */
#include "lull/ketamine/observed.h"

#include <string.h>

#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/num/math.h"

#define AT(type, member) .offset = offsetof(struct type, member)
#define LIST(type, member, count) AT(type, member), .count_offset = offsetof(struct type, count)

static const struct lull_field dose_fields[] = {
	{ "mg", LULL_F_NUMBER, AT(lull_std_dose, mg), .min = 0.001, .max = 10000, .unit = "mg" },
	{ "mg_per_kg", LULL_F_NUMBER, AT(lull_std_dose, mg_per_kg), .min = 0.0001, .max = 100, .unit = "mg/kg" },
	{ "at_min", LULL_F_NUMBER, AT(lull_std_dose, at_min), .min = 0, .max = 100000, .unit = "min" },
	{ "dur_min", LULL_F_NUMBER, AT(lull_std_dose, dur_min), .min = 0, .max = 100000, .unit = "min" },
	{ 0 }
};
static const struct lull_schema dose_schema = { "dose", sizeof(struct lull_std_dose), dose_fields, 0, NULL };

static const struct lull_field regimen_fields[] = {
	{ "id", LULL_F_TEXT, AT(lull_std_regimen, id), .required = true },
	{ "name", LULL_F_TEXT, AT(lull_std_regimen, name), .required = true },
	{ "input", LULL_F_TEXT, AT(lull_std_regimen, input), .required = true, .what = "iv, nasal ...: an input of the models" },
	{ "product", LULL_F_ENUM, AT(lull_std_regimen, product), .required = true, .names = lull_product_names },
	{ "weight_kg", LULL_F_NUMBER, AT(lull_std_regimen, weight_kg), .required = true, .min = 10, .max = 300, .unit = "kg" },
	{ "doses", LULL_F_LIST, LIST(lull_std_regimen, doses, n_doses), .required = true, .sub = &dose_schema },
	{ "until_h", LULL_F_NUMBER, AT(lull_std_regimen, until_h), .required = true, .min = 0.1, .max = 1000, .unit = "h" },
	{ "source", LULL_F_TEXT, AT(lull_std_regimen, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(lull_std_regimen, mark), .required = true, .names = lull_mark_names },
	{ 0 }
};
static const struct lull_schema regimen_schema = { "regimen", sizeof(struct lull_std_regimen), regimen_fields, 0, NULL };

static const struct lull_field observation_fields[] = {
	{ "id", LULL_F_TEXT, AT(lull_observation, id), .required = true },
	{ "label", LULL_F_TEXT, AT(lull_observation, label), .required = true },
	{ "regimen", LULL_F_TEXT, AT(lull_observation, regimen), .required = true },
	{ "moiety", LULL_F_ENUM, AT(lull_observation, moiety), .required = true, .names = lull_moiety_names },
	{ "site", LULL_F_ENUM, AT(lull_observation, site), .required = true, .names = lull_site_names },
	{ "n_people", LULL_F_INT, AT(lull_observation, n_people), .min = 1, .max = 100000 },
	{ "times_h", LULL_F_NUMBERS, LIST(lull_observation, times_h, n_times), .min = 0, .max = 10000, .unit = "h" },
	{ "conc_ng_per_ml", LULL_F_NUMBERS, LIST(lull_observation, conc_ng_per_ml, n_conc), .min = 0.0001, .max = 100000, .unit = "ng/mL" },
	{ "peak_ng_per_ml", LULL_F_NUMBER, AT(lull_observation, peak_ng_per_ml), .min = 0.0001, .max = 100000, .unit = "ng/mL" },
	{ "at_min", LULL_F_NUMBER, AT(lull_observation, at_min), .min = 0, .max = 100000, .unit = "min" },
	{ "geometric_sd", LULL_F_NUMBER, AT(lull_observation, geometric_sd), .min = 1, .max = 20 },
	{ "low_ng_per_ml", LULL_F_NUMBER, AT(lull_observation, low_ng_per_ml), .min = 0, .max = 100000, .unit = "ng/mL" },
	{ "high_ng_per_ml", LULL_F_NUMBER, AT(lull_observation, high_ng_per_ml), .min = 0, .max = 100000, .unit = "ng/mL" },
	{ "area_ng_h_per_ml", LULL_F_NUMBER, AT(lull_observation, area_ng_h_per_ml), .min = 0, .max = 1e7, .unit = "ng h/mL" },
	{ "until_h", LULL_F_NUMBER, AT(lull_observation, until_h), .min = 0.1, .max = 1000, .unit = "h" },
	{ "note", LULL_F_TEXT, AT(lull_observation, note) },
	{ "source", LULL_F_TEXT, AT(lull_observation, source), .required = true },
	{ "mark", LULL_F_ENUM, AT(lull_observation, mark), .required = true, .names = lull_mark_names },
	{ 0 }
};
static const struct lull_schema observation_schema = { "observation", sizeof(struct lull_observation), observation_fields, 0, NULL };

static const struct lull_field observed_fields[] = {
	{ "regimens", LULL_F_KEYED, LIST(lull_observed_set, regimens, n_regimens), .required = true, .sub = &regimen_schema },
	{ "observations", LULL_F_KEYED, LIST(lull_observed_set, items, n_items), .required = true, .sub = &observation_schema },
	{ 0 }
};
static const struct lull_schema observed_schema = { "observed levels", sizeof(struct lull_observed_set), observed_fields, 1, NULL };

/* ------------------------------------------------------------------ loading */

static const char *fault_of(const struct lull_observation *o)
{
	const bool has_curve = o->n_times > 0, has_peak = o->peak_ng_per_ml == o->peak_ng_per_ml,
		   has_range = o->low_ng_per_ml == o->low_ng_per_ml;

	if (has_curve + has_peak + has_range != 1)
		return "one of times_h, peak_ng_per_ml and low_ng_per_ml";
	if (o->n_times != o->n_conc)
		return "as many levels as times";
	for (size_t i = 1; i < o->n_times; i++)
		if (!(o->times_h[i] > o->times_h[i - 1]))
			return "times that rise";
	return has_range && !(o->high_ng_per_ml > o->low_ng_per_ml) ? "high_ng_per_ml above low_ng_per_ml" : NULL;
}

static void check(struct lull_observed_set *all, const struct lull_doc *doc, struct lull_diags *diags)
{
	const struct lull_node *regimens = lull_node_get(doc->root, "regimens"), *items = lull_node_get(doc->root, "observations");

	for (size_t i = 0; i < all->n_regimens; i++) {
		struct lull_std_dose *doses = (struct lull_std_dose *)all->regimens[i].doses;
		const struct lull_node *node = lull_node_get(regimens, all->regimens[i].id);
		for (size_t k = 0; k < all->regimens[i].n_doses; k++) {
			if ((doses[k].mg == doses[k].mg) == (doses[k].mg_per_kg == doses[k].mg_per_kg))
				lull_node_diag(diags, doc, node, LULL_ERROR, "mg or mg_per_kg for each dose", NULL, "a dose with both or neither");
			doses[k].at_min = lull_is_nan(doses[k].at_min) ? 0 : doses[k].at_min;
			doses[k].dur_min = lull_is_nan(doses[k].dur_min) ? 0 : doses[k].dur_min;
		}
	}
	for (size_t i = 0; i < all->n_items; i++) {
		struct lull_observation *o = (struct lull_observation *)&all->items[i];
		const struct lull_node *node = lull_node_get(items, o->id);
		const char *fault = fault_of(o);
		if (fault)
			lull_node_diag(diags, doc, node, LULL_ERROR, fault, NULL, "%s", o->id);
		for (o->i_regimen = 0; o->i_regimen < all->n_regimens; o->i_regimen++)
			if (strcmp(all->regimens[o->i_regimen].id, o->regimen) == 0)
				break;
		if (o->i_regimen == all->n_regimens)
			lull_node_diag(diags, doc, node, LULL_ERROR, "a regimen of this file", NULL, "regimen '%s'", o->regimen);
	}
}

int lull_observed_load(const struct lull_files *files, struct lull_arena *arena, struct lull_observed_set *out, struct lull_diags *diags)
{
	static const char path[] = "observed/ketamine.yaml";
	const struct lull_file *file = lull_files_get(files, path);
	const size_t n_before = diags->n_errors;
	struct lull_doc doc;
	int rc;

	*out = (struct lull_observed_set){ 0 };
	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "observed levels", NULL, "no such file");
		return LULL_ENOTFOUND;
	}
	if ((rc = lull_yaml_read(file->bytes, file->n_bytes, path, arena, &doc, diags)) != LULL_OK ||
	    (rc = lull_schema_bind(&doc, &observed_schema, arena, out, diags)) != LULL_OK)
		return rc;
	check(out, &doc, diags);
	return diags->n_errors > n_before ? LULL_EPARSE : LULL_OK;
}

/* ------------------------------------------------------------------ use */

const struct lull_std_regimen *lull_observed_regimen(const struct lull_observed_set *observed, const char *id)
{
	for (size_t i = 0; i < observed->n_regimens; i++)
		if (strcmp(observed->regimens[i].id, id) == 0)
			return &observed->regimens[i];
	return NULL;
}

const char *lull_observed_doses(const struct lull_std_regimen *regimen, double weight_kg, struct lull_arena *arena, double *mg)
{
	struct lull_buf text = { 0 };

	*mg = 0;
	for (size_t i = 0; i < regimen->n_doses; i++) {
		const struct lull_std_dose *d = &regimen->doses[i];
		const double amount = lull_is_nan(d->mg) ? d->mg_per_kg * weight_kg : d->mg;
		*mg += amount;
		lull_buf_printf(&text, "%scmt=%s amt=", i ? "; " : "", regimen->input);
		lull_buf_exact(&text, amount);
		if (d->dur_min > 0) {
			lull_buf_puts(&text, " dur=");
			lull_buf_exact(&text, d->dur_min);
			lull_buf_puts(&text, "min");
		}
		if (d->at_min > 0) {
			lull_buf_puts(&text, " time=");
			lull_buf_exact(&text, d->at_min);
			lull_buf_puts(&text, "min");
		}
	}
	const char *copy = lull_buf_status(&text, NULL) == LULL_OK ? lull_arena_strdup(arena, lull_buf_text(&text)) : NULL;
	lull_buf_clear(&text);
	return copy;
}

bool lull_observed_takes(const struct lull_std_regimen *regimen, const struct lull_pm *pm, int product, int *i_input)
{
	const struct lull_pm_info *info = lull_pm_info(pm);

	for (int i = 0; i < info->n_inputs; i++) {
		if (strcmp(info->inputs[i].name, regimen->input) != 0)
			continue;
		*i_input = i;
		return strcmp(regimen->input, "iv") == 0 || product == regimen->product;
	}
	return false;
}

int lull_observed_output(const struct lull_pm *pm, int moiety, int site)
{
	const struct lull_pm_info *info = lull_pm_info(pm);
	int found = -1;

	for (int o = 0; o < info->shape->n_outputs; o++) {
		const struct lull_drive *d = &info->output_drive[o];
		const bool is_parent = d->moiety == LULL_TOTAL_KETAMINE || d->moiety == LULL_S_KETAMINE;
		if (moiety == LULL_NORKETAMINE ? d->moiety != LULL_NORKETAMINE : !is_parent)
			continue;
		if ((int)d->site == site)
			return o;
		found = found < 0 ? o : found;
	}
	return found;
}

void lull_observed_errors(const struct lull_observation *o, const double *model, double *median, double *largest)
{
	double e[64];
	const size_t n = o->n_times < 64 ? o->n_times : 64;

	*median = *largest = (double)__builtin_nanf("");
	for (size_t i = 0; i < n; i++) { /* insertion: few points */
		const double r = model[i] / o->conc_ng_per_ml[i] - 1, a = r < 0 ? -r : r;
		size_t k = i;
		for (; k > 0 && e[k - 1] > a; k--)
			e[k] = e[k - 1];
		e[k] = a;
	}
	if (!n)
		return;
	*median = n % 2 ? e[n / 2] : 0.5 * (e[n / 2 - 1] + e[n / 2]);
	*largest = e[n - 1];
}
