/* $ERROR: how Y scatters around F, found by trying values.
 *
 * Y is worked out at several F and EPS. It must be F or log(F) plus terms linear in EPS whose variance is
 * a + b F^2 (combined), or F exp(EPS); anything else is left out, and said. */
#include "nonmem_own.h"

#include "lull/base/parse.h"
#include "lull/num/math.h"

enum { N_F = 6 };
static const double some_f[N_F] = { 1, 2, 3, 0.5, 10, 0.03 };

struct probe {
	struct nm *nm;
	const struct nm_expr *y;
	double thetas[LULL_NM_MAX_THETAS];
};

static double y_at(struct probe *p, double f, int i_eps, double e)
{
	double eps[LULL_NM_MAX_ETAS] = { 0 };

	if (i_eps >= 0)
		eps[i_eps] = e;
	const struct nm_at at = { .thetas = p->thetas, .eps = eps, .f = f };
	return lull_nm__eval(p->nm, p->y, &at);
}

static double gap(double a, double b) { return a > b ? a - b : b - a; }
static double size(double a) { return a < 0 ? -a : a; }
static bool near(double a, double b) { return gap(a, b) <= 1e-9 * lull_max(size(a), size(b)) + 1e-12; }

/* Y without EPS is gain x F, or its logarithm. */
static bool base_of(struct probe *p, double *gain, bool *is_log)
{
	const double y1 = y_at(p, 1, -1, 0);

	*is_log = false;
	*gain = y1;
	bool ok = lull_is_finite(y1) && y1 > 0;
	for (int i = 0; i < N_F && ok; i++)
		ok = near(y_at(p, some_f[i], -1, 0), y1 * some_f[i]);
	if (ok)
		return true;
	*is_log = lull_is_finite(y1);
	for (int i = 0; i < N_F && *is_log; i++)
		*is_log = near(y_at(p, some_f[i], -1, 0), y1 + lull_log(some_f[i]));
	*gain = *is_log ? lull_exp(y1) : 1;
	return *is_log;
}

/* Slope of Y (or of log Y) in one EPS at F; NaN where it is not straight. */
static double slope(struct probe *p, double f, int i, bool in_log)
{
	static const double steps[] = { 0.5, -0.5, 1.25 };
	const double y0 = y_at(p, f, i, 0), zero = in_log ? lull_log(y0) : y0;
	double first = 0;

	for (int k = 0; k < 3; k++) {
		const double y = y_at(p, f, i, steps[k]);
		if (in_log && !(y > 0))
			return (double)__builtin_nanf("");
		const double s = ((in_log ? lull_log(y) : y) - zero) / steps[k];
		if (k && !near(s, first))
			return (double)__builtin_nanf("");
		first = k ? first : s;
	}
	return first;
}

/* Variance of Y (or log Y) at F by the slopes and $SIGMA; NaN where Y is not straight in EPS. */
static double variance(struct probe *p, double f, bool in_log)
{
	double s[LULL_NM_MAX_ETAS], v = 0;
	const size_t n = p->nm->n_eps;

	for (size_t i = 0; i < n; i++)
		s[i] = slope(p, f, (int)i, in_log);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			v += s[i] * s[j] * p->nm->sigma[i * LULL_NM_MAX_ETAS + j];
	return v;
}

/* Several EPS at once must add up as they do one by one. */
static bool is_additive(struct probe *p)
{
	double eps[LULL_NM_MAX_ETAS] = { 0 }, sum = y_at(p, 2, -1, 0);

	for (size_t i = 0; i < p->nm->n_eps; i++) {
		eps[i] = 0.7;
		sum += y_at(p, 2, (int)i, 0.7) - y_at(p, 2, -1, 0);
	}
	const struct nm_at at = { .thetas = p->thetas, .eps = eps, .f = 2 };
	return near(lull_nm__eval(p->nm, p->y, &at), sum);
}

static bool same_everywhere(struct probe *p, bool in_log, double *v)
{
	*v = variance(p, 1, in_log);
	for (int i = 0; i < N_F; i++)
		if (!near(variance(p, some_f[i], in_log), *v))
			return false;
	return lull_is_finite(*v);
}

/* Trying values costs the last digits; what is left of a variance is told to 12. */
static double to_12_digits(double x)
{
	char text[40];
	double out = x;
	struct lull_err err;
	const size_t n = lull_text_format(text, sizeof text, "%.11e", x);

	return lull_parse_double(text, n, '.', NULL, "variance", &out, &err) == LULL_OK ? out : x;
}

static bool combined(struct probe *p, double *add, double *prop)
{
	const double v1 = variance(p, 1, false), v2 = variance(p, 2, false);

	*prop = (v2 - v1) / 3;
	*add = v1 - *prop;
	if (!lull_is_finite(*prop) || *prop < -1e-12 * v1 || *add < -1e-12 * v1 || !is_additive(p))
		return false;
	*prop = *prop < 1e-13 * v1 ? 0 : *prop;
	*add = *add < 1e-13 * v1 ? 0 : *add;
	for (int i = 0; i < N_F; i++)
		if (!near(variance(p, some_f[i], false), *add + *prop * some_f[i] * some_f[i]))
			return false;
	return true;
}

static void not_taken(struct nm *nm, const struct nm_var *y, const char *why)
{
	lull_nm__say(nm, LULL_WARNING, y->line, y->col, "F, its logarithm, or F with additive, proportional or combined error",
		     "simulate without --residual, or write the residual into the model file by hand",
		     "Y, whose residual error is left out: %s", why);
	lull_nm__leave_out(nm, y->line, "the residual error (%s)", why);
}

void lull_nm__residual(struct nm *nm)
{
	struct lull_nonmem *m = nm->model;
	const struct nm_var *y = lull_nm__var(nm, "Y");
	double gain = 1, add = 0, prop = 0;
	bool is_log = false;

	if (!y) {
		lull_nm__leave_out(nm, 0, "the residual error ($ERROR assigns no Y)");
		return;
	}
	struct probe p = { .nm = nm, .y = y->value };
	for (size_t i = 0; i < nm->n_thetas; i++)
		p.thetas[i] = nm->thetas[i].init;
	if (!base_of(&p, &gain, &is_log)) {
		not_taken(nm, y, "without EPS it is neither F nor log(F) for every record");
		return;
	}
	m->output_factor *= gain;
	if (is_log) {
		if (same_everywhere(&p, false, &m->add_variance) && is_additive(&p))
			m->residual = LULL_NM_LOG_NORMAL;
		else
			not_taken(nm, y, "on the logarithm, its spread changes with F");
	} else if (combined(&p, &add, &prop)) {
		m->residual = LULL_NM_COMBINED;
		m->add_variance = add;
		/* Y = F g (1 + e): the proportional part does not change with g, the additive is Y's own */
		m->prop_variance = prop / (gain * gain);
	} else if (same_everywhere(&p, true, &m->add_variance)) {
		m->residual = LULL_NM_LOG_NORMAL;
	} else
		not_taken(nm, y, "its variance is not a + b F^2");
	m->add_variance = to_12_digits(m->add_variance);
	m->prop_variance = to_12_digits(m->prop_variance);
	if (m->residual != LULL_NM_NO_RESIDUAL && m->add_variance == 0 && (m->residual != LULL_NM_COMBINED || m->prop_variance == 0))
		m->residual = LULL_NM_NO_RESIDUAL;
}
