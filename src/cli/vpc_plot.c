/* The picture of a predictive check: intervals of simulated percentiles, the observed ones, the observations; below
 * it the share under the limit of quantification. */
#include "vpc_plot.h"

#include <math.h>

enum { MAX_SERIES = 3 * LULL_VPC_MAX_Q + 2 };

struct stratum {
	size_t first, n; /* its bins */
};

static struct stratum bins_of(const struct lull_vpc *v, int stratum)
{
	struct stratum s = { 0, 0 };

	while (s.first < v->n_bins && v->bins[s.first].stratum != stratum)
		s.first++;
	while (s.first + s.n < v->n_bins && v->bins[s.first + s.n].stratum == stratum)
		s.n++;
	return s;
}

/* One statistic of a stratum's bins as arrays for the plot. */
struct curves {
	double *x, *observed, *low, *mid, *high;
};

static bool curves_of(const struct lull_vpc *v, const struct stratum *s, int k, struct curves *out)
{
	double *all = LULL_ARENA_NEW(v->arena, double, 5 * s->n + 1);
	/* censored: drawn at the limit, below which nothing is known */
	const double floor_at = k < v->n_q && v->has_lloq && !v->pred_corr ? v->lloq : NAN;

	if (!all)
		return false;
	*out = (struct curves){ all, all + s->n, all + 2 * s->n, all + 3 * s->n, all + 4 * s->n };
	for (size_t i = 0; i < s->n; i++) {
		const struct lull_vpc_bin *bin = &v->bins[s->first + i];
		const struct lull_vpc_stat *stat = &bin->stat[k];
		out->x[i] = bin->x;
		out->observed[i] = isfinite(stat->observed) ? stat->observed : NAN;
		out->mid[i] = isfinite(stat->mid) ? stat->mid : NAN;
		out->high[i] = isfinite(stat->high) ? stat->high : NAN;
		out->low[i] = isfinite(stat->low) ? stat->low : isfinite(stat->high) ? floor_at : NAN;
	}
	return true;
}

static int add_curves(const struct lull_vpc *v, const struct stratum *s, int k, struct lull_plot_series *series, size_t *n,
		      struct lull_err *err)
{
	const bool is_median = k < v->n_q && v->q[k] == 0.5, is_share = k == v->n_q;
	struct curves c;

	if (!curves_of(v, s, k, &c))
		return lull_nomem(err);
	series[(*n)++] = (struct lull_plot_series){
		.kind = LULL_PLOT_AREA, .x = c.x, .y = c.low, .y_high = c.high, .n = s->n,
		.label = is_share    ? "simulated share, interval"
			 : is_median ? "simulated median, interval"
				     : "simulated percentiles, interval",
		.color = is_share ? LULL_COLOR_VENOUS_PALE : is_median ? LULL_COLOR_WITH_MID : LULL_COLOR_WITHOUT_MID,
		.opacity = 0.6,
	};
	series[(*n)++] = (struct lull_plot_series){
		.kind = LULL_PLOT_LINE, .x = c.x, .y = c.observed, .n = s->n, .color = LULL_COLOR_INK,
		.label = is_share ? "observed share" : is_median ? "observed median" : "observed percentiles",
		.dash_pt = is_median || is_share ? 0 : 3, .width_pt = is_median || is_share ? 1.5 : 1.1,
	};
	return LULL_OK;
}

static int add_points(const struct lull_vpc *v, int stratum, struct lull_plot_series *out, struct lull_err *err)
{
	double *x = LULL_ARENA_NEW(v->arena, double, 2 * v->n_obs + 1), *y = x ? x + v->n_obs : NULL;
	size_t n = 0;

	if (!x)
		return lull_nomem(err);
	for (size_t i = 0; i < v->n_obs; i++) {
		if (v->obs[i].stratum != stratum || !isfinite(v->shown[i]))
			continue;
		x[n] = v->obs[i].x;
		y[n++] = v->shown[i];
	}
	*out = (struct lull_plot_series){ .kind = LULL_PLOT_POINTS, .label = "observations", .x = x, .y = y, .n = n,
					  .color = LULL_COLOR_VENOUS, .width_pt = n > 500 ? 0.9 : 1.3, .opacity = 0.45 };
	return LULL_OK;
}

static int rug_of(const struct lull_vpc *v, const struct stratum *s, struct lull_plot_panel *panel, struct lull_err *err)
{
	double *edges = LULL_ARENA_NEW(v->arena, double, s->n + 1);

	if (!edges)
		return lull_nomem(err);
	for (size_t i = 0; i < s->n; i++)
		edges[i] = v->bins[s->first + i].from;
	edges[s->n] = v->bins[s->first + s->n - 1].to;
	panel->rug = edges;
	panel->n_rug = s->n + 1;
	return LULL_OK;
}

/* All panels on one axis of time, from 0 unless there are times before it. */
static struct lull_plot_panel blank_panel(const struct lull_vpc *v)
{
	struct lull_plot_panel panel = { .x_min = 0, .x_max = 0, .y_min = NAN, .y_max = NAN };

	for (size_t b = 0; b < v->n_bins; b++) {
		panel.x_min = v->bins[b].from < panel.x_min ? v->bins[b].from : panel.x_min;
		panel.x_max = v->bins[b].to > panel.x_max ? v->bins[b].to : panel.x_max;
	}
	return panel;
}

static int value_panel(const struct lull_vpc *v, const struct vpc_words *w, int stratum, const struct lull_chart_limit *limit,
		       struct lull_plot_panel *out, struct lull_err *err)
{
	struct lull_plot_series *series = LULL_ARENA_NEW(v->arena, struct lull_plot_series, MAX_SERIES);
	const struct stratum s = bins_of(v, stratum);
	size_t n = 0;
	int rc = series ? LULL_OK : lull_nomem(err);

	*out = blank_panel(v);
	/* intervals first, so that observed lines lie on top of all of them */
	for (int k = 0; rc == LULL_OK && k < v->n_q; k++)
		rc = add_curves(v, &s, k, series, &n, err);
	if (rc != LULL_OK)
		return rc;
	struct lull_plot_series *ordered = LULL_ARENA_NEW(v->arena, struct lull_plot_series, MAX_SERIES);
	if (!ordered)
		return lull_nomem(err);
	size_t m = 0;
	for (size_t i = 0; i < n; i++)
		if (series[i].kind == LULL_PLOT_AREA)
			ordered[m++] = series[i];
	rc = add_points(v, stratum, &ordered[m++], err);
	for (size_t i = 0; i < n; i++)
		if (series[i].kind == LULL_PLOT_LINE)
			ordered[m++] = series[i];
	out->series = ordered;
	out->n_series = m;
	out->title = w->stratum ? lull_arena_printf(v->arena, "%s %s", w->stratum, v->strata[stratum]) : NULL;
	out->x_label = w->is_tad ? lull_arena_printf(v->arena, "%s after dose", w->x_label) : w->x_label;
	out->y_label = v->pred_corr ? lull_arena_printf(v->arena, "%s, prediction-corrected", w->y_label) : w->y_label;
	out->log_y = w->log_y;
	out->limits = limit;
	out->n_limits = v->has_lloq ? 1 : 0;
	return rc == LULL_OK ? rug_of(v, &s, out, err) : rc;
}

static int share_panel(const struct lull_vpc *v, const struct vpc_words *w, int stratum, struct lull_plot_panel *out,
		       struct lull_err *err)
{
	struct lull_plot_series *series = LULL_ARENA_NEW(v->arena, struct lull_plot_series, 2);
	const struct stratum s = bins_of(v, stratum);
	size_t n = 0;
	const int rc = series ? add_curves(v, &s, v->n_q, series, &n, err) : lull_nomem(err);

	*out = blank_panel(v);
	if (rc != LULL_OK)
		return rc;
	out->series = series;
	out->n_series = n;
	out->title = w->stratum ? lull_arena_printf(v->arena, "%s %s", w->stratum, v->strata[stratum]) : NULL;
	out->x_label = w->is_tad ? lull_arena_printf(v->arena, "%s after dose", w->x_label) : w->x_label;
	out->y_label = "share below quantification";
	out->y_min = 0;
	out->y_max = 1;
	out->height_pt = 80;
	return LULL_OK;
}

int vpc_plot(const struct lull_vpc *v, struct cli *cli, const char *path, const struct vpc_words *w, struct lull_err *err)
{
	struct lull_plot_panel panels[2 * LULL_VPC_MAX_STRATA];
	const struct lull_chart_limit limit = { v->lloq, "limit of quantification" };
	size_t n = 0;
	int rc = LULL_OK;
	const bool is_wide = v->n_strata > 1;

	for (int s = 0; rc == LULL_OK && s < v->n_strata; s++)
		if (bins_of(v, s).n)
			rc = value_panel(v, w, s, &limit, &panels[n++], err);
	for (int s = 0; rc == LULL_OK && v->has_lloq && s < v->n_strata; s++)
		if (bins_of(v, s).n)
			rc = share_panel(v, w, s, &panels[n++], err);
	if (rc != LULL_OK)
		return rc;
	const struct lull_plot plot = {
		.id = "vpc", .title = lull_arena_printf(cli->arena, "%s: visual predictive check", w->title), .desc = w->command,
		.panels = panels, .n_panels = n, .n_columns = is_wide ? 2 : 1,
		.note = v->pred_corr && v->has_lloq ? "Values below quantification are left out of the percentiles and checked as a share."
			: v->has_lloq		    ? "Values below quantification count as the lowest; a percentile among them is not drawn."
						    : NULL,
	};
	return sim_write_plot(cli, path, &plot, err);
}
