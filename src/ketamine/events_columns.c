/* The header row of an event file: which column is what. Names in any order and case. */
#include <string.h>

#include "lull/base/text.h"
#include "events_read.h"

/* One text of a cell without the blanks around it, in the arena; NULL when out of memory. */
static const char *trimmed(struct lull_events__reader *r, const struct lull_csv_cell *cell)
{
	const char *text = cell->text;
	size_t n = cell->n;
	while (n && (*text == ' ' || *text == '\t')) {
		text++;
		n--;
	}
	while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	const char *copy = lull_arena_strndup(r->arena, text, n);
	r->is_out_of_memory |= !copy;
	return copy;
}

static int find_item(const char *name)
{
	for (int i = 0; lull_events__items[i]; i++)
		if (lull_text_casecmp(lull_events__items[i], name) == 0)
			return i;
	return -1;
}

int lull_events_find_eta(const struct lull_pm_info *info, const char *name)
{
	char head[4] = { 0 }, rest[64] = { 0 };
	if (strlen(name) < 4 || strlen(name) - 3 >= sizeof(rest))
		return -1;
	memcpy(head, name, 3);
	if (lull_text_casecmp(head, "ETA") != 0)
		return -1;
	const bool has_mark = strchr("(_.", name[3]) != NULL;
	memcpy(rest, name + 3 + has_mark, strlen(name) - 3 - has_mark);
	size_t n = strlen(rest);
	if (name[3] == '(') {
		if (!n || rest[n - 1] != ')')
			return -1;
		rest[--n] = '\0';
	}
	if (!n || n > 3 || strspn(rest, "0123456789") != n)
		return has_mark ? lull_events__find(info->etas, info->n_etas, rest) : -1;
	int number = 0;
	for (size_t i = 0; i < n; i++)
		number = number * 10 + (rest[i] - '0');
	return number >= 1 && number <= info->n_etas ? number - 1 : -1;
}

/* Column i takes a place that may be taken already. */
static bool take(struct lull_events__reader *r, int *place, size_t i)
{
	if (*place >= 0) {
		lull_diags_addf(r->diags, LULL_ERROR, r->path, r->line, 0, NULL, "remove or rename one of them",
				"columns %d and %zu are both %s", *place + 1, i + 1, r->names[i]);
		return false;
	}
	*place = (int)i;
	return true;
}

static bool is_carried(const struct lull_events__reader *r, const char *name)
{
	for (size_t i = 0; i < r->n_carry; i++)
		if (lull_text_casecmp(r->carry[i], name) == 0)
			return true;
	return false;
}

/* A name near to one that could stand here and does not: most likely it was meant. */
static const char *meant(const struct lull_events__reader *r, const char *name)
{
	const char *known[LULL_EV_N_ITEMS + LULL_PM_MAX_COVARIATES + LULL_PM_MAX_PARAMS + 1];
	size_t n = 0;
	for (int i = 0; i < LULL_EV_N_ITEMS; i++)
		if (r->item[i] < 0 && strlen(lull_events__items[i]) > 2)
			known[n++] = lull_events__items[i];
	for (int i = 0; i < r->info->n_covariates; i++)
		if (r->covariate[i] < 0)
			known[n++] = r->info->covariates[i].name;
	for (int i = 0; i < r->info->n_params; i++)
		if (r->param[i] < 0 && strlen(r->info->params[i].name) > 2)
			known[n++] = r->info->params[i].name;
	known[n] = NULL;
	return strlen(name) > 2 ? lull_nearest_name(name, known) : NULL;
}

static void say_unknown(struct lull_events__reader *r, const bool *is_unknown)
{
	struct lull_buf names = { 0 };
	for (size_t i = 0; i < r->n_cols; i++) {
		const char *near = is_unknown[i] ? meant(r, r->names[i]) : NULL;
		if (near)
			lull_diags_addf(r->diags, LULL_WARNING, r->path, r->line, 0, NULL,
					"rename it if that was meant", "column %s is not used; is %s meant?", r->names[i],
					near);
		else if (is_unknown[i])
			lull_buf_printf(&names, "%s%s", names.n ? ", " : "", r->names[i][0] ? r->names[i] : "''");
	}
	if (names.n)
		lull_diags_addf(r->diags, LULL_NOTE, r->path, r->line, 0, NULL, NULL, "columns not used: %s",
				lull_buf_text(&names));
	r->is_out_of_memory |= names.failed && !names.is_full;
	lull_buf_clear(&names);
}

/* Columns that must be there, or whose absence is worth a word. */
static bool check_there(struct lull_events__reader *r)
{
	bool is_right = true;
	int n_dates = 0;
	for (int i = LULL_EV_DATE; i <= LULL_EV_DAT3; i++)
		n_dates += r->item[i] >= 0;
	if (n_dates > 1) {
		lull_diags_addf(r->diags, LULL_ERROR, r->path, r->line, 0, NULL, "keep one of DATE, DAT1, DAT2, DAT3",
				"%d columns of dates", n_dates);
		is_right = false;
	}
	if (r->item[LULL_EV_TIME] < 0) {
		lull_diags_addf(r->diags, LULL_ERROR, r->path, r->line, 0, NULL,
				n_dates ? "add TIME with the time of day" : "the header row names the columns, one of them TIME",
				"no column TIME");
		is_right = false;
	}
	for (size_t i = 0; i < r->n_carry; i++) {
		if (r->carry_col[i] >= 0)
			continue;
		lull_diags_addf(r->diags, LULL_ERROR, r->path, r->line, 0, NULL, NULL,
				"column %s is to be carried, but the file has none", r->carry[i]);
		is_right = false;
	}
	for (int i = 0; i < r->info->n_covariates; i++) {
		const double by_default = r->info->covariate_default[i];
		if (r->covariate[i] >= 0 || (by_default >= 0 || by_default < 0) || r->set_later >> i & 1)
			continue;
		lull_diags_addf(r->diags, LULL_ERROR, r->path, r->line, 0, NULL, "add the column",
				"no column %s, which the model %s needs", r->info->covariates[i].name, r->info->id);
		is_right = false;
	}
	if (r->n_eta_cols && r->n_eta_cols < r->info->n_etas) {
		lull_diags_addf(r->diags, LULL_ERROR, r->path, r->line, 0, NULL,
				"give all of them (0 for a typical one), or none, which draws them",
				"%d of the model's %d ETAs have a column", r->n_eta_cols, r->info->n_etas);
		is_right = false;
	}
	if (r->item[LULL_EV_ID] < 0)
		lull_diags_addf(r->diags, LULL_NOTE, r->path, r->line, 0, NULL, NULL,
				"no column ID: all rows are of ID 1");
	if (r->item[LULL_EV_AMT] < 0 && r->item[LULL_EV_RATE] < 0)
		lull_diags_addf(r->diags, LULL_WARNING, r->path, r->line, 0, NULL, NULL,
				"no column AMT: nobody gets a dose");
	return is_right;
}

static bool place(struct lull_events__reader *r, size_t i, bool *is_unknown)
{
	const char *name = r->names[i];
	const int item = find_item(name);
	int found = -1;
	bool is_right = true;
	for (size_t k = 0; k < r->n_carry; k++)
		if (lull_text_casecmp(r->carry[k], name) == 0)
			is_right &= take(r, &r->carry_col[k], i);
	*is_unknown = false;
	if (!is_right)
		return false;
	if (item >= 0)
		return take(r, &r->item[item], i);
	if ((found = lull_events__find(r->info->covariates, r->info->n_covariates, name)) >= 0) {
		r->n_covariate_cols++;
		return take(r, &r->covariate[found], i);
	}
	if ((found = lull_events__find(r->info->params, r->info->n_params, name)) >= 0) {
		r->n_param_cols++;
		return take(r, &r->param[found], i);
	}
	if ((found = lull_events_find_eta(r->info, name)) >= 0) {
		r->n_eta_cols++;
		return take(r, &r->eta[found], i);
	}
	*is_unknown = !is_carried(r, name);
	return true;
}

int lull_events__columns(struct lull_events__reader *r, const struct lull_csv_cell *cells, size_t n,
			 const struct lull_events_options *options)
{
	bool is_right = true;
	r->n_carry = options->n_carry;
	r->carry = options->carry;
	r->n_cols = n;
	r->names = LULL_ARENA_NEW(r->arena, const char *, n);
	r->carry_col = LULL_ARENA_NEW(r->arena, int, r->n_carry + 1);
	bool *is_unknown = LULL_ARENA_NEW(r->arena, bool, n);
	if (!r->names || !r->carry_col || !is_unknown)
		return LULL_ENOMEM;
	for (int i = 0; i < LULL_EV_N_ITEMS; i++)
		r->item[i] = -1;
	for (int i = 0; i < LULL_PM_MAX_COVARIATES; i++)
		r->covariate[i] = -1;
	for (int i = 0; i < LULL_PM_MAX_PARAMS; i++)
		r->param[i] = -1;
	for (int i = 0; i < LULL_PM_MAX_ETAS; i++)
		r->eta[i] = -1;
	for (size_t i = 0; i < r->n_carry; i++)
		r->carry_col[i] = -1;
	for (size_t i = 0; i < n; i++) {
		r->names[i] = trimmed(r, &cells[i]);
		if (!r->names[i])
			return LULL_ENOMEM;
		if (i == 0 && r->names[i][0] == '#') /* "#ID": NM-TRAN skips such a row */
			r->names[i]++;
		is_right &= place(r, i, &is_unknown[i]);
	}
	is_right &= check_there(r);
	if (is_right)
		say_unknown(r, is_unknown);
	return is_right ? LULL_OK : LULL_EPARSE;
}
