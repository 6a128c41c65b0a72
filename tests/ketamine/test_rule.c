/* The rule of responding infusions: each answer on a small story, then what must hold for
 * any rule and any course of observations. */
#include "kit.h"

#include "lull/ketamine/rule.h"
#include "lull/num/math.h"
#include "lull/num/random.h"

/* Shaped as protocol P01: 0.1 mg/kg/h and as much every 3 h to pain <= 3 for 8 h; lines as facts therapy 5.3. */
static struct lull_rule p01(void)
{
	return (struct lull_rule){
		.start_mg_per_kg_per_h = 0.1, .raise_mg_per_kg_per_h = 0.1, .raise_every_h = 3,
		.cap_mg_per_kg_per_h = 0.5, .cap_mg_per_h = NAN, .target_nrs = 3, .target_fall_frac = NAN,
		.hold_at_target_h = 8, .wean_mg_per_kg_per_h = 0.1, .wean_every_h = 2, .max_dur_h = 72,
		.reduce_frac = 0.5, .reduce_sedation_moaas = 3, .stop_sedation_moaas = 2, .reduce_sbp_mmhg = 160,
		.stop_sbp_mmhg = 180, .reduce_dbp_mmhg = 100, .stop_dbp_mmhg = 110, .reduce_hr_per_min = 120,
		.stop_hr_per_min = 140, .reduce_spo2_pct = 92, .stop_spo2_pct = 90, .reduce_dissociation = 2,
		.stop_dissociation = 3, .resume_after_min = 10, .resume_frac = 0.5, .max_restarts = 2,
	};
}

static struct lull_rule_obs well(double t_h, double nrs)
{
	return (struct lull_rule_obs){ t_h, nrs, 9, 5, 125, 78, 75, 98, 0 };
}

static struct lull_rule_state started(const struct lull_rule *rule)
{
	struct lull_rule_state s;
	struct lull_err err = { 0 };

	assert_ok(lull_rule_start(rule, 70, 0, &s, &err), &err);
	return s;
}

static struct lull_rule_decision look(const struct lull_rule *rule, struct lull_rule_state *s, struct lull_rule_obs obs)
{
	struct lull_rule_decision d;

	lull_rule_step(rule, 70, &obs, s, &d);
	assert_non_null(d.because);
	assert_true(d.rate_mg_per_kg_per_h == s->rate_mg_per_kg_per_h);
	return d;
}

static void raise_hold_and_wean(void **state)
{
	const struct lull_rule r = p01();
	struct lull_rule_state s = started(&r);
	struct lull_rule_decision d = look(&r, &s, well(1, 9));
	(void)state;
	assert_true(d.action == LULL_RULE_KEEP && d.next_look_h == 3);
	d = look(&r, &s, well(3, 9));
	assert_true(d.action == LULL_RULE_RAISE && s.rate_mg_per_kg_per_h == 0.2 && d.next_look_h == 6);
	d = look(&r, &s, well(6, 7));
	assert_close(s.rate_mg_per_kg_per_h, 0.3, 1e-12, 0);
	d = look(&r, &s, well(8, 3));
	assert_true(d.action == LULL_RULE_KEEP && s.phase == LULL_RULE_AT_TARGET && d.next_look_h == 16);
	d = look(&r, &s, well(12, 5)); /* pain is back: titrate again, the clock of the target starts anew */
	assert_true(d.action == LULL_RULE_RAISE && s.phase == LULL_RULE_TITRATE);
	look(&r, &s, well(14, 2));
	d = look(&r, &s, well(21.9, 2));
	assert_true(d.action == LULL_RULE_KEEP);
	d = look(&r, &s, well(22, 2));
	assert_true(d.action == LULL_RULE_WEAN_STEP && s.phase == LULL_RULE_WEAN && d.next_look_h == 24);
	d = look(&r, &s, well(23, 8)); /* weaning goes on whatever the pain */
	assert_true(d.action == LULL_RULE_KEEP);
	for (double t = 24; s.phase != LULL_RULE_ENDED && t < 60; t += 2)
		d = look(&r, &s, well(t, 2));
	assert_true(d.action == LULL_RULE_STOP && s.rate_mg_per_kg_per_h == 0 && d.next_look_h == INFINITY);
	assert_has(d.because, "weaned");
	d = look(&r, &s, well(60, 10)); /* stop is final */
	assert_true(d.action == LULL_RULE_KEEP && s.rate_mg_per_kg_per_h == 0);
}

static void at_the_cap_it_stays(void **state)
{
	const struct lull_rule r = p01();
	struct lull_rule_state s = started(&r);
	struct lull_rule_decision d = { 0 };
	(void)state;
	for (double t = 3; t <= 30; t += 3)
		d = look(&r, &s, well(t, 9));
	assert_close(s.rate_mg_per_kg_per_h, 0.5, 1e-12, 0);
	assert_has(d.because, "at the cap");
	assert_true(d.next_look_h == 72);
	d = look(&r, &s, well(72, 9));
	assert_true(d.action == LULL_RULE_STOP);
	assert_has(d.because, "longest duration");
}

static void a_crossed_line_reduces_then_holds_then_resumes(void **state)
{
	const struct lull_rule r = p01();
	struct lull_rule_state s = started(&r);
	struct lull_rule_obs bad = well(6.5, 9);
	struct lull_rule_decision d;
	(void)state;
	look(&r, &s, well(3, 9));
	look(&r, &s, well(6, 9)); /* 0.3 */
	bad.sbp_mmhg = 165;
	d = look(&r, &s, bad);
	assert_true(d.action == LULL_RULE_REDUCE);
	assert_close(s.rate_mg_per_kg_per_h, 0.15, 1e-12, 0);
	assert_has(d.because, "systolic pressure");
	assert_close(d.next_look_h, 6.5 + 1.0 / 6, 1e-12, 0);
	bad.t_h = 6.6;
	d = look(&r, &s, bad);
	assert_true(d.action == LULL_RULE_KEEP);
	bad.t_h = 6.7;
	d = look(&r, &s, bad);
	assert_true(d.action == LULL_RULE_HOLD && s.phase == LULL_RULE_HELD && s.rate_mg_per_kg_per_h == 0);
	bad.t_h = 7;
	d = look(&r, &s, bad);
	assert_true(d.action == LULL_RULE_KEEP && d.next_look_h == 72);
	d = look(&r, &s, well(7.1, 9));
	assert_true(d.action == LULL_RULE_KEEP);
	assert_close(d.next_look_h, 7.1 + 1.0 / 6, 1e-12, 0);
	struct lull_rule_obs blind = well(7.5, 9);
	blind.spo2_pct = NAN; /* long enough, but not everything was looked at */
	d = look(&r, &s, blind);
	assert_true(d.action == LULL_RULE_KEEP);
	assert_has(d.because, "oxygen saturation");
	d = look(&r, &s, well(7.6, 9));
	assert_true(d.action == LULL_RULE_RESUME && s.n_restarts == 1 && s.phase == LULL_RULE_TITRATE);
	assert_close(s.rate_mg_per_kg_per_h, 0.075, 1e-12, 0);
	/* The line was crossed at 0.15 even: no raise reaches that rate again. */
	d = look(&r, &s, well(11, 9));
	assert_true(d.action == LULL_RULE_KEEP);
	assert_has(d.because, "a line was crossed at the next rate");
}

static void back_inside_after_a_reduction(void **state)
{
	const struct lull_rule r = p01();
	struct lull_rule_state s = started(&r);
	struct lull_rule_obs bad = well(9.1, 9);
	struct lull_rule_decision d;
	(void)state;
	for (double t = 3; t <= 9; t += 3)
		look(&r, &s, well(t, 9)); /* 0.4 */
	bad.dissociation = 2;
	look(&r, &s, bad); /* 0.2 */
	look(&r, &s, well(9.2, 9));
	d = look(&r, &s, well(12.2, 9));
	assert_true(d.action == LULL_RULE_RAISE); /* 0.3, below the 0.4 that was too much */
	d = look(&r, &s, well(15.3, 9));
	assert_true(d.action == LULL_RULE_KEEP);
	assert_close(s.rate_mg_per_kg_per_h, 0.3, 1e-12, 0);
	bad.t_h = 16; /* a second crossing is answered by a reduction again */
	d = look(&r, &s, bad);
	assert_true(d.action == LULL_RULE_REDUCE);
}

static void every_stop_line_stops(void **state)
{
	const struct lull_rule r = p01();
	(void)state;
	for (int i = 0; i < 6; i++) {
		struct lull_rule_state s = started(&r);
		struct lull_rule_obs obs = well(1, 2);
		if (i == 0)
			obs.moaas = 2;
		if (i == 1)
			obs.sbp_mmhg = 180;
		if (i == 2)
			obs.dbp_mmhg = 110;
		if (i == 3)
			obs.hr_per_min = 140;
		if (i == 4)
			obs.spo2_pct = 89;
		if (i == 5)
			obs.dissociation = 3;
		const struct lull_rule_decision d = look(&r, &s, obs);
		assert_true(d.action == LULL_RULE_STOP && s.phase == LULL_RULE_ENDED && d.rate_mg_per_kg_per_h == 0);
		assert_has(d.because, "line for stopping");
	}
}

static void what_is_not_stated(void **state)
{
	struct lull_rule r = p01();
	struct lull_rule_state s;
	struct lull_rule_decision d;
	struct lull_rule_obs bad = well(1, 9);
	(void)state;
	bad.hr_per_min = 125;
	r.reduce_frac = NAN; /* no reduction stated: hold at once */
	s = started(&r);
	assert_true(look(&r, &s, bad).action == LULL_RULE_HOLD);
	r.resume_after_min = NAN; /* no resuming stated: stay held */
	s = started(&r);
	look(&r, &s, bad);
	d = look(&r, &s, well(5, 9));
	assert_true(d.action == LULL_RULE_KEEP && s.phase == LULL_RULE_HELD);
	r.max_restarts = 0; /* no restart allowed: a hold is a stop */
	s = started(&r);
	assert_true(look(&r, &s, bad).action == LULL_RULE_STOP);

	r = p01();
	r.wean_mg_per_kg_per_h = NAN; /* no weaning stated: stop after the hold at target */
	s = started(&r);
	look(&r, &s, well(1, 2));
	d = look(&r, &s, well(9, 2));
	assert_true(d.action == LULL_RULE_STOP);
	r.hold_at_target_h = NAN; /* no hold stated: until the longest duration */
	s = started(&r);
	d = look(&r, &s, well(1, 2));
	assert_true(d.next_look_h == 72);
	d = look(&r, &s, well(60, 2));
	assert_true(d.action == LULL_RULE_KEEP);
	r.wean_every_h = NAN; /* no interval of weaning stated: that of raising */
	r.wean_mg_per_kg_per_h = 0.05;
	r.hold_at_target_h = 1;
	s = started(&r);
	look(&r, &s, well(1, 2));
	d = look(&r, &s, well(2, 2));
	assert_true(d.action == LULL_RULE_WEAN_STEP && d.next_look_h == 5);

	r = p01();
	r.target_nrs = NAN; /* target as a fall: 9 to 4.5 is half */
	r.target_fall_frac = 0.5;
	s = started(&r);
	look(&r, &s, well(1, 4.5));
	assert_int_equal(s.phase, LULL_RULE_AT_TARGET);
	struct lull_rule_obs no_baseline = well(2, 4);
	no_baseline.baseline_nrs = NAN;
	assert_has(look(&r, &s, no_baseline).because, "pain was not observed");
}

static void what_is_not_observed_does_not_raise(void **state)
{
	const struct lull_rule r = p01();
	struct lull_rule_state s = started(&r);
	struct lull_rule_obs obs = well(4, 9);
	(void)state;
	obs.moaas = NAN;
	assert_has(look(&r, &s, obs).because, "sedation (MOAA/S) was not observed");
	obs = well(5, NAN);
	assert_has(look(&r, &s, obs).because, "pain was not observed");
	assert_true(s.rate_mg_per_kg_per_h == 0.1);
	obs = (struct lull_rule_obs){ 6, 9, 9, NAN, NAN, NAN, NAN, NAN, NAN };
	lull_rule_assume_inside(&obs); /* what a forecast does, and says */
	assert_true(look(&r, &s, obs).action == LULL_RULE_RAISE);
}

static void caps_in_mg_per_hour(void **state)
{
	struct lull_rule r = p01();
	struct lull_rule_state s;
	struct lull_rule_decision d;
	struct lull_err err = { 0 };
	const struct lull_rule_obs now = well(1, 9);
	(void)state;
	r.cap_mg_per_h = 5; /* 0.0714 mg/kg/h at 70 kg: below the start rate */
	s = started(&r);
	assert_close(s.rate_mg_per_kg_per_h, 5.0 / 70, 1e-15, 0);
	assert_ok(lull_rule_start(&r, 40, 0, &s, &err), &err);
	lull_rule_step(&r, 100, &now, &s, &d); /* a heavier weight after all */
	assert_true(d.action == LULL_RULE_REDUCE);
	assert_close(s.rate_mg_per_kg_per_h, 0.05, 1e-15, 0);
	lull_rule_step(&r, NAN, &now, &s, &d); /* a cap that cannot be judged allows nothing */
	assert_true(d.rate_mg_per_kg_per_h == 0);
	assert_true(lull_rule_cap_mg_per_kg_per_h(&r, 10) == 0.5);
}

static void impossible_rules_are_refused(void **state)
{
	struct lull_rule bad[9];
	static const char *const where[9] = { "start", "raise_mg", "raise_every", "cap_mg_per_kg", "max_dur", "start",
					      "target_nrs", "reduce_frac", "wean" };
	struct lull_rule_state s;
	(void)state;
	for (int i = 0; i < 9; i++)
		bad[i] = p01();
	bad[0].start_mg_per_kg_per_h = NAN;
	bad[1].raise_mg_per_kg_per_h = 0;
	bad[2].raise_every_h = -1;
	bad[3].cap_mg_per_kg_per_h = INFINITY;
	bad[4].max_dur_h = NAN;
	bad[5].start_mg_per_kg_per_h = 0.6;
	bad[6].target_nrs = NAN;
	bad[7].reduce_frac = 1.5;
	bad[8].wean_mg_per_kg_per_h = -0.1;
	for (int i = 0; i < 9; i++) {
		struct lull_err err = { 0 };
		assert_int_equal(lull_rule_start(&bad[i], 70, 0, &s, &err), LULL_EDOMAIN);
		assert_has(err.where, where[i]);
		assert_int_equal(s.phase, LULL_RULE_ENDED);
	}
	struct lull_err err = { 0 };
	const struct lull_rule good = p01();
	assert_int_equal(lull_rule_start(&good, 0, 0, &s, &err), LULL_EDOMAIN);
	assert_int_equal(lull_rule_start(&good, 70, NAN, &s, &err), LULL_EDOMAIN);
}

/* ------------------------------------------------------------------ any rule, any course */

static double u(int course, uint64_t i)
{
	const struct lull_stream s = { .seed = 5, .patient = (uint64_t)course, .purpose = LULL_FOR_TEST };
	return lull_random_uniform(&s, i);
}

static struct lull_rule any_rule(int course)
{
	struct lull_rule r = p01();

	r.start_mg_per_kg_per_h = 0.05 + 0.2 * u(course, 0);
	r.raise_mg_per_kg_per_h = 0.02 + 0.2 * u(course, 1);
	r.raise_every_h = 0.25 + 4 * u(course, 2);
	r.cap_mg_per_kg_per_h = r.start_mg_per_kg_per_h + 0.6 * u(course, 3);
	r.cap_mg_per_h = course % 2 ? 10 + 40 * u(course, 4) : NAN;
	r.hold_at_target_h = course % 3 ? 6 * u(course, 5) : NAN;
	r.wean_mg_per_kg_per_h = course % 5 ? 0.02 + 0.2 * u(course, 6) : NAN;
	r.reduce_frac = course % 4 ? 0.25 + 0.25 * u(course, 7) : NAN;
	r.max_restarts = course % 7 ? 2 : 0;
	return r;
}

/* Mostly inside the lines, now and then outside, now and then not looked at. */
static struct lull_rule_obs any_obs(int course, int k, double t_h)
{
	const uint64_t i = 100 + 20 * (uint64_t)k;
	struct lull_rule_obs o = well(t_h, floor(11 * u(course, i)));

	o.moaas = u(course, i + 1) < 0.95 ? 5 : floor(6 * u(course, i + 2));
	o.sbp_mmhg = 110 + (u(course, i + 3) < 0.95 ? 40 : 80) * u(course, i + 4);
	o.dissociation = u(course, i + 5) < 0.95 ? 0 : floor(4 * u(course, i + 6));
	o.spo2_pct = u(course, i + 7) < 0.95 ? 97 : 85 + 10 * u(course, i + 8);
	if (u(course, i + 9) < 0.1)
		o.hr_per_min = NAN;
	if (u(course, i + 10) < 0.1)
		o.nrs = NAN;
	return o;
}

/* The same moment, one signal worse. */
static struct lull_rule_obs worse(struct lull_rule_obs o, int which)
{
	switch (which) {
	case 0: o.moaas -= 1 + (o.moaas > 3); break;
	case 1: o.sbp_mmhg += 35; break;
	case 2: o.dbp_mmhg += 25; break;
	case 3: o.hr_per_min += 50; break;
	case 4: o.spo2_pct -= 6; break;
	default: o.dissociation += 2; break;
	}
	return o;
}

static void properties(void **state)
{
	(void)state;
	int n_actions[7] = { 0 };
	for (int course = 0; course < 2000; course++) {
		const struct lull_rule r = any_rule(course);
		const double cap = lull_rule_cap_mg_per_kg_per_h(&r, 70);
		struct lull_rule_state s = started(&r);
		double t_h = 0;
		bool ended = false;
		for (int k = 0; k < 120; k++) {
			t_h += 1.5 * u(course, 50 + (uint64_t)k * 20 + 99);
			const struct lull_rule_obs obs = any_obs(course, k, t_h);
			const struct lull_rule_state before = s;
			const struct lull_rule_decision d = look(&r, &s, obs);
			n_actions[d.action]++;
			/* never above a cap, never negative */
			assert_true(d.rate_mg_per_kg_per_h <= cap * (1 + 1e-12) && d.rate_mg_per_kg_per_h >= 0);
			/* a raise is at most one step, never early, never with a signal unseen, never while weaning or held */
			if (d.rate_mg_per_kg_per_h > before.rate_mg_per_kg_per_h && d.action != LULL_RULE_RESUME) {
				assert_int_equal(d.action, LULL_RULE_RAISE);
				assert_true(d.rate_mg_per_kg_per_h - before.rate_mg_per_kg_per_h <= r.raise_mg_per_kg_per_h + 1e-12);
				assert_true(t_h - before.since_h >= r.raise_every_h - 1e-9);
				assert_true(before.phase == LULL_RULE_TITRATE || before.phase == LULL_RULE_AT_TARGET);
				assert_false(lull_is_nan(obs.nrs) || lull_is_nan(obs.hr_per_min));
			}
			/* stop is final, and the longest duration is one */
			assert_true(!ended || (d.action == LULL_RULE_KEEP && d.rate_mg_per_kg_per_h == 0));
			ended = ended || d.action == LULL_RULE_STOP;
			assert_true(ended == (s.phase == LULL_RULE_ENDED));
			assert_true(ended || t_h < r.max_dur_h);
			assert_true(s.n_restarts <= r.max_restarts);
			assert_true(d.next_look_h > t_h);
			/* worse observations never give a higher rate */
			for (int which = 0; which < 6; which++) {
				struct lull_rule_state alternative = before;
				assert_true(look(&r, &alternative, worse(obs, which)).rate_mg_per_kg_per_h <=
					    d.rate_mg_per_kg_per_h);
			}
			/* more pain never gives a lower one, as long as nothing else decides */
			struct lull_rule_state in_pain = before;
			struct lull_rule_obs pain = obs;
			pain.nrs = 10;
			if (!lull_is_nan(obs.nrs))
				assert_true(look(&r, &in_pain, pain).rate_mg_per_kg_per_h >= d.rate_mg_per_kg_per_h);
		}
	}
	for (int a = 0; a < 7; a++) /* the courses saw every answer */
		assert_true(n_actions[a] > 20);
}

/* Between a look and the next one it names, looking at an unchanged patient changes nothing. */
static void the_next_look_is_the_next_change(void **state)
{
	(void)state;
	for (int course = 0; course < 500; course++) {
		const struct lull_rule r = any_rule(course);
		struct lull_rule_state s = started(&r);
		struct lull_rule_obs obs = well(0.01, course % 2 ? 9 : 2);
		if (course % 3 == 0)
			obs.sbp_mmhg = 165;
		for (int k = 0; k < 200 && s.phase != LULL_RULE_ENDED; k++) {
			const struct lull_rule_decision d = look(&r, &s, obs);
			if (s.phase == LULL_RULE_ENDED)
				break;
			struct lull_rule_state between = s;
			struct lull_rule_obs same = obs;
			same.t_h = obs.t_h + 0.99 * (d.next_look_h - obs.t_h);
			assert_true(look(&r, &between, same).rate_mg_per_kg_per_h == d.rate_mg_per_kg_per_h);
			obs.t_h = d.next_look_h;
		}
		assert_int_equal(s.phase, LULL_RULE_ENDED);
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raise_hold_and_wean),
		cmocka_unit_test(at_the_cap_it_stays),
		cmocka_unit_test(a_crossed_line_reduces_then_holds_then_resumes),
		cmocka_unit_test(back_inside_after_a_reduction),
		cmocka_unit_test(every_stop_line_stops),
		cmocka_unit_test(what_is_not_stated),
		cmocka_unit_test(what_is_not_observed_does_not_raise),
		cmocka_unit_test(caps_in_mg_per_hour),
		cmocka_unit_test(impossible_rules_are_refused),
		cmocka_unit_test(properties),
		cmocka_unit_test(the_next_look_is_the_next_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
