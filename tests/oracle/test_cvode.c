/* Kinetics against CVODE (SUNDIALS 6, BDF, dense Jacobian by differences), an independent
 * integrator, on random people and regimens.
 *
 * Error budget: CVODE runs at rtol 1e-10, atol 1e-12 mg/L, restarted at every event. Its global
 * error then stays below 1e-8 of the curve's peak (measured: 3e-9); ours is rounding.
 * So 3e-8 of the peak is asked: any wrong term shows at 1e-2 or more. */
#include "../ketamine/kit.h"

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "lull/num/math.h"
#include "lull/num/random.h"

enum { A1, A2, A3, N1, N2, CE, CS, AUC, N_STATES };

struct problem {
	struct lull_pk pk;
	double ke0, ks, rate;
};

/* Amounts of the compartments themselves, as facts pharmacology 5.2 writes them: no modes. */
static int derivative(sunrealtype t, N_Vector y_, N_Vector dy_, void *user)
{
	const struct problem *p = user;
	const struct lull_pk *k = &p->pk;
	const double *y = N_VGetArrayPointer(y_);
	double *dy = N_VGetArrayPointer(dy_);
	const double c = y[A1] / k->v1_l, n = k->nk_v1_l > 0 ? y[N1] / k->nk_v1_l : 0;
	const double to2 = k->v2_l > 0 ? k->q2_l_per_h * (c - y[A2] / k->v2_l) : 0;
	const double to3 = k->v3_l > 0 ? k->q3_l_per_h * (c - y[A3] / k->v3_l) : 0;
	const double to_n2 = k->nk_v2_l > 0 ? k->nk_q_l_per_h * (n - y[N2] / k->nk_v2_l) : 0;
	(void)t;
	dy[A1] = p->rate - k->cl_l_per_h * c - to2 - to3;
	dy[A2] = to2;
	dy[A3] = to3;
	dy[N1] = k->nk_v1_l > 0 ? k->nk_formed_frac * k->cl_l_per_h * c - k->nk_cl_l_per_h * n - to_n2 : 0;
	dy[N2] = to_n2;
	dy[CE] = p->ke0 * (c - y[CE]);
	dy[CS] = p->ks * (c - y[CS]);
	dy[AUC] = c;
	return 0;
}

static void quiet(int code, const char *module, const char *function, char *message, void *data)
{
	(void)code, (void)module, (void)function, (void)message, (void)data;
}

static double draw_log(uint64_t person, uint64_t i, double low, double high)
{
	const struct lull_stream s = { .seed = 77, .patient = person, .purpose = LULL_FOR_TEST };
	return lull_exp(lull_log(low) + (lull_log(high) - lull_log(low)) * lull_random_uniform(&s, i));
}

static struct problem random_problem(uint64_t person)
{
	const int kind = (int)(person % 3), nk = (int)(person / 3 % 3);
	struct problem p = { .ke0 = draw_log(person, 20, 0.5, 20), .ks = draw_log(person, 21, 1e-3, 0.1) };

	p.pk.cl_l_per_h = draw_log(person, 0, 30, 200);
	p.pk.v1_l = draw_log(person, 1, 4, 200);
	if (kind > 0) {
		p.pk.q2_l_per_h = draw_log(person, 2, 10, 300);
		p.pk.v2_l = draw_log(person, 3, 10, 300);
	}
	if (kind > 1) {
		p.pk.q3_l_per_h = draw_log(person, 4, 10, 300);
		p.pk.v3_l = draw_log(person, 5, 10, 500);
	}
	if (nk > 0) {
		p.pk.nk_cl_l_per_h = draw_log(person, 6, 20, 150);
		p.pk.nk_v1_l = draw_log(person, 7, 20, 200);
		p.pk.nk_formed_frac = draw_log(person, 8, 0.3, 1);
	}
	if (nk > 1) {
		p.pk.nk_q_l_per_h = draw_log(person, 9, 10, 150);
		p.pk.nk_v2_l = draw_log(person, 10, 20, 300);
	}
	return p;
}

/* A push, two overlapping infusions and a late one. */
static struct lull_input random_input(uint64_t person, struct lull_arena *arena)
{
	const struct lull_dose doses[] = {
		{ 0, draw_log(person, 30, 5, 70), 0 },
		{ draw_log(person, 31, 0.1, 2), draw_log(person, 32, 10, 300), draw_log(person, 33, 0.3, 24) },
		{ draw_log(person, 34, 0.1, 6), draw_log(person, 35, 10, 100), draw_log(person, 36, 0.3, 8) },
		{ draw_log(person, 37, 24, 40), 35, 2.0 / 3 },
	};
	return kit_input(arena, doses, 4);
}

/* Integrate over all events up to t_h; y holds the state at t_h. */
static void integrate(struct problem *p, const struct lull_input *in, const double *t_h, size_t n, double (*out)[N_STATES])
{
	SUNContext context = NULL;
	assert_int_equal(SUNContext_Create(NULL, &context), 0);
	N_Vector y = N_VNew_Serial(N_STATES, context);
	double *v = N_VGetArrayPointer(y);
	SUNMatrix a = SUNDenseMatrix(N_STATES, N_STATES, context);
	SUNLinearSolver solver = SUNLinSol_Dense(y, a, context);
	void *mem = CVodeCreate(CV_BDF, context);
	size_t i = 0;

	memset(v, 0, sizeof(double) * N_STATES);
	assert_int_equal(CVodeInit(mem, derivative, 0, y), CV_SUCCESS);
	assert_int_equal(CVodeSetErrHandlerFn(mem, quiet, NULL), CV_SUCCESS);
	assert_int_equal(CVodeSStolerances(mem, 1e-10, 1e-12), CV_SUCCESS);
	assert_int_equal(CVodeSetUserData(mem, p), CV_SUCCESS);
	assert_int_equal(CVodeSetLinearSolver(mem, solver, a), CV_SUCCESS);
	assert_int_equal(CVodeSetMaxNumSteps(mem, 1000000), CV_SUCCESS);
	for (size_t event = 0; i < n && event < in->n; event++) {
		const bool is_last = event + 1 == in->n;
		const double end_h = is_last ? 1e30 : in->t_h[event + 1];
		double t = in->t_h[event];
		v[A1] += in->bolus_mg[event];
		p->rate = in->rate_mg_per_h[event];
		assert_int_equal(CVodeReInit(mem, t, y), CV_SUCCESS);
		assert_int_equal(CVodeSetStopTime(mem, is_last ? 1e6 : end_h), CV_SUCCESS);
		for (; i < n && t_h[i] < end_h; i++) {
			if (t_h[i] > t)
				assert_true(CVode(mem, t_h[i], y, &t, CV_NORMAL) >= 0);
			memcpy(out[i], v, sizeof(out[i]));
		}
		if (!is_last)
			while (t < end_h)
				assert_true(CVode(mem, end_h, y, &t, CV_NORMAL) >= 0);
	}
	CVodeFree(&mem);
	SUNLinSolFree(solver);
	SUNMatDestroy(a);
	N_VDestroy(y);
	SUNContext_Free(&context);
}

static void random_people_and_regimens(void **state)
{
	enum { N_PEOPLE = 90, N_T = 60 };
	double worst = 0, t[N_T], c[N_T], nk[N_T], z[2 * N_T], auc[N_T], want[N_T][N_STATES];
	(void)state;
	for (uint64_t person = 0; person < N_PEOPLE; person++) {
		struct lull_arena arena = { 0 };
		struct lull_err err = { 0 };
		struct problem p = random_problem(person);
		const struct lull_input in = random_input(person, &arena);
		const struct lull_follow follow = { 2, { p.ke0, p.ks } };
		double peak[5] = { 0 };
		for (int i = 0; i < N_T; i++)
			t[i] = i < 20 ? 0.05 * i : i - 19;
		integrate(&p, &in, t, N_T, want);
		assert_ok(lull_kin_curves(&p.pk, &follow, &in, t, N_T, c, nk, z, auc, &err), &err);
		for (int pass = 0; pass < 2; pass++)
			for (int i = 0; i < N_T; i++) {
				const double got[5] = { c[i], nk[i], z[i], z[N_T + i], auc[i] };
				const double exact[5] = { 1000 * want[i][A1] / p.pk.v1_l,
							  p.pk.nk_v1_l > 0 ? 1000 * want[i][N1] / p.pk.nk_v1_l : 0,
							  1000 * want[i][CE], 1000 * want[i][CS], 1000 * want[i][AUC] };
				for (int k = 0; k < 5; k++) {
					if (pass == 0) {
						peak[k] = lull_max(peak[k], exact[k]);
						continue;
					}
					if (peak[k] > 0)
						worst = lull_max(worst, fabs(got[k] - exact[k]) / peak[k]);
					assert_close(got[k], exact[k], 0, 3e-8 * peak[k]);
				}
			}
		lull_arena_clear(&arena);
	}
	print_message("# worst difference from CVODE: %.2g of the peak\n", worst);
}

/* Facts 5.4, KetHead, 5 minutes after the push: the facts' Runge-Kutta reads 1185. */
static void kethead_after_five_minutes(void **state)
{
	struct lull_arena arena = { 0 };
	struct problem p = { .pk = kit_pk(&arena, "kamp2020_otto2021", 70), .ke0 = 5, .ks = 0.003 };
	const struct lull_dose doses[] = { { 0, 70, 0 }, { 0, 420, 6 } };
	const struct lull_input in = kit_input(&arena, doses, 2);
	const double t[1] = { 5.0 / 60 };
	double y[1][N_STATES];
	(void)state;
	integrate(&p, &in, t, 1, y);
	assert_close(kit_at(&p.pk, &in, 0, 0, t[0]).c, 1000 * y[0][A1] / p.pk.v1_l, 1e-7, 0);
	lull_arena_clear(&arena);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_people_and_regimens),
		cmocka_unit_test(kethead_after_five_minutes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
