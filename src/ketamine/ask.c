/* Texts that a simulation is asked with; see ask.h. */
#include "lull/ketamine/ask.h"

#include <math.h>
#include <string.h>

#include "lull/base/csv.h"
#include "lull/base/parse.h"
#include "lull/base/text.h"
#include "lull/num/dist.h"
#include "lull/num/math.h"
#include "lull/num/random.h"
#include "lull/num/sum.h"

/* ---- small texts ---- */

const char **lull_ask_split(const char *text, struct lull_arena *arena, size_t *n)
{
	char *copy = lull_arena_strdup(arena, text);
	const char **parts = copy ? LULL_ARENA_NEW(arena, const char *, strlen(text) / 2 + 2) : NULL;

	*n = 0;
	if (!parts)
		return NULL;
	for (char *at = copy; *at;) {
		char *end = at + strcspn(at, ",");
		const bool is_last = !*end;
		*end = '\0';
		if (*at)
			parts[(*n)++] = at;
		at = is_last ? end : end + 1;
	}
	return parts;
}

/* "NAME=REST" in two; NULL when there is no '='. */
static char *part_at_equals(char *text)
{
	char *eq = strchr(text, '=');
	if (eq)
		*eq++ = '\0';
	return eq;
}

static int number_of(const char *text, const char *where, double *out, struct lull_err *err)
{
	return lull_parse_double(text, strlen(text), '.', NULL, where, out, err);
}

/* The name nearest to a wrong one, as the mend. */
static void mend_with(struct lull_err *err, const char *typed, const struct lull_pm_name *names, int n)
{
	const char *known[LULL_PM_MAX_PARAMS + 1] = { 0 };
	struct lull_buf list = { 0 };

	for (int i = 0; i < n && i < LULL_PM_MAX_PARAMS; i++) {
		known[i] = names[i].name;
		lull_buf_printf(&list, "%s%s", i ? ", " : "", names[i].name);
	}
	const char *near = lull_nearest_name(typed, known);
	if (near)
		lull_mend(err, "did you mean %s?", near);
	else
		lull_mend(err, "the model has: %s", n ? lull_buf_text(&list) : "none");
	lull_buf_clear(&list);
}

static int find_name(const char *name, const struct lull_pm_name *names, int n)
{
	for (int i = 0; i < n; i++)
		if (!lull_text_casecmp(name, names[i].name))
			return i;
	return -1;
}

/* The next NAME=VALUE of a list of such lists, name and value copied; LULL_ENOTFOUND at the end. */
struct assignments {
	const char *const *items; size_t n_items, i;
	const char **parts; size_t n_parts, k;
	const char *where, *example;
};

static int next_assignment(struct assignments *a, struct lull_arena *arena, char **name, char **value, struct lull_err *err)
{
	while (a->k == a->n_parts) {
		if (a->i == a->n_items)
			return LULL_ENOTFOUND;
		a->parts = lull_ask_split(a->items[a->i++], arena, &a->n_parts);
		a->k = 0;
		if (!a->parts)
			return lull_nomem(err);
	}
	const char *part = a->parts[a->k++];
	if (!(*name = lull_arena_strdup(arena, part)))
		return lull_nomem(err);
	*value = part_at_equals(*name);
	if (*value)
		return LULL_OK;
	lull_fail(err, LULL_EPARSE, a->where, "'%s' is not NAME=VALUE", part);
	lull_mend(err, "as in %s", a->example);
	return LULL_EPARSE;
}

/* ---- times ---- */

enum { MAX_TIMES = 2000000 }; /* a person; an answer in seconds from the largest text */

/* "0.25" is 25 / 100: exact while it has at most 15 digits. */
struct decimal {
	int64_t digits;
	int n_decimals;
};

static bool decimal_of(const char *text, struct decimal *out)
{
	const bool is_negative = *text == '-';
	bool in_decimals = false;
	int n = 0;

	*out = (struct decimal){ 0 };
	for (const char *c = text + is_negative; *c; c++) {
		if (*c == '.' && !in_decimals) {
			in_decimals = true;
			continue;
		}
		if (*c < '0' || *c > '9' || ++n > 15)
			return false;
		out->digits = out->digits * 10 + (*c - '0');
		out->n_decimals += in_decimals;
	}
	out->digits = is_negative ? -out->digits : out->digits;
	return n > 0;
}

/* To n_decimals decimals; false when it would not fit exactly. */
static bool rescale(struct decimal *d, int n_decimals)
{
	for (; d->n_decimals < n_decimals; d->n_decimals++) {
		if (d->digits > INT64_C(900000000000000) || d->digits < -INT64_C(900000000000000))
			return false;
		d->digits *= 10;
	}
	return true;
}

struct time_list {
	double *t_h;
	size_t n, cap;
	struct lull_arena *arena;
};

static int time_room(struct time_list *list, size_t n, struct lull_err *err)
{
	if (list->n + n > MAX_TIMES) {
		lull_fail(err, LULL_ELIMIT, "--times", "more than %d times", (int)MAX_TIMES);
		return LULL_ELIMIT;
	}
	double *grown = lull_arena_grow(list->arena, list->t_h, list->n, &list->cap, list->n + n, sizeof(double));
	if (!grown)
		return lull_nomem(err);
	list->t_h = grown;
	return LULL_OK;
}

/* from:step:to. Each time is the double nearest to its decimal, so that 0:0.1:1 holds 0.3 and not
 * 0.30000000000000004. */
static int put_range(struct time_list *list, char *text, double h_per_unit, double *step_h, struct lull_err *err)
{
	char *second = strchr(text, ':'), *third = second ? strchr(second + 1, ':') : NULL;
	double from, step = 1, to;
	struct decimal d[3] = { { 0 } };
	int rc;

	*second++ = '\0';
	if (third)
		*third++ = '\0';
	else
		third = second;
	if ((rc = number_of(text, "--times", &from, err)) || (rc = number_of(third, "--times", &to, err)) ||
	    (third != second && (rc = number_of(second, "--times", &step, err))))
		return rc;
	if (!(step > 0) || to < from) {
		lull_fail(err, LULL_EDOMAIN, "--times", "a range rises by a step above 0");
		lull_mend(err, "write from:step:to, as in 0:0.25:24");
		return LULL_EDOMAIN;
	}
	const double n_steps = lull_floor((to - from) / step + 1e-9);
	if (n_steps >= MAX_TIMES)
		return lull_fail(err, LULL_ELIMIT, "--times", "more than %d times", (int)MAX_TIMES);
	if ((rc = time_room(list, (size_t)n_steps + 1, err)))
		return rc;
	bool exact = decimal_of(text, &d[0]) && decimal_of(third == second ? "1" : second, &d[1]);
	const int n_decimals = d[0].n_decimals > d[1].n_decimals ? d[0].n_decimals : d[1].n_decimals;
	exact = exact && rescale(&d[0], n_decimals) && rescale(&d[1], n_decimals) &&
		(double)d[1].digits * n_steps < 4e18; /* the last one is counted in whole digits */
	double unit = 1;
	for (int i = 0; i < n_decimals; i++)
		unit *= 10;
	for (size_t i = 0; i <= (size_t)n_steps; i++) {
		const double t = exact ? (double)(d[0].digits + (int64_t)i * d[1].digits) / unit : from + (double)i * step;
		list->t_h[list->n++] = t * h_per_unit;
	}
	*step_h = step * h_per_unit;
	return LULL_OK;
}

int lull_ask_parse_times(const char *text, double h_per_unit, struct lull_arena *arena, struct lull_ask_times *out,
		    struct lull_err *err)
{
	struct time_list list = { .arena = arena };
	char *copy = lull_arena_strdup(arena, text);
	double step_h = 0, t;
	size_t n_parts = 0;
	int rc = copy ? LULL_OK : lull_nomem(err);

	for (char *at = copy; rc == LULL_OK && at; n_parts++) {
		char *next = strchr(at, ',');
		if (next)
			*next++ = '\0';
		if (strchr(at, ':')) {
			rc = put_range(&list, at, h_per_unit, &step_h, err);
		} else if ((rc = number_of(at, "--times", &t, err)) == LULL_OK && (rc = time_room(&list, 1, err)) == LULL_OK) {
			list.t_h[list.n++] = t * h_per_unit;
		}
		at = next;
	}
	if (rc != LULL_OK) {
		if (rc == LULL_EPARSE)
			lull_mend(err, "write times and ranges with commas between them, as in 0:0.25:24,48,72");
		return rc;
	}
	if (n_parts > 1) /* one range rises by itself */
		lull_sort(list.t_h, list.n);
	size_t n = 0;
	for (size_t i = 0; i < list.n; i++)
		if (!n || list.t_h[i] > list.t_h[n - 1])
			list.t_h[n++] = list.t_h[i];
	*out = (struct lull_ask_times){ list.t_h, n, n_parts == 1 && n > 1 ? step_h : 0 };
	return LULL_OK;
}

/* ---- parameters ---- */

int lull_ask_set_params(const struct lull_pm *pm, const char *const *items, size_t n_items, struct lull_arena *arena, double **theta,
			struct lull_err *err)
{
	const struct lull_pm_info *info = lull_pm_info(pm);
	struct assignments a = { .items = items, .n_items = n_items, .where = "--set", .example = "--set CL=70" };
	char *name, *value;
	int rc;

	*theta = LULL_ARENA_NEW(arena, double, (size_t)info->n_params + 1);
	if (!*theta)
		return lull_nomem(err);
	lull_pm_typical(pm, *theta);
	while ((rc = next_assignment(&a, arena, &name, &value, err)) == LULL_OK) {
		const int p = lull_pm_param_index(pm, name);
		if (p < 0) {
			lull_fail(err, LULL_ENOTFOUND, "--set", "the model %s has no parameter '%s'", info->id, name);
			mend_with(err, name, info->params, info->n_params);
			return LULL_ENOTFOUND;
		}
		if ((rc = number_of(value, "--set", &(*theta)[p], err)) != LULL_OK)
			return rc;
	}
	return rc == LULL_ENOTFOUND ? LULL_OK : rc;
}

static bool is_nothing(const char *text)
{
	return !*text || !strcmp(text, ".") || !lull_text_casecmp(text, "na") || !lull_text_casecmp(text, "nan");
}

/* The first row: which column is which parameter; -1 for others. */
static int posterior_names(const struct lull_pm *pm, const char *path, const struct lull_csv_cell *cells, size_t n,
			   int *column, struct lull_err *err)
{
	int n_known = 0;

	for (size_t i = 0; i < n; i++) {
		column[i] = lull_pm_param_index(pm, cells[i].text);
		n_known += column[i] >= 0;
		for (size_t k = 0; column[i] >= 0 && k < i; k++)
			if (column[k] == column[i])
				return lull_fail(err, LULL_ECONFLICT, path, "two columns are named %s", cells[i].text);
	}
	if (n_known)
		return LULL_OK;
	lull_fail(err, LULL_ENOTFOUND, path, "no column is a parameter of %s", lull_pm_info(pm)->id);
	mend_with(err, n ? cells[0].text : "", lull_pm_info(pm)->params, lull_pm_info(pm)->n_params);
	return LULL_ENOTFOUND;
}

static int posterior_row(const char *path, int line, const struct lull_csv_cell *cells, size_t n_cells, const int *column,
			 size_t n_columns, double *row, struct lull_err *err)
{
	char where[256];

	if (n_cells != n_columns) {
		lull_text_format(where, sizeof(where), "%s:%d", path, line);
		return lull_fail(err, LULL_EPARSE, where, "%zu cells, the first row has %zu", n_cells, n_columns);
	}
	for (size_t i = 0; i < n_cells; i++) {
		if (column[i] < 0 || is_nothing(cells[i].text))
			continue;
		lull_text_format(where, sizeof(where), "%s:%d:%d", path, line, cells[i].col);
		const int rc = number_of(cells[i].text, where, &row[column[i]], err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

/* A comment line of our own head may stand above the names. */
static bool is_comment(const struct lull_csv_cell *cells, size_t n)
{
	return n && cells[0].text[0] == '#' && !cells[0].quoted;
}

static int read_rows(struct lull_arena *arena, const struct lull_pm *pm, struct lull_csv *csv, const char *path, double **rows,
		     size_t *n_rows, struct lull_err *err)
{
	const size_t n_params = (size_t)lull_pm_info(pm)->n_params;
	int *column = LULL_ARENA_NEW(arena, int, LULL_CSV_MAX_CELLS);
	size_t n_columns = 0, cap = 0, n_cells;
	const struct lull_csv_cell *cells;
	int rc = column ? LULL_OK : lull_nomem(err);

	*rows = NULL;
	*n_rows = 0;
	while (rc == LULL_OK && (rc = lull_csv_next(csv, &cells, &n_cells, err)) == LULL_OK) {
		if (!n_cells || is_comment(cells, n_cells))
			continue;
		if (!n_columns) {
			n_columns = n_cells;
			rc = posterior_names(pm, path, cells, n_cells, column, err);
			continue;
		}
		double *grown = lull_arena_grow(arena, *rows, *n_rows * n_params, &cap, (*n_rows + 1) * n_params,
						sizeof(double));
		if (!grown)
			return lull_nomem(err);
		*rows = grown;
		for (size_t p = 0; p < n_params; p++)
			grown[*n_rows * n_params + p] = NAN;
		rc = posterior_row(path, lull_csv_line(csv), cells, n_cells, column, n_columns, grown + *n_rows * n_params, err);
		++*n_rows;
	}
	if (rc == LULL_ENOTFOUND && n_columns && *n_rows)
		return LULL_OK; /* the end */
	return rc == LULL_ENOTFOUND && !err->what[0] ? lull_fail(err, LULL_EPARSE, path, "holds no rows of parameters") : rc;
}

int lull_ask_posterior(const struct lull_pm *pm, const char *bytes, size_t n_bytes, const char *path, struct lull_arena *arena,
		       double **rows, size_t *n_rows, struct lull_err *err)
{
	struct lull_csv *csv = NULL;
	int rc = lull_csv_new(bytes, n_bytes, &(struct lull_csv_options){ 0 }, path, &csv, err);

	if (rc == LULL_OK)
		rc = read_rows(arena, pm, csv, path, rows, n_rows, err);
	lull_csv_free(csv);
	return rc;
}

/* ---- covariates ---- */

static const struct {
	const char *name;
	enum lull_ask_draw_kind kind;
	int n_least, n_most;
	const char *form;
} draw_kinds[] = {
	{ "normal", LULL_ASK_NORMAL, 2, 4, "normal:MEAN:SD or normal:MEAN:SD:FROM:TO" },
	{ "lognormal", LULL_ASK_LOGNORMAL, 2, 4, "lognormal:MEDIAN:CV or lognormal:MEDIAN:CV:FROM:TO" },
	{ "uniform", LULL_ASK_UNIFORM, 2, 2, "uniform:FROM:TO" },
	{ "one", LULL_ASK_ONE, 1, 1, "one:PROBABILITY" },
};

static int parse_draw(char *text, struct lull_ask_draw *out, struct lull_err *err)
{
	double x[4] = { 0, 0, -INFINITY, INFINITY };
	int n = 0, rc = LULL_OK;
	char *at = strchr(text, ':');

	out->min = -INFINITY;
	out->max = INFINITY;
	if (!at) {
		out->kind = LULL_ASK_FIXED;
		return number_of(text, "--covariate", &out->a, err);
	}
	*at++ = '\0';
	size_t k = 0;
	while (k < sizeof(draw_kinds) / sizeof(draw_kinds[0]) && strcmp(text, draw_kinds[k].name) != 0)
		k++;
	if (k == sizeof(draw_kinds) / sizeof(draw_kinds[0])) {
		lull_fail(err, LULL_ENOTFOUND, "--covariate", "no distribution is called '%s'", text);
		lull_mend(err, "a number, normal:MEAN:SD:FROM:TO, lognormal:MEDIAN:CV, uniform:FROM:TO or one:PROBABILITY");
		return LULL_ENOTFOUND;
	}
	for (char *next; at && n < 4 && rc == LULL_OK; at = next) {
		next = strchr(at, ':');
		if (next)
			*next++ = '\0';
		rc = number_of(at, "--covariate", &x[n++], err);
	}
	if (rc != LULL_OK)
		return rc;
	out->kind = draw_kinds[k].kind;
	const bool is_p = out->kind == LULL_ASK_ONE, is_flat = out->kind == LULL_ASK_UNIFORM, is_log = out->kind == LULL_ASK_LOGNORMAL;
	if (at || n < draw_kinds[k].n_least || n > draw_kinds[k].n_most || n == 3 || (is_p && !(x[0] >= 0 && x[0] <= 1)) ||
	    (is_flat && !(x[1] > x[0])) || (!is_p && !is_flat && !(x[1] >= 0)) || (is_log && !(x[0] > 0)) ||
	    !(x[3] > x[2])) {
		lull_fail(err, LULL_EDOMAIN, "--covariate", "this is not a distribution");
		lull_mend(err, "write %s", draw_kinds[k].form);
		return LULL_EDOMAIN;
	}
	*out = (struct lull_ask_draw){ out->i_covariate, out->kind, x[0], x[1], x[2], x[3] };
	if (is_log) /* a coefficient of variation: sd over mean */
		out->b = lull_sqrt(lull_log1p(x[1] * x[1]));
	return LULL_OK;
}

int lull_ask_parse_draws(const struct lull_pm *pm, const char *const *items, size_t n_items, struct lull_arena *arena,
			 struct lull_ask_draws *out, struct lull_err *err)
{
	const struct lull_pm_info *info = lull_pm_info(pm);
	struct assignments a = { .items = items, .n_items = n_items, .where = "--covariate",
				 .example = "--covariate wt=80 or wt=normal:80:15:45:140" };
	char *name, *value;
	int rc;

	while ((rc = next_assignment(&a, arena, &name, &value, err)) == LULL_OK) {
		struct lull_ask_draw draw = { .i_covariate = find_name(name, info->covariates, info->n_covariates) };
		if (draw.i_covariate < 0) {
			lull_fail(err, LULL_ENOTFOUND, "--covariate", "the model %s has no covariate '%s'", info->id, name);
			mend_with(err, name, info->covariates, info->n_covariates);
			return LULL_ENOTFOUND;
		}
		if ((rc = parse_draw(value, &draw, err)) != LULL_OK)
			return rc;
		for (size_t j = 0; j < out->n; j++)
			if (out->items[j].i_covariate == draw.i_covariate)
				return lull_fail(err, LULL_ECONFLICT, "--covariate", "%s is given twice", name);
		out->items[out->n++] = draw;
	}
	return rc == LULL_ENOTFOUND ? LULL_OK : rc;
}

/* A normal deviate between two bounds, one uniform: the inverse distribution on the part that is left. */
static double normal_between(double u, double low, double high)
{
	const double p_low = lull_normal_cdf(low), p_high = lull_normal_cdf(high);
	return lull_clamp(lull_normal_quantile(p_low + u * (p_high - p_low)), low, high);
}

static double drawn(const struct lull_ask_draw *d, double u)
{
	switch (d->kind) {
	case LULL_ASK_NORMAL:
		if (!(d->b > 0))
			return lull_clamp(d->a, d->min, d->max);
		return lull_clamp(d->a + d->b * normal_between(u, (d->min - d->a) / d->b, (d->max - d->a) / d->b), d->min, d->max);
	case LULL_ASK_LOGNORMAL: {
		if (!(d->b > 0))
			return lull_clamp(d->a, d->min, d->max);
		const double low = d->min > 0 ? lull_log(d->min / d->a) / d->b : -INFINITY;
		const double high = d->max < INFINITY ? lull_log(d->max / d->a) / d->b : INFINITY;
		return lull_clamp(d->a * lull_exp(d->b * normal_between(u, low, high)), d->min, d->max);
	}
	case LULL_ASK_UNIFORM:
		return d->a + u * (d->b - d->a);
	case LULL_ASK_ONE:
		return u < d->a ? 1 : 0;
	case LULL_ASK_FIXED:
		break;
	}
	return d->a;
}

void lull_ask_draw_covariates(void *user, uint32_t replicate, uint64_t id, double *covariates)
{
	const struct lull_ask_draws *draws = user;
	const struct lull_stream who = { .seed = draws->seed, .replicate = replicate, .patient = id,
					 .purpose = LULL_FOR_POPULATION };

	for (size_t i = 0; i < draws->n; i++) {
		const struct lull_ask_draw *d = &draws->items[i];
		covariates[d->i_covariate] =
			d->kind == LULL_ASK_FIXED ? d->a : drawn(d, lull_random_uniform(&who, (uint64_t)d->i_covariate));
	}
}

