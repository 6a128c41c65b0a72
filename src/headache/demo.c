/* Invented diaries from an uncalibrated chain, for examples and tests; see days.h.
 *
 * One draw a purpose and day, so that any day can be drawn alone. Shares of migraine, acute
 * drugs and missing days are those of knowledge/chains.yaml; durations, signs and drug names
 * only have to be consistent with the day's kind. */
#include "lull/headache/days.h"

#include <math.h>

#include "lull/num/math.h"
#include "lull/num/random.h"

enum { LONGEST_DEMO = 3660 };

/* What a draw of a demo day decides; the stream's occasion. */
enum demo_draw { DRAW_HEADACHE, DRAW_PAIN, DRAW_MIGRAINE, DRAW_ACUTE, DRAW_MISSING };

/* What carries over from one day to the next. */
struct yesterday {
	bool headache, missing;
	double latent;
};

static double uniform_of(const struct lull_demo *demo, enum demo_draw what, int day)
{
	const struct lull_stream stream = { .seed = demo->seed, .patient = demo->patient, .occasion = what,
					    .purpose = LULL_FOR_DEMO_DIARY };
	return lull_random_uniform(&stream, (uint64_t)day);
}

static double normal_of(const struct lull_demo *demo, int day)
{
	const struct lull_stream stream = { .seed = demo->seed, .patient = demo->patient, .occasion = DRAW_PAIN,
					    .purpose = LULL_FOR_DEMO_DIARY };
	return lull_random_normal(&stream, (uint64_t)day);
}

/* Next state of a chain; the first day is drawn from the long run. */
static bool next_of(const struct lull_chain *chain, int day, bool before, double u)
{
	const double p = day == 0 ? chain->pi : before ? lull_chain_p11(chain) : lull_chain_p01(chain);
	return u < p;
}

static uint64_t bit(enum lull_sign sign)
{
	return UINT64_C(1) << sign;
}

/* A migraine day has two pain features, light and sound; another headache day has none of them. */
static void set_signs(struct lull_entry *entry, bool migraine)
{
	entry->known = bit(LULL_SIGN_UNILATERAL) | bit(LULL_SIGN_BILATERAL) | bit(LULL_SIGN_PULSATING) |
		       bit(LULL_SIGN_PRESSING) | bit(LULL_SIGN_AGGRAVATED) | bit(LULL_SIGN_NAUSEA) |
		       bit(LULL_SIGN_VOMITING) | bit(LULL_SIGN_PHOTOPHOBIA) | bit(LULL_SIGN_PHONOPHOBIA);
	entry->yes = bit(LULL_SIGN_BILATERAL) | bit(LULL_SIGN_PRESSING);
	if (migraine)
		entry->yes = bit(LULL_SIGN_UNILATERAL) | bit(LULL_SIGN_PULSATING) | bit(LULL_SIGN_AGGRAVATED) |
			     bit(LULL_SIGN_PHOTOPHOBIA) | bit(LULL_SIGN_PHONOPHOBIA);
	if (migraine && entry->pain >= 7)
		entry->yes |= bit(LULL_SIGN_NAUSEA);
}

static int set_drug(struct lull_entry *entry, struct lull_arena *arena)
{
	struct lull_intake *intake = LULL_ARENA_NEW(arena, struct lull_intake, 1);
	if (!intake)
		return LULL_ENOMEM;
	const bool strong = entry->pain >= 7;
	*intake = (struct lull_intake){ .name = strong ? "sumatriptan" : "ibuprofen",
					.acute = strong ? LULL_ACUTE_TRIPTAN : LULL_ACUTE_NSAID, .doses = 1,
					.relief = LULL_UNKNOWN };
	entry->intakes = intake;
	entry->n_intakes = 1;
	return LULL_OK;
}

static struct lull_entry empty_entry(lull_day day, int line)
{
	return (struct lull_entry){ .kind = LULL_ENTRY_FREE, .first = day, .last = day, .start_min = -1,
				    .offset_min = LULL_NO_OFFSET, .pain = NAN, .duration_min = NAN, .severity = -1,
				    .drugs_known = true, .line = line };
}

/* One headache day, from eight in the morning and over before midnight. */
static int set_headache(const struct lull_demo *demo, const struct lull_chain_priors *priors, int day, double latent,
			struct lull_entry *entry, struct lull_arena *arena)
{
	const double mean = isnan(demo->pain_mean) ? priors->demo.pain_mean : demo->pain_mean;
	const double pain = __builtin_floor(lull_clamp(mean + priors->demo.pain_sd * latent, 1, 10) + 0.5);
	const bool migraine = uniform_of(demo, DRAW_MIGRAINE, day) < priors->demo.migraine_frac;
	entry->kind = LULL_ENTRY_HEADACHE;
	entry->pain = (float)pain;
	entry->start_min = 8 * 60;
	entry->duration_min = (float)(migraine ? 240 + 60 * pain : 60 + 30 * pain);
	set_signs(entry, migraine);
	if (uniform_of(demo, DRAW_ACUTE, day) < priors->demo.acute_frac)
		return set_drug(entry, arena);
	return LULL_OK;
}

static int fill_entries(const struct lull_demo *demo, const struct lull_chain_priors *priors,
			struct lull_arena *arena, struct lull_entry *entries, size_t *n)
{
	const struct lull_chain days = { isnan(demo->share) ? priors->demo.share : demo->share,
					 isnan(demo->rho) ? priors->demo.rho : demo->rho };
	const struct lull_chain gaps = { priors->demo.missing_frac, priors->demo.missing_rho };
	const double phi = priors->pain.phi;
	struct yesterday y = { 0 };
	for (int i = 0; i < demo->n_days; i++) {
		y.headache = next_of(&days, i, y.headache, uniform_of(demo, DRAW_HEADACHE, i));
		y.missing = next_of(&gaps, i, y.missing, uniform_of(demo, DRAW_MISSING, i));
		const double fresh = normal_of(demo, i);
		y.latent = i ? phi * y.latent + __builtin_sqrt(1 - phi * phi) * fresh : fresh;
		if (y.missing)
			continue;
		struct lull_entry *entry = &entries[(*n)++];
		*entry = empty_entry(demo->first + i, i + 1);
		if (y.headache && set_headache(demo, priors, i, y.latent, entry, arena) != LULL_OK)
			return LULL_ENOMEM;
	}
	return LULL_OK;
}

int lull_demo_diary(const struct lull_demo *demo, const struct lull_chain_priors *priors, struct lull_arena *arena,
		    struct lull_diary *out, struct lull_err *err)
{
	const struct lull_chain days = { isnan(demo->share) ? priors->demo.share : demo->share,
					 isnan(demo->rho) ? priors->demo.rho : demo->rho };
	if (demo->n_days < 1 || demo->n_days > LONGEST_DEMO)
		return lull_fail(err, LULL_EDOMAIN, "demo.n_days", "a demo diary has 1 to %d days", (int)LONGEST_DEMO);
	if (!lull_chain_valid(&days))
		return lull_fail(err, LULL_EDOMAIN, "demo.share", "no chain has this share and correlation of headache days");
	if (!isnan(demo->pain_mean) && !(demo->pain_mean >= 0 && demo->pain_mean <= 10))
		return lull_fail(err, LULL_EDOMAIN, "demo.pain_mean", "pain lies between 0 and 10");
	struct lull_entry *entries = LULL_ARENA_NEW(arena, struct lull_entry, (size_t)demo->n_days);
	size_t n = 0;
	if (!entries || fill_entries(demo, priors, arena, entries, &n) != LULL_OK)
		return lull_nomem(err);
	struct lull_diary diary = { .patient_id = "demo", .entries = entries, .n_entries = n, .first = LULL_DAY_NONE,
				    .invented = true, .records_severity = true, .records_drugs = true };
	const int rc = lull_diary_fold(&diary, demo->first, demo->first + demo->n_days - 1, false, arena, err);
	if (rc == LULL_OK)
		*out = diary;
	return rc;
}
