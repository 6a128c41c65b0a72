/* Windows before and after a date, responders, and what this diary's own chain says about the change. */
#include "lull/headache/response.h"

#include <math.h>

#include "lull/base/yaml.h"
#include "lull/num/math.h"

/* ---- rules ------------------------------------------------------------------------------- */

#define AT(member) .offset = offsetof(struct lull_response_rules, member), .required = true
static const struct lull_field rules_fields[] = {
	{ .key = "responder_percent", .type = LULL_F_NUMBERS, AT(responder_percent),
	  .count_offset = offsetof(struct lull_response_rules, n_responders), .min = 1, .max = 100, .unit = "%",
	  .what = "falls that make a responder, rising" },
	{ .key = "intensity_points", .type = LULL_F_NUMBER, AT(intensity_points), .min = 0.1, .max = 10,
	  .what = "fall of mean pain that counts" },
	{ .key = "intensity_min_days", .type = LULL_F_NUMBER, AT(intensity_min_days), .min = 1, .max = 28,
	  .what = "headache days with pain needed in each window" },
	{ .key = "chronic_days", .type = LULL_F_NUMBER, AT(chronic_days), .min = 1, .max = 28,
	  .what = "headache days a month from which headache is chronic" },
	{ .key = "meaning", .type = LULL_F_TEXT, AT(meaning), .what = "what the probabilities say" },
	{ .key = "source", .type = LULL_F_TEXT, AT(source), .what = "keys of knowledge/sources" },
	{ .key = "mark", .type = LULL_F_ENUM, AT(mark), .names = lull_mark_names, .what = "trust mark" },
	{ 0 }
};

static void check_rules(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			struct lull_diags *diags)
{
	const struct lull_response_rules *rules = object;
	if (rules->n_responders != LULL_N_RESPONDERS)
		lull_node_diag(diags, doc, lull_node_get(node, "responder_percent"), LULL_ERROR, "four percentages", NULL,
			       "%zu of them", rules->n_responders);
}

static const struct lull_schema rules_schema = { "response", sizeof(struct lull_response_rules), rules_fields, 1,
						 check_rules };

int lull_response_rules_load(const struct lull_files *files, struct lull_arena *arena,
			     struct lull_response_rules *out, struct lull_diags *diags)
{
	static const char path[] = "response.yaml";
	const struct lull_file *text = lull_files_get(files, path);
	struct lull_doc doc = { 0 };
	if (!text) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "the file", NULL, "no file of that name");
		return LULL_ENOTFOUND;
	}
	const int rc = lull_yaml_read(text->bytes, text->n_bytes, path, arena, &doc, diags);
	return rc == LULL_OK ? lull_schema_bind(&doc, &rules_schema, arena, out, diags) : rc;
}

/* ---- windows ----------------------------------------------------------------------------- */

static int state_at(const struct lull_series *series, int64_t day)
{
	const int64_t at = day - series->first;
	return at >= 0 && at < (int64_t)series->n ? series->state[at] : LULL_SERIES_MISSING;
}

void lull_window_of(const struct lull_series *series, lull_day first, const struct lull_counting *counting,
		    struct lull_window *out)
{
	double pain = 0;
	*out = (struct lull_window){ .first = first, .n_days = (int)counting->month_days, .per_28 = NAN,
				     .mean_pain = NAN };
	for (int i = 0; i < out->n_days; i++) {
		const int state = state_at(series, (int64_t)first + i);
		out->n_recorded += state != LULL_SERIES_MISSING;
		if (state != LULL_SERIES_YES)
			continue;
		out->n_yes++;
		const float peak = series->pain ? series->pain[(int64_t)first + i - series->first] : NAN;
		if (!isnan(peak)) {
			pain += (double)peak;
			out->n_pain++;
		}
	}
	out->low = out->n_yes;
	out->high = out->n_yes + (out->n_days - out->n_recorded);
	out->trial_grade = out->n_recorded >= counting->trial_grade_days;
	if (out->n_recorded >= counting->prorate_min_days)
		out->per_28 = (double)out->n_yes * out->n_days / out->n_recorded;
	if (out->n_pain)
		out->mean_pain = pain / out->n_pain;
}

/* ---- responders -------------------------------------------------------------------------- */

/* A fall of percent of before or more. The small allowance is for prorated counts, whose
 * thirds and sevenths are not exact. */
static enum lull_answer fell_by(double percent, double before, double after)
{
	if (isnan(before) || isnan(after) || before <= 0)
		return LULL_UNKNOWN;
	return after <= before * (1 - percent / 100) + 1e-9 ? LULL_YES : LULL_NO;
}

static void judge_responders(const struct lull_response_rules *rules, struct lull_response *out)
{
	for (int i = 0; i < LULL_N_RESPONDERS; i++) {
		const double percent = rules->responder_percent[i];
		out->responder[i] = fell_by(percent, out->before.per_28, out->after.per_28);
		out->responder_strict[i] = out->responder[i] == LULL_YES ? LULL_YES : LULL_NO;
		out->responder_could_change[i] = fell_by(percent, out->before.high, out->after.low) !=
						 fell_by(percent, out->before.low, out->after.high);
	}
}

static void judge_intensity(const struct lull_response_rules *rules, struct lull_response *out)
{
	const struct lull_window *before = &out->before, *after = &out->after;
	out->intensity_change = NAN;
	out->intensity_response = LULL_UNKNOWN;
	if (before->n_pain < rules->intensity_min_days || after->n_pain < rules->intensity_min_days)
		return;
	out->intensity_change = after->mean_pain - before->mean_pain;
	out->intensity_response = out->intensity_change <= -rules->intensity_points ? LULL_YES : LULL_NO;
}

/* ---- is it real? ------------------------------------------------------------------------- */

double lull_chain_tail(const struct lull_chain_fit *fit, const bool *recorded, int n, int last_state, int gap,
		       int n_yes, int side, double *mean, double *sd)
{
	double tail = 0, first = 0, second = 0;
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		for (int p = 0; p < LULL_CHAIN_N_PI; p++) {
			const double w = fit->weight[r][p];
			const struct lull_chain chain = { fit->pi[p], fit->rho[r] };
			double probs[LULL_CHAIN_MAX_WINDOW + 1], part = 0, count = 0, square = 0;
			if (w < 1e-10)
				continue; /* 3200 of them change nothing in the sixth digit */
			lull_chain_count_probs(&chain, recorded, n,
					       last_state < 0 ? chain.pi : lull_chain_after(&chain, last_state, gap), probs);
			for (int c = 0; c <= n; c++) {
				count += c * probs[c];
				square += (double)c * c * probs[c];
				if (side < 0 ? c <= n_yes : c >= n_yes)
					part += probs[c];
			}
			tail += w * part;
			first += w * count;
			second += w * square;
		}
	if (mean)
		*mean = first;
	if (sd)
		*sd = __builtin_sqrt(lull_max(0, second - first * first));
	return lull_min(tail, 1);
}

/* Likelihood of the counts at each place of the grid, the largest being 1. */
static void likelihoods(const struct lull_chain_fit *grid, const struct lull_chain_counts *counts,
			double out[LULL_CHAIN_N_RHO][LULL_CHAIN_N_PI])
{
	double highest = -INFINITY;
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		for (int p = 0; p < LULL_CHAIN_N_PI; p++) {
			const struct lull_chain chain = { grid->pi[p], grid->rho[r] };
			out[r][p] = lull_chain_log_likelihood(&chain, counts);
			highest = lull_max(out[r][p], highest);
		}
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		for (int p = 0; p < LULL_CHAIN_N_PI; p++)
			out[r][p] = out[r][p] > -INFINITY ? lull_exp(out[r][p] - highest) : 0;
}

/* P = sum_rho f(rho) sum_{a < b} L_b(b, rho) L_a(a, rho) / the same over all a, b; a cell
 * against itself counts half. */
double lull_chain_prob_lower(const struct lull_chain_fit *before, const struct lull_chain_counts *after,
			     const struct lull_chain_priors *priors)
{
	double of_before[LULL_CHAIN_N_RHO][LULL_CHAIN_N_PI], of_after[LULL_CHAIN_N_RHO][LULL_CHAIN_N_PI];
	double lower = 0, all = 0;
	likelihoods(before, &before->counts, of_before);
	likelihoods(before, after, of_after);
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++) {
		const double z = (before->rho[r] - priors->days.rho_mean) / priors->days.rho_sd;
		const double f = lull_exp(-0.5 * z * z);
		double below = 0, sum_before = 0;
		for (int p = 0; p < LULL_CHAIN_N_PI; p++) {
			lower += f * of_before[r][p] * (below + of_after[r][p] / 2);
			below += of_after[r][p];
			sum_before += of_before[r][p];
		}
		all += f * sum_before * below;
	}
	return lower / all;
}

/* The last recorded day of a series and how many days before `day` it lies. */
static int last_recorded(const struct lull_series *series, lull_day day, int *gap)
{
	for (size_t i = series->n; i-- > 0;)
		if (series->state[i] != LULL_SERIES_MISSING) {
			*gap = (int)(day - (series->first + (lull_day)i));
			return series->state[i];
		}
	*gap = 0;
	return -1;
}

static void judge_chance(const struct lull_series *history, const struct lull_series *after,
			 const struct lull_chain_priors *priors, struct lull_response *out)
{
	bool recorded[LULL_CHAIN_MAX_WINDOW];
	struct lull_chain_counts counts;
	double mean, sd;
	int gap;
	const int n = out->after.n_days, n_yes = out->after.n_yes;
	const int last = last_recorded(history, out->after.first, &gap);
	for (int i = 0; i < n; i++)
		recorded[i] = after->state[i] != LULL_SERIES_MISSING;
	const double at_most = lull_chain_tail(out->fit, recorded, n, last, gap, n_yes, -1, &mean, &sd);
	const double per_day = (double)n / out->after.n_recorded;
	out->expected_per_28 = mean * per_day;
	out->expected_sd = sd * per_day;
	out->chance = n_yes <= mean ? at_most : lull_chain_tail(out->fit, recorded, n, last, gap, n_yes, 1, NULL, NULL);
	lull_chain_count(after, &counts);
	out->lower = lull_chain_prob_lower(out->fit, &counts, priors);
}

int lull_response_run(const struct lull_series *series, lull_day before_end, lull_day after_first,
		      const struct lull_response_rules *rules, const struct lull_counting *counting,
		      const struct lull_chain_priors *priors, struct lull_arena *arena, struct lull_response *out,
		      struct lull_err *err)
{
	struct lull_series history, after;
	const int month = (int)counting->month_days;
	if (after_first < before_end)
		return lull_fail(err, LULL_EDOMAIN, "after", "the window after begins before the one before has ended");
	*out = (struct lull_response){ .meaning = rules->meaning, .expected_per_28 = NAN, .expected_sd = NAN,
				       .chance = NAN, .lower = NAN };
	lull_window_of(series, before_end - month, counting, &out->before);
	lull_window_of(series, after_first, counting, &out->after);
	out->change = out->after.per_28 - out->before.per_28;
	out->percent = out->before.per_28 > 0 ? 100 * out->change / out->before.per_28 : NAN;
	out->change_low = out->after.low - out->before.high;
	out->change_high = out->after.high - out->before.low;
	judge_responders(rules, out);
	judge_intensity(rules, out);

	int rc = lull_series_part(series, before_end - priors->days.history_days, before_end, arena, &history, err);
	if (rc == LULL_OK)
		rc = lull_series_part(series, after_first, after_first + month, arena, &after, err);
	if (rc == LULL_OK)
		rc = lull_chain_fit_new(&history, priors, arena, &out->fit, err);
	if (rc != LULL_OK)
		return rc;
	out->n_history = out->fit->counts.n_recorded;
	if (out->n_history >= counting->prorate_min_days && !isnan(out->after.per_28))
		judge_chance(&history, &after, priors, out);
	return LULL_OK;
}

/* ---- chronic to episodic ----------------------------------------------------------------- */

void lull_conversion_of(const struct lull_series *series, lull_day before_end, lull_day after_first,
			const struct lull_response_rules *rules, const struct lull_counting *counting,
			struct lull_conversion *out)
{
	const int month = (int)counting->month_days;
	double sum = 0;
	*out = (struct lull_conversion){ 0 };
	lull_window_of(series, before_end - month, counting, &out->before);
	out->was_chronic = isnan(out->before.per_28)			 ? LULL_UNKNOWN :
			   out->before.per_28 >= rules->chronic_days ? LULL_YES :
								       LULL_NO;
	bool each = true, any_chronic = false;
	for (int m = 0; m < LULL_RESPONSE_MONTHS; m++) {
		lull_window_of(series, after_first + m * month, counting, &out->month[m]);
		const double per_28 = out->month[m].per_28;
		sum += per_28;
		each = each && per_28 < rules->chronic_days;
		any_chronic = any_chronic || per_28 >= rules->chronic_days;
	}
	out->mean_per_28 = sum / LULL_RESPONSE_MONTHS; /* NAN when a month is */
	out->by_mean = isnan(out->mean_per_28) ? LULL_UNKNOWN : out->mean_per_28 < rules->chronic_days ? LULL_YES : LULL_NO;
	out->in_each = any_chronic ? LULL_NO : each ? LULL_YES : LULL_UNKNOWN;
}

/* ---- classified days --------------------------------------------------------------------- */

int lull_series_of_classes(const struct lull_diary *diary, const struct lull_classification *classes,
			   enum lull_day_definition definition, struct lull_arena *arena, struct lull_series *out,
			   struct lull_err *err)
{
	const uint32_t bit = UINT32_C(1) << definition;
	if (!diary->dated)
		return lull_fail(err, LULL_EUNSUPPORTED, "diary", "the entries have no dates, so days cannot follow each other");
	uint8_t *state = LULL_ARENA_NEW(arena, uint8_t, classes->n_days + 1);
	float *pain = LULL_ARENA_NEW(arena, float, classes->n_days + 1);
	if (!state || !pain)
		return lull_nomem(err);
	for (size_t i = 0; i < classes->n_days; i++) {
		const struct lull_day_class *day = &classes->days[i];
		state[i] = day->yes & bit ? LULL_SERIES_YES : LULL_SERIES_NO;
		if (day->state == LULL_DAY_MISSING || (!(day->yes & bit) && (day->maybe & bit)))
			state[i] = LULL_SERIES_MISSING;
		pain[i] = diary->days[i].pain;
	}
	*out = (struct lull_series){ diary->first, classes->n_days, state, pain };
	return LULL_OK;
}
