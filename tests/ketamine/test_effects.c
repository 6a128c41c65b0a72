/* Effects: the table of predictions of the facts, the typing of drives, wrong files. */
#include "kit.h"

#include <stdlib.h>

#include "lull/base/text.h"
#include "lull/base/units.h"
#include "lull/num/math.h"

static void numbers_as_published(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_effects e = kit_effects(&arena);
	(void)state;
	/* facts 5.3, 5.4: ke0 5.01 /h, ks 0.00265 /h */
	assert_close(e.ke0_per_h, 5.01, 0, 0.005);
	assert_close(e.ks_per_h, 0.00265, 0, 5e-6);
	assert_close(e.venous_lag_h, 5.0 / 60, 1e-15, 0);
	/* ln(157/90) / (2 x 1.959964) */
	assert_close(e.c50_fast_log_sd, 0.14195, 1e-4, 0);
	assert_close(e.ke0_log_sd, 0.23871, 1e-4, 0);
	assert_close(e.c50_slow_log_sd, 0.40287, 1e-4, 0);
	assert_close(e.ks_log_sd, 0.34509, 1e-4, 0);
	assert_true(e.n_numbers >= 23 && e.n_caveats > 0);
	for (size_t i = 0; i < e.n_numbers; i++)
		assert_true(e.numbers[i].source && e.numbers[i].mark != LULL_MARK_NONE);
	lull_arena_clear(&arena);
}

/* Facts 5.4, computed there by Runge-Kutta: peak C, peak Ce_S, P(perception) at that Ce,
 * Cs at the end of the last dose, I_slow then and 14 and 30 days later. */
static void table_of_predictions(void **state)
{
	enum { MAX_DOSES = 6 };
	static const struct {
		struct lull_dose doses[MAX_DOSES];
		size_t n;
		double c, ce, perception, cs, slow[3];
	} rows[] = {
		{ { { 0, 14, 1.0 / 3 } }, 1, 158, 52, 0.01, 0.20, { 0.02, 0.01, 0.00 } },
		{ { { 0, 35, 2.0 / 3 } }, 1, 253, 103, 0.30, 0.50, { 0.05, 0.02, 0.01 } },
		{ { { 0, 35, 2.0 / 3 }, { 48, 35, 2.0 / 3 }, { 96, 35, 2.0 / 3 }, { 144, 35, 2.0 / 3 },
		    { 192, 35, 2.0 / 3 }, { 240, 35, 2.0 / 3 } },
		  6, 253, 103, 0.30, 2.2, { 0.18, 0.08, 0.03 } },
		{ { { 0, 70, 1 } }, 1, 392, 170, 0.86, 1.0, { 0.09, 0.04, 0.01 } },
		{ { { 0, 140, 4 } }, 1, 314, 147, 0.74, 2.0, { 0.16, 0.07, 0.03 } },
		{ { { 0, 0.34 * 70 * 24, 24 } }, 1, 283, 134, 0.63, 8.1, { 0.43, 0.24, 0.10 } },
		{ { { 0, 0.34 * 70 * 120, 120 } }, 1, 283, 135, 0.64, 36, { 0.78, 0.59, 0.34 } },
		{ { { 0, 70 * 120, 120 } }, 1, 833, 397, 1.00, 107, { 0.91, 0.81, 0.60 } },
	};
	struct lull_arena arena = { 0 };
	const struct lull_effects e = kit_effects(&arena);
	const struct lull_pk pk = kit_pk(&arena, "kamp2020_otto2021", 70);
	struct lull_bridge bridge;
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_effects_bind(&e, (struct lull_drive){ LULL_TOTAL_KETAMINE, LULL_ARTERIAL }, false, &bridge, &err), &err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct lull_input in = kit_input(&arena, rows[i].doses, rows[i].n);
		struct kit_point end = kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, in.end_h);
		double ce = 0, cs = 0;
		/* the effect site peaks minutes after the end; the slow one creeps on for hours */
		for (int k = 0; k <= 120; k++)
			ce = lull_max(ce, bridge.s_factor * kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, in.end_h + k / 120.0).ce);
		for (int k = 0; k <= 48; k++)
			cs = lull_max(cs, bridge.s_factor * kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, in.end_h + k).cs);
		assert_close(end.c, rows[i].c, 0, 1);
		assert_close(ce, rows[i].ce, 0.01, 0.6);
		assert_close(lull_perception_prob(&e, ce), rows[i].perception, 0, 0.011);
		assert_close(cs, rows[i].cs, 0.02, 0.05);
		for (int k = 0; k < 3; k++) {
			const double day = k == 0 ? 0 : k == 1 ? 14 : 30;
			const double at = k ? bridge.s_factor * kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, in.end_h + 24 * day).cs : cs;
			assert_close(lull_slow_inhibition(&e, at), rows[i].slow[k], 0, 0.011);
		}
	}
	lull_arena_clear(&arena);
}

/* Facts 5.4, KetHead: 1 mg/kg pushed, then 1 mg/kg/h for 6 h. The Runge-Kutta of the facts is
 * 0.25 % off in the steep minutes after the push; ours agrees with CVODE there (tests/oracle). */
static void kethead(void **state)
{
	const struct lull_dose doses[] = { { 0, 70, 0 }, { 0, 420, 6 } };
	struct lull_arena arena = { 0 };
	const struct lull_effects e = kit_effects(&arena);
	const struct lull_pk pk = kit_pk(&arena, "kamp2020_otto2021", 70);
	const struct lull_input in = kit_input(&arena, doses, 2);
	double block[3] = { 0 };
	(void)state;
	assert_close(kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, 5.0 / 60).c, 1185, 0.003, 0);
	assert_close(kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, 1).c, 537, 0, 0.6);
	assert_close(kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, 6).c, 732, 0, 0.6);
	for (int day = 0; day < 84; day++) /* midday of each day */
		block[day / 28] += lull_slow_inhibition(
			&e, e.s_frac_of_total * kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, 24 * day + 12).cs) / 28;
	/* The facts let Cs fall from the end of the infusion on; the drug still in the body
	 * then adds a tenth, which is in ours. */
	assert_close(block[0], 0.22, 0, 0.02);
	assert_close(block[1], 0.05, 0, 0.01);
	assert_close(block[2], 0.01, 0, 0.005);
	lull_arena_clear(&arena);
}

/* Facts 5.4, Dahan: S-ketamine 20 mg/h for 100 h; 238 ng/mL of S on Kamp's clearance. */
static void dahan(void **state)
{
	const struct lull_dose dose = { 0, 2000, 100 };
	struct lull_arena arena = { 0 };
	const struct lull_effects e = kit_effects(&arena);
	const struct lull_pk pk = kit_pk(&arena, "kamp2020_otto2021", 70);
	const struct lull_input in = kit_input(&arena, &dose, 1);
	const struct kit_point end = kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, 100);
	(void)state;
	assert_close(end.c, 238, 0, 0.6);
	assert_close(end.cs, 55, 0.02, 0);
	assert_close(lull_slow_inhibition(&e, end.cs), 0.84, 0, 0.006);
	assert_close(lull_slow_inhibition(&e, kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, 100 + 14 * 24).cs), 0.68, 0, 0.006);
	assert_close(lull_slow_inhibition(&e, kit_at(&pk, &in, e.ke0_per_h, e.ks_per_h, 100 + 30 * 24).cs), 0.44, 0, 0.006);
	lull_arena_clear(&arena);
}

/* Facts 2.1, 2.4: pressure +6.8 at 185, +11.4 at 253, +27 at 500 ng/mL; occupancy 25 %
 * at 185 and norketamine 90, 31 % at 253 and 90, 36 % at the plateau of 0.34 mg/kg/h. */
static void read_outs(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_effects e = kit_effects(&arena);
	(void)state;
	assert_close(lull_pressure_rise_mmhg(&e, 185), 6.8, 0, 0.06);
	assert_close(lull_pressure_rise_mmhg(&e, 253), 11.4, 0, 0.06);
	assert_close(lull_pressure_rise_mmhg(&e, 500), 27, 0, 0.6);
	assert_close(lull_hr_rise_bpm(&e, 253), 4.9, 0, 0.05);
	assert_close(lull_occupancy_frac(&e, 185, 90), 0.25, 0, 0.006);
	assert_close(lull_occupancy_frac(&e, 253, 90), 0.31, 0, 0.006);
	assert_close(lull_occupancy_frac(&e, 283, 412), 0.36, 0, 0.006);
	assert_close(lull_antinociception(&e, 121), 2, 1e-15, 0);
	assert_close(lull_fast_inhibition(&e, 121), 0.5, 1e-15, 0);
	assert_true(lull_antinociception(&e, 0) == 1 && lull_fast_inhibition(&e, 0) == 0);
	assert_true(lull_slow_inhibition(&e, 0) == 0 && lull_perception_prob(&e, 0) == 0);
	assert_true(lull_pressure_rise_mmhg(&e, 0) == 0 && lull_occupancy_frac(&e, 0, 0) == 0);
	assert_true(lull_is_nan(lull_perception_prob(&e, NAN)) && lull_is_nan(lull_antinociception(&e, NAN)));
	/* Facts 5.4: Ef 1, Es 0 at the plateau of 0.34 mg/kg/h gives 7.1 -> 3.4; both chains 1.6 after 4.8 days. */
	const double fast = lull_fast_inhibition(&e, 134.7);
	assert_close(lull_nrs_under_drug(7.1, 1, fast, 0, true, 0), 3.4, 0, 0.06);
	assert_true(lull_nrs_under_drug(7.1, 1, fast, 1, false, 0.9) == lull_nrs_under_drug(7.1, 1, fast, 0, true, 0.9));
	assert_true(lull_nrs_under_drug(8, 1, 1, 1, true, 1) == 0);
	lull_arena_clear(&arena);
}

static void drives_are_typed(void **state)
{
	struct lull_arena arena = { 0 };
	struct lull_effects e = kit_effects(&arena);
	struct lull_bridge b;
	struct lull_err err = { 0 };
	const struct lull_drive total = { LULL_TOTAL_KETAMINE, LULL_ARTERIAL }, venous_s = { LULL_S_KETAMINE, LULL_VENOUS },
				unknown = { LULL_TOTAL_KETAMINE, LULL_SITE_NOT_STATED }, nk = { LULL_NORKETAMINE, LULL_ARTERIAL },
				arterial_s = { LULL_S_KETAMINE, LULL_ARTERIAL };
	(void)state;
	assert_ok(lull_effects_bind(&e, total, false, &b, &err), &err);
	assert_true(b.s_factor == e.s_frac_of_total && b.total_factor == 1 && !b.site_bridged && b.venous_lag_h > 0);
	assert_has(b.said, "0.476");
	assert_ok(lull_effects_bind(&e, arterial_s, false, &b, &err), &err);
	assert_true(b.s_factor == 1 && lull_is_nan(b.total_factor));
	assert_has(b.said, "Blood pressure and pulse are not forecast");

	assert_int_equal(lull_effects_bind(&e, venous_s, false, &b, &err), LULL_EUNSUPPORTED);
	assert_has(err.what, "arterial S-ketamine; this model's curve is venous");
	assert_has(err.mend, "kamp2020_otto2021");
	assert_true(b.s_factor == 0);
	assert_ok(lull_effects_bind(&e, venous_s, true, &b, &err), &err);
	assert_true(b.s_factor == 1 && b.site_bridged && b.venous_lag_h == 0);
	assert_has(b.said, "not arterial but drives");
	assert_int_equal(lull_effects_bind(&e, unknown, false, &b, &err), LULL_EUNSUPPORTED);
	assert_has(err.what, "does not state");

	/* Even a declared site bridge does not let norketamine drive. */
	assert_int_equal(lull_effects_bind(&e, nk, true, &b, &err), LULL_EUNSUPPORTED);
	/* A total curve is refused when the file declares no S fraction. */
	e.s_frac_of_total = NAN;
	assert_int_equal(lull_effects_bind(&e, total, true, &b, &err), LULL_EUNSUPPORTED);
	assert_has(err.what, "s_frac_of_total");
	lull_arena_clear(&arena);
}

static char *edited(struct lull_arena *arena, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	assert_non_null(at);
	return lull_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void wrong_files_are_told_why(void **state)
{
	static const struct {
		const char *from, *to, *says;
		int rc;
	} rows[] = {
		{ "  c50_fast_ng_per_ml:", "  c50_fast_ug_per_ml:", "c50_fast_ug_per_ml", LULL_EPARSE },
		{ "value: 8.3,", "value: 0,", "fast_half_life_min", LULL_EPARSE },
		{ "low: 5.1,", "low: 9,", "limits of fast_half_life_min", LULL_EPARSE },
		{ "high: 13, ", "", "limits of fast_half_life_min", LULL_EPARSE },
		{ "value: 0.67,", "value: 67,", "p_response_drug", LULL_EPARSE },
		{ "ef_low:                   { value: 0,", "ef_low:                   { value: 1,", "ef_low", -100 },
		{ "schema_version: 1", "schema_version: 7", "schema_version", LULL_EPARSE },
	};
	const struct lull_file *file = lull_files_get(test_knowledge(), "ketamine/effects.yaml");
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lull_arena arena = { 0 };
		struct lull_diags diags;
		struct lull_effects e;
		struct lull_buf out = { 0 };
		const char *text = lull_arena_strndup(&arena, file->bytes, file->n_bytes);
		text = edited(&arena, text, rows[i].from, rows[i].to);
		if (rows[i].rc == -100) /* both ends equal is a choice; upside down is not */
			text = edited(&arena, text, "ef_high:                  { value: 1,", "ef_high:                  { value: 0.5,");
		const struct lull_file item = { "ketamine/effects.yaml", text, strlen(text) };
		const struct lull_files files = { .items = &item, .n_items = 1, .origin = "test" };
		lull_diags_init(&diags, &arena);
		assert_int_equal(lull_effects_load(&files, &arena, &e, &diags), LULL_EPARSE);
		lull_diags_print(&diags, &out);
		assert_has(lull_buf_text(&out), rows[i].says);
		lull_buf_clear(&out);
		lull_arena_clear(&arena);
	}
	struct lull_arena arena = { 0 };
	struct lull_diags diags;
	struct lull_effects e;
	const struct lull_files none = { .origin = "test" };
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_effects_load(&none, &arena, &e, &diags), LULL_ENOTFOUND);
	lull_arena_clear(&arena);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_as_published),
		cmocka_unit_test(table_of_predictions),
		cmocka_unit_test(kethead),
		cmocka_unit_test(dahan),
		cmocka_unit_test(read_outs),
		cmocka_unit_test(drives_are_typed),
		cmocka_unit_test(wrong_files_are_told_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
