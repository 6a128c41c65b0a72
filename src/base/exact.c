/* The shortest decimal that reads back as the same double, without trying (text.h).
 *
 * R. Giulietti, "The Schubfach way to render doubles" (2020): of the decimals inside the interval
 * that rounds to the double, the shortest, and of these the nearest. One or three 128-bit
 * products with a tabled power of ten decide it. */
#include "lull/base/text.h"

#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 uint128;

struct pow10 {
	uint64_t hi, lo;
};
enum { POW10_FIRST = -292, POW10_LAST = 324 };
static const struct pow10 pow10_table[POW10_LAST - POW10_FIRST + 1] = {
#include "pow10.inc"
};

/* floor(log2 10^e), floor(log10 2^e), floor(log10(3/4 2^e)); exact for the exponents of doubles. */
static int floor_log2_pow10(int e) { return (int)((e * (int64_t)1741647) >> 19); }
static int floor_log10_pow2(int e) { return (int)((e * (int64_t)1262611) >> 22); }
static int floor_log10_three_quarters_pow2(int e) { return (int)((e * (int64_t)1262611 - 524031) >> 22); }

/* g x / 2^128, its lost bits gathered in the lowest one. */
static uint64_t round_to_odd(const struct pow10 *g, uint64_t x)
{
	const uint128 low = (uint128)g->lo * x;
	const uint128 high = (uint128)g->hi * x + (uint64_t)(low >> 64);
	return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

struct decimal {
	uint64_t digits;
	int exponent; /* of the last digit */
};

/* significand and exponent as stored; the value is finite and above 0. */
static struct decimal shortest(uint64_t significand, int stored_exponent)
{
	const uint64_t hidden = (uint64_t)1 << 52;
	const uint64_t c = stored_exponent ? hidden | significand : significand;
	const int q = (stored_exponent ? stored_exponent : 1) - 1075;

	if (stored_exponent && q <= 0 && q > -53 && !(c & (((uint64_t)1 << -q) - 1)))
		return (struct decimal){ c >> -q, 0 }; /* a whole number below 2^53 */
	/* at a power of two the next double below is nearer than the one above */
	const bool narrow_below = !significand && stored_exponent > 1;
	const uint64_t odd = c & 1; /* an even significand owns the ends of its interval */
	const int k = narrow_below ? floor_log10_three_quarters_pow2(q) : floor_log10_pow2(q);
	const int h = q + floor_log2_pow10(-k) + 1;
	const struct pow10 *g = &pow10_table[-k - POW10_FIRST];
	const uint64_t low = round_to_odd(g, (4 * c - 2 + narrow_below) << h) + odd;
	const uint64_t mid = round_to_odd(g, (4 * c) << h);
	const uint64_t high = round_to_odd(g, (4 * c + 2) << h) - odd;
	const uint64_t s = mid / 4, s10 = s / 10;

	if (s >= 10) {
		const bool down_fits = low <= 40 * s10, up_fits = 40 * s10 + 40 <= high;
		if (down_fits != up_fits)
			return (struct decimal){ s10 + up_fits, k + 1 };
	}
	const bool down_fits = low <= 4 * s, up_fits = 4 * s + 4 <= high;
	if (down_fits != up_fits)
		return (struct decimal){ s + up_fits, k };
	const bool up = mid > 4 * s + 2 || (mid == 4 * s + 2 && (s & 1));
	return (struct decimal){ s + up, k };
}

/* Digits into the end of out[20]; returns how many. */
static int put_digits(char out[20], uint64_t x)
{
	int n = 0;
	do
		out[20 - ++n] = (char)('0' + x % 10);
	while (x /= 10);
	return n;
}

static size_t put_exponent(char *out, int e)
{
	char text[20];
	size_t n = 0;
	const int n_digits = put_digits(text, (uint64_t)(e < 0 ? -e : e));

	out[n++] = 'e';
	out[n++] = e < 0 ? '-' : '+';
	if (n_digits < 2)
		out[n++] = '0';
	memcpy(out + n, text + 20 - n_digits, (size_t)n_digits);
	return n + (size_t)n_digits;
}

/* As printf's %.15g writes it, or %.16g, %.17g when there are so many digits: point is where
 * the decimal point stands among the digits. */
static size_t lay_out(char *out, const char *digits, int n, int point)
{
	const int precision = n < 15 ? 15 : n;
	size_t at = 0;

	if (point > precision || point < -3) {
		out[at++] = digits[0];
		if (n > 1) {
			out[at++] = '.';
			memcpy(out + at, digits + 1, (size_t)n - 1);
			at += (size_t)n - 1;
		}
		return at + put_exponent(out + at, point - 1);
	}
	if (point <= 0) {
		out[at++] = '0';
		out[at++] = '.';
		for (int i = point; i < 0; i++)
			out[at++] = '0';
		memcpy(out + at, digits, (size_t)n);
		return at + (size_t)n;
	}
	for (int i = 0; i < (point > n ? point : n); i++) {
		if (i == point)
			out[at++] = '.';
		out[at++] = i < n ? digits[i] : '0';
	}
	return at;
}

size_t lull_exact_text(char out[LULL_EXACT_TEXT], double value)
{
	uint64_t bits;
	char text[20];
	size_t n_sign = 0;

	memcpy(&bits, &value, sizeof(bits));
	if (bits >> 63)
		out[n_sign++] = '-';
	bits &= UINT64_MAX >> 1;
	if (!bits) {
		memcpy(out + n_sign, "0", 2);
		return n_sign + 1;
	}
	struct decimal d = shortest(bits & (UINT64_MAX >> 12), (int)(bits >> 52));
	int n = put_digits(text, d.digits);
	const char *digits = text + 20 - n;
	const int point = n + d.exponent;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	const size_t n_all = n_sign + lay_out(out + n_sign, digits, n, point);
	out[n_all] = '\0';
	return n_all;
}

void lull_buf_exact(struct lull_buf *buf, double value)
{
	char text[LULL_EXACT_TEXT];
	lull_buf_add(buf, text, lull_exact_text(text, value));
}
