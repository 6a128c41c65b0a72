/* Workload W1: ketamine in three compartments, a metabolite in two, three infusions, 1,441 times, defined without
 * random numbers so that every engine has the same people. Shared by tests and bench; no clinical estimates. */
#ifndef LULL_TEST_W1_H
#define LULL_TEST_W1_H

#include "lull/ketamine/linear.h"
#include "lull/num/dist.h"
#include "lull/num/math.h"

static inline int add_flow(struct lull_lin_shape *s, int from, int to, bool copies)
{
	s->flow[s->n_flows] = (struct lull_lin_flow){ from, to, copies };
	return s->n_flows++;
}

static inline void set_flow(struct lull_lin_person *p, int f, double rate, double gain)
{
	p->rate_per_h[f] = rate;
	p->gain[f] = gain;
}

static inline void flow(struct lull_lin_shape *s, struct lull_lin_person *p, int from, int to, bool copies, double rate, double gain)
{
	set_flow(p, add_flow(s, from, to, copies), rate, gain);
}

static inline double frac_of(double x)
{
	return x - lull_floor(x);
}

enum { W1_A1, W1_A2, W1_A3, W1_M1, W1_M2, W1_TIMES = 1441, W1_OPS = 6 };

static inline struct lull_lin_shape w1_shape(void)
{
	struct lull_lin_shape s = { .n_states = 5, .n_outputs = 2, .output_state = { W1_A1, W1_M1 } };
	add_flow(&s, W1_A1, W1_M1, false); /* all of the elimination; 0.75287 of it arrives */
	add_flow(&s, W1_A1, W1_A2, false);
	add_flow(&s, W1_A2, W1_A1, false);
	add_flow(&s, W1_A1, W1_A3, false);
	add_flow(&s, W1_A3, W1_A1, false);
	add_flow(&s, W1_M1, -1, false);
	add_flow(&s, W1_M1, W1_M2, false);
	add_flow(&s, W1_M2, W1_M1, false);
	return s;
}

static inline double w1_weight(int i)
{
	return 50 + 50 * frac_of(0.6180339887498949 * i);
}

static inline struct lull_lin_person w1_person(int i)
{
	static const double step[4] = { 0.41421356237309515, 0.73205080756887719, 0.2360679774997898, 0.6457513110645907 };
	const double s = w1_weight(i) / 70, flows = lull_pow(s, 0.75), omega = lull_sqrt(lull_log(1.09));
	struct lull_lin_person p = { 0 };
	double e[4];
	for (int k = 0; k < 4; k++)
		e[k] = lull_exp(omega * lull_normal_quantile(frac_of(0.5 + i * step[k])));
	const double cl = 80 * flows * e[0], v1 = 20 * s * e[1], q2 = 120 * flows * e[2], v2 = 60 * s, q3 = 60 * flows * e[3], v3 = 150 * s;
	const double clm = 60 * flows, vm1 = 90 * s, qm = 100 * flows, vm2 = 170 * s;
	const double rate[] = { cl / v1, q2 / v1, q2 / v2, q3 / v1, q3 / v3, clm / vm1, qm / vm1, qm / vm2 };
	for (int f = 0; f < 8; f++)
		set_flow(&p, f, rate[f], f == 0 ? 0.75287 : 1);
	p.scale[0] = 1 / v1;
	p.scale[1] = 1 / vm1;
	return p;
}

static inline void w1_ops(int i, struct lull_op *ops)
{
	for (int k = 0; k < 3; k++) {
		ops[2 * k] = (struct lull_op){ .t_h = 48 * k, .amount = 0.5 * w1_weight(i) / (40.0 / 60), .kind = LULL_OP_RATE };
		ops[2 * k + 1] = (struct lull_op){ .t_h = 48 * k + 40.0 / 60, .kind = LULL_OP_RATE };
	}
}

static inline void w1_times(double *t)
{
	for (int j = 0; j < W1_TIMES; j++)
		t[j] = j / 12.0;
}

#endif
