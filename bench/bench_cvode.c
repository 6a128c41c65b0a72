/* Workload W1 through CVODE (SUNDIALS, BDF, dense Jacobian by differences, restarted at every begin and end of an infusion): what the
 * same outputs cost by a good general integrator, at the tolerance that gives 1e-10 and at a usual one. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "../tests/ketamine/w1.h"

struct problem {
	struct lull_lin_shape shape;
	struct lull_lin_person person;
	double input;
};

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int derivative(sunrealtype t, N_Vector y_, N_Vector dy_, void *user)
{
	const struct problem *p = user;
	const double *y = N_VGetArrayPointer(y_), *k = p->person.rate_per_h;
	double *dy = N_VGetArrayPointer(dy_);
	(void)t;
	dy[W1_A1] = p->input - (k[0] + k[1] + k[3]) * y[W1_A1] + k[2] * y[W1_A2] + k[4] * y[W1_A3];
	dy[W1_A2] = k[1] * y[W1_A1] - k[2] * y[W1_A2];
	dy[W1_A3] = k[3] * y[W1_A1] - k[4] * y[W1_A3];
	dy[W1_M1] = p->person.gain[0] * k[0] * y[W1_A1] - (k[5] + k[6]) * y[W1_M1] + k[7] * y[W1_M2];
	dy[W1_M2] = k[6] * y[W1_M1] - k[7] * y[W1_M2];
	return 0;
}

static int run_person(struct problem *p, int who, const double *t_h, void *mem, N_Vector y, double *out)
{
	struct lull_op ops[W1_OPS];
	double *v = N_VGetArrayPointer(y);
	size_t i = 0;

	p->person = w1_person(who);
	w1_ops(who, ops);
	memset(v, 0, 5 * sizeof(double));
	for (int k = 0; k < W1_OPS; k++) {
		const double end_h = k + 1 < W1_OPS ? ops[k + 1].t_h : 1e6;
		double t = ops[k].t_h;
		p->input = ops[k].amount;
		if (CVodeReInit(mem, t, y) || CVodeSetStopTime(mem, end_h))
			return 1;
		for (; i < W1_TIMES && t_h[i] < end_h; i++) {
			if (t_h[i] > t && CVode(mem, t_h[i], y, &t, CV_NORMAL) < 0)
				return 1;
			out[2 * i] = v[W1_A1] * p->person.scale[0];
			out[2 * i + 1] = v[W1_M1] * p->person.scale[1];
		}
		while (k + 1 < W1_OPS && t < end_h)
			if (CVode(mem, end_h, y, &t, CV_NORMAL) < 0)
				return 1;
	}
	return 0;
}

static int row(double rtol, double atol, int n)
{
	static double t_h[W1_TIMES], out[2 * W1_TIMES];
	struct problem p = { .shape = w1_shape() };
	SUNContext context = NULL;
	if (SUNContext_Create(NULL, &context))
		return 1;
	N_Vector y = N_VNew_Serial(5, context);
	SUNMatrix a = SUNDenseMatrix(5, 5, context);
	SUNLinearSolver solver = SUNLinSol_Dense(y, a, context);
	void *mem = CVodeCreate(CV_BDF, context);
	int rc = 0;

	w1_times(t_h);
	memset(N_VGetArrayPointer(y), 0, 5 * sizeof(double));
	if (CVodeInit(mem, derivative, 0, y) || CVodeSStolerances(mem, rtol, atol) || CVodeSetUserData(mem, &p) ||
	    CVodeSetLinearSolver(mem, solver, a) || CVodeSetMaxNumSteps(mem, 1000000))
		return 1;
	const double start = cpu_s();
	for (int i = 1; i <= n && rc == 0; i++)
		rc = run_person(&p, i, t_h, mem, y, out);
	const double took = cpu_s() - start;
	(void)run_person(&p, 1, t_h, mem, y, out);
	/* CK of person 1 at 40 min and 24 h: 0.256475941056, 1.83548751526e-4 */
	printf("W1 by CVODE, rtol %.0e, atol %.0e: %8.0f people/s; off by %.1e at 40 min, %.1e at 24 h (relative)\n", rtol, atol, n / took,
	       out[16] / 0.256475941056 - 1, out[576] / 1.83548751526e-4 - 1);
	CVodeFree(&mem);
	SUNLinSolFree(solver);
	SUNMatDestroy(a);
	N_VDestroy(y);
	SUNContext_Free(&context);
	return rc;
}

int main(void)
{
	return row(1e-8, 1e-10, 300) || row(1e-12, 1e-14, 300);
}
