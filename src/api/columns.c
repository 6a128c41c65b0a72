/* Tables of events from arrays: checked record by record, covariates filled, people told apart; see lull.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "lull/base/text.h"
#include "lull/num/math.h"

enum kind { COVARIATE, PARAMETER, ETA };

/* The arrays, and what the named ones are. */
struct build {
	const struct lull_evtable_columns *c;
	const struct lull_pm_info *info;
	const struct lull_popmodel *model;
	bool covariates_next;
	enum kind *kind;  /* [named] */
	size_t *number;   /* [named]: which covariate, parameter, eta */
	size_t n_of[3];   /* how many of each kind are named          */
	struct lull_arena *arena;
	struct lull_error *error;
};

static int complain(const struct build *b, size_t i_record, const char *column, const char *what, double value)
{
	char where[64];

	lull_text_format(where, sizeof(where), "record %zu, %s", i_record, column);
	return lull_api__fail(b->error, LULL_EDOMAIN, where, "found %g; %s", value, what);
}

static double at(const double *column, size_t i)
{
	return column ? column[i] : 0;
}

static int32_t whole_at(const int32_t *column, size_t i, int32_t absent)
{
	return column ? column[i] : absent;
}

/* NaN and infinities, which no file can hold; the rules of the field come after (events.h). */
static int check_finite(const struct build *b, size_t i)
{
	const struct lull_evtable_columns *c = b->c;
	const struct { const char *name; const double *column; double most; } all[] = {
		{ "time", c->time, LULL_EVENTS_MAX_H }, { "amt", c->amt, HUGE_VAL },           { "rate", c->rate, HUGE_VAL },
		{ "dur", c->dur, LULL_EVENTS_MAX_H },   { "ii", c->ii, LULL_EVENTS_MAX_H },
	};

	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		const double x = at(all[k].column, i);
		if (!lull_is_finite(x) || x > all[k].most || x < -all[k].most)
			return complain(b, i, all[k].name, "expected a finite number within its limits", x);
	}
	return LULL_OK;
}

static int check(const struct build *b, size_t i, const struct lull_record *record)
{
	struct lull_err err = { 0 };
	const int rc = lull_events_check_record(record, b->info->n_inputs, &err);

	if (rc == LULL_OK)
		return LULL_OK;
	char where[64];
	lull_text_format(where, sizeof(where), "record %zu, %s", i, err.where);
	lull_text_format(err.where, sizeof(err.where), "%s", where);
	return lull_api__give(b->error, rc, &err);
}

static int record(const struct build *b, size_t i, struct lull_record *out)
{
	const struct lull_evtable_columns *c = b->c;
	const double rate = at(c->rate, i);
	const int32_t cmt = whole_at(c->cmt, i, 0);
	const int rc = check_finite(b, i);

	if (rc != LULL_OK)
		return rc;
	*out = (struct lull_record){ .t_h = lull_api__to_h(b->info, at(c->time, i)),
				     .amt = at(c->amt, i),
				     .rate = rate > 0 ? lull_api__from_h(b->info, rate) : rate,
				     .dur_h = lull_api__to_h(b->info, at(c->dur, i)),
				     .ii_h = lull_api__to_h(b->info, at(c->ii, i)),
				     .dv = NAN,
				     .cmt = cmt ? cmt : b->info->default_input + 1,
				     .addl = whole_at(c->addl, i, 0),
				     .ss = whole_at(c->ss, i, 0),
				     .occ = whole_at(c->occ, i, 1),
				     .line = i };
	out->evid = c->evid ? c->evid[i] : lull_events_derive_evid(out);
	out->mdv = out->evid != LULL_EVID_OBSERVE;
	return check(b, i, out);
}

/* ---- named columns ------------------------------------------------------------------------ */

/* As a file's columns: covariates first, then parameters, then deviations. */
static bool find_name(const struct build *b, const char *name, enum kind *kind, size_t *number)
{
	static const int lists[] = { LULL_COVARIATES, LULL_PARAMETERS };
	int64_t found = -1;

	for (int k = COVARIATE; k < ETA && found < 0; k++) {
		*kind = (enum kind)k;
		found = lull_popmodel_find(b->model, lists[k], name);
	}
	if (found < 0) {
		*kind = ETA;
		found = lull_events_find_eta(b->info, name);
	}
	*number = found < 0 ? 0 : (size_t)found;
	return found >= 0;
}

static int find_names(struct build *b)
{
	const struct lull_evtable_columns *c = b->c;

	if (c->n_named && (!c->names || !c->values))
		return lull_api__is_null(b->error, "lull_evtable_columns.names and values");
	b->kind = LULL_ARENA_NEW(b->arena, enum kind, c->n_named);
	b->number = LULL_ARENA_NEW(b->arena, size_t, c->n_named);
	if (!b->kind || !b->number)
		return lull_api__nomem(b->error);
	for (size_t j = 0; j < c->n_named; j++) {
		if (!c->names[j] || !c->values[j])
			return lull_api__is_null(b->error, "a name or a column of lull_evtable_columns");
		if (!find_name(b, c->names[j], &b->kind[j], &b->number[j]))
			return lull_api__fail(b->error, LULL_ENOTFOUND, c->names[j],
					      "model %s has no covariate, parameter or deviation (ETA1 ...) of this name", b->info->id);
		for (size_t i = 0; i < j; i++)
			if (b->kind[i] == b->kind[j] && b->number[i] == b->number[j])
				return lull_api__fail(b->error, LULL_ECONFLICT, c->names[j], "two columns are this one");
		b->n_of[b->kind[j]]++;
	}
	if (b->n_of[ETA] && b->n_of[ETA] < (size_t)b->info->n_etas) {
		lull_api__fail(b->error, LULL_ECONFLICT, "lull_evtable_columns.names", "%zu of the model's %d deviations have a column",
			       b->n_of[ETA], b->info->n_etas);
		lull_api__mend(b->error, "give all of them (0 for a typical one), or none, which draws them");
		return LULL_ECONFLICT;
	}
	return LULL_OK;
}

/* One covariate of one person: where NaN stands, the value before holds, else the one after, else the default; with
 * covariates_next the one after comes first. */
static void fill(double *rows, size_t n, size_t stride, double by_default, bool next_first)
{
	for (size_t pass = 0; pass < 2; pass++) {
		const bool forward = (pass == 0) != next_first;
		double last = NAN;
		for (size_t k = 0; k < n; k++) {
			double *x = rows + (forward ? k : n - 1 - k) * stride;
			if (lull_is_nan(*x))
				*x = last;
			else
				last = *x;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (lull_is_nan(rows[i * stride]))
			rows[i * stride] = by_default;
}

/* A person's rows of one kind: named columns where given, NaN elsewhere. */
static int rows_of(const struct build *b, enum kind kind, size_t width, size_t first, size_t n, double **out)
{
	*out = LULL_ARENA_NEW(b->arena, double, n * width);
	if (!*out)
		return lull_api__nomem(b->error);
	for (size_t i = 0; i < n * width; i++)
		(*out)[i] = NAN;
	for (size_t j = 0; j < b->c->n_named; j++) {
		if (b->kind[j] != kind)
			continue;
		for (size_t i = 0; i < n; i++) {
			const double x = b->c->values[j][first + i];
			if (!lull_is_nan(x) && !lull_is_finite(x))
				return complain(b, first + i, b->c->names[j], "expected a finite number, or NaN", x);
			(*out)[i * width + b->number[j]] = x;
		}
	}
	return LULL_OK;
}

/* A person has one set: the first record's; a later one is the same, or NaN. */
static int etas_of(const struct build *b, size_t first, size_t n, struct lull_subject *subject)
{
	const size_t n_etas = (size_t)b->info->n_etas;
	double *rows;
	int rc = rows_of(b, ETA, n_etas, first, n, &rows);

	if (rc != LULL_OK)
		return rc;
	for (size_t i = 1; i < n; i++)
		for (size_t e = 0; e < n_etas; e++)
			if (!lull_is_nan(rows[i * n_etas + e]) && (rows[i * n_etas + e] < rows[e] || rows[i * n_etas + e] > rows[e]))
				return complain(b, first + i, b->info->etas[e].name,
						"a deviation between people does not change within one", rows[i * n_etas + e]);
	for (size_t e = 0; e < n_etas; e++)
		if (lull_is_nan(rows[e]))
			return complain(b, first, b->info->etas[e].name, "a deviation is given in a person's first record", NAN);
	subject->etas = rows;
	return LULL_OK;
}

static int named_of(const struct build *b, size_t first, size_t n, struct lull_subject *subject)
{
	const size_t n_covariates = (size_t)b->info->n_covariates, n_params = (size_t)b->info->n_params;
	double *rows;
	int rc = LULL_OK;

	if (b->n_of[COVARIATE]) {
		rc = rows_of(b, COVARIATE, n_covariates, first, n, &rows);
		for (size_t v = 0; rc == LULL_OK && v < n_covariates; v++)
			fill(rows + v, n, n_covariates, b->info->covariate_default[v], b->covariates_next);
		subject->covariates = rc == LULL_OK ? rows : NULL;
	}
	if (rc == LULL_OK && b->n_of[PARAMETER]) {
		rc = rows_of(b, PARAMETER, n_params, first, n, &rows);
		for (size_t p = 0; rc == LULL_OK && p < n_params; p++)
			fill(rows + p, n, n_params, NAN, b->covariates_next);
		subject->params = rc == LULL_OK ? rows : NULL;
	}
	if (rc == LULL_OK && b->n_of[ETA])
		rc = etas_of(b, first, n, subject);
	return rc;
}

/* ---- people --------------------------------------------------------------------------------- */

static int check_order(const struct build *b, const struct lull_subject *subject, size_t first)
{
	for (size_t i = 1; i < subject->n_records; i++) {
		const struct lull_record *r = &subject->records[i];
		const bool restarts = r->evid == LULL_EVID_RESET || r->evid == LULL_EVID_RESET_DOSE;
		if (r->t_h < subject->records[i - 1].t_h && !restarts)
			return complain(b, first + i, "time", "a person's times do not fall, except at a reset (EVID 3 or 4)",
					at(b->c->time, first + i));
	}
	return LULL_OK;
}

static int person(const struct build *b, const struct lull_record *records, size_t first, size_t n, uint64_t id,
		  struct lull_subject *out)
{
	char *text = lull_arena_printf(b->arena, "%llu", (unsigned long long)id);

	if (!text)
		return lull_api__nomem(b->error);
	*out = (struct lull_subject){ .id = id, .id_text = text, .records = records + first, .n_records = n,
				      .covariates_next = b->covariates_next };
	const int rc = check_order(b, out, first);
	return rc == LULL_OK ? named_of(b, first, n, out) : rc;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Draws are keyed by ID: two people must not share one. */
static int check_unique(const struct build *b, const struct lull_subject *subjects, size_t n)
{
	uint64_t *ids = LULL_ARENA_NEW(b->arena, uint64_t, n);

	if (!ids)
		return lull_api__nomem(b->error);
	for (size_t i = 0; i < n; i++)
		ids[i] = subjects[i].id;
	qsort(ids, n, sizeof(*ids), by_number);
	for (size_t i = 1; i < n; i++) {
		if (ids[i] != ids[i - 1])
			continue;
		lull_api__fail(b->error, LULL_ECONFLICT, "id", "%llu stands in two places", (unsigned long long)ids[i]);
		lull_api__mend(b->error, "put a person's records together, or number people anew");
		return LULL_ECONFLICT;
	}
	return LULL_OK;
}

static size_t n_ids(const struct lull_evtable_columns *c)
{
	size_t n = 1;

	for (size_t i = 1; c->id && i < c->n_records; i++)
		n += c->id[i] != c->id[i - 1];
	return n;
}

static int build(struct build *b, struct lull_dataset *out)
{
	const struct lull_evtable_columns *c = b->c;
	struct lull_record *records = LULL_ARENA_NEW(b->arena, struct lull_record, c->n_records);
	struct lull_subject *subjects = LULL_ARENA_NEW(b->arena, struct lull_subject, n_ids(c));
	size_t n = 0;
	int rc = records && subjects ? find_names(b) : lull_api__nomem(b->error);

	for (size_t i = 0; rc == LULL_OK && i < c->n_records; i++)
		rc = record(b, i, &records[i]);
	for (size_t first = 0, end; rc == LULL_OK && first < c->n_records; first = end) {
		for (end = first + 1; end < c->n_records && (!c->id || c->id[end] == c->id[first]); end++)
			;
		rc = person(b, records, first, end - first, c->id ? c->id[first] : 1, &subjects[n++]);
	}
	if (rc == LULL_OK)
		rc = check_unique(b, subjects, n);
	*out = (struct lull_dataset){ .subjects = subjects, .n_subjects = n, .records = records,
				      .n_records = c->n_records, .covariates_next = b->covariates_next };
	return rc;
}

int lull_evtable_from_columns(const struct lull_popmodel *model, const struct lull_evtable_columns *columns,
			      const struct lull_evtable_options *options, struct lull_evtable **out,
			      struct lull_error *error)
{
	struct lull_evtable_options how;
	struct lull_evtable_columns own;
	struct lull_evtable *table = NULL;
	int rc = lull_api__enter(error);

	if (rc != LULL_OK)
		return rc;
	if (!out || !model || !columns)
		return lull_api__is_null(error, !out ? "out" : !model ? "model" : "columns");
	*out = NULL;
	if ((rc = lull_api__options(options, &how, sizeof(how), "lull_evtable_options", error)) ||
	    (rc = lull_api__options(columns, &own, sizeof(own), "lull_evtable_columns", error)))
		return rc;
	if (!own.n_records)
		return lull_api__fail(error, LULL_EDOMAIN, "lull_evtable_columns.n_records", "there are no records");
	if ((rc = lull_api__new_table(model, &table, error)))
		return rc;
	struct build b = { .c = &own, .info = model->info, .model = model, .covariates_next = how.covariates_next != 0,
			   .arena = &table->arena, .error = error };
	rc = build(&b, &table->data);
	if (rc == LULL_OK)
		*out = table;
	else
		lull_evtable_free(table);
	return rc;
}
