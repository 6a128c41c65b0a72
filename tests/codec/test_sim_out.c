/* Rows of a simulation: cells, what is not known, carried columns, heads. */
#include "support.h"

#include <math.h>

#include "lull/codec/json.h"
#include "lull/codec/sim_out.h"

static const struct lull_record records[] = { { .t_h = 0, .evid = 1 }, { .t_h = 1 }, { .t_h = 4 } };
static const char *const carried_names[] = { "ARM" };
static const char *const carried_text[] = { "a", "b,c", "7" };
static const double t_h[] = { 0, 0.1, 1, 2.5, 4 }, last_dose_h[] = { NAN, 0, 0, 0, 0 };
static const int32_t record[] = { -1, -1, 1, -1, 2 };
static const double values[] = { 0, 0.30000000000000004, 1e-12, NAN, 5, 10, 11, 12, 13, 14 };
static const double params[] = { 84, 25 };

static const struct lull_subject subject = { .id = 3, .id_text = "3", .records = records, .n_records = 3 };
static const struct lull_dataset data = { .subjects = &subject, .n_subjects = 1, .carried = carried_names, .n_carried = 1,
					  .carried_text = carried_text, .records = records, .n_records = 3 };
static const struct lull_sim sim = { .data = &data };

static const struct lull_sim_column columns[] = {
	{ LULL_SIM_COL_ID, "ID", "", 0 },      { LULL_SIM_COL_REP, "REP", "", 0 },
	{ LULL_SIM_COL_TIME, "TIME", "h", 0 }, { LULL_SIM_COL_TAD, "TAD", "h", 0 },
	{ LULL_SIM_COL_OUTPUT, "b", "", 1 },   { LULL_SIM_COL_OUTPUT, "a", "ng/mL", 0 },
	{ LULL_SIM_COL_CARRIED, "ARM", "", 0 }, { LULL_SIM_COL_PARAM, "v1", "L", 1 },
};
enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static struct lull_sim_layout layout_of(enum lull_sim_format format)
{
	return (struct lull_sim_layout){ .format = format, .columns = columns, .n_columns = N_COLUMNS, .h_per_time_unit = 1,
					 .sim = &sim };
}

static struct lull_sim_person person(void)
{
	return (struct lull_sim_person){ .id = 3, .replicate = 1, .subject = &subject, .params = params, .n_times = 5, .t_h = t_h,
					 .record = record, .last_dose_h = last_dose_h, .values = values };
}

static void rows_as_csv(void **state)
{
	const struct lull_sim_layout layout = layout_of(LULL_SIM_CSV);
	struct lull_sim_person people[2] = { person(), person() };
	struct lull_buf out = { 0 };
	uint64_t n = 0;
	(void)state;
	people[1].status = LULL_EDOMAIN; /* who failed has no rows */
	lull_sim_put_names(&layout, &out);
	lull_sim_put_people(&layout, people, 2, &out, &n);
	assert_int_equal(n, 5);
	assert_string_equal(lull_buf_text(&out), "ID,REP,TIME,TAD,b,a,ARM,v1\n"
						 "3,2,0,,10,0,a,25\n"
						 "3,2,0.1,0.1,11,0.30000000000000004,a,25\n"
						 "3,2,1,1,12,1e-12,\"b,c\",25\n"
						 "3,2,2.5,2.5,13,,\"b,c\",25\n"
						 "3,2,4,4,14,5,7,25\n");
	lull_buf_clear(&out);
}

static void rows_as_json_lines(void **state)
{
	const struct lull_sim_layout layout = layout_of(LULL_SIM_JSONL);
	const struct lull_sim_person p = person();
	struct lull_arena arena = { 0 };
	struct lull_buf out = { 0 };
	struct lull_doc doc;
	uint64_t n = 0;
	(void)state;
	lull_sim_put_people(&layout, &p, 1, &out, &n);
	assert_has(lull_buf_text(&out), "{\"ID\": 3, \"REP\": 2, \"TIME\": 0, \"TAD\": null, \"b\": 10, \"a\": 0, \"ARM\": \"a\", \"v1\": 25}\n");
	assert_has(lull_buf_text(&out), "\"a\": null, \"ARM\": \"b,c\"");
	assert_has(lull_buf_text(&out), "\"a\": 5, \"ARM\": 7,");
	size_t n_lines = 0;
	for (char *line = out.data; *line; n_lines++) {
		const size_t length = strcspn(line, "\n");
		assert_ok(lull_json_read(line, length, "line", &arena, &doc, NULL), NULL);
		line += length + 1;
	}
	assert_int_equal(n_lines, 5);
	lull_buf_clear(&out);
	lull_arena_clear(&arena);
}

static void rows_as_numbers(void **state)
{
	const struct lull_sim_layout layout = layout_of(LULL_SIM_NPY);
	const struct lull_sim_person p = person();
	struct lull_buf out = { 0 };
	double row[N_COLUMNS];
	uint64_t n = 0;
	(void)state;
	lull_sim_put_people(&layout, &p, 1, &out, &n);
	assert_int_equal(out.n, 5 * N_COLUMNS * sizeof(double));
	memcpy(row, out.data, sizeof(row));
	assert_true(row[0] == 3 && row[1] == 2 && row[2] == 0 && isnan(row[3]) && row[4] == 10 && row[5] == 0 && isnan(row[6]) &&
		    row[7] == 25);
	memcpy(row, out.data + 4 * sizeof(row), sizeof(row));
	assert_true(row[2] == 4 && row[6] == 7);
	lull_buf_clear(&out);
}

/* Minutes come back as they were typed. */
static void another_unit_of_time(void **state)
{
	struct lull_sim_layout layout = layout_of(LULL_SIM_CSV);
	struct lull_sim_person p = person();
	double minutes[120], zero[120] = { 0 };
	int32_t none[120];
	double y[240] = { 0 };
	struct lull_buf out = { 0 };
	uint64_t n = 0;
	char want[64];
	(void)state;
	for (int i = 0; i < 120; i++) {
		minutes[i] = i / 60.0;
		none[i] = -1;
	}
	layout.h_per_time_unit = 1.0 / 60;
	layout.columns = columns + 2;
	layout.n_columns = 2;
	p.t_h = minutes;
	p.last_dose_h = zero;
	p.record = none;
	p.values = y;
	p.n_times = 120;
	lull_sim_put_people(&layout, &p, 1, &out, &n);
	const char *at = lull_buf_text(&out);
	for (int i = 0; i < 120; i++) {
		lull_text_format(want, sizeof(want), "%d,%d\n", i, i);
		assert_memory_equal(at, want, strlen(want));
		at += strlen(want);
	}
	lull_buf_clear(&out);
}

static void heads_say_how_it_was_made(void **state)
{
	const struct lull_sim_layout layout = layout_of(LULL_SIM_CSV);
	const char *const notes[] = { "a note" };
	const struct lull_sim_head head = { .knowledge = test_knowledge(), .what = "simulate", .model = "m", .model_hash = "ab",
					    .data_file = "d.csv", .data_hash = "cd", .seed = 12, .command = "lull simulate --x 'a b'",
					    .notes = notes, .n_notes = 1 };
	struct lull_arena arena = { 0 };
	struct lull_buf csv = { 0 }, json = { 0 };
	struct lull_doc doc;
	(void)state;
	lull_sim_put_head_csv(&head, &layout, &csv);
	for (const char **t = (const char *[]){ "# command: lull simulate --x 'a b'\n", "# model m sha256 ab\n", "# data d.csv sha256 cd\n",
						"# seed 12\n", "# a note\n", "# units: TIME h, TAD h, a ng/mL, v1 L\n", "# knowledge ", NULL }; *t; t++)
		assert_has(lull_buf_text(&csv), *t);
	for (const char *line = csv.data; *line; line += strcspn(line, "\n") + 1)
		assert_true(line[0] == '#' && line[1] == ' ');
	lull_sim_put_head_json(&head, &layout, &json);
	assert_ok(lull_json_read(json.data, json.n, "head", &arena, &doc, NULL), NULL);
	assert_null(strchr(json.data, '\n'));
	assert_has(json.data, "\"command\": \"lull simulate --x 'a b'\"");
	lull_buf_clear(&csv);
	lull_buf_clear(&json);
	lull_arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_as_csv),
		cmocka_unit_test(rows_as_json_lines),
		cmocka_unit_test(rows_as_numbers),
		cmocka_unit_test(another_unit_of_time),
		cmocka_unit_test(heads_say_how_it_was_made),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
