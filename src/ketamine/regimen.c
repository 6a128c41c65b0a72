/* Compile a list of doses to intervals of constant rate with boluses at their starts. */
#include "lull/ketamine/regimen.h"

#include <string.h>

#include "lull/num/math.h"
#include "lull/num/sum.h"

static int check_dose(const struct lull_dose *dose, size_t i, struct lull_err *err)
{
	const double part[3] = { dose->t_h, dose->amount_mg, dose->dur_h };
	static const char *const name[3] = { "start (h)", "amount (mg)", "duration (h)" };

	for (int k = 0; k < 3; k++)
		if (!(part[k] >= 0) || !lull_is_finite(part[k]))
			return lull_fail(err, LULL_EDOMAIN, "regimen", "dose %zu: the %s is a number of 0 or more",
					 i + 1, name[k]);
	return LULL_OK;
}

/* The first event at or after t_h; events rise. */
static size_t event_at(const struct lull_input *input, double t_h)
{
	size_t low = 0, high = input->n;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		if (input->t_h[mid] < t_h)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void collect_times(const struct lull_regimen *regimen, struct lull_input *in)
{
	size_t n = 0;

	in->t_h[n++] = 0;
	for (size_t i = 0; i < regimen->n_doses; i++) {
		const struct lull_dose *dose = &regimen->doses[i];
		in->t_h[n++] = dose->t_h;
		in->t_h[n++] = dose->t_h + dose->dur_h;
	}
	lull_sort(in->t_h, n);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || in->t_h[i] != in->t_h[in->n - 1])
			in->t_h[in->n++] = in->t_h[i];
}

int lull_regimen_compile(const struct lull_regimen *regimen, struct lull_arena *arena, struct lull_input *out,
			 struct lull_err *err)
{
	struct lull_input in = { 0 };

	memset(out, 0, sizeof(*out));
	if (regimen->route != LULL_ROUTE_IV)
		return lull_fail(err, LULL_EUNSUPPORTED, "regimen", "no absorption model for the %s route",
				 lull_route_names[regimen->route]);
	if (regimen->n_doses > LULL_MAX_DOSES)
		return lull_fail(err, LULL_ELIMIT, "regimen", "at most %d doses", LULL_MAX_DOSES);
	for (size_t i = 0; i < regimen->n_doses; i++) {
		const int rc = check_dose(&regimen->doses[i], i, err);
		if (rc != LULL_OK)
			return rc;
	}
	const size_t most = 2 * regimen->n_doses + 1;
	in.t_h = LULL_ARENA_NEW(arena, double, most);
	in.rate_mg_per_h = LULL_ARENA_NEW(arena, double, most);
	in.bolus_mg = LULL_ARENA_NEW(arena, double, most);
	if (!in.t_h || !in.rate_mg_per_h || !in.bolus_mg)
		return lull_nomem(err);
	collect_times(regimen, &in);
	for (size_t i = 0; i < regimen->n_doses; i++) {
		const struct lull_dose *dose = &regimen->doses[i];
		const size_t from = event_at(&in, dose->t_h), to = event_at(&in, dose->t_h + dose->dur_h);
		if (dose->amount_mg > 0)
			in.end_h = lull_max(in.end_h, dose->t_h + dose->dur_h);
		in.total_mg += dose->amount_mg;
		if (from == to) /* no duration, or one too short to tell the two times apart */
			in.bolus_mg[from] += dose->amount_mg;
		for (size_t k = from; k < to; k++)
			in.rate_mg_per_h[k] += dose->amount_mg / dose->dur_h;
	}
	*out = in;
	return LULL_OK;
}

double lull_input_mg_by(const struct lull_input *input, double t_h)
{
	struct lull_running_sum mg = { 0 };

	for (size_t i = 0; i < input->n && input->t_h[i] <= t_h; i++) {
		const double until = i + 1 < input->n ? lull_min(t_h, input->t_h[i + 1]) : t_h;
		lull_sum_add(&mg, input->bolus_mg[i]);
		lull_sum_add(&mg, input->rate_mg_per_h[i] * (until - input->t_h[i]));
	}
	return lull_sum_value(&mg);
}

double lull_input_rate_at(const struct lull_input *input, double t_h)
{
	double rate = 0;

	for (size_t i = 0; i < input->n && input->t_h[i] <= t_h; i++)
		rate = input->rate_mg_per_h[i];
	return rate;
}
