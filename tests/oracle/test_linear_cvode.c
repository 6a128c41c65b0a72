/* Linear systems at random against CVODE (SUNDIALS, BDF, dense Jacobian), which integrates the flows as they are
 * written: no modes, no exponentials.
 *
 * Error budget: CVODE at rtol 1e-10, atol 1e-12 of what is given, restarted at every op, stays below 1e-8 of an output's peak;
 * ours is rounding. 3e-8 of the peak (and 1e-10 of what was given, where an output has hardly begun) is asked. */
#include "../ketamine/linear_kit.h"

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

enum { N_T = 30, N_SYSTEMS = 240 };

struct problem {
	const struct system *system;
	double input[LULL_LIN_MAX_STATES];
};

static int derivative(sunrealtype t, N_Vector y_, N_Vector dy_, void *user)
{
	const struct problem *p = user;
	const struct lull_lin_shape *s = &p->system->shape;
	const double *y = N_VGetArrayPointer(y_);
	double *dy = N_VGetArrayPointer(dy_);
	(void)t;
	for (int i = 0; i < s->n_states; i++)
		dy[i] = p->input[i];
	for (int f = 0; f < s->n_flows; f++) {
		const double moved = p->system->person.rate_per_h[f] * y[s->flow[f].from];
		if (!s->flow[f].copies)
			dy[s->flow[f].from] -= moved;
		if (s->flow[f].to >= 0)
			dy[s->flow[f].to] += p->system->person.gain[f] * moved;
	}
	return 0;
}

static void integrate(const struct system *s, const double *t_h, double *out)
{
	const int n = s->shape.n_states;
	struct problem p = { .system = s };
	SUNContext context = NULL;
	assert_int_equal(SUNContext_Create(NULL, &context), 0);
	N_Vector y = N_VNew_Serial(n, context);
	double *v = N_VGetArrayPointer(y);
	SUNMatrix a = SUNDenseMatrix(n, n, context);
	SUNLinearSolver solver = SUNLinSol_Dense(y, a, context);
	void *mem = CVodeCreate(CV_BDF, context);
	size_t i = 0;

	memset(v, 0, sizeof(double) * (size_t)n);
	assert_int_equal(CVodeInit(mem, derivative, 0, y), CV_SUCCESS);
	assert_int_equal(CVodeSStolerances(mem, 1e-10, 1e-12 * (1 + given_until(s, t_h[N_T - 1]))), CV_SUCCESS);
	assert_int_equal(CVodeSetUserData(mem, &p), CV_SUCCESS);
	assert_int_equal(CVodeSetLinearSolver(mem, solver, a), CV_SUCCESS);
	assert_int_equal(CVodeSetMaxNumSteps(mem, 1000000), CV_SUCCESS);
	for (size_t k = 0; k < s->n_ops && i < N_T; k++) {
		const bool is_last = k + 1 == s->n_ops;
		const double end_h = is_last ? 1e30 : s->ops[k + 1].t_h;
		double t = s->ops[k].t_h;
		if (s->ops[k].kind == LULL_OP_BOLUS)
			v[s->ops[k].state] += s->ops[k].amount;
		else
			p.input[s->ops[k].state] = s->ops[k].amount;
		if (end_h <= t)
			continue;
		assert_int_equal(CVodeReInit(mem, t, y), CV_SUCCESS);
		assert_int_equal(CVodeSetStopTime(mem, is_last ? 1e6 : end_h), CV_SUCCESS);
		for (; i < N_T && t_h[i] < end_h; i++) {
			if (t_h[i] > t)
				assert_true(CVode(mem, t_h[i], y, &t, CV_NORMAL) >= 0);
			memcpy(out + i * (size_t)s->shape.n_outputs, v, sizeof(double) * (size_t)s->shape.n_outputs);
		}
		while (!is_last && t < end_h)
			assert_true(CVode(mem, end_h, y, &t, CV_NORMAL) >= 0);
	}
	CVodeFree(&mem);
	SUNLinSolFree(solver);
	SUNMatDestroy(a);
	N_VDestroy(y);
	SUNContext_Free(&context);
}

static void random_systems(void **state)
{
	double worst = 0;
	(void)state;
	for (uint64_t i = 0; i < N_SYSTEMS; i++) {
		struct system s = random_system(21, i, i % 3 == 0, i % 4 == 1);
		double t[N_T], want[N_T * LULL_LIN_MAX_OUTPUTS];
		struct dice d = dice_of(22, i);
		random_ops(&s, 21, i);
		const double given = given_until(&s, 1e3);
		for (int k = 0; k < N_T; k++)
			t[k] = k ? t[k - 1] + draw_log(&d, 1e-2, 6) : 0;
		struct rig r = rig_of(&s.shape);
		integrate(&s, t, want);
		const double *got = run_one(&r, &s.person, s.ops, s.n_ops, t, N_T);
		for (int o = 0; o < s.shape.n_outputs; o++) {
			double peak = 0;
			for (int k = 0; k < N_T; k++)
				peak = lull_max(peak, want[k * s.shape.n_outputs + o]);
			for (int k = 0; k < N_T; k++) {
				const double a = got[k * s.shape.n_outputs + o], b = want[k * s.shape.n_outputs + o];
				if (fabs(a - b) > 3e-8 * peak + 1e-10 * given)
					print_message("# system %llu, output %d, time %d\n", (unsigned long long)i, o, k);
				assert_close(a, b, 0, 3e-8 * peak + 1e-10 * given);
				worst = peak > 1e-3 * given ? lull_max(worst, fabs(a - b) / peak) : worst;
			}
		}
		rig_end(&r);
	}
	print_message("# worst difference from CVODE over %d systems: %.2g of the peak\n", N_SYSTEMS, worst);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_systems) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
