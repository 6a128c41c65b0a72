/* What one thread does with its chunk of people: tiles added to running sums, curves followed person by person, and
 * at the end a slot full of partial sums, which depend on the chunk alone. */
#include "lull/ketamine/summary.h"

#include <math.h>
#include <string.h>

#include "lull/base/mem.h"
#include "lull/num/math.h"
#include "lull/num/vec.h"
#include "summary_impl.h"

enum { CHUNK = LULL_SUMMARY_CHUNK, WIDE_ROWS = 512 };

static const struct lull_summary__line empty_line = { { 0, 0 }, { 0, 0 }, { INFINITY, INFINITY }, { -INFINITY, -INFINITY } };

static void fill(double *x, size_t n, double value)
{
	for (size_t i = 0; i < n; i++)
		x[i] = value;
}

static double *curve_field(const struct lull_summary__hand *h, int output, enum lull_summary__field field)
{
	return h->curves + ((size_t)output * CURVE_N + field) * CHUNK;
}

/* The sums start afresh; keys and kept values are left empty by the end of each chunk. */
static int open_chunk(struct lull_summary *s, struct lull_summary__hand *h, size_t i_slot, struct lull_err *err)
{
	const struct lull_summary_options *const o = &s->o;
	struct lull_summary__slot *const slot = &s->slots[i_slot];

	if (slot->is_full)
		return lull_fail(err, LULL_ECONFLICT, "summary", "slot %zu still holds a chunk that was not merged", i_slot);
	for (size_t i = 0; i < s->n_time_cells; i++)
		h->lines[i] = empty_line;
	if (s->n_time_cells)
		memset(h->n_bad, 0, s->n_time_cells * sizeof(*h->n_bad));
	if (o->n_times)
		memset(h->n_at, 0, o->n_times * sizeof(*h->n_at));
	memset(h->n_seen, 0, sizeof(h->n_seen));
	fill(h->above, o->n_levels * CHUNK, 0);
	fill(h->area, o->n_intervals * (size_t)o->n_outputs * CHUNK, 0);
	fill(h->high, o->n_intervals * (size_t)o->n_outputs * CHUNK, -INFINITY);
	h->is_open = true;
	h->i_slot = i_slot;
	return LULL_OK;
}

/* ------------------------------------------------------------------ at each time */

/* A row by hand: fewer lanes than eight, or a value that is missing. */
static void add_row(struct lull_summary__hand *h, size_t cell, const double *row, int width)
{
	struct lull_summary__line *const line = &h->lines[cell];

	for (int l = 0; l < width; l++) {
		const double x = row[l];
		if (!lull_is_finite(x)) {
			h->n_bad[cell]++;
			continue;
		}
		if (lull_is_nan(h->pivot[cell]))
			h->pivot[cell] = x;
		const double d = x - h->pivot[cell];
		line->sum[l & 1] += d;
		line->square[l & 1] += d * d;
		line->low[l & 1] = lull_min(x, line->low[l & 1]);
		line->high[l & 1] = lull_max(x, line->high[l & 1]);
	}
}

static void add_times(const struct lull_summary *s, struct lull_summary__hand *h, int width, size_t i_time, size_t n_times,
		      const double *tile)
{
	const size_t n_out = (size_t)s->o.n_outputs, cell = i_time * n_out, n_rows = n_times * n_out;

	for (size_t t = 0; t < n_times; t++) {
		if (h->n_at[i_time + t] == 0)
			for (size_t i = t * n_out; i < (t + 1) * n_out; i++) {
				const double x = tile[i * (size_t)width];
				h->pivot[cell + i] = lull_is_finite(x) ? x : NAN;
			}
		h->n_at[i_time + t] += (uint32_t)width;
	}
	for (size_t row = 0; row < n_rows; row++) {
		if (width == LULL_LANES)
			row = s->kernel->rows(h->lines + cell, h->pivot + cell, tile, row, n_rows);
		if (row < n_rows)
			add_row(h, cell + row, tile + row * (size_t)width, width);
	}
}

static bool side_by_side(const uint16_t *person, int width)
{
	for (int l = 1; l < width; l++)
		if (person[l] != person[0] + l)
			return false;
	return true;
}

static void keep_keys(const struct lull_summary *s, struct lull_summary__hand *h, const uint16_t *person, int width,
		      size_t i_time, size_t n_times, const double *tile)
{
	const size_t n_out = (size_t)s->o.n_outputs, n_rows = n_times * n_out;
	int16_t *const keys = h->keys + i_time * n_out * LULL_SUMMARY__KEYS;

	if (width == LULL_LANES && side_by_side(person, width)) {
		s->kernel->keys(keys + person[0], tile, n_rows);
		return;
	}
	for (size_t row = 0; row < n_rows; row++) {
		int16_t of[LULL_LANES];
		lull_sketch_keys(tile + row * (size_t)width, (size_t)width, of);
		for (int l = 0; l < width; l++)
			keys[row * LULL_SUMMARY__KEYS + person[l]] =
				lull_is_finite(tile[row * (size_t)width + (size_t)l]) ? of[l] : (int16_t)LULL_SKETCH_MISSING;
	}
}

static void keep_values(const struct lull_summary *s, struct lull_summary__hand *h, const uint16_t *person, int width,
			size_t i_time, size_t n_times, const double *tile)
{
	const size_t n_out = (size_t)s->o.n_outputs, n_rows = n_times * n_out;

	if (width == LULL_LANES && person[0] % LULL_LANES == 0 && side_by_side(person, width)) {
		memcpy(lull_summary__at(s, h->block, i_time * n_out, person[0]), tile, n_rows * LULL_LANES * sizeof(double));
		return;
	}
	for (size_t row = 0; row < n_rows; row++)
		for (int l = 0; l < width; l++)
			*lull_summary__at(s, h->block, i_time * n_out + row, person[l]) = tile[row * (size_t)width + (size_t)l];
}

/* ------------------------------------------------------------------ person by person */

/* From [person] to [lane] and back; lanes beyond the width repeat the first. */
static void load_lanes(double *to, const double *from, const uint16_t *person, int width)
{
	for (int l = 0; l < LULL_LANES; l++)
		to[l] = from[person[l < width ? l : 0]];
}

static void store_lanes(double *to, const double *from, const uint16_t *person, int width)
{
	for (int l = 0; l < width; l++)
		to[person[l]] = from[l];
}

static double *field_of(struct lull_summary__curve *c, int field)
{
	double *const fields[CURVE_N] = { c->first, c->last, c->area, c->high, c->high_h, c->low, c->low_h };
	return fields[field];
}

static void load_curves(const struct lull_summary *s, struct lull_summary__hand *h, const uint16_t *person, int width)
{
	for (int o = 0; o < s->o.n_outputs; o++)
		for (int f = 0; f < CURVE_N; f++)
			load_lanes(field_of(&h->eight[o], f), curve_field(h, o, (enum lull_summary__field)f), person, width);
}

static void store_curves(const struct lull_summary *s, struct lull_summary__hand *h, const uint16_t *person, int width)
{
	for (int o = 0; o < s->o.n_outputs; o++)
		for (int f = 0; f < CURVE_N; f++)
			store_lanes(curve_field(h, o, (enum lull_summary__field)f), field_of(&h->eight[o], f), person, width);
}

static void begin_curves(const struct lull_summary *s, struct lull_summary__hand *h, const double *tile)
{
	for (int o = 0; o < s->o.n_outputs; o++) {
		struct lull_summary__curve *const c = &h->eight[o];
		const double *const x = tile + (size_t)o * LULL_LANES;
		for (int l = 0; l < LULL_LANES; l++) {
			c->first[l] = c->last[l] = x[l];
			c->area[l] = 0;
			c->high[l] = -INFINITY;
			c->low[l] = INFINITY;
			c->high_h[l] = c->low_h[l] = NAN;
		}
	}
}

/* An interval's area as the difference of the integral output q at its ends: minus its value at the start, plus at
 * the end; both are met once, in the piece (t0, t1] that holds them or at the very first time. */
static void integral_at_ends(double *area, const double *before, const double *x, size_t stride, size_t n_times,
			     const double *t_h, double t0_h, bool is_first, const struct lull_summary_interval *v)
{
	const double ends[2] = { v->start_h, v->end_h }, sign[2] = { -1, 1 };

	for (size_t i = 0; i < n_times; i++) {
		const double *const now = x + i * stride;
		for (int e = 0; e < 2; e++) {
			const bool at_begin = is_first && i == 0 && ends[e] == t_h[0];
			if (!at_begin && !(ends[e] > t0_h && ends[e] <= t_h[i]))
				continue;
			const double part = at_begin ? 1 : (ends[e] - t0_h) / (t_h[i] - t0_h);
			for (int l = 0; l < LULL_LANES; l++)
				area[l] += sign[e] * (part < 1 ? before[l] + part * (now[l] - before[l]) : now[l]);
		}
		before = now;
		t0_h = t_h[i];
	}
}

static void add_interval(const struct lull_summary *s, struct lull_summary__hand *h, const uint16_t *person, int width,
			 const double *tile, size_t n_times, const double *t_h, double t0_h, bool is_first, size_t i)
{
	const struct lull_summary_interval *const v = &s->o.intervals[i];
	const size_t n_out = (size_t)s->o.n_outputs, stride = n_out * LULL_LANES;

	if (t_h[n_times - 1] < v->start_h || t0_h > v->end_h)
		return;
	for (size_t o = 0; o < n_out; o++) {
		double area[LULL_LANES], high[LULL_LANES], unused[LULL_LANES] = { 0 };
		double *const areas = h->area + (i * n_out + o) * CHUNK, *const highs = h->high + (i * n_out + o) * CHUNK;
		const int q = s->o.integral ? s->o.integral[o] : -1;
		load_lanes(area, areas, person, width);
		load_lanes(high, highs, person, width);
		s->kernel->interval(q < 0 ? area : unused, high, h->eight[o].last, tile + o * LULL_LANES, stride, n_times, t_h, t0_h,
				    v->start_h, v->end_h);
		if (q >= 0)
			integral_at_ends(area, h->eight[q].last, tile + (size_t)q * LULL_LANES, stride, n_times, t_h, t0_h, is_first, v);
		store_lanes(areas, area, person, width);
		store_lanes(highs, high, person, width);
	}
}

/* A tile of eight lanes (some of them only filling up) into the people's curves. */
static void add_curves(const struct lull_summary *s, struct lull_summary__hand *h, const uint16_t *person, int width,
		       const double *tile, size_t n_times, const double *t_h, bool is_first)
{
	const size_t stride = (size_t)s->o.n_outputs * LULL_LANES;

	if (is_first)
		begin_curves(s, h, tile);
	else
		load_curves(s, h, person, width);
	const double t0_h = is_first ? t_h[0] : h->last_h[person[0]];
	for (size_t i = 0; i < s->o.n_levels; i++) {
		const struct lull_summary_level *const level = &s->o.levels[i];
		double hours[LULL_LANES];
		load_lanes(hours, h->above + i * CHUNK, person, width);
		s->kernel->above(hours, h->eight[level->output].last, tile + (size_t)level->output * LULL_LANES, stride, n_times, t_h,
				 t0_h, level->level);
		store_lanes(h->above + i * CHUNK, hours, person, width);
	}
	for (size_t i = 0; i < s->o.n_intervals; i++)
		add_interval(s, h, person, width, tile, n_times, t_h, t0_h, is_first, i);
	s->kernel->curves(h->eight, s->o.n_outputs, tile, n_times, t_h, t0_h);
	store_curves(s, h, person, width);
	for (int l = 0; l < width; l++) {
		if (is_first)
			h->first_h[person[l]] = t_h[0];
		h->last_h[person[l]] = t_h[n_times - 1];
	}
}

/* A narrow tile made eight wide, piece by piece; the lanes that fill up repeat the first. */
static void add_narrow_curves(const struct lull_summary *s, struct lull_summary__hand *h, const uint16_t *person, int width,
			      const double *tile, size_t n_times, const double *t_h, bool is_first)
{
	const size_t n_out = (size_t)s->o.n_outputs, most = WIDE_ROWS / n_out;

	for (size_t t = 0; t < n_times; t += most) {
		const size_t n = n_times - t < most ? n_times - t : most;
		for (size_t row = 0; row < n * n_out; row++)
			for (int l = 0; l < LULL_LANES; l++)
				h->wide[row * LULL_LANES + (size_t)l] = tile[(t * n_out + row) * (size_t)width + (size_t)(l < width ? l : 0)];
		add_curves(s, h, person, width, h->wide, n, t_h + t, is_first && t == 0);
	}
}

/* ------------------------------------------------------------------ a tile */

static int check_tile(const struct lull_summary *s, const struct lull_summary__hand *h, const uint16_t *person, int width,
		      size_t i_time, size_t n_times, const double *t_h, struct lull_err *err)
{
	for (int l = 0; l < width; l++) {
		if (person[l] >= (s->block_width ? s->block_width : CHUNK))
			return lull_fail(err, LULL_EDOMAIN, "summary", "person %d of a chunk that was said to be smaller", person[l]);
		if (h->n_seen[person[l]] != i_time)
			return lull_fail(err, LULL_ECONFLICT, "summary", "a tile from time %zu on came after %u times", i_time,
					 (unsigned)h->n_seen[person[l]]);
	}
	if (s->o.n_times == 0)
		return LULL_OK;
	for (size_t i = i_time; i < i_time + n_times; i++)
		if (i >= s->o.n_times || t_h[i] != s->o.t_h[i]) {
			lull_fail(err, LULL_EDOMAIN, "summary", "output time %zu (%g h) is not one of the times that all people share", i + 1,
				  t_h[i]);
			lull_mend(err, "give the output times to the simulation, or ask for no summary by time");
			return LULL_EDOMAIN;
		}
	return LULL_OK;
}

static int hand_of(struct lull_summary *s, size_t i_slot, int i_thread, struct lull_summary__hand **out, struct lull_err *err)
{
	if (i_slot >= s->o.n_slots || i_thread < 0 || i_thread >= s->o.n_threads)
		return lull_fail(err, LULL_EDOMAIN, "summary", "slot %zu or thread %d was not announced", i_slot, i_thread);
	*out = &s->hands[i_thread];
	return (*out)->is_open && (*out)->i_slot == i_slot ? LULL_OK : open_chunk(s, *out, i_slot, err);
}

int lull_summary_tile(struct lull_summary *s, size_t i_slot, int i_thread, const uint16_t *person, int width, size_t i_time,
		      size_t n_times, const double *t_h, const double *tile, struct lull_err *err)
{
	struct lull_summary__hand *h;
	int rc = hand_of(s, i_slot, i_thread, &h, err);

	if (rc != LULL_OK || n_times == 0)
		return rc;
	if (width < 1 || width > LULL_LANES)
		return lull_fail(err, LULL_EDOMAIN, "summary", "a tile is 1 to %d wide", LULL_LANES);
	rc = check_tile(s, h, person, width, i_time, n_times, t_h, err);
	if (rc != LULL_OK)
		return rc;
	if (s->o.n_times) {
		add_times(s, h, width, i_time, n_times, tile);
		if (h->keys)
			keep_keys(s, h, person, width, i_time, n_times, tile);
		if (h->block)
			keep_values(s, h, person, width, i_time, n_times, tile);
	}
	if (width == LULL_LANES)
		add_curves(s, h, person, width, tile, n_times, t_h + i_time, i_time == 0);
	else
		add_narrow_curves(s, h, person, width, tile, n_times, t_h + i_time, i_time == 0);
	for (int l = 0; l < width; l++)
		h->n_seen[person[l]] += (uint32_t)n_times;
	return LULL_OK;
}

/* ------------------------------------------------------------------ the end of a chunk */

static struct lull_summary__part part_of_line(const struct lull_summary__line *line, double pivot, uint64_t n)
{
	const double d = line->sum[0] + line->sum[1], square = line->square[0] + line->square[1], count = (double)n;

	if (n == 0)
		return (struct lull_summary__part){ 0 };
	return (struct lull_summary__part){
		.n = n, .sum = pivot * count + d, .mean = pivot + d / count,
		.m2 = lull_max(square - d * (d / count), 0),
		.low = lull_min(line->low[0], line->low[1]), .high = lull_max(line->high[0], line->high[1]),
	};
}

static struct lull_summary__part part_of_values(const double *x, size_t n)
{
	struct lull_summary__part part = { .n = n, .sum = lull_sum(x, n) };

	if (n == 0)
		return part;
	part.mean = part.sum / (double)n;
	part.low = part.high = x[0];
	for (size_t i = 0; i < n; i++) {
		part.m2 += (x[i] - part.mean) * (x[i] - part.mean);
		part.low = lull_min(x[i], part.low);
		part.high = lull_max(x[i], part.high);
	}
	return part;
}

/* Whether person i's curve of this output is whole: each value was finite, up to the last time. */
static bool is_whole(const struct lull_summary *s, const struct lull_summary__hand *h, int output, size_t i)
{
	return h->n_seen[i] > 0 && (s->o.n_times == 0 || h->n_seen[i] == s->o.n_times) &&
	       lull_is_finite(curve_field(h, output, CURVE_AREA)[i]) && lull_is_finite(curve_field(h, output, CURVE_HIGH)[i]) &&
	       lull_is_finite(curve_field(h, output, CURVE_LOW)[i]);
}

static double ratio(double over, double under)
{
	return under > 0 ? over / under : NAN;
}

/* One number of person i, NaN where it does not exist. */
static double measure_of(const struct lull_summary *s, const struct lull_summary__hand *h,
			 const struct lull_summary_measure *m, size_t i)
{
	const size_t n_out = (size_t)s->o.n_outputs, out = (size_t)m->output, last = s->o.n_intervals - 1;
	const struct lull_summary_interval *const v = s->o.intervals;
	const int q = s->o.integral ? s->o.integral[out] : -1;

	if (!is_whole(s, h, m->output, i) || (q >= 0 && !is_whole(s, h, q, i)))
		return NAN;
	switch (m->kind) {
	case LULL_SUMMARY_MAX: return curve_field(h, m->output, CURVE_HIGH)[i];
	case LULL_SUMMARY_MAX_TIME: return curve_field(h, m->output, CURVE_HIGH_H)[i];
	case LULL_SUMMARY_MIN: return curve_field(h, m->output, CURVE_LOW)[i];
	case LULL_SUMMARY_MIN_TIME: return curve_field(h, m->output, CURVE_LOW_H)[i];
	case LULL_SUMMARY_LAST: return curve_field(h, m->output, CURVE_LAST)[i];
	case LULL_SUMMARY_AREA:
		return q < 0 ? curve_field(h, m->output, CURVE_AREA)[i] : curve_field(h, q, CURVE_LAST)[i] - curve_field(h, q, CURVE_FIRST)[i];
	case LULL_SUMMARY_ABOVE: return h->above[m->index * CHUNK + i];
	default: break;
	}
	const size_t a = m->kind == LULL_SUMMARY_INTERVAL_AREA || m->kind == LULL_SUMMARY_INTERVAL_MAX ? m->index : 0;
	const size_t b = m->kind == LULL_SUMMARY_AREA_RATIO || m->kind == LULL_SUMMARY_MAX_RATIO ? last : a;
	if (h->first_h[i] > v[a].start_h || h->last_h[i] < v[a].end_h || h->first_h[i] > v[b].start_h || h->last_h[i] < v[b].end_h)
		return NAN;
	const bool is_area = m->kind == LULL_SUMMARY_INTERVAL_AREA || m->kind == LULL_SUMMARY_AREA_RATIO;
	const double *const x = is_area ? h->area : h->high;
	const double xa = x[(a * n_out + out) * CHUNK + i], xb = x[(b * n_out + out) * CHUNK + i];
	const double y = a == b && m->kind != LULL_SUMMARY_AREA_RATIO && m->kind != LULL_SUMMARY_MAX_RATIO ? xa : ratio(xb, xa);
	return lull_is_finite(y) ? y : NAN;
}

static int end_measure(struct lull_summary *s, struct lull_summary__hand *h, struct lull_summary__slot *slot,
		       size_t i_measure, struct lull_err *err)
{
	const size_t cell = s->n_time_cells + i_measure;
	double x[CHUNK] = { 0 }, logs[CHUNK];
	size_t n = 0, n_above = 0;

	for (size_t i = 0; i < slot->n_people; i++) {
		const double y = measure_of(s, h, &s->measures[i_measure], i);
		if (h->block)
			*lull_summary__at(s, h->block, cell, i) = y;
		if (lull_is_nan(y))
			continue;
		n_above += y > 0;
		x[n++] = y;
	}
	slot->cells[cell] = part_of_values(x, n);
	slot->logs[i_measure] = (struct lull_summary__part){ 0 };
	if (n > 0 && n_above == n) {
		lull_vec_log((enum lull_isa)s->isa, x, logs, n);
		slot->logs[i_measure] = part_of_values(logs, n);
	}
	return h->sketch ? lull_sketch_add(h->sketch, slot->group * s->n_cells + cell, x, n, err) : LULL_OK;
}

/* The keys of all times into the thread's sketch, and the rows empty again. */
static int count_keys(const struct lull_summary *s, struct lull_summary__hand *h, size_t group, size_t n_people,
		      struct lull_err *err)
{
	for (size_t cell = 0; cell < s->n_time_cells; cell++) {
		int16_t *const keys = h->keys + cell * LULL_SUMMARY__KEYS;
		const int rc = lull_sketch_count(h->sketch, group * s->n_cells + cell, keys, n_people, err);
		if (rc != LULL_OK)
			return rc;
		for (size_t i = 0; i < CHUNK; i++)
			keys[i] = LULL_SKETCH_MISSING;
	}
	return LULL_OK;
}

/* The kept values in as much memory as they need, and the thread's own block empty again. */
static int pack_block(const struct lull_summary *s, struct lull_summary__hand *h, struct lull_summary__slot *slot, struct lull_err *err)
{
	const size_t n = lull_summary__block_size(s, slot->n_people);

	slot->block = lull_mem_alloc(n * sizeof(double));
	if (!slot->block)
		return lull_nomem(err);
	if (n)
		memcpy(slot->block, h->block, n * sizeof(double));
	fill(h->block, n, NAN);
	return LULL_OK;
}

static size_t count_failed(const struct lull_summary *s, const struct lull_summary__hand *h, size_t n_people)
{
	size_t n = 0;

	for (size_t i = 0; i < n_people; i++) {
		bool ok = true;
		for (int o = 0; o < s->o.n_outputs; o++)
			ok = ok && is_whole(s, h, o, i);
		n += !ok;
	}
	return n;
}

int lull_summary_end(struct lull_summary *s, size_t i_slot, int i_thread, size_t group, size_t n_people, struct lull_err *err)
{
	struct lull_summary__hand *h;
	int rc = hand_of(s, i_slot, i_thread, &h, err);

	if (rc != LULL_OK)
		return rc;
	if (group >= s->o.n_groups || n_people > (s->block_width ? s->block_width : CHUNK))
		return lull_fail(err, LULL_EDOMAIN, "summary", "group %zu or a chunk of %zu people was not announced", group, n_people);
	for (size_t i = n_people; i < CHUNK; i++)
		if (h->n_seen[i])
			return lull_fail(err, LULL_EDOMAIN, "summary", "person %zu of a chunk of %zu", i, n_people);

	struct lull_summary__slot *const slot = &s->slots[i_slot];
	slot->group = group;
	slot->n_people = n_people;
	slot->n_failed = count_failed(s, h, n_people);
	for (size_t cell = 0; cell < s->n_time_cells; cell++)
		slot->cells[cell] = part_of_line(&h->lines[cell], h->pivot[cell],
						 h->n_at[cell / (size_t)s->o.n_outputs] - h->n_bad[cell]);
	rc = h->keys ? count_keys(s, h, group, n_people, err) : LULL_OK;
	for (size_t m = 0; m < s->n_measures && rc == LULL_OK; m++)
		rc = end_measure(s, h, slot, m, err);
	if (rc == LULL_OK && h->block)
		rc = pack_block(s, h, slot, err);
	if (rc != LULL_OK)
		return rc;
	slot->is_full = true;
	h->is_open = false;
	return LULL_OK;
}
