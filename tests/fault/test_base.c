/* Every allocation of base/ and codec/ fails in turn, alone and with all that follow. Each call must
 * then answer LULL_ENOMEM, and the sanitizer build must find nothing left behind. */
#include "support.h"
#include "wide.h"

#include "lull/base/csv.h"
#include "lull/base/sources.h"
#include "lull/base/text.h"
#include "lull/base/yaml.h"
#include "lull/codec/json.h"

/* What is tried: returns the first code that is not LULL_OK. Must not assert: it runs with faults. */
typedef int (*attempt_fn)(struct lull_arena *arena);

static int try_csv(struct lull_arena *arena)
{
	static const char text[] = "a,b,c\n\"long quoted cell that does not fit the first piece\",2,3\n\n";
	const struct lull_csv_options options = { .encoding = LULL_WINDOWS_1252 };
	struct lull_csv *csv = NULL;
	struct lull_err err = { 0 };
	(void)arena;
	int rc = lull_csv_new(text, sizeof(text) - 1, &options, "f.csv", &csv, &err);
	while (rc == LULL_OK) {
		const struct lull_csv_cell *cells;
		size_t n;
		rc = lull_csv_next(csv, &cells, &n, &err);
	}
	if (csv)
		lull_csv_free(csv);
	return rc == LULL_ENOTFOUND ? LULL_OK : rc;
}

static int try_yaml(struct lull_arena *arena)
{
	struct lull_doc doc;
	struct lull_diags diags;
	struct wide w;
	lull_diags_init(&diags, arena);
	const int rc = lull_yaml_read(wide_yaml, sizeof(wide_yaml) - 1, "w.yaml", arena, &doc, &diags);
	return rc == LULL_OK ? lull_schema_bind(&doc, &wide_schema, arena, &w, &diags) : rc;
}

/* A file full of faults, so that the remarks' memory fails too. LULL_OK when all were reported. */
static int try_bad_yaml(struct lull_arena *arena)
{
	static const char text[] = "schema_version: 2\ntitle: ''\npain: 7,5\ncount: x\nmark: verifyed\nborn: "
				   "never\nnothing: here\n";
	struct lull_doc doc;
	struct lull_diags diags;
	struct wide w;
	struct lull_buf buf = { 0 };
	lull_diags_init(&diags, arena);
	int rc = lull_yaml_read(text, sizeof(text) - 1, "w.yaml", arena, &doc, &diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &wide_schema, arena, &w, &diags);
	if (rc == LULL_EPARSE && diags.n_items == 7) {
		lull_diags_print(&diags, &buf);
		rc = lull_buf_status(&buf, NULL);
	}
	lull_buf_clear(&buf);
	return rc;
}

static int try_refused_yaml(struct lull_arena *arena)
{
	static const char text[] = "a: 1\na: &b !c 2\nd: *b\n";
	struct lull_doc doc;
	struct lull_diags diags;
	lull_diags_init(&diags, arena);
	const int rc = lull_yaml_read(text, sizeof(text) - 1, "w.yaml", arena, &doc, &diags);
	return rc == LULL_EPARSE && diags.n_items == 3 ? LULL_OK : rc;
}

static int try_json(struct lull_arena *arena)
{
	static const char text[] =
		"{\"schema_version\": 1, \"title\": \"\\u00e9 and more than a few bytes of text, to make "
		"buffers grow\", \"pain\": 0.1, \"count\": 1, \"mark\": \"derived\", \"born\": "
		"\"2000-01-01\", "
		"\"levels\": [1, 2, 3, 4, 5, 6, 7, 8, 9], \"free_form\": {\"a\": [true, null, {}]}}";
	struct lull_doc doc;
	struct lull_diags diags;
	struct wide w;
	lull_diags_init(&diags, arena);
	const int rc = lull_json_read(text, sizeof(text) - 1, "w.json", arena, &doc, &diags);
	return rc == LULL_OK ? lull_schema_bind(&doc, &wide_schema, arena, &w, &diags) : rc;
}

static int try_bad_json(struct lull_arena *arena)
{
	static const char text[] = "{\"a\": [1, 2], \"a\": 3}";
	struct lull_doc doc;
	struct lull_diags diags;
	lull_diags_init(&diags, arena);
	const int rc = lull_json_read(text, sizeof(text) - 1, "w.json", arena, &doc, &diags);
	return rc == LULL_EPARSE && diags.n_items == 1 ? LULL_OK : rc;
}

static int try_sources(struct lull_arena *arena)
{
	static const char text[] =
		"schema_version: 1\nsources: { a: { text: A }, b: { text: B, label: Bee } }\n";
	static const struct lull_file item = { "sources/x.yaml", text, sizeof(text) - 1 };
	const struct lull_files files = { .items = &item, .n_items = 1 };
	struct lull_sources sources;
	struct lull_diags diags;
	struct lull_buf labels = { 0 }, full = { 0 };
	lull_diags_init(&diags, arena);
	int rc = lull_sources_load(&files, arena, &sources, &diags);
	if (rc == LULL_OK)
		rc = lull_source_citation(&sources, "a:1; b", &labels, &full, NULL);
	if (rc == LULL_OK)
		rc = lull_buf_status(&labels, NULL) ? LULL_ENOMEM : lull_buf_status(&full, NULL);
	lull_buf_clear(&labels);
	lull_buf_clear(&full);
	return rc;
}

static int try_schema(struct lull_arena *arena)
{
	struct lull_buf buf = { 0 };
	(void)arena;
	lull_json_schema(&wide_schema, &buf);
	const int rc = lull_buf_status(&buf, NULL);
	lull_buf_clear(&buf);
	return rc;
}

/* Fails allocation 1, 2, ... until one lies beyond the attempt's last. */
static void fail_each(attempt_fn attempt, const char *name, bool all_after)
{
	struct lull_arena arena = { 0 };
	lull_mem_fail_at(0, false);
	assert_int_equal(attempt(&arena), LULL_OK); /* without faults it works */
	const uint64_t n_allocations = lull_mem_fail_at(0, false);
	lull_arena_clear(&arena);
	assert_true(n_allocations > 0);
	for (uint64_t nth = 1; nth <= n_allocations; nth++) {
		lull_mem_fail_at(nth, all_after);
		const int rc = attempt(&arena);
		lull_mem_fail_at(0, false);
		lull_arena_clear(&arena);
		if (rc != LULL_ENOMEM)
			fail_msg("%s: allocation %llu of %llu failed and the answer was %d", name,
				 (unsigned long long)nth, (unsigned long long)n_allocations, rc);
	}
	assert_int_equal(attempt(&arena), LULL_OK); /* and works afterwards */
	lull_arena_clear(&arena);
}

static void every_allocation_may_fail(void **state)
{
	static const struct {
		attempt_fn attempt;
		const char *name;
	} attempts[] = {
		{ try_csv, "csv" },           { try_yaml, "yaml" },
		{ try_bad_yaml, "bad yaml" }, { try_refused_yaml, "refused yaml" },
		{ try_json, "json" },         { try_bad_json, "bad json" },
		{ try_sources, "sources" },   { try_schema, "schema" },
	};
	(void)state;
	lull_mem_fail_in_arenas(true);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		fail_each(attempts[i].attempt, attempts[i].name, false);
		fail_each(attempts[i].attempt, attempts[i].name, true);
	}
	lull_mem_fail_in_arenas(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation_may_fail) };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
