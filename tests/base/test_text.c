/* Text buffers, number printing, UTF-8. */
#include "support.h"

#include <float.h>
#include <math.h>

#include "lull/base/parse.h"
#include "lull/base/text.h"

static void numbers_for_people(void **state)
{
	static const struct {
		double value;
		int decimals;
		const char *want;
	} cases[] = {
		{ 0.5, 3, "0.5" },
		{ 1.0, 2, "1" },
		{ 100, 2, "100" },
		{ 1234.5678, 2, "1234.57" },
		{ -0.001, 2, "0" },
		{ -0.0, 0, "0" },
		{ -2.50, 1, "-2.5" },
		{ 0.05, 1, "0.1" },
		{ NAN, 2, "unknown" },
		{ INFINITY, 2, "infinite" },
		{ 1e20, 0, "100000000000000000000" },
		{ 10, 0, "10" },
		{ 0.1 + 0.2, 17, "0.30000000000000004" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_buf buf = { 0 };
		char text[64];
		lull_buf_num(&buf, cases[i].value, cases[i].decimals);
		assert_string_equal(lull_buf_text(&buf), cases[i].want);
		assert_string_equal(lull_num_text(text, sizeof(text), cases[i].value, cases[i].decimals),
				    cases[i].want);
		lull_buf_clear(&buf);
	}
}

static void exact_numbers_read_back(void **state)
{
	(void)state;
	static const struct {
		double value;
		const char *want;
	} cases[] = { { 0.1, "0.1" },   { 1, "1" },           { 0.1 + 0.2, "0.30000000000000004" },
		      { 79.5, "79.5" }, { 5e-324, "5e-324" }, { DBL_MAX, "1.7976931348623157e+308" },
		      { -0.0, "-0" },   { 1e15, "1e+15" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_buf buf = { 0 };
		lull_buf_exact(&buf, cases[i].value);
		assert_string_equal(lull_buf_text(&buf), cases[i].want);
		lull_buf_clear(&buf);
	}
	/* Bit patterns spread by a multiplicative step over the whole range of doubles. */
	uint64_t bits = 1;
	for (int i = 0; i < 20000; i++) {
		double value, back = 0;
		struct lull_buf buf = { 0 };
		bits = bits * 6364136223846793005u + 1442695040888963407u;
		memcpy(&value, &bits, sizeof(value));
		if (!isfinite(value))
			continue;
		lull_buf_exact(&buf, value);
		assert_ok(lull_parse_double(buf.data, buf.n, '.', NULL, NULL, &back, NULL), NULL);
		assert_memory_equal(&back, &value, sizeof(value));
		lull_buf_clear(&buf);
	}
}

static void a_buffer_stops_at_its_ceiling(void **state)
{
	(void)state;
	struct lull_err err = { 0 };
	struct lull_buf buf = { .max = 10 };
	lull_buf_puts(&buf, "12345");
	lull_buf_printf(&buf, "%d", 67890);
	assert_int_equal(lull_buf_status(&buf, &err), LULL_OK);
	lull_buf_putc(&buf, 'x');
	lull_buf_puts(&buf, "y");
	assert_int_equal(lull_buf_status(&buf, &err), LULL_ELIMIT);
	assert_string_equal(lull_buf_text(&buf), "1234567890");
	lull_buf_reset(&buf);
	lull_buf_pad(&buf, '-', 3);
	assert_string_equal(lull_buf_text(&buf), "---");
	lull_buf_clear(&buf);
	assert_string_equal(lull_buf_text(&buf), "");
	lull_mem_fail_at(1, false);
	lull_buf_puts(&buf, "x");
	assert_int_equal(lull_buf_status(&buf, &err), LULL_ENOMEM);
	lull_mem_fail_at(0, false);
	lull_buf_clear(&buf);
}

static void formatting_never_cuts_a_character(void **state)
{
	char out[6];
	(void)state;
	assert_int_equal(lull_text_format(out, sizeof(out), "abcd%s", "\xC3\xA9"), 6);
	assert_string_equal(out, "abcd");
	assert_int_equal(lull_text_format(out, sizeof(out), "abc%s", "\xC3\xA9"), 5);
	assert_string_equal(out, "abc\xC3\xA9");
}

static void utf8_is_checked(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, bad;
	} wrong[] = { { "a\xFF", 2, 1 },        { "\xC0\xAF", 2, 0 },
		      { "\xED\xA0\x80", 3, 0 }, { "\xF4\x90\x80\x80", 4, 0 },
		      { "ab\xE2\x82", 4, 2 },   { "a\0b", 3, 1 },
		      { "\xE0\x80\xAF", 3, 0 }, { "\x80", 1, 0 } };
	size_t bad;
	(void)state;
	assert_true(lull_utf8_valid("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 10, NULL));
	assert_true(lull_utf8_valid("\xF4\x8F\xBF\xBF\xED\x9F\xBF", 7, NULL));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(lull_utf8_valid(wrong[i].bytes, wrong[i].n, &bad));
		assert_int_equal(bad, wrong[i].bad);
	}
	assert_int_equal(lull_utf8_length("a\xC3\xA9\xE2\x82\xAC"), 3);
}

static void paragraphs_wrap(void **state)
{
	struct lull_buf buf = { 0 };
	(void)state;
	lull_buf_wrap(&buf, "one two  three four\nfive", 2, 16);
	assert_string_equal(lull_buf_text(&buf), "  one two three\n  four\n  five\n");
	lull_buf_clear(&buf);
}

static void texts_compare(void **state)
{
	(void)state;
	assert_int_equal(lull_text_casecmp("Topiramate", "TOPIRAMATE"), 0);
	assert_true(lull_text_casecmp("a", "B") < 0);
	assert_true(lull_text_casecmp("ab", "a") > 0);
	assert_true(lull_text_eq(NULL, NULL));
	assert_false(lull_text_eq("a", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_for_people),
		cmocka_unit_test(exact_numbers_read_back),
		cmocka_unit_test(a_buffer_stops_at_its_ceiling),
		cmocka_unit_test(formatting_never_cuts_a_character),
		cmocka_unit_test(utf8_is_checked),
		cmocka_unit_test(paragraphs_wrap),
		cmocka_unit_test(texts_compare),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
