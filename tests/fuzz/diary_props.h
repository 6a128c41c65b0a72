/* What must hold of any import, for the fuzz targets of diaries: nothing is lost in the counts, and
 * the diary survives JSON. */
#ifndef LULL_FUZZ_DIARY_PROPS_H
#define LULL_FUZZ_DIARY_PROPS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lull/codec/diary_json.h"
#include "lull/knowledge.h"

static inline void must(bool is_true)
{
	if (!is_true)
		abort();
}

static const struct lull_import_options all_of_it = { NULL, LULL_DAY_NONE, LULL_DAY_NONE };

/* Read once a process. */
static inline const struct lull_files *fuzz_knowledge(void)
{
	static struct lull_files files;
	if (!files.items) {
		files = (struct lull_files){ .items = lull_embedded_files, .n_items = lull_n_embedded_files,
					     .origin = "embedded" };
		must(lull_files_seal(&files, NULL) == LULL_OK);
	}
	return &files;
}

static inline const struct lull_acute_table *fuzz_drugs(void)
{
	static struct lull_arena arena;
	static struct lull_acute_table table;
	if (!table.n_names)
		must(lull_acute_load(fuzz_knowledge(), &arena, &table, &(struct lull_diags){ .arena = &arena }) ==
		     LULL_OK);
	return &table;
}

static inline void check_diary(const struct lull_diary *d)
{
	size_t refs = 0;
	for (size_t i = 0; i < d->n_days; i++) {
		const struct lull_diary_day *day = &d->days[i];
		must(day->first_ref == refs);
		refs += day->n_refs;
		must(!(day->headache_min < 0) && !(day->headache_min > LULL_MINUTES_PER_DAY));
		must(day->state == LULL_DAY_HEADACHE || !day->continues);
		for (uint32_t r = 0; r < day->n_refs; r++)
			must(d->refs[day->first_ref + r] < d->n_entries);
	}
	for (size_t i = 0; i < d->n_entries; i++) {
		const struct lull_entry *e = &d->entries[i];
		must((e->yes & ~e->known) == 0 && (e->triggers_yes & ~e->triggers_known) == 0);
		must((e->measures_yes & ~e->measures_known) == 0 && (e->measures_helped & ~e->measures_yes) == 0);
		must(!(e->pain < 0) && !(e->pain > 10) && !(e->duration_min < 0));
		must((e->first != LULL_DAY_NONE) == d->dated);
		must(!e->n_intakes || e->drugs_known);
	}
	struct lull_diary_counts c;
	lull_diary_count(d, &c);
	must(c.n == c.n_free + c.n_headache + c.n_missing);
}

static inline char *diaries_text(const struct lull_import *in, struct lull_arena *arena)
{
	struct lull_buf buf = { 0 };
	must(lull_diary_json_write(in->diaries, in->n_diaries, arena, &buf, NULL) == LULL_OK);
	char *text = lull_arena_strndup(arena, lull_buf_text(&buf), buf.n);
	lull_buf_clear(&buf);
	return text;
}

/* As text, read back, as text again. */
static inline void check_round_trip(const struct lull_import *in, struct lull_arena *arena)
{
	const char *text = diaries_text(in, arena);
	struct lull_import back;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	lull_diags_init(&diags, arena);
	must(lull_diary_json_read(text, strlen(text), "back", &all_of_it, arena, &back, &diags, &err) == LULL_OK);
	must(strcmp(text, diaries_text(&back, arena)) == 0);
}

static inline void check_import(const char *csv, size_t n, const struct lull_map *map, struct lull_arena *arena)
{
	struct lull_import in;
	struct lull_err err = { 0 };
	struct lull_buf buf = { 0 };
	const int rc = lull_import_csv(csv, n, "fuzz.csv", map, fuzz_drugs(), &all_of_it, arena, &in, &err);
	const struct lull_import_report *r = &in.report;
	must(rc == LULL_OK || (err.code == rc && err.what[0]));
	must(r->diags.n_errors == r->n_rejected || r->diags.n_errors > r->n_rejected);
	must(r->n_rows >= r->n_accepted + r->n_rejected + r->n_blank + r->n_other_patients);
	lull_diags_print(&r->diags, &buf);
	must(lull_utf8_valid(lull_buf_text(&buf), buf.n, NULL));
	lull_buf_clear(&buf);
	if (rc != LULL_OK)
		return;
	must(r->n_rows == r->n_accepted + r->n_rejected + r->n_blank);
	must(r->n_accepted == r->n_free + r->n_headache);
	size_t n_entries = 0;
	for (size_t i = 0; i < in.n_diaries; i++) {
		check_diary(&in.diaries[i]);
		n_entries += in.diaries[i].n_entries;
	}
	must(n_entries == r->n_accepted);
	check_round_trip(&in, arena);
}

#endif
