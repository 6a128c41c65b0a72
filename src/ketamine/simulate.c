/* A population in chunks over a pool: people are drawn, their records compiled, eight at a
 * time run in lanes, and the results handed on in the order of their numbers. */
#include "lull/ketamine/simulate.h"

#include <math.h>
#include <string.h>

#include "lull/num/math.h"

/* One person of a group being run: arrays grow to the most epochs met. */
struct lane {
	struct lull_events_work *events;
	struct lull_track track;
	struct lull_lin_person *people;      /* [epoch]          */
	struct lull_effect_numbers *numbers; /* [epoch][effect]  */
	double *params;                      /* [epoch][param]   */
	const double **params_of;            /* [epoch]          */
	double *covariates; size_t cap_covariates; /* [record], where they are drawn */
	size_t n_epochs, cap_epochs;
	size_t person;                       /* number in the chunk */
};

/* Where a person's results lie in the slot's memory, which may still move. */
struct place {
	size_t values, params, times;
	bool has_values;
};

struct slot {
	struct lull_sim_person people[LULL_SIM_CHUNK];
	struct lull_err errs[LULL_SIM_CHUNK];
	struct place place[LULL_SIM_CHUNK];
	size_t n_failed;
	double *values, *params, *t_h, *last_dose_h;
	int32_t *record;
	size_t n_values, cap_values, n_params, cap_params, n_times, cap_times;
};

struct worker {
	struct lull_lin_work *lin;
	struct lull_effect_work *effects; /* NULL: the model has none */
	struct lane lane[LULL_LANES];
	double *theta, *own_theta;        /* of the replicate; with a person's own columns */
	double etas[LULL_PM_MAX_ETAS], iov[LULL_PM_MAX_ETAS];
	uint32_t replicate;
	bool has_theta;
	double *tile, *picked;            /* all outputs; those asked for */
	size_t cap_tile;
	/* the group being run */
	int of_lane[LULL_LANES], status[LULL_LANES];
	struct lull_err errs[LULL_LANES];
	struct slot *slot;
	size_t i_slot;
	int i_thread;
	const struct run *run;
};

struct run {
	const struct lull_sim *sim;
	const struct lull_pm_info *info;
	const struct lull_sim_sink *sink;
	struct lull_sim_progress *progress;
	size_t n_people, n_chunks_per_rep, n_done;
	int n_outputs, output[LULL_PM_MAX_OUTPUTS];
	struct worker *workers;
	struct slot *slots;
};

/* ------------------------------------------------------------------ memory */

static int grow(void *items, size_t *cap, size_t need, size_t size, struct lull_err *err)
{
	void **const at = items;

	if (need <= *cap)
		return LULL_OK;
	const size_t to = need > *cap * 2 ? need : *cap * 2;
	void *const now = lull_mem_realloc(*at, to * size);
	if (!now)
		return lull_nomem(err);
	*at = now;
	*cap = to;
	return LULL_OK;
}

static int grow_times(struct slot *slot, size_t need, struct lull_err *err)
{
	size_t cap_t = slot->cap_times, cap_last = slot->cap_times;
	int rc;

	if ((rc = grow(&slot->t_h, &cap_t, need, sizeof(double), err)) ||
	    (rc = grow(&slot->last_dose_h, &cap_last, need, sizeof(double), err)))
		return rc;
	return grow(&slot->record, &slot->cap_times, need, sizeof(int32_t), err);
}

static int grow_epochs(const struct lull_pm_info *info, struct lane *lane, size_t need, struct lull_err *err)
{
	const size_t n_effects = (size_t)info->n_effects, n_params = (size_t)info->n_params;
	size_t cap[4] = { lane->cap_epochs, lane->cap_epochs, lane->cap_epochs, lane->cap_epochs };
	int rc;

	if (need <= lane->cap_epochs)
		return LULL_OK;
	if ((rc = grow(&lane->people, &cap[0], need, sizeof(*lane->people), err)) ||
	    (rc = grow(&lane->numbers, &cap[1], need, (n_effects ? n_effects : 1) * sizeof(*lane->numbers), err)) ||
	    (rc = grow(&lane->params, &cap[2], need, (n_params ? n_params : 1) * sizeof(double), err)) ||
	    (rc = grow(&lane->params_of, &cap[3], need, sizeof(*lane->params_of), err)))
		return rc;
	lane->cap_epochs = cap[0];
	return LULL_OK;
}

static void worker_clear(struct worker *w)
{
	lull_lin_work_free(w->lin);
	lull_effect_work_free(w->effects);
	for (int l = 0; l < LULL_LANES; l++) {
		lull_events_work_free(w->lane[l].events);
		lull_mem_free(w->lane[l].people);
		lull_mem_free(w->lane[l].numbers);
		lull_mem_free(w->lane[l].params);
		lull_mem_free(w->lane[l].params_of);
		lull_mem_free(w->lane[l].covariates);
	}
	lull_mem_free(w->theta);
	lull_mem_free(w->own_theta);
	lull_mem_free(w->tile);
	lull_mem_free(w->picked);
}

static int worker_init(const struct run *run, struct worker *w, struct lull_err *err)
{
	const size_t n_params = (size_t)run->info->n_params + 1;
	int rc;

	w->run = run;
	w->theta = lull_mem_zalloc(n_params, sizeof(double));
	w->own_theta = lull_mem_zalloc(n_params, sizeof(double));
	if (!w->theta || !w->own_theta)
		return lull_nomem(err);
	if ((rc = lull_lin_work_new(run->info->linear, &w->lin, err)))
		return rc;
	if (run->info->n_effects &&
	    (rc = lull_effect_work_new(run->info->effects, run->info->n_effects,
				       run->info->shape->n_outputs, &w->effects, err)))
		return rc;
	if (w->effects && (rc = lull_effect_work_linear(w->effects, run->info->linear, err)))
		return rc;
	for (int l = 0; l < LULL_LANES; l++)
		if ((rc = lull_events_work_new(&w->lane[l].events, err)))
			return rc;
	return LULL_OK;
}

static void slot_clear(struct slot *s)
{
	lull_mem_free(s->values);
	lull_mem_free(s->params);
	lull_mem_free(s->t_h);
	lull_mem_free(s->last_dose_h);
	lull_mem_free(s->record);
}

/* ------------------------------------------------------------------ who a person is */

static struct lull_stream stream_of(const struct lull_sim *sim, uint32_t replicate, uint64_t id)
{
	return (struct lull_stream){ .seed = sim->seed, .replicate = replicate, .patient = id };
}

/* The population's parameters in this replicate: given or typical, a posterior row, a draw. */
static int theta_of(struct worker *w, uint32_t replicate, struct lull_err *err)
{
	const struct lull_sim *sim = w->run->sim;
	const size_t n = (size_t)w->run->info->n_params;

	if (w->has_theta && w->replicate == replicate)
		return LULL_OK;
	lull_pm_typical(sim->pm, w->theta);
	if (sim->theta)
		memcpy(w->theta, sim->theta, n * sizeof(double));
	if (sim->uncertainty) {
		const struct lull_stream stream = stream_of(sim, replicate, 0);
		const int rc = lull_pm_draw_uncertainty(sim->pm, &stream, w->theta, err);
		if (rc != LULL_OK)
			return rc;
	}
	if (sim->n_posterior) {
		const double *row = sim->posterior + (replicate % sim->n_posterior) * n;
		for (size_t p = 0; p < n; p++)
			if (!lull_is_nan(row[p]))
				w->theta[p] = row[p];
	}
	w->replicate = replicate;
	w->has_theta = true;
	return LULL_OK;
}

static const double *theta_at(struct worker *w, const struct lull_subject *subject, size_t i_record)
{
	const size_t n = (size_t)w->run->info->n_params;

	if (!subject->params)
		return w->theta;
	for (size_t p = 0; p < n; p++) {
		const double given = subject->params[i_record * n + p];
		w->own_theta[p] = lull_is_nan(given) ? w->theta[p] : given;
	}
	return w->own_theta;
}

static int epoch_of(struct worker *w, struct lane *lane, const struct lull_subject *subject,
		    struct lull_stream stream, size_t i_record, size_t e, const double *etas, struct lull_err *err)
{
	const struct lull_sim *sim = w->run->sim;
	const struct lull_pm_info *info = w->run->info;
	const double *covariates = subject->covariates ? subject->covariates + i_record * (size_t)info->n_covariates
						       : info->covariate_default;
	double *params = lane->params + e * (size_t)info->n_params;
	const double *iov = NULL;
	int rc;

	if (sim->iov && info->n_iov) {
		const int32_t occasion = subject->n_records ? subject->records[i_record].occ : 1;
		stream.occasion = (uint32_t)(occasion > 0 ? occasion : 1);
		lull_pm_draw_iov(sim->pm, &stream, w->iov);
		iov = w->iov;
	}
	lane->params_of[e] = params;
	if ((rc = lull_pm_individual(sim->pm, theta_at(w, subject, i_record), covariates, etas, iov, params, err)))
		return rc;
	return lull_pm_person(sim->pm, params, &lane->people[e], lane->numbers + e * (size_t)info->n_effects, err);
}

/* A person's own covariates at every record: doses by weight need them too. */
static int own_covariates(struct worker *w, struct lane *lane, const struct lull_stream *stream,
			  struct lull_subject *person, struct lull_err *err)
{
	const struct lull_sim *sim = w->run->sim;
	const struct lull_pm_info *info = w->run->info;
	const size_t n = (size_t)info->n_covariates, n_rows = person->n_records ? person->n_records : 1;
	int rc;

	if (!sim->covariates || !n)
		return LULL_OK;
	if ((rc = grow(&lane->covariates, &lane->cap_covariates, n_rows * n, sizeof(double), err)))
		return rc;
	for (size_t i = 0; i < n_rows; i++) {
		double *row = lane->covariates + i * n;
		memcpy(row, person->covariates ? person->covariates + i * n : info->covariate_default, n * sizeof(double));
		sim->covariates(sim->covariates_user, stream->replicate, stream->patient, row);
	}
	person->covariates = lane->covariates;
	return LULL_OK;
}

/* Everything about one person before anything is simulated. */
static int prepare(struct worker *w, struct lane *lane, const struct lull_subject *of, uint64_t id, uint32_t replicate,
		   struct lull_err *err)
{
	const struct lull_sim *sim = w->run->sim;
	const struct lull_stream stream = stream_of(sim, replicate, id);
	struct lull_subject person = *of;
	const struct lull_subject *subject = &person;
	const double *etas = subject->etas;
	const size_t *first;
	int rc;

	if ((rc = own_covariates(w, lane, &stream, &person, err)))
		return rc;

	if (!etas && sim->iiv) {
		lull_pm_draw_etas(sim->pm, &stream, w->etas);
		etas = w->etas;
	}
	if ((rc = lull_events_epochs(sim->pm, subject, lane->events, &first, &lane->n_epochs, err)))
		return rc;
	if ((rc = grow_epochs(w->run->info, lane, lane->n_epochs, err)))
		return rc;
	for (size_t e = 0; e < lane->n_epochs; e++)
		if ((rc = epoch_of(w, lane, subject, stream, first[e], e, etas, err)))
			return rc;
	return lull_events_compile(sim->pm, subject, lane->params_of, lane->n_epochs, &sim->ask, lane->events,
				   &lane->track, err);
}

/* ------------------------------------------------------------------ results on their way */

static void add_residual(struct worker *w, struct lull_stream stream, const double *params, size_t i_time,
			 size_t n_times, int n_all, int width, int lane, double *tile)
{
	const struct lull_sim *sim = w->run->sim;

	for (size_t t = 0; t < n_times; t++)
		for (int o = 0; o < n_all; o++) {
			double *at = &tile[(t * (size_t)n_all + (size_t)o) * (size_t)width + (size_t)lane];
			*at = lull_pm_residual(sim->pm, params, o, *at, &stream, (i_time + t) * (size_t)n_all + (size_t)o);
		}
}

/* One person's column of the tile to rows of its own: [output][time]. */
static void gather(const struct worker *w, const struct lane *lane, int width, int l, size_t i_time, size_t n_times,
		   const double *tile)
{
	const size_t n_out = (size_t)w->run->n_outputs, n_all_times = lane->track.n_times, step = n_out * (size_t)width;
	double *values = w->slot->values + w->slot->place[lane->person].values;

	for (size_t o = 0; o < n_out; o++) {
		const double *from = tile + o * (size_t)width + (size_t)l;
		double *to = values + o * n_all_times + i_time;
		for (size_t t = 0; t < n_times; t++)
			to[t] = from[t * step];
	}
}

static void blank(double *tile, size_t n, int width, int lane)
{
	for (size_t i = 0; i < n; i++)
		tile[i * (size_t)width + (size_t)lane] = NAN;
}

/* Columns asked for, where that is not all of them in order. */
static const double *pick(struct worker *w, const double *tile, size_t n_times, int n_all, int width)
{
	const struct run *run = w->run;
	double *to = w->picked;
	bool all = run->n_outputs == n_all;

	for (int o = 0; all && o < n_all; o++)
		all = run->output[o] == o;
	if (all)
		return tile;
	for (size_t t = 0; t < n_times; t++)
		for (int o = 0; o < run->n_outputs; o++, to += width)
			memcpy(to, tile + (t * (size_t)n_all + (size_t)run->output[o]) * (size_t)width,
			       (size_t)width * sizeof(double));
	return w->picked;
}

static int tile_room(struct worker *w, size_t n, struct lull_err *err)
{
	size_t cap_picked = w->cap_tile;
	const int rc = grow(&w->picked, &cap_picked, n, sizeof(double), err);

	return rc == LULL_OK ? grow(&w->tile, &w->cap_tile, n, sizeof(double), err) : rc;
}

static int on_tile(void *user, int first_lane, int width, size_t i_time, size_t n_times, const double *linear,
		   struct lull_err *err)
{
	struct worker *w = user;
	const struct run *run = w->run;
	const int n_all = run->info->n_outputs;
	const size_t n = n_times * (size_t)n_all * (size_t)width;
	const double *tile = linear;
	bool own = false;
	int rc = tile_room(w, n, err);

	if (rc != LULL_OK)
		return rc;
	if (w->effects) {
		rc = lull_effect_tile(w->effects, first_lane, width, i_time, n_times, linear, w->tile, err);
		if (rc != LULL_OK)
			return rc;
		tile = w->tile;
		own = true;
	}
	uint16_t person[LULL_LANES];
	for (int l = 0; l < width; l++) {
		const int i = first_lane + l;
		struct lane *lane = &w->lane[w->of_lane[i]];

		person[l] = (uint16_t)lane->person;
		if (w->status[i] == LULL_OK && !run->sim->residual)
			continue;
		if (!own) {
			memcpy(w->tile, tile, n * sizeof(double));
			tile = w->tile;
			own = true;
		}
		if (w->status[i] != LULL_OK)
			blank(w->tile, n_times * (size_t)n_all, width, l);
		else
			add_residual(w, stream_of(run->sim, w->replicate, w->slot->people[lane->person].id),
				     lane->params_of[lane->n_epochs - 1], i_time, n_times, n_all, width, l, w->tile);
	}
	tile = pick(w, tile, n_times, n_all, width);
	if (run->sink->tile)
		return run->sink->tile(run->sink->user, w->i_slot, w->i_thread, person, width, i_time, n_times,
				       w->lane[w->of_lane[first_lane]].track.report_h, tile, err);
	for (int l = 0; l < width; l++)
		gather(w, &w->lane[w->of_lane[first_lane + l]], width, l, i_time, n_times, tile);
	return LULL_OK;
}

static int on_stretch(void *user, int first_lane, const struct lull_lin_stretch *stretch, struct lull_err *err)
{
	struct worker *w = user;

	return lull_effect_stretch(w->effects, first_lane, stretch, err);
}

/* ------------------------------------------------------------------ a group of lanes */

/* Output times as one array where they are equal: such lanes may run side by side. */
static void share_times(struct worker *w, struct lull_lin_job *jobs, int n)
{
	for (int l = 1; l < n; l++) {
		if (jobs[l].n_times != jobs[0].n_times || jobs[l].t_h == jobs[0].t_h)
			continue;
		if (!memcmp(jobs[l].t_h, jobs[0].t_h, jobs[0].n_times * sizeof(double)))
			jobs[l].t_h = w->lane[w->of_lane[l]].track.t_h = jobs[0].t_h;
	}
}

/* Keep of the lane what outlives it: parameters, and times where they are not the last person's. */
static int keep(struct worker *w, const struct lane *lane, struct lull_err *err)
{
	struct slot *slot = w->slot;
	const size_t n_params = (size_t)w->run->info->n_params, n_times = lane->track.n_times;
	struct place *place = &slot->place[lane->person];
	int rc;

	if ((rc = grow(&slot->params, &slot->cap_params, slot->n_params + n_params, sizeof(double), err)))
		return rc;
	place->params = slot->n_params;
	memcpy(slot->params + slot->n_params, lane->params, n_params * sizeof(double));
	slot->n_params += n_params;
	if ((rc = grow_times(slot, slot->n_times + n_times + 1, err)))
		return rc;
	place->times = slot->n_times;
	if (n_times) {
		memcpy(slot->t_h + slot->n_times, lane->track.report_h, n_times * sizeof(double));
		for (size_t i = 0; i < n_times; i++) {
			slot->record[slot->n_times + i] = lane->track.record ? lane->track.record[i] : -1;
			slot->last_dose_h[slot->n_times + i] = lane->track.last_dose_h ? lane->track.last_dose_h[i] : NAN;
		}
	}
	slot->n_times += n_times;
	slot->people[lane->person].n_times = n_times;
	if (w->run->sink->tile)
		return LULL_OK;
	const size_t n_values = n_times * (size_t)w->run->n_outputs;
	if ((rc = grow(&slot->values, &slot->cap_values, slot->n_values + n_values + 1, sizeof(double), err)))
		return rc;
	place->values = slot->n_values;
	place->has_values = true;
	slot->n_values += n_values;
	return LULL_OK;
}

static void fail_person(struct slot *slot, size_t person, int status, const struct lull_err *why)
{
	slot->people[person].status = status;
	slot->errs[person] = *why;
	slot->n_failed++;
}

/* A fault of the machine ends the run; a fault of a person's numbers ends that person. */
static bool is_of_person(int rc)
{
	return rc != LULL_OK && rc != LULL_ENOMEM && rc != LULL_ESTOPPED && rc != LULL_EIO;
}

static int run_group(struct worker *w, uint32_t replicate, size_t first, size_t n, struct lull_err *err)
{
	const struct lull_sim *sim = w->run->sim;
	const bool repeated = sim->n_people > 0;
	const struct lull_lin_sink sink = { w, on_tile, w->effects ? on_stretch : NULL };
	struct lull_lin_job jobs[LULL_LANES] = { 0 };
	struct lull_effect_lane lanes[LULL_LANES] = { 0 };
	int n_lanes = 0, rc;

	for (size_t i = 0; i < n; i++) {
		struct lane *lane = &w->lane[i];
		const size_t person = first % LULL_SIM_CHUNK + i, i_subject = repeated ? 0 : first + i;
		const struct lull_subject *subject = &sim->data->subjects[i_subject];
		const uint64_t id = repeated ? (sim->first_id ? sim->first_id : 1) + first + i : subject->id;
		struct lull_err why = { 0 };

		w->slot->people[person] = (struct lull_sim_person){ .id = id, .i_subject = i_subject,
								    .replicate = replicate, .subject = subject };
		w->slot->place[person] = (struct place){ 0 };
		lane->person = person;
		rc = prepare(w, lane, subject, id, replicate, &why);
		if (is_of_person(rc)) {
			fail_person(w->slot, person, rc, &why);
			continue;
		}
		if (rc != LULL_OK) {
			if (err)
				*err = why;
			return rc;
		}
		if ((rc = keep(w, lane, err)))
			return rc;
		const struct lull_track *track = &lane->track;
		jobs[n_lanes] = (struct lull_lin_job){ lane->people, lane->n_epochs, track->ops, track->n_ops, track->t_h,
						       track->n_times, track->ops_before, track->step_h };
		lanes[n_lanes] = (struct lull_effect_lane){ lane->numbers, &jobs[n_lanes] };
		w->of_lane[n_lanes++] = (int)i;
	}
	if (n_lanes == 0)
		return LULL_OK;
	share_times(w, jobs, n_lanes);
	memset(w->errs, 0, sizeof(w->errs));
	memset(w->status, 0, sizeof(w->status));
	if (w->effects && (rc = lull_effect_begin(w->effects, lanes, n_lanes, err)))
		return rc;
	if ((rc = lull_linear_run(w->run->info->linear, w->lin, jobs, n_lanes, &sink, w->status, w->errs, err)))
		return rc;
	for (int l = 0; l < n_lanes; l++) {
		if (w->status[l] == LULL_OK && w->effects)
			w->status[l] = lull_effect_status(w->effects, l, &w->errs[l]);
		if (w->status[l] == LULL_OK)
			continue;
		fail_person(w->slot, w->lane[w->of_lane[l]].person, w->status[l], &w->errs[l]);
		w->slot->place[w->lane[w->of_lane[l]].person].has_values = false;
	}
	return LULL_OK;
}

/* ------------------------------------------------------------------ chunks */

static void resolve(struct slot *slot, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct lull_sim_person *p = &slot->people[i];
		const struct place *place = &slot->place[i];
		p->err = p->status == LULL_OK ? NULL : &slot->errs[i];
		p->params = slot->params ? slot->params + place->params : NULL;
		p->t_h = slot->t_h ? slot->t_h + place->times : NULL;
		p->record = slot->record ? slot->record + place->times : NULL;
		p->last_dose_h = slot->last_dose_h ? slot->last_dose_h + place->times : NULL;
		p->values = place->has_values ? slot->values + place->values : NULL;
	}
}

static size_t n_in_chunk(const struct run *run, size_t i_chunk, size_t *first)
{
	*first = i_chunk % run->n_chunks_per_rep * LULL_SIM_CHUNK;
	const size_t left = run->n_people - *first;
	return left < LULL_SIM_CHUNK ? left : LULL_SIM_CHUNK;
}

static int work(void *user, size_t i_chunk, size_t i_slot, int i_thread, struct lull_err *err)
{
	struct run *run = user;
	struct worker *w = &run->workers[i_thread];
	const uint32_t replicate = (uint32_t)(i_chunk / run->n_chunks_per_rep);
	size_t first;
	const size_t n = n_in_chunk(run, i_chunk, &first);
	int rc = theta_of(w, replicate, err);

	w->slot = &run->slots[i_slot];
	w->slot->n_failed = w->slot->n_values = w->slot->n_params = w->slot->n_times = 0;
	w->i_slot = i_slot;
	w->i_thread = i_thread;
	for (size_t i = 0; rc == LULL_OK && i < n; i += LULL_LANES)
		rc = run_group(w, replicate, first + i, n - i < LULL_LANES ? n - i : LULL_LANES, err);
	if (rc != LULL_OK)
		return rc;
	resolve(w->slot, n);
	return run->sink->map ? run->sink->map(run->sink->user, i_slot, i_thread, w->slot->people, n, err) : LULL_OK;
}

static int emit(void *user, size_t i_chunk, size_t i_slot, struct lull_err *err)
{
	struct run *run = user;
	size_t first;
	const int rc = run->sink->emit ? run->sink->emit(run->sink->user, i_slot, i_chunk, err) : LULL_OK;

	if (rc != LULL_OK || !run->progress)
		return rc;
	run->n_done += n_in_chunk(run, i_chunk, &first);
	run->progress->n_failed += run->slots[i_slot].n_failed;
	if (run->progress->done)
		run->progress->done(run->progress->user, run->n_done,
				    run->n_people * (run->sim->n_rep ? run->sim->n_rep : 1));
	return LULL_OK;
}

static int check(const struct lull_sim *sim, struct run *run, struct lull_err *err)
{
	if (sim->data->n_subjects == 0)
		return lull_fail(err, LULL_EDOMAIN, "data", "there is nobody to simulate: the data hold no usable ID");
	if (sim->n_people > 0 && sim->data->n_subjects != 1)
		return lull_fail(err, LULL_ECONFLICT, "n_people",
				 "a number of people repeats one subject's records; the data hold %zu IDs",
				 sim->data->n_subjects);
	run->n_outputs = sim->outputs ? sim->n_outputs : run->info->n_outputs;
	if (run->n_outputs < 1 || run->n_outputs > LULL_PM_MAX_OUTPUTS)
		return lull_fail(err, LULL_EDOMAIN, "outputs", "between 1 and %d outputs", (int)LULL_PM_MAX_OUTPUTS);
	for (int o = 0; o < run->n_outputs; o++) {
		run->output[o] = sim->outputs ? sim->outputs[o] : o;
		if (run->output[o] < 0 || run->output[o] >= run->info->n_outputs)
			return lull_fail(err, LULL_EDOMAIN, "outputs", "output %d: the model has %d", run->output[o],
					 run->info->n_outputs);
	}
	run->n_people = sim->n_people ? sim->n_people : sim->data->n_subjects;
	run->n_chunks_per_rep = (run->n_people + LULL_SIM_CHUNK - 1) / LULL_SIM_CHUNK;
	return LULL_OK;
}

int lull_simulate_population(const struct lull_sim *sim, struct lull_pool *pool, const struct lull_sim_sink *sink,
			     struct lull_sim_progress *progress, struct lull_err *err)
{
	struct run run = { .sim = sim, .info = lull_pm_info(sim->pm), .sink = sink, .progress = progress };
	const size_t n_threads = (size_t)lull_pool_threads(pool), n_slots = sink->n_slots ? sink->n_slots : 2 * n_threads;
	int rc = check(sim, &run, err);

	if (rc != LULL_OK)
		return rc;
	if (progress)
		progress->n_failed = 0;
	run.workers = lull_mem_zalloc(n_threads, sizeof(*run.workers));
	run.slots = lull_mem_zalloc(n_slots, sizeof(*run.slots));
	rc = run.workers && run.slots ? LULL_OK : lull_nomem(err);
	for (size_t i = 0; rc == LULL_OK && i < n_threads; i++)
		rc = worker_init(&run, &run.workers[i], err);
	if (rc == LULL_OK) {
		const struct lull_pool_job job = { run.n_chunks_per_rep * (sim->n_rep ? sim->n_rep : 1), n_slots, &run, work,
						   emit, progress ? progress->stop : NULL };
		rc = lull_pool_run(pool, &job, NULL, err);
	}
	for (size_t i = 0; run.workers && i < n_threads; i++)
		worker_clear(&run.workers[i]);
	for (size_t i = 0; run.slots && i < n_slots; i++)
		slot_clear(&run.slots[i]);
	lull_mem_free(run.workers);
	lull_mem_free(run.slots);
	return rc;
}
