/* Delimited text: RFC 4180, encodings, broken rows and ceilings. */
#include "support.h"

#include "lull/base/csv.h"
#include "lull/base/text.h"

/* Reads everything as "cell|cell\n" lines; a broken row as "!line:col what\n". */
static char *read_all(const char *bytes, size_t n, const struct lull_csv_options *options,
		      struct lull_arena *arena)
{
	struct lull_csv *csv;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	assert_ok(lull_csv_new(bytes, n, options, "f", &csv, &err), &err);
	for (;;) {
		const struct lull_csv_cell *cells;
		size_t n_cells;
		const int rc = lull_csv_next(csv, &cells, &n_cells, &err);
		if (rc == LULL_ENOTFOUND)
			break;
		if (rc != LULL_OK)
			lull_buf_printf(&buf, "!%s %s", err.where, err.what);
		for (size_t i = 0; rc == LULL_OK && i < n_cells; i++) {
			assert_int_equal(strlen(cells[i].text), cells[i].n);
			lull_buf_printf(&buf, "%s%s%s", i ? "|" : "", cells[i].quoted ? "q:" : "",
					cells[i].text);
		}
		lull_buf_putc(&buf, '\n');
	}
	lull_csv_free(csv);
	assert_int_equal(lull_buf_status(&buf, NULL), LULL_OK);
	char *out = lull_arena_strdup(arena, lull_buf_text(&buf));
	lull_buf_clear(&buf);
	return out;
}

static void rows_are_read(void **state)
{
	static const struct {
		const char *bytes, *want;
	} cases[] = {
		{ "", "" },
		{ "a,b\nc,d\n", "a|b\nc|d\n" },
		{ "a,b\r\nc,d", "a|b\nc|d\n" },
		{ "a,b\rc,d\r", "a|b\nc|d\n" },
		{ "\xEF\xBB\xBF"
		  "a\n",
		  "a\n" },
		{ "a,,\n,\n", "a||\n|\n" },
		{ "a\n\nb\n", "a\n\nb\n" },
		{ "\"a,b\",\"say \"\"x\"\"\"\n", "q:a,b|q:say \"x\"\n" },
		{ "\"two\r\nlines\",z\n", "q:two\r\nlines|z\n" },
		{ "\"\"\n", "q:\n" },
		{ "5\" pipe,x\n", "5\" pipe|x\n" },
		{ " a , b \n", " a | b \n" },
		{ "\xC3\xA9,\xE2\x82\xAC\n", "\xC3\xA9|\xE2\x82\xAC\n" },
	};
	struct lull_arena arena = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(read_all(cases[i].bytes, strlen(cases[i].bytes), NULL, &arena),
				    cases[i].want);
	const struct lull_csv_options tsv = { .delimiter = '\t', .quote = '\'' };
	assert_string_equal(read_all("a\t'b\tc'\n", 8, &tsv, &arena), "a|q:b\tc\n");
	lull_arena_clear(&arena);
}

static void broken_rows_are_named_and_left_behind(void **state)
{
	struct lull_arena arena = { 0 };
	static const char unclosed[] = "a\nb,\"c\nd,e\nf\n", after[] = "ok\n\"x\"y,z\nnext\n",
			  bad[] = "a\nb,\xC3(\n\"q\nr\xFF\"\nc\n", nul[] = "a\0b\nc\n";
	(void)state;
	assert_string_equal(read_all(unclosed, sizeof(unclosed) - 1, NULL, &arena),
			    "a\n!f:2:3 a quoted cell begins here and never ends\nd|e\nf\n");
	assert_string_equal(read_all(after, sizeof(after) - 1, NULL, &arena),
			    "ok\n!f:2:4 text after a closing quote\nnext\n");
	assert_string_equal(
		read_all(bad, sizeof(bad) - 1, NULL, &arena),
		"a\n!f:2:3 a byte that is not utf-8 text\n!f:4:2 a byte that is not utf-8 text\nc\n");
	assert_string_equal(read_all(nul, sizeof(nul) - 1, NULL, &arena),
			    "!f:1:2 a NUL byte in utf-8 text\nc\n");
	lull_arena_clear(&arena);
}

static void lines_and_columns_are_counted(void **state)
{
	static const char text[] = "a,b\n\"x\ny\",c\n\nd,e";
	static const struct {
		int line, col;
	} want[] = { { 1, 3 }, { 2, 4 }, { 4, 0 }, { 5, 3 } };
	struct lull_csv *csv;
	(void)state;
	assert_ok(lull_csv_new(text, sizeof(text) - 1, NULL, "f", &csv, NULL), NULL);
	for (size_t i = 0; i < 4; i++) {
		const struct lull_csv_cell *cells;
		size_t n;
		assert_ok(lull_csv_next(csv, &cells, &n, NULL), NULL);
		assert_int_equal(lull_csv_line(csv), want[i].line);
		assert_int_equal(n ? 2 : 0, n);
		/* the column of a cell after a line end inside a quote counts from its own line */
		if (n)
			assert_int_equal(cells[1].col, want[i].col);
	}
	lull_csv_free(csv);
}

static void stated_encodings_are_recoded(void **state)
{
	struct lull_arena arena = { 0 };
	const struct lull_csv_options cp1252 = { .encoding = LULL_WINDOWS_1252 },
				      latin1 = { .encoding = LULL_LATIN1 }, le = { .encoding = LULL_UTF16LE },
				      be = { .encoding = LULL_UTF16BE };
	(void)state;
	assert_string_equal(read_all("\x80,\xE9,\x9C\n", 6, &cp1252, &arena),
			    "\xE2\x82\xAC|\xC3\xA9|\xC5\x93\n");
	assert_string_equal(read_all("a\n\x81\nb\n", 6, &cp1252, &arena),
			    "a\n!f:2:1 a byte that is not windows-1252 text\nb\n");
	assert_string_equal(read_all("\xE9\xFF\n", 3, &latin1, &arena), "\xC3\xA9\xC3\xBF\n");
	assert_string_equal(read_all("\xFF\xFE"
				     "a\0,\0\xAC\x20\n\0"
				     "\x3D\xD8\x00\xDE",
				     14, &le, &arena),
			    "a|\xE2\x82\xAC\n\xF0\x9F\x98\x80\n");
	assert_string_equal(read_all("\xFE\xFF\0a\0\n\xD8\x3D\0\n\0b", 12, &be, &arena),
			    "a\n!f:2:1 a byte that is not utf-16be text\nb\n");
	assert_string_equal(read_all("\0a\0", 3, &be, &arena), "!f:1:2 a byte that is not utf-16be text\n");

	struct lull_err err = { 0 };
	struct lull_csv *csv;
	assert_int_equal(lull_csv_new("\xFF\xFE"
				      "a\0",
				      4, NULL, "f", &csv, &err),
			 LULL_EPARSE);
	assert_has(err.mend, "utf-16le");
	lull_arena_clear(&arena);
}

static void ceilings_are_named(void **state)
{
	struct lull_arena arena = { 0 };
	const size_t n = LULL_CSV_MAX_CELL_BYTES + 10;
	char *wide = lull_arena_zalloc(&arena, n + 1, 1), *many = lull_arena_zalloc(&arena, n + 1, 1);
	(void)state;
	memset(wide, 'x', n);
	memcpy(wide + n - 3, "\nb\n", 3);
	assert_has(read_all(wide, n, NULL, &arena), "LULL_CSV_MAX_CELL_BYTES");
	assert_has(read_all(wide, n, NULL, &arena), "\nb\n");
	memset(many, ',', LULL_CSV_MAX_CELLS);
	memcpy(many + LULL_CSV_MAX_CELLS, "\nb\n", 3);
	assert_has(read_all(many, LULL_CSV_MAX_CELLS + 3, NULL, &arena), "LULL_CSV_MAX_CELLS");
	assert_has(read_all(many + 1, LULL_CSV_MAX_CELLS + 2, NULL, &arena), "|\nb\n");

	struct lull_csv *csv;
	struct lull_err err = { 0 };
	const struct lull_csv_options same = { .delimiter = '"' };
	assert_int_equal(lull_csv_new("a", 1, &same, "f", &csv, &err), LULL_EDOMAIN);
	assert_int_equal(lull_csv_new("a", LULL_CSV_MAX_BYTES + 1, NULL, "f", &csv, &err), LULL_ELIMIT);
	lull_arena_clear(&arena);
}

static void written_cells_read_back(void **state)
{
	static const char *const texts[] = { "plain",   "a,b", "say \"x\"", "two\nlines",
					     " blank ", "",    "\xC3\xA9",  "=1+1" };
	struct lull_arena arena = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct lull_buf buf = { 0 };
		struct lull_csv *csv;
		const struct lull_csv_cell *cells;
		size_t n;
		lull_csv_put(&buf, texts[i], ',', false);
		lull_buf_puts(&buf, ",end\n");
		assert_ok(lull_csv_new(buf.data, buf.n, NULL, "f", &csv, NULL), NULL);
		assert_ok(lull_csv_next(csv, &cells, &n, NULL), NULL);
		assert_int_equal(n, 2);
		assert_string_equal(cells[0].text, texts[i]);
		lull_csv_free(csv);
		lull_buf_clear(&buf);
	}
	lull_arena_clear(&arena);
}

static void spreadsheets_run_nothing(void **state)
{
	static const char *const cases[][2] = { { "=1+1", "'=1+1" },
						{ "@x", "'@x" },
						{ "-2+3", "'-2+3" },
						{ "-2.5", "-2.5" },
						{ "+5", "+5" },
						{ "a=b", "a=b" },
						{ "=\"a\"", "\"'=\"\"a\"\"\"" } };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_buf buf = { 0 };
		lull_csv_put(&buf, cases[i][0], ',', true);
		assert_string_equal(lull_buf_text(&buf), cases[i][1]);
		lull_buf_clear(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read),
		cmocka_unit_test(broken_rows_are_named_and_left_behind),
		cmocka_unit_test(lines_and_columns_are_counted),
		cmocka_unit_test(stated_encodings_are_recoded),
		cmocka_unit_test(ceilings_are_named),
		cmocka_unit_test(written_cells_read_back),
		cmocka_unit_test(spreadsheets_run_nothing),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
