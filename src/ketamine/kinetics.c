/* Exact linear kinetics: modes of the parent, first-order followers of it, by divided
 * differences of the exponential. Notation and derivation: docs/math/kinetics.md. */
#include "lull/ketamine/kinetics.h"

#include <math.h>

#include "lull/base/units.h"
#include "lull/num/linalg.h"
#include "lull/num/math.h"

/* Rates nearer than this fraction of the larger count as meeting: the plain difference
 * quotient would lose more than 4 bits there. */
static const double close_frac = 1.0 / 16;

/* ------------------------------------------------------------------ modes */

/* A central compartment with up to two peripheral ones. */
struct mammillary {
	int n_peripheral;
	double k_out;              /* elimination, 1/h                */
	double k_to[2], k_back[2]; /* to and from the peripheral ones */
};

static struct mammillary mammillary_of(double cl, double v1, double q2, double v2, double q3, double v3)
{
	struct mammillary m = { .k_out = cl / v1 };
	const double q[2] = { q2, q3 }, v[2] = { v2, v3 };

	for (int i = 0; i < 2; i++)
		if (q[i] > 0) {
			m.k_to[m.n_peripheral] = q[i] / v1;
			m.k_back[m.n_peripheral++] = q[i] / v[i];
		}
	return m;
}

static void rates_of(const struct mammillary *m, double *rate)
{
	const double k10 = m->k_out, k12 = m->k_to[0], k21 = m->k_back[0], k13 = m->k_to[1], k31 = m->k_back[1];

	if (m->n_peripheral == 0) {
		rate[0] = k10;
	} else if (m->n_peripheral == 1) {
		/* Both forms free of cancellation: the discriminant is a sum of squares,
		 * the smaller root comes from the product. */
		const double d = k10 + k12 - k21;
		rate[0] = 0.5 * (k10 + k12 + k21 + lull_sqrt(d * d + 4 * k12 * k21));
		rate[1] = k10 * k21 / rate[0];
	} else {
		lull_cubic_roots(k10 + k12 + k13 + k21 + k31,
				 k10 * (k21 + k31) + k12 * k31 + k13 * k21 + k21 * k31, k10 * k21 * k31, rate);
	}
}

/* Share of mode `rate` in the central compartment after a unit bolus into it: the square
 * of the eigenvector's central part, 1 / (1 + sum k_to k_back / (k_back - rate)^2). */
static double share_of(const struct mammillary *m, double rate)
{
	double sum = 1;

	for (int i = 0; i < m->n_peripheral; i++) {
		const double d = m->k_back[i] - rate;
		if (d == 0)
			return 0;
		sum += m->k_to[i] * m->k_back[i] / (d * d);
	}
	return 1 / sum;
}

/* Rates and concentrations of each mode after a unit bolus; returns their number. */
static int modes_of_compartments(const struct mammillary *m, double v1, double *rate, double *coef)
{
	const int n = m->n_peripheral + 1;
	double sum = 0;

	rates_of(m, rate);
	for (int j = 0; j < n; j++)
		sum += coef[j] = share_of(m, rate[j]);
	for (int j = 0; j < n; j++)
		coef[j] /= sum * v1; /* the shares are 1 in all */
	return n;
}

static bool in_range(double x)
{
	return x >= LULL_PK_MIN && x <= LULL_PK_MAX;
}

static int check_flow(double q, double v, const char *where, struct lull_err *err)
{
	if ((q == 0 && v == 0) || (in_range(q) && in_range(v)))
		return LULL_OK;
	return lull_fail(err, LULL_EDOMAIN, where,
			 "a compartment needs a flow and a volume, both between 1e-6 and 1e6, or neither");
}

static int check_pk(const struct lull_pk *pk, struct lull_err *err)
{
	int rc;

	if (!in_range(pk->cl_l_per_h) || !in_range(pk->v1_l))
		return lull_fail(err, LULL_EDOMAIN, "cl_l_per_h, v1_l",
				 "clearance and central volume lie between 1e-6 and 1e6 (L/h, L)");
	if ((rc = check_flow(pk->q2_l_per_h, pk->v2_l, "q2_l_per_h, v2_l", err)))
		return rc;
	if ((rc = check_flow(pk->q3_l_per_h, pk->v3_l, "q3_l_per_h, v3_l", err)))
		return rc;
	if (pk->nk_v1_l == 0)
		return LULL_OK;
	if (!in_range(pk->nk_cl_l_per_h) || !in_range(pk->nk_v1_l) ||
	    !(pk->nk_formed_frac >= 0 && pk->nk_formed_frac <= LULL_PK_MAX))
		return lull_fail(err, LULL_EDOMAIN, "nk_cl_l_per_h, nk_v1_l, nk_formed_frac",
				 "norketamine needs a clearance and a volume between 1e-6 and 1e6 (L/h, L) "
				 "and a formed fraction that is not negative");
	return check_flow(pk->nk_q_l_per_h, pk->nk_v2_l, "nk_q_l_per_h, nk_v2_l", err);
}

static struct lull_mode_pair pair_of(double lambda, double k)
{
	const double gap = fabs(k - lambda), hi = lull_max(k, lambda);

	return (struct lull_mode_pair){
		.inv_gap = gap > 0 ? 1 / (k - lambda) : 0,
		.inv_hi = 1 / hi,
		.hi = hi,
		.gap = gap,
		.is_close = gap < close_frac * hi,
	};
}

static void add_follower(struct lull_modes *modes, double k_per_h, double gain_per_h)
{
	const int i = modes->n_followers++;

	modes->k_per_h[i] = k_per_h;
	modes->gain_per_h[i] = gain_per_h;
	for (int j = 0; j < modes->n; j++)
		modes->pair[i][j] = pair_of(modes->lambda_per_h[j], k_per_h);
}

int lull_modes_of(const struct lull_pk *pk, const struct lull_follow *follow, struct lull_modes *out,
		  struct lull_err *err)
{
	const int n_filters = follow ? follow->n_filters : 0;
	const int rc = check_pk(pk, err);

	*out = (struct lull_modes){ 0 };
	if (rc != LULL_OK)
		return rc;
	if (n_filters < 0 || n_filters > LULL_MAX_FILTERS)
		return lull_fail(err, LULL_EDOMAIN, "n_filters", "at most %d filters", LULL_MAX_FILTERS);
	const struct mammillary parent =
		mammillary_of(pk->cl_l_per_h, pk->v1_l, pk->q2_l_per_h, pk->v2_l, pk->q3_l_per_h, pk->v3_l);
	out->cl_l_per_h = pk->cl_l_per_h;
	out->n = modes_of_compartments(&parent, pk->v1_l, out->lambda_per_h, out->coef_per_l);
	if (pk->nk_v1_l > 0) {
		double rate[3], coef[3];
		const struct mammillary nk =
			mammillary_of(pk->nk_cl_l_per_h, pk->nk_v1_l, pk->nk_q_l_per_h, pk->nk_v2_l, 0, 0);
		out->n_nk = modes_of_compartments(&nk, pk->nk_v1_l, rate, coef);
		for (int m = 0; m < out->n_nk; m++)
			add_follower(out, rate[m], pk->nk_formed_frac * pk->cl_l_per_h * coef[m]);
	}
	for (out->n_filters = 0; out->n_filters < n_filters; out->n_filters++) {
		const double k = follow->k_per_h[out->n_filters];
		if (!in_range(k))
			return lull_fail(err, LULL_EDOMAIN, "k_per_h",
					 "a filter's rate lies between 1e-6 and 1e6 per hour");
		add_follower(out, k, k);
	}
	add_follower(out, 0, 1);
	return LULL_OK;
}

/* ------------------------------------------------------------------ one step */

/* Over a time t at rate k: e = exp(-k t) and f, its integral from 0 to t. */
struct decay {
	double e, f;
};

static struct decay decay_over(double k, double t)
{
	const double u = k * t;

	if (u == 0)
		return (struct decay){ 1, t };
	if (u < 1) { /* expm1 keeps the first moments exact to the last bits */
		const double m = lull_expm1(-u);
		return (struct decay){ 1 + m, -m / k };
	}
	const double e = lull_exp(-u);
	return (struct decay){ e, (1 - e) / k };
}

/* D(a, b; t) = (exp(-a t) - exp(-b t)) / (b - a): what a follower of rate b keeps of a
 * parent mode of rate a that starts at 1. */
static double chain(const struct lull_mode_pair *pair, double a, struct decay da, double b, struct decay db,
		    double t)
{
	if (pair->is_close) /* exp(-lo t) times the integral at the gap; t where the rates are one */
		return lull_max(da.e, db.e) * decay_over(pair->gap, t).f;
	if (pair->hi * t < 1)
		return (b * db.f - a * da.f) * pair->inv_gap;
	return (da.e - db.e) * pair->inv_gap;
}

/* The integral of D from 0 to t: what it keeps of a parent mode fed at unit rate. */
static double chain_fed(const struct lull_mode_pair *pair, double a, struct decay da, double b,
			struct decay db, double d, double t)
{
	if (pair->hi * t >= 0.25)
		return ((a < b ? da.f : db.f) - d) * pair->inv_hi;
	/* t^2 sum (-t)^n h_n(a, b) / (n + 2)!, h_n the sum of a^i b^(n-i); the 13th term is
	 * below 1e-17 of the first. The other form would cancel here. */
	const double u = -a * t, v = -b * t;
	double h = 1, v_power = 1, inv_factorial = 0.5, sum = 0.5;
	for (int n = 1; n < 13; n++) {
		v_power *= v;
		h = u * h + v_power;
		inv_factorial /= n + 2;
		sum += h * inv_factorial;
	}
	return t * t * sum;
}

/* Followers first..end-1 of `from` after t under a constant rate, and all parent modes. */
static void move(const struct lull_modes *modes, const struct lull_kin_state *from, double rate_mg_per_h,
		 double t, int first, int end, struct lull_kin_state *to)
{
	struct decay parent[LULL_MAX_PARENT_MODES];
	double fed[LULL_MAX_PARENT_MODES];

	for (int j = 0; j < modes->n; j++) {
		parent[j] = decay_over(modes->lambda_per_h[j], t);
		fed[j] = modes->coef_per_l[j] * rate_mg_per_h;
	}
	for (int i = first; i < end; i++) {
		const double k = modes->k_per_h[i];
		const struct decay own = decay_over(k, t);
		double sum = 0;
		for (int j = 0; j < modes->n; j++) {
			const struct lull_mode_pair *pair = &modes->pair[i][j];
			const double lambda = modes->lambda_per_h[j];
			const double d = chain(pair, lambda, parent[j], k, own, t);
			sum += from->x[j] * d;
			if (rate_mg_per_h > 0)
				sum += fed[j] * chain_fed(pair, lambda, parent[j], k, own, d, t);
		}
		to->z[i] = from->z[i] * own.e + modes->gain_per_h[i] * sum;
	}
	for (int j = 0; j < modes->n; j++)
		to->x[j] = from->x[j] * parent[j].e + fed[j] * parent[j].f;
	to->t_h = from->t_h + t;
}

void lull_kin_advance(const struct lull_modes *modes, double rate_mg_per_h, double dt_h,
		      struct lull_kin_state *state)
{
	const struct lull_kin_state from = *state;

	move(modes, &from, rate_mg_per_h, dt_h, 0, modes->n_followers, state);
}

void lull_kin_bolus(const struct lull_modes *modes, double mg, struct lull_kin_state *state)
{
	for (int j = 0; j < modes->n; j++)
		state->x[j] += modes->coef_per_l[j] * mg;
}

/* ------------------------------------------------------------------ reading a state */

static double sum_ng_per_ml(const double *x, int n)
{
	double mg_per_l = 0;

	for (int i = 0; i < n; i++)
		mg_per_l += x[i];
	return lull_ng_per_ml_from_mg_per_l(mg_per_l);
}

double lull_kin_parent_ng_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state)
{
	return sum_ng_per_ml(state->x, modes->n);
}

double lull_kin_nk_ng_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state)
{
	return sum_ng_per_ml(state->z, modes->n_nk);
}

double lull_kin_filter_ng_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state, int i)
{
	return lull_ng_per_ml_from_mg_per_l(state->z[modes->n_nk + i]);
}

double lull_kin_auc_ng_h_per_ml(const struct lull_modes *modes, const struct lull_kin_state *state)
{
	return lull_ng_per_ml_from_mg_per_l(state->z[modes->n_followers - 1]);
}

double lull_kin_body_mg(const struct lull_modes *modes, const struct lull_kin_state *state)
{
	double sum = 0;

	for (int j = 0; j < modes->n; j++)
		sum += state->x[j] / modes->lambda_per_h[j];
	return modes->cl_l_per_h * sum;
}

/* ------------------------------------------------------------------ curves */

static int check_times(const double *t_h, size_t n, struct lull_err *err)
{
	for (size_t i = 0; i < n; i++)
		if (!(t_h[i] >= (i ? t_h[i - 1] : 0)) || !lull_is_finite(t_h[i]))
			return lull_fail(err, LULL_EDOMAIN, "t_h",
					 "times start at 0 or later and do not fall (item %zu)", i);
	return LULL_OK;
}

int lull_kin_curves_of(const struct lull_modes *modes, const struct lull_input *input, const double *t_h,
		       size_t n, double *parent_ng_per_ml, double *nk_ng_per_ml, double *z_ng_per_ml,
		       double *auc_ng_h_per_ml, struct lull_err *err)
{
	const int rc = check_times(t_h, n, err);
	/* Followers lie as norketamine, filters, area: skip what nobody asked for at the ends. */
	const int first = nk_ng_per_ml ? 0 : modes->n_nk;
	const int end = auc_ng_h_per_ml ? modes->n_followers :
			z_ng_per_ml	? modes->n_nk + modes->n_filters :
					  modes->n_nk;
	struct lull_kin_state start = { 0 }, now = { 0 };
	size_t i = 0;

	if (rc != LULL_OK)
		return rc;
	for (size_t event = 0; i < n && event < input->n; event++) {
		const bool is_last = event + 1 == input->n;
		const double rate = input->rate_mg_per_h[event];
		lull_kin_bolus(modes, input->bolus_mg[event], &start);
		for (; i < n && (is_last || t_h[i] < input->t_h[event + 1]); i++) {
			move(modes, &start, rate, t_h[i] - input->t_h[event], first, end, &now);
			if (parent_ng_per_ml)
				parent_ng_per_ml[i] = lull_kin_parent_ng_per_ml(modes, &now);
			if (nk_ng_per_ml)
				nk_ng_per_ml[i] = lull_kin_nk_ng_per_ml(modes, &now);
			for (int f = 0; z_ng_per_ml && f < modes->n_filters; f++)
				z_ng_per_ml[(size_t)f * n + i] = lull_kin_filter_ng_per_ml(modes, &now, f);
			if (auc_ng_h_per_ml)
				auc_ng_h_per_ml[i] = lull_kin_auc_ng_h_per_ml(modes, &now);
		}
		if (!is_last) {
			move(modes, &start, rate, input->t_h[event + 1] - input->t_h[event], first, end, &now);
			start = now;
		}
	}
	return LULL_OK;
}

int lull_kin_curves(const struct lull_pk *pk, const struct lull_follow *follow,
		    const struct lull_input *input, const double *t_h, size_t n, double *parent_ng_per_ml,
		    double *nk_ng_per_ml, double *z_ng_per_ml, double *auc_ng_h_per_ml, struct lull_err *err)
{
	struct lull_modes modes;
	const int rc = lull_modes_of(pk, follow, &modes, err);

	if (rc != LULL_OK)
		return rc;
	return lull_kin_curves_of(&modes, input, t_h, n, parent_ng_per_ml, nk_ng_per_ml, z_ng_per_ml,
				  auc_ng_h_per_ml, err);
}

int lull_kin_state_at(const struct lull_modes *modes, const struct lull_input *input, double t_h,
		      struct lull_kin_state *out, struct lull_err *err)
{
	const int rc = check_times(&t_h, 1, err);

	*out = (struct lull_kin_state){ 0 };
	if (rc != LULL_OK)
		return rc;
	for (size_t event = 0; event < input->n && input->t_h[event] <= t_h; event++) {
		const bool is_last = event + 1 == input->n || input->t_h[event + 1] > t_h;
		const double until = is_last ? t_h : input->t_h[event + 1];
		lull_kin_bolus(modes, input->bolus_mg[event], out);
		lull_kin_advance(modes, input->rate_mg_per_h[event], until - input->t_h[event], out);
		out->t_h = until;
	}
	return LULL_OK;
}
