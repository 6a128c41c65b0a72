/* A chart is the fold of its events: what is refused, what corrections and conflicts keep, and that a snapshot
 * with the rest folded on it is the full fold, byte for byte. Events enter as the JSON the record holds. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "lull/codec/care_event_json.h"
#include "lull/num/random.h"

static struct lull_arena arena;

static int clear(void **state)
{
	(void)state;
	lull_arena_clear(&arena);
	return 0;
}

static struct lull_chart_event event(int64_t seq, const char *type, const char *body)
{
	struct lull_chart_event e = { .seq = seq, .at_ms = 1772366400000, .actor = "anna", .civil_day = LULL_DAY_NONE,
				      .utc_offset_min = 60 };
	struct lull_err err = { 0 };
	const int rc = lull_care_event_read(type, 1, body, strlen(body), NULL, 0, &arena, &e, &err);
	if (rc != LULL_OK)
		fail_msg("%s: %s: %s", type, err.where, err.what);
	return e;
}

static int say(struct lull_chart *chart, int64_t seq, const char *type, const char *body, struct lull_err *err)
{
	const struct lull_chart_event e = event(seq, type, body);
	return lull_chart_apply(chart, &e, &arena, err);
}

static const char *text_of(const struct lull_chart *chart)
{
	struct lull_buf buf = { 0 };
	lull_chart_json_write(chart, &buf);
	assert_int_equal(lull_buf_status(&buf, NULL), LULL_OK);
	const char *text = lull_arena_strdup(&arena, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	return text;
}

#define REGISTERED "{\"name\":\"Invented One\",\"born\":\"1980-05-01\",\"sex\":\"female\",\"invented\":true}"
#define PLAN(id, status) "{\"plan\":\"" id "\",\"protocol\":\"p\",\"status\":\"" status "\",\"knowledge_hash\":\"k\",\"inputs_hash\":\"i\"}"
#define CONSENT "{\"kind\":\"infusion\",\"text_version\":\"1\",\"text_hash\":\"h\",\"signed_by\":\"patient\"}"

static void said(struct lull_chart *chart, int64_t seq, const char *type, const char *body)
{
	struct lull_err err = { 0 };
	if (say(chart, seq, type, body, &err) != LULL_OK)
		fail_msg("%lld %s: %s: %s", (long long)seq, type, err.where, err.what);
	assert_true(chart->last_seq == (double)seq);
}

static void refused(struct lull_chart *chart, int64_t seq, const char *type, const char *body, int code, const char *where)
{
	struct lull_err err = { 0 };
	const char *before = text_of(chart);
	assert_int_equal(say(chart, seq, type, body, &err), code);
	assert_string_equal(err.where, where);
	assert_string_equal(before, text_of(chart));
}

/* A story that uses every kind of event. */
static const struct { const char *type, *body; } story[] = {
	{ "patient.registered", REGISTERED },
	{ "patient.facts", "{\"section\":\"weights\",\"value\":[{\"kg\":71,\"date\":\"2026-02-01\",\"how\":\"measured\"}]}" },
	{ "patient.facts", "{\"section\":\"height_cm\",\"value\":168}" },
	{ "diary.day", "{\"day\":\"2026-02-26\",\"device\":\"phone\",\"kind\":\"headache\",\"pain_0_10\":7,\"drugs_known\":true,"
		       "\"drugs\":[{\"class\":\"triptan\",\"doses\":1,\"relief\":\"yes\"}]}" },
	{ "diary.day", "{\"day\":\"2026-02-26\",\"device\":\"tablet\",\"kind\":\"headache\",\"pain_0_10\":5,\"drugs_known\":false}" },
	{ "diary.day", "{\"day\":\"2026-02-27\",\"device\":\"phone\",\"kind\":\"free\",\"drugs_known\":true}" },
	{ "score.recorded", "{\"entry\":{\"instrument\":\"hit6\",\"date\":\"2026-02-20\",\"total\":66}}" },
	{ "verdict", "{\"verdict\":\"no_exclusion_found\",\"indication\":\"x\",\"route\":\"iv\",\"on\":\"2026-03-01\","
		     "\"knowledge_hash\":\"k\",\"inputs_hash\":\"i\"}" },
	{ "override", "{\"rule\":\"R1\",\"reason\":\"reviewed\",\"role\":\"prescriber\"}" },
	{ "consent.signed", CONSENT },
	{ "plan.made", PLAN("p1", "ready") },
	{ "plan.approved", "{\"plan\":\"p1\"}" },
	{ "flag.raised", "{\"flag\":\"f1\",\"what\":\"screener\",\"risk\":\"high\"}" },
	{ "flag.reviewed", "{\"flag\":\"f1\",\"assessment\":\"seen today\",\"action\":\"safety plan\"}" },
	{ "session.opened", "{\"session\":\"s1\",\"plan\":\"p1\"}" },
	{ "session.closed", "{\"session\":\"s1\",\"how\":\"completed\",\"dose_mg\":40.5}" },
	{ "diary.day", "{\"day\":\"2026-02-27\",\"device\":\"phone\",\"kind\":\"headache\",\"pain_0_10\":3,\"drugs_known\":true}" },
	{ "outcome.assessed", "{\"result\":\"partial\",\"on\":\"2026-03-29\",\"knowledge_hash\":\"k\",\"inputs_hash\":\"i\"}" },
	{ "letter", "{\"kind\":\"dossier\",\"text_hash\":\"h\"}" },
	{ "correction", "{\"refers\":17,\"reason\":\"wrong day\"}" },
	{ "patient.facts", "{\"section\":\"weights\",\"value\":[{\"kg\":72,\"date\":\"2026-03-01\",\"how\":\"measured\"}]}" },
	{ "plan.made", PLAN("p2", "draft") },
	{ "plan.cancelled", "{\"plan\":\"p2\",\"reason\":\"not needed\"}" },
	{ "consent.withdrawn", "{\"consent\":10,\"reason\":\"moved away\"}" },
};
enum { N_STORY = sizeof(story) / sizeof(story[0]) };

static void fill(struct lull_chart_event out[N_STORY])
{
	for (int64_t i = 0; i < N_STORY; i++)
		out[i] = event(i + 1, story[i].type, story[i].body);
}

static void a_snapshot_and_the_rest_is_the_full_fold(void **state)
{
	(void)state;
	struct lull_chart_event events[N_STORY];
	struct lull_chart full = { 0 };
	struct lull_err err = { 0 };
	fill(events);
	assert_ok(lull_chart_fold(&full, events, N_STORY, &arena, &err), &err);
	const char *want = text_of(&full);
	for (size_t cut = 1; cut <= N_STORY; cut++) {
		struct lull_chart part = { 0 }, back;
		assert_ok(lull_chart_fold(&part, events, cut, &arena, &err), &err);
		const char *snapshot = text_of(&part);
		assert_ok(lull_chart_json_read(snapshot, strlen(snapshot), &arena, &back, &err), &err);
		assert_string_equal(text_of(&back), snapshot);
		/* All of them again: those before the cut must change nothing. */
		assert_ok(lull_chart_fold(&back, events, N_STORY, &arena, &err), &err);
		assert_string_equal(text_of(&back), want);
	}
}

static void the_order_is_that_of_the_numbers(void **state)
{
	(void)state;
	struct lull_chart_event events[N_STORY];
	struct lull_chart straight = { 0 };
	struct lull_err err = { 0 };
	fill(events);
	assert_ok(lull_chart_fold(&straight, events, N_STORY, &arena, &err), &err);
	for (uint64_t round = 0; round < 20; round++) {
		const struct lull_stream stream = { .seed = 7, .patient = round };
		struct lull_chart shuffled = { 0 };
		for (size_t i = N_STORY - 1; i > 0; i--) {
			const size_t k = (size_t)(lull_random_uniform(&stream, i) * (double)(i + 1));
			const struct lull_chart_event swap = events[i];
			events[i] = events[k];
			events[k] = swap;
		}
		assert_ok(lull_chart_fold(&shuffled, events, N_STORY, &arena, &err), &err);
		assert_string_equal(text_of(&shuffled), text_of(&straight));
	}
}

static void what_is_refused_leaves_nothing(void **state)
{
	(void)state;
	struct lull_chart c = { 0 };
	refused(&c, 1, "patient.facts", "{\"section\":\"height_cm\",\"value\":168}", LULL_ECONFLICT, "$");
	said(&c, 1, "patient.registered", REGISTERED);
	refused(&c, 2, "patient.registered", REGISTERED, LULL_ECONFLICT, "$");
	refused(&c, 2, "patient.facts", "{\"section\":\"height_cm\",\"value\":1680}", LULL_EPARSE, "$.height_cm");
	refused(&c, 2, "patient.facts", "{\"section\":\"born\",\"value\":\"1980-01-01\"}", LULL_EDOMAIN, "$.section");
	refused(&c, 2, "plan.approved", "{\"plan\":\"p1\"}", LULL_ENOTFOUND, "$.plan");
	said(&c, 2, "plan.made", PLAN("p1", "ready"));
	said(&c, 3, "plan.made", PLAN("p0", "draft"));
	refused(&c, 4, "plan.approved", "{\"plan\":\"p0\"}", LULL_ECONFLICT, "$.plan");
	refused(&c, 4, "session.opened", "{\"session\":\"s\",\"plan\":\"p1\"}", LULL_ECONFLICT, "$.plan");
	said(&c, 4, "plan.approved", "{\"plan\":\"p1\"}");
	refused(&c, 5, "session.opened", "{\"session\":\"s\",\"plan\":\"p1\"}", LULL_ECONFLICT, "$.session"); /* no consent */
	said(&c, 5, "consent.signed", CONSENT);
	said(&c, 6, "flag.raised", "{\"flag\":\"f\",\"what\":\"phq9\",\"risk\":\"high\"}");
	refused(&c, 7, "session.opened", "{\"session\":\"s\",\"plan\":\"p1\"}", LULL_ECONFLICT, "$.session"); /* high risk */
	said(&c, 7, "flag.reviewed", "{\"flag\":\"f\",\"assessment\":\"a\",\"action\":\"b\"}");
	said(&c, 8, "session.opened", "{\"session\":\"s\",\"plan\":\"p1\"}");
	refused(&c, 9, "override", "{\"rule\":\"R\",\"reason\":\"r\",\"role\":\"prescriber\",\"second_signer\":\"anna\"}",
		LULL_ECONFLICT, "$.second_signer");
	refused(&c, 9, "override", "{\"rule\":\"R\",\"reason\":\"r\",\"role\":\"medical_director\"}", LULL_EDOMAIN, "$.policy");
	refused(&c, 9, "correction", "{\"refers\":5,\"reason\":\"r\"}", LULL_ECONFLICT, "$.refers");
	refused(&c, 9, "correction", "{\"refers\":99,\"reason\":\"r\"}", LULL_ENOTFOUND, "$.refers");
	said(&c, 9, "consent.withdrawn", "{\"consent\":5}");
	refused(&c, 10, "session.opened", "{\"session\":\"s2\",\"plan\":\"p1\"}", LULL_ECONFLICT, "$.session");
}

#define DAY(device, pain, more) \
	"{\"day\":\"2026-02-20\",\"device\":\"" device "\",\"kind\":\"headache\",\"pain_0_10\":" pain ",\"drugs_known\":true" more "}"

static void no_word_about_a_day_is_lost_or_doubled(void **state)
{
	(void)state;
	struct lull_chart c = { 0 };
	struct lull_diary diary;
	struct lull_err err = { 0 };
	const struct lull_kept_diary *now[4];
	lull_day day;
	assert_ok(lull_day_parse("2026-02-20", 10, "", &day, &err), &err);
	said(&c, 1, "patient.registered", REGISTERED);
	said(&c, 2, "diary.day", DAY("phone", "4", ""));
	said(&c, 3, "diary.day", DAY("tablet", "4", "")); /* the same words: one entry */
	assert_int_equal(lull_chart_day_entries(&c, day, now, 4), 1);
	said(&c, 4, "diary.day", DAY("phone", "6", "")); /* others: both stand */
	assert_int_equal(lull_chart_day_entries(&c, day, now, 4), 2);
	said(&c, 5, "diary.day", DAY("phone", "7", "")); /* its own word again: a correction */
	assert_int_equal(lull_chart_day_entries(&c, day, now, 4), 2);
	assert_true(now[0]->head.seq == 3 && now[1]->head.seq == 5);
	refused(&c, 6, "diary.day", DAY("clinic", "8", ",\"replaces\":99"), LULL_ENOTFOUND, "$.replaces");
	said(&c, 6, "diary.day", DAY("clinic", "8", ",\"replaces\":3")); /* settles the conflict with the tablet */
	assert_int_equal(lull_chart_day_entries(&c, day, now, 4), 2);
	assert_true(now[0]->head.seq == 5 && now[1]->head.seq == 6);
	assert_true(lull_chart_is_late(now[0])); /* 2026-03-01 */
	said(&c, 7, "correction", "{\"refers\":6,\"reason\":\"another patient's\"}"); /* what it ended stands again */
	assert_int_equal(lull_chart_day_entries(&c, day, now, 4), 2);
	assert_true(now[0]->head.seq == 3 && now[1]->head.seq == 5);
	assert_int_equal(c.n_diary, 5);
	assert_ok(lull_chart_diary(&c, "1", &arena, &diary, &err), &err);
	assert_int_equal(diary.n_days, 1);
	assert_int_equal(diary.n_entries, 2);
	assert_true(diary.days[0].pain == 7.0f && diary.invented);
}

static void the_record_is_what_holds_now(void **state)
{
	(void)state;
	struct lull_chart_event events[N_STORY];
	struct lull_chart c = { 0 };
	struct lull_patient p;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	lull_diags_init(&diags, &arena);
	fill(events);
	assert_ok(lull_chart_fold(&c, events, N_STORY, &arena, &err), &err);
	assert_ok(lull_chart_patient(&c, "17", &arena, &p, &diags, &err), &err);
	assert_string_equal(p.id, "17");
	assert_true(p.invented && p.sex == LULL_SEX_FEMALE);
	assert_int_equal(p.n_weights, 1);
	assert_close(p.weights[0].kg, 72, 0, 0);
	assert_close(p.height_cm, 168, 0, 0);
	assert_int_equal(p.n_scores, 1);
	assert_close(p.scores[0].total, 66, 0, 0);
	said(&c, N_STORY + 1, "correction", "{\"refers\":21,\"reason\":\"scale was off\"}");
	assert_ok(lull_chart_patient(&c, "17", &arena, &p, &diags, &err), &err);
	assert_close(p.weights[0].kg, 71, 0, 0); /* the earlier word holds again, the struck one is kept */
	assert_int_equal(c.n_facts, 3);
}

/* Version 0 of a consent, as a clinic might have written it, had no kind. */
static int lift_consent(const struct lull_node *old, struct lull_arena *in, struct lull_node *out, struct lull_err *err)
{
	struct lull_node *kind = LULL_ARENA_NEW(in, struct lull_node, 1);
	if (!kind)
		return lull_nomem(err);
	*out = *old;
	*kind = (struct lull_node){ .kind = LULL_NODE_SCALAR, .text = "infusion", .n_text = 8, .quoted = true,
				    .key = "kind", .up = out, .next = old->first };
	out->first = kind;
	out->n_children++;
	return LULL_OK;
}

static void an_older_body_is_lifted(void **state)
{
	(void)state;
	static const struct lull_care_upcaster casters[] = { { LULL_CHART_consent, 0, lift_consent } };
	static const char old[] = "{\"text_version\":\"1\",\"text_hash\":\"h\",\"signed_by\":\"patient\"}";
	struct lull_chart_event e = { 0 };
	struct lull_err err = { 0 };
	assert_ok(lull_care_event_read("consent.signed", 0, old, strlen(old), casters, 1, &arena, &e, &err), &err);
	const struct lull_said_consent *c = e.said;
	assert_string_equal(c->kind, "infusion");
	assert_string_equal(c->signed_by, "patient");
	assert_int_equal(lull_care_event_read("consent.signed", 0, old, strlen(old), NULL, 0, &arena, &e, &err),
			 LULL_EUNSUPPORTED);
	assert_int_equal(lull_care_event_read("consent.signed", 1, old, strlen(old), casters, 1, &arena, &e, &err),
			 LULL_EPARSE);
	assert_int_equal(lull_care_event_read("consent.signed", 2, old, strlen(old), NULL, 0, &arena, &e, &err),
			 LULL_EUNSUPPORTED);
	assert_int_equal(lull_care_event_read("consent", 1, old, strlen(old), NULL, 0, &arena, &e, &err), LULL_EUNSUPPORTED);
}

/* Memory may end anywhere: the event is then refused and the chart is what it was. */
static void memory_that_ends_leaves_the_chart(void **state)
{
	(void)state;
	struct lull_chart_event events[N_STORY];
	struct lull_err err = { 0 };
	size_t n_failed = 0;
	fill(events);
	lull_mem_fail_in_arenas(true);
	for (uint64_t nth = 1; nth < 60; nth++) {
		struct lull_chart c = { 0 };
		lull_mem_fail_at(nth, true);
		size_t i = 0;
		int rc = LULL_OK;
		while (rc == LULL_OK && i < N_STORY)
			rc = lull_chart_apply(&c, &events[i++], &arena, &err);
		lull_mem_fail_at(0, false);
		if (rc == LULL_OK)
			continue;
		assert_int_equal(rc, LULL_ENOMEM);
		assert_true(c.last_seq == (double)(i - 1));
		n_failed++;
		assert_ok(lull_chart_fold(&c, events, N_STORY, &arena, &err), &err);
		assert_true(c.last_seq == N_STORY);
	}
	lull_mem_fail_in_arenas(false);
	assert_true(n_failed > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_snapshot_and_the_rest_is_the_full_fold, clear),
		cmocka_unit_test_teardown(the_order_is_that_of_the_numbers, clear),
		cmocka_unit_test_teardown(what_is_refused_leaves_nothing, clear),
		cmocka_unit_test_teardown(no_word_about_a_day_is_lost_or_doubled, clear),
		cmocka_unit_test_teardown(the_record_is_what_holds_now, clear),
		cmocka_unit_test_teardown(an_older_body_is_lifted, clear),
		cmocka_unit_test_teardown(memory_that_ends_leaves_the_chart, clear),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
