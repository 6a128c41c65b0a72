/* Protocols: every one loads, says where it comes from, and is used only as far as it is complete. */
#include "support.h"

#include <math.h>
#include <stdio.h>

#include "lull/base/sources.h"
#include "lull/base/text.h"
#include "lull/care/protocol.h"

static struct lull_arena arena;
static struct lull_protocols all;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &arena);
	const int rc = lull_protocols_load(test_knowledge(), &arena, &all, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int clear(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static void all_29_published_protocols_and_the_series_are_there(void **state)
{
	char id[8];
	(void)state;
	for (int i = 1; i <= 29; i++) {
		snprintf(id, sizeof(id), "P%02d", i);
		if (!lull_protocol_find(&all, id))
			fail_msg("no protocol %s", id);
	}
	assert_non_null(lull_protocol_find(&all, "series_of_three"));
	assert_ptr_equal(lull_protocol_find(&all, "pomeroy2017"), lull_protocol_find(&all, "P02"));
	assert_null(lull_protocol_find(&all, "P30"));
	assert_null(lull_protocol_find(&all, ""));
}

static void what_is_incomplete_is_for_the_record_or_for_simulation(void **state)
{
	(void)state;
	for (size_t i = 0; i < all.n_items; i++) {
		const struct lull_protocol *p = &all.items[i];
		const uint64_t missing = lull_protocol_missing(p);
		if (p->use == LULL_USE_CLINICAL || p->use == LULL_USE_RESEARCH)
			assert_int_equal(missing, 0);
		/* A complete protocol is kept for the record only when something else is said
		 * to be missing, or it is not for adults. */
		if (p->use == LULL_USE_RECORD_ONLY && !missing)
			assert_true(p->n_not_stated > 0);
		if (p->people != LULL_ADULT)
			assert_int_not_equal(p->use, LULL_USE_CLINICAL);
	}
}

static void the_published_ladders_stay_as_published(void **state)
{
	static const struct {
		const char *id;
		int use;
		uint64_t missing;
	} cases[] = {
		{ "P01", LULL_USE_RECORD_ONLY, LULL_MISSING_CAP | LULL_MISSING_DURATION | LULL_MISSING_WEAN | LULL_MISSING_SESSIONS },
		{ "P02", LULL_USE_RECORD_ONLY, LULL_MISSING_STEP | LULL_MISSING_WEAN | LULL_MISSING_SESSIONS },
		{ "P06", LULL_USE_RECORD_ONLY, LULL_MISSING_CAP },
		{ "P11", LULL_USE_RECORD_ONLY, LULL_MISSING_DURATION },
		{ "P13", LULL_USE_SIMULATION, LULL_MISSING_STRENGTH },
		{ "P26", LULL_USE_RECORD_ONLY, LULL_MISSING_COMEDICATION },
		{ "P28", LULL_USE_RECORD_ONLY, LULL_MISSING_DURATION },
		{ "P01a", LULL_USE_CLINICAL, 0 },
		{ "P22", LULL_USE_RESEARCH, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lull_protocol *p = lull_protocol_find(&all, cases[i].id);
		assert_non_null(p);
		assert_int_equal(p->use, cases[i].use);
		if (lull_protocol_missing(p) != cases[i].missing)
			fail_msg("%s: missing %llx, wanted %llx", p->id, (unsigned long long)lull_protocol_missing(p),
				 (unsigned long long)cases[i].missing);
	}
}

static void a_rule_carries_the_published_numbers_and_says_what_is_not(void **state)
{
	struct lull_rule rule;
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_protocol_rule(lull_protocol_find(&all, "P01"), &rule, &err), &err);
	assert_close(rule.start_mg_per_kg_per_h, 0.1, 0, 0);
	assert_close(rule.raise_mg_per_kg_per_h, 0.1, 0, 0);
	assert_close(rule.raise_every_h, 3, 0, 0);
	assert_close(rule.target_nrs, 3, 0, 0);
	assert_close(rule.hold_at_target_h, 8, 0, 0);
	assert_true(isnan(rule.cap_mg_per_kg_per_h) && isnan(rule.wean_mg_per_kg_per_h) && isnan(rule.max_dur_h));
	assert_true(isnan(rule.stop_sbp_mmhg));
	assert_int_equal(lull_protocol_rule(lull_protocol_find(&all, "P21"), &rule, &err), LULL_ENOTFOUND);
}

static void an_adapted_number_is_marked_proposed_and_never_verified(void **state)
{
	(void)state;
	for (size_t i = 0; i < all.n_items; i++) {
		const struct lull_protocol *p = &all.items[i];
		const struct lull_protocol *from = p->adapted_from ? lull_protocol_find(&all, p->adapted_from) : NULL;
		if (!from || !p->has_rule || !from->has_rule)
			continue;
		const struct lull_figure *mine = &p->rule.start_mg_per_kg_per_h;
		const struct lull_figure *theirs = &from->rule.start_mg_per_kg_per_h;
		for (size_t k = 0; k < sizeof(p->rule) / sizeof(*mine); k++) {
			if (!mine[k].stated || (theirs[k].stated && theirs[k].value == mine[k].value))
				continue;
			const bool is_own = mine[k].mark == LULL_PROPOSED || mine[k].mark == LULL_DERIVED;
			const bool is_end_of_range = theirs[k].stated && theirs + k == &from->rule.raise_every_h;
			assert_true(is_own || is_end_of_range);
		}
	}
}

static void doses_follow_the_weight_and_the_bounds_of_the_series(void **state)
{
	static const struct {
		double kg, want_mg;
	} cases[] = {
		{ 50, 75 },   /* 1.5 mg/kg wins over the least dose of 80 mg */
		{ 55, 80 },   /* the least dose                              */
		{ 70, 84 },   /* 1.2 mg/kg                                   */
		{ 90, 100 },  /* the cap of a visit                          */
		{ 100, 100 },
	};
	struct lull_regimen regimen;
	struct lull_err err = { 0 };
	(void)state;
	const struct lull_protocol *p = lull_protocol_find(&all, "series_of_three");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_ok(lull_protocol_doses(p, 0, cases[i].kg, &arena, &regimen, &err), &err);
		assert_int_equal(regimen.n_doses, 1);
		assert_close(regimen.doses[0].amount_mg, cases[i].want_mg, 1e-12, 0);
		assert_close(regimen.doses[0].dur_h, 3, 1e-12, 0);
		/* never above the series' start rate */
		assert_true(regimen.doses[0].amount_mg / 3 / cases[i].kg <= 0.5 + 1e-12);
	}
}

static void sessions_have_their_days_and_their_own_rates(void **state)
{
	struct lull_regimen regimen;
	struct lull_err err = { 0 };
	double *days = NULL;
	size_t n = 0;
	(void)state;
	const struct lull_protocol *rema = lull_protocol_find(&all, "P09");
	const double want_rate[] = { 0.2, 0.4, 0.6 };
	assert_ok(lull_protocol_days(rema, &arena, &days, &n, &err), &err);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_close(days[i], (double)i, 0, 0);
		assert_ok(lull_protocol_doses(rema, i, 70, &arena, &regimen, &err), &err);
		assert_int_equal(regimen.n_doses, 1);
		assert_close(regimen.doses[0].amount_mg, want_rate[i] * 70 * 4, 1e-12, 0);
	}
	assert_ok(lull_protocol_days(lull_protocol_find(&all, "P23"), &arena, &days, &n, &err), &err);
	assert_int_equal(n, 6);
	assert_close(days[5], 17, 0, 0);
	/* P06 does not say how far apart its infusions were. */
	assert_int_equal(lull_protocol_days(lull_protocol_find(&all, "P06"), &arena, &days, &n, &err), LULL_EDOMAIN);
}

static void caps_in_mg_per_hour_and_repeats_hold(void **state)
{
	struct lull_regimen regimen;
	struct lull_err err = { 0 };
	(void)state;
	/* 0.35 mg/kg/h at 100 kg would be 35 mg/h; the published cap is 25. */
	assert_ok(lull_protocol_doses(lull_protocol_find(&all, "P26a"), 0, 100, &arena, &regimen, &err), &err);
	assert_close(regimen.doses[0].amount_mg, 100, 1e-12, 0);
	assert_ok(lull_protocol_doses(lull_protocol_find(&all, "P06a"), 0, 70, &arena, &regimen, &err), &err);
	assert_int_equal(regimen.n_doses, 2);
	assert_close(regimen.doses[0].amount_mg, 21, 1e-12, 0);
	assert_close(regimen.doses[1].t_h, 1.5, 1e-12, 0);
	/* KetHead: bolus, then the infusion behind it. */
	assert_ok(lull_protocol_doses(lull_protocol_find(&all, "P22"), 0, 70, &arena, &regimen, &err), &err);
	assert_int_equal(regimen.n_doses, 2);
	assert_close(regimen.doses[0].amount_mg, 70, 1e-12, 0);
	assert_close(regimen.doses[1].amount_mg, 420, 1e-12, 0);
	assert_close(regimen.doses[1].t_h, regimen.doses[0].dur_h, 1e-12, 0);
	/* Benish: a second dose 30 minutes later. */
	assert_ok(lull_protocol_doses(lull_protocol_find(&all, "P13"), 0, 70, &arena, &regimen, &err), &err);
	assert_close(regimen.doses[1].t_h, 0.5, 1e-12, 0);
	assert_close(regimen.doses[0].amount_mg + regimen.doses[1].amount_mg, 70, 1e-12, 0);
	/* A day of sprays ends at the published cap of 20 sprays of 10 mg. */
	assert_ok(lull_protocol_doses(lull_protocol_find(&all, "P16"), 0, 70, &arena, &regimen, &err), &err);
	double sum = 0;
	for (size_t i = 0; i < regimen.n_doses; i++)
		sum += regimen.doses[i].amount_mg;
	assert_close(sum, 200, 1e-12, 0);
	assert_int_equal(lull_protocol_doses(lull_protocol_find(&all, "P01a"), 0, 70, &arena, &regimen, &err),
			 LULL_EUNSUPPORTED);
	assert_int_equal(lull_protocol_doses(lull_protocol_find(&all, "P21"), 0, 0, &arena, &regimen, &err),
			 LULL_EDOMAIN);
}

static void doubling_the_weight_never_lowers_a_dose(void **state)
{
	struct lull_err err = { 0 };
	(void)state;
	for (size_t i = 0; i < all.n_items; i++) {
		const struct lull_protocol *p = &all.items[i];
		double last = 0;
		if (p->has_rule)
			continue;
		for (double kg = 40; kg <= 160; kg += 5) {
			struct lull_regimen r;
			double sum = 0;
			assert_ok(lull_protocol_doses(p, 0, kg, &arena, &r, &err), &err);
			for (size_t k = 0; k < r.n_doses; k++)
				sum += r.doses[k].amount_mg;
			assert_true(sum >= last);
			last = sum;
		}
	}
}

/* ---- faults in a file are said with their place ------------------------------------------ */

static const char head[] = "schema_version: 1\nprotocols:\n  X:\n    name: x\n    indications: [a]\n"
			   "    product: racemic_ketamine\n    salt: base\n    route: iv\n    settings: [chair]\n"
			   "    population: adult\n    monitoring: [chair]\n    evidence: e\n    use_reason: r\n"
			   "    source: s\n    mark: proposed\n";

static const struct {
	const char *name, *tail, *said;
} faults[] = {
	{ "a clinical protocol without a dose", "    use: clinical\n", "the rate is not stated" },
	{ "a clinical infusion without a time",
	  "    use: clinical\n    sessions: { value: 1, source: s, mark: proposed }\n    parts:\n"
	  "      - kind: infusion\n        mg: { value: 10, source: s, mark: proposed }\n",
	  "the duration is not stated" },
	{ "an amount given twice",
	  "    use: simulation\n    parts:\n      - kind: infusion\n        mg: { value: 10, source: s, mark: proposed }\n"
	  "        mg_per_kg: { value: 10, source: s, mark: proposed }\n",
	  "2 amounts" },
	{ "a rate in a bolus",
	  "    use: simulation\n    parts:\n      - kind: bolus\n        mg_per_h: { value: 10, source: s, mark: proposed }\n",
	  "kind: bolus" },
	{ "a number without a source",
	  "    use: simulation\n    parts:\n      - kind: dose\n        mg: { value: 10, mark: proposed }\n", "source" },
	{ "a number marked none",
	  "    use: simulation\n    parts:\n      - kind: dose\n        mg: { value: 10, source: s, mark: none }\n",
	  "marked 'none'" },
	{ "a decimal comma",
	  "    use: simulation\n    parts:\n      - kind: dose\n        mg: { value: 10,5, source: s, mark: proposed }\n",
	  "error" },
	{ "a parent that is not there", "    use: simulation\n    adapted_from: Y\n", "adapted_from: Y" },
	{ "days that do not rise",
	  "    use: simulation\n    sessions: { value: 2, source: s, mark: proposed }\n    session_days: [0, 0]\n",
	  "does not rise" },
	{ "more days than sessions",
	  "    use: simulation\n    sessions: { value: 1, source: s, mark: proposed }\n    session_days: [0, 1]\n",
	  "2 session_days" },
	{ "half a session", "    use: simulation\n    sessions: { value: 1.5, source: s, mark: proposed }\n",
	  "sessions that is not whole" },
	{ "rule and parts at once",
	  "    use: simulation\n    rule:\n      start_mg_per_kg_per_h: { value: 1, source: s, mark: proposed }\n    parts:\n"
	  "      - kind: dose\n        mg: { value: 10, source: s, mark: proposed }\n",
	  "both rule and parts" },
	{ "sprays outside a spray",
	  "    use: simulation\n    parts:\n      - kind: dose\n        sprays: { value: 2, source: s, mark: proposed }\n",
	  "kind: dose" },
	{ "a time of 0",
	  "    use: simulation\n    parts:\n      - kind: infusion\n        mg: { value: 10, source: s, mark: proposed }\n"
	  "        over_min: { value: 0, source: s, mark: proposed }\n",
	  "over_min outside 0.1 to 20000" },
	{ "a ladder that starts above its cap",
	  "    use: simulation\n    rule:\n      start_mg_per_kg_per_h: { value: 1, source: s, mark: proposed }\n"
	  "      cap_mg_per_kg_per_h: { value: 0.5, source: s, mark: proposed }\n",
	  "a start above the cap" },
	{ "a ladder of ten times the doses",
	  "    use: simulation\n    rule:\n      raise_mg_per_kg_per_h: { value: 50, source: s, mark: proposed }\n",
	  "raise_mg_per_kg_per_h outside" },
	{ "sessions in the wrong order",
	  "    use: simulation\n    parts:\n      - kind: dose\n        mg: { value: 10, source: s, mark: proposed }\n"
	  "        first_session: 3\n        last_session: 2\n",
	  "before first_session" },
	{ "a misspelt key", "    use: simulation\n    indicatons: [b]\n", "indicat" },
};

static void a_fault_in_a_file_is_refused_and_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct lull_arena local = { 0 };
		struct lull_diags diags;
		struct lull_buf text = { 0 }, said = { 0 };
		struct lull_protocols out = { 0 };
		lull_buf_puts(&text, head);
		lull_buf_puts(&text, faults[i].tail);
		lull_diags_init(&diags, &local);
		const int rc = lull_protocols_read(lull_buf_text(&text), text.n, "x.yaml", &local, &out, &diags);
		lull_diags_print(&diags, &said);
		if (rc != LULL_EPARSE)
			fail_msg("%s: accepted", faults[i].name);
		assert_has(lull_buf_text(&said), faults[i].said);
		lull_buf_clear(&text);
		lull_buf_clear(&said);
		lull_arena_clear(&local);
	}
}

static void children_and_salts_are_never_clinical(void **state)
{
	static const char text[] =
		"schema_version: 1\nprotocols:\n  X:\n    name: x\n    indications: [a]\n    product: racemic_ketamine\n"
		"    salt: hcl\n    route: iv\n    settings: [chair]\n    population: paediatric\n    monitoring: [chair, spa]\n"
		"    evidence: e\n    use_reason: r\n    source: s\n    mark: proposed\n    use: clinical\n"
		"    sessions: { value: 1, source: s, mark: proposed }\n    parts:\n      - kind: infusion\n"
		"        mg: { value: 10, source: s, mark: proposed }\n"
		"        over_min: { value: 40, source: s, mark: proposed }\n";
	struct lull_diags diags;
	struct lull_buf said = { 0 };
	struct lull_protocols out = { 0 };
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_protocols_read(text, sizeof(text) - 1, "x.yaml", &arena, &out, &diags), LULL_EPARSE);
	lull_diags_print(&diags, &said);
	assert_has(lull_buf_text(&said), "a clinical protocol for children");
	assert_has(lull_buf_text(&said), "not of base");
	assert_has(lull_buf_text(&said), "monitoring group 'spa'");
	lull_buf_clear(&said);
}

static void a_folder_without_protocols_is_an_error(void **state)
{
	const struct lull_files none = { .origin = "empty" };
	struct lull_diags diags;
	struct lull_protocols out;
	(void)state;
	lull_diags_init(&diags, &arena);
	assert_int_equal(lull_protocols_load(&none, &arena, &out, &diags), LULL_EPARSE);
	assert_int_equal(diags.n_errors, 1);
}

static void the_weaker_mark_wins(void **state)
{
	(void)state;
	assert_int_equal(lull_weaker_mark(LULL_VERIFIED, LULL_PROPOSED), LULL_PROPOSED);
	assert_int_equal(lull_weaker_mark(LULL_RECALLED, LULL_PROPOSED), LULL_RECALLED);
	assert_int_equal(lull_weaker_mark(LULL_MARK_NONE, LULL_DERIVED), LULL_DERIVED);
	assert_int_equal(lull_weaker_mark(LULL_TRANSCRIBED, LULL_BORROWED), LULL_BORROWED);
	assert_int_equal(lull_weaker_mark(LULL_CALIBRATED, LULL_VERIFIED), LULL_CALIBRATED);
}

static void loading_survives_every_failed_allocation(void **state)
{
	(void)state;
	for (uint64_t nth = 1; nth < 5000; nth++) {
		struct lull_arena local = { 0 };
		struct lull_diags diags;
		struct lull_protocols out = { 0 };
		lull_diags_init(&diags, &local);
		lull_mem_fail_at(nth, false);
		const int rc = lull_protocols_load(test_knowledge(), &local, &out, &diags);
		const bool is_over = lull_mem_fail_at(0, false) < nth;
		lull_arena_clear(&local);
		if (is_over) {
			assert_int_equal(rc, LULL_OK);
			return;
		}
		assert_int_not_equal(rc, LULL_OK);
	}
	fail_msg("the load never came to an end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_29_published_protocols_and_the_series_are_there),
		cmocka_unit_test(what_is_incomplete_is_for_the_record_or_for_simulation),
		cmocka_unit_test(the_published_ladders_stay_as_published),
		cmocka_unit_test(a_rule_carries_the_published_numbers_and_says_what_is_not),
		cmocka_unit_test(an_adapted_number_is_marked_proposed_and_never_verified),
		cmocka_unit_test(doses_follow_the_weight_and_the_bounds_of_the_series),
		cmocka_unit_test(sessions_have_their_days_and_their_own_rates),
		cmocka_unit_test(caps_in_mg_per_hour_and_repeats_hold),
		cmocka_unit_test(doubling_the_weight_never_lowers_a_dose),
		cmocka_unit_test(a_fault_in_a_file_is_refused_and_named),
		cmocka_unit_test(children_and_salts_are_never_clinical),
		cmocka_unit_test(a_folder_without_protocols_is_an_error),
		cmocka_unit_test(the_weaker_mark_wins),
		cmocka_unit_test(loading_survives_every_failed_allocation),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, clear);
}
