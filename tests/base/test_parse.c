/* Strict numbers: what is read, what is refused, and what the refusal says. */
#include "support.h"

#include "lull/base/parse.h"

static void plain_decimals_are_read(void **state)
{
	static const struct {
		const char *text;
		char decimal;
		double want;
	} cases[] = { { "0", '.', 0 },
		      { "79.5", '.', 79.5 },
		      { "79,5", ',', 79.5 },
		      { "+3", '.', 3 },
		      { "-0.25", '.', -0.25 },
		      { "1e3", '.', 1000 },
		      { "1E-3", '.', 0.001 },
		      { "007", '.', 7 },
		      { "2.2250738585072014e-308", '.', 2.2250738585072014e-308 },
		      { "0e-999", '.', 0 } };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_err err = { 0 };
		double got = -1;
		assert_ok(lull_parse_double(cases[i].text, strlen(cases[i].text), cases[i].decimal, NULL, "x",
					    &got, &err),
			  &err);
		assert_true(got == cases[i].want);
	}
}

static void everything_else_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *mend; /* a part of the hint; "" when there is none */
	} cases[] = {
		{ "", "leave the value out" },
		{ "79,5", "write 79.5, with a point" },
		{ "7O", "letter O" },
		{ "nan", "leave the value out" },
		{ "inf", "" },
		{ "0x10", "" },
		{ "1e400", "" },
		{ " 5", "blanks" },
		{ "5 ", "blanks" },
		{ "5 mg", "its unit here is kg" },
		{ "5mg", "" },
		{ ".5", "write 0.5" },
		{ "5.", "" },
		{ "1e", "" },
		{ "1e+", "" },
		{ "--5", "" },
		{ "1.2.3", "" },
		{ "1_000", "" },
		{ "1,000.5", "" },
		{ "1e-400", "" },
		{ "5\t", "blanks" },
		{ "-", "" },
		{ "+", "" },
	};
	const struct lull_range range = { 0, 400, "kg" };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_err err = { 0 };
		double got = -1;
		const int rc = lull_parse_double(cases[i].text, strlen(cases[i].text), '.', &range, "weight",
						 &got, &err);
		if (rc != LULL_EPARSE)
			print_error("'%s' gave %d\n", cases[i].text, rc);
		assert_int_equal(rc, LULL_EPARSE);
		assert_true(got == -1);
		assert_string_equal(err.where, "weight");
		assert_has(err.mend, cases[i].mend);
	}
	double got;
	assert_int_equal(lull_parse_double("1\0002", 3, '.', NULL, "x", &got, NULL), LULL_EPARSE);
	struct lull_err err = { 0 };
	assert_int_equal(lull_parse_double("79.5", 4, ',', NULL, "x", &got, &err), LULL_EPARSE);
	assert_has(err.mend, "write 79,5, with a comma");
	char many[600];
	memset(many, '1', sizeof(many));
	assert_int_equal(lull_parse_double(many, sizeof(many), '.', NULL, "x", &got, &err), LULL_EPARSE);
}

static void ranges_include_their_ends(void **state)
{
	const struct lull_range range = { 20, 400, "kg" };
	struct lull_err err = { 0 };
	double got;
	(void)state;
	assert_ok(lull_parse_double("20", 2, '.', &range, "w", &got, &err), &err);
	assert_ok(lull_parse_double("400", 3, '.', &range, "w", &got, &err), &err);
	assert_int_equal(lull_parse_double("400.1", 5, '.', &range, "w", &got, &err), LULL_EDOMAIN);
	assert_string_equal(err.what, "400.1 kg is outside 20 to 400 kg");
}

static void whole_numbers(void **state)
{
	static const char *const wrong[] = { "",    "-",  "+5",  "1.0",
					     "1e3", "5 ", "0x1", "9223372036854775808",
					     "12a" };
	int64_t got = 0;
	(void)state;
	assert_ok(lull_parse_int("-9223372036854775808", 20, INT64_MIN, INT64_MAX, "n", &got, NULL), NULL);
	assert_true(got == INT64_MIN);
	assert_ok(lull_parse_int("9223372036854775807", 19, INT64_MIN, INT64_MAX, "n", &got, NULL), NULL);
	assert_true(got == INT64_MAX);
	assert_ok(lull_parse_int("007", 3, 0, 10, "n", &got, NULL), NULL);
	assert_int_equal(got, 7);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_not_equal(
			lull_parse_int(wrong[i], strlen(wrong[i]), INT64_MIN, INT64_MAX, "n", &got, NULL),
			LULL_OK);
	assert_int_equal(lull_parse_int("11", 2, 0, 10, "n", &got, NULL), LULL_EDOMAIN);
	assert_int_equal(lull_parse_int("99999999999999999999999", 23, 0, 10, "n", &got, NULL), LULL_EDOMAIN);
}

static void quantities_carry_their_unit(void **state)
{
	static const char *const units[] = { "kg", "lb", NULL };
	struct lull_err err = { 0 };
	double got = 0;
	int unit = -1;
	(void)state;
	assert_ok(lull_parse_quantity("79.5 kg", 7, units, "w", &got, &unit, &err), &err);
	assert_true(got == 79.5 && unit == 0);
	assert_ok(lull_parse_quantity("175   lb", 8, units, "w", &got, &unit, &err), &err);
	assert_true(got == 175 && unit == 1);
	assert_int_equal(lull_parse_quantity("79.5", 4, units, "w", &got, &unit, &err), LULL_EPARSE);
	assert_has(err.mend, "kg, lb");
	assert_int_equal(lull_parse_quantity("79.5kg", 6, units, "w", &got, &unit, &err), LULL_EPARSE);
	assert_has(err.mend, "write 79.5 kg");
	assert_int_equal(lull_parse_quantity("79.5 g", 6, units, "w", &got, &unit, &err), LULL_EPARSE);
	assert_int_equal(lull_parse_quantity("79,5 kg", 7, units, "w", &got, &unit, &err), LULL_EPARSE);
	assert_has(err.mend, "79.5");
	assert_int_equal(lull_parse_quantity("79.5 kg ", 8, units, "w", &got, &unit, &err), LULL_EPARSE);
	assert_int_equal(lull_parse_quantity("", 0, units, "w", &got, &unit, &err), LULL_EPARSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_decimals_are_read),     cmocka_unit_test(everything_else_is_refused),
		cmocka_unit_test(ranges_include_their_ends),   cmocka_unit_test(whole_numbers),
		cmocka_unit_test(quantities_carry_their_unit),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
