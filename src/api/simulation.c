/* Populations as handles: options checked and copied once, runs into memory or into a reducer; see lull.h. */
#include <math.h>
#include <string.h>

#include "api.h"
#include "lull/base/text.h"
#include "lull/num/math.h"

/* What a slot keeps from map to emit, and times in the model's unit. */
struct slot {
	const struct lull_sim_person *people;
	size_t n_people;
	double *times; size_t cap_times;
};

struct lull_simulation {
	struct lull_popmodel *model; /* held */
	struct lull_evtable *table;  /* held */
	struct lull_arena arena;     /* copies of what the options point to */
	struct lull_dataset data;
	struct lull_sim sim;
	struct lull_pool *pool;
	struct slot *slots;
	uint32_t n_slots;
	size_t n_people, n_times;    /* of one replicate; the most of a person */
	int outputs[LULL_PM_MAX_OUTPUTS];
	int (*progress)(void *user, uint64_t n_done, uint64_t n_all);
	void *user;
	atomic_bool stop;
	uint64_t n_failed;
};

/* ---- options to a struct lull_sim -------------------------------------------------------------- */

/* A copy in the arena, NULL for nothing; *rc LULL_ENOMEM. */
static double *copy(struct lull_simulation *s, const double *from, size_t n, int *rc, struct lull_error *error)
{
	if (!from || *rc != LULL_OK)
		return NULL;
	double *to = n <= SIZE_MAX / sizeof(*to) ? LULL_ARENA_NEW(&s->arena, double, n) : NULL;
	if (to && n)
		memcpy(to, from, n * sizeof(*to));
	if (!to)
		*rc = lull_api__nomem(error);
	return to;
}

/* Typical values with the given ones over them: rows x n_params. */
static double *thetas(struct lull_simulation *s, const double *given, size_t n_rows, const char *name, int *rc,
		      struct lull_error *error)
{
	const size_t n = (size_t)s->model->info->n_params;
	double typical[LULL_PM_MAX_PARAMS];
	double *rows = copy(s, given, n_rows * n, rc, error);

	if (!rows)
		return NULL;
	lull_pm_typical(s->model->pm, typical);
	for (size_t i = 0; i < n_rows * n; i++) {
		rows[i] = lull_is_nan(rows[i]) ? typical[i % n] : rows[i];
		if (!lull_is_finite(rows[i])) {
			*rc = lull_api__fail(error, LULL_EDOMAIN, name, "row %zu, %s: expected a finite number, or NaN", i / n,
					     s->model->info->params[i % n].name);
			return NULL;
		}
	}
	return rows;
}

static int look_at(struct lull_simulation *s, const struct lull_simulation_options *o, struct lull_error *error)
{
	struct lull_events_ask *ask = &s->sim.ask;
	int rc = LULL_OK;

	ask->at_records = o->at_records != 0 || !o->n_times;
	if (o->n_times && !o->times)
		return lull_api__is_null(error, "times");
	double *t_h = copy(s, o->times, o->n_times, &rc, error);
	if (rc == LULL_OK && o->n_times)
		rc = lull_api__times(s->model->info, o->times, o->n_times, t_h, error);
	if (rc != LULL_OK)
		return rc;
	if (!(o->step >= 0) || !lull_is_finite(o->step))
		return lull_api__fail(error, LULL_EDOMAIN, "step", "expected a finite number above 0, or 0 for none");
	for (size_t i = 0; o->step > 0 && i < o->n_times; i++) {
		const double want = o->times[0] + (double)i * o->step;
		if (o->times[i] > want + 1e-9 * o->step || o->times[i] < want - 1e-9 * o->step)
			return lull_api__fail(error, LULL_ECONFLICT, "step", "time %zu is %.17g, not times[0] + %zu steps of %g", i,
					      o->times[i], i, o->step);
	}
	ask->grid_h = o->n_times ? t_h : NULL;
	ask->n_grid = o->n_times;
	ask->grid_step_h = o->step > 0 ? lull_api__to_h(s->model->info, o->step) : 0;
	return LULL_OK;
}

/* One subject a person, all with the records of the table's only one and numbers of their own. */
static int people_of_rows(struct lull_simulation *s, const struct lull_simulation_options *o, struct lull_error *error)
{
	const struct lull_pm_info *info = s->model->info;
	const struct lull_subject *one = s->table->data.subjects;
	const size_t n = (size_t)o->n_people, n_covariates = (size_t)info->n_covariates, n_etas = (size_t)info->n_etas;
	const size_t n_rows = one->n_records;
	struct lull_subject *all = LULL_ARENA_NEW(&s->arena, struct lull_subject, n);
	int rc = all ? LULL_OK : lull_api__nomem(error);
	const double *etas = copy(s, o->etas, n * n_etas, &rc, error);
	double *covariates = NULL;

	if (rc == LULL_OK && o->covariates && n_covariates) {
		covariates = n <= SIZE_MAX / 8 / (n_rows * n_covariates + 1)
				     ? LULL_ARENA_NEW(&s->arena, double, n * n_rows * n_covariates) : NULL;
		rc = covariates ? LULL_OK : lull_api__nomem(error);
	}
	for (size_t p = 0; rc == LULL_OK && p < n; p++) {
		all[p] = *one;
		all[p].id = s->sim.first_id + p;
		if (etas)
			all[p].etas = etas + p * n_etas;
		for (size_t i = 0; covariates && i < n_rows * n_covariates; i++) {
			const double given = o->covariates[p * n_covariates + i % n_covariates];
			const double table = one->covariates ? one->covariates[i] : info->covariate_default[i % n_covariates];
			covariates[p * n_rows * n_covariates + i] = lull_is_nan(given) ? table : given;
		}
		if (covariates)
			all[p].covariates = covariates + p * n_rows * n_covariates;
	}
	if (rc != LULL_OK)
		return rc;
	s->data.subjects = all;
	s->data.n_subjects = n;
	s->sim.n_people = 0;
	return LULL_OK;
}

static int check_rows(const double *rows, uint64_t n_rows, size_t width, const char *name, bool nan_is_fine,
		      struct lull_error *error)
{
	for (uint64_t i = 0; rows && i < n_rows * width; i++)
		if (!lull_is_finite(rows[i]) && !(nan_is_fine && lull_is_nan(rows[i])))
			return lull_api__fail(error, LULL_EDOMAIN, name, "person %llu: number %llu is not finite",
					      (unsigned long long)(i / width), (unsigned long long)(i % width));
	return LULL_OK;
}

static int who(struct lull_simulation *s, const struct lull_simulation_options *o, struct lull_error *error)
{
	const struct lull_pm_info *info = s->model->info;
	int rc;

	s->data = s->table->data;
	s->sim.n_people = (size_t)o->n_people;
	s->sim.first_id = o->first_id ? o->first_id : 1;
	if (o->n_people > (SIZE_MAX >> 8))
		return lull_api__fail(error, LULL_ELIMIT, "n_people", "is too many");
	if (o->n_people && s->data.n_subjects != 1)
		return lull_api__fail(error, LULL_ECONFLICT, "n_people",
				      "repeats the records of one person; the table holds %zu", s->data.n_subjects);
	if (!s->data.n_subjects)
		return lull_api__fail(error, LULL_EDOMAIN, "table", "holds nobody");
	s->n_people = o->n_people ? (size_t)o->n_people : s->data.n_subjects;
	if (!o->covariates && !o->etas)
		return LULL_OK;
	if (!o->n_people)
		return lull_api__fail(error, LULL_ECONFLICT, o->etas ? "etas" : "covariates",
				      "rows need n_people; or give them as columns of the table");
	if ((rc = check_rows(o->covariates, o->n_people, (size_t)info->n_covariates, "covariates", true, error)) ||
	    (rc = check_rows(o->etas, o->n_people, (size_t)info->n_etas, "etas", false, error)))
		return rc;
	return people_of_rows(s, o, error);
}

static int prepare(struct lull_simulation *s, const struct lull_simulation_options *o, struct lull_error *error)
{
	const uint32_t known = LULL_DRAW_PEOPLE | LULL_DRAW_OCCASIONS | LULL_DRAW_RESIDUAL | LULL_DRAW_UNCERTAINTY;
	struct lull_err err = { 0 };
	int rc;

	s->sim = (struct lull_sim){ .pm = s->model->pm, .data = &s->data, .n_rep = o->n_replicates, .seed = o->seed,
				    .iiv = (o->draw & LULL_DRAW_PEOPLE) != 0,
				    .iov = (o->draw & LULL_DRAW_OCCASIONS) != 0,
				    .residual = (o->draw & LULL_DRAW_RESIDUAL) != 0,
				    .uncertainty = (o->draw & LULL_DRAW_UNCERTAINTY) != 0, .outputs = s->outputs };
	s->progress = o->progress;
	s->user = o->user;
	if (o->draw & ~known)
		return lull_api__fail(error, LULL_EUNSUPPORTED, "draw", "0x%x: a bit that this library does not know",
				      (unsigned)(o->draw & ~known));
	if ((o->draw & LULL_DRAW_UNCERTAINTY) && !s->model->info->has_uncertainty)
		return lull_api__fail(error, LULL_EUNSUPPORTED, "draw", "model %s states no uncertainty of its parameters",
				      s->model->info->id);
	if ((o->draw & LULL_DRAW_RESIDUAL) && !s->model->info->has_residual)
		return lull_api__fail(error, LULL_EUNSUPPORTED, "draw", "model %s states no residual error",
				      s->model->info->id);
	if (o->n_threads < 0 || o->n_threads > LULL_MAX_THREADS)
		return lull_api__fail(error, LULL_EDOMAIN, "n_threads", "expected 0 to %d", (int)LULL_MAX_THREADS);
	if (o->n_posterior && !o->posterior)
		return lull_api__is_null(error, "posterior");
	if ((rc = lull_api__outputs(s->model->info, o->outputs, o->n_outputs, s->outputs, &s->sim.n_outputs, error)) ||
	    (rc = who(s, o, error)) || (rc = look_at(s, o, error)))
		return rc;
	s->sim.theta = thetas(s, o->parameters, 1, "parameters", &rc, error);
	s->sim.posterior = thetas(s, o->n_posterior ? o->posterior : NULL, o->n_posterior, "posterior", &rc, error);
	s->sim.n_posterior = s->sim.posterior ? o->n_posterior : 0;
	if (rc != LULL_OK)
		return rc;
	for (size_t i = 0; s->sim.ask.at_records && i < s->data.n_subjects; i++) {
		const size_t n = lull_api__n_looks(&s->data.subjects[i]);
		s->n_times = n > s->n_times ? n : s->n_times;
	}
	s->n_times += s->sim.ask.n_grid;
	if (!s->n_times)
		return lull_api__fail(error, LULL_EDOMAIN, "times", "nothing is asked: no times, and no observation records");
	rc = lull_pool_new(o->n_threads, &s->pool, &err);
	if (rc != LULL_OK)
		return lull_api__give(error, rc, &err);
	s->n_slots = 2 * (uint32_t)lull_pool_threads(s->pool);
	s->slots = lull_mem_zalloc(s->n_slots, sizeof(*s->slots));
	return s->slots ? LULL_OK : lull_api__nomem(error);
}

int lull_simulation_new(const struct lull_popmodel *model, const struct lull_evtable *table,
			const struct lull_simulation_options *options, struct lull_simulation **out,
			struct lull_error *error)
{
	struct lull_simulation_options own;
	int rc = lull_api__enter(error);

	if (rc != LULL_OK)
		return rc;
	if (!out)
		return lull_api__is_null(error, "out");
	*out = NULL;
	if ((rc = lull_api__fits(model, table, error)) ||
	    (rc = lull_api__options(options, &own, sizeof(own), "lull_simulation_options", error)))
		return rc;
	struct lull_simulation *s = lull_mem_zalloc(1, sizeof(*s));
	if (!s)
		return lull_api__nomem(error);
	s->model = lull_api__hold_model(model);
	s->table = lull_api__hold_table(table);
	atomic_init(&s->stop, false);
	rc = prepare(s, &own, error);
	if (rc == LULL_OK)
		*out = s;
	else
		lull_simulation_free(s);
	return rc;
}

void lull_simulation_free(struct lull_simulation *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; s->slots && i < s->n_slots; i++)
		lull_mem_free(s->slots[i].times);
	lull_mem_free(s->slots);
	lull_pool_free(s->pool);
	lull_arena_clear(&s->arena);
	lull_evtable_free(s->table);
	lull_popmodel_free(s->model);
	lull_mem_free(s);
}

static size_t n_replicates(const struct lull_simulation *s)
{
	return s->sim.n_rep ? s->sim.n_rep : 1;
}

uint64_t lull_simulation_n_results(const struct lull_simulation *s)
{
	return s ? (uint64_t)s->n_people * n_replicates(s) : 0;
}

size_t lull_simulation_n_outputs(const struct lull_simulation *s)
{
	return s ? (size_t)s->sim.n_outputs : 0;
}

size_t lull_simulation_n_times(const struct lull_simulation *s)
{
	return s ? s->n_times : 0;
}

uint32_t lull_simulation_n_slots(const struct lull_simulation *s)
{
	return s ? s->n_slots : 0;
}

uint64_t lull_simulation_n_failed(const struct lull_simulation *s)
{
	return s ? s->n_failed : 0;
}

void lull_simulation_stop(struct lull_simulation *s)
{
	if (s)
		atomic_store(&s->stop, true);
}

/* ---- running ------------------------------------------------------------------------------------ */

static uint64_t index_of(const struct lull_simulation *s, const struct lull_sim_person *p)
{
	const uint64_t person = s->sim.n_people ? p->id - s->sim.first_id : p->i_subject;

	return (uint64_t)p->replicate * s->n_people + person;
}

static void tell(void *user, size_t n_done, size_t n_all)
{
	struct lull_simulation *s = user;

	if (s->progress && s->progress(s->user, n_done, n_all))
		atomic_store(&s->stop, true);
}

static int run(struct lull_simulation *s, const struct lull_sim_sink *sink, struct lull_error *error)
{
	struct lull_sim_progress progress = { .stop = &s->stop, .done = tell, .user = s };
	struct lull_err err = { 0 };
	const int rc = lull_simulate_population(&s->sim, s->pool, sink, &progress, &err);

	s->n_failed = progress.n_failed;
	atomic_store(&s->stop, false);
	return lull_api__give(error, rc, &err);
}

/* ---- into memory -------------------------------------------------------------------------------- */

struct store {
	struct lull_simulation *s;
	double *values;
	int32_t *codes;
	uint64_t n_done, first_failed; /* results emitted; ID of the first without values */
	struct lull_err why;
	uint64_t *chunk;               /* [slot]: which is, or will be, under way there: slot, slot + n_slots ... (pool.h) */
};

static void blank(double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		values[i] = NAN;
}

static void put(const struct store *store, const struct lull_sim_person *p, uint64_t index)
{
	const size_t n_times = store->s->n_times, n_outputs = (size_t)store->s->sim.n_outputs;
	double *to = store->values + index * n_times * n_outputs;

	if (p->status != LULL_OK || !p->values) {
		blank(to, n_times * n_outputs);
		return;
	}
	for (size_t o = 0; o < n_outputs; o++) {
		memcpy(to + o * n_times, p->values + o * p->n_times, p->n_times * sizeof(*to));
		blank(to + o * n_times + p->n_times, n_times - p->n_times);
	}
}

/* Straight from the cache to where it belongs, where everybody has the same times. */
static int store_tile(void *user, size_t i_slot, int i_thread, const uint16_t *person, int width, size_t i_time,
		      size_t n_times, const double *t_h, const double *tile, struct lull_err *err)
{
	const struct store *store = user;
	const struct lull_simulation *s = store->s;
	const size_t n_outputs = (size_t)s->sim.n_outputs, step = n_outputs * (size_t)width;
	const uint64_t n_chunks = (s->n_people + LULL_SIM_CHUNK - 1) / LULL_SIM_CHUNK, chunk = store->chunk[i_slot];
	const uint64_t first = chunk / n_chunks * s->n_people + chunk % n_chunks * LULL_SIM_CHUNK;

	(void)i_thread;
	(void)t_h;
	(void)err;
	for (int l = 0; l < width; l++)
		for (size_t o = 0; o < n_outputs; o++) {
			const double *from = tile + o * (size_t)width + (size_t)l;
			double *to = store->values + ((first + person[l]) * n_outputs + o) * s->n_times + i_time;
			for (size_t t = 0; t < n_times; t++)
				to[t] = from[t * step];
		}
	return LULL_OK;
}

static int store_map(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n_people,
		     struct lull_err *err)
{
	struct store *store = user;

	(void)i_thread;
	(void)err;
	store->s->slots[i_slot].people = people;
	store->s->slots[i_slot].n_people = n_people;
	for (size_t i = 0; i < n_people; i++) {
		const uint64_t index = index_of(store->s, &people[i]);
		if (people[i].values || people[i].status != LULL_OK) /* else it went by as tiles */
			put(store, &people[i], index);
		if (store->codes)
			store->codes[index] = people[i].status;
	}
	return LULL_OK;
}

static int store_emit(void *user, size_t i_slot, size_t i_chunk, struct lull_err *err)
{
	struct store *store = user;
	const struct slot *slot = &store->s->slots[i_slot];

	(void)err;
	store->chunk[i_slot] = i_chunk + store->s->n_slots;
	for (size_t i = 0; i < slot->n_people && store->why.code == LULL_OK; i++) {
		if (slot->people[i].status == LULL_OK)
			continue;
		store->why = *slot->people[i].err;
		store->why.code = slot->people[i].status;
		store->first_failed = slot->people[i].id;
	}
	store->n_done += slot->n_people;
	return LULL_OK;
}

/* A person without values where nobody asked for codes: an error of the run. */
static int somebody_failed(const struct store *store, struct lull_error *error)
{
	char where[64];

	lull_text_format(where, sizeof(where), "ID %llu", (unsigned long long)store->first_failed);
	lull_api__fail(error, store->why.code, where, "%s%s%s (%llu of %llu results have no values)", store->why.where,
		       store->why.where[0] ? ": " : "", store->why.what, (unsigned long long)store->s->n_failed,
		       (unsigned long long)lull_simulation_n_results(store->s));
	lull_api__mend(error, "%s", store->why.mend);
	return store->why.code;
}

int lull_simulation_run(struct lull_simulation *s, double *values, size_t n_values, int32_t *codes,
			struct lull_error *error)
{
	int rc = lull_api__enter(error);

	if (rc != LULL_OK)
		return rc;
	if (!s || !values)
		return lull_api__is_null(error, s ? "values" : "simulation");
	const uint64_t n_results = lull_simulation_n_results(s);
	const size_t n_each = s->n_times * (size_t)s->sim.n_outputs;
	if (n_values / n_each < n_results)
		return lull_api__fail(error, LULL_EDOMAIN, "n_values", "is %zu; %llu results of %zu values need more", n_values,
				      (unsigned long long)n_results, n_each);
	struct store store = { .s = s, .values = values, .codes = codes };
	const struct lull_sim_sink sink = { .user = &store, .n_slots = s->n_slots, .map = store_map, .emit = store_emit,
					    .tile = s->sim.ask.at_records ? NULL : store_tile };
	store.chunk = lull_mem_zalloc(s->n_slots, sizeof(*store.chunk));
	if (!store.chunk)
		return lull_api__nomem(error);
	for (uint32_t i = 0; i < s->n_slots; i++)
		store.chunk[i] = i;
	rc = run(s, &sink, error);
	lull_mem_free(store.chunk);
	if (rc == LULL_OK)
		return !codes && store.why.code != LULL_OK ? somebody_failed(&store, error) : LULL_OK;
	blank(values + store.n_done * n_each, (size_t)(n_results - store.n_done) * n_each);
	for (uint64_t i = store.n_done; codes && i < n_results; i++)
		codes[i] = rc;
	return rc;
}

/* ---- into a reducer ------------------------------------------------------------------------------- */

struct reduce {
	struct lull_simulation *s;
	struct lull_reducer how;
};

/* Times as the model counts them; hours need no copy. */
static const double *in_model_unit(struct lull_simulation *s, struct slot *slot, const double *t_h, size_t n, size_t at,
				   int *rc, struct lull_err *err)
{
	const struct lull_pm_info *info = s->model->info;

	if (info->time_unit_h == 1 || !t_h)
		return t_h;
	if (slot->cap_times < 2 * n) { /* times, and doses before them */
		double *more = lull_mem_realloc(slot->times, 2 * n * sizeof(*more));
		if (!more) {
			*rc = lull_nomem(err);
			return NULL;
		}
		slot->times = more;
		slot->cap_times = 2 * n;
	}
	for (size_t i = 0; i < n; i++)
		slot->times[at + i] = lull_api__from_h(info, t_h[i]);
	return slot->times + at;
}

static int hand_over(struct reduce *r, size_t i_slot, struct lull_err *err)
{
	struct lull_simulation *s = r->s;
	struct slot *slot = &s->slots[i_slot];
	int rc = LULL_OK;

	for (size_t i = 0; rc == LULL_OK && i < slot->n_people; i++) {
		const struct lull_sim_person *p = &slot->people[i];
		const bool is_whole = p->status == LULL_OK;
		struct lull_result result = { .size = sizeof(result), .index = index_of(s, p), .id = p->id,
					      .replicate = p->replicate, .code = p->status,
					      .message = is_whole ? "" : p->err->what,
					      .n_outputs = (size_t)s->sim.n_outputs, .n_times = p->n_times,
					      .values = is_whole ? p->values : NULL, .record = p->record,
					      .n_parameters = (size_t)s->model->info->n_params,
					      .parameters = is_whole ? p->params : NULL };
		result.times = in_model_unit(s, slot, p->t_h, p->n_times, 0, &rc, err);
		if (rc == LULL_OK)
			result.last_dose = in_model_unit(s, slot, p->last_dose_h, p->n_times, p->n_times, &rc, err);
		if (rc == LULL_OK && r->how.person(r->how.user, (uint32_t)i_slot, &result))
			rc = lull_fail(err, LULL_ESTOPPED, "reducer", "the reducer ended the run at ID %llu",
				       (unsigned long long)p->id);
	}
	return rc;
}

static int reduce_map(void *user, size_t i_slot, int i_thread, const struct lull_sim_person *people, size_t n_people,
		      struct lull_err *err)
{
	struct reduce *r = user;

	(void)i_thread;
	r->s->slots[i_slot].people = people;
	r->s->slots[i_slot].n_people = n_people;
	return r->how.merge ? hand_over(r, i_slot, err) : LULL_OK;
}

static int reduce_emit(void *user, size_t i_slot, size_t i_chunk, struct lull_err *err)
{
	struct reduce *r = user;

	(void)i_chunk;
	if (!r->how.merge)
		return hand_over(r, i_slot, err);
	return r->how.merge(r->how.user, (uint32_t)i_slot)
		       ? lull_fail(err, LULL_ESTOPPED, "reducer", "the reducer ended the run between two blocks")
		       : LULL_OK;
}

int lull_simulation_reduce(struct lull_simulation *s, const struct lull_reducer *reducer, struct lull_error *error)
{
	struct reduce r = { .s = s };
	int rc = lull_api__enter(error);

	if (rc != LULL_OK)
		return rc;
	if (!s || !reducer)
		return lull_api__is_null(error, s ? "reducer" : "simulation");
	rc = lull_api__options(reducer, &r.how, sizeof(r.how), "lull_reducer", error);
	if (rc != LULL_OK)
		return rc;
	if (!r.how.person)
		return lull_api__is_null(error, "lull_reducer.person");
	const struct lull_sim_sink sink = { .user = &r, .n_slots = s->n_slots, .map = reduce_map, .emit = reduce_emit };
	return run(s, &sink, error);
}
