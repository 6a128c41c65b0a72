/* Variability of a model file: blocks of deviations between people and between occasions, and the
 * uncertainty of its numbers, each with the Cholesky factor of its covariance. */
#include "lull/base/csv.h"
#include "lull/base/parse.h"
#include "lull/base/text.h"
#include "lull/num/linalg.h"
#include "lull/num/math.h"
#include "pm_int.h"

/* Variance of the deviation: a cv of a log-normal is sqrt(exp(variance) - 1). */
static double variance_of(const struct pm_f_block *b)
{
	if (!lull_is_nan(b->variance))
		return b->variance;
	if (!lull_is_nan(b->sd))
		return b->sd * b->sd;
	return b->kind == PM_LOGNORMAL ? lull_log1p(b->cv * b->cv) : NAN;
}

static const char *block_fault(const struct pm_f_block *b)
{
	const int n_said = !lull_is_nan(b->cv) + !lull_is_nan(b->sd) + !lull_is_nan(b->variance) + (b->n_covariance > 0);

	if (n_said != 1)
		return "one of covariance, cv, sd and variance";
	if (b->n_covariance)
		return b->n_covariance == b->n_on * (b->n_on + 1) / 2 ? NULL : "the lower triangle by rows: 1, 3, 6, 10 ... numbers";
	if (b->n_on != 1)
		return "covariance for more than one parameter";
	return lull_is_nan(variance_of(b)) ? "a cv for a log-normal only; sd or variance otherwise" : NULL;
}

/* Full matrix from its lower triangle, factored. NULL after a remark or out of memory. */
static double *factor_of(struct pm_load *l, const double *lower, size_t n, const char *section, int i)
{
	double *a = LULL_ARENA_NEW(l->arena, double, n * n);

	if (!a) {
		l->is_out_of_memory = true;
		return NULL;
	}
	for (size_t r = 0, k = 0; r < n; r++)
		for (size_t c = 0; c <= r; c++, k++)
			a[r * n + c] = a[c * n + r] = lower[k];
	if (n == 1 && a[0] == 0) /* switched off, its place kept */
		return a;
	if (lull_cholesky(a, n))
		return a;
	lull_pm__say(l, section, i, "covariance", "a covariance that is positive definite", "one that is not");
	return NULL;
}

/* Gives each parameter of the block its place; false when one has none or has two. */
static bool place(struct pm_load *l, const struct pm_f_block *b, bool is_iov, int first, const char *section, int i)
{
	for (size_t k = 0; k < b->n_on; k++) {
		const int p = b->on[k] ? lull_pm__param(l->file, b->on[k]) : -1;
		if (p < 0) {
			lull_pm__say(l, section, i, "on", "names of parameters", "'%s', which is no such parameter",
				     b->on[k] ? b->on[k] : "");
			return false;
		}
		struct pm_param *param = &l->pm->param[p];
		int *at = is_iov ? &param->iov : &param->eta;
		if (*at >= 0) {
			lull_pm__say(l, section, i, "on", "each parameter once", "%s a second time", b->on[k]);
			return false;
		}
		if ((is_iov ? param->eta : param->iov) >= 0 && param->scale != b->kind) {
			lull_pm__say(l, section, i, "kind", "the same kind between people and between occasions", "%s", b->on[k]);
			return false;
		}
		*at = first + (int)k;
		param->scale = b->kind;
	}
	return true;
}

static void bind_blocks(struct pm_load *l, const struct pm_f_block *blocks, size_t n, bool is_iov)
{
	struct lull_pm *pm = l->pm;
	const char *section = is_iov ? "occasions" : "variability";
	struct pm_block *out = is_iov ? pm->iov : pm->iiv;
	struct lull_pm_name *names = is_iov ? pm->iovs : pm->etas;
	int *n_out = is_iov ? &pm->n_iov : &pm->n_iiv, *n_etas = is_iov ? &pm->info.n_iov : &pm->info.n_etas;

	for (size_t i = 0; i < n; i++) {
		const struct pm_f_block *b = &blocks[i];
		const char *fault = block_fault(b);
		const double own = variance_of(b);
		if (fault) {
			lull_pm__say(l, section, (int)i, NULL, fault, "a block of variability");
			continue;
		}
		if (*n_out == PM_MAX_BLOCKS || (size_t)*n_etas + b->n_on > LULL_PM_MAX_ETAS) {
			lull_pm__say(l, section, (int)i, NULL, "at most 32 deviations", "more");
			return;
		}
		double *lower = factor_of(l, b->n_covariance ? b->covariance : &own, b->n_on, section, (int)i);
		if (!lower || !place(l, b, is_iov, *n_etas, section, (int)i))
			continue;
		out[(*n_out)++] = (struct pm_block){ *n_etas, (int)b->n_on, lower };
		for (size_t k = 0; k < b->n_on; k++)
			names[(*n_etas)++] = (struct lull_pm_name){ b->on[k], "", b->on[k] };
	}
}

/* ---- uncertainty --------------------------------------------------------------------------- */

static void bind_covariance(struct pm_load *l, const struct pm_f_uncertainty *u)
{
	struct lull_pm *pm = l->pm;

	if (u->n_on == 0 || u->n_on > LULL_PM_MAX_PARAMS || u->n_covariance != u->n_on * (u->n_on + 1) / 2) {
		lull_pm__say(l, "uncertainty", -1, NULL, "on (parameters) and covariance (lower triangle by rows), or samples",
			     "an incomplete uncertainty");
		return;
	}
	for (size_t i = 0; i < u->n_on; i++) {
		const int p = u->on[i] ? lull_pm__param(l->file, u->on[i]) : -1;
		if (p < 0)
			lull_pm__say(l, "uncertainty", -1, "on", "names of parameters", "'%s', which is none",
				     u->on[i] ? u->on[i] : "");
		else if ((u->kind == PM_LOGNORMAL && !(pm->theta[p] > 0)) ||
			 (u->kind == PM_LOGIT_NORMAL && !(pm->theta[p] > 0 && pm->theta[p] < 1)))
			lull_pm__say(l, "uncertainty", -1, "kind", "a value on which this kind is defined", "%s", u->on[i]);
		pm->unc.param[i] = p;
	}
	pm->unc.n = (int)u->n_on;
	pm->unc.scale = u->kind;
	pm->unc.lower = factor_of(l, u->covariance, u->n_on, "uncertainty", -1);
}

/* ---- uncertainty as samples ------------------------------------------------------------------ */

struct samples { struct pm_load *l; const char *path; struct lull_csv *csv; double *rows; size_t n, cap; };

static void say_row(const struct samples *s, const char *expected, const char *found)
{
	lull_diags_addf(s->l->diags, LULL_ERROR, s->path, s->csv ? lull_csv_line(s->csv) : 1, 0, expected, NULL, "%s", found);
}

/* The header names parameters, each once. */
static bool take_header(struct samples *s, const struct lull_csv_cell *cells, size_t n_cells)
{
	struct lull_pm *pm = s->l->pm;
	char found[160];

	for (size_t i = 0; i < n_cells; i++) {
		int p = -1;
		for (int k = 0; k < pm->info.n_params; k++)
			if (!lull_text_casecmp(pm->params[k].name, cells[i].text))
				p = k;
		bool is_second = false;
		for (int k = 0; k < pm->unc.n; k++)
			is_second |= pm->unc.param[k] == p;
		if (p < 0 || is_second) {
			lull_text_format(found, sizeof(found), is_second ? "a second column '%.80s'" : "a column '%.80s', which is no parameter",
					 cells[i].text);
			say_row(s, "a header that names parameters of the model, each once", found);
			return false;
		}
		pm->unc.param[pm->unc.n++] = p;
	}
	return true;
}

static bool take_row(struct samples *s, const struct lull_csv_cell *cells, size_t n_cells)
{
	const size_t n = (size_t)s->l->pm->unc.n;
	struct lull_err err = { 0 };
	char found[80];

	if (n_cells != n || s->n == PM_MAX_SAMPLES) {
		lull_text_format(found, sizeof(found), "%zu cells, after %zu rows", n_cells, s->n);
		say_row(s, "a number for each column, in at most 100000 rows", found);
		return false;
	}
	double *rows = lull_arena_grow(s->l->arena, s->rows, s->n * n, &s->cap, (s->n + 1) * n, sizeof(*rows));
	if (!rows) {
		s->l->is_out_of_memory = true;
		return false;
	}
	s->rows = rows;
	for (size_t i = 0; i < n; i++)
		if (lull_parse_double(cells[i].text, cells[i].n, '.', NULL, cells[i].text, &rows[s->n * n + i], &err) != LULL_OK) {
			say_row(s, "a number", err.what);
			return false;
		}
	s->n++;
	return true;
}

static void read_rows(struct samples *s)
{
	const struct lull_csv_cell *cells;
	struct lull_err err = { 0 };
	size_t n_cells;
	int rc;

	while ((rc = lull_csv_next(s->csv, &cells, &n_cells, &err)) == LULL_OK) {
		if (n_cells == 0)
			continue;
		if (s->l->pm->unc.n == 0 ? !take_header(s, cells, n_cells) : !take_row(s, cells, n_cells))
			return;
	}
	if (rc == LULL_ENOMEM)
		s->l->is_out_of_memory = true;
	else if (rc != LULL_ENOTFOUND)
		say_row(s, "rows of numbers", err.what);
	else if (s->n < 2)
		say_row(s, "2 or more rows", "too few");
	s->l->pm->unc.samples = s->rows;
	s->l->pm->unc.n_samples = s->n;
}

/* The file lies beside the model: in models/ of knowledge, or among what came with the user's file. */
static void bind_samples(struct pm_load *l, const char *name)
{
	const struct lull_file *file = NULL;
	struct samples s = { .l = l };
	struct lull_err err = { 0 };

	if (l->files) {
		s.path = lull_arena_printf(l->arena, "%s%s", l->is_knowledge ? "models/" : "", name);
		if (!s.path) {
			l->is_out_of_memory = true;
			return;
		}
		file = lull_files_get(l->files, s.path);
	}
	if (!file) {
		lull_pm__say(l, "uncertainty", -1, "samples", "a CSV file beside the model", "'%s', which is not there", name);
		return;
	}
	const int rc = lull_csv_new(file->bytes, file->n_bytes, NULL, s.path, &s.csv, &err);
	if (rc != LULL_OK) {
		if (rc == LULL_ENOMEM)
			l->is_out_of_memory = true;
		else
			say_row(&s, "a CSV file", err.what);
		return;
	}
	read_rows(&s);
	lull_csv_free(s.csv);
}

void lull_pm__variability(struct pm_load *l)
{
	struct lull_pm *pm = l->pm;

	bind_blocks(l, l->file->variability, l->file->n_variability, false);
	bind_blocks(l, l->file->occasions, l->file->n_occasions, true);
	pm->info.etas = pm->etas;
	pm->info.iov = pm->iovs;
	if (l->file->has_uncertainty && !l->file->uncertainty.samples)
		bind_covariance(l, &l->file->uncertainty);
	if (l->file->has_uncertainty && l->file->uncertainty.samples)
		bind_samples(l, l->file->uncertainty.samples);
	pm->info.has_uncertainty = l->file->has_uncertainty;
}
