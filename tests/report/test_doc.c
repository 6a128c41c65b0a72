/* Documents: the terminal text against its golden file, tables over pages, what must stand on
 * every page, charts as sentence and table, and a failed allocation anywhere. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

#include "sample.h"

struct fixture {
	struct lull_arena arena;
	struct lull_fonts *fonts;
	struct lull_document doc;
	struct sample sample;
};

static struct fixture *set_up(bool is_long)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct lull_err err = { 0 };
	assert_non_null(f);
	assert_ok(lull_fonts_new(&f->fonts, &err), &err);
	sample_document(&f->sample, &f->doc, &f->arena, is_long);
	return f;
}

static void tear_down(struct fixture *f)
{
	lull_fonts_free(f->fonts);
	lull_arena_clear(&f->arena);
	free(f);
}

static void text_matches_the_golden_file(void **state)
{
	(void)state;
	struct fixture *f = set_up(false);
	struct lull_err err = { 0 };
	struct lull_buf out = { 0 };
	assert_ok(lull_doc_text(&f->doc, 90, false, &out, &err), &err);
	if (getenv("LULL_BLESS")) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/tests/golden/report_sample.txt", getenv("LULL_SOURCE"));
		FILE *file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(out.data, 1, out.n, file), out.n);
		fclose(file);
	}
	assert_string_equal(lull_buf_text(&out), test_read("tests/golden/report_sample.txt", NULL, &f->arena));
	lull_buf_clear(&out);
	tear_down(f);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
	(void)state;
	for (int width = 60; width <= 120; width += 15) {
		struct fixture *f = set_up(true);
		struct lull_err err = { 0 };
		struct lull_buf out = { 0 };
		assert_ok(lull_doc_text(&f->doc, width, false, &out, &err), &err);
		char *line = out.data;
		for (char *end; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			if (lull_utf8_length(line) > (size_t)width)
				print_error("%s\n", line);
			assert_true(lull_utf8_length(line) <= (size_t)width);
			assert_true(end == line || end[-1] != ' '); /* no line ends in blanks */
		}
		lull_buf_clear(&out);
		tear_down(f);
	}
}

static void colour_only_adds(void **state)
{
	(void)state;
	struct fixture *f = set_up(false);
	struct lull_err err = { 0 };
	struct lull_buf plain = { 0 }, color = { 0 }, stripped = { 0 };
	assert_ok(lull_doc_text(&f->doc, 90, false, &plain, &err), &err);
	assert_ok(lull_doc_text(&f->doc, 90, true, &color, &err), &err);
	for (const char *c = lull_buf_text(&color); *c; c++) {
		if (*c == '\x1b')
			c += strcspn(c, "m");
		else
			lull_buf_putc(&stripped, *c);
	}
	assert_true(color.n > plain.n);
	assert_string_equal(lull_buf_text(&stripped), lull_buf_text(&plain));
	lull_buf_clear(&plain);
	lull_buf_clear(&color);
	lull_buf_clear(&stripped);
	tear_down(f);
}

static size_t count_text(const struct lull_drawing *page, const char *text)
{
	size_t n = 0;
	for (size_t i = 0; i < page->n_shapes; i++)
		n += page->shapes[i].kind == LULL_SHAPE_TEXT && strstr(page->shapes[i].text, text) != NULL;
	return n;
}

static void long_tables_repeat_their_head(void **state)
{
	(void)state;
	struct fixture *f = set_up(true);
	struct lull_err err = { 0 };
	struct lull_scene scene;
	assert_ok(lull_doc_pages(&f->doc, f->fonts, &f->arena, &scene, &err), &err);
	size_t with_rows = 0, comforts = 0;
	for (size_t i = 0; i < scene.n_pages; i++) {
		const size_t rows = count_text(scene.pages[i], "Comfort") + count_text(scene.pages[i], "Blood pressure");
		comforts += count_text(scene.pages[i], "Comfort");
		assert_int_equal(count_text(scene.pages[i], "What to watch"), rows ? 1 : 0);
		with_rows += rows > 0;
	}
	assert_true(with_rows >= 2);
	assert_int_equal(comforts, 30); /* every row once */
	tear_down(f);
}

static void every_page_says_whose_it_is(void **state)
{
	(void)state;
	struct fixture *f = set_up(true);
	struct lull_err err = { 0 };
	struct lull_scene scene;
	for (int paper = LULL_A4; paper <= LULL_LETTER; paper++) {
		f->doc.head.paper = (enum lull_paper)paper;
		assert_ok(lull_doc_pages(&f->doc, f->fonts, &f->arena, &scene, &err), &err);
		assert_true(scene.n_pages >= 3);
		for (size_t i = 0; i < scene.n_pages; i++) {
			const struct lull_drawing *page = scene.pages[i];
			char number[64];
			snprintf(number, sizeof(number), "Page %zu of %zu", i + 1, scene.n_pages);
			assert_int_equal(count_text(page, number), 1);
			assert_int_equal(count_text(page, "INVENTED PATIENT"), 1);
			assert_true(count_text(page, "Nobody Invented") == 1);
			assert_true(count_text(page, "clinician's decision") == 1);
			assert_close(page->width_pt, paper == LULL_A4 ? 595.28 : 612.0, 0, 0.01);
		}
	}
	tear_down(f);
}

/* Groups move their contents; nothing may leave the paper's margins. */
static void nothing_leaves_the_page(void **state)
{
	(void)state;
	struct fixture *f = set_up(true);
	struct lull_err err = { 0 };
	struct lull_scene scene;
	assert_ok(lull_doc_pages(&f->doc, f->fonts, &f->arena, &scene, &err), &err);
	for (size_t i = 0; i < scene.n_pages; i++) {
		const struct lull_drawing *page = scene.pages[i];
		double dx[16] = { 0 }, dy[16] = { 0 };
		int depth = 0;
		for (size_t k = 0; k < page->n_shapes; k++) {
			const struct lull_shape *s = &page->shapes[k];
			if (s->kind == LULL_SHAPE_GROUP) {
				dx[depth + 1] = dx[depth] + (s->clip ? 0.0 : s->x);
				dy[depth + 1] = dy[depth] + (s->clip ? 0.0 : s->y);
				depth++;
			} else if (s->kind == LULL_SHAPE_END) {
				depth--;
			} else if (s->kind == LULL_SHAPE_TEXT) {
				const double w = lull_text_width_pt(f->fonts, &s->type, s->text);
				const double left = dx[depth] + s->x - (s->anchor == LULL_AT_END ? w : s->anchor == LULL_AT_MIDDLE ? w / 2 : 0);
				assert_true(left >= 65.0 && left + w <= page->width_pt - 65.0);
				assert_true(dy[depth] + s->y >= 30.0 && dy[depth] + s->y <= page->height_pt - 20.0);
			} else if (s->kind == LULL_SHAPE_RECT) {
				assert_true(dx[depth] + s->x >= 65.0 && dx[depth] + s->x + s->w <= page->width_pt - 65.0);
			}
		}
	}
	tear_down(f);
}

static void charts_say_and_list_what_they_show(void **state)
{
	(void)state;
	struct fixture *f = set_up(false);
	struct lull_err err = { 0 };
	const char *said;
	const struct lull_table *table;
	assert_ok(lull_chart_summary(&f->sample.calendar, &f->arena, &said, &err), &err);
	assert_has(said, "168 days from 2026-03-04 to 2026-08-18:");
	assert_has(said, "without a record");
	assert_ok(lull_chart_table(&f->sample.calendar, &f->arena, &table, &err), &err);
	assert_int_equal(lull_table_rows(table), 6);
	assert_ok(lull_chart_summary(&f->sample.blocks, &f->arena, &said, &err), &err);
	assert_has(said, "Headache days in 6 blocks of 28 days: 14, 15, 16 (at most 21), 14, 15, 16.");
	assert_ok(lull_chart_table(&f->sample.bands, &f->arena, &table, &err), &err);
	assert_int_equal(lull_table_rows(table), 4);
	assert_string_equal(lull_table_at(table, 2, 0), "4");
	assert_string_equal(lull_table_at(table, 2, 1), "96"); /* 120 * (1 - 1/5) at the end of the infusion */
	assert_string_equal(lull_table_at(table, 2, 2), "58 to 154");
	assert_ok(lull_chart_summary(&f->sample.ladder, &f->arena, &said, &err), &err);
	assert_has(said, "from 4 h 15 mg/h (7.5 mL/h) if pain above target");
	tear_down(f);
}

static void charts_refuse_what_cannot_be_drawn(void **state)
{
	(void)state;
	struct fixture *f = set_up(false);
	struct lull_err err = { 0 };
	struct lull_drawing d;
	struct lull_chart chart = f->sample.bands;
	double x[2] = { 1.0, 1.0 };
	chart.bands.x = x;
	chart.bands.n = 2;
	assert_int_equal(lull_chart_draw(&chart, 400, f->fonts, &f->arena, &d, &err), LULL_EDOMAIN);
	chart = f->sample.calendar;
	chart.calendar.n_days = 0;
	assert_int_equal(lull_chart_draw(&chart, 400, f->fonts, &f->arena, &d, &err), LULL_EDOMAIN);
	chart = f->sample.blocks;
	chart.blocks.n_blocks = 0;
	assert_int_equal(lull_chart_draw(&chart, 400, f->fonts, &f->arena, &d, &err), LULL_EDOMAIN);
	chart = f->sample.ladder;
	chart.ladder.n_steps = 0;
	assert_int_equal(lull_chart_draw(&chart, 400, f->fonts, &f->arena, &d, &err), LULL_EDOMAIN);
	tear_down(f);
}

static void sources_are_numbered_from_first_use(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_document doc;
	lull_doc_init(&doc, &arena, &(struct lull_doc_head){ .title = "T" });
	assert_string_equal(lull_doc_basis(&doc, "b2020:p4; a2019", LULL_MARK_NONE), " " LULL_FAINT "[1, 2]" LULL_PLAIN);
	assert_string_equal(lull_doc_basis(&doc, "a2019:table 3", LULL_VERIFIED), " " LULL_FAINT "[2; verified]" LULL_PLAIN);
	assert_string_equal(lull_doc_basis(&doc, "c2021; b2020; c2021:p9", LULL_MARK_NONE), " " LULL_FAINT "[3, 1]" LULL_PLAIN);
	assert_string_equal(lull_doc_basis(&doc, NULL, LULL_MARK_NONE), "");
	assert_string_equal(lull_doc_basis(&doc, NULL, LULL_PROPOSED), " " LULL_FAINT "[proposed]" LULL_PLAIN);
	assert_int_equal(doc.n_notes, 3);
	assert_string_equal(doc.notes[2], "c2021");
	lull_arena_clear(&arena);
}

/* Allocations of the last run. */
static uint64_t n_allocations;

/* One run with the n-th allocation failing; true when it succeeded. */
static bool run_with_fault(struct fixture *f, uint64_t nth, struct lull_buf *text, struct lull_buf *pdf)
{
	struct lull_err err = { 0 };
	struct lull_scene scene;
	struct lull_document doc;
	struct lull_drawing *page = NULL;
	lull_mem_fail_at(nth, false);
	sample_document(&f->sample, &doc, &f->arena, false);
	int rc = lull_doc_text(&doc, 90, false, text, &err);
	if (rc == LULL_OK)
		rc = lull_doc_pages(&doc, f->fonts, &f->arena, &scene, &err);
	if (rc == LULL_OK)
		rc = lull_scene_pdf(&scene, f->fonts, pdf, &err);
	if (rc == LULL_OK) {
		page = scene.pages[0];
		rc = lull_drawing_svg(page, text, &err);
	}
	n_allocations = lull_mem_fail_at(0, false);
	if (rc != LULL_OK)
		assert_int_equal(rc, LULL_ENOMEM);
	return rc == LULL_OK;
}

/* The n-th of everything that allocates, what arenas hand out included; about 150 places, spread evenly. */
static void a_failed_allocation_is_said(void **state)
{
	(void)state;
	struct fixture *f = set_up(false);
	struct lull_buf want_text = { 0 }, want_pdf = { 0 };
	lull_mem_fail_in_arenas(true);
	(void)lull_mem_fail_at(0, false);
	lull_arena_clear(&f->arena);
	assert_true(run_with_fault(f, 0, &want_text, &want_pdf));
	const uint64_t n_all = n_allocations;
	assert_true(n_all > 1000);
	int n_failed = 0;
	for (uint64_t nth = 1; nth <= n_all; nth += n_all / 150 + 1) {
		struct lull_buf t = { 0 }, p = { 0 };
		lull_arena_clear(&f->arena);
		const bool ok = run_with_fault(f, nth, &t, &p);
		if (ok)
			print_error("allocation %d of %d failed without a word\n", (int)nth, (int)n_all);
		lull_buf_clear(&t);
		lull_buf_clear(&p);
		assert_false(ok); /* never a page with something left out */
		n_failed++;
	}
	assert_true(n_failed > 100);
	struct lull_buf t = { 0 }, p = { 0 };
	lull_arena_clear(&f->arena);
	assert_true(run_with_fault(f, n_all + 1, &t, &p));
	assert_int_equal(t.n, want_text.n);
	assert_memory_equal(t.data, want_text.data, t.n);
	lull_mem_fail_in_arenas(false);
	lull_buf_clear(&t);
	lull_buf_clear(&p);
	lull_buf_clear(&want_text);
	lull_buf_clear(&want_pdf);
	tear_down(f);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_matches_the_golden_file),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(colour_only_adds),
		cmocka_unit_test(long_tables_repeat_their_head),
		cmocka_unit_test(every_page_says_whose_it_is),
		cmocka_unit_test(nothing_leaves_the_page),
		cmocka_unit_test(charts_say_and_list_what_they_show),
		cmocka_unit_test(charts_refuse_what_cannot_be_drawn),
		cmocka_unit_test(sources_are_numbered_from_first_use),
		cmocka_unit_test(a_failed_allocation_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
