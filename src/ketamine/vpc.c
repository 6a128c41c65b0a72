/* Bins, percentiles with censored values, and their spread over replicates (vpc.h). */
#include "lull/ketamine/vpc.h"

#include <math.h>
#include <string.h>

#include "lull/num/math.h"
#include "lull/num/sum.h"

double lull_vpc_quantile(const double *rising, size_t n, double p)
{
	if (!n)
		return NAN;
	const double at = (double)(n - 1) * p;
	const size_t i = (size_t)at;
	const double frac = at - (double)i;

	if (i + 1 >= n || frac <= 0)
		return rising[i < n ? i : n - 1];
	return rising[i] == -INFINITY ? -INFINITY : rising[i] + frac * (rising[i + 1] - rising[i]);
}

/* ---- bins ---- */

static bool is_in(const struct lull_vpc_obs *o, int stratum)
{
	return !o->is_out && o->stratum == stratum;
}

static size_t times_of(const struct lull_vpc *v, int stratum, double *x)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_obs; i++)
		if (is_in(&v->obs[i], stratum))
			x[n++] = v->obs[i].x;
	lull_sort(x, n);
	return n;
}

static size_t n_different(const double *rising, size_t n)
{
	size_t k = n > 0;

	for (size_t i = 1; i < n; i++)
		k += rising[i] > rising[i - 1];
	return k;
}

/* Edges between neighbouring times, after about every n / n_bins observations. */
static size_t equal_edges(const double *x, size_t n, size_t n_bins, double *edges)
{
	size_t n_edges = 0;

	edges[n_edges++] = x[0];
	for (size_t i = 1; i < n && n_edges < n_bins; i++) {
		const bool is_due = i * n_bins >= n_edges * n;
		if (x[i] > x[i - 1] && is_due)
			edges[n_edges++] = x[i - 1] + (x[i] - x[i - 1]) / 2;
	}
	edges[n_edges++] = x[n - 1];
	return n_edges;
}

/* Each time its own bin: edges half-way between. */
static size_t own_edges(const double *x, size_t n, double *edges)
{
	size_t n_edges = 0;

	edges[n_edges++] = x[0];
	for (size_t i = 1; i < n; i++)
		if (x[i] > x[i - 1])
			edges[n_edges++] = x[i - 1] + (x[i] - x[i - 1]) / 2;
	edges[n_edges++] = x[n - 1];
	return n_edges;
}

static void add_bins(struct lull_vpc *v, int stratum, const double *edges, size_t n_edges)
{
	int number = 0;

	for (size_t i = 0; i + 1 < n_edges; i++)
		v->bins[v->n_bins++] = (struct lull_vpc_bin){ .stratum = stratum, .number = ++number, .from = edges[i],
							      .to = edges[i + 1] };
}

static int make_bins(struct lull_vpc *v, double *x, struct lull_err *err)
{
	const size_t most = (size_t)v->n_strata * (LULL_VPC_MAX_BINS + 1);
	double edges[LULL_VPC_MAX_BINS + 2];

	v->bins = LULL_ARENA_NEW(v->arena, struct lull_vpc_bin, most);
	if (!v->bins)
		return lull_nomem(err);
	for (int s = 0; s < v->n_strata; s++) {
		const size_t n = times_of(v, s, x);
		if (!n)
			continue;
		if (v->n_edges)
			add_bins(v, s, v->edges, v->n_edges);
		else if (!v->n_asked && n_different(x, n) <= LULL_VPC_EACH_TIME)
			add_bins(v, s, edges, own_edges(x, n, edges));
		else
			add_bins(v, s, edges, equal_edges(x, n, v->n_asked ? (size_t)v->n_asked : LULL_VPC_BINS, edges));
	}
	return LULL_OK;
}

/* Which bin an observation lies in; the last of a stratum holds its end. */
static size_t bin_of(const struct lull_vpc *v, const struct lull_vpc_obs *o)
{
	for (size_t b = 0; b < v->n_bins; b++) {
		const struct lull_vpc_bin *bin = &v->bins[b];
		const bool is_last = b + 1 == v->n_bins || v->bins[b + 1].stratum != bin->stratum;
		if (bin->stratum == o->stratum && o->x >= bin->from && (o->x < bin->to || (is_last && o->x <= bin->to)))
			return b;
	}
	return SIZE_MAX;
}

/* Observations of a bin one after the other: index[first[b]] .. index[first[b + 1] - 1]. */
struct sorted {
	size_t *index, *first;
	double *factor;   /* of each observation: prediction correction */
	double *scratch;  /* as many as there are observations */
	double *of_rep;   /* n_rep values                      */
};

static int sort_into_bins(struct lull_vpc *v, struct sorted *s, struct lull_err *err)
{
	size_t *bin = LULL_ARENA_NEW(v->arena, size_t, v->n_obs + 1);

	s->index = LULL_ARENA_NEW(v->arena, size_t, v->n_obs + 1);
	s->first = LULL_ARENA_NEW(v->arena, size_t, v->n_bins + 2);
	if (!bin || !s->index || !s->first)
		return lull_nomem(err);
	for (size_t i = 0; i < v->n_obs; i++) {
		bin[i] = v->obs[i].is_out ? SIZE_MAX : bin_of(v, &v->obs[i]);
		if (bin[i] != SIZE_MAX)
			s->first[bin[i] + 2]++;
	}
	for (size_t b = 0; b < v->n_bins; b++)
		s->first[b + 2] += s->first[b + 1];
	for (size_t i = 0; i < v->n_obs; i++)
		if (bin[i] != SIZE_MAX)
			s->index[s->first[bin[i] + 1]++] = i;
	return LULL_OK;
}

/* ---- statistics of one bin ---- */

static void correct(const struct lull_vpc *v, struct sorted *s, size_t b)
{
	size_t n = 0;
	double median;
	const double half = 0.5;

	for (size_t k = s->first[b]; k < s->first[b + 1]; k++)
		s->scratch[n++] = v->obs[s->index[k]].pred;
	lull_quantiles(s->scratch, n, &half, 1, &median);
	for (size_t k = s->first[b]; k < s->first[b + 1]; k++)
		s->factor[s->index[k]] = v->pred_corr ? median / v->obs[s->index[k]].pred : 1;
}

/* Percentiles and share of a set of values; uncorrected ones that are censored are the lowest, or are left out. */
struct set {
	double stat[LULL_VPC_MAX_Q + 1];
};

static void put_value(const struct lull_vpc *v, struct sorted *s, double value, double factor, bool is_blq, size_t *n,
		      size_t *n_all, size_t *n_blq)
{
	++*n_all;
	*n_blq += is_blq;
	if (!is_blq)
		s->scratch[(*n)++] = value * factor;
	else if (!v->pred_corr)
		s->scratch[(*n)++] = -INFINITY;
}

static void finish_set(const struct lull_vpc *v, struct sorted *s, size_t n, size_t n_all, size_t n_blq, struct set *out)
{
	lull_sort(s->scratch, n);
	for (int k = 0; k < v->n_q; k++)
		out->stat[k] = lull_vpc_quantile(s->scratch, n, v->q[k]);
	out->stat[v->n_q] = n_all ? (double)n_blq / (double)n_all : NAN;
}

static void observed_set(struct lull_vpc *v, struct sorted *s, size_t b, struct set *out)
{
	size_t n = 0, n_all = 0, n_blq = 0;

	for (size_t k = s->first[b]; k < s->first[b + 1]; k++) {
		const size_t i = s->index[k];
		put_value(v, s, v->obs[i].dv, s->factor[i], v->obs[i].is_blq, &n, &n_all, &n_blq);
		v->shown[i] = v->obs[i].is_blq ? NAN : v->obs[i].dv * s->factor[i];
	}
	v->bins[b].n = n_all;
	v->bins[b].n_blq = n_blq;
	finish_set(v, s, n, n_all, n_blq, out);
}

static void simulated_set(const struct lull_vpc *v, struct sorted *s, size_t b, const double *values, struct set *out)
{
	size_t n = 0, n_all = 0, n_blq = 0;

	for (size_t k = s->first[b]; k < s->first[b + 1]; k++) {
		const size_t i = s->index[k];
		if (!lull_is_nan(values[i]))
			put_value(v, s, values[i], s->factor[i], v->has_lloq && values[i] < v->lloq, &n, &n_all, &n_blq);
	}
	finish_set(v, s, n, n_all, n_blq, out);
}

/* The interval of one statistic over replicates; of_rep[replicate], NAN left out. */
static void spread(const struct lull_vpc *v, struct sorted *s, size_t n_rep, struct lull_vpc_stat *out)
{
	size_t n = 0;

	for (size_t r = 0; r < n_rep; r++)
		if (!lull_is_nan(s->of_rep[r]))
			s->of_rep[n++] = s->of_rep[r];
	lull_sort(s->of_rep, n);
	out->low = lull_vpc_quantile(s->of_rep, n, (1 - v->ci) / 2);
	out->mid = lull_vpc_quantile(s->of_rep, n, 0.5);
	out->high = lull_vpc_quantile(s->of_rep, n, (1 + v->ci) / 2);
}

static int work_out_bin(struct lull_vpc *v, struct sorted *s, size_t b, const double *values, size_t n_rep,
			double *by_stat)
{
	struct lull_vpc_bin *bin = &v->bins[b];
	const int n_stat = v->n_q + 1;
	struct set set;
	size_t n = 0;
	const double half = 0.5;

	for (size_t k = s->first[b]; k < s->first[b + 1]; k++)
		s->scratch[n++] = v->obs[s->index[k]].x;
	lull_quantiles(s->scratch, n, &half, 1, &bin->x);
	correct(v, s, b);
	observed_set(v, s, b, &set);
	for (int k = 0; k < n_stat; k++)
		bin->stat[k].observed = set.stat[k];
	for (size_t r = 0; r < n_rep; r++) {
		simulated_set(v, s, b, values + r * v->n_obs, &set);
		for (int k = 0; k < n_stat; k++)
			by_stat[(size_t)k * n_rep + r] = set.stat[k];
	}
	for (int k = 0; k < n_stat; k++) {
		memcpy(s->of_rep, by_stat + (size_t)k * n_rep, n_rep * sizeof(double));
		spread(v, s, n_rep, &bin->stat[k]);
	}
	return LULL_OK;
}

/* Bins of given edges that hold nothing say nothing. */
static void drop_empty(struct lull_vpc *v)
{
	size_t n = 0;

	for (size_t b = 0; b < v->n_bins; b++)
		if (v->bins[b].n)
			v->bins[n++] = v->bins[b];
	v->n_bins = n;
}

int lull_vpc_run(struct lull_vpc *v, const double *values, size_t n_rep, struct lull_err *err)
{
	struct sorted s;
	double *by_stat = LULL_ARENA_NEW(v->arena, double, n_rep * (size_t)(v->n_q + 1) + 1);

	if (!v->n_obs || !n_rep || v->n_q < 1)
		return lull_fail(err, LULL_EDOMAIN, "vpc", "needs observations, replicates and percentiles");
	s.scratch = LULL_ARENA_NEW(v->arena, double, v->n_obs + 1);
	s.factor = LULL_ARENA_NEW(v->arena, double, v->n_obs + 1);
	s.of_rep = LULL_ARENA_NEW(v->arena, double, n_rep + 1);
	v->shown = LULL_ARENA_NEW(v->arena, double, v->n_obs + 1);
	if (!by_stat || !s.scratch || !s.factor || !s.of_rep || !v->shown)
		return lull_nomem(err);
	for (size_t i = 0; i < v->n_obs; i++)
		v->shown[i] = NAN;
	int rc = make_bins(v, s.scratch, err);
	if (rc == LULL_OK)
		rc = sort_into_bins(v, &s, err);
	for (size_t b = 0; rc == LULL_OK && b < v->n_bins; b++)
		if (s.first[b + 1] > s.first[b])
			rc = work_out_bin(v, &s, b, values, n_rep, by_stat);
	if (rc != LULL_OK)
		return rc;
	drop_empty(v);
	return v->n_bins ? LULL_OK : lull_fail(err, LULL_EDOMAIN, "vpc", "no observation lies in a bin");
}
