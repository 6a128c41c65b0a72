/* Studies in, pooled results out; see evidence_io.h. */
#include "lull/codec/evidence_io.h"

#include <math.h>
#include <string.h>

#include "lull/base/csv.h"
#include "lull/base/parse.h"

/* ---- CSV ------------------------------------------------------------------------------------- */

enum { MAX_WANTED = LULL_MEASURE_COLUMNS + LULL_META_MAX_P };

struct reader {
	const char *file;
	struct lull_csv *csv;
	struct lull_arena *arena;
	struct lull_diags *diags;
	const char *wanted[MAX_WANTED]; /* the measure's columns, then the moderators'  */
	int at[MAX_WANTED];             /* index of its cell                            */
	int n_inputs, n_wanted, at_study;
	enum lull_measure measure;
};

static int find_columns(struct reader *r, const struct lull_csv_cell *cells, size_t n_cells)
{
	bool all = true;

	r->at_study = -1;
	for (int w = 0; w < r->n_wanted; w++)
		r->at[w] = -1;
	for (size_t c = 0; c < n_cells; c++) {
		if (strcmp(cells[c].text, "study") == 0)
			r->at_study = (int)c;
		for (int w = 0; w < r->n_wanted; w++)
			if (strcmp(cells[c].text, r->wanted[w]) == 0)
				r->at[w] = (int)c;
	}
	for (int w = 0; w < r->n_wanted; w++) {
		if (r->at[w] >= 0)
			continue;
		all = false;
		lull_diags_addf(r->diags, LULL_ERROR, r->file, 1, 1, "a header with this column", "name the columns as docs/evidence.md lists them",
				"no column \"%s\"", r->wanted[w]);
	}
	return all ? LULL_OK : LULL_EPARSE;
}

static void bad(struct reader *r, const struct lull_csv_cell *cell, const struct lull_err *err)
{
	lull_diags_addf(r->diags, LULL_ERROR, r->file, lull_csv_line(r->csv), cell ? cell->col : 1, NULL, err->mend[0] ? err->mend : NULL, "%s",
			err->what);
}

/* false: a diag says why. */
static bool read_row(struct reader *r, const struct lull_csv_cell *cells, size_t n_cells, struct lull_effect_size *out, double *mods,
		     size_t number)
{
	struct lull_effect_inputs in = { 0 };
	struct lull_err err = { 0 };
	bool ok = true;

	for (int w = 0; w < r->n_wanted; w++) {
		double value = NAN;
		const struct lull_csv_cell *cell = (size_t)r->at[w] < n_cells ? &cells[r->at[w]] : NULL;
		if (!cell || cell->n == 0) {
			lull_fail(&err, LULL_EPARSE, r->wanted[w], "column \"%s\" is empty", r->wanted[w]);
			ok = false;
			bad(r, cell, &err);
		} else if (lull_parse_double(cell->text, cell->n, '.', NULL, r->wanted[w], &value, &err) != LULL_OK) {
			ok = false;
			bad(r, cell, &err);
		}
		*(w < r->n_inputs ? &in.in[w] : &mods[w - r->n_inputs]) = value;
	}
	const bool named = r->at_study >= 0 && (size_t)r->at_study < n_cells && cells[r->at_study].n > 0;
	in.study = named ? lull_arena_strdup(r->arena, cells[r->at_study].text) : lull_arena_printf(r->arena, "study %zu", number);
	if (!in.study) {
		r->diags->out_of_memory = true;
		return false;
	}
	if (ok && lull_effect_size(r->measure, &in, out, &err) != LULL_OK) {
		ok = false;
		bad(r, &cells[r->at[0]], &err);
	}
	return ok;
}

static int read_rows(struct reader *r, struct lull_study_table *out)
{
	const struct lull_csv_cell *cells = NULL;
	const size_t n_mods = (size_t)(r->n_wanted - r->n_inputs);
	size_t n_cells = 0, cap = 0, cap_mods = 0, number = 0;
	struct lull_err err = { 0 };

	for (;;) {
		int rc = lull_csv_next(r->csv, &cells, &n_cells, &err);
		if (rc == LULL_ENOTFOUND)
			return LULL_OK;
		if (rc == LULL_ENOMEM)
			return rc;
		if (rc != LULL_OK) {
			bad(r, NULL, &err);
			continue;
		}
		if (n_cells == 0)
			continue;
		if (out->k == LULL_META_MAX_K) {
			lull_fail(&err, LULL_ELIMIT, r->file, "more than %d studies", LULL_META_MAX_K);
			bad(r, NULL, &err);
			return LULL_ELIMIT;
		}
		struct lull_effect_size *items = lull_arena_grow(r->arena, out->items, out->k, &cap, out->k + 1, sizeof(*items));
		double *mods = lull_arena_grow(r->arena, out->mods, out->k * n_mods, &cap_mods, (out->k + 1) * n_mods + 1, sizeof(*mods));
		if (!items || !mods)
			return LULL_ENOMEM;
		out->items = items;
		out->mods = mods;
		if (read_row(r, cells, n_cells, &items[out->k], mods + out->k * n_mods, ++number))
			out->k++;
		if (r->diags->out_of_memory)
			return LULL_ENOMEM;
	}
}

static void sum_up(struct lull_study_table *t)
{
	double inverse = 0;

	for (size_t i = 0; i < t->k; i++) {
		inverse += 1 / t->items[i].n;
		t->n_corrected += t->items[i].was_corrected;
	}
	t->harmonic_n = (double)t->k / inverse;
}

int lull_studies_read_csv(const char *bytes, size_t n, const char *file, enum lull_measure measure, const char *const *moderators,
			  size_t n_mods, struct lull_arena *arena, struct lull_study_table *out, struct lull_diags *diags)
{
	struct reader r = { .file = file, .arena = arena, .diags = diags, .measure = measure };
	const struct lull_csv_cell *cells = NULL;
	const char *const *columns = lull_measure_columns(measure);
	struct lull_err err = { 0 };
	size_t n_cells = 0;

	*out = (struct lull_study_table){ 0 };
	for (; columns[r.n_inputs]; r.n_inputs++)
		r.wanted[r.n_inputs] = columns[r.n_inputs];
	r.n_wanted = r.n_inputs;
	for (size_t i = 0; i < n_mods && i + 1 < LULL_META_MAX_P; i++)
		r.wanted[r.n_wanted++] = moderators[i];
	int rc = lull_csv_new(bytes, n, NULL, file, &r.csv, &err);
	if (rc == LULL_OK) {
		rc = lull_csv_next(r.csv, &cells, &n_cells, &err);
		if (rc == LULL_ENOTFOUND)
			lull_diags_addf(diags, LULL_ERROR, file, 1, 1, "a header", NULL, "nothing");
		else if (rc != LULL_OK)
			bad(&r, NULL, &err);
		if (rc == LULL_OK)
			rc = find_columns(&r, cells, n_cells);
		if (rc == LULL_OK)
			rc = read_rows(&r, out);
	} else
		lull_diags_addf(diags, LULL_ERROR, file, 0, 0, NULL, err.mend[0] ? err.mend : NULL, "%s", err.what);
	lull_csv_free(r.csv);
	if (rc == LULL_OK && out->k == 0 && diags->n_errors == 0)
		lull_diags_addf(diags, LULL_ERROR, file, 1, 1, "at least one row below the header", NULL, "no study");
	if (rc == LULL_OK && diags->n_errors)
		rc = LULL_EPARSE;
	sum_up(out);
	return rc;
}

/* ---- JSON -------------------------------------------------------------------------------------- */

static void put_back(struct lull_json *json, const struct lull_meta_answer *a)
{
	const struct { const char *key; double value; } all[] = {
		{ "estimate", a->meta->b[0].estimate }, { "ci_lb", a->meta->b[0].ci_lb }, { "ci_ub", a->meta->b[0].ci_ub },
		{ "pi_lb", a->meta->pi_lb }, { "pi_ub", a->meta->pi_ub },
	};

	lull_json_open(json, "transformed", '{');
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		lull_json_num(json, all[i].key, isnan(all[i].value) ? (double)NAN : lull_effect_back(a->measure, all[i].value, a->table->harmonic_n));
	if (a->measure == LULL_PFT)
		lull_json_text(json, "warning", "A double arcsine is turned back with the harmonic mean of the studies' sizes; with very unequal studies the "
			       "result can mislead (Schwarzer 2019, doi 10.1002/jrsm.1348). Compare with PLO.");
	lull_json_close(json, '}');
}

static void put_coefficients(struct lull_json *json, const struct lull_meta_answer *a)
{
	if (a->meta->p < 2)
		return;
	lull_json_open(json, "coefficients", '[');
	for (size_t j = 0; j < a->meta->p; j++) {
		const struct lull_meta_coefficient *b = &a->meta->b[j];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "name", j ? a->moderators[j - 1] : "intercept");
		lull_json_num(json, "estimate", b->estimate);
		lull_json_num(json, "se", b->se);
		lull_json_num(json, "ci_lb", b->ci_lb);
		lull_json_num(json, "ci_ub", b->ci_ub);
		lull_json_num(json, "p", b->p);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
	lull_json_num(json, "qm", a->meta->qm);
	lull_json_num(json, "qm_p", a->meta->qm_p);
}

static void put_each(struct lull_json *json, const char *key, const struct lull_meta_answer *a, const struct lull_meta *each)
{
	if (!each)
		return;
	lull_json_open(json, key, '[');
	for (size_t i = 0; i < a->table->k; i++) {
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "study", a->table->items[i].study);
		lull_json_num(json, "estimate", each[i].b[0].estimate);
		lull_json_num(json, "se", each[i].b[0].se);
		lull_json_num(json, "ci_lb", each[i].b[0].ci_lb);
		lull_json_num(json, "ci_ub", each[i].b[0].ci_ub);
		lull_json_num(json, "tau2", each[i].tau2);
		lull_json_num(json, "i2", each[i].i2);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_studies(struct lull_json *json, const struct lull_meta_answer *a)
{
	lull_json_open(json, "studies", '[');
	for (size_t i = 0; i < a->table->k; i++) {
		const struct lull_effect_size *e = &a->table->items[i];
		lull_json_open(json, NULL, '{');
		lull_json_text(json, "study", e->study);
		lull_json_num(json, "yi", e->yi);
		lull_json_num(json, "vi", e->vi);
		lull_json_num(json, "weight_percent", a->meta->weights[i]);
		lull_json_bool(json, "half_added", e->was_corrected);
		lull_json_close(json, '}');
	}
	lull_json_close(json, ']');
}

static void put_egger(struct lull_json *json, const struct lull_meta_answer *a)
{
	if (!a->egger && !a->egger_why)
		return;
	lull_json_open(json, "egger", '{');
	if (a->egger_why)
		lull_json_text(json, "refused", a->egger_why);
	else {
		lull_json_num(json, "slope", a->egger->slope);
		lull_json_num(json, "se", a->egger->se);
		lull_json_num(json, "t", a->egger->t);
		lull_json_num(json, "df", a->egger->df);
		lull_json_num(json, "p", a->egger->p);
	}
	lull_json_close(json, '}');
}

void lull_meta_json(const struct lull_meta_answer *a, const struct lull_files *knowledge, struct lull_buf *out)
{
	struct lull_json json = { .out = out };
	const struct lull_meta *m = a->meta;
	const struct { const char *key; double value; } all[] = {
		{ "estimate", m->b[0].estimate }, { "se", m->b[0].se }, { "ci_lb", m->b[0].ci_lb }, { "ci_ub", m->b[0].ci_ub },
		{ "tau2", m->tau2 }, { "i2", m->i2 }, { "q", m->q }, { "pi_lb", m->pi_lb }, { "pi_ub", m->pi_ub },
		{ "h2", m->h2 }, { "q_df", m->q_df }, { "q_p", m->q_p }, { "stat", m->b[0].stat }, { "p", m->b[0].p },
		{ "tau2_q_profile_lb", m->tau2_qp_lb }, { "tau2_q_profile_ub", m->tau2_qp_ub },
		{ "tau2_profile_lb", m->tau2_pl_lb }, { "tau2_profile_ub", m->tau2_pl_ub }, { "log_lik", m->log_lik },
	};

	lull_json_open(&json, NULL, '{');
	lull_json_head(&json, "lull.evidence.meta", 1, knowledge);
	lull_json_text(&json, "measure", lull_measure_names[a->measure]);
	lull_json_text(&json, "method", lull_tau2_method_names[a->options->method]);
	lull_json_bool(&json, "knha", a->options->knha);
	lull_json_num(&json, "level", a->options->level > 0 ? a->options->level : 0.95);
	lull_json_int(&json, "k", (int64_t)m->k);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		lull_json_num(&json, all[i].key, all[i].value);
	lull_json_int(&json, "n_half_added", (int64_t)a->table->n_corrected);
	if (m->p == 1)
		put_back(&json, a);
	put_coefficients(&json, a);
	put_egger(&json, a);
	put_studies(&json, a);
	put_each(&json, "leave_one_out", a, a->leave_one_out);
	put_each(&json, "cumulative", a, a->cumulative);
	lull_json_close(&json, '}');
	lull_buf_putc(out, '\n');
}
