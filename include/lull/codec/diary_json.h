/* lull/codec/diary_json.h - diaries as JSON, both ways, by one table of fields.
 *
 * This is Lull's native diary file: everything struct lull_diary holds, signs by name, dates as
 * 2026-11-22. What import made of a table, written and read again, is the same diary. Described in
 * docs/diary-format.md; its JSON Schema comes from the same table. */
#ifndef LULL_CODEC_DIARY_JSON_H
#define LULL_CODEC_DIARY_JSON_H

#include "lull/codec/json.h"
#include "lull/headache/import.h"

enum { LULL_DIARY_SCHEMA_VERSION = 1 };

/* Reads a diary file. Faults go to diags by path ("$.diaries[0].entries[3].pain_0_10"); the report counts
 * entries as rows. options as for lull_import_csv; the period is widened by them. */
LULL_NODISCARD int lull_diary_json_read(const char *bytes, size_t n, const char *file,
					const struct lull_import_options *options, struct lull_arena *arena,
					struct lull_import *out, struct lull_diags *diags, struct lull_err *err);

/* Appends a diary file. The arena holds what is made on the way. */
LULL_NODISCARD int lull_diary_json_write(const struct lull_diary *diaries, size_t n_diaries,
					 struct lull_arena *arena, struct lull_buf *out, struct lull_err *err);

/* The JSON Schema of a diary file. */
void lull_diary_json_schema(struct lull_buf *out);

/* What an import did, as one object; rejected and flagged rows as {line, col, severity, found, expected}. */
void lull_json_import(struct lull_json *json, const char *key, const struct lull_import_report *report);

/* What `lull diary show --json` says of one diary: period, counts, days. */
void lull_json_diary_counts(struct lull_json *json, const char *key, const struct lull_diary *diary);

#endif
