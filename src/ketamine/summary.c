/* A population summed up: what is asked, its memory, the merging of chunks in order, and the results. What
 * a thread does with a chunk is in summary_chunk.c. */
#include "lull/ketamine/summary.h"

#include <math.h>
#include <string.h>

#include "lull/base/mem.h"
#include "lull/num/math.h"
#include "lull/num/vec.h"
#include "summary_impl.h"

const char *const lull_summary_kind_names[LULL_SUMMARY_N_KINDS] = {
	"cmax", "tmax", "cmin", "tmin", "auc", "last", "time_above", "auc_interval", "cmax_interval", "auc_ratio", "cmax_ratio"
};

/* ------------------------------------------------------------------ what is asked */

static bool rises(const double *x, size_t n, double from, double to, bool strictly)
{
	for (size_t i = 0; i < n; i++) {
		if (!(x[i] >= from && x[i] <= to) || (strictly && i > 0 && x[i] == x[i - 1]))
			return false;
		from = x[i];
	}
	return true;
}

static int check_intervals(const struct lull_summary_options *o, struct lull_err *err)
{
	for (size_t i = 0; i < o->n_intervals; i++) {
		const struct lull_summary_interval *const v = &o->intervals[i];
		if (!(v->start_h < v->end_h) || !lull_is_finite(v->end_h - v->start_h))
			return lull_fail(err, LULL_EDOMAIN, "summary.intervals", "interval %zu ends where it starts, or before", i + 1);
		if (i > 0 && v->start_h < v[-1].start_h)
			return lull_fail(err, LULL_EDOMAIN, "summary.intervals", "interval %zu starts before the one named before it", i + 1);
		if (o->n_times && (v->start_h < o->t_h[0] || v->end_h > o->t_h[o->n_times - 1])) {
			lull_fail(err, LULL_EDOMAIN, "summary.intervals", "interval %zu (%g to %g h) reaches beyond the output times",
				  i + 1, v->start_h, v->end_h);
			lull_mend(err, "output times from the start of the first to the end of the last interval");
			return LULL_EDOMAIN;
		}
	}
	return LULL_OK;
}

static int check(const struct lull_summary_options *o, struct lull_err *err)
{
	if (o->n_outputs < 1 || o->n_outputs > LULL_SUMMARY_MAX_OUTPUTS)
		return lull_fail(err, LULL_EDOMAIN, "summary", "1 to %d outputs, not %d", LULL_SUMMARY_MAX_OUTPUTS, o->n_outputs);
	if (o->n_slots < 1 || o->n_slots > LULL_SUMMARY_MAX_SLOTS || o->n_threads < 0 || o->n_threads > LULL_SUMMARY_MAX_SLOTS)
		return lull_fail(err, LULL_EDOMAIN, "summary", "1 to %d slots and threads", LULL_SUMMARY_MAX_SLOTS);
	if (o->n_levels > LULL_SUMMARY_MAX_LEVELS || o->n_intervals > LULL_SUMMARY_MAX_INTERVALS)
		return lull_fail(err, LULL_ELIMIT, "summary", "at most %d levels and %d intervals", LULL_SUMMARY_MAX_LEVELS,
				 LULL_SUMMARY_MAX_INTERVALS);
	if (!rises(o->probs, o->n_probs, 0, 1, false))
		return lull_fail(err, LULL_EDOMAIN, "summary.probs", "quantiles rise within 0 to 1");
	if (o->n_times > UINT32_MAX / LULL_SUMMARY_MAX_OUTPUTS || !rises(o->t_h, o->n_times, -1e300, 1e300, false))
		return lull_fail(err, LULL_EDOMAIN, "summary.times", "output times do not fall");
	for (size_t i = 0; i < o->n_levels; i++)
		if (o->levels[i].output < 0 || o->levels[i].output >= o->n_outputs || !lull_is_finite(o->levels[i].level))
			return lull_fail(err, LULL_EDOMAIN, "summary.levels", "level %zu is not of an output, or no number", i + 1);
	for (int i = 0; o->integral && i < o->n_outputs; i++)
		if (o->integral[i] < -1 || o->integral[i] >= o->n_outputs || o->integral[i] == i)
			return lull_fail(err, LULL_EDOMAIN, "summary.integral", "output %d has no such integral", i + 1);
	return check_intervals(o, err);
}

static void add_measure(struct lull_summary *s, enum lull_summary_kind kind, int output, size_t index)
{
	s->measures[s->n_measures++] = (struct lull_summary_measure){ kind, output, index };
}

static void list_measures(struct lull_summary *s)
{
	const struct lull_summary_options *const o = &s->o;

	for (int out = 0; out < o->n_outputs; out++) {
		for (enum lull_summary_kind kind = LULL_SUMMARY_MAX; kind <= LULL_SUMMARY_LAST; kind++)
			add_measure(s, kind, out, 0);
		for (size_t i = 0; i < o->n_levels; i++)
			if (o->levels[i].output == out)
				add_measure(s, LULL_SUMMARY_ABOVE, out, i);
		for (size_t i = 0; i < o->n_intervals; i++)
			add_measure(s, LULL_SUMMARY_INTERVAL_AREA, out, i);
		for (size_t i = 0; i < o->n_intervals; i++)
			add_measure(s, LULL_SUMMARY_INTERVAL_MAX, out, i);
		if (o->n_intervals >= 2) {
			add_measure(s, LULL_SUMMARY_AREA_RATIO, out, 0);
			add_measure(s, LULL_SUMMARY_MAX_RATIO, out, 0);
		}
	}
}

/* ------------------------------------------------------------------ memory */

/* Zeroed, counted; NULL when n is 0. *rc becomes LULL_ENOMEM at the first failure. */
static void *get(struct lull_summary *s, size_t n, size_t size, int *rc)
{
	if (n == 0 || *rc != LULL_OK)
		return NULL;
	void *const p = lull_mem_zalloc(n, size);
	if (!p)
		*rc = LULL_ENOMEM;
	else
		s->n_bytes += n * size;
	return p;
}

static void *copied(struct lull_summary *s, const void *from, size_t n, size_t size, int *rc)
{
	void *const to = get(s, n, size, rc);

	if (to)
		memcpy(to, from, n * size);
	return to;
}

static void free_hand(struct lull_summary__hand *h)
{
	lull_mem_free(h->lines);
	lull_mem_free(h->pivot);
	lull_mem_free(h->n_bad);
	lull_mem_free(h->n_at);
	lull_mem_free(h->keys);
	lull_sketch_free(h->sketch);
	lull_mem_free(h->block);
	lull_mem_free(h->curves);
	lull_mem_free(h->above);
	lull_mem_free(h->area);
	lull_mem_free(h->high);
	lull_mem_free(h->wide);
	lull_mem_free(h->eight);
}

static void free_group(struct lull_summary__group *g)
{
	for (size_t i = 0; i < g->n_kept; i++)
		lull_mem_free(g->kept[i].block);
	lull_mem_free(g->kept);
	lull_mem_free(g->cells);
	lull_mem_free(g->logs);
}

void lull_summary_free(struct lull_summary *s)
{
	if (!s)
		return;
	for (int i = 0; s->hands && i < s->o.n_threads; i++)
		free_hand(&s->hands[i]);
	for (size_t i = 0; s->slots && i < s->o.n_slots; i++) {
		lull_mem_free(s->slots[i].cells);
		lull_mem_free(s->slots[i].logs);
		lull_mem_free(s->slots[i].block);
	}
	for (size_t i = 0; s->groups && i < s->o.n_groups; i++)
		free_group(&s->groups[i]);
	lull_mem_free(s->hands);
	lull_mem_free(s->slots);
	lull_mem_free(s->groups);
	lull_mem_free(s->measures);
	lull_mem_free(s->scratch);
	lull_mem_free((void *)s->o.t_h);
	lull_mem_free((void *)s->o.probs);
	lull_mem_free((void *)s->o.levels);
	lull_mem_free((void *)s->o.intervals);
	lull_mem_free((void *)s->o.integral);
	lull_mem_free(s);
}

/* Whether all values may be kept: decided before the first comes, by what is said of the population. */
static void choose_exact(struct lull_summary *s)
{
	const struct lull_summary_options *const o = &s->o;
	const size_t most = o->exact_bytes ? o->exact_bytes : LULL_SUMMARY_EXACT_BYTES;

	if (!o->n_probs || !o->n_people || o->n_people > most / sizeof(double))
		return;
	if (o->n_people <= most / sizeof(double) / s->n_cells / o->n_groups)
		s->block_width = o->n_people < LULL_SUMMARY_CHUNK ? (size_t)o->n_people : LULL_SUMMARY_CHUNK;
}

static int new_hand(struct lull_summary *s, struct lull_summary__hand *h, struct lull_err *err)
{
	const struct lull_summary_options *const o = &s->o;
	const size_t n_out = (size_t)o->n_outputs, rows = n_out > 512 ? n_out : 512;
	const bool has_sketch = o->n_probs && !s->block_width;
	int rc = LULL_OK;

	h->lines = get(s, s->n_time_cells, sizeof(*h->lines), &rc);
	h->pivot = get(s, s->n_time_cells, sizeof(double), &rc);
	h->n_bad = get(s, s->n_time_cells, sizeof(uint32_t), &rc);
	h->n_at = get(s, o->n_times, sizeof(uint32_t), &rc);
	h->curves = get(s, n_out * CURVE_N * LULL_SUMMARY_CHUNK, sizeof(double), &rc);
	h->above = get(s, o->n_levels * LULL_SUMMARY_CHUNK, sizeof(double), &rc);
	h->area = get(s, o->n_intervals * n_out * LULL_SUMMARY_CHUNK, sizeof(double), &rc);
	h->high = get(s, o->n_intervals * n_out * LULL_SUMMARY_CHUNK, sizeof(double), &rc);
	h->wide = get(s, rows * LULL_LANES, sizeof(double), &rc);
	h->eight = get(s, n_out, sizeof(*h->eight), &rc);
	h->block = get(s, lull_summary__block_size(s, s->block_width), sizeof(double), &rc);
	if (has_sketch)
		h->keys = get(s, s->n_time_cells * LULL_SUMMARY__KEYS, sizeof(int16_t), &rc);
	if (rc != LULL_OK)
		return lull_nomem(err);
	for (size_t i = 0; h->keys && i < s->n_time_cells * LULL_SUMMARY__KEYS; i++)
		h->keys[i] = LULL_SKETCH_MISSING;
	for (size_t i = 0; i < lull_summary__block_size(s, s->block_width); i++)
		h->block[i] = NAN;
	return has_sketch ? lull_sketch_new(s->n_cells * o->n_groups, &h->sketch, err) : LULL_OK;
}

static int get_all(struct lull_summary *s, const struct lull_summary_options *asked, struct lull_err *err)
{
	struct lull_summary_options *const o = &s->o;
	const size_t most = ((size_t)6 + o->n_levels + 2 * o->n_intervals + 2) * (size_t)o->n_outputs;
	int rc = LULL_OK;

	o->t_h = copied(s, asked->t_h, o->n_times, sizeof(double), &rc);
	o->probs = copied(s, asked->probs, o->n_probs, sizeof(double), &rc);
	o->levels = copied(s, asked->levels, o->n_levels, sizeof(*o->levels), &rc);
	o->intervals = copied(s, asked->intervals, o->n_intervals, sizeof(*o->intervals), &rc);
	o->integral = copied(s, asked->integral, asked->integral ? (size_t)o->n_outputs : 0, sizeof(int), &rc);
	s->measures = get(s, most, sizeof(*s->measures), &rc);
	s->hands = get(s, (size_t)o->n_threads, sizeof(*s->hands), &rc);
	s->slots = get(s, o->n_slots, sizeof(*s->slots), &rc);
	s->groups = get(s, o->n_groups, sizeof(*s->groups), &rc);
	if (rc != LULL_OK)
		return lull_nomem(err);
	list_measures(s);
	s->n_time_cells = o->n_times * (size_t)o->n_outputs;
	s->n_cells = s->n_time_cells + s->n_measures;
	choose_exact(s);
	for (size_t i = 0; i < o->n_slots; i++) {
		s->slots[i].cells = get(s, s->n_cells, sizeof(*s->slots[i].cells), &rc);
		s->slots[i].logs = get(s, s->n_measures, sizeof(*s->slots[i].logs), &rc);
	}
	for (size_t i = 0; i < o->n_groups; i++) {
		s->groups[i].cells = get(s, s->n_cells, sizeof(*s->groups[i].cells), &rc);
		s->groups[i].logs = get(s, s->n_measures, sizeof(*s->groups[i].logs), &rc);
	}
	if (rc != LULL_OK)
		return lull_nomem(err);
	for (int i = 0; i < o->n_threads && rc == LULL_OK; i++)
		rc = new_hand(s, &s->hands[i], err);
	return rc;
}

int lull_summary_new(const struct lull_summary_options *options, struct lull_summary **out, struct lull_err *err)
{
	int rc = check(options, err);

	*out = NULL;
	if (rc != LULL_OK)
		return rc;
	struct lull_summary *const s = lull_mem_zalloc(1, sizeof(*s));
	if (!s)
		return lull_nomem(err);
	s->n_bytes = sizeof(*s);
	s->o = *options;
	s->o.n_groups = options->n_groups ? options->n_groups : 1;
	s->o.n_threads = options->n_threads ? options->n_threads : 1;
	s->o.t_h = NULL, s->o.probs = NULL, s->o.levels = NULL, s->o.intervals = NULL, s->o.integral = NULL;
	lull_summary_isa(s, (int)lull_cpu_isa());
	rc = get_all(s, options, err);
	if (rc != LULL_OK) {
		lull_summary_free(s);
		return rc;
	}
	*out = s;
	return LULL_OK;
}

void lull_summary_isa(struct lull_summary *s, int isa)
{
	static const struct lull_summary__kernel *const kernels[] = {
		&lull_summary__kernel_scalar,
#if defined(__x86_64__)
		&lull_summary__kernel_avx2,
		&lull_summary__kernel_avx512,
#endif
	};
	s->isa = isa;
	s->kernel = kernels[isa];
}

size_t lull_summary_bytes(const struct lull_summary *s)
{
	size_t n = s->n_bytes;

	for (int i = 0; i < s->o.n_threads; i++)
		n += s->hands[i].sketch ? lull_sketch_bytes(s->hands[i].sketch) : 0;
	return n;
}

bool lull_summary_is_exact(const struct lull_summary *s)
{
	return s->block_width > 0;
}

const struct lull_summary_measure *lull_summary_measures(const struct lull_summary *s, size_t *n)
{
	*n = s->n_measures;
	return s->measures;
}

/* ------------------------------------------------------------------ chunk after chunk */

/* Chan, Golub, LeVeque, Am Stat 37 (1983) 242-247: squares about the common mean from those about each mean. */
static void merge_part(struct lull_summary__total *to, const struct lull_summary__part *from)
{
	if (from->n == 0)
		return;
	if (to->n == 0) {
		to->low = from->low;
		to->high = from->high;
	} else {
		const double n = (double)to->n, m = (double)from->n, gap = from->mean - lull_sum_value(&to->sum) / n;
		to->m2 += gap * gap * (n * m / (n + m));
		to->low = lull_min(from->low, to->low);
		to->high = lull_max(from->high, to->high);
	}
	to->m2 += from->m2;
	to->n += from->n;
	lull_sum_add(&to->sum, from->sum);
}

/* The slot's block becomes the group's, with room for all the values of one of its cells. */
static int keep_block(struct lull_summary *s, struct lull_summary__group *g, struct lull_summary__slot *slot,
		      struct lull_err *err)
{
	if (g->n_kept == g->cap_kept) {
		const size_t cap = g->cap_kept ? 2 * g->cap_kept : 4;
		void *const more = lull_mem_realloc(g->kept, cap * sizeof(*g->kept));
		if (!more)
			return lull_nomem(err);
		s->n_bytes += (cap - g->cap_kept) * sizeof(*g->kept);
		g->kept = more;
		g->cap_kept = cap;
	}
	if (g->n_values + slot->n_people > s->cap_scratch) {
		const size_t cap = g->n_values + slot->n_people + s->cap_scratch;
		void *const more = lull_mem_realloc(s->scratch, cap * sizeof(double));
		if (!more)
			return lull_nomem(err);
		s->n_bytes += (cap - s->cap_scratch) * sizeof(double);
		s->scratch = more;
		s->cap_scratch = cap;
	}
	g->kept[g->n_kept++] = (struct lull_summary__kept){ slot->block, slot->n_people };
	g->n_values += slot->n_people;
	s->n_bytes += lull_summary__block_size(s, slot->n_people) * sizeof(double);
	slot->block = NULL;
	return LULL_OK;
}

int lull_summary_merge(struct lull_summary *s, size_t i_slot, struct lull_err *err)
{
	struct lull_summary__slot *const slot = &s->slots[i_slot];

	if (i_slot >= s->o.n_slots || !slot->is_full)
		return lull_fail(err, LULL_ECONFLICT, "summary", "slot %zu holds no chunk", i_slot);
	struct lull_summary__group *const g = &s->groups[slot->group];
	if (slot->block) {
		const int rc = keep_block(s, g, slot, err);
		if (rc != LULL_OK)
			return rc;
	}
	for (size_t i = 0; i < s->n_cells; i++)
		merge_part(&g->cells[i], &slot->cells[i]);
	for (size_t i = 0; i < s->n_measures; i++)
		merge_part(&g->logs[i], &slot->logs[i]);
	g->n_people += slot->n_people;
	g->n_failed += slot->n_failed;
	slot->is_full = false;
	return LULL_OK;
}

/* ------------------------------------------------------------------ results */

uint64_t lull_summary_people(const struct lull_summary *s, size_t group, uint64_t *n_failed)
{
	if (n_failed)
		*n_failed = s->groups[group].n_failed;
	return s->groups[group].n_people;
}

/* All values of one cell into the scratch; how many. */
static size_t all_values(struct lull_summary *s, const struct lull_summary__group *g, size_t cell)
{
	size_t n = 0;

	for (size_t b = 0; b < g->n_kept; b++)
		for (size_t i = 0; i < g->kept[b].n_people; i++) {
			const double x = *lull_summary__at(s, g->kept[b].block, cell, i);
			if (lull_is_finite(x))
				s->scratch[n++] = x;
		}
	return n;
}

static void quantiles_of(struct lull_summary *s, size_t group, size_t cell, const struct lull_summary__total *t,
			 double *out)
{
	const struct lull_sketch *parts[LULL_SUMMARY_MAX_SLOTS];

	if (s->block_width) {
		const size_t n = all_values(s, &s->groups[group], cell);
		lull_quantiles(s->scratch, n, s->o.probs, s->o.n_probs, out);
		return;
	}
	for (int i = 0; i < s->o.n_threads; i++)
		parts[i] = s->hands[i].sketch;
	lull_sketch_quantiles(parts, (size_t)s->o.n_threads, group * s->n_cells + cell, t->low, t->high, s->o.probs,
			      s->o.n_probs, out);
}

static double mean_of(const struct lull_summary__total *t)
{
	return t->n ? lull_clamp(lull_sum_value(&t->sum) / (double)t->n, t->low, t->high) : NAN;
}

static double sd_of(const struct lull_summary__total *t)
{
	return t->n > 1 ? lull_sqrt(t->m2 / (double)(t->n - 1)) : NAN;
}

static void stats_of(struct lull_summary *s, size_t group, size_t cell, struct lull_summary_stats *out, double *quantiles)
{
	const struct lull_summary__group *const g = &s->groups[group];
	const struct lull_summary__total *const t = &g->cells[cell];

	*out = (struct lull_summary_stats){ .n = t->n, .n_missing = g->n_people - t->n, .mean = mean_of(t), .sd = sd_of(t),
					    .min = t->n ? t->low : NAN, .max = t->n ? t->high : NAN, .geo_mean = NAN, .geo_cv = NAN };
	if (quantiles)
		quantiles_of(s, group, cell, t, quantiles);
}

void lull_summary_at_time(struct lull_summary *s, size_t group, size_t i_time, int output, struct lull_summary_stats *out,
			  double *quantiles)
{
	stats_of(s, group, i_time * (size_t)s->o.n_outputs + (size_t)output, out, quantiles);
}

void lull_summary_of_measure(struct lull_summary *s, size_t group, size_t i_measure, struct lull_summary_stats *out,
			     double *quantiles)
{
	const struct lull_summary__total *const logs = &s->groups[group].logs[i_measure];

	stats_of(s, group, s->n_time_cells + i_measure, out, quantiles);
	if (out->n == 0 || logs->n < out->n)
		return;
	const double sd = sd_of(logs);
	out->geo_mean = lull_clamp(lull_exp(mean_of(logs)), out->min, out->max);
	out->geo_cv = lull_sqrt(lull_expm1(sd * sd));
}
