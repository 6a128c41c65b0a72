/* The scene and its writers: well-formed SVG that can be read aloud, the same bytes twice, text
 * that stays inside its width. */
#include "support.h"

#include <ctype.h>
#include <stdlib.h>

#include "sample.h"

/* A strict little XML reader: elements nest and close, attributes are quoted, "<" and "&" are
 * escaped. Fails the test with the place. */
static void assert_well_formed(const char *xml)
{
	char stack[64][16];
	int depth = 0, n_elements = 0;
	for (const char *c = xml; *c;) {
		if (*c == '&') {
			const size_t n = strcspn(c, ";");
			assert_true(n <= 5 && c[n] == ';');
			c += n + 1;
		} else if (*c != '<') {
			assert_true((unsigned char)*c >= 0x20 || *c == '\n');
			assert_true(depth > 0 || isspace((unsigned char)*c));
			c++;
		} else if (c[1] == '/') {
			const size_t n = strcspn(c + 2, ">");
			assert_true(depth > 0);
			assert_true(strlen(stack[depth - 1]) == n && memcmp(stack[depth - 1], c + 2, n) == 0);
			depth--;
			c += n + 3;
		} else {
			const size_t n = strcspn(c + 1, " />");
			assert_true(n > 0 && n < 16 && depth < 64);
			memcpy(stack[depth], c + 1, n);
			stack[depth][n] = '\0';
			c += n + 1;
			while (*c == ' ') {
				c += strcspn(c, "=");
				assert_true(c[1] == '"');
				const size_t value = strcspn(c + 2, "\"<");
				assert_true(c[2 + value] == '"');
				c += value + 3;
			}
			if (*c == '/')
				c++;
			else
				depth++;
			assert_true(*c == '>');
			c++;
			n_elements++;
		}
	}
	assert_int_equal(depth, 0);
	assert_true(n_elements > 0);
}

static void svg_is_well_formed_and_labelled(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct lull_drawing d;
	lull_drawing_init(&d, &arena, 200, 100);
	d.id = "picture";
	d.title = "Less < more & \"quoted\"";
	d.desc = "What it shows";
	lull_draw_group(&d, "inner", "A part", NULL, 10.0, 20.0);
	lull_draw_text(&d, 1.005, 2.0, &(struct lull_type){ .size_pt = 9 }, LULL_AT_END, "5 < 6 & \x07 mcg \u2265 \u00e9");
	lull_draw_end(&d);
	lull_draw_clip(&d, 0, 0, 50, 50);
	lull_draw_hatch(&d, 5, 5, 20, 10, 2.0, (struct lull_paint){ .stroke = LULL_COLOR_INK });
	lull_draw_end(&d);
	struct lull_buf out = { 0 };
	assert_ok(lull_drawing_svg(&d, &out, &err), &err);
	assert_well_formed(lull_buf_text(&out));
	assert_has(lull_buf_text(&out), "role=\"img\" aria-labelledby=\"picture-title picture-desc\"");
	assert_has(lull_buf_text(&out), "<title id=\"picture-title\">Less &lt; more &amp; &quot;quoted&quot;</title>");
	assert_has(lull_buf_text(&out), "<desc id=\"picture-desc\">What it shows</desc>");
	assert_has(lull_buf_text(&out), "text-anchor=\"end\" fill=\"#1c2a30\">5 &lt; 6 &amp;  mcg \u2265 \u00e9</text>");
	lull_buf_clear(&out);
	lull_arena_clear(&arena);
}

static void groups_must_balance(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct lull_fonts *fonts;
	assert_ok(lull_fonts_new(&fonts, &err), &err);
	struct lull_drawing open, closed;
	lull_drawing_init(&open, &arena, 10, 10);
	lull_draw_group(&open, NULL, NULL, NULL, 0, 0);
	lull_drawing_init(&closed, &arena, 10, 10);
	lull_draw_end(&closed);
	struct lull_buf out = { 0 };
	assert_int_equal(lull_drawing_svg(&open, &out, &err), LULL_EDOMAIN);
	assert_int_equal(lull_drawing_svg(&closed, &out, &err), LULL_EDOMAIN);
	assert_int_equal(lull_drawing_png(&open, fonts, 72, &out, &err), LULL_EDOMAIN);
	assert_int_equal(lull_drawing_png(&closed, fonts, 72, &out, &err), LULL_EDOMAIN);
	lull_buf_clear(&out);
	lull_fonts_free(fonts);
	lull_arena_clear(&arena);
}

static void hatch_stays_inside(void **state)
{
	(void)state;
	static const double sizes[][2] = { { 8, 8 }, { 30, 4 }, { 3, 40 }, { 0.5, 0.5 } };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct lull_arena arena = { 0 };
		struct lull_drawing d;
		lull_drawing_init(&d, &arena, 100, 100);
		lull_draw_hatch(&d, 10, 20, sizes[i][0], sizes[i][1], 2.3, (struct lull_paint){ .stroke = LULL_COLOR_INK });
		for (size_t k = 0; d.n_shapes && k < d.shapes[0].n_points; k++) {
			const struct lull_point p = d.shapes[0].points[k];
			assert_true(p.x >= 10 - 1e-9 && p.x <= 10 + sizes[i][0] + 1e-9);
			assert_true(p.y >= 20 - 1e-9 && p.y <= 20 + sizes[i][1] + 1e-9);
		}
		lull_arena_clear(&arena);
	}
}

static void text_breaks_inside_its_width(void **state)
{
	(void)state;
	static const char text[] = "One course of five days is asked for; " LULL_STRONG "the cap is the monitored setting's"
				   LULL_PLAIN ", and Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz is long.";
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct lull_fonts *fonts;
	assert_ok(lull_fonts_new(&fonts, &err), &err);
	const struct lull_type type = { .size_pt = 9, .color = LULL_COLOR_INK };
	struct lull_type strong = type;
	strong.weight = LULL_SEMIBOLD;
	size_t last = 1000;
	for (double w = 60; w < 500; w += 55) {
		const struct lull_lines *lines;
		assert_ok(lull_lines_break(fonts, &type, text, w, &arena, &lines, &err), &err);
		assert_true(lull_lines_count(lines) <= last);
		last = lull_lines_count(lines);
		struct lull_drawing d;
		lull_drawing_init(&d, &arena, w, 1000);
		lull_draw_lines(&d, lines, 0, last, 0, 12, 12, LULL_AT_START);
		bool any_strong = false;
		for (size_t i = 0; i < d.n_shapes; i++) {
			const struct lull_shape *s = &d.shapes[i];
			any_strong = any_strong || s->type.weight == LULL_SEMIBOLD;
			assert_null(strpbrk(s->text, "\x01\x02\x03"));
			/* half a point: kerning across a style change is not known to the parts */
			assert_true(s->x + lull_text_width_pt(fonts, &s->type, s->text) <= w + 0.5);
		}
		assert_true(any_strong);
	}
	assert_true(last == 2);
	assert_true(lull_text_width_pt(fonts, &strong, "total") > lull_text_width_pt(fonts, &type, "total"));
	/* figures are tabular */
	assert_close(lull_text_width_pt(fonts, &type, "111.1"), lull_text_width_pt(fonts, &type, "888.8"), 1e-6, 0.01);
	assert_string_equal(lull_fonts_family(fonts), "Inter");
	lull_fonts_free(fonts);
	lull_arena_clear(&arena);
}

/* Everything twice from nothing: SVG of each page, the PDF, a PNG. */
static void render(struct lull_buf out[3])
{
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct lull_fonts *fonts;
	struct sample *sample = calloc(1, sizeof(*sample));
	struct lull_document doc;
	struct lull_scene scene;
	assert_non_null(sample);
	assert_ok(lull_fonts_new(&fonts, &err), &err);
	sample_document(sample, &doc, &arena, false);
	assert_ok(lull_doc_pages(&doc, fonts, &arena, &scene, &err), &err);
	for (size_t i = 0; i < scene.n_pages; i++)
		assert_ok(lull_drawing_svg(scene.pages[i], &out[0], &err), &err);
	assert_ok(lull_scene_pdf(&scene, fonts, &out[1], &err), &err);
	assert_ok(lull_drawing_png(scene.pages[0], fonts, 60, &out[2], &err), &err);
	lull_fonts_free(fonts);
	lull_arena_clear(&arena);
	free(sample);
}

static void same_input_same_bytes(void **state)
{
	(void)state;
	struct lull_buf one[3] = { 0 }, two[3] = { 0 };
	render(one);
	render(two);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(one[i].n, two[i].n);
		assert_memory_equal(one[i].data, two[i].data, one[i].n);
		assert_true(one[i].n > 5000);
	}
	assert_memory_equal(one[1].data, "%PDF-", 5);
	assert_memory_equal(one[2].data, "\x89PNG", 4);
	bool dated = false; /* the constant date, not today's */
	for (size_t i = 0; i + 23 < one[1].n && !dated; i++)
		dated = memcmp(one[1].data + i, "/CreationDate (20000101", 23) == 0;
	assert_true(dated);
	for (int i = 0; i < 3; i++) {
		lull_buf_clear(&one[i]);
		lull_buf_clear(&two[i]);
	}
}

static void every_page_and_chart_is_well_formed(void **state)
{
	(void)state;
	struct lull_arena arena = { 0 };
	struct lull_err err = { 0 };
	struct lull_fonts *fonts;
	struct sample *sample = calloc(1, sizeof(*sample));
	struct lull_document doc;
	struct lull_scene scene;
	assert_non_null(sample);
	assert_ok(lull_fonts_new(&fonts, &err), &err);
	sample_document(sample, &doc, &arena, true);
	assert_ok(lull_doc_pages(&doc, fonts, &arena, &scene, &err), &err);
	struct lull_buf out = { 0 };
	for (size_t i = 0; i < scene.n_pages; i++) {
		assert_ok(lull_drawing_svg(scene.pages[i], &out, &err), &err);
		assert_well_formed(lull_buf_text(&out));
		lull_buf_reset(&out);
	}
	const struct lull_chart *const charts[] = { &sample->calendar, &sample->blocks, &sample->bands, &sample->ladder };
	for (size_t i = 0; i < 4; i++) {
		struct lull_drawing d;
		assert_ok(lull_chart_draw(charts[i], 460, fonts, &arena, &d, &err), &err);
		assert_ok(lull_drawing_svg(&d, &out, &err), &err);
		assert_well_formed(lull_buf_text(&out));
		assert_has(lull_buf_text(&out), "<desc id=");
		lull_buf_reset(&out);
	}
	lull_buf_clear(&out);
	lull_fonts_free(fonts);
	lull_arena_clear(&arena);
	free(sample);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(svg_is_well_formed_and_labelled),
		cmocka_unit_test(groups_must_balance),
		cmocka_unit_test(hatch_stays_inside),
		cmocka_unit_test(text_breaks_inside_its_width),
		cmocka_unit_test(same_input_same_bytes),
		cmocka_unit_test(every_page_and_chart_is_well_formed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
