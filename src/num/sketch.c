/* Histograms on the bits of doubles; see sketch.h. A bin's count is 16 bits, so that thousands of cells stay in
 * the cache; when one wraps, a second array of the same span, made then, counts the wraps. */
#include "lull/num/sketch.h"

#include <math.h>
#include <string.h>

#include "lull/num/math.h"

enum {
	PER_OCTAVE = LULL_SKETCH_BINS_PER_OCTAVE,
	SHIFT = 52 - 7,                   /* leaves the exponent and 7 bits of the mantissa */
	BASE = (1023 - LULL_SKETCH_OCTAVES / 2) * PER_OCTAVE /* of LULL_SKETCH_FLOOR       */
};
_Static_assert(PER_OCTAVE == 1 << 7, "the shift and the bins agree");
_Static_assert(LULL_SKETCH_BINS < INT16_MAX, "a key has 16 bits");

/* One cell on one side of 0: bins first .. first + n - 1, whole octaves. */
struct side {
	uint16_t *low;
	uint32_t *high; /* wraps of low; NULL until the first */
	uint32_t first, n;
};

struct lull_sketch {
	size_t n_cells, n_bytes;
	struct side *above, *below; /* [cell]; below is NULL until the first negative value */
	uint64_t *n_zero, *n;       /* [cell]                                               */
};

static void free_sides(struct side *sides, size_t n)
{
	for (size_t i = 0; sides && i < n; i++) {
		lull_mem_free(sides[i].low);
		lull_mem_free(sides[i].high);
	}
	lull_mem_free(sides);
}

void lull_sketch_free(struct lull_sketch *s)
{
	if (!s)
		return;
	free_sides(s->above, s->n_cells);
	free_sides(s->below, s->n_cells);
	lull_mem_free(s->n_zero);
	lull_mem_free(s->n);
	lull_mem_free(s);
}

int lull_sketch_new(size_t n_cells, struct lull_sketch **out, struct lull_err *err)
{
	struct lull_sketch *const s = lull_mem_zalloc(1, sizeof(*s));

	*out = NULL;
	if (!s)
		return lull_nomem(err);
	s->n_cells = n_cells;
	s->above = lull_mem_zalloc(n_cells, sizeof(*s->above));
	s->n_zero = lull_mem_zalloc(n_cells, sizeof(*s->n_zero));
	s->n = lull_mem_zalloc(n_cells, sizeof(*s->n));
	s->n_bytes = sizeof(*s) + n_cells * (sizeof(*s->above) + 2 * sizeof(uint64_t));
	if (!s->above || !s->n_zero || !s->n) {
		lull_sketch_free(s);
		return lull_nomem(err);
	}
	*out = s;
	return LULL_OK;
}

size_t lull_sketch_bytes(const struct lull_sketch *s)
{
	return s->n_bytes;
}

uint64_t lull_sketch_n(const struct lull_sketch *s, size_t cell)
{
	return s->n[cell];
}

/* Without a branch, so that a compiler may do several at once. */
static int16_t key_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	const int32_t at = (int32_t)((bits & (UINT64_MAX >> 1)) >> SHIFT) - BASE + 1;
	const int32_t bin = at < 1 ? 0 : at > LULL_SKETCH_BINS ? LULL_SKETCH_BINS : at;
	const int32_t key = bits >> 63 ? -bin : bin;
	return (int16_t)(x != x ? LULL_SKETCH_MISSING : key);
}

void lull_sketch_keys(const double *x, size_t n, int16_t *keys)
{
	for (size_t i = 0; i < n; i++)
		keys[i] = key_of(x[i]);
}

/* The middle of bin k = 1..LULL_SKETCH_BINS. */
static double middle_of(uint32_t k)
{
	const uint64_t bits = ((uint64_t)(k - 1 + BASE) << SHIFT) | (uint64_t)1 << (SHIFT - 1);
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* Make bins [from, to) part of the side; whole octaves. */
static int widen(struct lull_sketch *s, struct side *side, uint32_t from, uint32_t to, struct lull_err *err)
{
	from = from / PER_OCTAVE * PER_OCTAVE;
	to = (to + PER_OCTAVE - 1) / PER_OCTAVE * PER_OCTAVE;
	if (side->n) {
		from = side->first < from ? side->first : from;
		to = side->first + side->n > to ? side->first + side->n : to;
	}
	const uint32_t n = to - from, shift = side->n ? side->first - from : 0;
	if (n == side->n)
		return LULL_OK;
	uint16_t *const low = lull_mem_zalloc(n, sizeof(*low));
	uint32_t *const high = side->high ? lull_mem_zalloc(n, sizeof(*high)) : NULL;
	if (!low || (side->high && !high)) {
		lull_mem_free(low);
		lull_mem_free(high);
		return lull_nomem(err);
	}
	if (side->n)
		memcpy(low + shift, side->low, side->n * sizeof(*low));
	if (high)
		memcpy(high + shift, side->high, side->n * sizeof(*high));
	lull_mem_free(side->low);
	lull_mem_free(side->high);
	s->n_bytes += (n - side->n) * (sizeof(*low) + (high ? sizeof(*high) : 0));
	*side = (struct side){ low, high, from, n };
	return LULL_OK;
}

static int carry(struct lull_sketch *s, struct side *side, uint32_t bin, uint32_t by, struct lull_err *err)
{
	if (!side->high) {
		side->high = lull_mem_zalloc(side->n, sizeof(*side->high));
		if (!side->high)
			return lull_nomem(err);
		s->n_bytes += side->n * sizeof(*side->high);
	}
	side->high[bin] += by;
	return LULL_OK;
}

static struct side *side_of(struct lull_sketch *s, size_t cell, bool is_below)
{
	if (!is_below)
		return &s->above[cell];
	if (!s->below) {
		s->below = lull_mem_zalloc(s->n_cells, sizeof(*s->below));
		if (!s->below)
			return NULL;
		s->n_bytes += s->n_cells * sizeof(*s->below);
	}
	return &s->below[cell];
}

/* A key that is not in the bins above 0 that the cell has already. */
static int count_rare(struct lull_sketch *s, size_t cell, int key, struct lull_err *err)
{
	if (key == LULL_SKETCH_MISSING) {
		s->n[cell]--;
		return LULL_OK;
	}
	if (key == 0) {
		s->n_zero[cell]++;
		return LULL_OK;
	}
	struct side *const side = side_of(s, cell, key < 0);
	if (!side)
		return lull_nomem(err);
	const uint32_t bin = (uint32_t)(key < 0 ? -key : key) - 1;
	const int rc = widen(s, side, bin, bin + 1, err);
	if (rc != LULL_OK)
		return rc;
	return ++side->low[bin - side->first] ? LULL_OK : carry(s, side, bin - side->first, 1, err);
}

int lull_sketch_count(struct lull_sketch *s, size_t cell, const int16_t *keys, size_t n, struct lull_err *err)
{
	struct side *const above = &s->above[cell];
	struct side now = *above; /* in registers; changes only on the rare way */

	s->n[cell] += n;
	for (size_t i = 0; i < n; i++) {
		const uint32_t bin = (uint32_t)(keys[i] - 1) - now.first;
		if (bin < now.n && ++now.low[bin] != 0)
			continue;
		const int rc = bin < now.n ? carry(s, above, bin, 1, err) : count_rare(s, cell, keys[i], err);
		if (rc != LULL_OK)
			return rc;
		now = *above;
	}
	return LULL_OK;
}

int lull_sketch_add(struct lull_sketch *s, size_t cell, const double *x, size_t n, struct lull_err *err)
{
	int16_t keys[256];

	for (size_t i = 0; i < n; i += 256) {
		const size_t m = n - i < 256 ? n - i : 256;
		lull_sketch_keys(x + i, m, keys);
		const int rc = lull_sketch_count(s, cell, keys, m, err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

static int merge_side(struct lull_sketch *s, struct side *into, const struct side *from, struct lull_err *err)
{
	if (!from->n)
		return LULL_OK;
	int rc = widen(s, into, from->first, from->first + from->n, err);
	for (uint32_t i = 0; i < from->n && rc == LULL_OK; i++) {
		const uint32_t bin = from->first - into->first + i;
		const uint32_t sum = (uint32_t)into->low[bin] + from->low[i];
		const uint32_t wraps = (sum >> 16) + (from->high ? from->high[i] : 0);
		into->low[bin] = (uint16_t)sum;
		if (wraps)
			rc = carry(s, into, bin, wraps, err);
	}
	return rc;
}

int lull_sketch_merge(struct lull_sketch *into, const struct lull_sketch *from, struct lull_err *err)
{
	if (into->n_cells != from->n_cells)
		return lull_fail(err, LULL_ECONFLICT, "sketch", "%zu cells cannot be merged into %zu", from->n_cells,
				 into->n_cells);
	for (size_t cell = 0; cell < from->n_cells; cell++) {
		into->n[cell] += from->n[cell];
		into->n_zero[cell] += from->n_zero[cell];
		int rc = merge_side(into, &into->above[cell], &from->above[cell], err);
		if (rc == LULL_OK && from->below && from->below[cell].n) {
			struct side *const side = side_of(into, cell, true);
			rc = side ? merge_side(into, side, &from->below[cell], err) : lull_nomem(err);
		}
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

/* A walk over the bins of one cell in order of value, all parts together. */
struct walk {
	const struct lull_sketch *const *parts;
	size_t n_parts, cell;
	int32_t key, last; /* bins left: key .. last                    */
	uint64_t n_below;  /* values in bins before key                  */
};

static uint64_t side_count(const struct side *side, uint32_t bin)
{
	const uint32_t i = bin - side->first;

	return i < side->n ? side->low[i] + (side->high ? (uint64_t)side->high[i] << 16 : 0) : 0;
}

static uint64_t walk_count(const struct walk *w)
{
	uint64_t n = 0;

	for (size_t i = 0; i < w->n_parts; i++) {
		const struct lull_sketch *const s = w->parts[i];
		if (w->key == 0)
			n += s->n_zero[w->cell];
		else if (w->key > 0)
			n += side_count(&s->above[w->cell], (uint32_t)w->key - 1);
		else if (s->below)
			n += side_count(&s->below[w->cell], (uint32_t)-w->key - 1);
	}
	return n;
}

static struct walk walk_from_lowest(const struct lull_sketch *const *parts, size_t n_parts, size_t cell)
{
	struct walk w = { parts, n_parts, cell, 0, 0, 0 };

	for (size_t i = 0; i < n_parts; i++) {
		const struct side *const above = &parts[i]->above[cell];
		const struct side *const below = parts[i]->below ? &parts[i]->below[cell] : NULL;
		if (above->n && (int32_t)(above->first + above->n) > w.last)
			w.last = (int32_t)(above->first + above->n);
		if (below && below->n && -(int32_t)(below->first + below->n) < w.key)
			w.key = -(int32_t)(below->first + below->n);
	}
	return w;
}

/* The order statistic of a rank that does not fall from call to call; a rank that is there. */
static double walk_to(struct walk *w, uint64_t rank)
{
	for (uint64_t n; w->key < w->last && w->n_below + (n = walk_count(w)) <= rank; w->key++)
		w->n_below += n;
	if (w->key == 0)
		return 0;
	return w->key > 0 ? middle_of((uint32_t)w->key) : -middle_of((uint32_t)-w->key);
}

static double held(double x, uint64_t rank, uint64_t n, double lowest, double highest)
{
	if (!lull_is_nan(lowest) && (rank == 0 || x < lowest))
		x = lowest;
	if (!lull_is_nan(highest) && (rank == n - 1 || x > highest))
		x = highest;
	return x;
}

void lull_sketch_quantiles(const struct lull_sketch *const *parts, size_t n_parts, size_t cell, double lowest,
			   double highest, const double *p, size_t n_p, double *out)
{
	uint64_t n = 0;

	for (size_t i = 0; i < n_parts; i++)
		n += parts[i]->n[cell];
	if (n == 0) {
		for (size_t i = 0; i < n_p; i++)
			out[i] = NAN;
		return;
	}
	/* Twice through: the ranks below each quantile, then those above, both rising. */
	struct walk below = walk_from_lowest(parts, n_parts, cell), above = below;
	for (size_t i = 0; i < n_p; i++) {
		const double at = (double)(n - 1) * p[i];
		const uint64_t rank = (uint64_t)at < n - 1 ? (uint64_t)at : n - 1;
		const double part = at - (double)rank, low = held(walk_to(&below, rank), rank, n, lowest, highest);
		out[i] = low;
		if (part > 0 && rank + 1 < n) {
			const double high = held(walk_to(&above, rank + 1), rank + 1, n, lowest, highest);
			out[i] = low + part * (high - low);
		}
	}
}
