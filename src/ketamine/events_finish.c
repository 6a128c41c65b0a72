/* After the last row: IDs that stand apart, times in hours, gaps in covariates, and the subjects. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lull/base/text.h"
#include "events_read.h"

static bool is_missing(double x)
{
	return !(x >= 0) && !(x < 0);
}

/* ---- IDs ----------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	const struct lull_events__block *const *x = a, *const *y = b;
	if ((*x)->has_id != (*y)->has_id)
		return (*x)->has_id ? -1 : 1;
	if ((*x)->id != (*y)->id)
		return (*x)->id < (*y)->id ? -1 : 1;
	return (*x)->line < (*y)->line ? -1 : (*x)->line > (*y)->line;
}

/* Rows of one ID that stand apart. NONMEM takes them for two people; here an ID is one person with one
 * stream of random numbers, so they are refused. *n_rejected: how many IDs are not whole. */
static int gather(struct lull_events__reader *r, size_t *n_rejected)
{
	struct lull_events__block **order = LULL_ARENA_NEW(r->arena, struct lull_events__block *, r->n_blocks + 1);
	if (!order)
		return LULL_ENOMEM;
	for (size_t i = 0; i < r->n_blocks; i++)
		order[i] = &r->blocks[i];
	qsort(order, r->n_blocks, sizeof(*order), by_id);
	*n_rejected = 0;
	for (size_t i = 0, n; i < r->n_blocks; i += n) {
		bool is_bad = order[i]->is_bad;
		for (n = 1; order[i]->has_id && i + n < r->n_blocks && order[i + n]->has_id &&
			    order[i + n]->id == order[i]->id; n++) {
			r->line = (int)order[i + n]->line;
			r->id_text = order[i]->id_text;
			lull_events__say(r, LULL_ERROR, 0, NULL, "sort the file by ID and TIME, or number them apart",
					 "its rows stand apart (the first is line %zu)", order[i]->line);
			is_bad = true;
		}
		for (size_t k = 0; k < n; k++)
			order[i + k]->is_bad = is_bad;
		*n_rejected += is_bad;
	}
	return LULL_OK;
}

/* ---- times --------------------------------------------------------------------------- */

/* With a clock or a date, time is in hours from the ID's first record (NM-TRAN's day-time translation). */
static void make_times(struct lull_events__reader *r, const struct lull_events__block *block)
{
	bool has_date = false;
	for (int i = LULL_EV_DATE; i <= LULL_EV_DAT3; i++)
		has_date |= r->item[i] >= 0;
	const struct lull_events__stamp *first = &r->stamps[block->first];
	for (size_t i = block->first; i < block->first + block->n; i++) {
		const struct lull_events__stamp *s = &r->stamps[i];
		if (!has_date && !r->has_clock) {
			r->records[i].t_h = lull_events__to_h(r->info->time_unit, s->number);
			continue;
		}
		const double begin_s = first->is_clock ? first->number : first->number * 3600;
		const double now_s = s->is_clock ? s->number : s->number * 3600;
		r->records[i].t_h = ((double)(s->day - first->day) * 86400 + (now_s - begin_s)) / 3600;
	}
}

/* ---- gaps ---------------------------------------------------------------------------- */

/* One column of a block: carried forward (or backward), what is left the other way round. False: all missing. */
static bool fill(double *column, size_t n, size_t stride, bool is_next)
{
	bool has_any = false;
	for (int pass = 0; pass < 2; pass++) {
		const bool forward = (pass == 0) != is_next;
		double last = NAN;
		for (size_t k = 0; k < n; k++) {
			double *x = &column[(forward ? k : n - 1 - k) * stride];
			if (is_missing(*x))
				*x = last;
			else
				last = *x;
			has_any |= !is_missing(*x);
		}
	}
	return has_any;
}

static void fill_covariates(struct lull_events__reader *r, struct lull_events__block *block)
{
	const size_t n_cov = (size_t)r->info->n_covariates;
	for (size_t c = 0; c < n_cov && r->n_covariate_cols; c++) {
		double *column = r->covariates + block->first * n_cov + c;
		const double by_default = r->info->covariate_default[c];
		if (fill(column, block->n, n_cov, r->covariates_next))
			continue;
		for (size_t i = 0; i < block->n; i++)
			column[i * n_cov] = by_default;
		if (r->covariate[c] < 0 || r->set_later >> c & 1)
			continue;
		r->row_is_bad = false;
		lull_events__say(r, is_missing(by_default) ? LULL_ERROR : LULL_WARNING, 0, r->info->covariates[c].name,
				 is_missing(by_default) ? "give it in one row at least" : NULL,
				 is_missing(by_default) ? "no value in any row" : "no value in any row: the model's default is used");
		block->is_bad |= r->row_is_bad;
	}
	const size_t n_par = (size_t)r->info->n_params;
	for (size_t p = 0; p < n_par && r->n_param_cols; p++)
		fill(r->params + block->first * n_par + p, block->n, n_par, r->covariates_next);
}

/* ETAs are of a person: one value an ID. */
static void fill_etas(struct lull_events__reader *r, struct lull_events__block *block)
{
	const size_t n_eta = (size_t)r->info->n_etas;
	for (size_t e = 0; e < n_eta && r->n_eta_cols; e++) {
		double *column = r->etas + block->first * n_eta + e;
		const bool has_any = fill(column, block->n, n_eta, false);
		bool is_one = true;
		for (size_t i = 1; i < block->n; i++)
			is_one &= !(column[i * n_eta] < column[0]) && !(column[i * n_eta] > column[0]);
		char name[72];
		lull_text_format(name, sizeof(name), "ETA of %s", r->info->etas[e].name);
		r->row_is_bad = false;
		if (!has_any)
			lull_events__say(r, LULL_ERROR, 0, name, "give it in one row at least",
					 "no value in any row");
		else if (!is_one)
			lull_events__say(r, LULL_ERROR, 0, name,
					 "give changes between occasions by OCC and the model's occasions",
					 "a deviation between people that changes within one");
		block->is_bad |= r->row_is_bad;
	}
}

static void fill_occasions(struct lull_events__reader *r, const struct lull_events__block *block)
{
	int32_t last = 1;
	for (size_t i = block->first; i < block->first + block->n; i++) {
		if (!r->records[i].occ)
			r->records[i].occ = last;
		last = r->records[i].occ;
	}
}

/* ---- subjects ------------------------------------------------------------------------ */

static void make_subject(const struct lull_events__reader *r, const struct lull_events__block *block,
			 struct lull_subject *out)
{
	const size_t i = block->first;
	*out = (struct lull_subject){ .id = block->id, .id_text = block->id_text, .records = r->records + i,
				      .n_records = block->n, .covariates_next = r->covariates_next };
	if (r->n_covariate_cols)
		out->covariates = r->covariates + i * (size_t)r->info->n_covariates;
	if (r->n_param_cols)
		out->params = r->params + i * (size_t)r->info->n_params;
	if (r->n_eta_cols)
		out->etas = r->etas + i * (size_t)r->info->n_etas;
}

static void say_what_holds(struct lull_events__reader *r, size_t n_rejected)
{
	if (r->n_comments)
		lull_diags_addf(r->diags, LULL_NOTE, r->path, 0, 0, NULL, NULL, "%zu comment rows (C or #) were left out",
				r->n_comments);
	if (r->n_covariate_cols)
		lull_diags_addf(r->diags, LULL_NOTE, r->path, 0, 0, NULL, NULL,
				r->covariates_next
					? "covariates: the next record's value holds before it (NONMEM's way)"
					: "covariates: a record's value holds until the next one");
	if (n_rejected)
		lull_diags_addf(r->diags, LULL_NOTE, r->path, 0, 0, NULL, NULL, "%zu IDs were left out, see above",
				n_rejected);
}

int lull_events__finish(struct lull_events__reader *r, struct lull_dataset *out)
{
	size_t n_rejected = 0;
	if (r->is_out_of_memory)
		return LULL_ENOMEM;
	for (size_t b = 0; b < r->n_blocks; b++) {
		struct lull_events__block *block = &r->blocks[b];
		if (block->is_bad || !block->n)
			continue;
		r->line = (int)block->line;
		r->id_text = block->id_text;
		make_times(r, block);
		fill_covariates(r, block);
		fill_etas(r, block);
		fill_occasions(r, block);
	}
	if (gather(r, &n_rejected) != LULL_OK)
		return LULL_ENOMEM;
	struct lull_subject *subjects = LULL_ARENA_NEW(r->arena, struct lull_subject, r->n_blocks + 1);
	if (!subjects)
		return LULL_ENOMEM;
	size_t n = 0;
	for (size_t b = 0; b < r->n_blocks; b++)
		if (!r->blocks[b].is_bad && r->blocks[b].n)
			make_subject(r, &r->blocks[b], &subjects[n++]);
	*out = (struct lull_dataset){ .subjects = subjects, .n_subjects = n, .carried = r->carry, .n_carried = r->n_carry,
				      .carried_text = r->carried, .records = r->records, .n_records = r->n_records,
				      .covariates_next = r->covariates_next, .n_rejected = n_rejected };
	say_what_holds(r, n_rejected);
	if (n)
		return LULL_OK;
	if (!r->n_blocks)
		lull_diags_addf(r->diags, LULL_ERROR, r->path, 0, 0, NULL, NULL, "no records");
	return LULL_EPARSE;
}
