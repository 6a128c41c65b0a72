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

/* printf with rising precision finds the same digits; at a power of two, where the interval is
 * not even, the shortest may be another neighbour, which still reads back. */
static void the_shortest_is_that_of_trying(void **state)
{
	uint64_t bits = 7;
	(void)state;
	for (int i = 0; i < 300000; i++) {
		double value, back;
		char got[LULL_EXACT_TEXT], want[64];
		bits = bits * 6364136223846793005u + 1442695040888963407u;
		const uint64_t near_one = (bits >> 12) | (uint64_t)(0x3e0 + bits % 64) << 52;
		memcpy(&value, i & 1 ? &near_one : &bits, sizeof(value));
		if (!isfinite(value) || fabs(value) < DBL_MIN || !(bits & 0xfffffffffffff))
			continue;
		for (int digits = 15; digits <= 17; digits++) {
			lull_text_format(want, sizeof(want), "%.*g", digits, value);
			assert_ok(lull_parse_double(want, strlen(want), '.', NULL, NULL, &back, NULL), NULL);
			if (back == value)
				break;
		}
		const size_t n = lull_exact_text(got, value);
		assert_int_equal(n, strlen(got));
		assert_string_equal(got, want);
	}
	for (int e = -1074; e <= 1023; e++) {
		double back;
		char text[LULL_EXACT_TEXT];
		const double value = ldexp(1.0, e);
		const size_t n = lull_exact_text(text, value);
		assert_ok(lull_parse_double(text, n, '.', NULL, NULL, &back, NULL), NULL);
		assert_true(back == value);
	}
}

/* Whole numbers of 32-bit digits, least first, for the table of powers of ten. */
enum { BIG = 40 };
struct big {
	uint32_t d[BIG];
};

static void big_times(struct big *x, uint32_t by)
{
	uint64_t carry = 0;
	for (int i = 0; i < BIG; i++) {
		carry += (uint64_t)x->d[i] * by;
		x->d[i] = (uint32_t)carry;
		carry >>= 32;
	}
	assert_true(carry == 0);
}

static int big_bits(const struct big *x)
{
	for (int i = BIG * 32 - 1; i >= 0; i--)
		if (x->d[i / 32] >> i % 32 & 1)
			return i + 1;
	return 0;
}

/* x y, y of 128 bits */
static struct big big_product(const struct big *x, const uint32_t y[4])
{
	struct big out = { { 0 } };
	for (int i = 0; i < BIG; i++) {
		uint64_t carry = 0;
		for (int j = 0; j < 4 && i + j < BIG; j++) {
			carry += (uint64_t)x->d[i] * y[j] + out.d[i + j];
			out.d[i + j] = (uint32_t)carry;
			carry >>= 32;
		}
		if (i + 4 < BIG)
			out.d[i + 4] = (uint32_t)carry;
	}
	return out;
}

static int big_compare(const struct big *a, const struct big *b)
{
	for (int i = BIG - 1; i >= 0; i--)
		if (a->d[i] != b->d[i])
			return a->d[i] < b->d[i] ? -1 : 1;
	return 0;
}

static struct big big_shifted_one(int bits)
{
	struct big out = { { 0 } };
	out.d[bits / 32] = (uint32_t)1 << bits % 32;
	return out;
}

/* g is 10^k scaled to 128 bits and rounded up: (g - 1) * rest < the power <= g * rest. */
static void the_powers_of_ten_are_right(void **state)
{
	static const uint64_t table[][2] = {
#include "../../src/base/pow10.inc"
	};
	const int zero = 292;
	struct big ten = { { 1 } };
	(void)state;
	assert_int_equal(sizeof(table) / sizeof(table[0]), 617);
	for (int k = 0; k <= 324; k++, big_times(&ten, 10)) {
		const int n_bits = big_bits(&ten);
		const uint64_t *up = table[zero + k];
		const struct big one = big_shifted_one(0);
		uint32_t g[4] = { (uint32_t)up[1], (uint32_t)(up[1] >> 32), (uint32_t)up[0], (uint32_t)(up[0] >> 32) };
		assert_true(g[3] >> 31);
		/* 10^k <= g 2^(n_bits - 128) and above one less */
		struct big scaled = n_bits > 128 ? big_shifted_one(n_bits - 128) : one, power = ten;
		for (int i = n_bits; i < 128; i++)
			big_times(&power, 2);
		struct big product = big_product(&scaled, g);
		assert_true(big_compare(&product, &power) >= 0);
		for (int i = 0; i < 4 && g[i]-- == 0; i++)
			;
		product = big_product(&scaled, g);
		assert_true(big_compare(&product, &power) < 0);
		if (k == 0 || k > 292)
			continue;
		/* g 10^k >= 2^(127 + n_bits) and less below */
		const uint64_t *down = table[zero - k];
		uint32_t h[4] = { (uint32_t)down[1], (uint32_t)(down[1] >> 32), (uint32_t)down[0],
				  (uint32_t)(down[0] >> 32) };
		power = big_shifted_one(127 + n_bits);
		assert_true(h[3] >> 31);
		product = big_product(&ten, h);
		assert_true(big_compare(&product, &power) >= 0);
		for (int i = 0; i < 4 && h[i]-- == 0; i++)
			;
		product = big_product(&ten, h);
		assert_true(big_compare(&product, &power) < 0);
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
		cmocka_unit_test(the_shortest_is_that_of_trying),
		cmocka_unit_test(the_powers_of_ten_are_right),
		cmocka_unit_test(a_buffer_stops_at_its_ceiling),
		cmocka_unit_test(formatting_never_cuts_a_character),
		cmocka_unit_test(utf8_is_checked),
		cmocka_unit_test(paragraphs_wrap),
		cmocka_unit_test(texts_compare),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
