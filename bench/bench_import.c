/* bench_import - how long 50,000 rows of our own table take to become diaries, and their JSON both ways.
 * Best of five; milliseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lull/codec/diary_json.h"
#include "lull/knowledge.h"

enum { N_ROWS = 50000, N_PATIENTS = 50, N_RUNS = 5 };

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void need(int rc, const struct lull_err *err)
{
	if (rc == LULL_OK)
		return;
	fprintf(stderr, "bench_import: %s: %s\n", err->where, err->what);
	exit(1);
}

/* One row a day and patient, all columns that people fill in. */
static void make_table(struct lull_buf *csv)
{
	static const char *const drugs[] = { "none", "sumatriptan 50 mg x2", "ibuprofen 400 mg; metoclopramide",
					     "Excedrin Migraine", "paracetamol" };
	lull_buf_puts(csv, "patient_id,date,headache,start,duration_min,pain_0_10,unilateral,pulsating,aggravated,nausea,"
			   "vomiting,photophobia,phonophobia,drugs,relief,triggers,note\n");
	for (int i = 0; i < N_ROWS; i++) {
		char day[LULL_DAY_TEXT];
		lull_day_text(day, 18000 + i / N_PATIENTS);
		lull_buf_printf(csv, "p%d,%s,", i % N_PATIENTS, day);
		if (i % 5 < 2)
			lull_buf_printf(csv, "yes,%02d:%02d,%d,%d,yes,no,yes,yes,no,yes,yes,%s,yes,stress; weather,\"a note, quoted\"\n",
					i % 24, i % 60, 30 + i % 2000, 1 + i % 10, drugs[i % 5]);
		else
			lull_buf_puts(csv, "no,,,,,,,,,,,none,,none,\n");
	}
}

int main(void)
{
	struct lull_arena keep = { 0 };
	struct lull_files files = { .items = lull_embedded_files, .n_items = lull_n_embedded_files, .origin = "embedded" };
	struct lull_map map;
	struct lull_acute_table drugs;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	struct lull_buf csv = { 0 };
	const struct lull_import_options all = { NULL, LULL_DAY_NONE, LULL_DAY_NONE };
	double import_ms = 1e9, write_ms = 1e9, read_ms = 1e9;
	size_t json_bytes = 0;
	lull_diags_init(&diags, &keep);
	need(lull_files_seal(&files, &err), &err);
	need(lull_map_load(&files, "lull", &keep, &map, &diags, &err), &err);
	need(lull_acute_load(&files, &keep, &drugs, &diags), &err);
	make_table(&csv);
	for (int run = 0; run < N_RUNS; run++) {
		struct lull_arena arena = { 0 };
		struct lull_import in, back;
		struct lull_buf json = { 0 };
		const double t0 = now_ms();
		need(lull_import_csv(lull_buf_text(&csv), csv.n, "bench.csv", &map, &drugs, &all, &arena, &in, &err), &err);
		const double t1 = now_ms();
		need(lull_diary_json_write(in.diaries, in.n_diaries, &arena, &json, &err), &err);
		const double t2 = now_ms();
		need(lull_diary_json_read(lull_buf_text(&json), json.n, "bench.json", &all, &arena, &back, &diags, &err), &err);
		const double t3 = now_ms();
		if (in.report.n_accepted != N_ROWS || back.report.n_accepted != N_ROWS || in.n_diaries != N_PATIENTS)
			return 1;
		import_ms = t1 - t0 < import_ms ? t1 - t0 : import_ms;
		write_ms = t2 - t1 < write_ms ? t2 - t1 : write_ms;
		read_ms = t3 - t2 < read_ms ? t3 - t2 : read_ms;
		json_bytes = json.n;
		lull_buf_clear(&json);
		lull_arena_clear(&arena);
	}
	printf("diary table, %d rows, %zu bytes: %.0f ms\n", N_ROWS, csv.n, import_ms);
	printf("diary JSON, %zu bytes: written in %.0f ms, read in %.0f ms\n", json_bytes, write_ms, read_ms);
	lull_buf_clear(&csv);
	lull_arena_clear(&keep);
	return 0;
}
