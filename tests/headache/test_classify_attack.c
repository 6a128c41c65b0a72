/* What one attack shows: 1.1 B-D, 1.2 B-C, 1.5, 2.x, the labels, and three values throughout. */
#include "make_diary.h"

static struct lull_arena arena;

static struct lull_entry_class classify(struct lull_entry entry, const struct lull_history *history)
{
	struct lull_entry_class out;
	lull_classify_entry(made_criteria(&arena), history, &entry, &out);
	return out;
}

static enum lull_status status(struct lull_entry entry, enum lull_criterion_id id)
{
	return (enum lull_status)classify(entry, NULL).status[id];
}

/* ---- 1.1 B ---------------------------------------------------------------------------- */

static void duration_4_to_72_h(void **state)
{
	(void)state;
	static const struct {
		float minutes;
		double age_y;
		enum lull_status want;
	} rows[] = {
		{ 239, NAN, LULL_NOT_MET }, { 240, NAN, LULL_MET },	{ 4320, NAN, LULL_MET },
		{ 4321, NAN, LULL_NOT_MET }, { 240, 18, LULL_MET },	{ 239, 18, LULL_NOT_MET },
		{ 120, 17, LULL_MET },	    { 119, 17, LULL_NOT_MET }, { NAN, NAN, LULL_STATUS_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lull_history history = lull_history_unasked();
		struct lull_entry e = made_migraine();
		history.age_y = rows[i].age_y;
		e.duration_min = rows[i].minutes;
		assert_int_equal(classify(e, &history).status[LULL_ICHD_1_1_B], rows[i].want);
	}
}

static void short_attack_ended_by_a_drug_may_be_migraine(void **state)
{
	(void)state;
	struct made made = { 0 };
	made_add(&made, made_migraine(), 0);
	made.entries[0].duration_min = 90;
	struct lull_entry_class c = classify(made.entries[0], NULL);
	assert_int_equal(c.status[LULL_ICHD_1_1_B], LULL_NOT_MET); /* untreated */
	assert_int_equal(c.duration_reason, LULL_DURATION_SHORT);
	assert_int_equal(c.label, LULL_LABEL_PROBABLE_MIGRAINE);

	made_take(&made, 0, LULL_ACUTE_TRIPTAN, "sumatriptan", LULL_NO);
	assert_int_equal(status(made.entries[0], LULL_ICHD_1_1_B), LULL_NOT_MET); /* without success */

	made.intakes[0][0].relief = LULL_YES;
	c = classify(made.entries[0], NULL);
	assert_int_equal(c.status[LULL_ICHD_1_1_B], LULL_STATUS_UNKNOWN);
	assert_true(c.treated_short);
	assert_int_equal(c.label, LULL_LABEL_MIGRAINE_WITHOUT_AURA);

	made.intakes[0][0].relief = LULL_ABSENT;
	c = classify(made.entries[0], NULL);
	assert_int_equal(c.status[LULL_ICHD_1_1_B], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.duration_reason, LULL_DURATION_SHORT_TREATED);
	assert_int_equal(c.label, LULL_LABEL_PROBABLE_MIGRAINE);
	assert_true(c.label_could_change);

	made.entries[0].successfully_treated = true;
	assert_true(classify(made.entries[0], NULL).treated_short);
}

static void short_attack_without_word_of_drugs_is_unknown(void **state)
{
	(void)state;
	struct lull_entry e = made_migraine();
	e.duration_min = 90;
	e.drugs_known = false;
	const struct lull_entry_class c = classify(e, NULL);
	assert_int_equal(c.status[LULL_ICHD_1_1_B], LULL_STATUS_UNKNOWN);
	assert_int_equal(c.duration_reason, LULL_DURATION_SHORT_UNASKED);
}

static void asleep_and_awake_without_it_runs_to_waking(void **state)
{
	(void)state;
	struct lull_entry e = made_migraine();
	e.duration_min = 90;
	made_sign(&e, LULL_SIGN_SLEPT_FREE, true);
	assert_int_equal(classify(e, NULL).duration_reason, LULL_DURATION_SLEPT);
	assert_int_equal(status(e, LULL_ICHD_1_1_B), LULL_STATUS_UNKNOWN);
	e.duration_min = 600; /* recorded to waking */
	assert_int_equal(status(e, LULL_ICHD_1_1_B), LULL_MET);
}

/* ---- 1.1 C and D ------------------------------------------------------------------------ */

/* Every answer (unknown, no, yes) to each of the four pain features: at least 2 of 4. */
static void pain_two_of_four_in_every_combination(void **state)
{
	(void)state;
	static const enum lull_sign signs[] = { LULL_SIGN_UNILATERAL, LULL_SIGN_PULSATING, LULL_SIGN_AGGRAVATED };
	for (int code = 0; code < 81; code++) {
		struct lull_entry e = made_blank();
		int yes = 0, open = 0, rest = code;
		for (size_t i = 0; i < 4; i++, rest /= 3) {
			const int answer = rest % 3;
			yes += answer == 2;
			open += answer == 0;
			if (answer && i < 3)
				made_sign(&e, signs[i], answer == 2);
			else if (answer)
				e.pain = answer == 2 ? 4 : 3;
		}
		const enum lull_status want = yes >= 2 ? LULL_MET : yes + open < 2 ? LULL_NOT_MET : LULL_STATUS_UNKNOWN;
		const struct lull_entry_class c = classify(e, NULL);
		assert_int_equal(c.status[LULL_ICHD_1_1_C], want);
		assert_int_equal(c.pain_features_yes, yes);
		assert_int_equal(c.pain_features_maybe, open);
	}
}

/* At least 1 of: nausea and/or vomiting; photophobia and phonophobia. */
static void company_in_every_combination(void **state)
{
	(void)state;
	static const enum lull_sign signs[] = { LULL_SIGN_NAUSEA, LULL_SIGN_VOMITING, LULL_SIGN_PHOTOPHOBIA,
						LULL_SIGN_PHONOPHOBIA };
	for (int code = 0; code < 81; code++) {
		struct lull_entry e = made_blank();
		int a[4], rest = code;
		for (size_t i = 0; i < 4; i++, rest /= 3) {
			a[i] = rest % 3; /* 0 unknown, 1 no, 2 yes: the order of enum lull_status */
			if (a[i])
				made_sign(&e, signs[i], a[i] == 2);
		}
		/* By trying every way the unknown could turn out. */
		bool can_yes = false, can_no = false;
		for (int way = 0; way < 16; way++) {
			bool v[4], fits = true;
			for (int i = 0; i < 4; i++) {
				v[i] = way >> i & 1;
				fits &= a[i] == 0 || v[i] == (a[i] == 2);
			}
			if (fits)
				*(v[0] || v[1] || (v[2] && v[3]) ? &can_yes : &can_no) = true;
		}
		const enum lull_status want = can_yes && can_no ? LULL_STATUS_UNKNOWN : can_yes ? LULL_MET : LULL_NOT_MET;
		assert_int_equal(status(e, LULL_ICHD_1_1_D), want);
		/* 2.1 D: no nausea, no vomiting, at most one of light and sound. */
		const enum lull_status other = want == LULL_MET ? LULL_NOT_MET : want == LULL_NOT_MET ? LULL_MET : want;
		assert_int_equal(status(e, LULL_ICHD_2_1_D), other);
	}
}

static void pain_numbers_to_words(void **state)
{
	(void)state;
	static const struct {
		float pain;
		int8_t severity;
		uint8_t want;
	} rows[] = { { 0, -1, 0 }, { 1, -1, 1 }, { 3, -1, 1 }, { 3.9F, -1, 1 }, { 4, -1, 2 },
		     { 6, -1, 2 }, { 7, -1, 3 }, { 10, -1, 3 }, { NAN, 2, 2 },	{ NAN, 0, 0 },
		     { NAN, -1, UINT8_MAX }, { 2, 3, 1 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lull_entry e = made_blank();
		e.pain = rows[i].pain;
		e.severity = rows[i].severity;
		assert_int_equal(classify(e, NULL).severity, rows[i].want);
	}
}

static void both_sides_is_not_one_side(void **state)
{
	(void)state;
	struct lull_entry e = made_blank();
	made_sign(&e, LULL_SIGN_BILATERAL, true);
	assert_int_equal(status(e, LULL_ICHD_1_1_C_UNILATERAL), LULL_NOT_MET);
	e = made_blank();
	made_sign(&e, LULL_SIGN_BILATERAL, false); /* not both sides: the middle, or one */
	assert_int_equal(status(e, LULL_ICHD_1_1_C_UNILATERAL), LULL_STATUS_UNKNOWN);
	e = made_blank();
	made_sign(&e, LULL_SIGN_NAUSEA_SEVERE, true);
	assert_int_equal(status(e, LULL_ICHD_1_1_D), LULL_MET);
}

/* ---- 1.2 ---------------------------------------------------------------------------------- */

static struct lull_entry aura_with(int n_features)
{
	struct lull_entry e = made_tension();
	made_sign(&e, LULL_SIGN_AURA_VISUAL, true);
	made_sign(&e, LULL_SIGN_AURA_REVERSIBLE, true);
	for (int i = 0; i < n_features; i++)
		made_sign(&e, (enum lull_sign)(LULL_SIGN_AURA_GRADUAL + i), true);
	return e;
}

/* Trap 1: the final text asks 3 of 6, the beta of 2013 asked 2 of 4. */
static void aura_three_of_six(void **state)
{
	(void)state;
	static const enum lull_status want[] = { LULL_NOT_MET, LULL_NOT_MET, LULL_NOT_MET, LULL_MET,
						 LULL_MET,     LULL_MET,     LULL_MET };
	for (int n = 0; n <= 6; n++)
		assert_int_equal(status(aura_with(n), LULL_ICHD_1_2_C), want[n]);
	assert_int_equal(classify(aura_with(3), NULL).label, LULL_LABEL_MIGRAINE_WITH_AURA);
	assert_int_equal(status(aura_with(3), LULL_ICHD_1_3_C2), LULL_MET);

	struct lull_entry e = aura_with(2);
	e.known &= ~((uint64_t)1 << LULL_SIGN_AURA_POSITIVE);
	assert_int_equal(status(e, LULL_ICHD_1_2_C), LULL_STATUS_UNKNOWN);
}

static void aura_of_each_kind_fully_reversible(void **state)
{
	(void)state;
	for (int sign = LULL_SIGN_AURA_VISUAL; sign <= LULL_SIGN_AURA_RETINAL; sign++) {
		struct lull_entry e = aura_with(3);
		made_sign(&e, LULL_SIGN_AURA_VISUAL, false);
		assert_int_equal(status(e, LULL_ICHD_1_2_B), LULL_NOT_MET);
		made_sign(&e, (enum lull_sign)sign, true);
		assert_int_equal(status(e, LULL_ICHD_1_2_B), LULL_MET);
		made_sign(&e, LULL_SIGN_AURA_REVERSIBLE, false);
		assert_int_equal(status(e, LULL_ICHD_1_2_B), LULL_NOT_MET);
		e.known &= ~((uint64_t)1 << LULL_SIGN_AURA_REVERSIBLE);
		assert_int_equal(status(e, LULL_ICHD_1_2_B), LULL_STATUS_UNKNOWN);
	}
}

static void aura_subtypes_and_what_a_clinician_looks_at(void **state)
{
	(void)state;
	static const struct {
		enum lull_sign sign;
		bool in_time;
		enum lull_aura want;
		bool review;
	} rows[] = {
		{ LULL_SIGN_AURA_VISUAL, true, LULL_AURA_TYPICAL, false },
		{ LULL_SIGN_AURA_SENSORY, true, LULL_AURA_TYPICAL, false },
		{ LULL_SIGN_AURA_SPEECH, false, LULL_AURA_TYPICAL, true }, /* over 60 minutes */
		{ LULL_SIGN_AURA_MOTOR, true, LULL_AURA_HEMIPLEGIC, true },
		{ LULL_SIGN_AURA_BRAINSTEM, true, LULL_AURA_BRAINSTEM, true },
		{ LULL_SIGN_AURA_RETINAL, true, LULL_AURA_RETINAL, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lull_entry e = aura_with(6);
		made_sign(&e, LULL_SIGN_AURA_VISUAL, false);
		made_sign(&e, rows[i].sign, true);
		made_sign(&e, LULL_SIGN_AURA_5_60_MIN, rows[i].in_time);
		const struct lull_entry_class c = classify(e, NULL);
		assert_int_equal(c.aura, rows[i].want);
		assert_int_equal(c.aura_review, rows[i].review);
	}
	struct lull_entry e = aura_with(3);
	e.known &= ~((uint64_t)1 << LULL_SIGN_AURA_MOTOR);
	assert_int_equal(classify(e, NULL).aura, LULL_AURA_UNSPECIFIED);
	assert_int_equal(classify(made_migraine(), NULL).aura, LULL_AURA_NONE);
	assert_string_equal(lull_aura_codes[LULL_AURA_HEMIPLEGIC], "ICHD3-1.2.3");
}

static void aura_never_had_closes_what_was_not_recorded(void **state)
{
	(void)state;
	struct lull_history history = lull_history_unasked();
	const struct lull_entry e = made_blank();
	assert_int_equal(classify(e, &history).status[LULL_ICHD_1_3_C2], LULL_STATUS_UNKNOWN);
	history.ever_aura = LULL_NO;
	assert_int_equal(classify(e, &history).status[LULL_ICHD_1_3_C2], LULL_NOT_MET);
	assert_int_equal(classify(aura_with(3), &history).status[LULL_ICHD_1_3_C2], LULL_MET); /* recorded beats told */
}

/* ---- 1.3 C3 -------------------------------------------------------------------------------- */

static void c3_needs_two_yes_answers(void **state)
{
	(void)state;
	static const enum lull_answer answers[] = { LULL_ABSENT, LULL_NO, LULL_YES };
	for (size_t thought = 0; thought < 3; thought++)
		for (size_t relief = 0; relief < 3; relief++) {
			struct made made = { 0 };
			made_add(&made, made_tension(), 0);
			made.entries[0].known &= ~((uint64_t)1 << LULL_SIGN_THOUGHT_MIGRAINE);
			if (thought)
				made_sign(&made.entries[0], LULL_SIGN_THOUGHT_MIGRAINE, thought == 2);
			made_take(&made, 0, LULL_ACUTE_TRIPTAN, "eletriptan", answers[relief]);
			const enum lull_status want = thought == 2 && relief == 2 ? LULL_MET :
						      thought == 1 || relief == 1 ? LULL_NOT_MET :
										    LULL_STATUS_UNKNOWN;
			assert_int_equal(status(made.entries[0], LULL_ICHD_1_3_C3), want);
		}
}

static void c3_is_a_triptan_or_ergot_and_nothing_else(void **state)
{
	(void)state;
	for (int acute = 0; acute < LULL_N_ACUTES; acute++) {
		struct made made = { 0 };
		made_add(&made, made_tension(), 0);
		made_sign(&made.entries[0], LULL_SIGN_THOUGHT_MIGRAINE, true);
		made_take(&made, 0, (enum lull_acute)acute, "x", LULL_YES);
		const bool counts = acute == LULL_ACUTE_TRIPTAN || acute == LULL_ACUTE_ERGOTAMINE;
		const bool could = acute == LULL_ACUTE_UNRECOGNISED || acute == LULL_ACUTE_UNVERIFIED;
		assert_int_equal(status(made.entries[0], LULL_ICHD_1_3_C3),
				 counts ? LULL_MET : could ? LULL_STATUS_UNKNOWN : LULL_NOT_MET);
	}
	/* "Treated with success" and a triptan alone in it: the triptan relieved. */
	struct made made = { 0 };
	made_add(&made, made_tension(), 0);
	made_sign(&made.entries[0], LULL_SIGN_THOUGHT_MIGRAINE, true);
	made_take(&made, 0, LULL_ACUTE_TRIPTAN, "x", LULL_ABSENT);
	made.entries[0].successfully_treated = true;
	assert_int_equal(status(made.entries[0], LULL_ICHD_1_3_C3), LULL_MET);
	made_take(&made, 0, LULL_ACUTE_NSAID, "y", LULL_ABSENT);
	assert_int_equal(status(made.entries[0], LULL_ICHD_1_3_C3), LULL_STATUS_UNKNOWN);
	/* Drugs not recorded at all. */
	struct lull_entry e = made_tension();
	made_sign(&e, LULL_SIGN_THOUGHT_MIGRAINE, true);
	e.drugs_known = false;
	assert_int_equal(status(e, LULL_ICHD_1_3_C3), LULL_STATUS_UNKNOWN);
}

/* ---- 1.5, 2.x, labels ------------------------------------------------------------------------ */

static void all_but_one_is_probable(void **state)
{
	(void)state;
	struct lull_entry e = made_migraine();
	assert_int_equal(status(e, LULL_ICHD_1_5_1_ATTACK), LULL_NOT_MET); /* all of them */
	e.duration_min = 60;
	assert_int_equal(status(e, LULL_ICHD_1_5_1_ATTACK), LULL_MET);
	made_sign(&e, LULL_SIGN_NAUSEA, false);
	assert_int_equal(status(e, LULL_ICHD_1_5_1_ATTACK), LULL_NOT_MET); /* two are lacking */
	e = made_migraine();
	e.duration_min = NAN;
	assert_int_equal(status(e, LULL_ICHD_1_5_1_ATTACK), LULL_STATUS_UNKNOWN);
	assert_int_equal(classify(e, NULL).label, LULL_LABEL_PROBABLE_MIGRAINE); /* at least that */
	assert_int_equal(status(aura_with(2), LULL_ICHD_1_5_2_ATTACK), LULL_MET);
	assert_int_equal(status(aura_with(3), LULL_ICHD_1_5_2_ATTACK), LULL_NOT_MET);
}

static void tension_type_features(void **state)
{
	(void)state;
	struct lull_entry e = made_tension();
	assert_int_equal(status(e, LULL_ICHD_2_1_B), LULL_MET);
	assert_int_equal(status(e, LULL_ICHD_2_1_C), LULL_MET);
	assert_int_equal(status(e, LULL_ICHD_2_1_D), LULL_MET);
	assert_int_equal(status(e, LULL_ICHD_2_3_D), LULL_MET);
	assert_int_equal(classify(e, NULL).label, LULL_LABEL_TENSION_TYPE);

	static const struct {
		float minutes;
		enum lull_status want;
	} durations[] = { { 29, LULL_NOT_MET }, { 30, LULL_MET }, { 10080, LULL_MET }, { 10081, LULL_NOT_MET },
			  { NAN, LULL_STATUS_UNKNOWN } };
	for (size_t i = 0; i < sizeof(durations) / sizeof(*durations); i++) {
		e.duration_min = durations[i].minutes;
		assert_int_equal(status(e, LULL_ICHD_2_1_B), durations[i].want);
	}

	/* 2 of: both sides, pressing, mild or moderate, not worse with activity. */
	e = made_blank();
	made_sign(&e, LULL_SIGN_UNILATERAL, true);
	made_sign(&e, LULL_SIGN_AGGRAVATED, true);
	e.pain = 7;
	made_sign(&e, LULL_SIGN_PRESSING, true);
	assert_int_equal(status(e, LULL_ICHD_2_1_C), LULL_NOT_MET);
	e.pain = 6;
	assert_int_equal(status(e, LULL_ICHD_2_1_C), LULL_MET);
}

/* 2.3 D: at most one of light, sound, mild nausea; no moderate or severe nausea, no vomiting. */
static void chronic_tension_type_allows_mild_nausea(void **state)
{
	(void)state;
	struct lull_entry e = made_tension();
	made_sign(&e, LULL_SIGN_NAUSEA, true);
	made_sign(&e, LULL_SIGN_NAUSEA_SEVERE, false);
	assert_int_equal(status(e, LULL_ICHD_2_3_D), LULL_MET);
	assert_int_equal(status(e, LULL_ICHD_2_1_D), LULL_NOT_MET);
	made_sign(&e, LULL_SIGN_PHOTOPHOBIA, true);
	assert_int_equal(status(e, LULL_ICHD_2_3_D), LULL_NOT_MET);
	made_sign(&e, LULL_SIGN_PHOTOPHOBIA, false);
	made_sign(&e, LULL_SIGN_NAUSEA_SEVERE, true);
	assert_int_equal(status(e, LULL_ICHD_2_3_D), LULL_NOT_MET);
	e = made_tension();
	made_sign(&e, LULL_SIGN_VOMITING, true);
	assert_int_equal(status(e, LULL_ICHD_2_3_D), LULL_NOT_MET);
	e = made_tension();
	made_sign(&e, LULL_SIGN_NAUSEA, true);
	e.known &= ~((uint64_t)1 << LULL_SIGN_NAUSEA_SEVERE);
	assert_int_equal(status(e, LULL_ICHD_2_3_D), LULL_STATUS_UNKNOWN);
}

static void labels(void **state)
{
	(void)state;
	assert_int_equal(classify(made_free(), NULL).label, LULL_LABEL_NONE);
	assert_int_equal(classify(made_migraine(), NULL).label, LULL_LABEL_MIGRAINE_WITHOUT_AURA);
	assert_int_equal(classify(made_bare(), NULL).label, LULL_LABEL_HEADACHE_OTHER);
	assert_true(classify(made_bare(), NULL).label_could_change);
	assert_false(classify(made_migraine(), NULL).label_could_change);
	/* Definite tension-type beats probable migraine. */
	struct lull_entry e = made_tension();
	made_sign(&e, LULL_SIGN_PULSATING, true);
	e.pain = 5;
	assert_int_equal(status(e, LULL_ICHD_1_1_C), LULL_MET);
	assert_int_equal(status(e, LULL_ICHD_1_5_1_ATTACK), LULL_MET);
	assert_int_equal(classify(e, NULL).label, LULL_LABEL_TENSION_TYPE);
	for (int id = 0; id < LULL_N_ENTRY_CRITERIA; id++)
		assert_int_equal(classify(made_free(), NULL).status[id], LULL_NOT_MET);
}

/* A label that "could not change" stays under every random way of filling in the unknown. */
static void sure_labels_are_sure(void **state)
{
	(void)state;
	uint64_t seed = 7;
	for (int trial = 0; trial < 4000; trial++) {
		struct lull_entry e = made_blank();
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		e.known = (seed >> 8) | (seed >> 23);
		e.known &= ((uint64_t)1 << LULL_N_SIGNS) - 1;
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		e.yes = e.known & (seed >> 13);
		e.pain = seed >> 60 < 8 ? (float)(seed >> 57 & 7) + 2 : NAN;
		e.duration_min = (float)(seed >> 40 & 1023);
		e.drugs_known = true;
		const struct lull_entry_class before = classify(e, NULL);
		if (before.label_could_change)
			continue;
		for (int fill = 0; fill < 8; fill++) {
			struct lull_entry f = e;
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			f.yes |= (seed >> 11) & ~f.known & (((uint64_t)1 << LULL_N_SIGNS) - 1);
			f.known = ((uint64_t)1 << LULL_N_SIGNS) - 1;
			/* Answers that contradict each other are not ways the unknown could turn out. */
			if (!(e.known >> LULL_SIGN_BILATERAL & 1))
				made_sign(&f, LULL_SIGN_BILATERAL, !(f.yes >> LULL_SIGN_UNILATERAL & 1));
			else if (!(e.known >> LULL_SIGN_UNILATERAL & 1))
				made_sign(&f, LULL_SIGN_UNILATERAL, !(f.yes >> LULL_SIGN_BILATERAL & 1));
			if (!(f.yes >> LULL_SIGN_NAUSEA & 1) && !(e.known >> LULL_SIGN_NAUSEA_SEVERE & 1))
				made_sign(&f, LULL_SIGN_NAUSEA_SEVERE, false);
			if (!(e.known >> LULL_SIGN_SLEPT_FREE & 1))
				made_sign(&f, LULL_SIGN_SLEPT_FREE, false);
			if (isnan(f.pain))
				f.pain = (float)(seed >> 59 & 7) + 1;
			assert_int_equal(classify(f, NULL).label, before.label);
		}
	}
}

static void entry_tree(void **state)
{
	(void)state;
	static const struct {
		float minutes;
		bool drugs_known, success, slept;
		const char *says;
	} rows[] = {
		{ 480, true, false, false, "Lasted 8 h." },
		{ 90, true, false, false, "untreated or treated without success" },
		{ 90, true, true, false, "may still be a migraine attack" },
		{ 90, false, false, false, "nothing says whether a drug was taken" },
		{ 90, true, false, true, "until sleep" },
		{ 5000, true, false, false, "longer than 72 h" },
		{ NAN, true, false, false, "not recorded" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lull_entry e = made_migraine();
		struct lull_entry_class cls;
		const struct lull_finding *tree;
		size_t n;
		struct lull_err err = { 0 };
		e.duration_min = rows[i].minutes;
		e.drugs_known = rows[i].drugs_known;
		e.successfully_treated = rows[i].success;
		made_sign(&e, LULL_SIGN_SLEPT_FREE, rows[i].slept);
		lull_classify_entry(made_criteria(&arena), NULL, &e, &cls);
		assert_ok(lull_classify_explain_entry(made_criteria(&arena), &e, &cls, &arena, &tree, &n, &err), &err);
		assert_string_equal(tree[0].code, "ICHD3-1.1-B");
		assert_has(tree[0].why, rows[i].says);
		assert_int_equal(tree[1].n_children, 4);
		assert_close(tree[1].counted, 4, 0, 0);
	}
	/* A drug taken, relief not recorded. */
	struct made made = { 0 };
	struct lull_entry_class cls;
	const struct lull_finding *tree;
	size_t n;
	struct lull_err err = { 0 };
	made_add(&made, made_migraine(), 0);
	made.entries[0].duration_min = 60;
	made_take(&made, 0, LULL_ACUTE_NSAID, "ibuprofen", LULL_ABSENT);
	lull_classify_entry(made_criteria(&arena), NULL, &made.entries[0], &cls);
	assert_ok(lull_classify_explain_entry(made_criteria(&arena), &made.entries[0], &cls, &arena, &tree, &n, &err),
		  &err);
	assert_has(tree[0].why, "nothing says whether it helped");
	assert_non_null(tree[0].question);
}

static int teardown(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(duration_4_to_72_h),
		cmocka_unit_test(short_attack_ended_by_a_drug_may_be_migraine),
		cmocka_unit_test(short_attack_without_word_of_drugs_is_unknown),
		cmocka_unit_test(asleep_and_awake_without_it_runs_to_waking),
		cmocka_unit_test(pain_two_of_four_in_every_combination),
		cmocka_unit_test(company_in_every_combination),
		cmocka_unit_test(pain_numbers_to_words),
		cmocka_unit_test(both_sides_is_not_one_side),
		cmocka_unit_test(aura_three_of_six),
		cmocka_unit_test(aura_of_each_kind_fully_reversible),
		cmocka_unit_test(aura_subtypes_and_what_a_clinician_looks_at),
		cmocka_unit_test(aura_never_had_closes_what_was_not_recorded),
		cmocka_unit_test(c3_needs_two_yes_answers),
		cmocka_unit_test(c3_is_a_triptan_or_ergot_and_nothing_else),
		cmocka_unit_test(all_but_one_is_probable),
		cmocka_unit_test(tension_type_features),
		cmocka_unit_test(chronic_tension_type_allows_mild_nausea),
		cmocka_unit_test(labels),
		cmocka_unit_test(sure_labels_are_sure),
		cmocka_unit_test(entry_tree),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, teardown);
}
