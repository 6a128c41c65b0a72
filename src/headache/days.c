/* The day-to-day chain: series of recorded days, transition counts, exact counts over a window, the fit. */
#include "lull/headache/days.h"

#include <math.h>

#include "lull/base/yaml.h"
#include "lull/num/math.h"

/* ---- series ------------------------------------------------------------------------------ */

int lull_series_of_diary(const struct lull_diary *diary, struct lull_arena *arena, struct lull_series *out,
			 struct lull_err *err)
{
	if (!diary->dated)
		return lull_fail(err, LULL_EUNSUPPORTED, "diary", "the entries have no dates, so days cannot follow each other");
	uint8_t *state = LULL_ARENA_NEW(arena, uint8_t, diary->n_days + 1);
	float *pain = LULL_ARENA_NEW(arena, float, diary->n_days + 1);
	if (!state || !pain)
		return lull_nomem(err);
	for (size_t i = 0; i < diary->n_days; i++) {
		const struct lull_diary_day *day = &diary->days[i];
		state[i] = day->state == LULL_DAY_MISSING  ? LULL_SERIES_MISSING :
			   day->state == LULL_DAY_HEADACHE ? LULL_SERIES_YES :
							     LULL_SERIES_NO;
		pain[i] = day->state == LULL_DAY_HEADACHE ? day->pain : NAN;
	}
	*out = (struct lull_series){ diary->first, diary->n_days, state, pain };
	return LULL_OK;
}

int lull_series_part(const struct lull_series *series, lull_day from, lull_day to, struct lull_arena *arena,
		     struct lull_series *out, struct lull_err *err)
{
	const size_t n = to > from ? (size_t)(to - from) : 0;
	uint8_t *state = LULL_ARENA_NEW(arena, uint8_t, n + 1);
	float *pain = LULL_ARENA_NEW(arena, float, n + 1);
	if (!state || !pain)
		return lull_nomem(err);
	for (size_t i = 0; i < n; i++) {
		const int64_t at = (int64_t)from + (int64_t)i - series->first;
		const bool inside = at >= 0 && at < (int64_t)series->n;
		state[i] = inside ? series->state[at] : LULL_SERIES_MISSING;
		pain[i] = inside && series->pain ? series->pain[at] : NAN;
	}
	*out = (struct lull_series){ from, n, state, series->pain ? pain : NULL };
	return LULL_OK;
}

/* ---- chain ------------------------------------------------------------------------------- */

double lull_chain_p01(const struct lull_chain *chain)
{
	return chain->pi * (1 - chain->rho);
}

double lull_chain_p11(const struct lull_chain *chain)
{
	return chain->pi + chain->rho * (1 - chain->pi);
}

bool lull_chain_valid(const struct lull_chain *chain)
{
	const double p01 = lull_chain_p01(chain), p11 = lull_chain_p11(chain);
	return chain->pi >= 0 && chain->pi <= 1 && p01 >= 0 && p01 <= 1 && p11 >= 0 && p11 <= 1;
}

static double whole_power(double x, int k)
{
	double product = 1;
	for (int i = 0; i < k; i++)
		product *= x;
	return product;
}

double lull_chain_after(const struct lull_chain *chain, int from, int k)
{
	return chain->pi + whole_power(chain->rho, k) * (from - chain->pi);
}

double lull_chain_count_variance(const struct lull_chain *chain, int n)
{
	const double pi = chain->pi, rho = chain->rho, one_day = pi * (1 - pi);
	if (rho == 1)
		return (double)n * n * one_day; /* every day like the first */
	const double limit = (1 + rho) / (1 - rho);
	const double ends = 2 * rho * (1 - whole_power(rho, n)) / (n * (1 - rho) * (1 - rho));
	return n * one_day * (limit - ends);
}

/* Forward over the days: at[s][c] = P(state s today, c counted so far). */
void lull_chain_count_probs(const struct lull_chain *chain, const bool *recorded, int n, double p_first,
			    double *probs)
{
	const double p01 = lull_chain_p01(chain), p11 = lull_chain_p11(chain);
	double at[2][LULL_CHAIN_MAX_WINDOW + 1] = { { 0 } };
	int counted = 0;
	at[0][0] = 1; /* the day before the window, made so that day 0 has p_first */
	for (int i = 0; i < n; i++) {
		const double from_free = i ? p01 : p_first, from_headache = i ? p11 : p_first;
		const int step = recorded[i] ? 1 : 0;
		counted += step;
		for (int c = counted; c >= 0; c--) { /* downwards: c - 1 still is yesterday's */
			const double free_less = c >= step ? at[0][c - step] : 0;
			const double headache_less = c >= step ? at[1][c - step] : 0;
			at[0][c] = at[0][c] * (1 - from_free) + at[1][c] * (1 - from_headache);
			at[1][c] = free_less * from_free + headache_less * from_headache;
		}
	}
	for (int c = 0; c <= n; c++)
		probs[c] = at[0][c] + at[1][c];
}

/* ---- priors ------------------------------------------------------------------------------ */

#define ROW(key_, member, type_, ...) \
	{ .key = key_, .type = type_, .offset = offsetof(struct S, member), .required = true, __VA_ARGS__ }
#define NUM(member, low, high, what_) ROW(#member, member, LULL_F_NUMBER, .min = (low), .max = (high), .what = (what_))
#define MARKED                                                                 \
	ROW("source", source, LULL_F_TEXT, .what = "keys of knowledge/sources"), \
	ROW("mark", mark, LULL_F_ENUM, .names = lull_mark_names, .what = "trust mark")

#define S lull_days_prior
static const struct lull_field days_fields[] = {
	NUM(share_a, 1, 1000, "pi ~ Beta(a, b)"),
	NUM(share_b, 1, 1000, "pi ~ Beta(a, b)"),
	NUM(rho_mean, -0.9, 0.99, "correlation of neighbouring days"),
	NUM(rho_sd, 0.01, 10, "its spread between people"),
	NUM(rho_low, -0.9, 0.9, "its lowest value"),
	NUM(rho_high, -0.8, 0.99, "its highest value"),
	ROW("history_days", history_days, LULL_F_INT, .min = 28, .max = 3660, .unit = "days",
	    .what = "days before a change that describe the person"),
	MARKED,
	{ 0 }
};
static void check_days(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct lull_days_prior *days = object;
	if (!(days->rho_low < days->rho_high))
		lull_node_diag(diags, doc, lull_node_get(node, "rho_low"), LULL_ERROR, "rho_low below rho_high", NULL,
			       "a range without room");
}
static const struct lull_schema days_schema = { "days", sizeof(struct S), days_fields, 0, check_days };
#undef S

#define S lull_pain_prior
static const struct lull_field pain_fields[] = {
	NUM(phi, 0, 0.99, "correlation of pain on neighbouring headache days"),
	NUM(pairs, 1, 1000, "pairs of days that the prior is worth"),
	NUM(mean, 0.1, 10, "pain of headache days"),
	NUM(sd, 0.1, 5, "its spread"),
	MARKED,
	{ 0 }
};
static const struct lull_schema pain_schema = { "pain", sizeof(struct S), pain_fields, 0, NULL };
#undef S

#define S lull_demo_prior
static const struct lull_field demo_fields[] = {
	NUM(share, 0.001, 0.999, "share of headache days"),
	NUM(rho, 0, 0.95, "correlation of neighbouring days"),
	NUM(migraine_frac, 0.001, 1, "of headache days"),
	NUM(acute_frac, 0.001, 1, "of headache days"),
	NUM(missing_frac, 0.001, 0.9, "of all days"),
	NUM(missing_rho, 0, 0.95, "how missing days cluster"),
	NUM(pain_mean, 0.1, 10, "pain of headache days"),
	NUM(pain_sd, 0.1, 5, "its spread"),
	MARKED,
	{ 0 }
};
static const struct lull_schema demo_schema = { "demo", sizeof(struct S), demo_fields, 0, NULL };
#undef S

#define S lull_chain_priors
static const struct lull_field priors_fields[] = {
	ROW("days", days, LULL_F_OBJECT, .sub = &days_schema, .what = "the chain"),
	ROW("pain", pain, LULL_F_OBJECT, .sub = &pain_schema, .what = "pain of headache days"),
	ROW("demo", demo, LULL_F_OBJECT, .sub = &demo_schema, .what = "demo diaries"),
	{ 0 }
};
static const struct lull_schema priors_schema = { "chains", sizeof(struct S), priors_fields, 1, NULL };
#undef S

int lull_chain_priors_load(const struct lull_files *files, struct lull_arena *arena, struct lull_chain_priors *out,
			   struct lull_diags *diags)
{
	static const char path[] = "chains.yaml";
	const struct lull_file *text = lull_files_get(files, path);
	struct lull_doc doc = { 0 };
	if (!text) {
		lull_diags_addf(diags, LULL_ERROR, path, 0, 0, "the file", NULL, "no file of that name");
		return LULL_ENOTFOUND;
	}
	const int rc = lull_yaml_read(text->bytes, text->n_bytes, path, arena, &doc, diags);
	return rc == LULL_OK ? lull_schema_bind(&doc, &priors_schema, arena, out, diags) : rc;
}

/* ---- counts ------------------------------------------------------------------------------ */

void lull_chain_count(const struct lull_series *series, struct lull_chain_counts *out)
{
	int last = -1, since = 0; /* state of the last recorded day, and how long ago */
	*out = (struct lull_chain_counts){ 0 };
	for (size_t i = 0; i < series->n; i++) {
		const int state = series->state[i];
		since++;
		if (state == LULL_SERIES_MISSING) {
			out->n_missing++;
			continue;
		}
		out->n_recorded++;
		out->n_yes += state == LULL_SERIES_YES;
		if (last >= 0 && since <= LULL_CHAIN_MAX_LAG)
			out->n[since][last][state]++;
		else
			out->begins[state]++;
		last = state;
		since = 0;
	}
}

static double weighted_log(double n, double p)
{
	if (n == 0)
		return 0;
	return p > 0 ? n * lull_log(p) : -INFINITY;
}

double lull_chain_log_likelihood(const struct lull_chain *chain, const struct lull_chain_counts *counts)
{
	double sum = weighted_log(counts->begins[1], chain->pi) + weighted_log(counts->begins[0], 1 - chain->pi);
	if (!lull_chain_valid(chain))
		return -INFINITY;
	for (int k = 1; k <= LULL_CHAIN_MAX_LAG; k++)
		for (int from = 0; from < 2; from++) {
			const double p = lull_chain_after(chain, from, k);
			sum += weighted_log(counts->n[k][from][1], p);
			sum += weighted_log(counts->n[k][from][0], 1 - p);
		}
	return sum;
}

/* ---- fit --------------------------------------------------------------------------------- */

static double log_prior(const struct lull_chain *chain, const struct lull_chain_priors *priors)
{
	const double z = (chain->rho - priors->days.rho_mean) / priors->days.rho_sd;
	return (priors->days.share_a - 1) * lull_log(chain->pi) + (priors->days.share_b - 1) * lull_log(1 - chain->pi) -
	       0.5 * z * z;
}

/* Log-posterior on the grid, then weights that sum to 1. */
static void weigh(struct lull_chain_fit *fit, const struct lull_chain_priors *priors)
{
	double highest = -INFINITY, total = 0;
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		for (int p = 0; p < LULL_CHAIN_N_PI; p++) {
			const struct lull_chain chain = { fit->pi[p], fit->rho[r] };
			double *w = &fit->weight[r][p];
			*w = lull_chain_log_likelihood(&chain, &fit->counts);
			if (*w > -INFINITY)
				*w += log_prior(&chain, priors);
			highest = *w > highest ? *w : highest;
		}
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		for (int p = 0; p < LULL_CHAIN_N_PI; p++) {
			double *w = &fit->weight[r][p];
			*w = *w > -INFINITY ? lull_exp(*w - highest) : 0;
			total += *w;
		}
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		for (int p = 0; p < LULL_CHAIN_N_PI; p++)
			fit->weight[r][p] /= total;
}

/* Where a distribution over the middles of equal cells reaches q, linear inside a cell. */
static double quantile(const double *middle, const double *weight, int n, double q)
{
	const double width = middle[1] - middle[0];
	double below = 0;
	for (int i = 0; i < n; i++) {
		if (below + weight[i] >= q && weight[i] > 0)
			return middle[i] + width * ((q - below) / weight[i] - 0.5);
		below += weight[i];
	}
	return middle[n - 1] + width / 2;
}

static void summarise(struct lull_chain_fit *fit)
{
	double of_pi[LULL_CHAIN_N_PI] = { 0 }, of_rho[LULL_CHAIN_N_RHO] = { 0 };
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		for (int p = 0; p < LULL_CHAIN_N_PI; p++) {
			of_pi[p] += fit->weight[r][p];
			of_rho[r] += fit->weight[r][p];
		}
	for (int p = 0; p < LULL_CHAIN_N_PI; p++)
		fit->mean.pi += of_pi[p] * fit->pi[p];
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		fit->mean.rho += of_rho[r] * fit->rho[r];
	fit->pi_low = quantile(fit->pi, of_pi, LULL_CHAIN_N_PI, 0.025);
	fit->pi_high = quantile(fit->pi, of_pi, LULL_CHAIN_N_PI, 0.975);
	fit->rho_low = quantile(fit->rho, of_rho, LULL_CHAIN_N_RHO, 0.025);
	fit->rho_high = quantile(fit->rho, of_rho, LULL_CHAIN_N_RHO, 0.975);
}

static bool has_pain(const struct lull_series *series, size_t i)
{
	return series->state[i] == LULL_SERIES_YES && series->pain[i] == series->pain[i];
}

/* Mean, spread and day-to-day correlation of pain on headache days, each drawn towards
 * the prior as if that were `pairs` more observations (the mean is the diary's own). */
static void fit_pain(struct lull_chain_fit *fit, const struct lull_series *series,
		     const struct lull_chain_priors *priors)
{
	double sum = 0, square = 0, product = 0;
	fit->pain_mean = priors->pain.mean;
	fit->pain_sd = priors->pain.sd;
	fit->pain_phi = priors->pain.phi;
	for (size_t i = 0; series->pain && i < series->n; i++)
		if (has_pain(series, i)) {
			sum += (double)series->pain[i];
			fit->n_pain_days++;
		}
	if (fit->n_pain_days == 0)
		return;
	fit->pain_mean = sum / fit->n_pain_days;
	for (size_t i = 0; i < series->n; i++) {
		if (!has_pain(series, i))
			continue;
		const double away = (double)series->pain[i] - fit->pain_mean;
		square += away * away;
		if (i + 1 < series->n && has_pain(series, i + 1)) {
			product += away * ((double)series->pain[i + 1] - fit->pain_mean);
			fit->n_pain_pairs++;
		}
	}
	const double w = priors->pain.pairs, days = fit->n_pain_days, pairs = fit->n_pain_pairs;
	fit->pain_sd = __builtin_sqrt((square + w * priors->pain.sd * priors->pain.sd) / (days - 1 + w));
	if (pairs > 0 && square > 0) {
		const double observed = lull_clamp(product / pairs / (square / days), -1, 1);
		fit->pain_phi = (pairs * observed + w * priors->pain.phi) / (pairs + w);
	}
}

int lull_chain_fit_new(const struct lull_series *series, const struct lull_chain_priors *priors,
		       struct lull_arena *arena, const struct lull_chain_fit **out, struct lull_err *err)
{
	struct lull_chain_fit *fit = LULL_ARENA_NEW(arena, struct lull_chain_fit, 1);
	*out = NULL;
	if (!fit)
		return lull_nomem(err);
	for (int p = 0; p < LULL_CHAIN_N_PI; p++)
		fit->pi[p] = (p + 0.5) / LULL_CHAIN_N_PI;
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		fit->rho[r] = priors->days.rho_low + (priors->days.rho_high - priors->days.rho_low) * (r + 0.5) / LULL_CHAIN_N_RHO;
	lull_chain_count(series, &fit->counts);
	weigh(fit, priors);
	summarise(fit);
	fit_pain(fit, series, priors);
	*out = fit;
	return LULL_OK;
}
