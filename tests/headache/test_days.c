/* The day-to-day chain: closed forms against enumeration, fits against what was simulated, demo diaries. */
#include "support.h"

#include <math.h>
#include <stdio.h>

#include "lull/headache/days.h"
#include "lull/num/math.h"
#include "lull/num/random.h"

static struct lull_chain_priors priors;
static struct lull_arena shared;

static int load(void **state)
{
	struct lull_diags diags;
	(void)state;
	lull_diags_init(&diags, &shared);
	const int rc = lull_chain_priors_load(test_knowledge(), &shared, &priors, &diags);
	assert_no_diags(&diags);
	return rc;
}

static int unload(void **state)
{
	(void)state;
	lull_arena_clear(&shared);
	return 0;
}

/* "1101-0": headache, free, missing. */
static struct lull_series series_of(const char *text)
{
	uint8_t *states = LULL_ARENA_NEW(&shared, uint8_t, strlen(text) + 1);
	for (size_t i = 0; text[i]; i++)
		states[i] = text[i] == '1' ? LULL_SERIES_YES : text[i] == '0' ? LULL_SERIES_NO : LULL_SERIES_MISSING;
	return (struct lull_series){ 0, strlen(text), states, NULL };
}

static const struct lull_chain chains[] = { { 0.5, 0 },    { 0.7, 0.2 }, { 0.05, 0.6 }, { 0.9, 0.8 },
					    { 0.5, -0.4 }, { 1, 0.3 },	{ 0, 0.3 } };
enum { N_CHAINS = sizeof(chains) / sizeof(*chains) };

static void transition_probabilities_keep_the_long_run_share(void **state)
{
	(void)state;
	for (int i = 0; i < N_CHAINS; i++) {
		const struct lull_chain *c = &chains[i];
		const double p01 = lull_chain_p01(c), p11 = lull_chain_p11(c);
		assert_true(lull_chain_valid(c));
		assert_close((1 - c->pi) * p01 + c->pi * p11, c->pi, 1e-15, 1e-16);
		assert_close(p11 - p01, c->rho, 1e-14, 1e-16);
		assert_close(lull_chain_after(c, 1, 1), p11, 1e-15, 0);
		assert_close(lull_chain_after(c, 0, 1), p01, 1e-15, 1e-16);
		/* two days at once equal one day twice */
		assert_close(lull_chain_after(c, 1, 2), p11 * p11 + (1 - p11) * p01, 1e-14, 0);
	}
	assert_false(lull_chain_valid(&(struct lull_chain){ 0.9, -0.5 }));
	assert_false(lull_chain_valid(&(struct lull_chain){ 1.2, 0 }));
}

/* KosteckiDillon, facts headache 7: at the mean person 0.56 after a free day and 0.77 after a headache
 * day are a correlation of 0.21. */
static void the_recipe_gives_back_published_transitions(void **state)
{
	const struct lull_chain chain = { 0.56 / (1 - 0.21), 0.21 };
	(void)state;
	assert_close(lull_chain_p01(&chain), 0.56, 1e-12, 0);
	assert_close(lull_chain_p11(&chain), 0.77, 1e-12, 0);
}

/* Brute force: every sequence of n days. */
static void enumerate(const struct lull_chain *chain, const bool *recorded, int n, double p_first, double *probs)
{
	for (int c = 0; c <= n; c++)
		probs[c] = 0;
	for (unsigned bits = 0; bits < 1u << n; bits++) {
		double p = 1;
		int count = 0;
		for (int i = 0; i < n; i++) {
			const bool today = bits >> i & 1, before = i && (bits >> (i - 1) & 1);
			const double up = !i ? p_first : before ? lull_chain_p11(chain) : lull_chain_p01(chain);
			p *= today ? up : 1 - up;
			count += today && recorded[i];
		}
		probs[count] += p;
	}
}

static void counts_over_a_window_are_exact(void **state)
{
	static const bool all[12] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	static const bool gaps[12] = { 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0 };
	(void)state;
	for (int i = 0; i < N_CHAINS; i++)
		for (int k = 0; k < 2; k++) {
			double want[13], got[13];
			const double p_first = k ? chains[i].pi : lull_chain_after(&chains[i], 1, 3);
			enumerate(&chains[i], k ? gaps : all, 12, p_first, want);
			lull_chain_count_probs(&chains[i], k ? gaps : all, 12, p_first, got);
			for (int c = 0; c <= 12; c++)
				assert_close(got[c], want[c], 1e-12, 1e-15);
		}
}

static void the_variance_is_the_distributions_and_near_the_long_run_form(void **state)
{
	bool all[28];
	(void)state;
	for (int i = 0; i < 28; i++)
		all[i] = true;
	for (int i = 0; i < N_CHAINS; i++) {
		double probs[29], mean = 0, square = 0;
		lull_chain_count_probs(&chains[i], all, 28, chains[i].pi, probs);
		for (int c = 0; c <= 28; c++) {
			mean += c * probs[c];
			square += (double)c * c * probs[c];
		}
		assert_close(mean, 28 * chains[i].pi, 1e-12, 1e-13);
		assert_close(lull_chain_count_variance(&chains[i], 28), square - mean * mean, 1e-10, 1e-11);
	}
	/* 28 pi (1 - pi) (1 + rho) / (1 - rho): 1.5 binomial variances at rho 0.2 */
	const struct lull_chain usual = { 0.65, 0.2 };
	const double binomial = 28 * 0.65 * 0.35;
	assert_close(lull_chain_count_variance(&usual, 28), 1.5 * binomial, 0.02, 0);
	assert_close(lull_chain_count_variance(&(struct lull_chain){ 0.3, 1 }, 10), 100 * 0.21, 1e-14, 0);
}

static void transitions_are_counted_between_recorded_days_with_their_distance(void **state)
{
	const struct lull_series s = series_of("110-1---------01");
	struct lull_chain_counts c;
	(void)state;
	lull_chain_count(&s, &c);
	assert_int_equal(c.n_recorded, 6);
	assert_int_equal(c.n_yes, 4);
	assert_int_equal(c.n_missing, 10);
	assert_close(c.n[1][1][1], 1, 0, 0);
	assert_close(c.n[1][1][0], 1, 0, 0);
	assert_close(c.n[1][0][1], 1, 0, 0);
	assert_close(c.n[2][0][1], 1, 0, 0);  /* across one missing day */
	assert_close(c.begins[1], 1, 0, 0);   /* the diary's first day */
	assert_close(c.begins[0], 1, 0, 0);   /* after nine missing days: anew */
}

static void the_likelihood_is_that_of_the_recorded_days(void **state)
{
	const struct lull_chain chain = { 0.6, 0.3 };
	const struct lull_series s = series_of("1-01");
	struct lull_chain_counts c;
	(void)state;
	lull_chain_count(&s, &c);
	/* sum over the missing day: P(1) P(. | 1) P(0 | .) P(1 | 0) */
	const double p11 = lull_chain_p11(&chain), p01 = lull_chain_p01(&chain);
	const double want = 0.6 * (p11 * (1 - p11) + (1 - p11) * (1 - p01)) * p01;
	assert_close(lull_chain_log_likelihood(&chain, &c), lull_log(want), 1e-14, 0);
	assert_true(lull_chain_log_likelihood(&(struct lull_chain){ 0, 0.2 }, &c) == -INFINITY);
	assert_true(lull_chain_log_likelihood(&(struct lull_chain){ 0.9, -0.5 }, &c) == -INFINITY);
}

static struct lull_series simulated(const struct lull_chain *chain, size_t n, double missing_frac, uint64_t patient)
{
	const struct lull_stream days = { .seed = 7, .patient = patient, .purpose = LULL_FOR_TEST };
	const struct lull_stream gaps = { .seed = 8, .patient = patient, .purpose = LULL_FOR_TEST };
	uint8_t *states = LULL_ARENA_NEW(&shared, uint8_t, n);
	bool headache = false;
	for (size_t i = 0; i < n; i++) {
		const double p = !i ? chain->pi : headache ? lull_chain_p11(chain) : lull_chain_p01(chain);
		headache = lull_random_uniform(&days, i) < p;
		states[i] = lull_random_uniform(&gaps, i) < missing_frac ? LULL_SERIES_MISSING :
			    headache				     ? LULL_SERIES_YES :
								       LULL_SERIES_NO;
	}
	return (struct lull_series){ 0, n, states, NULL };
}

static void a_long_diary_gives_back_the_chain_it_came_from(void **state)
{
	static const struct lull_chain truth[] = { { 0.7, 0.2 }, { 0.3, 0.5 }, { 0.85, 0.8 }, { 0.5, -0.2 } };
	struct lull_err err = { 0 };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct lull_chain_fit *fit;
		const struct lull_series s = simulated(&truth[i], 3000, 0.1, i);
		assert_ok(lull_chain_fit_new(&s, &priors, &shared, &fit, &err), &err);
		assert_close(fit->mean.pi, truth[i].pi, 0, 0.06);
		assert_close(fit->mean.rho, truth[i].rho, 0, 0.05);
		assert_true(fit->pi_low < truth[i].pi && truth[i].pi < fit->pi_high);
		assert_true(fit->rho_low < truth[i].rho && truth[i].rho < fit->rho_high);
	}
}

/* 95 % intervals of short diaries hold the truth about as often as they say. */
static void short_diaries_say_how_little_they_know(void **state)
{
	const struct lull_chain truth = { 0.65, 0.2 };
	struct lull_err err = { 0 };
	int held_pi = 0, held_rho = 0;
	enum { N = 300 };
	(void)state;
	for (uint64_t i = 0; i < N; i++) {
		const struct lull_chain_fit *fit;
		const struct lull_series s = simulated(&truth, 84, 0.1, 100 + i);
		assert_ok(lull_chain_fit_new(&s, &priors, &shared, &fit, &err), &err);
		held_pi += fit->pi_low < truth.pi && truth.pi < fit->pi_high;
		held_rho += fit->rho_low < truth.rho && truth.rho < fit->rho_high;
	}
	print_message("# pi in %d, rho in %d of %d\n", held_pi, held_rho, N);
	assert_in_range(held_pi, 0.91 * N, 0.99 * N);
	assert_in_range(held_rho, 0.92 * N, N); /* the prior is centred on the truth, so more often */
}

static void without_days_the_fit_is_the_prior(void **state)
{
	const struct lull_chain_fit *fit;
	const struct lull_series s = series_of("----");
	struct lull_err err = { 0 };
	double sum = 0;
	(void)state;
	assert_ok(lull_chain_fit_new(&s, &priors, &shared, &fit, &err), &err);
	assert_close(fit->mean.pi, 0.5, 1e-9, 0);
	assert_true(fit->mean.rho > 0.15 && fit->mean.rho < 0.3);
	assert_close(fit->pain_mean, priors.pain.mean, 0, 0);
	assert_close(fit->pain_phi, priors.pain.phi, 0, 0);
	for (int r = 0; r < LULL_CHAIN_N_RHO; r++)
		for (int p = 0; p < LULL_CHAIN_N_PI; p++)
			sum += fit->weight[r][p];
	assert_close(sum, 1, 1e-12, 0);
}

static void daily_headache_fits_too(void **state)
{
	char text[85];
	const struct lull_chain_fit *fit;
	struct lull_err err = { 0 };
	(void)state;
	memset(text, '1', 84);
	text[84] = 0;
	const struct lull_series s = series_of(text);
	assert_ok(lull_chain_fit_new(&s, &priors, &shared, &fit, &err), &err);
	assert_true(fit->mean.pi > 0.95 && fit->mean.pi < 1);
	assert_true(fit->pi_high > 0.99);
}

static void pain_is_drawn_towards_the_prior_when_little_is_known(void **state)
{
	struct lull_err err = { 0 };
	const struct lull_chain_fit *fit;
	static const uint8_t states[] = { 1, 1, 1, 0, 1, 2, 1 };
	static const float pain[] = { 8, 6, 8, NAN, 6, NAN, NAN };
	const struct lull_series s = { 0, 7, states, pain };
	(void)state;
	assert_ok(lull_chain_fit_new(&s, &priors, &shared, &fit, &err), &err);
	assert_int_equal(fit->n_pain_days, 4);
	assert_int_equal(fit->n_pain_pairs, 2);
	assert_close(fit->pain_mean, 7, 1e-15, 0);
	assert_close(fit->pain_sd, sqrt((4 + 10 * 2.25) / 13), 1e-14, 0);
	assert_close(fit->pain_phi, (2 * -1 + 10 * 0.6) / 12, 1e-14, 0); /* observed -1 */
}

/* ---- series ------------------------------------------------------------------------------- */

static void parts_of_a_series_are_missing_outside_of_it(void **state)
{
	const struct lull_series s = series_of("101");
	struct lull_series part;
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_series_part(&s, -2, 5, &shared, &part, &err), &err);
	assert_int_equal(part.n, 7);
	assert_int_equal(part.state[1], LULL_SERIES_MISSING);
	assert_int_equal(part.state[2], LULL_SERIES_YES);
	assert_int_equal(part.state[3], LULL_SERIES_NO);
	assert_int_equal(part.state[5], LULL_SERIES_MISSING);
	assert_null(part.pain);
	assert_ok(lull_series_part(&s, 3, 1, &shared, &part, &err), &err);
	assert_int_equal(part.n, 0);
}

static void undated_entries_have_no_days(void **state)
{
	const struct lull_diary diary = { 0 };
	struct lull_series s;
	struct lull_err err = { 0 };
	(void)state;
	assert_int_equal(lull_series_of_diary(&diary, &shared, &s, &err), LULL_EUNSUPPORTED);
}

/* ---- demo --------------------------------------------------------------------------------- */

static struct lull_demo usual_demo(uint64_t patient, int n_days)
{
	return (struct lull_demo){ .seed = 1, .patient = patient, .first = lull_day_from_ymd(2026, 1, 1), .n_days = n_days,
				   .share = NAN, .rho = NAN, .pain_mean = NAN };
}

static void demo_diaries_have_the_shares_they_were_asked_for(void **state)
{
	const struct lull_demo demo = usual_demo(1, 3660);
	struct lull_diary d;
	struct lull_err err = { 0 };
	size_t missing = 0, headache = 0, drugs = 0, photophobia = 0, runs = 0;
	double pain = 0;
	(void)state;
	assert_ok(lull_demo_diary(&demo, &priors, &shared, &d, &err), &err);
	assert_true(d.invented);
	assert_int_equal(d.n_days, 3660);
	for (size_t i = 0; i < d.n_days; i++) {
		missing += d.days[i].state == LULL_DAY_MISSING;
		runs += d.days[i].state == LULL_DAY_MISSING && i && d.days[i - 1].state != LULL_DAY_MISSING;
	}
	for (size_t i = 0; i < d.n_entries; i++) {
		const struct lull_entry *e = &d.entries[i];
		if (e->kind != LULL_ENTRY_HEADACHE)
			continue;
		headache++;
		drugs += e->n_intakes > 0;
		photophobia += lull_entry_sign(e, LULL_SIGN_PHOTOPHOBIA) == LULL_YES;
		pain += (double)e->pain;
		assert_true(e->pain >= 1 && e->pain <= 10);
		assert_int_equal(e->first, e->last);
	}
	assert_close((double)missing / 3660, 0.1, 0, 0.02);
	assert_close((double)missing / (double)runs, 1 / (0.9 * 0.5), 0.15, 0); /* mean run 1 / P(missing -> recorded) */
	assert_close((double)headache / (double)d.n_entries, 0.732, 0, 0.03);
	assert_close((double)photophobia / (double)headache, 0.79, 0, 0.025);
	assert_close((double)drugs / (double)headache, 0.65, 0, 0.03);
	assert_close(pain / (double)headache, 5, 0, 0.2);
}

static void demo_diaries_come_back_the_same_and_differ_between_people(void **state)
{
	struct lull_demo demo = usual_demo(5, 90);
	struct lull_diary a, b, c;
	struct lull_err err = { 0 };
	(void)state;
	assert_ok(lull_demo_diary(&demo, &priors, &shared, &a, &err), &err);
	assert_ok(lull_demo_diary(&demo, &priors, &shared, &b, &err), &err);
	demo.patient = 6;
	assert_ok(lull_demo_diary(&demo, &priors, &shared, &c, &err), &err);
	assert_int_equal(a.n_entries, b.n_entries);
	size_t differ = a.n_entries != c.n_entries;
	for (size_t i = 0; i < a.n_entries; i++) {
		assert_int_equal(a.entries[i].first, b.entries[i].first);
		assert_int_equal(a.entries[i].kind, b.entries[i].kind);
		if (a.entries[i].kind == LULL_ENTRY_HEADACHE)
			assert_true(a.entries[i].pain == b.entries[i].pain);
		differ += i < c.n_entries && a.entries[i].kind != c.entries[i].kind;
	}
	assert_true(differ > 0);
	/* a longer diary begins with the shorter one */
	demo = usual_demo(5, 180);
	assert_ok(lull_demo_diary(&demo, &priors, &shared, &c, &err), &err);
	for (size_t i = 0; i < a.n_days; i++)
		assert_int_equal(a.days[i].state, c.days[i].state);
}

static void impossible_demo_diaries_are_refused(void **state)
{
	struct lull_demo demo = usual_demo(1, 0);
	struct lull_diary d;
	struct lull_err err = { 0 };
	(void)state;
	assert_int_equal(lull_demo_diary(&demo, &priors, &shared, &d, &err), LULL_EDOMAIN);
	demo.n_days = 3661;
	assert_int_equal(lull_demo_diary(&demo, &priors, &shared, &d, &err), LULL_EDOMAIN);
	demo.n_days = 10;
	demo.share = 1.5;
	assert_int_equal(lull_demo_diary(&demo, &priors, &shared, &d, &err), LULL_EDOMAIN);
	demo.share = 0.9;
	demo.rho = -0.5;
	assert_int_equal(lull_demo_diary(&demo, &priors, &shared, &d, &err), LULL_EDOMAIN);
	demo.rho = 0.8;
	demo.pain_mean = 11;
	assert_int_equal(lull_demo_diary(&demo, &priors, &shared, &d, &err), LULL_EDOMAIN);
	demo.pain_mean = 8;
	assert_ok(lull_demo_diary(&demo, &priors, &shared, &d, &err), &err);
}

/* ---- knowledge and memory -------------------------------------------------------------------- */

static void broken_priors_are_refused(void **state)
{
	struct lull_file file = { "chains.yaml",
				  "schema_version: 1\ndays: {share_a: 1, share_b: 1, rho_mean: 0.2, rho_sd: 1, rho_low: 0.5, "
				  "rho_high: 0.4, history_days: 84, source: s, mark: proposed}\npain: {phi: 0.6, pairs: 1, "
				  "mean: 5, sd: 1, source: s, mark: proposed}\ndemo: {share: 0.5, rho: 0, migraine_frac: 0.5, "
				  "acute_frac: 0.5, missing_frac: 0.1, missing_rho: 0, pain_mean: 5, pain_sd: 1, source: s, "
				  "mark: proposed}\n",
				  0 };
	struct lull_files files = { &file, 1, "", "test" };
	struct lull_chain_priors p;
	struct lull_diags diags;
	(void)state;
	file.n_bytes = strlen(file.bytes);
	lull_diags_init(&diags, &shared);
	assert_int_equal(lull_chain_priors_load(&files, &shared, &p, &diags), LULL_EPARSE);
	assert_has(diags.items[0].found, "without room");
	file.path = "other.yaml";
	lull_diags_init(&diags, &shared);
	assert_int_equal(lull_chain_priors_load(&files, &shared, &p, &diags), LULL_ENOTFOUND);
	file = (struct lull_file){ "chains.yaml", "a: [", 4 };
	assert_int_equal(lull_chain_priors_load(&files, &shared, &p, &diags), LULL_EPARSE);
}

static int everything(struct lull_arena *arena)
{
	const struct lull_demo demo = usual_demo(3, 2000);
	const struct lull_chain_fit *fit;
	struct lull_diary d;
	struct lull_series s, part;
	struct lull_err err = { 0 };
	int rc = lull_demo_diary(&demo, &priors, arena, &d, &err);
	if (rc == LULL_OK)
		rc = lull_series_of_diary(&d, arena, &s, &err);
	if (rc == LULL_OK)
		rc = lull_series_part(&s, s.first, s.first + 1500, arena, &part, &err);
	if (rc == LULL_OK)
		rc = lull_chain_fit_new(&part, &priors, arena, &fit, &err);
	return rc;
}

/* Blocks of the system's memory that are refused, then an arena whose ceiling is near: the
 * second reaches every request. */
static void every_failed_allocation_is_reported(void **state)
{
	int rc = LULL_ENOMEM;
	(void)state;
	for (uint64_t nth = 1; rc != LULL_OK; nth++) {
		struct lull_arena arena = { 0 };
		lull_mem_fail_at(nth, true);
		rc = everything(&arena);
		lull_mem_fail_at(0, false);
		assert_true(rc == LULL_OK || rc == LULL_ENOMEM);
		lull_arena_clear(&arena);
	}
	rc = LULL_ENOMEM;
	for (size_t room = 16; rc != LULL_OK; room += 16 + room / 16) {
		struct lull_arena arena = { .n_bytes = LULL_ARENA_MAX_BYTES - room };
		rc = everything(&arena);
		assert_true(rc == LULL_OK || rc == LULL_ENOMEM);
		lull_arena_clear(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transition_probabilities_keep_the_long_run_share),
		cmocka_unit_test(the_recipe_gives_back_published_transitions),
		cmocka_unit_test(counts_over_a_window_are_exact),
		cmocka_unit_test(the_variance_is_the_distributions_and_near_the_long_run_form),
		cmocka_unit_test(transitions_are_counted_between_recorded_days_with_their_distance),
		cmocka_unit_test(the_likelihood_is_that_of_the_recorded_days),
		cmocka_unit_test(a_long_diary_gives_back_the_chain_it_came_from),
		cmocka_unit_test(short_diaries_say_how_little_they_know),
		cmocka_unit_test(without_days_the_fit_is_the_prior),
		cmocka_unit_test(daily_headache_fits_too),
		cmocka_unit_test(pain_is_drawn_towards_the_prior_when_little_is_known),
		cmocka_unit_test(parts_of_a_series_are_missing_outside_of_it),
		cmocka_unit_test(undated_entries_have_no_days),
		cmocka_unit_test(demo_diaries_have_the_shares_they_were_asked_for),
		cmocka_unit_test(demo_diaries_come_back_the_same_and_differ_between_people),
		cmocka_unit_test(impossible_demo_diaries_are_refused),
		cmocka_unit_test(broken_priors_are_refused),
		cmocka_unit_test(every_failed_allocation_is_reported),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, load, unload);
}
